//! Vietnamese mobile numbers.
//!
//! Mobile numbers are 0 and 9 digits beginning 03, 05, 07, 08 or 09; abroad +84 and the 9 digits. Numbers of 11
//! digits from before 2018-09-15 (0120 … 0199) are converted by the operators' table, last seven digits kept.

use std::fmt;

/// The longest text that is looked at as a number, in characters.
const MAX_CHARS: usize = 32;

/// A mobile number. Its digits show only through [`Phone::e164`]: printing it, by accident or in a log, hides them.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Phone(String);

/// Why a text is no Vietnamese mobile number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPhone {
    /// Nothing, or nothing but separators.
    #[error("the telephone number is empty")]
    Empty,
    /// More than 32 characters.
    #[error("a telephone number has at most 32 characters with its separators")]
    TooLong,
    /// Letters (the name of a sender) or other characters that no number has.
    #[error("a telephone number has digits, spaces, dots, hyphens and brackets only, and + only in front")]
    Characters,
    /// Six digits or fewer: a short code or a service.
    #[error("this is a short number, not a telephone: give the mobile number, such as 0912345678")]
    ShortCode,
    /// `+` or `00` with a country other than 84.
    #[error("only numbers of Vietnam (0…, 84… or +84…) can be used")]
    Abroad,
    /// Too many or too few digits.
    #[error("a mobile number has ten digits, such as 0912345678")]
    Length,
    /// Ten digits, but of no mobile network: a fixed line (02…) or an unknown prefix.
    #[error("mobile numbers begin with 03, 05, 07, 08 or 09")]
    NotMobile,
    /// Eleven digits with a prefix that never was converted.
    #[error("this number of eleven digits was not converted in 2018: give the new one of ten digits")]
    OldPrefix,
}

/// Prefixes before and after 2018-09-15, without the leading 0.
const CONVERTED: [(&str, &str); 21] = [
    ("120", "70"),
    ("121", "79"),
    ("122", "77"),
    ("126", "76"),
    ("128", "78"),
    ("123", "83"),
    ("124", "84"),
    ("125", "85"),
    ("127", "81"),
    ("129", "82"),
    ("162", "32"),
    ("163", "33"),
    ("164", "34"),
    ("165", "35"),
    ("166", "36"),
    ("167", "37"),
    ("168", "38"),
    ("169", "39"),
    ("186", "56"),
    ("188", "58"),
    ("199", "59"),
];

impl Phone {
    /// The number that `text` spells: `0912 345 678`, `84912345678`, `0084…`, `+84…`, `+84 (0)912…`, an old number of
    /// eleven digits, or nine digits whose leading 0 a spreadsheet has dropped.
    pub fn parse(text: &str) -> Result<Self, BadPhone> {
        let (digits, plus) = digits_of(text)?;
        let national = national_part(&digits, plus)?;
        let new = converted(national)?;
        Ok(Phone(format!("+84{new}")))
    }

    /// The number in the form of E.164: `+84912345678`.
    pub fn e164(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+84…{}", self.0.get(self.0.len().saturating_sub(3)..).unwrap_or_default())
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({self})")
    }
}

impl std::str::FromStr for Phone {
    type Err = BadPhone;

    fn from_str(text: &str) -> Result<Self, BadPhone> {
        Phone::parse(text)
    }
}

/// The digits of `text` and whether a `+` stands in front.
fn digits_of(text: &str) -> Result<(String, bool), BadPhone> {
    if text.chars().count() > MAX_CHARS {
        return Err(BadPhone::TooLong);
    }
    let text = text.trim();
    let (rest, plus) = text.strip_prefix('+').map_or((text, false), |rest| (rest, true));
    let is_separator =
        |c: char| c.is_whitespace() || matches!(c, '.' | '-' | '(' | ')' | '\u{2010}'..='\u{2013}');
    if rest.chars().any(|c| !c.is_ascii_digit() && !is_separator(c)) {
        return Err(BadPhone::Characters);
    }
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    if digits.is_empty() { Err(BadPhone::Empty) } else { Ok((digits, plus)) }
}

/// The digits after the 0 or the 84: nine, or ten of an old number.
fn national_part(digits: &str, plus: bool) -> Result<&str, BadPhone> {
    if digits.len() <= 6 && !plus {
        return Err(BadPhone::ShortCode);
    }
    let abroad = if plus { Some(digits) } else { digits.strip_prefix("00") };
    let national = match abroad {
        Some(with_country) => with_country.strip_prefix("84").ok_or(BadPhone::Abroad)?,
        None if digits.starts_with("84") && digits.len() > 10 => digits.strip_prefix("84").unwrap_or(digits),
        None => digits,
    };
    let national = national.strip_prefix('0').unwrap_or(national);
    if (9..=10).contains(&national.len()) { Ok(national) } else { Err(BadPhone::Length) }
}

/// The nine digits of today's number.
fn converted(national: &str) -> Result<String, BadPhone> {
    if national.len() == 9 {
        let mobile = national.starts_with(['3', '5', '7', '8', '9']);
        return if mobile { Ok(national.to_owned()) } else { Err(BadPhone::NotMobile) };
    }
    if !national.starts_with('1') {
        return Err(if national.starts_with('2') { BadPhone::NotMobile } else { BadPhone::Length });
    }
    let new = CONVERTED.iter().find_map(|(old, new)| Some(format!("{new}{}", national.strip_prefix(old)?)));
    new.ok_or(BadPhone::OldPrefix)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn e164(text: &str) -> String {
        Phone::parse(text).unwrap_or_else(|e| panic!("{text}: {e}")).e164().to_owned()
    }

    #[test]
    fn every_way_of_writing_a_mobile_number_gives_the_same_number() {
        let ways = [
            "0912345678",
            "84912345678",
            "+84912345678",
            "0084912345678",
            " 0912 345 678 ",
            "0912.345.678",
            "091-234-5678",
            "+84 (0)912 345 678",
            "912345678",
            "0912\u{a0}345\u{a0}678",
        ];
        for way in ways {
            assert_eq!(e164(way), "+84912345678", "{way}");
        }
    }

    #[test]
    fn old_numbers_of_eleven_digits_become_those_of_ten_with_the_last_seven_kept() {
        for (old, new) in CONVERTED {
            assert_eq!(e164(&format!("0{old}1234567")), format!("+84{new}1234567"));
            assert_eq!(e164(&format!("+84{old}1234567")), format!("+84{new}1234567"));
            assert_eq!(e164(&format!("84{old}1234567")), format!("+84{new}1234567"));
        }
        assert_eq!(e164("01679998887"), "+84379998887");
    }

    #[test]
    fn what_is_no_mobile_number_is_refused_with_its_reason() {
        let cases = [
            ("", BadPhone::Empty),
            (" - ", BadPhone::Empty),
            ("VIETTEL", BadPhone::Characters),
            ("0912+345678", BadPhone::Characters),
            ("０９１２３４５６７８", BadPhone::Characters),
            ("8088", BadPhone::ShortCode),
            ("113", BadPhone::ShortCode),
            ("+15551234567", BadPhone::Abroad),
            ("008613812345678", BadPhone::Abroad),
            ("09123456", BadPhone::Length),
            ("091234567890", BadPhone::Length),
            ("09123456789", BadPhone::Length),
            ("0243123456", BadPhone::NotMobile),
            ("02431234567", BadPhone::NotMobile),
            ("0612345678", BadPhone::NotMobile),
            ("01301234567", BadPhone::OldPrefix),
            ("0 9 1 2 3 4 5 6 7 8 0 9 1 2 3 4 5 6 7 8", BadPhone::TooLong),
        ];
        for (text, error) in cases {
            assert_eq!(Phone::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_printed_number_hides_its_digits() {
        let phone = Phone::parse("0912345567").unwrap();
        assert_eq!(format!("{phone} {phone:?}"), "+84…567 Phone(+84…567)");
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC{0,60}") {
            let _ = Phone::parse(&text);
        }

        #[test]
        fn a_normalised_number_stays_as_it_is(text in "0[35789][0-9]{8}") {
            let phone = Phone::parse(&text).unwrap();
            prop_assert_eq!(Phone::parse(phone.e164()).unwrap(), phone);
        }
    }
}
