//! The program as a script sees it: exit codes, standard output, standard error.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Output};

use crate::support::TestDatabase;

/// Runs the program with nothing of the surrounding environment in its settings.
fn binhyen(args: &[&str], env: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_binhyen"));
    command.args(args).current_dir(folder.path()).env_clear().envs(env.iter().copied());
    command.output().unwrap()
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
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
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
