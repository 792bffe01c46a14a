//! What is wrong with the settings, told all at once.

use std::fmt;

/// One mistake in the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The setting (`gateways.phone1.send_url`), or the file that cannot be read.
    pub key: String,
    /// What is wrong with it and what to write instead.
    pub advice: String,
    /// Where it was set: a file or the environment; `None` for the defaults and for what is missing.
    pub origin: Option<String>,
}

/// Every mistake in the settings, at least one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.advice)?;
        match &self.origin {
            Some(origin) => write!(f, " (set in {origin})"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => writeln!(f, "one setting is wrong:")?,
            count => writeln!(f, "{count} settings are wrong:")?,
        }
        let lines: Vec<String> = self.0.iter().map(|problem| format!("  {problem}")).collect();
        f.write_str(&lines.join("\n"))
    }
}
