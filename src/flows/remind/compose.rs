//! One text of all that is still open, at the moment of sending.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{Reminders, rules};
use crate::clock::day_in_vietnam;
use crate::crypto::Digest;
use crate::db::reminder::facts::{self, Wishes};
use crate::db::reminder::{self, Stored, run};
use crate::db::unit::{self, Unit};
use crate::db::{Conn, DbError, DbResult};
use crate::domain::ids::{PersonId, UnitId};
use crate::domain::reminder::{self as reminding, Due, Fate, Item, Matter, Receiver, Rules, Skip, settle};
use crate::domain::review::State;
use crate::domain::template::{TemplateKey, key};
use crate::flows::deliver::{self, Cause, Composed};

impl Cause for Reminders {
    fn compose(&self, conn: &mut Conn, now: i64, due: &[deliver::Due]) -> DbResult<Vec<Composed>> {
        let rules = rules::current(conn)?.rules;
        due.iter().map(|text| self.compose_one(conn, &rules, now, text.cause, &text.receiver_index)).collect()
    }
}

impl Reminders {
    /// The words for a number in a run; writes down which rows are in them, and why others are not.
    fn compose_one(
        &self,
        conn: &mut Conn,
        rules: &Rules,
        now: i64,
        run: i64,
        number: &Digest,
    ) -> DbResult<Composed> {
        let mut rows = reminder::of_number(conn, run, number)?;
        for later in run::later(conn, run)? {
            rows.extend(reminder::of_number(conn, later, number)?.into_iter().filter(|row| row.at <= now));
        }
        let so = Present::load(conn, &rows, number, now)?;
        let dues: Vec<Due> = rows.iter().map(|row| so.due(row, rules, now)).collect();
        let mut told = Vec::new();
        let mut by_fate: HashMap<Option<Skip>, Vec<i64>> = HashMap::new();
        for (row, fate) in rows.iter().zip(settle(&dues, now)).filter(|(row, _)| row.run_id == run) {
            let skip = match fate {
                Fate::Send => {
                    told.push(row);
                    None
                }
                Fate::Skip(skip) => Some(skip),
            };
            by_fate.entry(skip).or_default().push(row.id);
        }
        for (skip, ids) in by_fate {
            reminder::settle(conn, &ids, skip)?;
        }
        if told.is_empty() {
            return Ok(Composed::NotNeeded);
        }
        let items = told.iter().map(|row| so.item(row)).collect::<DbResult<Vec<Item>>>()?;
        let marks = told.iter().all(|row| so.wishes.get(&row.receiver).is_some_and(|wishes| wishes.marks));
        Ok(Composed::Words(reminding::compose(&self.words(now), &items, marks)))
    }
}

/// What is so now, for the rows of a number.
struct Present {
    units: HashMap<UnitId, Unit>,
    returned: HashSet<(i32, UnitId)>,
    closed: HashSet<(i32, UnitId)>,
    reviews: HashMap<(i32, UnitId), State>,
    posts: HashSet<(PersonId, UnitId)>,
    wishes: HashMap<PersonId, Wishes>,
}

impl Present {
    fn load(conn: &mut Conn, rows: &[Stored], number: &Digest, now: i64) -> DbResult<Present> {
        let people: Vec<PersonId> = distinct(rows.iter().map(|row| row.receiver));
        let ids = distinct(rows.iter().flat_map(|row| [Some(row.unit_id), row.commune_id]).flatten());
        let mut present = Present {
            units: unit::by_ids(conn, &ids)?.into_iter().map(|unit| (unit.id, unit)).collect(),
            returned: HashSet::new(),
            closed: HashSet::new(),
            reviews: HashMap::new(),
            posts: facts::posts_of(conn, &people, day_in_vietnam(now))?,
            wishes: facts::wishes(conn, &people, number)?,
        };
        for (returns, period) in distinct(rows.iter().map(|row| (row.matter == Matter::Return, row.period))) {
            let here = |row: &&Stored| (row.matter == Matter::Return) == returns && row.period == period;
            let units = distinct(rows.iter().filter(here).map(|row| row.unit_id));
            if returns {
                let communes = distinct(rows.iter().filter(here).filter_map(|row| row.commune_id));
                let keyed = |found: HashSet<UnitId>| found.into_iter().map(move |unit| (period, unit));
                present.returned.extend(keyed(facts::returned(conn, &units, period)?));
                present.closed.extend(keyed(facts::closed(conn, &communes, period)?));
            } else {
                let states = facts::review_states(conn, &units, period)?;
                present.reviews.extend(states.into_iter().map(|(unit, state)| ((period, unit), state)));
            }
        }
        Ok(present)
    }

    fn due(&self, row: &Stored, rules: &Rules, now: i64) -> Due {
        let today = day_in_vietnam(now);
        let ended = self.units.get(&row.unit_id).is_none_or(|unit| unit.valid_to < today);
        let wishes = self.wishes.get(&row.receiver);
        Due {
            id: row.id,
            receiver: row.receiver,
            unit: row.unit_id,
            matter: row.matter,
            period: row.period,
            at: row.at,
            useful_until: row.useful_until,
            rule_stands: rules.by_code(&row.rule).is_some_and(|rule| rule.matter == row.matter),
            open: self.is_open(row),
            unit_ended: row.audience == Receiver::Reporter && ended,
            holds_post: self.holds_post(row),
            stopped: row.stoppable && wishes.is_some_and(|wishes| wishes.stopped),
            has_phone: wishes.is_some(),
        }
    }

    fn is_open(&self, row: &Stored) -> bool {
        let at = |unit| (row.period, unit);
        if row.matter == Matter::Return {
            let closed = row.commune_id.is_some_and(|commune| self.closed.contains(&at(commune)));
            return !closed && !self.returned.contains(&at(row.unit_id));
        }
        let state = self.reviews.get(&at(row.unit_id)).copied().unwrap_or(State::Open);
        row.matter.is_open(state)
    }

    /// Whether the person has a post at the unit, or at one of the levels above it that are told.
    fn holds_post(&self, row: &Stored) -> bool {
        let above = [row.commune_id, row.province_id].into_iter().flatten();
        let mut places = std::iter::once(row.unit_id).chain(above);
        places.any(|place| self.posts.contains(&(row.receiver, place)))
    }

    fn item(&self, row: &Stored) -> DbResult<Item> {
        let named = if row.audience == Receiver::Province { row.commune_id } else { None };
        let unit = self.units.get(&named.unwrap_or(row.unit_id));
        Ok(Item {
            text: sentence(&row.sentence)?,
            period: row.period,
            due: row.due,
            name: unit.map(|unit| unit.name.clone()).unwrap_or_default(),
        })
    }
}

/// The sentence with this name.
fn sentence(name: &str) -> DbResult<TemplateKey> {
    let known = key::ALL.iter().map(|(key, _)| *key).find(|key| *key == name);
    known.ok_or(DbError::Corrupt("the sentence of a reminder"))
}

fn distinct<T: Ord>(values: impl Iterator<Item = T>) -> Vec<T> {
    values.collect::<BTreeSet<T>>().into_iter().collect()
}
