//! The answer to a question of the server.

use super::case::{Case, Reads, Said, Settled, Target};
use super::decide;
use super::events;
use super::names;
use super::plan::{Fate, Plan, QuestionChange};
use super::record;
use super::register;
use super::settle::{current_posts, former_posts};
use super::situation::{About, Hamlet, Held, OpenQuestion, QuestionKind, day_of};
use super::weigh;
use crate::domain::ids::UnitId;
use crate::domain::period::Period;
use crate::domain::review::by_text;
use crate::domain::shortcode::{Intent, Reading, Why};
use crate::domain::template::key;

/// What the text does as an answer to `open`; `None` where it is none: a complete new report, which overtakes the
/// question, or a command, beside which it stays open.
pub(super) fn answer(case: &Case<'_, '_>, open: &OpenQuestion, reader: &impl Reads) -> Option<Plan> {
    let reading = case.reading;
    if matches!(reading.intent, Intent::Urgent | Intent::Help | Intent::Status | Intent::Stop)
        || reading.why == Some(Why::CallPolice)
    {
        return None;
    }
    let mut said = reader.read_answer(case.text, case.day);
    if said.erase && said.period.is_none() && said.yes.is_none() {
        // “HUY” in place of an answer: the text that raised the question is dropped, or is what is to be taken back.
        said.yes = Some(matches!(open.kind, QuestionKind::Confirm { about: About::Cancel, .. }));
    }
    let case = &remembering(case, open);
    let asked = Asked { case, open, reader };
    if let QuestionKind::Reading { candidates, count } = &open.kind
        && let Some(plan) = asked.completes(candidates, *count, &said)
    {
        return Some(plan);
    }
    if let QuestionKind::Households { unit, year } = &open.kind
        && let Some(count) = by_text::number(case.text)
    {
        return register::told_households(case, *unit, *year, count).map(closing);
    }
    if matches!(reading.intent, Intent::Report | Intent::Zero | Intent::Correct | Intent::Add) {
        return None;
    }
    let plan = match &open.kind {
        QuestionKind::WhichHamlet { hamlets, period } => asked.hamlet(hamlets, *period, &said),
        QuestionKind::WhichMonth { periods, unit } => asked.month(periods, *unit, &said),
        QuestionKind::ReplaceOrAdd { unit, period, held } => asked.held(*unit, *period, held, &said),
        QuestionKind::Confirm { unit, period, about, confirmed } => {
            asked.confirmed(*unit, *period, *about, confirmed, &said)
        }
        QuestionKind::Reading { .. } => None,
        QuestionKind::Households { .. } => None,
    };
    match plan {
        Some(plan) => Some(plan),
        // Another text that is doubtful by itself: it is asked about instead. Greetings say nothing to the question.
        None if is_another_report(reading) => None,
        None if reading.intent == Intent::Ignore && said == Said::default() => None,
        None => Some(asked.unclear()),
    }
}

/// The case with the PIN that stood in the text which raised the question.
fn remembering<'s, 't>(case: &Case<'s, 't>, open: &OpenQuestion) -> Case<'s, 't> {
    let Some(pin) = case.by_pin.or(open.pin) else { return case.clone() };
    let person = case.people.iter().copied().filter(|person| person.id == pin).collect::<Vec<_>>();
    if person.is_empty() {
        return case.clone();
    }
    Case { people: person, by_pin: Some(pin), ..case.clone() }
}

/// Whether the plan of an answer did something with it, rather than ask again what was meant.
pub(super) fn understood(plan: &Plan) -> bool {
    plan.reply.as_ref().is_none_or(|reply| reply.key != key::ANSWER_UNCLEAR)
}

/// Whether a text that cannot be read tells of figures, and is no mere slip of an answer.
fn is_another_report(reading: &Reading) -> bool {
    let slip = matches!(
        reading.why,
        None | Some(Why::Nothing | Why::NoIndicator | Why::NotAReport | Why::Illegible)
    );
    reading.intent == Intent::Ask && (!slip || !reading.partly.is_empty())
}

/// An answer and what it answers.
pub(super) struct Asked<'s, 't, 'a, R> {
    pub(super) case: &'a Case<'s, 't>,
    pub(super) open: &'a OpenQuestion,
    pub(super) reader: &'a R,
}

impl<'s, R: Reads> Asked<'s, '_, '_, R> {
    fn hamlet(&self, hamlets: &[UnitId], period: Option<i32>, said: &Said) -> Option<Plan> {
        let offered = self.offered(hamlets);
        let only_yes = match hamlets {
            [only] if said.yes == Some(true) => Some(*only),
            _ => None,
        };
        match self.hamlet_said(&offered, said).or(only_yes) {
            Some(unit) => {
                let period = period.and_then(|number| Period::from_number(number).ok());
                Some(self.again(Settled { unit: Some(unit), period, ..Settled::default() }))
            }
            None if said.yes == Some(false) => Some(self.dropped()),
            None => None,
        }
    }

    /// The hamlets of the list that was texted, in its order.
    fn offered(&self, hamlets: &[UnitId]) -> Vec<&'s Hamlet> {
        let known = || {
            self.case.people.iter().flat_map(|person| {
                person.hamlets.iter().chain(person.former.iter().map(|(hamlet, _)| hamlet))
            })
        };
        hamlets.iter().filter_map(|id| known().find(|hamlet| hamlet.id == *id)).collect()
    }

    /// By name, else by the number of the list.
    fn hamlet_said(&self, offered: &[&Hamlet], said: &Said) -> Option<UnitId> {
        let mentioned =
            said.hamlet.as_ref().map(|mention| names::meant(mention, offered)).unwrap_or_default();
        let found = if mentioned.is_empty() { names::named_in(self.case.text, offered) } else { mentioned };
        match (found.as_slice(), choice(said)) {
            ([only], _) => Some(only.id),
            ([], Some(number)) => {
                let mut listed = names::numbered(offered).into_iter().zip(offered);
                listed.find(|(listed, _)| *listed == number).map(|(_, hamlet)| hamlet.id)
            }
            _ => None,
        }
    }

    fn month(&self, offered: &[i32], unit: Option<UnitId>, said: &Said) -> Option<Plan> {
        let offered: Vec<Period> =
            offered.iter().filter_map(|number| Period::from_number(*number).ok()).collect();
        let by_label = choice(said).and_then(|n| offered.iter().find(|p| i64::from(p.month()) == n));
        let by_place = choice(said).and_then(|number| nth(&offered, number));
        let period = said.period.or(by_label.copied()).or(by_place.copied());
        match period {
            Some(period) => Some(self.again(Settled { unit, period: Some(period), ..Settled::default() })),
            None if said.yes == Some(false) => Some(self.dropped()),
            None => None,
        }
    }

    fn held(&self, unit: UnitId, period: i32, held: &[Held], said: &Said) -> Option<Plan> {
        let target = self.target(unit, period)?;
        let replace = said.replace.or(match choice(said) {
            Some(1) => Some(true),
            Some(2) => Some(false),
            _ => None,
        });
        let Some(replace) = replace else {
            return (said.yes == Some(false)).then(|| finished(target, record::kept(self.case, target)));
        };
        let state = self.case.state(unit, target.period);
        let stored = |held: &Held| state.month_return.as_ref()?.values.get(&held.indicator).copied();
        if held.iter().any(|held| stored(held) != Some(held.stored)) {
            // Somebody changed the figures in between: the text is weighed against those that stand now.
            let (unit, period) = (Some(unit), Some(target.period));
            let confirmed = CHECKED.to_vec();
            return Some(self.again(Settled { unit, period, confirmed, ..Settled::default() }));
        }
        let next = weigh::resolved(state, held, replace);
        Some(finished(target, record::write(&self.original(), target, next)))
    }

    fn confirmed(
        &self,
        unit: UnitId,
        period: i32,
        about: About,
        confirmed: &[About],
        said: &Said,
    ) -> Option<Plan> {
        let target = self.target(unit, period)?;
        let yes = said.yes.or(match choice(said) {
            Some(1) => Some(true),
            Some(2) => Some(false),
            _ => None,
        })?;
        Some(match (about, yes) {
            (About::Included, _) => self.included(target, yes),
            (About::Cancel, true) => self.cancelled(),
            (About::Cancel, false) => finished(target, record::kept(self.case, target)),
            (_, true) => {
                let confirmed = confirmed.iter().copied().chain([about]).collect();
                let (unit, period) = (Some(unit), Some(target.period));
                self.again(Settled { unit, period, confirmed, ..Settled::default() })
            }
            (About::Jump, false) => self.dropped(),
            (About::Zero | About::Lower, false) => self.without_the_doubtful(target, about, confirmed),
            (About::Repeat, false) => self.without_repeats(target, confirmed),
        })
    }

    /// Whether the return counts what happened; of a text that tells of several months, the next is asked about then.
    fn included(&self, target: Target<'_>, yes: bool) -> Plan {
        let reading = self.read_again();
        let case = self.case_of(&self.open.text, &reading, Settled::default());
        let told = events::told(&case, self.reader);
        let plan = if yes {
            record::kept(self.case, target)
        } else {
            let figures = told.as_ref().map(|told| told.sum_in(&case, target.period));
            record::add_to_return(&case, target, &figures.unwrap_or_else(|| reading.values.clone()))
        };
        let before = self.case.words.month(target.period);
        let next = told.and_then(|told| events::ask_next(&case, target, &told, before));
        let Some((reply, kind)) = next else { return finished(target, plan) };
        let asked = case.asked(reply, kind);
        finished(target, Plan { reply: asked.reply, question: asked.question, ..plan })
    }

    /// What is there already is not taken again; of a text that tells several events, the others are.
    fn without_repeats(&self, target: Target<'_>, confirmed: &[About]) -> Plan {
        let reading = self.read_again();
        let (unit, period) = (Some(target.hamlet.id), Some(target.period));
        let (confirmed, denied) = (confirmed.to_vec(), vec![About::Repeat]);
        let case = self.case_of(&self.open.text, &reading, Settled { unit, period, confirmed, denied });
        if events::told(&case, self.reader).is_some_and(|told| !told.rest_zero) {
            return self.redone(&case);
        }
        finished(target, record::kept(self.case, target))
    }

    /// What stands is kept where the text would lower it; the rest of the text still counts.
    fn without_the_doubtful(&self, target: Target<'_>, about: About, confirmed: &[About]) -> Plan {
        let mut reading = self.read_again();
        let state = self.case.state(target.hamlet.id, target.period);
        if about == About::Zero {
            reading.rest_zero = false;
        } else {
            let standing = |id| state.effective(id).unwrap_or(0);
            if reading.values.iter().all(|(id, figure)| *figure < standing(*id)) && !reading.rest_zero {
                reading.values.clear();
            }
            for (id, figure) in &mut reading.values {
                *figure = standing(*id).max(*figure);
            }
        }
        if reading.values.is_empty() {
            return finished(target, record::kept(self.case, target));
        }
        let (unit, period) = (Some(target.hamlet.id), Some(target.period));
        let settled = Settled { unit, period, confirmed: confirmed.to_vec(), ..Settled::default() };
        self.redone(&self.case_of(&self.open.text, &reading, settled))
    }

    /// The text that raised the question, decided with what the answer settled.
    fn again(&self, settled: Settled) -> Plan {
        let reading = self.read_again();
        self.redone(&self.case_of(&self.open.text, &reading, settled))
    }

    pub(super) fn redone(&self, case: &Case<'_, '_>) -> Plan {
        if let Some(wanted) = register::read(case) {
            return closing(register::decide(case, &wanted));
        }
        let plan = match case.reading.intent {
            Intent::Report | Intent::Zero | Intent::Correct | Intent::Add | Intent::Ask => {
                decide::settled_report(case, self.reader)
            }
            _ => decide::ask(case),
        };
        match plan.question {
            QuestionChange::Keep => Plan { question: QuestionChange::Close, ..plan },
            _ => plan,
        }
    }

    pub(super) fn read_again(&self) -> Reading {
        self.reader.read(&self.open.text, day_of(self.open.received))
    }

    pub(super) fn case_of<'x>(&self, text: &'x str, reading: &'x Reading, settled: Settled) -> Case<'s, 'x> {
        Case {
            situation: self.case.situation,
            words: self.case.words,
            people: self.case.people.clone(),
            text,
            reading,
            received: self.open.received,
            day: day_of(self.open.received),
            settled,
            answered: true,
            by_pin: self.case.by_pin,
        }
    }

    /// The sender's own post at the hamlet that the question is about.
    fn target(&self, unit: UnitId, period: i32) -> Option<Target<'s>> {
        let period = Period::from_number(period).ok()?;
        let posts = current_posts(&self.case.people).into_iter().chain(former_posts(self.case, period));
        let (person, hamlet) = posts.into_iter().find(|(_, hamlet)| hamlet.id == unit)?;
        Some(Target { person, hamlet, period })
    }

    /// The sender says no: the text is not recorded.
    fn dropped(&self) -> Plan {
        let example = ("example", self.case.words.example(&self.read_again()));
        let reply = self.case.words.reply(key::DROPPED, vec![example]);
        Plan { question: QuestionChange::Close, ..self.case.answered(Fate::Answered, reply) }
    }

    /// The answer is not understood; the question stays open and is not repeated.
    fn unclear(&self) -> Plan {
        let choices = match &self.open.kind {
            QuestionKind::WhichHamlet { .. } => "một số trong danh sách".to_owned(),
            QuestionKind::WhichMonth { periods, .. } => {
                let months = periods.iter().map(|number| format!("T{}", number % 100));
                months.collect::<Vec<_>>().join(" hoặc ")
            }
            QuestionKind::ReplaceOrAdd { .. } => "1 (thay) hoặc 2 (cộng thêm)".to_owned(),
            QuestionKind::Confirm { .. } => "OK hoặc SAI".to_owned(),
            QuestionKind::Households { .. } => "HO và số hộ".to_owned(),
            QuestionKind::Reading { candidates, .. } => match candidates.len() {
                0 => "tên việc".to_owned(),
                1 => "một số".to_owned(),
                several => format!("một số từ 1 đến {several}"),
            },
        };
        let reply = self.case.words.reply(key::ANSWER_UNCLEAR, vec![("choices", choices)]);
        self.case.answered(Fate::Asked, reply)
    }
}

/// What a sender has been asked about before “replace or add?”.
const CHECKED: [About; 3] = [About::Zero, About::Lower, About::Jump];

fn finished(target: Target<'_>, plan: Plan) -> Plan {
    Plan { person: Some(target.person.id), unit: Some(target.hamlet.id), ..closing(plan) }
}

/// The question is answered, unless the plan asks another.
fn closing(plan: Plan) -> Plan {
    match plan.question {
        QuestionChange::Keep => Plan { question: QuestionChange::Close, ..plan },
        _ => plan,
    }
}

/// A number without a unit: one of a list.
pub(super) fn choice(said: &Said) -> Option<i64> {
    said.number.filter(|_| !said.counted)
}

/// The `number`th of `list`, from 1.
pub(super) fn nth<T>(list: &[T], number: i64) -> Option<&T> {
    list.get(usize::try_from(number.checked_sub(1)?).ok()?)
}

impl<'s, R> Asked<'s, '_, '_, R> {
    /// The text that raised the question, for what is told of it; its figures are in the question.
    fn original(&self) -> Case<'s, '_> {
        Case {
            situation: self.case.situation,
            words: self.case.words,
            people: self.case.people.clone(),
            text: &self.open.text,
            reading: self.case.reading,
            received: self.open.received,
            day: day_of(self.open.received),
            settled: Settled::default(),
            answered: true,
            by_pin: self.case.by_pin,
        }
    }
}
