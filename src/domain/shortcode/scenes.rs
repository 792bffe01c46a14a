//! What happened, where no phrase names it: words of several kinds in the clause of a figure (“1 vụ xe tải cán người”).

use super::book::Book;
use super::items::{Item, Kind, Unit};
use super::lexicon::{BadLexicon, Lexicon, Strength};
use super::text::Text;

/// A set of kinds of words, one bit each.
pub(super) type Clues = u128;

/// The kinds of words that begin at a token.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    pub all: Clues,
    /// Those of several words, or of one that is typed as it is spelled.
    pub sure: Clues,
    /// The length of the longest.
    pub len: usize,
}

impl Seen {
    pub fn add(&mut self, bit: u32, len: usize, sure: bool) {
        // A longer phrase speaks alone.
        if len > self.len {
            *self = Seen { len, ..Seen::default() };
        }
        let bit = Clues::checked_shl(1, bit).unwrap_or(0);
        self.all |= bit;
        self.sure |= if sure { bit } else { 0 };
    }
}

/// Kinds of words that together tell an indicator.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    place: usize,
    all: Clues,
    none: Clues,
    units: Vec<Unit>,
    faint: bool,
}

impl Book {
    /// Adds the scenes of `lexicon` and the words of the sets that they name.
    pub(super) fn insert_scenes(&mut self, lexicon: &Lexicon) -> Result<(), BadLexicon> {
        for scene in &lexicon.scenes {
            let place =
                self.code_at(&scene.code).ok_or_else(|| BadLexicon::UnknownCode(scene.code.clone()))?;
            let all = self.mask(&scene.all, &scene.code, lexicon)?;
            let none = self.mask(&scene.none, &scene.code, lexicon)?;
            let units =
                if scene.units.is_empty() { vec![Unit::Case, Unit::Instance] } else { scene.units.clone() };
            self.scenes.push(Scene { place, all, none, units, faint: scene.faint });
        }
        Ok(())
    }

    fn mask(&mut self, names: &[String], code: &str, lexicon: &Lexicon) -> Result<Clues, BadLexicon> {
        let mut mask = 0;
        for name in names {
            let set = self.set(name, code, &lexicon.sets)?;
            let next = u32::try_from(self.bits.len()).unwrap_or(u32::MAX);
            let bit = *self.bits.entry(set).or_insert(next);
            let full = || BadLexicon::UnknownSet { phrase: code.to_owned(), set: name.clone() };
            mask |= Clues::checked_shl(1, bit).ok_or_else(full)?;
        }
        Ok(mask)
    }
}

/// Puts an indicator where a figure counts nothing named and the words of its clause tell one indicator only.
pub(super) fn imagine(items: &mut [Item], text: &Text) {
    for at in 0..items.len() {
        let Some(Kind::Figure(figure)) = items.get(at).map(|item| &item.kind) else { continue };
        let unit = figure.unit;
        if figure.denied || figure.total || !text.book.scenes.iter().any(|scene| scene.units.contains(&unit))
        {
            continue;
        }
        let after = clause(items, at, 1);
        let before = clause(items, at, -1);
        if is_named(items, &after, unit, text) || is_named(items, &before, unit, text) {
            continue;
        }
        let talk =
            |i: &usize| matches!(items.get(*i).map(|item| &item.kind), Some(Kind::Word | Kind::Noise(_)));
        let wide = if before.is_empty() && after.len() <= 3 && after.iter().all(talk) {
            sentence_before(items, at)
        } else {
            Vec::new()
        };
        let wide = if is_named(items, &wide, unit, text) { Vec::new() } else { wide };
        for range in [after, before, wide] {
            if let Some((place, thing)) = scene(items, at, &range, unit, text)
                && let Some(item) = items.get_mut(thing)
            {
                item.kind = Kind::Indicator(place, Strength::Specific);
                break;
            }
        }
    }
}

/// More pieces than anybody says about one case.
const LONGEST_CLAUSE: usize = 60;

/// The items beside `at` up to the end of the clause or the next figure of cases.
fn clause(items: &[Item], at: usize, step: isize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut next = at;
    while let Some(here) = next.checked_add_signed(step) {
        next = here;
        match items.get(here).map(|item| &item.kind) {
            None | Some(Kind::Sep(_) | Kind::Colon | Kind::Month(_)) => break,
            Some(Kind::Figure(figure)) if matches!(figure.unit, Unit::Case | Unit::Instance) => break,
            Some(_) if found.len() < LONGEST_CLAUSE => found.push(here),
            Some(_) => break,
        }
    }
    found
}

/// The items before `at` up to the beginning of the sentence, where no other case is told in it.
fn sentence_before(items: &[Item], at: usize) -> Vec<usize> {
    let mut found = Vec::new();
    for here in (0..at).rev() {
        match items.get(here).map(|item| &item.kind) {
            None | Some(Kind::Sep(2 | 3) | Kind::Colon | Kind::Month(_)) => break,
            Some(Kind::Figure(figure))
                if matches!(figure.unit, Unit::Case | Unit::Instance | Unit::Person) =>
            {
                return Vec::new();
            }
            Some(_) => found.push(here),
        }
    }
    found
}

/// Whether the clause names what the figure may count.
fn is_named(items: &[Item], range: &[usize], unit: Unit, text: &Text) -> bool {
    range.iter().any(|at| match items.get(*at).map(|item| &item.kind) {
        Some(Kind::Indicator(place, strength)) => {
            *strength != Strength::Weak
                && text.book.entries.get(*place).is_some_and(|entry| entry.units.contains(&unit))
        }
        _ => false,
    })
}

/// Whether the words of the items of `range` tell the indicator at `place`, and no other that counts cases.
pub(super) fn tells(items: &[Item], range: &[usize], place: usize, text: &Text) -> bool {
    let clues = |of: fn(Seen) -> Clues| {
        let tokens = range.iter().filter_map(|at| items.get(*at)).flat_map(|item| item.from..item.to);
        tokens.fold(0, |all, token| all | of(text.clues(token)))
    };
    let (told, sure) = (clues(|seen| seen.all), clues(|seen| seen.sure));
    let fits = |scene: &&Scene| {
        let whole = told & scene.all == scene.all && told & scene.none == 0;
        scene.units.contains(&Unit::Case) && whole && sure & scene.all != 0
    };
    let mut fitting = text.book.scenes.iter().filter(fits);
    let mut clear = false;
    let alone = fitting.all(|scene| {
        clear |= !scene.faint;
        scene.place == place
    });
    clear && alone
}

/// The one indicator that the words of the clause tell, and the item that stands for it.
fn scene(items: &[Item], at: usize, range: &[usize], unit: Unit, text: &Text) -> Option<(usize, usize)> {
    let seen = |at: usize, of: fn(Seen) -> Clues| {
        items.get(at).map_or(0, |item| (item.from..item.to).fold(0, |all, token| all | of(text.clues(token))))
    };
    let clues_of = |at: usize| seen(at, |seen| seen.all);
    let told = range.iter().fold(clues_of(at), |all, at| all | clues_of(*at));
    let sure = range.iter().fold(0, |all, at| all | seen(*at, |seen| seen.sure));
    let mut fitting = text.book.scenes.iter().filter(|scene| {
        let whole = told & scene.all == scene.all && told & scene.none == 0;
        scene.units.contains(&unit) && whole && sure & scene.all != 0
    });
    let first = fitting.next()?;
    if fitting.any(|other| other.place != first.place) {
        return None;
    }
    let free = |kind: &Kind| {
        matches!(
            kind,
            Kind::Word
                | Kind::Noise(_)
                | Kind::Ambiguous(_)
                | Kind::Loss { .. }
                | Kind::MoneyNoise
                | Kind::Cause
                | Kind::Topic
                | Kind::Indicator(..)
                | Kind::NegNoise
        )
    };
    let thing = range.iter().copied().filter(|at| items.get(*at).is_some_and(|item| free(&item.kind)));
    let thing = thing.filter(|at| clues_of(*at) & first.all != 0).min_by_key(|at| {
        let ambiguous = matches!(items.get(*at).map(|item| &item.kind), Some(Kind::Ambiguous(_)));
        (!ambiguous, *at)
    })?;
    Some((first.place, thing))
}
