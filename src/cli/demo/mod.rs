//! `binhyen demo`: a commune's month from the first text to the indicators, on a throw-away embedded database.
//!
//! Everything is the real thing – settings, server, gateway endpoint, sender, API – but the commune's people and
//! figures, which are made up, and the phones, which stand in this process.

mod commune;
mod folder;
mod month;
mod phones;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::terminal::say;
use crate::app::{App, Listeners, interrupted};
use crate::config::Settings;
use crate::crypto::{random_bytes, sha256};
use crate::db::unit;
use crate::domain::access::Role;
use crate::domain::intake::{Figures, Submission, SubmissionKind};
use crate::domain::period::Period;
use crate::flows::authenticate::{AccountRequest, add_account};
use crate::flows::import::{Mode, People, import_people, import_units};
use crate::flows::intake::NewSubmission;
use crate::telemetry;
use folder::Folder;
use phones::Phones;

/// How long a reply may take before the play goes on without it.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long the play waits for more texts than the reply (alerts to officers).
const AFTERWARDS: Duration = Duration::from_millis(150);

#[derive(Debug, clap::Args)]
pub(super) struct Demo {
    /// Address and port to serve on.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: String,
}

pub(super) fn run(demo: &Demo) -> anyhow::Result<ExitCode> {
    actix_web::rt::System::new().block_on(play_and_serve(demo))?;
    Ok(super::DONE)
}

async fn play_and_serve(demo: &Demo) -> anyhow::Result<()> {
    let folder = Folder::make()?;
    let mut phones = Phones::start()?;
    let token = secret()?;
    let settings = settings(demo, &folder, &phones, &token)?;
    telemetry::start_logs(settings.log.format, &settings.log.level)?;
    let listeners = Listeners::bind(&settings.http, &settings.metrics)
        .with_context(|| format!("{} is taken; choose another with --listen", demo.listen))?;
    let server = format!("http://{}", listeners.web.local_addr()?);
    let app = App::build(&settings).await?;
    let logins = prepare(&app, &settings).await?;
    let today = app.installation().clock.today();
    let period = settings.period.calendar().reportable(today);
    let serving = actix_web::rt::spawn(app.serve(listeners, async {
        if let Err(error) = interrupted().await {
            tracing::error!(%error, "signals cannot be waited for; stopping");
        }
    }));
    play(&server, &token, period, &mut phones).await?;
    month::show(&server, &logins, period).await?;
    say_where(&server, &logins)?;
    serving.await?
}

/// The settings of the demonstration: defaults, with everything that is kept in the throw-away folder.
fn settings(demo: &Demo, folder: &Folder, phones: &Phones, token: &str) -> anyhow::Result<Settings> {
    let path = |name: &str| folder.path().join(name).display().to_string();
    let given = [
        ("DATABASE__URL", format!("sqlite://{}", path("demo.db"))),
        ("KEYS__FILE", path("demo.key")),
        ("INTAKE__SPOOL_DIR", path("spool")),
        ("HTTP__LISTEN", demo.listen.clone()),
        ("METRICS__LISTEN", "off".to_owned()),
        ("LOG__LEVEL", "warn".to_owned()),
        ("GATEWAYS__DEMO__KIND", "generic".to_owned()),
        ("GATEWAYS__DEMO__INBOUND_TOKEN", token.to_owned()),
        ("GATEWAYS__DEMO__SEND_URL", phones.url.clone()),
        ("GATEWAYS__DEMO__PARTS_PER_SECOND", "1000".to_owned()),
        ("GATEWAYS__DEMO__COST_PER_PART", "350".to_owned()),
    ];
    let environment: BTreeMap<String, String> =
        given.into_iter().map(|(key, value)| (format!("BINHYEN__{key}"), value)).collect();
    Ok(Settings::load(None, environment.into_iter().collect())?)
}

/// A log-in that is printed.
pub(super) struct Login {
    pub(super) username: &'static str,
    pub(super) password: String,
    role: Role,
    unit: Option<&'static str>,
}

/// Units, people, a year of made-up reports, and accounts.
async fn prepare(app: &App, settings: &Settings) -> anyhow::Result<Vec<Login>> {
    let installation = app.installation();
    let (db, ids, clock) = (&installation.db, &installation.ids, installation.clock);
    import_units(db, ids, clock, commune::units().as_bytes(), Mode::Write).await?;
    let people = People { keys: installation.keys.clone(), ids: ids.clone(), clock };
    import_people(db, people, commune::people().as_bytes(), Mode::Write).await?;
    for period in commune::past_months(settings.period.calendar(), clock.today()) {
        for hamlet in 0..commune::count() {
            app.intake().submit(past_submission(app, settings, hamlet, period).await?).await?;
        }
    }
    let logins = [("canbo", Role::Commune, Some(commune::COMMUNE)), ("quantri", Role::Admin, None)];
    let mut made = Vec::new();
    for (username, role, unit) in logins {
        let password = secret()?;
        let unit_id = match unit {
            Some(code) => Some(unit_id(app, code.to_owned()).await?),
            None => None,
        };
        let request =
            AccountRequest { username: username.to_owned(), password: password.clone(), role, unit_id };
        add_account(db, ids, request, clock.real_micros()).await?;
        made.push(Login { username, password, role, unit });
    }
    Ok(made)
}

async fn past_submission(
    app: &App,
    settings: &Settings,
    hamlet: usize,
    period: Period,
) -> anyhow::Result<NewSubmission> {
    let due = settings.period.calendar().hamlet_due(period);
    let text = commune::past_report(hamlet, period);
    let reading = app.intake().context().rules.reader.get().read(&text, due);
    Ok(NewSubmission {
        client_id: format!("demo {} {period}", commune::code(hamlet)),
        content_digest: sha256(&[text.as_bytes()]),
        report: Submission {
            unit: unit_id(app, commune::code(hamlet)).await?,
            kind: SubmissionKind::Month(period),
            values: reading.values.into_iter().collect(),
            rest_zero: true,
            base_version: None,
            base_values: Figures::new(),
            confirmed: true,
            author: None,
            replaces: None,
        },
        note: None,
        source: "import",
        account_id: None,
        received_at: crate::clock::start_of_day_in_vietnam(due),
    })
}

async fn unit_id(app: &App, code: String) -> anyhow::Result<i64> {
    let today = app.installation().clock.today();
    let found = app.installation().db.read(move |conn| unit::by_code(conn, &code, today)).await?;
    Ok(found.context("a unit of the demonstration is missing")?.id)
}

/// Texts what heads text, through the gateway's endpoint, and prints what comes back to the phones.
async fn play(server: &str, token: &str, period: Period, phones: &mut Phones) -> anyhow::Result<()> {
    say(&format!(
        "\nXã Mường Bú ({}), reports for {period}. > from a phone, < to a phone\n",
        commune::COMMUNE
    ))?;
    let client = reqwest::Client::new();
    for (number, (hamlet, words)) in commune::PLAY.iter().enumerate() {
        let (from, who) = match hamlet {
            Some(hamlet) => (commune::phone(*hamlet), commune::name(*hamlet)),
            None => ("0911111111", "a number that nobody registered"),
        };
        let text = words.replace("{m}", &period.month().to_string());
        say(&format!("> {from} {who}: {text}"))?;
        let body = serde_json::json!({"id": number.to_string(), "from": from, "to": "8088", "text": text});
        let answer =
            client.post(format!("{server}/gateways/demo/inbound?token={token}")).json(&body).send().await?;
        answer.error_for_status().context("the gateway's endpoint refused a text")?;
        let mut patience = PATIENCE;
        while let Some(received) = phones.next(patience).await {
            say(&format!("< {}: {}", local(&received.to), received.text))?;
            patience = AFTERWARDS;
        }
        say("")?;
    }
    Ok(())
}

fn local(number: &str) -> String {
    number.strip_prefix("+84").map_or_else(|| number.to_owned(), |rest| format!("0{rest}"))
}

fn say_where(server: &str, logins: &[Login]) -> anyhow::Result<()> {
    say(&format!("\nlistening on {server}"))?;
    say(&format!("try the API: {server}/api/docs"))?;
    for login in logins {
        let place = login.unit.unwrap_or("the whole country");
        say(&format!(
            "log in as {} with {} (role {}, {place})",
            login.username,
            login.password,
            login.role.name()
        ))?;
    }
    say("Ctrl-C stops the server and throws the database away.")?;
    Ok(())
}

fn secret() -> anyhow::Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(random_bytes::<12>()?))
}
