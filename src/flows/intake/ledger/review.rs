//! What a text does to the yearly review: written at once, so that the next text of the batch finds it.

use super::Ledger;
use crate::clock::day_in_vietnam;
use crate::crypto::Place;
use crate::db::log::NewChange;
use crate::db::review::answer::{self, NewFact};
use crate::db::review::{self, Author, NewStep, Review};
use crate::db::{Conn, DbError, DbResult, unit};
use crate::domain::ids::{PersonId, UnitId};
use crate::domain::intake::ReviewStep;
use crate::domain::period::Span;
use crate::domain::review::registration::is_late;
use crate::domain::review::{State, Step, UnitKind, rule, steps};
use crate::flows::intake::prepare::{PreparedText, next_id};
use crate::flows::review::{province_of, review_schemes};

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
        let review = match step {
            ReviewStep::Register { unit, year } => self.register(conn, text, (unit, year), author)?,
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
        (unit_id, year): (UnitId, i32),
        author: Author,
    ) -> DbResult<Review> {
        let lost = || DbError::Corrupt("the unit of a registration");
        let unit = unit::by_ids(conn, &[unit_id])?.pop().ok_or_else(lost)?;
        let schemes = review_schemes(conn, &self.context.rules.catalogue)?;
        let kind = UnitKind::by_name(&unit.kind).ok_or_else(lost)?;
        let province = province_of(conn, &unit)?;
        let scheme = schemes.in_province(year, province.as_deref()).ok_or_else(lost)?;
        let today = day_in_vietnam(text.raw.received_at);
        let valid = Span { from: unit.valid_from, to: unit.valid_to };
        let late =
            is_late(scheme.of(kind).ok_or_else(lost)?, year, valid, today, today).map_err(|_| lost())?;
        let before = review::of_units(conn, &[unit_id], year)?.pop();
        let state = before.as_ref().map_or(State::Open, |review| review.state);
        let review = Review {
            id: before.as_ref().map_or_else(|| self.fresh_id(), |review| Ok(review.id))?,
            unit_id,
            year,
            kind,
            commune_id: unit.commune_id,
            province_id: unit.province_id,
            scheme: scheme.code.clone(),
            state: steps::after(state, &Step::Register, today).map_err(|_| lost())?,
            version: before.map_or(0, |review| review.version) + 1,
            registered_on: today,
            late,
            decision: None,
            changed_at: text.raw.received_at,
        };
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
        let today = day_in_vietnam(text.raw.received_at);
        let state = steps::after(review.state, &Step::Withdraw, today);
        review.state = state.map_err(|_| DbError::Corrupt("the state of a registration"))?;
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

fn found(conn: &mut Conn, unit: UnitId, year: i32) -> DbResult<Review> {
    review::of_units(conn, &[unit], year)?.pop().ok_or(DbError::Corrupt("the review of a unit"))
}
