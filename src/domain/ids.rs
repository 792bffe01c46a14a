//! The numbers by which rows are known.
//!
//! Ids are made by the application: milliseconds since 2025-01-01 UTC in 41 bits, a node in 10, a counter in 12, so
//! they grow with time, never repeat over restarts and servers, and fit a BIGINT. Inside they are numbers, outside
//! (JSON, logs) text, since JavaScript rounds numbers above 2^53.

/// A unit.
pub type UnitId = i64;
/// A person.
pub type PersonId = i64;
/// An incoming message.
pub type MessageId = i64;
/// One version of a report.
pub type ReportId = i64;

/// 2025-01-01T00:00:00Z in milliseconds of the Unix epoch.
const EPOCH_MS: i64 = 1_735_689_600_000;
const NODE_BITS: u32 = 10;
const COUNTER_BITS: u32 = 12;

/// Makes ids for one node, each larger than the one before, whatever the clock does.
#[derive(Debug)]
pub struct IdMaker {
    node: i64,
    last: i64,
}

impl IdMaker {
    /// A maker for `node` (0–1023) that continues after `last`, the largest id known to have been made by the node.
    pub fn new(node: u16, last: i64) -> Self {
        // The whole millisecond of the last id counts as used up.
        let ms = (last >> (NODE_BITS + COUNTER_BITS)) + 1;
        IdMaker { node: i64::from(node) & ((1 << NODE_BITS) - 1), last: ms << COUNTER_BITS }
    }

    /// The largest id made so far, or known of when the maker began.
    pub fn last_id(&self) -> i64 {
        let (ms, counter) = (self.last >> COUNTER_BITS, self.last & ((1 << COUNTER_BITS) - 1));
        (ms << (NODE_BITS + COUNTER_BITS)) | (self.node << COUNTER_BITS) | counter
    }

    /// The next id at `unix_ms`, milliseconds of the Unix epoch. When the clock stands still or goes back, or more
    /// than 4,096 ids are asked for in one millisecond, ids run ahead of the clock instead of repeating.
    pub fn next(&mut self, unix_ms: i64) -> i64 {
        let now = unix_ms.saturating_sub(EPOCH_MS).max(0) << COUNTER_BITS;
        self.last = now.max(self.last + 1);
        self.last_id()
    }
}

/// The smallest id that can be made at `unix_ms`: everything made before is smaller.
pub fn floor_at(unix_ms: i64) -> i64 {
    unix_ms.saturating_sub(EPOCH_MS).max(0) << (NODE_BITS + COUNTER_BITS)
}

/// When `id` was made, milliseconds of the Unix epoch.
pub fn made_at(id: i64) -> i64 {
    (id >> (NODE_BITS + COUNTER_BITS)) + EPOCH_MS
}

/// By how much ids grow within `ms` milliseconds.
pub fn growth_in(ms: i64) -> i64 {
    ms << (NODE_BITS + COUNTER_BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_when_it_was_made() {
        let at = EPOCH_MS + 12_345;
        assert_eq!(made_at(IdMaker::new(7, 0).next(at)), at);
        assert_eq!(floor_at(made_at(floor_at(at))), floor_at(at));
    }

    #[test]
    fn ids_grow_even_when_the_clock_goes_back() {
        let mut maker = IdMaker::new(7, 0);
        let mut last = 0;
        for ms in [EPOCH_MS + 5, EPOCH_MS + 5, EPOCH_MS + 4, EPOCH_MS + 900, EPOCH_MS] {
            for _ in 0..5_000 {
                let id = maker.next(ms);
                assert!(id > last);
                last = id;
            }
        }
    }

    #[test]
    fn a_restart_continues_after_the_last_id() {
        let mut before = IdMaker::new(3, 0);
        let last = (0..10).map(|_| before.next(EPOCH_MS + 10_000)).max().unwrap();
        assert_eq!(before.last_id(), last);
        let mut after = IdMaker::new(3, last);
        assert!(after.next(EPOCH_MS) > last);
    }

    #[test]
    fn two_nodes_never_make_the_same_id() {
        let (mut a, mut b) = (IdMaker::new(1, 0), IdMaker::new(2, 0));
        assert_ne!(a.next(EPOCH_MS + 1), b.next(EPOCH_MS + 1));
    }
}
