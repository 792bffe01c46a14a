//! Whether the server lives, and whether it can work.

use std::time::Duration;

use actix_web::web;
use serde::Serialize;

use super::Site;
use super::error::{Code, Problem, ProblemBody};
use crate::db::{Conn, schema_is_current};

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

/// Whether the database is reachable and its schema is that of this version. `degraded` while texts are kept in the
/// spool.
#[utoipa::path(get, path = "/readyz", tag = "health", responses(
    (status = 200, body = HealthResponse), (status = 503, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn show_readiness(site: web::Data<Site>) -> Result<web::Json<HealthResponse>, Problem> {
    let current = site.db.read(|conn: &mut Conn| schema_is_current(conn));
    let answer = tokio::time::timeout(DATABASE_TIME, current).await;
    // Texts can still be taken: the spool keeps them.
    let degraded = site.intake.is_degraded();
    match answer {
        Ok(Ok(true)) if !degraded => Ok(web::Json(HealthResponse { status: "ready" })),
        _ if degraded => Ok(web::Json(HealthResponse { status: "degraded" })),
        Ok(Ok(_)) | Err(_) => Err(Problem::new(Code::Unavailable)),
        Ok(Err(error)) => Err(error.into()),
    }
}
