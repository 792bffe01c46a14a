//! The data that comes with the program: the official provinces and communes, where the communes of before
//! 2025-07-01 went, and the catalogue of indicators.
//!
//! Ids of official units are made from their codes, so that every installation has the same.

use chrono::NaiveDate;
use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;
use serde::Deserialize;

use super::conn::Conn;
use super::sql::{Bind, Sql, pieces};
use super::unit::{ALWAYS, FOREVER};
use super::{DbError, DbResult};
use crate::domain::ids::UnitId;
use crate::domain::indicator::{Catalogue, Indicator, Kind, OverTime, Reporter};

const UNITS: &str = include_str!("../../config/units/communes_2025-07-01.csv");
const CHANGES: &str = include_str!("../../config/units/changes_2026-04-30.csv");
const PREDECESSORS: &str = include_str!("../../config/units/commune_predecessors_2025-07-01.csv");

/// Distances between the kinds of official ids; application-made ids are far above.
const PROVINCE_IDS: UnitId = 1_000_000;
const COMMUNE_IDS: UnitId = 2_000_000;
const FORMER_COMMUNE_IDS: UnitId = 3_000_000;
const FORMER_ISLAND_IDS: UnitId = 4_000_000;

/// Two tiers of local government since this day.
fn reform() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 7, 1).unwrap_or_default()
}

/// Writes what is missing, in one transaction.
pub(super) fn run(conn: &mut Conn) -> DbResult<()> {
    let count = |conn: &mut Conn, text| Sql::<(BigInt,)>::new(text).get_result::<(i64,)>(conn);
    let (units,) = count(conn, "SELECT count(*) FROM unit WHERE id < 5000000")?;
    let (indicators,) = count(conn, "SELECT count(*) FROM indicator")?;
    let (heads,) = count(conn, "SELECT count(*) FROM log_head")?;
    conn.begin()?;
    let written = (|| {
        if indicators == 0 {
            write_indicators(conn)?;
        }
        if units == 0 {
            write_units(conn)?;
        }
        if heads == 0 {
            let head =
                "INSERT INTO log_head (id, epoch, change_number, audit_number, hash) VALUES (1, 1, 0, 0, ";
            Sql::new(head).bind([0; 32]).sql(")").run(conn)?;
        }
        Ok(())
    })();
    super::conn::finish(conn, written)
}

fn write_indicators(conn: &mut Conn) -> DbResult<()> {
    let catalogue = Catalogue::shipped().map_err(|_| DbError::Corrupt("the shipped catalogue"))?;
    let rows: Vec<[Bind; 16]> = catalogue.iter().map(indicator_row).collect();
    for piece in pieces(&rows) {
        Sql::new(
            "INSERT INTO indicator (id, code, name_vi, name_ascii, gloss_en, group_name, unit, kind, over_time, \
             lower_is_better, clearing, max_value, reporter, synonyms, valid_from, valid_to) VALUES ",
        )
        .rows(piece.iter().cloned())
        .run(conn)?;
    }
    Ok(())
}

fn indicator_row(i: &Indicator) -> [Bind; 16] {
    let kind = match i.kind {
        Kind::Count => "count",
        Kind::People => "people",
        Kind::Money => "money",
    };
    let over_time = if i.over_time == OverTime::Sum { "sum" } else { "last" };
    let reporter = if i.reporter == Reporter::Hamlet { "hamlet" } else { "commune" };
    [
        i.id.into(),
        i.code.as_str().into(),
        i.name_vi.as_str().into(),
        i.name_ascii.as_str().into(),
        i.gloss_en.as_str().into(),
        i.group.as_str().into(),
        i.unit.as_str().into(),
        kind.into(),
        over_time.into(),
        i.lower_is_better.into(),
        i.clearing.into(),
        i.max.into(),
        reporter.into(),
        i.synonyms.join("|").into(),
        ALWAYS.into(),
        FOREVER.into(),
    ]
}

#[derive(Deserialize)]
struct UnitLine {
    code: String,
    kind: String,
    province_code: String,
    name: String,
    lat: Option<f64>,
    lon: Option<f64>,
    area_km2: Option<f64>,
}

#[derive(Deserialize)]
struct ChangeLine {
    effective: NaiveDate,
    code: String,
    old_name: String,
    new_name: String,
}

#[derive(Deserialize)]
struct PredecessorLine {
    old_code: String,
    old_name: String,
    old_district_code: String,
    new_code: String,
    extent: String,
    main_successor: String,
}

fn lines<T: for<'a> Deserialize<'a>>(text: &str) -> DbResult<Vec<T>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().collect::<Result<_, _>>().map_err(|_| DbError::Corrupt("a shipped table of units"))
}

fn number(code: &str) -> DbResult<i64> {
    code.parse().map_err(|_| DbError::Corrupt("a code in the shipped tables of units"))
}

/// Provinces have two digits, communes five.
fn official_id(code: &str) -> DbResult<UnitId> {
    Ok(number(code)? + if code.len() == 2 { PROVINCE_IDS } else { COMMUNE_IDS })
}

fn write_units(conn: &mut Conn) -> DbResult<()> {
    let changes: Vec<ChangeLine> = lines(CHANGES)?;
    let mut units = Vec::new();
    for line in lines::<UnitLine>(UNITS)? {
        let id = official_id(&line.code)?;
        let province =
            if line.province_code.is_empty() { None } else { Some(official_id(&line.province_code)?) };
        let name = changes.iter().find(|c| c.code == line.code).map_or(&line.name, |c| &c.new_name);
        units.push(UnitRow {
            id,
            parent: province,
            province: Some(province.unwrap_or(id)),
            commune: province.map(|_| id),
            from: reform(),
            to: FOREVER,
            point: (line.lat, line.lon, line.area_km2),
            name: name.clone(),
            code: line.code,
            kind: line.kind,
        });
    }
    units.sort_by_key(|unit| unit.id);
    insert_units(conn, &units)?;
    write_former_names(conn, &changes)?;
    write_predecessors(conn)
}

struct UnitRow {
    id: UnitId,
    code: String,
    kind: String,
    parent: Option<UnitId>,
    province: Option<UnitId>,
    commune: Option<UnitId>,
    name: String,
    from: NaiveDate,
    to: NaiveDate,
    point: (Option<f64>, Option<f64>, Option<f64>),
}

fn insert_units(conn: &mut Conn, units: &[UnitRow]) -> DbResult<()> {
    for piece in pieces(units) {
        let rows = piece.iter().map(|unit| -> [Bind; 12] {
            [
                unit.id.into(),
                unit.code.as_str().into(),
                unit.kind.as_str().into(),
                unit.parent.into(),
                unit.province.into(),
                unit.commune.into(),
                unit.name.as_str().into(),
                unit.from.into(),
                unit.to.into(),
                unit.point.0.into(),
                unit.point.1.into(),
                unit.point.2.into(),
            ]
        });
        Sql::new(
            "INSERT INTO unit (id, code, kind, parent_id, province_id, commune_id, name, valid_from, valid_to, \
             latitude, longitude, area_km2) VALUES ",
        )
        .rows(rows)
        .run(conn)?;
    }
    Ok(())
}

fn write_former_names(conn: &mut Conn, changes: &[ChangeLine]) -> DbResult<()> {
    for change in changes {
        let last_day = change.effective.pred_opt().unwrap_or(change.effective);
        Sql::new("INSERT INTO unit_name (unit_id, valid_to, name) VALUES ")
            .rows([[official_id(&change.code)?.into(), last_day.into(), change.old_name.as_str().into()]])
            .run(conn)?;
    }
    Ok(())
}

/// The communes of before the reform, without parents (districts are gone, and their names are not in the source),
/// and where each went.
fn write_predecessors(conn: &mut Conn) -> DbResult<()> {
    let predecessors: Vec<PredecessorLine> = lines(PREDECESSORS)?;
    let mut units: Vec<UnitRow> = Vec::new();
    let mut lineage: Vec<[Bind; 6]> = Vec::new();
    for line in &predecessors {
        let unit = former_unit(line)?;
        lineage.push([
            unit.id.into(),
            official_id(&line.new_code)?.into(),
            line.extent.as_str().into(),
            (line.extent == "whole" || line.main_successor == "main").into(),
            reform().into(),
            "Sắp xếp đơn vị hành chính 01/07/2025".into(),
        ]);
        units.push(unit);
    }
    units.sort_by_key(|unit| unit.id);
    units.dedup_by_key(|unit| unit.id);
    insert_units(conn, &units)?;
    for piece in pieces(&lineage) {
        Sql::new("INSERT INTO unit_lineage (from_unit_id, to_unit_id, extent, main_successor, effective, decision) VALUES ")
            .rows(piece.iter().cloned())
            .run(conn)?;
    }
    Ok(())
}

fn former_unit(line: &PredecessorLine) -> DbResult<UnitRow> {
    let island = line.old_code.is_empty();
    let (code, kind, base) = if island {
        (&line.old_district_code, "district", FORMER_ISLAND_IDS)
    } else {
        (&line.old_code, "commune", FORMER_COMMUNE_IDS)
    };
    let id = base + number(code)?;
    Ok(UnitRow {
        id,
        code: code.clone(),
        kind: kind.to_owned(),
        parent: None,
        province: None,
        commune: (!island).then_some(id),
        name: line.old_name.clone(),
        from: ALWAYS,
        to: reform().pred_opt().unwrap_or_default(),
        point: (None, None, None),
    })
}
