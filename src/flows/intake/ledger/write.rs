//! How the rows of a batch are written: every table once, rows in key order.

use std::collections::BTreeMap;

use super::{Actor, Ledger, SERVER};
use crate::crypto::{Digest, sha256};
use crate::db::insert::Inserts;
use crate::db::log::NewAudit;
use crate::db::question::StoredQuestion;
use crate::db::report::{CurrentIncident, CurrentReturn};
use crate::db::{
    Conn, DbResult, answered, kept, log, message, outbox, person, question, report, sync, total, value,
};
use crate::domain::intake::{Incident, MonthState};
use crate::flows::intake::board::Board;
use crate::flows::intake::figures;
use crate::flows::intake::figures::MonthKey;

/// How long a reply waits for the answer that may take it along, microseconds.
const ANSWER_TIME: i64 = 10_000_000;

impl Ledger<'_> {
    /// Writes everything; the log's head is taken last.
    pub(in crate::flows::intake) fn write(self, conn: &mut Conn, board: &Board) -> DbResult<()> {
        let nothing = self.messages.is_empty() && self.versions.is_empty() && self.outcomes.is_empty();
        if nothing && self.actor.name == SERVER {
            return Ok(());
        }
        let mut inserts = Inserts::default();
        if self.again {
            for message in &self.messages {
                kept::settle(conn, message)?;
            }
        } else {
            message::add(&mut inserts, &self.messages);
        }
        report::add(&mut inserts, &self.versions);
        self.write_months(conn, &mut inserts, board)?;
        let open: Vec<StoredQuestion> = self.questions.values().flatten().cloned().collect();
        let closed: Vec<Digest> =
            self.questions.iter().filter(|(_, stored)| stored.is_none()).map(|(sender, _)| *sender).collect();
        question::add(&mut inserts, &open);
        question::close(conn, &closed)?;
        outbox::add(&mut inserts, &self.outgoing);
        sync::add(&mut inserts, &self.outcomes, &[]);
        inserts.run(conn)?;
        self.hold_replies(conn)?;
        for person in &self.stopped {
            person::stop_reminders(conn, *person, self.stored_at)?;
        }
        self.write_audit(conn)
    }

    /// Writes that something was done; call it last.
    pub(in crate::flows::intake) fn write_audit(&self, conn: &mut Conn) -> DbResult<()> {
        let Actor { name, action, subject } = &self.actor;
        let audit = NewAudit { actor: name, action, subject, digest: self.digest() };
        log::append(conn, self.stored_at, &self.changes, &audit)
    }

    /// Replies that may go in an answer wait a little for it.
    fn hold_replies(&self, conn: &mut Conn) -> DbResult<()> {
        let in_answer =
            |gateway: &str| self.context.routes.get(gateway).is_some_and(|route| route.replies_in_answer);
        let replies = self.outgoing.iter().filter(|text| text.kind == "reply" && in_answer(&text.gateway));
        let ids: Vec<i64> = replies.map(|text| text.id).collect();
        answered::hold(conn, &ids, self.stored_at + ANSWER_TIME)
    }

    fn write_months(&self, conn: &mut Conn, inserts: &mut Inserts, board: &Board) -> DbResult<()> {
        let (mut returns, mut incidents) = (Vec::new(), Vec::new());
        let (mut taken_back, mut gone) = (Vec::new(), Vec::new());
        let (mut put, mut drop) = (Vec::new(), Vec::new());
        let mut differences = BTreeMap::new();
        let nothing = MonthState::default();
        for key in &self.touched {
            let after = board.months.get(key).unwrap_or(&nothing);
            let before = board.before.get(key).unwrap_or(&nothing);
            let commune = board.commune_of(key.0);
            if before.month_return.is_some() && after.month_return.is_none() {
                taken_back.push((key.0, key.1.number()));
            }
            gone.extend(gone_incidents(board, before, after));
            returns.extend(current_return(board, *key, after).map(|row| (row, commune, stated_count(after))));
            incidents.extend(changed_incidents(board, *key, before, after).map(|row| (row, commune)));
            let span = self.context.rules.calendar.span(key.1);
            figures::compare((*key, commune), span, before, after, (&mut put, &mut drop));
            figures::add_differences(
                &self.context.rules.catalogue,
                (*key, commune),
                before,
                after,
                &mut differences,
            );
        }
        put.sort_unstable();
        report::drop_returns(conn, &taken_back)?;
        report::drop_incidents(conn, &gone)?;
        value::withdraw(conn, &drop)?;
        report::add_returns(inserts, &returns);
        report::add_incidents(inserts, &incidents);
        value::add(inserts, &put);
        total::add_to(inserts, &differences);
        Ok(())
    }

    /// Digest over the rows: what the audit link vouches for.
    fn digest(&self) -> Digest {
        let mut rows = Vec::new();
        for m in &self.messages {
            rows.extend([&m.id.to_be_bytes()[..], &m.text_index, m.fate.as_bytes(), &[0]].concat());
        }
        for v in &self.versions {
            rows.extend([&v.id.to_be_bytes()[..], v.stated.as_bytes(), &[0]].concat());
        }
        for (review, version, step) in &self.reviewed {
            rows.extend(format!("{review} {version} {step:?}\n").into_bytes());
        }
        for o in &self.outgoing {
            rows.extend(o.id.to_be_bytes());
        }
        for o in &self.outcomes {
            rows.extend(
                [&o.id.to_be_bytes()[..], o.state.as_bytes(), &[0], o.body.as_bytes(), &[0]].concat(),
            );
        }
        sha256(&[&rows])
    }
}

fn stated_count(month: &MonthState) -> i32 {
    month.month_return.as_ref().map_or(0, |r| i32::try_from(r.values.len()).unwrap_or(i32::MAX))
}

/// The row of a month's return; what it states stands in its report.
fn current_return(board: &Board, key: MonthKey, month: &MonthState) -> Option<CurrentReturn> {
    let current = month.month_return.as_ref()?;
    let first = board.first_returns.get(&key)?;
    Some(CurrentReturn {
        unit_id: key.0,
        period: key.1.number(),
        report_id: current.report,
        chain_id: board.chains.get(&current.report)?.id,
        version: current.version,
        rest_zero: current.rest_zero,
        stated: String::new(),
        person_id: current.author,
        first_received_at: first.received_at,
        on_time: first.on_time,
    })
}

/// The chains of incidents that were taken back.
fn gone_incidents<'b>(
    board: &'b Board,
    before: &'b MonthState,
    after: &'b MonthState,
) -> impl Iterator<Item = i64> + 'b {
    let chain = |incident: &Incident| board.chains.get(&incident.report).map(|chain| chain.id);
    before
        .incidents
        .iter()
        .filter_map(chain)
        .filter(move |gone| after.incidents.iter().all(|incident| chain(incident) != Some(*gone)))
}

fn changed_incidents(
    board: &Board,
    key: MonthKey,
    before: &MonthState,
    after: &MonthState,
) -> impl Iterator<Item = CurrentIncident> {
    let changed = after.incidents.iter().filter(|incident| !before.incidents.contains(incident));
    changed.filter_map(move |incident| {
        let chain = board.chains.get(&incident.report)?;
        Some(CurrentIncident {
            chain_id: chain.id,
            report_id: incident.report,
            version: chain.version,
            unit_id: key.0,
            period: key.1.number(),
            day: incident.day,
            stated: String::new(),
        })
    })
}
