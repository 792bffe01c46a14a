//! Who makes a request.

use crate::db::review::Author;
use crate::domain::access::Role;
use crate::domain::ids::{PersonId, UnitId};

/// Units that a person may act for by one device, at most: who holds more posts acts for the first of them.
pub const MOST_UNITS: usize = 8;

/// Who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// An account, by its id.
    Account(i64),
    /// A person who reports, by a device.
    Person {
        /// The person.
        id: PersonId,
        /// The device.
        device: i64,
    },
}

/// Who makes a request: an account with one role at one unit, or a person with the posts that the person holds today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// Who it is.
    pub who: Who,
    /// What the caller may do.
    pub role: Role,
    /// Where; `None`: in the whole country. A person may have [further units](Caller::owns).
    pub unit_id: Option<UnitId>,
    further: [Option<UnitId>; MOST_UNITS - 1],
}

impl Caller {
    /// An account with its role at a unit, or in the whole country.
    pub fn account(id: i64, role: Role, unit_id: Option<UnitId>) -> Caller {
        Caller { who: Who::Account(id), role, unit_id, further: [None; MOST_UNITS - 1] }
    }

    /// A person at a device who holds posts with `role` at `units`; `None` without any.
    pub fn person(id: PersonId, device: i64, role: Role, units: &[UnitId]) -> Option<Caller> {
        let (first, others) = units.split_first()?;
        let mut further = [None; MOST_UNITS - 1];
        for (place, unit) in further.iter_mut().zip(others) {
            *place = Some(*unit);
        }
        Some(Caller { who: Who::Person { id, device }, role, unit_id: Some(*first), further })
    }

    /// As what the caller's work is signed.
    pub fn author(&self) -> Author {
        Author { account_id: self.account_id(), person_id: self.person_id() }
    }

    /// By which way the caller's reports come: people have the app, accounts the API.
    pub fn source(&self) -> &'static str {
        if self.person_id().is_some() { "app" } else { "api" }
    }

    /// Whether the unit is one of the caller's own.
    pub fn owns(&self, unit: UnitId) -> bool {
        self.unit_id == Some(unit) || self.further.contains(&Some(unit))
    }

    /// The caller's own units; none for who acts in the whole country.
    pub fn units(&self) -> impl Iterator<Item = UnitId> {
        self.unit_id.into_iter().chain(self.further.into_iter().flatten())
    }

    /// The account, where it is one.
    pub fn account_id(&self) -> Option<i64> {
        match self.who {
            Who::Account(id) => Some(id),
            Who::Person { .. } => None,
        }
    }

    /// The person, where it is one who reports.
    pub fn person_id(&self) -> Option<PersonId> {
        match self.who {
            Who::Person { id, .. } => Some(id),
            Who::Account(_) => None,
        }
    }

    /// The device, where it is a person who reports.
    pub fn device(&self) -> Option<i64> {
        match self.who {
            Who::Person { device, .. } => Some(device),
            Who::Account(_) => None,
        }
    }

    /// The id of the account or person; no two of the installation are equal.
    pub fn id(&self) -> i64 {
        match self.who {
            Who::Account(id) | Who::Person { id, .. } => id,
        }
    }

    /// The name of the caller in the audit.
    pub fn actor(&self) -> String {
        match self.who {
            Who::Account(id) => format!("account:{id}"),
            Who::Person { id, .. } => format!("person:{id}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_owns_every_unit_of_the_posts_and_no_other() {
        let caller = Caller::person(7, 8, Role::Head, &[30, 31]).unwrap();
        assert!(caller.owns(30) && caller.owns(31) && !caller.owns(32));
        assert_eq!(caller.units().collect::<Vec<_>>(), [30, 31]);
        assert_eq!((caller.person_id(), caller.account_id()), (Some(7), None));
        assert_eq!(Caller::person(7, 8, Role::Head, &[]), None);
        let many: Vec<UnitId> = (1..=40).collect();
        assert_eq!(
            Caller::person(7, 8, Role::Head, &many).map(|caller| caller.units().count()),
            Some(MOST_UNITS)
        );
        assert_eq!(Caller::account(1, Role::Admin, None).units().count(), 0);
    }
}
