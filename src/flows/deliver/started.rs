//! Asking of texts that the server starts by itself whether they should go, at the moment of sending.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Debug;
use std::sync::Arc;

use super::{Moment, Sender};
use crate::crypto::{Digest, Place};
use crate::db::outbox::{LANE_URGENT, Leased};
use crate::db::started::{self, Payer, Sealed};
use crate::db::{Conn, DbError, DbResult, spending, unit};
use crate::domain::ids::{PersonId, UnitId};
use crate::domain::message::parts;
use crate::domain::outbound::budget;
use crate::domain::outbound::policy::{Known, Skip, Verdict, decide, is_pointless};

/// What stands behind texts of one kind, by the kind's name; texts of kinds that are not here go as they were planned.
pub type Causes = HashMap<&'static str, Arc<dyn Cause>>;

/// What stands behind texts of one kind that the server starts by itself.
///
/// A reminder carries no text: its planner puts one row into the outbox per receiver and run
/// ([`Planner`](super::Planner), without words), and when that row's turn comes, the cause composes one text of all that
/// is still open for the receiver, or says that nothing is.
pub trait Cause: Debug + Send + Sync {
    /// For each of `due`, in order: the words, or that there is nothing to say any more. `now` is domain time,
    /// microseconds UTC. It runs in the transaction that decides about the texts and may write on `conn` what it
    /// decided; a text may be asked about again (when it is put off, or could not be sent).
    fn compose(&self, conn: &mut Conn, now: i64, due: &[Due]) -> DbResult<Vec<Composed>>;
}

/// A text whose turn has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Its id in the outbox.
    pub id: i64,
    /// What made it.
    pub cause: i64,
    /// Whom it goes to.
    pub person_id: Option<PersonId>,
    /// Blind index of the number that it goes to.
    pub receiver_index: Digest,
}

/// What is to be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Composed {
    /// These words.
    Words(String),
    /// The words with which it was planned.
    AsPlanned,
    /// Nothing: what it asks for has been done.
    NotNeeded,
}

/// A text that may go, with the words that were composed for it.
struct Candidate {
    text: Leased,
    words: Option<Sealed>,
}

/// Those of `leased` that go at `now`, replies and urgent texts as they are; and how many others were settled: never to
/// be sent, or later.
pub(super) fn check(
    conn: &mut Conn,
    sender: &Sender,
    now: Moment,
    leased: Vec<Leased>,
) -> DbResult<(Vec<Leased>, usize)> {
    let all = leased.len();
    let (mut ready, started): (Vec<Leased>, Vec<Leased>) =
        leased.into_iter().partition(|text| text.lane == LANE_URGENT);
    if started.is_empty() {
        return Ok((ready, 0));
    }
    let wanted = drop_pointless(conn, sender, now, started)?;
    let needed = compose(conn, sender, now, wanted)?;
    let mut purse = Purse::open(conn, sender, now, &needed)?;
    for candidate in needed {
        if let Some(text) = settle(conn, sender, now, &mut purse, candidate)? {
            ready.push(text);
        }
    }
    let settled = all - ready.len();
    Ok((ready, settled))
}

fn skip(conn: &mut Conn, sender: &Sender, id: i64, why: Skip) -> DbResult<()> {
    let gateway = sender.gateway.id.clone();
    metrics::counter!("outbound_skipped", "gateway" => gateway, "reason" => why.name()).increment(1);
    started::skip(conn, sender.holder, id, why.name())
}

fn drop_pointless(
    conn: &mut Conn,
    sender: &Sender,
    now: Moment,
    texts: Vec<Leased>,
) -> DbResult<Vec<Leased>> {
    let people: Vec<PersonId> = texts.iter().filter_map(|text| text.person_id).collect();
    let opted_out = started::opted_out(conn, &people)?;
    let mut wanted = Vec::with_capacity(texts.len());
    for text in texts {
        let opted_out = text.person_id.is_some_and(|person| opted_out.contains(&person));
        match is_pointless(Known { opted_out, not_after: text.not_after }, now.domain) {
            Some(why) => skip(conn, sender, text.id, why)?,
            None => wanted.push(text),
        }
    }
    Ok(wanted)
}

/// Asks what stands behind the texts. One that may have gone already is not composed anew: the same text goes again.
fn compose(conn: &mut Conn, sender: &Sender, now: Moment, texts: Vec<Leased>) -> DbResult<Vec<Candidate>> {
    let mut needed = Vec::with_capacity(texts.len());
    for (kind, texts) in by_kind(texts) {
        let cause = sender.rules.causes.get(kind.as_str());
        let (ask, keep): (Vec<Leased>, Vec<Leased>) = texts
            .into_iter()
            .partition(|text| cause.is_some() && !(text.uncertain && text.text_cipher.is_some()));
        needed.extend(keep.into_iter().map(|text| Candidate { text, words: None }));
        let Some(cause) = cause.filter(|_| !ask.is_empty()) else { continue };
        let due: Vec<Due> = ask.iter().map(due).collect();
        for (text, composed) in ask.into_iter().zip(cause.compose(conn, now.domain, &due)?) {
            match composed {
                Composed::NotNeeded => skip(conn, sender, text.id, Skip::NotNeeded)?,
                Composed::AsPlanned => needed.push(Candidate { text, words: None }),
                Composed::Words(words) => needed.push(with_words(sender, text, &words)?),
            }
        }
    }
    Ok(needed)
}

fn due(text: &Leased) -> Due {
    Due { id: text.id, cause: text.cause, person_id: text.person_id, receiver_index: text.receiver_index }
}

/// The texts by kind, the kinds in the order in which they come first.
fn by_kind(texts: Vec<Leased>) -> Vec<(String, Vec<Leased>)> {
    let mut kinds: Vec<(String, Vec<Leased>)> = Vec::new();
    for text in texts {
        match kinds.iter_mut().find(|(kind, _)| *kind == text.kind) {
            Some((_, texts)) => texts.push(text),
            None => kinds.push((text.kind.clone(), vec![text])),
        }
    }
    kinds
}

fn with_words(sender: &Sender, mut text: Leased, words: &str) -> DbResult<Candidate> {
    let place = Place { table: "outbox", row: text.id };
    let cipher = sender.keys.seal(place, words.as_bytes());
    let cipher = cipher.map_err(|_| DbError::Corrupt("a text that cannot be sealed"))?;
    text.parts = i32::try_from(parts(words).parts).unwrap_or(i32::MAX);
    text.text_cipher = Some(cipher.clone());
    let index = sender.keys.index("text", words);
    Ok(Candidate { text, words: Some(Sealed { index, cipher }) })
}

/// The last questions; answers the text if it goes now.
fn settle(
    conn: &mut Conn,
    sender: &Sender,
    now: Moment,
    purse: &mut Purse,
    candidate: Candidate,
) -> DbResult<Option<Leased>> {
    let Candidate { text, words } = candidate;
    let cost = i64::from(text.parts) * sender.gateway.cost_per_part;
    match decide(&sender.rules.calendar, now.domain, cost, purse.left(text.commune_id)) {
        Verdict::Skip(why) => skip(conn, sender, text.id, why)?,
        Verdict::Later(at) => {
            let next_at = now.real.saturating_add(at - now.domain);
            started::defer(conn, sender.holder, text.id, next_at)?;
        }
        Verdict::Send => {
            purse.take(text.commune_id, cost);
            if let Some(words) = &words {
                started::write_words(conn, text.id, words, text.parts, cost)?;
            }
            return Ok(Some(text));
        }
    }
    Ok(None)
}

/// What may still be spent this month, by who pays.
#[derive(Debug, Default)]
struct Purse {
    payers: HashMap<UnitId, Vec<Payer>>,
    left: HashMap<Payer, Option<i64>>,
}

impl Purse {
    fn open(conn: &mut Conn, sender: &Sender, now: Moment, needed: &[Candidate]) -> DbResult<Purse> {
        let mut communes: Vec<UnitId> = needed.iter().filter_map(|one| one.text.commune_id).collect();
        communes.sort_unstable();
        communes.dedup();
        let mut purse = Purse::default();
        for unit in unit::by_ids(conn, &communes)? {
            let province = unit.province_id.map(Payer::Province);
            purse.payers.insert(unit.id, std::iter::once(Payer::Commune(unit.id)).chain(province).collect());
        }
        let ids: Vec<i64> = needed.iter().map(|one| one.text.id).collect();
        let units: Vec<UnitId> =
            purse.payers.values().flatten().filter_map(|payer| unit_of(*payer)).collect();
        spending::lock_budgets(conn, &units)?;
        let payers: Vec<Payer> = purse.payers.values().flatten().copied().chain([Payer::Everyone]).collect();
        for payer in payers {
            if let Entry::Vacant(entry) = purse.left.entry(payer) {
                entry.insert(left(conn, sender, now.month(), payer, &ids)?);
            }
        }
        Ok(purse)
    }

    fn payers_of(&self, commune: Option<UnitId>) -> impl Iterator<Item = Payer> {
        let own = commune.and_then(|commune| self.payers.get(&commune));
        own.into_iter().flatten().copied().chain([Payer::Everyone])
    }

    fn left(&self, commune: Option<UnitId>) -> Option<i64> {
        let limits = self.payers_of(commune).map(|payer| self.left.get(&payer).copied().flatten());
        limits.fold(None, budget::tighter)
    }

    fn take(&mut self, commune: Option<UnitId>, cost: i64) {
        let payers: Vec<Payer> = self.payers_of(commune).collect();
        for payer in payers {
            if let Some(Some(left)) = self.left.get_mut(&payer) {
                *left -= cost;
            }
        }
    }
}

fn unit_of(payer: Payer) -> Option<UnitId> {
    match payer {
        Payer::Commune(unit) | Payer::Province(unit) => Some(unit),
        Payer::Everyone => None,
    }
}

fn left(conn: &mut Conn, sender: &Sender, month: i32, payer: Payer, ids: &[i64]) -> DbResult<Option<i64>> {
    let amount = match unit_of(payer) {
        Some(unit) => spending::budget(conn, unit, month)?,
        None => sender.rules.monthly_budget,
    };
    if amount.is_none() {
        return Ok(None);
    }
    Ok(budget::left(amount, spending::spent_or_under_way(conn, payer, month, ids)?))
}
