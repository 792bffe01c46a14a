//! The account of several years of a province: figures of earlier accounts where there are some, else the records of the
//! system.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::db::figures::Area;
use crate::db::review::{count, programme};
use crate::db::unit::Unit;
use crate::db::{Conn, Db, DbError, DbResult};
use crate::domain::access::Action;
use crate::domain::ids::UnitId;
use crate::domain::indicator::Catalogue;
use crate::domain::programme::{Figures, ProgrammeAccount, account};
use crate::domain::review::{Schemes, UnitKind};
use crate::flows::authenticate::Caller;
use crate::flows::permit::{Forbidden, permit};
use crate::flows::review::{communes_met, review_schemes, spans};

/// Why there is no account.
#[derive(Debug, thiserror::Error)]
pub enum ProgrammeError {
    /// The caller may not read it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The database did not answer.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// The account, and the years of which the records of the system say something that no earlier account does.
pub async fn programme(
    db: &Db,
    catalogue: &Arc<Catalogue>,
    caller: &Caller,
    province: &Unit,
    years: (i32, i32),
) -> Result<(ProgrammeAccount, BTreeSet<i32>), ProgrammeError> {
    permit(caller, Action::ReadReviews, province)?;
    let (id, catalogue) = (province.id, Arc::clone(catalogue));
    let figures = db.read_snapshot(move |conn| load(conn, &catalogue, id, years)).await?;
    Ok((account(&figures), figures.recorded_years()))
}

fn load(
    conn: &mut Conn,
    catalogue: &Catalogue,
    province: UnitId,
    (from, to): (i32, i32),
) -> DbResult<Figures> {
    let mut figures = Figures::default();
    // The year before the first one is only what traffic is compared with.
    for given in programme::figures(conn, &[province], from - 1, to)? {
        if given.year >= from || given.figure.starts_with("traffic_") {
            figures.give(given.year, &given.figure, given.amount);
        }
    }
    let schemes = review_schemes(conn, catalogue)?;
    let mut reviewed = BTreeSet::new();
    for (_, year, kind, registered, recognised) in programme::recognised(conn, &[province], from, to)? {
        reviewed.insert(year);
        figures.record(year, &format!("registered_{kind}"), registered);
        figures.record(year, &format!("recognised_{kind}"), recognised);
    }
    for year in reviewed {
        record_communes(conn, &schemes, province, year, &mut figures)?;
    }
    record_totals(conn, catalogue, province, (from, to), &mut figures)?;
    Ok(figures)
}

fn record_communes(
    conn: &mut Conn,
    schemes: &Schemes,
    province: UnitId,
    year: i32,
    figures: &mut Figures,
) -> DbResult<()> {
    let Some(scheme) = schemes.for_year(year).filter(|scheme| scheme.of(UnitKind::Commune).is_some()) else {
        return Ok(());
    };
    let states = count::states(conn, Area::Province(province), &spans(scheme, year), year)?;
    let (met, of) = communes_met(scheme, year, &states);
    figures.record(year, "communes_19_2", met);
    figures.record(year, "communes", of);
    Ok(())
}

/// Crimes and traffic of whole years: the twelve months of the ministry's year bear its number.
fn record_totals(
    conn: &mut Conn,
    catalogue: &Catalogue,
    province: UnitId,
    (from, to): (i32, i32),
    figures: &mut Figures,
) -> DbResult<()> {
    let traffic = [("TNV", "traffic_cases"), ("TNC", "traffic_dead"), ("TNB", "traffic_injured")];
    for (year, id, sum, stated) in programme::totals(conn, province, (from - 1) * 100 + 1, to * 100 + 12)? {
        let Some(indicator) = catalogue.by_id(id).filter(|_| stated > 0) else { continue };
        let code = indicator.code.as_str();
        if indicator.clearing && year >= from {
            figures.record(year, "crimes_occurred", sum);
        }
        if let Some((_, figure)) = traffic.iter().find(|(traffic, _)| *traffic == code) {
            figures.record(year, figure, sum);
        }
    }
    // Communes, not hamlets, say how many crimes were cleared.
    let Some(cleared) = catalogue.by_code("KP").map(|indicator| indicator.id) else { return Ok(()) };
    for (year, sum) in programme::stated_by_communes(conn, province, cleared, from * 100 + 1, to * 100 + 12)?
    {
        figures.record(year, "crimes_cleared", sum);
    }
    Ok(())
}
