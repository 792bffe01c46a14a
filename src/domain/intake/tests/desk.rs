//! A desk at which texts are decided one after the other, each plan carried out on what is stored.

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::NaiveDate;

use crate::domain::ids::UnitId;
use crate::domain::indicator::{Catalogue, IndicatorId};
use crate::domain::intake::*;
use crate::domain::message;
use crate::domain::period::{Calendar, Period, Span};
use crate::domain::template::Templates;

use crate::domain::shortcode::Reader;

pub(super) const NA_MO: UnitId = 11;
pub(super) const PA_KHOANG: UnitId = 12;
pub(super) const TO_5: UnitId = 13;
const HOUR: i64 = 3_600_000_000;

pub(super) struct Desk {
    pub(super) now: i64,
    pub(super) catalogue: Catalogue,
    pub(super) calendar: Calendar,
    pub(super) templates: Templates,
    pub(super) months: HashMap<(UnitId, Period), MonthState>,
    pub(super) highest: HashMap<(UnitId, IndicatorId), i64>,
    pub(super) sender: Sender,
    pub(super) trust: Trust,
    pub(super) pin: Option<&'static str>,
    pub(super) question: Option<OpenQuestion>,
    pub(super) neighbours: Vec<Hamlet>,
    pub(super) on_duty: Vec<String>,
    pub(super) texts: Vec<(String, i64)>,
    pub(super) last_text: String,
    pub(super) mistake: Option<Mistake>,
    pub(super) echo: bool,
    pub(super) plan: Plan,
    pub(super) next_report: i64,
}

pub(super) fn period(text: &str) -> Period {
    text.parse().unwrap()
}

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(super) fn hamlet(id: UnitId) -> Hamlet {
    let name = match id {
        NA_MO => "Thôn Nà Mo",
        PA_KHOANG => "Bản Pá Khoang",
        TO_5 => "Tổ dân phố số 5",
        _ => "Thôn Phú Lễ",
    };
    Hamlet { id, code: format!("047920{id:02}"), name: name.to_owned() }
}

pub(super) fn person(id: i64, hamlets: &[UnitId]) -> Person {
    Person {
        id,
        hamlets: hamlets.iter().map(|id| hamlet(*id)).collect(),
        former: Vec::new(),
        marks: false,
        practice: false,
        last_report: None,
    }
}

impl Desk {
    /// The head of Nà Mo texts on 2026-03-20, when March (15/2-14/3) is to be reported.
    pub(super) fn new() -> Self {
        Desk {
            now: at("2026-03-20"),
            catalogue: Catalogue::shipped().unwrap(),
            calendar: Calendar::ministry(),
            templates: Templates::shipped().unwrap(),
            months: HashMap::new(),
            highest: HashMap::new(),
            sender: Sender::Known(person(1, &[NA_MO])),
            trust: Trust::High,
            pin: None,
            question: None,
            neighbours: Vec::new(),
            on_duty: Vec::new(),
            texts: Vec::new(),
            last_text: String::new(),
            mistake: None,
            echo: false,
            plan: Plan::of(Fate::Ignored),
            next_report: 1000,
        }
    }

    pub(super) fn of(person: Person) -> Self {
        Desk { sender: Sender::Known(person), ..Desk::new() }
    }

    pub(super) fn on(mut self, day: &str) -> Self {
        self.now = at(day);
        self
    }

    pub(super) fn hours_later(&mut self, hours: i64) -> &mut Self {
        self.now += hours * HOUR;
        self
    }

    pub(super) fn id(&self, code: &str) -> IndicatorId {
        self.catalogue.by_code(code).unwrap().id
    }

    /// Decides about `text`, carries the plan out and gives the reply, checked for its parts and placeholders.
    pub(super) fn text(&mut self, text: &str) -> String {
        self.now += 60_000_000;
        static READER: LazyLock<Reader> = LazyLock::new(|| Reader::shipped().unwrap());
        let reader = &*READER;
        let today = situation::day_of(self.now);
        let reading = reader.read(text, today);
        let hour_ago = self.now - HOUR;
        let repeats = self.texts.iter().filter(|(sent, at)| sent == text && *at > hour_ago).count();
        let pin_given = reading.pin.is_some() && reading.pin.as_deref() == self.pin;
        let mut sender = self.sender.clone();
        if let Sender::Known(person) = &mut sender
            && let Some(last) = &mut person.last_report
        {
            last.same_text = self.last_text == text;
        }
        let situation = Situation {
            now: self.now,
            today,
            calendar: &self.calendar,
            catalogue: &self.catalogue,
            sender,
            trust: self.trust,
            pin_given,
            repeats,
            echo: self.echo,
            question: self.question.clone().filter(|question| question.expires > self.now),
            months: &self.months,
            highest: &self.highest,
            templates: &self.templates,
            mistake: self.mistake.clone(),
            neighbours: &self.neighbours,
            contact: "Công an xã Mường Hoa",
            on_duty: &self.on_duty,
            reviewed: None,
        };
        let plan = decide_text(&situation, text, &reading, reader);
        self.texts.push((text.to_owned(), self.now));
        self.carry_out(text, plan)
    }

    fn carry_out(&mut self, text: &str, plan: Plan) -> String {
        match &plan.question {
            QuestionChange::Keep => {}
            QuestionChange::Close => self.question = None,
            QuestionChange::Open(question) => {
                // As in the database: through JSON.
                let json = serde_json::to_string(&question.kind).unwrap();
                let kind = serde_json::from_str(&json).unwrap();
                self.question = Some(OpenQuestion { kind, ..question.clone() });
            }
        }
        if matches!(plan.fate, Fate::Recorded | Fate::Proposed | Fate::Practised) {
            self.mistake = None;
        }
        if plan.fate == Fate::Asked {
            self.mistake = Some(Mistake { text: text.to_owned(), received: self.now });
        }
        for report in &plan.reports {
            self.write(text, report.clone());
        }
        let reply = plan.reply.as_ref().map(|reply| {
            let mut given: Vec<&str> = reply.fields.iter().map(|(name, _)| *name).collect();
            let mut expected = Templates::fields_of(reply.key).to_vec();
            given.sort_unstable();
            expected.sort_unstable();
            assert_eq!(given, expected, "fields of {}", reply.key);
            let sent = self.templates.render_reply(reply, false);
            assert!(message::parts(&sent).parts <= 2 && sent.is_ascii(), "{sent}");
            sent
        });
        self.plan = plan;
        reply.unwrap_or_default()
    }

    fn write(&mut self, text: &str, report: NewReport) {
        self.next_report += 1;
        let author = match &mut self.sender {
            Sender::Known(person) if !report.proposal => {
                let (unit, period, added) = (report.unit, report.period, report.added.clone());
                let nothing = MonthState::default();
                let state = self.months.get(&(unit, period)).unwrap_or(&nothing);
                let before = match report.day {
                    None => state.month_return.as_ref().map(|r| (r.values.clone(), r.rest_zero)),
                    Some(_) => {
                        let replaced = state.incidents.iter().find(|i| Some(i.report) == report.previous);
                        replaced.map(|incident| (incident.values.clone(), false))
                    }
                };
                let took_back = report.takes_back();
                let undo = Undo { report: self.next_report, period, day: report.day, took_back, before };
                let mut undos = vec![undo];
                if let Some(last) = person.last_report.take().filter(|last| last.at == self.now) {
                    undos = [last.undo, undos].concat();
                }
                person.last_report =
                    Some(LastReport { unit, period, at: self.now, added, same_text: false, undo: undos });
                self.last_text = text.to_owned();
                Some(person.id)
            }
            _ => self.plan.person,
        };
        if report.proposal {
            return;
        }
        let state = self.months.entry((report.unit, report.period)).or_default();
        match report.day {
            Some(_) if report.takes_back() => {
                state.incidents.retain(|incident| Some(incident.report) != report.previous);
            }
            None if report.takes_back() => state.month_return = None,
            Some(day) => {
                state.incidents.push(Incident { report: self.next_report, day, values: report.values });
            }
            None => {
                let stored = state.month_return.as_ref();
                if stored.is_some() {
                    assert_eq!(report.previous, stored.map(|stored| stored.report));
                }
                state.month_return = Some(Return {
                    report: self.next_report,
                    version: stored.map_or(1, |stored| stored.version + 1),
                    values: report.values,
                    rest_zero: report.rest_zero,
                    author,
                });
            }
        }
    }

    /// Whether the text at hand came so often within an hour that it is taken for a machine's.
    pub(super) fn repeated(&self, text: &str) -> bool {
        self.texts.iter().filter(|(sent, _)| sent == text).count() > 3
    }

    pub(super) fn state(&mut self, unit: UnitId, month: &str) -> &mut MonthState {
        self.months.entry((unit, period(month))).or_default()
    }

    /// What counts for Nà Mo: “TC2 CYGT1”, “–” where nothing is stated.
    pub(super) fn figures(&self, month: &str) -> String {
        self.figures_of(NA_MO, month)
    }

    pub(super) fn figures_of(&self, unit: UnitId, month: &str) -> String {
        let nothing = MonthState::default();
        let state = self.months.get(&(unit, period(month))).unwrap_or(&nothing);
        let told = self
            .catalogue
            .iter()
            .filter_map(|i| {
                let figure = state.effective(i.id)?;
                let stated = weigh::counting(state).contains(&i.id);
                stated.then(|| format!("{}{figure}", i.code))
            })
            .collect::<Vec<_>>()
            .join(" ");
        let rest = state.month_return.as_ref().is_some_and(|stored| stored.rest_zero);
        match (told.is_empty(), rest) {
            (true, true) => "0".to_owned(),
            (true, false) => "–".to_owned(),
            (false, true) => format!("{told} rest 0"),
            (false, false) => told,
        }
    }
}

pub(super) fn post(from: &str, to: &str) -> Span {
    Span { from: day(from), to: day(to) }
}

/// Eight in the morning of a day, microseconds UTC.
pub(super) fn at(text: &str) -> i64 {
    let days = day(text).signed_duration_since(NaiveDate::from_ymd_opt(1970, 1, 1).unwrap()).num_days();
    (days * 24 + 1) * HOUR
}
