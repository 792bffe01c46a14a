//! Taking up words of indicators that were added while the server runs, by another server or the command line.

use std::sync::Arc;
use std::time::Duration;

use super::Stop;
use crate::db::Db;
use crate::flows::intake::Context;
use crate::flows::synonyms;

/// How often is looked whether the words have changed.
const PAUSE: Duration = Duration::from_secs(30);

/// Reads texts with the words that stand in the database, until told to stop. `known` tells which ones are read with.
pub async fn follow_words(db: Db, context: Arc<Context>, mut known: Option<(i64, i64)>, mut stop: Stop) {
    while !stop.pause(PAUSE).await {
        match synonyms::state(&db).await {
            Ok(state) if Some(state) == known => {}
            Ok(_) => match synonyms::reader(&db, &context.rules.catalogue).await {
                Ok((reader, state)) => {
                    context.rules.reader.set(reader);
                    known = Some(state);
                    tracing::info!("texts are read with other words from now on");
                }
                Err(error) => tracing::error!(%error, "the words of the database cannot be used"),
            },
            Err(error) => tracing::debug!(%error, "the words cannot be looked up; tried again"),
        }
    }
}
