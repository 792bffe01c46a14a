//! Which hamlet a text means: by code, number or name, without marks, with or without the word for hamlet.

use super::situation::Hamlet;
use crate::domain::shortcode::{HamletMention, Intent, Reading};
use crate::domain::template::without_marks;

/// Words for residential areas, folded; longer ones first, so that “to dan pho” is not taken for “to”.
const WORDS: [&str; 25] = [
    "to dan pho",
    "khu dan cu",
    "khu pho",
    "tieu khu",
    "khoi pho",
    "to dp",
    "tdp",
    "kdc",
    "thon",
    "lang",
    "ban",
    "ap",
    "buon",
    "bon",
    "plei",
    "phum",
    "soc",
    "khom",
    "xom",
    "khoi",
    "khu",
    "kp",
    "pho",
    "doi",
    "to",
];

/// Lower-case ASCII words with single spaces.
pub(super) fn folded(text: &str) -> String {
    let plain = without_marks(text).to_ascii_lowercase();
    let words = plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// The hamlets of `hamlets` that the mention may mean; those with the best agreement only.
pub(super) fn meant<'h>(mention: &HamletMention, hamlets: &[&'h Hamlet]) -> Vec<&'h Hamlet> {
    let said = folded(&mention.name);
    let agreements: [fn(&str, &Hamlet) -> bool; 4] =
        [|said, hamlet| said == hamlet.code, is_whole_name, is_own_name, begins_with_own_name];
    for agrees in agreements {
        let mut found: Vec<&Hamlet> =
            hamlets.iter().copied().filter(|hamlet| agrees(&said, hamlet)).collect();
        if !found.is_empty() {
            found.dedup_by_key(|hamlet| hamlet.id);
            return found;
        }
    }
    Vec::new()
}

/// The hamlets whose code or name stands in `text` although no word for hamlet does. Bare numbers name nothing here.
pub(super) fn named_in<'h>(text: &str, hamlets: &[&'h Hamlet]) -> Vec<&'h Hamlet> {
    let said = format!(" {} ", folded(text));
    let stands = |name: &str| {
        name.chars().any(|c| c.is_ascii_alphabetic())
            && name.len() >= 4
            && said.contains(&format!(" {name} "))
    };
    let named = |hamlet: &&Hamlet| {
        let code = format!(" {} ", hamlet.code);
        said.contains(&code) || stands(&folded(&hamlet.name)) || stands(&own_name(&hamlet.name))
    };
    let mut found: Vec<&Hamlet> = hamlets.iter().copied().filter(named).collect();
    // “Na Tong 2” is not “Na Tong” as well.
    let names: Vec<String> = found.iter().map(|hamlet| own_name(&hamlet.name)).collect();
    let part_of_another =
        |hamlet: &&Hamlet| names.iter().any(|name| name.starts_with(&format!("{} ", own_name(&hamlet.name))));
    found.retain(|hamlet| !part_of_another(hamlet));
    found
}

/// Words that stand before the name of a hamlet at the head of a text, or begin a text that names none there.
const BEFORE: [&str; 12] =
    ["antt", "bc", "bao", "cao", "kinh", "gui", "em", "toi", "chao", "chau", "anh", "dong chi"];

/// The folded text from its first word on that is no mere beginning.
fn head(text: &str) -> String {
    let said = folded(text);
    let mut words = said.split(' ').peekable();
    while words.next_if(|word| BEFORE.contains(word)).is_some() {}
    words.collect::<Vec<_>>().join(" ")
}

/// Whether the text begins with a word that may be the name of a hamlet: not with a figure, a code with its figure, or
/// a month.
fn may_begin_with_a_name(text: &str) -> bool {
    let head = head(text);
    let first = head.split(' ').next().unwrap_or_default();
    let known = ["thang", "ngay", "sua", "them", "khong", "huy", "ok"];
    first.len() >= 2 && first.bytes().all(|b| b.is_ascii_alphabetic()) && !known.contains(&first)
}

/// Whether the text may name another hamlet than the sender's: its neighbours are to be looked up.
pub fn may_name_neighbour(text: &str, reading: &Reading) -> bool {
    let reports = matches!(reading.intent, Intent::Report | Intent::Correct | Intent::Add);
    reading.hamlet.is_some() || (reports && may_begin_with_a_name(text))
}

/// The hamlets with whose name the text begins, although no word for hamlet stands before it.
pub(super) fn named_at_head<'h>(text: &str, hamlets: &[&'h Hamlet]) -> Vec<&'h Hamlet> {
    let said = format!("{} ", head(text));
    let begins = |hamlet: &&Hamlet| {
        let name = own_name(&hamlet.name);
        name.len() >= 4
            && name.bytes().any(|b| b.is_ascii_alphabetic())
            && said.starts_with(&format!("{name} "))
    };
    let found: Vec<&Hamlet> = hamlets.iter().copied().filter(begins).collect();
    let longest = found.iter().map(|hamlet| own_name(&hamlet.name).len()).max().unwrap_or(0);
    found.into_iter().filter(|hamlet| own_name(&hamlet.name).len() == longest).collect()
}

/// The numbers by which hamlets are offered: the number that is a hamlet's own name where no other bears it (“5” for Tổ
/// dân phố số 5), so that who texts the number means it either way; for the others the first free ones.
pub(super) fn numbered(hamlets: &[&Hamlet]) -> Vec<i64> {
    let own: Vec<Option<i64>> = hamlets
        .iter()
        .map(|hamlet| own_name(&hamlet.name).parse().ok().filter(|number| *number > 0))
        .collect();
    let mut free = (1..).filter(|number| !own.contains(&Some(*number)));
    let alone = |number: &i64| own.iter().filter(|other| **other == Some(*number)).count() == 1;
    own.iter().filter_map(|number| number.filter(&alone).or_else(|| free.next())).collect()
}

fn is_whole_name(said: &str, hamlet: &Hamlet) -> bool {
    said == folded(&hamlet.name)
}

fn is_own_name(said: &str, hamlet: &Hamlet) -> bool {
    let name = own_name(&hamlet.name);
    said == name || own_name(said) == name
}

/// “na mo bao cao”: the reader may take a word too many for the name.
fn begins_with_own_name(said: &str, hamlet: &Hamlet) -> bool {
    let name = own_name(&hamlet.name);
    name.len() >= 4 && own_name(said).starts_with(&format!("{name} "))
}

/// The name without the word for hamlet and “số”, numbers without leading zeros: “Tổ dân phố số 05” → “5”.
fn own_name(name: &str) -> String {
    let folded = folded(name);
    let after_word = WORDS.iter().find_map(|word| folded.strip_prefix(word)?.strip_prefix(' '));
    let rest = after_word.unwrap_or(&folded);
    let rest = rest.strip_prefix("so ").unwrap_or(rest);
    let words = rest.split(' ').map(|word| {
        let number = word.trim_start_matches('0');
        if word.chars().all(|c| c.is_ascii_digit()) && !number.is_empty() { number } else { word }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hamlet(id: i64, name: &str) -> Hamlet {
        Hamlet { id, code: format!("{:08}", 4_792_000 + id), name: name.to_owned() }
    }

    fn found(said: &str, hamlets: &[Hamlet]) -> Vec<i64> {
        let all: Vec<&Hamlet> = hamlets.iter().collect();
        meant(&HamletMention { name: said.to_owned() }, &all).iter().map(|hamlet| hamlet.id).collect()
    }

    #[test]
    fn a_hamlet_is_found_by_code_number_or_name_with_or_without_marks_and_its_word() {
        let hamlets = [
            hamlet(1, "Thôn Nà Mo"),
            hamlet(2, "Tổ dân phố số 05"),
            hamlet(3, "Bản Nà Tòng"),
            hamlet(4, "Bản Nà Tòng 2"),
        ];
        let cases: &[(&str, &[i64])] = &[
            ("na mo", &[1]),
            ("Nà Mo", &[1]),
            ("thon na mo", &[1]),
            ("04792001", &[1]),
            ("5", &[2]),
            ("so 5", &[2]),
            ("to dan pho 5", &[2]),
            ("na tong", &[3]),
            ("na tong 2", &[4]),
            ("na mo bao cao", &[1]),
            ("phu le", &[]),
            ("6", &[]),
            ("", &[]),
        ];
        for (said, expected) in cases {
            assert_eq!(found(said, &hamlets), *expected, "{said}");
        }
    }

    #[test]
    fn one_number_may_mean_hamlets_of_two_communes() {
        assert_eq!(found("3", &[hamlet(1, "Thôn 3"), hamlet(2, "Xóm 3")]), [1, 2]);
        assert_eq!(found("xom 3", &[hamlet(1, "Thôn 3"), hamlet(2, "Xóm 3")]), [2]);
    }

    #[test]
    fn a_name_at_the_head_of_a_text_is_found_without_its_word() {
        let hamlets = [hamlet(1, "Bản Co Mạ"), hamlet(2, "Bản Co Mạ Trong"), hamlet(3, "Bản Pom")];
        let all: Vec<&Hamlet> = hamlets.iter().collect();
        let ids = |text| named_at_head(text, &all).iter().map(|hamlet| hamlet.id).collect::<Vec<_>>();
        assert_eq!(ids("Co Ma T3 TC5"), [1]);
        assert_eq!(ids("BC Co Mạ Trong: T3 TC5"), [2]);
        assert_eq!(ids("T3 TC5 Co Ma"), Vec::<i64>::new());
        assert!(may_begin_with_a_name("BC Co Ma T3") && !may_begin_with_a_name("ANTT T3 TC2"));
        assert!(!may_begin_with_a_name("thang 3 co 1 vu") && !may_begin_with_a_name("2 vu trom"));
    }

    #[test]
    fn hamlets_are_offered_by_their_own_numbers_where_they_have_them() {
        let of = |names: &[&str]| {
            let hamlets: Vec<Hamlet> = (1..).zip(names).map(|(id, name)| hamlet(id, name)).collect();
            numbered(&hamlets.iter().collect::<Vec<_>>())
        };
        assert_eq!(of(&["Thôn Nà Mo", "Bản Pá Khoang"]), [1, 2]);
        assert_eq!(of(&["Thôn 2", "Thôn 3"]), [2, 3]);
        assert_eq!(of(&["Thôn Nà Mo", "Thôn 1", "Bản Pá Khoang"]), [2, 1, 3]);
        assert_eq!(of(&["Thôn 3", "Xóm 3", "Bản Pá Khoang"]), [1, 2, 4]);
    }

    #[test]
    fn a_bare_name_in_a_text_names_the_hamlet_but_a_bare_number_does_not() {
        let hamlets = [hamlet(1, "Thôn Nà Mo"), hamlet(2, "Thôn 2"), hamlet(3, "Nà Mo Trong")];
        let all: Vec<&Hamlet> = hamlets.iter().collect();
        let ids = |text| named_in(text, &all).iter().map(|hamlet| hamlet.id).collect::<Vec<_>>();
        assert_eq!(ids("Nà Mo T3 TC2"), [1]);
        assert_eq!(ids("na mo trong: t3 tc 2"), [3]);
        assert_eq!(ids("ANTT T3 2 TC"), Vec::<i64>::new());
        assert_eq!(ids("04792002 T3 TC1"), [2]);
    }
}
