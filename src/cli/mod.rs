//! The command line: a file per command.
//!
//! Exit codes: 0 done, 1 failed, 2 wrong usage or settings. Answers go to standard output; errors and logs go to
//! standard error, and an error says what to do.

mod check_config;
mod demo;
mod gateway;
mod health;
mod import;
mod migrate;
mod openapi;
mod rehearse;
mod serve;
mod sms;
mod terminal;
mod token;
mod trial;
mod user;
mod verify;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use crate::config::{self, Problems, Settings};

/// Bình Yên: hamlet heads report security-and-order incidents by SMS or app; communes get their monthly indicators.
#[derive(Debug, Parser)]
#[command(name = "binhyen", version, arg_required_else_help = true)]
struct CommandLine {
    #[command(flatten)]
    settings: SettingsFile,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Args)]
struct SettingsFile {
    /// Settings that lie over the built-in defaults; `BINHYEN__SECTION__KEY` in the environment lies over both.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play a commune's month on a throw-away database, then serve it: nothing to install, nothing to configure.
    Demo(demo::Demo),
    /// Run everything: the web server, texts in and out, what is scheduled. SIGTERM or SIGINT stops it.
    Serve,
    /// Bring the schema of the database up to date.
    Migrate,
    /// Print the settings that result from defaults, file and environment, secrets hidden, or every problem at once.
    CheckConfig,
    /// Take in a table of units or people.
    #[command(subcommand)]
    Import(import::Import),
    /// Read texts, explain a reading, score a corpus, check a lexicon.
    #[command(subcommand)]
    Sms(sms::Sms),
    /// Make accounts and change passwords.
    #[command(subcommand)]
    User(user::User),
    /// List gateways and try one with a real text; enrol phones that are gateways, list and dismiss them.
    #[command(subcommand)]
    Gateway(gateway::Gateway),
    /// Issue tokens of an account to scripts.
    #[command(subcommand)]
    Token(token::Token),
    /// Print the description of the API (OpenAPI 3.1).
    Openapi,
    /// Recompute every figure from the reports and check the audit chain; exit 1 if something differs.
    Verify,
    /// Play a year of reminders and print every text that would be sent, by day, person and cost.
    Rehearse(rehearse::Rehearse),
    /// Ask the running server with these settings whether it is ready (exit 0) or not (exit 1).
    Health,
}

/// Done, or what the command found does not hold (exit 1).
const DONE: ExitCode = ExitCode::SUCCESS;
const FAILED: u8 = 1;
const WRONG_USAGE: u8 = 2;

/// Runs the program with `args`, the first of which is its own name.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let command_line = match CommandLine::try_parse_from(args) {
        Ok(command_line) => command_line,
        Err(error) => return show_usage(&error),
    };
    command_line.run().unwrap_or_else(|error| fail(&error))
}

impl CommandLine {
    fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Demo(demo) => demo::run(&demo),
            Command::Serve => serve::run(&self.settings.load()?),
            Command::User(what) => user::run(what, &self.settings.load()?),
            Command::Token(what) => token::run(&what, &self.settings.load()?),
            Command::Gateway(what) => gateway::run(&what, &self.settings.load()?),
            Command::Openapi => openapi::run(),
            Command::Migrate => migrate::run(&self.settings.load()?),
            Command::CheckConfig => check_config::run(&self.settings.load()?),
            Command::Sms(what) => sms::run(&what),
            Command::Import(what) => import::run(&what, &self.settings.load()?),
            Command::Verify => verify::run(&self.settings.load()?),
            Command::Rehearse(rehearse) => rehearse::run(&rehearse, &self.settings.load()?),
            Command::Health => health::run(&self.settings.load()?),
        }
    }
}

impl SettingsFile {
    fn load(&self) -> Result<Settings, Problems> {
        Settings::load(self.config.as_deref(), config::environment())
    }
}

/// Runs what a command does to its end on a reactor of its own.
fn block_on<F: Future>(work: F) -> std::io::Result<F::Output> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work))
}

/// Help and version go to standard output and are no mistake.
fn show_usage(error: &clap::Error) -> ExitCode {
    // Nobody is left to tell when the terminal is gone.
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => DONE,
        _ => ExitCode::from(WRONG_USAGE),
    }
}

fn fail(error: &anyhow::Error) -> ExitCode {
    if reader_left(error) {
        return DONE;
    }
    terminal::complain(&format!("binhyen: {}", told(error)));
    ExitCode::from(if error.is::<Problems>() { WRONG_USAGE } else { FAILED })
}

/// The error with its causes, each told once: many errors repeat their cause in their own words.
fn told(error: &anyhow::Error) -> String {
    let mut told = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        let cause = cause.trim_end();
        if !told.contains(cause) {
            told.push_str(if told.is_empty() { "" } else { ": " });
            told.push_str(cause);
        }
    }
    told
}

/// Whether the reader of our output closed it (`binhyen … | head`), which is no failure of ours.
fn reader_left(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<std::io::Error>();
    io.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn a_cause_that_an_error_repeats_is_told_once() {
        let error = anyhow::anyhow!("no route to host\n").context("cannot connect: no route to host");
        assert_eq!(told(&error.context("not sent")), "not sent: cannot connect: no route to host");
    }

    #[test]
    fn every_command_and_option_says_what_it_does() {
        fn check(command: &clap::Command) {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{} of {}", argument.get_id(), command.get_name());
            }
            command.get_subcommands().for_each(check);
        }
        check(&CommandLine::command());
    }
}
