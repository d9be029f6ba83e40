//! What delivery costs: one publication to 2,000 inboxes on 50 hosts, as deliveries a second from the write that causes it to the
//! last row marked done, beside the bound of the RSA signatures that both cores could make if they did nothing else; and how long
//! the same inboxes take while four more hosts are bad: one never answers, one is dead, one answers 500 and one 410.
//!
//!     cargo bench --bench outbound [-- INBOXES HOSTS TIMES]
//!
//! The receiving hosts are loopback addresses served by another process (this program, started again as `sinks`), which takes
//! its share of the same cores; for the bound they are stopped. `RESET_BENCH_DATABASE` may name an empty PostgreSQL database.
#![expect(clippy::unwrap_used, reason = "a bench may panic")]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use confique::Config as _;
use diesel::prelude::*;
use reset_federation::key::RsaPrivate;
use reset_federation::vocab::object_context;
use reset_node::app::{App, Clock, SharedApp, Urls};
use reset_node::config::Config;
use reset_node::db::schema::deliveries;
use reset_node::db::{Conn, Db, Error, Location, migrate};
use reset_node::domain::actor::ActorKind;
use reset_node::model::{actor, delivery, follower, host, remote};
use reset_node::outbox::{self, Audience, NewActivity};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Inboxes on each bad host: more than are sent to one host at once.
const ON_BAD: usize = 20;

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| !arg.starts_with("--"));
    let first = args.next();
    if first.as_deref() == Some("sinks") {
        return sinks::serve(args.next().unwrap().parse().unwrap());
    }
    let number = |given: Option<String>, default: usize| given.map_or(default, |arg| arg.parse().unwrap());
    let inboxes = number(first, 2000);
    let hosts = number(args.next(), 50);
    let times = number(args.next(), 5);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(bench(inboxes, hosts, times));
}

async fn bench(inboxes: usize, hosts: usize, times: usize) {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path());
    let mut sinks = Sinks::start(hosts);
    let now = app.now().naive_utc();
    let speaker =
        app.db.write(move |conn| Ok::<_, Error>(actor::insert(conn, "communs", ActorKind::Coalition, now)?));
    let speaker = speaker.await.unwrap();
    reset_node::ap::keys::signer(&app, speaker).await.unwrap();
    follow(&app, speaker, &sinks.good, inboxes).await;
    let (stop, shutdown) = tokio::sync::watch::channel(false);
    let worker = tokio::spawn(outbox::run(app.clone(), shutdown));
    let mut rates = Vec::new();
    let mut spent = (Duration::ZERO, Duration::ZERO);
    for time in 0..=times {
        if time == 1 {
            spent = (cpu_time("self"), cpu_time(&sinks.child.id().to_string()));
        }
        let enqueued = Instant::now();
        publish(&app, speaker, time).await;
        let stored = enqueued.elapsed();
        until_done(&app).await;
        let rate = inboxes as f64 / enqueued.elapsed().as_secs_f64();
        let what = if time == 0 { "first, hosts unknown" } else { "hosts known" };
        println!("  {rate:.0} deliveries/s ({what}; stored after {} ms)", stored.as_millis());
        if time > 0 {
            rates.push(rate);
        }
    }
    let deliveries = u32::try_from(inboxes * times).unwrap().max(1);
    let own = (cpu_time("self") - spent.0) / deliveries;
    let theirs = (cpu_time(&sinks.child.id().to_string()) - spent.1) / deliveries;
    let beside = beside_bad_ones(&app, speaker, &sinks.bad, inboxes, times).await;
    stop.send(true).unwrap();
    worker.await.unwrap();
    let received = sinks.stop();
    assert_eq!(received, inboxes * (2 * times + 1), "each inbox got each publication once");
    let (bound, signature) = rsa_bound(Duration::from_secs(3));
    let (median, beside) = (median(rates), median(beside));
    println!(
        "  processor time a delivery: {} µs here, {} µs in the sinks; a signature alone: {} µs",
        own.as_micros(),
        theirs.as_micros(),
        signature.as_micros()
    );
    println!();
    println!("| what | figure | floor | of its bound |");
    println!("|---|---:|---:|---|");
    println!(
        "| one publication to {inboxes} inboxes on {hosts} hosts (median of {times}) | {median:.0} deliveries/s | 65 % | \
         {:.0} % of {bound:.0} RSA signatures/s on all cores, sinks stopped |",
        100.0 * median / bound
    );
    println!(
        "| the same while four more hosts are bad, {ON_BAD} inboxes on each | {:.0} ms | {:.0} ms alone | {:.0} % of its time alone |",
        1000.0 * inboxes as f64 / beside,
        1000.0 * inboxes as f64 / median,
        100.0 * median / beside
    );
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or_default()
}

/// The rates of the good inboxes while the bad hosts follow as well.
async fn beside_bad_ones(
    app: &SharedApp,
    speaker: i64,
    bad: &[String],
    inboxes: usize,
    times: usize,
) -> Vec<f64> {
    follow(app, speaker, bad, ON_BAD * bad.len()).await;
    let mut rates = Vec::new();
    for time in 0..times {
        let enqueued = Instant::now();
        publish(app, speaker, 1000 + time).await;
        let bad = bad.to_vec();
        let waiting = move |conn: &mut Conn| {
            let rows = deliveries::table.filter(deliveries::state.eq(delivery::PENDING));
            Ok::<_, Error>(rows.filter(deliveries::host.ne_all(bad)).count().get_result::<i64>(conn)?)
        };
        while app.db.read(waiting.clone()).await.unwrap() > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let rate = inboxes as f64 / enqueued.elapsed().as_secs_f64();
        println!("  {rate:.0} deliveries/s to the good hosts while four are bad");
        rates.push(rate);
    }
    rates
}

fn app(folder: &std::path::Path) -> SharedApp {
    let database = std::env::var("RESET_BENCH_DATABASE");
    let database = database.unwrap_or_else(|_| format!("sqlite:{}", folder.join("node.db").display()));
    let text = format!(
        "[node]\ndomain = \"127.0.0.1:1\"\nurl = \"http://127.0.0.1:1\"\n[http]\n[database]\nurl = \"{database}\"\n[media]\n\
         [federation]\nallow_http = true\nallow_private_addresses = true\n[retention]\n[log]\n"
    );
    let parsed: <Config as confique::Config>::Layer = toml::from_str(&text).unwrap();
    let config = Config::builder().preloaded(parsed).load().unwrap();
    let db = Db::open(Location::parse(&database).unwrap(), false, config.database.pool).unwrap();
    migrate::run(&mut db.dedicated().unwrap()).unwrap();
    let urls = Urls::new(&config.node.url, &config.node.domain).unwrap();
    let http = reset_node::ap::client::build(&config.federation, &config.node.url).unwrap();
    App::new(config, db, Clock::System, http, urls).unwrap()
}

/// Gives an actor that many followers, none with a shared inbox, spread over the hosts.
async fn follow(app: &App, speaker: i64, addresses: &[String], inboxes: usize) {
    let now = app.now().naive_utc();
    let addresses = addresses.to_vec();
    let write = move |conn: &mut Conn| {
        for (n, address) in (0..inboxes).zip(addresses.iter().cycle()) {
            let url = format!("http://{address}/users/u{n}");
            let row = remote::NewRemote {
                inbox: format!("{url}/inbox"),
                shared_inbox: None,
                host: address.clone(),
                kind: "Person".into(),
                username: format!("u{n}"),
                name: format!("u{n}"),
                page: None,
                document: "{}".into(),
                fetched_at: now,
                gone_at: None,
                url,
            };
            let remote_id = remote::upsert(conn, &row, &[])?;
            follower::add(conn, speaker, remote_id, now)?;
        }
        Ok::<_, Error>(())
    };
    app.db.write(write).await.unwrap();
}

/// A publication of some 5 kB, as a Create with its content, its translation and its source.
async fn publish(app: &SharedApp, speaker: i64, time: usize) {
    let id = app.new_id();
    let group = app.urls.coalition("communs");
    // With its two proofs.
    let object = serde_json::json!({
        "@context": object_context(),
        "type": "Article",
        "id": app.urls.publication(&id),
        "attributedTo": group,
        "content": "x".repeat(4500),
    });
    let new = NewActivity {
        document: serde_json::json!({
            "@context": object_context(),
            "id": app.urls.activity(&id),
            "type": "Create",
            "actor": group,
            "object": object,
        }),
        subject: app.urls.publication(&time.to_string()),
        id,
        actor_id: speaker,
        kind: "Create",
        publication_id: None,
        public: true,
        to: Audience::Followers,
        now: app.now().naive_utc(),
        quiet: false,
    };
    app.db.write(move |conn| outbox::enqueue(conn, new)).await.unwrap();
    app.wake.outbox.notify_one();
}

/// Waits until no host is due any more: that is written together with the last mark of its round.
async fn until_done(app: &App) {
    let waiting = |conn: &mut Conn| Ok::<_, Error>(host::scheduled(conn, None, false, 1)?);
    while !app.db.read(waiting).await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let count = |conn: &mut Conn| Ok::<_, Error>(delivery::count(conn, delivery::PENDING)?);
    assert_eq!(app.db.read(count).await.unwrap(), 0);
}

/// The processor time that a process has used, in steps of 10 ms (`/proc/PID/stat`, fields 14 and 15, in ticks of 1/100 s).
fn cpu_time(process: &str) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields = stat.rsplit_once(')').unwrap().1.split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    Duration::from_millis(10 * ticks)
}

/// RSA-2048 signatures a second on all cores, over a message as long as a signing string; and the processor time of one, which
/// stays the same where other programs take their share of the cores.
fn rsa_bound(time: Duration) -> (f64, Duration) {
    let key = RsaPrivate::generate().unwrap();
    let message = [b'x'; 300];
    let cores = std::thread::available_parallelism().unwrap().get();
    let (begun, spent) = (Instant::now(), cpu_time("self"));
    let threads: Vec<_> = (0..cores)
        .map(|_| {
            let key = key.clone();
            std::thread::spawn(move || {
                let mut made = 0_u64;
                while begun.elapsed() < time {
                    key.sign_sha256(&message).unwrap();
                    made += 1;
                }
                made
            })
        })
        .collect();
    let made: u64 = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
    let one = (cpu_time("self") - spent) / u32::try_from(made).unwrap();
    (made as f64 / begun.elapsed().as_secs_f64(), one)
}

/// The process that receives.
struct Sinks {
    child: Child,
    stdin: Option<ChildStdin>,
    output: BufReader<std::process::ChildStdout>,
    /// Those that take everything.
    good: Vec<String>,
    /// One that never answers, one that answers 500, one that answers 410, and one where nobody listens.
    bad: Vec<String>,
}

impl Sinks {
    fn start(hosts: usize) -> Sinks {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["sinks", &hosts.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let mut good: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let bad = good.split_off(hosts);
        Sinks { stdin: child.stdin.take(), child, output, good, bad }
    }

    /// Ends it; how many requests it took.
    fn stop(&mut self) -> usize {
        drop(self.stdin.take());
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        self.child.wait().unwrap();
        line.trim().parse().unwrap()
    }
}

/// The receiving side: as little work as an HTTP/1.1 server can do.
mod sinks {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    static TAKEN: AtomicUsize = AtomicUsize::new(0);

    /// Serves that many addresses until standard input ends, then prints how many requests it took.
    pub(super) fn serve(hosts: usize) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut addresses = Vec::new();
            let kinds = (0..hosts).map(|_| ACCEPT).chain([MUTE, FAIL, GONE]);
            for (n, kind) in kinds.enumerate() {
                let listener = TcpListener::bind(format!("127.0.7.{}:0", 1 + n % 250)).await.unwrap();
                addresses.push(listener.local_addr().unwrap().to_string());
                tokio::spawn(accept(listener, kind));
            }
            addresses.push(TcpListener::bind("127.0.8.1:0").await.unwrap().local_addr().unwrap().to_string());
            println!("{}", addresses.join(" "));
            std::io::stdout().flush().unwrap();
            let closed =
                tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
            closed.await.unwrap().unwrap();
            println!("{}", TAKEN.load(Ordering::Relaxed));
        });
    }

    const ACCEPT: &str = "202 Accepted";
    const FAIL: &str = "500 Internal Server Error";
    const GONE: &str = "410 Gone";
    const MUTE: &str = "";

    async fn accept(listener: TcpListener, kind: &'static str) {
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).unwrap();
            tokio::spawn(answer(stream, kind));
        }
    }

    /// Answers each request on a connection with this status, the body read and dropped; or not at all.
    async fn answer(mut stream: TcpStream, status: &str) {
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
        let mut buffer = Vec::with_capacity(16_384);
        loop {
            let head = loop {
                if let Some(end) = buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                    break end + 4;
                }
                if stream.read_buf(&mut buffer).await.unwrap_or(0) == 0 {
                    return;
                }
            };
            let whole = head + content_length(buffer.get(..head).unwrap_or_default());
            while buffer.len() < whole {
                if stream.read_buf(&mut buffer).await.unwrap_or(0) == 0 {
                    return;
                }
            }
            buffer.drain(..whole);
            if status == ACCEPT {
                TAKEN.fetch_add(1, Ordering::Relaxed);
            }
            if status != MUTE && stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }

    fn content_length(head: &[u8]) -> usize {
        let head = std::str::from_utf8(head).unwrap();
        let length = head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        length.map_or(0, |(_, value)| value.trim().parse().unwrap())
    }
}
