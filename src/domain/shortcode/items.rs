//! What the pieces of a text are, before figures and indicators find each other.

use chrono::NaiveDate;
use serde::Deserialize;

use super::lexicon::{Consequence, Strength};

/// What is counted by a figure, as its unit word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Unit {
    Case,
    /// “trường hợp”: a case or a person.
    Instance,
    Person,
    Turn,
    Session,
    Patrol,
    Tip,
    Weapon,
    House,
    /// Animals, objects, and whatever else stands after a figure.
    Thing,
    /// A word that the vocabulary does not know.
    Stranger,
    None,
}

/// A figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figure {
    pub value: i64,
    pub unit: Unit,
    /// “có vụ …”: one, by the singular.
    pub implied: bool,
    /// After “tổng”: a sum of what else is told.
    pub total: bool,
    /// “khoảng”, “hơn” …
    pub approx: bool,
    /// “tăng 2”, “giảm 1”: a difference.
    pub difference: bool,
    /// After “chứ không phải”: what it is not.
    pub denied: bool,
    /// “3/4 vụ”: so many of more, as only results are told.
    pub share: bool,
    /// Written with a decimal point, in thousandths.
    pub thousandths: Option<i64>,
}

impl Figure {
    pub fn of(value: i64, unit: Unit) -> Self {
        Figure {
            value,
            unit,
            implied: false,
            total: false,
            approx: false,
            difference: false,
            denied: false,
            share: false,
            thousandths: None,
        }
    }
}

/// A month that the text names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MonthWord {
    /// Number and year, if one is written.
    Numbered(u32, Option<i32>),
    /// Number, and so many years after that of receipt (“tháng 12 năm ngoái”).
    OfYear(u32, i32),
    /// So many months after that of receipt.
    Relative(i32),
    /// “thang sau” without marks: June where June is near, else the month to come.
    JuneOrNext,
    /// The end of a range of days.
    RangeEnd(u32, Option<i32>),
    /// No month that exists.
    Bad,
}

/// Why a piece makes a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    Negative,
    Illegible,
    TwoFigures,
    BadPeriod,
    UnknownCode,
}

/// What a piece is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Indicator(usize, Strength),
    Ambiguous(usize),
    Figure(Figure),
    Neg,
    Vague(Unit),
    /// “hình như”, “nghe nói”: what follows is not sure.
    Hedge,
    /// “dự kiến”, “nếu”: what follows has not happened.
    Plan,
    /// “mỗi buổi”: what follows is not the whole.
    Each,
    Total,
    Money {
        dong: i64,
        denied: bool,
    },
    Loss {
        all: bool,
    },
    MoneyNoise,
    Consequence(Consequence),
    Casualties,
    /// 1 comma and “và”, 2 semicolon, 3 full stop or new line; colons are `Colon`.
    Sep(u8),
    Colon,
    Open,
    Close,
    And,
    Cause,
    Topic,
    Part,
    NotThat,
    Slip,
    Becomes,
    Down,
    Up,
    Than,
    Done,
    Succeeded,
    Failed,
    Rest,
    Keep,
    Calm,
    /// “không có gì”; `more`: “… khác”, “… nữa”.
    Blanket {
        more: bool,
    },
    /// “không ai việc gì”, “không thiệt hại về người”.
    NegNoise,
    Month(MonthWord),
    Date {
        day: u32,
        month: Option<u32>,
        year: Option<i32>,
    },
    DayAgo(i64),
    Hamlet {
        name: String,
        aside: bool,
    },
    Pin(String),
    Identity,
    Keyword,
    Fix,
    Mistake,
    Add,
    Erase,
    AsBefore,
    Trouble(Trouble),
    Word,
    Noise(&'static str),
}

/// A piece of the text: the tokens `from..to`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Item {
    pub kind: Kind,
    pub from: usize,
    pub to: usize,
}

/// The day that `date` names, seen from the day of receipt: the latest that is not in the future.
pub(super) fn resolve_day(day: u32, month: u32, year: Option<i32>, received: NaiveDate) -> Option<NaiveDate> {
    use chrono::Datelike;
    if let Some(year) = year {
        return NaiveDate::from_ymd_opt(year, month, day);
    }
    [0, -1]
        .into_iter()
        .filter_map(|back| NaiveDate::from_ymd_opt(received.year() + back, month, day))
        .find(|d| *d <= received)
}

/// Whether the token is a part of the name of a hamlet: “xóm Đồng Vải” is no “đóng vai”.
pub(super) fn is_in_hamlet(items: &[Item], token: usize) -> bool {
    items.iter().any(|item| matches!(item.kind, Kind::Hamlet { .. }) && (item.from..item.to).contains(&token))
}
