//! `serve`, `web` and `worker`: looks whether everything is as it must be, brings the database to this version, starts the
//! parts and stops them in order.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Datelike, Utc};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{Failure, backup, clock, logging, open, peers, retention, server};
use crate::actions;
use crate::app::{Clock, SharedApp, Urls};
use crate::config::Config;
use crate::db::Location;
use crate::db::migrate::{self, Standing};
use crate::{inbox, mail, outbox, web};

/// The year in which this was written: a clock before it is wrong, and signatures made by it are refused everywhere.
const YEAR: i32 = 2026;
/// Longest wait for all parts to end.
const END: Duration = Duration::from_secs(29);

/// Which parts of the node this process runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts {
    web: bool,
    workers: bool,
}

impl Parts {
    pub(super) const ALL: Parts = Parts { web: true, workers: true };
    pub(super) const WEB: Parts = Parts { web: true, workers: false };
    pub(super) const WORKERS: Parts = Parts { web: false, workers: true };
}

/// Runs until the process is told to stop (SIGTERM, SIGINT).
pub(super) async fn run(path: &Path, parts: Parts) -> Result<(), Failure> {
    let (config, urls, location) = open::settings(path)?;
    logging::start(&config.log);
    if matches!(location, Location::Sqlite(_)) && !parts.web {
        return Err(Failure::Said(
            "SQLite serves one process: run `reset-node serve`, or set database.url to PostgreSQL for several".to_owned(),
        ));
    }
    let listeners = Listeners {
        web: match parts.web {
            true => Some(server::bind(config.http.listen, "http.listen").await?),
            false => None,
        },
        metrics: match config.metrics.listen {
            Some(address) => Some(server::bind(address, "metrics.listen").await?),
            None => None,
        },
    };
    let (app, _lock) = ready(config, urls, location).await?;
    run_parts(app, listeners, parts).await
}

/// Where this process listens.
pub(super) struct Listeners {
    pub(super) web: Option<TcpListener>,
    pub(super) metrics: Option<TcpListener>,
}

/// The node's `App`, after everything was looked at and the database is of this version; with the lock on the database.
pub(super) async fn ready(
    config: Config,
    urls: Urls,
    location: Location,
) -> Result<(SharedApp, Option<File>), Failure> {
    clock(Clock::System.now())?;
    open::folders(&config, &location)?;
    let lock = match &location {
        Location::Sqlite(file) => Some(backup::hold(file)?),
        Location::Postgres(_) => None,
    };
    upgrade(&config, &location)?;
    warn(&config);
    let pool = config.database.pool;
    let app = open::app(config, urls, location, pool)?;
    actions::node::settle_url(&app, true).await?;
    actions::node::settle_search(&app).await?;
    actions::moderation::settle_mode(&app).await?;
    let signed = actions::register::settle(&app).await?;
    if signed > 0 {
        tracing::info!(entries = signed, "signed the registers of decisions");
    }
    Ok((app, lock))
}

fn clock(now: DateTime<Utc>) -> Result<(), Failure> {
    if now.year() >= YEAR {
        return Ok(());
    }
    Err(Failure::Said(format!(
        "the clock says {}: set it, since other servers refuse what is signed at a wrong time",
        now.format("%Y-%m-%d %H:%M")
    )))
}

/// Runs what is missing of the migrations, on SQLite after a backup beside the file.
fn upgrade(config: &Config, location: &Location) -> Result<(), Failure> {
    let mut conn = open::connect(config, location.clone())?;
    match migrate::standing(&mut conn)? {
        Standing::Current => return Ok(()),
        Standing::Newer(version) => return Err(open::newer(&version)),
        Standing::Empty => {}
        Standing::Behind(count) => {
            if let Location::Sqlite(file) = location {
                let to = backup::free_name(&format!("{file}.before-{}", env!("CARGO_PKG_VERSION")));
                backup::copy(&mut conn, Path::new(&to))?;
                tracing::info!(backup = to, "backed the database up before its upgrade");
            }
            tracing::info!(migrations = count, "upgrading the database");
        }
    }
    Ok(migrate::run(&mut conn)?)
}

fn warn(config: &Config) {
    if config.federation.loopback_only {
        return;
    }
    if config.federation.allow_http {
        tracing::warn!(
            "federation.allow_http is on: ids over plain http are believed, which is for tests only"
        );
    }
    if config.federation.allow_private_addresses {
        tracing::warn!(
            "federation.allow_private_addresses is on: other servers can make this one call addresses of its own network, which is for tests only"
        );
    }
}

/// Starts the parts, says that they run, waits for the end and lets them finish what is under way.
pub(super) async fn run_parts(app: SharedApp, listeners: Listeners, parts: Parts) -> Result<(), Failure> {
    let said = |error: std::io::Error| Failure::Said(format!("signals cannot be listened to: {error}"));
    let mut term = signal(SignalKind::terminate()).map_err(said)?;
    let mut int = signal(SignalKind::interrupt()).map_err(said)?;
    let (stop, shutdown) = watch::channel(false);
    let mut tasks = JoinSet::new();
    if parts.workers {
        tasks.spawn(outbox::run(app.clone(), shutdown.clone()));
        tasks.spawn(inbox::run(app.clone(), shutdown.clone()));
        tasks.spawn(clock::run(app.clone(), shutdown.clone()));
        tasks.spawn(mail::run(app.clone(), shutdown.clone()));
        tasks.spawn(retention::run(app.clone(), shutdown.clone()));
        tasks.spawn(peers::run(app.clone(), shutdown.clone()));
    }
    let address =
        |listener: &TcpListener| listener.local_addr().map_err(|error| Failure::Said(error.to_string()));
    if let Some(listener) = listeners.web {
        let address = address(&listener)?;
        tasks.spawn(server::run(listener, web::router(app.clone()), shutdown.clone()));
        tracing::info!("listening on http://{address}");
    }
    if let Some(listener) = listeners.metrics {
        let address = address(&listener)?;
        tasks.spawn(server::run(listener, web::metrics::router(app.clone()), shutdown.clone()));
        tracing::info!("metrics are at http://{address}/metrics");
    }
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    let ended = tokio::select! {
        _ = term.recv() => None,
        _ = int.recv() => None,
        ended = tasks.join_next() => ended,
    };
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
    let _ = stop.send(true);
    let rest = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(END, rest).await.is_err() {
        tracing::warn!("some work was still under way; it is taken up again at the next start");
    }
    match ended {
        None => Ok(()),
        Some(result) => Err(Failure::Said(match result {
            Ok(()) => "a part of the node ended by itself".to_owned(),
            Err(error) => format!("a part of the node failed: {error}"),
        })),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn a_clock_before_this_program_was_written_is_refused() {
        assert!(clock("2026-01-01T00:00:00Z".parse().unwrap()).is_ok());
        let said = clock("1970-01-01T00:05:00Z".parse().unwrap()).unwrap_err().to_string();
        assert!(said.starts_with("the clock says 1970-01-01 00:05: set it"), "{said}");
    }
}
