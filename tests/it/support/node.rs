//! The real program, driven as a script would: `init` in a folder of its own, commands, and server processes that can be killed.
//! Knows nothing of the library. What the servers log stands in the test's folder and is shown when a test fails.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The program with the configuration of one node.
#[derive(Clone)]
pub(crate) struct Program {
    binary: PathBuf,
    folder: PathBuf,
    port: u16,
    url: String,
    database: String,
    environment: Vec<(String, String)>,
}

/// A node of the real program. Dropped, it kills the processes that it started, by their id.
pub(crate) struct Node {
    /// For commands.
    pub(crate) program: Program,
    running: Vec<(Child, PathBuf)>,
    started: usize,
}

impl std::ops::Deref for Node {
    type Target = Program;
    fn deref(&self) -> &Program {
        &self.program
    }
}

impl Program {
    /// `localhost:PORT`, the domain of its handles.
    pub(crate) fn domain(&self) -> String {
        self.url.split_once("://").map_or_else(String::new, |(_, rest)| rest.to_owned())
    }

    /// Under which its ids are: `http://localhost:PORT`, or what [`Node::init_behind`] was given.
    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    /// A path in its folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that must succeed; what it printed, without the last line break.
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "`reset-node {}` failed: {err}", arguments.join(" "));
        out.trim_end().to_owned()
    }

    /// Writes a file to publish; its path.
    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The command line with this node's configuration and the settings of tests.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .current_dir(&self.folder)
            .arg("--config")
            .arg(self.path("config.toml"))
            .args(arguments)
            .env("RESET_NODE_NODE__URL", self.url())
            .env("RESET_NODE_HTTP__LISTEN", format!("127.0.0.1:{}", self.port))
            .env("RESET_NODE_DATABASE__URL", &self.database)
            .env("RESET_NODE_FEDERATION__ALLOW_HTTP", self.url.starts_with("http:").to_string())
            .env("RESET_NODE_FEDERATION__ALLOW_PRIVATE_ADDRESSES", "true")
            // Loads come from few hosts: they go the whole road, and never reach the limit.
            .env("RESET_NODE_FEDERATION__INBOX_PER_MINUTE", "100000000")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }
}

impl Node {
    /// `init` in `folder` with this database; ids live at `http://localhost:PORT`.
    pub(crate) fn init(binary: &str, folder: &Path, database: &str) -> Node {
        let port = free_port();
        Node::init_behind(binary, folder, database, port, &format!("http://localhost:{port}"), &[])
    }

    /// The same, listening on `port` for a proxy, with ids at `url` and settings (`RESET_NODE_…`) for every command.
    pub(crate) fn init_behind(
        binary: &str,
        folder: &Path,
        database: &str,
        port: u16,
        url: &str,
        environment: &[(&str, &str)],
    ) -> Node {
        let program = Program {
            binary: binary.into(),
            folder: folder.to_owned(),
            port,
            url: url.to_owned(),
            database: database.to_owned(),
            environment: environment.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        };
        let (domain, data) = (program.domain(), program.path("data"));
        let data = data.to_str().unwrap();
        program.ok(&["init", "--domain", &domain, "--organisation", "Région Exemple", "--data", data]);
        Node { program, running: Vec::new(), started: 0 }
    }

    /// An organisation `atelier` that carries a coalition `communs`.
    pub(crate) fn with_coalition(self) -> Node {
        self.ok(&[
            "organisation",
            "create",
            "--handle",
            "atelier",
            "--name",
            "L’Atelier",
            "--kind",
            "association",
        ]);
        self.ok(&[
            "coalition",
            "create",
            "--handle",
            "communs",
            "--title",
            "Communs numériques",
            "--steward",
            "atelier",
        ]);
        self
    }

    /// Starts one `serve`, or, where several processes may share the database, one `web` and two `worker`, and waits until it
    /// answers.
    pub(crate) fn start_all(&mut self, several: bool) {
        let roles: &[&str] = if several { &["web", "worker", "worker"] } else { &["serve"] };
        for role in roles {
            self.start(role);
        }
        self.wait_ready();
    }

    /// Starts `serve`, `web` or `worker`; the caller waits with [`Node::wait_ready`].
    pub(crate) fn start(&mut self, role: &str) {
        self.start_with(role, &[]);
    }

    /// The same, with further settings (`RESET_NODE_…`) for this process.
    pub(crate) fn start_with(&mut self, role: &str, environment: &[(&str, &str)]) {
        self.started += 1;
        let path = self.path(&format!("{role}-{}.log", self.started));
        let log = File::create(&path).unwrap();
        let mut command = self.command(&[role]);
        command.envs(environment.iter().copied()).stdout(log.try_clone().unwrap()).stderr(log);
        let child = command.spawn().unwrap();
        self.running.push((child, path));
    }

    /// Waits until it answers; how long that took. Fails when a process ends before, with what it said.
    pub(crate) fn wait_ready(&mut self) -> Duration {
        let began = Instant::now();
        while !self.answers() {
            for (child, log) in &mut self.running {
                if let Some(status) = child.try_wait().unwrap() {
                    panic!("the server ended with {status}: {}", std::fs::read_to_string(log).unwrap());
                }
            }
            assert!(began.elapsed() < Duration::from_secs(30), "no answer within 30 s:\n{}", self.logs());
            std::thread::sleep(Duration::from_millis(2));
        }
        began.elapsed()
    }

    /// SIGKILL to every process, at once and without warning.
    pub(crate) fn kill(&mut self) {
        for (child, _) in &mut self.running {
            child.kill().unwrap();
        }
        for (mut child, _) in self.running.drain(..) {
            child.wait().unwrap();
        }
    }

    /// SIGTERM to every process; they must end with 0 within 30 s.
    pub(crate) fn stop(&mut self) {
        for id in self.ids() {
            let ended = Command::new("kill").args(["-TERM", &id.to_string()]).status().unwrap();
            assert!(ended.success());
        }
        let logs = self.logs();
        for (mut child, log) in self.running.drain(..) {
            let deadline = Instant::now() + Duration::from_secs(30);
            let status = loop {
                match child.try_wait().unwrap() {
                    Some(status) => break status,
                    None if Instant::now() > deadline => {
                        child.kill().unwrap();
                        panic!("{} did not stop within 30 s:\n{logs}", log.display());
                    }
                    None => std::thread::sleep(Duration::from_millis(5)),
                }
            };
            assert!(status.success(), "{} ended with {status}:\n{logs}", log.display());
        }
    }

    /// The ids of the processes that run.
    pub(crate) fn ids(&self) -> Vec<u32> {
        self.running.iter().map(|(child, _)| child.id()).collect()
    }

    /// What the processes that run logged.
    pub(crate) fn logs(&self) -> String {
        self.running.iter().map(|(_, log)| std::fs::read_to_string(log).unwrap_or_default()).collect()
    }

    fn answers(&self) -> bool {
        use std::io::{Read, Write};
        let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", self.port)) else {
            return false;
        };
        let request =
            format!("GET /healthz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.domain());
        let mut answer = Vec::new();
        stream.write_all(request.as_bytes()).is_ok()
            && stream.read_to_end(&mut answer).is_ok()
            && answer.starts_with(b"HTTP/1.1 200")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.logs());
        }
        for (child, _) in &mut self.running {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A port that is free and stays so: below those that systems give to whoever asks for any, and another one each time.
pub(crate) fn free_port() -> u16 {
    use std::sync::atomic::{AtomicU32, Ordering};
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    let first = std::process::id().wrapping_mul(97);
    let mut ports = std::iter::from_fn(|| {
        let next = first.wrapping_add(GIVEN.fetch_add(1, Ordering::Relaxed));
        Some(u16::try_from(10_000 + next % 20_000).unwrap())
    });
    ports.find(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok()).unwrap()
}
