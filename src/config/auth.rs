//! `[auth]`: how long tokens, sessions and signing keys live.

use serde::Serialize;

use super::section::Section;

/// `[auth]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Auth {
    /// How long an access token is good for, in minutes.
    pub access_minutes: i64,
    /// How long a session lives that is not used, in days.
    pub refresh_days: i64,
    /// How long the device of a person who reports stays logged in without being used, in days.
    pub device_days: i64,
    /// How often the key changes that tokens are signed with, in days.
    pub key_rotation_days: i64,
}

impl Auth {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let access_minutes = section.integer("access_minutes", 1..=1_440);
        let refresh_days = section.integer("refresh_days", 1..=365);
        let device_days = section.integer("device_days", 1..=730);
        let key_rotation_days = section.integer("key_rotation_days", 1..=365);
        Some(Auth {
            access_minutes: access_minutes?,
            refresh_days: refresh_days?,
            device_days: device_days?,
            key_rotation_days: key_rotation_days?,
        })
    }
}
