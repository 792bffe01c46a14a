//! Whether the server lives, and whether it can work.

use std::time::Duration;

use actix_web::web;
use serde::Serialize;

use super::Site;
use super::error::{Code, Problem, ProblemBody};
use crate::db::{Conn, DbError, schema_is_current};

/// How long the database may take to say that it is there.
const DATABASE_TIME: Duration = Duration::from_secs(2);

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct HealthResponse {
    /// `ok`, `ready` or `degraded`.
    status: &'static str,
}

/// Whether the process lives.
#[utoipa::path(get, path = "/healthz", tag = "health", responses((status = 200, body = HealthResponse)))]
pub(super) async fn show_liveness() -> web::Json<HealthResponse> {
    web::Json(HealthResponse { status: "ok" })
}

/// Whether the database is reachable and its schema is that of this version. `degraded`: texts wait in the spool, or
/// the database is away and texts can still be taken; everything else is told to come back.
#[utoipa::path(get, path = "/readyz", tag = "health", responses(
    (status = 200, body = HealthResponse), (status = 503, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn show_readiness(site: web::Data<Site>) -> Result<web::Json<HealthResponse>, Problem> {
    let current = site.db.read(|conn: &mut Conn| schema_is_current(conn));
    let status = match tokio::time::timeout(DATABASE_TIME, current).await {
        Ok(Ok(true)) if site.intake.is_degraded() => "degraded",
        Ok(Ok(true)) => "ready",
        Ok(Ok(false)) => return Err(Problem::new(Code::Unavailable)),
        // A server that is taken out of service here could not keep the texts that come meanwhile.
        Ok(Err(DbError::Unavailable(_))) | Err(_) if site.intake.can_spool() => "degraded",
        Ok(Err(error)) => return Err(error.into()),
        Err(_) => return Err(Problem::new(Code::Unavailable)),
    };
    Ok(web::Json(HealthResponse { status }))
}
