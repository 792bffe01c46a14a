//! What stands in addresses: checked before anything is asked of the database.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use chrono::NaiveDate;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{Code, Problem};
use crate::domain::period::Period;
use crate::flows::figures::View;

/// The query of an address as a `T`; what `T` does not know is refused where `T` says so, as all queries here do.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let parsed = web::Query::<T>::from_query(request.query_string());
        ready(parsed.map(|query| Query(query.into_inner())).map_err(|error| bad("query", &error.to_string())))
    }
}

/// The problem with a parameter.
pub fn bad(name: &str, advice: &str) -> Problem {
    Problem::new(Code::InvalidParameter).detail(format!("{name}: {advice}"))
}

/// A period of the query.
pub fn period(text: &str) -> Result<Period, Problem> {
    text.parse().map_err(|error: crate::domain::period::BadPeriod| bad("period", &error.to_string()))
}

/// A day of the query.
pub fn day(name: &str, text: &str) -> Result<NaiveDate, Problem> {
    let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let parsed = plain.then(|| text.parse().ok()).flatten();
    parsed.ok_or_else(|| bad(name, "a day is written YYYY-MM-DD, for example 2026-03-15"))
}

/// `view` of the query.
pub fn view(text: Option<&str>) -> Result<View, Problem> {
    match text {
        None | Some("now") => Ok(View::Now),
        Some("then") => Ok(View::Then),
        Some(_) => Err(bad("view", "write now (units as they are today) or then (units as they were)")),
    }
}

/// A code that a unit may have; anything else is no unit.
pub fn unit_code(text: &str) -> Result<String, Problem> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let good = !text.is_empty() && text.len() <= 32 && text.bytes().all(plain);
    if good { Ok(text.to_owned()) } else { Err(Problem::new(Code::UnknownUnit)) }
}

/// An id of the database as it is written outside.
pub fn id(name: &str, text: &str) -> Result<i64, Problem> {
    text.parse().ok().filter(|id| *id > 0).ok_or_else(|| bad(name, "an id is a whole number"))
}

/// How many things a list answers: `limit` of the query, between 1 and `most`.
pub fn limit(given: Option<u32>, usual: u32, most: u32) -> Result<usize, Problem> {
    let limit = given.unwrap_or(usual);
    if !(1..=most).contains(&limit) {
        return Err(bad("limit", &format!("a whole number from 1 to {most}")));
    }
    usize::try_from(limit).map_err(|_| bad("limit", "too large"))
}

/// A page of a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The things of this page.
    pub items: Vec<T>,
    /// Give it as `after` to get the next page; null: this is the last one.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// The first `limit` of `items`, of which one more was asked for; `cursor` makes the cursor of the last one.
    pub fn cut(mut items: Vec<T>, limit: usize, cursor: impl Fn(&T) -> String) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        Page { next: items.last().filter(|_| more).map(cursor), items }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_that_cannot_be_are_refused() {
        for text in ["2026-3", "2026-13", "", "2026-03-01", "２026-03"] {
            assert!(period(text).is_err(), "{text}");
        }
        for text in ["2026-02-30", "2026-1-1", "", "+2026-01-1"] {
            assert!(day("at", text).is_err(), "{text}");
        }
        for text in ["", "04792'", "a b", "\0", &"1".repeat(33)] {
            assert!(unit_code(text).is_err(), "{text}");
        }
        for text in ["", "-1", "0", "1e3", "99999999999999999999"] {
            assert!(id("id", text).is_err(), "{text}");
        }
        assert!(limit(Some(0), 10, 100).is_err() && limit(Some(101), 10, 100).is_err());
    }

    #[test]
    fn a_page_says_where_the_next_one_begins_only_when_there_is_one() {
        let page = Page::cut(vec![1, 2, 3], 2, ToString::to_string);
        assert_eq!((page.items, page.next.as_deref()), (vec![1, 2], Some("2")));
        assert_eq!(Page::cut(vec![1, 2], 2, ToString::to_string).next, None);
    }
}
