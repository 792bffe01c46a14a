//! What providers report about texts that went out.

use std::collections::BTreeMap;

use super::Moment;
use crate::db::outbox::fate::{self, Delivery, Told};
use crate::db::spending::{self, Spent};
use crate::db::{Conn, Db, DbResult, route};
use crate::sms::{DeliveryReport, DeliveryStatus};

/// Takes a delivery report; answers whether the text is known. One that comes before the answer to the sending, which
/// brings the provider's id, waits for that.
pub async fn take_delivery(db: &Db, gateway: &str, report: DeliveryReport, now: Moment) -> DbResult<bool> {
    let delivery = match report.status {
        DeliveryStatus::Sent => Delivery::Sent,
        DeliveryStatus::Delivered => Delivery::Delivered,
        DeliveryStatus::Failed => Delivery::Failed,
        DeliveryStatus::Expired => Delivery::Expired,
    };
    metrics::counter!("outbound_receipts", "gateway" => gateway.to_owned(), "status" => delivery.name())
        .increment(1);
    let gateway = gateway.to_owned();
    db.write(move |conn| {
        let reason = report.reason.as_deref();
        if apply(conn, &gateway, &report.id, delivery, reason, now)? {
            return Ok(true);
        }
        // Whoever marks texts of this gateway has the route locked, so the answer is either there now or comes later.
        route::lock(conn, &gateway, now.real)?;
        if apply(conn, &gateway, &report.id, delivery, reason, now)? {
            return Ok(true);
        }
        fate::keep_early(conn, &gateway, &report.id, delivery, reason, now.real)?;
        Ok(false)
    })
    .await
}

/// Applies the reports that came before the texts that the provider knows by `names` were marked.
pub(super) fn apply_early(conn: &mut Conn, gateway: &str, names: &[String], now: Moment) -> DbResult<()> {
    if names.is_empty() {
        return Ok(());
    }
    for (id, delivery, reason) in fate::early(conn, gateway)? {
        if names.contains(&id) {
            apply(conn, gateway, &id, delivery, reason.as_deref(), now)?;
            fate::forget_early(conn, gateway, &id)?;
        }
    }
    Ok(())
}

fn apply(
    conn: &mut Conn,
    gateway: &str,
    id: &str,
    delivery: Delivery,
    reason: Option<&str>,
    now: Moment,
) -> DbResult<bool> {
    match fate::deliver(conn, gateway, id, delivery, reason, now.real)? {
        None => Ok(false),
        Some(Told { first: false, .. }) => Ok(true),
        Some(told) => {
            let spent = Spent { texts: 1, parts: i64::from(told.parts), cost: told.cost };
            let spent = BTreeMap::from([(told.commune_id.unwrap_or(0), spent)]);
            spending::add(conn, now.month(), gateway, &spent)?;
            Ok(true)
        }
    }
}
