//! The program as a script sees it: exit codes, standard output, standard error.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::support::TestDatabase;
use crate::support::ports::free_port;

/// The program with nothing of the surrounding environment in its settings, in a folder of its own.
fn command(args: &[&str], env: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_binhyen"));
    command.args(args).current_dir(empty_folder()).env_clear().envs(env.iter().copied());
    command.stdin(Stdio::null());
    command
}

fn binhyen(args: &[&str], env: &[(&str, &str)]) -> Output {
    command(args, env).output().unwrap()
}

/// The same with `input` on standard input.
fn binhyen_fed(args: &[&str], env: &[(&str, &str)], input: &str) -> Output {
    let mut command = command(args, env);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that refuses its arguments does not wait for what it is fed.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// A folder in which nothing is kept.
fn empty_folder() -> &'static Path {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    FOLDER.get_or_init(|| tempfile::tempdir().unwrap()).path()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn help_and_version_are_answers_and_a_wrong_command_is_not() {
    assert_eq!(binhyen(&["--help"], &[]).status.code(), Some(0));
    let version = binhyen(&["--version"], &[]);
    assert_eq!(text(&version.stdout), format!("binhyen {}\n", env!("CARGO_PKG_VERSION")));
    for args in [&[][..], &["fly"], &["migrate", "--fast"]] {
        let output = binhyen(args, &[]);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(text(&output.stderr).contains("Usage:"), "{args:?}");
    }
}

#[test]
fn check_config_prints_the_settings_without_secrets() {
    let output = binhyen(&["check-config"], &[("BINHYEN__DATABASE__URL", "postgres://u:geheim@h/d")]);
    assert_eq!(output.status.code(), Some(0));
    let printed = text(&output.stdout);
    assert!(printed.contains("url = \"postgres://u:(hidden)@h/d\""), "{printed}");
    assert!(!printed.contains("geheim"));
}

#[test]
fn wrong_settings_are_told_all_at_once_and_exit_2() {
    let env = [("BINHYEN__HTTP__LISTEN", "8080"), ("BINHYEN__HTPP__LISTEN", "x")];
    for command in ["check-config", "migrate"] {
        let output = binhyen(&[command], &env);
        assert_eq!(output.status.code(), Some(2));
        let complaint = text(&output.stderr);
        assert!(complaint.contains("http.listen: write ADDRESS:PORT"), "{complaint}");
        assert!(complaint.contains("htpp: there is no such setting"), "{complaint}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_database_that_cannot_be_opened_is_told_and_exits_1() {
    let output = binhyen(&["migrate"], &[("BINHYEN__DATABASE__URL", "sqlite:///proc/no/such.db")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("check database.url"));
}

#[test]
fn health_tells_whether_a_server_is_ready() {
    let listener = TcpListener::bind(("127.0.0.1", free_port())).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let env = [("BINHYEN__HTTP__LISTEN", address.as_str())];
    let server = std::thread::spawn(move || {
        for status in ["200 OK", "503 Service Unavailable"] {
            let (mut client, _) = listener.accept().unwrap();
            let mut head = [0; 1024];
            let length = client.read(&mut head).unwrap();
            assert!(head[..length].starts_with(b"GET /readyz "));
            write!(client, "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
        }
    });
    for (code, said) in [(0, "ready\n"), (1, "is not ready: 503"), (1, "no server answers at")] {
        let output = binhyen(&["health"], &env);
        assert_eq!(output.status.code(), Some(code));
        let text = text(&output.stdout) + &text(&output.stderr);
        assert!(text.contains(said), "{text}");
    }
    server.join().unwrap();
}

async fn migrate_says_when_the_schema_is_up_to_date(test: TestDatabase) {
    let secret = test.beside("url");
    std::fs::write(&secret, test.url()).unwrap();
    let output = binhyen(&["migrate"], &[("BINHYEN__DATABASE__URL_FILE", secret.to_str().unwrap())]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).ends_with("is up to date\n"));
}

on_both!(migrate_says_when_the_schema_is_up_to_date);

async fn tables_are_imported_whole_or_not_at_all_and_twice_changes_nothing(test: TestDatabase) {
    let key = test.beside("key");
    let env = [("BINHYEN__DATABASE__URL", test.url()), ("BINHYEN__KEYS__FILE", key.to_str().unwrap())];
    let write = |name: &str, text: &str| {
        let file = test.beside(name);
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    };
    let units =
        "code,kind,parent,name\n04792001,hamlet,04792,Thôn Nà Mo\n04792002,hamlet,04792,Thôn Bản Áng\n";
    let units = write("units.csv", units);
    let people = write("people.csv", "name,phone,role,unit\nLò Văn A,0912345678,head,04792001\n");
    let bad = write("bad.csv", "name,phone,role,unit\nB,12,head,04792001\nC,0912345679,chief,04792002\n");
    for (args, said) in [
        (
            &["import", "units", &units, "--dry-run"][..],
            "nothing written; would be 2 added, 0 changed, 0 as they are\n",
        ),
        (&["import", "units", &units], "2 added, 0 changed, 0 as they were\n"),
        (&["import", "units", &units], "0 added, 0 changed, 2 as they were\n"),
        (&["import", "people", &people], "1 added, 0 changed, 0 as they were\n"),
        (&["import", "people", &people], "0 added, 0 changed, 1 as they were\n"),
    ] {
        let output = binhyen(args, &env);
        assert_eq!(
            (text(&output.stdout).as_str(), output.status.code()),
            (said, Some(0)),
            "{}",
            text(&output.stderr)
        );
    }
    for (file, complaints) in [
        (bad.as_str(), &["line 2, phone: ", "line 3, role: ", "2 rows are wrong; nothing was imported"][..]),
        ("/nowhere.csv", &["/nowhere.csv cannot be read; check the path"]),
    ] {
        let output = binhyen(&["import", "people", file], &env);
        assert_eq!(output.status.code(), Some(1));
        for complaint in complaints {
            assert!(text(&output.stderr).contains(complaint), "{}", text(&output.stderr));
        }
    }
}

async fn an_empty_installation_is_verified(test: TestDatabase) {
    let output = binhyen(&["verify"], &[("BINHYEN__DATABASE__URL", test.url())]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).ends_with("0 differences\n"));
}

on_both!(an_empty_installation_is_verified);
on_both!(tables_are_imported_whole_or_not_at_all_and_twice_changes_nothing);

async fn accounts_are_made_with_a_password_from_standard_input(test: TestDatabase) {
    let key = test.beside("key");
    let env = [("BINHYEN__DATABASE__URL", test.url()), ("BINHYEN__KEYS__FILE", key.to_str().unwrap())];
    let add = ["user", "add", "--username", "an", "--role", "commune", "--unit", "04792"];
    let nobody = ["user", "password", "--username", "binh"];
    for (args, input, code, said) in [
        (&add[..], "", 1, "no password came on standard input"),
        (&add, "ngan\n", 1, "a password has 8 characters"),
        (&add, "mat khau dai\n", 0, "account an made"),
        (&add, "mat khau dai\n", 1, "there is an account with this name already"),
        (&["user", "add", "--username", "x", "--role", "chief"], "mat khau dai\n", 2, "one of head, team"),
        (
            &["user", "add", "--username", "x", "--role", "commune", "--unit", "99999"],
            "mat khau dai\n",
            1,
            "no unit 99999",
        ),
        (&["user", "password", "--username", "an"], "mat khau khac\n", 0, "account an has a new password"),
        (&nobody, "mat khau khac\n", 1, "there is no account with this name"),
        (&["token", "issue", "--username", "binh"], "", 1, "there is no account with this name"),
    ] {
        let output = binhyen_fed(args, &env, input);
        let told = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {told}");
        assert!(told.contains(said), "{args:?}: {told}");
        assert!(!told.contains("mat khau"), "{args:?}: {told}");
    }
    let output = binhyen(&["token", "issue", "--username", "an"], &env);
    let tokens: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(tokens["expires_in"], 900);
    assert_eq!(tokens["access_token"].as_str().unwrap().split('.').count(), 3);
}

async fn serve_says_where_it_listens_answers_and_stops_when_told(test: TestDatabase) {
    let key = test.beside("key");
    // Another server of this machine has the address of the metrics: no reason not to start.
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    let mut server = command(
        &["serve"],
        &[
            ("BINHYEN__DATABASE__URL", test.url()),
            ("BINHYEN__KEYS__FILE", key.to_str().unwrap()),
            ("BINHYEN__HTTP__LISTEN", "127.0.0.1:0"),
            ("BINHYEN__METRICS__LISTEN", &taken),
            ("BINHYEN__CLOCK__FIXED", "2026-03-15T08:00:00+07:00"),
        ],
    );
    let mut server = server.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    let address = line.strip_prefix("listening on http://").unwrap().to_owned();

    let health = binhyen(&["health"], &[("BINHYEN__HTTP__LISTEN", &address)]);
    assert_eq!(health.status.code(), Some(0), "{}", text(&health.stderr));

    let told = Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap();
    assert!(told.success());
    assert!(lines.next().is_none(), "standard output holds one line only");
    let output = server.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let log = text(&output.stderr);
    assert!(log.contains("WARNING: clock.fixed is set"), "{log}");
    assert!(log.contains("no metrics: set metrics.listen"), "{log}");
}

#[test]
fn the_description_of_the_api_is_printed_without_a_server() {
    let output = binhyen(&["openapi"], &[]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(document["paths"]["/api/v1/auth/token"].is_object());
}

on_both!(
    accounts_are_made_with_a_password_from_standard_input,
    serve_says_where_it_listens_answers_and_stops_when_told,
);
