//! What makes a signed request believable beyond its signature: it is fresh, and its signature was not seen on another.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use super::{Event, Refused};
use crate::crypto::{Digest, equal_secrets, sha256};

/// How far the time stamp of a signed request may be off, microseconds.
const WINDOW: i64 = 5 * 60 * 1_000_000;
/// Signatures that are remembered; more than any provider makes within the window.
const REMEMBERED: usize = 50_000;

/// Refuses a request whose time stamp (microseconds UTC) is more than five minutes from `received_at`.
pub(super) fn check_time(stamp: i64, received_at: i64) -> Result<(), Refused> {
    if stamp.abs_diff(received_at) <= WINDOW.unsigned_abs() { Ok(()) } else { Err(Refused::Stale) }
}

/// Whether `given` is the signature `expected`, in a time that does not depend on where they differ.
pub(super) fn check_signature(given: &str, expected: &str) -> Result<(), Refused> {
    if equal_secrets(given.as_bytes(), expected.as_bytes()) { Ok(()) } else { Err(Refused::Signature) }
}

/// A digest of what a request told: its second try may be written otherwise, but tells the same.
pub(super) fn told(events: &[Event]) -> Digest {
    sha256(&[format!("{events:?}").as_bytes()])
}

/// Signatures (or ids of events) that were seen lately, each with a digest of what it told. The same again is a
/// provider's second try, and the text's key keeps it from counting twice; the same telling something else is a forgery.
#[derive(Debug, Default)]
pub(super) struct Seen(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    contents: HashMap<Digest, Digest>,
    order: VecDeque<Digest>,
}

impl Seen {
    /// Remembers that `signature` (its digest) came with `content`; refuses it when it came with other content before.
    pub(super) fn check(&self, signature: Digest, content: Digest) -> Result<(), Refused> {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = memory.contents.get(&signature) {
            return if *before == content { Ok(()) } else { Err(Refused::Replayed) };
        }
        if memory.order.len() >= REMEMBERED
            && let Some(oldest) = memory.order.pop_front()
        {
            memory.contents.remove(&oldest);
        }
        memory.contents.insert(signature, content);
        memory.order.push_back(signature);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_stamp_may_be_five_minutes_off_and_no_more() {
        let minute = 60_000_000;
        for (stamp, fresh) in [(0, true), (5 * minute, true), (-5 * minute, true), (5 * minute + 1, false)] {
            assert_eq!(check_time(stamp, 0).is_ok(), fresh, "{stamp}");
        }
        assert_eq!(check_time(i64::MIN, i64::MAX), Err(Refused::Stale));
    }

    #[test]
    fn a_signature_is_good_for_one_content_only() {
        let seen = Seen::default();
        assert_eq!(seen.check([1; 32], [1; 32]), Ok(()));
        assert_eq!(seen.check([1; 32], [1; 32]), Ok(()));
        assert_eq!(seen.check([1; 32], [2; 32]), Err(Refused::Replayed));
        assert_eq!(seen.check([2; 32], [2; 32]), Ok(()));
    }

    #[test]
    fn the_memory_is_bounded_and_forgets_the_oldest() {
        let seen = Seen::default();
        let digest = |number: usize| {
            let mut digest = [0; 32];
            digest[..8].copy_from_slice(&number.to_be_bytes());
            digest
        };
        for number in 0..=REMEMBERED {
            seen.check(digest(number), [0; 32]).unwrap();
        }
        assert_eq!(seen.0.lock().unwrap().contents.len(), REMEMBERED);
        assert_eq!(seen.check(digest(0), [9; 32]), Ok(()));
        assert_eq!(seen.check(digest(REMEMBERED), [9; 32]), Err(Refused::Replayed));
    }
}
