//! Many at once: servers that write while a phone pulls, and the devices of a province on the day that returns are due.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use binhyen::crypto::{Keys, sha256};
use binhyen::domain::access::Role;
use binhyen::domain::intake::SubmissionKind;
use binhyen::flows::authenticate::Caller;
use binhyen::flows::intake::IntakeError;
use binhyen::flows::sync::{Checked, Row, SyncError, Syncing};
use futures_util::future::join_all;

use crate::support::TestDatabase;
use crate::support::world::{COMMUNE, World};

const NOW: &str = "2026-03-16T08:00:00+07:00";
/// Reports of each of two servers.
const OF_EACH: usize = 60;
const DEVICES: i64 = 1_000;

fn syncing(world: &World, keys: &Arc<Keys>) -> Syncing {
    Syncing::new(world.db.clone(), keys.clone(), world.ids.clone(), world.clock, world.intake.clone())
}

/// An officer's account, by its number.
async fn officer(world: &World, number: i64) -> Caller {
    Caller::account(number, Role::Commune, Some(world.unit(COMMUNE).await))
}

/// Reports incidents, a few at a time.
async fn write(world: &World, name: &str, running: &Cell<usize>) {
    let hamlet = world.unit("03847001").await;
    for few in 0..OF_EACH / 4 {
        let incidents = (0..4).map(|number| {
            let mut incident =
                world.submission(&format!("{name}{few}-{number}"), hamlet, "2026-03", &[(1, 1)]);
            incident.report.kind = SubmissionKind::Incident("2026-03-10".parse().unwrap());
            incident.report.confirmed = true;
            world.intake.submit(incident)
        });
        assert!(join_all(incidents).await.iter().all(Result::is_ok));
    }
    running.set(running.get() - 1);
}

async fn a_phone_that_pulls_while_two_servers_write_gets_everything_once(test: TestDatabase) {
    let (first, second) = (World::new(&test, NOW).await, World::beside(&test, NOW));
    let (syncing, caller) = (syncing(&first, &first.keys), officer(&first, 1).await);
    let running = Cell::new(2);
    let pull = async {
        let (mut after, mut seen) = (None, BTreeMap::new());
        loop {
            let last = running.get() == 0;
            let page = syncing.pull(&caller, after, 7).await.unwrap();
            after = Some(page.cursor);
            let count = page.documents.len();
            page.documents.into_iter().for_each(|document| *seen.entry(document.id).or_insert(0) += 1);
            if last && count < 7 {
                return seen;
            }
            tokio::task::yield_now().await;
        }
    };
    let (seen, ..) = tokio::join!(pull, write(&first, "a", &running), write(&second, "b", &running));
    assert_eq!(seen.len(), 2 * OF_EACH, "{seen:?}");
    assert!(seen.values().all(|times| *times == 1), "{seen:?}");
    first.assert_consistent().await;
}

async fn a_cursor_of_another_server_begins_anew(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let caller = officer(&world, 1).await;
    write(&world, "a", &Cell::new(1)).await;
    // The same state of the log and the same caller; only the key is another.
    let elsewhere = syncing(&world, &Arc::new(Keys::from_bytes(&[9; 32]).unwrap()));
    let theirs = elsewhere.pull(&caller, None, 1_000).await.unwrap();
    assert_eq!((theirs.documents.len(), theirs.fresh), (OF_EACH, false));
    let own = syncing(&world, &world.keys);
    let page = own.pull(&caller, Some(theirs.cursor), 1_000).await.unwrap();
    assert_eq!((page.documents.len(), page.fresh), (OF_EACH, true));
    let page = own.pull(&caller, Some(page.cursor), 1_000).await.unwrap();
    assert_eq!((page.documents.len(), page.fresh), (0, false));
}

/// A row that a device pushes: an incident of its own.
fn row(device: i64) -> Row {
    let name = format!("device-{device}");
    let day = format!("2026-03-{:02}", 1 + device % 14);
    let checked = Checked {
        document: name.clone(),
        rev: name.clone(),
        unit: format!("0384700{}", 1 + device % 3),
        kind: SubmissionKind::Incident(day.parse().unwrap()),
        values: [(1, 1)].into(),
        rest_zero: false,
        note: None,
        confirmed: true,
        deleted: false,
        assumed: None,
        before: Vec::new(),
        digest: sha256(&[name.as_bytes()]),
    };
    Row { raw: "{}".to_owned(), checked: Ok(checked) }
}

/// What a device does that comes back into the network: it pulls, pushes, waits where it is told to, and pulls what is new.
async fn come_back(syncing: &Syncing, caller: Caller, device: i64) {
    let before = syncing.pull(&caller, None, 200).await.unwrap();
    let pushed = loop {
        match syncing.push(&caller, vec![row(device)]).await {
            Err(SyncError::Intake(IntakeError::Busy)) => tokio::task::yield_now().await,
            pushed => break pushed.unwrap(),
        }
    };
    assert_eq!(pushed.masters, []);
    let told = syncing.pull_status(&caller, None, 10).await.unwrap();
    let state: Vec<&str> = told.documents.iter().map(|status| status.state.as_str()).collect();
    assert_eq!(state, ["taken"], "device {device}");
    syncing.pull(&caller, Some(before.cursor), 200).await.unwrap();
}

async fn a_thousand_devices_at_once_lose_nothing_and_double_nothing(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let syncing = syncing(&world, &world.keys);
    let first = officer(&world, 1).await;
    let commune = first.unit_id;
    let devices = (1..=DEVICES)
        .map(|device| come_back(&syncing, Caller::account(device, Role::Commune, commune), device));
    join_all(devices).await;
    assert_eq!(world.number("SELECT count(*) FROM report").await, DEVICES);
    let (mut after, mut seen) = (None, BTreeMap::new());
    loop {
        let page = syncing.pull(&first, after, 200).await.unwrap();
        let count = page.documents.len();
        page.documents.into_iter().for_each(|document| *seen.entry(document.rev).or_insert(0) += 1);
        after = Some(page.cursor);
        if count < 200 {
            break;
        }
    }
    assert_eq!((seen.len(), seen.values().sum::<i64>()), (1_000, DEVICES));
    world.assert_consistent().await;
}

on_both!(
    a_phone_that_pulls_while_two_servers_write_gets_everything_once,
    a_cursor_of_another_server_begins_anew,
    a_thousand_devices_at_once_lose_nothing_and_double_nothing,
);
