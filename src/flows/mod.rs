//! The stories of the program, a verb each: load, decide by the domain, write, in one transaction.

// `intake` and `verify` are mounted as soon as the reader and the rules have landed.
pub mod deliver;
pub mod import;
