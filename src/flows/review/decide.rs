//! The file is handed in, returned, accepted; the unit is recognised or not; a recognition is taken back.

use std::collections::{BTreeMap, BTreeSet};

use super::{Answer, Case, Done, Refused, ReviewError, Reviews, Said, authority, check_text, settle};
use crate::db::review::{Review, answer, evidence};
use crate::db::unit::{self, Unit};
use crate::db::{Conn, lock};
use crate::domain::access::Action;
use crate::domain::ids::UnitId;
use crate::domain::review::steps::{self, Decision};
use crate::domain::review::{State, Step};
use crate::flows::authenticate::Caller;
use crate::flows::permit::permit;

/// Characters of a reason.
const LONGEST_REASON: usize = 2_000;
/// Characters of the number of a decision and of the name of its signer.
const LONGEST_NAME: usize = 100;
/// Reviews that one decision may name.
const MOST: usize = 500;

/// What a certificate says.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// The review.
    pub review: Review,
    /// The unit.
    pub unit: Unit,
    /// The commune that it lies in.
    pub commune: Option<Unit>,
    /// The province that it lies in.
    pub province: Option<Unit>,
    /// The decision.
    pub decision: Decision,
    /// The title of the regulation.
    pub regulation: String,
}

impl Reviews {
    /// Hands in the file of a review.
    pub async fn file(&self, caller: &Caller, id: i64) -> Answer<Done<Review>> {
        let (tools, asking) = (self.clone(), *caller);
        let write = move |conn: &mut Conn| {
            let case = tools.locked_case(conn, &asking, Action::AssessReview, id)?;
            let lacking = lacking(&case, &evidence::of_review(conn, id)?)?.len();
            let mut taken = tools.take(conn, &asking, vec![case], &Step::File { lacking })?;
            taken.pop().ok_or(ReviewError::NotFound)
        };
        self.act(caller, write).await
    }

    /// Takes one step with many reviews, all of them or none: a decision on paper names many units.
    pub async fn decide(&self, caller: &Caller, ids: Vec<i64>, step: Step) -> Answer<Done<Vec<Review>>> {
        let refused = check(&ids, &step);
        if !refused.is_empty() {
            return Err(ReviewError::Fields(refused));
        }
        let (tools, asking) = (self.clone(), *caller);
        self.act(caller, move |conn| tools.run_decision(conn, &asking, &ids, &step)).await
    }

    fn run_decision(
        &self,
        conn: &mut Conn,
        caller: &Caller,
        ids: &[i64],
        step: &Step,
    ) -> Answer<Vec<Review>> {
        let cases = self.decidable(conn, caller, ids)?;
        let units: Vec<UnitId> = cases.iter().map(|case| case.unit.id).collect();
        lock::units(conn, &units)?;
        let cases = self.decidable(conn, caller, ids)?;
        if matches!(step, Step::Recognise(_)) {
            check_all_met(conn, &cases)?;
        }
        self.take(conn, caller, cases, step)
    }

    /// The reviews that the caller decides about; all must be.
    fn decidable(&self, conn: &mut Conn, caller: &Caller, ids: &[i64]) -> Answer<Vec<Case>> {
        let cases = self.cases(conn, ids)?;
        if cases.len() != ids.len() {
            return Err(ReviewError::NotFound);
        }
        for case in &cases {
            permit(caller, Action::ReadReviews, &case.unit).map_err(|_| ReviewError::NotFound)?;
            permit(caller, Action::DecideReview, &case.unit)?;
            let level = case.kind()?.decided_by;
            if !authority::decides(caller, level, case.review.kind, &case.unit) {
                return Err(ReviewError::Level(authority::name(level, case.review.kind)));
            }
        }
        Ok(cases)
    }

    fn take(&self, conn: &mut Conn, caller: &Caller, cases: Vec<Case>, step: &Step) -> Answer<Vec<Review>> {
        let said = said(step);
        let (mut reviews, mut written) = (Vec::new(), Vec::new());
        for mut case in cases {
            let after = steps::after(case.review.state, step, self.clock.today());
            case.review.state = after.map_err(|why| case.not_now(why))?;
            case.review.version += 1;
            case.review.changed_at = self.clock.now_micros();
            if said.decision.is_some() {
                case.review.decision.clone_from(&said.decision);
            }
            written.push(self.step(&case, step_name(step), caller.author(), &said)?);
            reviews.push(case.review);
        }
        self.write(conn, &reviews, &written, &caller.actor())?;
        Ok(reviews)
    }

    /// What the certificate of a recognised unit says.
    pub async fn certificate(&self, caller: &Caller, id: i64) -> Answer<Certificate> {
        let (tools, caller) = (self.clone(), *caller);
        let read = move |conn: &mut Conn| {
            settle(tools.case(conn, &caller, Action::ReadReviews, id).and_then(|case| certify(conn, case)))
        };
        self.db.read_snapshot(read).await?
    }
}

fn certify(conn: &mut Conn, case: Case) -> Answer<Certificate> {
    let not_recognised = case.not_now(steps::NotNow::Order(case.review.state));
    let decision = match (case.review.state, case.review.decision.clone()) {
        (State::Recognised, Some(decision)) => decision,
        _ => return Err(not_recognised),
    };
    let ids: Vec<UnitId> = case.unit.commune_id.into_iter().chain(case.unit.province_id).collect();
    let around: BTreeMap<UnitId, Unit> =
        unit::by_ids(conn, &ids)?.into_iter().map(|unit| (unit.id, unit)).collect();
    let find = |id: Option<UnitId>| id.and_then(|id| around.get(&id).cloned());
    Ok(Certificate {
        commune: find(case.unit.commune_id),
        province: find(case.unit.province_id),
        review: case.review,
        unit: case.unit,
        decision,
        regulation: case.scheme.title,
    })
}

/// Documents of the file that are not there, by name.
fn lacking(case: &Case, files: &[evidence::Evidence]) -> Answer<Vec<String>> {
    let there: BTreeSet<&str> =
        files.iter().filter(|f| f.withdrawn_at.is_none()).filter_map(|f| f.document.as_deref()).collect();
    let documents = case.kind()?.file.iter().map(|document| document.name.clone());
    Ok(documents.filter(|name| !there.contains(name.as_str())).collect())
}

fn check_all_met(conn: &mut Conn, cases: &[Case]) -> Answer<()> {
    let ids: Vec<i64> = cases.iter().map(|case| case.review.id).collect();
    let not_met = answer::not_met(conn, &ids)?;
    for case in cases {
        let criteria: Vec<&str> =
            not_met.iter().filter(|(id, _)| *id == case.review.id).map(|(_, c)| c.as_str()).collect();
        if !criteria.is_empty() {
            return Err(ReviewError::NotMet { unit: case.unit.code.clone(), criteria: criteria.join(", ") });
        }
    }
    Ok(())
}

fn check(ids: &[i64], step: &Step) -> Vec<Refused> {
    let mut refused = Vec::new();
    if ids.is_empty() || ids.len() > MOST {
        refused.push(Refused::new("/reviews", "bad_count", format!("name 1 to {MOST} reviews")));
    }
    if ids.iter().collect::<BTreeSet<_>>().len() != ids.len() {
        refused.push(Refused::new("/reviews", "twice", "a review is named twice"));
    }
    let said = said(step);
    if let Some(reason) = &said.reason {
        check_text("/reason", reason, LONGEST_REASON, &mut refused);
        if reason.trim().is_empty() {
            refused.push(Refused::new("/reason", "missing_field", "give the reason"));
        }
    }
    if let Some(decision) = &said.decision {
        for (pointer, text) in [("/number", &decision.number), ("/signer", &decision.signer)] {
            check_text(pointer, text, LONGEST_NAME, &mut refused);
            if text.trim().is_empty() {
                refused.push(Refused::new(
                    pointer,
                    "missing_field",
                    "a decision has a number, a day and a signer",
                ));
            }
        }
    }
    refused
}

fn said(step: &Step) -> Said {
    let (reason, decision) = match step {
        Step::Register | Step::Withdraw | Step::Assess { .. } | Step::File { .. } | Step::Accept => {
            (None, None)
        }
        Step::Return { reason } | Step::Refuse { reason } => (Some(reason), None),
        Step::Recognise(decision) => (None, Some(decision)),
        Step::Revoke { reason, decision } => (Some(reason), Some(decision)),
    };
    Said { reason: reason.cloned(), decision: decision.cloned() }
}

fn step_name(step: &Step) -> &'static str {
    match step {
        Step::Register => "register",
        Step::Withdraw => "withdraw",
        Step::Assess { .. } => "assess",
        Step::File { .. } => "file",
        Step::Return { .. } => "return",
        Step::Accept => "accept",
        Step::Recognise(_) => "recognise",
        Step::Refuse { .. } => "refuse",
        Step::Revoke { .. } => "revoke",
    }
}
