//! Texts of a number that nobody was registered at, read again once an officer has attached the number to a person.

use std::sync::Arc;

use super::board::Board;
use super::ledger::{Actor, Ledger};
use super::prepare::PreparedText;
use super::{Context, RawMessage};
use crate::crypto::Place;
use crate::db::kept::{self, KeptText};
use crate::db::unit;
use crate::db::{Conn, Db, DbError, DbResult, lock, officer, person};
use crate::domain::access::Action;
use crate::domain::ids::{MessageId, PersonId, floor_at};
use crate::domain::intake::decide_text;
use crate::domain::phone::Phone;
use crate::flows::authenticate::Caller;
use crate::flows::permit::permit;

/// How far back texts are read again.
const DAYS: i64 = 60;
/// How many texts are read again at most.
const MOST: i64 = 100;

/// To whom a number belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// A person.
    Person(PersonId),
    /// The only person registered at another number.
    At(Phone),
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attached {
    /// The person.
    pub person: PersonId,
    /// Texts that were read again.
    pub texts: usize,
}

/// Why a number stays unknown.
#[derive(Debug, thiserror::Error)]
pub enum AttachError {
    /// There is no such text, or its sender is registered.
    #[error("there is no text of an unknown number with this id")]
    NoText,
    /// There is no such person, or the caller may not change that person.
    #[error("there is no such person")]
    NoPerson,
    /// Nobody, or several people, are registered at the number given.
    #[error("not exactly one person is registered at that number")]
    NotOne,
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Attaches the number that sent `message` to `owner` and reads again what the number has sent.
pub async fn attach(
    db: &Db,
    context: &Arc<Context>,
    caller: &Caller,
    message: MessageId,
    owner: Owner,
) -> Result<Attached, AttachError> {
    let (context, caller) = (Arc::clone(context), *caller);
    let work = move |conn: &mut Conn| run(conn, &context, &caller, message, &owner);
    db.write(work).await?
}

fn run(
    conn: &mut Conn,
    context: &Context,
    caller: &Caller,
    message: MessageId,
    owner: &Owner,
) -> DbResult<Result<Attached, AttachError>> {
    let Some(first) = kept::unknown_text(conn, message)? else { return Ok(Err(AttachError::NoText)) };
    lock::senders(conn, &[first.sender_index])?;
    let person = match owner {
        Owner::Person(person) => Some(*person),
        Owner::At(phone) => {
            let index = context.keys.index("phone", phone.e164());
            match person::registered(conn, &[index])?.remove(&index).as_deref() {
                Some([only]) => Some(only.person_id),
                _ => return Ok(Err(AttachError::NotOne)),
            }
        }
    };
    let Some(person) = person else { return Ok(Err(AttachError::NoPerson)) };
    if !may_change(conn, caller, person)? {
        return Ok(Err(AttachError::NoPerson));
    }
    let number = open(context, first.id, &first.sender_cipher)?;
    let place = Place { table: "phone", row: person };
    let sealed = context.keys.seal(place, number.as_bytes()).map_err(|_| DbError::Corrupt("a number"))?;
    let now = context.clock.real_micros();
    officer::attach_number(conn, person, first.sender_index, sealed, now)?;
    let since = floor_at(now / 1_000 - DAYS * 24 * 3_600_000);
    let texts = kept::unread(conn, first.sender_index, since, MOST)?;
    for text in &texts {
        read_again(conn, context, caller, text)?;
    }
    if texts.is_empty() {
        let subject = format!("person:{person} message:{message}");
        Ledger::by(context, attaching(caller, subject)).write_audit(conn)?;
    }
    Ok(Ok(Attached { person, texts: texts.len() }))
}

fn attaching(caller: &Caller, subject: String) -> Actor {
    Actor { name: caller.actor(), action: "attach_number", subject }
}

/// Whether the caller may change the person: manages people at one of the person's units.
fn may_change(conn: &mut Conn, caller: &Caller, person: PersonId) -> DbResult<bool> {
    let units = officer::units_of(conn, person)?;
    let units = unit::by_ids(conn, &units)?;
    Ok(units.iter().any(|unit| permit(caller, Action::ManagePeople, unit).is_ok()))
}

fn open(context: &Context, row: MessageId, sealed: &[u8]) -> DbResult<String> {
    let opened = context.keys.open_text(Place { table: "message", row }, sealed);
    opened.map_err(|_| DbError::Corrupt("the words of a text"))
}

/// Decides about a text as on the day when it came.
fn read_again(conn: &mut Conn, context: &Context, caller: &Caller, kept: &KeptText) -> DbResult<()> {
    let Some(sealed) = &kept.text_cipher else { return Ok(()) };
    let raw = RawMessage {
        gateway: kept.gateway.clone(),
        dedupe_key: None,
        sender: open(context, kept.id, &kept.sender_cipher)?,
        text: open(context, kept.id, sealed)?,
        received_at: kept.received_at,
        trusted: kept.trusted,
        part: None,
        incomplete: false,
    };
    let text = PreparedText::again(context, raw, kept);
    let mut board = Board::load(conn, context, &[&text], &[])?;
    board.forget_recent(&text.sender_index);
    let extras = board.extras(conn, &text)?;
    let reader = context.rules.reader.get();
    let plan = {
        let situation = board.situation_of(&text, &extras);
        decide_text(&situation, &text.raw.text, &text.reading, &*reader)
    };
    let mut ledger = Ledger::again(context, attaching(caller, format!("message:{}", kept.id)));
    ledger.carry_out(conn, &mut board, &text, plan)?;
    ledger.write(conn, &board)
}
