//! Reading what hamlet heads text: from characters to a [`Reading`], purely.
//!
//! The text is folded (marks, look-alikes, Telex and VNI left-overs), cut into tokens that keep their place in the
//! source, the tokens become slots by the lexicon, and a checking step asks whether every number is explained and
//! every word of an indicator used. Doubt becomes a question ([`Intent::Ask`]), never a guess.

mod reading;

pub use reading::{HamletMention, Intent, MonthFrom, Reading, Why};
