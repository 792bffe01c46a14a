//! Reports: every version, and the current returns and incidents.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, Text};

use super::DbResult;
use super::conn::Conn;
use super::insert::Inserts;
use super::sql::{Bind, Sql, padded, wanted};
use crate::crypto::Digest;
use crate::domain::ids::{MessageId, PersonId, ReportId, UnitId};

/// A version of a report, as it is written and never changed.
#[derive(Debug, Clone)]
pub struct NewVersion {
    /// Its id.
    pub id: ReportId,
    /// The id of the first version of the chain.
    pub chain_id: ReportId,
    /// Its number in the chain, from 1.
    pub version: i32,
    /// The unit that reports.
    pub unit_id: UnitId,
    /// The commune that it lies in.
    pub commune_id: UnitId,
    /// The period that it counts in, as a number.
    pub period: i32,
    /// The day of an incident; `None` for a month's return.
    pub day: Option<NaiveDate>,
    /// What it states: JSON from indicator id to figure.
    pub stated: String,
    /// Whether the rest is nothing.
    pub rest_zero: bool,
    /// What an addition added, as JSON.
    pub added: Option<String>,
    /// Whether it waits for the officer.
    pub proposal: bool,
    /// Whether different people gave different figures.
    pub flagged: bool,
    /// `sms`, `app`, `web`, `openrosa`, `api` or `import`.
    pub source: &'static str,
    /// The person who sent it.
    pub person_id: Option<PersonId>,
    /// The account that sent it.
    pub account_id: Option<i64>,
    /// The text that it came by.
    pub message_id: Option<MessageId>,
    /// The id that the client gave it; unique.
    pub client_id: Option<String>,
    /// Digest of what the client sent under that id.
    pub content_digest: Option<Digest>,
    /// The note, sealed.
    pub note_cipher: Option<Vec<u8>>,
    /// When it was received, domain time.
    pub received_at: i64,
    /// When it was stored, real time.
    pub stored_at: i64,
    /// Of a proposal: the version that it would replace.
    pub replaces: Option<ReportId>,
}

/// Versions to be inserted. It fails as overtaken when a version number or client id was taken meanwhile.
pub fn add(inserts: &mut Inserts, versions: &[NewVersion]) {
    inserts.add_new(
        "INSERT INTO report (id, chain_id, version, unit_id, commune_id, kind, period, day, stated, rest_zero, added, \
         proposal, flagged, source, person_id, account_id, message_id, client_id, content_digest, note_cipher, \
         received_at, stored_at, replaces)",
        versions.iter().map(version_row),
    );
}

fn version_row(v: &NewVersion) -> [Bind; 23] {
    [
        v.id.into(),
        v.chain_id.into(),
        v.version.into(),
        v.unit_id.into(),
        v.commune_id.into(),
        if v.day.is_some() { "incident" } else { "month" }.into(),
        v.period.into(),
        v.day.into(),
        v.stated.as_str().into(),
        v.rest_zero.into(),
        v.added.clone().into(),
        v.proposal.into(),
        v.flagged.into(),
        v.source.into(),
        v.person_id.into(),
        v.account_id.into(),
        v.message_id.into(),
        v.client_id.clone().into(),
        v.content_digest.map(|digest| digest.to_vec()).into(),
        v.note_cipher.clone().into(),
        v.received_at.into(),
        v.stored_at.into(),
        v.replaces.into(),
    ]
}

/// The current return of a unit and month.
#[derive(Debug, Clone)]
pub struct CurrentReturn {
    /// The unit.
    pub unit_id: UnitId,
    /// The period, as a number.
    pub period: i32,
    /// The current version.
    pub report_id: ReportId,
    /// The chain.
    pub chain_id: ReportId,
    /// Its number.
    pub version: i32,
    /// Whether the rest is nothing.
    pub rest_zero: bool,
    /// What it states, as JSON.
    pub stated: String,
    /// Who sent it.
    pub person_id: Option<PersonId>,
    /// When the first version was received.
    pub first_received_at: i64,
    /// Whether the first version was on time.
    pub on_time: bool,
}

/// The current returns of `units`, each given once, for `periods`.
pub fn returns(conn: &mut Conn, units: &[UnitId], periods: &BTreeSet<i32>) -> DbResult<Vec<CurrentReturn>> {
    type Row = (i64, i32, i64, i64, i32, bool, String, Option<i64>, i64, bool);
    let mut found = Vec::new();
    for (units, periods) in unit_and_period_lists(units, periods) {
        let rows = Sql::<(
            BigInt,
            Integer,
            BigInt,
            BigInt,
            Integer,
            Bool,
            Text,
            Nullable<BigInt>,
            BigInt,
            Bool,
        )>::new(
            "SELECT r.unit_id, r.period, r.report_id, v.chain_id, r.version, r.rest_zero, v.stated, v.person_id, \
             r.first_received_at, r.on_time FROM (VALUES ",
        )
        .rows(units)
        // “+ 0” keeps the index of the country's month out: a hamlet has few months.
        .sql(") AS wanted CROSS JOIN month_return r JOIN report v ON v.id = r.report_id \
             WHERE r.unit_id = wanted.column1 AND r.period + 0 IN (")
        .list(periods)
        .sql(")")
        .load::<Row>(conn)?;
        found.extend(rows.into_iter().map(
            |(
                unit_id,
                period,
                report_id,
                chain_id,
                version,
                rest_zero,
                stated,
                person_id,
                first_received_at,
                on_time,
            )| {
                CurrentReturn {
                    unit_id,
                    period,
                    report_id,
                    chain_id,
                    version,
                    rest_zero,
                    stated,
                    person_id,
                    first_received_at,
                    on_time,
                }
            },
        ));
    }
    Ok(found)
}

/// The current version of an incident.
#[derive(Debug, Clone)]
pub struct CurrentIncident {
    /// The first version.
    pub chain_id: ReportId,
    /// The current one.
    pub report_id: ReportId,
    /// Its number.
    pub version: i32,
    /// The unit.
    pub unit_id: UnitId,
    /// The period, as a number.
    pub period: i32,
    /// The day.
    pub day: NaiveDate,
    /// What it states, as JSON.
    pub stated: String,
}

/// The current incidents of `units`, each given once, in `periods`, oldest chain first.
pub fn incidents(
    conn: &mut Conn,
    units: &[UnitId],
    periods: &BTreeSet<i32>,
) -> DbResult<Vec<CurrentIncident>> {
    type Row = (i64, i64, i32, i64, i32, NaiveDate, String);
    let mut found = Vec::new();
    for (units, periods) in unit_and_period_lists(units, periods) {
        let mut rows = Sql::<(BigInt, BigInt, Integer, BigInt, Integer, Date, Text)>::new(
            "SELECT i.chain_id, i.report_id, v.version, i.unit_id, i.period, i.day, v.stated FROM (VALUES ",
        )
        .rows(units)
        .sql(
            ") AS wanted CROSS JOIN incident i JOIN report v ON v.id = i.report_id \
             WHERE i.unit_id = wanted.column1 AND i.period IN (",
        )
        .list(periods)
        .sql(")")
        .load::<Row>(conn)?;
        rows.sort_unstable_by_key(|row| row.0);
        found.extend(rows.into_iter().map(|(chain_id, report_id, version, unit_id, period, day, stated)| {
            CurrentIncident { chain_id, report_id, version, unit_id, period, day, stated }
        }));
    }
    Ok(found)
}

/// Units to be joined and periods for an `IN (…)`.
fn unit_and_period_lists(units: &[UnitId], periods: &BTreeSet<i32>) -> Vec<(Vec<[Bind; 1]>, Vec<Bind>)> {
    let periods: Vec<i32> = periods.iter().copied().collect();
    let lists: Vec<Vec<Bind>> = padded(&periods).collect();
    wanted(units)
        .flat_map(|units| lists.iter().map(move |periods| (units.clone(), periods.clone())))
        .collect()
}

/// Which of these months their communes have closed.
pub fn closed(conn: &mut Conn, communes: &[UnitId], periods: &BTreeSet<i32>) -> DbResult<Vec<(UnitId, i32)>> {
    let mut found = Vec::new();
    for (communes, periods) in unit_and_period_lists(communes, periods) {
        found.extend(
            Sql::<(BigInt, Integer)>::new("SELECT s.commune_id, s.period FROM (VALUES ")
                .rows(communes)
                .sql(") AS wanted CROSS JOIN month_state s WHERE s.commune_id = wanted.column1 AND s.state <> 'open' AND s.period IN (")
                .list(periods)
                .sql(")")
                .load::<(i64, i32)>(conn)?,
        );
    }
    Ok(found)
}

/// These units have no return of these periods any more.
pub fn drop_returns(conn: &mut Conn, returns: &[(UnitId, i32)]) -> DbResult<()> {
    for (unit, period) in returns {
        Sql::new("DELETE FROM month_return WHERE unit_id = ")
            .bind(*unit)
            .sql(" AND period = ")
            .bind(*period)
            .run(conn)?;
    }
    Ok(())
}

/// The incidents of these chains are no more.
pub fn drop_incidents(conn: &mut Conn, chains: &[ReportId]) -> DbResult<()> {
    for chain in chains {
        Sql::new("DELETE FROM incident WHERE chain_id = ").bind(*chain).run(conn)?;
    }
    Ok(())
}

/// Makes these the current returns of their units and months. `communes` gives the commune of each, `stated` how many
/// figures each states.
pub fn add_returns(inserts: &mut Inserts, returns: &[(CurrentReturn, UnitId, i32)]) {
    let row = |(r, commune, stated): &(CurrentReturn, UnitId, i32)| -> [Bind; 9] {
        [
            r.unit_id.into(),
            r.period.into(),
            (*commune).into(),
            r.report_id.into(),
            r.version.into(),
            r.rest_zero.into(),
            (*stated).into(),
            r.first_received_at.into(),
            r.on_time.into(),
        ]
    };
    inserts.add(
        "INSERT INTO month_return (unit_id, period, commune_id, report_id, version, rest_zero, stated_count, \
         first_received_at, on_time)",
        returns.iter().map(row),
        " ON CONFLICT (unit_id, period) DO UPDATE SET report_id = excluded.report_id, version = excluded.version, \
         rest_zero = excluded.rest_zero, stated_count = excluded.stated_count",
    );
}

/// The same by themselves.
pub fn put_returns(conn: &mut Conn, returns: &[(CurrentReturn, UnitId, i32)]) -> DbResult<()> {
    let mut inserts = Inserts::default();
    add_returns(&mut inserts, returns);
    inserts.run(conn)
}

/// Makes these the current incidents; `commune` beside each.
pub fn add_incidents(inserts: &mut Inserts, incidents: &[(CurrentIncident, UnitId)]) {
    let row = |(i, commune): &(CurrentIncident, UnitId)| -> [Bind; 8] {
        [
            i.chain_id.into(),
            i.unit_id.into(),
            (*commune).into(),
            i.period.into(),
            i.day.into(),
            i.report_id.into(),
            false.into(),
            false.into(),
        ]
    };
    inserts.add(
        "INSERT INTO incident (chain_id, unit_id, commune_id, period, day, report_id, unavoidable, prevented)",
        incidents.iter().map(row),
        " ON CONFLICT (chain_id) DO UPDATE SET report_id = excluded.report_id, day = excluded.day, period = excluded.period",
    );
}

/// What version `version` of the month's return of a unit stated, as JSON.
pub fn stated_by(conn: &mut Conn, unit: UnitId, period: i32, version: i32) -> DbResult<Option<String>> {
    let mut rows = Sql::<(Text,)>::new(
        "SELECT v.stated FROM month_return r JOIN report c ON c.id = r.report_id \
         JOIN report v ON v.chain_id = c.chain_id WHERE r.unit_id = ",
    )
    .bind(unit)
    .sql(" AND r.period = ")
    .bind(period)
    .sql(" AND v.version = ")
    .bind(version)
    .load::<(String,)>(conn)?;
    Ok(rows.pop().map(|(stated,)| stated))
}
