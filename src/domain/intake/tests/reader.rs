//! A reader of a few plain forms, so that the rules are tested by themselves.

use chrono::{Datelike, NaiveDate};

use crate::domain::indicator::{Catalogue, IndicatorId};
use crate::domain::intake::names::folded;
use crate::domain::intake::{Reads, Said};
use crate::domain::period::Period;
use crate::domain::shortcode::{HamletMention, Intent, MonthFrom, Reading, Why};

pub(super) struct TestReader<'a> {
    pub(super) catalogue: &'a Catalogue,
}

impl Reads for TestReader<'_> {
    fn read(&self, text: &str, day: NaiveDate) -> Reading {
        let said = text.to_lowercase();
        let mut reading = Reading::of(self.intent(&said));
        reading.rest_zero = reading.intent == Intent::Zero || said.contains("con lai khong");
        self.month(&said, day, &mut reading);
        reading.hamlet = hamlet(&said);
        reading.pin = said.split("ma ").nth(1).map(|pin| pin.chars().take(4).collect());
        reading.personal = said.contains("ong ");
        let figures = || said.split([' ', ',']).filter_map(|word| self.figure(word));
        reading.values = figures().collect();
        if let Some((code, next)) = self.apart(&said) {
            reading.values.push((code, next));
        }
        self.doubt(text, &said, &mut reading);
        match reading.intent {
            Intent::Report if reading.values.is_empty() && reading.why.is_none() => {
                reading.intent = Intent::Ask;
                reading.why = Some(Why::NotAReport);
            }
            Intent::Correct | Intent::Add if reading.values.is_empty() => {
                reading.intent = Intent::Ask;
                reading.why = Some(Why::Nothing);
            }
            _ => {}
        }
        reading.incident =
            reading.intent == Intent::Report && reading.month_from == MonthFrom::Day && !reading.rest_zero;
        reading
    }

    fn read_answer(&self, text: &str, day: NaiveDate) -> Said {
        let said = text.to_lowercase();
        let reading = self.read(text, day);
        let mut numbers = said.split(' ').filter_map(|word| word.parse().ok());
        Said {
            yes: match reading.intent {
                Intent::Yes => Some(true),
                Intent::No => Some(false),
                _ => None,
            },
            number: numbers.next().filter(|_| numbers.next().is_none()),
            counted: said.contains(" vu"),
            period: reading.period.filter(|_| reading.month_from == MonthFrom::Named),
            hamlet: reading.hamlet,
            indicator: self
                .catalogue
                .iter()
                .find(|i| said.split(' ').any(|w| w == i.code.to_lowercase()))
                .map(|i| i.id),
            replace: match said.as_str() {
                "thay" => Some(true),
                "cong" => Some(false),
                _ => None,
            },
        }
    }
}

impl TestReader<'_> {
    fn intent(&self, said: &str) -> Intent {
        match said.split(' ').next().unwrap_or_default() {
            "khan" => Intent::Urgent,
            "kt" => Intent::Status,
            "hd" => Intent::Help,
            "ok" => Intent::Yes,
            "sai" => Intent::No,
            "ngung" => Intent::Stop,
            "chuc" => Intent::Ignore,
            "sua" => Intent::Correct,
            "them" => Intent::Add,
            _ if said.contains("khong co gi") => Intent::Zero,
            _ => Intent::Report,
        }
    }

    fn month(&self, said: &str, day: NaiveDate, reading: &mut Reading) {
        for word in said.split([' ', ',']) {
            let (label, year) = word.split_once('/').unwrap_or((word, ""));
            let Some(month) = label.strip_prefix('t').and_then(|month| month.parse::<u32>().ok()) else {
                continue;
            };
            let latest = (-11..=1).rev().map(|n| Period::of_day(day).plus(n)).find(|p| p.month() == month);
            let named = year.parse().ok().and_then(|year| Period::new(year, month).ok());
            reading.period = named.or(latest);
            reading.month_from = MonthFrom::Named;
        }
        if let Some(date) = said.split("ngay ").nth(1).and_then(|rest| rest.split(' ').next()) {
            let (d, m) = date.split_once('/').unwrap();
            reading.day = NaiveDate::from_ymd_opt(day.year(), m.parse().unwrap(), d.parse().unwrap());
            reading.period = reading.day.map(Period::of_day);
            reading.month_from = MonthFrom::Day;
        }
    }

    /// “TC2”
    fn figure(&self, word: &str) -> Option<(IndicatorId, i64)> {
        let at = word.find(|c: char| c.is_ascii_digit())?;
        let indicator = self.catalogue.by_code(&word[..at].to_uppercase())?;
        Some((indicator.id, word[at..].parse().ok()?))
    }

    /// “ TC 2 ”
    fn apart(&self, said: &str) -> Option<(IndicatorId, i64)> {
        let words: Vec<&str> = said.split_whitespace().collect();
        let at = words.iter().position(|word| self.catalogue.by_code(&word.to_uppercase()).is_some())?;
        Some((self.catalogue.by_code(&words[at].to_uppercase())?.id, words.get(at + 1)?.parse().ok()?))
    }

    fn doubt(&self, text: &str, said: &str, reading: &mut Reading) {
        let id = |code: &str| self.catalogue.by_code(code).unwrap().id;
        let doubts: [(&str, Why, &[&str], Option<i64>); 6] = [
            ("tn 2", Why::AmbiguousWord, &["TNV", "TNLD"], Some(2)),
            ("co trom", Why::NoCount, &["TC"], None),
            ("vai vu cai nhau", Why::Vague, &["MTTC"], None),
            ("mt", Why::AmbiguousWord, &["VPMT", "MTY"], None),
            ("2 vu", Why::NoIndicator, &[], Some(2)),
            ("ta dao", Why::CallPolice, &[], None),
        ];
        for (piece, why, candidates, count) in doubts {
            let ends = |at: usize| !said[at + piece.len()..].starts_with(|c: char| c.is_ascii_alphanumeric());
            let Some(at) = said.find(piece).filter(|at| ends(*at)) else { continue };
            reading.intent = Intent::Ask;
            reading.why = Some(why);
            reading.doubt = text[at..at + piece.len()].to_owned();
            reading.candidates = candidates.iter().map(|code| id(code)).collect();
            reading.doubt_count = count;
            as_asked(reading);
            return;
        }
        let words: Vec<&str> = said.split_whitespace().collect();
        let bare = words.iter().enumerate().find(|(at, word)| {
            self.catalogue.by_code(&word.to_uppercase()).is_some()
                && words.get(at + 1).is_none_or(|next| next.parse::<i64>().is_err())
        });
        if let Some((_, code)) = bare {
            reading.intent = Intent::Ask;
            reading.why = Some(Why::NoCount);
            reading.doubt = code.to_uppercase();
            reading.candidates = vec![id(&code.to_uppercase())];
            as_asked(reading);
        }
    }
}

fn hamlet(said: &str) -> Option<HamletMention> {
    let rest = said.split("thon ").nth(1)?;
    let name =
        rest.split(' ').take_while(|word| !word.chars().any(|c| c.is_ascii_digit())).collect::<Vec<_>>();
    Some(HamletMention { name: folded(&name.join(" ")) })
}

/// What is asked about has no figures and no month; what is sure stands beside it.
fn as_asked(reading: &mut Reading) {
    reading.partly = std::mem::take(&mut reading.values);
    reading.partly_month = reading.period.take();
    reading.month_from = MonthFrom::Nothing;
}
