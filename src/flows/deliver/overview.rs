//! How the routes are, for administrators.

use std::collections::BTreeMap;

use super::watch::try_again;
use crate::db::route::{self, Route};
use crate::db::route_incident::{self, Incident};
use crate::db::{Db, DbResult, outbox};

/// All that is known of the routes.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The routes that have ever been used, by gateway.
    pub routes: BTreeMap<String, Route>,
    /// How many texts wait, by gateway and lane.
    pub depths: Vec<(String, i32, i64)>,
    /// What is wrong.
    pub incidents: Vec<Incident>,
}

impl Overview {
    /// How many texts wait for `gateway` in a lane.
    pub fn depth(&self, gateway: &str, lane: i32) -> i64 {
        self.depths.iter().find(|(id, of, _)| id == gateway && *of == lane).map_or(0, |(_, _, depth)| *depth)
    }
}

/// Looks at the routes.
pub async fn overview(db: &Db) -> DbResult<Overview> {
    db.read_snapshot(|conn| {
        Ok(Overview {
            routes: route::all(conn)?,
            depths: outbox::depths(conn)?,
            incidents: route_incident::all_open(conn)?,
        })
    })
    .await
}

/// Lets a paused route be tried with the next text, without waiting for its pause.
pub async fn probe(db: &Db, gateway: &str) -> DbResult<()> {
    try_again(db, vec![gateway.to_owned()]).await
}
