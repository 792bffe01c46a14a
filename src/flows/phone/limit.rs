//! How often wrong credentials may be tried at a phone gateway: six digits must not be guessed.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How long wrong tries are counted together, microseconds.
const WINDOW: i64 = 15 * 60 * 1_000_000;
/// Wrong tries at one gateway within the window. Codes are good for five minutes, so a million of them is out of reach.
const MOST: u32 = 20;

/// The wrong tries of the last quarter of an hour, by gateway: as many as the settings have.
#[derive(Debug, Default)]
pub(super) struct Limit(Mutex<HashMap<String, (u32, i64)>>);

impl Limit {
    /// Refuses a try after too many wrong ones: for how many seconds.
    pub(super) fn check(&self, gateway: &str, now: i64) -> Result<(), u32> {
        let counted = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(gateway).copied();
        match counted {
            Some((tries, ends)) if tries >= MOST && ends > now => {
                Err(u32::try_from((ends - now) / 1_000_000 + 1).unwrap_or(u32::MAX))
            }
            _ => Ok(()),
        }
    }

    /// Counts a wrong try.
    pub(super) fn count(&self, gateway: &str, now: i64) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = counted.entry(gateway.to_owned()).or_insert((0, now + WINDOW));
        if entry.1 <= now {
            *entry = (0, now + WINDOW);
        }
        entry.0 += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_too_many_wrong_tries_there_is_a_pause_at_that_gateway() {
        let limit = Limit::default();
        for _ in 0..MOST {
            assert_eq!(limit.check("a", 0), Ok(()));
            limit.count("a", 0);
        }
        assert_eq!(limit.check("a", 0), Err(901));
        assert_eq!(limit.check("b", 0), Ok(()));
        assert_eq!(limit.check("a", WINDOW), Ok(()));
    }
}
