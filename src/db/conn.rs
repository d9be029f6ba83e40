//! One connection type over both databases, and the pool's way of opening it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use diesel::connection::{Instrumentation, InstrumentationEvent, SimpleConnection};
use diesel::{Connection, ConnectionError, PgConnection, SqliteConnection, r2d2};

/// A connection to either database. Plain selects, updates and single inserts are written once on it; what diesel's
/// `MultiConnection` cannot compile (`on_conflict`, batch inserts, `returning`) goes through [`both!`](crate::both).
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// The embedded database.
    Sqlite(SqliteConnection),
    /// A PostgreSQL server.
    Pg(PgConnection),
}

impl Conn {
    /// Whether this is PostgreSQL: for the few statements that differ.
    pub fn is_postgres(&self) -> bool {
        matches!(self, Conn::Pg(_))
    }
}

/// Where the database is, from `database.url`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// `sqlite:PATH`.
    Sqlite(String),
    /// `postgres://…`, with the system's roots as `sslrootcert` unless the URL names others.
    Postgres(String),
}

/// Where Linux distributions keep their bundle of root certificates; the vendored OpenSSL looks elsewhere.
const SYSTEM_ROOTS: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

impl Location {
    /// Reads `database.url`.
    ///
    /// # Errors
    /// A sentence for the person who wrote it.
    pub fn parse(url: &str) -> Result<Location, String> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() {
                return Err("database.url names no file: write sqlite:data/node.db".into());
            }
            return Ok(Location::Sqlite(path.to_owned()));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Location::Postgres(with_system_roots(url)));
        }
        // The rest may hold a password.
        let scheme = url.split(':').next().filter(|_| url.contains(':')).unwrap_or_default();
        Err(format!("database.url (`{scheme}:…`) is neither sqlite:PATH nor postgres://…"))
    }
}

fn with_system_roots(url: &str) -> String {
    if url.contains("sslrootcert=") || !url.contains("sslmode=verify") {
        return url.to_owned();
    }
    match SYSTEM_ROOTS.iter().find(|path| std::path::Path::new(path).exists()) {
        Some(path) => format!("{url}&sslrootcert={path}"),
        None => url.to_owned(),
    }
}

/// Opens connections for the pool and for the writer.
#[derive(Clone, Debug)]
pub struct Manager {
    /// Which database.
    pub location: Location,
    /// `synchronous=FULL` instead of `NORMAL` (SQLite): survives a power cut, not only the end of the process.
    pub full_sync: bool,
}

impl Manager {
    /// Opens one connection with this server's settings.
    ///
    /// # Errors
    /// What the database said.
    pub fn open(&self) -> Result<Conn, ConnectionError> {
        match &self.location {
            Location::Postgres(url) => Ok(Conn::Pg(PgConnection::establish(url)?)),
            Location::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(path)?;
                let sync = if self.full_sync { "FULL" } else { "NORMAL" };
                conn.batch_execute(&format!(
                    "PRAGMA busy_timeout = 15000; PRAGMA journal_mode = WAL; PRAGMA synchronous = {sync};
                     PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 8000; PRAGMA cache_size = -4000;
                     PRAGMA journal_size_limit = 67108864;"
                ))
                .map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Conn::Sqlite(conn))
            }
        }
    }

    /// A pool of at most `size` connections, opened when first needed, whose statements are counted.
    ///
    /// # Errors
    /// What the pool said.
    pub fn pool(self, size: u32, statements: Statements) -> Result<r2d2::Pool<Manager>, r2d2::PoolError> {
        r2d2::Pool::builder()
            .max_size(size)
            .min_idle(Some(1))
            .test_on_check_out(matches!(self.location, Location::Postgres(_)))
            .connection_timeout(Duration::from_secs(15))
            .connection_customizer(Box::new(statements))
            .build(self)
    }
}

/// Counts statements; clones count together.
#[derive(Clone, Debug, Default)]
pub struct Statements(Arc<AtomicU64>);

impl Statements {
    /// How many there were.
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Instrumentation for Statements {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl r2d2::CustomizeConnection<Conn, r2d2::Error> for Statements {
    fn on_acquire(&self, conn: &mut Conn) -> Result<(), r2d2::Error> {
        conn.set_instrumentation(self.clone());
        Ok(())
    }
}

impl r2d2::ManageConnection for Manager {
    type Connection = Conn;
    type Error = r2d2::Error;

    fn connect(&self) -> Result<Conn, r2d2::Error> {
        self.open().map_err(r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), r2d2::Error> {
        conn.batch_execute("SELECT 1").map_err(r2d2::Error::QueryError)
    }

    fn has_broken(&self, _conn: &mut Conn) -> bool {
        std::thread::panicking()
    }
}
