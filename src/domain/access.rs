//! Who may do what: the one table of roles, actions and units.
//!
//! A post ties a person to a unit. What the person may do with a unit depends on the role and on whether that unit is
//! the post's own or lies under it; towards all other units nobody may do anything.

/// The role of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Head of a hamlet; reports.
    Head,
    /// Member of the grassroots security team of a hamlet; reports.
    Team,
    /// Manager of an agency, enterprise or school; reports and assesses.
    Manager,
    /// Officer of the commune's police: reads texts, sets severity, closes months.
    Commune,
    /// Decides on recognition (chairman of the commune, or of the province for communes).
    Decider,
    /// Officer of the province.
    Province,
    /// Officer of the ministry.
    National,
    /// Reads the audit.
    Auditor,
    /// Looks after accounts, units, settings and gateways.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 9] = [
        Role::Head,
        Role::Team,
        Role::Manager,
        Role::Commune,
        Role::Decider,
        Role::Province,
        Role::National,
        Role::Auditor,
        Role::Admin,
    ];

    /// Its name in files, JSON and the database.
    pub fn name(self) -> &'static str {
        match self {
            Role::Head => "head",
            Role::Team => "team",
            Role::Manager => "manager",
            Role::Commune => "commune",
            Role::Decider => "decider",
            Role::Province => "province",
            Role::National => "national",
            Role::Auditor => "auditor",
            Role::Admin => "admin",
        }
    }

    /// The role with this name.
    pub fn by_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether the holder's texts and app reports count for the post's unit.
    pub fn reports(self) -> bool {
        matches!(self, Role::Head | Role::Team | Role::Manager)
    }
}

/// Something that can be done with a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Read indicators, units, forms: what is counted and where.
    ReadCatalogue,
    /// Read the figures of the unit's months.
    ReadFigures,
    /// Send a report for the unit.
    SubmitReport,
    /// Read the unit's reports with their versions, authors and proposals.
    ReadReports,
    /// Accept or refuse a proposal, set the severity of an incident.
    JudgeReports,
    /// Read the words of texts.
    ReadMessages,
    /// See what was sent, in which state and at which cost, without the words.
    ReadDelivery,
    /// Read names, posts and telephone numbers.
    ReadPeople,
    /// Add and change people and posts, attach numbers, export and erase personal data.
    ManagePeople,
    /// See the devices of people who report and end them; who reports has a say over the own ones only.
    ManageDevices,
    /// Add and change accounts and roles.
    ManageAccounts,
    /// Add, merge and rename units.
    ManageUnits,
    /// Close a month.
    CloseMonth,
    /// Open a closed month again.
    ReopenMonth,
    /// Register the unit for the yearly review and assess it.
    AssessReview,
    /// Read reviews and their files.
    ReadReviews,
    /// Recognise the unit, return or refuse its file.
    DecideReview,
    /// Change the rules of reminders.
    ManageReminders,
    /// Change indicators, texts, calendars, gateways.
    ManageSettings,
    /// Read the audit.
    ReadAudit,
}

impl Action {
    /// Every action.
    pub const ALL: [Action; 20] = [
        Action::ReadCatalogue,
        Action::ReadFigures,
        Action::SubmitReport,
        Action::ReadReports,
        Action::JudgeReports,
        Action::ReadMessages,
        Action::ReadDelivery,
        Action::ReadPeople,
        Action::ManagePeople,
        Action::ManageDevices,
        Action::ManageAccounts,
        Action::ManageUnits,
        Action::CloseMonth,
        Action::ReopenMonth,
        Action::AssessReview,
        Action::ReadReviews,
        Action::DecideReview,
        Action::ManageReminders,
        Action::ManageSettings,
        Action::ReadAudit,
    ];

    /// Its name in logs and in the documentation.
    pub fn name(self) -> &'static str {
        match self {
            Action::ReadCatalogue => "read_catalogue",
            Action::ReadFigures => "read_figures",
            Action::SubmitReport => "submit_report",
            Action::ReadReports => "read_reports",
            Action::JudgeReports => "judge_reports",
            Action::ReadMessages => "read_messages",
            Action::ReadDelivery => "read_delivery",
            Action::ReadPeople => "read_people",
            Action::ManagePeople => "manage_people",
            Action::ManageDevices => "manage_devices",
            Action::ManageAccounts => "manage_accounts",
            Action::ManageUnits => "manage_units",
            Action::CloseMonth => "close_month",
            Action::ReopenMonth => "reopen_month",
            Action::AssessReview => "assess_review",
            Action::ReadReviews => "read_reviews",
            Action::DecideReview => "decide_review",
            Action::ManageReminders => "manage_reminders",
            Action::ManageSettings => "manage_settings",
            Action::ReadAudit => "read_audit",
        }
    }
}

/// How a unit lies to the unit of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// It is the post's own unit.
    Own,
    /// It lies under it, at any depth.
    Under,
    /// Neither.
    Other,
}

/// Whether a post with `role` allows `action` on a unit that lies to the post's unit as `relation` says.
pub fn allowed(role: Role, action: Action, relation: Relation) -> bool {
    match (scope(role, action), relation) {
        (Scope::Nowhere, _) => false,
        // The catalogue is no secret of a unit.
        (Scope::Everywhere, _) => true,
        (_, Relation::Other) => false,
        (Scope::Own, relation) => relation == Relation::Own,
        (Scope::Under, relation) => relation == Relation::Under,
        (Scope::OwnAndUnder, _) => true,
    }
}

/// Where an action is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Nowhere,
    Own,
    Under,
    OwnAndUnder,
    Everywhere,
}

fn scope(role: Role, action: Action) -> Scope {
    if action == Action::ReadCatalogue {
        return Scope::Everywhere;
    }
    match role {
        Role::Head | Role::Team | Role::Manager => for_reporter(action),
        Role::Commune => for_commune(action),
        Role::Decider => for_decider(action),
        Role::Province => for_province(action),
        Role::National => for_national(action),
        Role::Auditor if action == Action::ReadAudit => Scope::OwnAndUnder,
        Role::Auditor => Scope::Nowhere,
        Role::Admin => for_admin(action),
    }
}

fn for_reporter(action: Action) -> Scope {
    match action {
        Action::ReadFigures
        | Action::SubmitReport
        | Action::ReadReports
        | Action::ManageDevices
        | Action::AssessReview
        | Action::ReadReviews => Scope::Own,
        _ => Scope::Nowhere,
    }
}

/// The commune's police supervise their hamlets; the words of texts are for them only.
fn for_commune(action: Action) -> Scope {
    match action {
        Action::CloseMonth | Action::ManageReminders => Scope::Own,
        Action::ReadFigures
        | Action::SubmitReport
        | Action::ReadReports
        | Action::JudgeReports
        | Action::ReadMessages
        | Action::ReadDelivery
        | Action::ReadPeople
        | Action::ManagePeople
        | Action::ManageDevices
        | Action::AssessReview
        | Action::ReadReviews => Scope::OwnAndUnder,
        _ => Scope::Nowhere,
    }
}

/// A decider recognises the units under the own one, never the own one itself.
fn for_decider(action: Action) -> Scope {
    match action {
        Action::DecideReview => Scope::Under,
        Action::ReadFigures | Action::ReadReports | Action::ReadReviews => Scope::OwnAndUnder,
        _ => Scope::Nowhere,
    }
}

fn for_province(action: Action) -> Scope {
    match action {
        Action::ReopenMonth => Scope::Under,
        Action::ReadFigures
        | Action::ReadReports
        | Action::ReadDelivery
        | Action::ReadPeople
        | Action::ReadReviews
        | Action::ManageReminders => Scope::OwnAndUnder,
        _ => Scope::Nowhere,
    }
}

fn for_national(action: Action) -> Scope {
    match action {
        Action::ReadFigures | Action::ReadReviews => Scope::OwnAndUnder,
        _ => Scope::Nowhere,
    }
}

/// An administrator runs the installation and needs neither figures nor the words of texts.
fn for_admin(action: Action) -> Scope {
    match action {
        Action::ReadDelivery
        | Action::ReadPeople
        | Action::ManagePeople
        | Action::ManageDevices
        | Action::ManageAccounts
        | Action::ManageUnits
        | Action::ManageReminders
        | Action::ManageSettings => Scope::OwnAndUnder,
        _ => Scope::Nowhere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `o`: own unit, `u`: units under it, `*`: all.
    fn cell(role: Role, action: Action) -> String {
        let may = |relation| allowed(role, action, relation);
        if may(Relation::Other) {
            return "*".to_owned();
        }
        let own = if may(Relation::Own) { "o" } else { "" };
        let under = if may(Relation::Under) { "u" } else { "" };
        if own.is_empty() && under.is_empty() { "-".to_owned() } else { format!("{own}{under}") }
    }

    #[test]
    fn the_whole_table_of_access_is_as_written_here() {
        let table: String = Action::ALL
            .into_iter()
            .map(|action| {
                let cells: String =
                    Role::ALL.into_iter().map(|role| format!(" {:2}", cell(role, action))).collect();
                format!("{:16}{}\n", action.name(), cells.trim_end())
            })
            .collect();
        //                     head team mgr  com dec prov nat aud adm
        let expected = "\
read_catalogue   *  *  *  *  *  *  *  *  *
read_figures     o  o  o  ou ou ou ou -  -
submit_report    o  o  o  ou -  -  -  -  -
read_reports     o  o  o  ou ou ou -  -  -
judge_reports    -  -  -  ou -  -  -  -  -
read_messages    -  -  -  ou -  -  -  -  -
read_delivery    -  -  -  ou -  ou -  -  ou
read_people      -  -  -  ou -  ou -  -  ou
manage_people    -  -  -  ou -  -  -  -  ou
manage_devices   o  o  o  ou -  -  -  -  ou
manage_accounts  -  -  -  -  -  -  -  -  ou
manage_units     -  -  -  -  -  -  -  -  ou
close_month      -  -  -  o  -  -  -  -  -
reopen_month     -  -  -  -  -  u  -  -  -
assess_review    o  o  o  ou -  -  -  -  -
read_reviews     o  o  o  ou ou ou ou -  -
decide_review    -  -  -  -  u  -  -  -  -
manage_reminders -  -  -  o  -  ou -  -  ou
manage_settings  -  -  -  -  -  -  -  -  ou
read_audit       -  -  -  -  -  -  -  ou -
";
        assert_eq!(table, expected);
    }

    #[test]
    fn nobody_may_do_anything_with_a_foreign_unit_but_read_the_catalogue() {
        for role in Role::ALL {
            for action in Action::ALL {
                assert_eq!(allowed(role, action, Relation::Other), action == Action::ReadCatalogue);
            }
        }
    }

    #[test]
    fn role_names_are_those_of_the_files() {
        for role in Role::ALL {
            assert_eq!(Role::by_name(role.name()), Some(role));
        }
        assert_eq!(Role::by_name("Head"), None);
    }
}
