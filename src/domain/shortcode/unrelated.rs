//! Texts that are nothing for us by their form: advertising, banks, remains of programs.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::items::{Item, Kind, Unit};
use super::lexicon::{Class, Strength};
use super::text::Text;
use super::token::Shape;

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
    let link = finds(&IS_LINK, raw);
    let offer = (0..text.tokens.len()).any(|i| text.is_sep(i, '%'));
    // “soạn DK gửi 191”
    let written = text.tokens.iter().position(|token| token.plain == "soan");
    let number = |at: usize| text.token(at).is_some_and(|t| matches!(t.shape, Shape::Number | Shape::Opaque));
    let send = written
        .is_some_and(|at| (at + 1..text.tokens.len()).any(|i| text.plain(i) == "gui" && number(i + 1)));
    count + if link { 2 } else { 0 } + usize::from(offer) + if send { 2 } else { 0 }
}

/// The text of a bank about an account: account, balance, currency; whatever its purpose says.
pub(super) fn is_bank(text: &Text, items: &[Item]) -> bool {
    if !text.tokens.iter().any(|token| token.plain.ends_with("vnd")) {
        return false;
    }
    let said = |words: &[&str]| {
        (0..text.tokens.len()).any(|at| {
            words.iter().any(|word| {
                let mut parts = word.split(' ');
                parts.by_ref().zip(at..).all(|(part, i)| text.plain(i) == part)
            })
        })
    };
    said(&["tk", "tai khoan", "stk", "so tk"])
        && said(&["sd", "so du", "gd", "giao dich", "phat sinh", "ps", "ck", "chuyen khoan", "sodu"])
        && !items.iter().any(|item| item.kind == Kind::Keyword)
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

/// Marks that only programs leave: SQL, scripts, shells, templates.
const JUNK: [&str; 65] = [
    "console.",
    "truncate table",
    "alter table",
    "waitfor ",
    "drop table",
    "union select",
    "insert into",
    "delete from",
    "javascript:",
    "curl ",
    "rm -rf",
    "onerror",
    "onload",
    "onclick",
    "wget ",
    "import os",
    "xp_cmd",
    "document.",
    "&#",
    "/*",
    "*/",
    "#define",
    "printf(",
    "system(",
    ";drop",
    "; drop",
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
    "select *",
    "<script",
    "{{",
    "}}",
    "${",
    "&&",
    "||",
    "' or ",
    "1=1",
    "exec(",
    "eval(",
    "<?php",
    "<%",
    "%27",
    "%3c",
    "\\x",
    "/etc/",
    "--;",
    ";--",
    "sleep(",
    "benchmark(",
    "\" or \"",
    "<iframe",
    "<svg",
    "alert(",
    "'--",
    "';",
];

/// Marks of links and of numbers that sell something.
const LINKS: [&str; 8] = ["http", "www.", ".vn/", ".com", ".me/", ".xyz", "1900", "1800"];

static IS_JUNK: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| finder(&JUNK));
static IS_STATEMENT: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| finder(&["select ", "update "]));
static IS_LINK: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| finder(&LINKS));

/// Finds any of some words in one pass, in capitals or not.
fn finder(words: &[&str]) -> Option<AhoCorasick> {
    AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA)).build(words).ok()
}

fn finds(finder: &Option<AhoCorasick>, raw: &str) -> bool {
    finder.as_ref().is_some_and(|finder| finder.is_match(raw))
}

/// Remains of programs; HTML tags alone are noise.
pub(super) fn is_junk(raw: &str) -> bool {
    finds(&IS_JUNK, raw)
        || is_formula(raw)
        || (finds(&IS_STATEMENT, raw) && is_statement(&raw.to_lowercase()))
        || is_request(raw)
}

/// “SELECT … FROM”, “UPDATE … SET”.
fn is_statement(lower: &str) -> bool {
    (lower.contains("select ") && lower.contains(" from "))
        || (lower.contains("update ") && lower.contains(" set "))
}

/// “GET /…”: the head of a request over HTTP.
fn is_request(raw: &str) -> bool {
    let begins = |head: &str| raw.get(..head.len()).is_some_and(|start| start.eq_ignore_ascii_case(head));
    ["get /", "post /", "put /"].into_iter().any(begins)
}

/// A cell of a spreadsheet that computes (“=HYPERLINK(…)”, “@SUM(1+1)”, “+cmd|…”).
fn is_formula(raw: &str) -> bool {
    let cell = raw.trim_start().trim_start_matches(['"', '\'']);
    let Some(rest) = cell.strip_prefix(['=', '@', '+', '-']) else { return false };
    let name = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let next = rest.as_bytes().get(name);
    name > 0 && (matches!(next, Some(b'(' | b'|' | b'!' | b'+' | b'*')) || cell.starts_with('='))
}
