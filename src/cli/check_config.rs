//! `binhyen check-config`: the settings that result from all layers.

use std::process::ExitCode;

use super::terminal::say;
use crate::config::Settings;

pub(super) fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    say(settings.render_hidden().trim_end())?;
    Ok(super::DONE)
}
