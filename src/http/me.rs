//! Who asks, for clients that show it.

use actix_web::web;
use serde::Serialize;

use super::Site;
use super::auth::Authenticated;
use super::error::Problem;
use crate::db::account;
use crate::db::device::HeldPost;
use crate::db::unit::{self, Unit};
use crate::flows::authenticate::Who;
use crate::flows::devices::Rights;

/// A unit that somebody acts for.
#[derive(Debug, Serialize, PartialEq, Eq, utoipa::ToSchema)]
pub(super) struct UnitResponse {
    /// Its code.
    code: String,
    /// Its name.
    name: String,
    /// Its kind: `hamlet`, `commune` …
    kind: String,
    /// The code of the commune that it lies in.
    commune: Option<String>,
}

/// The units of posts, each once.
pub(super) fn units(posts: &[HeldPost]) -> Vec<UnitResponse> {
    let unit = |post: &HeldPost| UnitResponse {
        code: post.code.clone(),
        name: post.name.clone(),
        kind: post.kind.clone(),
        commune: post.commune.clone(),
    };
    let mut units: Vec<UnitResponse> = posts.iter().map(unit).collect();
    units.dedup();
    units
}

/// A person who reports.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct PersonResponse {
    /// The name.
    name: String,
    /// `head`, `team` or `manager`.
    role: &'static str,
    /// The units that the person reports for today.
    units: Vec<UnitResponse>,
    /// Whether the person is practising: reports are answered and count nothing.
    practice: bool,
}

impl PersonResponse {
    /// The person with these rights.
    pub(super) fn new(name: String, rights: &Rights) -> Self {
        PersonResponse {
            name,
            role: rights.caller.role.name(),
            units: units(&rights.posts),
            practice: rights.posts.iter().any(|post| post.practice),
        }
    }
}

/// Who asks.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct MeResponse {
    /// `person`, by a device, or `account`.
    kind: &'static str,
    /// The name of the person, or of the account.
    name: String,
    /// The role.
    role: &'static str,
    /// The own units; none: the whole country.
    units: Vec<UnitResponse>,
    /// The id of the device.
    device: Option<String>,
    /// Whether the person is practising.
    practice: bool,
}

/// Who asks, with the role and the units of today.
#[utoipa::path(get, path = "/api/v1/me", tag = "auth", security(("bearer" = [])),
    responses((status = 200, body = MeResponse)))]
pub(super) async fn show_me(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
) -> Result<web::Json<MeResponse>, Problem> {
    let role = caller.role.name();
    Ok(web::Json(match caller.who {
        Who::Person { id, device } => {
            let rights = site.devices.rights(device, site.now()).await?;
            let person = PersonResponse::new(site.devices.name(id).await?, &rights);
            let device = Some(device.to_string());
            let (name, units, practice) = (person.name, person.units, person.practice);
            MeResponse { kind: "person", name, role, units, device, practice }
        }
        Who::Account(id) => {
            let own: Vec<i64> = caller.units().collect();
            let found = site.db.read(move |conn| Ok((account::by_id(conn, id)?, named(conn, &own)?)));
            let (account, units) = found.await?;
            let name = account.map(|account| account.username).unwrap_or_default();
            MeResponse { kind: "account", name, role, units, device: None, practice: false }
        }
    }))
}

fn named(conn: &mut crate::db::Conn, ids: &[i64]) -> crate::db::DbResult<Vec<UnitResponse>> {
    let own = unit::by_ids(conn, ids)?;
    let communes: Vec<i64> = own.iter().filter_map(|unit| unit.commune_id).collect();
    let communes = unit::by_ids(conn, &communes)?;
    let code = |unit: &Unit| communes.iter().find(|c| Some(c.id) == unit.commune_id).map(|c| c.code.clone());
    let named = |unit: &Unit| UnitResponse {
        code: unit.code.clone(),
        name: unit.name.clone(),
        kind: unit.kind.clone(),
        commune: code(unit),
    };
    Ok(own.iter().map(named).collect())
}
