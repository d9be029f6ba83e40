//! Once a day: forgets raw inbox items, finished deliveries and mails, unused actors of other servers and servers that fell silent, as
//! `[retention]` says, the ids of activities once no signature of them can be valid any more, and the keys of deleted accounts that
//! have told everybody.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::watch;

use crate::app::{App, SharedApp};
use crate::{db, jobs, model, outbox};

/// After the start, when the node has other things to do.
const FIRST: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How long ids of activities are remembered: a signature lives at most twelve hours and one more on either side.
const IDS: TimeDelta = TimeDelta::days(7);
/// Most actors forgotten in one transaction, so that no other write waits long.
const BATCH: i64 = 500;

/// Forgets once a day until `shutdown` says so.
pub(super) async fn run(app: SharedApp, mut shutdown: watch::Receiver<bool>) {
    let mut wait = FIRST;
    loop {
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = jobs::stopped(&mut shutdown) => return,
        }
        wait = DAY;
        match forget(&app).await {
            Ok(forgotten) if forgotten > 0 => {
                tracing::info!(rows = forgotten, "forgot what was kept long enough")
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "what was kept long enough could not be forgotten"),
        }
    }
}

/// Forgets now. How many rows.
async fn forget(app: &App) -> Result<usize, db::Error> {
    let now = app.now().naive_utc();
    let before = move |days: u32| now - TimeDelta::days(days.into());
    let retention = app.config.retention.clone();
    let old = before(app.config.retention.remote_days);
    let mut rows = app
        .db
        .write(move |conn| {
            let hosts = model::host::forget_silent(conn, old)?;
            let items = model::inbox_item::forget_items(conn, before(retention.inbox_days))?;
            let ids = model::inbox_item::forget_ids(conn, now - IDS)?;
            let deliveries = outbox::forget_old(conn, before(retention.deliveries_days))?;
            // Mails of the last day count what goes to one address.
            let mails = model::mail::forget(conn, before(retention.deliveries_days.max(1)))?;
            let deleted = outbox::forget_deleted(conn)?;
            let unconfirmed =
                model::declaration::forget_unconfirmed(conn, before(retention.declarations_days))?;
            Ok::<_, db::Error>(
                [hosts, items, ids, deliveries, mails, deleted, unconfirmed].into_iter().sum::<usize>(),
            )
        })
        .await?;
    loop {
        let work =
            move |conn: &mut db::Conn| Ok::<_, db::Error>(model::remote::forget_unused(conn, old, BATCH)?);
        let forgotten = app.db.write(work).await?;
        rows = rows.saturating_add(forgotten);
        if forgotten == 0 {
            return Ok(rows);
        }
    }
}
