//! Words as octets: the alphabets of `data_coding`, the parts of long texts out and in.

use std::collections::HashMap;

use super::pdu::{Message, tag};
use crate::config::{Alphabet, LongTexts};
use crate::domain::message::{Encoding, split};
use crate::sms::{Part, udh};

/// A header stands in front of the words (`esm_class`).
const HEADER: u8 = 0x40;
/// `data_coding` of UCS-2.
const UCS2: u8 = 8;
/// The switch to the extension table.
const ESCAPE: u8 = 0x1B;

/// The default alphabet (3GPP TS 23.038, 6.2.1), in its order; ESC stands where no letter is.
const GSM7: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u{1b}ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// The extension table.
const EXTENSION: [(u8, char); 10] = [
    (0x0A, '\u{c}'),
    (0x14, '^'),
    (0x28, '{'),
    (0x29, '}'),
    (0x2F, '\\'),
    (0x3C, '['),
    (0x3D, '~'),
    (0x3E, ']'),
    (0x40, '|'),
    (0x65, '€'),
];

/// The words of a text as they go out: `data_coding` and the octets of each part, with `esm_class` and parameters that
/// hold the parts together. `reference` must differ from that of other texts under way to the receiver.
pub(super) fn pieces(text: &str, alphabet: Alphabet, long: LongTexts, reference: u8) -> Vec<Message> {
    let latin = alphabet == Alphabet::Latin1 && Encoding::of(text) == Encoding::Gsm7;
    let (data_coding, words): (u8, Vec<Vec<u8>>) = match Encoding::of(text) {
        Encoding::Gsm7 if !latin => (0, split(text).into_iter().map(gsm7).collect()),
        Encoding::Gsm7 if is_latin1(text) => (0, split(text).into_iter().map(latin1).collect()),
        Encoding::Gsm7 => (UCS2, split_ucs2(text)),
        Encoding::Ucs2 => (UCS2, split(text).into_iter().map(ucs2).collect()),
    };
    let total = u8::try_from(words.len()).unwrap_or(u8::MAX);
    let message = |(number, octets): (u8, Vec<u8>)| {
        let message = Message { data_coding, ..Message::default() };
        let part = Part { reference: u16::from(reference), total, number };
        match long {
            _ if total < 2 => Message { octets, ..message },
            LongTexts::Udh => {
                Message { esm_class: HEADER, octets: [udh::write(part), octets].concat(), ..message }
            }
            LongTexts::Sar => Message { octets, parameters: sar(part), ..message },
        }
    };
    (1..=total).zip(words).map(message).collect()
}

fn sar(part: Part) -> HashMap<u16, Vec<u8>> {
    HashMap::from([
        (tag::SAR_REFERENCE, part.reference.to_be_bytes().to_vec()),
        (tag::SAR_TOTAL, vec![part.total]),
        (tag::SAR_NUMBER, vec![part.number]),
    ])
}

/// An octet for each septet; a letter of the extension table takes two.
fn gsm7(text: &str) -> Vec<u8> {
    let octets = |c: char| {
        let plain = GSM7.chars().position(|letter| letter == c && letter != '\u{1b}');
        let extended =
            || EXTENSION.iter().find(|(_, letter)| *letter == c).map(|(octet, _)| vec![ESCAPE, *octet]);
        plain.and_then(|at| u8::try_from(at).ok()).map(|octet| vec![octet]).or_else(extended)
    };
    // Whoever calls this has seen that every letter is in one of the tables.
    text.chars().flat_map(|c| octets(c).unwrap_or_else(|| vec![b'?'])).collect()
}

fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect()
}

fn is_latin1(text: &str) -> bool {
    text.chars().all(|c| u8::try_from(c).is_ok())
}

fn ucs2(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// Letters that are GSM but not Latin-1 (€, Greek), at an SMSC that takes Latin-1.
fn split_ucs2(text: &str) -> Vec<Vec<u8>> {
    // A letter that is in no SMS alphabet makes `split` count in UCS-2; it is taken off again.
    let marked = format!("{text}\u{1ea1}");
    let pieces = split(&marked).into_iter().map(|piece| ucs2(piece.trim_end_matches('\u{1ea1}')));
    pieces.filter(|piece| !piece.is_empty()).collect()
}

/// What a `deliver_sm` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) text: String,
    pub(super) part: Option<Part>,
    /// Whether some letters are surely wrong, since their alphabet is not read here.
    pub(super) foreign: bool,
}

/// Reads the words of a `deliver_sm`, and which part of a longer text they are.
pub(super) fn words(message: &Message, alphabet: Alphabet) -> Words {
    let octets = message.words();
    let header_length = octets.first().map_or(0, |length| usize::from(*length) + 1);
    let (header, octets) = match message.esm_class & HEADER {
        0 => (&[][..], octets),
        _ => octets.split_at_checked(header_length).unwrap_or((octets, &[])),
    };
    let header = udh::read(header);
    let text = decoded(octets, message.data_coding, alphabet).replace('\0', "");
    Words { text, part: header.part.or_else(|| sar_part(message)), foreign: header.national }
}

fn sar_part(message: &Message) -> Option<Part> {
    let (total, number) = (message.number(tag::SAR_TOTAL)?, message.number(tag::SAR_NUMBER)?);
    let reference = message.number(tag::SAR_REFERENCE)?;
    udh::part(reference, u8::try_from(total).ok()?, u8::try_from(number).ok()?)
}

fn decoded(octets: &[u8], data_coding: u8, alphabet: Alphabet) -> String {
    // UCS-2, and the message classes with UCS-2 of 3GPP TS 23.038.
    let wide = matches!(data_coding, UCS2 | 0x18..=0x1B | 0xE0..=0xEF);
    let latin = matches!(data_coding, 2..=4) || (data_coding == 0 && alphabet == Alphabet::Latin1);
    match data_coding {
        _ if wide => encoding_rs::UTF_16BE.decode_without_bom_handling(octets).0.into_owned(),
        // ASCII is the same in all of them.
        1 => octets.iter().map(|octet| char::from(*octet)).collect(),
        // Octets of no named alphabet (2, 4) are often UTF-8.
        _ if latin => match std::str::from_utf8(octets) {
            Ok(text) => text.to_owned(),
            Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(octets).0.into_owned(),
        },
        _ => from_gsm7(octets),
    }
}

fn from_gsm7(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len());
    let mut rest = octets.iter().copied();
    while let Some(octet) = rest.next() {
        let extended =
            |octet| EXTENSION.iter().find(|(extended, _)| *extended == octet).map(|(_, letter)| *letter);
        let letter = match octet {
            ESCAPE => rest.next().map(|octet| extended(octet).unwrap_or_else(|| letter(octet))),
            octet => Some(letter(octet)),
        };
        text.extend(letter);
    }
    text
}

fn letter(octet: u8) -> char {
    GSM7.chars().nth(usize::from(octet)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::message::is_gsm7;

    fn read(message: &Message) -> Words {
        words(message, Alphabet::Gsm7)
    }

    fn sent(text: &str, long: LongTexts) -> Vec<Message> {
        pieces(text, Alphabet::Gsm7, long, 7)
    }

    #[test]
    fn the_tables_hold_each_letter_of_the_alphabet_once() {
        assert_eq!(GSM7.chars().count(), 128);
        let letters: std::collections::BTreeSet<char> = GSM7.chars().collect();
        assert_eq!(letters.len(), 128);
        assert!(GSM7.chars().filter(|c| *c != '\u{1b}').chain(EXTENSION.map(|(_, c)| c)).all(is_gsm7));
        assert_eq!((letter(0), letter(0x41), letter(0x61), letter(0x7F)), ('@', 'A', 'a', 'à'));
    }

    #[test]
    fn a_short_text_is_one_message_in_the_smaller_alphabet() {
        let plain = sent("a[€", LongTexts::Udh);
        assert_eq!(plain.len(), 1);
        assert_eq!((plain[0].data_coding, plain[0].esm_class), (0, 0));
        assert_eq!(plain[0].octets, [0x61, 0x1B, 0x3C, 0x1B, 0x65]);
        let marked = sent("ấ", LongTexts::Udh);
        assert_eq!((marked[0].data_coding, marked[0].octets.as_slice()), (8, &[0x1E, 0xA5][..]));
    }

    #[test]
    fn parts_carry_a_header_or_parameters_and_fill_140_octets() {
        let text = "ạ".repeat(134);
        let by_header = sent(&text, LongTexts::Udh);
        assert_eq!(by_header.len(), 2);
        assert_eq!(by_header[0].octets.len(), 140);
        assert_eq!(by_header[1].octets[..6], [5, 0, 3, 7, 2, 2]);
        let by_parameters = sent(&text, LongTexts::Sar);
        assert_eq!(by_parameters[0].octets.len(), 134);
        assert_eq!(by_parameters[1].number(tag::SAR_NUMBER), Some(2));
    }

    #[test]
    fn an_smsc_with_latin_letters_gets_them_and_ucs_2_for_the_rest() {
        let latin = |text: &str| pieces(text, Alphabet::Latin1, LongTexts::Udh, 7);
        assert_eq!(latin("a@[é")[0].octets, b"a@[\xe9");
        assert_eq!(
            (latin("5€")[0].data_coding, latin("5€")[0].octets.as_slice()),
            (8, &[0, 0x35, 0x20, 0xAC][..])
        );
        assert_eq!(latin(&"€".repeat(70)).len(), 2, "the added letter may cost a part, never a letter");
        assert_eq!(words(&latin("a@[é")[0], Alphabet::Latin1).text, "a@[é");
    }

    #[test]
    fn codings_of_phones_and_operators_are_read() {
        let of = |data_coding, octets: &[u8]| {
            read(&Message { data_coding, octets: octets.to_vec(), ..Message::default() }).text
        };
        assert_eq!(of(0, &[0x00, 0x1B, 0x3C, 0x1B, 0x00, 0x1B]), "@[@");
        assert_eq!(of(0xF1, b"TC2"), "TC2");
        assert_eq!(of(1, b"TC2 [1]"), "TC2 [1]");
        assert_eq!(of(3, b"caf\xe9"), "café");
        assert_eq!(of(4, "cháy".as_bytes()), "cháy");
        assert_eq!(of(8, b"\x1e\xa5\0a\0\0"), "ấa");
        assert_eq!(of(0x18, b"\x1e\xa5"), "ấ");
        assert_eq!(of(8, b"\xd8\x3d"), "\u{fffd}");
        assert_eq!(of(0, &[0xFF]), "\u{fffd}");
    }

    #[test]
    fn a_header_that_is_longer_than_the_message_leaves_no_words_and_breaks_nothing() {
        let message = Message { esm_class: HEADER, octets: vec![200, 0, 3], ..Message::default() };
        assert_eq!(read(&message), Words { text: String::new(), part: None, foreign: false });
        let empty = Message { esm_class: HEADER, ..Message::default() };
        assert_eq!(read(&empty).text, "");
    }

    proptest! {
        #[test]
        fn what_goes_out_comes_in(text in "[a-zA-Z0-9 \\[€@ạấ😀]{0,500}", by_header: bool) {
            let long = if by_header { LongTexts::Udh } else { LongTexts::Sar };
            let messages = sent(&text, long);
            let back: Vec<Words> = messages.iter().map(read).collect();
            prop_assert_eq!(back.iter().map(|words| words.text.as_str()).collect::<String>(), text);
            let total = u8::try_from(messages.len()).unwrap();
            for (number, words) in (1..).zip(back) {
                let part = (total > 1).then_some(Part { reference: 7, total, number });
                prop_assert_eq!(words.part, part);
            }
            prop_assert!(messages.iter().all(|message| message.octets.len() <= 160));
        }
    }
}
