//! Where a client stands in the log: opaque to it, and good only at this installation, for this caller and collection.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use super::area::Area;
use crate::crypto::{Keys, equal_secrets};
use crate::db::sync::Place;
use crate::domain::ids::UnitId;

/// Bytes of a cursor at most.
const LONGEST: usize = 8_192;
/// Bytes of what proves it.
const PROOF: usize = 16;

/// Where a client stands. Each unit has a place of its own, so that one that comes later begins at the beginning.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Cursor {
    /// Whose it is.
    #[serde(rename = "c")]
    caller: i64,
    /// The epoch of the log.
    #[serde(rename = "e")]
    epoch: i64,
    /// Up to where a collection of the caller's own was told.
    #[serde(rename = "n", default, skip_serializing_if = "is_zero")]
    pub(super) own: i64,
    /// Up to where each unit was told; of an officer the one commune stands for all units in it.
    #[serde(rename = "u", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) units: Vec<Unit>,
    /// Units that the client must drop.
    #[serde(rename = "g", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) gone: Vec<Gone>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// A unit of the area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Unit {
    /// Its commune.
    #[serde(rename = "c")]
    pub(super) commune: UnitId,
    /// The unit, and up to where it was told.
    #[serde(flatten)]
    pub(super) place: Place,
    /// Whether it stands for the whole commune.
    #[serde(rename = "w", default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) whole: bool,
}

/// A unit that does not belong to the area any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Gone {
    /// The unit, and up to where the client was told to drop it.
    #[serde(flatten)]
    pub(super) unit: Unit,
    /// Up to where it had been told of it.
    #[serde(rename = "t")]
    pub(super) until: i64,
}

impl Cursor {
    /// What a client without a cursor stands at.
    pub(super) fn fresh(caller: i64, epoch: i64) -> Cursor {
        Cursor { caller, epoch, ..Cursor::default() }
    }

    /// Whose it is.
    pub(super) fn caller(&self) -> i64 {
        self.caller
    }

    /// Up to where everything was told.
    pub(super) fn lowest(&self) -> i64 {
        self.units.iter().map(|unit| unit.place.after).min().unwrap_or(self.own)
    }

    /// Whether it is about the same units as `other`, and nothing is to be dropped.
    pub(super) fn covers(&self, other: &Cursor) -> bool {
        let units = |cursor: &Cursor| cursor.units.iter().map(|unit| unit.place.unit).collect::<Vec<_>>();
        self.gone.is_empty() && other.gone.is_empty() && units(self) == units(other)
    }

    /// Reads a cursor that was given to `caller` for `collection`; `None`: it is none of ours, or from another time of the
    /// log, of which `head` are the epoch and the last number.
    pub(super) fn read(
        keys: &Keys,
        (caller, collection): (i64, &str),
        head: (i64, i64),
        text: &str,
    ) -> Option<Cursor> {
        if text.len() > LONGEST {
            return None;
        }
        let (body, proof) = text.split_once('.')?;
        let proof = BASE64.decode(proof).ok()?;
        if !equal_secrets(&proof, proof_of(keys, collection, body).get(..PROOF)?) {
            return None;
        }
        let cursor: Cursor = serde_json::from_slice(&BASE64.decode(body).ok()?).ok()?;
        let numbers = cursor.units.iter().map(|unit| unit.place.after).chain([cursor.own]);
        let ours = cursor.caller == caller && cursor.epoch == head.0 && numbers.max() <= Some(head.1);
        ours.then_some(cursor)
    }

    /// What the client is given.
    pub(super) fn write(&self, keys: &Keys, collection: &str) -> String {
        let body = BASE64.encode(serde_json::to_vec(self).unwrap_or_default());
        let proof = proof_of(keys, collection, &body);
        format!("{body}.{}", BASE64.encode(proof.get(..PROOF).unwrap_or_default()))
    }

    /// Turns to `area`: units that are new begin at the beginning, those that are gone are to be dropped.
    pub(super) fn turn_to(&mut self, area: &Area) {
        let whole = matches!(area, Area::Commune(_));
        let wanted: Vec<Unit> = area
            .communes()
            .into_iter()
            .map(|(unit, commune)| Unit { commune, place: Place { unit, after: 0 }, whole })
            .collect();
        let same = |a: &Unit, b: &Unit| (a.place.unit, a.whole) == (b.place.unit, b.whole);
        let left = self.units.iter().filter(|held| !wanted.iter().any(|unit| same(unit, held)));
        let gone: Vec<Gone> = left
            .map(|held| Gone {
                unit: Unit { place: Place { after: 0, ..held.place }, ..*held },
                until: held.place.after,
            })
            .collect();
        self.gone.retain(|gone| !wanted.iter().any(|unit| same(unit, &gone.unit)));
        self.gone.extend(gone);
        let held = std::mem::take(&mut self.units);
        let kept = |unit: Unit| held.iter().find(|held| same(held, &unit)).copied().unwrap_or(unit);
        self.units = wanted.into_iter().map(kept).collect();
    }
}

fn proof_of(keys: &Keys, collection: &str, body: &str) -> crate::crypto::Digest {
    keys.index("sync cursor", &format!("{collection}\0{body}"))
}
