//! The past of an installation: a text, a report, ten figures and a reply of every hamlet for many months, made by the
//! database itself.

use binhyen::db::sql::Sql;
use binhyen::db::{Conn, Db, DbResult, Target};

/// Months that are written in one transaction.
const PIECE: usize = 10;

/// Writes `months` months, the hundredth being 2025-12, for every head of a hamlet.
pub async fn fill(target: Target, months: usize) {
    let db = Db::open_with(target, 1, 1);
    db.write(|conn| run(conn, HEADS.to_owned())).await.expect("the heads");
    for first in (1..=months).step_by(PIECE) {
        let last = (first + PIECE - 1).min(months);
        db.write(move |conn| {
            TABLES.into_iter().try_for_each(|table| run(conn, statement(conn, table, first, last)))
        })
        .await
        .expect("the past");
    }
    db.write(|conn| run(conn, "UPDATE log_head SET change_number = 500000000".to_owned()))
        .await
        .expect("the head");
    // As autovacuum does in the meantime.
    db.write(|conn| run(conn, "ANALYZE".to_owned())).await.expect("statistics");
}

fn run(conn: &mut Conn, text: String) -> DbResult<()> {
    Sql::new(text.leak()).run(conn)?;
    Ok(())
}

/// Every head with a number.
const HEADS: &str = "CREATE TABLE past AS SELECT row_number() OVER (ORDER BY p.unit_id) AS seq, p.person_id, p.unit_id, \
    u.commune_id, f.number_index, f.number_cipher FROM post p JOIN unit u ON u.id = p.unit_id \
    JOIN phone f ON f.person_id = p.person_id WHERE p.role = 'head'";

/// What is inserted into which table, from `told`: a row per head and month.
const TABLES: [(&str, &str); 7] = [
    (
        "message (id, gateway, dedupe_key, sender_index, sender_cipher, text_index, text_cipher, received_at, stored_at, \
         trusted, person_id, unit_id, commune_id, intent, fate, why, reading, personal, flags, report_id)",
        "SELECT id, 'bench', RANDOM, number_index, number_cipher, RANDOM, number_cipher, id, id, TRUE, person_id, unit_id, \
         commune_id, 'report', 'recorded', NULL, '{\"values\":{\"TC\":1,\"CG\":2,\"CB\":1}}', FALSE, '', id \
         FROM told ORDER BY id",
    ),
    (
        "report (id, chain_id, version, unit_id, commune_id, kind, period, day, stated, rest_zero, added, proposal, \
         flagged, source, person_id, account_id, message_id, client_id, content_digest, note_cipher, received_at, stored_at)",
        "SELECT id, id, 1, unit_id, commune_id, 'month', period, NULL, '{\"1\":1,\"2\":1,\"3\":1,\"4\":1,\"5\":1,\"6\":1}', \
         FALSE, NULL, FALSE, FALSE, 'sms', person_id, NULL, id, NULL, NULL, NULL, id, id FROM told ORDER BY id",
    ),
    (
        "month_return (unit_id, period, commune_id, report_id, version, rest_zero, stated_count, first_received_at, on_time)",
        "SELECT unit_id, period, commune_id, id, 1, FALSE, 10, id, TRUE FROM told ORDER BY unit_id, period",
    ),
    (
        "value (unit_id, period, indicator_id, day_from, day_to, commune_id, figure)",
        "SELECT unit_id, period, i.id, DAY, DAY, commune_id, 1 FROM told CROSS JOIN indicator i WHERE i.id <= 10 \
         ORDER BY unit_id, period, i.id",
    ),
    (
        "total (period, commune_id, indicator_id, figure, stated)",
        "SELECT period, commune_id, i.id, count(*), count(*) FROM told CROSS JOIN indicator i WHERE i.id <= 10 \
         GROUP BY period, commune_id, i.id ORDER BY period, commune_id, i.id",
    ),
    (
        "outbox (id, cause, kind, receiver_index, receiver_cipher, text_index, text_cipher, gateway, commune_id, lane, state, \
         parts, cost, created_at, next_at, attempts)",
        "SELECT id, id, 'reply', number_index, number_cipher, RANDOM, number_cipher, 'bench', commune_id, 0, 'sent', 1, 0, \
         id, 0, 1 FROM told ORDER BY id",
    ),
    (
        "change (number, at, entity, entity_id, unit_id, commune_id)",
        "SELECT id, id, 'report', id, unit_id, commune_id FROM told ORDER BY id",
    ),
];

fn statement(conn: &Conn, (into, select): (&str, &str), first: usize, last: usize) -> String {
    let (random, day) = if conn.is_postgres() {
        ("sha256(CAST(CAST(random() AS TEXT) AS BYTEA))", "CAST('2005-01-15' AS DATE)")
    } else {
        ("randomblob(32)", "'2005-01-15'")
    };
    let select = select.replace("RANDOM", random).replace("DAY", day);
    format!(
        "INSERT INTO {into} WITH RECURSIVE g (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM g WHERE n < {last}), \
         told AS (SELECT g.n * 1000000 + past.seq AS id, (2017 + (g.n + 7) / 12) * 100 + (g.n + 7) % 12 + 1 AS period, \
         past.* FROM past CROSS JOIN g) {select}"
    )
}
