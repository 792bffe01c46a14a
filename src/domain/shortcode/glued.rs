//! Codes and figures written without a space (“TC2TNV1”, “anttt4tc1vcgt1”): cut only where exactly one way of
//! cutting uses every character.

use super::book::Book;
use crate::domain::indicator::Kind;

/// A piece of a run: its place in the run, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    pub from: usize,
    pub to: usize,
}

/// What came of a run.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Glued {
    /// Exactly one way.
    One(Vec<Cut>),
    /// Several ways, or one that nobody could be sure of (“antt32tc”).
    Several,
    /// No way.
    None,
}

const MONTHS: [&str; 4] = ["thang", "thg", "th", "t"];
const AMOUNTS: [&str; 6] = ["trieu", "nghin", "ngan", "tr", "ty", "k"];

/// Cuts `run` (lower-case ASCII letters and digits) into keyword, month, codes and figures.
pub(super) fn cut(run: &str, book: &Book) -> Glued {
    if run.len() > 80 {
        return Glued::None;
    }
    let mut search = Search { run, book, found: Vec::new(), unsure: false, steps: 0 };
    search.prefix();
    search.found.sort_by_key(|cuts| cuts.iter().map(|cut| cut.to).collect::<Vec<_>>());
    search.found.dedup();
    match (search.found.len(), search.unsure, search.found.pop()) {
        (1, false, Some(cuts)) => Glued::One(cuts),
        (0, false, _) => Glued::None,
        _ => Glued::Several,
    }
}

struct Search<'a> {
    run: &'a str,
    book: &'a Book,
    found: Vec<Vec<Cut>>,
    unsure: bool,
    steps: usize,
}

impl Search<'_> {
    fn rest(&self, at: usize) -> &str {
        self.run.get(at..).unwrap_or_default()
    }

    fn digits(&self, at: usize) -> usize {
        self.rest(at).bytes().take_while(u8::is_ascii_digit).count()
    }

    fn prefix(&mut self) {
        self.after_keyword(0, &[], false);
        let year = self.digits(0);
        if year == 4 && self.run.starts_with("20") {
            self.pairs(4, &[Cut { from: 0, to: 4 }], true);
        }
        if self.run.starts_with("antt") {
            self.after_keyword(4, &[Cut { from: 0, to: 4 }], true);
        }
    }

    fn after_keyword(&mut self, at: usize, cuts: &[Cut], keyword: bool) {
        for word in ["sua", "them"] {
            if self.rest(at).starts_with(word) && self.rest(at).len() > word.len() {
                let end = at + word.len();
                self.month(end, &with(cuts, at, end), true);
            }
        }
        self.month(at, cuts, keyword);
    }

    fn month(&mut self, at: usize, cuts: &[Cut], keyword: bool) {
        for word in MONTHS {
            let number = at + word.len();
            let digits = if self.rest(at).starts_with(word) { self.digits(number) } else { 0 };
            if (1..=2).contains(&digits) {
                let end = number + digits;
                self.tail(end, &with(&with(cuts, at, number), number, end), false);
            }
        }
        let bare = self.digits(at);
        if keyword && (1..=2).contains(&bare) {
            self.tail(at + bare, &with(cuts, at, at + bare), false);
        }
        if at < self.run.len() {
            self.pairs_after(at, cuts, keyword);
        }
    }

    /// After a month: nothing, “khong”, or pairs.
    fn tail(&mut self, at: usize, cuts: &[Cut], keyword: bool) {
        match self.rest(at) {
            "" => self.found.push(cuts.to_vec()),
            "ko" | "khong" | "antt" => {
                let end = self.run.len();
                self.found.push(with(cuts, at, end));
            }
            _ => self.pairs_after(at, cuts, keyword),
        }
    }

    fn pairs_after(&mut self, at: usize, cuts: &[Cut], keyword: bool) {
        let before = self.found.len();
        self.pairs(at, cuts, false);
        // “antt32tc”: a figure right after the keyword is the month, so a count there is nobody's guess.
        if keyword && self.found.len() > before && self.digits(at) > 0 {
            self.unsure = true;
        }
        self.pairs(at, cuts, true);
    }

    /// Pairs to the end of the run, all with the code first or all with the figure first.
    fn pairs(&mut self, at: usize, cuts: &[Cut], code_first: bool) {
        self.steps += 1;
        if self.steps > 4_000 {
            self.unsure = true;
            return;
        }
        if at == self.run.len() {
            if cuts.len() > 1 {
                self.found.push(cuts.to_vec());
            }
            return;
        }
        if self.rest(at) == "antt" && cuts.len() > 1 {
            self.found.push(with(cuts, at, self.run.len()));
            return;
        }
        self.last_month(at, cuts);
        if code_first {
            for (code, money) in self.codes(at) {
                for end in self.figure_ends(code) {
                    let with_figure = with(&with(cuts, at, code), code, end);
                    self.pairs(end, &with_figure, true);
                    if money {
                        self.amount(end, &with_figure);
                    }
                }
            }
        } else {
            let figure = at + self.digits(at);
            if figure > at {
                for (code, _) in self.codes(figure) {
                    self.pairs(code, &with(&with(cuts, at, figure), figure, code), false);
                }
            }
        }
    }

    /// “tc2cb1t6”, “tc2cb1t6antt”: the month at the end.
    fn last_month(&mut self, at: usize, cuts: &[Cut]) {
        for word in MONTHS {
            let number = at + word.len();
            let digits = if self.rest(at).starts_with(word) { self.digits(number) } else { 0 };
            let end = number + digits;
            if cuts.len() > 1 && (1..=2).contains(&digits) && matches!(self.rest(end), "" | "antt") {
                self.tail(end, &with(&with(cuts, at, number), number, end), false);
            }
        }
    }

    /// “thts8tr”, “thts1ty2”: the amount after the figure of a money code.
    fn amount(&mut self, at: usize, cuts: &[Cut]) {
        for word in AMOUNTS {
            if self.rest(at).starts_with(word) {
                let end = at + word.len();
                let cuts = with(cuts, at, end);
                self.pairs(end, &cuts, true);
                let digits = self.digits(end);
                if digits > 0 {
                    self.pairs(end + digits, &with(&cuts, end, end + digits), true);
                }
            }
        }
    }

    /// Ends of the codes that begin at `at`, and whether they count money.
    fn codes(&self, at: usize) -> Vec<(usize, bool)> {
        (2..=4)
            .filter_map(|len| {
                let code = self.run.get(at..at + len)?;
                let entry = self.book.code_of(code).and_then(|i| self.book.entries.get(i))?;
                Some((at + len, entry.kind == Kind::Money))
            })
            .collect()
    }

    /// Ends of the figures that begin at `at`: digits, and digits with “o” and “l” typed for 0 and 1.
    fn figure_ends(&self, at: usize) -> Vec<usize> {
        let digits = self.digits(at);
        let loose =
            self.rest(at).bytes().take_while(|b| matches!(b, b'0'..=b'9' | b'o' | b'l' | b'i')).count();
        let mut ends = Vec::new();
        if digits > 0 {
            ends.push(at + digits);
        }
        if loose > digits && loose <= 5 {
            ends.push(at + loose);
        }
        ends
    }
}

fn with(cuts: &[Cut], from: usize, to: usize) -> Vec<Cut> {
    let mut longer = Vec::with_capacity(cuts.len() + 1);
    longer.extend_from_slice(cuts);
    longer.push(Cut { from, to });
    longer
}

/// “T1O”, “tháng 1l”: the length of the word before the number of a month whose last digit is a letter; `before` is the
/// word before the run. “TO3”, “TL2” are a group and a road.
pub(super) fn lettered_month(plain: &str, before: &str) -> Option<usize> {
    let number = plain.trim_start_matches(|c: char| c.is_ascii_lowercase());
    let word = plain.len() - number.len();
    let month = |word: &str| matches!(word, "t" | "th" | "thang");
    let named =
        if word == 0 { month(before) || before == "antt" } else { plain.get(..word).is_some_and(month) };
    (named && matches!(number, "1o" | "1l" | "1i")).then_some(word)
}
