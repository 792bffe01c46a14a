//! Words that may mean several indicators, and what became of mediation.

use super::super::items::{Item, Kind, Unit};
use super::super::lexicon::Strength;
use super::super::negation::is_mediator;
use super::super::reading::Why;
use super::super::text::Text;
use super::{Doubt, Teller};

impl Teller<'_, '_> {
    /// “hòa giải 2 vụ thành”, “hòa giải 3 vụ thành 2”; anything else ambiguous is asked about.
    pub(super) fn take_ambiguous(&mut self, thing: usize, figure: usize, value: i64) {
        let places = self.places(thing);
        let links = &self.text.book.links;
        let mediation = !places.is_empty() && places.iter().all(|place| links.mediation.contains(place));
        if mediation {
            let until = (figure.max(thing) + 1..self.items.len()).take(8);
            for at in until {
                match self.kind(at) {
                    Kind::Sep(3) => break,
                    Kind::Succeeded | Kind::Failed => {
                        let place =
                            if *self.kind(at) == Kind::Succeeded { links.succeeded } else { links.failed };
                        let figure_follows = matches!(self.kind(at + 1), Kind::Figure(_));
                        if figure_follows && self.pairing.figure_of(at).is_none() {
                            break;
                        }
                        if self.pairing.figure_of(at).is_none()
                            && let Some(place) = place
                        {
                            self.claim(place, value, thing, Strength::Generic, None, Unit::None);
                        }
                        return;
                    }
                    Kind::Figure(_) if self.pairing.loose.contains(&at) => return,
                    // “hòa giải 3 vụ, không hòa giải được 1 vụ”: the first is the sum.
                    Kind::Indicator(other, _) if links.mediation.contains(other) => {
                        let told = self.pairing.figure_of(at).map(|figure| self.value_of(figure, at));
                        if matches!(told, Some(Ok(part)) if part <= value) {
                            return;
                        }
                    }
                    _ => {}
                }
            }
        }
        // “không có tệ nạn xã hội” counts nothing by itself.
        let spoken = self.items.get(thing).is_some_and(|item| item.to - item.from > 1);
        if *self.kind(figure) == Kind::Neg && spoken {
            return;
        }
        let mut doubt = Doubt::new(Why::AmbiguousWord, thing);
        doubt.candidates = places;
        doubt.count = Some(value);
        self.doubts.push(doubt);
    }

    pub(super) fn take_mediation(&mut self, place: Option<usize>, value: i64, thing: usize) {
        let links = self.text.book.links.clone();
        let told = (0..thing).rev().take(14).any(|at| {
            self.places(at).iter().any(|place| links.mediation.contains(place))
                || self.items.get(at).is_some_and(|item| is_mediator(self.text, item))
        });
        match place {
            Some(place) if told => self.claim(place, value, thing, Strength::Generic, None, Unit::None),
            _ => self.doubts.push(Doubt::new(Why::NoIndicator, thing)),
        }
    }
}

/// “hòa giải 1 vụ cãi nhau thành công”: what came of the mediation stands behind what was mediated.
pub(super) fn mark_mediated(items: &mut [Item], text: &Text) {
    let links = &text.book.links;
    for at in 0..items.len() {
        let mediation =
            match items.get(at).map(|i| &i.kind) {
                Some(Kind::Ambiguous(place)) => text.book.ambiguous.get(*place).is_some_and(|all| {
                    !all.is_empty() && all.iter().all(|one| links.mediation.contains(one))
                }),
                _ => false,
            };
        let cases = matches!(items.get(at + 1).map(|i| &i.kind), Some(Kind::Figure(figure)) if figure.unit == Unit::Case);
        let matter = matches!(items.get(at + 2).map(|i| &i.kind), Some(Kind::Indicator(..)));
        if !(mediation && cases && matter) {
            continue;
        }
        let talk = |i: &usize| matches!(items.get(*i).map(|i| &i.kind), Some(Kind::Word | Kind::Noise(_)));
        let end = (at + 3..at + 8).find(|i| !talk(i)).unwrap_or(at);
        let outcome = match items.get(end).map(|i| &i.kind) {
            Some(Kind::Succeeded) => links.succeeded,
            Some(Kind::Failed) => links.failed,
            _ => None,
        };
        let counted = matches!(items.get(end + 1).map(|i| &i.kind), Some(Kind::Figure(_)));
        let told_later = items.iter().skip(at + 3).any(|item| match &item.kind {
            Kind::Succeeded | Kind::Failed => true,
            Kind::Indicator(place, _) => links.mediation.contains(place),
            _ => false,
        });
        let Some(place) = outcome.filter(|_| !counted) else {
            // “đã hòa giải 3 vụ mâu thuẫn”: how it ended is asked; the cases are those mediated, no others.
            if outcome.is_none()
                && !told_later
                && let Some(matter) = items.get_mut(at + 2)
            {
                matter.kind = Kind::Word;
            }
            continue;
        };
        for (i, kind) in
            [(at, Kind::Indicator(place, Strength::Generic)), (at + 2, Kind::Word), (end, Kind::Word)]
        {
            if let Some(item) = items.get_mut(i) {
                item.kind = kind;
            }
        }
    }
}
