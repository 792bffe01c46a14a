//! What sends texts in stories: gateways from settings, senders on a world, texts that are planned.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use binhyen::config::{Environment, Settings};
use binhyen::db::sql::Sql;
use binhyen::domain::calendar::{CivilCalendar, Holidays};
use binhyen::domain::outbound::route::Pauses;
use binhyen::flows::deliver::watch::Watch;
use binhyen::flows::deliver::{
    Causes, HandOver, Moment, NewText, Planner, Policy, Sender, SendingRules, ServerTime,
};
use binhyen::sms::Gateways;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::process::TOKEN;
use super::world::World;

pub const SECOND: i64 = 1_000_000;
pub const POLICY: Policy = Policy {
    workers: 4,
    lease: 60 * SECOND,
    max_tries: 5,
    pauses: Pauses { first: 5 * SECOND, longest: 15 * SECOND },
};

/// The gateways of a settings file.
pub fn gateways(settings: &str) -> Gateways {
    gateways_with(settings, Duration::from_secs(20))
}

/// Whose requests are given up after `timeout`.
pub fn gateways_with(settings: &str, timeout: Duration) -> Gateways {
    let mut file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    file.write_all(settings.as_bytes()).unwrap();
    let settings = Settings::load(Some(file.path()), Environment::new()).unwrap();
    Gateways::new(&settings.gateways, timeout).unwrap()
}

/// A gateway of kind `generic` that posts to `url`, with `more` settings.
pub fn generic(id: &str, url: &str, more: &str) -> String {
    format!(
        "[[gateways]]\nid = \"{id}\"\nkind = \"generic\"\ninbound_token = \"{TOKEN}\"\nsend_url = \"{url}\"\n{more}\n"
    )
}

/// Rules with the holidays of the law, from seven to nine in the evening, and `causes`.
pub fn rules(causes: Causes, monthly_budget: Option<i64>) -> Arc<SendingRules> {
    let calendar = CivilCalendar::new(Holidays::shipped().unwrap(), Vec::new(), 7, 21);
    Arc::new(SendingRules { calendar, causes, monthly_budget })
}

/// A sender of `world` for the gateway `id`, with a number of its own.
pub fn sender_of(world: &World, gateways: &Gateways, id: &str, holder: i64) -> Sender {
    Sender {
        db: world.db.clone(),
        keys: Arc::clone(&world.keys),
        ids: Arc::clone(&world.ids),
        clock: world.clock,
        time: ServerTime::default(),
        gateway: Arc::clone(gateways.get(id).unwrap()),
        policy: POLICY,
        rules: rules(Causes::new(), None),
        holder,
    }
}

pub fn planner_of(world: &World, gateways: &Gateways) -> Planner {
    Planner {
        keys: Arc::clone(&world.keys),
        ids: Arc::clone(&world.ids),
        clock: world.clock,
        gateways: gateways.clone(),
    }
}

pub fn hand_over_of(world: &World, gateways: &Gateways) -> HandOver {
    HandOver { db: world.db.clone(), keys: Arc::clone(&world.keys), gateways: gateways.clone() }
}

pub fn watch_of(world: &World, gateways: &Gateways) -> Watch {
    Watch {
        db: world.db.clone(),
        clock: world.clock,
        time: ServerTime::default(),
        gateways: gateways.clone(),
        planner: planner_of(world, gateways),
        templates: Arc::new(world.intake.context().rules.templates.clone()),
    }
}

/// A text that the server starts by itself, to `number`, for the run `cause`.
pub fn started(cause: i64, number: &str, words: Option<&str>) -> NewText {
    NewText {
        kind: "reminder",
        cause,
        person_id: None,
        number: number.to_owned(),
        words: words.map(str::to_owned),
        commune_id: None,
        urgent: false,
        due_at: 0,
        not_after: None,
    }
}

/// Plans texts by the first of the gateways.
pub async fn plan(world: &World, gateways: &Gateways, texts: Vec<NewText>) -> usize {
    let planner = planner_of(world, gateways);
    world.db.write(move |conn| planner.plan(conn, &texts)).await.unwrap()
}

/// State, gateway and reason of every outgoing text, oldest first.
pub async fn fates(world: &World) -> Vec<(String, String, String)> {
    let query = |conn: &mut binhyen::db::Conn| {
        let query =
            Sql::<(Text, Text, Nullable<Text>)>::new("SELECT state, gateway, reason FROM outbox ORDER BY id");
        Ok(query.load::<(String, String, Option<String>)>(conn)?)
    };
    let rows = world.db.read(query).await.unwrap();
    rows.into_iter().map(|(state, gateway, reason)| (state, gateway, reason.unwrap_or_default())).collect()
}

pub fn fate(state: &str, gateway: &str, reason: &str) -> (String, String, String) {
    (state.to_owned(), gateway.to_owned(), reason.to_owned())
}

/// Kinds and states of incidents: open, or told, or closed.
pub async fn incidents(world: &World) -> Vec<(String, String, bool, bool)> {
    let query = |conn: &mut binhyen::db::Conn| {
        let query = Sql::<(Text, Text, Nullable<BigInt>, Nullable<BigInt>)>::new(
            "SELECT gateway, kind, closed_at, alerted_at FROM route_incident ORDER BY id",
        );
        Ok(query.load::<(String, String, Option<i64>, Option<i64>)>(conn)?)
    };
    let rows = world.db.read(query).await.unwrap();
    rows.into_iter()
        .map(|(gateway, kind, closed, told)| (gateway, kind, closed.is_none(), told.is_some()))
        .collect()
}

/// `moment`, later.
pub fn after(moment: Moment, micros: i64) -> Moment {
    Moment { real: moment.real + micros, domain: moment.domain + micros }
}
