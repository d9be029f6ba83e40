//! Which inboxes an activity may go to: none of a server that is blocked, none of an actor who blocks the one that speaks, none
//! of a suspended actor. Asked when an activity is stored, and of its server again when it is sent.

use std::collections::HashSet;

use crate::ap::policy::{self, Policy};
use crate::app::App;
use crate::db::{self, Conn};
use crate::model;

/// Those of these inboxes (each with its host) to which this actor may send.
///
/// # Errors
/// The database's.
pub(super) fn among(
    conn: &mut Conn,
    actor_id: i64,
    inboxes: Vec<(String, String)>,
) -> model::Result<Vec<(String, String)>> {
    let hosts: HashSet<&str> = inboxes.iter().map(|(_, host)| host.as_str()).collect();
    let hosts: Vec<&str> = hosts.into_iter().collect();
    let blocked = policy::blocked_among(conn, &hosts)?;
    let mut closed: HashSet<String> = model::block::closed_inboxes(conn, actor_id)?.into_iter().collect();
    closed.extend(model::moderation::suspended_inboxes(conn)?);
    let may = |(inbox, host): &(String, String)| !blocked.contains(host) && !closed.contains(inbox);
    Ok(inboxes.into_iter().filter(may).collect())
}

/// Why nothing is sent to this host, if that is so.
///
/// # Errors
/// The database's.
pub(super) async fn refusal(app: &App, host: &str) -> Result<Option<&'static str>, db::Error> {
    Ok(match policy::of(app, host).await? {
        Policy::Blocked => Some("dropped: its server is blocked here"),
        Policy::Open | Policy::Limited => None,
    })
}
