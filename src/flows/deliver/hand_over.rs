//! Giving the texts of a route that cannot send to the next one, in the order of the settings.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Moment;
use crate::crypto::{Keys, Place};
use crate::db::outbox::{self, Leased};
use crate::db::route::{self, Route};
use crate::db::{Conn, Db, DbError, DbResult};
use crate::sms::{Gateway, Gateways};

/// Texts that are given over in one transaction.
const PIECE: i64 = 64;

/// Who gives texts over.
#[derive(Debug, Clone)]
pub struct HandOver {
    /// Where the outbox is.
    pub db: Db,
    /// Keys of phones.
    pub keys: Arc<Keys>,
    /// The gateways in the order of the settings.
    pub gateways: Gateways,
}

impl HandOver {
    /// Gives the texts of `from` that are due at `now` and have surely not gone to other routes, if `from` cannot send
    /// them; how many.
    pub async fn give_over(&self, from: &str, now: Moment) -> DbResult<usize> {
        if !self.gateways.iter().any(|gateway| gateway.id != from && gateway.sends() && gateway.takes_over())
        {
            return Ok(0);
        }
        let (sends, id) = (self.gateways.get(from).is_some_and(|gateway| gateway.sends()), from.to_owned());
        let gateways = self.gateways.clone();
        let stuck = self
            .db
            .read(move |conn| {
                let routes = route::all(conn)?;
                let state = routes.get(&id).map(|route| route.state).unwrap_or_default();
                // Without a route that takes over there is nothing to write, which intake would have to wait for.
                let taken_over = takes_over(&gateways, &routes, &id, now).next().is_some();
                Ok((!sends || state.gives_up_texts(now.real))
                    && taken_over
                    && outbox::is_due(conn, &id, now.real)?)
            })
            .await?;
        if stuck { self.move_due(from, now).await } else { Ok(0) }
    }

    /// Gives the texts of `from` that are due at `now` and have surely not gone to other routes; how many.
    pub(super) async fn move_due(&self, from: &str, now: Moment) -> DbResult<usize> {
        let (mut given, mut rest) = (0, true);
        while rest {
            let (this, id) = (self.clone(), from.to_owned());
            let moved = self.db.write(move |conn| move_some(conn, &this, &id, now)).await?;
            given += moved;
            // What nobody can take over stays; it would be found again and again.
            rest = i64::try_from(moved).unwrap_or(0) == PIECE;
        }
        if given > 0 {
            tracing::warn!(gateway = from, texts = given, "other routes take texts over");
            metrics::counter!("outbound_handed_over", "gateway" => from.to_owned())
                .increment(u64::try_from(given).unwrap_or(0));
        }
        Ok(given)
    }
}

fn move_some(conn: &mut Conn, this: &HandOver, from: &str, now: Moment) -> DbResult<usize> {
    let routes = route::all(conn)?;
    let open: Vec<&Arc<Gateway>> = takes_over(&this.gateways, &routes, from, now).collect();
    if open.is_empty() {
        return Ok(0);
    }
    let mut moved = 0;
    for text in outbox::movable(conn, from, now.real, PIECE)? {
        let number = number_of(&this.keys, &text)?;
        if let Some(next) = open.iter().find(|gateway| gateway.can_reach(&number)) {
            outbox::move_to(conn, text.id, &next.id, i64::from(text.parts) * next.cost_per_part)?;
            moved += 1;
        }
    }
    Ok(moved)
}

/// The gateways that can take over the texts of `from` at `now`.
fn takes_over<'a>(
    gateways: &'a Gateways,
    routes: &'a BTreeMap<String, Route>,
    from: &str,
    now: Moment,
) -> impl Iterator<Item = &'a Arc<Gateway>> {
    open_routes(gateways, routes, now).filter(move |gateway| gateway.id != from && gateway.takes_over())
}

/// The gateways that can send at `now`, in the order of the settings.
pub(super) fn open_routes<'a>(
    gateways: &'a Gateways,
    routes: &'a BTreeMap<String, Route>,
    now: Moment,
) -> impl Iterator<Item = &'a Arc<Gateway>> {
    let is_open = move |gateway: &&Arc<Gateway>| {
        let state = routes.get(&gateway.id).map(|route| route.state).unwrap_or_default();
        gateway.sends() && state.trouble.is_none() && state.rest_until <= now.real
    };
    gateways.iter().filter(is_open)
}

fn number_of(keys: &Keys, text: &Leased) -> DbResult<String> {
    let place = Place { table: "outbox", row: text.id };
    keys.open_text(place, &text.receiver_cipher).map_err(|_| DbError::Corrupt("a number"))
}
