//! What an officer decides about a report that was kept as a proposal: accepted, it makes the next version; a month that
//! was closed is revised by it. The sender is told.

use std::sync::Arc;

use super::Context;
use super::board::{Board, Chain};
use super::figures::figures;
use super::ledger::{Actor, Ledger, Notice};
use crate::crypto::Place;
use crate::db::history::{self, Version};
use crate::db::month_state::{self, NewMonthChange};
use crate::db::sync;
use crate::db::unit::{self, Unit};
use crate::db::verdict::{self, NewVerdict};
use crate::db::{Conn, Db, DbError, DbResult};
use crate::domain::access::Action;
use crate::domain::ids::ReportId;
use crate::domain::intake::{Figures, Held, MonthState, NewReport};
use crate::domain::period::Period;
use crate::domain::reply::{Item, Words};
use crate::domain::sync::{changed_incident, merged_key, named_version};
use crate::domain::template::key;
use crate::flows::authenticate::Caller;
use crate::flows::permit::permit;

/// What the officer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It counts. `insist`: even where the figures that it changes have changed since it came.
    Accept {
        /// See above.
        insist: bool,
    },
    /// It does not count.
    Refuse,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// The version that an accepted proposal made, and its number.
    pub report: Option<(ReportId, i32)>,
}

/// Why a proposal stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// There is no such proposal, or the caller may not judge it.
    #[error("there is no such proposal")]
    NotFound,
    /// Somebody has decided already.
    #[error("the proposal was {} already", if *accepted { "accepted" } else { "refused" })]
    Decided {
        /// How.
        accepted: bool,
    },
    /// The figures that it changes have changed since it came.
    #[error("the figures have changed since the proposal came")]
    Differs(Vec<Held>),
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Decides about the proposal `id` in the name of `caller`.
pub async fn judge(
    db: &Db,
    context: &Arc<Context>,
    caller: &Caller,
    id: ReportId,
    ruling: Verdict,
) -> Result<Judged, JudgeError> {
    let found = db
        .read_snapshot(move |conn| {
            let proposal = history::chain_of(conn, id)?.into_iter().find(|v| v.id == id && v.proposal);
            let unit = match &proposal {
                Some(proposal) => unit::by_ids(conn, &[proposal.unit_id])?.pop(),
                None => None,
            };
            Ok(proposal.zip(unit))
        })
        .await?;
    let (proposal, unit) = found.ok_or(JudgeError::NotFound)?;
    permit(caller, Action::JudgeReports, &unit).map_err(|_| JudgeError::NotFound)?;
    let (context, caller) = (Arc::clone(context), *caller);
    let judging = move |conn: &mut Conn| decide(conn, &context, &caller, (&proposal, &unit), ruling);
    db.write(judging).await?
}

fn decide(
    conn: &mut Conn,
    context: &Context,
    caller: &Caller,
    (proposal, unit): (&Version, &Unit),
    ruling: Verdict,
) -> DbResult<Result<Judged, JudgeError>> {
    let period = Period::from_number(proposal.period).map_err(|_| DbError::Corrupt("a period"))?;
    let mut board = Board::of_month(conn, context, unit, period)?;
    if let Some(accepted) = verdict::find(conn, proposal.id)? {
        return Ok(Err(JudgeError::Decided { accepted }));
    }
    let state = board.months.get(&(unit.id, period)).cloned().unwrap_or_default();
    let proposed = Proposed::load(conn, proposal, period)?;
    let (accepted, report) = match ruling {
        Verdict::Refuse => (false, None),
        Verdict::Accept { insist } => match proposed.accepted(&proposed.current(&state), insist) {
            Ok(report) => (true, report),
            Err(differing) => return Ok(Err(JudgeError::Differs(differing))),
        },
    };
    board.chains.extend(proposed.reached);
    let now = context.clock.real_micros();
    let action = if accepted { "accept_proposal" } else { "refuse_proposal" };
    let actor = Actor { name: caller.actor(), action, subject: format!("report:{}", proposal.id) };
    let mut ledger = Ledger::by(context, actor);
    let notice = notice(conn, context, proposal, unit, &proposed, accepted)?;
    let made = match report {
        Some(report) => {
            let person = proposal.person.as_ref().map(|(id, _)| *id);
            let key = proposed.key.as_deref().filter(|_| report.day.is_some()).map(merged_key);
            Some(ledger.add_judged(&mut board, (report, key), person, caller.account_id())?)
        }
        None => None,
    };
    if made.is_some() && state.closed {
        revise(conn, context, unit, proposal.period, caller, now)?;
    }
    let (report_id, account_id) = (made.map(|(id, _)| id), caller.account_id());
    verdict::insert(
        conn,
        &NewVerdict { proposal_id: proposal.id, accepted, report_id, account_id, at: now },
    )?;
    if let Some(notice) = notice {
        ledger.tell(notice)?;
    }
    ledger.write(conn, &board)?;
    Ok(Ok(Judged { report: made }))
}

/// A closed month to which something was added is revised.
fn revise(
    conn: &mut Conn,
    context: &Context,
    unit: &Unit,
    period: i32,
    caller: &Caller,
    at: i64,
) -> DbResult<()> {
    let commune_id = unit.commune_id.unwrap_or(unit.id);
    let version = month_state::find(conn, commune_id, period)?.version + 1;
    let id = super::prepare::next_id(context).map_err(|_| DbError::Stopped)?;
    let (reason_cipher, account_id) = (None, caller.account_id());
    let change =
        NewMonthChange { id, period, commune_id, state: "revised", version, reason_cipher, account_id, at };
    month_state::change(conn, &change)
}

/// A proposal against what stood when it came.
struct Proposed {
    unit: i64,
    period: Period,
    day: Option<chrono::NaiveDate>,
    /// What its client knows it by.
    key: Option<String>,
    /// The latest version of the incident that it changes, whether that counts or was taken back.
    reached: Option<(ReportId, Chain)>,
    values: Figures,
    rest_zero: bool,
    base: Figures,
    base_rest_zero: bool,
}

/// What a proposal would replace.
#[derive(Default)]
struct Current {
    report: Option<ReportId>,
    values: Figures,
    rest_zero: bool,
}

impl Proposed {
    fn load(conn: &mut Conn, proposal: &Version, period: Period) -> DbResult<Self> {
        let changed = match changed_incident_of(conn, proposal)? {
            Some(report) => history::chain_of(conn, report)?,
            None => Vec::new(),
        };
        let reached = changed.last().map(|v| (v.id, Chain { id: v.chain_id, version: v.version }));
        let base = if proposal.day.is_none() {
            verdict::base(conn, proposal.unit_id, proposal.period, proposal.id)?
        } else {
            let before = changed.into_iter().rev().find(|version| version.id < proposal.id);
            before.map(|version| (version.stated, version.rest_zero))
        };
        let (base, base_rest_zero) = match base {
            Some((stated, rest_zero)) => (figures(&stated)?, rest_zero),
            None => (Figures::new(), false),
        };
        let (unit, day, rest_zero) = (proposal.unit_id, proposal.day, proposal.rest_zero);
        let (values, key) = (figures(&proposal.stated)?, proposal.client_id.clone());
        Ok(Proposed { unit, period, day, key, reached, values, rest_zero, base, base_rest_zero })
    }

    /// What it would replace: the month's return, or the incident that it changes, which states nothing where it was taken
    /// back.
    fn current(&self, state: &MonthState) -> Current {
        if self.day.is_none() {
            let current = state.month_return.as_ref().map(|current| Current {
                report: Some(current.report),
                values: current.values.clone(),
                rest_zero: current.rest_zero,
            });
            return current.unwrap_or_default();
        }
        let Some((report, _)) = self.reached else { return Current::default() };
        let counts = state.incidents.iter().find(|incident| incident.report == report);
        let values = counts.map(|incident| incident.values.clone()).unwrap_or_default();
        Current { report: Some(report), values, rest_zero: false }
    }

    /// The figures that it changes: new ones, other ones, and those that it takes back (`None`).
    fn changes(&self) -> Vec<(i32, Option<i64>)> {
        let new = self.values.iter().filter(|(id, figure)| self.base.get(id) != Some(figure));
        let gone = self.base.keys().filter(|id| !self.values.contains_key(id));
        let new = new.map(|(id, figure)| (*id, Some(*figure)));
        new.chain(gone.map(|id| (*id, None))).collect()
    }

    /// The version that it makes over `current`, none where somebody else has taken back what it takes back; the figures that
    /// somebody changed since it came, unless `insist`.
    fn accepted(&self, current: &Current, insist: bool) -> Result<Option<NewReport>, Vec<Held>> {
        let mut values = current.values.clone();
        let mut differing = Vec::new();
        for (id, new) in self.changes() {
            let (now, was) = (values.get(&id).copied(), self.base.get(&id).copied());
            if now != was && now != new {
                let (stored, given) = (now.unwrap_or(0), new.unwrap_or(0));
                differing.push(Held { indicator: id, stored, given });
            }
            match new {
                Some(new) => values.insert(id, new),
                None => values.remove(&id),
            };
        }
        if !differing.is_empty() && !insist {
            return Err(differing);
        }
        let changed = self.rest_zero != self.base_rest_zero;
        let report = NewReport {
            unit: self.unit,
            period: self.period,
            day: self.day,
            previous: current.report,
            values,
            rest_zero: self.day.is_none() && if changed { self.rest_zero } else { current.rest_zero },
            proposal: false,
            flagged: false,
            added: None,
        };
        let was_nothing = current.values.is_empty() && !current.rest_zero;
        Ok(Some(report).filter(|report| !(was_nothing && report.takes_back())))
    }
}

/// A version of the incident that a proposal changes: the one that it would replace, or one that its client has named and
/// that was no report yet when the proposal came.
fn changed_incident_of(conn: &mut Conn, proposal: &Version) -> DbResult<Option<ReportId>> {
    if proposal.day.is_none() || proposal.replaces.is_some() {
        return Ok(proposal.replaces.filter(|_| proposal.day.is_some()));
    }
    let key = proposal.client_id.as_deref();
    let Some(document) = key.and_then(changed_incident) else { return Ok(None) };
    let named: Vec<ReportId> = named_version(document).into_iter().collect();
    let made = sync::made(conn, &[document.to_owned(), merged_key(document)], &named)?;
    let made = made.into_iter().find(|made| made.unit_id == proposal.unit_id && !made.proposal);
    Ok(made.map(|made| made.chain))
}

/// What the sender of a proposal that came by SMS is told.
fn notice(
    conn: &mut Conn,
    context: &Context,
    proposal: &Version,
    unit: &Unit,
    proposed: &Proposed,
    accepted: bool,
) -> DbResult<Option<Notice>> {
    let Some(message) = proposal.message_id else { return Ok(None) };
    let Some((gateway, sealed, index)) = verdict::sender(conn, message)? else { return Ok(None) };
    let place = Place { table: "message", row: message };
    let number = context.keys.open_text(place, &sealed).map_err(|_| DbError::Corrupt("a number"))?;
    let person = proposal.person.as_ref().map(|(id, _)| *id);
    let marks = person.map(|person| verdict::wants_marks(conn, person)).transpose()?.unwrap_or(false);
    let rules = &context.rules;
    let words = Words {
        catalogue: &rules.catalogue,
        calendar: &rules.calendar,
        templates: &rules.templates,
        today: context.clock.today(),
    };
    let told = if proposed.day.is_some() {
        proposed.values.iter().map(|(id, figure)| (*id, Some(*figure))).collect()
    } else {
        proposed.changes()
    };
    let items: Vec<Item> = told.iter().map(|(id, new)| Item::Plain(*id, new.unwrap_or(0))).collect();
    let key = if accepted { key::PROPOSAL_ACCEPTED } else { key::PROPOSAL_REFUSED };
    let fields = vec![("month", words.month(proposed.period)), ("hamlet", words.name(&unit.name))];
    let reply = if items.is_empty() {
        let mut fields = fields;
        let nothing = if proposed.rest_zero { "không có vụ việc gì" } else { "hủy số đã báo" };
        fields.push(("values", nothing.to_owned()));
        words.reply(key, fields)
    } else {
        words.reply_with(key, fields, "values", &items, "")
    };
    let words = rules.templates.render_reply(&reply, marks);
    let (cause, commune_id) = (proposal.id, unit.commune_id);
    Ok(Some(Notice { cause, gateway, number, index, words, commune_id }))
}
