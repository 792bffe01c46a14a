//! How often codes may be asked for and tried, by address and in all, in bounded memory. How often a number may is kept
//! in the database (`domain::log_in`).

use std::collections::HashMap;
use std::net::IpAddr;

/// How long requests are counted together, microseconds.
const WINDOW: i64 = 15 * 60 * 1_000_000;
/// Requests of one address within the window: a course of fifty heads in one room shares one.
const PER_ADDRESS: u32 = 200;
/// Requests in all within the window, of one server.
const IN_ALL: u32 = 6_000;

/// The requests of the running quarter of an hour.
#[derive(Debug, Default)]
pub(super) struct Limits {
    ends: i64,
    in_all: u32,
    by_address: HashMap<IpAddr, u32>,
}

impl Limits {
    /// Counts a request at `now`, or refuses it: after how many seconds it may be made.
    pub(super) fn count(&mut self, address: IpAddr, now: i64) -> Result<(), u32> {
        if now >= self.ends || self.ends - now > WINDOW {
            *self = Limits { ends: now + WINDOW, ..Limits::default() };
        }
        let address = network(address);
        let counted = self.by_address.get(&address).copied().unwrap_or(0);
        if counted >= PER_ADDRESS || self.in_all >= IN_ALL {
            return Err(u32::try_from((self.ends - now) / 1_000_000 + 1).unwrap_or(u32::MAX));
        }
        self.in_all += 1;
        self.by_address.insert(address, counted + 1);
        Ok(())
    }
}

/// Whoever has one IPv6 address has its /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) >> 64 << 64).into()),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_stopped_and_others_are_not_until_the_window_ends() {
        let (one, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let mut limits = Limits::default();
        for _ in 0..PER_ADDRESS {
            assert_eq!(limits.count(one, 0), Ok(()));
        }
        assert_eq!(limits.count(one, 1_000_000), Err(900));
        assert_eq!(limits.count(other, 1_000_000), Ok(()));
        assert_eq!(limits.count(one, WINDOW), Ok(()));
    }

    #[test]
    fn many_addresses_together_are_stopped_and_memory_is_bounded() {
        let mut limits = Limits::default();
        let taken =
            (0..100_000_u32).filter(|n| limits.count(IpAddr::from(n.to_be_bytes()), 0).is_ok()).count();
        assert_eq!(taken, usize::try_from(IN_ALL).unwrap());
        assert!(limits.by_address.len() <= taken);
        let v6 = |text: &str| network(text.parse().unwrap());
        assert_eq!(v6("2001:db8::1"), v6("2001:db8::ffff"));
        assert_eq!(v6("::ffff:10.0.0.1"), IpAddr::from([10, 0, 0, 1]));
    }

    #[test]
    fn a_clock_that_was_set_back_shuts_nobody_out() {
        let mut limits = Limits::default();
        let one = IpAddr::from([10, 0, 0, 1]);
        for _ in 0..PER_ADDRESS {
            assert_eq!(limits.count(one, 100 * WINDOW), Ok(()));
        }
        assert_eq!(limits.count(one, 0), Ok(()));
    }
}
