//! Reports as documents that several phones hold and change: how documents and their revisions are called, and what
//! becomes of a revision that grew from one that is not the current one any more.
//!
//! A month's return is the document `UNIT:PERIOD`; an incident is called by the id that its client gave it. Every edit has a
//! revision that its client wrote. What nobody's client wrote has a revision with a `~`, which clients cannot write: `~ID` of
//! a version that came by text, form or import, `REV~` of the version that the server made of `REV`: merged into what others
//! had changed, or accepted by an officer.

use chrono::NaiveDate;

use crate::domain::ids::ReportId;
use crate::domain::intake::{Figures, Held};
use crate::domain::period::Period;

/// The id of a month's return.
pub fn month_id(unit: &str, period: Period) -> String {
    format!("{unit}:{period}")
}

/// The id of the incident whose first version is `chain` and has the key `first`.
pub fn incident_id(first: Option<&str>, chain: ReportId) -> String {
    match first {
        Some(key) => key.split_once('/').map_or(own(key), |(id, _)| id).to_owned(),
        None => format!("~{chain}"),
    }
}

/// What a revision is stored under, which is unique: a month's return by the revision alone, an incident by its id as well,
/// so that the first version of a chain tells the incident's id.
pub fn key(document: &str, revision: &str, is_incident: bool) -> String {
    let first = own(revision) == document;
    if is_incident && !first { format!("{document}/{revision}") } else { revision.to_owned() }
}

/// The revision that a client wrote, of one that the server made of it.
fn own(revision: &str) -> &str {
    revision.strip_suffix('~').unwrap_or(revision)
}

/// What the document is called whose revision is stored under `key`, where that changed an incident that was there before.
pub fn changed_incident(key: &str) -> Option<&str> {
    key.split_once('/').map(|(document, _)| document)
}

/// What the version is stored under that the server makes of the revision stored under `key`: merged into what others changed,
/// or accepted by an officer.
pub fn merged_key(key: &str) -> String {
    format!("{key}~")
}

/// The revision of the version `id` that is stored under `key`.
pub fn revision(key: Option<&str>, id: ReportId) -> String {
    match key {
        Some(key) => key.split_once('/').map_or(key, |(_, revision)| revision).to_owned(),
        None => format!("~{id}"),
    }
}

/// The version that a revision names by its id.
pub fn named_version(revision: &str) -> Option<ReportId> {
    revision.strip_prefix('~')?.parse().ok()
}

/// What became of a pushed revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is the next version, as it came.
    Taken,
    /// All of it was already so.
    Unchanged,
    /// It was merged with what others changed meanwhile.
    Merged,
    /// Others changed the same figures: both versions are kept.
    Conflict,
    /// The month is closed: an officer decides.
    Proposed,
    /// The person must confirm it first.
    Asked,
    /// The person is practising: nothing counts.
    Practised,
    /// It cannot be taken: it is kept as it came.
    Quarantined,
}

impl State {
    /// Every state.
    pub const ALL: [State; 8] = [
        State::Taken,
        State::Unchanged,
        State::Merged,
        State::Conflict,
        State::Proposed,
        State::Asked,
        State::Practised,
        State::Quarantined,
    ];

    /// Its name in the database and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            State::Taken => "taken",
            State::Unchanged => "unchanged",
            State::Merged => "merged",
            State::Conflict => "conflict",
            State::Proposed => "proposed",
            State::Asked => "asked",
            State::Practised => "practised",
            State::Quarantined => "quarantined",
        }
    }

    /// The state with this name.
    pub fn by_name(name: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether the client is to go on with what the server has. Otherwise it has what the server has, or the person's work
    /// stays on the phone until it is confirmed or mended.
    pub fn answers_master(self) -> bool {
        matches!(self, State::Unchanged | State::Merged | State::Conflict | State::Proposed)
    }
}

/// What an incident states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The day.
    pub day: NaiveDate,
    /// The figures.
    pub values: Figures,
}

/// `given`, which grew from `base`, in what `current` has become meanwhile: what only one side changed is as that side has
/// it. The figures that both changed differently are the error; a day that both changed is one, shown by all figures.
pub fn merge_events(base: Option<&Event>, given: &Event, current: &Event) -> Result<Event, Vec<Held>> {
    let side = |event: &Event, id: i32| event.values.get(&id).copied();
    let mut merged = Event { day: current.day, values: Figures::new() };
    let mut held = Vec::new();
    let ids = given.values.keys().chain(current.values.keys()).copied();
    for id in ids.collect::<std::collections::BTreeSet<i32>>() {
        let (was, wanted, now) = (base.and_then(|base| side(base, id)), side(given, id), side(current, id));
        let figure = match base {
            _ if wanted == now => now,
            Some(_) if wanted == was => now,
            Some(_) if now == was => wanted,
            _ => {
                held.push(Held { indicator: id, stored: now.unwrap_or(0), given: wanted.unwrap_or(0) });
                now
            }
        };
        merged.values.extend(figure.map(|figure| (id, figure)));
    }
    let day_was = base.map(|base| base.day);
    if given.day != current.day && day_was == Some(current.day) {
        merged.day = given.day;
    } else if given.day != current.day && day_was != Some(given.day) {
        let all = given.values.iter().map(|(id, figure)| Held {
            indicator: *id,
            stored: side(current, *id).unwrap_or(0),
            given: *figure,
        });
        return Err(all.collect());
    }
    if held.is_empty() { Ok(merged) } else { Err(held) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(day: u32, values: &[(i32, i64)]) -> Event {
        Event {
            day: NaiveDate::from_ymd_opt(2026, 3, day).unwrap(),
            values: values.iter().copied().collect(),
        }
    }

    #[test]
    fn names_of_documents_and_revisions_lead_back_to_what_is_stored() {
        assert_eq!(month_id("03847001", "2026-03".parse().unwrap()), "03847001:2026-03");
        assert_eq!(key("03847001:2026-03", "r1", false), "r1");
        assert_eq!((key("x", "x", true), key("x", "r2", true)), ("x".to_owned(), "x/r2".to_owned()));
        assert_eq!(
            (incident_id(Some("x"), 7), incident_id(Some("x/r2"), 7)),
            ("x".to_owned(), "x".to_owned())
        );
        assert_eq!(incident_id(None, 7), "~7");
        // What an officer accepted goes on as the document of its client.
        assert_eq!(merged_key(&key("x", "x", true)), key("x", "x~", true));
        assert_eq!((incident_id(Some("x~"), 7), revision(Some("x~"), 7)), ("x".to_owned(), "x~".to_owned()));
        assert_eq!((changed_incident("x"), changed_incident("~7/r2")), (None, Some("~7")));
        assert_eq!((revision(Some("x/r2~"), 7), revision(Some("x"), 7)), ("r2~".to_owned(), "x".to_owned()));
        assert_eq!((revision(None, 7).as_str(), named_version("~7")), ("~7", Some(7)));
        assert_eq!((named_version("r1"), named_version("r1~"), named_version("~")), (None, None, None));
    }

    #[test]
    fn states_are_known_by_their_names() {
        for state in State::ALL {
            assert_eq!(State::by_name(state.name()), Some(state));
        }
        assert_eq!(State::by_name("lost"), None);
    }

    #[test]
    fn what_only_one_side_changed_is_as_that_side_has_it() {
        let base = event(10, &[(1, 1), (2, 2)]);
        let merged =
            merge_events(Some(&base), &event(11, &[(1, 5), (2, 2)]), &event(10, &[(1, 1), (2, 3), (4, 1)]));
        assert_eq!(merged, Ok(event(11, &[(1, 5), (2, 3), (4, 1)])));
        let taken_out = merge_events(Some(&base), &event(10, &[(1, 1)]), &base);
        assert_eq!(taken_out, Ok(event(10, &[(1, 1)])));
    }

    #[test]
    fn what_both_changed_differently_is_held() {
        let base = event(10, &[(1, 1)]);
        let both = merge_events(Some(&base), &event(10, &[(1, 2)]), &event(10, &[(1, 3)]));
        assert_eq!(both, Err(vec![Held { indicator: 1, stored: 3, given: 2 }]));
        assert_eq!(
            merge_events(Some(&base), &event(10, &[(1, 3)]), &event(10, &[(1, 3)])),
            Ok(event(10, &[(1, 3)]))
        );
        assert!(merge_events(Some(&base), &event(11, &[(1, 1)]), &event(12, &[(1, 1)])).is_err());
        assert!(merge_events(None, &event(10, &[(1, 2)]), &event(10, &[(1, 3)])).is_err());
    }
}
