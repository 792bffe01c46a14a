//! One contract for every kind of gateway: whatever a provider answers, a text goes once or is known not to have gone.
//!
//! A kind is an entry of [`KINDS`]: how its settings are written, how its provider says yes, no, busy and wrong, and how
//! it reports. The stories then run over all of them. A phone (`smsgate_phone`) is handed nothing: where others are asked
//! to take a text, it comes and fetches it.

mod kinds;
mod line;
mod phone;

use binhyen::flows::deliver::{Moment, Sender};
use binhyen::sms::{DeliveryStatus, Request, Taken};

use crate::support::TestDatabase;
use crate::support::sending::{fates, sender_of};
use crate::support::wire::{Heard, Reply};
use crate::support::world::{HEAD, World};
use line::Line;

const NOW: &str = "2026-03-16T08:00:00+07:00";

/// How a kind of gateway and its provider speak.
struct Kind {
    /// The settings of the gateway `test` whose provider is at this address.
    settings: fn(&str) -> String,
    /// For how many seconds a busy provider is left alone; `None`: it is never busy.
    rest: Option<i64>,
    /// What an error inside an answer that says yes means; `None`: the kind knows no such thing.
    error_inside: Option<&'static str>,
    /// It answers with a page of HTML, which some portal in between might: whether the text counts as taken. `None`: there
    /// are no pages on its line.
    html_is_yes: Option<bool>,
    /// Whether the same text again makes no second one.
    idempotent: bool,
    /// What its provider speaks.
    speaks: Speaks,
    /// The reason of a text that was refused.
    refused: &'static str,
    /// The reason why a text waits that nobody asks for, or with credentials that are wrong.
    wrong: &'static str,
    /// The reason of a text of which nobody knows what became.
    open: &'static str,
}

enum Speaks {
    Http(Http),
    Smpp,
    Phone,
}

/// The words of a provider that speaks HTTP.
#[derive(Clone, Copy)]
struct Http {
    /// The provider takes the text of this request, under an id of its own that it makes of the number.
    yes: fn(&Heard, usize) -> Reply,
    /// It will never take this text.
    no: fn() -> Reply,
    /// It is busy, and asks for `rest` if it can.
    busy: fn() -> Reply,
    /// The credentials are wrong.
    wrong: fn() -> Reply,
    /// 200 with an error inside, where it knows such a thing.
    error_inside: fn() -> Reply,
    /// The request by which the provider reports about the text of request number N.
    report: fn(&Heard, usize, DeliveryStatus) -> Request,
}

/// What a provider does with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    /// Takes it.
    Yes,
    /// Will never take it.
    No,
    /// Is busy.
    Busy,
    /// Does not know us.
    Wrong,
    /// Says yes with an error inside.
    ErrorInside,
    /// Answers with a page of HTML.
    Html,
    /// Takes it and hangs up without an answer.
    HangUp,
    /// Takes it and never answers.
    Silence,
    /// Takes it and hangs up in the middle of the answer.
    Midway,
    /// Takes it and answers when it is released.
    Held,
}

/// Every kind.
const KINDS: &[(&str, Kind)] = &[
    ("generic", kinds::GENERIC),
    ("twilio", kinds::TWILIO),
    ("vonage", kinds::VONAGE),
    ("esms", kinds::ESMS),
    ("smsgate", kinds::SMSGATE),
    ("kannel", kinds::KANNEL),
    ("smpp", kinds::SMPP),
    ("smsgate_phone", kinds::PHONE),
];

/// A world with one reply to be sent, and the gateway of a kind whose provider does one thing after the other, then yes.
struct Stage {
    /// The stories begin with an empty commune for every kind.
    _test: TestDatabase,
    world: World,
    line: Line,
    sender: Sender,
}

impl Stage {
    async fn new(beside: &TestDatabase, kind: &'static Kind, does: &[Does]) -> Stage {
        let test = beside.another();
        let world = World::new(&test, NOW).await;
        world.text(HEAD, "ANTT 3 TC2").await;
        let (line, gateways) = Line::open(kind, &world, does).await;
        let sender = sender_of(&world, &gateways, "test", 1);
        Stage { _test: test, world, line, sender }
    }

    async fn send(&self) {
        self.send_at(self.sender.now()).await;
    }

    /// Sends again when every pause is over.
    async fn send_later(&self) {
        let now = self.sender.now();
        self.send_at(Moment { real: now.real + 3_600_000_000, ..now }).await;
    }

    async fn send_at(&self, now: Moment) {
        self.line.send(&self.sender, now).await;
    }

    async fn fate(&self) -> (String, String) {
        let (state, _, reason) = fates(&self.world).await.remove(0);
        (state, reason)
    }

    async fn assert_fate(&self, kind: &str, state: &str, reason: &str) {
        assert_eq!(self.fate().await, (state.to_owned(), reason.to_owned()), "{kind}");
    }

    async fn spent(&self) -> i64 {
        self.world.number("SELECT CAST(coalesce(sum(parts), 0) AS BIGINT) FROM spending").await
    }
}

async fn an_accepted_text_is_sent_once_and_counted(test: TestDatabase) {
    for (name, kind) in KINDS {
        let stage = Stage::new(&test, kind, &[]).await;
        stage.send().await;
        stage.send_later().await;
        assert_eq!((stage.line.asked(), stage.spent().await), (1, 1), "{name}");
        stage.assert_fate(name, "accepted", "").await;
        for heard in stage.line.heard() {
            assert!(["GET", "POST"].contains(&heard.method.as_str()), "{name}: {}", heard.method);
            assert!(heard.target.starts_with('/'), "{name}: {}", heard.target);
            assert!(heard.headers["user-agent"].starts_with("binhyen/"), "{name}: who sends says so");
        }
        assert_eq!(stage.sender.gateway.is_idempotent(), kind.idempotent, "{name}");
    }
}

async fn a_rejected_text_is_not_sent_again_and_closes_nothing(test: TestDatabase) {
    for (name, kind) in KINDS {
        let stage = Stage::new(&test, kind, &[Does::No]).await;
        stage.send().await;
        stage.send_later().await;
        assert_eq!((stage.line.asked(), stage.spent().await), (1, 0), "{name}");
        stage.assert_fate(name, "failed", kind.refused).await;
        assert_eq!(
            stage.world.number("SELECT count(*) FROM route WHERE trouble IS NOT NULL").await,
            0,
            "{name}"
        );
    }
}

async fn a_busy_provider_is_left_alone_as_long_as_it_asks(test: TestDatabase) {
    for (name, kind) in KINDS {
        let Some(rest) = kind.rest else { continue };
        let stage = Stage::new(&test, kind, &[Does::Busy]).await;
        let now = stage.sender.now();
        let at = |seconds: i64| Moment { real: now.real + seconds * 1_000_000, ..now };
        stage.send_at(at(0)).await;
        stage.assert_fate(name, "queued", "transient").await;
        stage.send_at(at(rest - 1)).await;
        assert_eq!(stage.line.asked(), 1, "{name}");
        stage.send_at(at(rest + 1)).await;
        stage.assert_fate(name, "accepted", "").await;
    }
}

async fn wrong_credentials_pause_the_route_and_lose_nothing(test: TestDatabase) {
    for (name, kind) in KINDS {
        let stage = Stage::new(&test, kind, &[Does::Wrong; 3]).await;
        for _ in 0..3 {
            stage.send_later().await;
            stage.assert_fate(name, "queued", kind.wrong).await;
            stage.world.db.write(|conn| binhyen::db::route::try_again(conn, "test")).await.unwrap();
        }
        stage.send_later().await;
        stage.assert_fate(name, "accepted", "").await;
        assert_eq!(
            stage.world.number("SELECT count(*) FROM route WHERE trouble IS NOT NULL").await,
            0,
            "{name}"
        );
    }
}

async fn an_error_inside_a_yes_is_an_error(test: TestDatabase) {
    for (name, kind) in KINDS {
        let Some(reason) = kind.error_inside else { continue };
        let stage = Stage::new(&test, kind, &[Does::ErrorInside]).await;
        stage.send().await;
        let (state, found) = stage.fate().await;
        assert!(state != "accepted" && found == reason, "{name}: {state} {found}");
    }
}

/// Where nobody knows what became of a text, it goes again only where that makes no second one.
async fn a_provider_that_leaves_the_outcome_open_gets_the_text_again_only_where_that_is_safe(
    test: TestDatabase,
) {
    for (name, kind) in KINDS {
        for open in [Does::HangUp, Does::Silence] {
            let stage = Stage::new(&test, kind, &[open]).await;
            stage.send().await;
            let (state, times) = if kind.idempotent { ("queued", 2) } else { ("unknown", 1) };
            stage.assert_fate(name, state, kind.open).await;
            stage.send_later().await;
            assert_eq!(stage.line.asked(), times, "{name} {open:?}");
            if kind.idempotent {
                stage.assert_fate(name, "accepted", "").await;
                let written = stage.line.written();
                assert_eq!(written[0], written[1], "{name}: the same text under the same id");
            }
        }
    }
}

async fn a_connection_that_breaks_in_the_middle_of_the_answer_sends_nothing_twice(test: TestDatabase) {
    for (name, kind) in KINDS {
        let stage = Stage::new(&test, kind, &[Does::Midway]).await;
        stage.send().await;
        let (state, _) = stage.fate().await;
        assert!(["accepted", "unknown", "queued"].contains(&state.as_str()), "{name}: {state}");
        stage.send_later().await;
        let again = state == "queued";
        assert!(!again || kind.idempotent, "{name}: a text of unknown outcome went again");
        assert_eq!(stage.line.asked(), if again { 2 } else { 1 }, "{name}");
    }
}

async fn a_page_of_html_instead_of_an_answer_loses_no_text(test: TestDatabase) {
    for (name, kind) in KINDS {
        let Some(is_yes) = kind.html_is_yes else { continue };
        let stage = Stage::new(&test, kind, &[Does::Html]).await;
        stage.send().await;
        let (state, _) = stage.fate().await;
        assert_eq!(state == "accepted", is_yes, "{name}: {state}");
        assert_ne!(state, "failed", "{name}");
    }
}

async fn reports_come_twice_late_and_about_unknown_texts(test: TestDatabase) {
    for (name, kind) in KINDS {
        let stage = Stage::new(&test, kind, &[]).await;
        stage.send().await;
        let gateway = &stage.sender.gateway;
        let about_nothing = stage.line.report(gateway, 77, DeliveryStatus::Delivered).await;
        assert_eq!(about_nothing, [Taken::Report { known: false }], "{name}");
        stage.assert_fate(name, "accepted", "").await;
        for (status, state) in [
            (DeliveryStatus::Delivered, "delivered"),
            (DeliveryStatus::Delivered, "delivered"),
            (DeliveryStatus::Sent, "delivered"),
            (DeliveryStatus::Failed, "delivered"),
        ] {
            let taken = stage.line.report(gateway, 1, status).await;
            assert_eq!(taken, [Taken::Report { known: true }], "{name}");
            stage.assert_fate(name, state, "").await;
        }
        assert_eq!(stage.spent().await, 1, "{name}: counted once");
    }
}

async fn a_report_before_the_answer_to_the_sending_is_not_lost(test: TestDatabase) {
    for (name, kind) in KINDS {
        let stage = Stage::new(&test, kind, &[Does::Held]).await;
        tokio::join!(stage.send(), async {
            stage.line.hear(1).await;
            stage.line.report(&stage.sender.gateway, 1, DeliveryStatus::Delivered).await;
            stage.line.release();
        });
        stage.assert_fate(name, "delivered", "").await;
        let known =
            stage.world.number("SELECT count(*) FROM outbox WHERE sent_at > 0 AND attempts = 1").await;
        assert_eq!((known, stage.spent().await), (1, 1), "{name}: it went, once");
        stage.send_later().await;
        assert_eq!(stage.line.asked(), 1, "{name}");
    }
}

on_both!(
    an_accepted_text_is_sent_once_and_counted,
    a_rejected_text_is_not_sent_again_and_closes_nothing,
    a_busy_provider_is_left_alone_as_long_as_it_asks,
    wrong_credentials_pause_the_route_and_lose_nothing,
    an_error_inside_a_yes_is_an_error,
    a_provider_that_leaves_the_outcome_open_gets_the_text_again_only_where_that_is_safe,
    a_connection_that_breaks_in_the_middle_of_the_answer_sends_nothing_twice,
    a_page_of_html_instead_of_an_answer_loses_no_text,
    reports_come_twice_late_and_about_unknown_texts,
    a_report_before_the_answer_to_the_sending_is_not_lost,
);
