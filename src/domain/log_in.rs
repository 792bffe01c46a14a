//! Codes to log in with: how often a number may ask for one, and when one is good.

/// Digits of a code.
pub const DIGITS: usize = 6;
/// How long a code is good, microseconds.
pub const GOOD_FOR: i64 = 5 * MINUTE;
/// How many wrong codes may be tried; after that the right one is not taken either.
pub const MOST_TRIES: i32 = 5;
/// How many codes a number gets in a day. With five tries each, a million codes are out of reach.
pub const MOST_A_DAY: i32 = 10;
/// Within what time codes are counted, microseconds.
pub const DAY: i64 = 24 * 60 * MINUTE;

const MINUTE: i64 = 60 * 1_000_000;
/// How long the second, third … code of a day is waited for, microseconds: a text may be late, and texts cost.
const PAUSES: [i64; 4] = [MINUTE, MINUTE, 5 * MINUTE, 15 * MINUTE];
/// The later ones.
const LONG_PAUSE: i64 = 60 * MINUTE;

/// What a number has asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// When it last asked, microseconds UTC.
    pub at: i64,
    /// When the day began within which it is counted.
    pub day_from: i64,
    /// How often since.
    pub count: i32,
}

impl Asked {
    /// What stands after one more at `now`; or after how many seconds it may ask.
    pub fn again(before: Option<Asked>, now: i64) -> Result<Asked, u32> {
        let fresh = Asked { at: now, day_from: now, count: 1 };
        // A clock that was set back must not shut anybody out.
        let counted = before.filter(|asked| (asked.day_from..asked.day_from + DAY).contains(&now));
        let Some(asked) = counted else { return Ok(fresh) };
        let pause = usize::try_from(asked.count - 1).ok().and_then(|n| PAUSES.get(n).copied());
        let next = if asked.count >= MOST_A_DAY {
            asked.day_from + DAY
        } else {
            asked.at.min(now) + pause.unwrap_or(LONG_PAUSE)
        };
        if next > now {
            return Err(u32::try_from((next - now) / 1_000_000 + 1).unwrap_or(u32::MAX));
        }
        Ok(Asked { at: now, day_from: asked.day_from, count: asked.count + 1 })
    }
}

/// The code that random bytes give, each as likely as any other but for a part in four thousand millions.
pub fn code(random: [u8; 8]) -> String {
    let number = u64::from_le_bytes(random) % 1_000_000;
    format!("{number:0DIGITS$}")
}

/// The digits that somebody typed, spaces left out; `None` when they cannot be a code.
pub fn typed(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').take(DIGITS + 1).collect();
    (digits.len() == DIGITS && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;

    /// When the codes of a day may be asked for by somebody who asks every second, in seconds.
    fn granted() -> Vec<i64> {
        let (mut asked, mut granted) = (None, Vec::new());
        for second in 0..DAY / SECOND {
            if let Ok(now) = Asked::again(asked, second * SECOND) {
                asked = Some(now);
                granted.push(second);
            }
        }
        granted
    }

    #[test]
    fn a_number_gets_ten_codes_a_day_with_growing_pauses() {
        assert_eq!(granted(), [0, 60, 120, 420, 1_320, 4_920, 8_520, 12_120, 15_720, 19_320]);
    }

    #[test]
    fn whoever_must_wait_is_told_how_long() {
        let first = Asked::again(None, 0).unwrap();
        assert_eq!(Asked::again(Some(first), 20 * SECOND), Err(41));
        let spent = Asked { at: 0, day_from: 0, count: MOST_A_DAY };
        assert_eq!(Asked::again(Some(spent), DAY - SECOND), Err(2));
        assert_eq!(Asked::again(Some(spent), DAY).unwrap().count, 1);
        let tomorrow = Asked { at: 2 * DAY, day_from: 2 * DAY, count: MOST_A_DAY };
        assert!(Asked::again(Some(tomorrow), DAY).is_ok(), "the clock was wrong");
    }

    #[test]
    fn a_code_has_six_digits_and_is_read_as_people_type_it() {
        assert_eq!(code([0; 8]), "000000");
        assert_eq!(code(1_234_567_u64.to_le_bytes()), "234567");
        assert_eq!(typed(" 123 456 "), Some("123456".to_owned()));
        for wrong in ["", "12345", "1234567", "12345a", "１２３４５６", &"1".repeat(10_000)] {
            assert_eq!(typed(wrong), None, "{wrong}");
        }
    }
}
