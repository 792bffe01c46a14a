//! Closing a commune's month and opening it again.

use crate::clock::Clock;
use crate::crypto::{CryptoError, Keys, Place, sha256};
use crate::db::log::{self, NewAudit, NewChange};
use crate::db::month_state::{self, NewMonthChange, StoredState};
use crate::db::unit::{self, Unit};
use crate::db::{Conn, Db, DbError, DbResult, SharedIds, lock};
use crate::domain::access::Action;
use crate::domain::period::{Calendar, Period};
use crate::flows::authenticate::Caller;
use crate::flows::permit::{Forbidden, permit};

/// Why a month stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum MonthError {
    /// Only communes have months to close.
    #[error("{0} is no commune")]
    NoCommune(String),
    /// It is still running.
    #[error("the month ends on {0}; it can be closed from the next day on")]
    NotEnded(chrono::NaiveDate),
    /// The caller may not do it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The reason could not be sealed.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// What a month becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Reports that come later wait for the officer.
    Close,
    /// Reports count again at once.
    Reopen,
}

/// What turning a month works with.
#[derive(Debug, Clone)]
pub struct Desk<'a> {
    /// Where the month stands.
    pub db: &'a Db,
    /// What seals the reason.
    pub keys: &'a Keys,
    /// Where ids come from.
    pub ids: &'a SharedIds,
    /// What day it is.
    pub clock: Clock,
    /// Which days a month covers.
    pub calendar: &'a Calendar,
    /// Who does it.
    pub caller: &'a Caller,
}

/// Closes or opens `period` of `commune`, for `reason`; a month that is so already stays as it is. Closed for the first
/// time it is version 1; closed again it is “revised”, with the next version.
pub async fn turn(
    desk: Desk<'_>,
    commune: &Unit,
    period: Period,
    turn: Turn,
    reason: Option<&str>,
) -> Result<StoredState, MonthError> {
    let action = match turn {
        Turn::Close => Action::CloseMonth,
        Turn::Reopen => Action::ReopenMonth,
    };
    permit(desk.caller, action, commune)?;
    if commune.kind != "commune" {
        return Err(MonthError::NoCommune(commune.code.clone()));
    }
    let last = desk.calendar.span(period).to;
    if turn == Turn::Close && desk.clock.today() <= last {
        return Err(MonthError::NotEnded(last));
    }
    let now = desk.clock.real_micros();
    let id = desk.ids.lock().map_err(|_| DbError::Stopped)?.next(now / 1_000);
    let place = Place { table: "month_change", row: id };
    let reason = reason.map(|reason| desk.keys.seal(place, reason.as_bytes())).transpose()?;
    let (commune, actor, account) = (commune.clone(), desk.caller.actor(), desk.caller.account_id());
    let change = NewMonthChange {
        id,
        period: period.number(),
        commune_id: commune.id,
        state: "open",
        version: 0,
        reason_cipher: reason,
        account_id: account,
        at: now,
    };
    let last_day = last;
    let done = desk.db.write(move |conn| {
        let mut change = change.clone();
        let state = write(conn, &commune, last_day, turn, &mut change)?;
        let subject = format!("unit:{} period:{period} {}", commune.code, state.state);
        let digest = sha256(&[subject.as_bytes(), &state.version.to_be_bytes()]);
        let audit = NewAudit { actor: &actor, action: action.name(), subject: &subject, digest };
        let commune_id = Some(commune.id);
        let changed = NewChange { entity: "month", entity_id: change.id, unit_id: commune_id, commune_id };
        log::append(conn, now, &[changed], &audit)?;
        Ok(state)
    });
    Ok(done.await?)
}

fn write(
    conn: &mut Conn,
    commune: &Unit,
    last_day: chrono::NaiveDate,
    turn: Turn,
    change: &mut NewMonthChange,
) -> DbResult<StoredState> {
    // Whoever records for a hamlet of the commune right now has read the old state and must be done first.
    let mut units = vec![commune.id];
    units.extend(unit::hamlets_of(conn, &[commune.id], last_day)?.iter().map(|hamlet| hamlet.id));
    lock::units(conn, &units)?;
    let stored = month_state::find(conn, commune.id, change.period)?;
    (change.state, change.version) = match (turn, stored.state.as_str()) {
        (Turn::Close, "open") if stored.version == 0 => ("closed", 1),
        (Turn::Close, "open") => ("revised", stored.version + 1),
        (Turn::Reopen, "closed" | "revised") => ("open", stored.version),
        _ => return Ok(stored),
    };
    month_state::change(conn, change)?;
    Ok(StoredState { state: change.state.to_owned(), version: change.version })
}
