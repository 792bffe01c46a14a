//! Counts the steps of the reader, in its own tests only: looks at a token or its phrases, weighed ways to attach. Time
//! would differ with the machine; steps say whether the work grows with the length of a text or faster.

#[cfg(test)]
std::thread_local! {
    static STEPS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// A step is done. Outside of the tests this is nothing.
#[inline]
pub(super) fn step() {
    #[cfg(test)]
    STEPS.set(STEPS.get() + 1);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::shortcode::Reader;

    /// Texts of which each is repeated: plain ones, and such as open or continue something at every word.
    const PIECES: [&str; 24] = [
        "2 vụ trộm, ",
        "TC2 ",
        "TC2TNV1",
        "trộm ",
        "3 ",
        "1/2 ",
        "từ 1/2 đến ",
        "không ",
        "không có trộm, cờ bạc ",
        "tổng 3 vụ trong đó ",
        "1 vụ tai nạn chết 1 bị thương 2. ",
        "chết 1 người ",
        "hòa giải 3 vụ thành 2, ",
        "mất 5 triệu ",
        "hai mươi ",
        "zqxwv ",
        "tronm ",
        "( ",
        "- ",
        "<b ",
        "&a",
        "đêm 3 ngày ",
        "xe máy ",
        "à nhầm 2 ",
    ];
    const SHORT: usize = 450;
    /// A text four times as long may take less than eight times the steps; what is quadratic would take sixteen times. Figures,
    /// denials and deaths without end look back a little farther in a longer text, so four times does not hold for them.
    const LONG: usize = 4 * SHORT;
    const MOST: u64 = 8;

    fn of_length(piece: &str, chars: usize) -> String {
        piece.chars().cycle().take(chars).collect()
    }

    fn steps_of(reader: &Reader, text: &str) -> u64 {
        let day = chrono::NaiveDate::from_ymd_opt(2026, 6, 30).unwrap();
        STEPS.set(0);
        reader.read(text, day);
        reader.read_answer(text, day);
        STEPS.get()
    }

    #[test]
    fn the_steps_of_reading_stay_far_from_quadratic() {
        let reader = Reader::shipped().unwrap();
        let mut grown = Vec::new();
        for piece in PIECES {
            let short = steps_of(&reader, &of_length(piece, SHORT));
            let long = steps_of(&reader, &of_length(piece, LONG));
            assert!(short > 0, "{piece:?} takes no step");
            if long >= short * MOST {
                grown.push(format!("{piece:?}: {short} steps, four times as long {long}"));
            }
        }
        assert!(grown.is_empty(), "near quadratic:\n{}", grown.join("\n"));
    }
}
