//! Logging in and staying logged in: a password gives a short-lived access token and a refresh token; a refresh token
//! is good for one exchange. One that comes a second time was stolen from somebody, so its whole family is revoked.

mod attempts;
mod caller;
mod password;
pub(in crate::flows) mod signing;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

pub use caller::{Caller, MOST_UNITS, Who};
pub use password::hash_password;
pub use signing::Bearer;

use crate::config::Auth;
use crate::crypto::{CryptoError, Digest, Keys, random_bytes, sha256};
use crate::db::account::{self, Account, NewAccount};
use crate::db::log::{self, NewAudit};
use crate::db::session::{self, NewSession};
use crate::db::{Conn, Db, DbError, DbResult, SharedIds};
use crate::domain::access::Role;
use crate::domain::ids::UnitId;
use attempts::Attempts;
use password::Hashing;
use signing::SigningKeys;

/// Why somebody is not let in.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// Wrong name or password; which one is not told.
    #[error("the user name or the password is wrong")]
    WrongCredentials,
    /// Too many attempts; how many seconds to wait.
    #[error("too many attempts; again in {0} s")]
    TooMany(u32),
    /// No token of ours.
    #[error("the access token is not valid")]
    InvalidToken,
    /// It was one.
    #[error("the access token has expired")]
    Expired,
    /// Unknown, lapsed, revoked or used before.
    #[error("the refresh token is not valid")]
    RefreshRefused,
    /// Too many log-ins wait.
    #[error("too many log-ins are waiting")]
    Busy,
    /// Not a password that is accepted for an account.
    #[error("a password has 8 characters or more, and 512 bytes at most")]
    BadPassword,
    /// Not a name that is accepted for an account.
    #[error("a user name has 1 to 64 characters: small letters, digits, “.”, “-”, “_”, “@”")]
    BadUsername,
    /// The name of a new account is taken.
    #[error("there is an account with this name already")]
    UsernameTaken,
    /// No such account.
    #[error("there is no account with this name")]
    NoAccount,
    /// The role belongs to a unit, and none is given.
    #[error("this role needs a unit")]
    UnitNeeded,
    /// The hash could not be computed.
    #[error("the password could not be hashed")]
    Hashing,
    /// No key to sign with, although one was just made.
    #[error("there is no key to sign access tokens with")]
    NoKey,
    /// The database did not answer.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A key could not be opened.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
}

/// How long tokens and keys are good for, microseconds.
#[derive(Debug, Clone, Copy)]
pub struct Lifetimes {
    /// An access token.
    pub access: i64,
    /// A refresh token.
    pub refresh: i64,
    /// A device that is not used.
    pub device: i64,
    /// How long a key signs.
    pub signing_key: i64,
}

const MINUTE: i64 = 60 * 1_000_000;
const DAY: i64 = 24 * 60 * MINUTE;

impl From<&Auth> for Lifetimes {
    fn from(settings: &Auth) -> Self {
        Lifetimes {
            access: settings.access_minutes * MINUTE,
            refresh: settings.refresh_days * DAY,
            device: settings.device_days * DAY,
            signing_key: settings.key_rotation_days * DAY,
        }
    }
}

impl Default for Lifetimes {
    fn default() -> Self {
        Lifetimes { access: 15 * MINUTE, refresh: 30 * DAY, device: 60 * DAY, signing_key: 7 * DAY }
    }
}

/// What a log-in or an exchange gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// The access token, a JWT.
    pub access_token: String,
    /// How many seconds it is good for.
    pub expires_in: i64,
    /// The refresh token, good for one exchange.
    pub refresh_token: String,
}

/// The log-ins of the installation. Times are microseconds UTC, real time.
#[derive(Debug)]
pub struct Sessions {
    db: Db,
    ids: SharedIds,
    lifetimes: Lifetimes,
    signing: Arc<SigningKeys>,
    attempts: Mutex<Attempts>,
    hashing: Hashing,
}

impl Sessions {
    /// The log-ins kept in `db`, whose signing keys are sealed with `keys`.
    pub fn new(db: Db, keys: Arc<Keys>, ids: SharedIds, lifetimes: Lifetimes) -> Self {
        let signing = Arc::new(SigningKeys::new(db.clone(), keys, Arc::clone(&ids), lifetimes));
        Sessions { db, ids, lifetimes, signing, attempts: Mutex::default(), hashing: Hashing::default() }
    }

    /// Logs somebody in who types `username` and `password` at `address`.
    pub async fn open(
        &self,
        username: &str,
        password: String,
        address: IpAddr,
        now: i64,
    ) -> Result<Tokens, AuthError> {
        let account = self.account(username, password, address, now).await?;
        self.begin_family(&account, now).await
    }

    /// Who types `username` and `password` at `address`, for clients that send both with every request.
    pub async fn check(
        &self,
        username: &str,
        password: String,
        address: IpAddr,
        now: i64,
    ) -> Result<Caller, AuthError> {
        let account = self.account(username, password, address, now).await?;
        let role = Role::by_name(&account.role).ok_or(DbError::Corrupt("the role of an account"))?;
        Ok(Caller::account(account.id, role, account.unit_id))
    }

    async fn account(
        &self,
        username: &str,
        password: String,
        address: IpAddr,
        now: i64,
    ) -> Result<Account, AuthError> {
        let username = username.trim().to_lowercase();
        self.attempts().begin(&username, address, now).map_err(AuthError::TooMany)?;
        let name = username.clone();
        let account = self.db.read(move |conn| account::by_username(conn, &name)).await?;
        let account = account.filter(|account| account.disabled_at.is_none());
        let hash = account.as_ref().map(|account| account.password_hash.clone());
        let right = self.hashing.verify(password, hash).await?;
        let account = account.filter(|_| right).ok_or(AuthError::WrongCredentials)?;
        self.attempts().succeed(&username, address);
        Ok(account)
    }

    /// A log-in without a password, for the administrator at the command line.
    pub async fn issue(&self, username: &str, now: i64) -> Result<Tokens, AuthError> {
        let username = username.trim().to_lowercase();
        let account = self.db.read(move |conn| account::by_username(conn, &username)).await?;
        let account = account.filter(|account| account.disabled_at.is_none()).ok_or(AuthError::NoAccount)?;
        self.begin_family(&account, now).await
    }

    async fn begin_family(&self, account: &Account, now: i64) -> Result<Tokens, AuthError> {
        let (family, account_id) = (new_id(&self.ids, now), account.id);
        let (token, session) = self.new_session(account_id, family, now)?;
        self.db
            .write(move |conn| {
                session::forget_lapsed(conn, account_id, now)?;
                session::insert(conn, &session)?;
                audit(conn, now, account_id, "log_in")
            })
            .await?;
        self.tokens(account, family, token, now).await
    }

    /// Exchanges a refresh token for new tokens.
    pub async fn refresh(&self, refresh_token: &str, now: i64) -> Result<Tokens, AuthError> {
        let (old, sessions) = (token_hash(refresh_token), self.new_session(0, 0, now)?);
        let (token, template) = sessions;
        let exchanged = self.db.write(move |conn| exchange(conn, old, template, now)).await?;
        let (account, family) = exchanged.ok_or(AuthError::RefreshRefused)?;
        self.tokens(&account, family, token, now).await
    }

    /// Who brings this access token, and when it expires, microseconds UTC.
    pub async fn bearer(&self, access_token: &str, now: i64) -> Result<(Bearer, i64), AuthError> {
        self.signing.verify(access_token, now).await
    }

    /// The keys that sign, for who gives tokens to devices.
    pub(in crate::flows) fn signing(&self) -> Arc<SigningKeys> {
        Arc::clone(&self.signing)
    }

    fn new_session(&self, account_id: i64, family: i64, now: i64) -> Result<(String, NewSession), AuthError> {
        let token = BASE64.encode(random_bytes::<32>()?);
        let session = NewSession {
            id: new_id(&self.ids, now),
            account_id,
            family,
            token_hash: token_hash(&token),
            created_at: now,
            expires_at: now + self.lifetimes.refresh,
        };
        Ok((token, session))
    }

    async fn tokens(
        &self,
        account: &Account,
        family: i64,
        token: String,
        now: i64,
    ) -> Result<Tokens, AuthError> {
        let role = Role::by_name(&account.role).ok_or(DbError::Corrupt("the role of an account"))?;
        let caller = Caller::account(account.id, role, account.unit_id);
        Ok(Tokens {
            access_token: self.signing.sign_account(&caller, family, now).await?,
            expires_in: self.lifetimes.access / 1_000_000,
            refresh_token: token,
        })
    }

    fn attempts(&self) -> std::sync::MutexGuard<'_, Attempts> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Marks the token `old` as used and remembers `new` in its family; `None` when it is not good for an exchange, which
/// revokes the family where it was used before.
fn exchange(conn: &mut Conn, old: Digest, new: NewSession, now: i64) -> DbResult<Option<(Account, i64)>> {
    let Some(session) = session::by_hash(conn, old)? else { return Ok(None) };
    if session.used_at.is_some() && session.revoked_at.is_none() {
        session::revoke_family(conn, session.family, now)?;
        audit(conn, now, session.account_id, "revoke_reused_token")?;
        return Ok(None);
    }
    if session.used_at.is_some() || session.revoked_at.is_some() || session.expires_at <= now {
        return Ok(None);
    }
    let account = account::by_id(conn, session.account_id)?.filter(|account| account.disabled_at.is_none());
    let Some(account) = account else { return Ok(None) };
    session::mark_used(conn, session.id, now)?;
    session::insert(conn, &NewSession { account_id: account.id, family: session.family, ..new })?;
    Ok(Some((account, session.family)))
}

/// An account to be made by the administrator.
#[derive(Debug, Clone)]
pub struct AccountRequest {
    /// The name to type, any case.
    pub username: String,
    /// The password.
    pub password: String,
    /// The role.
    pub role: Role,
    /// The unit; `None`: the whole country.
    pub unit_id: Option<UnitId>,
}

/// Makes an account; answers its id.
pub async fn add_account(
    db: &Db,
    ids: &SharedIds,
    request: AccountRequest,
    now: i64,
) -> Result<i64, AuthError> {
    let username = plain_username(&request.username)?;
    if request.unit_id.is_none() && !may_have_no_unit(request.role) {
        return Err(AuthError::UnitNeeded);
    }
    let id = new_id(ids, now);
    let account = NewAccount {
        id,
        username,
        password_hash: hashed(request.password).await?,
        role: request.role.name(),
        unit_id: request.unit_id,
        created_at: now,
    };
    let added = db
        .write(move |conn| {
            let added = account::insert(conn, &account)?;
            if added {
                audit(conn, now, account.id, "add_account")?;
            }
            Ok(added)
        })
        .await?;
    if added { Ok(id) } else { Err(AuthError::UsernameTaken) }
}

/// Gives an account another password and ends all its log-ins.
pub async fn change_password(db: &Db, username: &str, password: String, now: i64) -> Result<(), AuthError> {
    let username = plain_username(username)?;
    let hash = hashed(password).await?;
    let changed = db
        .write(move |conn| {
            let Some(account) = account::by_username(conn, &username)? else { return Ok(false) };
            account::set_password(conn, account.id, &hash, now)?;
            session::revoke_account(conn, account.id, now)?;
            audit(conn, now, account.id, "change_password")?;
            Ok(true)
        })
        .await?;
    if changed { Ok(()) } else { Err(AuthError::NoAccount) }
}

/// Without a unit a role holds for the whole country.
fn may_have_no_unit(role: Role) -> bool {
    matches!(role, Role::National | Role::Auditor | Role::Admin)
}

async fn hashed(password: String) -> Result<String, AuthError> {
    let hashing = tokio::task::spawn_blocking(move || hash_password(&password));
    hashing.await.map_err(|_| AuthError::Hashing)?
}

fn plain_username(username: &str) -> Result<String, AuthError> {
    let name = username.trim().to_lowercase();
    let plain =
        |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_' | b'@');
    let good = !name.is_empty() && name.len() <= 64 && name.bytes().all(plain);
    if good { Ok(name) } else { Err(AuthError::BadUsername) }
}

fn audit(conn: &mut Conn, now: i64, account_id: i64, action: &str) -> DbResult<()> {
    let name = format!("account:{account_id}");
    let digest = sha256(&[action.as_bytes(), &account_id.to_be_bytes()]);
    log::append(conn, now, &[], &NewAudit { actor: &name, action, subject: &name, digest })
}

fn token_hash(token: &str) -> Digest {
    sha256(&[b"refresh token\0", token.as_bytes()])
}

fn new_id(ids: &SharedIds, now: i64) -> i64 {
    // A thread that died between two ids leaves the maker as it was: the next id is still larger than the last.
    ids.lock().unwrap_or_else(PoisonError::into_inner).next(now / 1_000)
}

#[cfg(test)]
mod tests;
