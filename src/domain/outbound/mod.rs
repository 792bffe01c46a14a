//! What decides about outgoing texts, purely: whether one that the server started by itself goes ([`policy`]), how fast
//! texts go ([`pace`]), whether a route is open ([`route`]), whether it is well ([`health`]), and what texts cost
//! ([`budget`]).
//!
//! Times are microseconds UTC unless it is said otherwise.

pub mod budget;
pub mod health;
pub mod pace;
pub mod policy;
pub mod route;
