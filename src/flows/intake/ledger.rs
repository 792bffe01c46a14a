//! What a batch has decided, row by row.

mod questions;
mod review;
mod rows;
mod texts;
mod write;

use std::collections::{BTreeSet, HashMap};

pub(super) use texts::Notice;

use super::board::{Board, Chain, FirstReturn, undo_of};
use super::figures::MonthKey;
use super::prepare::{PreparedText, next_id};
use super::{Author, Context, NewSubmission, alert, figures};
use crate::clock::day_in_vietnam;
use crate::crypto::{Digest, Place};
use crate::db::log::NewChange;
use crate::db::message::NewMessage;
use crate::db::outbox::NewOutgoing;
use crate::db::question::StoredQuestion;
use crate::db::report::NewVersion;
use crate::db::sync::NewOutcome;
use crate::db::{Conn, DbError, DbResult};
use crate::domain::ids::{PersonId, ReportId, UnitId};
use crate::domain::intake::{
    Fate, Flag, Incident, LastReport, NewReport, Plan, Return, ReviewStep, SubmissionPlan,
};

/// Where a version comes from.
#[derive(Debug, Clone)]
struct Origin<'t> {
    source: &'static str,
    author: Author,
    account_id: Option<i64>,
    text: Option<&'t PreparedText>,
    client_id: Option<String>,
    content_digest: Option<Digest>,
    note: Option<String>,
    received_at: i64,
}

/// What the audit calls the program itself.
const SERVER: &str = "server";

/// In whose name something is written.
#[derive(Debug, Clone)]
pub(super) struct Actor {
    /// `server`, `account:ID`.
    pub(super) name: String,
    /// What is done.
    pub(super) action: &'static str,
    /// To what, by ids.
    pub(super) subject: String,
}

/// The rows of a batch.
pub(super) struct Ledger<'a> {
    context: &'a Context,
    actor: Actor,
    /// Whether the texts were stored before and are only settled now.
    again: bool,
    stored_at: i64,
    messages: Vec<NewMessage>,
    versions: Vec<NewVersion>,
    /// Months that changed.
    touched: BTreeSet<MonthKey>,
    questions: HashMap<Digest, Option<StoredQuestion>>,
    outgoing: Vec<NewOutgoing>,
    changes: Vec<NewChange>,
    stopped: Vec<PersonId>,
    /// Steps of the yearly review that were taken: the review, its version, the step.
    reviewed: Vec<(i64, i32, ReviewStep)>,
    /// What became of rows that clients pushed.
    outcomes: Vec<NewOutcome>,
}

impl<'a> Ledger<'a> {
    pub(super) fn new(context: &'a Context) -> Self {
        let actor = Actor { name: SERVER.to_owned(), action: "intake", subject: String::new() };
        Ledger::by(context, actor)
    }

    /// In the name of `actor`.
    pub(super) fn by(context: &'a Context, actor: Actor) -> Self {
        Ledger {
            context,
            actor,
            again: false,
            stored_at: context.clock.real_micros(),
            messages: Vec::new(),
            versions: Vec::new(),
            touched: BTreeSet::new(),
            questions: HashMap::new(),
            outgoing: Vec::new(),
            changes: Vec::new(),
            stopped: Vec::new(),
            reviewed: Vec::new(),
            outcomes: Vec::new(),
        }
    }

    /// In the name of `actor`, for texts that were stored before.
    pub(super) fn again(context: &'a Context, actor: Actor) -> Self {
        Ledger { again: true, ..Ledger::by(context, actor) }
    }

    pub(super) fn context(&self) -> &'a Context {
        self.context
    }

    /// Keeps a text whose key belongs to other words.
    pub(super) fn keep_uncounted(&mut self, board: &Board, text: &PreparedText, key: Digest) {
        let person = board.registered(&text.sender_index).first();
        let unit = person.and_then(|person| person.posts.first()).map(|post| post.unit_id);
        let person_id = person.map(|person| person.person_id);
        let message = self.message(board, text, "conflicting", unit);
        self.messages.push(NewMessage { dedupe_key: key, person_id, ..message });
    }

    /// Does what the rules decided about a text.
    pub(super) fn carry_out(
        &mut self,
        conn: &mut Conn,
        board: &mut Board,
        text: &PreparedText,
        plan: Plan,
    ) -> DbResult<()> {
        board.took(text);
        if plan.fate == Fate::Refused {
            board.told(text.sender_index);
        }
        let unit = plan.unit.or(plan.reports.first().map(|report| report.unit));
        let mut message = self.message(board, text, plan.fate.name(), unit);
        message.person_id = plan.person;
        message.flags = flags(&plan.flags);
        if plan.fate == Fate::Purged {
            (message.text_cipher, message.reading) = (None, String::from("{}"));
        }
        for new in plan.reports {
            let (id, _) = self.add_version(board, new, text_origin(text, plan.person))?;
            message.report_id = message.report_id.or(Some(id));
        }
        if let Some(step) = plan.review {
            self.take_review_step(conn, text, plan.person, step)?;
        }
        self.change_question(board, text, plan.person, plan.question)?;
        if let Some(reply) = &plan.reply {
            let asked = |person: &&crate::db::person::Registered| Some(person.person_id) == plan.person;
            let marks =
                board.registered(&text.sender_index).iter().find(asked).is_some_and(|person| person.marks);
            self.reply(text, reply, marks, message.commune_id)?;
        }
        if let Some(kind) = plan.alert {
            let officers = alert::receivers(conn, self.context, text, message.commune_id)?;
            let name = plan.person.map(|person| alert::name_of(conn, self.context, person)).transpose()?;
            let about = alert::About {
                commune_id: message.commune_id,
                hamlet: board.unit_name(&text.sender_index, unit).to_owned(),
                name: name.unwrap_or_default(),
            };
            self.outgoing.extend(alert::plan(self.context, text, kind, &officers, &about, self.stored_at)?);
        }
        if plan.stop_reminders {
            self.stopped.extend(plan.person);
        }
        self.messages.push(message);
        Ok(())
    }

    /// Writes the version that an officer accepted, under `key` where clients know it by one.
    pub(super) fn add_judged(
        &mut self,
        board: &mut Board,
        (report, key): (NewReport, Option<String>),
        author: Author,
        account_id: Option<i64>,
    ) -> DbResult<(ReportId, i32)> {
        let origin = Origin {
            source: "officer",
            author,
            account_id,
            text: None,
            client_id: key,
            content_digest: None,
            note: None,
            received_at: self.context.clock.now_micros(),
        };
        self.add_version(board, report, origin)
    }

    /// Writes what the rules decided about a submission: its version, or what is kept for the officer.
    pub(super) fn add_submission(
        &mut self,
        board: &mut Board,
        new: &NewSubmission,
        plan: SubmissionPlan,
    ) -> DbResult<Option<(ReportId, i32)>> {
        let origin = Origin {
            source: new.source,
            author: new.report.author,
            account_id: new.account_id,
            text: None,
            client_id: Some(new.client_id.clone()),
            content_digest: Some(new.content_digest),
            note: new.note.clone(),
            received_at: new.received_at,
        };
        let mut first = None;
        for report in [plan.report, plan.proposal].into_iter().flatten() {
            // One client id, one row: the first version carries it.
            let client_id = origin.client_id.clone().filter(|_| first.is_none());
            let written = self.add_version(board, report, Origin { client_id, ..origin.clone() })?;
            first = first.or(Some(written));
        }
        Ok(first)
    }

    fn message(
        &self,
        board: &Board,
        text: &PreparedText,
        fate: &'static str,
        unit: Option<UnitId>,
    ) -> NewMessage {
        let posts = || board.registered(&text.sender_index).iter().flat_map(|person| &person.posts);
        let commune_id = unit
            .map(|unit| board.commune_of(unit))
            .or_else(|| posts().find_map(|post| post.commune_id))
            .or_else(|| board.default_commune(text));
        NewMessage {
            id: text.id,
            gateway: text.raw.gateway.clone(),
            dedupe_key: text.dedupe_key,
            sender_index: text.sender_index,
            sender_cipher: text.sender_cipher.clone(),
            text_index: text.text_index,
            text_cipher: Some(text.text_cipher.clone()),
            received_at: text.raw.received_at,
            stored_at: self.stored_at,
            trusted: text.raw.trusted,
            person_id: None,
            unit_id: unit,
            commune_id,
            intent: text.reading.intent.name(),
            fate,
            why: text.reading.why.map(|why| why.name()),
            reading: figures::reading_json(&self.context.rules.catalogue, &text.reading),
            personal: text.reading.personal,
            flags: String::new(),
            report_id: None,
        }
    }

    fn add_version(
        &mut self,
        board: &mut Board,
        new: NewReport,
        origin: Origin,
    ) -> DbResult<(ReportId, i32)> {
        let id = next_id(self.context).map_err(|_| DbError::Stopped)?;
        let previous =
            new.previous.filter(|_| !new.proposal).and_then(|previous| board.chains.get(&previous).copied());
        let next = |chain: Chain| Chain { id: chain.id, version: chain.version + 1 };
        let chain = previous.map_or(Chain { id, version: 1 }, next);
        let (unit_id, commune_id) = (new.unit, board.commune_of(new.unit));
        self.changes.push(NewChange {
            entity: "report",
            entity_id: id,
            unit_id: Some(unit_id),
            commune_id: Some(commune_id),
        });
        if let Some(person) = origin.author {
            let text_index = origin.text.map(|text| text.text_index);
            let (at, added) = (origin.received_at, new.added.clone());
            let undo = board.undo_with(person, undo_of(board, id, &new), text_index, at);
            let latest = LastReport { unit: unit_id, period: new.period, at, added, same_text: false, undo };
            board.set_latest(person, latest, text_index);
        }
        let (author, received_at) = (origin.author, origin.received_at);
        self.versions.push(self.version(id, chain, commune_id, &new, origin)?);
        if !new.proposal {
            board.chains.insert(id, chain);
            self.apply(board, (id, chain), new, author, received_at);
        }
        Ok((id, chain.version))
    }

    fn version(
        &self,
        id: ReportId,
        chain: Chain,
        commune_id: UnitId,
        new: &NewReport,
        origin: Origin,
    ) -> DbResult<NewVersion> {
        let place = Place { table: "report", row: id };
        let note = origin.note.as_deref().map(|note| self.seal(place, note)).transpose()?;
        Ok(NewVersion {
            id,
            chain_id: chain.id,
            version: chain.version,
            unit_id: new.unit,
            commune_id,
            period: new.period.number(),
            day: new.day,
            stated: figures::json(&new.values),
            rest_zero: new.rest_zero,
            added: new.added.as_ref().map(figures::json),
            proposal: new.proposal,
            flagged: new.flagged,
            source: origin.source,
            person_id: origin.author,
            account_id: origin.account_id,
            message_id: origin.text.map(|text| text.id),
            client_id: origin.client_id,
            content_digest: origin.content_digest,
            note_cipher: note,
            received_at: origin.received_at,
            stored_at: self.stored_at,
            replaces: new.previous.filter(|_| new.proposal),
        })
    }

    /// Makes a version the current one on the board.
    fn apply(
        &mut self,
        board: &mut Board,
        (id, chain): (ReportId, Chain),
        new: NewReport,
        author: Author,
        received_at: i64,
    ) {
        let key = (new.unit, new.period);
        self.touched.insert(key);
        let takes_back = new.takes_back();
        if let Some(day) = new.day {
            let incidents = &mut board.months.entry(key).or_default().incidents;
            incidents.retain(|incident| Some(incident.report) != new.previous);
            if !takes_back {
                incidents.push(Incident { report: id, day, values: new.values });
            }
            return;
        }
        if takes_back {
            board.months.entry(key).or_default().month_return = None;
            return;
        }
        let due = self.context.rules.calendar.hamlet_due(new.period);
        let on_time = day_in_vietnam(received_at) <= due;
        board.first_returns.entry(key).or_insert(FirstReturn { received_at, on_time });
        let (version, rest_zero) = (chain.version, new.rest_zero);
        let current = Return { report: id, version, values: new.values, rest_zero, author };
        board.months.entry(key).or_default().month_return = Some(current);
    }

    fn seal(&self, place: Place, plain: &str) -> DbResult<Vec<u8>> {
        let sealed = self.context.keys.seal(place, plain.as_bytes());
        sealed.map_err(|_| DbError::Corrupt("a text that cannot be sealed"))
    }
}

fn text_origin(text: &PreparedText, author: Author) -> Origin<'_> {
    Origin {
        source: "sms",
        author,
        account_id: None,
        text: Some(text),
        client_id: None,
        content_digest: None,
        note: None,
        received_at: text.raw.received_at,
    }
}

fn flags(flags: &[Flag]) -> String {
    flags.iter().map(|flag| flag.name()).collect::<Vec<_>>().join(" ")
}
