//! Sending what is in the outbox: claim, send outside of any transaction, mark.
//!
//! A [`Pump`] moves the texts of one gateway. It `claim`s what is due under a lease, if the route is open and the pace
//! allows it, after asking of texts that the server started by itself whether they should go (`started`); sends them
//! side by side; and `mark`s each as soon as its answer is there, which also tells how the route is. A route that
//! cannot send is paused, and others take its texts over (`hand_over`); [`watch`] tells the administrators.
//!
//! Time is passed in. Leases, pauses and the pace use the database server's time, so that servers whose clocks are apart
//! agree; hours, holidays, months and staleness use domain time.

mod attempt;
mod claim;
pub mod costs;
mod fetch;
mod hand_over;
mod mark;
pub mod overview;
mod plan;
mod receipt;
mod started;
pub mod watch;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::Datelike;
use tokio::task::JoinSet;

pub use hand_over::HandOver;
pub use plan::{NewText, Planner};
pub use receipt::take_delivery;
pub use started::{Cause, Causes, Composed, Due};

use crate::clock::{Clock, day_in_vietnam};
use crate::crypto::Keys;
use crate::db::outbox::Leased;
use crate::db::{Db, DbResult, SharedIds, route};
use crate::domain::calendar::CivilCalendar;
use crate::domain::outbound::route::Pauses;
use crate::sms::Gateway;
use attempt::Attempt;

/// How texts are sent.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// Texts that are handed over at the same time.
    pub workers: usize,
    /// How long a lease lasts, microseconds.
    pub lease: i64,
    /// How often a text is tried.
    pub max_tries: i32,
    /// The pauses between tries, of texts and of paused routes.
    pub pauses: Pauses,
}

/// By what texts go that the server starts by itself.
#[derive(Debug)]
pub struct SendingRules {
    /// The hours and days at which people may be texted.
    pub calendar: CivilCalendar,
    /// What stands behind texts, by their kind.
    pub causes: Causes,
    /// What all of them together may cost in a month, đồng; `None`: anything.
    pub monthly_budget: Option<i64>,
}

/// A moment, by the clocks that matter; microseconds UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The database server's time: leases, pauses, pace.
    pub real: i64,
    /// Domain time: hours, holidays, months, deadlines.
    pub domain: i64,
}

impl Moment {
    /// The month in Viet Nam, YYYYMM.
    pub fn month(self) -> i32 {
        let day = day_in_vietnam(self.domain);
        day.year() * 100 + i32::try_from(day.month()).unwrap_or(0)
    }
}

/// The database server's time as this server knows it; cheap to clone and shared.
#[derive(Debug, Clone, Default)]
pub struct ServerTime {
    ahead: Arc<AtomicI64>,
}

impl ServerTime {
    /// What time it is.
    pub fn now(&self, clock: Clock) -> Moment {
        let real = clock.real_micros().saturating_add(self.ahead.load(Ordering::Relaxed));
        Moment { real, domain: clock.now_micros() }
    }

    /// Asks the database how far this server's clock is behind its own.
    pub async fn refresh(&self, db: &Db, clock: Clock) -> DbResult<()> {
        let before = clock.real_micros();
        if let Some(time) = db.read(route::server_time).await? {
            // It was read at some moment between asking and hearing the answer.
            let asked = before.midpoint(clock.real_micros());
            self.ahead.store(time.saturating_sub(asked), Ordering::Relaxed);
        }
        Ok(())
    }
}

/// Who sends: one per server and gateway.
#[derive(Debug, Clone)]
pub struct Sender {
    /// Where the outbox is.
    pub db: Db,
    /// Keys of phones and texts.
    pub keys: Arc<Keys>,
    /// Where ids come from.
    pub ids: SharedIds,
    /// What time it is.
    pub clock: Clock,
    /// What time it is for the database.
    pub time: ServerTime,
    /// The gateway.
    pub gateway: Arc<Gateway>,
    /// How texts are sent.
    pub policy: Policy,
    /// By what texts go that the server starts by itself.
    pub rules: Arc<SendingRules>,
    /// A number that no other sender has.
    pub holder: i64,
}

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Texts that were tried.
    pub texts: usize,
    /// SMS parts of the texts that went.
    pub parts: i64,
    /// Texts that were not tried because they never go, or later.
    pub settled: usize,
}

impl Sender {
    /// What time it is.
    pub fn now(&self) -> Moment {
        self.time.now(self.clock)
    }

    /// Sends what is due, at most one text per worker, side by side, and waits for the answers.
    pub async fn send_due(&self) -> DbResult<Round> {
        self.send_due_at(self.now()).await
    }

    /// Does that at `now`.
    pub async fn send_due_at(&self, now: Moment) -> DbResult<Round> {
        let mut pump = Pump::new(self.clone());
        let started = pump.start_due(now).await?;
        let mut round = Round { texts: started.texts, parts: 0, settled: started.settled };
        let mut marked = Ok(());
        while !pump.is_idle() {
            pump.answered().await;
            match pump.mark_answered(now).await {
                Ok(parts) => round.parts += parts,
                Err(error) => marked = marked.and(Err(error)),
            }
        }
        marked.map(|()| round)
    }
}

/// What was started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Started {
    /// Texts that are being sent.
    pub texts: usize,
    /// Texts that never go, or later.
    pub settled: usize,
    /// Whether more may be due at once.
    pub more: bool,
    /// When there may be something to do again, by the database server's time, if that is known.
    pub again_at: Option<i64>,
}

/// Moves the texts of one gateway: as many at a time as there are workers, each marked when its answer is there.
#[derive(Debug)]
pub struct Pump {
    sender: Sender,
    sending: JoinSet<Attempt>,
    /// The texts that are being sent, by id.
    held: HashMap<i64, Leased>,
    /// Answers that are not marked yet.
    answers: Vec<Attempt>,
}

impl Pump {
    /// A pump for `sender` that moves nothing yet.
    pub fn new(sender: Sender) -> Self {
        Pump { sender, sending: JoinSet::new(), held: HashMap::new(), answers: Vec::new() }
    }

    /// For whom it works.
    pub fn sender(&self) -> &Sender {
        &self.sender
    }

    /// Whether no text is being sent or waits to be marked.
    pub fn is_idle(&self) -> bool {
        self.sending.is_empty() && self.answers.is_empty()
    }

    /// Starts to send what may go at `now`, as far as workers are free.
    pub async fn start_due(&mut self, now: Moment) -> DbResult<Started> {
        let free = self.sender.policy.workers.saturating_sub(self.held.len());
        if free == 0 {
            return Ok(Started::default());
        }
        let claimed = self.sender.claim(now, free).await?;
        let texts = claimed.ready.len();
        for text in claimed.ready {
            self.held.insert(text.id, text.clone());
            let (sender, probing) = (self.sender.clone(), claimed.probing);
            self.sending.spawn(async move { sender.attempt(now, text, probing).await });
        }
        let more = claimed.settled > 0 && texts < free;
        Ok(Started { texts, settled: claimed.settled, more, again_at: claimed.again_at })
    }

    /// Waits until an answer is there, if any text is being sent. Nothing is lost when the waiting is given up.
    pub async fn answered(&mut self) {
        if self.answers.is_empty()
            && let Some(first) = self.sending.join_next().await
        {
            self.answers.extend(first.ok());
        }
        self.answered_already();
        if self.sending.is_empty() && self.answers.is_empty() {
            // A task that panicked leaves its text leased; the lease runs out and the text counts as interrupted.
            self.held.clear();
        }
    }

    fn answered_already(&mut self) {
        while let Some(next) = self.sending.try_join_next() {
            self.answers.extend(next.ok());
        }
    }

    /// Marks what was answered; the SMS parts that went.
    pub async fn mark_answered(&mut self, now: Moment) -> DbResult<i64> {
        let answers = std::mem::take(&mut self.answers);
        for answer in &answers {
            self.held.remove(&answer.text.id);
        }
        if answers.is_empty() { Ok(0) } else { self.sender.mark(now, answers).await }
    }

    /// Gives up on answers that are not there: the server stops, and they must not be waited for. Where the gateway
    /// sends a text once however often it comes, the text goes again; else nobody knows whether it went.
    pub async fn give_up(&mut self, now: Moment) -> DbResult<()> {
        self.answered_already();
        self.mark_answered(now).await?;
        self.sending.abort_all();
        let held: Vec<Leased> = self.held.drain().map(|(_, text)| text).collect();
        let given_up: Vec<Attempt> =
            held.into_iter().map(|text| self.sender.interrupted(now, text)).collect();
        if given_up.is_empty() { Ok(()) } else { self.sender.mark(now, given_up).await.map(drop) }
    }
}
