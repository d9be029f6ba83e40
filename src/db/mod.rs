//! The database: connections, the writer, migrations. Knows no table's meaning.

mod conn;
pub mod dialect;
pub mod migrate;
pub mod schema;
mod writer;

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Instant;

pub use conn::{Conn, Location, Manager, Statements};
use diesel::r2d2::{Pool, PooledConnection};
use diesel::{Connection, RunQueryDsl};
use prometheus::{Histogram, HistogramOpts};
use tokio::sync::Semaphore;

/// Why the database did not answer. Never turned into "empty".
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A statement failed.
    #[error("the database refused a statement: {0}")]
    Query(#[from] diesel::result::Error),
    /// No connection could be opened.
    #[error("the database cannot be opened: {0}")]
    Connection(#[from] diesel::ConnectionError),
    /// No connection became free in time, or the writer is gone.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The work itself panicked; nothing of it was kept.
    #[error("a database task panicked; nothing of it was kept")]
    Panicked,
    /// The stored data is not what this version writes.
    #[error("the database holds something this version does not understand: {0}")]
    Corrupt(String),
}

/// A handle on the database; clones share the pool and the writer.
#[derive(Clone)]
pub struct Db {
    readers: Pool<Manager>,
    /// Calls wait here for their turn, not on threads that would only wait for a connection or a core.
    places: Arc<Semaphore>,
    writer: Option<writer::Writer>,
    manager: Manager,
    watcher: Arc<OnceLock<Option<Mutex<Conn>>>>,
    waits: Waits,
    statements: Statements,
}

/// How long writes take, for those who watch. Shared by the clones of a handle.
#[derive(Clone)]
pub struct Waits {
    /// Until a write begins.
    pub turn: Histogram,
    /// Until it is durable, or was refused.
    pub whole: Histogram,
}

impl Waits {
    fn new() -> Result<Waits, prometheus::Error> {
        let buckets = vec![0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 15.0];
        let of = |name, help| Histogram::with_opts(HistogramOpts::new(name, help).buckets(buckets.clone()));
        Ok(Waits {
            turn: of("reset_node_database_write_wait_seconds", "How long a write waited for its turn.")?,
            whole: of("reset_node_database_write_seconds", "From asking for a write until it was durable.")?,
        })
    }
}

impl Db {
    /// Opens the pool and, on SQLite, starts the writer. Does not migrate: see [`migrate`].
    ///
    /// # Errors
    /// The file or the server cannot be reached.
    pub fn open(location: Location, full_sync: bool, pool: u32) -> Result<Db, Error> {
        let manager = Manager { location, full_sync };
        let statements = Statements::default();
        let readers = manager
            .clone()
            .pool(pool, statements.clone())
            .map_err(|error| Error::Unavailable(error.to_string()))?;
        let writer = match manager.location {
            Location::Sqlite(_) => Some(writer::Writer::start(manager.clone())?),
            Location::Postgres(_) => None,
        };
        // Reading SQLite is work for this machine's cores; PostgreSQL does it elsewhere.
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let places = if writer.is_some() { cores.max(2) } else { usize::try_from(pool).unwrap_or(1) };
        let places = Arc::new(Semaphore::new(places));
        let waits = Waits::new().map_err(|error| Error::Unavailable(error.to_string()))?;
        Ok(Db { readers, places, writer, manager, watcher: Arc::default(), waits, statements })
    }

    /// How long its writes take.
    pub fn waits(&self) -> &Waits {
        &self.waits
    }

    /// How many statements its pooled connections were given: on SQLite all reads, on PostgreSQL writes too.
    pub fn statements(&self) -> u64 {
        self.statements.count()
    }

    /// Where the data is.
    pub fn location(&self) -> &Location {
        &self.manager.location
    }

    /// Whether several processes may share this database's queues.
    pub fn is_shared(&self) -> bool {
        matches!(self.manager.location, Location::Postgres(_))
    }

    /// A connection outside pool and writer, for migrations and backups.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub fn dedicated(&self) -> Result<Conn, Error> {
        Ok(self.manager.open()?)
    }

    /// Runs reads on a blocking thread. `f` must not write.
    ///
    /// # Errors
    /// What `f` answers, or why no connection was free.
    pub async fn read<T, E, F>(&self, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        self.blocking(move |pool| f(&mut *checkout(pool)?)).await
    }

    /// Runs `f` in one transaction and answers after it is durable: all of it, or, on `Err` or panic, nothing.
    /// On SQLite it joins the writer's next group commit; on PostgreSQL it has a connection of its own.
    ///
    /// # Errors
    /// What `f` answers, or why it could not be kept.
    pub async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + From<diesel::result::Error> + Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let (asked, turn) = (Instant::now(), self.waits.turn.clone());
        let f = move |conn: &mut Conn| {
            turn.observe(asked.elapsed().as_secs_f64());
            f(conn)
        };
        let result = match &self.writer {
            Some(writer) => writer.write(f).await,
            None => self.blocking(move |pool| checkout(pool)?.transaction(|conn| f(conn))).await,
        };
        self.waits.whole.observe(asked.elapsed().as_secs_f64());
        result
    }

    /// Runs `f` on a blocking thread once there is a place, which it keeps to its end even if the caller hangs up.
    async fn blocking<T, E, F>(&self, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnOnce(&Pool<Manager>) -> Result<T, E> + Send + 'static,
    {
        let closed = |_| E::from(Error::Unavailable("it is being closed".into()));
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(closed)?;
        let pool = self.readers.clone();
        let task = tokio::task::spawn_blocking(move || {
            let _place = place;
            f(&pool)
        });
        task.await.map_err(|_| E::from(Error::Panicked))?
    }

    /// A number that another commit, of this process or of any other, changes: what was read while it stayed the same is still
    /// so. `None` on PostgreSQL, which has nothing as cheap.
    pub fn version(&self) -> Option<i64> {
        if self.is_shared() {
            return None;
        }
        let open = || self.manager.open().ok().map(Mutex::new);
        let mut conn = self.watcher.get_or_init(open).as_ref()?.lock().ok()?;
        match &mut *conn {
            Conn::Sqlite(c) => diesel::sql_query("PRAGMA data_version").get_result::<Version>(c).ok(),
            Conn::Pg(_) => None,
        }
        .map(|version| version.data_version)
    }
}

/// SQLite's answer: it changes with the commits of every connection but the one that asks.
#[derive(diesel::QueryableByName)]
struct Version {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    data_version: i64,
}

fn checkout(pool: &Pool<Manager>) -> Result<PooledConnection<Manager>, Error> {
    pool.get().map_err(|error| Error::Unavailable(error.to_string()))
}
