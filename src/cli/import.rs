//! `binhyen import units|people|values|programme|scheme FILE`: tables in CSV or XLSX and review schemes, all or nothing.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Subcommand;

use super::terminal::{complain, say};
use crate::app::Installation;
use crate::config::Settings;
use crate::db::catalogue;
use crate::documents::table::MAX_BYTES;
use crate::domain::programme::FIGURES;
use crate::flows::import::{
    ImportError, Imported, Mode, People, Values, import_people, import_programme, import_scheme,
    import_synonyms, import_units, import_values,
};

#[derive(Debug, Subcommand)]
pub(super) enum Import {
    /// Units: code,kind,parent,name,valid_from,valid_to,households,population.
    Units(Table),
    /// The installation's own words of indicators, in the place of all that there are: indicator,words (several with
    /// semicolons between). Running servers take them up within a minute.
    Synonyms(Table),
    /// People and their posts: name,phone,role,unit,from,to,marks and, where wanted, duty (07:00-19:00),practice,pin.
    People(Table),
    /// Months of the past: unit,period,indicator,value. They count as reports do.
    Values(Table),
    /// Figures of earlier accounts of a province: year,unit,figure,value.
    Programme(Programme),
    /// A review scheme (TOML, as in config/review/): another regulation, or a province's additions.
    Scheme(Table),
}

#[derive(Debug, clap::Args)]
pub(super) struct Programme {
    /// A table in CSV (UTF-8) or XLSX whose first row names the columns.
    #[arg(required_unless_present = "list")]
    file: Option<PathBuf>,
    /// Name the figures and leave.
    #[arg(long)]
    list: bool,
    /// Check everything and write nothing.
    #[arg(long)]
    dry_run: bool,
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
    let (file, dry_run) = match what {
        Import::Units(table)
        | Import::People(table)
        | Import::Values(table)
        | Import::Scheme(table)
        | Import::Synonyms(table) => (&table.file, table.dry_run),
        Import::Programme(Programme { file: Some(file), list: false, dry_run }) => (file, *dry_run),
        Import::Programme(_) => return list_figures(),
    };
    let bytes = read(file)?;
    let mode = if dry_run { Mode::DryRun } else { Mode::Write };
    let imported = super::block_on(async {
        let installation = Installation::open(settings).await?;
        let imported = import(what, &installation, settings, &bytes, mode).await;
        installation.close().await?;
        imported
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
            Err(ImportError::Rows(rows)).context(format!("{} was not imported", file.display()))
        }
        Err(error) => Err(error).context(format!("{} was not imported", file.display())),
    }
}

async fn import(
    what: &Import,
    installation: &Installation,
    settings: &Settings,
    bytes: &[u8],
    mode: Mode,
) -> anyhow::Result<Result<Imported, ImportError>> {
    let (db, ids, clock) = (&installation.db, &installation.ids, installation.clock);
    Ok(match what {
        Import::Units(_) => import_units(db, ids, clock, bytes, mode).await,
        Import::Synonyms(_) => {
            let catalogue = db.read(catalogue::load).await?;
            import_synonyms(db, &catalogue, clock, bytes, mode).await
        }
        Import::People(_) => import_people(db, tools(installation), bytes, mode).await,
        Import::Programme(_) => import_programme(db, clock, bytes, mode).await,
        Import::Scheme(_) => {
            let catalogue = db.read(catalogue::load).await?;
            import_scheme(db, ids, clock, &catalogue, bytes, mode).await
        }
        Import::Values(_) => {
            let catalogue = db.read(catalogue::load).await?;
            let calendar = settings.period.calendar().clone();
            let values = Values { ids: Arc::clone(ids), clock, catalogue, calendar };
            import_values(db, values, bytes, mode).await
        }
    })
}

fn list_figures() -> anyhow::Result<ExitCode> {
    for figure in FIGURES {
        let percent = if figure.percent { " (%)" } else { "" };
        say(&format!("{:22}{}{percent}", figure.code, figure.name))?;
    }
    Ok(super::DONE)
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
