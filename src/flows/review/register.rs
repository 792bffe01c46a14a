//! A unit registers for the standard of a year.

use chrono::NaiveDate;

use super::{Answer, Done, Refused, ReviewError, Reviews, schemes};
use crate::db::review::{Author, NewStep, Review, of_units};
use crate::db::unit::{self, Unit};
use crate::db::{Conn, DbResult, lock};
use crate::domain::access::Action;
use crate::domain::period::Span;
use crate::domain::review::registration::is_late;
use crate::domain::review::{KindScheme, State, Step, UnitKind, steps};
use crate::flows::authenticate::Caller;
use crate::flows::permit::permit;

/// A registration that somebody hands in.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The code of the unit.
    pub unit: String,
    /// The year.
    pub year: i32,
    /// The day on which the paper was handed in; left out: today.
    pub on: Option<NaiveDate>,
}

/// The review, and whether it was registered just now.
#[derive(Debug, Clone)]
pub struct Registered {
    /// The review.
    pub review: Review,
    /// False: it was there.
    pub new: bool,
}

impl Reviews {
    /// Registers a unit. Doing it again changes nothing. A registration after the deadline is taken and marked. Only
    /// officers may enter a day that has passed, or a year whose decisions are due already: history on paper.
    pub async fn register(&self, caller: &Caller, registration: Registration) -> Answer<Done<Registered>> {
        let (tools, asking) = (self.clone(), *caller);
        self.act(caller, move |conn| tools.run_registration(conn, &asking, &registration)).await
    }

    fn run_registration(
        &self,
        conn: &mut Conn,
        caller: &Caller,
        wanted: &Registration,
    ) -> Answer<Registered> {
        let unit = find_unit(conn, &wanted.unit, wanted.year, self.clock.today())?;
        permit(caller, Action::AssessReview, &unit)?;
        let (scheme, kind) = self.scheme(conn, &unit, wanted.year)?;
        if caller.role.reports() {
            self.check_reporter(wanted, &kind)?;
        }
        let on = wanted.on.unwrap_or_else(|| self.clock.today());
        self.enter(conn, &unit, (wanted.year, scheme, &kind), on, (caller.author(), &caller.actor()))
    }

    /// The scheme of a year, and what it says of the unit's kind.
    pub(super) fn scheme(&self, conn: &mut Conn, unit: &Unit, year: i32) -> Answer<(String, KindScheme)> {
        let schemes = schemes::load(conn, &self.catalogue)?;
        let province = schemes::province_of(conn, unit)?;
        let scheme = schemes.in_province(year, province.as_deref()).ok_or(ReviewError::NoScheme(year))?;
        let kind = UnitKind::by_name(&unit.kind).and_then(|kind| scheme.of(kind));
        let kind = kind.ok_or_else(|| ReviewError::NotCovered(unit.kind.clone()))?;
        Ok((scheme.code.clone(), kind.clone()))
    }

    pub(super) fn check_reporter(&self, wanted: &Registration, kind: &KindScheme) -> Answer<()> {
        let today = self.clock.today();
        let refused = match () {
            () if wanted.on.is_some_and(|on| on != today) => Refused::new(
                "/registered_on",
                "officers_only",
                "only the commune's officer enters another day than today; leave it out",
            ),
            () if kind.decide_by.in_year(wanted.year) < today => Refused::new(
                "/year",
                "over",
                "the decisions of that year are due already; ask the commune's officer to enter it",
            ),
            () => return Ok(()),
        };
        Err(ReviewError::Fields(vec![refused]))
    }

    /// Writes the registration of a unit on the day `on`, unless it is there.
    pub(super) fn enter(
        &self,
        conn: &mut Conn,
        unit: &Unit,
        of: (i32, String, &KindScheme),
        on: NaiveDate,
        (author, actor): (Author, &str),
    ) -> Answer<Registered> {
        lock::units(conn, &[unit.id])?;
        let registered = self.plan_registration(conn, unit, of, on)?;
        if registered.new {
            self.write_registration(conn, &registered.review, author, actor, None)?;
        }
        Ok(registered)
    }

    /// The review as it is after a registration on the day `on`; nothing is written.
    pub(super) fn plan_registration(
        &self,
        conn: &mut Conn,
        unit: &Unit,
        (year, scheme, kind): (i32, String, &KindScheme),
        on: NaiveDate,
    ) -> Answer<Registered> {
        let today = self.clock.today();
        let valid = Span { from: unit.valid_from, to: unit.valid_to };
        let late = is_late(kind, year, valid, on, today)?;
        let before = of_units(conn, &[unit.id], year)?.pop();
        if let Some(review) = before.as_ref().filter(|review| review.state != State::Open) {
            return Ok(Registered { review: review.clone(), new: false });
        }
        let not_now = |why| ReviewError::NotNow { unit: unit.code.clone(), why };
        let state = steps::after(State::Open, &Step::Register, today).map_err(not_now)?;
        let new = NewRegistration { year, kind: kind.kind, scheme, on, late, at: self.clock.now_micros() };
        let review = registered(unit, new, state, before, || self.next_id())?;
        Ok(Registered { review, new: true })
    }

    /// Writes a review that was registered just now, with its step.
    pub(super) fn write_registration(
        &self,
        conn: &mut Conn,
        review: &Review,
        author: Author,
        actor: &str,
        reason: Option<&str>,
    ) -> Answer<()> {
        let step = self.unit_step(review, "register", author, reason)?;
        Ok(self.write(conn, std::slice::from_ref(review), &[step], actor)?)
    }

    /// The step after which `review` stands as it does, taken by those who answer for the unit.
    pub(super) fn unit_step(
        &self,
        review: &Review,
        name: &'static str,
        author: Author,
        reason: Option<&str>,
    ) -> Answer<NewStep> {
        let id = self.next_id()?;
        Ok(NewStep {
            id,
            review_id: review.id,
            number: review.version,
            step: name,
            state: review.state,
            author,
            at: review.changed_at,
            reason_cipher: self.seal("review_step", id, reason)?,
            decision: None,
        })
    }
}

/// A registration, as it was found to be right.
pub(in crate::flows) struct NewRegistration {
    pub(in crate::flows) year: i32,
    pub(in crate::flows) kind: UnitKind,
    /// The code of the scheme.
    pub(in crate::flows) scheme: String,
    /// The day of registration.
    pub(in crate::flows) on: NaiveDate,
    pub(in crate::flows) late: bool,
    /// When it was entered, microseconds UTC, domain time.
    pub(in crate::flows) at: i64,
}

/// The review that is registered thereby; one that was taken `before` goes on in its row.
pub(in crate::flows) fn registered(
    unit: &Unit,
    new: NewRegistration,
    state: State,
    before: Option<Review>,
    fresh_id: impl FnOnce() -> DbResult<i64>,
) -> DbResult<Review> {
    Ok(Review {
        id: before.as_ref().map_or_else(fresh_id, |review| Ok(review.id))?,
        unit_id: unit.id,
        year: new.year,
        kind: new.kind,
        commune_id: unit.commune_id,
        province_id: unit.province_id,
        scheme: new.scheme,
        state,
        version: before.map_or(0, |review| review.version) + 1,
        registered_on: new.on,
        late: new.late,
        decision: None,
        changed_at: new.at,
    })
}

/// The unit that a code means in a year: today's, else the last one that was there on some day of the year.
pub(super) fn find_unit(conn: &mut Conn, code: &str, year: i32, today: NaiveDate) -> Answer<Unit> {
    let mut units = unit::by_codes(conn, &[code.to_owned()])?;
    units.sort_by_key(|unit| unit.valid_to);
    units.dedup_by_key(|unit| unit.id);
    let valid =
        |from: NaiveDate, to: NaiveDate| move |unit: &&Unit| unit.valid_from <= to && from <= unit.valid_to;
    let (first, last) = (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year, 12, 31));
    let then = first.zip(last).and_then(|(first, last)| units.iter().rfind(valid(first, last)));
    units.iter().find(valid(today, today)).or(then).cloned().ok_or(ReviewError::UnknownUnit)
}
