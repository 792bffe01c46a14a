//! The program as a process, as operators start it.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const BINARY: &str = env!("CARGO_BIN_EXE_binhyen");

/// The program with settings for a bench.
pub fn program(folder: &Path, url: &str) -> Command {
    let mut command = Command::new(BINARY);
    command
        .env("BINHYEN__DATABASE__URL", url)
        .env("BINHYEN__KEYS__FILE", folder.join("bench.key"))
        .env("BINHYEN__INTAKE__SPOOL_DIR", folder.join("spool"))
        .env("BINHYEN__HTTP__LISTEN", "127.0.0.1:0")
        .env("BINHYEN__METRICS__LISTEN", "off")
        .env("BINHYEN__LOG__LEVEL", "warn")
        .env("BINHYEN__CLOCK__FIXED", "2026-03-16T08:00:00+07:00")
        // They are planned at hours of their own, and measured by a bench of their own.
        .env("BINHYEN__OUTBOUND__REMINDERS", "false")
        .env("BINHYEN__GATEWAYS__BENCH__KIND", "generic")
        .env("BINHYEN__GATEWAYS__BENCH__INBOUND_TOKEN", "secret")
        .stderr(Stdio::inherit());
    command
}

/// A running server; killed when it is dropped.
pub struct Server {
    process: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Server {
    /// Starts `binhyen serve` and waits until it listens.
    pub fn start(folder: &Path, url: &str) -> Self {
        Server::start_as(program(folder, url))
    }

    /// Starts `command serve` and waits until it listens.
    pub fn start_as(mut command: Command) -> Self {
        let mut process = command.arg("serve").stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = lines
            .find_map(|line| line.unwrap().strip_prefix("listening on http://").map(str::to_owned))
            .expect("the server's address");
        Server { process, address: address.parse().unwrap() }
    }

    /// Resident memory in MB.
    pub fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    }
}

impl Server {
    /// Processor time that it has used, all threads together. Unlike the time of an answer it does not depend on what
    /// else the machine does.
    pub fn processor_time(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap();
        let fields = stat.rsplit(')').next().unwrap().split_whitespace();
        let ticks: u64 = fields.skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
        // Linux counts in hundredths of a second here.
        Duration::from_millis(ticks * 10)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
