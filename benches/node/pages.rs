//! What visitors and servers read: the home page of the demo, an actor's document; and what a node needs to start and to idle.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::bounds::Bounds;
use super::load::{Load, Outcome, lay_down};
use super::node::{Node, free_port};
use super::process::{memory_of, used_by};
use super::table::Table;

const PROGRAM: &str = env!("CARGO_BIN_EXE_reset-node");

/// Measures and fills the table.
pub(crate) fn measure(table: &mut Table, bounds: &Bounds) {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start();
    table.row("demo: from the command to its first page", format!("{} ms", demo.took.as_millis()), "3000 ms");
    std::thread::sleep(Duration::from_secs(5));
    table.row("demo: idle memory", format!("{:.0} MB", memory_of(demo.child.id())), "50 MB");
    let accept = "Accept: text/html\r\nAccept-Encoding: gzip";
    let each = demo.load_each(folder.path(), accept);
    table.rate("home page made anew each time, 32 connections", each.0, "", ("an empty handler", bounds.get));
    table.each(each.1);
    let home = demo.load(folder.path(), "/", accept, 32);
    table.rate("home page, 32 connections, gzip", home.rate, "2500/s", ("an empty handler", bounds.get));
    table.row("  p99", millis(home.p99), "");
    let few = demo.load(folder.path(), "/", accept, 4);
    table.row("home page, 4 connections: p50", millis(few.p50), "2 ms");
    table.row("  on the wire, gzip", format!("{:.1} kB", few.bytes as f64 / 1e3), "50 kB");
    let plain = demo.load(folder.path(), "/", "Accept: text/html", 32);
    table.rate("home page, 32 connections, as it is", plain.rate, "2500/s", ("an empty handler", bounds.get));
    table.row("  on the wire, as it is", format!("{:.1} kB", plain.bytes as f64 / 1e3), "50 kB");
    for path in ["/coalitions", "/coalitions/reset"] {
        let page = demo.load(folder.path(), path, accept, 32);
        table.rate(&format!("{path}, 32 connections"), page.rate, "", ("an empty handler", bounds.get));
    }
    let actor = demo.load(folder.path(), "/coalitions/reset", "Accept: application/activity+json", 32);
    table.rate("actor document, 32 connections", actor.rate, "", ("an empty handler", bounds.get));
    table.row("demo: memory after that load", format!("{:.0} MB", memory_of(demo.child.id())), "");
    drop(demo);
    let (start, memory) = start_and_idle();
    table.row("serve: from the command to its first answer", format!("{} ms", start.as_millis()), "300 ms");
    table.row("serve: idle memory", format!("{memory:.0} MB"), "50 MB");
}

fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

struct Demo {
    child: Child,
    address: String,
    took: Duration,
}

impl Demo {
    fn start() -> Demo {
        let address = format!("127.0.0.1:{}", free_port());
        let began = Instant::now();
        let child = Command::new(PROGRAM)
            .args(["demo", "--listen", &address])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while !shows_home(&address) {
            assert!(began.elapsed() < Duration::from_secs(30), "the demo does not answer");
            std::thread::sleep(Duration::from_millis(1));
        }
        let took = began.elapsed();
        Demo { child, address, took }
    }

    fn load(&self, folder: &Path, path: &str, headers: &str, connections: usize) -> Outcome {
        let file = folder.join("get");
        let port = self.address.rsplit(':').next().unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n{headers}\r\n\r\n");
        lay_down(&file, std::iter::repeat_n(request.as_bytes(), connections));
        let load = Load {
            address: &self.address,
            requests: &file,
            connections,
            seconds: 3.0,
            rate: None,
            cycle: true,
        };
        load.run(200, || {})
    }
}

impl Demo {
    /// Every request for another address of the home page, so that no answer can be one that was kept: the rate, and the
    /// microseconds of processor time that the node took for each.
    fn load_each(&self, folder: &Path, headers: &str) -> (f64, f64) {
        let file = folder.join("get");
        let port = self.address.rsplit(':').next().unwrap();
        let request =
            |number| format!("GET /?n={number} HTTP/1.1\r\nHost: localhost:{port}\r\n{headers}\r\n\r\n");
        let requests: Vec<String> = (0..100_000).map(request).collect();
        lay_down(&file, requests.iter().map(String::as_bytes));
        let load = Load {
            address: &self.address,
            requests: &file,
            connections: 32,
            seconds: 3.0,
            rate: None,
            cycle: false,
        };
        let before = used_by(self.child.id());
        let outcome = load.run(200, || {});
        let used = used_by(self.child.id()) - before;
        (outcome.rate, used.as_secs_f64() * 1e6 / outcome.count)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

/// The median of five starts of a node that has served before, and its memory after five quiet seconds.
fn start_and_idle() -> (Duration, f64) {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("node.db").display());
    let mut node = Node::init(PROGRAM, folder.path(), &database).with_coalition();
    let mut times = Vec::new();
    let mut memory = 0.0;
    for round in 0..5 {
        node.start("serve");
        times.push(node.wait_ready());
        if round == 4 {
            std::thread::sleep(Duration::from_secs(5));
            memory = memory_of(node.ids().first().copied().unwrap());
        }
        node.stop();
    }
    times.sort();
    (times.get(2).copied().unwrap(), memory)
}

fn shows_home(address: &str) -> bool {
    use std::io::{Read, Write};
    let Ok(mut stream) = std::net::TcpStream::connect(address) else { return false };
    let request =
        format!("GET / HTTP/1.1\r\nHost: {address}\r\nAccept: text/html\r\nConnection: close\r\n\r\n");
    let mut answer = Vec::new();
    stream.write_all(request.as_bytes()).is_ok()
        && stream.read_to_end(&mut answer).is_ok()
        && answer.starts_with(b"HTTP/1.1 200")
}
