//! Passing urgent words, and the news of a matter that must not be texted, to the officers.

use super::Context;
use super::prepare::{PreparedText, next_id};
use crate::clock::day_in_vietnam;
use crate::crypto::Place;
use crate::db::officer::{self, Officer};
use crate::db::outbox::{LANE_URGENT, NewOutgoing};
use crate::db::{Conn, DbError, DbResult, person, unit};
use crate::domain::duty::{Duty, minute_of_day};
use crate::domain::ids::{PersonId, UnitId};
use crate::domain::intake::Alert;
use crate::domain::message::parts;
use crate::domain::template::TemplateKey;

/// Whom an alert about a text reaches: the officers of the commune who are on duty, if nobody is all of them, else
/// those of its province; the commune of an unknown sender is the gateway's default.
pub(super) fn receivers(
    conn: &mut Conn,
    context: &Context,
    text: &PreparedText,
    commune: Option<UnitId>,
) -> DbResult<Vec<Officer>> {
    let today = day_in_vietnam(text.raw.received_at);
    let default = || context.routes.get(&text.raw.gateway).and_then(|route| route.default_commune.clone());
    let commune = match (commune, default()) {
        (Some(id), _) => unit::by_ids(conn, &[id])?.pop(),
        (None, Some(code)) => unit::by_code(conn, &code, today)?,
        (None, None) => None,
    };
    let Some(commune) = commune else { return Ok(Vec::new()) };
    let minute = minute_of_day(text.raw.received_at);
    let officers = officer::officers(conn, commune.id, today)?;
    match (officers.is_empty(), commune.province_id) {
        (true, Some(province)) => on_duty(officer::officers(conn, province, today)?, minute),
        _ => on_duty(officers, minute),
    }
}

/// Those of `officers` who are on duty at the minute of the day; all of them if nobody is.
fn on_duty(officers: Vec<Officer>, minute: u16) -> DbResult<Vec<Officer>> {
    let mut awake = Vec::new();
    for officer in &officers {
        let hours = officer.duties.iter().map(|duty| duty.as_deref().map(str::parse::<Duty>).transpose());
        let hours = hours.collect::<Result<Vec<_>, _>>().map_err(|_| DbError::Corrupt("hours of duty"))?;
        if hours.iter().any(|duty| duty.as_ref().is_none_or(|duty| duty.covers(minute))) {
            awake.push(officer.clone());
        }
    }
    Ok(if awake.is_empty() { officers } else { awake })
}

/// Whom and where an alert is about.
#[derive(Debug, Clone)]
pub(super) struct About {
    pub(super) commune_id: Option<UnitId>,
    pub(super) hamlet: String,
    pub(super) name: String,
}

/// The name of a person, for those who may know it.
pub(super) fn name_of(conn: &mut Conn, context: &Context, person: PersonId) -> DbResult<String> {
    let Some(sealed) = person::name_cipher(conn, person)? else { return Ok(String::new()) };
    let place = Place { table: "person", row: person };
    context.keys.open_text(place, &sealed).map_err(|_| DbError::Corrupt("a name"))
}

/// The texts of an alert, one per officer.
pub(super) fn plan(
    context: &Context,
    text: &PreparedText,
    alert: Alert,
    officers: &[Officer],
    about: &About,
    stored_at: i64,
) -> DbResult<Vec<NewOutgoing>> {
    officers.iter().map(|officer| one(context, text, alert, officer, about, stored_at)).collect()
}

fn one(
    context: &Context,
    text: &PreparedText,
    alert: Alert,
    officer: &Officer,
    about: &About,
    stored_at: i64,
) -> DbResult<NewOutgoing> {
    let sealed_for = Place { table: "phone", row: officer.person_id };
    let number =
        context.keys.open(sealed_for, &officer.number_cipher).map_err(|_| DbError::Corrupt("a number"))?;
    let (key, fields) = words_of(text, alert, about);
    let words = context.rules.templates.render(key, &fields, officer.marks);
    let id = next_id(context).map_err(|_| DbError::Stopped)?;
    let place = Place { table: "outbox", row: id };
    let seal = |plain: &[u8]| {
        context.keys.seal(place, plain).map_err(|_| DbError::Corrupt("a text that cannot be sealed"))
    };
    let parts = i32::try_from(parts(&words).parts).unwrap_or(i32::MAX);
    Ok(NewOutgoing {
        id,
        cause: text.id,
        kind: "alert",
        receiver_index: officer.number_index,
        receiver_cipher: seal(&number)?,
        text_index: context.keys.index("text", &words),
        text_cipher: seal(words.as_bytes())?,
        gateway: text.raw.gateway.clone(),
        commune_id: about.commune_id,
        lane: LANE_URGENT,
        parts,
        cost: context.cost(&text.raw.gateway, parts),
        created_at: stored_at,
    })
}

/// What officers are called in an answer: their names.
pub(super) fn names(context: &Context, officers: &[Officer]) -> DbResult<Vec<String>> {
    let name = |officer: &Officer| {
        let place = Place { table: "person", row: officer.person_id };
        context.keys.open_text(place, &officer.name_cipher).map_err(|_| DbError::Corrupt("a name"))
    };
    officers.iter().map(name).collect()
}

/// The number as people write it.
fn local(text: &PreparedText) -> String {
    let number = text.phone.as_ref().map_or(text.raw.sender.as_str(), |phone| phone.e164());
    number.strip_prefix("+84").map_or_else(|| number.to_owned(), |rest| format!("0{rest}"))
}

fn words_of(text: &PreparedText, alert: Alert, about: &About) -> (TemplateKey, Vec<(&'static str, String)>) {
    let or = |known: &str, unknown: String| if known.is_empty() { unknown } else { known.to_owned() };
    // The words of an urgent text go with the number; where they do not, it stands here.
    let unknown = match alert {
        Alert::Urgent => "số chưa đăng ký".to_owned(),
        Alert::CallPolice => format!("số {} chưa đăng ký", local(text)),
    };
    let hamlet = ("hamlet", or(&about.hamlet, unknown));
    let name = ("name", or(&about.name, "người lạ".to_owned()));
    match alert {
        Alert::Urgent => {
            let words = ("text", text.raw.text.clone());
            ("urgent_alert", vec![hamlet, name, ("phone", local(text)), words])
        }
        Alert::CallPolice => ("call_police_alert", vec![hamlet, name]),
    }
}
