//! An account, as an administrator makes one.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use crate::server::program;

/// Makes an account with `role` (`--role …`, `--unit …`), and an access token for it.
pub fn account(folder: &Path, url: &str, role: &[&str]) -> String {
    let mut add = program(folder, url)
        .args(["user", "add", "--username", "bench"])
        .args(role)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    add.stdin.take().unwrap().write_all(b"a long password\n").unwrap();
    assert!(add.wait().unwrap().success(), "user add");
    let issued = program(folder, url).args(["token", "issue", "--username", "bench"]).output().unwrap();
    let tokens: serde_json::Value = serde_json::from_slice(&issued.stdout).unwrap();
    tokens["access_token"].as_str().unwrap().to_owned()
}
