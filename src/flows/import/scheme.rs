//! `import scheme FILE`: another regulation, or a province's additions, as a file.

use std::sync::Arc;

use super::{ImportError, Imported, Mode};
use crate::clock::Clock;
use crate::crypto::sha256;
use crate::db::log::NewAudit;
use crate::db::review::{list, scheme};
use crate::db::{Conn, Db, DbError, DbResult, SharedIds, log};
use crate::domain::indicator::Catalogue;
use crate::domain::review::{BadScheme, Scheme};
use crate::flows::review::review_schemes;

/// The largest file of a scheme, bytes.
const MAX_SCHEME: usize = 1 << 20;

/// Why a scheme is not loaded.
#[derive(Debug, thiserror::Error)]
pub enum SchemeError {
    /// The file is no text of a scheme.
    #[error("the file is larger than 1 MiB or no text in UTF-8")]
    NoText,
    /// It cannot be understood, or its years cannot stand beside those of the others.
    #[error(transparent)]
    Bad(#[from] BadScheme),
    /// Reviews were answered by what it would replace.
    #[error(
        "{count} reviews of {year} were answered by {scheme} already; begin with a later year, under another code"
    )]
    InUse {
        /// The year.
        year: i32,
        /// The scheme by which they were answered.
        scheme: String,
        /// How many.
        count: i64,
    },
}

/// Loads a scheme. Reviews of its years that have no answer yet go on by it; where one has, nothing is loaded: nobody
/// shall be judged by criteria that changed under the answer. The same file again changes nothing.
pub async fn import_scheme(
    db: &Db,
    ids: &SharedIds,
    clock: Clock,
    catalogue: &Catalogue,
    bytes: &[u8],
    mode: Mode,
) -> Result<Imported, ImportError> {
    let text =
        std::str::from_utf8(bytes).ok().filter(|text| text.len() <= MAX_SCHEME && !text.contains('\0'));
    let text = Arc::new(text.ok_or(SchemeError::NoText)?.to_owned());
    Scheme::read(&text, catalogue).map_err(SchemeError::Bad)?;
    let tools = Tools { ids: Arc::clone(ids), clock, catalogue: catalogue.clone(), mode };
    Ok(db.write(move |conn| run(conn, &text, &tools)).await??)
}

struct Tools {
    ids: SharedIds,
    clock: Clock,
    catalogue: Catalogue,
    mode: Mode,
}

fn run(conn: &mut Conn, text: &str, tools: &Tools) -> DbResult<Result<Imported, SchemeError>> {
    let wanted = match Scheme::read(text, &tools.catalogue) {
        Ok(scheme) => scheme,
        Err(error) => return Ok(Err(error.into())),
    };
    let schemes = review_schemes(conn, &tools.catalogue)?;
    let known = schemes.iter().find(|scheme| scheme.code == wanted.code);
    if known == Some(&wanted) {
        return Ok(Ok(Imported { unchanged: 1, ..Imported::default() }));
    }
    let replaced = known.is_some();
    let after = match schemes.with(wanted.clone()) {
        Ok(after) => after,
        Err(error) => return Ok(Err(error.into())),
    };
    // Years whose scheme this file decides, and those that the one of the same code decided until now.
    let first = known.map_or(wanted.first_year, |known| known.first_year.min(wanted.first_year));
    let changed = |year: i32| after.for_year(year).map(|s| &s.code) == Some(&wanted.code);
    for (year, scheme, count) in list::answered(conn, first)? {
        if changed(year) || scheme == wanted.code {
            return Ok(Err(SchemeError::InUse { year, scheme, count }));
        }
    }
    if tools.mode == Mode::Write {
        write(conn, text, &wanted, tools)?;
    }
    let (added, changed) = (usize::from(!replaced), usize::from(replaced));
    Ok(Ok(Imported { added, changed, unchanged: 0 }))
}

fn write(conn: &mut Conn, text: &str, wanted: &Scheme, tools: &Tools) -> DbResult<()> {
    let now = tools.clock.real_micros();
    let id = tools.ids.lock().map_err(|_| DbError::Stopped)?.next(now / 1_000);
    scheme::insert(conn, id, &wanted.code, text, now)?;
    let last = wanted.last_year.unwrap_or(i32::MAX);
    list::move_to_scheme(conn, &wanted.code, wanted.first_year, last)?;
    let digest = sha256(&[text.as_bytes()]);
    let audit = NewAudit { actor: "cli", action: "import_scheme", subject: &wanted.code, digest };
    log::append(conn, now, &[], &audit)
}
