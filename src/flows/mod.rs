//! The stories of the program, a verb each: load, decide by the domain, write, in one transaction.

pub mod answer;
mod audit;
pub mod authenticate;
pub mod collect;
pub mod deliver;
pub mod devices;
pub mod disclose;
pub mod figures;
pub mod import;
pub mod intake;
pub mod judge;
pub mod look_up;
pub mod months;
pub mod permit;
pub mod phone;
mod practice;
pub mod programme;
pub mod purge;
pub mod receive;
pub mod remind;
pub mod review;
pub mod sync;
pub mod synonyms;
pub mod verify;
