//! Brings a database to this binary's schema, and refuses one that is newer.

use diesel::connection::SimpleConnection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Conn, Error};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
/// The key of PostgreSQL's advisory lock: two processes that start at once migrate one after the other.
const LOCK: i64 = 0x7265_7365_746e;

/// How the database stands to this binary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing to do.
    Current,
    /// No table of ours yet.
    Empty,
    /// This many migrations are to be run.
    Behind(usize),
    /// It was migrated by a newer binary, whose first unknown migration this is.
    Newer(String),
}

/// Compares the migrations that were run with those in this binary.
///
/// # Errors
/// The database cannot be read.
pub fn standing(conn: &mut Conn) -> Result<Standing, Error> {
    let (known, mut applied) = match conn {
        Conn::Sqlite(c) => (versions::<diesel::sqlite::Sqlite>(&SQLITE)?, applied(c)?),
        Conn::Pg(c) => (versions::<diesel::pg::Pg>(&POSTGRES)?, applied(c)?),
    };
    applied.sort();
    if let Some(unknown) = applied.iter().find(|version| !known.contains(version)) {
        return Ok(Standing::Newer(unknown.clone()));
    }
    Ok(match known.len() - applied.len() {
        0 => Standing::Current,
        _ if applied.is_empty() => Standing::Empty,
        behind => Standing::Behind(behind),
    })
}

/// Runs what is missing, under a lock.
///
/// # Errors
/// [`Error::Corrupt`] with a sentence when the database is newer than this binary, or what the database said.
pub fn run(conn: &mut Conn) -> Result<(), Error> {
    if conn.is_postgres() {
        conn.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))?;
    }
    let result = run_locked(conn);
    if conn.is_postgres() {
        conn.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})"))?;
    }
    result
}

fn run_locked(conn: &mut Conn) -> Result<(), Error> {
    if let Standing::Newer(version) = standing(conn)? {
        return Err(Error::Corrupt(format!(
            "it was written by a newer reset-node (migration {version}); run that version, or restore the backup made before the upgrade"
        )));
    }
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
        Error::Unavailable(format!("a migration failed: {error}"))
    };
    match conn {
        Conn::Sqlite(c) => c.run_pending_migrations(SQLITE).map(drop).map_err(failed),
        Conn::Pg(c) => c.run_pending_migrations(POSTGRES).map(drop).map_err(failed),
    }
}

fn versions<DB: diesel::backend::Backend>(source: &EmbeddedMigrations) -> Result<Vec<String>, Error> {
    use diesel::migration::MigrationSource;
    let migrations =
        MigrationSource::<DB>::migrations(source).map_err(|error| Error::Corrupt(error.to_string()))?;
    Ok(migrations.iter().map(|migration| migration.name().version().to_string()).collect())
}

fn applied<C, DB>(conn: &mut C) -> Result<Vec<String>, Error>
where
    C: MigrationHarness<DB>,
    DB: diesel::backend::Backend,
{
    let versions = conn.applied_migrations().map_err(|error| Error::Unavailable(error.to_string()))?;
    Ok(versions.iter().map(ToString::to_string).collect())
}
