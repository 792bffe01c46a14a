//! Access tokens: JWT signed with keys that rotate.
//!
//! A key signs for some days and verifies until the last token that it signed has expired. Keys are made when one is
//! needed, kept encrypted, and shared by all servers of the database.

use std::sync::{Arc, PoisonError, RwLock};

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use super::{AuthError, Caller, Lifetimes, new_id};
use crate::crypto::{Keys, Place, random_bytes};
use crate::db::{Db, SharedIds, signing_key};
use crate::domain::access::Role;
use crate::domain::ids::PersonId;

/// How long an unknown key id is believed to be unknown, so that forged ones do not ask the database each time.
const RELOAD_PAUSE: i64 = 2_000_000;

/// Who brings an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bearer {
    /// An account, with what it might do when the token was made.
    Account(Caller),
    /// A device of a person; what the person may do is looked up.
    Device(i64),
}

/// What a token says.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(default)]
    unit: Option<String>,
    /// The log-in of an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    /// The device of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    device: Option<String>,
    iat: i64,
    exp: i64,
}

struct LoadedKey {
    id: i64,
    retires_at: i64,
    expires_at: i64,
    signs: EncodingKey,
    verifies: DecodingKey,
}

/// The keys, read from the database as they are needed.
pub(in crate::flows) struct SigningKeys {
    db: Db,
    keys: Arc<Keys>,
    ids: SharedIds,
    lifetimes: Lifetimes,
    loaded: RwLock<Loaded>,
}

#[derive(Default, Clone)]
struct Loaded {
    keys: Arc<Vec<LoadedKey>>,
    at: Option<i64>,
}

impl SigningKeys {
    pub(super) fn new(db: Db, keys: Arc<Keys>, ids: SharedIds, lifetimes: Lifetimes) -> Self {
        SigningKeys { db, keys, ids, lifetimes, loaded: RwLock::default() }
    }

    /// An access token for an account, from `now` on (microseconds UTC, real time).
    pub(super) async fn sign_account(
        &self,
        caller: &Caller,
        family: i64,
        now: i64,
    ) -> Result<String, AuthError> {
        let claims = Claims {
            role: Some(caller.role.name().to_owned()),
            unit: caller.unit_id.map(|unit| unit.to_string()),
            sid: Some(family.to_string()),
            ..self.claims(caller.id(), now)
        };
        self.sign(&claims, now).await
    }

    /// An access token for a device of a person, from `now` on; and how many seconds it is good.
    pub(in crate::flows) async fn sign_device(
        &self,
        person: PersonId,
        device: i64,
        now: i64,
    ) -> Result<(String, i64), AuthError> {
        let claims = Claims { device: Some(device.to_string()), ..self.claims(person, now) };
        Ok((self.sign(&claims, now).await?, self.lifetimes.access / 1_000_000))
    }

    fn claims(&self, subject: i64, now: i64) -> Claims {
        Claims {
            sub: subject.to_string(),
            role: None,
            unit: None,
            sid: None,
            device: None,
            iat: now / 1_000_000,
            exp: (now + self.lifetimes.access) / 1_000_000,
        }
    }

    async fn sign(&self, claims: &Claims, now: i64) -> Result<String, AuthError> {
        let mut loaded = self.loaded();
        if !loaded.keys.iter().any(|key| key.retires_at > now) {
            self.add_key(now).await?;
            loaded = self.load(now).await?;
        }
        let key = loaded.keys.iter().find(|key| key.retires_at > now).ok_or(AuthError::NoKey)?;
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(key.id.to_string());
        jsonwebtoken::encode(&header, claims, &key.signs).map_err(|_| AuthError::NoKey)
    }

    /// Who brings `token`, if it is one of ours and has not expired at `now`, and when it expires, microseconds UTC.
    pub(super) async fn verify(&self, token: &str, now: i64) -> Result<(Bearer, i64), AuthError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| AuthError::InvalidToken)?;
        let kid = header.kid.and_then(|kid| kid.parse::<i64>().ok()).ok_or(AuthError::InvalidToken)?;
        let mut loaded = self.loaded();
        let known = |loaded: &Loaded| loaded.keys.iter().any(|key| key.id == kid);
        if !known(&loaded) && loaded.at.is_none_or(|at| now - at > RELOAD_PAUSE || at > now) {
            loaded = self.load(now).await?;
        }
        let key = loaded.keys.iter().find(|key| key.id == kid && key.expires_at > now);
        let claims = decode(token, &key.ok_or(AuthError::InvalidToken)?.verifies)?;
        if claims.exp <= now / 1_000_000 {
            return Err(AuthError::Expired);
        }
        let bearer = bearer(&claims).ok_or(AuthError::InvalidToken)?;
        Ok((bearer, claims.exp.saturating_mul(1_000_000)))
    }

    fn loaded(&self) -> Loaded {
        self.loaded.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn load(&self, now: i64) -> Result<Loaded, AuthError> {
        let rows = self.db.read(move |conn| signing_key::usable(conn, now)).await?;
        let keys: Vec<LoadedKey> = rows.iter().map(|row| self.opened(row)).collect::<Result<_, _>>()?;
        let loaded = Loaded { keys: Arc::new(keys), at: Some(now) };
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = loaded.clone();
        Ok(loaded)
    }

    fn opened(&self, row: &signing_key::SigningKey) -> Result<LoadedKey, AuthError> {
        let secret = self.keys.open(place(row.id), &row.secret_cipher)?;
        Ok(LoadedKey {
            id: row.id,
            retires_at: row.retires_at,
            expires_at: row.expires_at,
            signs: EncodingKey::from_secret(&secret),
            verifies: DecodingKey::from_secret(&secret),
        })
    }

    async fn add_key(&self, now: i64) -> Result<(), AuthError> {
        let id = new_id(&self.ids, now);
        let retires_at = now + self.lifetimes.signing_key;
        let key = signing_key::SigningKey {
            id,
            secret_cipher: self.keys.seal(place(id), &random_bytes::<32>()?)?,
            created_at: now,
            retires_at,
            expires_at: retires_at + self.lifetimes.access + self.lifetimes.access,
        };
        Ok(self.db.write(move |conn| signing_key::add_where_missing(conn, &key)).await?)
    }
}

impl std::fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKeys(…)")
    }
}

fn place(id: i64) -> Place {
    Place { table: "signing_key", row: id }
}

/// The claims of a token with a good signature. Its times are compared by the caller: this library would read the
/// clock.
fn decode(token: &str, key: &DecodingKey) -> Result<Claims, AuthError> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_exp = false;
    let decoded = jsonwebtoken::decode::<Claims>(token, key, &validation);
    Ok(decoded.map_err(|_| AuthError::InvalidToken)?.claims)
}

fn bearer(claims: &Claims) -> Option<Bearer> {
    if let Some(device) = &claims.device {
        return Some(Bearer::Device(device.parse().ok()?));
    }
    let unit_id = match &claims.unit {
        Some(unit) => Some(unit.parse().ok()?),
        None => None,
    };
    let role = Role::by_name(claims.role.as_deref()?)?;
    Some(Bearer::Account(Caller::account(claims.sub.parse().ok()?, role, unit_id)))
}
