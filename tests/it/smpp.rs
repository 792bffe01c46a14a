//! The whole way by SMPP against a real SMSC: long texts both ways, receipts, throttling, and a line that is cut.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use smpp34::SmppError;

use crate::support::process::{Server, program};
use crate::support::smsc::{Receipts, Smsc, Submitted, Text};
use crate::support::tls::Tls;
use crate::support::world::{HEAD, OTHER_HEAD};
use crate::support::{TestDatabase, play, postgres};
use crate::web::office::Office;

const PATIENCE: Duration = Duration::from_secs(90);

fn settings(command: &mut Command, smsc: &Smsc) {
    command
        .env("BINHYEN__OUTBOUND__FIRST_PAUSE_SECONDS", "1")
        .env("BINHYEN__OUTBOUND__LONGEST_PAUSE_SECONDS", "2")
        .env("BINHYEN__GATEWAYS__S__KIND", "smpp")
        .env("BINHYEN__GATEWAYS__S__HOST", "127.0.0.1")
        .env("BINHYEN__GATEWAYS__S__PORT", smsc.port().to_string())
        .env("BINHYEN__GATEWAYS__S__SYSTEM_ID", "binhyen")
        .env("BINHYEN__GATEWAYS__S__PASSWORD", "geheim")
        .env("BINHYEN__GATEWAYS__S__SOURCE", "8088")
        .env("BINHYEN__GATEWAYS__S__PARTS_PER_SECOND", "1000");
}

async fn open(test: TestDatabase, smsc: &Smsc, more: &[(&str, &str)]) -> Office {
    Office::open_with(test, |command| {
        settings(command, smsc);
        command.envs(more.iter().copied());
    })
    .await
}

async fn until(office: &Office, query: &'static str, count: i64) {
    let reached = async { while office.world.number(query).await < count {} };
    if tokio::time::timeout(PATIENCE, reached).await.is_err() {
        panic!("{query}: {} of {count}", office.world.number(query).await);
    }
}

/// A text that is longer than a single SMS, with marks.
const LONG: &str =
    "Báo cáo tháng 3: trộm cắp 2 vụ, đánh bạc 1 vụ, gây rối trật tự công cộng 1 vụ, còn lại không có gì";

/// The words of submitted parts, put together as a phone does.
fn words(parts: &[Submitted]) -> String {
    let units = parts.iter().flat_map(|part| {
        assert_eq!(part.data_coding, 8);
        let header = if part.esm_class & 0x40 == 0 { 0 } else { usize::from(part.octets[0]) + 1 };
        part.octets[header..]
            .chunks_exact(2)
            .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
            .collect::<Vec<_>>()
    });
    String::from_utf16(&units.collect::<Vec<_>>()).unwrap()
}

/// A head who wants marks texts [`LONG`] in two parts, the second first.
async fn long_text(
    test: TestDatabase,
    receipts: Receipts,
    more: &[(&str, &str)],
    parts: [Text; 2],
) -> Vec<Submitted> {
    let smsc = Smsc::start(receipts).await;
    let office = open(test, &smsc, more).await;
    let people = "name,phone,role,unit,from,to,marks\nLò Thị Ún,0900000005,head,03847001,,,yes\n";
    office.world.import_people(people).await;
    let [first, second] = parts;
    smsc.bring(second).await.unwrap();
    assert_eq!(office.world.number("SELECT count(*) FROM message").await, 0);
    smsc.bring(first).await.unwrap();
    let message = office.world.number("SELECT id FROM message").await;
    assert_eq!(office.world.words(message).await, LONG);
    let reply = office.world.reply(message).await;
    until(&office, "SELECT count(*) FROM outbox WHERE state = 'delivered' AND delivered_at > 0", 1).await;
    let submitted = smsc.submitted();
    assert_eq!(words(&submitted), reply);
    assert!(submitted.iter().all(|part| part.to == "84900000005"));
    assert_eq!(office.server.terminate(), Some(0));
    smsc.stop().await;
    submitted
}

fn halves() -> (String, String) {
    let (at, _) = LONG.char_indices().nth(60).unwrap();
    let (first, second) = LONG.split_at(at);
    (first.to_owned(), second.to_owned())
}

async fn long_vietnamese_texts_go_both_ways_by_header(test: TestDatabase) {
    let (first, second) = halves();
    let part = |number, words: &str| Text::ucs2("84900000005", &[5, 0, 3, 9, 2, number], words);
    let parts = [part(1, &first), part(2, &second)];
    let submitted = long_text(test, Receipts::Parameters, &[], parts).await;
    assert_eq!(submitted.len(), 2, "{submitted:?}");
    assert!(submitted.iter().all(|part| part.octets.len() <= 140 && part.sar.is_empty()));
}

async fn long_vietnamese_texts_go_both_ways_by_parameters(test: TestDatabase) {
    let (first, second) = halves();
    let part = |number: u8, words: &str| Text {
        tlvs: BTreeMap::from([(0x020C, vec![1, 9]), (0x020E, vec![2]), (0x020F, vec![number])]),
        ..Text::ucs2("84900000005", &[], words)
    };
    let parts = [part(1, &first), part(2, &second)];
    let more = [
        ("BINHYEN__GATEWAYS__S__LONG_TEXTS", "sar"),
        ("BINHYEN__GATEWAYS__S__MESSAGE_IDS", "hex_then_decimal"),
    ];
    let submitted = long_text(test, Receipts::Words, &more, parts).await;
    assert_eq!(submitted.len(), 2, "{submitted:?}");
    assert!(submitted.iter().all(|part| part.octets.len() <= 134 && part.sar.len() == 3));
}

async fn a_throttled_text_goes_a_little_later_and_once(test: TestDatabase) {
    let smsc = Smsc::start(Receipts::Parameters).await;
    let office = open(test, &smsc, &[]).await;
    smsc.will_refuse([SmppError::ESME_RTHROTTLED, SmppError::ESME_RMSGQFUL, SmppError::ESME_RSYSERR]);
    smsc.bring(Text::plain("84900000001", "ANTT 3 TC2")).await.unwrap();
    until(&office, "SELECT count(*) FROM outbox WHERE state = 'delivered'", 1).await;
    assert_eq!(smsc.submitted().len(), 1);
    assert_eq!(
        office.world.number("SELECT CAST(attempts AS BIGINT) FROM outbox").await,
        2,
        "only the error was a try that failed"
    );
    // What the SMSC will never take is not tried again.
    smsc.will_refuse([SmppError::ESME_RINVDSTADR]);
    smsc.bring(Text::plain("84900000002", "ANTT 3 TC2")).await.unwrap();
    until(&office, "SELECT count(*) FROM outbox WHERE state = 'failed' AND failure LIKE '%0x0000000B%'", 1)
        .await;
    assert_eq!(office.server.terminate(), Some(0));
    smsc.stop().await;
}

async fn a_line_that_is_cut_ten_times_under_load_loses_and_doubles_nothing(test: TestDatabase) {
    let smsc = Smsc::start(Receipts::Parameters).await;
    let office = open(test, &smsc, &[]).await;
    let (cuts, burst) = (10, 10);
    let mut brought = Vec::new();
    for cut in 0..cuts {
        for number in 0..burst {
            let from = if number % 2 == 0 { HEAD } else { OTHER_HEAD };
            let words = format!("ANTT 3 TC{}", 1 + cut * burst + number);
            brought.push(smsc.bring(Text::plain(&format!("84{}", &from[1..]), &words)));
        }
        // In the midst of answers and replies.
        let heard = tokio::time::timeout(PATIENCE, smsc.hear(smsc.submitted().len() + 1)).await;
        assert!(heard.is_ok(), "no reply goes out after cut {cut}");
        smsc.cut();
    }
    for text in brought {
        tokio::time::timeout(PATIENCE, text).await.expect("every text is taken in the end").unwrap();
    }
    let texts = i64::from(cuts * burst);
    assert_eq!(office.world.number("SELECT count(*) FROM message").await, texts, "each text is one message");
    let replies = office.world.number("SELECT count(*) FROM outbox").await;
    let settled = "SELECT count(*) FROM outbox WHERE state IN ('accepted', 'sent', 'delivered', 'unknown')";
    until(&office, settled, replies).await;
    let submitted = smsc.submitted();
    let mut planned = BTreeMap::<String, i64>::new();
    for message in office.world.numbers("SELECT id FROM message").await {
        for words in office.world.sent_for(message, "reply").await {
            *planned.entry(words).or_default() += 1;
        }
    }
    for part in &submitted {
        let words = String::from_utf8(part.octets.clone()).unwrap();
        let left = planned.get_mut(&words).unwrap_or_else(|| panic!("nobody planned “{words}”"));
        *left -= 1;
        assert!(*left >= 0, "“{words}” went out more often than it was planned");
    }
    let all = submitted.len();
    let parts = "SELECT CAST(sum(parts) AS BIGINT) FROM outbox";
    let went =
        "SELECT CAST(sum(parts) AS BIGINT) FROM outbox WHERE state IN ('accepted', 'sent', 'delivered')";
    let (parts, went) = (office.world.number(parts).await, office.world.number(went).await);
    let all = i64::try_from(all).unwrap();
    assert!((went..=parts).contains(&all), "{went} known to have gone, {all} went, of {parts}");
    assert!(went > parts / 2, "{went} of {parts}");
    office.world.assert_consistent().await;
    assert_eq!(office.server.terminate(), Some(0));
    smsc.stop().await;
}

/// The server dies before its answer arrives: the SMSC brings the text again, and who then knows it is the next server.
async fn a_text_that_is_brought_again_after_the_server_died_counts_once(test: TestDatabase) {
    let smsc = Smsc::start(Receipts::Parameters).await;
    let Office { world, server, test, client } = open(test, &smsc, &[]).await;
    let text = || Text::plain(&format!("84{}", &HEAD[1..]), "THEM T3 TC1");
    tokio::time::timeout(PATIENCE, smsc.bring(text())).await.expect("the text is taken").unwrap();
    server.kill();
    let mut command = program(&test);
    settings(&mut command, &smsc);
    let office = Office { world, server: Server::start(command), test, client };
    tokio::time::timeout(PATIENCE, smsc.bring(text())).await.expect("it is taken again").unwrap();
    assert_eq!(
        office.world.number("SELECT figure FROM total").await,
        1,
        "the same words add nothing unasked"
    );
    // A person who did mean a second case says so.
    let again = Text::plain(&format!("84{}", &HEAD[1..]), "THEM T3 TC2");
    tokio::time::timeout(PATIENCE, smsc.bring(again)).await.expect("it is taken").unwrap();
    assert_eq!(office.world.number("SELECT figure FROM total").await, 3);
    assert_eq!(office.server.terminate(), Some(0));
    smsc.stop().await;
}

async fn texts_go_both_ways_by_tls_and_never_to_a_stranger(test: TestDatabase) {
    let smsc = Smsc::start(Receipts::Parameters).await;
    let tls = Tls::listen().await;
    tls.hand_on_to(&format!("127.0.0.1:{}", smsc.port()));
    let (file, port) = (test.beside("smsc.pem"), tls.port().to_string());
    std::fs::write(&file, tls.certificate()).unwrap();
    let secured = [
        ("BINHYEN__GATEWAYS__S__TLS", "true"),
        ("BINHYEN__GATEWAYS__S__HOST", "localhost"),
        ("BINHYEN__GATEWAYS__S__PORT", port.as_str()),
    ];
    // Nobody vouches for its certificate yet.
    let mut command = program(&test);
    settings(&mut command, &smsc);
    command.envs(secured).args(["gateway", "test", "s", "0912345678"]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), smsc.asked()), (Some(1), 0), "{complaint}");
    assert!(complaint.contains("certificate"), "{complaint}");

    let believed = [("SSL_CERT_FILE", file.to_str().unwrap())];
    let office = open(test, &smsc, &[&secured[..], &believed].concat()).await;
    smsc.bring(Text::plain("84900000001", "ANTT 3 TC2")).await.unwrap();
    until(&office, "SELECT count(*) FROM outbox WHERE state = 'delivered'", 1).await;
    assert_eq!(office.world.number("SELECT figure FROM total").await, 2);
    assert_eq!(office.server.terminate(), Some(0));
    smsc.stop().await;
}

on_both!(
    texts_go_both_ways_by_tls_and_never_to_a_stranger,
    long_vietnamese_texts_go_both_ways_by_header,
    long_vietnamese_texts_go_both_ways_by_parameters,
    a_throttled_text_goes_a_little_later_and_once,
    a_line_that_is_cut_ten_times_under_load_loses_and_doubles_nothing,
    a_text_that_is_brought_again_after_the_server_died_counts_once,
);

#[test]
fn while_neither_database_nor_spool_take_a_text_the_smsc_is_told_to_bring_it_again() {
    play(async {
        let cluster = postgres::Cluster::start();
        let smsc = Smsc::start(Receipts::Parameters).await;
        let small = [("BINHYEN__INTAKE__SPOOL_MAX_BYTES", "65536")];
        let office = open(TestDatabase::in_cluster(&cluster), &smsc, &small).await;
        smsc.bring(Text::plain("84900000001", "ANTT 3 TC2")).await.unwrap();
        cluster.stop();
        let mut spooled = 0;
        // Large texts first, small ones for what is left.
        for words in ["a".repeat(9_000), "a".repeat(100)] {
            let body = serde_json::json!({"from": OTHER_HEAD, "text": words});
            let post = || office.client.post(office.server.inbound()).json(&body).send();
            while post().await.unwrap().status() == 202 {
                spooled += 1;
            }
        }
        let text = smsc.bring(Text::plain("84900000002", "ANTT 3 TC1".repeat(15).as_str()));
        smsc.is_put_off().await;
        cluster.restart();
        tokio::time::timeout(PATIENCE, text).await.expect("it is taken when there is room").unwrap();
        until(&office, "SELECT count(*) FROM message", spooled + 2).await;
        assert_eq!(office.world.number("SELECT count(*) FROM message").await, spooled + 2);
        assert_eq!(office.server.terminate(), Some(0));
        smsc.stop().await;
    });
}

async fn trial(test: TestDatabase) {
    let smsc = Smsc::start(Receipts::Parameters).await;
    let run = |arguments: &[&str], password: &str| {
        let mut command = program(&test);
        settings(&mut command, &smsc);
        command.env("BINHYEN__GATEWAYS__S__PASSWORD", password).args(arguments);
        tokio::task::spawn_blocking(move || {
            let output = command.output().unwrap();
            let text = |bytes| String::from_utf8(bytes).unwrap();
            (output.status.code(), text(output.stdout), text(output.stderr))
        })
    };
    let (code, listed, _) = run(&["gateway", "list"], "geheim").await.unwrap();
    assert_eq!((code, listed.contains("s\tsmpp\tsends texts")), (Some(0), true), "{listed}");
    let (code, said, complaint) = run(&["gateway", "test", "s", "0912345678"], "geheim").await.unwrap();
    assert_eq!(code, Some(0), "{complaint}");
    assert!(said.starts_with("s took the text and calls it a000"), "{said}");
    let sent = smsc.submitted();
    assert_eq!((sent.len(), sent[0].to.as_str()), (1, "84912345678"));
    assert!(sent[0].octets.starts_with(b"Tin thu cua Binh Yen"));
    for (arguments, password, words) in [
        (["gateway", "test", "s", "0912345678"], "falsch", "refused the bind with status 0x0000000D"),
        (["gateway", "test", "x", "0912345678"], "geheim", "there is no gateway x in the settings"),
        (["gateway", "test", "s", "113"], "geheim", "113 is no mobile number"),
        (["gateway", "test", "test", "0912345678"], "geheim", "the gateway test sends nothing"),
    ] {
        let (code, _, complaint) = run(&arguments, password).await.unwrap();
        assert_eq!(code, Some(1), "{arguments:?}");
        assert!(complaint.contains(words), "{arguments:?}: {complaint}");
    }
    assert_eq!(smsc.submitted().len(), 1);
    smsc.stop().await;
}

#[test]
fn an_administrator_tries_a_gateway_and_is_told_what_is_wrong() {
    play(trial(TestDatabase::sqlite()));
}
