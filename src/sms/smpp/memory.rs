//! Which texts an SMSC may bring again, since it may not have heard that they were taken.
//!
//! A `deliver_sm` has no id. So each gets a key of ours when it comes, and the same words of the same sender get the same
//! key again only where the SMSC has reason to bring them again: they came by an earlier link, and nothing shows that
//! the answer arrived. Whatever the SMSC answers to an `enquire_link` shows that: it has heard all
//! that was said before.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use crate::crypto::Digest;

/// Texts that are remembered; more than any window holds.
const REMEMBERED: usize = 10_000;
/// After this time the same words are a new text.
const BRINGS_AGAIN: Duration = Duration::from_secs(15 * 60);

/// Texts whose answer may not have arrived.
#[derive(Debug, Default)]
pub(super) struct Memory {
    entries: VecDeque<Entry>,
    /// How many links there were.
    link: u64,
    /// How many texts there were.
    texts: u64,
    /// How many answers were given on this link.
    answers: u64,
}

#[derive(Debug)]
struct Entry {
    digest: Digest,
    number: u64,
    link: u64,
    /// The number of its answer on this link; `None` while it is not answered.
    answer: Option<u64>,
    at: Instant,
}

impl Memory {
    /// A new link begins.
    pub(super) fn begin_link(&mut self) {
        self.link += 1;
        self.answers = 0;
    }

    /// The number of the text with this digest: that of an earlier text if it is one that is brought again.
    pub(super) fn number(&mut self, digest: Digest) -> u64 {
        self.entries.retain(|entry| entry.at.elapsed() < BRINGS_AGAIN);
        let link = self.link;
        let again = |entry: &&mut Entry| entry.digest == digest && entry.link < link;
        if let Some(entry) = self.entries.iter_mut().find(again) {
            (entry.link, entry.answer) = (link, None);
            return entry.number;
        }
        if self.entries.len() >= REMEMBERED {
            self.entries.pop_front();
        }
        self.texts += 1;
        let entry = Entry { digest, number: self.texts, link, answer: None, at: Instant::now() };
        self.entries.push_back(entry);
        self.texts
    }

    /// The text with this number has been answered.
    pub(super) fn answered(&mut self, number: u64) {
        self.answers += 1;
        let (link, answer) = (self.link, self.answers);
        let found = self.entries.iter_mut().find(|entry| entry.number == number && entry.link == link);
        if let Some(entry) = found {
            entry.answer = Some(answer);
        }
    }

    /// How many answers have been given, if any of them may not have arrived.
    pub(super) fn unheard(&self) -> Option<u64> {
        let link = self.link;
        self.entries.iter().any(|entry| entry.link == link && entry.answer.is_some()).then_some(self.answers)
    }

    /// The SMSC has heard that many answers of this link.
    pub(super) fn heard(&mut self, answers: u64) {
        let link = self.link;
        let arrived =
            |entry: &Entry| entry.link == link && entry.answer.is_some_and(|answer| answer <= answers);
        self.entries.retain(|entry| !arrived(entry));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Digest = [1; 32];
    const TWO: Digest = [2; 32];

    fn on_a_link() -> Memory {
        let mut memory = Memory::default();
        memory.begin_link();
        memory
    }

    #[tokio::test]
    async fn the_same_words_on_one_link_are_two_texts() {
        let mut memory = on_a_link();
        let first = memory.number(ONE);
        assert_ne!(memory.number(ONE), first, "before the answer");
        memory.answered(first);
        assert_ne!(memory.number(ONE), first, "and after it");
        assert_ne!(memory.number(TWO), first);
    }

    #[tokio::test]
    async fn what_was_not_surely_heard_is_the_same_text_on_the_next_link() {
        let mut memory = on_a_link();
        let (first, second) = (memory.number(ONE), memory.number(TWO));
        memory.answered(first);
        memory.begin_link();
        assert_eq!((memory.number(ONE), memory.number(TWO)), (first, second));
        memory.answered(first);
        assert_ne!(memory.number(ONE), first, "it is brought again once");
    }

    #[tokio::test]
    async fn what_was_heard_is_another_text_on_the_next_link() {
        let mut memory = on_a_link();
        let first = memory.number(ONE);
        assert_eq!(memory.unheard(), None);
        memory.answered(first);
        let said = memory.unheard().unwrap();
        let second = memory.number(TWO);
        memory.answered(second);
        memory.heard(said);
        memory.begin_link();
        assert_ne!(memory.number(ONE), first);
        assert_eq!(memory.number(TWO), second, "its answer came after what was heard");
    }

    #[tokio::test]
    async fn equal_texts_that_wait_for_their_answers_are_counted_one_by_one() {
        let mut memory = on_a_link();
        let (first, second) = (memory.number(ONE), memory.number(ONE));
        memory.answered(first);
        memory.begin_link();
        assert_eq!((memory.number(ONE), memory.number(ONE)), (first, second));
        assert!(memory.number(ONE) > second);
    }
}
