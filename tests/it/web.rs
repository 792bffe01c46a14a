//! The web server as its clients meet it: the real program, over sockets.

mod api;
mod history;
mod hostile;
mod log_in;
pub mod office;
mod officer;
pub mod reviews;
