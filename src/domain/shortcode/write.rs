//! A report written in code, as it could be texted.

use crate::domain::indicator::{Catalogue, IndicatorId, Kind};
use crate::domain::period::Period;

/// The report of `values` (money in đồng) for `period` in code (“ANTT T3/2026 TC2 THTS 15000000d”); reading it gives the
/// same back. Indicators that the catalogue does not know are left out; no values make a zero report.
pub fn write_code(period: Option<Period>, values: &[(IndicatorId, i64)], catalogue: &Catalogue) -> String {
    let mut code = String::from("ANTT");
    if let Some(period) = period {
        code.push_str(&format!(" T{}/{}", period.month(), period.year()));
    }
    for (id, value) in values {
        let Some(indicator) = catalogue.by_id(*id) else { continue };
        match indicator.kind {
            // Next to a money code a bare number below 100000 would be million đồng.
            Kind::Money if *value > 0 => code.push_str(&format!(" {} {value}d", indicator.code)),
            _ => code.push_str(&format!(" {}{value}", indicator.code)),
        }
    }
    if values.is_empty() {
        code.push_str(" 0");
    }
    code
}
