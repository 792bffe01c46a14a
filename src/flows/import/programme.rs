//! `import programme FILE`: figures of earlier accounts, `year,unit,figure,value`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::{BadRow, Checked, ImportError, Imported, Mode, Rows, answer};
use crate::clock::Clock;
use crate::crypto::sha256;
use crate::db::log::NewAudit;
use crate::db::review::programme::{self, ProgrammeFigure};
use crate::db::unit::{self, Unit};
use crate::db::{Conn, Db, DbResult, log};
use crate::documents::table::{self, Row};
use crate::domain::ids::UnitId;
use crate::domain::programme::by_code;

const REQUIRED: [&str; 4] = ["year", "unit", "figure", "value"];
/// The largest figure of an account.
const LARGEST: i64 = 1_000_000_000;

/// Imports figures of a province. A figure that is there gets the new value. Units recognised in a year of which the
/// system holds reviews are refused: they are counted from these.
pub async fn import_programme(
    db: &Db,
    clock: Clock,
    bytes: &[u8],
    mode: Mode,
) -> Result<Imported, ImportError> {
    let rows: Rows = Arc::new(table::read(bytes, &REQUIRED, &[])?);
    answer(db.write(move |conn| run(conn, &rows, clock, mode)).await?)
}

fn run(conn: &mut Conn, rows: &[Row], clock: Clock, mode: Mode) -> DbResult<Checked> {
    let mut bad = Vec::new();
    let provinces = provinces(conn, rows, clock)?;
    let wanted: Vec<(u64, ProgrammeFigure)> =
        rows.iter().filter_map(|row| figure(row, &provinces, &mut bad)).collect();
    let mut seen = HashSet::new();
    for (line, figure) in &wanted {
        if !seen.insert((figure.unit_id, figure.year, &figure.figure)) {
            bad.push(refusal(*line, "figure", "the same figure of the same year stands in the file twice"));
        }
    }
    let (from, to) = span(&wanted);
    let ids: Vec<UnitId> = provinces.values().map(|unit| unit.id).collect();
    refuse_reviewed(conn, &wanted, (&ids, from, to), &mut bad)?;
    if !bad.is_empty() {
        return Ok(Err(bad));
    }
    let known: BTreeMap<(UnitId, i32, String), i64> = programme::figures(conn, &ids, from, to)?
        .into_iter()
        .map(|f| ((f.unit_id, f.year, f.figure), f.amount))
        .collect();
    let before = |f: &ProgrammeFigure| known.get(&(f.unit_id, f.year, f.figure.clone())).copied();
    let added = wanted.iter().filter(|(_, f)| before(f).is_none()).count();
    let unchanged = wanted.iter().filter(|(_, f)| before(f) == Some(f.amount)).count();
    let changed = wanted.len() - added - unchanged;
    if mode == Mode::Write && added + changed > 0 {
        write(conn, wanted.into_iter().map(|(_, figure)| figure).collect(), clock)?;
    }
    Ok(Ok(Imported { added, changed, unchanged }))
}

fn write(conn: &mut Conn, mut figures: Vec<ProgrammeFigure>, clock: Clock) -> DbResult<()> {
    figures.sort_unstable();
    programme::put(conn, &figures)?;
    let rows: Vec<u8> = figures.iter().flat_map(|figure| format!("{figure:?}").into_bytes()).collect();
    let audit = NewAudit { actor: "cli", action: "import_programme", subject: "", digest: sha256(&[&rows]) };
    log::append(conn, clock.real_micros(), &[], &audit)
}

fn refusal(line: u64, column: &'static str, reason: &str) -> BadRow {
    BadRow { line, column, reason: reason.to_owned() }
}

/// The provinces of today that the rows name.
fn provinces(conn: &mut Conn, rows: &[Row], clock: Clock) -> DbResult<HashMap<String, Unit>> {
    let codes: HashSet<String> = rows.iter().map(|row| row.get("unit").to_owned()).collect();
    let mut codes: Vec<String> = codes.into_iter().collect();
    codes.sort_unstable();
    let today = clock.today();
    let there = |unit: &Unit| unit.kind == "province" && unit.valid_from <= today && today <= unit.valid_to;
    let units = unit::by_codes(conn, &codes)?.into_iter().filter(there);
    Ok(units.map(|unit| (unit.code.clone(), unit)).collect())
}

fn figure(
    row: &Row,
    provinces: &HashMap<String, Unit>,
    bad: &mut Vec<BadRow>,
) -> Option<(u64, ProgrammeFigure)> {
    if let Some((column, reason)) = row.unfit() {
        bad.push(refusal(row.line, column, reason));
        return None;
    }
    let before = bad.len();
    let mut refuse = |column, reason: &str| bad.push(refusal(row.line, column, reason));
    let year = row.get("year").parse().ok().filter(|year| (2000..2200).contains(year));
    if year.is_none() {
        refuse("year", "write the year as 2012");
    }
    let unit = provinces.get(row.get("unit"));
    if unit.is_none() {
        refuse("unit", "there is no province with this code today; a province's code has 2 digits");
    }
    let figure = by_code(row.get("figure"));
    if figure.is_none() {
        refuse("figure", "there is no such figure; `binhyen import programme --list` names them");
    }
    let amount = figure.and_then(|figure| {
        let amount = amount(row.get("value"), figure.percent);
        if amount.is_none() {
            refuse("value", "a whole number of 0 or more; a percentage may have two decimals: 80,37");
        }
        amount
    });
    let found =
        ProgrammeFigure { unit_id: unit?.id, year: year?, figure: figure?.code.to_owned(), amount: amount? };
    (bad.len() == before).then_some((row.line, found))
}

/// A count, or a percentage in hundredths.
fn amount(text: &str, percent: bool) -> Option<i64> {
    let (whole, decimals) = text.split_once([',', '.']).unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(decimals) || decimals.len() > 2 {
        return None;
    }
    let whole: i64 = whole.parse().ok().filter(|whole| *whole <= LARGEST)?;
    match percent {
        false => decimals.is_empty().then_some(whole),
        true => {
            let hundredths = format!("{decimals:0<2}").parse::<i64>().ok()?;
            Some(whole * 100 + hundredths)
        }
    }
}

fn span(wanted: &[(u64, ProgrammeFigure)]) -> (i32, i32) {
    let years = || wanted.iter().map(|(_, figure)| figure.year);
    (years().min().unwrap_or(2_000), years().max().unwrap_or(2_000))
}

/// Units recognised are counted from reviews where there are some: a second source would count them twice or differ.
fn refuse_reviewed(
    conn: &mut Conn,
    wanted: &[(u64, ProgrammeFigure)],
    (provinces, from, to): (&[UnitId], i32, i32),
    bad: &mut Vec<BadRow>,
) -> DbResult<()> {
    let reviewed: HashSet<(UnitId, i32, String)> = programme::recognised(conn, provinces, from, to)?
        .into_iter()
        .flat_map(|(unit, year, kind, ..)| {
            ["recognised", "registered"].map(|what| (unit, year, format!("{what}_{kind}")))
        })
        .collect();
    for (line, figure) in wanted {
        if reviewed.contains(&(figure.unit_id, figure.year, figure.figure.clone())) {
            let reason = "the system holds reviews of that year and counts these; leave the row out";
            bad.push(refusal(*line, "figure", reason));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_whole_and_percentages_have_two_decimals_at_most() {
        for (text, percent, expected) in [
            ("3105", false, Some(3_105)),
            ("70", true, Some(7_000)),
            ("80,37", true, Some(8_037)),
            ("80.5", true, Some(8_050)),
            ("80,5", false, None),
            ("80,375", true, None),
            ("-1", false, None),
            ("", false, None),
            ("1e3", false, None),
            ("99999999999999999999", false, None),
        ] {
            assert_eq!(amount(text, percent), expected, "{text}");
        }
    }
}
