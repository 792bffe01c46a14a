//! `binhyen verify`: recomputes every figure and total from the reports and checks the audit chain.

use std::process::ExitCode;

use anyhow::Context;

use super::terminal::{Progress, say};
use crate::config::Settings;
use crate::db::{Db, Target};
use crate::domain::indicator::Catalogue;
use crate::flows::verify::verify;

pub(super) fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    let url = &settings.database.url;
    let db = Db::open(Target::from(url))
        .with_context(|| format!("{url} cannot be used; check database.url and the server behind it"))?;
    let catalogue = Catalogue::shipped()?;
    let mut progress = Progress::new("communes compared");
    let checked =
        super::block_on(verify(&db, &catalogue, settings.period.calendar(), |done| progress.tell(done)))?;
    progress.end();
    let checked = checked?;
    for finding in &checked.findings {
        say(&finding.to_string())?;
    }
    say(&format!(
        "{} communes compared, {} links of the audit chain checked, {} differences",
        checked.communes,
        checked.audit_links,
        checked.findings.len()
    ))?;
    Ok(if checked.findings.is_empty() { super::DONE } else { ExitCode::from(super::FAILED) })
}
