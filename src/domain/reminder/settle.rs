//! What becomes of rows whose moment has come, by what is so at that time.

use super::{Fate, Matter, Skip};
use crate::domain::ids::{PersonId, UnitId};

/// A row whose moment has come, with what is so now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Its id.
    pub id: i64,
    /// Who.
    pub receiver: PersonId,
    /// The unit.
    pub unit: UnitId,
    /// What it reminds of.
    pub matter: Matter,
    /// The month or year.
    pub period: i32,
    /// Its moment, microseconds UTC.
    pub at: i64,
    /// Until when it is of use, microseconds UTC.
    pub useful_until: i64,
    /// Whether its rule still stands.
    pub rule_stands: bool,
    /// Whether the step is still open.
    pub open: bool,
    /// Whether a person who reports would be told about a unit that is no more.
    pub unit_ended: bool,
    /// Whether the person still holds the post.
    pub holds_post: bool,
    /// Whether the person wants no more such reminders.
    pub stopped: bool,
    /// Whether there is a number.
    pub has_phone: bool,
}

impl Due {
    fn skip(&self, now: i64) -> Option<Skip> {
        let reasons = [
            (!self.rule_stands, Skip::RuleChanged),
            (!self.open, Skip::Done),
            (self.unit_ended, Skip::UnitEnded),
            (!self.holds_post, Skip::PostEnded),
            (self.stopped, Skip::Stopped),
            (!self.has_phone, Skip::NoPhone),
            (now > self.useful_until, Skip::Late),
        ];
        reasons.into_iter().find(|(holds, _)| *holds).map(|(_, skip)| skip)
    }

    fn is_of_the_same(&self, other: &Due) -> bool {
        let about = |due: &Due| (due.receiver, due.unit, due.matter, due.period);
        about(self) == about(other)
    }
}

/// What becomes of each of `rows` at `now`, in their order: of several to one person about the same step of a unit only
/// the latest is sent.
pub fn settle(rows: &[Due], now: i64) -> Vec<Fate> {
    let first: Vec<Option<Skip>> = rows.iter().map(|row| row.skip(now)).collect();
    let overtaken = |at: usize, row: &Due| {
        let others = rows.iter().zip(&first).enumerate();
        let mut later = others
            .filter(|(_, (_, skip))| skip.is_none())
            .filter(|(other, (due, _))| due.is_of_the_same(row) && (due.at, *other) > (row.at, at));
        later.next().is_some()
    };
    let fate = |(at, row): (usize, &Due)| match first.get(at) {
        Some(Some(skip)) => Fate::Skip(*skip),
        _ if overtaken(at, row) => Fate::Skip(Skip::Overtaken),
        _ => Fate::Send,
    };
    rows.iter().enumerate().map(fate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: Due = Due {
        id: 1,
        receiver: 1,
        unit: 30,
        matter: Matter::Return,
        period: 202_603,
        at: 100,
        useful_until: 200,
        rule_stands: true,
        open: true,
        unit_ended: false,
        holds_post: true,
        stopped: false,
        has_phone: true,
    };

    #[test]
    fn what_was_done_in_the_meantime_is_not_sent() {
        let fate = |row: Due| settle(&[row], 150)[0];
        assert_eq!(fate(ROW), Fate::Send);
        assert_eq!(fate(Due { open: false, ..ROW }), Fate::Skip(Skip::Done));
        assert_eq!(fate(Due { unit_ended: true, ..ROW }), Fate::Skip(Skip::UnitEnded));
        assert_eq!(fate(Due { holds_post: false, ..ROW }), Fate::Skip(Skip::PostEnded));
        assert_eq!(fate(Due { stopped: true, ..ROW }), Fate::Skip(Skip::Stopped));
        assert_eq!(fate(Due { has_phone: false, ..ROW }), Fate::Skip(Skip::NoPhone));
        assert_eq!(fate(Due { rule_stands: false, ..ROW }), Fate::Skip(Skip::RuleChanged));
        assert_eq!(fate(Due { useful_until: 149, ..ROW }), Fate::Skip(Skip::Late));
    }

    #[test]
    fn after_a_time_down_only_the_latest_of_a_step_is_sent() {
        let later = Due { id: 2, at: 140, ..ROW };
        let other = Due { id: 3, unit: 31, ..ROW };
        let fates = settle(&[ROW, later, other], 150);
        assert_eq!(fates, [Fate::Skip(Skip::Overtaken), Fate::Send, Fate::Send]);
        let twice = settle(&[ROW, Due { id: 2, ..ROW }], 150);
        assert_eq!(twice, [Fate::Skip(Skip::Overtaken), Fate::Send]);
        let held_back = settle(&[ROW, Due { stopped: true, ..later }], 150);
        assert_eq!(held_back, [Fate::Send, Fate::Skip(Skip::Stopped)]);
    }
}
