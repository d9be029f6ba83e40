//! SQLite's one writer: a thread that takes jobs from a bounded channel and commits up to [`BATCH`] of them in one
//! `BEGIN IMMEDIATE`, each in a savepoint, and answers after COMMIT. A caller that hangs up leaves nothing half done.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use tokio::sync::{mpsc, oneshot};

use super::{Conn, Error, conn::Manager};

/// Most jobs in one transaction.
const BATCH: usize = 256;
/// Most jobs that wait; further callers wait for a place.
const QUEUE: usize = 1024;
/// How often a writer asks for the lock while another process holds it. SQLite's own handler soon asks every 100 ms
/// only, and a busy server leaves the lock free for far less than that between two batches.
const ASK: Duration = Duration::from_millis(1);
/// How long it asks.
const PATIENCE: Duration = Duration::from_secs(15);

/// What a job leaves: whether its savepoint is kept, and whom to tell once COMMIT has been answered.
struct Outcome {
    keep: bool,
    reply: Box<dyn FnOnce(Result<(), Error>) + Send>,
}

/// Runs on the connection inside its savepoint, or is told why there is none.
type Job = Box<dyn FnOnce(Result<&mut Conn, Error>) -> Outcome + Send>;

/// The sending half; the thread ends when the last clone is dropped.
#[derive(Clone)]
pub(super) struct Writer {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    pub(super) fn start(manager: Manager) -> Result<Writer, Error> {
        let mut conn = open(&manager)?;
        let (jobs, mut queue) = mpsc::channel::<Job>(QUEUE);
        let run = move || {
            let mut batch = Vec::with_capacity(BATCH);
            while queue.blocking_recv_many(&mut batch, BATCH) > 0 {
                if !commit(&mut conn, &mut batch) {
                    match open(&manager) {
                        Ok(fresh) => conn = fresh,
                        Err(error) => {
                            tracing::error!(%error, "the writer could not reopen the database")
                        }
                    }
                }
            }
        };
        std::thread::Builder::new()
            .name("writer".into())
            .spawn(run)
            .map_err(|error| Error::Unavailable(format!("the writer thread did not start: {error}")))?;
        Ok(Writer { jobs })
    }

    /// Runs `f` in a transaction of its own and answers after it is durable.
    pub(super) async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let (answer, wait) = oneshot::channel();
        let job: Job = Box::new(move |conn| {
            let result = conn.map_err(E::from).and_then(f);
            let keep = result.is_ok();
            let reply = move |committed: Result<(), Error>| {
                let _ = answer.send(committed.map_err(E::from).and(result));
            };
            Outcome { keep, reply: Box::new(reply) }
        });
        self.jobs
            .send(job)
            .await
            .map_err(|_| E::from(Error::Unavailable("the writer has stopped".into())))?;
        wait.await.map_err(|_| E::from(Error::Panicked))?
    }
}

/// A connection that does not wait by itself: [`begin`] does.
fn open(manager: &Manager) -> Result<Conn, diesel::ConnectionError> {
    let mut conn = manager.open()?;
    conn.batch_execute("PRAGMA busy_timeout = 0")
        .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}

/// Takes the database's one lock for writing, in turn with other processes.
fn begin(conn: &mut Conn) -> diesel::QueryResult<()> {
    let asked = Instant::now();
    loop {
        match conn.batch_execute("BEGIN IMMEDIATE") {
            Err(diesel::result::Error::DatabaseError(_, why))
                if why.message() == "database is locked" && asked.elapsed() < PATIENCE =>
            {
                sleep(ASK);
            }
            result => return result,
        }
    }
}

/// Runs one batch. False when the connection can no longer be trusted.
fn commit(conn: &mut Conn, batch: &mut Vec<Job>) -> bool {
    let mut replies = Vec::with_capacity(batch.len());
    let result = begin(conn).and_then(|()| {
        for job in batch.drain(..) {
            if let Some(reply) = run_job(conn, job)? {
                replies.push(reply);
            }
        }
        conn.batch_execute("COMMIT")
    });
    let Err(error) = result else {
        for reply in replies {
            reply(Ok(()));
        }
        return true;
    };
    tracing::error!(%error, "a batch of writes was not kept");
    let why = || Error::Unavailable(format!("the write was not kept: {error}"));
    for reply in replies {
        reply(Err(why()));
    }
    for job in batch.drain(..) {
        (job(Err(why())).reply)(Ok(()));
    }
    // Where BEGIN itself failed there is nothing to roll back, and the connection is asked for less than a statement.
    let _ = conn.batch_execute("ROLLBACK");
    conn.batch_execute("SELECT 1").is_ok()
}

type Reply = Box<dyn FnOnce(Result<(), Error>) + Send>;

fn run_job(conn: &mut Conn, job: Job) -> Result<Option<Reply>, diesel::result::Error> {
    conn.batch_execute("SAVEPOINT job")?;
    let outcome = catch_unwind(AssertUnwindSafe(|| job(Ok(conn))));
    match outcome {
        Ok(Outcome { keep: true, reply }) => {
            conn.batch_execute("RELEASE job")?;
            Ok(Some(reply))
        }
        Ok(Outcome { keep: false, reply }) => {
            conn.batch_execute("ROLLBACK TO job; RELEASE job")?;
            Ok(Some(reply))
        }
        Err(_) => {
            tracing::error!("a write panicked; it was rolled back");
            conn.batch_execute("ROLLBACK TO job; RELEASE job")?;
            Ok(None)
        }
    }
}
