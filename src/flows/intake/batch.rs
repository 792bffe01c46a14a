//! One transaction: what waited is looked up, decided in order, and written, set-wise.

use std::collections::{HashMap, HashSet};

use super::board::Board;
use super::ledger::Ledger;
use super::prepare::PreparedText;
use super::rows::{KnownRows, record_row};
use super::{Context, Item, NewRow, NewSubmission, Outcome, Receipt, SubmissionOutcome, SubmissionReceipt};
use crate::crypto::Digest;
use crate::db::client_id::TakenId;
use crate::db::{Conn, DbResult, client_id, lock, message, person};
use crate::domain::ids::{MessageId, PersonId};
use crate::domain::intake::{self, decide_incomplete, decide_submission, decide_text};

/// Records `items` in their order; the answers are in the same order.
pub(super) fn record(conn: &mut Conn, context: &Context, items: &[Item]) -> DbResult<Vec<Outcome>> {
    let texts: Vec<&PreparedText> = items.iter().filter_map(Item::text).collect();
    let submissions: Vec<&NewSubmission> = items.iter().filter_map(Item::submission).collect();
    let rows: Vec<&NewRow> = items.iter().filter_map(Item::row).collect();
    let senders: Vec<Digest> = texts.iter().map(|text| text.sender_index).collect();
    lock::senders(conn, &senders)?;
    let mut board = Board::load(conn, context, &texts, &submissions)?;
    let mut known = Known::load(conn, context, std::mem::take(&mut board.taken), &texts, &submissions)?;
    let mut known_rows = KnownRows::load(conn, &rows)?;
    let mut ledger = Ledger::new(context);
    let mut outcomes = Vec::with_capacity(items.len());
    for item in items {
        outcomes.push(match item {
            Item::Text(text) => Outcome::Text(record_text(conn, &mut known, &mut board, &mut ledger, text)?),
            Item::Submission(new) => {
                Outcome::Submission(record_submission(&mut known, &mut board, &mut ledger, new)?)
            }
            Item::Row(row) => {
                let practises = known.practises(&row.submission);
                Outcome::Row(record_row(&mut known_rows, &mut board, &mut ledger, row, practises)?)
            }
        });
    }
    ledger.write(conn, &board)?;
    Ok(outcomes)
}

impl Item {
    fn text(&self) -> Option<&PreparedText> {
        match self {
            Item::Text(text) => Some(text),
            Item::Submission(_) | Item::Row(_) => None,
        }
    }

    fn submission(&self) -> Option<&NewSubmission> {
        match self {
            Item::Text(_) => None,
            Item::Submission(submission) => Some(submission),
            Item::Row(row) => Some(&row.submission),
        }
    }

    fn row(&self) -> Option<&NewRow> {
        match self {
            Item::Text(_) | Item::Submission(_) => None,
            Item::Row(row) => Some(row),
        }
    }
}

/// What was there before, and what this batch has added to it.
struct Known {
    texts: HashMap<Digest, (MessageId, Digest)>,
    submissions: HashMap<String, TakenId>,
    /// Who of those who submit is practising: nothing of theirs counts.
    practising: HashSet<PersonId>,
}

impl Known {
    fn load(
        conn: &mut Conn,
        context: &Context,
        mut known: HashMap<Digest, (MessageId, Digest)>,
        texts: &[&PreparedText],
        submissions: &[&NewSubmission],
    ) -> DbResult<Self> {
        let other_words = |text: &&&PreparedText| {
            known.get(&text.dedupe_key).is_some_and(|(_, words)| *words != text.text_index)
        };
        let second_keys: Vec<Digest> =
            texts.iter().filter(other_words).map(|text| text.second_key(context)).collect();
        known.extend(message::taken(conn, &second_keys)?);
        let ids: Vec<String> = submissions.iter().map(|submission| submission.client_id.clone()).collect();
        let authors: Vec<PersonId> = submissions.iter().filter_map(|new| new.report.author).collect();
        let practising = person::practising(conn, &authors)?;
        Ok(Known { texts: known, submissions: client_id::taken(conn, &ids)?, practising })
    }

    fn practises(&self, new: &NewSubmission) -> bool {
        new.report.author.is_some_and(|author| self.practising.contains(&author))
    }
}

fn record_text(
    conn: &mut Conn,
    known: &mut Known,
    board: &mut Board,
    ledger: &mut Ledger,
    text: &PreparedText,
) -> DbResult<Receipt> {
    if let Some((id, words)) = known.texts.get(&text.dedupe_key).copied() {
        if words == text.text_index {
            return Ok(Receipt::Replayed(id));
        }
        let second_key = text.second_key(ledger.context());
        if let Some((id, _)) = known.texts.get(&second_key) {
            return Ok(Receipt::Replayed(*id));
        }
        // The same key with other words: kept for the officer, not counted, not answered.
        known.texts.insert(second_key, (text.id, text.text_index));
        ledger.keep_uncounted(board, text, second_key);
        return Ok(Receipt::Stored(text.id));
    }
    known.texts.insert(text.dedupe_key, (text.id, text.text_index));
    let extras = board.extras(conn, text)?;
    let situation = board.situation_of(text, &extras);
    let reader = ledger.context().rules.reader.get();
    let plan = if text.raw.incomplete {
        decide_incomplete(&situation, &text.raw.text, &text.reading)
    } else {
        decide_text(&situation, &text.raw.text, &text.reading, &*reader)
    };
    ledger.carry_out(conn, board, text, plan)?;
    Ok(Receipt::Stored(text.id))
}

fn record_submission(
    known: &mut Known,
    board: &mut Board,
    ledger: &mut Ledger,
    new: &NewSubmission,
) -> DbResult<SubmissionReceipt> {
    let practice = known.practises(new);
    let only = |outcome, report| SubmissionReceipt { outcome, report, conflicts: Vec::new(), practice };
    if let Some(earlier) = known.submissions.get(&new.client_id) {
        let same = earlier.content == Some(new.content_digest);
        let outcome = if same { SubmissionOutcome::Replayed } else { SubmissionOutcome::IdTaken };
        return Ok(only(outcome, Some((earlier.id, earlier.version))));
    }
    if !board.knows(new.report.unit) {
        return Ok(only(SubmissionOutcome::UnknownUnit, None));
    }
    let (situation, submission) = board.situation_of_submission(new);
    let plan = decide_submission(&situation, &submission);
    let (outcome, conflicts) = (outcome(plan.outcome), plan.conflicts.clone());
    if practice {
        return Ok(SubmissionReceipt { outcome, report: None, conflicts, practice });
    }
    let report = ledger.add_submission(board, new, plan)?;
    if let Some((id, version)) = report {
        let content = Some(new.content_digest);
        known.submissions.insert(new.client_id.clone(), TakenId { id, version, content });
    }
    Ok(SubmissionReceipt { outcome, report, conflicts, practice })
}

fn outcome(outcome: intake::Outcome) -> SubmissionOutcome {
    match outcome {
        intake::Outcome::Created => SubmissionOutcome::Created,
        intake::Outcome::Unchanged => SubmissionOutcome::Unchanged,
        intake::Outcome::Conflict => SubmissionOutcome::Conflict,
        intake::Outcome::Unconfirmed(about) => SubmissionOutcome::Unconfirmed(about),
        intake::Outcome::Proposed => SubmissionOutcome::Proposed,
        intake::Outcome::Refused(refusal) => SubmissionOutcome::Refused(refusal),
    }
}
