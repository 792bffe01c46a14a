//! What would be sent, without writing anything: a day ahead for those who change rules, a year for a rehearsal.
//!
//! Facts are those of the moment asked about where it lies in the past, and today's where it lies ahead: nobody knows yet
//! who will have reported by then.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::ground::{self, Contact};
use super::{Reminders, rules};
use crate::clock::day_in_vietnam;
use crate::crypto::{Digest, Place};
use crate::db::traffic::Whose;
use crate::db::unit;
use crate::db::{Conn, DbError, DbResult};
use crate::domain::ids::{PersonId, UnitId};
use crate::domain::message::parts;
use crate::domain::reminder::{
    Due, Fate, Item, Occasion, Planned, Receiver, Rules, Skip, compose, occasions, plan, settle,
};
use crate::domain::review::Schemes;

/// What would be sent at a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forecast {
    /// The moment, microseconds UTC.
    pub at: i64,
    /// Reminders before they are merged, by unit and receiver.
    pub reminders: usize,
    /// People who are told.
    pub people: usize,
    /// Texts, one per number.
    pub texts: Vec<Text>,
    /// Reminders that are not sent, by reason.
    pub skipped: BTreeMap<Skip, usize>,
}

/// A text that would be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The number, all but its last three digits hidden.
    pub number: String,
    /// The words.
    pub words: String,
    /// SMS parts.
    pub parts: usize,
    /// What it would cost, đồng.
    pub cost: i64,
}

impl Forecast {
    /// SMS parts of all texts.
    pub fn parts(&self) -> usize {
        self.texts.iter().map(|text| text.parts).sum()
    }

    /// What all texts cost, đồng.
    pub fn cost(&self) -> i64 {
        self.texts.iter().map(|text| text.cost).sum()
    }
}

/// A reminder that would be sent.
struct Candidate {
    due: Due,
    number: Digest,
    item: Item,
    marks: bool,
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// The rules; `None`: those that hold.
    pub rules: Option<Rules>,
    /// Moments after this …
    pub after: i64,
    /// … up to this, microseconds UTC.
    pub until: i64,
    /// Whose units.
    pub whose: Whose,
}

impl Reminders {
    /// What would be sent at every moment that is asked about, the earliest first.
    pub async fn forecast(self: &Arc<Self>, question: Question) -> DbResult<Vec<Forecast>> {
        let this = Arc::clone(self);
        let given = question.rules.clone();
        let load = move |conn: &mut Conn| {
            let rules = match &given {
                Some(rules) => rules.clone(),
                None => rules::current(conn)?.rules,
            };
            Ok((Arc::new(rules), Arc::new(this.schemes(conn)?)))
        };
        let (rules, schemes) = self.db.read(load).await?;
        let due = occasions(&rules, &self.terms(&schemes), question.after, question.until);
        let moments: BTreeSet<i64> = due.iter().map(|occasion| occasion.at).collect();
        let mut forecasts = Vec::new();
        for at in moments {
            forecasts.push(self.forecast_at(at, question.whose, &rules, &schemes).await?);
        }
        Ok(forecasts)
    }

    async fn forecast_at(
        self: &Arc<Self>,
        at: i64,
        whose: Whose,
        rules: &Arc<Rules>,
        schemes: &Arc<Schemes>,
    ) -> DbResult<Forecast> {
        let day = day_in_vietnam(at);
        let provinces = self
            .db
            .read(move |conn| match whose {
                Whose::Everyone => ground::provinces(conn, day),
                Whose::Province(province) => Ok(vec![province]),
                Whose::Commune(commune) => {
                    let commune = unit::by_ids(conn, &[commune])?.pop();
                    Ok(commune.and_then(|commune| commune.province_id).into_iter().collect())
                }
            })
            .await?;
        let mut forecast = Forecast { at, ..Forecast::default() };
        let mut people = BTreeSet::new();
        for province in provinces {
            let (this, rules, schemes) = (Arc::clone(self), Arc::clone(rules), Arc::clone(schemes));
            let read = move |conn: &mut Conn| this.province_at(conn, at, province, whose, &rules, &schemes);
            let (part, told) = self.db.read_snapshot(read).await?;
            forecast.add(part);
            people.extend(told);
        }
        forecast.people = people.len();
        Ok(forecast)
    }

    fn province_at(
        &self,
        conn: &mut Conn,
        at: i64,
        province: UnitId,
        whose: Whose,
        rules: &Rules,
        schemes: &Schemes,
    ) -> DbResult<(Forecast, BTreeSet<PersonId>)> {
        let mut forecast = Forecast { at, ..Forecast::default() };
        let mut planned = Vec::new();
        let people = ground::people(conn, province, day_in_vietnam(at))?;
        let due = occasions(rules, &self.terms(schemes), at - 1, at);
        for occasion in &due {
            let mut candidates = ground::candidates(conn, province, occasion, &people.posts, at)?;
            if let Whose::Commune(commune) = whose {
                candidates.retain(|unit| unit.commune == Some(commune));
            }
            let rows = plan(occasion, day_in_vietnam(at), &candidates, &people.posts);
            planned.extend(rows.into_iter().map(|row| (occasion, row)));
        }
        let names = names(conn, &planned)?;
        let mut rows = Vec::new();
        for (occasion, row) in &planned {
            match row.fate {
                Fate::Skip(skip) => *forecast.skipped.entry(skip).or_default() += 1,
                Fate::Send => rows.extend(candidate(occasion, row, &names, &people.contacts)),
            }
        }
        let told = self.tell(at, &mut forecast, rows, &people.contacts)?;
        Ok((forecast, told))
    }

    /// Settles and composes as it is done at the moment of sending; answers who is told.
    fn tell(
        &self,
        at: i64,
        forecast: &mut Forecast,
        rows: Vec<Candidate>,
        contacts: &HashMap<PersonId, Contact>,
    ) -> DbResult<BTreeSet<PersonId>> {
        let mut by_number: BTreeMap<Digest, Vec<Candidate>> = BTreeMap::new();
        for row in rows {
            by_number.entry(row.number).or_default().push(row);
        }
        let mut told = BTreeSet::new();
        for rows in by_number.into_values() {
            let dues: Vec<Due> = rows.iter().map(|row| row.due).collect();
            let mut sent = Vec::new();
            for (row, fate) in rows.into_iter().zip(settle(&dues, at)) {
                match fate {
                    Fate::Skip(skip) => *forecast.skipped.entry(skip).or_default() += 1,
                    Fate::Send => sent.push(row),
                }
            }
            let Some(first) = sent.first() else { continue };
            let person = first.due.receiver;
            let Some(contact) = contacts.get(&person) else { continue };
            let number = self.masked(person, contact)?;
            forecast.reminders += sent.len();
            told.extend(sent.iter().map(|row| row.due.receiver));
            let marks = sent.iter().all(|row| row.marks);
            let items: Vec<Item> = sent.into_iter().map(|row| row.item).collect();
            let words = compose(&self.words(at), &items, marks);
            let parts = parts(&words).parts;
            let cost = i64::try_from(parts).unwrap_or(i64::MAX).saturating_mul(self.cost_per_part);
            forecast.texts.push(Text { number, words, parts, cost });
        }
        Ok(told)
    }

    /// “09*****001”
    fn masked(&self, person: PersonId, contact: &Contact) -> DbResult<String> {
        let place = Place { table: "phone", row: person };
        let number = self.keys.open_text(place, &contact.number_cipher);
        let number = number.map_err(|_| DbError::Corrupt("a number"))?;
        let local = number.strip_prefix("+84").map_or_else(|| number.clone(), |rest| format!("0{rest}"));
        let count = local.chars().count();
        let hide = |(at, digit): (usize, char)| if at < 2 || at + 3 >= count { digit } else { '*' };
        Ok(local.chars().enumerate().map(hide).collect())
    }
}

impl Forecast {
    fn add(&mut self, other: Forecast) {
        self.reminders += other.reminders;
        self.texts.extend(other.texts);
        for (skip, count) in other.skipped {
            *self.skipped.entry(skip).or_default() += count;
        }
    }
}

/// The names of the units, and of their communes, that somebody is told of.
fn names(conn: &mut Conn, planned: &[(&Occasion, Planned)]) -> DbResult<HashMap<UnitId, String>> {
    let sent = planned.iter().filter(|(_, row)| row.fate == Fate::Send);
    let ids: BTreeSet<UnitId> = sent.map(|(occasion, row)| named(occasion, row)).collect();
    let ids: Vec<UnitId> = ids.into_iter().collect();
    Ok(unit::by_ids(conn, &ids)?.into_iter().map(|unit| (unit.id, unit.name)).collect())
}

/// The unit that a text names: to officers of a province the commune.
fn named(occasion: &Occasion, row: &Planned) -> UnitId {
    match row.commune {
        Some(commune) if occasion.to == Receiver::Province => commune,
        _ => row.unit,
    }
}

fn candidate(
    occasion: &Occasion,
    row: &Planned,
    names: &HashMap<UnitId, String>,
    contacts: &HashMap<PersonId, Contact>,
) -> Option<Candidate> {
    let receiver = row.receiver?;
    let contact = contacts.get(&receiver)?;
    let due = Due {
        id: 0,
        receiver,
        unit: row.unit,
        matter: occasion.rule.matter,
        period: occasion.period,
        at: occasion.at,
        useful_until: i64::MAX,
        rule_stands: true,
        open: true,
        unit_ended: false,
        holds_post: true,
        stopped: false,
        has_phone: true,
    };
    let item = Item {
        text: occasion.text,
        period: occasion.period,
        due: occasion.due,
        name: names.get(&named(occasion, row)).cloned().unwrap_or_default(),
    };
    Some(Candidate { due, number: contact.number_index, item, marks: contact.marks })
}
