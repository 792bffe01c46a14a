//! `binhyen rehearse --year 2026`: every text of reminders that a year would bring, without sending or writing anything.

use std::process::ExitCode;

use anyhow::{Context, bail};
use chrono::{DateTime, NaiveDate};
use chrono_tz::{Asia::Ho_Chi_Minh, Tz};

use super::terminal::say;
use crate::app;
use crate::clock::{start_of_day_in_vietnam, time_of};
use crate::config::Settings;
use crate::db::traffic::Whose;
use crate::domain::reply::grouped;
use crate::flows::remind::forecast::{Forecast, Question};

#[derive(Debug, clap::Args)]
pub(super) struct Rehearse {
    /// The year to play, with the clock at each moment in turn. What has been reported by then counts as it was; ahead of
    /// today nothing more is reported.
    #[arg(long)]
    year: i32,
}

/// What a month or a year brings.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    texts: usize,
    parts: usize,
    cost: i64,
}

impl Sum {
    fn add(&mut self, forecast: &Forecast) {
        self.texts += forecast.texts.len();
        self.parts += forecast.parts();
        self.cost += forecast.cost();
    }

    fn told(self) -> String {
        format!("{} texts, {} parts, {} đồng", self.texts, self.parts, grouped(self.cost))
    }
}

pub(super) fn run(rehearse: &Rehearse, settings: &Settings) -> anyhow::Result<ExitCode> {
    super::block_on(play(rehearse.year, settings))??;
    Ok(super::DONE)
}

async fn play(year: i32, settings: &Settings) -> anyhow::Result<()> {
    if !(2012..2100).contains(&year) {
        bail!("--year takes a year from 2012 to 2099");
    }
    let reminders = app::rehearsal(settings).await?;
    let first = |year| NaiveDate::from_ymd_opt(year, 1, 1).context("a year that has a first day");
    let (mut day, end) = (first(year)?, first(year + 1)?);
    let (mut total, mut month) = (Sum::default(), Sum::default());
    say(&format!("{year}, rehearsed: nothing is sent, nothing is written"))?;
    while day < end {
        let next = day.succ_opt().context("a day after a day")?;
        let (after, until) = (start_of_day_in_vietnam(day) - 1, start_of_day_in_vietnam(next) - 1);
        let question = Question { rules: None, after, until, whose: Whose::Everyone };
        for forecast in reminders.forecast(question).await? {
            show(&forecast)?;
            month.add(&forecast);
            total.add(&forecast);
        }
        if day.format("%m").to_string() != next.format("%m").to_string() {
            say(&format!("\n{}: {}", day.format("%Y-%m"), month.told()))?;
            month = Sum::default();
        }
        day = next;
    }
    say(&format!("\n{year}: {}", total.told()))?;
    Ok(())
}

fn show(forecast: &Forecast) -> std::io::Result<()> {
    let at: DateTime<Tz> = time_of(forecast.at).with_timezone(&Ho_Chi_Minh);
    let mut sum = Sum::default();
    sum.add(forecast);
    say(&format!("\n{}: {} people, {}", at.format("%Y-%m-%d %H:%M"), forecast.people, sum.told()))?;
    for text in &forecast.texts {
        say(&format!("  {}  {} SMS  {:>6} đ  {}", text.number, text.parts, grouped(text.cost), text.words))?;
    }
    for (skip, count) in &forecast.skipped {
        say(&format!("  not sent, {}: {count}", skip.name()))?;
    }
    Ok(())
}
