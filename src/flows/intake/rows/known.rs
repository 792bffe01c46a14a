//! What is stored of the revisions that a batch names, and which of them a row grew from.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;

use super::{Assumed, NewRow};
use crate::db::sync::{self, KnownOutcome, Made};
use crate::db::{Conn, DbError, DbResult};
use crate::domain::ids::ReportId;
use crate::domain::indicator::Catalogue;
use crate::domain::intake::Figures;
use crate::domain::sync::{key, merged_key, named_version};
use crate::flows::intake::figures::figures;

/// What is stored of the revisions that a batch names.
pub(in crate::flows::intake) struct KnownRows {
    /// By what they are stored under.
    made: HashMap<String, Made>,
    by_id: HashMap<ReportId, Made>,
    outcomes: HashMap<(i64, String), KnownOutcome>,
}

impl KnownRows {
    pub(in crate::flows::intake) fn load(conn: &mut Conn, rows: &[&NewRow]) -> DbResult<Self> {
        let mut known = KnownRows { made: HashMap::new(), by_id: HashMap::new(), outcomes: HashMap::new() };
        if rows.is_empty() {
            return Ok(known);
        }
        let (mut keys, mut ids, mut revisions) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for row in rows {
            keys.extend([row.key().to_owned(), merged_key(row.key())]);
            if row.is_incident() {
                keys.extend([row.document.clone(), merged_key(&row.document)]);
                ids.extend(named_version(&row.document));
            }
            revisions.insert((row.client, row.rev.clone()));
            for rev in row.ancestors() {
                let key = key(&row.document, rev, row.is_incident());
                ids.extend(named_version(rev));
                keys.extend([merged_key(&key), key]);
                revisions.insert((row.client, rev.clone()));
            }
        }
        let revisions: Vec<(i64, String)> = revisions.into_iter().collect();
        for outcome in sync::known(conn, &revisions)? {
            ids.extend(outcome.base);
            known.outcomes.insert((outcome.client, outcome.rev.clone()), outcome);
        }
        let (keys, ids): (Vec<String>, Vec<i64>) = (keys.into_iter().collect(), ids.into_iter().collect());
        for made in sync::made(conn, &keys, &ids)? {
            known.add(made);
        }
        Ok(known)
    }

    pub(super) fn add(&mut self, made: Made) {
        self.by_id.insert(made.id, made.clone());
        if let Some(key) = made.key.clone() {
            self.made.insert(key, made);
        }
    }

    /// The version that the row itself made before.
    pub(super) fn earlier(&self, row: &NewRow) -> Option<&Made> {
        self.made.get(row.key()).or_else(|| self.made.get(&merged_key(row.key())))
    }

    /// What the client takes for the server's state, where the server knows nothing of it: not even that it was asked about.
    pub(super) fn unheard_of<'r>(&self, row: &'r NewRow) -> Option<&'r Assumed> {
        let judged = |assumed: &&Assumed| self.outcomes.contains_key(&(row.client, assumed.rev.clone()));
        row.assumed.as_ref().filter(|assumed| !judged(assumed))
    }

    /// The outcome that a row had before.
    pub(super) fn outcome(&self, row: &NewRow) -> Option<&KnownOutcome> {
        self.outcomes.get(&(row.client, row.rev.clone()))
    }

    /// What the revision `rev` of the row's document made, or grew from where it made nothing.
    fn base(&self, row: &NewRow, rev: &str) -> Option<Base<'_>> {
        let usable = |made: &&Made| made.unit_id == row.submission.report.unit && !made.proposal;
        let outcome = self.outcomes.get(&(row.client, rev.to_owned()));
        let exact = |made| Some(Base { made, stated: None });
        if let Some(id) = named_version(rev) {
            return self.by_id.get(&id).filter(usable).and_then(exact);
        }
        let key = key(&row.document, rev, row.is_incident());
        if let Some(made) = self.made.get(&key).filter(usable) {
            return exact(made);
        }
        match self.made.get(&merged_key(&key)).filter(usable) {
            Some(made) => Some(Base { made, stated: Some(outcome.map_or("{}", |outcome| &outcome.body)) }),
            None => self.by_id.get(&outcome?.base?).filter(usable).and_then(exact),
        }
    }

    /// What the row may have grown from.
    fn bases<'k>(&'k self, row: &'k NewRow) -> impl Iterator<Item = Base<'k>> {
        row.ancestors().filter_map(|rev| self.base(row, rev))
    }

    /// What the row grew from: the version `current` if it knew that one, else the latest that it knew.
    pub(super) fn latest_base<'k>(&'k self, row: &'k NewRow, current: Option<ReportId>) -> Option<Base<'k>> {
        let known = self.bases(row).find(|base| base.is(current));
        known.or_else(|| self.bases(row).max_by_key(|base| base.made.version))
    }

    /// The chain of the row's incident.
    pub(super) fn chain(&self, row: &NewRow) -> Option<ReportId> {
        let by_id = named_version(&row.document).and_then(|id| self.by_id.get(&id));
        let (first, accepted) = (self.made.get(&row.document), self.made.get(&merged_key(&row.document)));
        let usable = |made: &&Made| made.unit_id == row.submission.report.unit && !made.proposal;
        let named = [by_id, first, accepted].into_iter().flatten().find(usable);
        let made = self.bases(row).map(|base| base.made).chain(named);
        made.filter(|made| made.day.is_some()).map(|made| made.chain).next()
    }
}

/// What a row grew from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Base<'k> {
    /// The version.
    pub(super) made: &'k Made,
    /// What the client itself stated, where the version merged that with what others had changed and the client did not hear
    /// of it: the body of an outcome.
    stated: Option<&'k str>,
}

impl Base<'_> {
    /// Whether it is the version `id`, and the client knew what that states.
    pub(super) fn is(&self, id: Option<ReportId>) -> bool {
        self.stated.is_none() && Some(self.made.id) == id
    }

    /// What the client took the document to state.
    pub(super) fn event(&self, catalogue: &Catalogue) -> DbResult<(Figures, Option<NaiveDate>)> {
        let Some(body) = self.stated else { return Ok((figures(&self.made.stated)?, self.made.day)) };
        let said: Said = serde_json::from_str(body).map_err(|_| DbError::Corrupt("an outcome"))?;
        let known = |(code, figure): (String, i64)| Some((catalogue.by_code(&code)?.id, figure));
        Ok((said.values.into_iter().filter_map(known).collect(), said.day))
    }
}

/// What the body of an outcome says of what a client stated.
#[derive(Debug, Default, serde::Deserialize)]
struct Said {
    #[serde(default)]
    values: BTreeMap<String, i64>,
    #[serde(default)]
    day: Option<NaiveDate>,
}
