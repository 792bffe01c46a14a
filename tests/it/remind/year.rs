//! A commune of thirty hamlets through the year 2026.

use std::fmt::Write;

use binhyen::domain::review::State;
use chrono::{Datelike, NaiveDate};

use super::commune::Commune;
use crate::support::TestDatabase;

/// Thirty hamlets, one of which goes into another in mid-year, and a school.
fn units() -> String {
    let mut table =
        "code,kind,parent,name,valid_from,valid_to\nTH-DL,school,03847,Trường THCS Mường Bú,,\n".to_owned();
    for n in 1..=30 {
        let to = if n == 27 { "2026-06-30" } else { "" };
        writeln!(table, "03847{n:03},hamlet,03847,Bản {n},,{to}").unwrap();
    }
    table
}

/// A head for each hamlet but the last; hamlets 1 and 2 share theirs, that of 28 reads marks, that of 30 is its team.
fn people() -> String {
    let mut table = "name,phone,role,unit,from,to,marks\n".to_owned();
    for n in 1..=29 {
        let phone = if n == 2 { 1 } else { n };
        let name = if n == 2 { 1 } else { n };
        let marks = if n == 28 { "yes" } else { "" };
        writeln!(table, "Trưởng bản {name},09010000{phone:02},head,03847{n:03},,,{marks}").unwrap();
    }
    table.push_str(
        "Tổ viên 30,0901000030,team,03847030,,,\nHiệu trưởng,0902000001,manager,TH-DL,,,\n\
         Cán bộ xã,0903000001,commune,03847,,,\nPhó chủ tịch xã,0903000002,decider,03847,,,\n\
         Cán bộ tỉnh,0904000001,province,14,,,\n",
    );
    table
}

/// What the commune does on a day, before eight o'clock.
async fn live(commune: &Commune, day: NaiveDate) {
    let date = day.to_string();
    if day.day() == 11 {
        report_month(commune, day).await;
    }
    // Hamlet 5 is always a day late, hamlet 6 a week in May.
    if (day.day(), day.month()) == (19, 5) {
        commune.report("03847006", "2026-05", &format!("{date}T07:00:00+07:00")).await;
    }
    if day.day() == 16 && day.month() > 1 {
        let period = format!("2026-{:02}", day.month());
        commune.report("03847005", &period, &format!("{date}T07:00:00+07:00")).await;
    }
    let register = |codes: Vec<String>, state| (codes, state);
    let hamlets = |but: &[u32]| -> Vec<String> {
        let there = (1..=30).filter(|n| *n != 27 && !but.contains(n));
        there.map(|n| format!("03847{n:03}")).collect()
    };
    let (codes, state) = match date.as_str() {
        "2026-02-10" => register(hamlets(&[7, 8]), State::Registered),
        "2026-03-20" => register(vec!["03847007".to_owned(), "TH-DL".to_owned()], State::Registered),
        "2026-03-27" => register(vec!["03847".to_owned()], State::Registered),
        "2026-11-02" => register(hamlets(&[8, 9]), State::Filed),
        "2026-11-09" => register(hamlets(&[8, 9, 10]), State::Recognised),
        "2026-11-12" => register(vec!["03847009".to_owned()], State::Filed),
        "2026-11-15" => register(vec!["03847009".to_owned()], State::Recognised),
        "2026-11-17" => register(vec!["TH-DL".to_owned(), "03847".to_owned()], State::Recognised),
        _ => return,
    };
    for code in codes {
        commune.review(&code, 2026, state, &date).await;
    }
}

/// On the 11th nearly all report; hamlet 3 forgets March, hamlets 1 and 2 forget July.
async fn report_month(commune: &Commune, day: NaiveDate) {
    let (month, at) = (day.month(), format!("{day}T07:00:00+07:00"));
    for n in 1..=30 {
        let forgets = matches!((n, month), (3, 3) | (6, 5) | (1 | 2, 7)) || n == 5;
        if !forgets && (n != 27 || month <= 6) {
            commune.report(&format!("03847{n:03}"), &format!("2026-{month:02}"), &at).await;
        }
    }
}

async fn a_commune_of_thirty_hamlets_is_told_the_right_things_on_the_right_days(test: TestDatabase) {
    let first: NaiveDate = "2026-01-01".parse().unwrap();
    let commune = Commune::new(test, "2026-01-01T00:00:00+07:00", &units(), &people()).await;
    let (mut year, mut texts) = (String::new(), 0);
    for day in first.iter_days().take_while(|day| day.year() == 2026) {
        live(&commune, day).await;
        for (hour, minute) in [(8, 0), (21, 30)] {
            let sent = commune.at(&format!("{day}T{hour:02}:{minute:02}:00+07:00")).await;
            if !sent.is_empty() {
                writeln!(year, "{day} {hour:02}:{minute:02}").unwrap();
            }
            texts += sent.len();
            for text in sent {
                writeln!(year, "  {text}").unwrap();
            }
        }
    }
    writeln!(year, "{texts} texts; {}", commune.fates().await.join(", ")).unwrap();
    insta::assert_snapshot!("a_year_of_a_commune_of_thirty_hamlets", year);
}

on_both!(a_commune_of_thirty_hamlets_is_told_the_right_things_on_the_right_days);
