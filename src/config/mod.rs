//! The settings of the program, read once at the start into one small struct per concern.
//!
//! `config/default.toml`, embedded and commented, holds every setting; a file given by `--config` and then the
//! environment (`BINHYEN__SECTION__KEY`) lie over it, and each layer may point to a file for a value (`KEY_file`,
//! `…_FILE`). Unknown keys are refused. Whatever is wrong is told at once, with the key and what to write.

mod auth;
mod database;
mod evidence;
mod gateway;
mod http;
mod layer;
mod period;
mod problem;
mod process;
mod secret;
mod section;
mod traffic;

use std::fmt::Display;
use std::path::Path;

use serde::{Serialize, Serializer};

pub use auth::Auth;
pub use database::{Database, DatabaseUrl, Keys};
pub use evidence::Evidence;
pub use gateway::{
    Alphabet, Esms, Gateway, GatewayKind, Generic, Kannel, KannelSending, LongTexts, MessageIds, Smpp,
    Smsgate, SmsgatePhone, Trust, generic,
};
pub use http::{Http, Metrics};
pub use layer::DEFAULT;
pub use period::PeriodSettings;
pub use problem::{Problem, Problems};
pub use process::{ClockSettings, Log};
pub use secret::Secret;
pub use traffic::{DaysNotice, Intake, Outbound, Retention};

use section::Section;

/// Environment variables by name.
pub type Environment = config::Map<String, String>;

/// All settings, checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Settings {
    /// Where the data is kept.
    pub database: Database,
    /// The key that personal data is encrypted with.
    pub keys: Keys,
    /// The web server.
    pub http: Http,
    /// The listener for Prometheus.
    pub metrics: Metrics,
    /// What is logged and how.
    pub log: Log,
    /// The calendar of reporting months.
    pub period: PeriodSettings,
    /// Whether time stands still.
    pub clock: ClockSettings,
    /// Tokens and sessions.
    pub auth: Auth,
    /// How texts and reports are taken.
    pub intake: Intake,
    /// How texts are sent.
    pub outbound: Outbound,
    /// When texts are forgotten.
    pub retention: Retention,
    /// Where the files of reviews are kept.
    pub evidence: Evidence,
    /// The ways for texts to come in and go out, the preferred one first.
    pub gateways: Vec<Gateway>,
}

impl Settings {
    /// The defaults, with `file` over them and `env` over both.
    ///
    /// # Errors
    /// Every mistake in the settings at once.
    pub fn load(file: Option<&Path>, env: Environment) -> Result<Settings, Problems> {
        let mut problems = Vec::new();
        let table = layer::merged(file, env, &mut problems).map_err(|error| {
            let advice = format!("the settings cannot be read: {error}");
            Problems(vec![Problem { key: "settings".to_owned(), advice, origin: None }])
        })?;
        let (settings, wrong) = Section::read("", table, Settings::read);
        problems.extend(wrong);
        match settings {
            Some(settings) if problems.is_empty() => Ok(settings),
            _ => Err(Problems(problems)),
        }
    }

    /// The settings as a file that could be given by `--config`, with secrets hidden.
    pub fn render_hidden(&self) -> String {
        toml::to_string(self).unwrap_or_else(|error| format!("# the settings cannot be printed: {error}\n"))
    }

    fn read(root: &mut Section) -> Option<Settings> {
        let database = root.section("database", Database::read);
        let url = database.as_ref().map(|database| &database.url);
        let keys = root.section("keys", |section| Keys::read(section, url));
        let http = root.section("http", Http::read);
        let metrics = root.section("metrics", Metrics::read);
        let log = root.section("log", Log::read);
        let period = root.section("period", PeriodSettings::read);
        let clock = root.section("clock", ClockSettings::read);
        let auth = root.section("auth", Auth::read);
        let intake = root.section("intake", |section| Intake::read(section, url));
        let outbound = root.section("outbound", Outbound::read);
        let retention = root.section("retention", Retention::read);
        let evidence = root.section("evidence", |section| Evidence::read(section, url));
        let gateways = root.list("gateways", "id", Gateway::read);
        let settings = Settings {
            database: database?,
            keys: keys?,
            http: http?,
            metrics: metrics?,
            log: log?,
            period: period?,
            clock: clock?,
            auth: auth?,
            intake: intake?,
            outbound: outbound?,
            retention: retention?,
            evidence: evidence?,
            gateways: gateways?,
        };
        settings.agree(root).then_some(settings)
    }

    /// Whether the sections agree with each other.
    fn agree(&self, root: &mut Section) -> bool {
        let mut good = true;
        if let Some(id) = Gateway::shared_id(&self.gateways) {
            let advice = format!("two gateways have the id {id} (- and _ count as the same); rename one");
            root.refuse::<()>("gateways", &advice);
            good = false;
        }
        if self.http.listen.port() != 0 && self.metrics.listen == Some(self.http.listen) {
            root.refuse::<()>("metrics.listen", "it is the address of http.listen; take another port");
            good = false;
        }
        good
    }
}

/// The environment of this process, without what is not UTF-8.
pub fn environment() -> Environment {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(text).collect()
}

fn as_text<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

#[cfg(test)]
mod tests;
