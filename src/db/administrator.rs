//! The people who look after the installation.

use chrono::NaiveDate;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Bool};

use super::DbResult;
use super::conn::Conn;
use super::message::digest;
use super::officer::Officer;
use super::sql::Sql;

/// The administrators on `day` who can be texted, one number each.
pub fn all(conn: &mut Conn, day: NaiveDate) -> DbResult<Vec<Officer>> {
    let rows = Sql::<(BigInt, Binary, Binary, Binary, Bool)>::new(
        "SELECT person.id, person.name_cipher, phone.number_index, phone.number_cipher, person.marks FROM post \
         JOIN person ON person.id = post.person_id JOIN phone ON phone.person_id = person.id \
         WHERE post.role = 'admin' AND post.valid_from <= ",
    )
    .bind(day)
    .sql(" AND post.valid_to >= ")
    .bind(day)
    .sql(" ORDER BY person.id, phone.created_at")
    .load::<(i64, Vec<u8>, Vec<u8>, Vec<u8>, bool)>(conn)?;
    let mut found: Vec<Officer> = Vec::new();
    for (person_id, name_cipher, number, number_cipher, marks) in rows {
        if found.last().is_none_or(|last| last.person_id != person_id) {
            let number_index = digest(number)?;
            let duties = Vec::new();
            found.push(Officer { person_id, name_cipher, number_index, number_cipher, marks, duties });
        }
    }
    Ok(found)
}
