//! Who makes a request. Asked in a middleware, before any extractor reads a body: the framework runs extractors side
//! by side.

use std::future::{Ready, ready};

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, ResponseError, web};

use super::error::{Code, Problem};
use super::{Access, Site, find_route};
use crate::domain::access::Action;
use crate::flows::authenticate::{AuthError, Bearer, Caller};
use crate::flows::permit::{Forbidden, permit_somewhere};

/// Access tokens are far shorter; anything longer is not looked at.
const MAX_TOKEN: usize = 4096;

/// Middleware of every address of the route list: lets nobody through who may not do what the route is for anywhere.
/// Whether it may be done with the unit in question is asked by the flow.
pub async fn authenticate<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let route = request.match_pattern().and_then(|pattern| find_route(request.method(), &pattern));
    // A method that the address does not take is answered further in, the same with and without a token.
    if let Some(Access::Token(action)) = route.map(|route| route.access) {
        match admit(&request, action).await {
            Ok((caller, expires)) => {
                request.extensions_mut().insert(expires);
                request.extensions_mut().insert(caller);
            }
            // An error returned here would pass by the middleware that writes problems.
            Err(problem) => return Ok(request.into_response(problem.error_response()).map_into_right_body()),
        }
    }
    Ok(next.call(request).await?.map_into_left_body())
}

async fn admit(request: &ServiceRequest, action: Action) -> Result<(Caller, Expires), Problem> {
    let (caller, expires) = caller(request).await?;
    permit_somewhere(&caller, action)?;
    Ok((caller, expires))
}

async fn caller(request: &ServiceRequest) -> Result<(Caller, Expires), Problem> {
    let site = request.app_data::<web::Data<Site>>().ok_or_else(|| Problem::new(Code::Internal))?;
    let token = bearer(request).ok_or_else(|| Problem::new(Code::Unauthenticated))?;
    if token.len() > MAX_TOKEN {
        return Err(Problem::new(Code::InvalidToken));
    }
    let (bearer, expires) = site.sessions.bearer(token, site.clock.real_micros()).await?;
    let caller = match bearer {
        Bearer::Account(caller) => caller,
        Bearer::Device(device) => site.devices.caller(device, site.now()).await?,
    };
    Ok((caller, Expires(expires)))
}

fn bearer(request: &ServiceRequest) -> Option<&str> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// When the token of a request expires, microseconds UTC, real time: what lasts longer than an answer ends then.
#[derive(Debug, Clone, Copy)]
pub struct Expires(pub i64);

/// The caller, for handlers of routes that need one.
#[derive(Debug, Clone, Copy)]
pub struct Authenticated(pub Caller);

impl FromRequest for Authenticated {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = request.extensions().get::<Caller>().copied();
        ready(caller.map(Authenticated).ok_or_else(|| Problem::new(Code::Unauthenticated)))
    }
}

impl From<Forbidden> for Problem {
    fn from(Forbidden(action): Forbidden) -> Self {
        Problem::new(Code::Forbidden).detail(format!("The role of the account does not allow {action} there"))
    }
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        let problem = Problem::new;
        match error {
            AuthError::WrongCredentials => problem(Code::WrongCredentials),
            AuthError::TooMany(seconds) => problem(Code::TooManyAttempts)
                .detail(format!("Too many attempts to log in; try again in {seconds} seconds"))
                .retry_after(seconds),
            AuthError::InvalidToken => problem(Code::InvalidToken),
            AuthError::Expired => problem(Code::TokenExpired),
            AuthError::RefreshRefused => problem(Code::RefreshRefused),
            AuthError::Busy => problem(Code::Busy),
            AuthError::Db(error) => error.into(),
            AuthError::BadPassword
            | AuthError::BadUsername
            | AuthError::UsernameTaken
            | AuthError::NoAccount
            | AuthError::UnitNeeded
            | AuthError::Hashing
            | AuthError::NoKey
            | AuthError::Crypto(_) => Problem::internal(&error),
        }
    }
}
