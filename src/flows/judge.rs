//! The police say how grave an incident is, and what excuses it; every version of it is kept.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::clock::Clock;
use crate::crypto::sha256;
use crate::db::log::{self, NewAudit, NewChange};
use crate::db::review::incident::{self, Judged, Judgement, PastJudgement};
use crate::db::unit::{self, Unit};
use crate::db::{Conn, Db, DbError, DbResult, lock};
use crate::domain::access::Action;
use crate::domain::ids::ReportId;
use crate::domain::period::{Calendar, Span};
use crate::flows::authenticate::Caller;
use crate::flows::permit::{Forbidden, permit};

/// Why nothing was said of an incident.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// There is no such incident, or the caller may not see it.
    #[error("there is no such incident")]
    NotFound,
    /// The caller may not judge it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The database did not answer.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// An incident, its unit, and everything that was said of it.
#[derive(Debug, Clone)]
pub struct ShownIncident {
    /// The incident.
    pub incident: Judged,
    /// The code of its unit.
    pub unit: String,
    /// What was said, the first first; empty in lists.
    pub history: Vec<PastJudgement>,
}

/// What somebody changes; what is left out stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct Change {
    /// How grave it is; `Some(None)`: not known after all.
    pub severity: Option<Option<crate::domain::review::Severity>>,
    /// Bất khả kháng.
    pub unavoidable: Option<bool>,
    /// Phát hiện, ngăn chặn, báo cáo kịp thời.
    pub prevented: Option<bool>,
}

impl Change {
    fn of(self, before: Judgement) -> Judgement {
        Judgement {
            severity: self.severity.unwrap_or(before.severity),
            unavoidable: self.unavoidable.unwrap_or(before.unavoidable),
            prevented: self.prevented.unwrap_or(before.prevented),
        }
    }
}

/// The incident of a report, with everything that was said of it.
pub async fn incident(db: &Db, caller: &Caller, report: ReportId) -> Result<ShownIncident, JudgeError> {
    let caller = *caller;
    db.read_snapshot(move |conn| settle(show(conn, &caller, report))).await?
}

/// Says something of an incident. Saying the same again changes nothing.
pub async fn judge(
    db: &Db,
    clock: Clock,
    caller: &Caller,
    report: ReportId,
    change: Change,
) -> Result<ShownIncident, JudgeError> {
    let caller = *caller;
    db.write(move |conn| settle(run(conn, clock, &caller, report, change))).await?
}

/// The incidents of a unit or of the units of a commune on the days of `days`, by day; `unjudged`: only those of which
/// nobody has said how grave they are.
pub async fn incidents(
    db: &Db,
    calendar: &Calendar,
    caller: &Caller,
    of: &Unit,
    days: (NaiveDate, NaiveDate),
    unjudged: bool,
) -> Result<Vec<ShownIncident>, JudgeError> {
    permit(caller, Action::ReadReports, of)?;
    let span = Span { from: days.0, to: days.1 };
    let (first, last) = (calendar.containing(span.from), calendar.containing(span.to));
    let periods: BTreeSet<i32> =
        (0..=last.months_since(first)).map(|months| first.plus(months).number()).collect();
    let of = of.clone();
    let found = db.read_snapshot(move |conn| list(conn, &of, span, &periods, unjudged)).await?;
    Ok(found)
}

fn list(
    conn: &mut Conn,
    of: &Unit,
    span: Span,
    periods: &BTreeSet<i32>,
    unjudged: bool,
) -> DbResult<Vec<ShownIncident>> {
    let mut units = vec![of.clone()];
    if of.kind == "commune" {
        units.extend(unit::hamlets(conn, of.id, span.from, span.to)?);
    }
    let ids: Vec<i64> = units.iter().map(|unit| unit.id).collect();
    let code = |id| units.iter().find(|unit| unit.id == id).map(|unit| unit.code.clone());
    let wanted = |incident: &Judged| {
        span.contains(incident.day) && !(unjudged && incident.judgement.severity.is_some())
    };
    let shown = |incident: Judged| {
        let unit = code(incident.unit_id).unwrap_or_default();
        ShownIncident { incident, unit, history: Vec::new() }
    };
    let found = incident::of_units(conn, &ids, periods)?;
    Ok(found.into_iter().filter(wanted).map(shown).collect())
}

fn settle<T>(answer: Result<T, JudgeError>) -> DbResult<Result<T, JudgeError>> {
    match answer {
        Err(JudgeError::Db(error)) => Err(error),
        other => Ok(other),
    }
}

fn find(conn: &mut Conn, caller: &Caller, report: ReportId) -> Result<(Judged, Unit), JudgeError> {
    let incident = incident::find(conn, report)?.ok_or(JudgeError::NotFound)?;
    let unit = unit::by_ids(conn, &[incident.unit_id])?.pop().ok_or(JudgeError::NotFound)?;
    permit(caller, Action::ReadReports, &unit).map_err(|_| JudgeError::NotFound)?;
    Ok((incident, unit))
}

fn show(conn: &mut Conn, caller: &Caller, report: ReportId) -> Result<ShownIncident, JudgeError> {
    let (incident, unit) = find(conn, caller, report)?;
    let history = incident::history(conn, incident.chain_id)?;
    Ok(ShownIncident { incident, unit: unit.code, history })
}

fn run(
    conn: &mut Conn,
    clock: Clock,
    caller: &Caller,
    report: ReportId,
    change: Change,
) -> Result<ShownIncident, JudgeError> {
    let (_, unit) = find(conn, caller, report)?;
    permit(caller, Action::JudgeReports, &unit)?;
    // The police judge, and they have accounts.
    let account = caller.account_id().ok_or(Forbidden(Action::JudgeReports.name()))?;
    lock::units(conn, &[unit.id])?;
    let (incident, _) = find(conn, caller, report)?;
    let history = incident::history(conn, incident.chain_id)?;
    let judgement = change.of(incident.judgement);
    if judgement != incident.judgement {
        let version = history.last().map_or(1, |last| last.version + 1);
        let chain = (incident.chain_id, version);
        incident::judge(conn, chain, judgement, account, clock.now_micros())?;
        write_logs(conn, clock, caller, (&incident, &unit), judgement)?;
    }
    show(conn, caller, report)
}

fn write_logs(
    conn: &mut Conn,
    clock: Clock,
    caller: &Caller,
    (incident, unit): (&Judged, &Unit),
    judgement: Judgement,
) -> DbResult<()> {
    let change = NewChange {
        entity: "incident",
        entity_id: incident.chain_id,
        unit_id: Some(unit.id),
        commune_id: unit.commune_id,
    };
    let subject = format!("report:{}", incident.chain_id);
    let rows = format!("{judgement:?}");
    let digest = sha256(&[rows.as_bytes()]);
    let (actor, action) = (caller.actor(), "judge_incident");
    let audit = NewAudit { actor: &actor, action, subject: &subject, digest };
    log::append(conn, clock.real_micros(), &[change], &audit)
}
