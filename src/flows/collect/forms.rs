//! The forms as a person or an officer fills them in: criteria are those of the schemes that hold for the units of the caller.

use chrono::Datelike;

use super::Collecting;
use crate::db::{Conn, DbResult, unit};
use crate::domain::access::{Action, Relation, allowed};
use crate::domain::form::{Asked, Form, Questionnaire};
use crate::domain::ids::UnitId;
use crate::domain::review::{Schemes, UnitKind};
use crate::flows::authenticate::Caller;
use crate::flows::review::{province_of, review_schemes};

/// The forms about the yearly review.
pub const REGISTRATION: &str = "registration";
/// The self-assessment.
pub const ASSESSMENT: &str = "assessment";

/// Which criteria a caller is asked for.
struct Asking {
    schemes: Schemes,
    /// Provinces and kinds of the caller's units.
    units: Vec<(Option<String>, Vec<UnitKind>)>,
}

impl Collecting {
    /// All forms.
    pub async fn forms_for(&self, caller: &Caller) -> DbResult<Vec<Form>> {
        let asking = self.asking(caller).await?;
        Ok(self.forms.iter().map(|form| self.with_criteria(caller, form, &asking)).collect())
    }

    /// The form with this code.
    pub async fn form_for(&self, caller: &Caller, code: &str) -> DbResult<Option<Form>> {
        match self.forms.get(code) {
            Some(form) if form.asks_criteria() => {
                Ok(Some(self.with_criteria(caller, form, &self.asking(caller).await?)))
            }
            form => Ok(form.cloned()),
        }
    }

    async fn asking(&self, caller: &Caller) -> DbResult<Asking> {
        let (own, reports): (Vec<UnitId>, _) = (caller.units().collect(), caller.role.reports());
        let catalogue = self.reviews.catalogue.clone();
        let load = move |conn: &mut Conn| -> DbResult<Asking> {
            let mut units = Vec::new();
            for unit in unit::by_ids(conn, &own)? {
                let own_kind = UnitKind::by_name(&unit.kind).into_iter().collect();
                let kinds = if reports { own_kind } else { UnitKind::ALL.to_vec() };
                units.push((province_of(conn, &unit)?, kinds));
            }
            if own.is_empty() {
                units.push((None, UnitKind::ALL.to_vec()));
            }
            Ok(Asking { schemes: review_schemes(conn, &catalogue)?, units })
        };
        self.db.read(load).await
    }

    /// The criteria of the year before, which may not be decided yet, of this year, and of the next, for which units register
    /// from November on.
    fn with_criteria(&self, caller: &Caller, form: &Form, asking: &Asking) -> Form {
        let this = self.clock.today().year();
        let police = allowed(caller.role, Action::JudgeReports, Relation::Own);
        let of = if police { Asked::Police } else { Asked::Unit };
        let mut asked: Vec<Questionnaire<'_>> = Vec::new();
        for (province, kinds) in &asking.units {
            for scheme in
                (this - 1..=this + 1).filter_map(|year| asking.schemes.in_province(year, province.as_deref()))
            {
                for kind in kinds.iter().filter_map(|kind| scheme.of(*kind)) {
                    let same = |other: &Questionnaire<'_>| {
                        other.scheme.code == scheme.code && other.kind.kind == kind.kind
                    };
                    if !asked.iter().any(same) {
                        asked.push(Questionnaire { scheme, kind, of });
                    }
                }
            }
        }
        form.with_criteria(self.forms.criteria(), &asked)
    }
}
