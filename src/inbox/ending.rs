//! How items end that have no effect: refused, put off or given up, each with its line in the log and its count.

use chrono::{NaiveDateTime, TimeDelta};
use reset_federation::activity::ActivityKind;
use reset_federation::printable::printable;
use reset_federation::retry;

use crate::app::App;
use crate::app::metrics::Door;
use crate::db::{self, Conn};
use crate::model::inbox_item::{self, End};

/// Attempts after which an item is given up: about six hours together.
const MAX_ATTEMPTS: i32 = 11;
/// Most characters of a reason, and of the name of a kind, in the log.
const MAX_WHY: usize = 300;
const MAX_KIND: usize = 40;

/// How the log names an item.
pub(super) struct Label {
    pub(super) seq: i64,
    /// The host of who signed.
    pub(super) host: String,
    /// The id of the activity.
    pub(super) activity: String,
    /// None where it could not be read.
    pub(super) kind: Option<ActivityKind>,
}

/// Ends an item that was refused after other servers were asked.
///
/// # Errors
/// The database's.
pub(super) async fn refuse(
    app: &App,
    label: Label,
    received: NaiveDateTime,
    why: String,
    erase: bool,
) -> Result<(), db::Error> {
    refused(app, &label, "not_confirmed", &why);
    let outcome = format!("refused: {why}");
    let work = move |conn: &mut Conn| {
        Ok::<_, db::Error>(inbox_item::finish(conn, label.seq, End::Done, &outcome, erase)?)
    };
    app.db.write(work).await?;
    app.metrics.item(app.now().naive_utc() - received);
    Ok(())
}

/// Puts an item off, in a transaction of its own.
///
/// # Errors
/// The database's.
pub(super) async fn put_off(
    app: &App,
    label: Label,
    tried: (i32, bool),
    why: String,
) -> Result<(), db::Error> {
    let now = app.now().naive_utc();
    app.db.write(move |conn| Ok(postpone(conn, &label, tried, now, &why)?)).await
}

/// Puts an item off after a failed attempt, or gives it up: how often it was tried before, and whether its bytes go at its end.
///
/// # Errors
/// The database's.
pub(super) fn postpone(
    conn: &mut Conn,
    label: &Label,
    (attempts, erase): (i32, bool),
    now: NaiveDateTime,
    why: &str,
) -> crate::model::Result<()> {
    let (seq, attempts) = (label.seq, attempts.saturating_add(1));
    if attempts >= MAX_ATTEMPTS {
        tracing::warn!(seq, host = label.host, activity = label.activity, why, "an activity was given up");
        return inbox_item::finish(conn, seq, End::Failed, why, erase);
    }
    // Spread by the item's number: no two of a batch come back together.
    let jitter = f64::from(u8::try_from(seq.rem_euclid(100)).unwrap_or(50)) / 100.0;
    let pause = retry::delay(u32::try_from(attempts).unwrap_or(1), jitter);
    let run_at = now + TimeDelta::from_std(pause).unwrap_or(TimeDelta::minutes(1));
    tracing::debug!(seq, why, "an activity is tried again later");
    inbox_item::postpone(conn, seq, attempts, run_at, why)
}

/// Ends an item that was refused.
///
/// # Errors
/// The database's.
pub(super) fn end_refused(
    app: &App,
    conn: &mut Conn,
    label: &Label,
    (reason, why): (&'static str, &str),
    erase: bool,
) -> crate::model::Result<()> {
    refused(app, label, reason, why);
    inbox_item::finish(conn, label.seq, End::Done, &format!("refused: {why}"), erase)
}

/// Counts a refusal and says it in the log: what was refused, whose it was and why, but nothing of what it held.
fn refused(app: &App, label: &Label, reason: &'static str, why: &str) {
    app.metrics.refused(Door::Worker, reason);
    let kind = label.kind.as_ref().map(|kind| printable(kind.as_str(), MAX_KIND));
    tracing::info!(
        reason,
        why = printable(why, MAX_WHY),
        host = label.host,
        kind,
        activity = label.activity,
        seq = label.seq,
        "an activity was refused"
    );
}
