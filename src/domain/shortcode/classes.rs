//! Which classes of words a text has at all.

use super::lexicon::Class;

/// The classes of which a phrase stands anywhere in a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Classes([u64; 4]);

impl Classes {
    pub(super) const NONE: Classes = Classes([0; 4]);
    pub(super) const ALL: Classes = Classes([u64::MAX; 4]);

    pub(super) fn insert(&mut self, class: Class) {
        let (word, bit) = Classes::place(class);
        if let Some(word) = self.0.get_mut(word) {
            *word |= bit;
        }
    }

    pub(super) fn contains(self, class: Class) -> bool {
        let (word, bit) = Classes::place(class);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    /// Whether any of `classes` is among them.
    pub(super) fn contains_any(self, classes: &[Class]) -> bool {
        classes.iter().any(|class| self.contains(*class))
    }

    #[expect(clippy::as_conversions, reason = "a variant without fields has no other way to its number")]
    fn place(class: Class) -> (usize, u64) {
        let number = class as usize;
        (number / 64, 1 << (number % 64))
    }
}
