//! The yearly review by forms of ODK Collect and its like: what the API does, and each form once, however often it is sent.

use std::collections::BTreeMap;

use super::register::{Registration, find_unit};
use super::{
    Answer, AssessmentRequest, Case, Done, Refused, ReviewError, Reviews, Trial, scheme_of, schemes, settle,
};
use crate::crypto::Digest;
use crate::db::review::form::{self, TakenForm};
use crate::db::review::{self, Review};
use crate::db::unit::{self, Unit};
use crate::db::{Conn, lock};
use crate::domain::access::Action;
use crate::domain::ids::UnitId;
use crate::domain::review::propose::Fact;
use crate::domain::review::rule::FactKind;
use crate::domain::review::{KindScheme, Scheme, State, Step, UnitKind, steps};
use crate::flows::authenticate::Caller;
use crate::flows::permit::permit;

/// A form as its client knows it.
#[derive(Debug, Clone)]
pub struct ByForm {
    /// Its id.
    pub instance_id: String,
    /// The id of the one that it corrects.
    pub corrects: Option<String>,
    /// Digest of what the client sent.
    pub content: Digest,
}

/// What a form is about.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The unit.
    pub unit: Unit,
    /// Its review of the year, once it has registered: the id, the scheme and the kind by which it is reviewed.
    pub review: Option<(i64, Scheme, UnitKind)>,
}

/// A registration by a form.
#[derive(Debug, Clone)]
pub struct FormRegistration {
    /// The review.
    pub review: Review,
    /// What the scheme says of the unit.
    pub kind: KindScheme,
    /// Whether it was this form that registered, now or when it came first, or one that it corrects.
    pub new: bool,
    /// The registration that the form corrects, where that is of another unit or year.
    pub earlier: Option<Earlier>,
}

/// A registration in whose place another one came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// The name of its unit.
    pub unit: String,
    /// Its year.
    pub year: i32,
    /// Whether it is taken back; else somebody has gone on with it.
    pub withdrawn: bool,
}

impl Reviews {
    /// The unit and review that a form means, for whoever may register and assess the unit.
    pub async fn subject(&self, caller: &Caller, code: String, year: i32) -> Answer<Subject> {
        let (tools, caller) = (self.clone(), *caller);
        let read = move |conn: &mut Conn| settle(tools.find_subject(conn, &caller, &code, year));
        self.db.read_snapshot(read).await?
    }

    fn find_subject(&self, conn: &mut Conn, caller: &Caller, code: &str, year: i32) -> Answer<Subject> {
        let unit = find_unit(conn, code, year, self.clock.today())?;
        permit(caller, Action::AssessReview, &unit)?;
        let found = review::of_units(conn, &[unit.id], year)?.pop();
        let found = found.filter(|review| review.state != State::Open);
        let schemes = schemes::load(conn, &self.catalogue)?;
        let known = |review: Review| {
            scheme_of(&schemes, &review).map(|scheme| (review.id, scheme.clone(), review.kind))
        };
        Ok(Subject { unit, review: found.map(known).transpose()? })
    }

    /// Registers a unit and enters facts with it, as [`Reviews::register`] and [`Reviews::assess`] do. A form that corrects
    /// the registration of another unit or year takes that one back, as long as nobody has gone on with it. `None`: the id
    /// was used for another content.
    pub async fn register_by_form(
        &self,
        caller: &Caller,
        by: ByForm,
        wanted: Registration,
        facts: BTreeMap<String, Fact>,
        trial: Trial,
    ) -> Answer<Done<Option<FormRegistration>>> {
        let (tools, asking) = (self.clone(), *caller);
        let desk = move |conn: &mut Conn| {
            Desk { tools: &tools, caller: &asking, by: &by }.register(conn, &wanted, &facts)
        };
        match trial {
            Trial::No => self.act(caller, desk).await,
            Trial::Yes => Ok(Done { what: self.run(trial, desk).await?, practice: false }),
        }
    }

    /// Takes answers and facts, as [`Reviews::assess`] does. Answers how many criteria the caller may answer and nobody has;
    /// `None`: the id was used for another content.
    pub async fn assess_by_form(
        &self,
        caller: &Caller,
        by: ByForm,
        id: i64,
        request: AssessmentRequest,
    ) -> Answer<Option<usize>> {
        let (tools, asking) = (self.clone(), *caller);
        let desk = move |conn: &mut Conn| {
            Desk { tools: &tools, caller: &asking, by: &by }.assess(conn, id, &request)
        };
        Ok(self.act(caller, desk).await?.what)
    }
}

/// A form on its way into the database.
struct Desk<'d> {
    tools: &'d Reviews,
    caller: &'d Caller,
    by: &'d ByForm,
}

impl Desk<'_> {
    fn register(
        &self,
        conn: &mut Conn,
        wanted: &Registration,
        facts: &BTreeMap<String, Fact>,
    ) -> Answer<Option<FormRegistration>> {
        let unit = find_unit(conn, &wanted.unit, wanted.year, self.tools.clock.today())?;
        permit(self.caller, Action::AssessReview, &unit)?;
        let (scheme, kind) = self.tools.scheme(conn, &unit, wanted.year)?;
        let corrected = self.corrected(conn)?;
        let units: Vec<UnitId> =
            corrected.iter().map(|(_, review)| review.unit_id).chain([unit.id]).collect();
        lock::units(conn, &units)?;
        // Nobody changes what was looked up any more.
        let corrected = self.corrected(conn)?;
        if let Some(taken) = form::taken(conn, &self.by.instance_id)? {
            return self.registered_before(conn, taken, corrected, kind);
        }
        if self.caller.role.reports() {
            self.tools.check_reporter(wanted, &kind)?;
        }
        let of = (wanted.year, scheme, &kind);
        let registered = self.tools.plan_registration(conn, &unit, of, self.tools.clock.today())?;
        self.check_facts(conn, &unit, &registered.review, &kind, facts)?;
        let same =
            corrected.as_ref().filter(|(form, review)| form.registered && review.id == registered.review.id);
        let new = registered.new || same.is_some();
        let earlier = self.replace(conn, corrected, registered.review.id)?;
        if registered.new {
            let (author, actor) = (self.caller.author(), self.caller.actor());
            self.tools.write_registration(conn, &registered.review, author, &actor, Some(&self.reason()))?;
        }
        self.enter_facts(conn, &registered.review, facts)?;
        self.note(conn, registered.review.id, new)?;
        Ok(Some(FormRegistration { review: registered.review, kind, new, earlier }))
    }

    /// The answer to a form that was taken before.
    fn registered_before(
        &self,
        conn: &mut Conn,
        taken: TakenForm,
        corrected: Option<(TakenForm, Review)>,
        kind: KindScheme,
    ) -> Answer<Option<FormRegistration>> {
        let found = review::by_ids(conn, &[taken.review_id])?.pop();
        let same = taken.content == self.by.content;
        let Some(review) = found.filter(|_| same) else { return Ok(None) };
        let other = corrected.filter(|(form, other)| form.registered && other.id != review.id);
        let earlier = other.map(|(_, other)| self.told_of(conn, &other)).transpose()?;
        Ok(Some(FormRegistration { review, kind, new: taken.registered, earlier }))
    }

    /// The form that this one corrects, and its review.
    fn corrected(&self, conn: &mut Conn) -> Answer<Option<(TakenForm, Review)>> {
        let Some(id) = &self.by.corrects else { return Ok(None) };
        let Some(taken) = form::taken(conn, id)? else { return Ok(None) };
        let review = review::by_ids(conn, &[taken.review_id])?.pop();
        Ok(review.map(|review| (taken, review)))
    }

    /// A fact of a registration is a day; it is kept also where no criterion asks for it.
    fn check_facts(
        &self,
        conn: &mut Conn,
        unit: &Unit,
        review: &Review,
        kind: &KindScheme,
        facts: &BTreeMap<String, Fact>,
    ) -> Answer<()> {
        let asked = kind.facts();
        let other =
            |name: &&String| asked.iter().any(|(asked, kind)| asked == name && *kind != FactKind::Day);
        if let Some(name) = facts.keys().find(other) {
            let advice = "the scheme asks for something else than a day";
            return Err(ReviewError::Fields(vec![Refused::new(format!("/facts/{name}"), "bad_day", advice)]));
        }
        let open = matches!(review.state, State::Registered | State::Assessed | State::Returned);
        if open || self.tools.stored(conn, review.id)?.changed(facts).next().is_none() {
            return Ok(());
        }
        Err(ReviewError::NotNow { unit: unit.code.clone(), why: steps::NotNow::Order(review.state) })
    }

    fn enter_facts(&self, conn: &mut Conn, review: &Review, facts: &BTreeMap<String, Fact>) -> Answer<()> {
        let stored = self.tools.stored(conn, review.id)?;
        if self.tools.write_facts(conn, review.id, &stored, facts, self.caller.author())? > 0 {
            let (rows, actor) = (format!("{facts:?}"), self.caller.actor());
            self.tools.log(conn, std::slice::from_ref(review), &actor, "review_answers", rows.as_bytes())?;
        }
        Ok(())
    }

    /// Takes back the registration that the form corrects, where it is of another unit or year.
    fn replace(
        &self,
        conn: &mut Conn,
        corrected: Option<(TakenForm, Review)>,
        by: i64,
    ) -> Answer<Option<Earlier>> {
        let other = corrected.filter(|(form, review)| form.registered && review.id != by);
        let Some((_, mut review)) = other else { return Ok(None) };
        let unit = unit::by_ids(conn, &[review.unit_id])?.pop();
        let may = unit.is_some_and(|unit| permit(self.caller, Action::AssessReview, &unit).is_ok());
        if let Ok(state) = steps::after(review.state, &Step::Withdraw, self.tools.clock.today())
            && may
        {
            review.state = state;
            review.version += 1;
            review.changed_at = self.tools.clock.now_micros();
            let (author, actor) = (self.caller.author(), self.caller.actor());
            let step = self.tools.unit_step(&review, "withdraw", author, Some(&self.reason()))?;
            self.tools.write(conn, std::slice::from_ref(&review), &[step], &actor)?;
        }
        self.told_of(conn, &review).map(Some)
    }

    fn told_of(&self, conn: &mut Conn, review: &Review) -> Answer<Earlier> {
        let unit = unit::by_ids(conn, &[review.unit_id])?.pop().ok_or(ReviewError::UnknownUnit)?;
        Ok(Earlier { unit: unit.name, year: review.year, withdrawn: review.state == State::Open })
    }

    fn assess(&self, conn: &mut Conn, id: i64, request: &AssessmentRequest) -> Answer<Option<usize>> {
        let case: Case = self.tools.locked_case(conn, self.caller, Action::AssessReview, id)?;
        let confirms = permit(self.caller, Action::JudgeReports, &case.unit).is_ok();
        let criteria = case.kind()?.criteria.clone();
        let own = || criteria.iter().filter(|criterion| confirms || !criterion.bare);
        if let Some(taken) = form::taken(conn, &self.by.instance_id)? {
            let same = taken.content == self.by.content && taken.review_id == id;
            let stored = self.tools.stored(conn, id)?;
            return Ok(same.then(|| stored.unanswered(own(), &AssessmentRequest::default())));
        }
        let weighed = self.tools.weigh(conn, self.caller, &case, request)?;
        self.tools.enter_assessment(conn, self.caller, case, request, &weighed)?;
        self.note(conn, id, false)?;
        Ok(Some(weighed.unanswered(own(), request)))
    }

    /// Notes the form as taken.
    fn note(&self, conn: &mut Conn, review_id: i64, registered: bool) -> Answer<()> {
        let taken = TakenForm {
            instance_id: self.by.instance_id.clone(),
            content: self.by.content,
            review_id,
            registered,
            at: self.tools.clock.now_micros(),
        };
        Ok(form::take(conn, &taken)?)
    }

    /// What a step says beside its name: by which form it was taken.
    fn reason(&self) -> String {
        format!("OpenRosa: {}", self.by.instance_id)
    }
}
