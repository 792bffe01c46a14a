//! What a route is.

use actix_web::http::Method;

use crate::domain::access::Action;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Open,
    /// Who has an access token and may do this somewhere.
    Token(Action),
}

/// One thing that can be asked of the server.
#[derive(Debug)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The pattern of the address.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
    pub(super) handler: fn() -> actix_web::Route,
}

impl Route {
    pub(super) const fn get(path: &'static str, access: Access, handler: fn() -> actix_web::Route) -> Self {
        Route { method: Method::GET, path, access, handler }
    }

    pub(super) const fn head(path: &'static str, access: Access, handler: fn() -> actix_web::Route) -> Self {
        Route { method: Method::HEAD, path, access, handler }
    }

    pub(super) const fn patch(path: &'static str, access: Access, handler: fn() -> actix_web::Route) -> Self {
        Route { method: Method::PATCH, path, access, handler }
    }

    pub(super) const fn put(path: &'static str, access: Access, handler: fn() -> actix_web::Route) -> Self {
        Route { method: Method::PUT, path, access, handler }
    }

    pub(super) const fn post(path: &'static str, access: Access, handler: fn() -> actix_web::Route) -> Self {
        Route { method: Method::POST, path, access, handler }
    }

    pub(super) const fn delete(
        path: &'static str,
        access: Access,
        handler: fn() -> actix_web::Route,
    ) -> Self {
        Route { method: Method::DELETE, path, access, handler }
    }
}
