//! A mail server in a process of its own (`tests/mail/server.py`, aiosmtpd), which takes, puts off, refuses, hangs or breaks off as a
//! test wants. A missing environment fails the test with a sentence: it is never skipped in silence.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use reset_node::config::Mail;
use serde_json::{Value, json};

use super::node::free_port;
use super::tls::Authority;

/// How a server is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tls {
    /// It offers STARTTLS and demands it.
    Starttls,
    /// From the first byte.
    Implicit,
    /// It offers none.
    None,
}

/// What a server asks for, and where it is. Servers come and go; this stays.
pub(crate) struct Post {
    /// Where it listens, on loopback.
    pub(crate) port: u16,
    tls: Tls,
    authority: Authority,
}

/// One running server. Dropped, it ends, and forgets what it took.
pub(crate) struct MailServer {
    child: Child,
    line: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
}

/// Whom mails come from.
const FROM: &str = "noreply@reset.example";
/// The user whom a server with TLS lets in, and the password.
pub(crate) const USER: (&str, &str) = ("node", "p:w/ü");

impl Post {
    /// A place for a server; `folder` takes its certificate.
    pub(crate) fn new(folder: &Path, tls: Tls) -> Post {
        Post { port: free_port(), tls, authority: Authority::new(folder) }
    }

    /// For `mail.smtp_url`.
    pub(crate) fn url(&self) -> String {
        let port = self.port;
        match self.tls {
            Tls::Starttls => format!("smtp://node:p%3Aw%2F%C3%BC@localhost:{port}"),
            Tls::Implicit => format!("smtps://node:p%3Aw%2F%C3%BC@localhost:{port}"),
            Tls::None => format!("smtp://localhost:{port}?tls=none"),
        }
    }

    /// Has a node in this process send its mail there.
    pub(crate) fn configure(&self, settings: &mut Mail) {
        settings.smtp_url = self.url();
        settings.from = FROM.to_owned();
        settings.ca_file = Some(self.authority.ca());
        settings.timeout_seconds = 2;
    }

    /// The settings with which the program sends its mail there.
    pub(crate) fn settings(&self) -> Vec<(String, String)> {
        let set = [
            ("SMTP_URL", self.url()),
            ("FROM", FROM.to_owned()),
            ("CA_FILE", self.authority.ca().display().to_string()),
            ("TIMEOUT_SECONDS", "3".to_owned()),
        ];
        set.map(|(name, value)| (format!("RESET_NODE_MAIL__{name}"), value)).into()
    }

    /// Starts the server.
    pub(crate) fn open(&self) -> MailServer {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = root.join("target/tools/python/bin/python");
        assert!(python.exists(), "Python's packages are not installed: run scripts/test --install");
        let mut command = Command::new(python);
        command.arg(root.join("tests/mail/server.py")).args(["--port", &self.port.to_string()]);
        if self.tls != Tls::None {
            let way = if self.tls == Tls::Starttls { "starttls" } else { "implicit" };
            command.args(["--tls", way, "--user", USER.0, "--password", USER.1]);
            command.arg("--cert").arg(self.authority.certificate()).arg("--key").arg(self.authority.key());
        }
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut answers = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        answers.read_line(&mut line).unwrap();
        assert_eq!(
            line, "{\"ready\": true}\n",
            "the mail server did not start: run target/tools/python/bin/python tests/mail/server.py to see why"
        );
        let orders = child.stdin.take().unwrap();
        MailServer { child, line: Mutex::new((orders, answers)) }
    }
}

impl MailServer {
    fn order(&self, order: &Value) -> Value {
        let mut line = self.line.lock().unwrap();
        writeln!(line.0, "{order}").unwrap();
        let mut answer = String::new();
        line.1.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap()
    }

    /// What it does from now on: take, greylist, later, refuse, hang or break.
    pub(crate) fn mode(&self, mode: &str) {
        self.order(&json!({ "mode": mode }));
    }

    /// What came.
    pub(crate) fn mails(&self) -> Vec<Value> {
        self.order(&json!({ "mails": true })).as_array().unwrap().clone()
    }

    /// What came, once it is as many; waits twenty seconds at most.
    pub(crate) fn wait_for(&self, count: usize) -> Vec<Value> {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let mails = self.mails();
            if mails.len() >= count {
                assert_eq!(mails.len(), count, "{mails:#?}");
                return mails;
            }
            assert!(Instant::now() < until, "{} of {count} mails came", mails.len());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The value of a header, on one line.
pub(crate) fn header<'m>(mail: &'m Value, name: &str) -> &'m str {
    let text = mail["text"].as_str().unwrap();
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    let found = head.split("\r\n").find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    found.unwrap_or_else(|| panic!("no {name} in {head}"))
}

/// The text of a mail, out of quoted-printable.
pub(crate) fn body(mail: &Value) -> String {
    let text = mail["text"].as_str().unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("Content-Transfer-Encoding: quoted-printable"), "{head}");
    let joined = body.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut parts = joined.split('=');
    bytes.extend(parts.next().unwrap().bytes());
    for part in parts {
        let (byte, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(byte, 16).unwrap());
        bytes.extend(rest.bytes());
    }
    String::from_utf8(bytes).unwrap()
}

/// The path and query of the link in a mail.
pub(crate) fn link(mail: &Value) -> String {
    let text = body(mail);
    let line = text.lines().find(|line| line.contains("/interest/confirm?token=")).unwrap();
    format!("/interest/confirm?token={}", line.split_once("/interest/confirm?token=").unwrap().1)
}
