//! What the rules need to know about everyone in a batch, loaded set-wise, and kept true as the batch goes on.

mod months;
mod reviewed;
mod situation;
mod undo;

pub(super) use undo::undo_of;

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;

use super::figures::{MonthKey, figures};
use super::prepare::PreparedText;
use super::{Communes, Context, NewSubmission};
use crate::clock::{day_in_vietnam, start_of_day_in_vietnam};
use crate::crypto::{Digest, Place};
use crate::db::latest_report::LatestReport;
use crate::db::person::Registered;
use crate::db::question::StoredQuestion;
use crate::db::standing::Asked;
use crate::db::unit::Unit;
use crate::db::{Conn, DbError, DbResult, lock, message, report, standing, unit};
use crate::domain::ids::{MessageId, PersonId, ReportId, UnitId, floor_at};
use crate::domain::indicator::IndicatorId;
use crate::domain::intake::{
    Figures, Hamlet, LastReport, Mistake, MonthState, OpenQuestion, QuestionKind, Reviewed, SubmissionKind,
    may_name_neighbour,
};
use crate::domain::period::Period;
use reviewed::ReadOnce;

/// Texts of the last hour are compared to find machines in a loop.
const LOOP_MS: i64 = 3_600_000;
/// Texts that the server sent in the last day are compared to find machines that send back.
const ECHO_MS: i64 = 24 * LOOP_MS;
/// A person's latest report is looked for in the last 13 months.
const LATEST_MS: i64 = 400 * 24 * LOOP_MS;
/// From this figure on, a jump to ten times the highest is asked about.
const JUMP_FROM: i64 = 5;
/// How many months the highest figure is looked for in.
const JUMP_MONTHS: i32 = 24;

/// The version that a chain has reached.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chain {
    pub(super) id: ReportId,
    pub(super) version: i32,
}

/// When a month's first return came.
#[derive(Debug, Clone, Copy)]
pub(super) struct FirstReturn {
    pub(super) received_at: i64,
    pub(super) on_time: bool,
}

/// A person's latest report, and the digest of the text that made it.
#[derive(Debug, Clone)]
pub(super) struct Latest {
    pub(super) report: LastReport,
    /// The latest version, and the text that made it, where they have been stored before this batch.
    pub(super) stored: Option<(ReportId, Option<MessageId>)>,
    pub(super) text_index: Option<Digest>,
}

/// What only some texts need.
#[derive(Debug, Default)]
pub(super) struct Extras {
    /// The sender's latest text that was not understood.
    pub(super) mistake: Option<Mistake>,
    /// The hamlets around the sender's.
    pub(super) neighbours: Vec<Hamlet>,
    /// Whom to turn to.
    pub(super) contact: String,
    /// Whom an urgent text reaches.
    pub(super) on_duty: Vec<String>,
    /// The yearly review of the sender's units.
    pub(super) reviewed: Option<Reviewed>,
}

/// What is kept of a question as JSON.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct KeptQuestion {
    /// What it is about.
    #[serde(flatten)]
    pub(super) kind: QuestionKind,
    /// Whose PIN stood in the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) pin: Option<PersonId>,
}

/// The state that a batch decides on.
pub(super) struct Board<'a> {
    context: &'a Context,
    people: HashMap<Digest, Vec<Registered>>,
    told_today: HashSet<Digest>,
    recent: HashMap<Digest, Vec<(Digest, i64)>>,
    questions: HashMap<Digest, OpenQuestion>,
    latest: HashMap<PersonId, Latest>,
    communes: Communes,
    echoes: HashSet<(Digest, Digest)>,
    neighbours: HashMap<UnitId, Vec<Hamlet>>,
    /// Where texts of unknown numbers go, by gateway.
    defaults: HashMap<String, UnitId>,
    bases: HashMap<(UnitId, i32, i32), Figures>,
    /// The schemes of the yearly review, once a text of the batch is about it.
    schemes: ReadOnce,
    highest: HashMap<(UnitId, IndicatorId), i64>,
    /// By which text a key was taken before: its id and its text's index.
    pub(super) taken: HashMap<Digest, (MessageId, Digest)>,
    pub(super) months: HashMap<MonthKey, MonthState>,
    /// The months as they were when the batch began.
    pub(super) before: HashMap<MonthKey, MonthState>,
    pub(super) chains: HashMap<ReportId, Chain>,
    pub(super) first_returns: HashMap<MonthKey, FirstReturn>,
}

impl<'a> Board<'a> {
    pub(super) fn load(
        conn: &mut Conn,
        context: &'a Context,
        texts: &[&PreparedText],
        submissions: &[&NewSubmission],
    ) -> DbResult<Self> {
        let mut board = Board::empty(context);
        board.load_senders(conn, texts)?;
        board.load_units(conn, submissions)?;
        board.load_neighbours(conn, texts)?;
        let units: Vec<UnitId> = board.communes.keys().copied().collect();
        lock::units(conn, &units)?;
        let periods = board.periods(texts, submissions);
        let indicators = board.doubtful_indicators(texts, submissions);
        board.load_months(conn, &units, &periods, &indicators)?;
        board.load_undos(conn, texts, &periods)?;
        board.load_bases(conn, submissions)?;
        board.before = board.months.clone();
        Ok(board)
    }

    /// One hamlet's month, for an officer who decides about it.
    pub(super) fn of_month(
        conn: &mut Conn,
        context: &'a Context,
        hamlet: &Unit,
        period: Period,
    ) -> DbResult<Self> {
        let mut board = Board::empty(context);
        board.communes.insert(hamlet.id, hamlet.commune_id.unwrap_or(hamlet.id));
        lock::units(conn, &[hamlet.id])?;
        board.load_months(conn, &[hamlet.id], &BTreeSet::from([period.number()]), &[])?;
        board.before = board.months.clone();
        Ok(board)
    }

    fn empty(context: &'a Context) -> Self {
        Board {
            context,
            people: HashMap::new(),
            told_today: HashSet::new(),
            recent: HashMap::new(),
            questions: HashMap::new(),
            latest: HashMap::new(),
            communes: HashMap::new(),
            echoes: HashSet::new(),
            neighbours: HashMap::new(),
            defaults: HashMap::new(),
            bases: HashMap::new(),
            schemes: ReadOnce::default(),
            highest: HashMap::new(),
            taken: HashMap::new(),
            months: HashMap::new(),
            before: HashMap::new(),
            chains: HashMap::new(),
            first_returns: HashMap::new(),
        }
    }

    fn load_senders(&mut self, conn: &mut Conn, texts: &[&PreparedText]) -> DbResult<()> {
        if texts.is_empty() {
            return Ok(());
        }
        let mut senders: Vec<Digest> = texts.iter().map(|text| text.sender_index).collect();
        senders.sort_unstable();
        senders.dedup();
        let real_ms = self.context.clock.real_micros() / 1_000;
        let found = standing::senders(
            conn,
            &Asked {
                keys: texts.iter().map(|text| text.dedupe_key).collect::<BTreeSet<_>>().into_iter().collect(),
                senders: senders.clone(),
                recent_since: floor_at(real_ms - LOOP_MS),
                sent_since: floor_at(real_ms - ECHO_MS),
                reports_since: floor_at(real_ms - LATEST_MS),
                now: self.context.clock.now_micros(),
            },
        )?;
        self.taken = found.taken;
        self.people = found.people;
        self.recent = found.recent;
        self.echoes = found.sent;
        self.set_questions(found.questions)?;
        self.set_latest_reports(found.latest)?;
        let unknown: Vec<Digest> =
            senders.into_iter().filter(|sender| !self.people.contains_key(sender)).collect();
        let midnight = start_of_day_in_vietnam(self.context.clock.today());
        self.told_today = message::refused_since(conn, &unknown, midnight)?;
        self.load_defaults(conn, texts)
    }

    fn set_latest_reports(&mut self, found: HashMap<PersonId, LatestReport>) -> DbResult<()> {
        for (person, latest) in found {
            let period = Period::from_number(latest.period).map_err(|_| DbError::Corrupt("a period"))?;
            let added = latest.added.as_deref().map(figures).transpose()?;
            let report = LastReport {
                unit: latest.unit_id,
                period,
                at: latest.received_at,
                added,
                same_text: false,
                undo: Vec::new(),
            };
            let stored = Some((latest.id, latest.message_id));
            self.latest.insert(person, Latest { report, stored, text_index: latest.text_index });
        }
        Ok(())
    }

    /// The communes whose officers see the texts of unknown numbers.
    fn load_defaults(&mut self, conn: &mut Conn, texts: &[&PreparedText]) -> DbResult<()> {
        for text in texts.iter().filter(|text| !self.people.contains_key(&text.sender_index)) {
            let gateway = &text.raw.gateway;
            let code = self.context.routes.get(gateway).and_then(|route| route.default_commune.clone());
            let Some(code) = code.filter(|_| !self.defaults.contains_key(gateway)) else { continue };
            if let Some(commune) = unit::by_code(conn, &code, self.context.clock.today())? {
                self.defaults.insert(gateway.clone(), commune.id);
            }
        }
        Ok(())
    }

    fn set_questions(&mut self, found: HashMap<Digest, StoredQuestion>) -> DbResult<()> {
        for (sender, stored) in found {
            let place = Place { table: "question", row: stored.person_id };
            let text = self.context.keys.open_text(place, &stored.text_cipher);
            let text = text.map_err(|_| DbError::Corrupt("the text of a question"))?;
            let kept: KeptQuestion =
                serde_json::from_str(&stored.kind).map_err(|_| DbError::Corrupt("the kind of a question"))?;
            let KeptQuestion { kind, pin } = kept;
            let (received, expires) = (stored.received_at, stored.expires_at);
            let open = OpenQuestion { kind, text, received, expires, pin };
            self.questions.insert(sender, open);
        }
        Ok(())
    }

    fn load_units(&mut self, conn: &mut Conn, submissions: &[&NewSubmission]) -> DbResult<()> {
        for post in self.people.values().flatten().flat_map(|person| &person.posts) {
            self.communes.insert(post.unit_id, post.commune_id.unwrap_or(post.unit_id));
        }
        let submitted: Vec<UnitId> = submissions.iter().map(|submission| submission.report.unit).collect();
        for unit in unit::by_ids(conn, &submitted)? {
            self.communes.insert(unit.id, unit.commune_id.unwrap_or(unit.id));
        }
        Ok(())
    }

    /// What the versions stated that clients started from.
    fn load_bases(&mut self, conn: &mut Conn, submissions: &[&NewSubmission]) -> DbResult<()> {
        for new in submissions {
            let SubmissionKind::Month(period) = new.report.kind else { continue };
            let Some(version) = new.report.base_version else { continue };
            let key = (new.report.unit, period.number(), version);
            if let Some(stated) = report::stated_by(conn, key.0, key.1, key.2)? {
                self.bases.insert(key, figures(&stated)?);
            }
        }
        Ok(())
    }

    /// The hamlets of the communes of senders who name one that is not theirs.
    fn load_neighbours(&mut self, conn: &mut Conn, texts: &[&PreparedText]) -> DbResult<()> {
        let naming = texts.iter().filter(|text| may_name_neighbour(&text.raw.text, &text.reading));
        let posts =
            naming.flat_map(|text| self.registered(&text.sender_index)).flat_map(|person| &person.posts);
        let communes: BTreeSet<UnitId> = posts.filter_map(|post| post.commune_id).collect();
        let communes: Vec<UnitId> = communes.into_iter().collect();
        for unit in unit::hamlets_of(conn, &communes, self.context.clock.today())? {
            let hamlet = Hamlet { id: unit.id, code: unit.code, name: unit.name };
            self.neighbours.entry(unit.commune_id.unwrap_or(unit.id)).or_default().push(hamlet);
        }
        Ok(())
    }

    /// Every month that may be meant by somebody in the batch.
    fn periods(&self, texts: &[&PreparedText], submissions: &[&NewSubmission]) -> BTreeSet<i32> {
        let calendar = &self.context.rules.calendar;
        let mut periods = BTreeSet::new();
        let around = |today: NaiveDate| (-2..=2).map(move |months| calendar.reportable(today).plus(months));
        for text in texts {
            periods.extend(around(day_in_vietnam(text.raw.received_at)));
            periods.extend(text.reading.period);
            periods.extend(text.reading.day.map(|day| calendar.containing(day)));
            periods.extend(text.days.iter().map(|day| calendar.containing(*day)));
            periods.extend(text.reading.partly_month.filter(|_| text.erases));
        }
        for submission in submissions {
            periods.insert(match submission.report.kind {
                SubmissionKind::Month(period) => period,
                SubmissionKind::Incident(day) => calendar.containing(day),
            });
        }
        periods.extend(self.latest.values().map(|latest| latest.report.period));
        let asked = self.questions.values().flat_map(|question| question.periods());
        periods.into_iter().map(Period::number).chain(asked).collect()
    }

    /// The indicators whose highest figures are needed: where one that is large arrives, or an answer that may complete
    /// an earlier text with one.
    fn doubtful_indicators(
        &self,
        texts: &[&PreparedText],
        submissions: &[&NewSubmission],
    ) -> Vec<IndicatorId> {
        let told = texts.iter().flat_map(|text| text.reading.values.iter().copied());
        let submitted = submissions.iter().flat_map(|new| new.report.values.iter().map(|(id, n)| (*id, *n)));
        let large = told.chain(submitted).filter(|(_, figure)| *figure >= JUMP_FROM);
        let mut indicators: BTreeSet<IndicatorId> = large.map(|(indicator, _)| indicator).collect();
        let doubtful =
            |text: &&PreparedText| self.questions.contains_key(&text.sender_index) || text.days.len() > 1;
        if texts.iter().any(doubtful) {
            indicators.extend(self.context.rules.catalogue.iter().map(|indicator| indicator.id));
        }
        indicators.into_iter().collect()
    }

    /// The registered people at a number.
    pub(super) fn registered(&self, sender: &Digest) -> &[Registered] {
        self.people.get(sender).map_or(&[], Vec::as_slice)
    }

    /// The name of a hamlet of the people at a number: `unit`'s, else the first one's.
    pub(super) fn unit_name(&self, sender: &Digest, unit: Option<UnitId>) -> &str {
        let posts = || self.registered(sender).iter().flat_map(|person| &person.posts);
        let named = posts().find(|post| Some(post.unit_id) == unit).or_else(|| posts().next());
        named.map_or("", |post| post.name.as_str())
    }

    /// Whether a submission's unit exists.
    pub(super) fn knows(&self, unit: UnitId) -> bool {
        self.communes.contains_key(&unit)
    }

    /// The commune that a unit of the batch lies in.
    pub(super) fn commune_of(&self, unit: UnitId) -> UnitId {
        self.communes.get(&unit).copied().unwrap_or(unit)
    }

    /// The commune whose officers see a text of an unknown number.
    pub(super) fn default_commune(&self, text: &PreparedText) -> Option<UnitId> {
        let unknown = self.registered(&text.sender_index).is_empty();
        self.defaults.get(&text.raw.gateway).copied().filter(|_| unknown)
    }

    /// A text was answered to an unknown number.
    pub(super) fn told(&mut self, sender: Digest) {
        self.told_today.insert(sender);
    }

    /// A text was taken from a number.
    pub(super) fn took(&mut self, text: &PreparedText) {
        let sent = (text.text_index, text.raw.received_at);
        self.recent.entry(text.sender_index).or_default().push(sent);
    }

    /// The texts that a number has sent are no sign of a machine: they are read again.
    pub(super) fn forget_recent(&mut self, sender: &Digest) {
        self.recent.remove(sender);
        self.echoes.retain(|(receiver, _)| receiver != sender);
    }

    /// The question of a number has changed.
    pub(super) fn set_question(&mut self, sender: Digest, question: Option<OpenQuestion>) {
        match question {
            Some(question) => self.questions.insert(sender, question),
            None => self.questions.remove(&sender),
        };
    }

    /// A person has reported, by the text with this digest.
    pub(super) fn set_latest(&mut self, person: PersonId, report: LastReport, text_index: Option<Digest>) {
        self.latest.insert(person, Latest { report, stored: None, text_index });
    }
}

pub(super) fn month_key(unit: UnitId, period: i32) -> DbResult<MonthKey> {
    Ok((unit, Period::from_number(period).map_err(|_| DbError::Corrupt("a period"))?))
}
