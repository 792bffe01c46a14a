//! What was and will be sent, and why not.

use std::sync::Arc;

use chrono::NaiveDate;

use super::Reminders;
use super::forecast::{Forecast, Question};
use crate::clock::start_of_day_in_vietnam;
use crate::crypto::{CryptoError, Place};
use crate::db::DbError;
use crate::db::reminder::list::{self, Filter, Listed};
use crate::db::reminder::run;
use crate::db::traffic::Whose;
use crate::domain::access::Action;
use crate::domain::reminder::{BadRule, Rule, Rules};
use crate::flows::authenticate::Caller;
use crate::flows::disclose::{DiscloseError, Reader, whose};
use crate::flows::permit::{Forbidden, permit_country, permit_somewhere};

/// Why there is no look ahead.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    /// A rule that cannot hold.
    #[error(transparent)]
    Rule(#[from] BadRule),
    /// The caller may not, or the database did not answer.
    #[error(transparent)]
    Disclose(#[from] DiscloseError),
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The database did not answer.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// The first microsecond of a day and that of the next.
fn moments_of(day: NaiveDate) -> (i64, i64) {
    (start_of_day_in_vietnam(day), day.succ_opt().map_or(i64::MAX, start_of_day_in_vietnam))
}

/// A reminder, opened as far as the caller may read it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// As it is stored.
    pub stored: Listed,
    /// The name of the person who is told.
    pub receiver_name: Option<String>,
}

impl Reminders {
    /// The reminders of a day that the caller may see, after the id `after`, and one more than `limit`.
    pub async fn list(
        &self,
        caller: &Caller,
        day: NaiveDate,
        after: i64,
        limit: usize,
    ) -> Result<Vec<Shown>, DiscloseError> {
        permit_somewhere(caller, Action::ReadDelivery)?;
        let (from, to) = moments_of(day);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
        let filter = Filter { whose: self.whose(caller).await?, from, to, after, limit };
        let rows = self.db.read(move |conn| list::list(conn, &filter)).await?;
        let names = permit_somewhere(caller, Action::ReadPeople).is_ok();
        if names && rows.iter().any(|row| row.receiver.is_some()) {
            self.reader(caller).note("read_reminders", format!("day:{day}")).await?;
        }
        let open = |stored: Listed| {
            let name = |(row, sealed): &(i64, Vec<u8>)| {
                self.keys.open_text(Place { table: "person", row: *row }, sealed)
            };
            let receiver_name = stored.receiver.as_ref().filter(|_| names).map(name).transpose()?;
            Ok::<_, CryptoError>(Shown { stored, receiver_name })
        };
        Ok(rows.into_iter().map(open).collect::<Result<_, _>>()?)
    }

    /// What the moments of a day that are not planned yet would bring the caller's units, as things stand now.
    pub async fn expected(
        self: &Arc<Self>,
        caller: &Caller,
        day: NaiveDate,
    ) -> Result<Vec<Forecast>, DiscloseError> {
        permit_somewhere(caller, Action::ReadDelivery)?;
        let whose = self.whose(caller).await?;
        let last = self.db.read(run::last).await?.map_or(i64::MIN, |run| run.until_at);
        let (from, to) = moments_of(day);
        Ok(self.forecast(Question { rules: None, after: last.max(from - 1), until: to - 1, whose }).await?)
    }

    /// What a day would bring the caller's units, by `rules` where they are given.
    pub async fn preview(
        self: &Arc<Self>,
        caller: &Caller,
        day: NaiveDate,
        rules: Option<Vec<Rule>>,
    ) -> Result<Vec<Forecast>, PreviewError> {
        permit_somewhere(caller, Action::ManageReminders)?;
        let whose = self.whose(caller).await?;
        let rules = rules.map(|rules| Rules::default().replaced_by(rules, 0)).transpose()?;
        let (from, to) = moments_of(day);
        Ok(self.forecast(Question { rules, after: from - 1, until: to - 1, whose }).await?)
    }

    /// Whose reminders the caller may see.
    pub(super) async fn whose(&self, caller: &Caller) -> Result<Whose, DiscloseError> {
        if permit_country(caller, Action::ReadDelivery).is_ok() {
            return Ok(Whose::Everyone);
        }
        whose(&self.db, caller).await
    }

    fn reader<'a>(&'a self, caller: &'a Caller) -> Reader<'a> {
        Reader { db: &self.db, keys: &self.keys, caller, now: self.clock.real_micros() }
    }
}
