//! What a text does to the yearly review: written at once, so that the next text of the batch finds it.

use chrono::NaiveDate;

use super::Ledger;
use crate::clock::day_in_vietnam;
use crate::crypto::Place;
use crate::db::log::NewChange;
use crate::db::review::answer::{self, NewFact};
use crate::db::review::{self, Author, NewStep, Review};
use crate::db::{Conn, DbError, DbResult, unit};
use crate::domain::ids::{PersonId, UnitId};
use crate::domain::intake::ReviewStep;
use crate::domain::review::{State, Step, rule, steps};
use crate::flows::intake::prepare::{PreparedText, next_id};
use crate::flows::review::{NewRegistration, registered};

impl Ledger<'_> {
    /// Takes the step that the rules decided; the sender's units are locked by the board.
    pub(super) fn take_review_step(
        &mut self,
        conn: &mut Conn,
        text: &PreparedText,
        person: Option<PersonId>,
        step: ReviewStep,
    ) -> DbResult<()> {
        let author = Author { account_id: None, person_id: person };
        let at = text.raw.received_at;
        let review = match step.clone() {
            ReviewStep::Register { unit, kind, year, scheme, late } => {
                let new = NewRegistration { year, kind, scheme, on: day_in_vietnam(at), late, at };
                self.register(conn, text, (unit, new), author)?
            }
            ReviewStep::Withdraw { unit, year } => self.withdraw(conn, text, (unit, year), author)?,
            ReviewStep::Households { unit, year, count } => {
                self.households(conn, text, (unit, year, count), author)?
            }
        };
        self.changes.push(NewChange {
            entity: "review",
            entity_id: review.id,
            unit_id: Some(review.unit_id),
            commune_id: review.commune_id,
        });
        self.reviewed.push((review.id, review.version, step));
        Ok(())
    }

    fn register(
        &self,
        conn: &mut Conn,
        text: &PreparedText,
        (unit, new): (UnitId, NewRegistration),
        author: Author,
    ) -> DbResult<Review> {
        let unit =
            unit::by_ids(conn, &[unit])?.pop().ok_or(DbError::Corrupt("the unit of a registration"))?;
        let before = review::of_units(conn, &[unit.id], new.year)?.pop();
        let state = before.as_ref().map_or(State::Open, |review| review.state);
        let state = after(state, &Step::Register, new.on)?;
        let review = registered(&unit, new, state, before, || self.fresh_id())?;
        self.put(conn, text, review, "register", author)
    }

    fn withdraw(
        &self,
        conn: &mut Conn,
        text: &PreparedText,
        (unit_id, year): (UnitId, i32),
        author: Author,
    ) -> DbResult<Review> {
        let mut review = found(conn, unit_id, year)?;
        review.state = after(review.state, &Step::Withdraw, day_in_vietnam(text.raw.received_at))?;
        review.version += 1;
        review.changed_at = text.raw.received_at;
        self.put(conn, text, review, "withdraw", author)
    }

    fn households(
        &self,
        conn: &mut Conn,
        text: &PreparedText,
        (unit_id, year, count): (UnitId, i32, i64),
        author: Author,
    ) -> DbResult<Review> {
        let review = found(conn, unit_id, year)?;
        let facts = answer::last_facts(conn, review.id)?;
        let version = facts.iter().find(|(name, ..)| name == rule::HOUSEHOLDS).map_or(0, |(_, n, _)| *n) + 1;
        let (name, content) = (rule::HOUSEHOLDS.to_owned(), count.to_string());
        let at = text.raw.received_at;
        answer::insert_facts(conn, &[NewFact { review_id: review.id, name, version, content, author, at }])?;
        Ok(review)
    }

    /// Writes the review and its step, whose reason tells that it came by SMS, with the words.
    fn put(
        &self,
        conn: &mut Conn,
        text: &PreparedText,
        review: Review,
        step: &'static str,
        author: Author,
    ) -> DbResult<Review> {
        let id = self.fresh_id()?;
        let reason = format!("SMS: {}", text.raw.text.trim());
        let step = NewStep {
            id,
            review_id: review.id,
            number: review.version,
            step,
            state: review.state,
            author,
            at: review.changed_at,
            reason_cipher: Some(self.seal(Place { table: "review_step", row: id }, &reason)?),
            decision: None,
        };
        review::put(conn, std::slice::from_ref(&review))?;
        review::insert_steps(conn, &[step])?;
        Ok(review)
    }

    fn fresh_id(&self) -> DbResult<i64> {
        next_id(self.context).map_err(|_| DbError::Stopped)
    }
}

/// What follows; the rules decided on the same state.
fn after(state: State, step: &Step, today: NaiveDate) -> DbResult<State> {
    steps::after(state, step, today).map_err(|_| DbError::Corrupt("the state of a registration"))
}

fn found(conn: &mut Conn, unit: UnitId, year: i32) -> DbResult<Review> {
    review::of_units(conn, &[unit], year)?.pop().ok_or(DbError::Corrupt("the review of a unit"))
}
