//! Taking texts to be sent: as many as the route, its pace and the free workers allow.

use super::{Moment, Sender, started};
use crate::db::outbox::{self, Leased};
use crate::db::{Conn, DbResult, route};
use crate::domain::outbound::pace::Pace;
use crate::domain::outbound::route::Gate;

/// What was taken.
#[derive(Debug, Clone, Default)]
pub(super) struct Claimed {
    /// Texts to be sent now.
    pub(super) ready: Vec<Leased>,
    /// How many others never go, or later.
    pub(super) settled: usize,
    /// Whether the one text is to show if a paused route works again.
    pub(super) probing: bool,
    /// When more may be taken, if that is known.
    pub(super) again_at: Option<i64>,
}

impl Sender {
    /// Leases up to `limit` texts that may go at `now`, at the gateway's pace.
    pub(super) async fn claim(&self, now: Moment, limit: usize) -> DbResult<Claimed> {
        let pace = Some(Pace::new(self.gateway.parts_per_second));
        self.claim_at(now, limit, pace).await
    }

    /// Leases up to `limit` texts that may go at `now`.
    pub(super) async fn claim_unpaced(&self, now: Moment, limit: usize) -> DbResult<Claimed> {
        self.claim_at(now, limit, None).await
    }

    async fn claim_at(&self, now: Moment, limit: usize, pace: Option<Pace>) -> DbResult<Claimed> {
        let id = self.gateway.id.clone();
        // A look first: when nothing is due, which is most of the time, no writer is troubled.
        if !self.db.read(move |conn| outbox::is_due(conn, &id, now.real)).await? {
            return Ok(Claimed::default());
        }
        let (sender, limit) = (self.clone(), i64::try_from(limit).unwrap_or(i64::MAX));
        self.db.write(move |conn| claim_in(conn, &sender, now, limit, pace)).await
    }
}

fn claim_in(
    conn: &mut Conn,
    sender: &Sender,
    now: Moment,
    limit: i64,
    pace: Option<Pace>,
) -> DbResult<Claimed> {
    let gateway = sender.gateway.id.as_str();
    let mut route = route::lock(conn, gateway, now.real)?;
    let room = pace.map_or(limit, |pace| pace.room(route.paid_until, now.real));
    let (most, probing) = match route.state.gate(now.real) {
        Gate::Closed(until) => return Ok(Claimed { again_at: Some(until), ..Claimed::default() }),
        Gate::Open => (limit.min(room), false),
        Gate::Probe => (room.min(1), true),
    };
    if most == 0 {
        let again_at = pace.map(|pace| pace.ready_at(route.paid_until, now.real));
        return Ok(Claimed { again_at, ..Claimed::default() });
    }
    let until = now.real + sender.policy.lease;
    let leased = outbox::lease(conn, gateway, sender.holder, now.real, until, most)?;
    let (ready, settled) = started::check(conn, sender, now, leased)?;
    if !ready.is_empty() {
        let parts = ready.iter().map(|text| i64::from(text.parts)).sum();
        if let Some(pace) = pace {
            route.paid_until = pace.after(route.paid_until, now.real, parts);
        }
        if probing {
            route.state = route.state.probing(now.real, sender.policy.pauses);
        }
        route::store(conn, &route)?;
    }
    let again_at = pace.map(|pace| pace.ready_at(route.paid_until, now.real));
    Ok(Claimed { ready, settled, probing, again_at: again_at.filter(|again_at| *again_at > now.real) })
}
