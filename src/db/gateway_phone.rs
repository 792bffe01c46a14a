//! Phones that are gateways: their tokens, and the texts that lie with them.

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};

use super::DbResult;
use super::conn::Conn;
use super::sql::Sql;
use crate::crypto::Digest;

/// A phone to be remembered.
#[derive(Debug, Clone)]
pub struct NewPhone {
    /// Its id.
    pub id: i64,
    /// The gateway that it is.
    pub gateway: String,
    /// What the app knows itself by.
    pub device_id: String,
    /// Its make.
    pub name: String,
    /// Digest of its token.
    pub token_index: Digest,
    /// A name to log in with.
    pub login: String,
    /// Digest of login and password.
    pub password_index: Digest,
    /// Microseconds UTC, real time.
    pub created_at: i64,
}

/// A phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    /// Its id.
    pub id: i64,
    /// The gateway that it is.
    pub gateway: String,
    /// What the app knows itself by.
    pub device_id: String,
    /// Its make.
    pub name: String,
    /// A name to log in with.
    pub login: String,
    /// When it was registered.
    pub created_at: i64,
    /// When it was heard of last.
    pub seen_at: i64,
    /// When it was dismissed.
    pub dismissed_at: Option<i64>,
}

type Columns = (BigInt, Text, Text, Text, Text, BigInt, BigInt, Nullable<BigInt>);
type Row = (i64, String, String, String, String, i64, i64, Option<i64>);

const SELECT: &str =
    "SELECT id, gateway, device_id, name, login, created_at, seen_at, dismissed_at FROM gateway_phone WHERE ";

fn phone((id, gateway, device_id, name, login, created_at, seen_at, dismissed_at): Row) -> Phone {
    Phone { id, gateway, device_id, name, login, created_at, seen_at, dismissed_at }
}

/// Remembers a phone.
pub fn insert(conn: &mut Conn, new: &NewPhone) -> DbResult<()> {
    Sql::new(
        "INSERT INTO gateway_phone (id, gateway, device_id, name, token_index, login, password_index, created_at, seen_at) VALUES ",
    )
    .rows([[
        new.id.into(),
        new.gateway.as_str().into(),
        new.device_id.as_str().into(),
        new.name.as_str().into(),
        new.token_index.into(),
        new.login.as_str().into(),
        new.password_index.into(),
        new.created_at.into(),
        new.created_at.into(),
    ]])
    .run(conn)?;
    Ok(())
}

/// The phone of `gateway` with this token, unless it was dismissed.
pub fn by_token(conn: &mut Conn, gateway: &str, token_index: Digest) -> DbResult<Option<Phone>> {
    let query = Sql::<Columns>::new(SELECT).sql("token_index = ").bind(token_index);
    let rows =
        query.sql(" AND gateway = ").bind(gateway).sql(" AND dismissed_at IS NULL").load::<Row>(conn)?;
    Ok(rows.into_iter().next().map(phone))
}

/// Whether a phone of `gateway` has this digest of login and password.
pub fn has_password(conn: &mut Conn, gateway: &str, password_index: Digest) -> DbResult<bool> {
    let query = Sql::<Columns>::new(SELECT).sql("password_index = ").bind(password_index);
    let rows =
        query.sql(" AND gateway = ").bind(gateway).sql(" AND dismissed_at IS NULL").load::<Row>(conn)?;
    Ok(!rows.is_empty())
}

/// Uses up a code that is good at `now`; whether there was one.
pub fn use_code(conn: &mut Conn, gateway: &str, code_index: Digest, now: i64) -> DbResult<bool> {
    let used = Sql::new("UPDATE gateway_phone SET code_index = NULL, code_until = NULL WHERE code_index = ")
        .bind(code_index)
        .sql(" AND gateway = ")
        .bind(gateway)
        .sql(" AND dismissed_at IS NULL AND code_until > ")
        .bind(now)
        .run(conn)?;
    Ok(used > 0)
}

/// Gives a phone a code, good until `until`, instead of the one before.
pub fn set_code(conn: &mut Conn, id: i64, code_index: Digest, until: i64) -> DbResult<()> {
    Sql::new("UPDATE gateway_phone SET code_index = ")
        .bind(code_index)
        .sql(", code_until = ")
        .bind(until)
        .sql(" WHERE id = ")
        .bind(id)
        .run(conn)?;
    Ok(())
}

/// Changes a phone's password, if `old` is its digest; whether it was.
pub fn set_password(conn: &mut Conn, id: i64, old: Digest, new: Digest) -> DbResult<bool> {
    let changed = Sql::new("UPDATE gateway_phone SET password_index = ")
        .bind(new)
        .sql(" WHERE id = ")
        .bind(id)
        .sql(" AND password_index = ")
        .bind(old)
        .run(conn)?;
    Ok(changed == 1)
}

/// Changes a phone's name.
pub fn set_name(conn: &mut Conn, id: i64, name: &str) -> DbResult<()> {
    Sql::new("UPDATE gateway_phone SET name = ").bind(name).sql(" WHERE id = ").bind(id).run(conn)?;
    Ok(())
}

/// Notes that the phone `device_id` of `gateway` was heard of at `now`.
pub fn see(conn: &mut Conn, gateway: &str, device_id: &str, now: i64) -> DbResult<()> {
    Sql::new("UPDATE gateway_phone SET seen_at = ")
        .bind(now)
        .sql(" WHERE device_id = ")
        .bind(device_id)
        .sql(" AND gateway = ")
        .bind(gateway)
        .sql(" AND seen_at < ")
        .bind(now)
        .run(conn)?;
    Ok(())
}

/// The phones of `gateway`, also those that were dismissed, the latest first.
pub fn all(conn: &mut Conn, gateway: &str) -> DbResult<Vec<Phone>> {
    let query = Sql::<Columns>::new(SELECT).sql("gateway = ").bind(gateway).sql(" ORDER BY id DESC");
    Ok(query.load::<Row>(conn)?.into_iter().map(phone).collect())
}

/// Takes a phone's token away; whether there was such a phone.
pub fn dismiss(conn: &mut Conn, gateway: &str, device_id: &str, now: i64) -> DbResult<bool> {
    let dismissed = Sql::new("UPDATE gateway_phone SET dismissed_at = ")
        .bind(now)
        .sql(" WHERE dismissed_at IS NULL AND device_id = ")
        .bind(device_id)
        .sql(" AND gateway = ")
        .bind(gateway)
        .run(conn)?;
    Ok(dismissed == 1)
}

/// When a phone of `gateway` was heard of last; `None` where none is registered.
pub fn last_seen(conn: &mut Conn, gateway: &str) -> DbResult<Option<i64>> {
    let query = Sql::<(Nullable<BigInt>,)>::new(
        "SELECT max(seen_at) FROM gateway_phone WHERE dismissed_at IS NULL AND gateway = ",
    );
    Ok(query.bind(gateway).get_result::<(Option<i64>,)>(conn)?.0)
}

/// Whether texts of `gateway` are due at `now` that lie with no phone.
pub fn texts_wait(conn: &mut Conn, gateway: &str, now: i64) -> DbResult<bool> {
    let query = Sql::<(BigInt,)>::new("SELECT id FROM outbox WHERE state = 'queued' AND gateway = ")
        .bind(gateway)
        .sql(" AND next_at <= ")
        .bind(now)
        .sql(" AND (lease_until IS NULL OR lease_until < ")
        .bind(now)
        .sql(") LIMIT 1");
    Ok(!query.load::<(i64,)>(conn)?.is_empty())
}

/// A text that lies with a phone.
#[derive(Debug, Clone)]
pub struct HeldText {
    /// Its id.
    pub id: i64,
    /// The number, sealed.
    pub receiver_cipher: Vec<u8>,
    /// The words, sealed.
    pub text_cipher: Option<Vec<u8>>,
}

/// The texts that lie with the phone `id` and of which it has said nothing yet; they stay with it until `until`.
pub fn held(conn: &mut Conn, gateway: &str, id: i64, until: i64, limit: i64) -> DbResult<Vec<HeldText>> {
    type Row = (i64, Vec<u8>, Option<Vec<u8>>);
    let rows = Sql::<(BigInt, Binary, Nullable<Binary>)>::new(
        "SELECT id, receiver_cipher, text_cipher FROM outbox WHERE state = 'queued' AND gateway = ",
    )
    .bind(gateway)
    .sql(" AND lease_holder = ")
    .bind(id)
    .sql(" ORDER BY lane, next_at, id LIMIT ")
    .bind(limit)
    .load::<Row>(conn)?;
    Sql::new("UPDATE outbox SET lease_until = ")
        .bind(until)
        .sql(" WHERE state = 'queued' AND gateway = ")
        .bind(gateway)
        .sql(" AND lease_holder = ")
        .bind(id)
        .run(conn)?;
    let held = |(id, receiver_cipher, text_cipher): Row| HeldText { id, receiver_cipher, text_cipher };
    Ok(rows.into_iter().map(held).collect())
}
