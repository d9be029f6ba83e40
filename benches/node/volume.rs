//! A node of 200 organisations, 1,000 proposals and 100,000 positions, on the database that `RESET_BENCH_DATABASE` names (an empty
//! one of PostgreSQL; else SQLite): how long closing a round takes, by a command and by the clock, and its pages, each made anew.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use reset_node::actions::closing;
use reset_node::app::{App, Clock, SharedApp, Urls};
use reset_node::db::schema::proposals;
use reset_node::db::{Conn, Db, Error, Location};
use reset_node::model::{coalition, decision, position, publication};
use reset_node::{ap, config};
use tokio::runtime::Runtime;

use super::bounds;
use super::load::{Load, Outcome, lay_down};
use super::node::Node;
use super::process::{memory_of, used_by};
use super::table::Table;
use super::volume_fill::{self as fill, COALITION, STEWARD, Size};

const PROGRAM: &str = env!("CARGO_BIN_EXE_reset-node");
const SIZE: Size = Size { organisations: 200, proposals: 1000, decided: 500, busy: 21, positions: 100 };
/// How often each way of closing is measured.
const TIMES: usize = 9;
/// All rounds end with this day.
const DEADLINE: &str = "2031-07-01T00:00:00Z";

/// The node, and the app of this process beside it.
struct Filled {
    node: Node,
    app: SharedApp,
    runtime: Runtime,
    /// Of the proposals, in order.
    urls: Vec<String>,
    folder: tempfile::TempDir,
}

/// Measures and fills the table.
pub(crate) fn measure(table: &mut Table) {
    let mut filled = Filled::new(table);
    filled.pages(table);
    filled.commands(table);
    filled.node.stop();
    filled.clock(table);
}

impl Filled {
    fn new(table: &mut Table) -> Filled {
        let folder = tempfile::tempdir().unwrap();
        let database = std::env::var("RESET_BENCH_DATABASE")
            .unwrap_or_else(|_| format!("sqlite:{}", folder.path().join("node.db").display()));
        let mut node = Node::init(PROGRAM, folder.path(), &database);
        // The first start fixes its URL.
        node.start("serve");
        node.wait_ready();
        let runtime = Runtime::new().unwrap();
        let app = app(&node, &database, Clock::System);
        let began = Instant::now();
        let urls = runtime.block_on(fill::fill(&app, SIZE));
        let kind = if app.db.is_shared() { "PostgreSQL" } else { "SQLite" };
        let told = format!(
            "{kind}: {} organisations, {} proposals, {} positions, {} decisions: made in",
            SIZE.organisations,
            SIZE.proposals,
            SIZE.all_positions(),
            SIZE.decided
        );
        table.row(&told, format!("{:.0} s", began.elapsed().as_secs_f64()), "");
        if app.db.is_shared() {
            // As autovacuum does within a minute.
            app.db.dedicated().unwrap().batch_execute("VACUUM ANALYZE").unwrap();
        }
        Filled { node, app, runtime, urls, folder }
    }

    fn path(&self, number: usize) -> String {
        self.urls.get(number).unwrap().strip_prefix(&self.node.url()).unwrap().to_owned()
    }

    /// Every page over 4 connections, and beside it what none could pass: a handler that does nothing, and a page that asks the
    /// database nothing.
    fn pages(&self, table: &mut Table) {
        let nothing = bounds::empty_get(self.folder.path(), 4);
        table.row("bound: empty handler, GET, 4 connections: p50", millis(nothing), "");
        let bare = self.page("/search", "");
        table.row("bound: a page without a query, 4 connections: p50", millis(bare.p50), "");
        let decided = self.path(0);
        let (busiest, usual) = (self.path(SIZE.proposals - 1), self.path(SIZE.decided + 1));
        let of = format!("/coalitions/{COALITION}");
        let pages = [
            ("page of a proposal with all positions", busiest.clone(), "20 ms"),
            ("page of a proposal", usual, "20 ms"),
            ("page of an adopted proposal", decided.clone(), "20 ms"),
            ("its revisions", format!("{decided}/revisions"), ""),
            ("page of the decision", self.decision(), ""),
            ("register", format!("{of}/decisions"), "20 ms"),
            ("register, last page", format!("{of}/decisions?page=10"), "20 ms"),
            ("coalition", of.clone(), ""),
            ("home", "/".into(), ""),
            ("organisation", format!("/organisations/{}", fill::handle(7)), ""),
            ("proposals", "/proposals".into(), ""),
            ("proposals, last page", "/proposals?page=20".into(), ""),
            ("proposals of the coalition", format!("{of}/proposals"), ""),
            ("decisions", "/decisions".into(), ""),
            ("search for a word of everything", "/search?q=partager".into(), ""),
            ("feed", "/feed.atom".into(), ""),
            ("JSON of a proposal with all positions", format!("{busiest}.json"), ""),
        ];
        for (name, path, floor) in pages {
            let page = self.page(&path, name);
            let ratio = page.p50.as_secs_f64() / bare.p50.as_secs_f64();
            table.beside(
                &format!("{name}: p50"),
                millis(page.p50),
                floor,
                format!("{ratio:.1} × a page without a query"),
            );
            table.row("  p99", millis(page.p99), "");
            table.row("  on the wire, gzip", format!("{:.1} kB", page.bytes as f64 / 1e3), "50 kB");
            table.each(page.each);
        }
        self.bare(table);
        let node = self.node.ids().first().copied().unwrap();
        table.row("memory after that load", format!("{:.0} MB", memory_of(node)), "");
    }

    fn decision(&self) -> String {
        let ids = self.app.db.read(|conn| {
            let (actor, _) = coalition::by_handle(conn, COALITION)?.unwrap();
            Ok::<_, Error>(decision::adopted(conn, actor.id, 0, 1)?)
        });
        format!("/publications/{}", self.runtime.block_on(ids).unwrap().0.first().unwrap())
    }

    /// A page over 4 connections, at another address each time, so that no answer can be one that was kept.
    fn page(&self, path: &str, name: &str) -> Page {
        let file = self.folder.path().join("get");
        let address = self.node.domain().replace("localhost", "127.0.0.1");
        let (host, and) = (self.node.domain(), if path.contains('?') { '&' } else { '?' });
        let headers = "Accept: text/html\r\nAccept-Encoding: gzip";
        let requests: Vec<String> = (0..40_000)
            .map(|n| format!("GET {path}{and}n={n} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n\r\n"))
            .collect();
        lay_down(&file, requests.iter().map(String::as_bytes));
        let load = Load {
            address: &address,
            requests: &file,
            connections: 4,
            seconds: 3.0,
            rate: None,
            cycle: false,
        };
        let node = self.node.ids().first().copied().unwrap();
        let before = used_by(node);
        let Outcome { p50, p99, bytes, count, .. } = load.run(200, || {});
        assert!(count > 20.0, "{name} was asked {count} times only");
        Page { p50, p99, bytes, each: (used_by(node) - before).as_secs_f64() * 1e6 / count }
    }

    /// What the two pages with a floor read, by one connection of this process and nothing else.
    fn bare(&self, table: &mut Table) {
        let id = self.path(SIZE.proposals - 1).rsplit('/').next().unwrap().to_owned();
        let mut conn = self.app.db.dedicated().unwrap();
        let (actor, _) = coalition::by_handle(&mut conn, COALITION).unwrap().unwrap();
        let (median, _) = several(50, || {
            publication::find(&mut conn, &id).unwrap();
            position::all(&mut conn, &id).unwrap();
            coalition::members(&mut conn, actor.id).unwrap();
        });
        table.row("bound: that proposal, its positions and the members, read alone", millis(median), "");
    }

    /// `proposal close` on proposals on which everybody took a position, beside a command that only looks.
    fn commands(&self, table: &mut Table) {
        let list = several(TIMES, || drop(self.node.ok(&["coalition", "list"])));
        let close = |number: usize| {
            let url = self.urls.get(number).unwrap();
            drop(self.node.ok(&["proposal", "close", url, "--by", STEWARD, "--reason", "Tout est dit."]));
        };
        let mut numbers = self.busy(0);
        let (median, worst) = several(TIMES, || close(numbers.next().unwrap()));
        let ratio = median.as_secs_f64() / list.0.as_secs_f64();
        let told = format!("closing a round of {} positions, by a command: median", SIZE.organisations);
        table.beside(&told, millis(median), "1 s", format!("{ratio:.1} × `coalition list`"));
        table.row("  worst", millis(worst), "1 s");
    }

    /// Numbers of proposals with all positions, apart for each `part`.
    fn busy(&self, part: usize) -> impl Iterator<Item = usize> + use<> {
        let first = SIZE.proposals - SIZE.busy + part * TIMES;
        first..first + TIMES
    }

    /// What the clock does: one round that is due, and then all that are left.
    fn clock(&self, table: &mut Table) {
        let mut numbers = self.busy(1);
        let mut times = Vec::new();
        for number in numbers.by_ref() {
            let id = self.path(number).rsplit('/').next().unwrap().to_owned();
            let mut conn = self.app.db.dedicated().unwrap();
            due(&mut conn, &id, &self.app);
            let began = Instant::now();
            assert_eq!(self.runtime.block_on(closing::tend(&self.app)).unwrap(), 1);
            times.push(began.elapsed());
        }
        let (median, worst) = middle(times);
        let told = format!("closing a round of {} positions, by the clock: median", SIZE.organisations);
        table.row(&told, millis(median), "1 s");
        table.row("  worst", millis(worst), "1 s");
        let database = self.app.config.database.url.clone();
        let later = DEADLINE.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp_micros();
        let app = app(&self.node, &database, Clock::Manual(std::sync::Arc::new(later.into())));
        let (began, mut closed) = (Instant::now(), 0);
        loop {
            match self.runtime.block_on(closing::tend(&app)).unwrap() {
                0 => break,
                done => closed += done,
            }
        }
        assert!(closed > 400, "{closed} rounds were due");
        let each = began.elapsed() / u32::try_from(closed).unwrap();
        table.row(&format!("{closed} rounds due at once, by the clock: each"), millis(each), "1 s");
    }
}

struct Page {
    p50: Duration,
    p99: Duration,
    bytes: u64,
    /// Microseconds of processor time of the node.
    each: f64,
}

/// Brings the deadline that the clock knows of a proposal to now.
fn due(conn: &mut Conn, id: &str, app: &App) {
    let row = diesel::update(proposals::table.find(id)).set(proposals::closes_at.eq(app.now().naive_utc()));
    assert_eq!(row.execute(conn).unwrap(), 1);
}

/// The app of a node, in this process.
fn app(node: &Node, database: &str, clock: Clock) -> SharedApp {
    let mut config = config::load(&node.path("config.toml")).unwrap();
    config.node.url = node.url();
    database.clone_into(&mut config.database.url);
    config.federation.allow_http = true;
    let db = Db::open(Location::parse(database).unwrap(), config.database.full_sync, 4).unwrap();
    let urls = Urls::new(&config.node.url, &config.node.domain).unwrap();
    let http = ap::client::build(&config.federation, urls.base()).unwrap();
    App::new(config, db, clock, http, urls).unwrap()
}

/// How long it takes: the median, and the worst.
fn several(times: usize, mut work: impl FnMut()) -> (Duration, Duration) {
    let timed = |_| {
        let began = Instant::now();
        work();
        began.elapsed()
    };
    middle((0..times).map(timed).collect())
}

fn middle(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    (times.get(times.len() / 2).copied().unwrap(), times.last().copied().unwrap())
}

fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}
