//! Lists of figures in a reply, shortened by steps until the reply fits.

use chrono::NaiveDate;

use super::Words;
use crate::domain::indicator::{IndicatorId, Reporter};
use crate::domain::intake::ReplyParts;
use crate::domain::period::Period;
use crate::domain::template::{MAX_PARTS, TemplateKey};

/// One figure as a reply tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// “trộm cắp 2”
    Plain(IndicatorId, i64),
    /// “trộm cắp 2 -> 3”
    Changed(IndicatorId, i64, i64),
    /// “trộm cắp vẫn là 2”
    Same(IndicatorId, i64),
    /// “trộm cắp 2 + 1 = 3”
    Added(IndicatorId, i64, i64),
    /// “trộm cắp đã báo 2, nay 3”
    Held(IndicatorId, i64, i64),
}

/// How an indicator is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Naming {
    ShortName,
    Code,
}

/// A list of more characters is told in codes where another list stands beside it.
const LONG_LIST: usize = 100;

/// What happened on one day, as a reply tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayItems {
    /// The day.
    pub day: NaiveDate,
    /// The reporting month that it counts in.
    pub period: Period,
    /// Whether the commune has closed that month, so that the officer decides.
    pub closed: bool,
    /// Its figures.
    pub items: Vec<Item>,
}

impl Item {
    fn indicator(self) -> IndicatorId {
        match self {
            Item::Plain(id, _)
            | Item::Changed(id, _, _)
            | Item::Same(id, _)
            | Item::Added(id, _, _)
            | Item::Held(id, _, _) => id,
        }
    }
}

impl Words<'_> {
    /// A reply whose field `list` tells `items`, then `tail` (“, còn lại không”). Short names while they fit into one
    /// SMS, or else two; then codes; then as many codes as fit and how many more there are.
    pub fn reply_with(
        &self,
        key: TemplateKey,
        fields: Vec<(&'static str, String)>,
        list: &'static str,
        items: &[Item],
        tail: &str,
    ) -> ReplyParts {
        let with = |text: String| {
            let mut all = fields.clone();
            all.push((list, text));
            all
        };
        let fits = |all: &[(&'static str, String)]| self.parts_of(key, all) <= MAX_PARTS;
        for naming in [Naming::ShortName, Naming::Code] {
            let all = with(self.listed(items, naming) + tail);
            if fits(&all) {
                return self.reply(key, all);
            }
        }
        let cut = |count: usize| {
            let shown = self.listed(items.get(..count).unwrap_or(items), Naming::Code);
            with(format!("{shown} và {} mục nữa{tail}", items.len() - count))
        };
        let count = (0..items.len()).rev().find(|count| fits(&cut(*count))).unwrap_or(0);
        self.reply(key, cut(count))
    }

    /// A reply whose field `list` tells what happened on several days, month by month: “tháng 3 (15/2-14/3): ngày 1/3
    /// trộm cắp 1, ngày 5/3 cờ bạc 1”. Short names while they fit into two SMS; then codes; then as many days as fit
    /// and how many more there are.
    pub fn reply_with_days(
        &self,
        key: TemplateKey,
        fields: Vec<(&'static str, String)>,
        days: &[DayItems],
    ) -> ReplyParts {
        let with = |count: usize, naming: Naming| {
            let more = days.len() - count;
            let tail = if more > 0 { format!(" và {more} vụ nữa") } else { String::new() };
            let mut all = fields.clone();
            all.push(("list", self.by_month(days.get(..count).unwrap_or(days), naming) + &tail));
            all
        };
        let whole = with(days.len(), Naming::ShortName);
        if self.parts_of(key, &whole) <= MAX_PARTS {
            return self.reply(key, whole);
        }
        let fits = |count: &usize| self.parts_of(key, &with(*count, Naming::Code)) <= MAX_PARTS;
        let count = (0..=days.len()).rev().find(fits).unwrap_or(0);
        self.reply(key, with(count, Naming::Code))
    }

    fn by_month(&self, days: &[DayItems], naming: Naming) -> String {
        let month = |days: &[DayItems]| {
            let first = days.first()?;
            let closed = if first.closed { " đã chốt, chờ cán bộ" } else { "" };
            let told =
                |day: &DayItems| format!("ngày {} {}", self.day(day.day), self.listed(&day.items, naming));
            let told = days.iter().map(told).collect::<Vec<_>>().join(", ");
            Some(format!("{}{closed}: {told}", self.month(first.period)))
        };
        days.chunk_by(|a, b| a.period == b.period).filter_map(month).collect::<Vec<_>>().join("; ")
    }

    /// The list that stands beside the one that is fitted: short names, or codes where those would be long.
    pub fn list(&self, items: &[Item]) -> String {
        let names = self.listed(items, Naming::ShortName);
        if names.chars().count() <= LONG_LIST { names } else { self.listed(items, Naming::Code) }
    }

    fn listed(&self, items: &[Item], naming: Naming) -> String {
        let separator = if items.iter().any(|item| matches!(item, Item::Held(..))) { "; " } else { ", " };
        items.iter().map(|item| self.item(*item, naming)).collect::<Vec<_>>().join(separator)
    }

    fn item(&self, item: Item, naming: Naming) -> String {
        let Some(indicator) = self.catalogue.by_id(item.indicator()) else { return String::new() };
        let name = match naming {
            Naming::ShortName => self.templates.short_name(indicator),
            Naming::Code => indicator.code.clone(),
        };
        let of = |figure| self.figure(indicator, figure);
        let told = match item {
            Item::Plain(_, figure) => format!("{name} {}", of(figure)),
            Item::Changed(_, old, new) => format!("{name} {} -> {}", of(old), of(new)),
            Item::Same(_, figure) => format!("{name} vẫn là {}", of(figure)),
            Item::Added(_, old, plus) => {
                format!("{name} {} + {} = {}", of(old), of(plus), of(old.saturating_add(plus)))
            }
            Item::Held(_, stored, given) => format!("{name} đã báo {}, nay {}", of(stored), of(given)),
        };
        if indicator.reporter == Reporter::Commune && !matches!(item, Item::Held(..)) {
            format!("{told} (công an xã xem)")
        } else {
            told
        }
    }

    /// A numbered list of names: “1 Thôn Nà Mo, 2 Bản Pá Khoang”, as many as leave the reply within two SMS.
    pub fn reply_with_choices(
        &self,
        key: TemplateKey,
        fields: Vec<(&'static str, String)>,
        names: &[(i64, String)],
    ) -> ReplyParts {
        let choices: Vec<String> = names.iter().map(|(number, name)| format!("{number} {name}")).collect();
        let with = |count: usize| {
            let more = if count < choices.len() { ", ... hoặc soạn tên" } else { "" };
            let mut all = fields.clone();
            all.push(("list", format!("{}{more}", choices.get(..count).unwrap_or(&choices).join(", "))));
            all
        };
        let fits = |count: &usize| self.parts_of(key, &with(*count)) <= MAX_PARTS;
        let count = (0..=choices.len()).rev().find(fits).unwrap_or(0);
        self.reply(key, with(count))
    }
}
