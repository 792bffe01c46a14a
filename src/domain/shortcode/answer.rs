//! Texts that answer an open question.

use chrono::NaiveDate;

use super::amounts::amount;
use super::intent::yes_or_no;
use super::items::Kind;
use super::lexicon::{Class, Strength};
use super::period_of::timing;
use super::reader::{Reader, Worked};
use super::reading::HamletMention;
use super::token::Shape;
use crate::domain::indicator::IndicatorId;
use crate::domain::period::Period;

/// What a text says to an open question. A text is read for every kind of answer; which of them fits, the question
/// knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// “OK”, “đúng” (`true`), “sai”, “không” (`false`).
    pub yes: Option<bool>,
    /// The only number of the text: a number of the list that was offered (“1”), or a count.
    pub number: Option<i64>,
    /// Whether the number bears a unit (“2 vụ”), so that it is a count and no list number.
    pub counted: bool,
    /// “thay”, “sửa”: the new figure replaces the old one.
    pub replace: bool,
    /// “cộng thêm”, “vụ khác”: the figures add up.
    pub add: bool,
    /// “huỷ”, “xóa tin vừa rồi”: an earlier text is to be taken back.
    pub erase: bool,
    /// A hamlet by its name or number (“thon Na Mo”, “na mo” after the word, “thôn 5”).
    pub hamlet: Option<HamletMention>,
    /// A month that is named (“thang 3”).
    pub period: Option<Period>,
    /// The only indicator that is named, by code or word.
    pub indicator: Option<IndicatorId>,
    /// The text without marks and in lower case, for comparing with names that were offered.
    pub plain: String,
}

impl Answer {
    /// Whether the text can be no answer at all.
    pub fn is_none(&self) -> bool {
        self.yes.is_none()
            && self.number.is_none()
            && !self.replace
            && !self.add
            && self.hamlet.is_none()
            && self.period.is_none()
            && self.indicator.is_none()
    }
}

impl Reader {
    /// What `text`, received on the day `received`, may say to an open question.
    pub fn read_answer(&self, text: &str, received: NaiveDate) -> Answer {
        if text.chars().nth(200).is_some() {
            return Answer::default();
        }
        let Worked { text, items, .. } = self.work(text);
        let mut answer = Answer { yes: yes_or_no(&text), ..Answer::default() };
        let words = text.tokens.iter().filter(|t| matches!(t.shape, Shape::Word | Shape::Number));
        answer.plain = words.clone().map(|t| t.plain.as_str()).collect::<Vec<_>>().join(" ");
        if answer.yes.is_none() && answer.plain.split(' ').next() == Some("khong") && words.count() <= 2 {
            answer.yes = Some(false);
        }
        let numbers: Vec<(i64, bool)> = items
            .iter()
            .filter_map(|item| match &item.kind {
                Kind::Figure(figure) if figure.thousandths.is_none() => {
                    Some((figure.value, figure.unit != super::items::Unit::None))
                }
                Kind::Money { dong, .. } => Some((*dong, true)),
                _ => None,
            })
            .collect();
        match numbers.as_slice() {
            [(number, counted)] => (answer.number, answer.counted) = (Some(*number), *counted),
            [] => answer.number = lone_number_word(&text),
            _ => {}
        }
        let said = |class| (0..text.tokens.len()).any(|at| text.is(at, class).is_some());
        answer.replace = said(Class::Replace) || items.iter().any(|item| item.kind == Kind::Fix);
        answer.add = said(Class::Plus) || items.iter().any(|item| item.kind == Kind::Add);
        answer.erase = items.iter().any(|item| item.kind == Kind::Erase);
        answer.hamlet = items.iter().find_map(|item| match &item.kind {
            Kind::Hamlet { name, .. } => Some(HamletMention { name: name.clone() }),
            _ => None,
        });
        let timing = timing(&text, &items, received);
        answer.period = timing.period.filter(|_| timing.named && timing.trouble.is_none());
        let mut indicators: Vec<usize> = (0..text.tokens.len())
            .filter_map(|at| text.indicator(at))
            .filter(|(_, strength, _)| *strength != Strength::Weak)
            .map(|(place, ..)| place)
            .collect();
        indicators.sort_unstable();
        indicators.dedup();
        if let [only] = indicators.as_slice() {
            answer.indicator = self.book.entries.get(*only).map(|entry| entry.id);
        }
        answer
    }
}

/// “một”, “hai vụ thôi” without a unit that the scanner trusts.
fn lone_number_word(text: &super::text::Text) -> Option<i64> {
    let mut numbers =
        (0..text.tokens.len()).filter_map(|at| amount(text, at).filter(|a| !a.either).map(|a| (at, a)));
    let (at, first) = numbers.next()?;
    let short = text.tokens.len() <= first.len + 2;
    (at == 0 && short).then_some(first.value)
}
