//! Every row of the rules, and dialogues word for word.

mod desk;
mod rows;
mod submissions;
mod talks;
