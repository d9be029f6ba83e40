//! From the configuration to an `App`: what every command needs before it does its own.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::{Failure, logging};
use crate::ap::client;
use crate::app::{App, Clock, SharedApp, Urls};
use crate::config::{self, Config};
use crate::db::migrate::{self, Standing};
use crate::db::{Conn, Db, Location, Manager};

/// Reads the configuration and the addresses in it.
pub(super) fn settings(path: &Path) -> Result<(Config, Urls, Location), Failure> {
    let config = config::load(path)?;
    let (urls, location) = addresses(&config)?;
    Ok((config, urls, location))
}

/// `node.url` and `database.url`, understood.
pub(super) fn addresses(config: &Config) -> Result<(Urls, Location), Failure> {
    let urls = Urls::new(&config.node.url, &config.node.domain)?;
    let location = Location::parse(&config.database.url)?;
    Ok((urls, location))
}

/// The node that `path` configures, for a command that ends: its database must be there and be of this version.
pub(super) async fn node(path: &Path) -> Result<SharedApp, Failure> {
    let (config, urls, location) = settings(path)?;
    logging::quiet(&config.log);
    if let Location::Sqlite(file) = &location
        && !Path::new(file).exists()
    {
        return Err(Failure::Said(format!(
            "there is no database at {file}: create the node with `reset-node init`"
        )));
    }
    let mut conn = connect(&config, location.clone())?;
    match migrate::standing(&mut conn)? {
        Standing::Current => {}
        Standing::Newer(version) => return Err(newer(&version)),
        Standing::Empty => {
            return Err(Failure::Said(
                "the database is empty: create the node with `reset-node init`, or start it with `reset-node serve`"
                    .to_owned(),
            ));
        }
        Standing::Behind(_) => {
            return Err(Failure::Said(
                "the database is of an older version: start `reset-node serve` once, which backs it up and upgrades it"
                    .to_owned(),
            ));
        }
    }
    drop(conn);
    let app = app(config, urls, location, 2)?;
    crate::actions::node::settle_url(&app, false).await?;
    Ok(app)
}

/// One connection, outside any pool.
pub(super) fn connect(config: &Config, location: Location) -> Result<Conn, Failure> {
    let manager = Manager { location, full_sync: config.database.full_sync };
    Ok(manager.open().map_err(crate::db::Error::from)?)
}

/// Lays the parts together. The database must have been migrated.
pub(super) fn app(config: Config, urls: Urls, location: Location, pool: u32) -> Result<SharedApp, Failure> {
    let db = Db::open(location, config.database.full_sync, pool)?;
    let http = client::build(&config.federation, urls.base())?;
    Ok(App::new(config, db, Clock::System, http, urls)?)
}

/// The sentence for a database that a newer version wrote.
pub(super) fn newer(version: &str) -> Failure {
    Failure::Said(format!(
        "the database was written by a newer reset-node (migration {version}): run that version, or restore the backup that it made before its upgrade"
    ))
}

/// Makes the folders of the database and of the media, and says which cannot be written. A new SQLite file, which will hold
/// private keys, is made for its owner alone.
pub(super) fn folders(config: &Config, location: &Location) -> Result<(), Failure> {
    let mut folders = vec![("media.path", config.media.path.clone())];
    if let Location::Sqlite(file) = location {
        let parent = Path::new(file).parent().unwrap_or(Path::new(""));
        folders.push(("database.url", parent.to_owned()));
    }
    for (key, folder) in folders {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { &folder };
        writable(folder).map_err(|error| {
            Failure::Said(format!(
                "the folder {} ({key}) cannot be written: {error}: give it to the user who runs reset-node",
                folder.display()
            ))
        })?;
    }
    if let Location::Sqlite(file) = location
        && !Path::new(file).exists()
    {
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
        made.map_err(|error| Failure::Said(format!("the database {file} cannot be made: {error}")))?;
    }
    Ok(())
}

/// Makes the folder where it is missing, and tries to write in it.
fn writable(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let probe = folder.join(format!(".reset-node-{}", std::process::id()));
    std::fs::File::create(&probe)?;
    std::fs::remove_file(&probe)
}
