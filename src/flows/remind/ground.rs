//! What an occasion meets in a province: units whose step is open, and who holds which post.

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::clock::day_in_vietnam;
use crate::crypto::Digest;
use crate::db::reminder::facts::{self, Owing};
use crate::db::unit;
use crate::db::{Conn, DbResult};
use crate::domain::ids::{PersonId, UnitId};
use crate::domain::reminder::{Candidate, Matter, Occasion, Post, Posts};
use crate::domain::review::UnitKind;

/// Who holds which post in a province, and their numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct People {
    pub(super) posts: Posts,
    pub(super) contacts: HashMap<PersonId, Contact>,
}

/// How a person is reached.
#[derive(Debug, Clone)]
pub(super) struct Contact {
    pub(super) number_index: Digest,
    pub(super) number_cipher: Vec<u8>,
    pub(super) marks: bool,
}

/// The provinces of `day`.
pub(super) fn provinces(conn: &mut Conn, day: NaiveDate) -> DbResult<Vec<UnitId>> {
    let provinces = unit::children(conn, None, day, "", i64::from(i32::MAX))?;
    Ok(provinces.into_iter().map(|province| province.id).collect())
}

/// Who holds a post in a province on `day`.
pub(super) fn people(conn: &mut Conn, province: UnitId, day: NaiveDate) -> DbResult<People> {
    let holders = facts::holders(conn, province, day)?;
    let post = |holder: &facts::Holder| {
        let (person, role, stopped) = (holder.person, holder.role, holder.stopped);
        (holder.unit, Post { person, role, has_phone: holder.number.is_some(), stopped })
    };
    let posts = Posts::new(holders.iter().map(post));
    let contact = |holder: facts::Holder| {
        let (number_index, number_cipher) = holder.number?;
        Some((holder.person, Contact { number_index, number_cipher, marks: holder.marks }))
    };
    Ok(People { posts, contacts: holders.into_iter().filter_map(contact).collect() })
}

/// The units of a province whose step is open at `at`. The communes of the whole country come with the program; those in
/// which nobody holds a post do not take part.
pub(super) fn candidates(
    conn: &mut Conn,
    province: UnitId,
    occasion: &Occasion,
    posts: &Posts,
    at: i64,
) -> DbResult<Vec<Candidate>> {
    let (kind, counted_on, today) = (occasion.kind, occasion.counted_on, day_in_vietnam(at));
    let owing = Owing { kind, province, counted_on, today, at };
    if occasion.rule.matter == Matter::Return {
        return facts::open_returns(conn, &owing, occasion.period);
    }
    let reviews = facts::reviews(conn, &owing, occasion.period)?;
    let open = reviews.into_iter().filter(|(_, state)| occasion.rule.matter.is_open(*state));
    let takes_part = |unit: &Candidate| kind != UnitKind::Commune || posts.any_at(unit.unit);
    Ok(open.map(|(candidate, _)| candidate).filter(takes_part).collect())
}
