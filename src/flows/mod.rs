//! The stories of the program, a verb each: load, decide by the domain, write, in one transaction.

pub mod deliver;
pub mod import;
pub mod intake;
pub mod purge;
pub mod verify;
