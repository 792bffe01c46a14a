//! Incidents as reviews look at them, with what the police said of each.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, Text};

use super::super::conn::Conn;
use super::super::sql::{Sql, padded, wanted};
use super::super::{DbError, DbResult};
use crate::domain::ids::{ReportId, UnitId};
use crate::domain::review::Severity;

/// An incident in its current version.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The id of its report: of the first version.
    pub chain_id: ReportId,
    /// The unit.
    pub unit_id: UnitId,
    /// The period, as a number.
    pub period: i32,
    /// The day.
    pub day: NaiveDate,
    /// What it states, as JSON.
    pub stated: String,
    /// What the police said.
    pub judgement: Judgement,
}

/// What the police say of an incident.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Judgement {
    /// How grave it is; `None`: not said.
    pub severity: Option<Severity>,
    /// Bất khả kháng.
    pub unavoidable: bool,
    /// Phát hiện, ngăn chặn, báo cáo kịp thời.
    pub prevented: bool,
}

type Columns = (BigInt, BigInt, Integer, Date, Text, Nullable<Text>, Bool, Bool);
type Row = (i64, i64, i32, NaiveDate, String, Option<String>, bool, bool);

fn judged(
    (chain_id, unit_id, period, day, stated, severity, unavoidable, prevented): Row,
) -> DbResult<Judged> {
    let judgement = Judgement { severity: named(severity)?, unavoidable, prevented };
    Ok(Judged { chain_id, unit_id, period, day, stated, judgement })
}

fn named(severity: Option<String>) -> DbResult<Option<Severity>> {
    let named =
        |name: String| Severity::by_name(&name).ok_or(DbError::Corrupt("the severity of an incident"));
    severity.map(named).transpose()
}

/// The incidents of `units`, each given once, in `periods`, by day.
pub fn of_units(conn: &mut Conn, units: &[UnitId], periods: &BTreeSet<i32>) -> DbResult<Vec<Judged>> {
    let periods: Vec<i32> = periods.iter().copied().collect();
    let mut found = Vec::new();
    for units in wanted(units) {
        for periods in padded(&periods) {
            let rows = Sql::<Columns>::new(
                "SELECT i.chain_id, i.unit_id, i.period, i.day, v.stated, i.severity, i.unavoidable, i.prevented \
                 FROM (VALUES ",
            )
            .rows(units.clone())
            .sql(
                ") AS wanted CROSS JOIN incident i JOIN report v ON v.id = i.report_id \
                 WHERE i.unit_id = wanted.column1 AND i.period IN (",
            )
            .list(periods)
            .sql(")")
            .load::<Row>(conn)?;
            found.extend(rows.into_iter().map(judged).collect::<DbResult<Vec<_>>>()?);
        }
    }
    found.sort_unstable_by_key(|incident| (incident.day, incident.chain_id));
    Ok(found)
}

/// The incident whose report has a version with this id.
pub fn find(conn: &mut Conn, report: ReportId) -> DbResult<Option<Judged>> {
    let row = Sql::<Columns>::new(
        "SELECT i.chain_id, i.unit_id, i.period, i.day, v.stated, i.severity, i.unavoidable, i.prevented \
         FROM incident i JOIN report v ON v.id = i.report_id \
         WHERE i.chain_id = (SELECT chain_id FROM report WHERE id = ",
    )
    .bind(report)
    .sql(")")
    .load::<Row>(conn)?
    .pop();
    row.map(judged).transpose()
}

/// What was said of an incident, by whom, when.
#[derive(Debug, Clone)]
pub struct PastJudgement {
    /// Its number, from 1.
    pub version: i32,
    /// What was said.
    pub judgement: Judgement,
    /// The user name of the account.
    pub account: Option<String>,
    /// When, domain time.
    pub at: i64,
}

/// Everything that was said of an incident, the first first.
pub fn history(conn: &mut Conn, chain_id: ReportId) -> DbResult<Vec<PastJudgement>> {
    type Row = (i32, Option<String>, bool, bool, Option<String>, i64);
    let rows = Sql::<(Integer, Nullable<Text>, Bool, Bool, Nullable<Text>, BigInt)>::new(
        "SELECT j.version, j.severity, j.unavoidable, j.prevented, a.username, j.at FROM judgement j \
         LEFT JOIN account a ON a.id = j.account_id WHERE j.chain_id = ",
    )
    .bind(chain_id)
    .sql(" ORDER BY j.version")
    .load::<Row>(conn)?;
    let past = |(version, severity, unavoidable, prevented, account, at): Row| {
        let judgement = Judgement { severity: named(severity)?, unavoidable, prevented };
        Ok(PastJudgement { version, judgement, account, at })
    };
    rows.into_iter().map(past).collect()
}

/// Writes version `version` of what is said of an incident.
pub fn judge(
    conn: &mut Conn,
    (chain_id, version): (ReportId, i32),
    judgement: Judgement,
    account_id: i64,
    at: i64,
) -> DbResult<()> {
    let severity = judgement.severity.map(|severity| severity.name().to_owned());
    Sql::new(
        "INSERT INTO judgement (chain_id, version, severity, unavoidable, prevented, account_id, at) VALUES ",
    )
    .rows([[
        chain_id.into(),
        version.into(),
        severity.clone().into(),
        judgement.unavoidable.into(),
        judgement.prevented.into(),
        account_id.into(),
        at.into(),
    ]])
    .run(conn)?;
    Sql::new("UPDATE incident SET severity = ")
        .bind(severity)
        .sql(", unavoidable = ")
        .bind(judgement.unavoidable)
        .sql(", prevented = ")
        .bind(judgement.prevented)
        .sql(" WHERE chain_id = ")
        .bind(chain_id)
        .run(conn)?;
    Ok(())
}
