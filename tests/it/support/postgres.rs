//! A throw-away PostgreSQL cluster, made from the installed binaries.
//!
//! PostgreSQL refuses to run as root, so root hands it to `postgres` or `nobody`. The cluster is watched over by a
//! shell whose standard input is a pipe from this process: when the pipe closes, even because this process was killed,
//! the shell stops the server and deletes its folder. `fsync` stays on: stories about crashes must mean it. The words
//! `stop` and `start` through the pipe take the server away, as if the power went, and bring it back.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

use binhyen::db::{Db, Target};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

use super::ports::free_port;

/// Another process may take the free port before PostgreSQL does.
const TRIES: usize = 5;
/// Databases are copies of this one.
const TEMPLATE: &str = "binhyen_template";
/// Said by the shell when the server takes connections.
const READY: &str = "ready";

const SUPERVISE: &str = r#"
trap '' INT TERM HUP PIPE
cd "$DIR" || exit 1
finish() { "$BIN/pg_ctl" -D data -m immediate stop >/dev/null 2>&1; cd /; rm -rf "$DIR"; exit "$1"; }
"$BIN/initdb" -D data -U postgres -A trust -E UTF8 --locale=C --no-sync >log 2>&1 || { cat log; finish 1; }
start() {
  "$BIN/pg_ctl" -D data -w -t 60 -l log \
    -o "-h 127.0.0.1 -p $PORT -k '$DIR' -c max_connections=200 -c shared_buffers=64MB" start </dev/null >/dev/null 2>&1
}
start || { cat log; finish 1; }
echo ready 2>/dev/null
while read -r word; do
  case "$word" in
    stop) "$BIN/pg_ctl" -D data -m immediate -w stop </dev/null >/dev/null 2>&1 ;;
    start) start ;;
  esac && echo ready || cat log
done
finish 0
"#;

/// A running cluster; stopped and deleted when it is dropped or this process ends.
pub struct Cluster {
    port: u16,
    shell: Child,
    pipes: Mutex<Option<Pipes>>,
    template: OnceLock<()>,
    databases: AtomicU32,
}

/// Words to the shell, and what it says.
type Pipes = (ChildStdin, BufReader<ChildStdout>);

/// The cluster of this process.
pub fn shared() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(Cluster::start)
}

impl Cluster {
    /// Starts a cluster of its own.
    pub fn start() -> Self {
        let bin = binaries().unwrap_or_else(|| {
            panic!(
                "PostgreSQL's initdb, pg_ctl and postgres are neither in PATH nor in /usr/lib/postgresql/*/bin. \
                 Install them: `apt-get install postgresql` on Debian and Ubuntu, or run ./test, which does."
            )
        });
        let mut complaint = String::new();
        for _ in 0..TRIES {
            match try_start(&bin) {
                Ok((port, shell, pipes)) => {
                    let (template, databases) = (OnceLock::new(), AtomicU32::new(0));
                    return Cluster { port, shell, pipes: Mutex::new(Some(pipes)), template, databases };
                }
                Err(said) => complaint = said,
            }
        }
        panic!("PostgreSQL from {} does not start:\n{complaint}", bin.display());
    }

    /// The URL of a new database with the schema and the official units in it.
    pub fn fresh_database(&self) -> String {
        self.template.get_or_init(|| {
            self.execute(&format!("CREATE DATABASE {TEMPLATE}"));
            Db::open(Target::Postgres(self.url(TEMPLATE))).unwrap();
        });
        let name = self.empty_name();
        self.execute(&format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}"));
        self.url(&name)
    }

    /// The URL of a new database with nothing in it.
    pub fn empty_database(&self) -> String {
        let name = self.empty_name();
        self.execute(&format!("CREATE DATABASE {name}"));
        self.url(&name)
    }

    /// Ends the server in the middle of whatever it does; connections break, new ones are refused.
    pub fn stop(&self) {
        self.tell("stop");
    }

    /// Starts the server again at the same address.
    pub fn restart(&self) {
        self.tell("start");
    }

    fn tell(&self, word: &str) {
        let mut pipes = self.pipes.lock().unwrap();
        let (words, said) = pipes.as_mut().unwrap();
        writeln!(words, "{word}").unwrap();
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        assert_eq!(line.trim_end(), READY, "PostgreSQL does not {word}");
    }

    fn empty_name(&self) -> String {
        format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed))
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    fn execute(&self, statement: &str) {
        let mut conn = PgConnection::establish(&self.url("postgres")).unwrap();
        conn.batch_execute(statement).unwrap();
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.pipes.get_mut().unwrap().take());
        self.shell.wait().unwrap();
    }
}

/// The folder with the newest server that is installed.
fn binaries() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // The commands in PATH may be links; the server's other programs lie where they point to.
    let in_path = std::env::split_paths(&path)
        .filter_map(|folder| Some(folder.join("initdb").canonicalize().ok()?.parent()?.to_owned()));
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let folder = entry.ok()?.path();
            Some((folder.file_name()?.to_str()?.parse().ok()?, folder.join("bin")))
        })
        .collect();
    versions.sort();
    let installed = versions.into_iter().rev().map(|(_, folder)| folder);
    in_path
        .chain(installed)
        .find(|folder| ["initdb", "pg_ctl", "postgres"].iter().all(|program| folder.join(program).is_file()))
}

/// The port, the watching shell and its pipes, or what PostgreSQL complained of.
fn try_start(bin: &Path) -> Result<(u16, Child, Pipes), String> {
    // A short path: the name of a socket must fit into 107 bytes.
    let folder = tempfile::Builder::new().prefix("binhyen-pg-").tempdir_in("/tmp").unwrap().keep();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();
    let port = free_port();
    let mut command = Command::new("sh");
    command.args(["-c", SUPERVISE]);
    command.env("DIR", &folder).env("BIN", bin).env("PORT", port.to_string());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
    if let Some((user, group)) = other_user() {
        chown(&folder, Some(user), Some(group)).unwrap();
        command.uid(user).gid(group);
    }
    let mut shell = command.spawn().unwrap();
    let (words, mut lines) = (shell.stdin.take().unwrap(), BufReader::new(shell.stdout.take().unwrap()));
    let (mut said, mut line) = (String::new(), String::new());
    while lines.read_line(&mut line).unwrap() > 0 {
        if line.trim_end() == READY {
            return Ok((port, shell, (words, lines)));
        }
        said.push_str(&line);
        line.clear();
    }
    shell.wait().unwrap();
    Err(said)
}

/// Whom root hands the server to: `postgres`, else `nobody`. `None` when this process is not root's.
fn other_user() -> Option<(u32, u32)> {
    let id = Command::new("id").arg("-u").output().unwrap();
    if String::from_utf8_lossy(&id.stdout).trim() != "0" {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.starts_with(&format!("{name}:")))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    Some(ids("postgres").or_else(|| ids("nobody")).expect("neither postgres nor nobody is in /etc/passwd"))
}
