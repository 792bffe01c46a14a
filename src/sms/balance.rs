//! How much money is left with a provider, as its answers say.

use super::SendError;
use super::http::{failed, read_answer, status};

/// Asks by `request`; answers đồng, where `read` finds the amount in the answer's body.
pub(super) async fn ask(
    request: reqwest::RequestBuilder,
    read: impl FnOnce(&[u8]) -> Option<i64>,
) -> Result<i64, SendError> {
    let answer = request.send().await.map_err(|error| failed(&error))?;
    let (http, body) = read_answer(answer).await;
    status(http)?;
    read(&body).ok_or_else(|| SendError::Unknown { detail: "an answer without the balance".to_owned() })
}

/// An amount as providers write it (`-12.5`), in đồng, where one unit is worth `dong_per_unit`; what is left of a đồng is dropped.
pub(super) fn dong(amount: &str, dong_per_unit: i64) -> Option<i64> {
    let amount = amount.trim();
    let (negative, digits) = match amount.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, amount),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let ten_thousandths: i64 = format!("{fraction:0<4}").get(..4)?.parse().ok()?;
    let dong = whole
        .checked_mul(dong_per_unit)?
        .checked_add(ten_thousandths.checked_mul(dong_per_unit)? / 10_000)?;
    Some(if negative { -dong } else { dong })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_exactly_or_not_at_all() {
        for (amount, per_unit, expected) in [
            ("36693", 1, Some(36_693)),
            (" 36693.75 ", 1, Some(36_693)),
            ("10.28", 26_000, Some(267_280)),
            ("0.00009", 26_000, Some(0)),
            ("-5.5", 2, Some(-11)),
            ("", 1, None),
            (".5", 1, None),
            ("1.26743233E+15", 1, None),
            ("1,000", 1, None),
            ("9223372036854775807", 2, None),
            ("nan", 1, None),
        ] {
            assert_eq!(dong(amount, per_unit), expected, "{amount}");
        }
    }
}
