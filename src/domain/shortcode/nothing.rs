//! Whether a text says that nothing happened.

use super::intent;
use super::items::{Item, Kind, Unit};
use super::lexicon::Class;
use super::period_of::Timing;
use super::reader::Worked;
use super::story::Story;
use super::text::Text;
use super::token::Shape;

/// “không phát hiện vi phạm”: a denial of a word that is every crime and none.
pub(super) fn denies_crime(worked: &Worked, story: &Story) -> bool {
    let Worked { text, items, .. } = worked;
    story.pairing.pairs.iter().any(|pair| {
        let kind = |at: usize| items.get(at).map(|item| &item.kind);
        let word = items.get(pair.thing).map_or("", |item| text.plain(item.from));
        kind(pair.figure) == Some(&Kind::Neg)
            && matches!(kind(pair.thing), Some(Kind::Ambiguous(_)))
            && matches!(word, "vi" | "pham" | "te" | "hinh" | "toi")
    })
}

/// “bình yên, chỉ có mất gà thôi”: something is told that is more than nothing, and not how often.
pub(super) fn has_exception(worked: &Worked) -> bool {
    let Worked { text, items, .. } = worked;
    let only = |at: usize| matches!(text.plain(at), "chi" | "moi" | "rieng" | "tru");
    items.iter().any(|item| match item.kind {
        Kind::Indicator(place, _) => {
            let loud = text.book.entries.get(place).is_some_and(|entry| !entry.quiet);
            loud && (item.from.saturating_sub(4)..item.from).any(only)
        }
        _ => false,
    })
}

/// “ANTT 0”, “T3 không”: keyword or month, and nothing but a zero or a no.
pub(super) fn is_bare_zero(items: &[Item], timing: &Timing) -> bool {
    let mut zero = false;
    let headed = timing.named || items.iter().any(|item| item.kind == Kind::Keyword);
    for item in items {
        match &item.kind {
            Kind::Figure(figure) if figure.value == 0 => zero = true,
            Kind::Neg => zero = true,
            Kind::Figure(_) | Kind::Trouble(_) | Kind::Money { .. } | Kind::Vague(_) => return false,
            // “tháng 10: 2/1/0/3”
            Kind::Date { .. } => return false,
            Kind::Word if item.to - item.from == 1 => {}
            _ => {}
        }
    }
    let words = items.iter().filter(|item| matches!(item.kind, Kind::Word)).count();
    zero && headed && words <= 4
}

/// Whether “nothing” and calm words are a report: about a month, a hamlet or security, and no request.
pub(super) fn is_about_us(worked: &Worked, timing: &Timing) -> bool {
    let said = |class| (0..worked.text.tokens.len()).any(|at| worked.text.is(at, class).is_some());
    let short = worked.text.tokens.len() <= 6;
    let told_day = timing.day.is_some()
        && worked.items.iter().any(|item| {
            !matches!(item.kind, Kind::DayAgo(0)) && matches!(item.kind, Kind::Date { .. } | Kind::DayAgo(_))
        });
    let headed = timing.named || told_day || worked.items.iter().any(|item| item.kind == Kind::Keyword);
    let asks = worked.text.tokens.iter().any(|t| t.shape == Shape::Sep('?'));
    (headed || short || intent::is_ours(&worked.text, &worked.items))
        && !(said(Class::Request) && !(timing.named && only_wishes(&worked.text)))
        && !asks
}

/// “mong anh thông cảm”, “đề nghị xã …” beside a month without anything: wishes, no questions.
fn only_wishes(text: &Text) -> bool {
    (0..text.tokens.len()).filter(|at| text.is(*at, Class::Request).is_some()).all(|at| {
        // “gửi muộn” is no “muốn”.
        let before = at.checked_sub(1).map_or("", |b| text.plain(b));
        let late = text.plain(at) == "muon"
            && matches!(before, "gui" | "bao" | "nhan" | "nop" | "cham" | "cao" | "hoi");
        let wish = matches!(text.plain(at), "mong" | "de" | "kien" | "nguyen" | "xin");
        late || wish && text.plain(at + 1) != "hoi"
    })
}

/// Whether the text says that the rest is nothing (“còn lại không có gì”).
pub(super) fn says_rest_is_nothing(items: &[Item]) -> bool {
    let mut rest = false;
    for item in items {
        match item.kind {
            Kind::Blanket { .. } => return true,
            Kind::Rest => rest = true,
            Kind::Calm if rest => return true,
            Kind::Sep(2 | 3) => rest = false,
            _ => {}
        }
    }
    false
}

/// “không có vụ nào, trộm cắp 2 vụ”: no case at all, and right behind it cases that are counted, with no word that sets them
/// apart.
pub(super) fn denies_what_is_told(text: &Text, items: &[Item], story: &Story) -> Option<usize> {
    let counted = |at: usize| {
        story.pairing.pairs.iter().any(|pair| {
            pair.figure == at
                && matches!(items.get(pair.thing).map(|i| &i.kind), Some(Kind::Indicator(place, _))
                    if text.book.entries.get(*place).is_some_and(|entry| !entry.quiet))
                && matches!(items.get(at).map(|i| &i.kind), Some(Kind::Figure(figure))
                    if figure.value > 0 && figure.unit == Unit::Case)
        })
    };
    let apart = |item: &Item| {
        (item.from..item.to)
            .any(|i| matches!(text.plain(i), "chi" | "rieng" | "ngoai" | "tru" | "moi" | "duy" | "nhung"))
    };
    (0..items.len()).find(|at| {
        let all = items.get(*at).is_some_and(|item| {
            item.kind == Kind::Blanket { more: false } && text.plain(item.to - 1) == "nao"
        });
        if !all || !matches!(items.get(at + 1).map(|i| &i.kind), Some(Kind::Sep(_))) {
            return false;
        }
        let clause = items.iter().skip(at + 2).take_while(|item| !matches!(item.kind, Kind::Sep(_)));
        let end = at + 2 + clause.clone().count();
        !clause.clone().any(apart) && (at + 2..end).any(counted)
    })
}

/// Whether calm words are told; “mong tháng này ai cũng bình yên” wishes them.
pub(super) fn says_calm(text: &Text, items: &[Item]) -> bool {
    items.iter().enumerate().any(|(at, item)| {
        let mut before = items.iter().take(at).rev().take_while(|item| !matches!(item.kind, Kind::Sep(_)));
        let wish = |item: &Item| matches!(text.plain(item.from), "mong" | "chuc" | "cau" | "uoc");
        item.kind == Kind::Calm && !before.any(wish)
    })
}

/// “chúc xóm làng bình yên, nhà nhà không trộm cắp”: denials that are wished for, of no month.
pub(super) fn is_wish(worked: &Worked, timing: &Timing, story: &Story) -> bool {
    let Worked { text, items, .. } = worked;
    let zeros = !story.values.is_empty() && story.values.iter().all(|(_, value)| *value == 0);
    let first =
        story.pairing.pairs.iter().filter_map(|pair| items.get(pair.thing)).map(|item| item.from).min();
    let figures = text.tokens.iter().any(|t| t.shape == Shape::Number);
    // “thôn tôi không trộm cắp, chúc các anh khỏe” tells it first.
    let wished = (0..first.unwrap_or(0)).any(|at| text.plain(at) == "chuc");
    zeros && wished && !figures && !timing.named && story.doubt.is_none()
}
