//! What texts cost, and whether there is money for them. Money is whole đồng.

/// What a broadcast would cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Forecast {
    /// Texts.
    pub texts: i64,
    /// SMS parts.
    pub parts: i64,
    /// What they cost.
    pub cost: i64,
}

impl Forecast {
    /// What texts with these `parts` cost at `cost_per_part`.
    pub fn of(parts: impl IntoIterator<Item = i64>, cost_per_part: i64) -> Self {
        parts.into_iter().fold(Forecast::default(), |sum, parts| Forecast {
            texts: sum.texts + 1,
            parts: sum.parts + parts,
            cost: sum.cost.saturating_add(parts.saturating_mul(cost_per_part)),
        })
    }

    /// Whether what is `left` is enough (`None`: no limit).
    pub fn fits(&self, left: Option<i64>) -> bool {
        self.cost == 0 || left.is_none_or(|left| self.cost <= left)
    }
}

/// What is left of a month's budget of `amount` (`None`: no limit) when `spent` was spent or is about to be.
pub fn left(amount: Option<i64>, spent: i64) -> Option<i64> {
    amount.map(|amount| amount.saturating_sub(spent))
}

/// The tighter of two limits.
pub fn tighter(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (limit, None) | (None, limit) => limit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broadcast_costs_its_parts() {
        let forecast = Forecast::of([1, 2, 1], 350);
        assert_eq!(forecast, Forecast { texts: 3, parts: 4, cost: 1_400 });
        assert!(forecast.fits(None) && forecast.fits(Some(1_400)) && !forecast.fits(Some(1_399)));
        assert!(
            Forecast::of(std::iter::repeat_n(1, 90_000), 0).fits(Some(-1)),
            "what costs nothing is never too dear"
        );
    }

    #[test]
    fn the_tighter_of_two_budgets_holds() {
        assert_eq!(left(Some(1_000), 950), Some(50));
        assert_eq!(left(None, 950), None);
        assert_eq!(tighter(Some(3), Some(2)), Some(2));
        assert_eq!((tighter(Some(3), None), tighter(None, None)), (Some(3), None));
    }
}
