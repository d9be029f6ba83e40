//! The engine: finds hosts that are due in the lanes this process holds and gives each a round of its own, so that none waits
//! for another. Hosts that do not answer have places apart from those that do.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{Id, JoinError, JoinHandle, JoinSet};
use tokio::time::Instant;

use super::circuit::Standing;
use super::ledger::{self, Entry};
use super::send::Parcel;
use super::{LANES, QUEUE, round};
use crate::app::SharedApp;
use crate::db::Error;
use crate::jobs::lanes::Lanes;
use crate::model::host::Host;
use crate::model::{self, activity};

/// The table is looked at this often even when nobody rings: the command line and other processes write beside us.
const LOOK_EVERY: Duration = Duration::from_millis(300);
/// Two looks are at least this far apart.
const LOOK_APART: Duration = Duration::from_millis(5);
/// Most rounds at once with hosts that were well the last time, with such as were never asked, and with those that failed.
const WELL_ROUNDS: usize = 512;
const NEW_ROUNDS: usize = 256;
const AILING_ROUNDS: usize = 256;
/// Rows read in one look of hosts that have not failed, and of those that have: as many as can be under way, and as many
/// again. They are read apart, so that no crowd of dead hosts stands before a living one.
const LOOK_ROWS: i64 = 1536;
const LOOK_AILING_ROWS: i64 = 512;
/// Most memory for activities that are being sent, in bytes.
const PARCELS: u64 = 32_000_000;
/// How long rounds may take to end when the process stops.
const LAST_ROUNDS: Duration = Duration::from_secs(12);
/// How often old rows are given up or forgotten.
const SWEEP_EVERY: TimeDelta = TimeDelta::hours(1);

/// What rounds share.
pub(super) struct Shared {
    pub(super) app: SharedApp,
    /// Places for deliveries to hosts that were well the last time.
    well: Semaphore,
    /// Places for hosts that were never asked before.
    new: Semaphore,
    /// Places for hosts that failed.
    ailing: Semaphore,
    /// Set when rounds shall begin nothing new.
    pub(super) stopping: AtomicBool,
    /// How long a delivery is tried.
    pub(super) patience: TimeDelta,
    parcels: moka::sync::Cache<String, Arc<Parcel>>,
    ledger: mpsc::Sender<Entry>,
}

impl Shared {
    /// The places of hosts that stand so.
    pub(super) fn places(&self, standing: Standing) -> &Semaphore {
        match standing {
            Standing::Well => &self.well,
            Standing::New => &self.new,
            Standing::Ailing => &self.ailing,
        }
    }

    /// The time now, as rows hold it.
    pub(super) fn now(&self) -> NaiveDateTime {
        self.app.now().naive_utc()
    }

    /// Has something written down soon.
    pub(super) async fn write_down(&self, entry: Entry) {
        if self.ledger.send(entry).await.is_err() {
            tracing::error!("the outbox's ledger has stopped; what was sent will be sent again");
        }
    }

    /// An activity ready to be sent: from memory, else read and digested now.
    pub(super) async fn parcel(&self, id: &str) -> Result<Arc<Parcel>, String> {
        if let Some(parcel) = self.parcels.get(id) {
            return Ok(parcel);
        }
        let wanted = id.to_owned();
        let read = move |conn: &mut crate::db::Conn| Ok::<_, Error>(activity::find(conn, &wanted)?);
        let found = self.app.db.read(read).await.map_err(|error| error.to_string())?;
        let found = found.ok_or_else(|| "the activity is no longer there".to_owned())?;
        let parcel = Arc::new(Parcel::new(found.document, found.actor_id, self.app.now()));
        self.parcels.insert(id.to_owned(), parcel.clone());
        Ok(parcel)
    }
}

struct UnderWay {
    lane: i32,
    standing: Standing,
    task: Id,
}

struct Engine {
    shared: Arc<Shared>,
    lanes: Lanes,
    rounds: JoinSet<Option<NaiveDateTime>>,
    under_way: HashMap<String, UnderWay>,
    ledger: JoinHandle<()>,
    /// When the next host is due that is not under way.
    next: Option<NaiveDateTime>,
    /// Whether due hosts had to be left for want of a place.
    crowded: bool,
    sweep_at: NaiveDateTime,
}

/// Delivers until `shutdown` says so, then ends what is under way and gives its lanes back.
pub async fn run(app: SharedApp, mut shutdown: watch::Receiver<bool>) {
    let mut engine = Engine::new(app.clone());
    let mut looked;
    'looks: loop {
        looked = Instant::now();
        engine.look_or_log().await;
        engine.sweep().await;
        tokio::time::sleep(LOOK_APART).await;
        let until = looked + engine.pause();
        loop {
            tokio::select! {
                () = crate::jobs::stopped(&mut shutdown) => break 'looks,
                () = app.wake.outbox.notified() => break,
                () = tokio::time::sleep_until(until) => break,
                Some(ended) = engine.rounds.join_next_with_id() => if engine.ended(ended) { break },
            }
        }
    }
    engine.stop().await;
}

/// Delivers everything that may go now and comes back when nothing is due. For tests, and for commands that wait.
///
/// # Errors
/// The database's.
pub async fn run_until_idle(app: &SharedApp) -> Result<(), Error> {
    let mut engine = Engine::new(app.clone());
    let result = engine.until_idle().await;
    engine.stop().await;
    result
}

impl Engine {
    fn new(app: SharedApp) -> Engine {
        let (sender, ledger) = ledger::start(app.db.clone());
        let in_flight = app.config.federation.deliveries_in_flight.clamp(1, Semaphore::MAX_PERMITS);
        let now = app.now().naive_utc();
        let owner = app.new_id();
        let shared = Shared {
            well: Semaphore::new(in_flight),
            new: Semaphore::new(in_flight),
            ailing: Semaphore::new(in_flight),
            stopping: AtomicBool::new(false),
            patience: TimeDelta::days(i64::from(app.config.federation.retry_days)),
            parcels: moka::sync::Cache::builder()
                .max_capacity(PARCELS)
                .weigher(|_, parcel: &Arc<Parcel>| u32::try_from(parcel.weight()).unwrap_or(u32::MAX))
                .time_to_idle(Duration::from_secs(600))
                .build(),
            ledger: sender,
            app,
        };
        Engine {
            shared: Arc::new(shared),
            lanes: Lanes::new(QUEUE, LANES, owner),
            rounds: JoinSet::new(),
            under_way: HashMap::new(),
            ledger,
            next: None,
            crowded: false,
            sweep_at: now,
        }
    }

    async fn look_or_log(&mut self) {
        if let Err(error) = self.look().await {
            tracing::error!(%error, "the outbox cannot be read; trying again");
            self.next = None;
        }
    }

    /// Begins a round for each host that is due and has none.
    async fn look(&mut self) -> Result<(), Error> {
        let now = self.shared.now();
        let busy: BTreeSet<i32> = self.under_way.values().map(|round| round.lane).collect();
        let db = &self.shared.app.db;
        self.lanes.tend(db, now, busy).await?;
        let lanes = db.is_shared().then(|| self.lanes.open(now));
        let read = move |conn: &mut crate::db::Conn| {
            let lanes = lanes.as_deref();
            let hosts = model::host::scheduled(conn, lanes, false, LOOK_ROWS)?;
            Ok::<_, Error>([hosts, model::host::scheduled(conn, lanes, true, LOOK_AILING_ROWS)?])
        };
        let both = db.read(read).await?;
        self.next = None;
        self.crowded = false;
        for hosts in both {
            self.begin_due(hosts, now);
        }
        Ok(())
    }

    /// Begins with those of `hosts`, the next due first, whose time has come.
    fn begin_due(&mut self, hosts: Vec<Host>, now: NaiveDateTime) {
        for host in hosts {
            if self.under_way.contains_key(&host.host) {
                continue;
            }
            match host.due_at {
                Some(due) if due > now => {
                    self.next = Some(self.next.map_or(due, |next| next.min(due)));
                    break;
                }
                _ => self.begin(host),
            }
        }
    }

    fn begin(&mut self, host: Host) {
        let standing = Standing::of(host.failures, host.last_ok_at);
        let most = match standing {
            Standing::Well => WELL_ROUNDS,
            Standing::New => NEW_ROUNDS,
            Standing::Ailing => AILING_ROUNDS,
        };
        if self.under_way.values().filter(|round| round.standing == standing).count() >= most {
            self.crowded = true;
            return;
        }
        let (name, lane) = (host.host.clone(), host.lane);
        let task = self.rounds.spawn(round::run(self.shared.clone(), host)).id();
        self.under_way.insert(name, UnderWay { lane, standing, task });
    }

    /// Takes note of a round's end. Whether to look at once.
    fn ended(&mut self, ended: Result<(Id, Option<NaiveDateTime>), JoinError>) -> bool {
        let (task, due) = ended.unwrap_or_else(|error| {
            tracing::error!(%error, "a round of deliveries broke off");
            (error.id(), None)
        });
        self.under_way.retain(|_, round| round.task != task);
        if let Some(due) = due {
            self.next = Some(self.next.map_or(due, |next| next.min(due)));
        }
        self.crowded || self.next.is_some_and(|next| next <= self.shared.now())
    }

    /// How long to wait if nothing happens.
    fn pause(&self) -> Duration {
        let until = self.next.map(|next| (next - self.shared.now()).to_std().unwrap_or_default());
        until.unwrap_or(LOOK_EVERY).clamp(LOOK_APART, LOOK_EVERY)
    }

    async fn until_idle(&mut self) -> Result<(), Error> {
        loop {
            self.look().await?;
            let Some(ended) = self.rounds.join_next_with_id().await else {
                return Ok(());
            };
            self.ended(ended);
        }
    }

    /// Gives up what waits too long, also with hosts that are set aside, and forgets what ended long ago; every hour.
    async fn sweep(&mut self) {
        let now = self.shared.now();
        if self.sweep_at > now {
            return;
        }
        self.sweep_at = now + SWEEP_EVERY;
        let patience = now - self.shared.patience;
        let kept = now - TimeDelta::days(i64::from(self.shared.app.config.retention.deliveries_days));
        let sweep = move |conn: &mut crate::db::Conn| {
            model::delivery::give_up(conn, patience, now)?;
            super::forget_old(conn, kept)
        };
        if let Err(error) = self.shared.app.db.write(sweep).await {
            tracing::error!(%error, "old deliveries could not be swept");
        }
    }

    /// Ends: no round begins another delivery; what is under way is waited for, written down, and the lanes are given back.
    async fn stop(mut self) {
        self.shared.stopping.store(true, Ordering::Relaxed);
        let rounds = async { while self.rounds.join_next().await.is_some() {} };
        if tokio::time::timeout(LAST_ROUNDS, rounds).await.is_err() {
            tracing::warn!("deliveries that did not end in time will be sent again");
            self.rounds.shutdown().await;
        }
        let db = self.shared.app.db.clone();
        drop(self.shared);
        if let Err(error) = self.ledger.await {
            tracing::error!(%error, "the outbox's ledger broke off");
        }
        if let Err(error) = self.lanes.release(&db).await {
            tracing::warn!(%error, "lanes could not be given back; their leases will end");
        }
    }
}
