//! What has changed since a client asked last.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;

use super::area::Area;
use super::cursor::{Cursor, Unit};
use super::{SyncError, Syncing};
use crate::db::sync::{self, Document, Follow, Place, Status};
use crate::db::{Conn, DbError, DbResult};
use crate::domain::ids::UnitId;
use crate::domain::indicator::Catalogue;
use crate::domain::period::Period;
use crate::domain::sync::{incident_id, month_id, revision};
use crate::flows::authenticate::Caller;
use crate::flows::intake::figures::figures;

/// The collection of returns and incidents.
pub(super) const REPORTS: &str = "reports";
/// The collection of what became of pushed rows.
pub(super) const STATUS: &str = "report_status";

/// Changes since a cursor.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// What changed, in the order of the changes.
    pub documents: Vec<T>,
    /// Where the client stands now.
    pub cursor: String,
    /// Whether the cursor that was brought is none of ours, so that this is the beginning.
    pub fresh: bool,
}

/// A return or an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its id.
    pub id: String,
    /// Its revision.
    pub rev: String,
    /// The code of the unit.
    pub unit: String,
    /// The month of a return.
    pub period: Option<Period>,
    /// The day of an incident.
    pub day: Option<NaiveDate>,
    /// What it states, by code.
    pub values: BTreeMap<String, i64>,
    /// Whether the rest is nothing.
    pub rest_zero: bool,
    /// Whether it was taken back, or is none of the client's any more.
    pub deleted: bool,
}

impl Shown {
    pub(super) fn of(document: &Document, catalogue: &Catalogue) -> DbResult<Shown> {
        let period = Period::from_number(document.period).map_err(|_| DbError::Corrupt("a period"))?;
        let coded = |(id, figure): (i32, i64)| Some((catalogue.by_id(id)?.code.clone(), figure));
        let id = match document.day {
            None => month_id(&document.unit, period),
            Some(_) => incident_id(document.first_key.as_deref(), document.chain),
        };
        Ok(Shown {
            id,
            rev: revision(document.key.as_deref(), document.report),
            unit: document.unit.clone(),
            period: document.day.is_none().then_some(period),
            day: document.day,
            values: figures(&document.stated)?.into_iter().filter_map(coded).collect(),
            rest_zero: document.rest_zero,
            deleted: document.is_taken_back(),
        })
    }

    /// What tells a client to drop it: nothing of what it states.
    fn dropped(self) -> Shown {
        Shown { values: BTreeMap::new(), rest_zero: false, deleted: true, ..self }
    }
}

/// What became of a pushed revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownStatus {
    /// The revision, or for a row without one what its content is known by.
    pub id: String,
    /// The document.
    pub document: String,
    /// What became of it.
    pub state: String,
    /// Why.
    pub code: Option<String>,
    /// What is shown beside, as JSON.
    pub body: String,
    /// When, microseconds UTC.
    pub at: i64,
}

impl From<Status> for ShownStatus {
    fn from(Status { rev, document, state, code, body, at, .. }: Status) -> Self {
        ShownStatus { id: rev, document, state, code, body, at }
    }
}

impl Syncing {
    /// The documents of the caller's area that changed after the cursor `after`, `limit` at most: fewer are the last ones.
    pub async fn pull(
        &self,
        caller: &Caller,
        after: Option<String>,
        limit: usize,
    ) -> Result<Page<Shown>, SyncError> {
        let (caller, keys) = (*caller, std::sync::Arc::clone(&self.keys));
        let context = self.intake.shared_context();
        let found = self.db.read(move |conn| {
            let head = sync::head(conn)?;
            let area = match Area::of(conn, &caller)? {
                Ok(area) => area,
                Err(forbidden) => return Ok(Err(forbidden)),
            };
            let (mut cursor, fresh) = begin(&keys, (&caller, REPORTS), head, after.as_deref());
            cursor.turn_to(&area);
            let mut pages = Pages::new(&context.rules.catalogue, limit);
            pages.drop_gone(conn, &mut cursor)?;
            pages.follow(conn, &mut cursor, head.1)?;
            let stays = pages.documents.is_empty() && !fresh;
            let cursor = told(&keys, (&cursor, REPORTS), after.as_deref().filter(|_| stays), head);
            Ok(Ok(Page { documents: pages.documents, cursor, fresh }))
        });
        Ok(found.await??)
    }

    /// What became of the caller's rows, told after the cursor `after`, `limit` at most: fewer are the last ones.
    pub async fn pull_status(
        &self,
        caller: &Caller,
        after: Option<String>,
        limit: usize,
    ) -> Result<Page<ShownStatus>, SyncError> {
        let (caller, keys) = (*caller, std::sync::Arc::clone(&self.keys));
        let found = self.db.read(move |conn| {
            let head = sync::head(conn)?;
            let (mut cursor, fresh) = begin(&keys, (&caller, STATUS), head, after.as_deref());
            let documents = statuses(conn, &caller, &mut cursor, (head.1, limit))?;
            let stays = documents.is_empty() && !fresh;
            let cursor = told(&keys, (&cursor, STATUS), after.as_deref().filter(|_| stays), head);
            Ok(Page { documents, cursor, fresh })
        });
        Ok(found.await?)
    }
}

/// Where the client stands, and whether it brought something that is none of ours.
fn begin(
    keys: &crate::crypto::Keys,
    (caller, collection): (&Caller, &str),
    head: (i64, i64),
    after: Option<&str>,
) -> (Cursor, bool) {
    let read = after.map(|text| Cursor::read(keys, (caller.id(), collection), head, text));
    match read {
        Some(Some(cursor)) => (cursor, false),
        brought => (Cursor::fresh(caller.id(), head.0), brought.is_some()),
    }
}

/// By how many changes a cursor may lag behind where nothing is new.
const LAG: i64 = 10_000;

/// The cursor that the client is given. Where nothing is new it keeps the one that it `brought`, so that the answer is the
/// same as before, unless much would have to be looked at again.
fn told(
    keys: &crate::crypto::Keys,
    (cursor, collection): (&Cursor, &str),
    brought: Option<&str>,
    head: (i64, i64),
) -> String {
    let caller = cursor.caller();
    let lags = |text: &&str| {
        let read = Cursor::read(keys, (caller, collection), head, text);
        read.is_none_or(|read| head.1 - read.lowest() > LAG || !read.covers(cursor))
    };
    brought.filter(|text| !lags(text)).map_or_else(|| cursor.write(keys, collection), str::to_owned)
}

fn statuses(
    conn: &mut Conn,
    caller: &Caller,
    cursor: &mut Cursor,
    (head, limit): (i64, usize),
) -> DbResult<Vec<ShownStatus>> {
    let mut found: Vec<Status> = Vec::new();
    while found.len() < limit && cursor.own < head {
        let wanted = limit - found.len();
        let rows = sync::since(conn, caller.id(), (cursor.own, head), rows(wanted))?;
        let is_last = rows.len() < wanted;
        cursor.own = rows.last().filter(|_| !is_last).map_or(head, |row| row.number);
        for row in rows {
            // One that was judged again stands in the log twice.
            found.retain(|other| other.id != row.id);
            found.push(row);
        }
    }
    Ok(found.into_iter().map(ShownStatus::from).collect())
}

/// The documents of an answer.
struct Pages<'a> {
    catalogue: &'a Catalogue,
    limit: usize,
    documents: Vec<Shown>,
}

impl<'a> Pages<'a> {
    fn new(catalogue: &'a Catalogue, limit: usize) -> Self {
        Pages { catalogue, limit, documents: Vec::new() }
    }

    fn room(&self) -> usize {
        self.limit.saturating_sub(self.documents.len())
    }

    /// Adds documents; each is in an answer once, as it is last.
    fn add(&mut self, found: impl Iterator<Item = DbResult<Shown>>) -> DbResult<()> {
        for shown in found {
            let shown = shown?;
            self.documents.retain(|other| other.id != shown.id);
            self.documents.push(shown);
        }
        Ok(())
    }

    /// What the client holds of units that are not the caller's any more.
    fn drop_gone(&mut self, conn: &mut Conn, cursor: &mut Cursor) -> DbResult<()> {
        while let (Some(gone), true) = (cursor.gone.first_mut(), self.room() > 0) {
            let Unit { commune, place, whole } = gone.unit;
            let follow = Follow { commune, until: gone.until, limit: rows(self.room()) };
            let found = sync::gone(conn, follow, place.after, (!whole).then_some(place.unit))?;
            let is_last = found.len() < self.room();
            gone.unit.place.after = found.last().map_or(gone.until, |last| last.number);
            if is_last {
                cursor.gone.remove(0);
            }
            let catalogue = self.catalogue;
            self.add(found.iter().map(|document| Ok(Shown::of(document, catalogue)?.dropped())))?;
        }
        Ok(())
    }

    /// What changed up to `head`, commune by commune; almost everybody has one.
    fn follow(&mut self, conn: &mut Conn, cursor: &mut Cursor, head: i64) -> DbResult<()> {
        let mut communes: HashMap<UnitId, Vec<&mut Unit>> = HashMap::new();
        for unit in &mut cursor.units {
            communes.entry(unit.commune).or_default().push(unit);
        }
        let mut communes: Vec<(UnitId, Vec<&mut Unit>)> = communes.into_iter().collect();
        communes.sort_unstable_by_key(|(commune, _)| *commune);
        for (commune, mut units) in communes {
            while self.room() > 0 && units.iter().any(|unit| unit.place.after < head) {
                let follow = Follow { commune, until: head, limit: rows(self.room()) };
                let whole = units.iter().find(|unit| unit.whole).map(|unit| unit.place.after);
                let places: Vec<Place> = units.iter().map(|unit| unit.place).collect();
                let found = match whole {
                    Some(after) => sync::of_commune(conn, follow, after)?,
                    None => sync::of_units(conn, follow, &places)?,
                };
                let is_last = found.len() < self.room();
                let told = found.last().filter(|_| !is_last).map_or(head, |last| last.number);
                for unit in &mut units {
                    unit.place.after = unit.place.after.max(told);
                }
                let catalogue = self.catalogue;
                self.add(found.iter().map(|document| Shown::of(document, catalogue)))?;
            }
        }
        Ok(())
    }
}

fn rows(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
