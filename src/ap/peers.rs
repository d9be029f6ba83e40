//! The servers that were met, with all that is known of each in one place: for those who watch.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDateTime;

use super::knock::Scheme;
use super::policy::Rules;
use crate::db::Conn;
use crate::domain::moderation::Rule;
use crate::model::host::Peer;
use crate::model::{self, host, queue, second_knock};

/// A server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its row.
    pub peer: Peer,
    /// How many deliveries wait for it.
    pub waiting: i64,
    /// How requests to it are signed first.
    pub scheme: Scheme,
    /// The rule that is nearest to it.
    pub rule: Option<Rule>,
}

/// At most `limit` of them, those first for which something waits or that fail.
///
/// # Errors
/// The database's.
pub fn known(conn: &mut Conn, rules: &Rules, now: NaiveDateTime, limit: i64) -> model::Result<Vec<Known>> {
    let waiting: HashMap<String, i64> = queue::waiting_by_host(conn)?.into_iter().collect();
    let second: HashSet<String> = second_knock::all(conn, now)?.into_iter().map(|(host, _)| host).collect();
    let known = |peer: Peer| {
        let name = &peer.host.host;
        let scheme = if second.contains(name) { Scheme::Rfc9421 } else { Scheme::Cavage };
        let (waiting, rule) = (waiting.get(name).copied().unwrap_or_default(), rules.rule(name));
        Known { waiting, scheme, rule, peer }
    };
    Ok(host::peers(conn, limit)?.into_iter().map(known).collect())
}
