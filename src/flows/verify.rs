//! Recomputing everything from the reports: figures, totals, current returns, and the audit chain.
//!
//! Commune by commune, each within one snapshot, so that a database in use is compared with itself at one moment and
//! the write-ahead log does not grow.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use super::intake::figures::{add_differences, figures, stated_rows};
use crate::crypto::DIGEST_LEN;
use crate::db::total::{Difference, TotalKey};
use crate::db::value::Value;
use crate::db::verify::Version;
use crate::db::{Conn, Db, DbError, DbResult, log, verify};
use crate::domain::ids::{ReportId, UnitId};
use crate::domain::indicator::Catalogue;
use crate::domain::intake::{Incident, MonthState, Return};
use crate::domain::period::{Calendar, Period};

/// Something that is not as the reports say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A total differs.
    Total {
        /// Period number, commune and indicator.
        key: TotalKey,
        /// What is stored.
        stored: Difference,
        /// What the reports give.
        computed: Difference,
    },
    /// A current figure is missing, superfluous or different.
    Value {
        /// The row as it is stored, if it is.
        stored: Option<Value>,
        /// The row as the reports give it, if they do.
        computed: Option<Value>,
    },
    /// A month's return does not point to the last version of its chain.
    Return {
        /// The unit.
        unit: UnitId,
        /// The period number.
        period: i32,
        /// The version pointed to, if any.
        stored: Option<ReportId>,
        /// The last version, if any.
        computed: Option<ReportId>,
    },
    /// A link of the audit chain is missing or was changed.
    Audit {
        /// Its number.
        number: i64,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Total { key: (period, commune, indicator), stored, computed } => write!(
                f,
                "total of commune {commune}, period {period}, indicator {indicator}: stored {} by {} hamlets, the reports give {} by {}",
                stored.figure, stored.stated, computed.figure, computed.stated
            ),
            Finding::Value { stored, computed } => {
                write!(f, "figure: stored {stored:?}, the reports give {computed:?}")
            }
            Finding::Return { unit, period, stored, computed } => {
                write!(
                    f,
                    "return of unit {unit}, period {period}: points to {stored:?}, the last version is {computed:?}"
                )
            }
            Finding::Audit { number } => write!(f, "audit link {number} is missing or was changed"),
        }
    }
}

/// What was looked at, and what was found.
#[derive(Debug, Default)]
pub struct Verification {
    /// Communes compared.
    pub communes: usize,
    /// Audit links checked.
    pub audit_links: i64,
    /// What is wrong; empty when all is well.
    pub findings: Vec<Finding>,
}

/// Communes looked up at a time.
const PAGE: i64 = 500;

/// Compares everything. `progress` is told after each commune how many are done.
pub async fn verify(
    db: &Db,
    catalogue: &Catalogue,
    calendar: &Calendar,
    mut progress: impl FnMut(usize),
) -> DbResult<Verification> {
    let mut verification = Verification::default();
    let mut last = 0;
    loop {
        let page = db.read(move |conn| verify::communes(conn, last, PAGE)).await?;
        let Some(end) = page.last() else { break };
        last = *end;
        for commune in page {
            let (catalogue, calendar) = (catalogue.clone(), calendar.clone());
            let found =
                db.read_snapshot(move |conn| verify_commune(conn, &catalogue, &calendar, commune)).await?;
            verification.findings.extend(found);
            verification.communes += 1;
            progress(verification.communes);
        }
    }
    verify_audit(db, &mut verification).await?;
    Ok(verification)
}

async fn verify_audit(db: &Db, verification: &mut Verification) -> DbResult<()> {
    let (mut last, mut hash) = (0, [0; DIGEST_LEN]);
    loop {
        let check = db.read(move |conn| log::check_chain(conn, last, hash)).await?;
        (last, hash) = (check.last, check.hash);
        if let Some(number) = check.broken {
            verification.findings.push(Finding::Audit { number });
            break;
        }
        if !check.more {
            break;
        }
    }
    verification.audit_links = last;
    // Links may have been added while this ran; what matters is that none before them is missing.
    let (number, _) = db.read(log::head).await?;
    if number < last {
        verification.findings.push(Finding::Audit { number: number + 1 });
    }
    Ok(())
}

fn verify_commune(
    conn: &mut Conn,
    catalogue: &Catalogue,
    calendar: &Calendar,
    commune: UnitId,
) -> DbResult<Vec<Finding>> {
    let months = months(&verify::versions(conn, commune)?)?;
    let mut findings = compare_totals(&verify::totals(conn, commune)?, &months, catalogue, commune);
    findings.extend(compare_values(verify::values(conn, commune)?, &months, calendar, commune));
    findings.extend(compare_returns(&verify::returns(conn, commune)?, &months));
    Ok(findings)
}

type Months = BTreeMap<(UnitId, Period), MonthState>;

/// The months as the last versions of all chains make them.
fn months(versions: &[Version]) -> DbResult<Months> {
    let last: HashMap<ReportId, &Version> =
        versions.iter().map(|version| (version.chain_id, version)).collect();
    let mut months = Months::new();
    for version in last.into_values() {
        let period = Period::from_number(version.period).map_err(|_| DbError::Corrupt("a period"))?;
        let month = months.entry((version.unit_id, period)).or_default();
        let values = figures(&version.stated)?;
        if values.is_empty() && !version.rest_zero {
            // It took the report back.
            continue;
        }
        match version.day {
            Some(day) => month.incidents.push(Incident { report: version.id, day, values }),
            None => {
                let (report, rest_zero) = (version.id, version.rest_zero);
                month.month_return =
                    Some(Return { report, version: version.version, values, rest_zero, author: None });
            }
        }
    }
    Ok(months)
}

fn compare_totals(
    stored: &[(TotalKey, Difference)],
    months: &Months,
    catalogue: &Catalogue,
    commune: UnitId,
) -> Vec<Finding> {
    let mut computed = BTreeMap::new();
    for (key, month) in months {
        add_differences(catalogue, (*key, commune), &MonthState::default(), month, &mut computed);
    }
    computed.retain(|_, difference| *difference != Difference::default());
    let stored: BTreeMap<TotalKey, Difference> = stored.iter().copied().collect();
    let keys = stored.keys().chain(computed.keys()).copied().collect::<std::collections::BTreeSet<_>>();
    let of = |totals: &BTreeMap<TotalKey, Difference>, key: &TotalKey| {
        totals.get(key).copied().unwrap_or_default()
    };
    keys.into_iter()
        .map(|key| Finding::Total { key, stored: of(&stored, &key), computed: of(&computed, &key) })
        .filter(|finding| !matches!(finding, Finding::Total { stored, computed, .. } if stored == computed))
        .collect()
}

fn compare_values(stored: Vec<Value>, months: &Months, calendar: &Calendar, commune: UnitId) -> Vec<Finding> {
    let key = |value: &Value| (value.unit_id, value.period, value.indicator_id, value.day_from, value.day_to);
    let rows = months
        .iter()
        .flat_map(|(month, state)| stated_rows((*month, commune), calendar.span(month.1), state));
    let mut computed: BTreeMap<_, Value> = rows.map(|value| (key(&value), value)).collect();
    let mut findings = Vec::new();
    for value in stored {
        let expected = computed.remove(&key(&value));
        if expected.as_ref().map(|expected| expected.figure) != Some(value.figure) {
            findings.push(Finding::Value { stored: Some(value), computed: expected });
        }
    }
    findings
        .extend(computed.into_values().map(|value| Finding::Value { stored: None, computed: Some(value) }));
    findings
}

fn compare_returns(stored: &[(UnitId, i32, ReportId, i32)], months: &Months) -> Vec<Finding> {
    let report = |month: &MonthState| month.month_return.as_ref().map(|r| r.report);
    let mut computed: BTreeMap<(UnitId, i32), ReportId> = months
        .iter()
        .filter_map(|((unit, period), month)| Some(((*unit, period.number()), report(month)?)))
        .collect();
    let mut findings = Vec::new();
    for (unit, period, report, _) in stored {
        let last = computed.remove(&(*unit, *period));
        if last != Some(*report) {
            findings.push(Finding::Return {
                unit: *unit,
                period: *period,
                stored: Some(*report),
                computed: last,
            });
        }
    }
    let missing =
        |((unit, period), report)| Finding::Return { unit, period, stored: None, computed: Some(report) };
    findings.extend(computed.into_iter().map(missing));
    findings
}
