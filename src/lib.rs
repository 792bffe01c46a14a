//! Bình Yên: hamlet heads report security-and-order (ANTT) incidents by SMS or app, communes get their monthly
//! indicators, supervisors their reminders.
//!
//! The modules in reading order, from the outside in; each imports only modules below it
//! (`ARCHITECTURE.md`, checked by `tests/it/architecture.rs`).

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod crypto;
pub mod db;
pub mod documents;
pub mod domain;
pub mod flows;
pub mod http;
pub mod jobs;
pub mod sms;
pub mod telemetry;
