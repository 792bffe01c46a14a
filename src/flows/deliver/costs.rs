//! What texts cost, what may be spent, and what a broadcast would cost.

use crate::crypto::sha256;
use crate::db::log::{self, NewAudit};
use crate::db::spending::{self, Line};
use crate::db::started::Payer;
use crate::db::unit::Unit;
use crate::db::{Conn, Db, DbResult};
use crate::domain::access::Action;
use crate::domain::outbound::budget::{self, Forecast};
use crate::flows::authenticate::Caller;
use crate::flows::disclose::{DiscloseError, whose};
use crate::flows::permit::{permit, permit_somewhere};

/// A unit's money for texts in a month, đồng.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    /// What may be spent; `None`: anything.
    pub budget: Option<i64>,
    /// What was spent, replies and urgent texts among it.
    pub spent: i64,
    /// What is left for texts that the server starts by itself; `None`: no limit.
    pub left: Option<i64>,
}

/// The account of the months `from` to `to` (YYYYMM), as far as the caller may see it.
pub async fn account(db: &Db, caller: &Caller, from: i32, to: i32) -> Result<Vec<Line>, DiscloseError> {
    permit_somewhere(caller, Action::ReadDelivery)?;
    let whose = whose(db, caller).await?;
    Ok(db.read(move |conn| spending::account(conn, whose, from, to)).await?)
}

/// The money of `unit`, a commune or province, in `month` (YYYYMM).
pub async fn money(db: &Db, caller: &Caller, unit: &Unit, month: i32) -> Result<Money, DiscloseError> {
    permit(caller, Action::ReadDelivery, unit)?;
    let (id, payer) = (unit.id, payer_of(unit));
    let money = db.read(move |conn| {
        let (budget, spent) = (spending::budget(conn, id, month)?, spending::spent(conn, payer, month)?);
        Ok(Money { budget, spent, left: budget::left(budget, spent) })
    });
    Ok(money.await?)
}

/// Sets what `unit` may spend in a month from `month` on; `None`: anything. It stands in the audit.
pub async fn set_budget(
    db: &Db,
    caller: &Caller,
    unit: &Unit,
    month: i32,
    amount: Option<i64>,
    now: i64,
) -> Result<(), DiscloseError> {
    permit(caller, Action::ManageSettings, unit)?;
    let (id, actor) = (unit.id, caller.actor());
    let subject = format!("unit:{} month:{month} amount:{}", unit.code, amount.map_or(-1, |amount| amount));
    let write = move |conn: &mut Conn| {
        spending::set_budget(conn, id, month, amount)?;
        let digest = sha256(&[actor.as_bytes(), &[0], b"set_budget", &[0], subject.as_bytes()]);
        log::append(
            conn,
            now,
            &[],
            &NewAudit { actor: &actor, action: "set_budget", subject: &subject, digest },
        )
    };
    Ok(db.write(write).await?)
}

fn payer_of(unit: &Unit) -> Payer {
    if unit.kind == "province" { Payer::Province(unit.id) } else { Payer::Commune(unit.id) }
}

/// What texts of these `parts` that `commune` pays would cost at `cost_per_part` in `month`, and what is left of the
/// tightest budget before them: for a preview before anything is planned.
pub fn forecast(
    conn: &mut Conn,
    commune: &Unit,
    month: i32,
    parts: impl IntoIterator<Item = i64>,
    cost_per_part: i64,
) -> DbResult<(Forecast, Option<i64>)> {
    let forecast = Forecast::of(parts, cost_per_part);
    let mut tightest = None;
    let province = commune.province_id.map(|province| (province, Payer::Province(province)));
    for (unit, payer) in std::iter::once((commune.id, Payer::Commune(commune.id))).chain(province) {
        let amount = spending::budget(conn, unit, month)?;
        let left = budget::left(amount, spending::spent(conn, payer, month)?);
        tightest = budget::tighter(tightest, left);
    }
    Ok((forecast, tightest))
}
