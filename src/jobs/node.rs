//! Keeping the node number that this server's ids are made with.

use std::time::Duration;

use super::Stop;
use crate::clock::Clock;
use crate::db::{Db, SharedIds, installation};

/// How long a lease lasts, microseconds.
pub const NODE_LEASE: i64 = 60_000_000;
/// How often it is renewed.
const PAUSE: Duration = Duration::from_secs(20);

/// Renews the lease until told to stop. A server that has lost its number could make ids that another makes too, so
/// `lost` is called: it must stop the server.
pub async fn keep_node(
    db: Db,
    ids: SharedIds,
    clock: Clock,
    holder: i64,
    lost: impl Fn() + Send,
    mut stop: Stop,
) {
    while !stop.pause(PAUSE).await {
        let last_id = ids.lock().map(|ids| ids.last_id()).unwrap_or(i64::MAX);
        let until = clock.real_micros() + NODE_LEASE;
        match db.write(move |conn| installation::renew_node(conn, holder, until, last_id)).await {
            Ok(true) => {}
            Ok(false) => {
                tracing::error!("another server has taken this server's node number; stopping");
                lost();
                return;
            }
            Err(error) => tracing::warn!(%error, "the node number cannot be renewed"),
        }
    }
}
