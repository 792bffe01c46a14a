//! Whether a route is open, judged by what became of the texts that went by it.
//!
//! A route that cannot send (wrong settings, no credit, nobody there) is paused. While it is, one text at a time is
//! tried after pauses that grow; the first that the provider takes opens the route again. The texts that it could not
//! send are not to blame: they wait, or go by another route, and no try is counted against them.

/// So many failures one after the other, whatever the texts, and nobody is there.
const FAILURES: i32 = 5;
/// How long a route must have been unreachable before others take its texts over, microseconds: a provider that starts
/// again is no reason to text from another number.
const TAKE_OVER_AFTER: i64 = 120 * 1_000_000;
/// The longest that a provider that is not there is left alone.
const UNREACHABLE_LONGEST: i64 = 300 * 1_000_000;

/// Why a route is paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Trouble {
    /// The provider takes nothing until the settings are changed.
    Misconfigured,
    /// The provider takes nothing until somebody has paid.
    OutOfCredit,
    /// Nobody is there, or nobody answers as a provider would.
    Unreachable,
}

impl Trouble {
    /// Every trouble.
    pub const ALL: [Trouble; 3] = [Trouble::Misconfigured, Trouble::OutOfCredit, Trouble::Unreachable];

    /// Its name in the database and outside.
    pub fn name(self) -> &'static str {
        match self {
            Trouble::Misconfigured => "misconfigured",
            Trouble::OutOfCredit => "out_of_credit",
            Trouble::Unreachable => "unreachable",
        }
    }

    /// The trouble with this name.
    pub fn by_name(name: &str) -> Option<Trouble> {
        Trouble::ALL.into_iter().find(|trouble| trouble.name() == name)
    }
}

/// What a try to send told of the route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// The provider took the text.
    Works,
    /// The provider answered about the text itself, which it will not take.
    Answers,
    /// It did not work this time; the provider may have asked to be left alone for so long, microseconds.
    Fails {
        /// How long, if it asked.
        rest: Option<i64>,
    },
    /// It cannot work.
    Stops(Trouble),
}

/// Where a route stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RouteState {
    /// Why it is paused; `None`: it is not.
    pub trouble: Option<Trouble>,
    /// Since when it has been paused, or open.
    pub since: i64,
    /// Failures one after the other.
    pub failures: i32,
    /// Tries since it was paused.
    pub probes: i32,
    /// When a text may be tried although it is paused.
    pub probe_at: i64,
    /// Until when the provider asked to be left alone.
    pub rest_until: i64,
}

/// Whether texts may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// They may.
    Open,
    /// One may, to see whether the route works again.
    Probe,
    /// None may until then.
    Closed(i64),
}

/// The pauses between tries, microseconds: each twice the one before, from the first to the longest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pauses {
    /// The first.
    pub first: i64,
    /// The longest.
    pub longest: i64,
}

impl Pauses {
    /// The pause after try number `tries`, from 0.
    pub fn after(self, tries: i32) -> i64 {
        let doubled = 1_i64.checked_shl(u32::try_from(tries).unwrap_or(0).min(40)).unwrap_or(i64::MAX);
        self.first.saturating_mul(doubled).min(self.longest)
    }
}

impl RouteState {
    /// Whether texts may go at `now`.
    pub fn gate(&self, now: i64) -> Gate {
        if now < self.rest_until {
            Gate::Closed(self.rest_until)
        } else if self.trouble.is_none() {
            Gate::Open
        } else if now >= self.probe_at {
            Gate::Probe
        } else {
            Gate::Closed(self.probe_at)
        }
    }

    /// Whether other routes should take its texts over at `now`.
    pub fn gives_up_texts(&self, now: i64) -> bool {
        match self.trouble {
            None => false,
            Some(Trouble::Unreachable) => now >= self.since.saturating_add(TAKE_OVER_AFTER),
            Some(Trouble::Misconfigured | Trouble::OutOfCredit) => true,
        }
    }

    /// The state once a text is being tried at `now` although the route is paused.
    pub fn probing(self, now: i64, pauses: Pauses) -> Self {
        let longest = match self.trouble {
            Some(Trouble::Unreachable) => pauses.longest.min(UNREACHABLE_LONGEST.max(pauses.first)),
            _ => pauses.longest,
        };
        let pause = Pauses { longest, ..pauses }.after(self.probes);
        RouteState { probes: self.probes.saturating_add(1), probe_at: now.saturating_add(pause), ..self }
    }

    /// The state once a try has `told` something at `now`.
    pub fn after(self, told: Told, now: i64, pauses: Pauses) -> Self {
        match told {
            Told::Works => RouteState {
                trouble: None,
                since: if self.trouble.is_some() { now } else { self.since },
                failures: 0,
                probes: 0,
                ..self
            },
            // A provider may refuse a number without looking at the credit; that opens no route.
            Told::Answers if self.trouble.is_none() => RouteState { failures: 0, ..self },
            Told::Answers => self,
            Told::Fails { rest } => {
                let rest_until =
                    rest.map_or(self.rest_until, |rest| self.rest_until.max(now.saturating_add(rest)));
                let failed = RouteState { failures: self.failures.saturating_add(1), rest_until, ..self };
                if failed.trouble.is_none() && failed.failures >= FAILURES {
                    failed.paused(Trouble::Unreachable, now, pauses)
                } else {
                    failed
                }
            }
            Told::Stops(trouble) if self.trouble == Some(trouble) => self,
            Told::Stops(trouble) => self.paused(trouble, now, pauses),
        }
    }

    fn paused(self, trouble: Trouble, now: i64, pauses: Pauses) -> Self {
        let probe_at = now.saturating_add(pauses.after(0));
        RouteState { trouble: Some(trouble), since: now, probes: 1, probe_at, ..self }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: i64 = 1_000_000;
    const PAUSES: Pauses = Pauses { first: 5 * SECOND, longest: 3_600 * SECOND };

    fn told(state: RouteState, told: &[Told], now: i64) -> RouteState {
        told.iter().fold(state, |state, told| state.after(*told, now, PAUSES))
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        let pauses = Pauses { first: 5, longest: 3_600 };
        assert_eq!([0, 1, 2, 9, 10, 100].map(|tries| pauses.after(tries)), [5, 10, 20, 2_560, 3_600, 3_600]);
    }

    #[test]
    fn a_few_failures_close_nothing_and_five_in_a_row_do() {
        let fails = Told::Fails { rest: None };
        let four = told(RouteState::default(), &[fails; 4], 0);
        assert_eq!(four.gate(0), Gate::Open);
        assert_eq!(told(four, &[Told::Answers, fails, fails, fails, fails], 0).gate(0), Gate::Open);
        let five = told(four, &[fails], 0);
        assert_eq!((five.trouble, five.gate(0)), (Some(Trouble::Unreachable), Gate::Closed(5 * SECOND)));
    }

    #[test]
    fn a_paused_route_is_tried_after_growing_pauses_until_a_text_is_taken() {
        let mut state = told(RouteState::default(), &[Told::Stops(Trouble::OutOfCredit)], 0);
        let (mut now, mut waits) = (0, Vec::new());
        for _ in 0..12 {
            assert_eq!(state.gate(state.probe_at - 1), Gate::Closed(state.probe_at));
            waits.push((state.probe_at - now) / SECOND);
            now = state.probe_at;
            assert_eq!(state.gate(now), Gate::Probe);
            state = told(state.probing(now, PAUSES), &[Told::Stops(Trouble::OutOfCredit)], now);
            assert!(matches!(state.gate(now), Gate::Closed(_)), "one text at a time");
        }
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600, 3_600]);
        assert_eq!(told(state, &[Told::Answers], now).trouble, Some(Trouble::OutOfCredit));
        let open = told(state, &[Told::Works], now);
        assert_eq!((open.gate(now), open.since, open.probes), (Gate::Open, now, 0));
    }

    #[test]
    fn an_unreachable_provider_is_tried_every_five_minutes_at_least() {
        let mut state = told(RouteState::default(), &[Told::Stops(Trouble::Unreachable)], 0);
        for _ in 0..20 {
            let now = state.probe_at;
            state = state.probing(now, PAUSES);
            assert!(state.probe_at - now <= UNREACHABLE_LONGEST);
        }
    }

    #[test]
    fn texts_of_a_route_that_was_only_just_lost_wait_for_it() {
        let lost = told(RouteState::default(), &[Told::Stops(Trouble::Unreachable)], 0);
        assert!(!lost.gives_up_texts(TAKE_OVER_AFTER - 1) && lost.gives_up_texts(TAKE_OVER_AFTER));
        assert!(told(lost, &[Told::Stops(Trouble::Misconfigured)], 1).gives_up_texts(1));
        assert!(!RouteState::default().gives_up_texts(i64::MAX));
    }

    #[test]
    fn a_provider_that_asks_for_rest_gets_it() {
        let state = told(RouteState::default(), &[Told::Fails { rest: Some(60 * SECOND) }], SECOND);
        assert_eq!((state.gate(SECOND), state.gate(61 * SECOND)), (Gate::Closed(61 * SECOND), Gate::Open));
        let shorter = told(state, &[Told::Fails { rest: Some(SECOND) }], SECOND);
        assert_eq!(shorter.rest_until, 61 * SECOND, "a shorter wish shortens no longer one");
    }

    proptest! {
        #[test]
        fn a_route_is_never_closed_for_good_and_opens_only_by_a_text_that_went(
            steps in proptest::collection::vec((0_i64..600, 0_usize..7), 0..60),
        ) {
            let (mut state, mut now) = (RouteState::default(), 0);
            for (wait, kind) in steps {
                now += wait * SECOND;
                let was = state.trouble;
                if state.gate(now) == Gate::Probe {
                    state = state.probing(now, PAUSES);
                }
                let told = match kind {
                    0 => Told::Works,
                    1 => Told::Answers,
                    2 => Told::Fails { rest: None },
                    3 => Told::Fails { rest: Some(wait * SECOND) },
                    4 => Told::Stops(Trouble::Misconfigured),
                    5 => Told::Stops(Trouble::OutOfCredit),
                    _ => Told::Stops(Trouble::Unreachable),
                };
                state = state.after(told, now, PAUSES);
                prop_assert!(was.is_none() || state.trouble.is_some() || told == Told::Works);
                if let Gate::Closed(until) = state.gate(now) {
                    prop_assert!(until > now && until <= now + PAUSES.longest);
                }
            }
        }
    }
}
