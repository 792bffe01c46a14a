//! Texts without Vietnamese marks, in characters of the GSM 7-bit alphabet.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use crate::domain::message::is_gsm7;

/// `text` without marks and without any character that would make the SMS a UCS-2 one: đ becomes d, quotes and dashes
/// become plain ones, what has no counterpart is dropped.
pub fn without_marks(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            push_plain(&mut plain, c);
        } else {
            decompose_compatible(c, |part| push_plain(&mut plain, part));
        }
    }
    plain
}

fn push_plain(plain: &mut String, c: char) {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' => plain.push(c),
        'đ' => plain.push('d'),
        'Đ' => plain.push('D'),
        '“' | '”' | '„' | '«' | '»' => plain.push('"'),
        '‘' | '’' | '`' | '´' => plain.push('\''),
        '–' | '—' | '−' | '‐' | '‑' | '•' | '·' => plain.push('-'),
        '→' => plain.push_str("->"),
        '×' => plain.push('x'),
        c if c.is_ascii() && is_gsm7(c) && c != '\u{c}' && c != '\r' => plain.push(c),
        c if is_combining_mark(c) => {}
        c if c.is_whitespace() => plain.push(' '),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    #[test]
    fn marks_fall_off_whatever_their_form() {
        assert_eq!(without_marks("Đặng Thị Hường, Ấp Trà Kháo"), "Dang Thi Huong, Ap Tra Khao");
        let decomposed: String = "hòa giải được".nfd().collect();
        assert_eq!(without_marks(&decomposed), "hoa giai duoc");
        assert_eq!(without_marks("“2 → 3” – hết… 😀中"), "\"2 -> 3\" - het... ");
        assert_eq!(without_marks("½\u{a0}x²"), "12 x2");
    }

    proptest! {
        #[test]
        fn what_is_left_is_sent_in_seven_bits(text in "\\PC{0,80}") {
            prop_assert!(without_marks(&text).chars().all(|c| is_gsm7(c) && c.is_ascii()));
        }
    }
}
