//! `Idempotency-Key`: a request that is sent again, since its answer was lost, is answered again and not done again.

use std::future::{Future, Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder};

use super::Site;
use super::error::{Code, Problem};
use crate::crypto::Digest;
use crate::db::idempotency::{self, Answer};
use crate::flows::authenticate::Caller;

/// How long answers are kept, microseconds.
const KEPT: i64 = 48 * 3_600 * 1_000_000;
/// Characters of a key.
const LONGEST: usize = 128;

/// The key of a request, if it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(Option<String>);

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(value) = request.headers().get("idempotency-key") else { return ready(Ok(Self(None))) };
        let plain =
            |key: &&str| !key.is_empty() && key.len() <= LONGEST && key.bytes().all(|b| b.is_ascii_graphic());
        let key = value.to_str().ok().filter(plain).map(str::to_owned);
        let refusal = || {
            Problem::new(Code::BadRequest)
                .detail(format!("Idempotency-Key: 1 to {LONGEST} printable ASCII characters without spaces"))
        };
        ready(key.map(|key| Self(Some(key))).ok_or_else(refusal))
    }
}

/// What is answered, and kept.
#[derive(Debug)]
pub struct Given {
    /// The status.
    pub status: StatusCode,
    /// The body, JSON.
    pub body: String,
}

/// Answers as before where the caller sent the same request with the same key before, else does `work` and keeps its
/// answer. What is created twice at once is told apart by its own id, not by this.
pub async fn once(
    site: &Site,
    caller: &Caller,
    IdempotencyKey(key): IdempotencyKey,
    request_digest: Digest,
    work: impl Future<Output = Result<Given, Problem>>,
) -> Result<HttpResponse, Problem> {
    let Some(key) = key else { return Ok(respond(work.await?)) };
    let (account, now) = (caller.id(), site.clock.real_micros());
    let since = now - KEPT;
    let name = key.clone();
    let before = site.db.read(move |conn| idempotency::find(conn, account, &name, since)).await?;
    if let Some(answer) = before {
        return again(answer, request_digest);
    }
    let given = work.await?;
    let status = i32::from(given.status.as_u16());
    let answer = Answer { request_digest, status, body: given.body.clone() };
    site.db.write(move |conn| idempotency::keep(conn, account, &key, &answer, since, now)).await?;
    Ok(respond(given))
}

fn again(answer: Answer, request_digest: Digest) -> Result<HttpResponse, Problem> {
    if answer.request_digest != request_digest {
        return Err(Problem::new(Code::IdempotencyKeyReused));
    }
    let created = answer.status == i32::from(StatusCode::CREATED.as_u16());
    let status = u16::try_from(answer.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    // It is created no second time: a replay is answered 200.
    let status = status.filter(|_| !created).unwrap_or(StatusCode::OK);
    Ok(respond(Given { status, body: answer.body }))
}

fn respond(given: Given) -> HttpResponse {
    HttpResponseBuilder::new(given.status).content_type("application/json").body(given.body)
}
