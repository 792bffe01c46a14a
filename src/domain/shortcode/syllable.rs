//! Which letters make a Vietnamese syllable, and what typing by Telex or VNI left in a word.

/// A word with what is known of its marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Marks {
    /// The tone of the syllable, 0 where none is written.
    pub tone: u8,
    /// Three bits a letter, in order: circumflex, breve, horn, stroke; 0 where none is written.
    pub quality: u64,
}

impl Marks {
    /// Whether a word written with `self` may be the word spelled with `full`: what is written must agree, what is
    /// not written may be anything.
    pub fn agree(self, full: Marks) -> bool {
        let tone = self.tone == 0 || self.tone == full.tone;
        let mut written = self.quality;
        let mut wanted = full.quality;
        while written != 0 {
            if written & 7 != 0 && written & 7 != wanted & 7 {
                return false;
            }
            written >>= 3;
            wanted >>= 3;
        }
        tone
    }

    /// Whether nothing is written.
    pub fn is_bare(self) -> bool {
        self == Marks::default()
    }

    /// Adds the quality of the letter at `at`.
    pub fn with_quality(mut self, at: usize, quality: u8) -> Self {
        if at < 21 {
            self.quality |= u64::from(quality) << (3 * at);
        }
        self
    }
}

const ONSETS: [&str; 28] = [
    "ngh", "ch", "gh", "gi", "kh", "ng", "nh", "ph", "qu", "th", "tr", "b", "c", "d", "g", "h", "k", "l",
    "m", "n", "p", "q", "r", "s", "t", "v", "x", "",
];

/// In the order of the alphabet.
const RIMES: [&str; 113] = [
    "a", "ac", "ach", "ai", "am", "an", "ang", "anh", "ao", "ap", "at", "au", "ay", "e", "ec", "ech", "em",
    "en", "eng", "enh", "eo", "ep", "et", "eu", "i", "ia", "ic", "ich", "iec", "iem", "ien", "ieng", "iep",
    "iet", "ieu", "im", "in", "inh", "ip", "it", "iu", "o", "oa", "oac", "oach", "oai", "oam", "oan", "oang",
    "oanh", "oao", "oap", "oat", "oay", "oc", "oe", "oen", "oeo", "oet", "oi", "om", "on", "ong", "op", "ot",
    "u", "ua", "uac", "uai", "uan", "uang", "uat", "uau", "uay", "uc", "ue", "uech", "uen", "uenh", "ueo",
    "ui", "um", "un", "ung", "uo", "uoc", "uoi", "uom", "uon", "uong", "uop", "uot", "uou", "up", "ut", "uu",
    "uy", "uya", "uych", "uyen", "uyet", "uyn", "uynh", "uyt", "uyu", "y", "ych", "yem", "yen", "yeng",
    "yet", "yeu", "ynh",
];

/// Whether lower-case ASCII `word` is spelled like a Vietnamese syllable without marks.
pub(super) fn is_syllable(word: &str) -> bool {
    word.len() <= 7
        && ONSETS.iter().any(|onset| {
            word.strip_prefix(onset).is_some_and(|rime| {
                (!rime.is_empty() && is_rime(rime)) || (rime.is_empty() && matches!(*onset, "gi" | "qu"))
            })
        })
}

fn is_rime(rime: &str) -> bool {
    RIMES.binary_search(&rime).is_ok()
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

/// The syllable that Telex keys left in `word` (“troojm” → “trom” with its marks), if the word is none as it stands.
pub(super) fn from_telex(word: &str) -> Option<(String, Marks)> {
    if word.len() < 2 || word.len() > 10 || is_syllable(word) {
        return None;
    }
    let mut plain = String::with_capacity(word.len());
    let mut marks = Marks::default();
    let mut vowel_seen = false;
    let mut key = None;
    for c in word.chars() {
        let last = plain.chars().last();
        let at = plain.len();
        match c {
            'w' if vowel_seen => {
                let quality = if last == Some('a') { 2 } else { 3 };
                let place = plain.char_indices().rev().find(|(_, v)| matches!(v, 'u' | 'o' | 'a'));
                marks = marks.with_quality(place.map(|(i, _)| i)?, quality);
            }
            'w' => {
                plain.push('u');
                marks = marks.with_quality(at, 3);
                vowel_seen = true;
            }
            'a' | 'e' | 'o' if plain.contains(c) => {
                let place = plain.rfind(c).unwrap_or(0);
                marks = marks.with_quality(place, 1);
            }
            'd' if plain == "d" => marks = marks.with_quality(0, 4),
            's' | 'f' | 'r' | 'x' | 'j' if vowel_seen && marks.tone == 0 => {
                marks.tone = telex_tone(c);
                key = Some(c);
            }
            // “basst”: a key held too long.
            's' | 'f' | 'r' | 'x' | 'j' if key == Some(c) => {}
            other => {
                vowel_seen |= is_vowel(other);
                plain.push(other);
            }
        }
    }
    is_syllable(&plain).then_some((plain, marks))
}

/// Whether doubled letters or a “w” may be Telex keys.
pub(super) fn shows_telex(letters: impl Iterator<Item = char> + Clone) -> bool {
    let mut pairs = letters.clone().zip(letters.clone().skip(1));
    letters.clone().any(|c| c == 'w') || pairs.any(|(a, b)| a == b && matches!(a, 'a' | 'e' | 'o' | 'd'))
}

fn telex_tone(c: char) -> u8 {
    match c {
        'f' => 1,
        's' => 2,
        'r' | 'x' => 3,
        _ => 5,
    }
}

/// The syllable that VNI keys left in `word` (“tro65m”), if the digits can be such keys.
pub(super) fn from_vni(word: &str) -> Option<(String, Marks)> {
    if word.len() > 10 || !word.starts_with(|c: char| c.is_ascii_lowercase()) {
        return None;
    }
    let mut plain = String::with_capacity(word.len());
    let mut marks = Marks::default();
    for c in word.chars() {
        let last_vowel =
            plain.char_indices().rev().find(|(_, v)| matches!(v, 'a' | 'e' | 'o' | 'u')).map(|(i, _)| i);
        match c {
            '1' if marks.tone == 0 => marks.tone = 2,
            '2' if marks.tone == 0 => marks.tone = 1,
            '3' | '4' if marks.tone == 0 => marks.tone = 3,
            '5' if marks.tone == 0 => marks.tone = 5,
            '6' => marks = marks.with_quality(last_vowel?, 1),
            '7' => marks = marks.with_quality(last_vowel?, 3),
            '8' => marks = marks.with_quality(last_vowel?, 2),
            '9' if plain.starts_with('d') => marks = marks.with_quality(0, 4),
            '0'..='9' => return None,
            other => plain.push(other),
        }
    }
    (plain.contains(is_vowel) && is_syllable(&plain)).then_some((plain, marks))
}

/// Whether two short words differ by at most two letters put in, left out or replaced.
pub(super) fn two_edits_apart(a: &str, b: &str) -> bool {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, y) in row.iter_mut().skip(1).zip(b.bytes()) {
            let best = (diagonal + usize::from(x != y)).min(*cell + 1).min(left + 1);
            diagonal = std::mem::replace(cell, best);
            left = best;
        }
    }
    row.last().is_some_and(|edits| *edits <= 2)
}

/// Whether two words differ by one letter put in, left out, replaced, or two neighbours swapped.
pub(super) fn one_edit_apart(a: &str, b: &str) -> bool {
    let (a, b) = if a.len() <= b.len() { (a.as_bytes(), b.as_bytes()) } else { (b.as_bytes(), a.as_bytes()) };
    if b.len() - a.len() > 1 {
        return false;
    }
    let prefix = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let suffix = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let suffix = suffix.min(a.len() - prefix);
    let rest_a = a.get(prefix..a.len() - suffix).unwrap_or_default();
    let rest_b = b.get(prefix..b.len() - suffix).unwrap_or_default();
    match (rest_a, rest_b) {
        ([], [_]) | ([_], [_]) => true,
        ([x, y], [v, w]) => x == w && y == v,
        _ => false,
    }
}
