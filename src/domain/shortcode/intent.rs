//! What the sender wants, as far as it shows without the figures.

use super::items::{Item, Kind, MonthWord, is_in_hamlet};
use super::lexicon::{Class, Strength};
use super::text::Text;
use super::token::{Shape, Token};

/// “OK”, “đúng rồi”, “sai”: a text that is nothing but a yes or no.
pub(super) fn yes_or_no(text: &Text) -> Option<bool> {
    let mut answer = None;
    let mut at = 0;
    while let Some(token) = text.token(at) {
        if matches!(token.shape, Shape::Sep(_) | Shape::Newline) {
            at += 1;
            continue;
        }
        let no = text.is(at, Class::No).unwrap_or(0);
        let yes = text.is(at, Class::Yes).unwrap_or(0);
        let polite = text.is(at, Class::Polite).max(text.is(at, Class::Thanks)).unwrap_or(0);
        let longest = no.max(yes).max(polite);
        if longest == 0 {
            return None;
        }
        if no == longest && answer != Some(true) {
            answer = Some(false);
        } else if yes == longest && answer.is_none() && (polite < yes || text.tokens.len() <= 2) {
            answer = Some(true);
        }
        at += longest;
    }
    answer
}

/// “?”, “??”, “ANTT ?”: nothing but question marks, with or without the keyword.
pub(super) fn only_asks(text: &Text) -> bool {
    let asks = |t: &Token| t.shape == Shape::Sep('?');
    let key = usize::from(text.is(0, Class::Keyword) == Some(1));
    text.tokens.iter().any(asks) && text.tokens.iter().skip(key).all(asks)
}

/// Whether a matter of article 4.3 a–đ is told, and not denied.
pub(super) fn secret(text: &Text) -> Option<usize> {
    (0..text.tokens.len()).find(|at| {
        let Some(len) = text.is(*at, Class::Secret) else { return false };
        let denied = (at.saturating_sub(6)..*at)
            .rev()
            .take_while(|i| !is_stop(text, *i))
            .any(|i| text.is(i, Class::Neg).is_some());
        let about = at
            .checked_sub(1)
            .is_some_and(|b| text.is_any(b, &[Class::Topic]).is_some() && text.is(b, Class::Cause).is_none())
            && (0..*at).any(|i| text.indicator(i).is_some());
        let inside =
            (at.saturating_sub(5)..*at).any(|i| text.indicator(i).is_some_and(|(.., len)| i + len > *at));
        let other = text.indicator(*at).map(|(.., len)| len).max(text.is(*at, Class::Noise)).unwrap_or(0);
        !inside && len >= other && !denied && !about
    })
}

fn is_stop(text: &Text, at: usize) -> bool {
    text.token(at).is_some_and(|t| matches!(t.shape, Shape::Newline | Shape::Sep('.' | ';' | '!')))
}

/// Whether the text gives orders to a machine.
pub(super) fn orders_machine(text: &Text, items: &[Item]) -> bool {
    let free = (0..text.tokens.len()).filter(|at| !is_in_hamlet(items, *at));
    let hits = free.filter_map(|at| text.is(at, Class::Machine));
    let (mut count, mut long) = (0, false);
    for len in hits {
        count += 1;
        long |= len > 1;
    }
    count >= 2 || (count == 1 && long)
}

/// “từ nay đừng nhắn tôi nữa”: a wish to hear no more, in which “từ nay” is no order to a machine.
pub(super) fn takes_leave(text: &Text) -> bool {
    let figures = text.tokens.iter().any(|t| t.shape == Shape::Number);
    let orders =
        (0..text.tokens.len()).any(|at| text.is(at, Class::Machine).is_some() && text.plain(at) != "tu");
    stop(text) && !figures && !orders
}

/// Whether police are needed now: a call for help, something going on, or the word itself at the head.
pub(super) fn urgent(text: &Text, items: &[Item], reporting: bool) -> bool {
    let head = items.iter().find(|item| !matches!(item.kind, Kind::Sep(_) | Kind::Noise(_) | Kind::Open));
    let head = head.map_or(0, |item| item.from);
    let head = if text.is(head, Class::Keyword).is_some() { head + 1 } else { head };
    if text.is(head, Class::Urgent).is_some() && text.is(head, Class::Noise).is_none() {
        return true;
    }
    let later_mark = (0..text.tokens.len()).any(|at| {
        text.is(at, Class::Urgent).is_some_and(|len| len >= 2) && text.is(at, Class::Noise).is_none()
    });
    let going_on = going_on(text, items);
    let score = 2 * i32::from(is_bloody(text) && !reporting)
        + 2 * i32::from(is_called(text))
        + 2 * i32::from(going_on.is_some())
        + i32::from(going_on.is_some_and(|at| is_told_first(items, at)))
        + i32::from(has_call(text))
        + i32::from(has_call(text) && !reporting && is_told_of_today(text, items))
        + 2 * i32::from(later_mark)
        + 2 * i32::from(!reporting && (is_seen(text, items) || super::plea::pleads(text, items)));
    // “có vụ cháy … trong tháng 10, bà con dập xong ngay”: an account of what is over.
    let over =
        || items.iter().any(|item| matches!(item.kind, Kind::Month(_))) && super::plea::is_settled(text);
    score >= if reporting { 3 } else { 2 } && !over()
}

/// Two different words of violence spelled out, in a text that counts nothing.
fn is_bloody(text: &Text) -> bool {
    let mut seen: Vec<&str> = Vec::new();
    for at in 0..text.tokens.len() {
        let spelled = text.token(at).is_some_and(|t| !t.marks.is_bare());
        let Some(len) = text.is(at, Class::Violence).filter(|len| spelled || *len > 1) else { continue };
        let counted =
            text.indicator(at).is_some_and(|(.., other)| other >= len) || text.is(at, Class::Noise).is_some();
        if !counted && !seen.contains(&text.plain(at)) {
            seen.push(text.plain(at));
        }
    }
    let figures = text.tokens.iter().any(|t| t.shape == Shape::Number);
    let past = (0..text.tokens.len())
        .any(|at| text.is_any(at, &[Class::DayBefore, Class::Yesterday, Class::PrevMonth]).is_some());
    seen.len() >= 2 && !figures && !past
}

/// “Cướp!”, “có thằng cầm súng trong quán”: something violent cried out or seen, in a text that counts and dates nothing.
fn is_seen(text: &Text, items: &[Item]) -> bool {
    let dated = items.iter().any(|item| {
        matches!(
            item.kind,
            Kind::Figure(_)
                | Kind::Money { .. }
                | Kind::Month(_)
                | Kind::Date { .. }
                | Kind::DayAgo(1..)
                | Kind::Neg
        )
    });
    let over = text.tokens.iter().any(|t| {
        matches!(t.plain.as_str(), "roi" | "xong" | "truoc" | "qua" | "nghe" | "da" | "hom" | "bua" | "chua")
    });
    if dated || over || text.tokens.iter().any(|t| t.shape == Shape::Sep('?')) {
        return false;
    }
    let cry = text.tokens.len() <= 12
        && is_event(text, 0)
        && text.tokens.iter().any(|t| t.shape == Shape::Sep('!'));
    let seen = (0..text.tokens.len()).any(|at| {
        let who =
            matches!(text.plain(at + 1), "thang" | "nguoi" | "dua" | "be" | "chau" | "nhom" | "bon" | "ke");
        text.plain(at) == "co"
            && who
            && (at + 2..at + 7)
                .take_while(|i| !is_stop(text, *i))
                .any(|i| text.is(i, Class::Violence).is_some())
    });
    cry || seen
}

/// “xuống ngay”, “lên dẹp gấp”, with something to come for.
fn is_called(text: &Text) -> bool {
    let called = (0..text.tokens.len()).any(|at| {
        let past = (at.saturating_sub(3)..at).any(|i| matches!(text.plain(i), "da" | "duoc"));
        let Some(len) = text.is(at, Class::Go).filter(|_| !past) else { return false };
        (at + len..at + len + 4).take_while(|i| !is_stop(text, *i)).any(|i| {
            // “đến ngày 15” is no “đến ngay”.
            let day = text.token(i + 1).is_some_and(|t| t.shape == Shape::Number);
            text.is(i, Class::AtOnce).is_some() && !day
        })
    });
    called
        && (0..text.tokens.len())
            .any(|at| is_event(text, at) || text.is_any(at, &[Class::Hamlet, Class::Matters]).is_some())
}

pub(super) fn is_event(text: &Text, at: usize) -> bool {
    text.is(at, Class::Violence).is_some() && text.is(at, Class::Noise).is_none()
        || text.indicator(at).is_some_and(|(place, strength, _)| {
            strength != Strength::Code
                && text.book.entries.get(place).is_some_and(|e| e.event.is_some() || !e.quiet)
        })
}

/// “đang đánh nhau”, “vừa xảy ra tai nạn”.
fn going_on(text: &Text, items: &[Item]) -> Option<usize> {
    // “thôn Đồi Mới có …” is no “mới có”.
    let named = |at: usize| {
        items
            .iter()
            .any(|item| matches!(item.kind, Kind::Hamlet { .. }) && (item.from + 1..item.to).contains(&at))
            || text.is(at, Class::Now) == Some(2)
                && at.checked_sub(2).is_some_and(|b| text.is(b, Class::Hamlet) == Some(1))
    };
    (0..text.tokens.len()).filter(|at| !named(*at)).find(|at| {
        let at = *at;
        let Some(len) = text.is(at, Class::Now) else { return false };
        let calm = text.is(at, Class::NotNow).is_some_and(|other| other >= len);
        let titled = text.is(at, Class::Noise).is_some();
        // “có vụ cướp vừa xảy ra”, “trộm vừa lấy xe”, “cướp giật vừa xong”
        let last = text.plain(at + len - 1);
        let told = matches!(last, "ra" | "xong" | "lay" | "giat" | "dat" | "nha")
            && (at.saturating_sub(5)..at).rev().take_while(|i| !is_stop(text, *i)).any(|i| is_event(text, i));
        !calm
            && !titled
            && (told
                || last != "xong"
                    && (at + 1..at + len + 8).take_while(|i| !is_stop(text, *i)).any(|i| is_event(text, i)))
    })
}

/// Whether what goes on at the token `at` is told before any month or figure: these are then of the past.
fn is_told_first(items: &[Item], at: usize) -> bool {
    items
        .iter()
        .take_while(|item| item.from < at)
        .all(|item| !matches!(item.kind, Kind::Month(_) | Kind::Figure(_) | Kind::Money { .. } | Kind::Neg))
}

/// An event without a figure, a month or a day of the past: told because it is.
fn is_told_of_today(text: &Text, items: &[Item]) -> bool {
    let past = items.iter().any(|item| {
        matches!(
            item.kind,
            Kind::Figure(_) | Kind::Money { .. } | Kind::Month(_) | Kind::Date { .. } | Kind::DayAgo(1..)
        )
    });
    let done = text.tokens.iter().any(|t| matches!(t.plain.as_str(), "roi" | "xong" | "truoc" | "kip"));
    !past && !done && (0..text.tokens.len()).any(|at| is_event(text, at))
}

fn has_call(text: &Text) -> bool {
    (0..text.tokens.len()).any(|at| text.is(at, Class::Call).is_some())
}

/// “đừng nhắn tin nhắc nữa”, “NGUNG NHAC”, “STOP”.
pub(super) fn stop(text: &Text) -> bool {
    let words = text.tokens.iter().filter(|t| t.shape == Shape::Word).count();
    (0..text.tokens.len()).any(|at| {
        let Some(len) = text.is(at, Class::StopDo) else { return false };
        let alone = matches!(text.plain(at), "stop" | "unsubscribe") && words <= 3;
        // “hủy tin nhắn tôi vừa gửi” takes back one text.
        let takes_back = text.is(at, Class::Erase).is_some()
            && (at + len..text.tokens.len())
                .any(|i| matches!(text.plain(i), "vua" | "da" | "hoi" | "luc" | "truoc"))
            && (at + len..text.tokens.len()).any(|i| matches!(text.plain(i), "gui" | "nhan" | "bao"));
        alone || !takes_back && (at + len..at + len + 5).any(|i| text.is(i, Class::StopWhat).is_some())
    })
}

/// “HD”, “nhắn tin thế nào”, “KT T5”, “đã gửi chưa”.
pub(super) fn question(text: &Text) -> Option<Question> {
    let longest = |class| {
        (0..text.tokens.len())
            .filter_map(|at| text.is(at, class).map(|len| (len, at)))
            .max_by_key(|(len, at)| (*len, usize::MAX - at))
    };
    // “không có báo cáo gì”, “có người lạ, anh kiểm tra giúp” ask nothing about the report.
    let denied = |at: usize| {
        at.checked_sub(1).is_some_and(|b| {
            text.is(b, Class::Neg).is_some()
                || text.plain(b) == "co" && b.checked_sub(1).is_some_and(|b| text.is(b, Class::Neg).is_some())
        })
    };
    let seen = (0..text.tokens.len()).any(|at| text.plain(at) == "nguoi" && text.plain(at + 1) == "la");
    let status = longest(Class::Status).filter(|(_, at)| !denied(*at) && !seen);
    let help = longest(Class::Help);
    let checks = (0..text.tokens.len()).any(|at| matches!(text.is(at, Class::Status), Some(len) if text.plain(at) == "kt" || text.plain(at) == "kiem" && len == 2));
    let words: Vec<&str> =
        text.tokens.iter().filter(|t| t.shape == Shape::Word).map(|t| t.plain.as_str()).collect();
    let sent = words.iter().any(|word| matches!(*word, "gui" | "nop" | "nhan" | "bao"));
    let ends = words.iter().rev().take(3).any(|word| *word == "chua");
    if sent && ends && status.is_none() {
        return Some(Question::Status);
    }
    match (status, help) {
        (Some((s, _)), Some((h, _))) if checks || s > h => Some(Question::Status),
        (_, Some((len, at))) if len > 1 || at <= 2 => Some(Question::Help),
        (Some((len, at)), _) if len > 1 || at <= 2 => Some(Question::Status),
        _ => None,
    }
}

/// A question of the sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    Status,
    Help,
}

/// Whether the text is about the hamlet or the police at all.
pub(super) fn is_ours(text: &Text, items: &[Item]) -> bool {
    let matter = (0..text.tokens.len())
        .any(|at| text.is(at, Class::Matters).is_some() && text.is(at, Class::Noise).is_none());
    let told = items.iter().any(|item| match &item.kind {
        Kind::Indicator(place, strength) => {
            let loud = text.book.entries.get(*place).is_some_and(|entry| !entry.quiet);
            loud || *strength != Strength::Weak
        }
        Kind::Ambiguous(_) | Kind::Keyword | Kind::Trouble(_) | Kind::AsBefore | Kind::Erase => true,
        Kind::Hamlet { .. } => true,
        Kind::Figure(figure) if figure.unit == super::items::Unit::Weapon => true,
        Kind::Consequence(_) => {
            items.iter().any(|item| matches!(item.kind, Kind::Figure(_) | Kind::Month(_)))
        }
        Kind::Figure(figure) => figure.unit == super::items::Unit::Case,
        Kind::Vague(unit) => *unit == super::items::Unit::Case,
        _ => false,
    });
    let own = (0..text.tokens.len()).any(|at| super::story::is_own(text, at));
    matter || told || own || asks_of_us(text)
}

/// “nghe nói sắp sáp nhập thôn có đúng không”: a question about hearsay, or about the place.
fn asks_of_us(text: &Text) -> bool {
    let said = |classes: &[Class]| (0..text.tokens.len()).any(|at| text.is_any(at, classes).is_some());
    let asks = text.tokens.iter().any(|t| t.shape == Shape::Sep('?')) || said(&[Class::Request]);
    let hearsay = (0..text.tokens.len()).any(|at| text.is(at, Class::Hedge).is_some_and(|len| len >= 2));
    hearsay || (asks && said(&[Class::Hamlet]) && (0..text.tokens.len()).any(|at| text.plain(at) == "xa"))
}

/// A greeting or thanks without any matter.
pub(super) fn greeting(text: &Text) -> bool {
    (0..text.tokens.len()).any(|at| text.is_any(at, &[Class::Greeting, Class::Thanks]).is_some())
}

/// Good wishes or thanks, with nothing told, asked or wished for beside them.
pub(super) fn is_mere_greeting(text: &Text, items: &[Item]) -> bool {
    let told = items.iter().any(|item| {
        !matches!(
            item.kind,
            Kind::Word
                | Kind::Noise(_)
                | Kind::Sep(_)
                | Kind::Vague(_)
                | Kind::And
                | Kind::Date { .. }
                | Kind::Topic
                | Kind::Hamlet { .. }
                | Kind::Cause
                | Kind::MoneyNoise
                | Kind::Calm
                | Kind::DayAgo(_)
                | Kind::Done
                | Kind::Month(MonthWord::RangeEnd(..))
        )
    });
    let happens = text.tokens.iter().any(|t| {
        matches!(t.plain.as_str(), "co" | "bi" | "thay" | "xay" | "dang" | "khong" | "bao" | "xin" | "sua")
            && !(t.plain == "xin" || t.plain == "bao" && text.tokens.len() < 8)
    });
    let asks = (0..text.tokens.len()).any(|at| {
        text.is_any(
            at,
            &[Class::Request, Class::Help, Class::Status, Class::Machine, Class::Secret, Class::Hedge],
        )
        .is_some()
            || text.is_sep(at, '?')
    });
    greeting(text) && !told && !happens && !asks && !stop(text)
}

/// Nothing but punctuation and blanks.
pub(super) fn is_blank(text: &Text) -> bool {
    text.tokens.iter().all(|t| matches!(t.shape, Shape::Sep(_) | Shape::Newline))
}
