//! Wiring: what the settings describe, opened and put together.

mod installation;
mod metrics_page;
mod reminders;
mod server;
mod wait;
mod works;

pub use installation::Installation;
pub use reminders::rehearsal;
pub use server::{App, Listeners, interrupted};
pub use wait::wait_for_database;
