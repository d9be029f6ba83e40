//! The worker: finds the lanes in which something waits and works them off side by side.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{Id, JoinSet};
use tokio::time::Instant;

use super::{LANES, QUEUE, lane};
use crate::app::SharedApp;
use crate::db::Error;
use crate::jobs::lanes::Lanes;
use crate::model::inbox_item;

/// The table is looked at this often even when nobody rings: on PostgreSQL other processes take activities in.
const LOOK_EVERY: Duration = Duration::from_millis(400);
/// Two looks are at least this far apart: what comes meanwhile is worked off together. Under load a batch of one costs three times
/// what it costs in a batch of ten; what comes after a quiet moment is looked at without delay.
const LOOK_APART: Duration = Duration::from_millis(40);
/// How long a lane is left alone in which only held items wait, or whose work failed.
const REST: Duration = Duration::from_millis(300);
/// How long lanes may take to end when the process stops.
const LAST: Duration = Duration::from_secs(12);

/// Works activities off until `shutdown` says so, then ends what is under way and gives its lanes back.
pub async fn run(app: SharedApp, mut shutdown: watch::Receiver<bool>) {
    let mut worker = Worker::new(app.clone());
    loop {
        let looked = Instant::now();
        if let Err(error) = worker.look().await {
            tracing::error!(%error, "the inbox could not be looked at");
        }
        tokio::time::sleep(LOOK_APART).await;
        tokio::select! {
            () = crate::jobs::stopped(&mut shutdown) => break,
            () = app.wake.inbox.notified() => {}
            () = tokio::time::sleep_until(looked + LOOK_EVERY) => {}
            Some(ended) = worker.running.join_next_with_id() => worker.ended(ended),
        }
        while let Some(ended) = worker.running.try_join_next_with_id() {
            worker.ended(ended);
        }
    }
    worker.stop().await;
}

/// Works off everything that may run now. For tests, and for commands that wait.
///
/// # Errors
/// The database's.
pub async fn run_until_idle(app: &SharedApp) -> Result<(), Error> {
    let stopping = Arc::new(AtomicBool::new(false));
    let mut worked = true;
    while worked {
        worked = false;
        for lane in 0..LANES {
            worked |= lane::drain(app.clone(), lane, Arc::clone(&stopping)).await?;
        }
    }
    Ok(())
}

type Ended = Result<(Id, Result<bool, Error>), tokio::task::JoinError>;

struct Worker {
    app: SharedApp,
    lanes: Lanes,
    running: JoinSet<Result<bool, Error>>,
    busy: HashMap<Id, i32>,
    resting: HashMap<i32, Instant>,
    stopping: Arc<AtomicBool>,
}

impl Worker {
    fn new(app: SharedApp) -> Worker {
        let owner = app.new_id();
        Worker {
            app,
            lanes: Lanes::new(QUEUE, LANES, owner),
            running: JoinSet::new(),
            busy: HashMap::new(),
            resting: HashMap::new(),
            stopping: Arc::new(AtomicBool::new(false)),
        }
    }

    async fn look(&mut self) -> Result<(), Error> {
        let now = self.app.now().naive_utc();
        let busy: BTreeSet<i32> = self.busy.values().copied().collect();
        self.lanes.tend(&self.app.db, now, busy.clone()).await?;
        self.resting.retain(|_, until| *until > Instant::now());
        let mut idle = self.lanes.open(now);
        idle.retain(|lane| !busy.contains(lane) && !self.resting.contains_key(lane));
        if idle.is_empty() {
            return Ok(());
        }
        let waiting =
            self.app.db.read(move |conn| Ok::<_, Error>(inbox_item::waiting(conn, &idle, now)?)).await?;
        for lane in waiting {
            let drain = lane::drain(self.app.clone(), lane, Arc::clone(&self.stopping));
            let task = self.running.spawn(drain);
            self.busy.insert(task.id(), lane);
        }
        Ok(())
    }

    fn ended(&mut self, ended: Ended) {
        let id = ended.as_ref().map_or_else(tokio::task::JoinError::id, |(id, _)| *id);
        let Some(lane) = self.busy.remove(&id) else { return };
        match ended {
            Ok((_, Ok(true))) => return,
            Ok((_, Ok(false))) => {}
            Ok((_, Err(error))) => {
                tracing::error!(%error, lane, "a lane of the inbox is worked off again in a moment");
            }
            Err(error) => tracing::error!(%error, lane, "a lane of the inbox ended badly"),
        }
        self.resting.insert(lane, Instant::now() + REST);
    }

    async fn stop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        let all = async {
            while let Some(ended) = self.running.join_next_with_id().await {
                self.ended(ended);
            }
        };
        if tokio::time::timeout(LAST, all).await.is_err() {
            tracing::warn!(
                "the inbox did not end in time; what is under way is done again at the next start"
            );
        }
        self.running.shutdown().await;
        if let Err(error) = self.lanes.release(&self.app.db).await {
            tracing::warn!(%error, "the lanes of the inbox were not given back; they come free by themselves");
        }
    }
}
