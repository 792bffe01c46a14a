//! Texts about the yearly review itself: “DK 2026”, “HUY DK”, “HO 152”. Read beside the reader of reports, whose intents
//! are a closed list; what this reader does not take as a whole is left to that one.

use crate::domain::template::without_marks;

/// The first year that a text may name.
const FIRST_YEAR: i32 = 2000;

/// What a text wants of the yearly review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What.
    pub what: Wish,
    /// The year that is named, if any.
    pub year: Option<Year>,
    /// Words that nothing explains but the name of a unit; folded.
    pub others: Vec<String>,
    /// Whether a word for a residential area stands before them (“thôn …”): they are a name, known or not.
    pub named: bool,
}

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// The unit registers.
    Register,
    /// The registration is taken back.
    Withdraw,
    /// So many households live there.
    Households(i64),
}

/// A year as a text names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Year {
    /// “2026”, “năm 26”.
    Named(i32),
    /// “năm nay” (0), “năm sau” (1), “năm ngoái” (-1): from the year of the day of receipt.
    Relative(i32),
}

/// Words that say nothing more.
const NOISE: [&str; 57] = [
    "a", "ah", "an", "anh", "antt", "at", "bc", "bcd", "cao", "chau", "chi", "cho", "chuan", "cong", "cua",
    "cu", "da", "danh", "dan", "dat", "dong", "du", "dua", "e", "em", "gia", "gui", "hieu", "hom", "kdc",
    "khu", "kinh", "la", "minh", "nam", "nay", "nhe", "ninh", "nop", "phan", "phong", "so", "tham", "thi",
    "tieu", "toan", "toi", "trao", "trat", "tu", "va", "ve", "voi", "xa", "xay", "xin", "dung",
];

/// Words before the name of a residential area.
const PLACE: [&str; 14] =
    ["thon", "ban", "xom", "ap", "lang", "buon", "to", "tdp", "pho", "khom", "khoi", "phum", "soc", "truong"];

/// How “đăng ký” begins, typed in haste as well; it must not be taken for “đang …” or “đúng kỳ”.
const DANG: [&str; 9] = ["dang", "dag", "dng", "dnag", "dagn", "ddang", "dawng", "ddawng", "danng"];

/// What `text` wants of the yearly review; `None` where it wants something else, or more than that.
pub fn wanted(text: &str) -> Option<Wanted> {
    if text.len() > 200 {
        return None;
    }
    let words = words(text);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    registration(&words).or_else(|| households(&words))
}

/// The only number of a short answer (“152”, “152 hộ”).
pub fn number(text: &str) -> Option<i64> {
    let words = words(text);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        [number] | [number, "ho"] | ["ho", number] | ["co", number, "ho"] | ["co", number] => {
            number.parse().ok()
        }
        _ => None,
    }
}

/// Lower-case ASCII words; figures part from letters (“dk2026”).
fn words(text: &str) -> Vec<String> {
    let plain = without_marks(text).to_ascii_lowercase();
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for c in plain.chars() {
        let joins = c.is_ascii_alphanumeric()
            && before.is_ascii_alphanumeric()
            && c.is_ascii_digit() == before.is_ascii_digit();
        match words.last_mut() {
            Some(word) if joins => word.push(c),
            _ if c.is_ascii_alphanumeric() => words.push(c.to_string()),
            _ => {}
        }
        before = c;
    }
    words
}

/// “DK 2026”, “đăng ký an toàn năm 2026 thôn Nà Mo”, “HUY DK”.
fn registration(words: &[&str]) -> Option<Wanted> {
    let (at, len) = (0..words.len()).find_map(|at| Some((at, registers(words.get(at..)?)?)))?;
    let (head, tail) = (words.get(..at)?, words.get(at + len..)?);
    let withdraws = |word: &&str| matches!(*word, "huy" | "rut" | "bo" | "thoi");
    let withdraw = head.iter().any(withdraws);
    let head: Vec<&str> = head.iter().copied().filter(|word| !withdraws(word)).collect();
    let mut wanted = Wanted {
        what: if withdraw { Wish::Withdraw } else { Wish::Register },
        year: None,
        others: Vec::new(),
        named: false,
    };
    // “bản đăng ký” is a paper, and no hamlet.
    let head = head.strip_suffix(&["ban"]).unwrap_or(&head);
    wanted.take(head)?;
    wanted.take(tail)?;
    Some(wanted)
}

/// How many words say “đăng ký”.
fn registers(words: &[&str]) -> Option<usize> {
    match words {
        ["dk" | "dki" | "dky" | "dangky" | "dangki" | "dagky" | "dnagky", ..] => Some(1),
        [first, "ky" | "ki", ..] if DANG.contains(first) => Some(2),
        _ => None,
    }
}

/// “HO 152”, “so ho 152”, “tổng số hộ là 152”.
fn households(words: &[&str]) -> Option<Wanted> {
    let start = words.iter().position(|word| *word == "ho")?;
    if !words.get(..start)?.iter().all(|word| matches!(*word, "so" | "tong" | "antt")) {
        return None;
    }
    let tail = words.get(start + 1..)?;
    let said = tail
        .iter()
        .position(|word| !matches!(*word, "dan" | "la" | "co" | "gia" | "dinh" | "dang" | "cu" | "tru"))?;
    let count = tail.get(said)?.parse().ok()?;
    let mut wanted = Wanted { what: Wish::Households(count), year: None, others: Vec::new(), named: false };
    let rest = tail.get(said + 1..)?;
    wanted.take(rest.strip_prefix(&["ho"]).unwrap_or(rest))?;
    Some(wanted)
}

impl Wanted {
    /// Explains `words`; `None` where a figure is left, or a second year.
    fn take(&mut self, words: &[&str]) -> Option<()> {
        let mut at = 0;
        let mut in_name = false;
        while let Some(word) = words.get(at) {
            let (year, len) = match (*word, words.get(at + 1).copied()) {
                ("nam", Some("nay")) => (Some(Year::Relative(0)), 2),
                ("nam", Some("sau" | "toi")) => (Some(Year::Relative(1)), 2),
                ("nam", Some("ngoai" | "truoc")) => (Some(Year::Relative(-1)), 2),
                ("nam", Some(number)) if number.len() == 2 && number.parse::<i32>().is_ok() => {
                    (number.parse().ok().map(|short: i32| Year::Named(FIRST_YEAR + short)), 2)
                }
                // The sender's PIN.
                ("ma", Some(pin)) if pin.len() >= 4 && pin.parse::<u32>().is_ok() => (None, 2),
                (word, _) if word.len() == 4 && word.starts_with("20") => {
                    (word.parse().ok().map(Year::Named), 1)
                }
                _ => (None, 1),
            };
            match year {
                Some(_) if self.year.is_some() => return None,
                Some(year) => (self.year, in_name) = (Some(year), false),
                None if len == 2 => {}
                None if PLACE.contains(word) => (self.named, in_name) = (true, true),
                None if in_name || (word.len() == 8 && word.parse::<u32>().is_ok()) => {
                    self.others.push((*word).to_owned())
                }
                None if word.bytes().any(|b| b.is_ascii_digit()) => return None,
                None if NOISE.contains(word) => {}
                None => self.others.push((*word).to_owned()),
            }
            at += len;
        }
        Some(())
    }

    /// Whether the words that are left are names of units with these names, or follow a word for a residential area.
    pub fn is_explained<'n>(&self, names: impl Iterator<Item = &'n str>) -> bool {
        let known: Vec<String> = names.flat_map(words).collect();
        self.others.len() <= 6 && (self.named || self.others.iter().all(|word| known.contains(word)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Option<(Wish, Option<Year>, String)> {
        wanted(text).map(|wanted| (wanted.what, wanted.year, wanted.others.join(" ")))
    }

    #[test]
    fn registrations_are_read_however_they_are_typed() {
        let year = Some(Year::Named(2026));
        for text in [
            "DK 2026",
            "dk2026",
            "ĐK năm 2026",
            "dang ky 2026",
            "Đăng ký an toàn về an ninh trật tự năm 2026 ạ",
            "dnag ki nam 26",
            "ANTT DK 2026",
            "em xin nop ban dang ky nam 2026",
            "Dangky 2026.",
        ] {
            assert_eq!(said(text), Some((Wish::Register, year, String::new())), "{text}");
        }
        assert_eq!(said("DK"), Some((Wish::Register, None, String::new())));
        assert_eq!(said("dk nam sau"), Some((Wish::Register, Some(Year::Relative(1)), String::new())));
        assert_eq!(said("DK 2026 thon Na Mo"), Some((Wish::Register, year, "na mo".to_owned())));
        assert_eq!(said("Thôn 5 đăng ký 2026"), Some((Wish::Register, year, "5".to_owned())));
        assert_eq!(said("HUY DK 2026"), Some((Wish::Withdraw, year, String::new())));
    }

    #[test]
    fn households_are_read() {
        for text in ["HO 152", "so ho 152", "Tổng số hộ là 152", "ho dan 152", "hộ: 152 hộ"] {
            assert_eq!(said(text).map(|(what, ..)| what), Some(Wish::Households(152)), "{text}");
        }
        assert_eq!(
            (number("152"), number("152 hộ"), number("co 152 ho"), number("152 vu")),
            (Some(152), Some(152), Some(152), None)
        );
    }

    #[test]
    fn other_texts_are_left_to_the_reader_of_reports() {
        for text in [
            "",
            "ANTT T3 TC2",
            "HDK 152",
            "dang ky 3 ho",
            "DK 2025 2026",
            "DK D10",
            "so ho dang ky 152",
            "85 ho du hop",
            "dang ko co gi",
            "ho hop 2 buoi",
            "trom cap 2 vu",
        ] {
            assert_eq!(said(text), None, "{text}");
        }
        let strange = wanted("dang ky tam tru").unwrap();
        assert!(!strange.is_explained(["Bản Nà Mo"].into_iter()));
        assert!(wanted("DK 2026 na mo").unwrap().is_explained(["Bản Nà Mo"].into_iter()));
        assert!(!wanted("chua dang ky").unwrap().is_explained(["Bản Nà Mo"].into_iter()));
    }
}
