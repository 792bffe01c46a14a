//! The figures of a month: a commune's, a province's with its communes, the country's with its provinces.
//!
//! A constant number of set-wise queries each. Figures are compared with the month before and the same month of the
//! year before; where communes were merged in between, the past of those that went into a commune counts for it
//! ([`View::Now`]), unless the past is asked for as it was reported ([`View::Then`]).

mod month;

use std::collections::HashMap;

use chrono::NaiveDate;

pub use month::{Figure, Hamlets, Rate, State};

use crate::db::figures::{self, Area, HamletReturns, Total};
use crate::db::lineage::{self, Lineage};
use crate::db::unit::{self, Unit};
use crate::db::{Conn, Db, DbResult};
use crate::domain::ids::UnitId;
use crate::domain::indicator::Catalogue;
use crate::domain::period::{Calendar, Period};
use month::{Compared, PeriodSums, state};

/// By which day a code is understood, and whose past counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Units as they are today; the past of their predecessors is theirs.
    Now,
    /// Units as they were at the end of the period, with what was reported under them.
    Then,
}

/// The figures of a unit and month.
#[derive(Debug, Clone)]
pub struct Month {
    /// The unit; `None`: the country.
    pub unit: Option<Unit>,
    /// Whether it may still change.
    pub state: State,
    /// How often it was closed or revised; for an area the sum over its communes.
    pub version: i64,
    /// Every indicator in the order of the catalogue.
    pub figures: Vec<Figure>,
    /// The derived rates.
    pub rates: Vec<Rate>,
    /// Who reported.
    pub hamlets: Hamlets,
    /// Whether a unit whose share is not known was split into these figures.
    pub split: bool,
    /// The units right below: the communes of a province, the provinces of the country.
    pub rows: Vec<Month>,
}

/// What is asked, and by which rules it is answered.
#[derive(Debug, Clone, Copy)]
pub struct Inquiry<'a> {
    /// Where the figures are.
    pub db: &'a Db,
    /// The indicators of the installation.
    pub catalogue: &'a Catalogue,
    /// The calendar of the installation.
    pub calendar: &'a Calendar,
    /// The month.
    pub period: Period,
    /// Whose past counts.
    pub view: View,
    /// The day of domain time.
    pub today: NaiveDate,
}

impl Inquiry<'_> {
    /// The day by which codes of units are understood.
    pub fn day_of_codes(&self) -> NaiveDate {
        self.question().unit_day()
    }

    fn question(&self) -> Question {
        let periods = [self.period, self.period.plus(-1), self.period.plus(-12)];
        let last_days = periods.map(|period| self.calendar.span(period).to);
        Question { periods, last_days, view: self.view, today: self.today }
    }
}

/// The periods of a question and the days on which they end.
#[derive(Debug, Clone, Copy)]
struct Question {
    periods: [Period; 3],
    last_days: [NaiveDate; 3],
    view: View,
    today: NaiveDate,
}

impl Question {
    fn period(&self) -> i32 {
        self.periods[0].number()
    }

    fn last_day(&self) -> NaiveDate {
        self.last_days[0]
    }

    /// The day by which units are understood.
    fn unit_day(&self) -> NaiveDate {
        match self.view {
            View::Now => self.today,
            View::Then => self.last_day(),
        }
    }
}

/// The month of a commune.
pub async fn commune_month(inquiry: &Inquiry<'_>, commune: Unit) -> DbResult<Month> {
    let (question, catalogue) = (inquiry.question(), inquiry.catalogue);
    let id = commune.id;
    let (compared, hamlets, states) = inquiry
        .db
        .read_snapshot(move |conn| {
            let area = Area::Commune(id);
            let compared = compared(conn, area, &question)?;
            let hamlets = figures::hamlets(conn, area, question.period(), question.last_day())?;
            Ok((compared, hamlets, figures::month_states(conn, area, question.period())?))
        })
        .await?;
    let hamlets = Hamlets::of(&hamlets);
    let (state, version) = state(1, states.iter());
    let population = commune.population.map(i64::from);
    Ok(Month {
        state,
        version,
        figures: compared.figures(Some(id), catalogue),
        rates: compared.rates(Some(id), catalogue, population),
        hamlets,
        split: compared.is_split(Some(id)),
        rows: Vec::new(),
        unit: Some(commune),
    })
}

/// The month of a province, with its communes as rows.
pub async fn province_month(inquiry: &Inquiry<'_>, province: Unit) -> DbResult<Month> {
    let (question, catalogue) = (inquiry.question(), inquiry.catalogue);
    let id = province.id;
    let (communes, compared, hamlets, states) = inquiry
        .db
        .read_snapshot(move |conn| {
            let area = Area::Province(id);
            let communes = figures::communes(conn, id, question.unit_day())?;
            let compared = compared(conn, area, &question)?;
            let hamlets = figures::hamlets(conn, area, question.period(), question.last_day())?;
            Ok((communes, compared, hamlets, figures::month_states(conn, area, question.period())?))
        })
        .await?;
    let all_hamlets = Hamlets::of(&hamlets);
    let mut by_commune: HashMap<UnitId, HamletReturns> =
        hamlets.into_iter().map(|hamlets| (hamlets.commune_id, hamlets)).collect();
    let (state, version) = state(communes.len(), states.iter());
    let population = population(&province, &communes);
    let rows = communes
        .into_iter()
        .map(|commune| {
            let id = commune.id;
            let own = states.iter().filter(|state| state.commune_id == id);
            let hamlets = Hamlets::of(by_commune.remove(&id).as_slice());
            row(&compared, catalogue, commune, hamlets, month::state(1, own))
        })
        .collect();
    Ok(Month {
        state,
        version,
        figures: compared.figures(None, catalogue),
        rates: compared.rates(None, catalogue, population),
        hamlets: all_hamlets,
        split: compared.is_split(None),
        rows,
        unit: Some(province),
    })
}

/// The month of the country, with its provinces as rows. The three months are read side by side: on the embedded
/// database each takes a thread some time.
pub async fn country_month(inquiry: &Inquiry<'_>) -> DbResult<Month> {
    let (question, catalogue) = (inquiry.question(), inquiry.catalogue);
    let sums = |which: usize| {
        let (period, last_day) = (question.periods.get(which), question.last_days.get(which));
        let asked = period.copied().zip(last_day.copied());
        inquiry.db.read(move |conn| match asked {
            Some((period, last_day)) => country_sums(conn, period.number(), last_day, question.view),
            None => Ok(PeriodSums::default()),
        })
    };
    let rest = inquiry.db.read(move |conn| {
        let provinces = unit::children(conn, None, question.unit_day(), "", i64::from(i32::MAX))?;
        let counts = figures::hamlet_counts(conn, question.period(), question.last_day())?;
        let states = figures::month_states(conn, Area::Country, question.period())?;
        let communes = figures::commune_counts(conn, &provinces, question.unit_day())?;
        Ok((provinces, counts, states, communes))
    });
    let (this, previous, last_year, (provinces, counts, states, communes)) =
        tokio::try_join!(sums(0), sums(1), sums(2), rest)?;
    let compared = Compared { this, previous, last_year };
    let (state, version) = state(communes.values().sum(), states.iter());
    let rows = provinces
        .into_iter()
        .map(|province| {
            let id = Some(province.id);
            let own = states.iter().filter(|state| state.province_id == id);
            let number = communes.get(&province.id).copied().unwrap_or(0);
            let hamlets = Hamlets::sum(counts.iter().filter(|count| count.province_id == id));
            row(&compared, catalogue, province, hamlets, month::state(number, own))
        })
        .collect();
    Ok(Month {
        unit: None,
        state,
        version,
        figures: compared.figures(None, catalogue),
        rates: compared.rates(None, catalogue, None),
        hamlets: Hamlets::sum(&counts),
        split: compared.is_split(None),
        rows,
    })
}

fn row(
    compared: &Compared,
    catalogue: &Catalogue,
    unit: Unit,
    hamlets: Hamlets,
    (state, version): (State, i64),
) -> Month {
    let (id, population) = (Some(unit.id), unit.population.map(i64::from));
    Month {
        state,
        version,
        figures: compared.figures(id, catalogue),
        rates: compared.rates(id, catalogue, population),
        hamlets,
        split: compared.is_split(id),
        rows: Vec::new(),
        unit: Some(unit),
    }
}

/// The people of a province: as it is known, else the sum of its communes where all of them are known.
fn population(province: &Unit, communes: &[Unit]) -> Option<i64> {
    let sum = || communes.iter().map(|commune| commune.population.map(i64::from)).sum::<Option<i64>>();
    province.population.map(i64::from).or_else(sum).filter(|people| *people > 0)
}

fn compared(conn: &mut Conn, area: Area, question: &Question) -> DbResult<Compared> {
    let periods = question.periods.map(Period::number);
    let [this, previous, last_year] = figures::totals(conn, area, periods)?;
    let [this_end, previous_end, last_year_end] = question.last_days;
    let [period, before, year_before] = periods;
    let past = past(conn, area, question)?;
    Ok(Compared {
        this: sums(conn, (this, period), &past, this_end)?,
        previous: sums(conn, (previous, before), &past, previous_end)?,
        last_year: sums(conn, (last_year, year_before), &past, last_year_end)?,
    })
}

/// Which communes went into those of `area` since the first of the months, where their past counts.
fn past(conn: &mut Conn, area: Area, question: &Question) -> DbResult<Vec<Lineage>> {
    let first = question.last_days.iter().min();
    match (question.view, first) {
        (View::Now, Some(first)) => lineage::into_area(conn, area, *first),
        _ => Ok(Vec::new()),
    }
}

/// The sums of a period with those of the communes that were merged after it ended.
fn sums(
    conn: &mut Conn,
    (mut totals, period): (Vec<Total>, i32),
    past: &[Lineage],
    last_day: NaiveDate,
) -> DbResult<PeriodSums> {
    let past: Vec<Lineage> = past.iter().filter(|line| line.effective > last_day).copied().collect();
    totals.extend(totals_of_past(conn, &past, period)?);
    Ok(PeriodSums::new(&totals, &past))
}

fn totals_of_past(conn: &mut Conn, past: &[Lineage], period: i32) -> DbResult<Vec<Total>> {
    let former: Vec<UnitId> = past.iter().filter(|line| line.main).map(|line| line.from).collect();
    figures::totals_of(conn, &former, period)
}

/// The sums of a period by province. Communes that are no more lie in no province; in the view of today they count
/// for the one that their successor lies in.
fn country_sums(conn: &mut Conn, period: i32, last_day: NaiveDate, view: View) -> DbResult<PeriodSums> {
    let totals = if view == View::Now && lineage::merged_after(conn, last_day)? {
        figures::country_totals_by_successor(conn, period)?
    } else {
        figures::country_totals(conn, period)?
    };
    Ok(PeriodSums::new(&totals, &[]))
}
