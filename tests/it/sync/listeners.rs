//! Who may listen, how long and how many: the look at the log that tells all of them, without its HTTP.

use binhyen::domain::access::Role;
use binhyen::domain::ids::UnitId;
use binhyen::domain::intake::SubmissionKind;
use binhyen::flows::authenticate::Caller;
use binhyen::flows::sync::{Listening, News, SyncError, Syncing, Told};

use futures_util::FutureExt;
use futures_util::future::join_all;

use crate::support::TestDatabase;
use crate::support::world::{COMMUNE, World};

const NOW: &str = "2026-03-16T08:00:00+07:00";
/// When tokens end that end in no story.
const LATER: i64 = i64::MAX;

/// A commune whose officers listen.
struct Listened {
    world: World,
    syncing: Syncing,
    told: Told,
    commune: UnitId,
    hamlet: UnitId,
    reports: i64,
}

impl Listened {
    async fn open(test: &TestDatabase) -> Listened {
        let world = World::new(test, NOW).await;
        let (keys, ids) = (world.keys.clone(), world.ids.clone());
        let syncing = Syncing::new(world.db.clone(), keys, ids, world.clock, world.intake.clone());
        let (commune, hamlet) = (world.unit(COMMUNE).await, world.unit("03847001").await);
        Listened { world, syncing, told: Told::default(), commune, hamlet, reports: 0 }
    }

    /// The account `number`, an officer of the commune.
    fn officer(&self, number: i64) -> Caller {
        Caller::account(number, Role::Commune, Some(self.commune))
    }

    async fn listen(&self, number: i64, until: i64) -> Result<Listening, SyncError> {
        self.syncing.listen(&self.officer(number), until).await
    }

    /// Another report comes, and a round tells of it.
    async fn report(&mut self) {
        self.reports_at_once(1).await;
    }

    /// Reports come before a round tells of them.
    async fn reports_at_once(&mut self, count: i64) {
        let incidents = (0..count).map(|_| {
            self.reports += 1;
            let id = format!("r{}", self.reports);
            let mut incident = self.world.submission(&id, self.hamlet, "2026-03", &[(1, 1)]);
            incident.report.kind = SubmissionKind::Incident("2026-03-10".parse().unwrap());
            incident.report.confirmed = true;
            self.world.intake.submit(incident)
        });
        assert!(join_all(incidents).await.iter().all(Result::is_ok));
        self.round().await;
    }

    async fn round(&mut self) {
        assert!(self.syncing.tell_changes(&mut self.told).await.unwrap());
    }
}

/// What is heard next, in a word.
async fn heard(listening: &mut Listening) -> String {
    match listening.next().await {
        None => "over".to_owned(),
        Some(News::Resync) => "pull".to_owned(),
        Some(News::Reports(documents, _)) => documents.into_iter().map(|document| document.rev).collect(),
        Some(News::Statuses(..)) => "status".to_owned(),
    }
}

async fn a_connection_ends_when_its_token_does_and_hears_nothing_after(test: TestDatabase) {
    let mut listened = Listened::open(&test).await;
    let mut short = listened.listen(1, 1_000).await.unwrap();
    let mut long = listened.listen(1, 2_000).await.unwrap();
    listened.round().await;
    listened.syncing.live().end_lapsed(999);
    listened.report().await;
    assert_eq!((heard(&mut short).await, heard(&mut short).await), ("pull".to_owned(), "r1".to_owned()));
    // What waits when the token ends is not told any more.
    listened.report().await;
    listened.syncing.live().end_lapsed(1_000);
    assert_eq!(heard(&mut short).await, "over");
    listened.report().await;
    assert_eq!(heard(&mut short).await, "over");
    let rest =
        [heard(&mut long).await, heard(&mut long).await, heard(&mut long).await, heard(&mut long).await];
    assert_eq!(rest, ["pull", "r1", "r2", "r3"]);
    listened.syncing.live().end_lapsed(2_000);
    assert_eq!(heard(&mut long).await, "over");
    assert!(!listened.syncing.tell_changes(&mut listened.told).await.unwrap(), "nobody listens any more");
}

async fn who_does_not_read_is_told_to_pull_and_holds_up_nobody(test: TestDatabase) {
    let mut listened = Listened::open(&test).await;
    let mut sleeper = listened.listen(1, LATER).await.unwrap();
    let mut reader = listened.listen(2, LATER).await.unwrap();
    listened.round().await;
    assert_eq!(heard(&mut reader).await, "pull");
    for number in 1..=40 {
        listened.report().await;
        assert_eq!(heard(&mut reader).await, format!("r{number}"));
    }
    // It wakes up: what waited for it, and then that it must pull instead of going on behind a gap.
    let mut waited = Vec::new();
    for _ in 0..16 {
        waited.push(heard(&mut sleeper).await);
    }
    let told: Vec<String> = (1..=15).map(|number| format!("r{number}")).collect();
    assert_eq!((waited[0].as_str(), &waited[1..]), ("pull", told.as_slice()));
    listened.round().await;
    assert_eq!(heard(&mut sleeper).await, "pull");
    listened.report().await;
    assert_eq!(heard(&mut sleeper).await, "r41");
    assert_eq!(heard(&mut reader).await, "r41");
}

async fn so_much_at_once_is_told_by_telling_whom_it_concerns_to_pull(test: TestDatabase) {
    let mut listened = Listened::open(&test).await;
    let neighbour = Caller::account(2, Role::Commune, Some(listened.world.unit("04792").await));
    let mut concerned = listened.listen(1, LATER).await.unwrap();
    let mut elsewhere = listened.syncing.listen(&neighbour, LATER).await.unwrap();
    listened.round().await;
    assert_eq!(
        (heard(&mut concerned).await, heard(&mut elsewhere).await),
        ("pull".to_owned(), "pull".to_owned())
    );
    listened.reports_at_once(501).await;
    assert_eq!(heard(&mut concerned).await, "pull");
    assert!(elsewhere.next().now_or_never().is_none(), "what happens elsewhere is not told");
    listened.report().await;
    assert_eq!(heard(&mut concerned).await, "r502");
}

async fn there_is_room_for_so_many_and_nobody_can_take_all_of_it(test: TestDatabase) {
    let listened = Listened::open(&test).await;
    let mut open = Vec::new();
    for _ in 0..6 {
        open.push(listened.listen(1, LATER).await.unwrap());
    }
    assert!(matches!(listened.listen(1, LATER).await, Err(SyncError::ListensTwice(60))));
    // One that went away makes room for another.
    open.pop();
    open.push(listened.listen(1, LATER).await.unwrap());
    for number in 2..4_996 {
        open.push(listened.listen(number, LATER).await.unwrap());
    }
    assert_eq!(open.len(), 5_000);
    for number in [1, 9_999] {
        assert!(matches!(listened.listen(number, LATER).await, Err(SyncError::Full(60))));
    }
    open.truncate(4_999);
    open.push(listened.listen(9_999, LATER).await.unwrap());
    // The server stops: all end, and nobody can begin.
    listened.syncing.live().close();
    for listening in &mut open {
        assert_eq!(heard(listening).await, "over");
    }
    assert!(matches!(listened.listen(1, LATER).await, Err(SyncError::Full(_))));
}

on_both!(
    a_connection_ends_when_its_token_does_and_hears_nothing_after,
    who_does_not_read_is_told_to_pull_and_holds_up_nobody,
    so_much_at_once_is_told_by_telling_whom_it_concerns_to_pull,
    there_is_room_for_so_many_and_nobody_can_take_all_of_it,
);
