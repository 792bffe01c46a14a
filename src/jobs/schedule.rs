//! Work at set hours, by cron expressions in Vietnam's time.

use std::time::Duration;

use chrono::{DateTime, Utc};
use chrono_tz::Asia::Ho_Chi_Minh;
use cron::Schedule;

use super::Stop;
use crate::clock::{Clock, time_of};

/// The longest sleep, so that a clock that is set does not delay work by more.
const LONGEST: Duration = Duration::from_secs(60);

/// Runs `work` whenever `schedule` says so, until told to stop. What was missed while the server was down is done at
/// the next time; every work run by this is idempotent.
pub async fn run_at<W, F>(name: &'static str, schedule: Schedule, clock: Clock, mut stop: Stop, work: W)
where
    W: Fn() -> F + Send,
    F: Future<Output = ()> + Send,
{
    let mut due = next(&schedule, clock.real_micros());
    loop {
        let Some(at) = due else { return };
        let wait = u64::try_from(at - clock.real_micros()).map_or(Duration::ZERO, Duration::from_micros);
        if stop.pause(wait.min(LONGEST)).await {
            return;
        }
        if clock.real_micros() >= at {
            tracing::info!(name, "scheduled work begins");
            work().await;
            due = next(&schedule, clock.real_micros());
        }
    }
}

/// The first moment after `after` that the schedule names, microseconds UTC.
fn next(schedule: &Schedule, after: i64) -> Option<i64> {
    let after: DateTime<chrono_tz::Tz> = time_of(after).with_timezone(&Ho_Chi_Minh);
    schedule.after(&after).next().map(|at| at.with_timezone(&Utc).timestamp_micros())
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    #[test]
    fn hours_are_vietnams() {
        let schedule = Schedule::from_str("0 10 3 * * *").unwrap();
        let noon = "2026-03-15T12:00:00Z".parse::<DateTime<Utc>>().unwrap().timestamp_micros();
        let next = time_of(next(&schedule, noon).unwrap()).to_rfc3339();
        assert_eq!(next, "2026-03-15T20:10:00+00:00");
    }
}
