//! Takes an activity into the outbox: one row for what is said, one for each distinct inbox. Runs inside the caller's
//! transaction and sends nothing.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use reset_federation::url_check::authority;
use url::Url;

use super::permitted;
use crate::ap;
use crate::db::{Conn, Error};
use crate::jobs::lanes::lane_of;
use crate::model;

/// The name of the queue in the table of lanes.
pub const QUEUE: &str = "outbox";
/// Into how many lanes hosts are spread. Never changes: it is part of the stored rows.
pub const LANES: i32 = 16;

/// An activity that a local actor makes now.
#[derive(Clone, Debug)]
pub struct NewActivity {
    /// UUIDv7, lower case; the id is `Urls::activity(id)`.
    pub id: String,
    /// The local actor that says it, and whose key signs each delivery.
    pub actor_id: i64,
    /// Its ActivityStreams type.
    pub kind: &'static str,
    /// The publication it is about.
    pub publication_id: Option<String>,
    /// What is said, without proofs: [`store`] makes them, for an embedded object of the actor's that has an `@context` of its
    /// own and for the whole.
    pub document: serde_json::Value,
    /// Whether the actor's outbox lists it.
    pub public: bool,
    /// Who gets it.
    pub to: Audience,
    /// What orders it: the id of the object it is about. Activities of one subject reach an inbox in the order in which they
    /// were enqueued.
    pub subject: String,
    /// When it is said.
    pub now: NaiveDateTime,
    /// Keep it without sending it to anyone.
    pub quiet: bool,
}

/// Who gets an activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The actor's followers.
    Followers,
    /// The actor's followers and these inboxes.
    FollowersAnd(Vec<String>),
    /// Only these inboxes.
    Inboxes(Vec<String>),
}

/// The hosts that a transaction gave something to deliver, with their lanes.
pub type Hosts = BTreeMap<String, i32>;

/// Stores the activity, one delivery per distinct inbox, and makes their hosts due. Call it inside the transaction of the
/// write that causes the activity, and ring `app.wake.outbox` after commit.
///
/// # Errors
/// The database's; then nothing of the transaction may be kept.
pub fn enqueue(conn: &mut Conn, new: NewActivity) -> Result<(), Error> {
    let now = new.now;
    let hosts = store(conn, new)?;
    make_due(conn, &hosts, now)
}

/// Makes hosts due, in the order of their names: every transaction locks their rows in this order and after all others, so
/// that on PostgreSQL no two wait for each other in a circle.
///
/// # Errors
/// The database's.
pub fn make_due(conn: &mut Conn, hosts: &Hosts, now: NaiveDateTime) -> Result<(), Error> {
    for (host, lane) in hosts {
        model::host::make_due(conn, host, *lane, now)?;
    }
    Ok(())
}

/// As [`enqueue`], for a transaction that enqueues several: [`make_due`] is its last statement, with the hosts of all.
///
/// This is the one place where integrity proofs are made: what is stored is what is sent and served.
///
/// The host of a delivery is read from the inbox itself, not from the actor that named it: an actor that names another
/// server's inbox as its shared one cannot pass by that server's circuit.
///
/// # Errors
/// The database's; then nothing of the transaction may be kept.
pub fn store(conn: &mut Conn, mut new: NewActivity) -> Result<Hosts, Error> {
    ap::proof::seal(conn, new.actor_id, &mut new.document, new.now)?;
    let (followers, mut inboxes) = match new.to {
        Audience::Followers => (true, Vec::new()),
        Audience::FollowersAnd(inboxes) => (true, inboxes),
        Audience::Inboxes(inboxes) => (false, inboxes),
    };
    let activity = model::activity::Activity {
        id: new.id,
        actor_id: new.actor_id,
        kind: new.kind.to_owned(),
        publication_id: new.publication_id,
        document: new.document.to_string(),
        public: new.public,
        made_at: new.now,
    };
    model::activity::insert(conn, &activity)?;
    if new.quiet {
        return Ok(Hosts::new());
    }
    if followers {
        inboxes.extend(model::delivery::follower_inboxes(conn, new.actor_id)?);
    }
    let to = permitted::among(conn, new.actor_id, with_hosts(inboxes))?;
    model::delivery::insert(conn, &activity.id, &to, &new.subject, new.now)?;
    let with_lane = |(_, host): (String, String)| {
        let lane = lane_of(&host, LANES);
        (host, lane)
    };
    Ok(to.into_iter().map(with_lane).collect())
}

/// Each distinct inbox with its host. What is no URL with a host cannot be sent to, and is left out with a word in the log.
fn with_hosts(mut inboxes: Vec<String>) -> Vec<(String, String)> {
    inboxes.sort_unstable();
    inboxes.dedup();
    let host = |inbox: String| match Url::parse(&inbox) {
        Ok(url) if url.has_host() => Some((inbox, authority(&url))),
        _ => {
            tracing::warn!(inbox, "an inbox that is no URL gets nothing");
            None
        }
    };
    inboxes.into_iter().filter_map(host).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_distinct_inbox_is_named_once_with_its_own_host() {
        let inboxes = [
            "https://B.example/inbox",
            "https://a.example:8443/x",
            "https://B.example/inbox",
            "mailto:x@y",
            "?",
        ];
        let pairs = with_hosts(inboxes.map(str::to_owned).to_vec());
        let expected =
            [("https://B.example/inbox", "b.example"), ("https://a.example:8443/x", "a.example:8443")];
        assert_eq!(pairs, expected.map(|(inbox, host)| (inbox.to_owned(), host.to_owned())));
    }
}
