//! Every row of the rules, and dialogues word for word.

mod answers;
mod cancel;
mod desk;
mod events;
mod kinds;
mod laws;
mod months;
mod second_texts;
mod senders;
mod submissions;
mod talks;
mod urgent;
