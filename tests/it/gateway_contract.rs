//! One contract for every kind of gateway: whatever a provider answers, a text goes once or is known not to have gone.
//!
//! A kind is an entry of [`KINDS`]: how its settings are written, how its provider says yes, no, busy and wrong, and how
//! it reports. The stories then run over all of them.

mod kinds;

use std::collections::HashMap;
use std::time::Duration;

use binhyen::domain::outbound::route::Trouble;
use binhyen::flows::deliver::{Moment, Sender, ServerTime};
use binhyen::flows::receive::Receiver;
use binhyen::sms::{DeliveryStatus, Door, Request, Taken};
use serde_json::json;

use crate::support::TestDatabase;
use crate::support::process::TOKEN;
use crate::support::sending::{fates, gateways_with, generic, sender_of};
use crate::support::wire::{Heard, Reply, Wire};
use crate::support::world::{HEAD, World};

const NOW: &str = "2026-03-16T08:00:00+07:00";

/// An answer, and the reason that the text gets.
type WithReason = (fn() -> Reply, &'static str);

/// How a kind of gateway and its provider speak.
struct Kind {
    /// The settings of the gateway `test` whose provider is at this address.
    settings: fn(&str) -> String,
    /// The provider takes the text of this request, under an id of its own that it makes of the number.
    yes: fn(&Heard, usize) -> Reply,
    /// It will never take this text.
    no: fn() -> Reply,
    /// It is busy, and asks for a minute.
    busy: fn() -> Reply,
    /// For how many seconds it is then left alone.
    rest: i64,
    /// The credentials are wrong.
    wrong: fn() -> Reply,
    /// 200 with an error inside, and what it means; `None`: the kind knows no such thing.
    error_in_200: Option<WithReason>,
    /// It answers 200 with a page of HTML, which some portal in between might. Whether the text counts as taken.
    html_is_yes: bool,
    /// The request by which the provider reports about the text of request number N.
    report: fn(&Heard, usize, DeliveryStatus) -> Request,
    /// Whether the same text again makes no second one.
    idempotent: bool,
}

/// Every kind that speaks HTTP to a provider.
const KINDS: &[(&str, Kind)] = &[
    ("generic", GENERIC),
    ("twilio", kinds::TWILIO),
    ("vonage", kinds::VONAGE),
    ("esms", kinds::ESMS),
    ("smsgate", kinds::SMSGATE),
    ("kannel", kinds::KANNEL),
];

const GENERIC: Kind = Kind {
    settings: |address| generic("test", &format!("{address}/send"), "parts_per_second = 1000"),
    yes: |_, number| Reply::json(200, &json!({"id": format!("theirs-{number}")})),
    no: || Reply::status(400),
    busy: || Reply::Answer(429, vec![("Retry-After", "60".to_owned())], String::new()),
    rest: 60,
    wrong: || Reply::status(401),
    error_in_200: None,
    html_is_yes: true,
    report: |_, number, status| {
        let status = match status {
            DeliveryStatus::Sent => "sent",
            DeliveryStatus::Delivered => "delivered",
            DeliveryStatus::Failed => "failed",
            DeliveryStatus::Expired => "expired",
        };
        let body = json!({"id": format!("theirs-{number}"), "status": status}).to_string();
        Request {
            query: HashMap::from([("token".to_owned(), TOKEN.to_owned())]),
            content_type: "application/json".to_owned(),
            body: body.into_bytes(),
            ..Request::default()
        }
    },
    idempotent: true,
};

/// A world with one reply to be sent, and the gateway of a kind whose provider does what `answer` says.
struct Stage {
    /// The stories begin with an empty commune for every kind.
    _test: TestDatabase,
    world: World,
    wire: Wire,
    sender: Sender,
    receiver: Receiver,
}

impl Stage {
    async fn new(
        beside: &TestDatabase,
        kind: &Kind,
        answer: impl Fn(&Heard, usize) -> Reply + Send + Sync + 'static,
    ) -> Stage {
        let test = beside.another();
        let world = World::new(&test, NOW).await;
        world.text(HEAD, "ANTT 3 TC2").await;
        let wire = Wire::start(answer).await;
        let gateways = gateways_with(&(kind.settings)(wire.address()), Duration::from_millis(500));
        let sender = sender_of(&world, &gateways, "test", 1);
        let receiver = Receiver {
            db: world.db.clone(),
            intake: world.intake.clone(),
            clock: world.clock,
            time: ServerTime::default(),
        };
        Stage { _test: test, world, wire, sender, receiver }
    }

    async fn send(&self) {
        self.sender.send_due().await.unwrap();
    }

    /// Sends again when every pause is over.
    async fn send_later(&self) {
        let now = self.sender.now();
        self.sender.send_due_at(Moment { real: now.real + 3_600_000_000, ..now }).await.unwrap();
    }

    async fn report(&self, report: &Request) -> Vec<Taken> {
        let events = self.sender.gateway.read(Door::Delivery, report).unwrap();
        self.receiver.take(&self.sender.gateway, events).await.unwrap()
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
        let stage = Stage::new(&test, kind, kind.yes).await;
        stage.send().await;
        stage.send_later().await;
        let heard = stage.wire.heard();
        assert_eq!((heard.len(), stage.spent().await), (1, 1), "{name}");
        stage.assert_fate(name, "accepted", "").await;
        assert!(["GET", "POST"].contains(&heard[0].method.as_str()), "{name}: {}", heard[0].method);
        assert!(heard[0].target.starts_with('/'), "{name}: {}", heard[0].target);
        assert!(heard[0].headers["user-agent"].starts_with("binhyen/"), "{name}: who sends says so");
        assert_eq!(stage.sender.gateway.is_idempotent(), kind.idempotent, "{name}");
    }
}

async fn a_rejected_text_is_not_sent_again_and_closes_nothing(test: TestDatabase) {
    for (name, kind) in KINDS {
        let no = kind.no;
        let stage = Stage::new(&test, kind, move |_, _| no()).await;
        stage.send().await;
        stage.send_later().await;
        assert_eq!((stage.wire.heard().len(), stage.spent().await), (1, 0), "{name}");
        stage.assert_fate(name, "failed", "rejected").await;
        assert_eq!(
            stage.world.number("SELECT count(*) FROM route WHERE trouble IS NOT NULL").await,
            0,
            "{name}"
        );
    }
}

async fn a_busy_provider_is_left_alone_as_long_as_it_asks(test: TestDatabase) {
    for (name, kind) in KINDS {
        let (busy, yes) = (kind.busy, kind.yes);
        let stage = Stage::new(
            &test,
            kind,
            move |heard, number| if number == 1 { busy() } else { yes(heard, number) },
        )
        .await;
        let now = stage.sender.now();
        let at = |seconds: i64| Moment { real: now.real + seconds * 1_000_000, ..now };
        stage.sender.send_due_at(at(0)).await.unwrap();
        stage.assert_fate(name, "queued", "transient").await;
        stage.sender.send_due_at(at(kind.rest - 1)).await.unwrap();
        assert_eq!(stage.wire.heard().len(), 1, "{name}");
        stage.sender.send_due_at(at(kind.rest + 1)).await.unwrap();
        stage.assert_fate(name, "accepted", "").await;
    }
}

async fn wrong_credentials_pause_the_route_and_lose_nothing(test: TestDatabase) {
    for (name, kind) in KINDS {
        let (wrong, yes) = (kind.wrong, kind.yes);
        let stage = Stage::new(
            &test,
            kind,
            move |heard, number| if number < 4 { wrong() } else { yes(heard, number) },
        )
        .await;
        for _ in 0..3 {
            stage.send_later().await;
            stage.assert_fate(name, "queued", Trouble::Misconfigured.name()).await;
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

async fn an_error_inside_a_200_is_an_error(test: TestDatabase) {
    for (name, kind) in KINDS {
        let Some((error, reason)) = kind.error_in_200 else { continue };
        let stage = Stage::new(&test, kind, move |_, _| error()).await;
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
        for open in [Reply::HangUp, Reply::Silence] {
            let (yes, reply) = (kind.yes, open.clone());
            let stage = Stage::new(
                &test,
                kind,
                move |heard, number| {
                    if number == 1 { reply.clone() } else { yes(heard, number) }
                },
            )
            .await;
            stage.send().await;
            let (state, times) = if kind.idempotent { ("queued", 2) } else { ("unknown", 1) };
            stage.assert_fate(name, state, "unknown").await;
            stage.send_later().await;
            assert_eq!(stage.wire.heard().len(), times, "{name} {open:?}");
            if kind.idempotent {
                stage.assert_fate(name, "accepted", "").await;
                let heard = stage.wire.heard();
                assert_eq!(heard[0].body, heard[1].body, "{name}: the same text under the same id");
            }
        }
    }
}

async fn a_connection_that_breaks_in_the_middle_of_the_answer_sends_nothing_twice(test: TestDatabase) {
    for (name, kind) in KINDS {
        let yes = kind.yes;
        let stage = Stage::new(
            &test,
            kind,
            move |heard, number| {
                if number == 1 { Reply::Midway } else { yes(heard, number) }
            },
        )
        .await;
        stage.send().await;
        let (state, _) = stage.fate().await;
        assert!(["accepted", "unknown", "queued"].contains(&state.as_str()), "{name}: {state}");
        stage.send_later().await;
        let again = state == "queued";
        assert!(!again || kind.idempotent, "{name}: a text of unknown outcome went again");
        assert_eq!(stage.wire.heard().len(), if again { 2 } else { 1 }, "{name}");
    }
}

async fn a_page_of_html_instead_of_an_answer_loses_no_text(test: TestDatabase) {
    for (name, kind) in KINDS {
        let page = || {
            let kind = ("Content-Type", "text/html".to_owned());
            Reply::Answer(200, vec![kind], "<html><body>Please log in to the Wi-Fi</body></html>".to_owned())
        };
        let stage = Stage::new(&test, kind, move |_, _| page()).await;
        stage.send().await;
        let (state, _) = stage.fate().await;
        assert_eq!(state == "accepted", kind.html_is_yes, "{name}: {state}");
        assert_ne!(state, "failed", "{name}");
    }
}

async fn reports_come_twice_late_and_about_unknown_texts(test: TestDatabase) {
    for (name, kind) in KINDS {
        let stage = Stage::new(&test, kind, kind.yes).await;
        stage.send().await;
        let heard = stage.wire.heard().remove(0);
        let report = |number, status| (kind.report)(&heard, number, status);
        let unknown = Heard { target: "/none?id=1".to_owned(), body: "{}".to_owned(), ..Heard::default() };
        let about_nothing = (kind.report)(&unknown, 77, DeliveryStatus::Delivered);
        assert_eq!(stage.report(&about_nothing).await, [Taken::Report { known: false }], "{name}");
        stage.assert_fate(name, "accepted", "").await;
        for (status, state) in [
            (DeliveryStatus::Delivered, "delivered"),
            (DeliveryStatus::Delivered, "delivered"),
            (DeliveryStatus::Sent, "delivered"),
            (DeliveryStatus::Failed, "delivered"),
        ] {
            assert_eq!(stage.report(&report(1, status)).await, [Taken::Report { known: true }], "{name}");
            stage.assert_fate(name, state, "").await;
        }
        assert_eq!(stage.spent().await, 1, "{name}: counted once");
    }
}

async fn a_report_before_the_answer_to_the_sending_is_not_lost(test: TestDatabase) {
    for (name, kind) in KINDS {
        let yes = kind.yes;
        let stage =
            Stage::new(&test, kind, move |heard, number| Reply::Held(Box::new(yes(heard, number)))).await;
        let sender = stage.sender.clone();
        let sending = tokio::spawn(async move { sender.send_due().await.unwrap() });
        let heard = stage.wire.hear(1).await.remove(0);
        stage.report(&(kind.report)(&heard, 1, DeliveryStatus::Delivered)).await;
        stage.wire.release();
        sending.await.unwrap();
        stage.assert_fate(name, "delivered", "").await;
        let known =
            stage.world.number("SELECT count(*) FROM outbox WHERE sent_at > 0 AND attempts = 1").await;
        assert_eq!((known, stage.spent().await), (1, 1), "{name}: it went, once");
        stage.send_later().await;
        assert_eq!(stage.wire.heard().len(), 1, "{name}");
    }
}

on_both!(
    an_accepted_text_is_sent_once_and_counted,
    a_rejected_text_is_not_sent_again_and_closes_nothing,
    a_busy_provider_is_left_alone_as_long_as_it_asks,
    wrong_credentials_pause_the_route_and_lose_nothing,
    an_error_inside_a_200_is_an_error,
    a_provider_that_leaves_the_outcome_open_gets_the_text_again_only_where_that_is_safe,
    a_connection_that_breaks_in_the_middle_of_the_answer_sends_nothing_twice,
    a_page_of_html_instead_of_an_answer_loses_no_text,
    reports_come_twice_late_and_about_unknown_texts,
    a_report_before_the_answer_to_the_sending_is_not_lost,
);
