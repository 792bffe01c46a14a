use std::net::Ipv4Addr;

use super::*;
use crate::db::Target;
use crate::domain::ids::IdMaker;

const NOW: i64 = 1_780_000_000_000_000;
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

struct Place {
    sessions: Sessions,
    db: Db,
    _folder: tempfile::TempDir,
}

async fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(Target::Sqlite(folder.path().join("test.db").display().to_string())).unwrap();
    let ids: SharedIds = Arc::new(Mutex::new(IdMaker::new(1, 0)));
    let keys = Arc::new(Keys::from_bytes(&[7; 32]).unwrap());
    let request = AccountRequest {
        username: "Lan".to_owned(),
        password: "mật khẩu dài".to_owned(),
        role: Role::Commune,
        unit_id: Some(2_004_792),
    };
    add_account(&db, &ids, request, NOW).await.unwrap();
    Place { sessions: Sessions::new(db.clone(), keys, ids, Lifetimes::default()), db, _folder: folder }
}

impl Place {
    async fn log_in(&self, now: i64) -> Tokens {
        self.sessions.open("lan", "mật khẩu dài".to_owned(), HERE, now).await.unwrap()
    }
}

#[tokio::test]
async fn an_access_token_names_the_account_its_role_and_unit_until_it_expires() {
    let place = place().await;
    let tokens = place.log_in(NOW).await;
    let (bearer, expires) = place.sessions.bearer(&tokens.access_token, NOW + 14 * MINUTE).await.unwrap();
    assert_eq!(expires, NOW + 15 * MINUTE);
    let Bearer::Account(caller) = bearer else { panic!("{bearer:?}") };
    assert_eq!((caller.role, caller.unit_id), (Role::Commune, Some(2_004_792)));
    assert_eq!(tokens.expires_in, 900);
    let late = place.sessions.bearer(&tokens.access_token, NOW + 15 * MINUTE).await;
    assert!(matches!(late, Err(AuthError::Expired)));
}

#[tokio::test]
async fn a_token_that_was_changed_or_signed_by_another_is_refused() {
    let place = place().await;
    let token = place.log_in(NOW).await.access_token;
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, _) = signed.split_once('.').unwrap();
    let claims =
        BASE64.encode(r#"{"sub":"1","role":"admin","unit":null,"sid":"1","iat":0,"exp":9999999999}"#);
    let none = BASE64.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let forged = [
        format!("{header}.{claims}.{signature}"),
        format!("{none}.{claims}."),
        format!("{signed}."),
        "a.b.c".to_owned(),
        String::new(),
    ];
    for token in forged {
        let refused = place.sessions.bearer(&token, NOW).await;
        assert!(matches!(refused, Err(AuthError::InvalidToken)), "{token}: {refused:?}");
    }
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_its_reuse_ends_the_family() {
    let place = place().await;
    let first = place.log_in(NOW).await;
    let second = place.sessions.refresh(&first.refresh_token, NOW + MINUTE).await.unwrap();
    assert!(place.sessions.bearer(&second.access_token, NOW + MINUTE).await.is_ok());
    let other = place.log_in(NOW + MINUTE).await;

    let reused = place.sessions.refresh(&first.refresh_token, NOW + 2 * MINUTE).await;
    assert!(matches!(reused, Err(AuthError::RefreshRefused)));
    let revoked = place.sessions.refresh(&second.refresh_token, NOW + 2 * MINUTE).await;
    assert!(matches!(revoked, Err(AuthError::RefreshRefused)));
    assert!(place.sessions.refresh(&other.refresh_token, NOW + 2 * MINUTE).await.is_ok());
}

#[tokio::test]
async fn a_refresh_token_lapses_and_ends_with_a_new_password() {
    let place = place().await;
    let tokens = place.log_in(NOW).await;
    let late = place.sessions.refresh(&tokens.refresh_token, NOW + 30 * DAY).await;
    assert!(matches!(late, Err(AuthError::RefreshRefused)));

    let tokens = place.log_in(NOW).await;
    change_password(&place.db, "lan", "mật khẩu mới".to_owned(), NOW).await.unwrap();
    let ended = place.sessions.refresh(&tokens.refresh_token, NOW + MINUTE).await;
    assert!(matches!(ended, Err(AuthError::RefreshRefused)));
    let old = place.sessions.open("lan", "mật khẩu dài".to_owned(), HERE, NOW).await;
    assert!(matches!(old, Err(AuthError::WrongCredentials)));
}

#[tokio::test]
async fn keys_rotate_and_old_ones_verify_until_their_tokens_expire() {
    let place = place().await;
    let retiring = NOW + 7 * DAY - MINUTE;
    let before = {
        place.log_in(NOW).await;
        place.log_in(retiring).await
    };
    let after = place.log_in(NOW + 7 * DAY).await;
    let kid = |token: &str| jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
    assert_ne!(kid(&before.access_token), kid(&after.access_token));
    let now = NOW + 7 * DAY + MINUTE;
    assert!(place.sessions.bearer(&before.access_token, now).await.is_ok());
    assert!(place.sessions.bearer(&after.access_token, now).await.is_ok());
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_are_told_alike_and_limited() {
    let place = place().await;
    for name in ["lan", "nobody"] {
        for _ in 0..10 {
            let wrong = place.sessions.open(name, "wrong password".to_owned(), HERE, NOW).await;
            assert!(matches!(wrong, Err(AuthError::WrongCredentials)));
        }
        let limited = place.sessions.open(name, "mật khẩu dài".to_owned(), HERE, NOW).await;
        assert!(matches!(limited, Err(AuthError::TooMany(_))), "{limited:?}");
    }
    assert!(place.sessions.open("lan", "mật khẩu dài".to_owned(), HERE, NOW + 15 * MINUTE).await.is_ok());
}

#[tokio::test]
async fn a_name_is_taken_once_whatever_its_case() {
    let place = place().await;
    let request = |username: &str| AccountRequest {
        username: username.to_owned(),
        password: "another password".to_owned(),
        role: Role::National,
        unit_id: None,
    };
    let ids = &place.sessions.ids;
    assert!(matches!(
        add_account(&place.db, ids, request(" LAN "), NOW).await,
        Err(AuthError::UsernameTaken)
    ));
    assert!(matches!(
        add_account(&place.db, ids, request("lan lan"), NOW).await,
        Err(AuthError::BadUsername)
    ));
}
