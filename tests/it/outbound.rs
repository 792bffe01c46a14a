//! What decides about outgoing texts: the receiver's wish, the hour, the money, the state of the routes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use binhyen::db::sql::Sql;
use binhyen::db::{Conn, DbResult, route, spending};
use binhyen::domain::outbound::route::Pauses;
use binhyen::flows::deliver::{
    Cause, Causes, Composed, Due, Moment, NewText, Policy, Pump, Sender, ServerTime, costs,
};
use binhyen::sms::Gateways;
use serde_json::{Value, json};

use crate::support::TestDatabase;
use crate::support::provider::{HELD, Provider};
use crate::support::sending::{
    POLICY, SECOND, after, fate, fates, gateways, generic, hand_over_of, incidents, plan, rules, sender_of,
    started, watch_of,
};
use crate::support::wire::{Reply, Wire};
use crate::support::world::{COMMUNE, HEAD, World};
use crate::web::office::{Office, refused};

const NOW: &str = "2026-03-16T08:00:00+07:00";
const NIGHT: &str = "2026-03-16T22:30:00+07:00";
const HOUR: i64 = 3_600 * SECOND;
const ADMIN: &str = "0900000077";

async fn run(world: &World, statement: &'static str) {
    world.db.write(move |conn| Ok(Sql::new(statement).run(conn)?)).await.unwrap();
}

fn number(index: usize) -> String {
    format!("+849123{index:05}")
}

/// One gateway without a price at a provider that takes everything.
fn one(provider: &Provider) -> Gateways {
    gateways(&generic("test", provider.url(), "parts_per_second = 10000\ncost_per_part = 350"))
}

/// Reminders of which some are done.
#[derive(Debug, Default)]
struct Reminders {
    /// What is open for each receiver, by run and number.
    open: Mutex<HashMap<i64, Vec<&'static str>>>,
    asked: Mutex<usize>,
}

impl Cause for Reminders {
    fn compose(&self, _: &mut Conn, _: i64, due: &[Due]) -> DbResult<Vec<Composed>> {
        *self.asked.lock().unwrap() += due.len();
        let open = self.open.lock().unwrap();
        let compose = |due: &Due| match open.get(&due.cause) {
            Some(open) if !open.is_empty() => Composed::Words(format!("Con thieu: {}", open.join(", "))),
            _ => Composed::NotNeeded,
        };
        Ok(due.iter().map(compose).collect())
    }
}

fn with_reminders(mut sender: Sender, reminders: &Arc<Reminders>, monthly_budget: Option<i64>) -> Sender {
    let cause: Arc<dyn Cause> = Arc::<Reminders>::clone(reminders);
    let causes: Causes = HashMap::from([("reminder", cause)]);
    sender.rules = rules(causes, monthly_budget);
    sender
}

async fn reminders_are_composed_when_they_are_sent_and_many_are_one_text(test: TestDatabase) {
    let (world, provider) = (World::new(&test, NOW).await, Provider::start());
    let gateways = one(&provider);
    let reminders = Arc::<Reminders>::default();
    reminders.open.lock().unwrap().extend([(1, vec!["bao cao thang 2", "dang ky 2026"]), (2, vec![])]);
    let planned =
        plan(&world, &gateways, vec![started(1, &number(1), None), started(2, &number(2), None)]).await;
    assert_eq!(planned, 2);
    // Planned again, by whatever server: the same rows.
    assert_eq!(plan(&world, &gateways, vec![started(1, &number(1), None)]).await, 0);
    let sender = with_reminders(sender_of(&world, &gateways, "test", 1), &reminders, None);
    let round = sender.send_due().await.unwrap();
    assert_eq!((round.texts, round.settled), (1, 1));
    assert_eq!(provider.heard()[0]["text"], "Con thieu: bao cao thang 2, dang ky 2026");
    assert_eq!(fates(&world).await, [fate("accepted", "test", ""), fate("skipped", "test", "not_needed")]);
}

async fn a_text_that_may_have_gone_is_not_composed_anew(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let wire =
        Wire::start(|_, number| if number == 1 { Reply::HangUp } else { Reply::json(200, &json!({})) }).await;
    let gateways = gateways(&generic("test", wire.address(), ""));
    let reminders = Arc::<Reminders>::default();
    reminders.open.lock().unwrap().insert(1, vec!["bao cao thang 2"]);
    plan(&world, &gateways, vec![started(1, &number(1), None)]).await;
    let sender = with_reminders(sender_of(&world, &gateways, "test", 1), &reminders, None);
    sender.send_due().await.unwrap();
    // Done meanwhile: but the text may be out, and the same text must go under the same id.
    reminders.open.lock().unwrap().clear();
    sender.send_due_at(after(sender.now(), HOUR)).await.unwrap();
    let heard = wire.heard();
    assert_eq!((heard.len(), heard[0].body == heard[1].body), (2, true));
    assert_eq!(*reminders.asked.lock().unwrap(), 1);
}

async fn nobody_is_texted_at_night_or_at_tet_but_replies_go(test: TestDatabase) {
    let (world, provider) = (World::new(&test, NIGHT).await, Provider::start());
    let gateways = one(&provider);
    plan(&world, &gateways, vec![started(1, &number(1), Some("Xin bao cao"))]).await;
    world.text(HEAD, "ANTT 3 TC2").await;
    let sender = sender_of(&world, &gateways, "test", 1);
    let now = sender.now();
    let round = sender.send_due().await.unwrap();
    assert_eq!((round.texts, round.settled, provider.heard().len()), (1, 1, 1));
    // Eight and a half hours later it is seven.
    let due = world.number("SELECT next_at FROM outbox WHERE lane = 1").await;
    assert_eq!((due - now.real + SECOND) / (60 * SECOND), 510);
    assert_eq!(sender.send_due_at(after(now, 511 * 60 * SECOND)).await.unwrap().texts, 1);

    // That was in the future, which has used up the pace.
    run(&world, "UPDATE route SET paid_until = 0").await;
    let tet = World::beside(&test, "2026-02-17T10:00:00+07:00");
    plan(&tet, &gateways, vec![started(2, &number(2), Some("Xin bao cao"))]).await;
    let sender = sender_of(&tet, &gateways, "test", 2);
    assert_eq!(sender.send_due().await.unwrap().settled, 1);
    assert_eq!(sender.send_due_at(after(sender.now(), 5 * 24 * HOUR)).await.unwrap().texts, 0);
    assert_eq!(sender.send_due_at(after(sender.now(), 6 * 24 * HOUR)).await.unwrap().texts, 1);
}

async fn who_has_opted_out_and_what_comes_too_late_is_not_sent_and_says_why(test: TestDatabase) {
    let (world, provider) = (World::new(&test, NOW).await, Provider::start());
    let gateways = one(&provider);
    world.text(HEAD, "NGUNG NHAC").await;
    let person = world.number("SELECT id FROM person WHERE reminders_stopped_at IS NOT NULL").await;
    let to = |cause, text: NewText| NewText { cause, ..text };
    let text = started(1, &number(1), Some("Xin bao cao"));
    let stopped = NewText { person_id: Some(person), ..text.clone() };
    let stale = NewText { not_after: Some(world.clock.now_micros() - 1), ..to(2, text.clone()) };
    let both = NewText { person_id: Some(person), ..to(3, stale.clone()) };
    plan(&world, &gateways, vec![stopped, stale, both, to(4, text)]).await;
    run(&world, "DELETE FROM outbox WHERE lane = 0").await;
    sender_of(&world, &gateways, "test", 1).send_due().await.unwrap();
    let expected = [
        fate("skipped", "test", "opted_out"),
        fate("skipped", "test", "stale"),
        fate("skipped", "test", "opted_out"),
        fate("accepted", "test", ""),
    ];
    assert_eq!(fates(&world).await, expected);
    assert_eq!(provider.heard().len(), 1);
}

/// Texts that a commune pays, 350 đồng each.
async fn paid(world: &World, gateways: &Gateways, causes: std::ops::Range<i64>) {
    let commune = world.unit(COMMUNE).await;
    let text = |cause: i64| {
        let number = number(usize::try_from(cause).unwrap());
        NewText { commune_id: Some(commune), ..started(cause, &number, Some("Xin bao cao")) }
    };
    plan(world, gateways, causes.map(text).collect()).await;
}

async fn states(world: &World) -> BTreeMap<String, usize> {
    let mut states = BTreeMap::new();
    for (state, _, _) in fates(world).await {
        *states.entry(state).or_insert(0) += 1;
    }
    states
}

async fn a_budget_ends_reminders_and_never_replies(test: TestDatabase) {
    let (world, provider) = (World::new(&test, NOW).await, Provider::start());
    let gateways = one(&provider);
    let (commune, province) = (world.unit(COMMUNE).await, world.unit("14").await);
    // The province has money for four texts, of which the commune may spend three.
    let set = move |conn: &mut Conn| {
        spending::set_budget(conn, province, 202_603, Some(4 * 350))?;
        spending::set_budget(conn, commune, 202_601, Some(3 * 350))
    };
    world.db.write(set).await.unwrap();
    let sender =
        Sender { policy: Policy { workers: 2, ..POLICY }, ..sender_of(&world, &gateways, "test", 1) };
    let empty = || async { while sender.send_due().await.unwrap() != Default::default() {} };
    paid(&world, &gateways, 1..6).await;
    world.text(HEAD, "ANTT 3 TC2").await;
    empty().await;
    assert_eq!(states(&world).await, BTreeMap::from([("accepted".to_owned(), 3), ("skipped".to_owned(), 3)]));
    let over = world.number("SELECT count(*) FROM outbox WHERE reason = 'over_budget' AND lane = 1").await;
    assert_eq!(over, 3, "the reply has used up a third of the money, and goes whatever is left");
    world.text(HEAD, "THEM T3 TC1").await;
    empty().await;
    let spent = world.number("SELECT cost FROM spending WHERE month = 202603 AND gateway = 'test'").await;
    assert_eq!(spent, 4 * 350);
    let unit =
        world.db.read(move |conn| Ok(binhyen::db::unit::by_ids(conn, &[commune])?.remove(0))).await.unwrap();
    let forecast =
        world.db.read(move |conn| costs::forecast(conn, &unit, 202_603, [1, 2], 350)).await.unwrap();
    assert_eq!((forecast.0.cost, forecast.1), (1_050, Some(-350)));
    assert!(!forecast.0.fits(forecast.1));
    // A month later there is money again.
    let april = World::beside(&test, "2026-04-01T08:00:00+07:00");
    paid(&april, &gateways, 6..7).await;
    assert_eq!(sender_of(&april, &gateways, "test", 2).send_due().await.unwrap().texts, 1);
}

async fn two_servers_never_spend_the_same_money(test: TestDatabase) {
    let (world, provider) = (World::new(&test, NOW).await, Provider::start());
    let second = World::beside(&test, NOW);
    let settings = generic("test", provider.url(), "parts_per_second = 10000\ncost_per_part = 350")
        + &generic("other", provider.url(), "parts_per_second = 10000\ncost_per_part = 350");
    let gateways = gateways(&settings);
    let commune = world.unit(COMMUNE).await;
    world.db.write(move |conn| spending::set_budget(conn, commune, 202_603, Some(10 * 350))).await.unwrap();
    paid(&world, &gateways, 1..41).await;
    run(&world, "UPDATE outbox SET gateway = 'other' WHERE cause % 2 = 0").await;
    let empty =
        |sender: Sender| async move { while sender.send_due().await.unwrap() != Default::default() {} };
    tokio::join!(
        empty(sender_of(&world, &gateways, "test", 1)),
        empty(sender_of(&second, &gateways, "test", 2)),
        empty(sender_of(&second, &gateways, "other", 3)),
        empty(sender_of(&world, &gateways, "other", 4)),
    );
    assert_eq!(provider.heard().len(), 10);
    assert_eq!(
        states(&world).await,
        BTreeMap::from([("accepted".to_owned(), 10), ("skipped".to_owned(), 30)])
    );
}

/// Two gateways, the first at `first`, the second at `second`.
fn two(first: &str, second: &str) -> Gateways {
    gateways(
        &(generic("first", first, "cost_per_part = 100") + &generic("second", second, "cost_per_part = 300")),
    )
}

async fn a_route_that_cannot_send_hands_over_and_comes_back_by_itself(test: TestDatabase) {
    let (world, first, second) = (World::new(&test, NOW).await, Provider::start(), Provider::start());
    world
        .import_people(&format!("name,phone,role,unit,from,to,marks\nTrần Văn Lâm,{ADMIN},admin,14,,,yes\n"))
        .await;
    let gateways = two(first.url(), second.url());
    let (one, other) = (sender_of(&world, &gateways, "first", 1), sender_of(&world, &gateways, "second", 2));
    let (hand_over, watch) = (hand_over_of(&world, &gateways), watch_of(&world, &gateways));
    plan(&world, &gateways, (1..4).map(|cause| started(cause, &number(1), Some("Xin bao cao"))).collect())
        .await;
    assert_eq!(fates(&world).await, vec![fate("queued", "first", ""); 3]);

    first.will_answer([401, 401, 401, 402]);
    let now = one.now();
    one.send_due_at(now).await.unwrap();
    assert_eq!(fates(&world).await, vec![fate("queued", "first", "misconfigured"); 3]);
    assert_eq!(incidents(&world).await, [("first".to_owned(), "misconfigured".to_owned(), true, false)]);
    assert_eq!(hand_over.give_over("first", now).await.unwrap(), 3);
    assert_eq!(hand_over.give_over("second", now).await.unwrap(), 0, "an open route keeps its texts");
    // The administrators are told once, by the other route, at once.
    for _ in 0..2 {
        watch.look_at(now).await.unwrap();
    }
    let told = |kind: &str, open| ("first".to_owned(), kind.to_owned(), open, true);
    assert_eq!(incidents(&world).await, [told("misconfigured", true)]);
    other.send_due_at(after(now, SECOND)).await.unwrap();
    let texts: Vec<Value> = second.heard();
    assert_eq!((texts.len(), &texts[0]["to"]), (4, &json!("+84900000077")), "the alert goes first");
    assert!(texts[0]["text"].as_str().unwrap().contains("kênh first không gửi được"), "{}", texts[0]);
    assert_eq!(world.number("SELECT cost FROM spending WHERE gateway = 'second'").await, 3 * 300 + 600);

    // The next text shows that the credit is used up as well; the one after that it works again.
    world.text(HEAD, "ANTT 3 TC2").await;
    run(&world, "UPDATE outbox SET gateway = 'first' WHERE state = 'queued'").await;
    assert_eq!(one.send_due_at(after(now, SECOND)).await.unwrap().texts, 0, "not before the pause is over");
    one.send_due_at(after(now, 6 * SECOND)).await.unwrap();
    assert_eq!(incidents(&world).await[0], told("misconfigured", false));
    assert_eq!(incidents(&world).await[1].1, "out_of_credit");
    one.send_due_at(after(now, 60 * SECOND)).await.unwrap();
    assert_eq!(fates(&world).await.iter().filter(|fate| fate.1 == "first").count(), 1);
    assert!(incidents(&world).await.iter().all(|(_, _, open, _)| !open));
    assert_eq!(hand_over.give_over("first", after(now, 60 * SECOND)).await.unwrap(), 0);
}

async fn a_text_goes_only_by_a_route_that_can_reach_its_number(test: TestDatabase) {
    let (world, provider) = (World::new(&test, NOW).await, Provider::start());
    let settings = generic("first", provider.url(), "")
        + &generic("vina", provider.url(), "reaches = \"+8491 +8494\"")
        + "[[gateways]]\nid = \"log\"\nkind = \"log\"\n";
    let gateways = gateways(&settings);
    plan(
        &world,
        &gateways,
        vec![
            started(1, "+84912000001", Some("a")),
            started(2, "+84987000001", Some("b")),
            started(3, "+84942000001", Some("c")),
        ],
    )
    .await;
    run(&world, "INSERT INTO route (gateway, trouble, since, failures, probes, probe_at, rest_until, paid_until) VALUES ('first', 'out_of_credit', 0, 0, 0, 0, 0, 0)").await;
    let now = sender_of(&world, &gateways, "first", 1).now();
    assert_eq!(hand_over_of(&world, &gateways).give_over("first", now).await.unwrap(), 2);
    let routes: Vec<String> = fates(&world).await.into_iter().map(|fate| fate.1).collect();
    assert_eq!(routes, ["vina", "first", "vina"]);
    // Texts of a gateway that has left the settings are not forgotten.
    run(&world, "UPDATE outbox SET gateway = 'gone' WHERE cause = 1").await;
    watch_of(&world, &gateways).look_at(now).await.unwrap();
    assert_eq!(fates(&world).await[0].1, "vina");
}

async fn a_route_that_nobody_answers_on_is_told_of_after_five_minutes_and_once(test: TestDatabase) {
    let (world, second) = (World::new(&test, NOW).await, Provider::start());
    world
        .import_people(&format!("name,phone,role,unit,from,to,marks\nTrần Văn Lâm,{ADMIN},admin,14,,,yes\n"))
        .await;
    let gateways = two("http://127.0.0.1:9/send", second.url());
    let (one, watch) = (sender_of(&world, &gateways, "first", 1), watch_of(&world, &gateways));
    plan(&world, &gateways, (1..9).map(|cause| started(cause, &number(1), Some("Xin bao cao"))).collect())
        .await;
    let now = one.now();
    one.send_due_at(now).await.unwrap();
    one.send_due_at(now).await.unwrap();
    assert_eq!(incidents(&world).await, [("first".to_owned(), "unreachable".to_owned(), true, false)]);
    watch.look_at(after(now, 299 * SECOND)).await.unwrap();
    assert_eq!(world.number("SELECT count(*) FROM outbox WHERE kind = 'route_alert'").await, 0);
    assert_eq!(hand_over_of(&world, &gateways).give_over("first", after(now, 60 * SECOND)).await.unwrap(), 0);
    assert_eq!(
        hand_over_of(&world, &gateways).give_over("first", after(now, 130 * SECOND)).await.unwrap(),
        8
    );
    for seconds in [301, 302, 4_000] {
        watch.look_at(after(now, seconds * SECOND)).await.unwrap();
    }
    let alerts = "SELECT count(*) FROM outbox WHERE kind = 'route_alert' AND gateway = 'second' AND lane = 0";
    assert_eq!(world.number(alerts).await, 1);
}

async fn silence_and_little_money_are_noticed(test: TestDatabase) {
    let (world, provider) = (World::new(&test, NOW).await, Provider::start());
    let (gateways, now) = (one(&provider), Moment { real: 490_990 * HOUR, domain: world.clock.now_micros() });
    let watch = watch_of(&world, &gateways);
    let fill = |conn: &mut Conn| {
        for hour in (490_500..490_990_i64).filter(|hour| hour % 24 < 14) {
            Sql::new("INSERT INTO route_hour (gateway, hour, texts) VALUES ('test', ")
                .bind(hour)
                .sql(", 3)")
                .run(conn)?;
        }
        spending::add(
            conn,
            202_602,
            "test",
            &BTreeMap::from([(0, spending::Spent { texts: 1, parts: 1, cost: 300_000 })]),
        )?;
        route::note_balance(conn, "test", 80_000, 490_990 * HOUR)
    };
    world.db.write(fill).await.unwrap();
    let kinds = |incidents: Vec<(String, String, bool, bool)>| -> BTreeSet<(String, bool)> {
        incidents.into_iter().map(|(_, kind, open, _)| (kind, open)).collect()
    };
    watch.look_at(now).await.unwrap();
    assert_eq!(incidents(&world).await, [], "neither a night nor 80,000 đồng is unusual");
    world.db.write(|conn| route::note_balance(conn, "test", 50_000, 491_010 * HOUR)).await.unwrap();
    watch.look_at(Moment { real: 491_010 * HOUR, ..now }).await.unwrap();
    let expected = [("balance_low".to_owned(), true), ("silent".to_owned(), true)];
    assert_eq!(kinds(incidents(&world).await), BTreeSet::from(expected));
    // A text comes, money is paid in.
    let better = |conn: &mut Conn| {
        Sql::new("INSERT INTO route_hour (gateway, hour, texts) VALUES ('test', 491010, 1)").run(conn)?;
        route::note_balance(conn, "test", 500_000, 491_011 * HOUR)
    };
    world.db.write(better).await.unwrap();
    watch.look_at(Moment { real: 491_011 * HOUR, ..now }).await.unwrap();
    let expected = [("balance_low".to_owned(), false), ("silent".to_owned(), false)];
    assert_eq!(kinds(incidents(&world).await), BTreeSet::from(expected));
}

async fn a_server_that_stops_does_not_wait_for_a_provider_that_hangs(test: TestDatabase) {
    let (world, provider) = (World::new(&test, NOW).await, Provider::start());
    let gateways = one(&provider);
    world.text(HEAD, "ANTT 3 TC2").await;
    provider.will_answer([HELD]);
    let mut pump = Pump::new(sender_of(&world, &gateways, "test", 1));
    let now = pump.sender().now();
    pump.start_due(now).await.unwrap();
    provider.hear(1).await;
    pump.give_up(now).await.unwrap();
    assert_eq!(fates(&world).await, [fate("queued", "test", "interrupted")]);
    // Another server sends it at once, under the same id.
    sender_of(&world, &gateways, "test", 2).send_due_at(now).await.unwrap();
    let heard = provider.heard();
    assert_eq!((heard.len(), heard[0] == heard[1]), (2, true));
}

async fn two_servers_share_one_pace(test: TestDatabase) {
    let (world, provider) = (World::new(&test, NOW).await, Provider::start());
    let second = World::beside(&test, NOW);
    let gateways = gateways(&generic("test", provider.url(), "parts_per_second = 3"));
    plan(&world, &gateways, (0..20).map(|one| started(1, &number(one), Some("Xin bao cao"))).collect()).await;
    let (one, other) = (sender_of(&world, &gateways, "test", 1), sender_of(&second, &gateways, "test", 2));
    let now = one.now();
    let mut sent = Vec::new();
    for tenth in 0..=21 {
        let now = after(now, tenth * SECOND / 10);
        sent.push(one.send_due_at(now).await.unwrap().texts + other.send_due_at(now).await.unwrap().texts);
    }
    assert_eq!(sent[0], 3, "a second's worth");
    assert_eq!(sent.iter().sum::<usize>(), 3 + 6, "{sent:?}");
    assert_eq!(provider.heard().len(), 9);
}

/// A provider that fails a third of the time: it is busy, breaks down, asks for rest, or takes a text and hangs up
/// before it says so. A text that comes again is not sent again.
async fn moody(sent: Arc<Mutex<BTreeMap<String, usize>>>) -> Wire {
    Wire::start(move |heard, number| {
        let text: Value = serde_json::from_str(&heard.body).unwrap();
        // Some numbers that look like chance and are the same in every run.
        let chance = (number * 7_919 + 13) % 1_009 % 100;
        let take = || *sent.lock().unwrap().entry(text["id"].to_string()).or_insert(0) += 1;
        match chance {
            0..10 => Reply::status(503),
            10..20 => Reply::status(500),
            20 => Reply::Answer(429, vec![("Retry-After", "2".to_owned())], String::new()),
            21..26 => Reply::HangUp,
            26..31 => {
                take();
                Reply::HangUp
            }
            _ => {
                take();
                Reply::json(200, &json!({"id": format!("theirs-{number}")}))
            }
        }
    })
    .await
}

async fn ten_thousand_texts_go_once_each_through_a_provider_that_fails_at_random_and_at_the_pace(
    test: TestDatabase,
) {
    const TEXTS: usize = 10_000;
    const PER_SECOND: i64 = 400;
    let world = World::new(&test, NOW).await;
    let sent = Arc::<Mutex<BTreeMap<String, usize>>>::default();
    let wire = moody(Arc::clone(&sent)).await;
    let gateways = gateways(&generic("test", wire.address(), &format!("parts_per_second = {PER_SECOND}")));
    for first in (0..TEXTS).step_by(1_000) {
        let texts = (first..first + 1_000).map(|one| started(1, &number(one), Some("Xin bao cao thang 2")));
        plan(&world, &gateways, texts.collect()).await;
    }
    let pauses = Pauses { first: SECOND, longest: 8 * SECOND };
    let policy = Policy { workers: 64, lease: 60 * SECOND, max_tries: 100, pauses };
    let sender = Sender { policy, ..sender_of(&world, &gateways, "test", 1) };
    let (mut now, mut tries) = (sender.now(), Vec::new());
    let domain = now.domain;
    let end = now.real + 1_000 * SECOND;
    while world.number("SELECT count(*) FROM outbox WHERE state = 'queued'").await > 0 {
        assert!(now.real < end, "{:?}", states(&world).await);
        let round = sender.send_due_at(now).await.unwrap();
        tries.push((now.real, i64::try_from(round.texts).unwrap()));
        if round.texts == 0 {
            now = Moment { real: now.real + SECOND / 5, domain };
        }
    }
    assert_eq!(states(&world).await, BTreeMap::from([("accepted".to_owned(), TEXTS)]));
    assert_eq!(sent.lock().unwrap().len(), TEXTS, "each reached the provider");
    assert_eq!(
        world.number("SELECT CAST(sum(texts) AS BIGINT) FROM spending").await,
        10_000,
        "each counted once"
    );
    // No second holds more tries than the pace and its burst.
    for (index, (from, _)) in tries.iter().enumerate() {
        let within = tries[index..].iter().take_while(|(at, _)| at - from < SECOND);
        let count: i64 = within.map(|(_, texts)| texts).sum();
        assert!(count <= 2 * PER_SECOND, "{count} in a second");
    }
    let all: i64 = tries.iter().map(|(_, texts)| texts).sum();
    let took = tries.last().unwrap().0 - tries[0].0;
    assert!(all * SECOND <= PER_SECOND * (took + 2 * SECOND), "{all} tries in {took} us");
}

async fn administrators_see_routes_costs_budgets_and_what_was_not_sent(test: TestDatabase) {
    let provider = Provider::start();
    let office = Office::open_with(test, |command| {
        command.env("BINHYEN__GATEWAYS__TEST__SEND_URL", provider.url());
        command.env("BINHYEN__GATEWAYS__TEST__COST_PER_PART", "350");
    })
    .await;
    let (admin, officer) = (office.token("admin", None).await, office.token("commune", Some(COMMUNE)).await);
    provider.will_answer([401]);
    let text = json!({"id": "m1", "from": HEAD, "text": "ANTT 3 TC2"});
    office.ask(office.client.post(office.server.inbound()).json(&text)).await;
    provider.hear(1).await;
    let paused =
        async { while office.get("/api/v1/gateways", &admin).await.1["items"][0]["state"] != "paused" {} };
    tokio::time::timeout(std::time::Duration::from_secs(60), paused).await.unwrap();
    let (_, gateways) = office.get("/api/v1/gateways", &admin).await;
    let gateway = &gateways["items"][0];
    assert_eq!(
        (&gateway["reason"], &gateway["queued_urgent"]),
        (&json!("misconfigured"), &json!(1)),
        "{gateway}"
    );
    assert_eq!(gateway["incidents"][0]["kind"], "misconfigured");
    refused(&office.get("/api/v1/gateways", &officer).await, 403, "forbidden");

    let probe = office.post("/api/v1/gateways/test/probe", &admin, &json!({})).await;
    assert_eq!(probe.0.as_u16(), 204);
    refused(&office.post("/api/v1/gateways/none/probe", &admin, &json!({})).await, 404, "not_found");
    let sent = async {
        while office.get("/api/v1/messages?direction=out&state=accepted", &officer).await.1["items"]
            == json!([])
        {}
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), sent).await.unwrap();
    let (_, costs) = office.get("/api/v1/messages/costs", &officer).await;
    let expected = json!([{"month": "2026-03", "gateway": "test", "commune": COMMUNE, "name": "Xã Mường Bú", "texts": 1, "parts": 1, "cost": 350}]);
    assert_eq!(costs["items"], expected);
    refused(
        &office.get("/api/v1/messages/costs?from=2026-03&to=2026-02", &admin).await,
        400,
        "invalid_parameter",
    );

    let budget = |amount: Value| json!({"from": "2026-03", "amount": amount});
    let path = format!("/api/v1/messages/budgets/{COMMUNE}");
    let put = |token: &str, body: Value| {
        office.ask(office.client.put(office.server.url(&path)).bearer_auth(token).json(&body))
    };
    let (status, set) = put(&admin, budget(json!(1_000))).await;
    assert_eq!((status.as_u16(), &set["left"]), (200, &json!(650)), "{set}");
    assert_eq!(office.get(&path, &officer).await.1, set);
    refused(&put(&officer, budget(json!(5))).await, 403, "forbidden");
    refused(&put(&admin, budget(json!(-1))).await, 422, "validation_failed");
    refused(&put(&admin, json!({"from": "2026-13", "amount": null})).await, 422, "validation_failed");
    run(&office.world, "UPDATE outbox SET state = 'skipped', reason = 'over_budget'").await;
    let (_, skipped) = office.get("/api/v1/messages?direction=out&state=skipped", &officer).await;
    let text = &skipped["items"][0];
    assert_eq!(
        (&text["reason"], &text["parts"], &text["cost"]),
        (&json!("over_budget"), &json!(1), &json!(350))
    );
    assert_eq!(office.server.terminate(), Some(0));
}

#[test]
fn servers_whose_clocks_are_apart_agree_on_the_databases_time() {
    crate::support::play(async {
        let test = TestDatabase::postgres();
        let (world, time) = (World::new(&test, NOW).await, ServerTime::default());
        time.refresh(&world.db, world.clock).await.unwrap();
        let apart = time.now(world.clock).real - world.clock.real_micros();
        assert!(apart.abs() < SECOND, "{apart} us on the machine of the database");
    });
}

on_both!(
    reminders_are_composed_when_they_are_sent_and_many_are_one_text,
    a_text_that_may_have_gone_is_not_composed_anew,
    nobody_is_texted_at_night_or_at_tet_but_replies_go,
    who_has_opted_out_and_what_comes_too_late_is_not_sent_and_says_why,
    a_budget_ends_reminders_and_never_replies,
    two_servers_never_spend_the_same_money,
    a_route_that_cannot_send_hands_over_and_comes_back_by_itself,
    a_text_goes_only_by_a_route_that_can_reach_its_number,
    a_route_that_nobody_answers_on_is_told_of_after_five_minutes_and_once,
    silence_and_little_money_are_noticed,
    a_server_that_stops_does_not_wait_for_a_provider_that_hangs,
    two_servers_share_one_pace,
    ten_thousand_texts_go_once_each_through_a_provider_that_fails_at_random_and_at_the_pace,
    administrators_see_routes_costs_budgets_and_what_was_not_sent,
);
