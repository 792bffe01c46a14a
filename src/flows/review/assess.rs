//! The self-assessment: every criterion with what the program proposes, the figures behind it and what people concluded.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::account::Reported;
use super::answers::{AssessmentRequest, Conclusion, check_against};
use super::{Answer, Case, Done, Refused, ReviewError, Reviews, Said, settle};
use crate::db::review::answer::{self, NewAnswer, NewFact, StoredAnswer};
use crate::db::review::{Author, Review};
use crate::db::{Conn, DbError, DbResult};
use crate::domain::access::Action;
use crate::domain::review::propose::{Evidence, Fact};
use crate::domain::review::{Criterion, Finding, Proposal, State, Step, propose, rule, steps};
use crate::flows::authenticate::Caller;
use crate::flows::permit::permit;

/// A self-assessment as it stands.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// The review.
    pub review: Review,
    /// The code of the unit.
    pub unit: String,
    /// The days that are assessed: the first and the last.
    pub days: (NaiveDate, NaiveDate),
    /// The criteria, in the order of the scheme.
    pub criteria: Vec<AssessedCriterion>,
    /// What people entered.
    pub facts: BTreeMap<String, Fact>,
    /// Facts that criteria ask for and nobody has entered.
    pub facts_lacking: Vec<String>,
    /// Criteria without an answer.
    pub unanswered: Vec<String>,
    /// Units that went into this one and whose past counts for it.
    pub predecessors: Vec<Predecessor>,
}

/// A criterion with all that is known.
#[derive(Debug, Clone)]
pub struct AssessedCriterion {
    /// The criterion.
    pub criterion: Criterion,
    /// What the program proposes.
    pub proposal: Proposal,
    /// The last answer, its note opened.
    pub answer: Option<(StoredAnswer, Option<String>)>,
}

/// A unit that went into another.
#[derive(Debug, Clone)]
pub struct Predecessor {
    /// Its code.
    pub code: String,
    /// Its last day.
    pub last_day: NaiveDate,
    /// Whether it was split, so that what counts here is not known exactly.
    pub split: bool,
}

/// A request that was found to be right.
pub(super) struct Weighed {
    stored: Stored,
    proposals: BTreeMap<String, Proposal>,
}

impl Weighed {
    /// How many of `criteria` have no answer with those of the request.
    pub(super) fn unanswered<'c>(
        &self,
        criteria: impl Iterator<Item = &'c Criterion>,
        request: &AssessmentRequest,
    ) -> usize {
        self.stored.unanswered(criteria, request)
    }
}

/// What is stored of an assessment.
pub(super) struct Stored {
    facts: BTreeMap<String, (i32, Fact)>,
    answers: BTreeMap<String, (StoredAnswer, Option<String>)>,
}

impl Stored {
    pub(super) fn unanswered<'c>(
        &self,
        criteria: impl Iterator<Item = &'c Criterion>,
        request: &AssessmentRequest,
    ) -> usize {
        let answered = |id: &String| self.answers.contains_key(id) || request.answers.contains_key(id);
        criteria.filter(|criterion| !answered(&criterion.id.0)).count()
    }

    /// Those of `facts` that are not stored so.
    pub(super) fn changed<'f>(
        &self,
        facts: &'f BTreeMap<String, Fact>,
    ) -> impl Iterator<Item = (&'f String, &'f Fact)> {
        facts.iter().filter(|(name, fact)| self.facts.get(*name).is_none_or(|(_, before)| before != *fact))
    }
}

impl Reviews {
    /// The self-assessment of a review.
    pub async fn assessment(&self, caller: &Caller, id: i64) -> Answer<Assessment> {
        let (tools, caller) = (self.clone(), *caller);
        let read = move |conn: &mut Conn| {
            settle(tools.case(conn, &caller, Action::ReadReviews, id).and_then(|case| tools.view(conn, case)))
        };
        self.db.read_snapshot(read).await?
    }

    /// Takes answers and facts; with the last missing answer the review is assessed.
    pub async fn assess(
        &self,
        caller: &Caller,
        id: i64,
        request: AssessmentRequest,
    ) -> Answer<Done<Assessment>> {
        let (tools, asking) = (self.clone(), *caller);
        self.act(caller, move |conn| tools.run_assessment(conn, &asking, id, &request)).await
    }

    fn run_assessment(
        &self,
        conn: &mut Conn,
        caller: &Caller,
        id: i64,
        request: &AssessmentRequest,
    ) -> Answer<Assessment> {
        let case = self.locked_case(conn, caller, Action::AssessReview, id)?;
        let weighed = self.weigh(conn, caller, &case, request)?;
        self.enter_assessment(conn, caller, case, request, &weighed)
    }

    /// What stands against the request, if anything does; nothing is written.
    pub(super) fn weigh(
        &self,
        conn: &mut Conn,
        caller: &Caller,
        case: &Case,
        request: &AssessmentRequest,
    ) -> Answer<Weighed> {
        check_open(case)?;
        let confirms = permit(caller, Action::JudgeReports, &case.unit).is_ok();
        let mut refused = request.check(case.kind()?, confirms);
        refused.extend(self.too_early(case, request)?);
        let stored = self.stored(conn, case.review.id)?;
        let facts = merged(&stored, request);
        let reported = self.reported(conn, case)?;
        let proposals = self.proposals(case, &reported, &facts)?;
        for (criterion, conclusion) in &request.answers {
            if let Some(proposal) = proposals.get(criterion) {
                check_against(criterion, conclusion, &proposal.finding, &mut refused);
            }
        }
        if refused.is_empty() { Ok(Weighed { stored, proposals }) } else { Err(ReviewError::Fields(refused)) }
    }

    /// Writes a request against which nothing stands.
    pub(super) fn enter_assessment(
        &self,
        conn: &mut Conn,
        caller: &Caller,
        mut case: Case,
        request: &AssessmentRequest,
        Weighed { stored, proposals }: &Weighed,
    ) -> Answer<Assessment> {
        let (id, author) = (case.review.id, caller.author());
        let wrote_facts = self.write_facts(conn, id, stored, &request.facts, author)?;
        let wrote_answers = self.write_answers(conn, id, stored, request, (proposals, author))?;
        self.advance(conn, &mut case, (stored, request), wrote_facts + wrote_answers, caller)?;
        self.view(conn, case)
    }

    /// Facts may be entered as they come to be known, answers only when the days are over.
    fn too_early(&self, case: &Case, request: &AssessmentRequest) -> Answer<Option<Refused>> {
        let from = case.kind()?.assess_from.in_year(case.review.year);
        let early = !request.answers.is_empty() && self.clock.today() < from;
        let advice =
            format!("criteria are answered from {from} on, when the days that are assessed are over");
        Ok(early.then(|| Refused::new("/answers", "too_early", advice)))
    }

    /// Writes the step when every criterion is answered, and the logs in any case.
    fn advance(
        &self,
        conn: &mut Conn,
        case: &mut Case,
        (stored, request): (&Stored, &AssessmentRequest),
        written: usize,
        caller: &Caller,
    ) -> Answer<()> {
        let unanswered = stored.unanswered(case.kind()?.criteria.iter(), request);
        let rows = format!("{:?}", request.answers);
        let moves = written > 0 || case.review.state != State::Assessed;
        if unanswered > 0 || !moves {
            if written > 0 {
                let review = std::slice::from_ref(&case.review);
                self.log(conn, review, &caller.actor(), "review_answers", rows.as_bytes())?;
            }
            return Ok(());
        }
        let after = steps::after(case.review.state, &Step::Assess { unanswered }, self.clock.today());
        case.review.state = after.map_err(|why| case.not_now(why))?;
        case.review.version += 1;
        case.review.changed_at = self.clock.now_micros();
        let step = self.step(case, "assess", caller.author(), &Said::default())?;
        self.write(conn, std::slice::from_ref(&case.review), &[step], &caller.actor())?;
        Ok(())
    }

    pub(super) fn stored(&self, conn: &mut Conn, review_id: i64) -> Answer<Stored> {
        let mut facts = BTreeMap::new();
        for (name, version, content) in answer::last_facts(conn, review_id)? {
            let fact = serde_json::from_str(&content).map_err(|_| DbError::Corrupt("a fact of a review"))?;
            facts.insert(name, (version, fact));
        }
        let mut answers = BTreeMap::new();
        for stored in answer::last(conn, review_id)? {
            let note = self.open("answer", stored.id, stored.note_cipher.as_deref())?;
            answers.insert(stored.criterion.clone(), (stored, note));
        }
        Ok(Stored { facts, answers })
    }

    fn proposals(
        &self,
        case: &Case,
        reported: &Reported,
        facts: &BTreeMap<String, Fact>,
    ) -> Answer<BTreeMap<String, Proposal>> {
        let kind = case.kind()?;
        let evidence = Evidence {
            year: case.review.year,
            scheme: kind,
            catalogue: &self.catalogue,
            registered: Some(case.review.registered_on),
            households: case.unit.households.map(i64::from),
            facts,
            accounts: &reported.accounts,
            units: reported.units,
            hamlets: reported.hamlets,
        };
        let proposal = |c: &Criterion| (c.id.0.clone(), propose(&c.rule, &evidence));
        Ok(kind.criteria.iter().map(proposal).collect())
    }

    pub(super) fn write_facts(
        &self,
        conn: &mut Conn,
        review_id: i64,
        stored: &Stored,
        facts: &BTreeMap<String, Fact>,
        author: Author,
    ) -> DbResult<usize> {
        let new = |(name, fact): (&String, &Fact)| NewFact {
            review_id,
            name: name.clone(),
            version: stored.facts.get(name).map_or(0, |(version, _)| *version) + 1,
            content: serde_json::to_string(fact).unwrap_or_default(),
            author,
            at: self.clock.now_micros(),
        };
        let facts: Vec<NewFact> = stored.changed(facts).map(new).collect();
        answer::insert_facts(conn, &facts)?;
        Ok(facts.len())
    }

    fn write_answers(
        &self,
        conn: &mut Conn,
        review_id: i64,
        stored: &Stored,
        request: &AssessmentRequest,
        (proposals, author): (&BTreeMap<String, Proposal>, Author),
    ) -> Answer<usize> {
        let mut answers = Vec::new();
        for (criterion, conclusion) in &request.answers {
            let before = stored.answers.get(criterion);
            if before.is_some_and(|before| is_same(before, conclusion)) {
                continue;
            }
            let id = self.next_id()?;
            answers.push(NewAnswer {
                id,
                review_id,
                criterion: criterion.clone(),
                version: before.map_or(1, |(before, _)| before.version + 1),
                outcome: conclusion.outcome.name(),
                note_cipher: self.seal("answer", id, conclusion.note.as_deref())?,
                proposed: proposals.get(criterion).map(proposed).unwrap_or_default(),
                author,
                at: self.clock.now_micros(),
            });
        }
        answer::insert(conn, &answers)?;
        Ok(answers.len())
    }

    fn view(&self, conn: &mut Conn, case: Case) -> Answer<Assessment> {
        let mut stored = self.stored(conn, case.review.id)?;
        let facts: BTreeMap<String, Fact> =
            std::mem::take(&mut stored.facts).into_iter().map(|(name, (_, fact))| (name, fact)).collect();
        let reported = self.reported(conn, &case)?;
        let mut proposals = self.proposals(&case, &reported, &facts)?;
        let kind = case.kind()?;
        let span = kind.span(case.review.year);
        let asked = kind.facts().into_iter().map(|(name, _)| name.to_owned());
        // Households that were imported need not be entered again.
        let imported = |name: &str| name == rule::HOUSEHOLDS && case.unit.households.is_some();
        let facts_lacking = asked.filter(|name| !facts.contains_key(name) && !imported(name)).collect();
        let mut assessed = |criterion: &Criterion| {
            let id = &criterion.id.0;
            let proposal = proposals.remove(id)?;
            Some(AssessedCriterion {
                criterion: criterion.clone(),
                proposal,
                answer: stored.answers.remove(id),
            })
        };
        let criteria: Vec<AssessedCriterion> = kind.criteria.iter().filter_map(&mut assessed).collect();
        let open = criteria.iter().filter(|c| c.answer.is_none());
        let unanswered = open.map(|c| c.criterion.id.0.clone()).collect();
        let predecessor = |(unit, split): (crate::db::unit::Unit, bool)| Predecessor {
            code: unit.code,
            last_day: unit.valid_to,
            split,
        };
        Ok(Assessment {
            unit: case.unit.code,
            days: (span.from, span.to),
            criteria,
            facts,
            facts_lacking,
            unanswered,
            predecessors: reported.predecessors.into_iter().map(predecessor).collect(),
            review: case.review,
        })
    }
}

/// Facts and answers are taken while the file is with the unit.
pub(super) fn check_open(case: &Case) -> Answer<()> {
    match case.review.state {
        State::Registered | State::Assessed | State::Returned => Ok(()),
        state => Err(case.not_now(steps::NotNow::Order(state))),
    }
}

/// The facts as they are when the request is taken.
fn merged(stored: &Stored, request: &AssessmentRequest) -> BTreeMap<String, Fact> {
    let before = stored.facts.iter().map(|(name, (_, fact))| (name.clone(), fact.clone()));
    before.chain(request.facts.clone()).collect()
}

fn is_same((before, note): &(StoredAnswer, Option<String>), now: &Conclusion) -> bool {
    let given = now.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
    before.outcome == now.outcome.name() && note.as_deref() == given
}

/// What was proposed when a person concluded, as it is kept beside the answer.
fn proposed(proposal: &Proposal) -> String {
    let finding = match &proposal.finding {
        Finding::Met => serde_json::json!("met"),
        Finding::NotMet => serde_json::json!("not_met"),
        Finding::Open(doubts) => {
            doubts.iter().map(|doubt| doubt.name()).collect::<BTreeSet<_>>().into_iter().collect()
        }
    };
    let figures: Vec<serde_json::Value> = proposal
        .figures
        .iter()
        .map(|figure| {
            let against = figure.against.as_ref().map(|sum| [sum.low, sum.high]);
            serde_json::json!([figure.name, [figure.now.low, figure.now.high], against])
        })
        .collect();
    serde_json::json!({"finding": finding, "figures": figures}).to_string()
}
