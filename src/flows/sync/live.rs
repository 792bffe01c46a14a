//! Telling phones at once what changed: one look at the log per server, whose findings are handed to everybody who listens
//! and whose they are. Who cannot keep up, or listens anew, is told to pull.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, mpsc, watch};

use super::area::Area;
use super::cursor::Cursor;
use super::pull::{REPORTS, STATUS, Shown, ShownStatus};
use super::{SyncError, Syncing};
use crate::db::sync::{self, Document, Status};
use crate::db::{Conn, DbResult, device};
use crate::domain::ids::{PersonId, UnitId};
use crate::flows::authenticate::{Caller, MOST_UNITS, Who};

/// Connections that listen at a server.
const MOST: usize = 5_000;
/// Connections of one person or account: several phones, and those of a phone that went away without a word, which are found
/// to be dead within a minute.
const MOST_OF_ONE: usize = 6;
/// After how many seconds whoever found no room may come again.
const AGAIN: u32 = 60;
/// Messages that wait for a connection; whoever is slower is told to pull.
const WAITING: usize = 16;
/// Changes whose documents are looked up in one round; where there are more, who is concerned is told to pull.
const MOST_CHANGES: i64 = 500;

/// What is told.
#[derive(Debug, Clone)]
pub enum News {
    /// Pull: what is missing is not told here.
    Resync,
    /// Documents changed; the client stands at the cursor then.
    Reports(Vec<Shown>, String),
    /// Something became of pushed rows; the client stands at the cursor then.
    Statuses(Vec<ShownStatus>, String),
}

/// Who listens at this server; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Live {
    listeners: Arc<Mutex<Listeners>>,
    came: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Listeners {
    by_number: HashMap<u64, Listener>,
    /// The number of the last one that came.
    last: u64,
    /// Whether the server stops.
    stopped: bool,
}

#[derive(Debug)]
struct Listener {
    caller: Caller,
    area: Area,
    /// When the token ends that it came with, microseconds UTC, real time.
    until: i64,
    news: mpsc::Sender<News>,
    /// Whether something could not be handed over.
    behind: bool,
    /// Its other end hears of the end of this one, however much waits in between.
    _listens: watch::Sender<()>,
}

/// A connection that listens; it does so until it is dropped.
#[derive(Debug)]
pub struct Listening {
    live: Live,
    number: u64,
    news: mpsc::Receiver<News>,
    over: watch::Receiver<()>,
}

impl Listening {
    /// The next thing to tell; `None`: it is over, since the server stops, the token has ended or the caller's rights have
    /// changed. What was not told until then is not told any more.
    pub async fn next(&mut self) -> Option<News> {
        tokio::select! {
            biased;
            _ = self.over.changed() => None,
            news = self.news.recv() => news,
        }
    }

    /// Does `work`, unless it is over before that is done.
    pub async fn unless_over<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            _ = self.over.changed() => None,
            done = work => Some(done),
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.live.keep(|number, _| *number != self.number);
    }
}

/// Up to where the log was told.
#[derive(Debug, Clone, Copy, Default)]
pub struct Told(Option<(i64, i64)>);

impl Live {
    /// Told when somebody begins to listen.
    pub fn came(&self) -> &Notify {
        &self.came
    }

    /// Ends all connections, and takes no more: the server stops.
    pub fn close(&self) {
        self.lock().stopped = true;
        self.keep(|_, _| false);
    }

    /// Ends the connections whose tokens have ended at `now`, microseconds UTC, real time.
    pub fn end_lapsed(&self, now: i64) {
        self.keep(|_, listener| listener.until > now);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Listeners> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the connections of those who may not stay.
    fn keep(&self, may_stay: impl Fn(&u64, &Listener) -> bool) {
        let mut listeners = self.lock();
        listeners.by_number.retain(|number, listener| may_stay(number, listener));
        count(&listeners);
    }

    /// Adds somebody who listens, if there is room.
    fn add(&self, listener: Listener) -> Result<u64, SyncError> {
        let mut listeners = self.lock();
        listeners.room(&listener.caller)?;
        listeners.last += 1;
        let number = listeners.last;
        listeners.by_number.insert(number, listener);
        count(&listeners);
        Ok(number)
    }

    /// Tells everybody who is `concerned` to pull.
    fn resync(&self, concerned: impl Fn(&Listener) -> bool) {
        for listener in self.lock().by_number.values_mut().filter(|listener| concerned(listener)) {
            listener.tell(News::Resync);
        }
    }
}

impl Listeners {
    /// Whether there is room for another connection of `caller`.
    fn room(&self, caller: &Caller) -> Result<(), SyncError> {
        if self.stopped || self.by_number.len() >= MOST {
            return Err(SyncError::Full(AGAIN));
        }
        let own = self.by_number.values().filter(|other| other.caller.id() == caller.id()).count();
        if own >= MOST_OF_ONE { Err(SyncError::ListensTwice(AGAIN)) } else { Ok(()) }
    }
}

fn count(listeners: &Listeners) {
    metrics::gauge!("sync_listeners").set(u32::try_from(listeners.by_number.len()).unwrap_or(u32::MAX));
}

impl Listener {
    /// The device and its person, where it is one.
    fn device(&self) -> Option<(i64, PersonId)> {
        match self.caller.who {
            Who::Person { id, device } => Some((device, id)),
            Who::Account(_) => None,
        }
    }

    fn tell(&mut self, news: News) {
        // What is behind can only be told to pull: whatever follows would pass over what is missing.
        let news = if self.behind { News::Resync } else { news };
        self.behind = matches!(self.news.try_send(news), Err(mpsc::error::TrySendError::Full(_)));
    }

    /// The cursor of a client that was told everything up to `head`.
    fn cursor(&self, keys: &crate::crypto::Keys, head: (i64, i64), collection: &str) -> String {
        let mut cursor = Cursor::fresh(self.caller.id(), head.0);
        if collection == STATUS {
            cursor.own = head.1;
        } else {
            cursor.turn_to(&self.area);
            cursor.units.iter_mut().for_each(|unit| unit.place.after = head.1);
        }
        cursor.write(keys, collection)
    }

    fn is_concerned(&self, whose: &[i64]) -> bool {
        whose.contains(&self.caller.id())
            || self.area.communes().iter().any(|(_, commune)| whose.contains(commune))
    }
}

/// What happened since the last round.
enum Happened {
    /// So little that it is told.
    Little(Vec<Document>, Vec<Status>),
    /// So much that whoever is concerned must pull: communes and clients.
    Much(Vec<i64>),
}

impl Syncing {
    /// Listens to what changes in the caller's area, from now on and until the caller's token ends; the client pulls once it
    /// listens.
    pub async fn listen(&self, caller: &Caller, until: i64) -> Result<Listening, SyncError> {
        // Who finds no room costs no look at the database.
        self.live.lock().room(caller)?;
        let wanted = *caller;
        let area = self.db.read(move |conn| Area::of(conn, &wanted)).await??;
        let (news, receiver) = mpsc::channel(WAITING);
        let (listens, over) = watch::channel(());
        let listener = Listener { caller: *caller, area, until, news, behind: false, _listens: listens };
        let number = self.live.add(listener)?;
        self.live.came.notify_one();
        Ok(Listening { live: self.live.clone(), number, news: receiver, over })
    }

    /// Who listens at this server.
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// Looks once what changed since the last round and tells those who listen; whether anybody does.
    pub async fn tell_changes(&self, told: &mut Told) -> DbResult<bool> {
        if self.live.lock().by_number.is_empty() {
            *told = Told(None);
            return Ok(false);
        }
        metrics::counter!("sync_looks").increment(1);
        let before = told.0;
        let found = self.db.read_snapshot(move |conn| {
            let head = sync::head(conn)?;
            Ok((
                head,
                before
                    .filter(|told| told.0 == head.0)
                    .map(|told| happened(conn, told.1, head.1))
                    .transpose()?,
            ))
        });
        let (head, happened) = found.await?;
        *told = Told(Some(head));
        match happened {
            // Nobody looked for a while, or the log is another one.
            None => self.live.resync(|_| true),
            Some(Happened::Much(whose)) => {
                self.live.resync(|listener| listener.behind || listener.is_concerned(&whose))
            }
            Some(Happened::Little(documents, statuses)) => self.hand_out(head, &documents, &statuses)?,
        }
        Ok(true)
    }

    fn hand_out(&self, head: (i64, i64), documents: &[Document], statuses: &[Status]) -> DbResult<()> {
        let catalogue = &self.intake.context().rules.catalogue;
        for listener in self.live.lock().by_number.values_mut() {
            let own = documents
                .iter()
                .filter(|document| listener.area.holds(document.unit_id, document.commune_id));
            let own = own.map(|document| Shown::of(document, catalogue)).collect::<DbResult<Vec<Shown>>>()?;
            let client = listener.caller.id();
            let told: Vec<ShownStatus> = statuses
                .iter()
                .filter(|status| status.client == client)
                .cloned()
                .map(ShownStatus::from)
                .collect();
            if !own.is_empty() || listener.behind {
                let cursor = listener.cursor(&self.keys, head, REPORTS);
                listener.tell(News::Reports(own, cursor));
            }
            if !told.is_empty() {
                let cursor = listener.cursor(&self.keys, head, STATUS);
                listener.tell(News::Statuses(told, cursor));
            }
        }
        Ok(())
    }

    /// Ends the connections of those whose device was ended or whose units are not those that they listen to any more: they
    /// come again as who they are today.
    pub async fn end_changed(&self) -> DbResult<()> {
        let asked: HashMap<i64, PersonId> =
            self.live.lock().by_number.values().filter_map(Listener::device).collect();
        if asked.is_empty() {
            return Ok(());
        }
        let today = self.clock.today();
        let (devices, people): (Vec<i64>, Vec<PersonId>) = asked.iter().unzip();
        let found = self
            .db
            .read(move |conn| Ok((device::alive(conn, &devices)?, device::posts(conn, &people, today)?)));
        let (alive, posts) = found.await?;
        let mut units: HashMap<PersonId, Vec<UnitId>> = HashMap::new();
        for post in posts {
            let units = units.entry(post.person_id).or_default();
            // By code, as in the caller; two posts at a unit are one unit.
            if units.last() != Some(&post.unit_id) && units.len() < MOST_UNITS {
                units.push(post.unit_id);
            }
        }
        self.live.keep(|_, listener| {
            let Some((device, person)) = listener.device() else { return true };
            let today = units.get(&person).into_iter().flatten().copied();
            // Whoever came while this was looked up is looked at the next time.
            !asked.contains_key(&device) || (alive.contains(&device) && listener.caller.units().eq(today))
        });
        Ok(())
    }
}

fn happened(conn: &mut Conn, after: i64, until: i64) -> DbResult<Happened> {
    if until - after > MOST_CHANGES {
        return Ok(Happened::Much(sync::touched(conn, (after, until))?));
    }
    if until == after {
        return Ok(Happened::Little(Vec::new(), Vec::new()));
    }
    let mut documents = sync::changed(conn, (after, until))?;
    documents.sort_unstable_by_key(|document| document.number);
    let mut statuses = sync::told(conn, (after, until))?;
    statuses.sort_unstable_by_key(|status| status.number);
    Ok(Happened::Little(documents, statuses))
}
