//! Who is to be told at an occasion.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::{Occasion, Receiver};
use crate::domain::access::Role;
use crate::domain::ids::{PersonId, UnitId};
use crate::domain::review::UnitKind;

/// A unit whose step is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The unit.
    pub unit: UnitId,
    /// The commune that it lies in; itself for a commune.
    pub commune: Option<UnitId>,
    /// The province that it lies in.
    pub province: Option<UnitId>,
    /// Its last day.
    pub valid_to: NaiveDate,
}

/// Somebody who holds a post on the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Post {
    /// Who.
    pub person: PersonId,
    /// As what.
    pub role: Role,
    /// Whether there is a number to text to.
    pub has_phone: bool,
    /// Whether the person wants no reminders.
    pub stopped: bool,
}

/// The posts of a day, by unit.
#[derive(Debug, Clone, Default)]
pub struct Posts(HashMap<UnitId, Vec<Post>>);

impl Posts {
    /// The posts of units; a person with several posts of one role at a unit counts once.
    pub fn new(posts: impl IntoIterator<Item = (UnitId, Post)>) -> Self {
        let mut by_unit: HashMap<UnitId, Vec<Post>> = HashMap::new();
        for (unit, post) in posts {
            let at = by_unit.entry(unit).or_default();
            if !at.iter().any(|other| (other.person, other.role) == (post.person, post.role)) {
                at.push(post);
            }
        }
        Posts(by_unit)
    }

    /// Whether anybody holds a post at `unit`.
    pub fn any_at(&self, unit: UnitId) -> bool {
        self.0.contains_key(&unit)
    }

    /// Those with the first of `roles` that anybody has at `unit`.
    fn with_first_role(&self, unit: Option<UnitId>, roles: &[Role]) -> Vec<Post> {
        let posts = unit.and_then(|unit| self.0.get(&unit)).map(Vec::as_slice).unwrap_or_default();
        let of = |role: &Role| posts.iter().copied().filter(|post| post.role == *role).collect::<Vec<_>>();
        roles.iter().map(of).find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// Who is told about `unit`.
    fn receivers(&self, to: Receiver, kind: UnitKind, unit: &Candidate) -> Vec<Post> {
        let (at, roles) = place(to, kind, unit);
        self.with_first_role(at, roles)
    }
}

/// Where those who are told hold their posts, and which; the first role that anybody has counts.
fn place(to: Receiver, kind: UnitKind, unit: &Candidate) -> (Option<UnitId>, &'static [Role]) {
    let is_commune = kind == UnitKind::Commune;
    match (to, kind) {
        (Receiver::Reporter, UnitKind::Hamlet) => (Some(unit.unit), &[Role::Head, Role::Team]),
        (Receiver::Reporter, UnitKind::Commune) => (Some(unit.unit), &[Role::Commune]),
        (Receiver::Reporter, _) => (Some(unit.unit), &[Role::Manager]),
        (Receiver::Supervisor, _) if !is_commune => (unit.commune, &[Role::Commune]),
        (Receiver::Decider, _) if !is_commune => (unit.commune, &[Role::Decider, Role::Commune]),
        (Receiver::Decider, _) => (unit.province, &[Role::Decider, Role::Province]),
        (Receiver::Supervisor | Receiver::Province, _) => (unit.province, &[Role::Province]),
    }
}

/// Why somebody is not told, or not any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Skip {
    /// The unit is no more.
    UnitEnded,
    /// Nobody holds the post.
    Nobody,
    /// The person has no number.
    NoPhone,
    /// The person wants no reminders.
    Stopped,
    /// The step is done.
    Done,
    /// It is too late to be of use.
    Late,
    /// A later reminder of the same is due as well.
    Overtaken,
    /// The rule is no more, or says something else.
    RuleChanged,
    /// The person does not hold the post any more.
    PostEnded,
}

impl Skip {
    /// Every reason.
    pub const ALL: [Skip; 9] = [
        Skip::UnitEnded,
        Skip::Nobody,
        Skip::NoPhone,
        Skip::Stopped,
        Skip::Done,
        Skip::Late,
        Skip::Overtaken,
        Skip::RuleChanged,
        Skip::PostEnded,
    ];

    /// Its name in JSON and the database.
    pub fn name(self) -> &'static str {
        match self {
            Skip::UnitEnded => "unit_ended",
            Skip::Nobody => "nobody",
            Skip::NoPhone => "no_phone",
            Skip::Stopped => "stopped",
            Skip::Done => "done",
            Skip::Late => "late",
            Skip::Overtaken => "overtaken",
            Skip::RuleChanged => "rule_changed",
            Skip::PostEnded => "post_ended",
        }
    }

    /// The reason with this name.
    pub fn by_name(name: &str) -> Option<Skip> {
        Skip::ALL.into_iter().find(|skip| skip.name() == name)
    }
}

/// What is planned for a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// To be sent, if the step is still open then.
    Send,
    /// Not to be sent.
    Skip(Skip),
}

/// A row: somebody is, or for a reason is not, to be told of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// The unit.
    pub unit: UnitId,
    /// Its commune.
    pub commune: Option<UnitId>,
    /// Who; `None` where there is nobody.
    pub receiver: Option<PersonId>,
    /// What is planned.
    pub fate: Fate,
}

/// Who is to be told on `today` of the units whose step is open, by the posts of that day. Every unit gets at least a
/// row, with the reason where nobody is told.
pub fn plan(occasion: &Occasion, today: NaiveDate, candidates: &[Candidate], posts: &Posts) -> Vec<Planned> {
    let stoppable = is_stoppable(occasion.to, occasion.kind, occasion.rule.statutory);
    let mut rows = Vec::with_capacity(candidates.len());
    for unit in candidates {
        let row = |receiver, fate| Planned { unit: unit.unit, commune: unit.commune, receiver, fate };
        if occasion.to == Receiver::Reporter && unit.valid_to < today {
            rows.push(row(None, Fate::Skip(Skip::UnitEnded)));
            continue;
        }
        let receivers = posts.receivers(occasion.to, occasion.kind, unit);
        if receivers.is_empty() {
            rows.push(row(None, Fate::Skip(Skip::Nobody)));
        }
        let fate = |post: &Post| match post {
            Post { stopped: true, .. } if stoppable => Fate::Skip(Skip::Stopped),
            Post { has_phone: false, .. } => Fate::Skip(Skip::NoPhone),
            _ => Fate::Send,
        };
        rows.extend(receivers.iter().map(|post| row(Some(post.person), fate(post))));
    }
    rows
}

/// Whether those who are told may switch it off: those who report always, supervisors unless it is a statutory notice.
pub fn is_stoppable(to: Receiver, kind: UnitKind, statutory: bool) -> bool {
    (to == Receiver::Reporter && kind != UnitKind::Commune) || !statutory
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::reminder::{Matter, Rules};

    const UNIT: Candidate =
        Candidate { unit: 30, commune: Some(20), province: Some(10), valid_to: NaiveDate::MAX };

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn post(person: PersonId, role: Role) -> Post {
        Post { person, role, has_phone: true, stopped: false }
    }

    fn told(to: Receiver, kind: UnitKind, posts: &[(UnitId, Post)]) -> Vec<(Option<PersonId>, Fate)> {
        let rules = Rules::shipped().unwrap();
        let rule =
            rules.iter().map(|standing| &standing.rule).find(|rule| rule.matter == Matter::Registration);
        let occasion = Occasion {
            rule: rule.unwrap(),
            kind,
            to,
            text: "remind_registration",
            period: 2026,
            step: -3,
            due: day("2026-03-31"),
            counted_on: day("2026-10-31"),
            at: 0,
        };
        let unit = if kind == UnitKind::Commune { Candidate { unit: 20, ..UNIT } } else { UNIT };
        let rows = plan(&occasion, day("2026-03-28"), &[unit], &Posts::new(posts.iter().copied()));
        rows.into_iter().map(|row| (row.receiver, row.fate)).collect()
    }

    #[test]
    fn the_head_is_told_and_without_one_the_team() {
        let (head, team) = ((30, post(1, Role::Head)), (30, post(2, Role::Team)));
        let reporter = |posts: &[(UnitId, Post)]| told(Receiver::Reporter, UnitKind::Hamlet, posts);
        assert_eq!(reporter(&[team, head]), [(Some(1), Fate::Send)]);
        assert_eq!(reporter(&[team]), [(Some(2), Fate::Send)]);
        assert_eq!(reporter(&[(30, post(3, Role::Commune))]), [(None, Fate::Skip(Skip::Nobody))]);
        assert_eq!(reporter(&[head, head, (30, post(4, Role::Head))]).len(), 2, "two heads, each once");
    }

    #[test]
    fn each_level_has_its_receivers() {
        let posts = [
            (30, post(1, Role::Manager)),
            (20, post(2, Role::Commune)),
            (20, post(3, Role::Decider)),
            (10, post(4, Role::Province)),
            (10, post(5, Role::Decider)),
        ];
        let one = |to, kind| told(to, kind, &posts).pop().and_then(|(person, _)| person);
        assert_eq!(one(Receiver::Reporter, UnitKind::School), Some(1));
        assert_eq!(one(Receiver::Supervisor, UnitKind::School), Some(2));
        assert_eq!(one(Receiver::Decider, UnitKind::School), Some(3));
        assert_eq!(one(Receiver::Province, UnitKind::School), Some(4));
        assert_eq!(one(Receiver::Reporter, UnitKind::Commune), Some(2));
        assert_eq!(one(Receiver::Supervisor, UnitKind::Commune), Some(4));
        assert_eq!(one(Receiver::Decider, UnitKind::Commune), Some(5));
        assert_eq!(told(Receiver::Decider, UnitKind::Hamlet, &posts[..2]), [(Some(2), Fate::Send)]);
    }

    #[test]
    fn a_head_may_stop_reminders_and_a_supervisor_may_not() {
        let stopped = |unit, role| (unit, Post { stopped: true, ..post(1, role) });
        let head = told(Receiver::Reporter, UnitKind::Hamlet, &[stopped(30, Role::Head)]);
        assert_eq!(head, [(Some(1), Fate::Skip(Skip::Stopped))]);
        let officer = told(Receiver::Supervisor, UnitKind::Hamlet, &[stopped(20, Role::Commune)]);
        assert_eq!(officer, [(Some(1), Fate::Send)]);
        assert_eq!(
            told(Receiver::Reporter, UnitKind::Commune, &[stopped(20, Role::Commune)]),
            [(Some(1), Fate::Send)]
        );
    }

    #[test]
    fn who_has_no_number_is_noted() {
        let posts = [(30, Post { has_phone: false, ..post(1, Role::Head) })];
        assert_eq!(
            told(Receiver::Reporter, UnitKind::Hamlet, &posts),
            [(Some(1), Fate::Skip(Skip::NoPhone))]
        );
    }

    #[test]
    fn a_unit_that_is_no_more_is_not_reminded_but_stands_in_the_list() {
        let rules = Rules::shipped().unwrap();
        let rule = rules.by_code("return").unwrap();
        let occasion = |to| Occasion {
            rule,
            kind: UnitKind::Hamlet,
            to,
            text: "remind_return",
            period: 202_606,
            step: 0,
            due: day("2026-06-15"),
            counted_on: day("2026-06-14"),
            at: 0,
        };
        let gone = Candidate { valid_to: day("2026-06-14"), ..UNIT };
        let posts = Posts::new([(30, post(1, Role::Head)), (20, post(2, Role::Commune))]);
        let fate = |to| plan(&occasion(to), day("2026-06-15"), &[gone], &posts)[0].fate;
        assert_eq!(fate(Receiver::Reporter), Fate::Skip(Skip::UnitEnded));
        assert_eq!(fate(Receiver::Supervisor), Fate::Send);
    }

    #[test]
    fn reasons_have_names() {
        for skip in Skip::ALL {
            assert_eq!(Skip::by_name(skip.name()), Some(skip));
        }
    }
}
