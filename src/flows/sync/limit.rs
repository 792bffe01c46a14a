//! How many rows a client may push in a while, in bounded memory: a client that goes wrong must not fill the disk.

use std::collections::HashMap;

/// How long rows are counted together, microseconds.
const WINDOW: i64 = 60 * 1_000_000;
/// Rows of a client within the window: several years of a commune's returns go through in a few minutes.
const PER_CLIENT: usize = 2_000;

/// The rows of the running minute.
#[derive(Debug, Default)]
pub(super) struct Limits {
    ends: i64,
    by_client: HashMap<i64, usize>,
}

impl Limits {
    /// Counts rows of `client` at `now`, or refuses them: after how many seconds they may come. A request counts as a row
    /// even where it has none.
    pub(super) fn count(&mut self, client: i64, rows: usize, now: i64) -> Result<(), u32> {
        if now >= self.ends || self.ends - now > WINDOW {
            *self = Limits { ends: now + WINDOW, by_client: HashMap::new() };
        }
        let counted = self.by_client.entry(client).or_default();
        if *counted + rows.max(1) > PER_CLIENT {
            return Err(u32::try_from((self.ends - now) / 1_000_000 + 1).unwrap_or(u32::MAX));
        }
        *counted += rows.max(1);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_stopped_and_others_are_not_until_the_window_ends() {
        let mut limits = Limits::default();
        for _ in 0..10 {
            assert_eq!(limits.count(1, 200, 0), Ok(()));
        }
        assert_eq!(limits.count(1, 0, 1_000_000), Err(60));
        assert_eq!(limits.count(2, 200, 1_000_000), Ok(()));
        assert_eq!(limits.count(1, 200, WINDOW), Ok(()));
        assert_eq!(limits.count(1, 200, -WINDOW), Ok(()), "a clock that was set back shuts nobody out");
    }
}
