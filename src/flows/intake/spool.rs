//! Texts that arrived while the database was away: appended to one encrypted, checksummed, bounded file, synced before
//! they are acknowledged, stored in order when the database is back.
//!
//! While the file holds anything, every newer text goes to it too, so that no text overtakes an older one.
//!
//! Layout: records of a length (4 bytes, big-endian), the first 8 bytes of the SHA-256 of the body, and the body, the
//! sealed JSON of a [`RawMessage`]. A text that fails again and again for a reason of its own goes to a file beside it. A torn record at the end was never acknowledged and is cut off at start. How far
//! the replay came is kept in memory only: a text stored twice is recognised by its dedupe key.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Mutex;

use super::{Context, IntakeError, RawMessage, Receipt};
use crate::crypto::{Place, random_bytes, sha256};

const HEADER: u64 = 12;
/// No text comes near this; a larger length is a torn or foreign file.
const MAX_BODY: u64 = 1 << 20;
const PLACE: Place = Place { table: "spool", row: 0 };

/// Why the spool cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The file cannot be opened, read or written.
    #[error("the spool {path} cannot be used: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another server writes to the file.
    #[error("the spool {path} belongs to another server that is running")]
    Taken {
        /// The file.
        path: PathBuf,
    },
}

/// Servers that may keep their spools in one folder.
const SERVERS: usize = 64;

/// The spool of one server.
#[derive(Debug)]
pub struct Spool {
    path: PathBuf,
    max_bytes: u64,
    waiting: AtomicBool,
    /// Whether the last text was refused, since the file was full or could not be written.
    refusing: AtomicBool,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    file: File,
    /// Where the oldest record begins that is not stored yet.
    begin: u64,
    /// Where the next record goes.
    end: u64,
    /// How often the oldest text failed for a reason of its own.
    failures: u32,
}

/// The oldest text that is not stored yet.
#[derive(Debug)]
pub(super) struct Oldest {
    /// The text; `None`: it cannot be read, by this server and its key.
    pub(super) raw: Option<RawMessage>,
    /// Where the next one begins.
    pub(super) next: u64,
}

/// Tries of a text that fails for a reason of its own, before it is set aside: some reasons pass.
const TRIES: u32 = 3;

impl Spool {
    /// Opens a spool in `folder` that no other running server writes to: one that a server left texts in, else the
    /// first that is free. Two servers in one folder would write over each other's texts.
    pub fn open_in(folder: &Path, max_bytes: u64) -> Result<Spool, SpoolError> {
        let mut free = None;
        for number in 1..=SERVERS {
            let name = if number == 1 { "texts".to_owned() } else { format!("texts-{number}") };
            let path = folder.join(name);
            if free.is_some() && !path.exists() {
                continue;
            }
            match Spool::open(&path, max_bytes) {
                Err(SpoolError::Taken { .. }) => {}
                Ok(spool) if spool.is_waiting() => return Ok(spool),
                opened => {
                    free.get_or_insert(opened?);
                }
            }
        }
        free.ok_or_else(|| SpoolError::Taken { path: folder.to_owned() })
    }

    /// Opens the file, making it where there is none, and cuts off a torn end. The file is locked while it is open.
    pub fn open(path: &Path, max_bytes: u64) -> Result<Spool, SpoolError> {
        let failed = |source| SpoolError::Io { path: path.to_owned(), source };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(SpoolError::Taken { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let end = whole_length(&mut file).map_err(failed)?;
        if end < file.metadata().map_err(failed)?.len() {
            // Almost always a text that was never acknowledged; kept beside in case the disk hurt older ones.
            std::fs::copy(path, path.with_extension("torn")).map_err(failed)?;
            tracing::warn!(path = %path.display(), "the end of the spool was torn; the file was copied beside");
            file.set_len(end).map_err(failed)?;
        }
        let state = State { file, begin: 0, end, failures: 0 };
        Ok(Spool {
            path: path.to_owned(),
            max_bytes,
            waiting: AtomicBool::new(end > 0),
            refusing: AtomicBool::new(end >= max_bytes),
            state: Arc::new(Mutex::new(state)),
        })
    }

    /// Whether texts wait to be stored.
    pub fn is_waiting(&self) -> bool {
        self.waiting.load(Ordering::Acquire)
    }

    /// Whether it took the last text that came.
    pub fn has_room(&self) -> bool {
        !self.refusing.load(Ordering::Acquire)
    }

    /// Appends a text and syncs; refuses when the file is full.
    pub(super) async fn keep(&self, context: &Context, mut raw: RawMessage) -> Result<Receipt, IntakeError> {
        if raw.dedupe_key.is_none() {
            // Replay may store it twice unless it has some key.
            raw.dedupe_key = Some(format!("spool {:x?}", random_bytes::<16>()?));
        }
        let json = serde_json::to_vec(&raw).map_err(|_| IntakeError::Unavailable)?;
        let record = record(&context.keys.seal(PLACE, &json)?)?;
        let mut state = Arc::clone(&self.state).lock_owned().await;
        if state.end.saturating_add(len(&record)) > self.max_bytes {
            self.refusing.store(true, Ordering::Release);
            return Err(IntakeError::Unavailable);
        }
        let appended = tokio::task::spawn_blocking(move || append(&mut state, &record)).await;
        self.refusing.store(!matches!(appended, Ok(Ok(()))), Ordering::Release);
        match appended {
            Ok(Ok(())) => {
                self.waiting.store(true, Ordering::Release);
                Ok(Receipt::Spooled)
            }
            Ok(Err(error)) => Err(self.failed(&error)),
            Err(_) => Err(IntakeError::Unavailable),
        }
    }

    /// The oldest text that is not stored yet.
    pub(super) async fn first(&self, context: &Context) -> Result<Option<Oldest>, IntakeError> {
        let mut state = self.state.lock().await;
        if state.begin >= state.end {
            return Ok(None);
        }
        let begin = state.begin;
        let body = read_record(&mut state.file, begin).map_err(|error| self.failed(&error))?;
        let Some(body) = body else { return Err(IntakeError::Unavailable) };
        let json = context.keys.open(PLACE, &body).ok();
        let raw = json.and_then(|json| serde_json::from_slice(&json).ok());
        Ok(Some(Oldest { raw, next: begin + HEADER + len(&body) }))
    }

    /// The oldest text, which ends before `next`, failed for a reason of its own. After a few tries it goes to a file of
    /// its own beside the spool, so that it does not hold up the others; whether it did.
    pub(super) async fn failed_by_itself(&self, next: u64) -> Result<bool, IntakeError> {
        let mut state = self.state.lock().await;
        state.failures += 1;
        if state.failures < TRIES {
            return Ok(false);
        }
        let aside = self.path.with_extension("aside");
        let (begin, length) = (state.begin, next.saturating_sub(state.begin));
        copy_record(&mut state.file, (begin, length), &aside).map_err(|error| self.failed(&error))?;
        drop(state);
        metrics::counter!("spool_texts_set_aside_total").increment(1);
        tracing::error!(path = %aside.display(), "a text of the spool cannot be stored and was set aside");
        self.advance(next).await?;
        Ok(true)
    }

    /// Forgets everything before `next`; an emptied file is cut to nothing.
    pub(super) async fn advance(&self, next: u64) -> Result<(), IntakeError> {
        let mut state = self.state.lock().await;
        state.begin = next;
        state.failures = 0;
        if state.begin >= state.end {
            state
                .file
                .set_len(0)
                .and_then(|()| state.file.sync_all())
                .map_err(|error| self.failed(&error))?;
            (state.begin, state.end) = (0, 0);
            self.waiting.store(false, Ordering::Release);
            self.refusing.store(false, Ordering::Release);
        }
        Ok(())
    }

    fn failed(&self, error: &io::Error) -> IntakeError {
        tracing::error!(%error, path = %self.path.display(), "the spool cannot be used");
        IntakeError::Unavailable
    }
}

fn len(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn record(body: &[u8]) -> Result<Vec<u8>, IntakeError> {
    let length = u32::try_from(body.len()).map_err(|_| IntakeError::Unavailable)?;
    Ok([&length.to_be_bytes()[..], checksum(body).as_slice(), body].concat())
}

fn checksum(body: &[u8]) -> Vec<u8> {
    sha256(&[body]).into_iter().take(8).collect()
}

/// Appends and syncs; a failed append leaves the end where it was, so that the next one overwrites it.
fn append(state: &mut State, record: &[u8]) -> io::Result<()> {
    state.file.seek(SeekFrom::Start(state.end))?;
    state.file.write_all(record)?;
    state.file.sync_data()?;
    state.end += len(record);
    Ok(())
}

/// Appends a record of the spool to the file `aside`, and syncs.
fn copy_record(file: &mut File, (begin, length): (u64, u64), aside: &Path) -> io::Result<()> {
    file.seek(SeekFrom::Start(begin))?;
    let mut record = Vec::new();
    file.take(length).read_to_end(&mut record)?;
    let mut aside = OpenOptions::new().create(true).append(true).open(aside)?;
    aside.write_all(&record)?;
    aside.sync_all()
}

/// The body of the record at `begin`; `None` where no whole record stands.
fn read_record(file: &mut File, begin: u64) -> io::Result<Option<Vec<u8>>> {
    file.seek(SeekFrom::Start(begin))?;
    let mut header = Vec::new();
    file.take(HEADER).read_to_end(&mut header)?;
    let Some((length, sum)) = header.split_first_chunk::<4>() else { return Ok(None) };
    let length = u64::from(u32::from_be_bytes(*length));
    if len(&header) < HEADER || length > MAX_BODY {
        return Ok(None);
    }
    let mut body = Vec::new();
    file.take(length).read_to_end(&mut body)?;
    Ok((len(&body) == length && checksum(&body) == sum).then_some(body))
}

/// How far the file holds whole records.
fn whole_length(file: &mut File) -> io::Result<u64> {
    let mut end = 0;
    while let Some(body) = read_record(file, end)? {
        end += HEADER + len(&body);
    }
    Ok(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_end_is_cut_off_and_whole_records_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spool/texts");
        drop(Spool::open(&path, 1_000).unwrap());
        let whole = record(b"one").unwrap();
        let torn = &record(b"two").unwrap()[..14];
        std::fs::write(&path, [&whole[..], torn].concat()).unwrap();
        let spool = Spool::open(&path, 1_000).unwrap();
        assert!(spool.is_waiting());
        assert_eq!(std::fs::metadata(&path).unwrap().len(), len(&whole));
        assert_eq!(std::fs::metadata(path.with_extension("torn")).unwrap().len(), len(&whole) + 14);
    }

    #[test]
    fn servers_in_one_folder_have_a_spool_each_and_one_that_was_left_is_taken_up() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Spool::open_in(folder.path(), 1_000).unwrap();
        let (first, second) = (open(), open());
        assert_ne!(first.path, second.path);
        let path = second.path.clone();
        assert!(matches!(Spool::open(&path, 1_000), Err(SpoolError::Taken { .. })));
        drop((first, second));
        std::fs::write(&path, record(b"left by the second").unwrap()).unwrap();
        let next = open();
        assert_eq!((&next.path, next.is_waiting()), (&path, true));
        assert!(!open().is_waiting());
    }

    #[test]
    fn a_file_of_something_else_is_no_spool() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("texts");
        std::fs::write(&path, [0xff; 64]).unwrap();
        assert!(!Spool::open(&path, 1_000).unwrap().is_waiting());
    }
}
