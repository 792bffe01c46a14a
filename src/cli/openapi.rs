//! `binhyen openapi`: the description of the API of this version, without a server.

use std::process::ExitCode;

use super::terminal::say;

pub(super) fn run() -> anyhow::Result<ExitCode> {
    say(&crate::http::openapi().to_pretty_json()?)?;
    Ok(super::DONE)
}
