//! `import scheme FILE`: another regulation, or a province's additions, as a file.

use std::sync::Arc;

use super::{ImportError, Imported, Mode};
use crate::clock::Clock;
use crate::crypto::sha256;
use crate::db::log::NewAudit;
use crate::db::review::{list, scheme};
use crate::db::unit;
use crate::db::{Conn, Db, DbError, DbResult, SharedIds, log};
use crate::domain::indicator::Catalogue;
use crate::domain::review::{BadScheme, Scheme, SchemeFile, Schemes};
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
    /// Additions of a province that is not there.
    #[error("there is no province with the code {0}; `GET /api/v1/units` names the provinces")]
    NoProvince(String),
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
    SchemeFile::read(&text, catalogue).map_err(SchemeError::Bad)?;
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
    let file = match SchemeFile::read(text, &tools.catalogue) {
        Ok(file) => file,
        Err(error) => return Ok(Err(error.into())),
    };
    let schemes = review_schemes(conn, &tools.catalogue)?;
    if schemes.has(&file) {
        return Ok(Ok(Imported { unchanged: 1, ..Imported::default() }));
    }
    if let Some(code) = file.province().filter(|code| !code.is_empty())
        && !is_province(conn, code, tools)?
    {
        return Ok(Err(SchemeError::NoProvince(code.to_owned())));
    }
    let after = match schemes.with(file.clone(), &tools.catalogue) {
        Ok(after) => after,
        Err(error) => return Ok(Err(error.into())),
    };
    if let Some(error) = in_use(conn, &schemes, &after)? {
        return Ok(Err(error));
    }
    if tools.mode == Mode::Write {
        write(conn, text, &file, &after, tools)?;
    }
    let replaced = schemes.iter().any(|scheme| scheme.code == file.code());
    let (added, changed) = (usize::from(!replaced), usize::from(replaced));
    Ok(Ok(Imported { added, changed, unchanged: 0 }))
}

fn is_province(conn: &mut Conn, code: &str, tools: &Tools) -> DbResult<bool> {
    let unit = unit::by_code(conn, code, tools.clock.today())?;
    Ok(unit.is_some_and(|unit| unit.kind == "province"))
}

/// Answered reviews whose criteria would be others `after`.
fn in_use(conn: &mut Conn, before: &Schemes, after: &Schemes) -> DbResult<Option<SchemeError>> {
    let first = before.iter().map(|scheme| scheme.first_year).min().unwrap_or(0);
    let answered = list::answered(conn, first)?;
    let changed = answered.into_iter().find(|group| {
        let of = |schemes: &Schemes| {
            let scheme = schemes.in_province(group.year, group.province.as_deref())?;
            Some((scheme.code.clone(), scheme.kinds.clone()))
        };
        of(before) != of(after)
    });
    Ok(changed.map(|group| SchemeError::InUse { year: group.year, scheme: group.scheme, count: group.count }))
}

fn write(conn: &mut Conn, text: &str, file: &SchemeFile, after: &Schemes, tools: &Tools) -> DbResult<()> {
    let now = tools.clock.real_micros();
    let id = tools.ids.lock().map_err(|_| DbError::Stopped)?.next(now / 1_000);
    scheme::insert(conn, id, file.code(), text, now)?;
    // First the country's, then what its provinces add.
    let written = |scheme: &&Scheme| scheme.code == file.code() || scheme.province.is_some();
    for scheme in after.iter().filter(written) {
        let years = (scheme.first_year, scheme.last_year.unwrap_or(i32::MAX));
        list::move_to_scheme(conn, &scheme.code, years, scheme.province.as_deref())?;
    }
    let digest = sha256(&[text.as_bytes()]);
    let audit = NewAudit { actor: "cli", action: "import_scheme", subject: file.code(), digest };
    log::append(conn, now, &[], &audit)
}
