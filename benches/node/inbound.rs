//! Signed replies with distinct ids over 16 keep-alive connections: taken (202) alone, worked off alone, and both at once.

use std::path::Path;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use reset_node::db::schema::{inbox_items, publications, replies};
use reset_node::db::{Location, Manager};
use url::Url;

use super::bounds::Bounds;
use super::load::{Load, lay_down};
use super::node::Node;
use super::process::{memory_of, used_by};
use super::senders::{HOSTS, Senders};
use super::table::Table;

/// Where the program stands.
const PROGRAM: &str = env!("CARGO_BIN_EXE_reset-node");
/// Activities a second offered while both halves work: above the floor of 4,000.
const OFFERED: f64 = 4_500.0;

/// A node with one proposal, whose senders it already knows.
struct Bench {
    node: Node,
    database: std::path::PathBuf,
    publication: String,
    senders: Senders,
    memory: f64,
    folder: tempfile::TempDir,
}

/// Measures and fills the table.
pub(crate) fn measure(table: &mut Table, bounds: &Bounds) {
    let mut bench = Bench::new();
    let (alone, each) = bench.take_alone(6.0, 90_000);
    table.rate("inbound: 202, web alone, 16 connections", alone, "8000/s", ("verifications", bounds.verify));
    table.rate("  the same", alone, "", ("an empty handler", bounds.post));
    table.rate("  the same", alone, "", ("writes", bounds.write));
    table.each(each);
    let (worked, each) = bench.work_off();
    table.rate("inbound: processed to the effect, alone", worked, "", ("writes", bounds.write));
    table.each(each);
    let (taken, processed, each) = bench.both(6.0, Some(OFFERED), 28_000);
    table.row(&format!("inbound: both, {OFFERED:.0}/s offered: 202"), format!("{taken:.0}/s"), "4000/s");
    table.rate("  processed meanwhile", processed, "3000/s", ("writes", bounds.write));
    table.each(each);
    let (taken, processed, each) = bench.both(6.0, None, 70_000);
    table.row("inbound: both, as fast as it takes: 202", format!("{taken:.0}/s"), "");
    table.rate("  processed meanwhile", processed, "", ("writes", bounds.write));
    table.each(each);
    table.row("memory after that load", format!("{:.0} MB", bench.memory), "");
    bench.account();
}

impl Bench {
    fn new() -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("node.db");
        let node =
            Node::init(PROGRAM, folder.path(), &format!("sqlite:{}", database.display())).with_coalition();
        let text = "+++\nkind = \"proposal\"\ncoalition = \"communs\"\ntitle = \"Une proposition\"\nlanguage = \"fr\"\n+++\n\nTexte.\n";
        let publication = node.ok(&["publish", &node.write("proposition.md", text)]);
        let senders = Senders::start();
        let mut bench = Bench { node, database, publication, senders, memory: 0.0, folder };
        bench.node.start("serve");
        bench.node.wait_ready();
        bench.post(HOSTS * 4, None, 20.0, || {}); // each actor once, so that its key is known
        bench.wait_idle();
        bench.node.stop();
        bench
    }

    /// Sends `count` replies; 202 a second, and the microseconds of processor time that the node took for each.
    fn post(&self, count: usize, rate: Option<f64>, seconds: f64, meanwhile: impl FnMut()) -> (f64, f64) {
        let path = self.folder.path().join("requests");
        let url = Url::parse(&self.node.url()).unwrap();
        let requests = self.senders.replies(&url, &self.publication, count);
        lay_down(&path, requests.iter().map(Vec::as_slice));
        let address = format!("127.0.0.1:{}", url.port().unwrap());
        let load =
            Load { address: &address, requests: &path, connections: HOSTS, seconds, rate, cycle: false };
        let before = self.used();
        let outcome = load.run(202, meanwhile);
        (outcome.rate, (self.used() - before).as_secs_f64() * 1e6 / outcome.count)
    }

    fn used(&self) -> Duration {
        used_by(self.node.ids().first().copied().unwrap())
    }

    /// With the web half only.
    fn take_alone(&mut self, seconds: f64, count: usize) -> (f64, f64) {
        self.node.start("web");
        self.node.wait_ready();
        let rate = self.post(count, None, seconds, || {});
        self.node.stop();
        rate
    }

    /// Works off what waits, with nothing coming in.
    fn work_off(&mut self) -> (f64, f64) {
        let waiting = self.waiting();
        let began = Instant::now();
        self.node.start("serve");
        self.wait_idle();
        let rate = waiting as f64 / began.elapsed().as_secs_f64();
        let each = self.used().as_secs_f64() * 1e6 / waiting as f64;
        self.node.stop();
        (rate, each)
    }

    /// Both at once: 202 a second, effects a second within the same time, and processor time as above.
    fn both(&mut self, seconds: f64, rate: Option<f64>, count: usize) -> (f64, f64, f64) {
        self.node.start("serve");
        self.node.wait_ready();
        let mut marks = Vec::new();
        let path = self.database.clone();
        let (taken, each) = self.post(count, rate, seconds, || marks.push((Instant::now(), shown(&path))));
        let [(began, before), (ended, after)] = marks.as_slice() else { panic!("the load did not start") };
        let processed = (after - before) as f64 / (*ended - *began).as_secs_f64();
        self.wait_idle();
        self.memory = memory_of(self.node.ids().first().copied().unwrap());
        self.node.stop();
        (taken, processed, each)
    }

    fn waiting(&self) -> i64 {
        inbox_items::table
            .filter(inbox_items::state.eq(0))
            .count()
            .get_result(&mut open(&self.database))
            .unwrap()
    }

    fn wait_idle(&self) {
        let began = Instant::now();
        while self.waiting() > 0 {
            assert!(
                began.elapsed() < Duration::from_secs(180),
                "the inbox is not worked off:\n{}",
                self.node.logs()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Every activity that got 202 is one reply, and the counter of the page says so.
    fn account(&self) {
        let mut conn = open(&self.database);
        let rows = shown(&self.database);
        let taken: i64 = inbox_items::table.count().get_result(&mut conn).unwrap();
        let counter: i64 = publications::table.select(publications::replies).first(&mut conn).unwrap();
        assert_eq!((rows, counter), (taken, taken), "replies and their counter");
    }
}

fn open(path: &Path) -> reset_node::db::Conn {
    let location = Location::Sqlite(path.display().to_string());
    Manager { location, full_sync: false }.open().unwrap()
}

/// Replies that the page shows.
fn shown(path: &Path) -> i64 {
    replies::table.count().get_result(&mut open(path)).unwrap()
}
