//! Reading what hamlet heads text: from characters to a [`Reading`], purely.
//!
//! The text is folded (marks, look-alikes, Telex and VNI left-overs), cut into tokens that keep their place in the
//! source, the tokens become pieces by the lexicon, figures and indicators find each other, and a checking step asks
//! whether every number is explained and every word of an indicator used. Doubt becomes a question
//! ([`Intent::Ask`]), never a guess. `docs/reading.md` tells how to add a word.

mod additions;
mod amounts;
mod answer;
mod attach;
mod book;
mod classes;
mod compile;
mod dates;
mod days;
mod explain;
mod fold;
mod glued;
mod hours;
mod intent;
mod items;
mod joined;
mod judge;
mod labels;
mod lexicon;
mod matching;
mod mend;
mod months;
mod negation;
mod nothing;
mod numbers;
mod period_of;
mod personal;
mod places;
mod plates;
mod plea;
mod programs;
mod reader;
mod reading;
mod retry;
mod rivals;
mod scan;
mod scenes;
mod score;
mod sets;
mod short;
mod slip;
mod steps;
mod story;
mod strange;
mod syllable;
mod text;
mod token;
mod torn;
mod unrelated;
mod wish;
mod words;
mod write;
mod wrong_marks;

pub use answer::Answer;
pub use days::DayMention;
pub use explain::{Explained, Explanation};
pub use lexicon::{BadLexicon, Class, Lexicon, Strength, folded};
pub use reader::{LONGEST_TEXT, Reader};
pub use reading::{HamletMention, Intent, MonthFrom, Reading, Why};
pub use score::{Expected, Labelled, Score, Tally, Verdict};
pub use write::write_code;
