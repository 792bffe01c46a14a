//! Watching over the routes: what is silent, out of reach or short of money is an incident, and the administrators are
//! told of each once, by another route than the one that fails.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::hand_over::open_routes;
use super::{HandOver, Moment, NewText, Planner, ServerTime};
use crate::clock::{Clock, day_in_vietnam};
use crate::crypto::Place;
use crate::db::officer::Officer;
use crate::db::route::{self, Route};
use crate::db::route_incident::{self, Incident};
use crate::db::{Conn, Db, DbError, DbResult, administrator, gateway_phone, outbox, spending};
use crate::domain::outbound::health::{days_left_if_few, unusual_silence};
use crate::domain::outbound::route::Trouble;
use crate::domain::template::{TemplateKey, Templates, key};
use crate::sms::Gateways;

/// Microseconds of a minute and an hour.
const MINUTE: i64 = 60 * 1_000_000;
const HOUR: i64 = 60 * MINUTE;
/// How long a route must have been unreachable before anybody is told: providers start again.
const UNREACHABLE_TOLD_AFTER: i64 = 5 * MINUTE;
/// How long counts of hours are kept: two months and some days, in hours.
const KEPT_HOURS: i64 = 70 * 24;
/// The kinds of incidents that no text runs into.
const SILENT: &str = "silent";
const PHONE_SILENT: &str = "phone_silent";
const BALANCE_LOW: &str = "balance_low";

/// Who watches: one per server.
#[derive(Debug, Clone)]
pub struct Watch {
    /// Where everything is.
    pub db: Db,
    /// What time it is.
    pub clock: Clock,
    /// What time it is for the database.
    pub time: ServerTime,
    /// The gateways in the order of the settings.
    pub gateways: Gateways,
    /// Plans the alerts.
    pub planner: Planner,
    /// The words of alerts.
    pub templates: Arc<Templates>,
}

impl Watch {
    /// Looks at everything once.
    pub async fn look(&self) -> DbResult<()> {
        self.time.refresh(&self.db, self.clock).await?;
        self.look_at(self.time.now(self.clock)).await
    }

    /// Looks at everything at `now`.
    pub async fn look_at(&self, now: Moment) -> DbResult<()> {
        self.measure(now).await?;
        self.adopt_orphans(now).await?;
        self.ask_balances(now).await?;
        let this = self.clone();
        self.db.write(move |conn| this.judge(conn, now)).await?;
        self.relieve_phones(now).await?;
        let this = self.clone();
        self.db.write(move |conn| this.alert(conn, now)).await
    }

    /// A server that starts may have other settings than before: paused routes are tried at once.
    pub async fn try_again(&self) -> DbResult<()> {
        let ids = self.gateways.iter().map(|gateway| gateway.id.clone()).collect();
        try_again(&self.db, ids).await
    }

    async fn measure(&self, now: Moment) -> DbResult<()> {
        let (depths, routes) = self.db.read(|conn| Ok((outbox::depths(conn)?, route::all(conn)?))).await?;
        for gateway in self.gateways.iter() {
            for (lane, name) in [(0, "urgent"), (1, "started")] {
                let depth =
                    depths.iter().find(|(id, of, _)| *id == gateway.id && *of == lane).map_or(0, |row| row.2);
                let depth = u32::try_from(depth).unwrap_or(u32::MAX);
                metrics::gauge!("outbound_queue", "gateway" => gateway.id.clone(), "lane" => name)
                    .set(f64::from(depth));
            }
            let state = routes.get(&gateway.id).map(|route| route.state).unwrap_or_default();
            for trouble in Trouble::ALL {
                let paused = state.trouble == Some(trouble);
                metrics::gauge!("outbound_paused", "gateway" => gateway.id.clone(), "reason" => trouble.name())
                    .set(if paused { 1.0 } else { 0.0 });
            }
            let rests = if state.rest_until > now.real { 1.0 } else { 0.0 };
            metrics::gauge!("outbound_resting", "gateway" => gateway.id.clone()).set(rests);
        }
        Ok(())
    }

    fn hand_over(&self) -> HandOver {
        let (keys, gateways) = (Arc::clone(&self.planner.keys), self.gateways.clone());
        HandOver { db: self.db.clone(), keys, gateways }
    }

    /// Texts that no phone comes for go by other routes.
    async fn relieve_phones(&self, now: Moment) -> DbResult<()> {
        for incident in self.db.read(route_incident::all_open).await? {
            if incident.kind == PHONE_SILENT {
                self.hand_over().move_due(&incident.gateway, now).await?;
            }
        }
        Ok(())
    }

    /// Texts of a gateway that has left the settings would wait for ever.
    async fn adopt_orphans(&self, now: Moment) -> DbResult<()> {
        let hand_over = self.hand_over();
        for (gateway, _, _) in self.db.read(outbox::depths).await? {
            if self.gateways.get(&gateway).is_none() {
                hand_over.give_over(&gateway, now).await?;
            }
        }
        Ok(())
    }

    async fn ask_balances(&self, now: Moment) -> DbResult<()> {
        for gateway in self.gateways.iter() {
            let id = gateway.id.clone();
            let known =
                self.db.read(move |conn| Ok(route::find(conn, &id)?.and_then(|route| route.balance))).await?;
            if known.is_some_and(|(_, at)| now.real < at + HOUR) {
                continue;
            }
            match gateway.balance().await {
                Ok(Some(balance)) => {
                    let id = gateway.id.clone();
                    self.db.write(move |conn| route::note_balance(conn, &id, balance, now.real)).await?;
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(gateway = gateway.id, %error, "the balance cannot be asked"),
            }
        }
        Ok(())
    }

    /// Opens and closes the incidents that no text runs into.
    fn judge(&self, conn: &mut Conn, now: Moment) -> DbResult<()> {
        let hour = now.real / HOUR;
        route::count_hour(conn, hour - 1)?;
        route::count_hour(conn, hour)?;
        route::forget(conn, hour - KEPT_HOURS, now.real)?;
        let routes = route::all(conn)?;
        for gateway in self.gateways.iter() {
            let (id, route) = (gateway.id.as_str(), routes.get(&gateway.id));
            let silence = unusual_silence(&route::hours(conn, id)?, hour);
            self.settle(
                conn,
                id,
                SILENT,
                silence.map(|hours| format!("no text came in for {hours} hours")),
                now,
            )?;
            let missing = match gateway.phone() {
                Some(phone) => {
                    missing_for(now.real, gateway_phone::last_seen(conn, id)?, phone.silent_after())
                }
                None => None,
            };
            self.settle(conn, id, PHONE_SILENT, missing, now)?;
            let low = match route.and_then(|route| route.balance) {
                Some((balance, _)) => self.low(conn, id, balance, now)?,
                None => None,
            };
            self.settle(conn, id, BALANCE_LOW, low, now)?;
        }
        Ok(())
    }

    /// What is spent in a month is taken from this one and the last.
    fn low(&self, conn: &mut Conn, gateway: &str, balance: i64, now: Moment) -> DbResult<Option<String>> {
        let month = now.month();
        let before = if month % 100 == 1 { month - 89 } else { month - 1 };
        let spent =
            spending::by_gateway(conn, gateway, month)?.max(spending::by_gateway(conn, gateway, before)?);
        let few = days_left_if_few(balance, spent);
        Ok(few.map(|days| format!("{balance} VND are left, enough for less than {} days", days + 1)))
    }

    fn settle(
        &self,
        conn: &mut Conn,
        gateway: &str,
        kind: &str,
        detail: Option<String>,
        now: Moment,
    ) -> DbResult<()> {
        let wrong = if detail.is_some() { 1.0 } else { 0.0 };
        metrics::gauge!("route_incident", "gateway" => gateway.to_owned(), "kind" => kind.to_owned())
            .set(wrong);
        let Some(detail) = detail else {
            if route_incident::close(conn, gateway, kind, now.real)? {
                tracing::info!(gateway, kind, "the route is well again");
            }
            return Ok(());
        };
        let id = self.planner.ids.lock().map_err(|_| DbError::Stopped)?.next(now.real / 1_000);
        if route_incident::open(conn, id, gateway, kind, &detail, now.real)? {
            tracing::error!(gateway, kind, detail, "the route is not well");
        }
        Ok(())
    }

    /// Tells the administrators of incidents that they have not been told of.
    fn alert(&self, conn: &mut Conn, now: Moment) -> DbResult<()> {
        let incidents = route_incident::all_open(conn)?;
        let due: Vec<Incident> =
            incidents.into_iter().filter(|incident| is_to_be_told(incident, now)).collect();
        if due.is_empty() {
            return Ok(());
        }
        let routes = route::all(conn)?;
        let administrators = administrator::all(conn, day_in_vietnam(now.domain))?;
        for incident in due {
            if route_incident::alert(conn, incident.id, now.real)? {
                self.tell(conn, &incident, &administrators, &routes, now)?;
            }
        }
        Ok(())
    }

    fn tell(
        &self,
        conn: &mut Conn,
        incident: &Incident,
        administrators: &[Officer],
        routes: &BTreeMap<String, Route>,
        now: Moment,
    ) -> DbResult<()> {
        let others: Vec<&str> = open_routes(&self.gateways, routes, now)
            .map(|gateway| gateway.id.as_str())
            .filter(|id| *id != incident.gateway)
            .collect();
        let (gateway, kind) = (incident.gateway.as_str(), incident.kind.as_str());
        if others.is_empty() || administrators.is_empty() {
            tracing::error!(
                gateway,
                kind,
                "no administrator can be told by SMS: no other route, or no number"
            );
            return Ok(());
        }
        let balance = routes.get(gateway).and_then(|route| route.balance).map_or(0, |(balance, _)| balance);
        let mut texts = Vec::with_capacity(administrators.len());
        for administrator in administrators {
            texts.push(self.alert_text(incident, administrator, balance)?);
        }
        self.planner.plan_by(conn, &texts, |gateway| others.contains(&gateway.id.as_str())).map(drop)
    }

    fn alert_text(&self, incident: &Incident, administrator: &Officer, balance: i64) -> DbResult<NewText> {
        let place = Place { table: "phone", row: administrator.person_id };
        let number = self.planner.keys.open_text(place, &administrator.number_cipher);
        let fields = [("gateway", incident.gateway.clone()), ("money", balance.to_string())];
        Ok(NewText {
            kind: "route_alert",
            cause: incident.id,
            person_id: None,
            number: number.map_err(|_| DbError::Corrupt("a number"))?,
            words: Some(self.templates.render(words_of(&incident.kind), &fields, administrator.marks)),
            commune_id: None,
            // What stops texts cannot wait for the morning.
            urgent: Trouble::by_name(&incident.kind).is_some(),
            due_at: 0,
            not_after: None,
        })
    }
}

pub(super) async fn try_again(db: &Db, gateways: Vec<String>) -> DbResult<()> {
    db.write(move |conn| gateways.iter().try_for_each(|id| route::try_again(conn, id))).await
}

/// What is to be said of a phone that has not asked for longer than `most`, microseconds; one that never registered is
/// not missed.
fn missing_for(now: i64, seen: Option<i64>, most: i64) -> Option<String> {
    let silent = now - seen?;
    (silent > most).then(|| format!("the phone has not asked for {} minutes", silent / MINUTE))
}

fn is_to_be_told(incident: &Incident, now: Moment) -> bool {
    let patience = if incident.kind == Trouble::Unreachable.name() { UNREACHABLE_TOLD_AFTER } else { 0 };
    incident.alerted_at.is_none() && now.real >= incident.opened_at.saturating_add(patience)
}

fn words_of(kind: &str) -> TemplateKey {
    match (Trouble::by_name(kind), kind) {
        (Some(Trouble::Misconfigured), _) => key::ROUTE_MISCONFIGURED,
        (Some(Trouble::OutOfCredit), _) => key::ROUTE_OUT_OF_CREDIT,
        (Some(Trouble::Unreachable), _) => key::ROUTE_UNREACHABLE,
        (None, PHONE_SILENT) => key::PHONE_SILENT,
        (None, BALANCE_LOW) => key::BALANCE_LOW,
        (None, _) => key::ROUTE_SILENT,
    }
}
