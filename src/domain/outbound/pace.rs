//! How fast texts go by a route: a token bucket whose whole state is one moment, so that servers can share it as one
//! number, and time is passed in.
//!
//! The state is the moment up to which the parts that went have used the pace up. A second's worth of parts may go at
//! once after a rest; after that, as many as the pace says.

/// Microseconds of a second.
const SECOND: i64 = 1_000_000;
/// A state further ahead than this comes from a clock that was wrong.
const FURTHEST: i64 = 300 * 1_000_000;

/// At most so many SMS parts a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// What a part takes, microseconds, rounded up.
    part: i64,
    /// What a second's worth of parts takes.
    burst: i64,
}

impl Pace {
    /// `per_second` parts a second, at least one.
    pub fn new(per_second: u32) -> Self {
        let per_second = i64::from(per_second.max(1));
        let part = (SECOND + per_second - 1) / per_second;
        Pace { part, burst: part * per_second }
    }

    /// How many parts may go at `now` when the pace is used up until `used`.
    pub fn room(self, used: i64, now: i64) -> i64 {
        (now + self.burst - settled(used, now)).max(0) / self.part
    }

    /// Until when the pace is used up once `parts` more have gone at `now`.
    pub fn after(self, used: i64, now: i64, parts: i64) -> i64 {
        settled(used, now) + self.part.saturating_mul(parts)
    }

    /// When the next part may go.
    pub fn ready_at(self, used: i64, now: i64) -> i64 {
        (settled(used, now) - self.burst + self.part).max(now)
    }
}

/// What lies back gives no more than one burst.
fn settled(used: i64, now: i64) -> i64 {
    used.clamp(now, now + FURTHEST)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn after_a_rest_a_seconds_worth_goes_at_once_and_then_as_the_pace_says() {
        let pace = Pace::new(10);
        let now = 1_000 * SECOND;
        assert_eq!(pace.room(0, now), 10);
        let used = pace.after(0, now, 10);
        assert_eq!((pace.room(used, now), pace.ready_at(used, now)), (0, now + 100_000));
        assert_eq!(pace.room(used, now + 99_999), 0);
        assert_eq!(pace.room(used, now + 100_000), 1);
        assert_eq!(pace.room(used, now + 10 * SECOND), 10, "a rest is not saved up");
    }

    #[test]
    fn a_state_of_a_wrong_clock_stops_nothing_for_long() {
        let pace = Pace::new(1);
        assert_eq!(pace.ready_at(i64::MAX, 0), FURTHEST);
        assert_eq!(pace.room(i64::MIN, 0), 1);
    }

    proptest! {
        /// Whatever comes when, by however many servers: no window holds more than the pace and one burst, plus what a
        /// single text of several parts runs over.
        #[test]
        fn no_window_of_time_holds_more_than_the_pace_and_a_burst(
            per_second in 1_u32..200,
            steps in proptest::collection::vec((0_i64..2_000_000, 1_i64..4), 1..200),
        ) {
            let pace = Pace::new(per_second);
            let (mut now, mut used, mut went) = (5 * SECOND, 0, Vec::new());
            for (wait, parts) in steps {
                now += wait;
                if pace.room(used, now) > 0 {
                    used = pace.after(used, now, parts);
                    went.push((now, parts));
                }
            }
            for (first, (from, _)) in went.iter().enumerate() {
                let mut sum = 0;
                for (at, parts) in &went[first..] {
                    sum += parts;
                    let allowed = (at - from + SECOND) * i64::from(per_second) / SECOND + 1 + 3;
                    prop_assert!(sum <= allowed, "{} parts in {} us", sum, at - from);
                }
            }
        }

        #[test]
        fn when_it_says_that_a_part_may_go_one_may(per_second in 1_u32..500, used in 0_i64..90_000_000) {
            let pace = Pace::new(per_second);
            let now = 10 * SECOND;
            let ready = pace.ready_at(used, now);
            prop_assert!(pace.room(used, ready) >= 1);
            prop_assert!(ready == now || pace.room(used, ready - 1) == 0);
        }
    }
}
