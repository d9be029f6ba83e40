//! Writes down what deliveries came to, many at once: one transaction every few milliseconds instead of one a delivery. What
//! was sent but not yet written when the process is killed is sent again; nothing is lost.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::circuit::Circuit;
use crate::db::{Conn, Db, Error};
use crate::model::delivery::{self, DONE, Mark};
use crate::model::{follower, host};

/// How long entries are gathered before they are written.
const GATHER: Duration = Duration::from_millis(10);
/// Pause before a write that failed is repeated.
const REPEAT: Duration = Duration::from_millis(500);
/// Most entries in one transaction, and most that wait for the one after it.
const BATCH: usize = 1024;
/// How long an inbox must answer 404 or 410 until the followers behind it are dropped.
const GONE_FOR: TimeDelta = TimeDelta::days(3);

/// Something to write down.
pub(super) enum Entry {
    /// A delivery was tried.
    Tried(Tried),
    /// A round of deliveries to a host has ended.
    Ended(Ended),
}

/// What became of one attempt.
pub(super) struct Tried {
    /// The row and its new state.
    pub(super) mark: Mark,
    /// The host.
    pub(super) host: Arc<str>,
    /// The inbox.
    pub(super) inbox: String,
    /// Whether the inbox answered that it is no more; with when.
    pub(super) gone: Option<NaiveDateTime>,
}

/// The end of a round.
pub(super) struct Ended {
    /// The host.
    pub(super) host: Arc<str>,
    /// How it is doing.
    pub(super) circuit: Circuit,
    /// When the round ended.
    pub(super) at: NaiveDateTime,
    /// Told, once everything of the round is durable, when the host is due again.
    pub(super) reply: oneshot::Sender<Option<NaiveDateTime>>,
}

/// Starts the writer. It ends once every sender is dropped and everything is written.
pub(super) fn start(db: Db) -> (mpsc::Sender<Entry>, JoinHandle<()>) {
    let (sender, mut entries) = mpsc::channel(BATCH);
    let task = tokio::spawn(async move {
        let mut batch = Vec::with_capacity(BATCH);
        while entries.recv_many(&mut batch, BATCH).await > 0 {
            if batch.len() < BATCH {
                tokio::time::sleep(GATHER).await;
                while batch.len() < BATCH
                    && let Ok(entry) = entries.try_recv()
                {
                    batch.push(entry);
                }
            }
            write_down(&db, std::mem::take(&mut batch)).await;
        }
    });
    (sender, task)
}

#[derive(Default)]
struct Batch {
    tried: Vec<Tried>,
    marks: Vec<Mark>,
    // Sorted by host: every transaction that touches several hosts takes them in this order.
    ended: BTreeMap<Arc<str>, (Circuit, NaiveDateTime)>,
}

async fn write_down(db: &Db, entries: Vec<Entry>) {
    let mut batch = Batch::default();
    let mut replies = Vec::new();
    for entry in entries {
        match entry {
            Entry::Tried(tried) => {
                batch.marks.push(tried.mark.clone());
                batch.tried.push(tried);
            }
            Entry::Ended(Ended { host, circuit, at, reply }) => {
                replies.push((host.clone(), reply));
                batch.ended.insert(host, (circuit, at));
            }
        }
    }
    let batch = Arc::new(batch);
    let mut due = loop {
        let work = batch.clone();
        match db.write(move |conn| write(conn, &work)).await {
            Ok(due) => break due,
            Err(error) => {
                tracing::error!(%error, "what deliveries came to could not be written; trying again")
            }
        }
        tokio::time::sleep(REPEAT).await;
    };
    for (host, reply) in replies {
        let _ = reply.send(due.remove(&host).flatten());
    }
}

type Due = BTreeMap<Arc<str>, Option<NaiveDateTime>>;

fn write(conn: &mut Conn, batch: &Batch) -> Result<Due, Error> {
    delivery::mark(conn, &batch.marks)?;
    for tried in &batch.tried {
        if let Some(at) = tried.gone {
            let dropped = follower::inbox_gone(conn, &tried.host, &tried.inbox, at, at - GONE_FOR)?;
            if dropped > 0 {
                tracing::info!(
                    inbox = tried.inbox,
                    dropped,
                    "an inbox has been gone for days: its followers are dropped"
                );
            }
        }
    }
    if follower::any_gone(conn)? {
        for tried in batch.tried.iter().filter(|tried| tried.mark.state == DONE) {
            follower::inbox_back(conn, &tried.host, &tried.inbox)?;
        }
    }
    let mut due = Due::new();
    for (name, (circuit, at)) in &batch.ended {
        due.insert(name.clone(), end(conn, name, circuit, *at)?);
    }
    Ok(due)
}

/// Keeps how a host is doing, and computes from its rows when it is due again. The first statement locks the row, so that what
/// was enqueued beside us is either seen here or makes the host due after us.
fn end(
    conn: &mut Conn,
    name: &str,
    circuit: &Circuit,
    at: NaiveDateTime,
) -> Result<Option<NaiveDateTime>, Error> {
    host::keep(conn, name, circuit.health())?;
    if circuit.has_recovered() {
        delivery::hurry(conn, name, at)?;
    }
    let next = delivery::next_run(conn, name)?;
    let due = match circuit.not_before() {
        _ if circuit.health().set_aside => None,
        // While the circuit is open the host's pause decides, not the times of its deliveries.
        Some(until) if circuit.is_open() => next.map(|_| until),
        Some(until) => next.map(|next| next.max(until)),
        None => next,
    };
    host::schedule(conn, name, due)?;
    Ok(due)
}
