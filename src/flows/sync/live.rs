//! Telling phones at once what changed: one look at the log per server, whose findings are handed to everybody who listens
//! and whose they are. Who cannot keep up, or listens anew, is told to pull.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, mpsc, watch};

use super::area::Area;
use super::cursor::Cursor;
use super::pull::{REPORTS, STATUS, Shown, ShownStatus};
use super::{SyncError, Syncing};
use crate::db::sync::{self, Document, Status};
use crate::db::{Conn, DbResult, device};
use crate::domain::ids::{PersonId, UnitId};
use crate::flows::authenticate::{Caller, Who};

/// Connections that listen at a server.
const MOST: usize = 5_000;
/// Connections of one person or account.
const MOST_OF_ONE: usize = 6;
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
#[derive(Debug, Clone)]
pub struct Live {
    listeners: Arc<Mutex<HashMap<u64, Listener>>>,
    numbers: Arc<AtomicU64>,
    came: Arc<Notify>,
    closing: Arc<watch::Sender<bool>>,
}

impl Default for Live {
    fn default() -> Self {
        let closing = Arc::new(watch::Sender::new(false));
        Live { listeners: Arc::default(), numbers: Arc::default(), came: Arc::default(), closing }
    }
}

#[derive(Debug)]
struct Listener {
    caller: Caller,
    area: Area,
    news: mpsc::Sender<News>,
    /// Whether something could not be handed over.
    behind: bool,
}

/// A connection that listens; it does so until it is dropped.
#[derive(Debug)]
pub struct Listening {
    live: Live,
    number: u64,
    news: mpsc::Receiver<News>,
    closing: watch::Receiver<bool>,
}

impl Listening {
    /// The next thing to tell; `None`: it is over, since the server stops or the caller's rights have changed.
    pub async fn next(&mut self) -> Option<News> {
        tokio::select! {
            news = self.news.recv() => news,
            _ = self.closing.wait_for(|closing| *closing) => None,
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.live.lock().remove(&self.number);
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

    /// Ends all connections: the server stops.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Listener>> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells everybody who is `concerned` to pull.
    fn resync(&self, concerned: impl Fn(&Listener) -> bool) {
        for listener in self.lock().values_mut().filter(|listener| concerned(listener)) {
            listener.tell(News::Resync);
        }
    }
}

impl Listener {
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
    /// Listens to what changes in the caller's area, from now on; the client pulls once it listens.
    pub async fn listen(&self, caller: &Caller) -> Result<Listening, SyncError> {
        let wanted = *caller;
        let area = self.db.read(move |conn| Area::of(conn, &wanted)).await??;
        let (news, receiver) = mpsc::channel(WAITING);
        let number = self.live.numbers.fetch_add(1, Ordering::Relaxed);
        let mut listeners = self.live.lock();
        let own = listeners.values().filter(|other| other.caller.id() == caller.id()).count();
        if listeners.len() >= MOST || own >= MOST_OF_ONE {
            return Err(SyncError::TooMany(60));
        }
        listeners.insert(number, Listener { caller: *caller, area, news, behind: false });
        drop(listeners);
        self.live.came.notify_one();
        let closing = self.live.closing.subscribe();
        Ok(Listening { live: self.live.clone(), number, news: receiver, closing })
    }

    /// Who listens at this server.
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// Looks once what changed since the last round and tells those who listen; whether anybody does.
    pub async fn tell_changes(&self, told: &mut Told) -> DbResult<bool> {
        if self.live.lock().is_empty() {
            *told = Told(None);
            return Ok(false);
        }
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
        for listener in self.live.lock().values_mut() {
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
        let (mut people, mut devices) = (Vec::new(), Vec::new());
        for listener in self.live.lock().values() {
            if let Who::Person { id, device } = listener.caller.who {
                people.push(id);
                devices.push(device);
            }
        }
        if people.is_empty() {
            return Ok(());
        }
        let today = self.clock.today();
        let found = self
            .db
            .read(move |conn| Ok((device::alive(conn, &devices)?, device::posts(conn, &people, today)?)));
        let (alive, posts) = found.await?;
        let mut units: HashMap<PersonId, Vec<UnitId>> = HashMap::new();
        for post in posts {
            units.entry(post.person_id).or_default().push(post.unit_id);
        }
        self.live.lock().retain(|_, listener| match listener.caller.who {
            Who::Person { id, device } => {
                let today = units.get(&id).map_or(&[][..], Vec::as_slice);
                alive.contains(&device)
                    && listener.caller.units().all(|unit| today.contains(&unit))
                    && today.iter().all(|unit| listener.caller.owns(*unit))
            }
            Who::Account(_) => true,
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
