//! Planning: which moments have come, who is to be told, and a text without words for each number.
//!
//! Time is cut into runs, each beginning where the one before it ended; the row of a run, made under a lock, is what
//! makes sure that servers whose clocks are apart plan every moment once. A run is filled province by province, then its
//! texts are planned, number by number; every step can be done again after a crash and by another server.

use std::sync::Arc;

use super::ground::{self, People};
use super::{KIND, Reminders};
use crate::clock::day_in_vietnam;
use crate::crypto::{Keys, Place};
use crate::db::reminder::run::{self, Run};
use crate::db::reminder::{self, Addressed, NewReminder};
use crate::db::{Conn, DbError, DbResult, SharedIds};
use crate::domain::calendar::{day_of, start_of};
use crate::domain::ids::UnitId;
use crate::domain::reminder::{Fate, Occasion, Planned, Rules, Skip, occasions, plan};
use crate::domain::review::Schemes;
use crate::flows::deliver::NewText;

/// Moments that lie back further are not made up for, microseconds: 31 days.
const FURTHEST_BACK: i64 = 31 * DAY;
const DAY: i64 = 86_400_000_000;
/// Texts that are planned in one transaction.
const TEXTS: i64 = 500;

/// What was planned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Plan {
    /// Runs that were finished.
    pub runs: usize,
    /// Rows, those that are not sent among them.
    pub rows: usize,
    /// Texts.
    pub texts: usize,
}

impl Plan {
    fn and(self, other: Plan) -> Plan {
        Plan { runs: self.runs + other.runs, rows: self.rows + other.rows, texts: self.texts + other.texts }
    }
}

impl Reminders {
    /// Plans every moment up to `now` (microseconds UTC, domain time) that is not planned yet, and finishes what another
    /// server or an earlier life left behind.
    pub async fn plan_due(self: &Arc<Self>, now: i64) -> DbResult<Plan> {
        let mut done = Plan::default();
        while let Some(run) = self.next_run(now).await? {
            done = done.and(self.fill(run).await?);
            done = done.and(self.plan_texts(run).await?);
        }
        Ok(done)
    }

    /// The run that is to be worked on, begun if need be. A look first: mostly nothing is due.
    async fn next_run(self: &Arc<Self>, now: i64) -> DbResult<Option<Run>> {
        let this = Arc::clone(self);
        let look = move |conn: &mut Conn| Ok(this.next(conn, now)?.is_some());
        if !self.db.read(look).await? {
            return Ok(None);
        }
        let this = Arc::clone(self);
        let begin = move |conn: &mut Conn| {
            run::lock(conn)?;
            let next = this.next(conn, now)?;
            match next {
                Some(Next::Begin(run)) => run::begin(conn, &run)?,
                Some(Next::Continue(_)) | None => {}
            }
            Ok(next.map(Next::run))
        };
        self.db.write(begin).await
    }

    fn next(&self, conn: &mut Conn, now: i64) -> DbResult<Option<Next>> {
        let Some(last) = run::last(conn)? else {
            // The day on which reminders begin is wholly theirs, whatever hour the first server started at.
            let begin = start_of(day_of(now));
            let id = self.new_id()?;
            let run =
                Run { id, after_at: begin, until_at: begin, filled_at: Some(now), planned_at: Some(now) };
            return Ok(Some(Next::Begin(run)));
        };
        if last.planned_at.is_none() {
            return Ok(Some(Next::Continue(last)));
        }
        let after_at = last.until_at.max(now - FURTHEST_BACK);
        let (rules, schemes) = (super::rules::current(conn)?.rules, self.schemes(conn)?);
        let due = occasions(&rules, &self.terms(&schemes), after_at, now);
        let Some(until_at) = due.last().map(|occasion| occasion.at) else { return Ok(None) };
        let run = Run {
            id: self.new_id()?.max(last.id + 1),
            after_at,
            until_at,
            filled_at: None,
            planned_at: None,
        };
        Ok(Some(Next::Begin(run)))
    }

    fn new_id(&self) -> DbResult<i64> {
        next_id(&self.planner.ids, self.clock.real_micros())
    }

    /// Writes the rows of a run, a province at a time.
    async fn fill(self: &Arc<Self>, run: Run) -> DbResult<Plan> {
        if run.planned_at.is_some() || run.filled_at.is_some() {
            return Ok(Plan::default());
        }
        let day = day_in_vietnam(run.until_at);
        let this = Arc::clone(self);
        let (provinces, rules, schemes) = self
            .db
            .read(move |conn| {
                let rules = super::rules::current(conn)?.rules;
                Ok((ground::provinces(conn, day)?, Arc::new(rules), Arc::new(this.schemes(conn)?)))
            })
            .await?;
        let mut done = Plan::default();
        for province in provinces {
            let (this, rules, schemes) = (Arc::clone(self), Arc::clone(&rules), Arc::clone(&schemes));
            let read = move |conn: &mut Conn| this.rows(conn, &run, province, &rules, &schemes);
            let rows = Arc::new(self.db.read_snapshot(read).await?);
            if !rows.is_empty() {
                done.rows += self.write_rows(run, rows).await?;
            }
        }
        let now = self.clock.now_micros();
        self.db
            .write(move |conn| {
                run::lock(conn)?;
                if is_unfilled(conn, &run)? { run::fill(conn, run.id, now) } else { Ok(()) }
            })
            .await?;
        Ok(done)
    }

    async fn write_rows(&self, run: Run, rows: Arc<Vec<NewReminder>>) -> DbResult<usize> {
        let write = move |conn: &mut Conn| {
            run::lock(conn)?;
            // Another server may have filled the run, and begun to send what it says, while this one was reading.
            if is_unfilled(conn, &run)? { reminder::insert(conn, &rows) } else { Ok(0) }
        };
        self.db.write(write).await
    }

    /// The rows of a run in a province.
    fn rows(
        &self,
        conn: &mut Conn,
        run: &Run,
        province: UnitId,
        rules: &Rules,
        schemes: &Schemes,
    ) -> DbResult<Vec<NewReminder>> {
        let now = self.clock.now_micros().max(run.until_at);
        let today = day_in_vietnam(now);
        let people = ground::people(conn, province, today)?;
        let mut rows = Vec::new();
        for occasion in occasions(rules, &self.terms(schemes), run.after_at, run.until_at) {
            let candidates = ground::candidates(conn, province, &occasion, &people.posts, now)?;
            for planned in plan(&occasion, today, &candidates, &people.posts) {
                rows.push(self.row(run, province, &occasion, &planned, &people, now)?);
            }
        }
        Ok(rows)
    }

    fn row(
        &self,
        run: &Run,
        province: UnitId,
        occasion: &Occasion,
        planned: &Planned,
        people: &People,
        now: i64,
    ) -> DbResult<NewReminder> {
        let rule = occasion.rule;
        let useful_until = useful_until(occasion);
        let skip = match planned.fate {
            Fate::Skip(skip) => Some(skip),
            Fate::Send if now > useful_until => Some(Skip::Late),
            Fate::Send => None,
        };
        let contact =
            planned.receiver.filter(|_| skip.is_none()).and_then(|person| people.contacts.get(&person));
        Ok(NewReminder {
            id: self.new_id()?,
            run_id: run.id,
            rule: rule.code.clone(),
            matter: rule.matter,
            unit_id: planned.unit,
            commune_id: planned.commune,
            province_id: Some(province),
            period: occasion.period,
            step: occasion.step,
            receiver: planned.receiver,
            audience: occasion.to,
            sentence: occasion.text,
            stoppable: crate::domain::reminder::plan::is_stoppable(
                occasion.to,
                occasion.kind,
                rule.statutory,
            ),
            due: occasion.due,
            at: occasion.at,
            useful_until,
            number_index: contact.map(|contact| contact.number_index),
            skip,
        })
    }

    /// Plans the texts of a run whose rows are all there.
    async fn plan_texts(self: &Arc<Self>, run: Run) -> DbResult<Plan> {
        let mut done = Plan { runs: 1, ..Plan::default() };
        let mut after = Vec::new();
        loop {
            let (this, from) = (Arc::clone(self), after.clone());
            let write = move |conn: &mut Conn| this.plan_some(conn, &run, &from);
            let (last, texts) = self.db.write(write).await?;
            done.texts += texts;
            match last {
                Some(last) => after = last,
                None => return Ok(done),
            }
        }
    }

    /// Plans the texts of the next numbers; the last of them, or `None` when the run is finished.
    fn plan_some(&self, conn: &mut Conn, run: &Run, after: &[u8]) -> DbResult<(Option<Vec<u8>>, usize)> {
        run::lock(conn)?;
        let current = run::last(conn)?.filter(|last| last.id == run.id && last.planned_at.is_none());
        if current.is_none() {
            return Ok((None, 0));
        }
        // Where nothing can send, nothing is planned; what was to be said stands in the rows.
        let sends = self.planner.gateways.iter().any(|gateway| gateway.sends());
        let numbers = if sends { reminder::addressed(conn, run.id, after, TEXTS)? } else { Vec::new() };
        let Some(last) = numbers.last() else {
            run::finish(conn, run.id, self.clock.now_micros())?;
            return Ok((None, 0));
        };
        let last = last.number_index.to_vec();
        let texts = numbers.iter().filter_map(|to| text(&self.keys, run, to).transpose());
        let texts = texts.collect::<DbResult<Vec<NewText>>>()?;
        let planned = self.planner.plan(conn, &texts)?;
        Ok((Some(last), planned))
    }
}

/// The next thing to do.
#[derive(Debug, Clone, Copy)]
enum Next {
    /// A run that is there and not finished.
    Continue(Run),
    /// A run that is to be begun.
    Begin(Run),
}

impl Next {
    fn run(self) -> Run {
        match self {
            Next::Continue(run) | Next::Begin(run) => run,
        }
    }
}

fn is_unfilled(conn: &mut Conn, run: &Run) -> DbResult<bool> {
    Ok(run::last(conn)?.is_some_and(|last| last.id == run.id && last.filled_at.is_none()))
}

/// Until when an occasion is worth sending: the end of a day in Viet Nam.
fn useful_until(occasion: &Occasion) -> i64 {
    start_of(day_of(occasion.at)) + (i64::from(occasion.rule.useful_days) + 1) * DAY - 1
}

/// A text without words; none where the number was taken away since.
fn text(keys: &Keys, run: &Run, to: &Addressed) -> DbResult<Option<NewText>> {
    let Some(cipher) = &to.number_cipher else { return Ok(None) };
    let place = Place { table: "phone", row: to.person };
    let number = keys.open_text(place, cipher).map_err(|_| DbError::Corrupt("a number"))?;
    Ok(Some(NewText {
        kind: KIND,
        cause: run.id,
        // Whether anybody wants no reminders is asked of each of them: a number may be several people's, and not every
        // notice can be switched off.
        person_id: None,
        number,
        words: None,
        commune_id: to.commune_id,
        urgent: false,
        due_at: 0,
        not_after: Some(to.useful_until),
    }))
}

fn next_id(ids: &SharedIds, real_micros: i64) -> DbResult<i64> {
    Ok(ids.lock().map_err(|_| DbError::Stopped)?.next(real_micros / 1_000))
}
