//! The month's indicators, asked of the API as the officer would, printed as a table.

use anyhow::Context;
use serde_json::{Value, json};

use super::Login;
use super::commune::COMMUNE;
use crate::cli::terminal::say;
use crate::domain::period::Period;

pub(super) async fn show(server: &str, logins: &[Login], period: Period) -> anyhow::Result<()> {
    let officer = logins.first().context("the demonstration has no log-in")?;
    let client = reqwest::Client::new();
    let login = json!({"username": officer.username, "password": officer.password});
    let tokens = client.post(format!("{server}/api/v1/auth/token")).json(&login).send().await?;
    let tokens: Value = tokens.error_for_status()?.json().await?;
    let token = tokens.get("access_token").and_then(Value::as_str).context("no access token came")?;
    let get = |path: &str| client.get(format!("{server}{path}")).bearer_auth(token).send();
    let month = get(&format!("/api/v1/communes/{COMMUNE}/indicators?period={period}")).await?;
    let month: Value = month.error_for_status()?.json().await?;
    let catalogue: Value = get("/api/v1/indicators").await?.error_for_status()?.json().await?;
    say(&head(&month, period))?;
    say(&format!("{:<6} {:<40} {:>8} {:>8} {:>10}", "code", "indicator", "month", "before", "year ago"))?;
    for figure in
        list(&month, "indicators").filter(|figure| figure.get("value").is_some_and(|v| !v.is_null()))
    {
        say(&line(figure, &catalogue))?;
    }
    Ok(())
}

fn head(month: &Value, period: Period) -> String {
    let number = |name: &str| month.get(name).and_then(Value::as_i64).unwrap_or(0);
    let missing: Vec<&str> = list(month, "hamlets_missing").filter_map(Value::as_str).collect();
    format!(
        "The month {period} of commune {COMMUNE}: {} of {} hamlets reported, {} on time, {} with nothing; missing: {}\n",
        number("hamlets_reported"),
        number("hamlets_expected"),
        number("hamlets_on_time"),
        number("hamlets_zero"),
        missing.join(", ")
    )
}

fn list<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn line(figure: &Value, catalogue: &Value) -> String {
    let code = figure.get("code").and_then(Value::as_str).unwrap_or("");
    let of_code = |indicator: &&Value| indicator.get("code").and_then(Value::as_str) == Some(code);
    let name = list(catalogue, "items").find(of_code).and_then(|i| i.get("name")).and_then(Value::as_str);
    let number =
        |name: &str| figure.get(name).and_then(Value::as_i64).map_or("–".to_owned(), |n| n.to_string());
    let name: String = name.unwrap_or("").chars().take(40).collect();
    format!(
        "{code:<6} {name:<40} {:>8} {:>8} {:>10}",
        number("value"),
        number("previous"),
        number("same_month_last_year")
    )
}
