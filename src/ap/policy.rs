//! Whom this node speaks with, asked wherever something comes in, goes out or is fetched: from memory, and never older than a
//! quarter of a second, also when another process changed the rules.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reset_federation::url_check::{authority, normalise_authority};
use url::Url;

use crate::app::App;
use crate::db::{self, Conn};
pub use crate::domain::moderation::Policy;
use crate::domain::moderation::{Rule, policy, with_parents, without_port};
use crate::model::{self, moderation};

/// How long what is in memory is believed without asking whether it changed.
const BELIEVED: Duration = Duration::from_millis(250);

/// Every rule of one moment.
#[derive(Debug)]
pub struct Rules {
    domains: HashMap<String, Rule>,
    suspended: HashSet<String>,
    allowlist: bool,
    /// This node's own host and port: it always speaks with itself.
    own: String,
    version: Option<String>,
}

impl Rules {
    /// The rules as a transaction sees them.
    ///
    /// # Errors
    /// The database's.
    pub fn load(conn: &mut Conn, own: &str, allowlist: bool) -> model::Result<Rules> {
        // Read before the rules: at worst they are newer, and are read once more.
        let version = moderation::version(conn)?;
        let domains = moderation::rules(conn)?.into_iter().map(|row| (row.domain, row.rule)).collect();
        let suspended = moderation::suspensions(conn)?.into_iter().map(|row| row.url).collect();
        let own = normalise_authority(own).unwrap_or_else(|| own.to_owned());
        Ok(Rules { domains, suspended, allowlist, own, version })
    }

    /// Whether a transaction sees these and no other rules.
    ///
    /// # Errors
    /// The database's.
    pub fn are_current(&self, conn: &mut Conn) -> model::Result<bool> {
        Ok(moderation::version(conn)? == self.version)
    }

    /// What holds for a server, by `host` or `host:port`, normalised. The nearest rule counts: one for a subdomain before that
    /// for its domain.
    pub fn host(&self, host: &str) -> Policy {
        if host == self.own {
            return Policy::Open;
        }
        policy(self.rule(host), self.allowlist)
    }

    /// What was said of a server or of the nearest domain above it.
    pub fn rule(&self, host: &str) -> Option<Rule> {
        with_parents(without_port(host)).find_map(|name| self.domains.get(name).copied())
    }

    /// What holds for an actor, or for anything else with an id.
    pub fn id(&self, url: &Url) -> Policy {
        match !self.suspended.is_empty() && self.suspended.contains(&actor_key(url)) {
            true => Policy::Blocked,
            false => self.host(&authority(url)),
        }
    }
}

/// The form in which the ids of suspended actors are compared: without a fragment, the host normalised.
pub fn actor_key(url: &Url) -> String {
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}://{}{}{query}", url.scheme(), authority(url), url.path())
}

/// What is in memory.
#[derive(Default)]
struct Memory {
    kept: Mutex<Option<Kept>>,
    /// Those who find it old wait here for the one who reads.
    reading: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Kept {
    rules: Arc<Rules>,
    /// None where they are known to be old.
    read_at: Option<Instant>,
}

impl Memory {
    fn kept(&self) -> Option<Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn fresh(&self) -> Option<Arc<Rules>> {
        self.kept()
            .filter(|kept| kept.read_at.is_some_and(|at| at.elapsed() < BELIEVED))
            .map(|kept| kept.rules)
    }

    fn keep(&self, kept: Option<Kept>) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = kept;
    }
}

/// The rules now. Only their version is read, unless it changed; then what is remembered of keys goes as well, since their
/// owners may have been purged.
///
/// # Errors
/// The database's. Who asks must not go on then: a server that is kept out shall not come in because of it.
pub async fn rules(app: &App) -> Result<Arc<Rules>, db::Error> {
    let memory = app.caches.of::<Memory>();
    if let Some(rules) = memory.fresh() {
        return Ok(rules);
    }
    let _reading = memory.reading.lock().await;
    if let Some(rules) = memory.fresh() {
        return Ok(rules);
    }
    let old = memory.kept();
    let known = old.clone();
    let (own, allowlist) = (app.urls.host().to_owned(), app.config.federation.is_allowlist());
    let read_at = Instant::now();
    let read = move |conn: &mut Conn| match known {
        Some(known) if known.rules.are_current(conn)? => Ok::<_, db::Error>(known.rules),
        _ => Ok(Arc::new(Rules::load(conn, &own, allowlist)?)),
    };
    let rules = app.db.read(read).await?;
    if old.is_some_and(|old| !Arc::ptr_eq(&old.rules, &rules)) {
        super::resolve::forget_all_keys(app);
    }
    memory.keep(Some(Kept { rules: Arc::clone(&rules), read_at: Some(read_at) }));
    Ok(rules)
}

/// What holds for a server, by `host` or `host:port`.
///
/// # Errors
/// As [`rules`].
pub async fn of(app: &App, host: &str) -> Result<Policy, db::Error> {
    Ok(rules(app).await?.host(host))
}

/// What holds for an actor, by its id.
///
/// # Errors
/// As [`rules`].
pub async fn of_actor(app: &App, id: &Url) -> Result<Policy, db::Error> {
    Ok(rules(app).await?.id(id))
}

/// Has the rules read again at the next question: after a change by this process.
pub fn forget(app: &App) {
    let memory = app.caches.of::<Memory>();
    memory.keep(memory.kept().map(|kept| Kept { read_at: None, ..kept }));
}

/// Those of these hosts that a rule of the database blocks. For transactions that know no configuration: with an allow-list,
/// more is blocked when it comes to sending.
///
/// # Errors
/// The database's.
pub fn blocked_among(conn: &mut Conn, hosts: &[&str]) -> model::Result<HashSet<String>> {
    let mut names: Vec<&str> = hosts.iter().flat_map(|host| with_parents(without_port(host))).collect();
    names.sort_unstable();
    names.dedup();
    let rules: HashMap<String, Rule> = moderation::among(conn, &names)?.into_iter().collect();
    let nearest = |host: &str| with_parents(without_port(host)).find_map(|name| rules.get(name).copied());
    let blocked = hosts.iter().filter(|host| nearest(host) == Some(Rule::Blocked));
    Ok(blocked.map(|host| (*host).to_owned()).collect())
}

/// Whether what an actor says is kept without being shown: its server is limited and none of ours follows it, or nothing of it
/// is taken at all.
///
/// # Errors
/// The database's.
pub fn is_withheld(conn: &mut Conn, rules: &Rules, remote_id: i64, url: &str) -> model::Result<bool> {
    let policy = Url::parse(url).map_or(Policy::Blocked, |url| rules.id(&url));
    Ok(match policy {
        Policy::Open => false,
        Policy::Blocked => true,
        Policy::Limited => !model::following::is_followed(conn, remote_id)?,
    })
}

/// Shows or withholds the replies and quotes of these actors (row id and id), as the rules say. By how many replies each publication
/// shows more or fewer; the caller counts them.
///
/// # Errors
/// The database's.
pub fn settle_shown(
    conn: &mut Conn,
    rules: &Rules,
    authors: Vec<(i64, String)>,
) -> model::Result<BTreeMap<String, i64>> {
    let mut changes = BTreeMap::new();
    for (remote_id, url) in authors {
        let withheld = is_withheld(conn, rules, remote_id, &url)?;
        model::quote::set_withheld(conn, remote_id, withheld)?;
        for (publication, shown) in model::reply::set_withheld(conn, remote_id, withheld)? {
            *changes.entry(publication).or_default() += if withheld { -shown } else { shown };
        }
    }
    Ok(changes)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn rules(allowlist: bool, domains: &[(&str, Rule)], suspended: &[&str]) -> Rules {
        Rules {
            domains: domains.iter().map(|(name, rule)| ((*name).to_owned(), *rule)).collect(),
            suspended: suspended.iter().map(|url| (*url).to_owned()).collect(),
            allowlist,
            own: "us.example:8080".to_owned(),
            version: None,
        }
    }

    #[test]
    fn the_nearest_rule_counts_for_a_server_and_its_subdomains() {
        let rules = rules(false, &[("bad.example", Rule::Blocked), ("ok.bad.example", Rule::Limited)], &[]);
        for (host, expected) in [
            ("bad.example", Policy::Blocked),
            ("bad.example:8443", Policy::Blocked),
            ("a.b.bad.example", Policy::Blocked),
            ("ok.bad.example", Policy::Limited),
            ("x.ok.bad.example", Policy::Limited),
            ("notbad.example", Policy::Open),
            ("bad.example.org", Policy::Open),
            ("example", Policy::Open),
        ] {
            assert_eq!(rules.host(host), expected, "{host}");
        }
    }

    #[test]
    fn a_suspended_actor_is_known_however_its_host_is_written() {
        let rules = rules(false, &[], &["https://good.example/users/eve"]);
        let ask = |url: &str| rules.id(&Url::parse(url).unwrap());
        for same in [
            "https://good.example/users/eve",
            "https://GOOD.example/users/eve",
            "https://good.example./users/eve#main-key",
            "https://good.example:443/users/eve",
        ] {
            assert_eq!(ask(same), Policy::Blocked, "{same}");
        }
        assert_eq!(ask("https://good.example/users/ada"), Policy::Open);
        assert_eq!(ask("https://other.example/users/eve"), Policy::Open);
    }

    #[test]
    fn with_an_allow_list_a_node_still_speaks_with_itself() {
        let rules = rules(true, &[("friend.example", Rule::Allowed)], &[]);
        assert_eq!(rules.host("us.example:8080"), Policy::Open);
        assert_eq!(rules.host("a.friend.example"), Policy::Open);
        assert_eq!(rules.host("stranger.example"), Policy::Blocked);
    }
}
