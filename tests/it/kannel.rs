//! The whole way by a real Kannel: a phone's text in, the reply out, the delivery report back; whatever stops in
//! between starts again without a loss.

use std::process::Command;
use std::time::Duration;

use crate::support::TestDatabase;
use crate::support::kannel::Kannel;
use crate::support::ports::free_port;
use crate::support::process::{Server, program};
use crate::support::world::{HEAD, OTHER_HEAD};
use crate::web::office::Office;

/// With letters that addresses must escape.
const TOKEN: &str = "kannel's/token+1 %d";
const ESCAPED: &str = "kannel%%27s%%2Ftoken%%2B1%%20%%25d";
const FIELDS: &str = "id=%I&ts=%T&sender=%p&to=%P&message=%b&coding=%c&charset=%C&udh=%u";

/// A commune whose texts come by Kannel.
struct Line {
    office: Office,
    kannel: Kannel,
    port: u16,
}

fn settings(command: &mut Command, port: u16, kannel: &Kannel) {
    command
        .env("BINHYEN__HTTP__LISTEN", format!("127.0.0.1:{port}"))
        .env("BINHYEN__OUTBOUND__FIRST_PAUSE_SECONDS", "1")
        .env("BINHYEN__GATEWAYS__K__KIND", "kannel")
        .env("BINHYEN__GATEWAYS__K__INBOUND_TOKEN", TOKEN)
        .env("BINHYEN__GATEWAYS__K__SEND_URL", kannel.send_url())
        .env("BINHYEN__GATEWAYS__K__USERNAME", "binhyen")
        .env("BINHYEN__GATEWAYS__K__PASSWORD", "secret")
        .env("BINHYEN__GATEWAYS__K__FROM", "8088")
        .env("BINHYEN__GATEWAYS__K__PUBLIC_URL", format!("http://127.0.0.1:{port}"));
}

impl Line {
    /// Server and Kannel, both running; `way` is how Kannel calls, `smsbox` what else it is set to.
    async fn open(test: TestDatabase, way: &str, smsbox: &str) -> Line {
        let port = free_port();
        let address = format!("http://127.0.0.1:{port}/gateways/k/inbound?token={ESCAPED}");
        let mut kannel = Kannel::new(&format!("{way}\n").replace("ADDRESS", &address), smsbox);
        let office = Office::open_with(test, |command| settings(command, port, &kannel)).await;
        kannel.start();
        Line { office, kannel, port }
    }

    /// The server again, after it ended.
    fn restart(&mut self) {
        let mut command = program(&self.office.test);
        settings(&mut command, self.port, &self.kannel);
        self.office.server = Server::start(command);
    }

    async fn until(&self, query: &'static str, count: i64) {
        let reached = async { while self.office.world.number(query).await < count {} };
        let waited = tokio::time::timeout(Duration::from_secs(60), reached).await;
        if waited.is_err() {
            panic!("{query}: {} of {count}", self.office.world.number(query).await);
        }
    }
}

fn get_url() -> String {
    format!("get-url = \"ADDRESS&{FIELDS}\"")
}

async fn a_text_by_kannel_is_answered_and_its_reply_delivered(test: TestDatabase) {
    let line = Line::open(test, &get_url(), "mo-recode = true").await;
    let phones = line.kannel.phones(&[&format!("{HEAD} 8088 text ANTT 3 TC2")]);
    let reply = phones.receive();
    let (head, words) = reply.split_once(" text ").unwrap();
    assert_eq!(head, "8088 +84900000001");
    let message = line.office.world.number("SELECT id FROM message").await;
    assert_eq!(words, line.office.world.reply(message).await);
    line.until("SELECT count(*) FROM outbox WHERE state = 'delivered' AND delivered_at > 0", 1).await;
    assert_eq!(line.office.world.number("SELECT figure FROM total").await, 2);
    assert_eq!(
        line.office.world.number("SELECT count(*) FROM outbox").await,
        1,
        "Kannel texted nothing back itself"
    );
    phones.stop();
    assert_eq!(line.office.server.terminate(), Some(0));
}

async fn texts_with_marks_go_both_ways(test: TestDatabase) {
    // “ANTT 3 trộm 2”, without mo-recode: UTF-16 in the address.
    let line = Line::open(test, &get_url(), "mo-recode = false").await;
    line.office
        .world
        .import_people("name,phone,role,unit,from,to,marks\nLò Thị Ún,0900000005,head,03847001,,,yes\n")
        .await;
    let words = percent_utf16("ANTT 3 trộm 2");
    let phones = line.kannel.phones(&[&format!("0900000005 8088 ucs2 {words}")]);
    let reply = phones.receive();
    let message = line.office.world.number("SELECT id FROM message").await;
    let expected = line.office.world.reply(message).await;
    assert!(expected.contains("trộm"), "{expected}");
    // A reply of two parts comes as two texts, each with its header in front.
    let first: String = expected.chars().take(20).collect();
    assert!(undone(&reply).contains(&first), "{reply} is not {expected}");
    assert_eq!(line.office.world.number("SELECT figure FROM total").await, 2);
    line.until("SELECT count(*) FROM outbox WHERE state = 'delivered'", 1).await;
    phones.stop();
    assert_eq!(line.office.server.terminate(), Some(0));
}

async fn parts_of_a_long_text_come_by_kannel_in_any_order(test: TestDatabase) {
    let line = Line::open(test, &get_url(), "mo-recode = true").await;
    let part = |number: u8, words: &str| format!("{HEAD} 8088 udh-text %05%00%03%2A%02%0{number} {words}");
    let (second, first) = (part(2, "RA1"), part(1, "ANTT 3 TC2, TT"));
    // One after the other: the phones of Kannel choose among several texts by chance.
    let phones = line.kannel.phones(&[&second]);
    phones.have_sent(1);
    line.until("SELECT count(*) FROM message_part", 1).await;
    phones.stop();
    let phones = line.kannel.phones(&[&first]);
    phones.receive();
    assert_eq!(line.office.world.number("SELECT count(*) FROM message").await, 1, "two parts are one text");
    assert_eq!(line.office.world.number("SELECT CAST(sum(figure) AS BIGINT) FROM total").await, 3);
    phones.stop();
    assert_eq!(line.office.server.terminate(), Some(0));
}

async fn a_post_url_serves_as_well(test: TestDatabase) {
    let way = "post-url = \"ADDRESS&id=%I&ts=%T&sender=%p&to=%P\"";
    let line = Line::open(test, way, "mo-recode = false").await;
    let words = percent_utf16("ANTT 3 trộm 2");
    let phones = line.kannel.phones(&[&format!("{HEAD} 8088 ucs2 {words}")]);
    phones.receive();
    assert_eq!(line.office.world.number("SELECT figure FROM total").await, 2);
    phones.stop();
    assert_eq!(line.office.server.terminate(), Some(0));
}

async fn nothing_is_lost_when_the_server_or_kannel_stops(test: TestDatabase) {
    let mut line = Line::open(test, &get_url(), "mo-recode = true").await;
    let texts: Vec<String> = (0..30).map(|n| format!("{HEAD} 8088 text chao {n}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();

    // The server is away: smsbox keeps the texts and tries again.
    let server = std::mem::replace(&mut line.office.server, Server::start(other(&line.office.test)));
    assert_eq!(server.terminate(), Some(0));
    let phones = line.kannel.phones(&texts);
    phones.have_sent(30);
    line.restart();
    line.until("SELECT count(*) FROM message", 30).await;
    phones.stop();

    // Kannel's way to the server is away: bearerbox keeps the texts on disk, also when it stops itself.
    line.kannel.stop_smsbox();
    let phones = line.kannel.phones(&texts);
    phones.have_sent(30);
    phones.stop();
    line.kannel.stop();
    line.kannel.start();
    line.until("SELECT count(*) FROM message", 60).await;

    // Kannel is away: replies wait here.
    line.kannel.stop();
    let address = format!(
        "/gateways/k/inbound?token={}&id=own&sender={OTHER_HEAD}&message=ANTT+3+TC2&coding=0",
        TOKEN.replace('%', "%25").replace('+', "%2B")
    );
    let answer = line.office.client.get(line.office.server.url(&address)).send().await.unwrap();
    assert_eq!(answer.status(), 202);
    assert_eq!(answer.text().await.unwrap(), "", "Kannel would text it back");
    line.until("SELECT count(*) FROM outbox WHERE attempts > 0 AND state = 'queued' AND failure LIKE '%no connection%'", 1).await;
    line.kannel.start();
    let phones = line.kannel.phones(&["1 1 text"]);
    while !phones.receive().contains("+84900000002") {}
    line.until("SELECT count(*) FROM outbox WHERE state = 'delivered' AND attempts > 1", 1).await;
    phones.stop();
    assert_eq!(line.office.world.number("SELECT figure FROM total").await, 2);
    line.office.world.assert_consistent().await;
    assert_eq!(line.office.server.terminate(), Some(0));
}

/// A server that only stands in while the real one is away: it has another port and no Kannel.
fn other(test: &TestDatabase) -> Command {
    program(test)
}

async fn kannel_hears_202_and_nothing_else_unless_the_token_is_wrong(test: TestDatabase) {
    let port = free_port();
    let kannel = Kannel::new("", "");
    let office = Office::open_with(test, |command| settings(command, port, &kannel)).await;
    let token = TOKEN.replace('%', "%25").replace('+', "%2B");
    for (path, status) in [
        (format!("/gateways/k/inbound?token={token}&id=1&sender=1&message=%ff%fe&coding=0"), 202),
        (format!("/gateways/k/inbound?token={token}&id=1"), 202),
        (format!("/gateways/k/inbound?token={token}&id=1&sender=1&message=a%00"), 202),
        (format!("/gateways/k/delivery?token={token}&id=1&status=1"), 202),
        (format!("/gateways/k/delivery?token={token}&id=nobodys&status=16&reply=a"), 202),
        (format!("/gateways/k/delivery?token={token}"), 202),
        ("/gateways/k/inbound?token=wrong&id=1&sender=1&message=a".to_owned(), 403),
        ("/gateways/k/inbound?id=1&sender=1&message=a".to_owned(), 403),
        ("/gateways/k/delivery?id=1&status=1".to_owned(), 403),
    ] {
        let answer = office.client.get(office.server.url(&path)).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{path}");
        let body = answer.text().await.unwrap();
        assert_eq!(body.is_empty(), status == 202, "{path}: {body}");
    }
    assert_eq!(
        office.world.number("SELECT count(*) FROM message").await,
        2,
        "one id, two texts: both are kept"
    );
    assert_eq!(office.server.terminate(), Some(0));
}

fn percent_utf16(words: &str) -> String {
    words.encode_utf16().flat_map(u16::to_be_bytes).map(|octet| format!("%{octet:02X}")).collect()
}

/// The words of a UCS-2 text as the fake phones show it, without what is no letter.
fn undone(shown: &str) -> String {
    let octets = shown.rsplit(' ').next().unwrap().replace('+', "%20");
    let octets: Vec<u8> = percent_encoding::percent_decode_str(&octets).collect();
    let even = |at: usize| octets.get(at..).unwrap_or_default().chunks_exact(2);
    let read = |at| {
        String::from_utf16_lossy(
            &even(at).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect::<Vec<_>>(),
        )
    };
    format!("{} {}", read(0), read(1))
}

on_both!(
    a_text_by_kannel_is_answered_and_its_reply_delivered,
    texts_with_marks_go_both_ways,
    parts_of_a_long_text_come_by_kannel_in_any_order,
    a_post_url_serves_as_well,
    nothing_is_lost_when_the_server_or_kannel_stops,
    kannel_hears_202_and_nothing_else_unless_the_token_is_wrong,
);
