//! Devices of people who report: logging in by a code that comes as an SMS, staying logged in for long without signal,
//! and ending a device from afar.
//!
//! A device belongs to a person; what it may do follows from the posts that the person holds on the day of each request.
//! So a head whose post ends is out at once, and the next head logs in with a number of his own.

mod code;
mod collector;
mod limits;
mod list;
mod token;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;
use tokio::sync::Notify;

pub use code::{Opened, OpeningDevice};
pub use collector::Enrolled;
pub use list::ShownDevice;

use crate::crypto::{CryptoError, Keys, Place, sha256};
use crate::db::device::{self, Device, HeldPost};
use crate::db::log::{self, NewAudit};
use crate::db::{Conn, Db, DbError, DbResult, SharedIds, person};
use crate::domain::access::Role;
use crate::domain::ids::{PersonId, UnitId};
use crate::domain::template::Templates;
use crate::flows::authenticate::signing::SigningKeys;
use crate::flows::authenticate::{AuthError, Caller, Lifetimes, MOST_UNITS, Sessions, Tokens};
use crate::flows::deliver::Planner;
use crate::flows::permit::Forbidden;
use limits::Limits;

/// The kind of a device that exchanges refresh tokens.
pub const APP: &str = "app";
/// How long a refresh token may be brought a second time, microseconds: the answer to the first may have been lost.
const SECOND_TRY: i64 = 60 * 60 * 1_000_000;
/// Devices of a kind that a person has at a time; the one that was not used for longest makes room.
const MOST_DEVICES: i64 = 5;

/// Why a device is not let in.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// Too many codes were asked for or tried; how many seconds to wait.
    #[error("too many attempts; again in {0} s")]
    TooMany(u32),
    /// Wrong, too old or used; which, is not told.
    #[error("the code is wrong or not good any more")]
    WrongCode,
    /// Several people share the number: for which of these units is it?
    #[error("several people share the number")]
    ChooseUnit(Vec<HeldPost>),
    /// No token of ours, or lapsed.
    #[error("the refresh token is not valid")]
    RefreshRefused,
    /// It was ended.
    #[error("the device was ended")]
    Ended,
    /// Its holder has no post any more.
    #[error("the holder of the device has no post any more")]
    PostEnded,
    /// There is no such device, or the caller may not know of it.
    #[error("there is no such device")]
    NotFound,
    /// The role does not allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No access token could be made.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// The database did not answer.
    #[error(transparent)]
    Db(#[from] DbError),
    /// No randomness, or a key is wrong.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
}

/// When something is asked.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// Microseconds UTC, real time: tokens and codes.
    pub real: i64,
    /// The day, domain time: posts.
    pub today: NaiveDate,
}

/// The devices of the installation; cheap to clone.
#[derive(Debug, Clone)]
pub struct Devices {
    db: Db,
    keys: Arc<Keys>,
    ids: SharedIds,
    lifetimes: Lifetimes,
    signing: Arc<SigningKeys>,
    planner: Planner,
    templates: Arc<Templates>,
    planned: Arc<Notify>,
    limits: Arc<Mutex<Limits>>,
}

/// What a person may do by a device.
#[derive(Debug, Clone)]
pub struct Rights {
    /// The person as the caller of a request.
    pub caller: Caller,
    /// The posts behind it, by the code of the unit.
    pub posts: Vec<HeldPost>,
}

impl Devices {
    /// The devices kept in `db`, whose access tokens are signed as those of `sessions`; codes go out by `planner`, and
    /// `planned` is told so.
    pub fn new(
        db: Db,
        sessions: &Sessions,
        lifetimes: Lifetimes,
        planner: Planner,
        (templates, planned): (Arc<Templates>, Arc<Notify>),
    ) -> Devices {
        let (keys, ids) = (Arc::clone(&planner.keys), Arc::clone(&planner.ids));
        let (signing, limits) = (sessions.signing(), Arc::default());
        Devices { db, keys, ids, lifetimes, signing, planner, templates, planned, limits }
    }

    /// Who brings an access token of the device `id`.
    pub async fn caller(&self, id: i64, now: Now) -> Result<Caller, DeviceError> {
        Ok(self.rights(id, now).await?.caller)
    }

    /// What the device `id` may do at `now`.
    pub async fn rights(&self, id: i64, now: Now) -> Result<Rights, DeviceError> {
        let found = self.db.read(move |conn| {
            let Some(device) = device::by_id(conn, id)? else { return Ok(None) };
            let posts = device::posts(conn, &[device.person_id], now.today)?;
            Ok(Some((device, posts)))
        });
        let (device, posts) = found.await?.ok_or(DeviceError::Ended)?;
        if device.ended_at.is_some() {
            return Err(DeviceError::Ended);
        }
        rights(&device, posts).ok_or(DeviceError::PostEnded)
    }

    /// The name of a person.
    pub async fn name(&self, id: PersonId) -> Result<String, DeviceError> {
        let sealed = self.db.read(move |conn| person::name_cipher(conn, id)).await?;
        let sealed = sealed.ok_or(DeviceError::NotFound)?;
        Ok(self.keys.open_text(Place { table: "person", row: id }, &sealed)?)
    }

    /// Exchanges a refresh token for new tokens. A token that was exchanged before is taken once more within an hour, as
    /// long as the one that replaced it was not used; else it was stolen from somebody, and the device is ended.
    pub async fn refresh(&self, refresh_token: &str, now: Now) -> Result<Tokens, DeviceError> {
        let id = token::read(&self.keys, refresh_token).ok_or(DeviceError::RefreshRefused)?;
        let (brought, fresh) = (token::digest(refresh_token), token::make(&self.keys, id)?);
        let (given, expires_at) = (token::digest(&fresh), now.real + self.lifetimes.device);
        let exchanged =
            self.db.write(move |conn| exchange(conn, id, (brought, given), now, expires_at)).await??;
        let (access_token, expires_in) = self.signing.sign_device(exchanged, id, now.real).await?;
        Ok(Tokens { access_token, expires_in, refresh_token: fresh })
    }

    /// Whether this looks like a refresh token of a device.
    pub fn is_refresh_token(text: &str) -> bool {
        text.starts_with(token::PREFIX)
    }

    fn new_id(&self, now: i64) -> i64 {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).next(now / 1_000)
    }

    fn limit(&self, address: IpAddr, now: i64) -> Result<(), DeviceError> {
        let mut limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        limits.count(address, now).map_err(DeviceError::TooMany)
    }
}

fn rights(device: &Device, posts: Vec<HeldPost>) -> Option<Rights> {
    let mut units: Vec<UnitId> = posts.iter().map(|post| post.unit_id).collect();
    units.dedup();
    if units.len() > MOST_UNITS {
        tracing::warn!(
            person = device.person_id,
            units = units.len(),
            most = MOST_UNITS,
            "more posts than a device acts for"
        );
    }
    let role = posts.iter().filter_map(|post| Role::by_name(&post.role)).min()?;
    let caller = Caller::person(device.person_id, device.id, role, &units)?;
    Some(Rights { caller, posts })
}

type Exchanged = Result<PersonId, DeviceError>;

fn exchange(
    conn: &mut Conn,
    id: i64,
    (brought, given): (crate::crypto::Digest, crate::crypto::Digest),
    now: Now,
    expires_at: i64,
) -> DbResult<Exchanged> {
    let Some(device) = device::locked(conn, id)? else { return Ok(Err(DeviceError::RefreshRefused)) };
    if device.ended_at.is_some() {
        return Ok(Err(DeviceError::Ended));
    }
    if device.expires_at <= now.real {
        return Ok(Err(DeviceError::RefreshRefused));
    }
    if device::posts(conn, &[device.person_id], now.today)?.is_empty() {
        return Ok(Err(DeviceError::PostEnded));
    }
    let second_try = device.former_hash == Some(brought) && now.real - device.exchanged_at < SECOND_TRY;
    if device.token_hash != brought && !second_try {
        device::end(conn, id, now.real, "reused")?;
        audit(conn, now.real, (&format!("person:{}", device.person_id), "revoke_reused_token"), id)?;
        return Ok(Err(DeviceError::Ended));
    }
    // The hour of the second try begins with the first.
    let exchanged_at = if second_try { device.exchanged_at } else { now.real };
    device::exchange(conn, id, (brought, given), (now.real, exchanged_at), expires_at)?;
    Ok(Ok(device.person_id))
}

fn audit(conn: &mut Conn, now: i64, (actor, action): (&str, &str), device: i64) -> DbResult<()> {
    let subject = format!("device:{device}");
    let digest = sha256(&[action.as_bytes(), &device.to_be_bytes()]);
    log::append(conn, now, &[], &NewAudit { actor, action, subject: &subject, digest })
}
