//! People, their numbers and the posts that they hold.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Bool, Date, Nullable, Text};

use super::DbResult;
use super::conn::Conn;
use super::message::digest;
use super::sql::{Bind, Sql, padded, pieces, wanted};
use crate::crypto::Digest;
use crate::domain::ids::{PersonId, UnitId};

/// A person at a number, with the posts that report.
#[derive(Debug, Clone)]
pub struct Registered {
    /// The person.
    pub person_id: PersonId,
    /// Whether the person wants texts with marks.
    pub marks: bool,
    /// Whether the person is practising.
    pub practice: bool,
    /// Blind index of the person's PIN.
    pub pin_index: Option<Digest>,
    /// All posts that the person ever held, of roles that report.
    pub posts: Vec<ReportingPost>,
}

/// A post of a person at a unit that reports.
#[derive(Debug, Clone)]
pub struct ReportingPost {
    /// The unit.
    pub unit_id: UnitId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The commune that it lies in.
    pub commune_id: Option<UnitId>,
    /// The name of that commune.
    pub commune_name: Option<String>,
    /// First day of the post.
    pub valid_from: NaiveDate,
    /// Last day of the post.
    pub valid_to: NaiveDate,
    /// Last day of the unit.
    pub unit_valid_to: NaiveDate,
}

type Row = (
    Vec<u8>,
    i64,
    bool,
    bool,
    Option<Vec<u8>>,
    Option<i64>,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<NaiveDate>,
    Option<NaiveDate>,
    Option<NaiveDate>,
    Option<String>,
);

/// Who is registered at these numbers, by blind index, each given once; several people may share one.
pub fn registered(conn: &mut Conn, numbers: &[Digest]) -> DbResult<HashMap<Digest, Vec<Registered>>> {
    let mut found: HashMap<Digest, Vec<Registered>> = HashMap::new();
    for numbers in wanted(numbers) {
        let rows = Sql::<(
            Binary,
            BigInt,
            Bool,
            Bool,
            Nullable<Binary>,
            Nullable<BigInt>,
            Nullable<Text>,
            Nullable<Text>,
            Nullable<BigInt>,
            Nullable<Date>,
            Nullable<Date>,
            Nullable<Date>,
            Nullable<Text>,
        )>::new(
            "SELECT phone.number_index, person.id, person.marks, person.practice, person.pin_index, unit.id, unit.code, \
             unit.name, unit.commune_id, post.valid_from, post.valid_to, unit.valid_to, commune.name FROM (VALUES ",
        )
        .rows(numbers)
        .sql(
            ") AS wanted CROSS JOIN phone \
             JOIN person ON person.id = phone.person_id \
             LEFT JOIN post ON post.person_id = person.id AND post.role IN ('head', 'team', 'manager') \
             LEFT JOIN unit ON unit.id = post.unit_id \
             LEFT JOIN unit AS commune ON commune.id = unit.commune_id \
             WHERE phone.number_index = wanted.column1",
        )
        .load::<Row>(conn)?;
        for row in rows {
            add_row(&mut found, row)?;
        }
    }
    in_order(&mut found);
    Ok(found)
}

/// Puts people and their posts in order. Done here: an ORDER BY tempts PostgreSQL, as long as it has no statistics, to
/// walk the whole table of people.
pub(super) fn in_order(found: &mut HashMap<Digest, Vec<Registered>>) {
    for people in found.values_mut() {
        people.sort_by_key(|person| person.person_id);
        people.iter_mut().for_each(|person| {
            person.posts.sort_by(|a, b| (&a.code, a.valid_from).cmp(&(&b.code, b.valid_from)))
        });
    }
}

/// The person among those at a number, added where it is not there.
pub(super) fn person_in(people: &mut Vec<Registered>, person: Registered) -> Option<&mut Registered> {
    let at = people.iter().position(|known| known.person_id == person.person_id).unwrap_or_else(|| {
        people.push(person);
        people.len() - 1
    });
    people.get_mut(at)
}

/// Adds a post to a person.
pub(super) fn add_post(person: Option<&mut Registered>, post: Option<ReportingPost>) {
    if let Some((person, post)) = person.zip(post) {
        person.posts.push(post);
    }
}

fn add_row(found: &mut HashMap<Digest, Vec<Registered>>, row: Row) -> DbResult<()> {
    let (
        number,
        person_id,
        marks,
        practice,
        pin,
        unit,
        code,
        name,
        commune_id,
        from,
        to,
        unit_to,
        commune_name,
    ) = row;
    let pin_index = pin.map(digest).transpose()?;
    let person = Registered { person_id, marks, practice, pin_index, posts: Vec::new() };
    let post = match (unit, code, name, from, to, unit_to) {
        (Some(unit_id), Some(code), Some(name), Some(valid_from), Some(valid_to), Some(unit_valid_to)) => {
            Some(ReportingPost {
                unit_id,
                code,
                name,
                commune_id,
                commune_name,
                valid_from,
                valid_to,
                unit_valid_to,
            })
        }
        _ => None,
    };
    add_post(person_in(found.entry(digest(number)?).or_default(), person), post);
    Ok(())
}

/// A person takes no more reminders from `at` (microseconds UTC) on.
pub fn stop_reminders(conn: &mut Conn, person: PersonId, at: i64) -> DbResult<()> {
    Sql::new("UPDATE person SET reminders_stopped_at = ")
        .bind(at)
        .sql(" WHERE id = ")
        .bind(person)
        .run(conn)?;
    Ok(())
}

/// Those of `people` who are practising.
pub fn practising(conn: &mut Conn, people: &[PersonId]) -> DbResult<HashSet<PersonId>> {
    let mut found = HashSet::new();
    for list in padded(people) {
        let query = Sql::<(BigInt,)>::new("SELECT id FROM person WHERE practice = ").bind(true);
        let rows = query.sql(" AND id IN (").list(list).sql(")").load::<(i64,)>(conn)?;
        found.extend(rows.into_iter().map(|(id,)| id));
    }
    Ok(found)
}

/// The sealed name of a person, for (`person`, id).
pub fn name_cipher(conn: &mut Conn, person: PersonId) -> DbResult<Option<Vec<u8>>> {
    let mut rows =
        Sql::<(Binary,)>::new("SELECT name_cipher FROM person WHERE id = ")
            .bind(person)
            .load::<(Vec<u8>,)>(conn)?;
    Ok(rows.pop().map(|(name,)| name))
}

/// A person to be stored, with one number.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// The id.
    pub id: PersonId,
    /// The name, sealed for (`person`, id).
    pub name_cipher: Vec<u8>,
    /// Whether the person wants texts with marks.
    pub marks: bool,
    /// Blind index of the number.
    pub number_index: Digest,
    /// The number, sealed for (`phone`, id).
    pub number_cipher: Vec<u8>,
    /// When, microseconds UTC.
    pub created_at: i64,
}

/// Inserts people and their numbers.
pub fn insert(conn: &mut Conn, people: &[NewPerson]) -> DbResult<()> {
    for piece in pieces(people) {
        let person = |p: &NewPerson| -> [Bind; 5] {
            [p.id.into(), p.name_cipher.clone().into(), p.marks.into(), false.into(), p.created_at.into()]
        };
        Sql::new("INSERT INTO person (id, name_cipher, marks, practice, created_at) VALUES ")
            .rows(piece.iter().map(person))
            .run(conn)?;
        let phone = |p: &NewPerson| -> [Bind; 4] {
            [p.number_index.into(), p.id.into(), p.number_cipher.clone().into(), p.created_at.into()]
        };
        Sql::new("INSERT INTO phone (number_index, person_id, number_cipher, created_at) VALUES ")
            .rows(piece.iter().map(phone))
            .run(conn)?;
    }
    Ok(())
}

/// A post to be stored.
#[derive(Debug, Clone)]
pub struct NewPost {
    /// The id.
    pub id: i64,
    /// Who holds it.
    pub person_id: PersonId,
    /// Where.
    pub unit_id: UnitId,
    /// The role.
    pub role: &'static str,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day.
    pub valid_to: NaiveDate,
    /// Hours of duty; `None`: always.
    pub duty: Option<String>,
}

/// Inserts posts.
pub fn insert_posts(conn: &mut Conn, posts: &[NewPost]) -> DbResult<()> {
    for piece in pieces(posts) {
        let post = |p: &NewPost| -> [Bind; 7] {
            [
                p.id.into(),
                p.person_id.into(),
                p.unit_id.into(),
                p.role.into(),
                p.valid_from.into(),
                p.valid_to.into(),
                p.duty.clone().into(),
            ]
        };
        Sql::new("INSERT INTO post (id, person_id, unit_id, role, valid_from, valid_to, duty) VALUES ")
            .rows(piece.iter().map(post))
            .run(conn)?;
    }
    Ok(())
}

/// A post ends on `last_day`.
pub fn end_post(conn: &mut Conn, post: i64, last_day: NaiveDate) -> DbResult<()> {
    Sql::new("UPDATE post SET valid_to = ").bind(last_day).sql(" WHERE id = ").bind(post).run(conn)?;
    Ok(())
}

/// A post has other hours of duty.
pub fn set_duty(conn: &mut Conn, post: i64, duty: &str) -> DbResult<()> {
    Sql::new("UPDATE post SET duty = ").bind(duty).sql(" WHERE id = ").bind(post).run(conn)?;
    Ok(())
}

/// A person practises, or does not any more.
pub fn set_practice(conn: &mut Conn, person: PersonId, practice: bool) -> DbResult<()> {
    Sql::new("UPDATE person SET practice = ").bind(practice).sql(" WHERE id = ").bind(person).run(conn)?;
    Ok(())
}

/// A person has another PIN, given by its blind index.
pub fn set_pin(conn: &mut Conn, person: PersonId, pin: Digest) -> DbResult<()> {
    Sql::new("UPDATE person SET pin_index = ").bind(pin).sql(" WHERE id = ").bind(person).run(conn)?;
    Ok(())
}

/// A person wants texts with marks, or does not.
pub fn set_marks(conn: &mut Conn, person: PersonId, marks: bool) -> DbResult<()> {
    Sql::new("UPDATE person SET marks = ").bind(marks).sql(" WHERE id = ").bind(person).run(conn)?;
    Ok(())
}

/// A person as an import finds it.
#[derive(Debug, Clone)]
pub struct StoredPerson {
    /// The id.
    pub id: PersonId,
    /// The name; empty until it is opened.
    pub name: String,
    /// The name, sealed for (`person`, id).
    pub name_cipher: Vec<u8>,
    /// Whether the person wants texts with marks.
    pub marks: bool,
    /// Whether the person is practising.
    pub practice: bool,
    /// Blind index of the person's PIN.
    pub pin_index: Option<Digest>,
    /// All posts.
    pub posts: Vec<StoredPost>,
}

/// A post as an import finds it.
#[derive(Debug, Clone)]
pub struct StoredPost {
    /// The id.
    pub id: i64,
    /// Where.
    pub unit_id: UnitId,
    /// The role.
    pub role: String,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day.
    pub valid_to: NaiveDate,
    /// Hours of duty.
    pub duty: Option<String>,
}

/// The people at these numbers, number by number.
pub fn stored(conn: &mut Conn, numbers: &[Digest]) -> DbResult<Vec<(Digest, StoredPerson)>> {
    type Columns = (
        (Binary, BigInt, Binary, Bool, Bool, Nullable<Binary>),
        (Nullable<BigInt>, Nullable<BigInt>, Nullable<Text>, Nullable<Date>, Nullable<Date>, Nullable<Text>),
    );
    type Row = (
        (Vec<u8>, i64, Vec<u8>, bool, bool, Option<Vec<u8>>),
        (Option<i64>, Option<i64>, Option<String>, Option<NaiveDate>, Option<NaiveDate>, Option<String>),
    );
    let mut numbers = numbers.to_vec();
    numbers.sort_unstable();
    numbers.dedup();
    let mut found: Vec<(Digest, StoredPerson)> = Vec::new();
    for list in padded(&numbers) {
        let rows = Sql::<Columns>::new(
            "SELECT phone.number_index, person.id, person.name_cipher, person.marks, person.practice, person.pin_index, \
             post.id, post.unit_id, post.role, post.valid_from, post.valid_to, post.duty FROM phone \
             JOIN person ON person.id = phone.person_id \
             LEFT JOIN post ON post.person_id = person.id WHERE phone.number_index IN (",
        )
        .list(list)
        .sql(") ORDER BY phone.number_index, person.id")
        .load::<Row>(conn)?;
        for ((number, id, name_cipher, marks, practice, pin), (post, unit_id, role, from, to, duty)) in rows {
            let number = digest(number)?;
            if found.last().is_none_or(|(at, person)| *at != number || person.id != id) {
                let (name, posts, pin_index) = (String::new(), Vec::new(), pin.map(digest).transpose()?);
                let person = StoredPerson { id, name, name_cipher, marks, practice, pin_index, posts };
                found.push((number, person));
            }
            if let (
                Some((_, person)),
                Some(id),
                Some(unit_id),
                Some(role),
                Some(valid_from),
                Some(valid_to),
            ) = (found.last_mut(), post, unit_id, role, from, to)
            {
                person.posts.push(StoredPost { id, unit_id, role, valid_from, valid_to, duty });
            }
        }
    }
    Ok(found)
}
