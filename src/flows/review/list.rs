//! Lists of units with their reviews, and a review with its steps.

use super::account::spans;
use super::{Answer, ReviewError, Reviews, schemes, settle};
use crate::db::figures::Area;
use crate::db::review::list::{self, Filter, Listed};
use crate::db::review::{Review, StoredStep, steps};
use crate::db::unit::Unit;
use crate::db::{Conn, DbResult};
use crate::domain::access::Action;
use crate::domain::review::{Schemes, State, UnitKind};
use crate::flows::authenticate::Caller;
use crate::flows::permit::{permit, permit_country};

/// Which reviews.
#[derive(Debug, Clone)]
pub struct ListRequest {
    /// Under this unit (or of it); `None`: of the country.
    pub unit: Option<Unit>,
    /// The year.
    pub year: i32,
    /// Only this kind.
    pub kind: Option<UnitKind>,
    /// Only this state.
    pub state: Option<State>,
    /// After the unit with this code.
    pub after: String,
    /// How many.
    pub limit: usize,
}

/// A unit with its review.
#[derive(Debug, Clone)]
pub struct ListedUnit {
    /// As it is stored.
    pub listed: Listed,
    /// The code of the scheme by which its review goes, or would go.
    pub scheme: String,
}

/// A review with its unit and steps.
#[derive(Debug, Clone)]
pub struct ShownReview {
    /// The review.
    pub review: Review,
    /// The unit.
    pub unit: Unit,
    /// Its steps.
    pub steps: Vec<ShownStep>,
}

/// A step with its reason.
#[derive(Debug, Clone)]
pub struct ShownStep {
    /// As it is stored.
    pub stored: StoredStep,
    /// The reason.
    pub reason: Option<String>,
}

impl Reviews {
    /// The schemes of the installation.
    pub async fn schemes(&self) -> DbResult<Schemes> {
        schemes::all(&self.db, &self.catalogue).await
    }

    /// A page of units with their reviews, and one more than asked for.
    pub async fn list(&self, caller: &Caller, request: ListRequest) -> Answer<Vec<ListedUnit>> {
        match &request.unit {
            Some(unit) => permit(caller, Action::ReadReviews, unit)?,
            None => permit_country(caller, Action::ReadReviews)?,
        }
        let tools = self.clone();
        let read = move |conn: &mut Conn| settle(tools.run_list(conn, &request));
        self.db.read_snapshot(read).await?
    }

    fn run_list(&self, conn: &mut Conn, request: &ListRequest) -> Answer<Vec<ListedUnit>> {
        let schemes = schemes::load(conn, &self.catalogue)?;
        let scheme = schemes.for_year(request.year).ok_or(ReviewError::NoScheme(request.year))?;
        let (area, unit) = place(request.unit.as_ref());
        let filter = Filter {
            area,
            unit,
            year: request.year,
            spans: spans(scheme, request.year),
            kind: request.kind,
            state: request.state,
            after: request.after.clone(),
            limit: i64::try_from(request.limit).unwrap_or(i64::MAX - 1) + 1,
        };
        let listed = |listed: Listed| {
            let own = || schemes.in_province(request.year, listed.province.as_deref()).unwrap_or(scheme);
            let goes_by = listed.review.as_ref().map(|review| review.scheme.clone());
            ListedUnit { scheme: goes_by.unwrap_or_else(|| own().code.clone()), listed }
        };
        Ok(list::units(conn, &filter)?.into_iter().map(listed).collect())
    }

    /// A review with its steps.
    pub async fn show(&self, caller: &Caller, id: i64) -> Answer<ShownReview> {
        let (tools, caller) = (self.clone(), *caller);
        let read = move |conn: &mut Conn| {
            let found = tools.case(conn, &caller, Action::ReadReviews, id);
            settle(found.and_then(|case| {
                let shown = |stored: StoredStep| {
                    let reason = tools.open("review_step", stored.id, stored.reason_cipher.as_deref())?;
                    Ok(ShownStep { stored, reason })
                };
                let steps = steps(conn, id)?.into_iter().map(shown).collect::<Answer<Vec<_>>>()?;
                Ok(ShownReview { review: case.review, unit: case.unit, steps })
            }))
        };
        self.db.read_snapshot(read).await?
    }
}

/// The area that a unit is, or the unit alone.
pub(super) fn place(unit: Option<&Unit>) -> (Area, Option<i64>) {
    match unit {
        None => (Area::Country, None),
        Some(unit) if unit.kind == "province" => (Area::Province(unit.id), None),
        Some(unit) if unit.kind == "commune" => (Area::Commune(unit.id), None),
        Some(unit) => (Area::Country, Some(unit.id)),
    }
}
