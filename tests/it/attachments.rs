//! Photographs in pieces over a poor network: cut off, killed in the middle, wrong, too many, and somebody else's.

use std::io::Write;
use std::net::TcpStream;
use std::path::PathBuf;

use binhyen::clock::Clock;
use binhyen::crypto::{hex, sha256};
use binhyen::db::sql::Sql;
use binhyen::documents::file_store::FileStore;
use binhyen::flows::collect::drop_unfinished;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::otp::{Heads, access};
use crate::support::TestDatabase;
use crate::support::process::{Server, program};
use crate::support::world::{HEAD, OTHER_HEAD};
use crate::web::office::{Answer, refused};

const PIECE: usize = 256 * 1024;

/// A photograph of `size` bytes, each time the same.
fn jpeg(size: usize) -> Vec<u8> {
    let bytes = (0..size).map(|at| u8::try_from(at * 31 % 251).unwrap());
    [0xFF, 0xD8, 0xFF, 0xE0].into_iter().chain(bytes).take(size).collect()
}

fn digest(bytes: &[u8]) -> String {
    hex(&sha256(&[bytes]))
}

/// A head with a phone, an incident told, and its photographs to send.
struct Camera {
    heads: Heads,
    token: String,
}

impl Camera {
    async fn open(test: TestDatabase) -> Camera {
        let heads = Heads::open(test).await;
        let opened = heads.log_in(HEAD, "phone-1", 1).await;
        let camera = Camera { heads, token: access(&opened).to_owned() };
        camera.tell("incident-1", "2026-03-10").await;
        camera
    }

    async fn tell(&self, id: &str, day: &str) -> String {
        let report =
            json!({"id": id, "unit": "03847001", "kind": "incident", "day": day, "values": {"TC": 1}});
        let (status, told) = self.heads.office.post("/api/v1/reports", &self.token, &report).await;
        assert_eq!(status.as_u16(), 201, "{told}");
        told["report"].as_str().unwrap().to_owned()
    }

    async fn announce(&self, body: Value) -> Answer {
        self.heads.office.post("/api/v1/attachments", &self.token, &body).await
    }

    /// Announces `bytes` for the incident; answers how many of them are there.
    async fn begin(&self, bytes: &[u8]) -> Value {
        let (status, begun) = self.announce(announcement(bytes)).await;
        assert!(status.is_success(), "{begun}");
        begun["offset"].clone()
    }

    fn patch(&self, digest: &str) -> reqwest::RequestBuilder {
        let office = &self.heads.office;
        let address = office.server.url(&format!("/api/v1/attachments/{digest}"));
        let request = office.client.patch(address).bearer_auth(&self.token);
        request.header("Content-Type", "application/octet-stream")
    }

    async fn send(&self, digest: &str, offset: usize, piece: &[u8]) -> (Answer, HeaderMap) {
        let request = self.patch(digest).header("Upload-Offset", offset).body(piece.to_vec());
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        ((status, answer.json().await.unwrap()), headers)
    }

    /// Sends the rest from `offset` on; answers the last answer.
    async fn send_all(&self, bytes: &[u8], mut offset: usize) -> Answer {
        let digest = digest(bytes);
        loop {
            let piece = &bytes[offset..bytes.len().min(offset + PIECE)];
            let (answer, _) = self.send(&digest, offset, piece).await;
            offset += piece.len();
            if offset == bytes.len() || !answer.0.is_success() {
                return answer;
            }
        }
    }

    async fn photos(&self) -> Value {
        let (status, photos) = self.heads.office.get(&self.path("incident-1").await, &self.token).await;
        assert_eq!(status.as_u16(), 200, "{photos}");
        photos["items"].clone()
    }

    /// Where the photographs of a report are.
    async fn path(&self, report: &str) -> String {
        let (_, shown) = self.heads.office.get(&format!("/api/v1/reports/{report}"), &self.token).await;
        format!("/api/v1/reports/{}/photos", shown["id"].as_str().unwrap())
    }

    fn folder(&self) -> PathBuf {
        self.heads.office.test.beside("evidence")
    }

    fn drafts(&self) -> usize {
        std::fs::read_dir(self.folder().join("drafts")).map_or(0, Iterator::count)
    }

    /// The server's power fails, and comes back.
    fn kill(&mut self) {
        self.heads.office.server.signal("-KILL");
        let mut command = program(&self.heads.office.test);
        command.env("BINHYEN__GATEWAYS__TEST__SEND_URL", self.heads.provider.url());
        self.heads.office.server = Server::start(command);
    }
}

fn announcement(bytes: &[u8]) -> Value {
    let name = "hiện trường.jpg";
    json!({"sha256": digest(bytes), "size": bytes.len(), "kind": "image/jpeg", "report": "incident-1", "name": name})
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

async fn a_photograph_that_is_cut_off_goes_on_where_the_disk_ends(test: TestDatabase) {
    let mut camera = Camera::open(test).await;
    let photo = jpeg(2 * PIECE + 1_000);
    let digest = digest(&photo);
    let (status, begun) = camera.announce(announcement(&photo)).await;
    assert_eq!(status.as_u16(), 201);
    assert_eq!((&begun["offset"], &begun["complete"]), (&json!(0), &json!(false)), "{begun}");
    assert_eq!(begun["largest_piece"], PIECE);
    let ((status, sent), headers) = camera.send(&digest, 0, &photo[..PIECE]).await;
    assert_eq!((status.as_u16(), &sent["offset"]), (200, &json!(PIECE)));
    assert_eq!(headers["upload-offset"], PIECE.to_string());

    // The network is gone in the middle of the second piece.
    let address = camera.heads.office.server.url("");
    let mut line = TcpStream::connect(address.strip_prefix("http://").unwrap()).unwrap();
    let head = format!(
        "PATCH /api/v1/attachments/{digest} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/octet-stream\r\nUpload-Offset: {PIECE}\r\nContent-Length: {PIECE}\r\n\r\n",
        camera.token
    );
    line.write_all(head.as_bytes()).unwrap();
    line.write_all(&photo[PIECE..PIECE + PIECE / 2]).unwrap();
    drop(line);
    assert_eq!(camera.begin(&photo).await, PIECE);

    camera.kill();
    let (status, shown) =
        camera.heads.office.get(&format!("/api/v1/attachments/{digest}"), &camera.token).await;
    assert_eq!((status.as_u16(), &shown["offset"]), (200, &json!(PIECE)), "{shown}");
    let waiting = camera.photos().await;
    assert_eq!((&waiting[0]["complete"], &waiting[0]["received"]), (&json!(false), &json!(PIECE)));

    let last = camera.send_all(&photo, PIECE).await;
    assert_eq!((last.0.as_u16(), &last.1["complete"]), (200, &json!(true)), "{}", last.1);
    // The answer was lost on the way; the same again changes nothing.
    let ((status, again), _) = camera.send(&digest, 2 * PIECE, &photo[2 * PIECE..]).await;
    assert_eq!((status.as_u16(), &again["complete"]), (200, &json!(true)));
    let (status, whole) = camera.announce(announcement(&photo)).await;
    assert_eq!((status.as_u16(), &whole["offset"]), (200, &json!(photo.len())));
    assert_eq!(camera.drafts(), 0);

    let photos = camera.photos().await;
    assert_eq!(photos.as_array().unwrap().len(), 1, "{photos}");
    assert_eq!((&photos[0]["name"], &photos[0]["sha256"]), (&json!("hiện trường.jpg"), &json!(digest)));
    let path = format!("{}/{}", camera.path("incident-1").await, photos[0]["id"].as_str().unwrap());
    let office = &camera.heads.office;
    let got = office.client.get(office.server.url(&path)).bearer_auth(&camera.token).send().await.unwrap();
    assert_eq!(got.headers()["content-type"], "image/jpeg");
    assert_eq!(got.bytes().await.unwrap(), photo);
    office.world.assert_consistent().await;
}

async fn the_same_piece_many_times_at_once_is_one_piece(test: TestDatabase) {
    let camera = Camera::open(test).await;
    let photo = jpeg(PIECE + 5_000);
    camera.begin(&photo).await;
    let digest = digest(&photo);
    for (offset, end) in [(0, PIECE), (PIECE, photo.len())] {
        let piece = &photo[offset..end];
        let sends = (0..8).map(|_| camera.send(&digest, offset, piece));
        let answers = futures_util::future::join_all(sends).await;
        for ((status, body), _) in &answers {
            // Whoever came late is told where to go on.
            let told = status.is_success() || body["code"] == "offset_mismatch";
            assert!(told, "{body}");
        }
        assert!(answers.iter().any(|((status, _), _)| status.is_success()));
        assert_eq!(camera.begin(&photo).await, end);
    }
    assert_eq!((camera.photos().await[0]["complete"].clone(), camera.drafts()), (json!(true), 0));
}

async fn what_is_not_what_it_says_is_thrown_away(test: TestDatabase) {
    let camera = Camera::open(test).await;
    let photo = jpeg(PIECE + 10);
    let mut damaged = photo.clone();
    damaged[100] ^= 1;
    camera.begin(&photo).await;
    let digest_of_photo = digest(&photo);
    for (offset, piece) in [(0, &damaged[..PIECE]), (PIECE, &damaged[PIECE..])] {
        let (answer, _) = camera.send(&digest_of_photo, offset, piece).await;
        if offset > 0 {
            refused(&answer, 422, "digest_mismatch");
        }
    }
    assert_eq!((camera.drafts(), camera.begin(&photo).await), (0, json!(0)));
    let whole = camera.send_all(&photo, 0).await;
    assert_eq!(whole.1["complete"], true, "{}", whole.1);

    let png = [&b"\x89PNG\r\n\x1a\n"[..], &[1; 50]].concat();
    let program = [&b"MZ\x90\x00"[..], &[0; 200]].concat();
    for other in [&png, &program, &b"%PDF-1.7\n%%EOF\n".to_vec()] {
        camera.begin(other).await;
        refused(&camera.send_all(other, 0).await, 422, "file_refused");
        let path = format!("/api/v1/attachments/{}", digest(other));
        refused(&camera.heads.office.get(&path, &camera.token).await, 404, "not_found");
    }
    assert_eq!((camera.drafts(), camera.photos().await.as_array().unwrap().len()), (0, 1));

    // The disk forgot what the database knows: nothing is made of what is lacking.
    let lost = jpeg(PIECE * 2);
    camera.begin(&lost).await;
    camera.send(&digest(&lost), 0, &lost[..PIECE]).await;
    for draft in std::fs::read_dir(camera.folder().join("drafts")).unwrap() {
        std::fs::remove_file(draft.unwrap().path()).unwrap();
    }
    let (answer, headers) = camera.send(&digest(&lost), PIECE, &lost[PIECE..]).await;
    refused(&answer, 409, "offset_mismatch");
    assert_eq!((&headers["upload-offset"], camera.begin(&lost).await), (&"0".parse().unwrap(), json!(0)));
    assert_eq!(camera.send_all(&lost, 0).await.1["complete"], true);
}

async fn every_bad_announcement_and_piece_is_told_apart(test: TestDatabase) {
    let camera = Camera::open(test).await;
    let photo = jpeg(1_000);
    let good = announcement(&photo);
    let invalid = [
        ("sha256", json!(digest(&photo).to_uppercase()), "bad_digest"),
        ("sha256", json!("00"), "bad_digest"),
        ("size", json!(0), "bad_size"),
        ("size", json!(10 * 1024 * 1024 + 1), "bad_size"),
        ("kind", json!("application/pdf"), "unknown_kind"),
        ("report", json!(""), "bad_id"),
        ("name", json!("a".repeat(201)), "bad_name"),
        ("name", json!("a\nb"), "bad_name"),
        ("size", json!("many"), "wrong_type"),
        ("more", json!(1), "unknown_field"),
    ];
    for (field, value, code) in invalid {
        let answer = camera.announce(with(good.clone(), field, value)).await;
        refused(&answer, 422, "validation_failed");
        assert_eq!(answer.1["errors"][0]["code"], code, "{}", answer.1);
    }
    for nothing in ["incident-2", "1", "' OR 1=1"] {
        refused(&camera.announce(with(good.clone(), "report", json!(nothing))).await, 404, "not_found");
    }
    let digest = digest(&photo);
    refused(&camera.send(&digest, 0, &photo).await.0, 404, "not_found");
    camera.begin(&photo).await;
    let answer = camera.announce(with(good.clone(), "size", json!(999))).await;
    assert_eq!(answer.1["errors"][0]["code"], "announced_otherwise", "{}", answer.1);

    let office = &camera.heads.office;
    let piece = || camera.patch(&digest).body(photo.clone());
    let unread = office.client.patch(office.server.url(&format!("/api/v1/attachments/{digest}")));
    let from = |offset: &'static str| piece().header("Upload-Offset", offset);
    let cases = [
        (piece(), 400, "invalid_parameter"),
        (from("-1"), 400, "invalid_parameter"),
        (from("ten"), 400, "invalid_parameter"),
        (from("99999999999"), 400, "invalid_parameter"),
        (from("1"), 409, "offset_mismatch"),
        (from("0").header("Content-Encoding", "gzip"), 415, "unsupported_media_type"),
        (
            unread.bearer_auth(&camera.token).header("Upload-Offset", "0").json(&good),
            415,
            "unsupported_media_type",
        ),
        (camera.patch(&digest).header("Upload-Offset", "0"), 400, "bad_request"),
        (camera.patch(&digest).header("Upload-Offset", "0").body(jpeg(1_001)), 422, "validation_failed"),
        (camera.patch("abc").header("Upload-Offset", "0").body("x"), 404, "not_found"),
        (camera.patch(&digest).header("Upload-Offset", "0").body(jpeg(PIECE + 1)), 413, "body_too_large"),
    ];
    for (request, status, code) in cases {
        refused(&office.ask(request).await, status, code);
    }
    assert_eq!(camera.begin(&photo).await, 0, "nothing of it was kept");

    // A photograph may belong to several reports, a report may have twenty, and twenty may be begun at a time.
    camera.tell("incident-3", "2026-03-11").await;
    let (status, _) = camera.announce(with(good.clone(), "report", json!("incident-3"))).await;
    assert_eq!(status.as_u16(), 201);
    for more in 1..20 {
        camera.begin(&jpeg(1_000 + more)).await;
    }
    refused(&camera.announce(announcement(&jpeg(2_000))).await, 422, "validation_failed");
    let other = with(announcement(&jpeg(2_000)), "report", json!("incident-3"));
    refused(&camera.announce(other.clone()).await, 409, "too_many_open");
    camera.send_all(&photo, 0).await;
    assert_eq!(camera.announce(other).await.0.as_u16(), 201);
}

async fn who_practises_adds_no_photograph_to_a_report_that_counts(test: TestDatabase) {
    let camera = Camera::open(test).await;
    let world = &camera.heads.office.world;
    world.import_people("name,phone,role,unit,practice\nLò Văn Ún,0900000001,head,03847001,yes\n").await;
    refused(&camera.announce(announcement(&jpeg(100))).await, 404, "not_found");
    assert_eq!(world.number("SELECT count(*) FROM attachment").await, 0);
}

async fn nobody_else_sees_a_photograph_or_goes_on_with_it(test: TestDatabase) {
    let camera = Camera::open(test).await;
    let office = &camera.heads.office;
    let photo = jpeg(PIECE + 1);
    camera.begin(&photo).await;
    camera.send(&digest(&photo), 0, &photo[..PIECE]).await;

    let opened = camera.heads.log_in(OTHER_HEAD, "phone-2", 2).await;
    let other = access(&opened).to_owned();
    let shown = format!("/api/v1/attachments/{}", digest(&photo));
    refused(&office.get(&shown, &other).await, 404, "not_found");
    refused(&office.post("/api/v1/attachments", &other, &announcement(&photo)).await, 404, "not_found");
    let rest = office.client.patch(office.server.url(&shown)).bearer_auth(&other);
    let rest = rest.header("Content-Type", "application/octet-stream").header("Upload-Offset", PIECE);
    refused(&office.ask(rest.body(photo[PIECE..].to_vec())).await, 404, "not_found");
    // Knowing a digest gives nobody the picture: the other's own announcement begins at nothing.
    let report =
        json!({"id": "o", "unit": "03847002", "kind": "incident", "day": "2026-03-10", "values": {"TC": 1}});
    assert_eq!(office.post("/api/v1/reports", &other, &report).await.0.as_u16(), 201);
    let own = with(announcement(&photo), "report", json!("o"));
    assert_eq!(office.post("/api/v1/attachments", &other, &own).await.1["offset"], 0);

    let path = camera.path("incident-1").await;
    let one = format!("{path}/{}", camera.photos().await[0]["id"].as_str().unwrap());
    let officer = office.token("commune", Some("03847")).await;
    let (_, waiting) = office.get(&path, &officer).await;
    assert_eq!(waiting["items"][0]["complete"], false, "{waiting}");
    refused(&office.get(&one, &officer).await, 404, "not_found");
    camera.send_all(&photo, PIECE).await;
    assert_eq!(office.get(&one, &officer).await.0.as_u16(), 200);
    office.add_account("neighbour", "commune", Some("04792"));
    let neighbour = office.log_in("neighbour", crate::web::office::PASSWORD).await.1;
    for token in [access(&neighbour), &other] {
        refused(&office.get(&path, token).await, 404, "not_found");
        refused(&office.get(&one, token).await, 404, "not_found");
    }
    let admin = office.token("admin", None).await;
    refused(&office.post("/api/v1/attachments", &admin, &announcement(&photo)).await, 403, "forbidden");
    refused(&office.post("/api/v1/attachments", "", &announcement(&photo)).await, 401, "unauthenticated");
    // The officer adds one to the head's incident, by the id of the server.
    let id = path.split('/').nth(4).unwrap();
    let more = jpeg(100);
    let body = with(announcement(&more), "report", json!(id));
    assert_eq!(office.post("/api/v1/attachments", &officer, &body).await.0.as_u16(), 201);
    assert_eq!(camera.photos().await.as_array().unwrap().len(), 2);
    assert_eq!(office.world.number("SELECT count(*) FROM audit WHERE action = 'attach_photo'").await, 3);
}

async fn what_was_given_up_is_thrown_away_and_can_be_begun_anew(test: TestDatabase) {
    let camera = Camera::open(test).await;
    let (given_up, going_on, whole) = (jpeg(PIECE + 1), jpeg(PIECE + 2), jpeg(50));
    for photo in [&given_up, &going_on] {
        camera.begin(photo).await;
        camera.send(&digest(photo), 0, &photo[..PIECE]).await;
    }
    camera.begin(&whole).await;
    camera.send_all(&whole, 0).await;
    std::fs::write(camera.folder().join("drafts/7"), b"of a server that died").unwrap();
    let world = &camera.heads.office.world;
    let long_ago = |conn: &mut binhyen::db::Conn| {
        let size = i64::try_from(PIECE).unwrap() + 2;
        Ok(Sql::new("UPDATE attachment SET seen_at = 0 WHERE size <> ").bind(size).run(conn)?)
    };
    assert_eq!(world.db.write(long_ago).await.unwrap(), 2);

    let files = FileStore::open(&camera.folder()).unwrap();
    drop_unfinished(&world.db, &files, Clock::system(), 14).await;
    assert_eq!(camera.drafts(), 1);
    let photos: Vec<(usize, bool)> = camera
        .photos()
        .await
        .as_array()
        .unwrap()
        .iter()
        .map(|photo| {
            (usize::try_from(photo["size"].as_u64().unwrap()).unwrap(), photo["complete"].as_bool().unwrap())
        })
        .collect();
    assert_eq!(photos, [(PIECE + 2, false), (50, true)]);
    let (answer, _) = camera.send(&digest(&given_up), PIECE, &given_up[PIECE..]).await;
    refused(&answer, 404, "not_found");
    assert_eq!(camera.begin(&given_up).await, 0);
    assert_eq!(camera.send_all(&given_up, 0).await.1["complete"], true);
    assert_eq!(camera.send_all(&going_on, PIECE).await.1["complete"], true);
    assert_eq!(camera.drafts(), 0);
}

on_both!(
    a_photograph_that_is_cut_off_goes_on_where_the_disk_ends,
    the_same_piece_many_times_at_once_is_one_piece,
    what_is_not_what_it_says_is_thrown_away,
    every_bad_announcement_and_piece_is_told_apart,
    nobody_else_sees_a_photograph_or_goes_on_with_it,
    who_practises_adds_no_photograph_to_a_report_that_counts,
    what_was_given_up_is_thrown_away_and_can_be_begun_anew,
);
