//! Noticing phones that stopped asking.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Stop;
use crate::clock::time_of;
use crate::flows::phone::{Phones, Silence};

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(60);

/// Looks at the phone gateways until told to stop; tells in the log and in `gateway_silent` when one falls silent.
pub async fn watch_phones(phones: Phones, mut stop: Stop) {
    let mut silent = BTreeMap::new();
    loop {
        match phones.silences().await {
            Ok(silences) => silences.iter().for_each(|silence| note(&mut silent, silence)),
            Err(error) => tracing::warn!(%error, "it cannot be seen which phones are silent"),
        }
        if stop.pause(EVERY).await {
            break;
        }
    }
}

fn note(silent: &mut BTreeMap<String, bool>, silence: &Silence) {
    let gateway = silence.gateway.as_str();
    metrics::gauge!("gateway_silent", "gateway" => gateway.to_owned()).set(if silence.is_silent {
        1.0
    } else {
        0.0
    });
    let before = silent.insert(gateway.to_owned(), silence.is_silent);
    match (before, silence.last_seen) {
        (Some(before), _) if before == silence.is_silent => {}
        (_, None) => tracing::warn!(gateway, "no phone has registered at this gateway"),
        (_, Some(seen)) if silence.is_silent => {
            let seen = time_of(seen).to_rfc3339();
            tracing::error!(
                gateway,
                seen,
                "the phone has stopped asking; is it on, online, and the app running?"
            );
        }
        (Some(_), Some(_)) => tracing::info!(gateway, "the phone asks again"),
        (None, Some(_)) => {}
    }
}
