//! Devices of people who report: their tokens, and what their holders may do today.

use chrono::NaiveDate;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};

use super::DbResult;
use super::conn::Conn;
use super::message::digest;
use super::sql::{Sql, padded};
use crate::crypto::Digest;
use crate::domain::ids::{PersonId, UnitId};

/// A device to be remembered.
#[derive(Debug, Clone)]
pub struct NewDevice {
    /// Its id.
    pub id: i64,
    /// Whose it is.
    pub person_id: PersonId,
    /// `app` or `openrosa`.
    pub kind: &'static str,
    /// What the client knows itself by.
    pub client_id: String,
    /// What the person sees in the list.
    pub name: String,
    /// Digest of its token.
    pub token_hash: Digest,
    /// Microseconds UTC, real time.
    pub created_at: i64,
    /// Until when it is good, unless it is used.
    pub expires_at: i64,
}

/// A device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: i64,
    /// Whose it is.
    pub person_id: PersonId,
    /// `app` or `openrosa`.
    pub kind: String,
    /// What the person sees in the list.
    pub name: String,
    /// Digest of its token.
    pub token_hash: Digest,
    /// Digest of the token that was exchanged for it.
    pub former_hash: Option<Digest>,
    /// When that was, microseconds UTC, real time.
    pub exchanged_at: i64,
    /// When it was made.
    pub created_at: i64,
    /// When it was heard of last.
    pub seen_at: i64,
    /// Until when it is good, unless it is used.
    pub expires_at: i64,
    /// When it was ended.
    pub ended_at: Option<i64>,
    /// Why: `revoked`, `reused`, `replaced`, `logged_out`.
    pub ended_why: Option<String>,
}

type Columns = (
    (BigInt, BigInt, Text, Text, Binary, Nullable<Binary>),
    (BigInt, BigInt, BigInt, BigInt, Nullable<BigInt>, Nullable<Text>),
);
type Row =
    ((i64, i64, String, String, Vec<u8>, Option<Vec<u8>>), (i64, i64, i64, i64, Option<i64>, Option<String>));

const SELECT: &str = "SELECT d.id, d.person_id, d.kind, d.name, d.token_hash, d.former_hash, d.exchanged_at, d.created_at, \
                      d.seen_at, d.expires_at, d.ended_at, d.ended_why FROM device d WHERE ";

fn device((head, tail): Row) -> DbResult<Device> {
    let (id, person_id, kind, name, token_hash, former_hash) = head;
    let (exchanged_at, created_at, seen_at, expires_at, ended_at, ended_why) = tail;
    Ok(Device {
        id,
        person_id,
        kind,
        name,
        token_hash: digest(token_hash)?,
        former_hash: former_hash.map(digest).transpose()?,
        exchanged_at,
        created_at,
        seen_at,
        expires_at,
        ended_at,
        ended_why,
    })
}

/// Remembers a device.
pub fn insert(conn: &mut Conn, new: &NewDevice) -> DbResult<()> {
    Sql::new(
        "INSERT INTO device (id, person_id, kind, client_id, name, token_hash, exchanged_at, created_at, seen_at, \
         expires_at) VALUES ",
    )
    .rows([[
        new.id.into(),
        new.person_id.into(),
        new.kind.into(),
        new.client_id.as_str().into(),
        new.name.as_str().into(),
        new.token_hash.into(),
        new.created_at.into(),
        new.created_at.into(),
        new.created_at.into(),
        new.expires_at.into(),
    ]])
    .run(conn)?;
    Ok(())
}

/// The device with this id.
pub fn by_id(conn: &mut Conn, id: i64) -> DbResult<Option<Device>> {
    let rows = Sql::<Columns>::new(SELECT).sql("d.id = ").bind(id).load::<Row>(conn)?;
    rows.into_iter().next().map(device).transpose()
}

/// The device with this id; on PostgreSQL its row stays locked until the transaction ends, so that two that bring one
/// token come one after the other.
pub fn locked(conn: &mut Conn, id: i64) -> DbResult<Option<Device>> {
    let lock = if conn.is_postgres() { " FOR UPDATE" } else { "" };
    let rows = Sql::<Columns>::new(SELECT).sql("d.id = ").bind(id).sql(lock).load::<Row>(conn)?;
    rows.into_iter().next().map(device).transpose()
}

/// Gives a device the token with the digest `token` in exchange for `former`, first brought at `exchanged_at`; the device
/// is good until `expires_at`.
pub fn exchange(
    conn: &mut Conn,
    id: i64,
    (former, token): (Digest, Digest),
    (now, exchanged_at): (i64, i64),
    expires_at: i64,
) -> DbResult<()> {
    Sql::new("UPDATE device SET token_hash = ")
        .bind(token)
        .sql(", former_hash = ")
        .bind(former)
        .sql(", exchanged_at = ")
        .bind(exchanged_at)
        .sql(", seen_at = ")
        .bind(now)
        .sql(", expires_at = ")
        .bind(expires_at)
        .sql(" WHERE id = ")
        .bind(id)
        .run(conn)?;
    Ok(())
}

/// Notes that a device was heard of at `now` and is good until `expires_at`.
pub fn see(conn: &mut Conn, id: i64, now: i64, expires_at: i64) -> DbResult<()> {
    Sql::new("UPDATE device SET seen_at = ")
        .bind(now)
        .sql(", expires_at = ")
        .bind(expires_at)
        .sql(" WHERE ended_at IS NULL AND seen_at < ")
        .bind(now)
        .sql(" AND id = ")
        .bind(id)
        .run(conn)?;
    Ok(())
}

/// Ends a device for the reason `why`; whether it had not been ended before.
pub fn end(conn: &mut Conn, id: i64, now: i64, why: &'static str) -> DbResult<bool> {
    let ended = Sql::new("UPDATE device SET ended_at = ")
        .bind(now)
        .sql(", ended_why = ")
        .bind(why)
        .sql(" WHERE ended_at IS NULL AND id = ")
        .bind(id)
        .run(conn)?;
    Ok(ended == 1)
}

/// Ends the devices of a person and kind that know themselves by `client_id`, and of the others those beyond the `most`
/// that were used last: another is to take their place.
pub fn make_room(
    conn: &mut Conn,
    (person, kind, client_id): (PersonId, &str, &str),
    now: i64,
    most: i64,
) -> DbResult<()> {
    Sql::new("UPDATE device SET ended_why = 'replaced', ended_at = ")
        .bind(now)
        .sql(" WHERE ended_at IS NULL AND kind = ")
        .bind(kind)
        .sql(" AND person_id = ")
        .bind(person)
        .sql(" AND id NOT IN (SELECT id FROM device WHERE ended_at IS NULL AND kind = ")
        .bind(kind)
        .sql(" AND person_id = ")
        .bind(person)
        .sql(" AND client_id <> ")
        .bind(client_id)
        .sql(" ORDER BY seen_at DESC, id DESC LIMIT ")
        .bind(most)
        .sql(")")
        .run(conn)?;
    Ok(())
}

/// Which of these devices have not been ended.
pub fn alive(conn: &mut Conn, ids: &[i64]) -> DbResult<Vec<i64>> {
    let mut found = Vec::new();
    for ids in padded(ids) {
        let query =
            Sql::<(BigInt,)>::new("SELECT id FROM device WHERE ended_at IS NULL AND id IN (").list(ids);
        found.extend(query.sql(")").load::<(i64,)>(conn)?.into_iter().map(|(id,)| id));
    }
    Ok(found)
}

/// A post of a device's holder that reports today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldPost {
    /// Who holds it.
    pub person_id: PersonId,
    /// Whether the person is practising.
    pub practice: bool,
    /// The role.
    pub role: String,
    /// The unit.
    pub unit_id: UnitId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// The code of the commune that it lies in.
    pub commune: Option<String>,
}

/// The posts of `people` that report on `today`, by the code of the unit.
pub fn posts(conn: &mut Conn, people: &[PersonId], today: NaiveDate) -> DbResult<Vec<HeldPost>> {
    type Row = (i64, bool, String, i64, String, String, String, Option<String>);
    let mut found = Vec::new();
    for people in padded(people) {
        let rows = Sql::<(BigInt, Bool, Text, BigInt, Text, Text, Text, Nullable<Text>)>::new(
            "SELECT h.id, h.practice, p.role, u.id, u.code, u.name, u.kind, c.code FROM post p \
             JOIN person h ON h.id = p.person_id JOIN unit u ON u.id = p.unit_id \
             LEFT JOIN unit c ON c.id = u.commune_id \
             WHERE p.role IN ('head', 'team', 'manager') AND p.person_id IN (",
        )
        .list(people)
        .sql(") AND p.valid_from <= ")
        .bind(today)
        .sql(" AND p.valid_to >= ")
        .bind(today)
        .sql(" AND u.valid_to >= ")
        .bind(today)
        .sql(" ORDER BY u.code, p.role")
        .load::<Row>(conn)?;
        found.extend(rows.into_iter().map(
            |(person_id, practice, role, unit_id, code, name, kind, commune)| HeldPost {
                person_id,
                practice,
                role,
                unit_id,
                code,
                name,
                kind,
                commune,
            },
        ));
    }
    Ok(found)
}

/// Whose devices are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holders {
    /// Those of one person.
    Person(PersonId),
    /// Those of people who hold or held a post at a unit or under it.
    Area(UnitId),
    /// Those of everybody.
    Everyone,
}

/// Up to `limit` devices after the id `after`, by id, with the sealed names of their holders.
pub fn list(conn: &mut Conn, whose: Holders, after: i64, limit: i64) -> DbResult<Vec<(Device, Vec<u8>)>> {
    let query = in_area(Sql::<Columns>::new(SELECT).sql("d.id > ").bind(after), whose);
    let rows = query.sql(" ORDER BY d.id LIMIT ").bind(limit).load::<Row>(conn)?;
    let devices = rows.into_iter().map(device).collect::<DbResult<Vec<Device>>>()?;
    let names = names(conn, &devices)?;
    let named = |device: Device| {
        let name = names.iter().find(|(id, _)| *id == device.person_id).map(|(_, name)| name.clone());
        (device, name.unwrap_or_default())
    };
    Ok(devices.into_iter().map(named).collect())
}

/// Whether a device is one of `whose`.
pub fn is_of(conn: &mut Conn, id: i64, whose: Holders) -> DbResult<bool> {
    let query = in_area(Sql::<Columns>::new(SELECT).sql("d.id = ").bind(id), whose);
    Ok(!query.load::<Row>(conn)?.is_empty())
}

fn in_area(query: Sql<Columns>, whose: Holders) -> Sql<Columns> {
    match whose {
        Holders::Person(person) => query.sql(" AND d.person_id = ").bind(person),
        Holders::Area(unit) => query
            .sql(" AND EXISTS (SELECT 1 FROM post p JOIN unit u ON u.id = p.unit_id WHERE p.person_id = d.person_id AND (u.id = ")
            .bind(unit)
            .sql(" OR u.commune_id = ")
            .bind(unit)
            .sql(" OR u.province_id = ")
            .bind(unit)
            .sql("))"),
        Holders::Everyone => query,
    }
}

fn names(conn: &mut Conn, devices: &[Device]) -> DbResult<Vec<(PersonId, Vec<u8>)>> {
    let people: Vec<PersonId> = devices.iter().map(|device| device.person_id).collect();
    let mut names = Vec::new();
    for people in padded(&people) {
        let query = Sql::<(BigInt, Binary)>::new("SELECT id, name_cipher FROM person WHERE id IN (");
        names.extend(query.list(people).sql(")").load::<(i64, Vec<u8>)>(conn)?);
    }
    Ok(names)
}
