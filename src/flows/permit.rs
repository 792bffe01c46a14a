//! Whether a caller may do something with a unit: the one place that asks the table of [`access`](crate::domain::access).

use super::authenticate::Caller;
use crate::db::unit::Unit;
use crate::domain::access::{Action, Relation, allowed};

/// The caller may not do this there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the role does not allow {0} there")]
pub struct Forbidden(pub &'static str);

/// Whether `caller` may do `action` with `unit`.
pub fn permit(caller: &Caller, action: Action, unit: &Unit) -> Result<(), Forbidden> {
    decide(caller, action, relation(caller, unit))
}

/// Whether `caller` may do `action` with the country as a whole.
pub fn permit_country(caller: &Caller, action: Action) -> Result<(), Forbidden> {
    decide(caller, action, if caller.unit_id.is_none() { Relation::Own } else { Relation::Other })
}

/// Whether `caller` may do `action` with any unit at all: for lists, which are then cut down to the caller's units.
pub fn permit_somewhere(caller: &Caller, action: Action) -> Result<(), Forbidden> {
    decide(caller, action, Relation::Own).or_else(|_| decide(caller, action, Relation::Under))
}

fn decide(caller: &Caller, action: Action, relation: Relation) -> Result<(), Forbidden> {
    if allowed(caller.role, action, relation) { Ok(()) } else { Err(Forbidden(action.name())) }
}

/// How `unit` lies to the caller's. Everything lies under the country.
pub fn relation(caller: &Caller, unit: &Unit) -> Relation {
    let Some(own) = caller.unit_id else { return Relation::Under };
    if caller.owns(unit.id) {
        return Relation::Own;
    }
    let above = [unit.commune_id, unit.province_id, unit.parent_id];
    if above.contains(&Some(own)) { Relation::Under } else { Relation::Other }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::unit::{ALWAYS, FOREVER};
    use crate::domain::access::Role;

    fn hamlet() -> Unit {
        Unit {
            id: 30,
            code: "04792001".to_owned(),
            kind: "hamlet".to_owned(),
            parent_id: Some(20),
            province_id: Some(10),
            commune_id: Some(20),
            name: "Thôn Nà Mo".to_owned(),
            valid_from: ALWAYS,
            valid_to: FOREVER,
            households: None,
            population: None,
        }
    }

    #[test]
    fn a_unit_lies_under_its_commune_its_province_and_the_country() {
        let at = |unit_id| relation(&Caller::account(1, Role::Commune, unit_id), &hamlet());
        assert_eq!(at(Some(30)), Relation::Own);
        for above in [Some(20), Some(10), None] {
            assert_eq!(at(above), Relation::Under);
        }
        assert_eq!(at(Some(21)), Relation::Other);
    }

    #[test]
    fn only_who_belongs_to_the_country_reads_its_figures() {
        let caller = |role, unit_id| Caller::account(1, role, unit_id);
        assert!(permit_country(&caller(Role::National, None), Action::ReadFigures).is_ok());
        assert!(permit_country(&caller(Role::Province, Some(10)), Action::ReadFigures).is_err());
        assert!(permit_country(&caller(Role::Admin, None), Action::ReadFigures).is_err());
    }
}
