//! The real program as a process, to be killed like one.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use super::TestDatabase;

/// The token of the gateway `test`.
pub const TOKEN: &str = "secret-of-the-test";

/// `binhyen` with the settings of a test.
pub fn program(test: &TestDatabase) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_binhyen"));
    command
        .env("BINHYEN__DATABASE__URL", test.url())
        .env("BINHYEN__KEYS__FILE", test.beside("data.key"))
        .env("BINHYEN__INTAKE__SPOOL_DIR", test.beside("spool"))
        .env("BINHYEN__EVIDENCE__DIR", test.beside("evidence"))
        .env("BINHYEN__HTTP__LISTEN", "127.0.0.1:0")
        .env("BINHYEN__METRICS__LISTEN", "off")
        .env("BINHYEN__LOG__LEVEL", "warn")
        .env("BINHYEN__CLOCK__FIXED", "2026-03-16T08:00:00+07:00")
        // Stories about other things count every text; those about reminders turn them on.
        .env("BINHYEN__OUTBOUND__REMINDERS", "false")
        .env("BINHYEN__GATEWAYS__TEST__KIND", "generic")
        .env("BINHYEN__GATEWAYS__TEST__INBOUND_TOKEN", TOKEN);
    command
}

/// Imports as many hamlets of commune 03847, each with a head (0900000001 and on), and `others` of the people's file.
pub fn import_heads(test: &TestDatabase, heads: usize, others: &str) {
    let numbers = || 1..=heads;
    let units: String = numbers().map(|n| format!("03847{n:03},hamlet,03847,Bản {n}\n")).collect();
    let people: String = numbers().map(|n| format!("Người {n},09000000{n:02},head,03847{n:03}\n")).collect();
    for (what, table) in [
        ("units", format!("code,kind,parent,name\n{units}")),
        ("people", format!("name,phone,role,unit\n{people}{others}")),
    ] {
        let file = test.beside(what);
        std::fs::write(&file, table).unwrap();
        let output = program(test).args(["import", what]).arg(&file).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    process: Child,
    address: String,
}

impl Server {
    /// Starts `command serve` and waits until it listens.
    pub fn start(mut command: Command) -> Server {
        let mut process = command.arg("serve").stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = lines.find_map(|line| line.unwrap().strip_prefix("listening on ").map(str::to_owned));
        Server { process, address: address.expect("the server says where it listens") }
    }

    /// Starts `command serve` on a port of 127.0.0.1 and waits for nothing.
    pub fn begin(mut command: Command, port: u16) -> Server {
        command.env("BINHYEN__HTTP__LISTEN", format!("127.0.0.1:{port}"));
        let process = command.arg("serve").stdout(Stdio::null()).spawn().unwrap();
        Server { process, address: format!("http://127.0.0.1:{port}") }
    }

    /// The address of `path`.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// The address where the gateway `test` takes texts.
    pub fn inbound(&self) -> String {
        self.url(&format!("/gateways/test/inbound?token={TOKEN}"))
    }

    /// Ends it without a word (SIGKILL).
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Asks it to stop (SIGTERM) and answers its exit code.
    pub fn terminate(mut self) -> Option<i32> {
        self.signal("-TERM");
        self.process.wait().unwrap().code()
    }

    /// Lets it do nothing for a while (`-STOP`), or go on (`-CONT`).
    pub fn signal(&self, signal: &str) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already gone where the test ended it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
