//! `backup` and `restore` of the SQLite database, and the lock that tells whether a node runs on it. PostgreSQL has its own
//! tools, which these commands name.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::Args;
use diesel::connection::SimpleConnection;
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types};

use super::{Failure, open, print};
use crate::db::migrate::{self, Standing};
use crate::db::{Conn, Location};

#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The file to write; it must not be there yet. It holds the private keys: keep it as you keep them.
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct Restore {
    /// The file that `backup` wrote. The node must be stopped.
    file: PathBuf,
}

/// Copies the database while the node runs. Files of `media.path` are copied by any other means.
pub(super) fn backup(path: &Path, arguments: &Backup) -> Result<(), Failure> {
    let (config, _, location) = open::settings(path)?;
    let Location::Sqlite(file) = &location else {
        return Err(Failure::Said(
            "the database is PostgreSQL: back it up with `pg_dump --format=custom --file=FILE DATABASE-URL`"
                .to_owned(),
        ));
    };
    if !Path::new(file).exists() {
        return Err(Failure::Said(format!("there is no database at {file}: nothing to back up")));
    }
    let mut conn = open::connect(&config, location.clone())?;
    copy(&mut conn, &arguments.file)?;
    print::line(arguments.file.display());
    Ok(())
}

/// A consistent copy (SQLite: VACUUM INTO), readable by its owner only.
pub(super) fn copy(conn: &mut Conn, to: &Path) -> Result<(), Failure> {
    let name = to.display().to_string();
    let said = |error: String| Failure::Said(format!("the backup {name} cannot be written: {error}"));
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to);
    let file = file.map_err(|error| said(error.to_string()))?;
    let sql = format!("VACUUM INTO '{}'", name.replace('\'', "''"));
    let copied = conn
        .batch_execute(&sql)
        .map_err(|error| error.to_string())
        .and_then(|()| file.sync_all().map_err(|error| error.to_string()));
    copied.map_err(|error| {
        let _ = std::fs::remove_file(to);
        said(error)
    })
}

/// Puts the backup in the place of the database; the one that was there is kept beside it.
pub(super) fn restore(path: &Path, arguments: &Restore) -> Result<(), Failure> {
    let (config, _, location) = open::settings(path)?;
    let Location::Sqlite(file) = &location else {
        return Err(Failure::Said(
            "the database is PostgreSQL: restore with `pg_restore --clean --if-exists --dbname=DATABASE-URL FILE`"
                .to_owned(),
        ));
    };
    open::folders(&config, &location)?;
    let _lock = hold(file)?;
    let new = PathBuf::from(format!("{file}.restoring"));
    let _ = std::fs::remove_file(&new);
    let restored = take(&config, &arguments.file, &new).and_then(|()| exchange(file, &new));
    let _ = std::fs::remove_file(&new);
    if let Some(old) = restored? {
        print::note(format!("the database that was there is kept as {old}"));
    }
    print::line(file);
    Ok(())
}

/// Copies the backup to `new` and looks whether it is a sound database that this version can read.
fn take(config: &crate::config::Config, from: &Path, new: &Path) -> Result<(), Failure> {
    let name = from.display();
    if !from.is_file() {
        return Err(Failure::Said(format!("there is no backup at {name}")));
    }
    let bad = |why: String| Failure::Said(format!("{name} cannot be restored: {why}"));
    let mut source = File::open(from).map_err(|error| bad(error.to_string()))?;
    let mut target = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(new)
        .map_err(|error| bad(error.to_string()))?;
    std::io::copy(&mut source, &mut target).map_err(|error| bad(error.to_string()))?;
    drop(target);
    let sqlite = Location::Sqlite(new.display().to_string());
    let mut conn = open::connect(config, sqlite).map_err(|_| bad("it is no SQLite database".to_owned()))?;
    let verdict = check(&mut conn).map_err(|error| bad(error.to_string()))?;
    if verdict != "ok" {
        return Err(bad(format!("it is damaged ({verdict})")));
    }
    match migrate::standing(&mut conn)? {
        Standing::Current | Standing::Behind(_) => {}
        Standing::Empty => return Err(bad("there is no node in it".to_owned())),
        Standing::Newer(version) => return Err(open::newer(&version)),
    }
    // Everything into the one file, so that it can be renamed alone.
    conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;")
        .map_err(|error| bad(error.to_string()))
}

#[derive(QueryableByName)]
struct Verdict {
    #[diesel(sql_type = sql_types::Text)]
    quick_check: String,
}

/// SQLite's own check: "ok", or what is wrong first.
pub(super) fn check(conn: &mut Conn) -> Result<String, diesel::result::Error> {
    let Conn::Sqlite(c) = conn else {
        return Ok("ok".to_owned());
    };
    let rows: Vec<Verdict> = sql_query("PRAGMA quick_check(1)").load(c)?;
    Ok(rows.into_iter().next().map(|row| row.quick_check).unwrap_or_default())
}

/// Moves the old database aside and the new one into its place. Where the old one is now.
fn exchange(file: &str, new: &Path) -> Result<Option<String>, Failure> {
    let said = |error: std::io::Error| Failure::Said(format!("{file} cannot be replaced: {error}"));
    let mut kept = None;
    if Path::new(file).exists() {
        let aside = free_name(&format!("{file}.replaced"));
        for end in ["-wal", "-shm", ""] {
            let part = format!("{file}{end}");
            if Path::new(&part).exists() {
                std::fs::rename(&part, format!("{aside}{end}")).map_err(said)?;
            }
        }
        kept = Some(aside);
    }
    std::fs::rename(new, file).map_err(said)?;
    Ok(kept)
}

/// `name`, or `name.2`, `name.3`… where that is taken.
pub(super) fn free_name(name: &str) -> String {
    let more = (2..10_000).map(|number| format!("{name}.{number}"));
    std::iter::once(name.to_owned())
        .chain(more)
        .find(|name| !Path::new(name).exists())
        .unwrap_or_else(|| name.to_owned())
}

/// Held by the node that runs on a SQLite database; the system releases it when the process ends, however it ends.
pub(super) fn hold(database: &str) -> Result<File, Failure> {
    let name = format!("{database}.lock");
    let said = |error: std::io::Error| Failure::Said(format!("{name} cannot be locked: {error}"));
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&name).map_err(said)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Failure::Said(format!(
            "a node runs on the database {database} already: stop it first (one process per SQLite database, several need PostgreSQL)"
        ))),
        Err(TryLockError::Error(error)) => Err(said(error)),
    }
}
