//! Several servers on one database, killed at any moment, with clocks that differ: everything is planned and sent once.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use binhyen::db::sql::Sql;
use binhyen::db::{Conn, Db};
use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;

use super::commune::{Commune, PEOPLE, UNITS, micros};
use crate::support::TestDatabase;
use crate::support::process::{Server, import_heads, program};
use crate::support::provider::Provider;

/// Hamlets, each with a head.
const HEADS: usize = 60;

async fn servers_that_plan_at_the_same_time_plan_once(test: TestDatabase) {
    let commune = Commune::new(test, "2026-05-02T00:00:00+07:00", UNITS, PEOPLE).await;
    let clocks = ["2026-05-16T08:00:00+07:00", "2026-05-16T08:04:00+07:00", "2026-05-16T07:57:00+07:00"];
    for round in 0..4 {
        let planning = clocks.map(|clock| {
            let server = commune.server(clock);
            tokio::spawn(async move { server.plan_due(micros(clock)).await.unwrap() })
        });
        let mut rows = 0;
        for plan in planning {
            rows += plan.await.unwrap().rows;
        }
        assert_eq!(rows, if round == 0 { 12 } else { 0 }, "round {round}");
    }
    assert!(commune.last_run().await.planned_at.is_some());
    let sent = commune.send("2026-05-16T08:04:00+07:00").await;
    assert_eq!(sent.len(), 4, "{sent:#?}");
}

async fn what_a_server_left_half_planned_another_finishes(test: TestDatabase) {
    let commune = Commune::new(test, "2026-05-02T00:00:00+07:00", UNITS, PEOPLE).await;
    let now = "2026-05-12T08:00:00+07:00";
    commune.plan(now).await;
    // As if the first had died after the rows, and before the texts were there.
    commune
        .run("UPDATE reminder_run SET planned_at = NULL WHERE filled_at > after_at AND until_at > after_at")
        .await;
    commune.run("DELETE FROM outbox").await;
    assert_eq!(commune.at(now).await.len(), 3);
    // As if it had died in the middle of the rows.
    commune
        .run("UPDATE reminder_run SET planned_at = NULL, filled_at = NULL WHERE until_at > after_at")
        .await;
    commune.run("UPDATE reminder SET state = 'planned'").await;
    commune.run("DELETE FROM reminder WHERE id = (SELECT min(id) FROM reminder)").await;
    commune.run("DELETE FROM outbox").await;
    assert_eq!(commune.at(now).await.len(), 3);
    assert_eq!(commune.fates().await, ["told 3"]);
}

on_both!(servers_that_plan_at_the_same_time_plan_once, what_a_server_left_half_planned_another_finishes);

/// A server whose clock stands at `clock` on the 16th of May, with a spool of its own.
fn server(test: &TestDatabase, provider: &Provider, clock: &str, number: usize) -> Command {
    let mut command = program(test);
    command
        .env("BINHYEN__CLOCK__FIXED", format!("2026-05-16T{clock}:00+07:00"))
        .env("BINHYEN__INTAKE__SPOOL_DIR", test.beside(&format!("spool-{number}")))
        .env("BINHYEN__OUTBOUND__REMINDERS", "true")
        .env("BINHYEN__GATEWAYS__TEST__SEND_URL", provider.url())
        .env("BINHYEN__GATEWAYS__TEST__PARTS_PER_SECOND", "40")
        .env("BINHYEN__OUTBOUND__LEASE_SECONDS", "10")
        .env("BINHYEN__OUTBOUND__REQUEST_SECONDS", "5");
    command
}

async fn count(db: &Db, query: &'static str) -> i64 {
    let read = move |conn: &mut Conn| Ok(Sql::<(BigInt,)>::new(query).get_result::<(i64,)>(conn)?.0);
    db.read(read).await.unwrap()
}

/// Which ids each number was texted under.
fn ids_by_number(provider: &Provider) -> BTreeMap<String, BTreeSet<String>> {
    let mut ids = BTreeMap::<String, BTreeSet<String>>::new();
    for text in provider.heard() {
        let of = |field: &str| text[field].as_str().unwrap().to_owned();
        ids.entry(of("to")).or_default().insert(of("id"));
    }
    ids
}

/// Three servers on one PostgreSQL, their clocks up to seven minutes apart; again and again one is killed in the middle
/// of its work and another started.
async fn servers_that_are_killed_send_every_reminder_once(test: TestDatabase) {
    import_heads(
        &test,
        HEADS,
        "Cán bộ,0910000001,commune,03847
",
    );
    let provider = Provider::start();
    let clocks = ["08:00", "08:04", "07:57"];
    let mut number = 0;
    let mut start = |clock: &str| {
        number += 1;
        Server::start(server(&test, &provider, clock, number))
    };
    let mut servers: Vec<Server> = clocks.iter().map(|clock| start(clock)).collect();
    for (round, heard) in [1, 4, 9, 17, 26, 38].into_iter().enumerate() {
        provider.hear(heard).await;
        servers.remove(round % servers.len()).kill();
        servers.push(start(clocks[round % clocks.len()]));
    }
    // The idempotent provider may hear of a text again whose answer was lost, under the same id.
    while ids_by_number(&provider).len() < HEADS + 1 {
        provider.hear(provider.heard().len() + 1).await;
    }
    let db = test.open();
    while count(&db, "SELECT count(*) FROM outbox WHERE state = 'queued'").await > 0 {
        tokio::task::yield_now().await;
    }
    for server in servers {
        assert_eq!(server.terminate(), Some(0));
    }
    let ids = ids_by_number(&provider);
    assert_eq!(ids.len(), HEADS + 1);
    assert!(ids.values().all(|ids| ids.len() == 1), "{ids:#?}");
    let heads = i64::try_from(HEADS).unwrap();
    // The step after the last day to each head, and each hamlet in the officer's list.
    assert_eq!(count(&db, "SELECT count(*) FROM outbox WHERE kind = 'reminder'").await, heads + 1);
    assert_eq!(count(&db, "SELECT count(*) FROM reminder WHERE state = 'told'").await, 2 * heads);
    assert_eq!(count(&db, "SELECT count(*) FROM reminder WHERE state = 'planned'").await, 0);
}

mod servers_that_are_killed_send_every_reminder_once {
    #[test]
    fn postgres() {
        use crate::support::{TestDatabase, play};
        play(super::servers_that_are_killed_send_every_reminder_once(TestDatabase::postgres()));
    }
}
