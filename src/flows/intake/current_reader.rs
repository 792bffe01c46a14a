//! The reader of texts, which changes when the installation's own words do.

use std::sync::{Arc, PoisonError, RwLock};

use crate::domain::shortcode::Reader;

/// The reader that is in use.
#[derive(Debug)]
pub struct CurrentReader(RwLock<Arc<Reader>>);

impl CurrentReader {
    /// The reader as it is now; a text is read by one reader from beginning to end.
    pub fn get(&self) -> Arc<Reader> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Another reader takes its place.
    pub fn set(&self, reader: Reader) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(reader);
    }
}

impl From<Reader> for CurrentReader {
    fn from(reader: Reader) -> Self {
        CurrentReader(RwLock::new(Arc::new(reader)))
    }
}
