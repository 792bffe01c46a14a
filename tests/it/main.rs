//! The stories of the program, on SQLite and on PostgreSQL, and the rules that hold for its code.
//!
//! One binary, so that the throw-away PostgreSQL cluster is made once. Every test owns its database.

#![cfg(test)]

#[macro_use]
mod support;

mod architecture;
mod attachments;
mod balance;
mod command_line;
mod containers;
mod crash;
mod databases;
mod deliver;
mod esms;
mod fuzz_corpus;
mod gammu;
mod gateway_contract;
mod gateway_input;
mod import;
mod installation;
mod intake;
mod kannel;
mod openrosa;
mod otp;
mod outbound;
mod pages;
mod parts;
mod phone;
mod reading;
mod remind;
mod retention;
mod review_forms;
mod short_code;
mod smpp;
mod spool;
mod sync;
mod talk;
mod trust;
mod web;
mod xforms;
