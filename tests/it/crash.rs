//! What is answered 2xx is on disk: servers and databases are killed in the middle.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use binhyen::db::sql::Sql;
use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;

use crate::support::TestDatabase;
use crate::support::process::{Server, import_heads, program};

/// Hamlets, each with a head.
const HEADS: usize = 20;
/// Texts of each head.
const TEXTS: usize = 40;

/// Sends the texts of one head, one after the other; answers the ids that were acknowledged. `acknowledged` counts
/// those of all heads.
async fn send_texts(
    client: reqwest::Client,
    url: String,
    head: usize,
    skip: BTreeSet<String>,
    acknowledged: Arc<AtomicUsize>,
) -> BTreeSet<String> {
    let mut done = BTreeSet::new();
    for text in 0..TEXTS {
        let id = format!("{head}-{text}");
        if skip.contains(&id) {
            continue;
        }
        let body = serde_json::json!({
            "id": id, "from": format!("09000000{head:02}"), "text": format!("THEM T3 TC1 TTRA{}", text % 3 + 1),
        });
        let sent = client.post(&url).json(&body).send().await;
        if sent.is_ok_and(|answer| answer.status() == 202) {
            done.insert(id);
            acknowledged.fetch_add(1, Ordering::Relaxed);
        }
    }
    done
}

/// All heads send at once; the server is killed when `kill_after` texts were acknowledged.
async fn send_all(server: Server, skip: &BTreeSet<String>, kill_after: Option<usize>) -> BTreeSet<String> {
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let client = reqwest::Client::new();
    let heads: Vec<_> = (1..=HEADS)
        .map(|head| {
            tokio::spawn(send_texts(
                client.clone(),
                server.inbound(),
                head,
                skip.clone(),
                Arc::clone(&acknowledged),
            ))
        })
        .collect();
    match kill_after {
        Some(count) => {
            while acknowledged.load(Ordering::Relaxed) < count {
                tokio::task::yield_now().await;
            }
            server.kill();
            collect(heads).await
        }
        None => {
            let done = collect(heads).await;
            assert_eq!(server.terminate(), Some(0));
            done
        }
    }
}

async fn collect(heads: Vec<tokio::task::JoinHandle<BTreeSet<String>>>) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for head in heads {
        all.extend(head.await.unwrap());
    }
    all
}

async fn a_server_killed_in_the_middle_loses_nothing_and_doubles_nothing(test: TestDatabase) {
    import_heads(&test, HEADS, "");
    let before = send_all(Server::start(program(&test)), &BTreeSet::new(), Some(200)).await;
    assert!(before.len() >= 200 && before.len() < HEADS * TEXTS);
    // The heads' gateway sends what was not acknowledged again, and a few that were.
    let again: BTreeSet<String> = before.iter().skip(20).cloned().collect();
    let after = send_all(Server::start(program(&test)), &again, None).await;
    assert_eq!(again.union(&after).count(), HEADS * TEXTS);
    let db = test.open();
    let count = db.read(|conn| {
        let messages = Sql::<(BigInt,)>::new("SELECT count(*) FROM message").get_result::<(i64,)>(conn)?.0;
        let thefts = Sql::<(BigInt,)>::new("SELECT figure FROM total WHERE indicator_id = 1")
            .get_result::<(i64,)>(conn)?
            .0;
        Ok((messages, thefts))
    });
    let texts = i64::try_from(HEADS * TEXTS).unwrap();
    assert_eq!(count.await.unwrap().0, texts);
    assert!(program(&test).arg("verify").output().unwrap().status.success());
}

on_both!(a_server_killed_in_the_middle_loses_nothing_and_doubles_nothing);
