//! Officers who are texted, and numbers that are attached to people.

use chrono::NaiveDate;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};

use super::DbResult;
use super::conn::Conn;
use super::message::digest;
use super::sql::{Bind, Sql};
use crate::crypto::Digest;
use crate::domain::ids::{PersonId, UnitId};

/// An officer who can be texted: the person, the sealed number and its index, and whether marks are wanted.
#[derive(Debug, Clone)]
pub struct Officer {
    /// The person.
    pub person_id: PersonId,
    /// The name, sealed for (`person`, id).
    pub name_cipher: Vec<u8>,
    /// Blind index of the number.
    pub number_index: Digest,
    /// The number, sealed for (`phone`, person).
    pub number_cipher: Vec<u8>,
    /// Whether the person wants texts with marks.
    pub marks: bool,
    /// Hours of duty of each of the person's posts there; `None`: always.
    pub duties: Vec<Option<String>>,
}

/// The officers of a unit on `day`, one number each.
pub fn officers(conn: &mut Conn, unit: UnitId, day: NaiveDate) -> DbResult<Vec<Officer>> {
    type Row = (i64, Vec<u8>, Vec<u8>, Vec<u8>, bool, Option<String>);
    let rows = Sql::<(BigInt, Binary, Binary, Binary, Bool, Nullable<Text>)>::new(
        "SELECT person.id, person.name_cipher, phone.number_index, phone.number_cipher, person.marks, post.duty FROM post \
         JOIN person ON person.id = post.person_id JOIN phone ON phone.person_id = person.id \
         WHERE post.role IN ('commune', 'province') AND post.unit_id = ",
    )
    .bind(unit)
    .sql(" AND post.valid_from <= ")
    .bind(day)
    .sql(" AND post.valid_to >= ")
    .bind(day)
    .sql(" ORDER BY person.id, phone.created_at")
    .load::<Row>(conn)?;
    let mut officers: Vec<Officer> = Vec::new();
    for (person_id, name_cipher, number, number_cipher, marks, duty) in rows {
        match officers.last_mut().filter(|last| last.person_id == person_id) {
            Some(last) => last.duties.push(duty),
            None => officers.push(Officer {
                person_id,
                name_cipher,
                number_index: digest(number)?,
                number_cipher,
                marks,
                duties: vec![duty],
            }),
        }
    }
    Ok(officers)
}

/// Another number of a person who is there.
pub fn attach_number(
    conn: &mut Conn,
    person: PersonId,
    number_index: Digest,
    number_cipher: Vec<u8>,
    at: i64,
) -> DbResult<()> {
    let row: [Bind; 4] = [number_index.into(), person.into(), number_cipher.into(), at.into()];
    Sql::new("INSERT INTO phone (number_index, person_id, number_cipher, created_at) VALUES ")
        .rows([row])
        .sql(" ON CONFLICT DO NOTHING")
        .run(conn)?;
    Ok(())
}

/// The units of a person's posts.
pub fn units_of(conn: &mut Conn, person: PersonId) -> DbResult<Vec<UnitId>> {
    let rows = Sql::<(BigInt,)>::new("SELECT DISTINCT unit_id FROM post WHERE person_id = ")
        .bind(person)
        .load::<(i64,)>(conn)?;
    Ok(rows.into_iter().map(|(unit,)| unit).collect())
}
