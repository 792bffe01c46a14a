//! `binhyen import units|people FILE`: tables in CSV or XLSX, all or nothing.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Subcommand;

use super::terminal::{complain, say};
use crate::app::Installation;
use crate::config::Settings;
use crate::documents::table::MAX_BYTES;
use crate::flows::import::{ImportError, Imported, Mode, People, import_people, import_units};

#[derive(Debug, Subcommand)]
pub(super) enum Import {
    /// Units: code,kind,parent,name,valid_from,valid_to,households,population.
    Units(Table),
    /// People and their posts: name,phone,role,unit,from,to,marks.
    People(Table),
}

#[derive(Debug, clap::Args)]
pub(super) struct Table {
    /// A table in CSV (UTF-8) or XLSX whose first row names the columns.
    file: PathBuf,
    /// Check everything and write nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(what: &Import, settings: &Settings) -> anyhow::Result<ExitCode> {
    let (Import::Units(table) | Import::People(table)) = what;
    let bytes = read(&table.file)?;
    let mode = if table.dry_run { Mode::DryRun } else { Mode::Write };
    let imported = super::block_on(async {
        let installation = Installation::open(settings).await?;
        let imported = match what {
            Import::Units(_) => {
                import_units(&installation.db, &installation.ids, installation.clock, &bytes, mode).await
            }
            Import::People(_) => import_people(&installation.db, tools(&installation), &bytes, mode).await,
        };
        installation.close().await?;
        anyhow::Ok(imported)
    })??;
    match imported {
        Ok(imported) => {
            say(&sentence(imported, mode))?;
            Ok(super::DONE)
        }
        Err(ImportError::Rows(rows)) => {
            for row in &rows {
                complain(&row.to_string());
            }
            Err(ImportError::Rows(rows)).context(format!("{} was not imported", table.file.display()))
        }
        Err(error) => Err(error).context(format!("{} was not imported", table.file.display())),
    }
}

fn tools(installation: &Installation) -> People {
    let Installation { keys, ids, clock, .. } = installation.clone();
    People { keys, ids, clock }
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let unreadable = || format!("{} cannot be read; check the path", file.display());
    let size = std::fs::metadata(file).with_context(unreadable)?.len();
    if usize::try_from(size).is_ok_and(|size| size > MAX_BYTES) {
        bail!("{} is larger than 64 MiB; cut it into several", file.display());
    }
    std::fs::read(file).with_context(unreadable)
}

fn sentence(imported: Imported, mode: Mode) -> String {
    let Imported { added, changed, unchanged } = imported;
    match mode {
        Mode::Write => format!("{added} added, {changed} changed, {unchanged} as they were"),
        Mode::DryRun => {
            format!("nothing written; would be {added} added, {changed} changed, {unchanged} as they are")
        }
    }
}
