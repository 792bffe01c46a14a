//! `binhyen user add|password`: accounts. Passwords come from a prompt or from standard input, never from an argument,
//! which every process of the machine could see.

use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;

use super::terminal::{read_secret, say};
use crate::app::Installation;
use crate::config::Settings;
use crate::db::unit;
use crate::domain::access::Role;
use crate::domain::ids::UnitId;
use crate::flows::authenticate::{AccountRequest, add_account, change_password};

#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Make an account with a role at a unit; the password is read from standard input.
    Add(NewUser),
    /// Give an account another password, read from standard input, and end all its log-ins.
    Password {
        /// The name that is typed to log in.
        #[arg(long, value_name = "NAME")]
        username: String,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct NewUser {
    /// The name that is typed to log in.
    #[arg(long, value_name = "NAME")]
    username: String,
    /// head, team, manager, commune, decider, province, national, auditor or admin.
    #[arg(long, value_parser = role)]
    role: Role,
    /// Code of the unit that the role is held at; left out for the whole country.
    #[arg(long, value_name = "CODE")]
    unit: Option<String>,
}

pub(super) fn run(what: User, settings: &Settings) -> anyhow::Result<ExitCode> {
    let password = read_secret("Password: ")?;
    let said = super::block_on(async {
        let installation = Installation::open(settings).await?;
        let said = match what {
            User::Add(user) => add(&installation, user, password).await,
            User::Password { username } => change(&installation, &username, password).await,
        };
        installation.close().await?;
        said
    })??;
    say(&said)?;
    Ok(super::DONE)
}

async fn add(installation: &Installation, user: NewUser, password: String) -> anyhow::Result<String> {
    let unit_id = match &user.unit {
        Some(code) => Some(unit_of(installation, code).await?),
        None => None,
    };
    let said = format!("account {} made", user.username);
    let request = AccountRequest { username: user.username, password, role: user.role, unit_id };
    let now = installation.clock.real_micros();
    add_account(&installation.db, &installation.ids, request, now).await?;
    Ok(said)
}

async fn change(installation: &Installation, username: &str, password: String) -> anyhow::Result<String> {
    change_password(&installation.db, username, password, installation.clock.real_micros()).await?;
    Ok(format!("account {username} has a new password; whoever was logged in must log in again"))
}

async fn unit_of(installation: &Installation, code: &str) -> anyhow::Result<UnitId> {
    let (wanted, today) = (code.to_owned(), installation.clock.today());
    let unit = installation.db.read(move |conn| unit::by_code(conn, &wanted, today)).await?;
    let unit = unit.with_context(|| {
        format!("there is no unit {code} today; give a code such as 04792, or import the unit first")
    })?;
    Ok(unit.id)
}

fn role(name: &str) -> Result<Role, String> {
    Role::by_name(name).ok_or_else(|| {
        "one of head, team, manager, commune, decider, province, national, auditor, admin".to_owned()
    })
}
