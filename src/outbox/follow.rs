//! Follows of ours and their end: the row and what is said, in one. Actions ask for them, and so does a `Move` that came in.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{Audience, Hosts, NewActivity, store};
use crate::ap::activity::Said;
use crate::app::{Urls, new_id};
use crate::db::{Conn, Error};
use crate::model::actor::Actor;
use crate::model::following::{self, Following};
use crate::model::remote::Remote;

/// Asks an actor of another server to let one of ours follow it. The hosts are to be made due at the end of the transaction.
///
/// # Errors
/// The database's; then nothing of the transaction may be kept.
pub fn follow(
    conn: &mut Conn,
    urls: &Urls,
    local: &Actor,
    remote: &Remote,
    at: DateTime<Utc>,
) -> Result<Hosts, Error> {
    let id = new_id(at);
    following::ask(conn, local.id, remote.id, &id, at.naive_utc())?;
    let object = Value::from(remote.url.as_str());
    say(conn, urls, local, remote, (id, "Follow", &object), at)
}

/// Ends a follow of ours; the hosts as above.
///
/// # Errors
/// The database's; then nothing of the transaction may be kept.
pub fn unfollow(
    conn: &mut Conn,
    urls: &Urls,
    local: &Actor,
    (follow, remote): (&Following, &Remote),
    at: DateTime<Utc>,
) -> Result<Hosts, Error> {
    following::remove(conn, follow.id)?;
    let undone = json!({
        "id": urls.activity(&follow.activity_id),
        "type": "Follow",
        "actor": urls.actor(local.kind, &local.handle),
        "object": remote.url,
    });
    say(conn, urls, local, remote, (new_id(at), "Undo", &undone), at)
}

fn say(
    conn: &mut Conn,
    urls: &Urls,
    local: &Actor,
    remote: &Remote,
    (id, kind, object): (String, &'static str, &Value),
    at: DateTime<Utc>,
) -> Result<Hosts, Error> {
    let actor = urls.actor(local.kind, &local.handle);
    let document = Said { urls, id: &id, actor: &actor, at }.to(kind, &remote.url, object);
    let new = NewActivity {
        id,
        actor_id: local.id,
        kind,
        publication_id: None,
        document,
        public: false,
        to: Audience::Inboxes(vec![remote.inbox.clone()]),
        subject: remote.url.clone(),
        now: at.naive_utc(),
        quiet: false,
    };
    store(conn, new)
}
