//! Which figure counts what: every figure takes an indicator before or after it so that the whole text costs least,
//! and a second way that costs about as much is a doubt.

use super::book::Book;

mod cost;

use cost::{Way, may_count};

use super::items::{Item, Kind, Unit};
use super::lexicon::Strength;

/// A figure (an item) and what it counts (an item).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    pub figure: usize,
    pub thing: usize,
}

/// How the figures of a text were attached.
#[derive(Debug, Default)]
pub(super) struct Pairing {
    pub pairs: Vec<Pair>,
    /// Figures that count nothing that is named.
    pub loose: Vec<usize>,
    /// A figure that could as well count something else.
    pub unsure: Option<usize>,
    /// What the figures would count in the second-best reading, for explanations.
    pub second: Vec<Pair>,
    /// The pairs in the order of their things.
    by_thing: Vec<Pair>,
}

impl Pairing {
    /// The figure that counts the thing at `thing`.
    pub fn figure_of(&self, thing: usize) -> Option<usize> {
        let at = self.by_thing.binary_search_by_key(&thing, |pair| pair.thing).ok()?;
        self.by_thing.get(at).map(|pair| pair.figure)
    }
}

/// What stands around the items, by item.
pub(super) struct Surroundings<'a> {
    /// In parentheses or after “trong đó”.
    pub inside: &'a [bool],
    /// Indicators that no figure may count.
    pub barred: &'a [bool],
}

/// Costs, in hundredths.
const FREE: i64 = 0;

const LOOSE: i64 = 600;

const UNCLAIMED: i64 = 500;

const MARGIN: i64 = 75;

const NEVER: i64 = 100_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    None,
    Left,
    Right,
}

const SIDES: [Side; 3] = [Side::None, Side::Left, Side::Right];

#[derive(Debug, Clone, Copy)]
struct Choice {
    cost: i64,
    thing: usize,
}

/// What may be done with one figure.
#[derive(Debug, Clone, Copy)]
struct Options {
    item: usize,
    loose: i64,
    left: Option<Choice>,
    right: Option<Choice>,
}

impl Options {
    fn choice(&self, side: Side) -> (i64, Option<usize>) {
        match side {
            Side::None => (self.loose, None),
            Side::Left => self.left.map_or((NEVER, None), |c| (c.cost, Some(c.thing))),
            Side::Right => self.right.map_or((NEVER, None), |c| (c.cost, Some(c.thing))),
        }
    }
}

/// “thiệt hại do cháy còn 35 triệu”: a sum whose name stands right before it.
fn is_behind_money_name(items: &[Item], at: usize, book: &Book) -> bool {
    let talk = |kind: &Kind| matches!(kind, Kind::Word | Kind::Noise(_) | Kind::Rest | Kind::Colon);
    let before = items.iter().take(at).rev().take(4).map(|item| &item.kind).find(|kind| !talk(kind));
    matches!(before, Some(Kind::Indicator(place, _))
        if book.entries.get(*place).is_some_and(|entry| entry.kind == crate::domain::indicator::Kind::Money))
}

/// Attaches the figures among `items`. `needed` says of each item what it costs to leave it without a figure.
pub(super) fn attach(items: &[Item], book: &Book, needed: &[i64], around: &Surroundings) -> Pairing {
    let figures: Vec<usize> =
        (0..items.len()).filter(|at| items.get(*at).is_some_and(|i| is_figure(&i.kind))).collect();
    // Things counted where nothing of the text is told in things stand in nobody's way.
    let things = items.iter().any(|item| match &item.kind {
        Kind::Indicator(place, _) => book.entries.get(*place).is_some_and(|e| e.units.contains(&Unit::Thing)),
        _ => false,
    });
    let coded = items.iter().any(|item| matches!(item.kind, Kind::Indicator(_, Strength::Code)));
    let idle = |at: &usize| match items.get(*at).map(|i| &i.kind) {
        Some(Kind::Figure(figure)) => !things && figure.unit == Unit::Thing,
        Some(Kind::Money { .. }) => !coded && !is_behind_money_name(items, *at, book),
        _ => false,
    };
    let (idle, figures): (Vec<usize>, Vec<usize>) = figures.into_iter().partition(idle);
    if figures.is_empty() {
        return Pairing { loose: idle, ..Pairing::default() };
    }
    let options: Vec<Options> = figures
        .iter()
        .enumerate()
        .map(|(n, at)| {
            let before = n.checked_sub(1).and_then(|p| figures.get(p)).map_or(0, |p| p + 1);
            let after = figures.get(n + 1).copied().unwrap_or(items.len());
            options(items, book, *at, before, after, around)
        })
        .collect();
    let gaps = gap_costs(&figures, needed, items.len());
    let forward = sweep(&options, &gaps, needed);
    let mut pairing = best(items, &options, &gaps, needed, &forward);
    pairing.loose.extend(idle);
    pairing.loose.sort_unstable();
    pairing.by_thing.clone_from(&pairing.pairs);
    pairing.by_thing.sort_unstable_by_key(|pair| pair.thing);
    pairing
}

/// “đã xử lý xong, thanh niên nhập ngũ 2 cháu”: what it costs more that people or turns count an activity or a result
/// told in another clause, with words between.
fn far(way: &Way, kind: &Kind, thing: &Kind, book: &Book) -> i64 {
    let quiet = match thing {
        Kind::Indicator(place, strength) => {
            *strength != Strength::Code && book.entries.get(*place).is_some_and(|entry| entry.quiet)
        }
        _ => false,
    };
    match kind {
        Kind::Figure(figure) if quiet && way.is_far() => match figure.unit {
            Unit::Person => 120,
            Unit::Turn => 400,
            _ => FREE,
        },
        _ => FREE,
    }
}

fn is_figure(kind: &Kind) -> bool {
    match kind {
        Kind::Figure(figure) => !figure.denied && !figure.difference,
        Kind::Neg | Kind::Vague(_) | Kind::Money { denied: false, .. } => true,
        _ => false,
    }
}

fn options(
    items: &[Item],
    book: &Book,
    at: usize,
    before: usize,
    after: usize,
    around: &Surroundings,
) -> Options {
    let kind = items.get(at).map_or(&Kind::Word, |item| &item.kind);
    let parenthesised = around.inside.get(at).copied().unwrap_or(false);
    let loose = match kind {
        Kind::Figure(figure) if figure.total => FREE,
        Kind::Figure(figure) => match figure.unit {
            Unit::Thing | Unit::House | Unit::Stranger => 30,
            Unit::Person => 300,
            _ if parenthesised => 150,
            _ => LOOSE,
        },
        Kind::Vague(Unit::None | Unit::Thing | Unit::House | Unit::Person | Unit::Stranger) => 30,
        Kind::Money { .. } => 20,
        Kind::Neg => 450,
        _ => LOOSE,
    };
    let scan = |range: &mut dyn Iterator<Item = usize>, side: Side| {
        let mut way = Way::default();
        let mut found: Option<Choice> = None;
        for thing in range {
            let Some(item) = items.get(thing) else { break };
            let barred = around.barred.get(thing).copied().unwrap_or(false);
            if !barred && may_count(kind, &item.kind, book) {
                let cost = way.cost(side, kind, items, at, thing) + far(&way, kind, &item.kind, book);
                if cost < NEVER && found.is_none_or(|best| cost < best.cost) {
                    found = Some(Choice { cost, thing });
                }
            }
            way.pass(item);
        }
        found
    };
    let left = scan(&mut (before..at).rev(), Side::Left);
    let right = scan(&mut (at + 1..after), Side::Right);
    // “ký cam kết 75 hộ”: households right beside what counts them are no talk.
    let near = |choice: &Option<Choice>| choice.as_ref().is_some_and(|choice| choice.cost < 260);
    let households = matches!(kind, Kind::Figure(figure) if figure.unit == Unit::House);
    let loose = if households && (near(&left) || near(&right)) { LOOSE } else { loose };
    Options { item: at, loose, left, right }
}

/// For every gap between figures (before the first, …, after the last): what its things cost unclaimed.
fn gap_costs(figures: &[usize], needed: &[i64], len: usize) -> Vec<i64> {
    let mut gaps = Vec::with_capacity(figures.len() + 1);
    let mut from = 0;
    for to in figures.iter().copied().chain([len]) {
        gaps.push(needed.get(from..to).unwrap_or_default().iter().sum());
        from = to + 1;
    }
    gaps
}

/// What the gap after figure `n` costs when the figure and the next choose so; `None` where both claim one thing.
fn gap(options: &[Options], gaps: &[i64], needed: &[i64], n: usize, this: Side, next: Side) -> Option<i64> {
    let mut cost = gaps.get(n + 1).copied().unwrap_or(0);
    let claim = |options: Option<&Options>, wanted: Side, side: Side| {
        if side == wanted { options.and_then(|o| o.choice(side).1) } else { None }
    };
    let mine = claim(options.get(n), Side::Right, this);
    let theirs = claim(options.get(n + 1), Side::Left, next);
    if mine.is_some() && mine == theirs {
        return None;
    }
    for thing in [mine, theirs].into_iter().flatten() {
        cost -= needed.get(thing).copied().unwrap_or(0);
    }
    Some(cost)
}

type Row = [i64; 3];

/// For every figure and side: the least cost of everything before it and itself.
fn sweep(options: &[Options], gaps: &[i64], needed: &[i64]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::with_capacity(options.len());
    for (n, option) in options.iter().enumerate() {
        let mut row = [NEVER; 3];
        for (cell, side) in row.iter_mut().zip(SIDES) {
            let (own, thing) = option.choice(side);
            *cell = match n.checked_sub(1).and_then(|p| rows.get(p).map(|row| (p, row))) {
                None => {
                    let first = gaps.first().copied().unwrap_or(0);
                    let claimed = if side == Side::Left { thing } else { None };
                    own + first - claimed.and_then(|t| needed.get(t)).copied().unwrap_or(0)
                }
                Some((p, before)) => before
                    .iter()
                    .zip(SIDES)
                    .filter_map(|(cost, from)| Some(cost + own + gap(options, gaps, needed, p, from, side)?))
                    .min()
                    .unwrap_or(NEVER),
            };
        }
        rows.push(row);
    }
    rows
}

/// Walks back the cheapest way and, with the costs of what follows, looks for other ways that cost about as much.
fn best(items: &[Item], options: &[Options], gaps: &[i64], needed: &[i64], forward: &[Row]) -> Pairing {
    let last = options.len().saturating_sub(1);
    let mut backward: Vec<Row> = vec![[NEVER; 3]; options.len()];
    for n in (0..options.len()).rev() {
        let mut row = [NEVER; 3];
        for (cell, side) in row.iter_mut().zip(SIDES) {
            *cell = if n == last {
                gap(options, gaps, needed, n, side, Side::None).unwrap_or(NEVER)
            } else {
                let after = backward.get(n + 1).copied().unwrap_or([NEVER; 3]);
                after
                    .iter()
                    .zip(SIDES)
                    .filter_map(|(cost, next)| {
                        let own = options.get(n + 1).map_or(NEVER, |o| o.choice(next).0);
                        Some(cost + own + gap(options, gaps, needed, n, side, next)?)
                    })
                    .min()
                    .unwrap_or(NEVER)
            };
        }
        if let Some(slot) = backward.get_mut(n) {
            *slot = row;
        }
    }
    let total = |n: usize, k: usize| {
        let f = forward.get(n).and_then(|row| row.get(k)).copied().unwrap_or(NEVER);
        let b = backward.get(n).and_then(|row| row.get(k)).copied().unwrap_or(NEVER);
        f + b
    };
    let mut pairing = Pairing::default();
    let mut previous = Side::None;
    for (n, option) in options.iter().enumerate() {
        let cost_so = |k: usize, side: Side| {
            let joined =
                n.checked_sub(1).is_none_or(|p| gap(options, gaps, needed, p, previous, side).is_some());
            if joined { total(n, k) } else { NEVER * 2 }
        };
        let mut ranked: Vec<(i64, Side)> =
            SIDES.iter().enumerate().map(|(k, side)| (cost_so(k, *side), *side)).collect();
        ranked.sort_by_key(|(cost, _)| *cost);
        let mut ranked = ranked.into_iter();
        let Some((least, side)) = ranked.next() else { continue };
        if let Some((second, other)) = ranked.next() {
            let alike = same_thing(items, option.choice(side).1, option.choice(other).1);
            if second - least < MARGIN && !alike && pairing.unsure.is_none() {
                pairing.unsure = Some(option.item);
            }
            if second < NEVER
                && let Some(thing) = option.choice(other).1
            {
                pairing.second.push(Pair { figure: option.item, thing });
            }
        }
        match option.choice(side).1 {
            Some(thing) => pairing.pairs.push(Pair { figure: option.item, thing }),
            None => pairing.loose.push(option.item),
        }
        previous = side;
    }
    pairing
}

/// Whether two choices count the same indicator, or both the dead or the hurt (“bị thương 3 người nằm viện”).
fn same_thing(items: &[Item], a: Option<usize>, b: Option<usize>) -> bool {
    let kind = |at: Option<usize>| at.and_then(|at| items.get(at)).map(|item| &item.kind);
    match (kind(a), kind(b)) {
        (Some(Kind::Indicator(a, _)), Some(Kind::Indicator(b, _))) => a == b,
        (Some(Kind::Consequence(a)), Some(Kind::Consequence(b))) => a == b,
        _ => false,
    }
}

/// What an indicator costs that gets no figure.
pub(super) fn need(item: &Item, book: &Book, inside: bool, mention: bool) -> i64 {
    if mention {
        return FREE;
    }
    match &item.kind {
        Kind::Indicator(place, strength) => {
            let quiet = book.entries.get(*place).is_some_and(|entry| entry.quiet);
            match strength {
                Strength::Code => UNCLAIMED + 100,
                Strength::Weak => 50,
                _ if quiet => 120,
                _ if inside => 100,
                _ => UNCLAIMED,
            }
        }
        Kind::Ambiguous(_) => 200,
        Kind::Consequence(_) => 150,
        Kind::Succeeded | Kind::Failed => 60,
        _ => FREE,
    }
}
