//! The script for Gammu hands over what a modem received, and keeps it while the server is away.

use std::path::Path;
use std::process::Command;

use crate::support::TestDatabase;
use crate::support::ports::free_port;
use crate::support::world::HEAD;
use crate::web::office::Office;

/// The script with its settings: the server's address, and a spool of its own.
fn script(folder: &Path, url: &str) -> Command {
    let settings = folder.join("gammu.conf");
    let spool = folder.join("gammu");
    std::fs::write(&settings, format!("BINHYEN_URL='{url}'\nBINHYEN_SPOOL='{}'\n", spool.display())).unwrap();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/contrib/gammu/binhyen-receive");
    let mut command = Command::new(path);
    command.env("BINHYEN_CONF", settings);
    command
}

fn kept(folder: &Path) -> usize {
    let texts = std::fs::read_dir(folder.join("gammu")).unwrap();
    texts.filter(|text| !text.as_ref().unwrap().file_name().to_string_lossy().starts_with('.')).count()
}

async fn what_a_modem_received_is_kept_until_the_server_has_it_and_counts_once(test: TestDatabase) {
    let office = Office::open(test).await;
    let folder = tempfile::tempdir().unwrap();
    let away = free_port();
    let mut received = script(folder.path(), &format!("http://127.0.0.1:{away}/gateways/test/inbound"));
    received.args(["SMS000001.txt"]).env("PHONE_ID", "modem1");
    received.env("SMS_MESSAGES", "2").env("DECODED_PARTS", "0");
    received
        .env("SMS_1_NUMBER", HEAD)
        .env("SMS_1_TEXT", "THEM T3 TC1")
        .env("SMS_1_DATETIME", "2026-03-16 08:00:00");
    received.env("SMS_2_NUMBER", HEAD).env("SMS_2_TEXT", "it's \"$(id)\" `id` \\ ợ\n@x &= %41");
    assert!(received.status().unwrap().success(), "the modem is not held up");
    let mut long = script(folder.path(), &format!("http://127.0.0.1:{away}/gateways/test/inbound"));
    long.env("SMS_MESSAGES", "2")
        .env("SMS_1_NUMBER", HEAD)
        .env("SMS_1_TEXT", "THEM T3")
        .env("SMS_2_TEXT", " TNV2");
    long.env("DECODED_PARTS", "2").env("DECODED_1_TEXT", "THEM T3").env("DECODED_2_TEXT", " TNV2");
    assert!(long.status().unwrap().success());
    assert_eq!(kept(folder.path()), 3);

    // By cron; a try that meets another one leaves the work to it.
    for _ in 0..1_000 {
        let mut again = script(folder.path(), &office.server.inbound());
        again.arg("--flush").status().unwrap();
        if kept(folder.path()) == 0 {
            break;
        }
    }
    assert_eq!(kept(folder.path()), 0);
    assert_eq!(office.world.number("SELECT count(*) FROM message").await, 3);
    assert_eq!(
        office.world.number("SELECT CAST(sum(figure) AS BIGINT) FROM total WHERE indicator_id <> 0").await,
        3
    );
    assert_eq!(office.server.terminate(), Some(0));
}

on_both!(what_a_modem_received_is_kept_until_the_server_has_it_and_counts_once);
