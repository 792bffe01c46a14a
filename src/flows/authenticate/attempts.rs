//! How often somebody may try a password: counted per user name and per address, in bounded memory.

use std::collections::HashMap;
use std::net::IpAddr;

/// How long attempts are counted together, microseconds.
const WINDOW: i64 = 15 * 60 * 1_000_000;
/// Attempts on one user name within the window.
const PER_USERNAME: u32 = 10;
/// Attempts from one address within the window; officers of a station share one.
const PER_ADDRESS: u32 = 60;
/// Names and addresses that are remembered.
const CAPACITY: usize = 20_000;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Username(String),
    Address(IpAddr),
}

#[derive(Debug, Clone, Copy)]
struct Counted {
    attempts: u32,
    ends: i64,
}

/// The attempts of the last quarter of an hour. Times are microseconds UTC, real time.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    counted: HashMap<Key, Counted>,
}

impl Attempts {
    /// Counts an attempt, or refuses it: after how many seconds it may be made. It is counted before the password is
    /// looked at, so that many at once do not slip through.
    pub(super) fn begin(&mut self, username: &str, address: IpAddr, now: i64) -> Result<(), u32> {
        let keys = [
            (Key::Username(username.to_owned()), PER_USERNAME),
            (Key::Address(network(address)), PER_ADDRESS),
        ];
        let wait = keys.iter().filter_map(|(key, limit)| self.wait(key, *limit, now)).max();
        if let Some(seconds) = wait {
            return Err(seconds);
        }
        for (key, _) in keys {
            self.count(key, now);
        }
        Ok(())
    }

    /// Takes back what [`Attempts::begin`] counted: the password was right.
    pub(super) fn succeed(&mut self, username: &str, address: IpAddr) {
        self.counted.remove(&Key::Username(username.to_owned()));
        if let Some(counted) = self.counted.get_mut(&Key::Address(network(address))) {
            counted.attempts = counted.attempts.saturating_sub(1);
        }
    }

    fn wait(&self, key: &Key, limit: u32, now: i64) -> Option<u32> {
        let counted =
            self.counted.get(key).filter(|counted| counted.ends > now && counted.attempts >= limit)?;
        Some(u32::try_from((counted.ends - now) / 1_000_000 + 1).unwrap_or(u32::MAX))
    }

    fn count(&mut self, key: Key, now: i64) {
        if self.counted.len() >= CAPACITY && !self.counted.contains_key(&key) {
            self.make_room(now);
        }
        let fresh = Counted { attempts: 0, ends: now + WINDOW };
        let counted = self.counted.entry(key).or_insert(fresh);
        if counted.ends <= now {
            *counted = fresh;
        }
        counted.attempts += 1;
    }

    /// Forgets what is over, and where that is not enough the half that ends first.
    fn make_room(&mut self, now: i64) {
        self.counted.retain(|_, counted| counted.ends > now);
        if self.counted.len() < CAPACITY {
            return;
        }
        let mut ends: Vec<i64> = self.counted.values().map(|counted| counted.ends).collect();
        ends.sort_unstable();
        let middle = ends.get(ends.len() / 2).copied().unwrap_or(now);
        self.counted.retain(|_, counted| counted.ends > middle);
    }
}

/// Whoever has one IPv6 address has its /64.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6((u128::from(v6) >> 64 << 64).into()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, last])
    }

    #[test]
    fn after_ten_attempts_on_a_name_it_waits_for_the_end_of_the_window() {
        let mut attempts = Attempts::default();
        for n in 0..10 {
            assert_eq!(attempts.begin("lan", address(n), 0), Ok(()));
        }
        assert_eq!(attempts.begin("lan", address(99), 1_000_000), Err(900));
        assert_eq!(attempts.begin("minh", address(99), 1_000_000), Ok(()));
        assert_eq!(attempts.begin("lan", address(99), WINDOW), Ok(()));
    }

    #[test]
    fn an_address_that_tries_many_names_is_stopped_too() {
        let mut attempts = Attempts::default();
        for n in 0..60 {
            assert_eq!(attempts.begin(&format!("user{n}"), address(1), 0), Ok(()));
        }
        assert!(attempts.begin("user99", address(1), 0).is_err());
        let v6 = |text: &str| network(text.parse().unwrap());
        assert_eq!(v6("2001:db8::1"), v6("2001:db8::ffff"));
        assert_eq!(v6("::ffff:10.0.0.1"), address(1));
    }

    #[test]
    fn a_right_password_clears_the_name() {
        let mut attempts = Attempts::default();
        for _ in 0..100 {
            assert_eq!(attempts.begin("lan", address(1), 0), Ok(()));
            attempts.succeed("lan", address(1));
        }
    }

    #[test]
    fn memory_is_bounded_whatever_names_are_tried() {
        let mut attempts = Attempts::default();
        for n in 0..50_000_u32 {
            let address = IpAddr::from(n.to_be_bytes());
            assert_eq!(attempts.begin(&format!("user{n}"), address, i64::from(n)), Ok(()));
            assert!(attempts.counted.len() <= CAPACITY + 1);
        }
    }
}
