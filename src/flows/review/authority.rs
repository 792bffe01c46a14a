//! At which level a unit is decided about.

use crate::db::unit::Unit;
use crate::domain::review::{Level, UnitKind};
use crate::flows::authenticate::Caller;

/// Whether the caller's unit is the one whose People's Committee decides about `unit`. Agencies, enterprises and schools
/// are decided about by the level that manages them: the commune, or the province where they lie under it. What a
/// district decided until 2025 is entered by the province, which took its place.
pub(super) fn decides(caller: &Caller, level: Level, kind: UnitKind, unit: &Unit) -> bool {
    let managed = matches!(kind, UnitKind::Agency | UnitKind::Enterprise | UnitKind::School);
    let decider = match level {
        _ if managed => unit.parent_id,
        Level::Commune => unit.commune_id,
        Level::District | Level::Province => unit.province_id,
    };
    caller.unit_id.is_some() && caller.unit_id == decider
}

/// The name of the level that decides.
pub(super) fn name(level: Level, kind: UnitKind) -> &'static str {
    match (kind, level) {
        (UnitKind::Agency | UnitKind::Enterprise | UnitKind::School, _) => "body that manages the unit",
        (_, Level::Commune) => "commune",
        (_, Level::District) => "district (since 2025: province)",
        (_, Level::Province) => "province",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::unit::{ALWAYS, FOREVER};
    use crate::domain::access::Role;

    fn unit(kind: UnitKind, parent: i64) -> Unit {
        Unit {
            id: 30,
            code: "x".to_owned(),
            kind: kind.name().to_owned(),
            parent_id: Some(parent),
            province_id: Some(10),
            commune_id: Some(20),
            name: String::new(),
            valid_from: ALWAYS,
            valid_to: FOREVER,
            households: None,
            population: None,
        }
    }

    #[test]
    fn a_hamlet_is_for_its_commune_a_commune_for_its_province_a_school_for_who_manages_it() {
        let at = |unit_id| Caller::account(1, Role::Decider, unit_id);
        let hamlet = unit(UnitKind::Hamlet, 20);
        assert!(decides(&at(Some(20)), Level::Commune, UnitKind::Hamlet, &hamlet));
        assert!(!decides(&at(Some(10)), Level::Commune, UnitKind::Hamlet, &hamlet));
        let commune = unit(UnitKind::Commune, 10);
        for level in [Level::Province, Level::District] {
            assert!(decides(&at(Some(10)), level, UnitKind::Commune, &commune));
            assert!(!decides(&at(Some(20)), level, UnitKind::Commune, &commune));
        }
        let school = unit(UnitKind::School, 10);
        assert!(decides(&at(Some(10)), Level::Commune, UnitKind::School, &school));
        assert!(!decides(&at(Some(20)), Level::Commune, UnitKind::School, &school));
        assert!(!decides(&at(None), Level::Commune, UnitKind::Hamlet, &hamlet));
    }
}
