use std::collections::{BTreeSet, HashMap};
use std::sync::Mutex;

use actix_web::http::StatusCode;
use actix_web::test as asking;
use serde_json::Value;

use super::*;
use crate::db::Target;
use crate::documents::file_store::FileStore;
use crate::domain::access::Role;
use crate::domain::calendar::{CivilCalendar, Holidays};
use crate::domain::form::Forms;
use crate::domain::ids::{IdMaker, UnitId};
use crate::domain::shortcode::Reader;
use crate::domain::template::Templates;
use crate::flows::authenticate::{AccountRequest, Lifetimes, add_account};
use crate::flows::deliver::{Planner, ServerTime};
use crate::flows::intake::{Context, Rules, Spool};
use crate::flows::phone::Phones;
use crate::flows::receive::Receiver;

/// Nghĩa Đô and its province, Lào Cai, official units that come with the schema.
const COMMUNE: (&str, UnitId) = ("02953", 2_002_953);
const PROVINCE: (&str, UnitId) = ("15", 1_000_015);

type MadeWith = (Db, Arc<Keys>, crate::db::SharedIds, Clock);

fn collecting((db, keys, ids, clock): MadeWith, intake: &Intake, reviews: &Reviews) -> Collecting {
    let forms = Arc::new(Forms::shipped(&reviews.catalogue).unwrap());
    let (intake, reviews, files) = (intake.clone(), reviews.clone(), reviews.files.clone());
    Collecting { db, keys, ids, clock, forms, intake, reviews, files }
}

fn site() -> (web::Data<Site>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(Target::Sqlite(folder.path().join("test.db").display().to_string())).unwrap();
    let keys = Arc::new(Keys::from_bytes(&[7; 32]).unwrap());
    let ids = Arc::new(Mutex::new(IdMaker::new(1, 0)));
    let clock = Clock::fixed(1_773_000_000_000_000);
    let catalogue = Catalogue::shipped().unwrap();
    let context = Context {
        rules: Arc::new(Rules {
            reader: Reader::shipped().unwrap().into(),
            templates: Templates::shipped().unwrap(),
            calendar: Calendar::ministry(),
            catalogue,
        }),
        keys: Arc::clone(&keys),
        ids: Arc::clone(&ids),
        clock,
        routes: HashMap::new(),
        planned: Arc::default(),
    };
    let gateways = Gateways::new(&[], Duration::from_secs(1)).unwrap();
    let planner =
        Planner { keys: Arc::clone(&keys), ids: Arc::clone(&ids), clock, gateways: gateways.clone() };
    let reminders = Reminders {
        db: db.clone(),
        keys: Arc::clone(&keys),
        clock,
        rules: Arc::clone(&context.rules),
        civil: CivilCalendar::new(Holidays::shipped().unwrap(), Vec::new(), 7, 21),
        planner,
        cost_per_part: 0,
    };
    let spool = Spool::open(&folder.path().join("spool"), 1 << 20).unwrap();
    let (intake, _) = Intake::start(&db, Arc::new(context), spool, 100);
    let made_with = (db.clone(), Arc::clone(&keys), Arc::clone(&ids), clock);
    let catalogue = Arc::new(Catalogue::shipped().unwrap());
    let calendar = Arc::new(Calendar::ministry());
    let reviews = Reviews {
        db: db.clone(),
        keys: Arc::clone(&keys),
        ids: Arc::clone(&ids),
        clock,
        catalogue: Arc::clone(&catalogue),
        calendar: Arc::clone(&calendar),
        files: FileStore::open(&folder.path().join("evidence")).unwrap(),
        max_file: 1 << 20,
    };
    let collecting = collecting((db.clone(), Arc::clone(&keys), Arc::clone(&ids), clock), &intake, &reviews);
    let sessions = Sessions::new(db.clone(), Arc::clone(&keys), ids, Lifetimes::default());
    let texts = (Arc::new(Templates::shipped().unwrap()), Arc::default());
    let devices = Devices::new(db.clone(), &sessions, Lifetimes::default(), reminders.planner.clone(), texts);
    let (shared_keys, shared_ids) = (Arc::clone(&keys), Arc::clone(&made_with.2));
    let syncing = Syncing::new(db.clone(), shared_keys, shared_ids, clock, intake.clone());
    let site = Site {
        syncing,
        sms_number: None,
        reviews,
        phones: Phones::new(made_with, gateways.clone(), HashMap::new(), Arc::default()),
        devices,
        sessions,
        receiver: Receiver { db: db.clone(), intake: intake.clone(), clock, time: ServerTime::default() },
        db,
        body_time: Duration::from_secs(10),
        intake,
        gateways,
        reminders: Arc::new(reminders),
        clock,
        keys,
        collecting,
        public_url: None,
        trusted_proxies: Vec::new(),
        catalogue,
        calendar,
    };
    (web::Data::new(site), folder)
}

async fn token(site: &Site, role: Role, unit_id: Option<UnitId>) -> String {
    let ids = Arc::new(Mutex::new(IdMaker::new(2, site.clock.real_micros() << 12)));
    let now = site.clock.real_micros();
    let username = format!("{}{}", role.name(), unit_id.unwrap_or(0));
    let request =
        AccountRequest { username: username.clone(), password: "12345678".to_owned(), role, unit_id };
    add_account(&site.db, &ids, request, now).await.unwrap();
    site.sessions.issue(&username, now).await.unwrap().access_token
}

macro_rules! ask {
    ($app:expr, $request:expr) => {{
        let response = asking::call_service(&$app, $request.to_request()).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = asking::read_body(response).await;
        let json = serde_json::from_slice::<Value>(&body).unwrap_or(Value::Null);
        (status, json, headers)
    }};
}

#[test]
fn every_route_is_described_and_everything_described_is_a_route() {
    let routes: BTreeSet<(String, String)> = ROUTES
        .iter()
        .map(|route| (route.method.as_str().to_lowercase(), route.path.replace(":.*}", "}")))
        .collect();
    let document = serde_json::to_value(openapi()).unwrap();
    let described: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(move |method| (method.clone(), path.clone()))
        })
        .collect();
    assert_eq!(routes, described);
    assert_eq!(document["openapi"], "3.1.0");
}

#[test]
fn a_route_that_needs_a_token_is_described_so_and_no_other() {
    let document = serde_json::to_value(openapi()).unwrap();
    for route in ROUTES {
        let path = route.path.replace(":.*}", "}");
        let method = route.method.as_str().to_lowercase();
        let secured = document["paths"][&path][&method].get("security").is_some();
        assert_eq!(secured, route.access != Access::Open, "{method} {path}");
    }
}

#[test]
fn routes_of_one_address_stand_together() {
    let mut paths: Vec<&str> = ROUTES.iter().map(|route| route.path).collect();
    paths.dedup();
    let distinct: BTreeSet<&str> = paths.iter().copied().collect();
    assert_eq!(paths.len(), distinct.len());
}

#[actix_web::test]
async fn every_error_is_a_problem_with_a_stable_code_and_the_request_id() {
    let (site, _folder) = site();
    let app = asking::init_service(application(site)).await;
    let cases = [
        (asking::TestRequest::get().uri("/nowhere"), 404, "not_found"),
        (asking::TestRequest::delete().uri("/healthz"), 405, "method_not_allowed"),
        (asking::TestRequest::get().uri("/api/v1/units"), 401, "unauthenticated"),
        (
            asking::TestRequest::get().uri("/api/v1/units").insert_header(("authorization", "Bearer x")),
            401,
            "invalid_token",
        ),
        (asking::TestRequest::post().uri("/api/v1/auth/token"), 415, "unsupported_media_type"),
        (
            asking::TestRequest::post()
                .uri("/api/v1/auth/token")
                .insert_header(("content-type", "application/json"))
                .set_payload("{"),
            400,
            "invalid_json",
        ),
        (
            asking::TestRequest::post()
                .uri("/api/v1/auth/token")
                .insert_header(("content-type", "application/json; charset=utf-8"))
                .set_payload(r#"{"username":"a","password":"b","admin":true}"#),
            422,
            "validation_failed",
        ),
        (
            asking::TestRequest::post()
                .uri("/api/v1/auth/token")
                .insert_header(("content-type", "application/json"))
                .set_payload(" ".repeat(70_000)),
            413,
            "body_too_large",
        ),
        (
            asking::TestRequest::post()
                .uri("/api/v1/auth/refresh")
                .insert_header(("content-type", "application/json"))
                .set_payload(r#"{"refresh_token":"never given"}"#),
            401,
            "refresh_refused",
        ),
    ];
    for (request, status, code) in cases {
        let (got, body, headers) = ask!(app, request.insert_header(("x-request-id", "test-7")));
        assert_eq!((got.as_u16(), body["code"].as_str()), (status, Some(code)), "{body}");
        assert_eq!(headers.get("content-type").unwrap(), "application/problem+json");
        assert_eq!(
            (body["request_id"].as_str(), headers.get("x-request-id").unwrap().to_str().unwrap()),
            (Some("test-7"), "test-7")
        );
        assert_eq!(body["status"], status);
        assert_eq!(headers.get("x-content-type-options").unwrap(), "nosniff");
    }
    let (_, _, headers) = ask!(app, asking::TestRequest::delete().uri("/healthz"));
    assert_eq!(headers.get("allow").unwrap(), "GET");
    let (_, _, headers) = ask!(app, asking::TestRequest::get().uri("/api/v1/units"));
    assert_eq!(headers.get("www-authenticate").unwrap(), "Bearer");
}

/// What each role is told at each address with a token, as a role of the commune, of the province or of the country.
#[actix_web::test]
async fn every_role_at_every_route_is_let_in_or_not_as_the_table_of_access_says() {
    let (site, _folder) = site();
    // An answer that never ends would not be read to its end.
    site.syncing.live().close();
    let app = asking::init_service(application(site.clone())).await;
    let places = [
        (Role::Head, Some(COMMUNE.1)),
        (Role::Team, Some(COMMUNE.1)),
        (Role::Manager, Some(COMMUNE.1)),
        (Role::Commune, Some(COMMUNE.1)),
        (Role::Decider, Some(COMMUNE.1)),
        (Role::Province, Some(PROVINCE.1)),
        (Role::National, None),
        (Role::Auditor, None),
        (Role::Admin, None),
    ];
    for (role, unit) in places {
        let bearer = format!("Bearer {}", token(&site, role, unit).await);
        for route in ROUTES {
            let Access::Token(action) = route.access else { continue };
            let request =
                asking::TestRequest::default().method(route.method.clone()).uri(&example(route.path));
            let (status, body, _) = ask!(app, request.insert_header(("authorization", bearer.clone())));
            let caller = crate::flows::authenticate::Caller::account(1, role, unit);
            let somewhere = crate::flows::permit::permit_somewhere(&caller, action).is_ok();
            // The stream that was closed above has no room, and says so to whoever might listen somewhere.
            if somewhere && route.path == "/api/v1/sync/stream" {
                assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{role:?} {body}");
                continue;
            }
            assert_eq!(
                status == StatusCode::FORBIDDEN,
                !may(route.path, &caller, somewhere),
                "{role:?} {} {status} {body}",
                route.path
            );
            assert!(!status.is_server_error(), "{role:?} {} {body}", route.path);
            assert_ne!(status, StatusCode::UNAUTHORIZED);
        }
    }
}

/// An address of the pattern that asks about the example commune or province.
fn example(pattern: &str) -> String {
    let path = match pattern {
        "/api/v1/provinces/{code}/indicators" => pattern.replace("{code}", PROVINCE.0),
        "/api/v1/reviews/schemes/{code}" => pattern.replace("{code}", "tt124-2021"),
        "/api/v1/sync/{collection}" => pattern.replace("{collection}", "reports"),
        _ => pattern.replace("{code}", COMMUNE.0).replace("{id}", "1").replace("{file}", "1"),
    };
    match pattern {
        "/api/v1/reports" => format!("{path}?unit={}", COMMUNE.0),
        "/api/v1/programme" => format!("{path}?province={}&from=2012&to=2020", PROVINCE.0),
        "/api/v1/incidents" => format!("{path}?unit={}&from=2026-01-01&to=2026-03-01", COMMUNE.0),
        "/api/v1/reviews" | "/api/v1/reviews/shares" => format!("{path}?unit={}&year=2026", COMMUNE.0),
        _ if pattern.ends_with("indicators") && pattern != "/api/v1/indicators" => {
            format!("{path}?period=2026-02")
        }
        "/api/v1/indicators/national" => format!("{path}?period=2026-02"),
        _ => path,
    }
}

/// Whether the caller may see the example: some questions are about an area above the caller's own.
fn may(pattern: &str, caller: &crate::flows::authenticate::Caller, somewhere: bool) -> bool {
    match pattern {
        "/api/v1/indicators/national" => somewhere && caller.unit_id.is_none(),
        "/api/v1/provinces/{code}/indicators" | "/api/v1/programme" => {
            somewhere && caller.unit_id != Some(COMMUNE.1)
        }
        // Phones hold a commune at most.
        "/api/v1/sync/{collection}" => somewhere && caller.unit_id == Some(COMMUNE.1),
        _ => somewhere,
    }
}

#[actix_web::test]
async fn a_commune_sees_itself_and_not_its_neighbour() {
    let (site, _folder) = site();
    let app = asking::init_service(application(site.clone())).await;
    let bearer = format!("Bearer {}", token(&site, Role::Commune, Some(COMMUNE.1)).await);
    let get =
        |uri: &str| asking::TestRequest::get().uri(uri).insert_header(("authorization", bearer.clone()));
    let (status, month, _) = ask!(app, get("/api/v1/communes/02953/indicators?period=2026-02"));
    assert_eq!(status, StatusCode::OK, "{month}");
    assert_eq!(month["indicators"].as_array().unwrap().len(), 45);
    assert_eq!(
        month["indicators"][0],
        serde_json::json!({"code": "TC", "value": null, "stated": 0, "previous": null,
        "same_month_last_year": null, "change": null, "change_percent": null, "change_from_last_year": null,
        "change_from_last_year_percent": null})
    );
    assert_eq!((month["state"].as_str(), month["from"].as_str()), (Some("open"), Some("2026-01-15")));
    assert_eq!(month["hamlets_expected"], 0);
    assert_eq!(month["completeness"], Value::Null);
    let cases = [
        ("/api/v1/communes/04792/indicators?period=2026-02", 403, "forbidden"),
        ("/api/v1/communes/99999/indicators?period=2026-02", 404, "unknown_unit"),
        ("/api/v1/communes/15/indicators?period=2026-02", 404, "unknown_unit"),
        ("/api/v1/communes/02953/indicators", 400, "invalid_parameter"),
        ("/api/v1/communes/02953/indicators?period=2026-13", 400, "invalid_parameter"),
        ("/api/v1/communes/02953/indicators?period=2026-02&view=never", 400, "invalid_parameter"),
        ("/api/v1/communes/02953/indicators?period=2026-02&perod=1", 400, "invalid_parameter"),
        ("/api/v1/communes/0295%00/indicators?period=2026-02", 404, "unknown_unit"),
        ("/api/v1/communes/%FF/indicators?period=2026-02", 404, "unknown_unit"),
        ("/api/v1/units?limit=0", 400, "invalid_parameter"),
        ("/api/v1/units?at=2026-02-30", 400, "invalid_parameter"),
        ("/api/v1/reports/1", 404, "not_found"),
        ("/api/v1/reports/%00", 404, "not_found"),
        ("/api/v1/messages?state=lost", 400, "invalid_parameter"),
    ];
    for (uri, status, code) in cases {
        let (got, body, _) = ask!(app, get(uri));
        assert_eq!((got.as_u16(), body["code"].as_str()), (status, Some(code)), "{uri}: {body}");
    }
}

#[actix_web::test]
async fn the_page_to_try_the_api_asks_no_foreign_host() {
    let (site, _folder) = site();
    let app = asking::init_service(application(site)).await;
    for file in ["", "swagger-initializer.js", "swagger-ui.css"] {
        let request = asking::TestRequest::get().uri(&format!("/api/docs/{file}")).to_request();
        let response = asking::call_service(&app, request).await;
        assert_eq!(response.status(), StatusCode::OK, "{file}");
        let policy = response.headers().get("content-security-policy").unwrap().to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'self'"), "{policy}");
    }
    let request = asking::TestRequest::get().uri("/api/docs/swagger-initializer.js").to_request();
    let body = asking::read_body(asking::call_service(&app, request).await).await;
    let script = String::from_utf8_lossy(&body);
    assert!(
        script.contains("/api/openapi.json") && script.contains("\"validatorUrl\": \"none\""),
        "{script}"
    );
    let (status, document, _) = ask!(app, asking::TestRequest::get().uri("/api/openapi.json"));
    assert_eq!((status, document["openapi"].as_str()), (StatusCode::OK, Some("3.1.0")));
}
