//! What a batch has decided, row by row.

mod write;

use std::collections::{BTreeSet, HashMap};

use super::board::{Board, Chain, FirstReturn};
use super::figures::MonthKey;
use super::prepare::{PreparedText, next_id};
use super::{Author, Context, NewSubmission, alert, figures};
use crate::clock::day_in_vietnam;
use crate::crypto::{Digest, Place};
use crate::db::log::NewChange;
use crate::db::message::NewMessage;
use crate::db::outbox::{LANE_URGENT, NewOutgoing};
use crate::db::question::StoredQuestion;
use crate::db::report::NewVersion;
use crate::db::{Conn, DbError, DbResult};
use crate::domain::ids::{PersonId, ReportId, UnitId};
use crate::domain::intake::{
    Fate, Flag, Incident, LastReport, NewReport, OpenQuestion, Plan, QuestionChange, ReplyParts, Return,
    SubmissionPlan,
};
use crate::domain::message::parts;

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

/// The rows of a batch.
pub(super) struct Ledger<'a> {
    context: &'a Context,
    stored_at: i64,
    messages: Vec<NewMessage>,
    versions: Vec<NewVersion>,
    /// Months that changed.
    touched: BTreeSet<MonthKey>,
    questions: HashMap<Digest, Option<StoredQuestion>>,
    outgoing: Vec<NewOutgoing>,
    changes: Vec<NewChange>,
    stopped: Vec<PersonId>,
}

impl<'a> Ledger<'a> {
    pub(super) fn new(context: &'a Context) -> Self {
        Ledger {
            context,
            stored_at: context.clock.real_micros(),
            messages: Vec::new(),
            versions: Vec::new(),
            touched: BTreeSet::new(),
            questions: HashMap::new(),
            outgoing: Vec::new(),
            changes: Vec::new(),
            stopped: Vec::new(),
        }
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
        let unit = plan.unit.or(plan.report.as_ref().map(|report| report.unit));
        let mut message = self.message(board, text, plan.fate.name(), unit);
        message.person_id = plan.person;
        message.flags = flags(&plan.flags);
        if plan.fate == Fate::Purged {
            (message.text_cipher, message.reading) = (None, String::from("{}"));
        }
        if let Some(new) = plan.report.filter(|_| plan.fate != Fate::Practised) {
            message.report_id = Some(self.add_version(board, new, text_origin(text, plan.person))?.0);
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
        let commune_id =
            unit.map(|unit| board.commune_of(unit)).or_else(|| posts().find_map(|post| post.commune_id));
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
            let (at, added) = (origin.received_at, new.added.clone());
            let latest = LastReport { unit: unit_id, period: new.period, at, added, same_text: false };
            board.set_latest(person, latest, origin.text.map(|text| text.text_index));
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
        if let Some(day) = new.day {
            let incidents = &mut board.months.entry(key).or_default().incidents;
            incidents.retain(|incident| Some(incident.report) != new.previous);
            incidents.push(Incident { report: id, day, values: new.values });
            return;
        }
        let due = self.context.rules.calendar.hamlet_due(new.period);
        let on_time = day_in_vietnam(received_at) <= due;
        board.first_returns.entry(key).or_insert(FirstReturn { received_at, on_time });
        let (version, rest_zero) = (chain.version, new.rest_zero);
        let current = Return { report: id, version, values: new.values, rest_zero, author };
        board.months.entry(key).or_default().month_return = Some(current);
    }

    fn change_question(
        &mut self,
        board: &mut Board,
        text: &PreparedText,
        person: Author,
        change: QuestionChange,
    ) -> DbResult<()> {
        let open = match change {
            QuestionChange::Keep => return Ok(()),
            QuestionChange::Close => None,
            QuestionChange::Open(open) => Some(open),
        };
        let person = person.or(board.registered(&text.sender_index).first().map(|person| person.person_id));
        let stored = open.as_ref().zip(person).map(|(open, person)| self.stored_question(text, person, open));
        self.questions.insert(text.sender_index, stored.transpose()?);
        board.set_question(text.sender_index, open);
        Ok(())
    }

    fn stored_question(
        &self,
        text: &PreparedText,
        person_id: PersonId,
        open: &OpenQuestion,
    ) -> DbResult<StoredQuestion> {
        Ok(StoredQuestion {
            sender_index: text.sender_index,
            person_id,
            kind: serde_json::to_string(&open.kind)
                .map_err(|_| DbError::Corrupt("the kind of a question"))?,
            text_cipher: self.seal(Place { table: "question", row: person_id }, &open.text)?,
            received_at: open.received,
            expires_at: open.expires,
        })
    }

    fn reply(
        &mut self,
        text: &PreparedText,
        reply: &ReplyParts,
        marks: bool,
        commune_id: Option<UnitId>,
    ) -> DbResult<()> {
        // Short codes and names of firms are machines; nobody reads an answer there.
        let Some(phone) = &text.phone else { return Ok(()) };
        let words = self.context.rules.templates.render_reply(reply, marks);
        let id = next_id(self.context).map_err(|_| DbError::Stopped)?;
        let place = Place { table: "outbox", row: id };
        let parts = i32::try_from(parts(&words).parts).unwrap_or(i32::MAX);
        self.outgoing.push(NewOutgoing {
            id,
            cause: text.id,
            kind: "reply",
            receiver_index: text.sender_index,
            receiver_cipher: self.seal(place, phone.e164())?,
            text_index: self.context.keys.index("text", &words),
            text_cipher: self.seal(place, &words)?,
            gateway: text.raw.gateway.clone(),
            commune_id,
            lane: LANE_URGENT,
            parts,
            cost: self.context.cost(&text.raw.gateway, parts),
            created_at: self.stored_at,
        });
        Ok(())
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
