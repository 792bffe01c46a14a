//! The real Kannel from Debian's packages: bearerbox, smsbox, and phones behind its fake SMSC.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use tempfile::TempDir;

use super::ports::free_port;

/// How long Kannel may take for anything.
const PATIENCE: Duration = Duration::from_secs(60);
/// Where the package kannel-extras puts the phones.
const FAKE_PHONES: &str = "/usr/lib/kannel/test/fakesmsc";

/// An installation of Kannel with an SMSC that only `phones` are behind.
pub struct Kannel {
    folder: TempDir,
    /// Where its fake SMSC waits for phones.
    phones_port: u16,
    sendsms_port: u16,
    boxes: Option<Boxes>,
}

/// The two programs that Kannel is.
struct Boxes {
    bearerbox: Process,
    smsbox: Option<Process>,
}

/// A program whose log is read line by line.
struct Process {
    child: Child,
    lines: Receiver<String>,
}

impl Kannel {
    /// An installation that is not running yet; incoming texts go to `get_url`.
    pub fn new(get_url: &str, of_smsbox: &str) -> Kannel {
        for program in ["/usr/sbin/bearerbox", "/usr/sbin/smsbox", FAKE_PHONES] {
            assert!(
                Path::new(program).is_file(),
                "{program} is missing. Install it: `apt-get install kannel kannel-extras` on Debian and Ubuntu, or \
                 run ./test, which does."
            );
        }
        let folder = tempfile::tempdir().unwrap();
        let [admin, boxes, phones_port, sendsms_port] = [0; 4].map(|_| free_port());
        let store = folder.path().join("store").display().to_string();
        let settings = format!(
            "group = core\nadmin-port = {admin}\nadmin-interface = 127.0.0.1\nadmin-password = a\n\
             smsbox-port = {boxes}\nsmsbox-interface = 127.0.0.1\nbox-allow-ip = 127.0.0.1\nbox-deny-ip = *.*.*.*\n\
             sms-combine-concatenated-mo = false\nstore-type = file\nstore-location = {store}\nstore-dump-freq = 1\n\n\
             group = smsc\nsmsc = fake\nsmsc-id = fake\nport = {phones_port}\nconnect-allow-ip = 127.0.0.1\n\n\
             group = smsbox\nbearerbox-host = 127.0.0.1\nbearerbox-port = {boxes}\nsendsms-port = {sendsms_port}\n\
             sendsms-interface = 127.0.0.1\nhttp-request-retry = 100\nhttp-queue-delay = 1\nhttp-timeout = 10\n{of_smsbox}\n\n\
             group = sendsms-user\nusername = binhyen\npassword = secret\nmax-messages = 10\nconcatenation = true\n\n\
             group = sms-service\nkeyword = default\ncatch-all = true\nmax-messages = 0\nomit-empty = true\n{get_url}\n"
        );
        std::fs::write(folder.path().join("kannel.conf"), settings).unwrap();
        Kannel { folder, phones_port, sendsms_port, boxes: None }
    }

    /// Where texts are handed over.
    pub fn send_url(&self) -> String {
        format!("http://127.0.0.1:{}/cgi-bin/sendsms", self.sendsms_port)
    }

    /// Starts both programs.
    pub fn start(&mut self) {
        self.start_bearerbox();
        self.start_smsbox();
    }

    /// Starts the program that talks to the SMSC and keeps texts on disk.
    pub fn start_bearerbox(&mut self) {
        let bearerbox = Process::start("/usr/sbin/bearerbox", &self.settings());
        bearerbox.says("Start-up done, entering mainloop");
        self.boxes = Some(Boxes { bearerbox, smsbox: None });
    }

    /// Starts the program that talks to the server.
    pub fn start_smsbox(&mut self) {
        let smsbox = Process::start("/usr/sbin/smsbox", &self.settings());
        smsbox.says("Connected to bearerbox");
        self.boxes.as_mut().unwrap().smsbox = Some(smsbox);
    }

    /// Stops the program that talks to the server.
    pub fn stop_smsbox(&mut self) {
        self.boxes.as_mut().unwrap().smsbox.take().unwrap().stop();
    }

    /// Stops whatever runs.
    pub fn stop(&mut self) {
        let boxes = self.boxes.take().unwrap();
        if let Some(smsbox) = boxes.smsbox {
            smsbox.stop();
        }
        boxes.bearerbox.stop();
    }

    /// Phones that send `texts` (`sender receiver text|ucs2 words`) one after the other, then show what they receive.
    pub fn phones(&self, texts: &[&str]) -> Phones {
        let count = texts.len().to_string();
        let port = self.phones_port.to_string();
        let mut command = Command::new(FAKE_PHONES);
        command.args(["-H", "127.0.0.1", "-r", &port, "-i", "0.01", "-m", &count]).args(texts);
        Phones(Process::spawn(command))
    }

    fn settings(&self) -> PathBuf {
        self.folder.path().join("kannel.conf")
    }
}

impl Drop for Kannel {
    fn drop(&mut self) {
        if self.boxes.is_some() {
            self.stop();
        }
    }
}

/// Running phones.
pub struct Phones(Process);

impl Phones {
    /// The next text that reaches one of them: `sender receiver text|ucs-2 words`.
    pub fn receive(&self) -> String {
        let line = self.0.says("Got message ");
        let (_, text) = line.split_once('<').unwrap();
        text.trim_end().trim_end_matches('>').to_owned()
    }

    /// Waits until this many texts have been sent.
    pub fn have_sent(&self, count: usize) {
        self.0.says(&format!("sent message {count}"));
    }

    /// Switches them off.
    pub fn stop(self) {
        self.0.stop();
    }
}

impl Process {
    fn start(program: &str, settings: &Path) -> Process {
        let mut command = Command::new(program);
        command.args(["-v", "1"]).arg(settings);
        Process::spawn(command)
    }

    fn spawn(mut command: Command) -> Process {
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let (said, lines) = channel();
        // Ends with the program, or when nobody listens any more.
        std::thread::spawn(move || {
            for line in log.lines().map_while(Result::ok) {
                drop(said.send(line));
            }
        });
        Process { child, lines }
    }

    /// Waits for a line with `words` in it and answers it.
    fn says(&self, words: &str) -> String {
        let mut log = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            if line.contains(words) {
                return line;
            }
            log.push(line);
        }
        panic!("never heard “{words}”; heard:\n{}", log.join("\n"));
    }

    fn stop(mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Already gone where the test ended it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
