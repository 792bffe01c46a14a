//! Standard output and standard error: the only file that writes to them, logs aside.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::{Context, bail};

/// Writes a line to standard output.
pub(super) fn say(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(line.as_bytes())?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Writes a line to standard error.
pub(super) fn complain(line: &str) {
    // Nobody is left to tell when standard error is gone.
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// How far long work has come, on standard error: one changing line at a terminal, now and then a line on a pipe.
pub(super) struct Progress {
    what: &'static str,
    at_terminal: bool,
    next: usize,
}

impl Progress {
    /// Counts `what`.
    pub(super) fn new(what: &'static str) -> Self {
        let at_terminal = io::stderr().is_terminal();
        Progress { what, at_terminal, next: if at_terminal { 1 } else { LINES_EVERY } }
    }

    /// `done` so far.
    pub(super) fn tell(&mut self, done: usize) {
        if done < self.next {
            return;
        }
        // Nobody is left to tell when standard error is gone.
        let _ = if self.at_terminal {
            self.next = done + REDRAWN_EVERY;
            write!(io::stderr().lock(), "\r{done} {}", self.what)
        } else {
            self.next = done + LINES_EVERY;
            writeln!(io::stderr().lock(), "{done} {}", self.what)
        };
    }

    /// Clears the line for what is said next.
    pub(super) fn end(self) {
        if self.at_terminal {
            let _ = write!(io::stderr().lock(), "\r\x1b[K");
        }
    }
}

/// How many steps lie between two lines on a pipe, and between two drawings at a terminal.
const LINES_EVERY: usize = 500;
const REDRAWN_EVERY: usize = 10;

/// The longest secret that is read, in bytes.
const MAX_SECRET: u64 = 4096;

/// A secret: at a terminal typed twice without being shown, else the first line of standard input.
pub(super) fn read_secret(prompt: &str) -> anyhow::Result<String> {
    if !io::stdin().is_terminal() {
        return first_line(io::stdin().lock());
    }
    let secret = rpassword::prompt_password(prompt)?;
    if rpassword::prompt_password("The same again: ")? != secret {
        bail!("the two are not the same; nothing was changed, try again");
    }
    Ok(secret)
}

fn first_line(input: impl BufRead) -> anyhow::Result<String> {
    let mut line = String::new();
    let length =
        input.take(MAX_SECRET + 1).read_line(&mut line).context("standard input is not UTF-8 text")?;
    if u64::try_from(length).is_ok_and(|length| length > MAX_SECRET) {
        bail!("the first line of standard input is longer than {MAX_SECRET} bytes");
    }
    let secret = line.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        bail!("no password came on standard input; pipe one in, or run the command at a terminal");
    }
    Ok(secret.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_the_first_line_without_its_end() {
        assert_eq!(first_line(&b"mat khau 1\r\nmore\n"[..]).unwrap(), "mat khau 1");
        assert_eq!(first_line(&b" with spaces "[..]).unwrap(), " with spaces ");
        for (bad, why) in [
            (&b""[..], "no password came"),
            (b"\n", "no password came"),
            (&[b'a'; 5000], "longer than 4096 bytes"),
            (b"\xff\n", "not UTF-8"),
        ] {
            let error = first_line(bad).unwrap_err();
            assert!(format!("{error:#}").contains(why), "{error:#}");
        }
    }
}
