//! Writing down what became of texts, what they cost, and what that tells of the route.

use std::collections::BTreeMap;

use super::attempt::Attempt;
use super::{Moment, Sender, receipt};
use crate::db::outbox::fate::{self, Sent};
use crate::db::route::{self, Route};
use crate::db::spending::{self, Spent};
use crate::db::{Conn, DbError, DbResult, SharedIds, route_incident};
use crate::domain::ids::UnitId;
use crate::domain::outbound::route::Told;

/// The longest description of a failure that is kept with a route.
const MAX_DETAIL: usize = 500;

impl Sender {
    /// Marks texts; the SMS parts that went.
    pub(super) async fn mark(&self, now: Moment, attempts: Vec<Attempt>) -> DbResult<i64> {
        for attempt in &attempts {
            let (gateway, outcome) = (self.gateway.id.clone(), attempt.outcome());
            metrics::counter!("outbound_texts", "gateway" => gateway, "outcome" => outcome).increment(1);
        }
        let sender = self.clone();
        let parts = self.db.write(move |conn| mark_in(conn, &sender, now, &attempts)).await?;
        metrics::counter!("outbound_parts", "gateway" => self.gateway.id.clone())
            .increment(u64::try_from(parts).unwrap_or(0));
        Ok(parts)
    }
}

fn mark_in(conn: &mut Conn, sender: &Sender, now: Moment, attempts: &[Attempt]) -> DbResult<i64> {
    let mut route = route::lock(conn, &sender.gateway.id, now.real)?;
    let before = route.state.trouble;
    let (mut spent, mut named, mut parts) = (BTreeMap::<UnitId, Spent>::new(), Vec::new(), 0);
    for attempt in attempts {
        let first = fate::mark(conn, sender.holder, now.real, attempt.text.id, &attempt.sent)?;
        if let Sent::Accepted { provider_id, cost } = &attempt.sent {
            route.sent_at = Some(now.real);
            named.extend(provider_id.clone());
            parts += i64::from(attempt.text.parts);
            if first {
                count(&mut spent, attempt, *cost);
            }
        }
        learn(&mut route, attempt, sender, now);
    }
    spending::add(conn, now.month(), &sender.gateway.id, &spent)?;
    receipt::apply_early(conn, &sender.gateway.id, &named, now)?;
    if before != route.state.trouble {
        note_change(conn, &sender.ids, &route, before.map(|trouble| trouble.name()), now)?;
    }
    route::store(conn, &route)?;
    Ok(parts)
}

fn count(spent: &mut BTreeMap<UnitId, Spent>, attempt: &Attempt, cost: i64) {
    let sum = spent.entry(attempt.text.commune_id.unwrap_or(0)).or_default();
    *sum = Spent {
        texts: sum.texts + 1,
        parts: sum.parts + i64::from(attempt.text.parts),
        cost: sum.cost + cost,
    };
}

fn learn(route: &mut Route, attempt: &Attempt, sender: &Sender, now: Moment) {
    let Some(told) = attempt.told else { return };
    route.state = route.state.after(told, now.real, sender.policy.pauses);
    match (told, attempt.failure()) {
        (Told::Works, _) => route.detail = None,
        (_, Some(failure)) => route.detail = Some(failure.chars().take(MAX_DETAIL).collect()),
        (_, None) => {}
    }
}

/// The route was paused, is open again, or has another trouble than before.
fn note_change(
    conn: &mut Conn,
    ids: &SharedIds,
    route: &Route,
    before: Option<&'static str>,
    now: Moment,
) -> DbResult<()> {
    let gateway = route.gateway.as_str();
    if let Some(before) = before {
        route_incident::close(conn, gateway, before, now.real)?;
    }
    let Some(trouble) = route.state.trouble else {
        tracing::info!(gateway, "the route is open again");
        return Ok(());
    };
    let detail = route.detail.as_deref().unwrap_or_default();
    tracing::error!(gateway, trouble = trouble.name(), detail, "the route is paused");
    let id = ids.lock().map_err(|_| DbError::Stopped)?.next(now.real / 1_000);
    route_incident::open(conn, id, gateway, trouble.name(), detail, now.real)?;
    Ok(())
}
