//! Texts that are nothing for us by their form: advertising, banks, remains of programs.

use super::items::{Item, Kind, Unit};
use super::lexicon::{Class, Strength};
use super::text::Text;

/// How many different phrases of advertising and machines stand in the text.
pub(super) fn advertising(text: &Text, raw: &str) -> usize {
    let mut seen: Vec<&str> = Vec::new();
    let mut at = 0;
    let mut count = 0;
    while at < text.tokens.len() {
        match text.is(at, Class::Ad) {
            Some(len) => {
                if !seen.contains(&text.plain(at)) {
                    seen.push(text.plain(at));
                    count += if len > 1
                        || matches!(text.plain(at), "qc" | "otp" | "kqxs" | "shopee" | "viettel")
                    {
                        2
                    } else {
                        1
                    };
                }
                at += len;
            }
            None => at += 1,
        }
    }
    let lower = raw.to_lowercase();
    let link = ["http", "www.", ".vn/", ".com", ".me/", ".xyz", "1900", "1800"]
        .iter()
        .any(|mark| lower.contains(mark));
    let offer = (0..text.tokens.len()).any(|i| text.is_sep(i, '%'));
    let send = lower.contains("soan ") && lower.contains(" gui ")
        || lower.contains("soạn ") && lower.contains(" gửi ");
    count + if link { 2 } else { 0 } + usize::from(offer) + if send { 2 } else { 0 }
}

/// The text of a bank about an account: account, balance, currency; whatever its purpose says.
pub(super) fn is_bank(text: &Text, items: &[Item]) -> bool {
    let said = |words: &[&str]| {
        (0..text.tokens.len()).any(|at| {
            words.iter().any(|word| {
                let mut parts = word.split(' ');
                parts.by_ref().zip(at..).all(|(part, i)| text.plain(i) == part)
            })
        })
    };
    let account = said(&["tk", "tai khoan", "stk", "so tk"]);
    let moved = said(&["sd", "so du", "gd", "giao dich", "phat sinh", "ps", "ck", "chuyen khoan", "sodu"]);
    let currency = text.tokens.iter().any(|t| t.plain.ends_with("vnd"));
    account && moved && currency && !items.iter().any(|item| item.kind == Kind::Keyword)
}

/// “vợ ơi tối anh đi tuần, để phần 2 quả trứng”, “chúc cả nhà không tai nạn, không trộm cắp”: a word to one's family, or a
/// wish, in which no case of anything is counted.
pub(super) fn is_private(text: &Text, items: &[Item]) -> bool {
    let head = (text.plain(0), text.plain(1), text.plain(2));
    let family = matches!(
        head,
        ("vo" | "chong" | "me" | "bo" | "ba" | "ma" | "con", "oi", _)
            | ("me" | "bo" | "ba" | "ma", "no", "oi")
    );
    let wish = text.is(0, Class::Greeting).is_some() && head.0 == "chuc";
    if !(family || wish) {
        return false;
    }
    let told = items.iter().enumerate().any(|(at, item)| match &item.kind {
        Kind::Keyword | Kind::Hamlet { .. } | Kind::Month(_) | Kind::Money { .. } => true,
        Kind::Figure(figure) => figure.unit == Unit::Case,
        Kind::Indicator(place, strength) => {
            let loud = text.book.entries.get(*place).is_some_and(|entry| !entry.quiet);
            *strength == Strength::Code || loud && (family || !is_denied(items, at))
        }
        Kind::Sep(3) => wish && items.len() > at + 3,
        _ => false,
    });
    !told
}

/// Whether a denial stands right before the item or before the list it belongs to.
fn is_denied(items: &[Item], at: usize) -> bool {
    items.iter().take(at).rev().take(4).any(|item| {
        matches!(item.kind, Kind::Neg | Kind::NegNoise | Kind::Blanket { .. } | Kind::Noise("talk"))
    })
}

/// Remains of programs: SQL, scripts, shells, templates. HTML tags alone are noise.
pub(super) fn is_junk(lower: &str) -> bool {
    const MARKS: [&str; 63] = [
        "&#",
        "/*",
        "*/",
        "#define",
        "printf(",
        "console.",
        "system(",
        ";drop",
        "; drop",
        "truncate table",
        "alter table",
        "waitfor ",
        "=hyperlink",
        "=cmd",
        "=sum(",
        "=import",
        "[[",
        "{\"",
        "\\r",
        "\\n",
        "\\u0",
        "$(",
        "../",
        "print(",
        "drop table",
        "union select",
        "select *",
        "insert into",
        "delete from",
        "<script",
        "javascript:",
        "{{",
        "}}",
        "${",
        "curl ",
        "rm -rf",
        "&&",
        "||",
        "' or ",
        "1=1",
        "onerror",
        "onload",
        "onclick",
        "exec(",
        "eval(",
        "<?php",
        "<%",
        "%27",
        "%3c",
        "\\x",
        "/etc/",
        "wget ",
        "import os",
        "--;",
        ";--",
        "xp_cmd",
        "sleep(",
        "benchmark(",
        "\" or \"",
        "<iframe",
        "<svg",
        "document.",
        "alert(",
    ];
    MARKS.iter().any(|mark| lower.contains(mark))
        || is_formula(lower)
        || ["get /", "post /", "put /"].iter().any(|head| lower.starts_with(head))
        || (lower.contains("select ") && lower.contains(" from "))
        || (lower.contains("update ") && lower.contains(" set "))
        || lower.contains("'--")
        || lower.contains("';")
}

/// A cell of a spreadsheet that computes (“=HYPERLINK(…)”, “@SUM(1+1)”, “+cmd|…”).
fn is_formula(lower: &str) -> bool {
    let cell = lower.trim_start().trim_start_matches(['"', '\'']);
    let Some(rest) = cell.strip_prefix(['=', '@', '+', '-']) else { return false };
    let name = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let next = rest.as_bytes().get(name);
    name > 0 && (matches!(next, Some(b'(' | b'|' | b'!' | b'+' | b'*')) || cell.starts_with('='))
}
