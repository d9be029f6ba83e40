//! The load generator: one thread, keep-alive connections, requests that were laid down in a file before. It parses no more of an
//! answer than its status and length, so that it takes as little as it can of the cores that it shares with the node.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// What to send, and how fast.
pub(crate) struct Load<'a> {
    /// `127.0.0.1:PORT`.
    pub(crate) address: &'a str,
    /// Length-prefixed requests; connection N sends each N-th, and stops at the end, or begins again if `cycle`.
    pub(crate) requests: &'a Path,
    /// Connections at once, one request at a time on each.
    pub(crate) connections: usize,
    /// How long.
    pub(crate) seconds: f64,
    /// Requests a second over all connections; as fast as answers come where `None`.
    pub(crate) rate: Option<f64>,
    /// Whether the requests may be sent again and again.
    pub(crate) cycle: bool,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Answers of the status that was wanted, a second.
    pub(crate) rate: f64,
    /// How many they were.
    pub(crate) count: f64,
    /// Half of the answers came within this time.
    pub(crate) p50: Duration,
    /// All but one in a hundred came within this time.
    pub(crate) p99: Duration,
    /// The bytes of the first answer, head and body.
    pub(crate) bytes: u64,
}

impl Load<'_> {
    /// Runs it in a process of its own. Every answer must have the status `wanted`. `meanwhile` runs in this process when the
    /// first request is about to leave and again when the last answer has come.
    pub(crate) fn run(&self, wanted: u16, mut meanwhile: impl FnMut()) -> Outcome {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["load", self.address, self.requests.to_str().unwrap()])
            .args([self.connections.to_string(), self.seconds.to_string()])
            .args([self.rate.unwrap_or(0.0).to_string(), self.cycle.to_string(), wanted.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "ready");
        meanwhile();
        child.stdin.take().unwrap().write_all(b"go\n").unwrap();
        let line = lines.next().unwrap().unwrap();
        meanwhile();
        assert!(child.wait().unwrap().success());
        let told: Value = serde_json::from_str(&line).unwrap();
        let number = |key: &str| told.get(key).and_then(Value::as_f64).unwrap();
        Outcome {
            rate: number("rate"),
            count: number("count"),
            p50: Duration::from_micros(number("p50_us") as u64),
            p99: Duration::from_micros(number("p99_us") as u64),
            bytes: number("bytes") as u64,
        }
    }
}

/// The child: reads its arguments and requests, says `ready`, waits for a line, works, and prints one line of JSON.
pub(crate) fn main(words: &[&str]) {
    let [address, requests, connections, seconds, rate, cycle, wanted] = words else {
        panic!("load ADDRESS REQUESTS CONNECTIONS SECONDS RATE CYCLE STATUS");
    };
    let connections: usize = connections.parse().unwrap();
    let plan = Plan {
        seconds: seconds.parse().unwrap(),
        pace: Some(rate.parse().unwrap())
            .filter(|rate| *rate > 0.0)
            .map(|rate: f64| connections as f64 / rate),
        cycle: *cycle == "true",
        wanted: wanted.parse().unwrap(),
    };
    let requests = split(std::fs::read(requests).unwrap().leak());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let told = runtime.block_on(async {
        let mut open = Vec::new();
        for _ in 0..connections {
            let stream = TcpStream::connect(address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            open.push(stream);
        }
        println!("ready");
        std::io::stdin().read_line(&mut String::new()).unwrap();
        let began = Instant::now();
        let share =
            |number: usize| requests.iter().skip(number).step_by(connections).copied().collect::<Vec<_>>();
        let work = open
            .into_iter()
            .enumerate()
            .map(|(number, stream)| plan.connection(stream, share(number), began, number));
        let done = work.collect::<JoinSet<Done>>().join_all().await;
        summary(done, began.elapsed())
    });
    println!("{told}");
}

/// What a connection did.
struct Done {
    micros: Vec<u32>,
    bytes: u64,
}

#[derive(Clone, Copy)]
struct Plan {
    seconds: f64,
    pace: Option<f64>,
    cycle: bool,
    wanted: u16,
}

impl Plan {
    async fn connection(
        self,
        stream: TcpStream,
        requests: Vec<&'static [u8]>,
        began: Instant,
        number: usize,
    ) -> Done {
        let end = began + Duration::from_secs_f64(self.seconds);
        let mut done = Done { micros: Vec::new(), bytes: 0 };
        let mut buffer = vec![0; 1 << 20];
        let mut at = 0;
        while Instant::now() < end {
            let Some(request) = requests.get(if self.cycle { at % requests.len() } else { at }) else {
                break;
            };
            if let Some(pace) = self.pace {
                let due = began + Duration::from_secs_f64(pace * (at as f64 + number as f64 / 64.0));
                tokio::time::sleep_until(due.into()).await;
            }
            let sent = Instant::now();
            let (status, length) = exchange(&stream, request, &mut buffer).await;
            assert_eq!(status, self.wanted, "{}", String::from_utf8_lossy(buffer.get(..length).unwrap()));
            done.micros.push(sent.elapsed().as_micros() as u32);
            if done.bytes == 0 {
                done.bytes = length as u64;
            }
            at += 1;
        }
        done
    }
}

/// Sends one request and reads its whole answer: status and length.
async fn exchange(stream: &TcpStream, request: &[u8], buffer: &mut [u8]) -> (u16, usize) {
    let mut rest = request;
    while !rest.is_empty() {
        match stream.try_write(rest) {
            Ok(count) => rest = rest.get(count..).unwrap(),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => stream.writable().await.unwrap(),
            Err(error) => panic!("the node hung up: {error}"),
        }
    }
    let mut filled = 0;
    loop {
        stream.readable().await.unwrap();
        match stream.try_read(buffer.get_mut(filled..).unwrap()) {
            Ok(0) => panic!("the node hung up"),
            Ok(count) => filled += count,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
            Err(error) => panic!("the node hung up: {error}"),
        }
        if let Some((status, whole)) = measure(buffer.get(..filled).unwrap())
            && filled >= whole
        {
            return (status, whole);
        }
    }
}

/// Status and whole length of an answer whose head is there. A chunked body ends with its last chunk.
fn measure(answer: &[u8]) -> Option<(u16, usize)> {
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(answer.get(..head)?).ok()?;
    let status = text.get(9..12)?.parse().ok()?;
    for line in text.lines().skip(1) {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        if name.eq_ignore_ascii_case("content-length") {
            return Some((status, head + value.trim().parse::<usize>().ok()?));
        }
        if name.eq_ignore_ascii_case("transfer-encoding") {
            let ended = answer.get(head..)?.ends_with(b"0\r\n\r\n");
            return ended.then_some((status, answer.len()));
        }
    }
    Some((status, head))
}

fn split(mut bytes: &'static [u8]) -> Vec<&'static [u8]> {
    let mut requests = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
        let (request, rest) = rest.split_at(u32::from_le_bytes(*length) as usize);
        requests.push(request);
        bytes = rest;
    }
    requests
}

/// Writes requests as [`split`] reads them.
pub(crate) fn lay_down<'a>(path: &Path, requests: impl IntoIterator<Item = &'a [u8]>) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    for request in requests {
        file.write_all(&(request.len() as u32).to_le_bytes()).unwrap();
        file.write_all(request).unwrap();
    }
    file.flush().unwrap();
}

fn summary(done: Vec<Done>, took: Duration) -> Value {
    let mut micros: Vec<u32> = done.iter().flat_map(|done| done.micros.iter().copied()).collect();
    micros.sort_unstable();
    let at = |share: f64| micros.get((micros.len() as f64 * share) as usize).copied().unwrap_or_default();
    json!({
        "count": micros.len(),
        "rate": micros.len() as f64 / took.as_secs_f64(),
        "p50_us": at(0.5),
        "p99_us": at(0.99),
        "bytes": done.iter().map(|done| done.bytes).max().unwrap_or_default(),
    })
}
