//! `binhyen token issue`: a log-in without a password, for scripts of whoever may read the data key anyway.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Subcommand;

use super::terminal::say;
use crate::app::Installation;
use crate::config::Settings;
use crate::flows::authenticate::{Lifetimes, Sessions, Tokens};

#[derive(Debug, Subcommand)]
pub(super) enum Token {
    /// Print tokens of an account, as `POST /api/v1/auth/token` would answer them.
    Issue {
        /// The name of the account.
        #[arg(long, value_name = "NAME")]
        username: String,
    },
}

pub(super) fn run(what: &Token, settings: &Settings) -> anyhow::Result<ExitCode> {
    let Token::Issue { username } = what;
    let tokens = super::block_on(async {
        let installation = Installation::open(settings).await?;
        let tokens = issue(&installation, settings, username).await;
        installation.close().await?;
        tokens
    })??;
    let answer = serde_json::json!({
        "access_token": tokens.access_token,
        "expires_in": tokens.expires_in,
        "refresh_token": tokens.refresh_token,
    });
    say(&answer.to_string())?;
    Ok(super::DONE)
}

async fn issue(installation: &Installation, settings: &Settings, username: &str) -> anyhow::Result<Tokens> {
    let Installation { db, keys, ids, clock, .. } = installation.clone();
    let sessions = Sessions::new(db, Arc::clone(&keys), ids, Lifetimes::from(&settings.auth));
    Ok(sessions.issue(username, clock.real_micros()).await?)
}
