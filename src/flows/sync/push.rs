//! Taking edits. A row that cannot be taken holds up no other: it is kept as it came, and its client is told.

use std::collections::{BTreeSet, HashMap};
use std::sync::PoisonError;

use serde_json::{Value, json};

use super::area::Area;
use super::pull::Shown;
use super::{SyncError, Syncing};
use crate::crypto::{Digest, Place, hex, sha256};
use crate::db::insert::Inserts;
use crate::db::log::{self, NewAudit, NewChange};
use crate::db::sync::{self, Document, NewOutcome, NewQuarantined};
use crate::db::unit::Unit;
use crate::db::{Conn, DbError, DbResult, person};
use crate::domain::access::Action;
use crate::domain::ids::PersonId;
use crate::domain::intake::{Figures, Submission, SubmissionKind};
use crate::domain::sync::{State, key, month_id, named_version};
use crate::flows::authenticate::Caller;
use crate::flows::intake::{Assumed, NewRow, NewSubmission, RowReceipt};
use crate::flows::permit::permit;

/// Bytes of a row that are kept where it cannot be taken.
pub const MOST_KEPT: usize = 16 * 1024;
/// Rows of one client that are kept.
const MOST_ROWS: i64 = 1_000;

/// A row as a client pushed it.
#[derive(Debug, Clone)]
pub struct Row {
    /// As it came, JSON.
    pub raw: String,
    /// What it says.
    pub checked: Result<Checked, Wrong>,
}

/// What a row says, in the program's own types.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The document.
    pub document: String,
    /// The revision.
    pub rev: String,
    /// The code of the unit.
    pub unit: String,
    /// What it covers.
    pub kind: SubmissionKind,
    /// What it states.
    pub values: Figures,
    /// Whether the rest is nothing.
    pub rest_zero: bool,
    /// A note for the officers.
    pub note: Option<String>,
    /// Whether the person insists.
    pub confirmed: bool,
    /// Whether the client deleted it.
    pub deleted: bool,
    /// What the client takes for the server's state.
    pub assumed: Option<Assumed>,
    /// Revisions that it grew from and whose fate the client does not know.
    pub before: Vec<String>,
    /// Digest of its content.
    pub digest: Digest,
}

/// Why a row cannot be taken.
#[derive(Debug, Clone)]
pub struct Wrong {
    /// The revision, where it can be told.
    pub rev: Option<String>,
    /// The document, where it can be told.
    pub document: Option<String>,
    /// A stable name of what is wrong.
    pub code: String,
    /// What is wrong with single fields, as JSON.
    pub errors: Value,
}

/// What comes of a push.
#[derive(Debug, Clone)]
pub struct Pushed {
    /// The documents with which the client is to go on, each as the server has it.
    pub masters: Vec<Shown>,
}

/// What is looked up for a push.
struct Ground {
    units: HashMap<String, Unit>,
    /// How many rows of the caller are kept.
    kept: i64,
    /// Whether the caller is practising.
    practice: bool,
}

impl Syncing {
    /// Takes rows in their order. All of them are on disk when this answers `Ok`: as reports, or as rows that are kept.
    pub async fn push(&self, caller: &Caller, rows: Vec<Row>) -> Result<Pushed, SyncError> {
        self.limit(caller, rows.len())?;
        let ground = self.ground(caller).await?;
        let (mut wrong, mut deleted, mut taken) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            match self.placed(caller, &ground, &row) {
                Ok((checked, unit)) if checked.deleted => {
                    deleted.push((unit.id, checked.clone()));
                    wrong.push((row.raw, wrong_with(&checked, "cannot_delete")));
                }
                Ok((checked, unit)) => {
                    taken.push((row.raw, checked.clone(), self.new_row(caller, checked, &unit)))
                }
                Err(why) => wrong.push((row.raw, why)),
            }
        }
        let receipts = self.intake.push(taken.iter().map(|(.., row)| row.clone()).collect()).await?;
        let mut masters = BTreeSet::new();
        for ((raw, checked, _), receipt) in taken.into_iter().zip(receipts) {
            masters.extend(master(&receipt));
            if receipt.state == State::Quarantined {
                wrong.push((raw, wrong_with(&checked, receipt.code.unwrap_or("refused"))));
            }
        }
        self.quarantine(caller, &ground, wrong).await?;
        self.masters(masters.into_iter().collect(), deleted).await
    }

    fn limit(&self, caller: &Caller, rows: usize) -> Result<(), SyncError> {
        let mut limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        limits.count(caller.id(), rows, self.clock.real_micros()).map_err(SyncError::TooMany)
    }

    async fn ground(&self, caller: &Caller) -> Result<Ground, SyncError> {
        let (caller, today) = (*caller, self.clock.today());
        let found = self.db.read(move |conn| {
            let area = match Area::of(conn, &caller)? {
                Ok(area) => area,
                Err(forbidden) => return Ok(Err(forbidden)),
            };
            let units = area.reporting(conn, today)?;
            let units = units.into_iter().map(|unit| (unit.code.clone(), unit)).collect();
            let people: Vec<PersonId> = caller.person_id().into_iter().collect();
            let practice = !person::practising(conn, &people)?.is_empty();
            Ok(Ok(Ground { units, kept: sync::quarantined(conn, caller.id())?, practice }))
        });
        Ok(found.await??)
    }

    /// What a row says and the unit that it is about, if the caller may report that.
    fn placed(&self, caller: &Caller, ground: &Ground, row: &Row) -> Result<(Checked, Unit), Wrong> {
        let checked = row.checked.clone()?;
        let unit = ground.units.get(&checked.unit).ok_or_else(|| wrong_with(&checked, "not_your_unit"))?;
        if !matches!(unit.kind.as_str(), "hamlet" | "commune") {
            return Err(wrong_with(&checked, "cannot_report"));
        }
        permit(caller, Action::SubmitReport, unit).map_err(|_| wrong_with(&checked, "not_your_unit"))?;
        match checked.kind {
            SubmissionKind::Month(period) if checked.document != month_id(&unit.code, period) => {
                Err(wrong_with(&checked, "bad_id"))
            }
            _ => Ok((checked, unit.clone())),
        }
    }

    fn new_row(&self, caller: &Caller, checked: Checked, unit: &Unit) -> NewRow {
        let is_incident = matches!(checked.kind, SubmissionKind::Incident(_));
        let submission = NewSubmission {
            client_id: key(&checked.document, &checked.rev, is_incident),
            content_digest: checked.digest,
            report: Submission {
                unit: unit.id,
                kind: checked.kind,
                values: checked.values,
                rest_zero: checked.rest_zero,
                base_version: None,
                base_values: Figures::new(),
                confirmed: checked.confirmed,
                author: caller.person_id(),
                replaces: None,
            },
            note: checked.note,
            source: caller.source(),
            account_id: caller.account_id(),
            received_at: self.clock.now_micros(),
        };
        NewRow {
            submission,
            client: caller.id(),
            unit: unit.code.clone(),
            document: checked.document,
            rev: checked.rev,
            assumed: checked.assumed,
            before: checked.before,
        }
    }

    /// Keeps rows that cannot be taken, and what their client is told.
    async fn quarantine(
        &self,
        caller: &Caller,
        ground: &Ground,
        rows: Vec<(String, Wrong)>,
    ) -> Result<(), SyncError> {
        if rows.is_empty() {
            return Ok(());
        }
        let (at, now) = (self.clock.now_micros(), self.clock.real_micros());
        let mut made = Vec::new();
        for (number, (raw, wrong)) in (ground.kept..).zip(rows) {
            let (outcome_id, id) = (self.next_id(now)?, self.next_id(now)?);
            let (client, digest) = (caller.id(), sha256(&[raw.as_bytes()]));
            let outcome = outcome(client, (outcome_id, at), &wrong, digest);
            let part = raw.as_bytes().get(..MOST_KEPT).unwrap_or(raw.as_bytes());
            let place = Place { table: "sync_quarantine", row: id };
            let content_cipher = self.keys.seal(place, part)?;
            let length = i32::try_from(raw.len()).unwrap_or(i32::MAX);
            let row = NewQuarantined {
                id,
                client,
                outcome: outcome_id,
                content_cipher,
                length,
                why: wrong.code,
                device: caller.device(),
                practice: ground.practice,
                at,
            };
            made.push((outcome, (number < MOST_ROWS).then_some(row), digest));
        }
        let actor = caller.actor();
        let write = move |conn: &mut Conn| keep(conn, (&actor, now), &made);
        Ok(self.db.write(write).await?)
    }

    fn next_id(&self, now: i64) -> DbResult<i64> {
        Ok(self.ids.lock().map_err(|_| DbError::Stopped)?.next(now / 1_000))
    }

    async fn masters(&self, reports: Vec<i64>, deleted: Vec<(i64, Checked)>) -> Result<Pushed, SyncError> {
        if reports.is_empty() && deleted.is_empty() {
            return Ok(Pushed { masters: Vec::new() });
        }
        let found = self.db.read(move |conn| {
            let mut found = sync::current(conn, &reports)?;
            found.extend(undeleted(conn, &deleted)?);
            Ok(found)
        });
        let catalogue = &self.intake.context().rules.catalogue;
        let shown = |document: &Document| Shown::of(document, catalogue);
        let mut masters = found.await?.iter().map(shown).collect::<DbResult<Vec<Shown>>>()?;
        masters.sort_by(|a, b| a.id.cmp(&b.id));
        masters.dedup_by(|a, b| a.id == b.id);
        Ok(Pushed { masters })
    }
}

/// The version with which the client is to go on.
fn master(receipt: &RowReceipt) -> Option<i64> {
    let is_answered = receipt.state.answers_master() || receipt.code == Some("id_taken");
    receipt.current.filter(|_| is_answered)
}

fn wrong_with(checked: &Checked, code: &str) -> Wrong {
    Wrong {
        rev: Some(checked.rev.clone()),
        document: Some(checked.document.clone()),
        code: code.to_owned(),
        errors: Value::Null,
    }
}

/// What a client is told of a row. A revision that was used for something else before is not told of twice, so the row is
/// known by its content as well.
fn outcome(client: i64, (id, at): (i64, i64), wrong: &Wrong, digest: Digest) -> NewOutcome {
    let name: String = hex(&digest).chars().take(16).collect();
    let rev = match &wrong.rev {
        Some(rev) if wrong.code != "id_taken" => rev.clone(),
        Some(rev) => format!("{rev}~{name}"),
        None => format!("row~{name}"),
    };
    let body = if wrong.errors.is_null() { json!({}) } else { json!({"errors": wrong.errors}) };
    NewOutcome {
        id,
        client,
        rev,
        document: wrong.document.clone().unwrap_or_default(),
        state: State::Quarantined.name(),
        code: Some(wrong.code.clone()),
        body: body.to_string(),
        base: None,
        report: None,
        at,
    }
}

type Made = (NewOutcome, Option<NewQuarantined>, Digest);

fn keep(conn: &mut Conn, (actor, now): (&str, i64), made: &[Made]) -> DbResult<()> {
    let revisions: Vec<(i64, String)> = made.iter().map(|(o, ..)| (o.client, o.rev.clone())).collect();
    let known: HashMap<String, sync::KnownOutcome> =
        sync::known(conn, &revisions)?.into_iter().map(|known| (known.rev.clone(), known)).collect();
    let (mut outcomes, mut rows, mut changes) = (Vec::<NewOutcome>::new(), Vec::new(), Vec::new());
    let mut digests = Vec::new();
    for (outcome, row, digest) in made {
        let before = known.get(&outcome.rev);
        let same = before.is_some_and(|known| known.state == outcome.state && known.code == outcome.code);
        if same || outcomes.iter().any(|other| other.rev == outcome.rev) {
            continue;
        }
        // A revision that was asked about keeps what it grew from.
        let (id, base) = before.map_or((outcome.id, None), |known| (known.id, known.base));
        outcomes.push(NewOutcome { id, base, ..outcome.clone() });
        rows.extend(row.iter().map(|row| NewQuarantined { outcome: id, ..row.clone() }));
        let commune_id = Some(outcome.client);
        changes.push(NewChange { entity: "report_status", entity_id: id, unit_id: None, commune_id });
        digests.extend(digest);
    }
    if outcomes.is_empty() {
        return Ok(());
    }
    let mut inserts = Inserts::default();
    sync::add(&mut inserts, &outcomes, &rows);
    inserts.run(conn)?;
    let subject = format!("rows:{}", outcomes.len());
    let audit = NewAudit { actor, action: "quarantine_rows", subject: &subject, digest: sha256(&[&digests]) };
    log::append(conn, now, &changes, &audit)
}

/// What stands of documents that a client deleted: it gets them back.
fn undeleted(conn: &mut Conn, deleted: &[(i64, Checked)]) -> DbResult<Vec<Document>> {
    let (mut months, mut keys, mut ids) = (Vec::new(), Vec::new(), Vec::new());
    for (unit, checked) in deleted {
        match checked.kind {
            SubmissionKind::Month(period) => months.push((*unit, period.number())),
            SubmissionKind::Incident(_) => {
                keys.push(checked.document.clone());
                ids.extend(named_version(&checked.document));
                let assumed = checked.assumed.iter();
                keys.extend(assumed.map(|assumed| key(&checked.document, &assumed.rev, true)));
            }
        }
    }
    let own = |made: &sync::Made| deleted.iter().any(|(unit, _)| *unit == made.unit_id);
    let made = sync::made(conn, &keys, &ids)?;
    let chains: BTreeSet<i64> = made.iter().filter(|made| own(made)).map(|made| made.chain).collect();
    let chains: Vec<i64> = chains.into_iter().collect();
    let mut found = sync::months(conn, &months)?;
    found.extend(sync::incidents(conn, &chains)?);
    Ok(found)
}
