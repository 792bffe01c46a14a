//! Wiring: what the settings describe, opened and put together.

mod installation;

pub use installation::Installation;
