//! Figures of published accounts of a province, and what the records of the system say for the same.

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Integer, Text};

use super::super::DbResult;
use super::super::conn::Conn;
use super::super::sql::{Bind, Sql, padded, pieces};
use crate::domain::ids::UnitId;
use crate::domain::indicator::IndicatorId;

/// A figure of a year.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProgrammeFigure {
    /// The province.
    pub unit_id: UnitId,
    /// The year.
    pub year: i32,
    /// Its code.
    pub figure: String,
    /// How much; percentages in hundredths.
    pub amount: i64,
}

/// Writes figures; those that are there get the new amount.
pub fn put(conn: &mut Conn, figures: &[ProgrammeFigure]) -> DbResult<()> {
    let row = |f: &ProgrammeFigure| -> [Bind; 4] {
        [f.unit_id.into(), f.year.into(), f.figure.as_str().into(), f.amount.into()]
    };
    let rows: Vec<[Bind; 4]> = figures.iter().map(row).collect();
    for piece in pieces(&rows) {
        Sql::new("INSERT INTO programme_figure (unit_id, year, figure, amount) VALUES ")
            .rows(piece.iter().cloned())
            .sql(" ON CONFLICT (unit_id, year, figure) DO UPDATE SET amount = excluded.amount")
            .run(conn)?;
    }
    Ok(())
}

/// The figures of these provinces in these years.
pub fn figures(conn: &mut Conn, provinces: &[UnitId], from: i32, to: i32) -> DbResult<Vec<ProgrammeFigure>> {
    let mut found = Vec::new();
    for list in padded(provinces) {
        let rows = Sql::<(BigInt, Integer, Text, BigInt)>::new(
            "SELECT unit_id, year, figure, amount FROM programme_figure WHERE year >= ",
        )
        .bind(from)
        .sql(" AND year <= ")
        .bind(to)
        .sql(" AND unit_id IN (")
        .list(list)
        .sql(")")
        .load::<(i64, i32, String, i64)>(conn)?;
        let figure = |(unit_id, year, figure, amount)| ProgrammeFigure { unit_id, year, figure, amount };
        found.extend(rows.into_iter().map(figure));
    }
    found.sort_unstable();
    Ok(found)
}

/// Province, year, kind, registered, recognised.
pub type Recognised = (UnitId, i32, String, i64, i64);

/// Recognised and registered units by province, year and kind, where the system holds reviews: province, year, kind,
/// registered, recognised.
pub fn recognised(conn: &mut Conn, provinces: &[UnitId], from: i32, to: i32) -> DbResult<Vec<Recognised>> {
    let mut found = Vec::new();
    for list in padded(provinces) {
        found.extend(
            Sql::<(BigInt, Integer, Text, BigInt, BigInt)>::new(
                "SELECT u.province_id, r.year, r.kind, count(*), count(CASE WHEN r.state = 'recognised' THEN 1 END) \
                 FROM review r JOIN unit u ON u.id = r.unit_id WHERE r.year >= ",
            )
            .bind(from)
            .sql(" AND r.year <= ")
            .bind(to)
            .sql(" AND u.province_id IN (")
            .list(list)
            .sql(") GROUP BY u.province_id, r.year, r.kind")
            .load::<(i64, i32, String, i64, i64)>(conn)?,
        );
    }
    Ok(found)
}

/// The totals of a province's communes over the months from `from` to `to` (period numbers), by year of the label and
/// indicator: year, indicator, figure, how many hamlets' months state one.
pub fn totals(
    conn: &mut Conn,
    province: UnitId,
    from: i32,
    to: i32,
) -> DbResult<Vec<(i32, IndicatorId, i64, i64)>> {
    Ok(Sql::<(Integer, Integer, BigInt, BigInt)>::new(
        "SELECT t.period / 100, t.indicator_id, CAST(sum(t.figure) AS BIGINT), CAST(sum(t.stated) AS BIGINT) \
         FROM unit u CROSS JOIN total t WHERE u.kind = 'commune' AND t.commune_id = u.id AND t.period >= ",
    )
    .bind(from)
    .sql(" AND t.period <= ")
    .bind(to)
    .sql(" AND u.province_id = ")
    .bind(province)
    .sql(" GROUP BY t.period / 100, t.indicator_id")
    .load(conn)?)
}

/// What communes of a province themselves state of an indicator over the months from `from` to `to`, by year of the label:
/// year, figure. Totals hold only what hamlets report.
pub fn stated_by_communes(
    conn: &mut Conn,
    province: UnitId,
    indicator: IndicatorId,
    from: i32,
    to: i32,
) -> DbResult<Vec<(i32, i64)>> {
    Ok(Sql::<(Integer, BigInt)>::new(
        "SELECT v.period / 100, CAST(sum(v.figure) AS BIGINT) FROM unit u CROSS JOIN value v \
         WHERE u.kind = 'commune' AND v.unit_id = u.id AND v.day_from < v.day_to AND v.period >= ",
    )
    .bind(from)
    .sql(" AND v.period <= ")
    .bind(to)
    .sql(" AND v.indicator_id = ")
    .bind(indicator)
    .sql(" AND u.province_id = ")
    .bind(province)
    .sql(" GROUP BY v.period / 100")
    .load(conn)?)
}
