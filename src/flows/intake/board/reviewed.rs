//! What is stored of the yearly review of a sender's units, looked up for texts about it.

use std::cell::OnceCell;
use std::sync::Arc;

use super::Board;
use crate::clock::day_in_vietnam;
use crate::db::{Conn, DbResult, review, unit};
use crate::domain::ids::UnitId;
use crate::domain::intake::{QuestionKind, Reviewed, ReviewedUnit};
use crate::domain::period::Span;
use crate::domain::review::by_text::{Year, wanted};
use crate::domain::review::{Schemes, UnitKind, rule};
use crate::flows::intake::prepare::PreparedText;
use crate::flows::review::review_schemes;
use chrono::Datelike;

/// The schemes, read when a text of the batch needs them.
pub(super) type ReadOnce = OnceCell<Arc<Schemes>>;

impl Board<'_> {
    /// Whether the text may be about the yearly review, or answer a question about it.
    pub(super) fn is_about_review(&self, text: &PreparedText) -> bool {
        self.review_year(text).is_some()
    }

    /// The year that it is about, as far as that can be told.
    fn review_year(&self, text: &PreparedText) -> Option<Option<i32>> {
        let of = |words: &str, year: i32| {
            wanted(words).map(|wanted| match wanted.year? {
                Year::Named(year) => Some(year),
                Year::Relative(years) => Some(year + years),
            })
        };
        let today = day_in_vietnam(text.raw.received_at).year();
        of(&text.raw.text, today).or_else(|| {
            let open = self.questions.get(&text.sender_index)?;
            match &open.kind {
                QuestionKind::Households { year, .. } => Some(Some(*year)),
                QuestionKind::WhichHamlet { .. } => of(&open.text, day_in_vietnam(open.received).year()),
                _ => None,
            }
        })
    }

    /// The schemes, read once for the batch.
    fn schemes(&self, conn: &mut Conn) -> DbResult<Arc<Schemes>> {
        if let Some(schemes) = self.schemes.get() {
            return Ok(Arc::clone(schemes));
        }
        let read = Arc::new(review_schemes(conn, &self.context.rules.catalogue)?);
        Ok(Arc::clone(self.schemes.get_or_init(|| read)))
    }

    /// The reviews of the sender's units: of the year that is named, and of those around the day of receipt.
    pub(super) fn reviewed(&self, conn: &mut Conn, text: &PreparedText) -> DbResult<Reviewed> {
        let mut posts: Vec<UnitId> = self
            .registered(&text.sender_index)
            .iter()
            .flat_map(|person| &person.posts)
            .map(|post| post.unit_id)
            .collect();
        posts.sort_unstable();
        posts.dedup();
        let mut reviewed = Reviewed { schemes: self.schemes(conn)?, ..Reviewed::default() };
        let units = unit::by_ids(conn, &posts)?;
        let ids: Vec<UnitId> = units.iter().filter_map(|unit| unit.province_id).collect();
        let provinces = unit::by_ids(conn, &ids)?;
        for unit in units {
            let province = provinces.iter().find(|province| Some(province.id) == unit.province_id);
            let known = ReviewedUnit {
                kind: UnitKind::by_name(&unit.kind),
                province: province.map(|province| province.code.clone()),
                valid: Span { from: unit.valid_from, to: unit.valid_to },
                households: unit.households.map(i64::from),
                reviews: Default::default(),
            };
            reviewed.units.insert(unit.id, known);
        }
        let today = day_in_vietnam(text.raw.received_at).year();
        let mut years = vec![today - 1, today, today + 1];
        years.extend(self.review_year(text).flatten().filter(|year| !(today - 1..=today + 1).contains(year)));
        for year in years {
            for stored in review::of_units(conn, &posts, year)? {
                let Some(known) = reviewed.units.get_mut(&stored.unit_id) else { continue };
                known.reviews.insert(year, (stored.state, stored.registered_on));
                if known.households.is_none() {
                    let facts = review::answer::last_facts(conn, stored.id)?;
                    let told = facts.into_iter().find(|(name, ..)| name == rule::HOUSEHOLDS);
                    known.households = told.and_then(|(.., content)| content.parse().ok());
                }
            }
        }
        Ok(reviewed)
    }
}
