//! The user data header of an SMS (3GPP TS 23.040, 9.2.3.24), as far as texts of several parts need it.

use super::Part;

/// “Concatenated short messages, 8-bit reference number”.
const CONCAT_8: u8 = 0x00;
/// “Concatenated short messages, 16-bit reference number”.
const CONCAT_16: u8 = 0x08;
/// National language tables, single and locking shift: characters of other alphabets, which are not read here.
const NATIONAL: [u8; 2] = [0x24, 0x25];

/// What a header tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Header {
    /// Which part of a longer text it is.
    pub(super) part: Option<Part>,
    /// Whether the text is written with a national table, so that some of its letters are wrong.
    pub(super) national: bool,
}

/// Reads a header with its length octet in front; elements that are torn or unknown are passed over.
pub(super) fn read(header: &[u8]) -> Header {
    let mut told = Header::default();
    let Some((length, rest)) = header.split_first() else { return told };
    let mut rest = rest.get(..usize::from(*length)).unwrap_or(rest);
    while let [element, length, after @ ..] = rest {
        let Some((data, after)) = after.split_at_checked(usize::from(*length)) else { break };
        match (*element, data) {
            (CONCAT_8, [reference, total, number]) => {
                told.part = part(u16::from(*reference), *total, *number).or(told.part);
            }
            (CONCAT_16, [high, low, total, number]) => {
                told.part = part(u16::from_be_bytes([*high, *low]), *total, *number).or(told.part);
            }
            (element, _) if NATIONAL.contains(&element) => told.national = true,
            _ => {}
        }
        rest = after;
    }
    told
}

/// A part, unless the numbers cannot be (an element to be ignored, says the standard) or it is the only one.
pub(super) fn part(reference: u16, total: u8, number: u8) -> Option<Part> {
    (total > 1 && (1..=total).contains(&number)).then_some(Part { reference, total, number })
}

/// The header of a part, with its length octet.
pub(super) fn write(part: Part) -> Vec<u8> {
    let [high, low] = part.reference.to_be_bytes();
    if high == 0 {
        vec![5, CONCAT_8, 3, low, part.total, part.number]
    } else {
        vec![6, CONCAT_16, 4, high, low, part.total, part.number]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_lengths_of_the_reference_are_read_whatever_stands_beside_them() {
        let part = |reference| Some(Part { reference, total: 3, number: 2 });
        assert_eq!(read(&[5, 0, 3, 7, 3, 2]).part, part(7));
        assert_eq!(read(&[6, 8, 4, 1, 7, 3, 2]).part, part(263));
        assert_eq!(read(&[11, 5, 4, 0, 1, 0, 2, 0, 3, 7, 3, 2]).part, part(7));
        assert_eq!(read(&[8, 0x24, 1, 1, 0, 3, 7, 3, 2]), Header { part: part(7), national: true });
    }

    #[test]
    fn numbers_that_cannot_be_make_a_text_of_its_own() {
        for header in [&[5, 0, 3, 7, 3, 0][..], &[5, 0, 3, 7, 3, 4], &[5, 0, 3, 7, 0, 0], &[5, 0, 3, 7, 1, 1]]
        {
            assert_eq!(read(header).part, None);
        }
        for torn in [&[][..], &[5], &[5, 0], &[5, 0, 3], &[5, 0, 3, 7, 3], &[255, 0, 200, 7, 3, 2]] {
            assert_eq!(read(torn), Header::default());
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(reference: u16, total in 2u8..=255, number in 1u8..=255) {
            prop_assume!(number <= total);
            let part = Part { reference, total, number };
            prop_assert_eq!(read(&write(part)).part, Some(part));
        }

        #[test]
        fn no_header_breaks_the_reader(header: Vec<u8>) {
            read(&header);
        }
    }
}
