//! Phones that stopped asking.

use super::Phones;
use crate::db::{DbResult, gateway_phone};

/// How long a phone gateway has been silent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// The gateway.
    pub gateway: String,
    /// When a phone of it was heard of last, microseconds UTC, real time; `None`: none is registered.
    pub last_seen: Option<i64>,
    /// Whether that is too long ago.
    pub is_silent: bool,
}

impl Phones {
    /// How it stands with each phone gateway.
    pub async fn silences(&self) -> DbResult<Vec<Silence>> {
        let now = self.clock.real_micros();
        let mut silences = Vec::new();
        for gateway in self.gateways.iter() {
            let Some(phone) = gateway.phone() else { continue };
            let id = gateway.id.clone();
            let last_seen = self.db.read(move |conn| gateway_phone::last_seen(conn, &id)).await?;
            let is_silent = last_seen.is_none_or(|seen| now - seen > phone.silent_after());
            silences.push(Silence { gateway: gateway.id.clone(), last_seen, is_silent });
        }
        Ok(silences)
    }
}
