//! `binhyen migrate`: brings the schema up to date; the official units and indicators come with it.

use std::process::ExitCode;

use anyhow::Context;

use super::terminal::say;
use crate::config::Settings;
use crate::db::{Db, Target};

pub(super) fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    let url = &settings.database.url;
    Db::open(Target::from(url)).with_context(|| {
        format!("the schema of {url} is not up to date; check database.url and try again")
    })?;
    say(&format!("the schema of {url} is up to date"))?;
    Ok(super::DONE)
}
