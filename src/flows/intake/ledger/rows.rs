//! What is written of rows that clients of sync pushed: their versions, and what became of them.

use serde_json::{Map, Value, json};

use super::{Ledger, Origin};
use crate::db::DbError;
use crate::db::DbResult;
use crate::db::log::NewChange;
use crate::db::sync::{KnownOutcome, Made, NewOutcome};
use crate::domain::ids::ReportId;
use crate::domain::intake::{Figures, SubmissionKind, SubmissionPlan};
use crate::domain::sync::{State, merged_key};
use crate::flows::intake::board::Board;
use crate::flows::intake::prepare::next_id;
use crate::flows::intake::{NewRow, RowReceipt};

impl Ledger<'_> {
    /// Writes what the rules decided about a row. Its version is stored under the row's key where it is `exact`, else as
    /// what was merged; what is kept for the officer is what the client stated, so it has the key.
    pub(in crate::flows::intake) fn add_row(
        &mut self,
        board: &mut Board,
        row: &NewRow,
        plan: SubmissionPlan,
        exact: bool,
    ) -> DbResult<Option<ReportId>> {
        let new = &row.submission;
        let origin = |key: String| Origin {
            source: new.source,
            author: new.report.author,
            account_id: new.account_id,
            text: None,
            client_id: Some(key),
            content_digest: Some(new.content_digest),
            note: new.note.clone(),
            received_at: new.received_at,
        };
        let mut first = None;
        if let Some(report) = plan.report {
            let key =
                if exact && plan.proposal.is_none() { row.key().to_owned() } else { merged_key(row.key()) };
            first = Some(self.add_version(board, report, origin(key))?.0);
        }
        if let Some(proposal) = plan.proposal {
            let (id, _) = self.add_version(board, proposal, origin(row.key().to_owned()))?;
            first = first.or(Some(id));
        }
        Ok(first)
    }

    /// The versions that a row made in this batch.
    pub(in crate::flows::intake) fn made_of(&self, row: &NewRow) -> Vec<Made> {
        let merged = merged_key(row.key());
        let of_row =
            |key: &Option<String>| key.as_deref() == Some(row.key()) || key.as_ref() == Some(&merged);
        let versions = self.versions.iter().rev().take(2).filter(|version| of_row(&version.client_id));
        versions
            .map(|version| Made {
                id: version.id,
                chain: version.chain_id,
                version: version.version,
                key: version.client_id.clone(),
                content: version.content_digest,
                unit_id: version.unit_id,
                day: version.day,
                stated: version.stated.clone(),
                proposal: version.proposal,
            })
            .collect()
    }

    /// Writes what became of a row, unless that is known already.
    pub(in crate::flows::intake) fn tell_outcome(
        &mut self,
        before: Option<&KnownOutcome>,
        row: &NewRow,
        receipt: &RowReceipt,
        (base, report): (Option<ReportId>, Option<ReportId>),
    ) -> DbResult<()> {
        let code = receipt.code.map(str::to_owned);
        let same = |known: &KnownOutcome| {
            known.state == receipt.state.name() && known.code == code && known.base == base
        };
        let told = |outcome: &NewOutcome| outcome.client == row.client && outcome.rev == row.rev;
        if before.is_some_and(same) || self.outcomes.iter().any(told) {
            return Ok(());
        }
        let id = match before {
            Some(known) => known.id,
            None => next_id(self.context).map_err(|_| DbError::Stopped)?,
        };
        let change =
            NewChange { entity: "report_status", entity_id: id, unit_id: None, commune_id: Some(row.client) };
        self.changes.push(change);
        self.outcomes.push(NewOutcome {
            id,
            client: row.client,
            rev: row.rev.clone(),
            document: row.document.clone(),
            state: receipt.state.name(),
            code,
            body: self.outcome_body(row, receipt),
            base,
            report,
            at: row.submission.received_at,
        });
        Ok(())
    }

    /// What is shown of a row: what it stated, unless the server has just that, and what contradicts it.
    fn outcome_body(&self, row: &NewRow, receipt: &RowReceipt) -> String {
        let catalogue = &self.context.rules.catalogue;
        let code = |id: i32| catalogue.by_id(id).map(|indicator| indicator.code.clone());
        let report = &row.submission.report;
        let values = |figures: &Figures| -> Map<String, Value> {
            figures.iter().filter_map(|(id, figure)| Some((code(*id)?, (*figure).into()))).collect()
        };
        let mut body = Map::new();
        body.insert("unit".to_owned(), row.unit.as_str().into());
        match report.kind {
            SubmissionKind::Month(period) => body.insert("period".to_owned(), period.to_string().into()),
            SubmissionKind::Incident(day) => body.insert("day".to_owned(), day.to_string().into()),
        };
        if receipt.state != State::Taken {
            body.insert("values".to_owned(), values(&report.values).into());
            body.insert("rest_zero".to_owned(), report.rest_zero.into());
        }
        let conflicts: Vec<Value> = receipt
            .conflicts
            .iter()
            .filter_map(|held| {
                Some(json!({"code": code(held.indicator)?, "stored": held.stored, "given": held.given}))
            })
            .collect();
        if !conflicts.is_empty() {
            body.insert("conflicts".to_owned(), conflicts.into());
        }
        Value::Object(body).to_string()
    }
}
