//! How a word was mistyped: what kind of slip makes one word of another, and where its marks then stand.

use super::syllable::Marks;

/// How likely a slip is, from a letter that is not near to two letters changed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slip {
    /// Another letter, from elsewhere on the keys.
    Other,
    /// A letter too many.
    More,
    /// A letter left out, or the key beside it.
    Near,
    /// A letter typed twice, or two changed over.
    Sure,
}

/// The slip that makes `typed` of `meant`, which are one edit apart.
pub(super) fn slip(typed: &str, meant: &str) -> Slip {
    let (typed, meant) = (typed.as_bytes(), meant.as_bytes());
    let at = same_head(typed, meant);
    let letter = |word: &[u8], at: usize| word.get(at).copied();
    if typed.len() > meant.len() {
        let doubled = letter(typed, at) == at.checked_sub(1).and_then(|before| letter(typed, before));
        let key =
            at + 1 == typed.len() && matches!(letter(typed, at), Some(b's' | b'f' | b'r' | b'x' | b'j'));
        return if doubled || key { Slip::Sure } else { Slip::More };
    }
    if typed.len() < meant.len() {
        return Slip::Near;
    }
    if letter(typed, at) == letter(meant, at + 1) && letter(typed, at + 1) == letter(meant, at) {
        return Slip::Sure;
    }
    let beside = letter(typed, at).zip(letter(meant, at)).is_some_and(|(a, b)| are_beside(a, b));
    if beside { Slip::Near } else { Slip::Other }
}

fn same_head(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(x, y)| x == y).count()
}

/// Whether two keys touch.
fn are_beside(a: u8, b: u8) -> bool {
    const ROWS: [&[u8]; 3] = [b"qwertyuiop", b"asdfghjkl", b"zxcvbnm"];
    let place = |key: u8| {
        ROWS.iter().enumerate().find_map(|(y, row)| Some((y, row.iter().position(|other| *other == key)?)))
    };
    let Some(((row, x), (other, z))) = place(a).zip(place(b)) else { return false };
    // A lower row stands half a key to the right.
    match row.abs_diff(other) {
        0 => x.abs_diff(z) == 1,
        1 => {
            let (upper, lower) = if row < other { (x, z) } else { (z, x) };
            upper == lower || upper == lower + 1
        }
        _ => false,
    }
}

/// The marks of `typed`, on the letters of `meant` that they belong to.
pub(super) fn moved(marks: Marks, typed: &str, meant: &str) -> Marks {
    let at = same_head(typed.as_bytes(), meant.as_bytes());
    let head = (1_u64 << (3 * at.min(20))) - 1;
    let kept = marks.quality & head;
    let tail = |from: usize| marks.quality.checked_shr(3 * u32::try_from(from).unwrap_or(21)).unwrap_or(0);
    let put = |bits: u64, to: usize| bits.checked_shl(3 * u32::try_from(to).unwrap_or(21)).unwrap_or(0);
    let quality = match (typed.len(), meant.len()) {
        (longer, shorter) if longer > shorter => kept | put(tail(at + 1), at),
        (shorter, longer) if longer > shorter => kept | put(tail(at), at + 1),
        _ if slip(typed, meant) == Slip::Sure => {
            kept | put(tail(at) & 7, at + 1) | put(tail(at + 1) & 7, at) | put(tail(at + 2), at + 2)
        }
        _ => kept | put(tail(at + 1), at + 1),
    };
    Marks { tone: marks.tone, quality }
}
