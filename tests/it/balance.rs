//! Providers are asked every hour how much money is left, and little is told before it is gone.

use std::collections::BTreeMap;
use std::time::Duration;

use binhyen::db::{Conn, route, spending};
use binhyen::flows::deliver::Moment;
use serde_json::json;

use crate::support::TestDatabase;
use crate::support::process::TOKEN;
use crate::support::sending::{SECOND, gateways_with, incidents, watch_of};
use crate::support::wire::{Heard, Reply, Wire};
use crate::support::world::World;

const NOW: &str = "2026-03-16T08:00:00+07:00";
const HOUR: i64 = 3_600 * SECOND;

/// How a provider is asked and answers.
struct Provider {
    settings: fn(&str) -> String,
    /// What its request must be.
    asked: fn(&Heard) -> bool,
    answer: fn(i64) -> serde_json::Value,
    error: fn() -> Reply,
}

/// By the pages of eSMS, whose errors say a balance of 0.
const ESMS: Provider = Provider {
    settings: |address| {
        format!(
            "[[gateways]]\nid = \"test\"\nkind = \"esms\"\napi_key = \"a\"\nsecret_key = \"s\"\n\
             send_url = \"{address}/json/SendMultipleMessage_V4_post_json/\"\n"
        )
    },
    asked: |heard| {
        let body: serde_json::Value = serde_json::from_str(&heard.body).unwrap();
        heard.method == "POST"
            && heard.target == "/json/GetBalance_json"
            && body == json!({"ApiKey": "a", "SecretKey": "s"})
    },
    answer: |dong| json!({"Balance": dong, "CodeResponse": "100", "UserID": 9999}),
    error: || {
        Reply::json(200, &json!({"Balance": 0, "CodeResponse": "101", "ErrorMessage": "Authorize Failed"}))
    },
};

/// By the pages of SpeedSMS, which write the amount as a text.
const SPEEDSMS: Provider = Provider {
    settings: |address| {
        format!(
            "[[gateways]]\nid = \"test\"\nkind = \"generic\"\npreset = \"speedsms\"\npassword = \"key\"\n\
             inbound_token = \"{TOKEN}\"\n[gateways.balance]\nurl = \"{address}/user/info\"\n"
        )
    },
    asked: |heard| {
        let authorized = heard.headers["authorization"] == "Basic a2V5Ong=";
        heard.method == "GET" && heard.target == "/user/info" && authorized
    },
    answer: |dong| {
        let data = json!({"email": "a@b.vn", "balance": dong.to_string(), "currency": "VND"});
        json!({"status": "success", "code": "00", "data": data})
    },
    error: || Reply::json(200, &json!({"status": "error", "code": "008", "message": "no"})),
};

/// A provider whose prices are in another currency, by settings of its own.
const ABROAD: Provider = Provider {
    settings: |address| {
        format!(
            "[[gateways]]\nid = \"test\"\nkind = \"generic\"\npreset = \"twilio\"\nusername = \"AC1\"\npassword = \"p\"\n\
             from = \"+15550100\"\npublic_url = \"https://antt.example\"\n[gateways.balance]\n\
             url = \"{address}/Accounts/{{{{username}}}}/Balance.json\"\n\
             headers = {{ Authorization = \"Basic {{{{basic}}}}\" }}\nfield = \"balance\"\ndong_per_unit = 25000\n"
        )
    },
    asked: |heard| {
        let authorized = heard.headers["authorization"] == "Basic QUMxOnA=";
        heard.method == "GET" && heard.target == "/Accounts/AC1/Balance.json" && authorized
    },
    answer: |dong| json!({"balance": format!("{}.{:04}", dong / 25_000, dong % 25_000 * 10_000 / 25_000), "currency": "USD"}),
    error: || Reply::status(401),
};

async fn little_money_is_told_and_an_error_is_no_amount(test: TestDatabase) {
    for provider in [ESMS, SPEEDSMS, ABROAD] {
        let test = test.another();
        let world = World::new(&test, NOW).await;
        let (answer, error) = (provider.answer, provider.error);
        let wire = Wire::start(move |_, number| match number {
            1 => Reply::json(200, &answer(80_000)),
            2 => error(),
            3 => Reply::json(200, &answer(50_000)),
            4 => error(),
            _ => Reply::json(200, &answer(500_000)),
        })
        .await;
        let gateways = gateways_with(&(provider.settings)(wire.address()), Duration::from_secs(20));
        let watch = watch_of(&world, &gateways);
        // 10,000 đồng a day.
        let spent = |conn: &mut Conn| {
            let spent = spending::Spent { texts: 1, parts: 1, cost: 300_000 };
            spending::add(conn, 202_602, "test", &BTreeMap::from([(0, spent)]))
        };
        world.db.write(spent).await.unwrap();
        let start = Moment { real: 490_990 * HOUR, domain: world.clock.now_micros() };
        // Minutes after the start, requests so far, what is known of the balance, and whether an alarm is open.
        for (minutes, requests, balance, alarm) in [
            (0, 1, 80_000, false),
            (59, 1, 80_000, false),
            (60, 2, 80_000, false),
            (61, 3, 50_000, true),
            (121, 4, 50_000, true),
            (122, 5, 500_000, false),
        ] {
            let now = Moment { real: start.real + minutes * 60 * SECOND, ..start };
            watch.look_at(now).await.unwrap();
            let heard = wire.heard();
            assert_eq!(heard.len(), requests, "after {minutes} minutes");
            assert!(heard.iter().all(provider.asked), "{heard:?}");
            let known = world.db.read(|conn| route::find(conn, "test")).await.unwrap().unwrap().balance;
            assert_eq!(known.unwrap().0, balance, "after {minutes} minutes");
            let open =
                incidents(&world).await.into_iter().any(|(_, kind, open, _)| kind == "balance_low" && open);
            assert_eq!(open, alarm, "after {minutes} minutes");
        }
    }
}

on_both!(little_money_is_told_and_an_error_is_no_amount);
