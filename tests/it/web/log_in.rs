//! Logging in, staying logged in, and not being let in.

use serde_json::json;

use super::office::{Office, PASSWORD, refused};
use crate::support::TestDatabase;

async fn tokens_are_exchanged_once_and_a_stolen_one_ends_the_log_in(test: TestDatabase) {
    let office = Office::open(test).await;
    office.add_account("lan", "commune", Some("03847"));
    let (status, first) = office.log_in("Lan", PASSWORD).await;
    assert_eq!((status.as_u16(), first["expires_in"].as_i64()), (200, Some(900)), "{first}");
    let exchange = |token: &serde_json::Value| {
        let body = json!({"refresh_token": token});
        let office = &office;
        async move { office.post("/api/v1/auth/refresh", "", &body).await }
    };
    let (status, second) = exchange(&first["refresh_token"]).await;
    assert_eq!(status.as_u16(), 200);
    let units = office.get("/api/v1/units", second["access_token"].as_str().unwrap()).await;
    assert_eq!(units.0.as_u16(), 200);
    refused(&exchange(&first["refresh_token"]).await, 401, "refresh_refused");
    refused(&exchange(&second["refresh_token"]).await, 401, "refresh_refused");
    refused(&exchange(&json!("never given")).await, 401, "refresh_refused");
}

async fn whoever_guesses_passwords_is_told_to_wait(test: TestDatabase) {
    let office = Office::open(test).await;
    office.add_account("lan", "commune", Some("03847"));
    for _ in 0..10 {
        refused(&office.log_in("lan", "wrong password").await, 401, "wrong_credentials");
    }
    let body = json!({"username": "lan", "password": PASSWORD});
    let answer =
        office.client.post(office.server.url("/api/v1/auth/token")).json(&body).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 429);
    let seconds: u32 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=900).contains(&seconds), "{seconds}");
}

async fn nobody_is_let_in_without_a_token_of_this_server(test: TestDatabase) {
    let office = Office::open(test).await;
    let path = "/api/v1/communes/03847/indicators?period=2026-03";
    let bare = office.ask(office.client.get(office.server.url(path))).await;
    refused(&bare, 401, "unauthenticated");
    let basic =
        office.ask(office.client.get(office.server.url(path)).basic_auth("lan", Some(PASSWORD))).await;
    refused(&basic, 401, "unauthenticated");
    // Signed with “none”, and with a key that is nobody's.
    for token in [
        "eyJhbGciOiJub25lIiwia2lkIjoiMSJ9.eyJzdWIiOiIxIiwicm9sZSI6ImFkbWluIiwiZXhwIjo5OTk5OTk5OTk5fQ.",
        "eyJhbGciOiJIUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiIxIiwicm9sZSI6ImFkbWluIiwiZXhwIjo5OTk5OTk5OTk5fQ.AAAA",
        "no token",
        &"x".repeat(5_000),
    ] {
        refused(&office.get(path, token).await, 401, "invalid_token");
    }
    let neighbour = office.token("commune", Some("04792")).await;
    refused(&office.get(path, &neighbour).await, 403, "forbidden");
}

on_both!(
    tokens_are_exchanged_once_and_a_stolen_one_ends_the_log_in,
    whoever_guesses_passwords_is_told_to_wait,
    nobody_is_let_in_without_a_token_of_this_server,
);
