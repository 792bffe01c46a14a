//! The indicators of the installation.

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Bool, Integer, Text};

use super::conn::Conn;
use super::sql::Sql;
use super::{DbError, DbResult};
use crate::domain::indicator::{Catalogue, Indicator, Kind, OverTime, Reporter};

type Columns = (Integer, Text, Text, Text, Text, Text, Text, Text, Text, Bool, Bool, BigInt, Text, Text);
type Row =
    (i32, String, String, String, String, String, String, String, String, bool, bool, i64, String, String);

/// All indicators, in the order of their numbers.
pub fn load(conn: &mut Conn) -> DbResult<Catalogue> {
    let rows = Sql::<Columns>::new(
        "SELECT id, code, name_vi, name_ascii, gloss_en, group_name, unit, kind, over_time, lower_is_better, clearing, \
         max_value, reporter, synonyms FROM indicator ORDER BY id",
    )
    .load::<Row>(conn)?;
    let indicators = rows.into_iter().map(indicator).collect::<DbResult<Vec<_>>>()?;
    Catalogue::new(indicators).map_err(|_| DbError::Corrupt("the catalogue of indicators"))
}

fn indicator(row: Row) -> DbResult<Indicator> {
    let (
        id,
        code,
        name_vi,
        name_ascii,
        gloss_en,
        group,
        unit,
        kind,
        over_time,
        lower,
        clearing,
        max,
        reporter,
        words,
    ) = row;
    Ok(Indicator {
        id,
        code,
        name_vi,
        name_ascii,
        gloss_en,
        group,
        unit,
        kind: match kind.as_str() {
            "count" => Kind::Count,
            "people" => Kind::People,
            "money" => Kind::Money,
            _ => return Err(DbError::Corrupt("the kind of an indicator")),
        },
        over_time: if over_time == "sum" { OverTime::Sum } else { OverTime::Last },
        lower_is_better: lower,
        clearing,
        max,
        reporter: if reporter == "hamlet" { Reporter::Hamlet } else { Reporter::Commune },
        synonyms: words.split('|').map(str::to_owned).collect(),
    })
}
