//! The way in: a text or submission is read, handed to its line, and answered when it is on disk.

use std::sync::Arc;

use futures_util::future::join_all;
use tokio::task::JoinHandle;

use super::line::Line;
use super::prepare::PreparedText;
use super::spool::{Oldest, Spool};
use super::{
    Context, IntakeError, Item, NewRow, NewSubmission, Outcome, RawMessage, Receipt, RowReceipt,
    SubmissionReceipt,
};
use crate::db::{Db, DbError, Target};

/// The way in for texts and submissions; cheap to clone.
#[derive(Clone, Debug)]
pub struct Intake {
    pub(super) context: Arc<Context>,
    pub(super) db: Db,
    lines: Arc<Vec<Arc<Line>>>,
    spool: Arc<Spool>,
}

impl Intake {
    /// Opens the way in, with a line of at most `capacity` items for each writer (one on SQLite, two on PostgreSQL). The
    /// handles end when the last clone of the way in is dropped and all that was handed over is written.
    pub fn start(
        db: &Db,
        context: Arc<Context>,
        spool: Spool,
        capacity: usize,
    ) -> (Intake, Vec<JoinHandle<()>>) {
        let writers = match db.target() {
            Target::Sqlite(_) => 1,
            Target::Postgres(_) => 2,
        };
        let (mut lines, mut handles) = (Vec::new(), Vec::new());
        for _ in 0..writers {
            let (line, ended) = Line::new(db.clone(), Arc::clone(&context), capacity);
            lines.push(line);
            handles.push(tokio::spawn(ended));
        }
        (Intake { context, db: db.clone(), lines: Arc::new(lines), spool: Arc::new(spool) }, handles)
    }

    /// What it works with, to be kept.
    pub fn shared_context(&self) -> Arc<Context> {
        Arc::clone(&self.context)
    }

    /// Takes a text; it is on disk when this answers `Ok`.
    pub async fn receive(&self, raw: RawMessage) -> Result<Receipt, IntakeError> {
        if self.spool.is_waiting() {
            return self.spool.keep(&self.context, raw).await;
        }
        match self.take(raw.clone()).await {
            Err(IntakeError::Db(DbError::Unavailable(reason))) => {
                tracing::warn!(reason, "the database is away; texts go to the spool");
                self.spool.keep(&self.context, raw).await
            }
            other => other,
        }
    }

    /// Stores a text, or a part of one.
    async fn take(&self, raw: RawMessage) -> Result<Receipt, IntakeError> {
        match raw.part {
            Some(part) => self.join(raw, part).await,
            None => self.store(Arc::new(PreparedText::new(&self.context, raw)?)).await,
        }
    }

    /// Takes a submission; it is on disk when this answers `Ok`.
    pub async fn submit(&self, submission: NewSubmission) -> Result<SubmissionReceipt, IntakeError> {
        let line = line_number(&submission.report.unit.to_be_bytes());
        match self.hand_over(line, Item::Submission(Arc::new(submission))).await? {
            Outcome::Submission(receipt) => Ok(receipt),
            Outcome::Text(_) | Outcome::Row(_) => Err(IntakeError::Unavailable),
        }
    }

    /// Takes rows that a client of sync pushed, in their order; all of them are on disk when this answers `Ok`. Of those of
    /// an `Err` some may be: a row that comes again is known.
    pub async fn push(&self, rows: Vec<NewRow>) -> Result<Vec<RowReceipt>, IntakeError> {
        let handed_over = rows.into_iter().map(|row| {
            let line = line_number(&row.submission.report.unit.to_be_bytes());
            self.hand_over(line, Item::Row(Arc::new(row)))
        });
        let outcomes = join_all(handed_over).await;
        outcomes
            .into_iter()
            .map(|outcome| match outcome? {
                Outcome::Row(receipt) => Ok(receipt),
                Outcome::Text(_) | Outcome::Submission(_) => Err(IntakeError::Unavailable),
            })
            .collect()
    }

    /// Stores the texts of the spool, oldest first, as long as the database takes them; one that it refuses for a reason
    /// of its own is set aside after a few tries. Answers how many it stored.
    pub async fn replay_spool(&self) -> Result<usize, IntakeError> {
        let mut stored = 0;
        while let Some(Oldest { raw, next }) = self.spool.first(&self.context).await? {
            let taken = match raw {
                Some(raw) => self.take(raw).await.map(drop),
                None => Err(IntakeError::Db(DbError::Corrupt("a text of the spool"))),
            };
            match taken {
                Ok(()) => {
                    self.spool.advance(next).await?;
                    stored += 1;
                }
                Err(error) if is_its_own(&error) => {
                    if !self.spool.failed_by_itself(next).await? {
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(stored)
    }

    /// Whether texts wait in the spool for the database.
    pub fn is_degraded(&self) -> bool {
        self.spool.is_waiting()
    }

    /// Whether texts can be taken although the database is away.
    pub fn can_spool(&self) -> bool {
        self.spool.has_room()
    }

    /// What intake works with.
    pub fn context(&self) -> &Context {
        &self.context
    }

    pub(super) async fn store(&self, text: Arc<PreparedText>) -> Result<Receipt, IntakeError> {
        let line = line_number(&text.sender_index);
        match self.hand_over(line, Item::Text(text)).await? {
            Outcome::Text(receipt) => Ok(receipt),
            Outcome::Submission(_) | Outcome::Row(_) => Err(IntakeError::Unavailable),
        }
    }

    async fn hand_over(&self, line: usize, item: Item) -> Result<Outcome, IntakeError> {
        let line = self.lines.get(line % self.lines.len().max(1)).ok_or(IntakeError::Unavailable)?;
        line.hand_over(item)?.await.map_err(|_| IntakeError::Unavailable)?
    }
}

/// Whether a text failed for a reason that others need not share.
fn is_its_own(error: &IntakeError) -> bool {
    matches!(error, IntakeError::Crypto(_) | IntakeError::Db(DbError::Query(_) | DbError::Corrupt(_)))
}

/// One sender's texts keep their order by always taking the same line.
fn line_number(key: &[u8]) -> usize {
    key.last().copied().map_or(0, usize::from)
}
