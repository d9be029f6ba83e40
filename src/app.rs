//! What every room shares: configuration, database, clock, HTTP client, the node's URLs, and the bells that wake workers.

pub mod metrics;

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, Utc};
use tokio::sync::Notify;
use url::Url;

use self::metrics::Metrics;
use crate::config::Config;
use crate::db::Db;

/// The one shared state; clones of the `Arc` are cheap.
pub type SharedApp = Arc<App>;

/// See the module.
pub struct App {
    /// As read at start.
    pub config: Config,
    /// The database.
    pub db: Db,
    /// The only source of time.
    pub clock: Clock,
    /// The client for everything that leaves this node: no redirects, no cookies, checked addresses.
    pub http: reqwest::Client,
    /// Where ids live.
    pub urls: Urls,
    /// Rung after a write that gave a worker something to do.
    pub wake: Wake,
    /// What is counted and measured.
    pub metrics: Metrics,
    /// What the rooms above keep in memory for as long as this `App` lives.
    pub caches: Caches,
}

impl App {
    /// Lays the parts together; the rooms fill `caches` as they go.
    ///
    /// # Errors
    /// A sentence, where the metrics cannot be made.
    pub fn new(
        config: Config,
        db: Db,
        clock: Clock,
        http: reqwest::Client,
        urls: Urls,
    ) -> Result<SharedApp, String> {
        let metrics =
            Metrics::new(db.waits()).map_err(|error| format!("the metrics cannot be made: {error}"))?;
        let (wake, caches) = (Wake::default(), Caches::default());
        Ok(Arc::new(App { config, db, clock, http, urls, wake, metrics, caches }))
    }

    /// The time now, in UTC.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A new UUIDv7, lower case: the id of a publication or an activity.
    pub fn new_id(&self) -> String {
        new_id(self.now())
    }
}

/// Random bytes from the system's generator; `None` if it has none to give.
#[expect(clippy::disallowed_methods, reason = "the one place where random bytes come from")]
pub fn random_bytes<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).ok()?;
    Some(bytes)
}

/// Ids of one millisecond still sort in the order in which this process made them.
static ORDER: std::sync::Mutex<uuid::ContextV7> = std::sync::Mutex::new(uuid::ContextV7::new());

/// A UUIDv7 of that moment, lower case.
pub fn new_id(now: DateTime<Utc>) -> String {
    let seconds = now.timestamp().try_into().unwrap_or(0);
    let at = uuid::Timestamp::from_unix(&ORDER, seconds, now.timestamp_subsec_nanos());
    uuid::Uuid::new_v7(at).hyphenated().to_string()
}

/// The system's clock, or one that tests turn by hand.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The system's.
    System,
    /// Microseconds since 1970, moved by its owner.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The time now, in UTC.
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Clock::System => system_now(),
            Clock::Manual(micros) => {
                DateTime::from_timestamp_micros(micros.load(Ordering::Relaxed)).unwrap_or_default()
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the system's clock is read")]
fn system_now() -> DateTime<Utc> {
    Utc::now()
}

/// Bells for the workers of this process. Workers also look by themselves at least every half second, since the command
/// line and other processes write beside them.
#[derive(Debug, Default)]
pub struct Wake {
    /// Something waits in the inbox.
    pub inbox: Notify,
    /// Something waits to be delivered.
    pub outbox: Notify,
    /// A mail waits to be sent.
    pub mail: Notify,
}

/// One value of a type for each room that wants one (keys, pauses): made at the first question, shared afterwards. It
/// lives here and not in a `static`, so that two nodes in one process, as in tests, never share what they remember.
#[derive(Default)]
pub struct Caches {
    values: RwLock<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl Caches {
    /// The value of this type.
    pub fn of<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let held =
            self.values.read().unwrap_or_else(PoisonError::into_inner).get(&TypeId::of::<T>()).cloned();
        if let Some(Ok(value)) = held.map(Arc::downcast::<T>) {
            return value;
        }
        let mut values = self.values.write().unwrap_or_else(PoisonError::into_inner);
        let entry = values.entry(TypeId::of::<T>());
        let made = Arc::clone(entry.or_insert_with(|| Arc::new(T::default())));
        made.downcast::<T>().unwrap_or_default()
    }
}

/// Builds the ids and addresses of local things, and recognises them.
#[derive(Clone, Debug)]
pub struct Urls {
    base: String,
    domain: String,
}

/// A URL of this node, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Local {
    /// `/coalitions/{handle}`, `/organisations/{handle}` or `/people/{handle}`.
    Actor(String),
    /// `/actor`.
    Node,
    /// `/publications/{id}`.
    Publication(String),
    /// `/notes/{id}`.
    Note(String),
    /// `/activities/{id}`.
    Activity(String),
    /// `/stamps/{id}`.
    Stamp(String),
    /// Anything else on this host.
    Other,
}

impl Urls {
    /// From `node.url` and `node.domain`. A path in `node.url` is refused.
    ///
    /// # Errors
    /// A sentence that says what to write.
    pub fn new(url: &str, domain: &str) -> Result<Urls, String> {
        let parsed =
            Url::parse(url).map_err(|_| format!("node.url `{url}` is not a URL: write https://{domain}"))?;
        if !matches!(parsed.scheme(), "http" | "https") || parsed.host_str().is_none() {
            return Err(format!("node.url `{url}` is neither https:// nor http://: write https://{domain}"));
        }
        if parsed.path() != "/" || parsed.query().is_some() || parsed.fragment().is_some() {
            return Err(format!("node.url `{url}` has a path: a node lives at the root of its host"));
        }
        let base = parsed.as_str().trim_end_matches('/').to_owned();
        Ok(Urls { base, domain: domain.to_lowercase() })
    }

    /// `https://reset.example.org`, without a slash at its end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The host of ids, with its port where that is not the scheme's own.
    pub fn host(&self) -> &str {
        self.base.split_once("://").map_or("", |(_, host)| host)
    }

    /// `https`, or `http` on a node for tests.
    pub fn scheme(&self) -> &str {
        self.base.split_once("://").map_or("https", |(scheme, _)| scheme)
    }

    /// The domain in handles.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The id of a coalition.
    pub fn coalition(&self, handle: &str) -> String {
        format!("{}/coalitions/{handle}", self.base)
    }

    /// The id of any local actor.
    pub fn actor(&self, kind: crate::domain::actor::ActorKind, handle: &str) -> String {
        use crate::domain::actor::ActorKind;
        match kind {
            ActorKind::Coalition => self.coalition(handle),
            ActorKind::Organisation => format!("{}/organisations/{handle}", self.base),
            ActorKind::Person => format!("{}/people/{handle}", self.base),
            ActorKind::Node => self.node(),
        }
    }

    /// The id of the node's own actor.
    pub fn node(&self) -> String {
        format!("{}/actor", self.base)
    }

    /// The id of a publication.
    pub fn publication(&self, id: &str) -> String {
        format!("{}/publications/{id}", self.base)
    }

    /// The id of a note.
    pub fn note(&self, id: &str) -> String {
        format!("{}/notes/{id}", self.base)
    }

    /// The page of a hashtag, given without `#`.
    pub fn tag(&self, name: &str) -> String {
        format!("{}/tags/{name}", self.base)
    }

    /// The id of an activity.
    pub fn activity(&self, id: &str) -> String {
        format!("{}/activities/{id}", self.base)
    }

    /// The id of the stamp that allows a quote.
    pub fn stamp(&self, id: &str) -> String {
        format!("{}/stamps/{id}", self.base)
    }

    /// The id of what lies at this path, such as `publications/{id}`.
    pub fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.base)
    }

    /// The path of something of ours, as [`Urls::at`] takes it: what rows hold. Of another host, none.
    pub fn path<'u>(&self, url: &'u str) -> Option<&'u str> {
        url.strip_prefix(self.base.as_str())?.strip_prefix('/')
    }

    /// An id as rows hold it: of what is ours the path.
    pub fn kept(&self, url: &str) -> String {
        self.path(url).unwrap_or(url).to_owned()
    }

    /// The id that a row holds as [`Urls::kept`] gives it.
    pub fn told(&self, kept: &str) -> String {
        if kept.contains("://") { kept.to_owned() } else { self.at(kept) }
    }

    /// The shared inbox.
    pub fn shared_inbox(&self) -> String {
        format!("{}/inbox", self.base)
    }

    /// What of ours `url` names; `None` for other hosts. Query and fragment are ignored.
    pub fn local(&self, url: &str) -> Option<Local> {
        let rest = url.strip_prefix(self.base.as_str())?;
        if !(rest.is_empty() || rest.starts_with(['/', '?', '#'])) {
            return None;
        }
        let path = rest.split(['?', '#']).next().unwrap_or_default();
        let mut parts = path.split('/').skip(1);
        let named = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        Some(match named {
            ("coalitions" | "organisations" | "people", Some(handle), None) => {
                Local::Actor(handle.to_owned())
            }
            ("actor", None, None) => Local::Node,
            ("publications", Some(id), None) => Local::Publication(id.to_owned()),
            ("notes", Some(id), None) => Local::Note(id.to_owned()),
            ("activities", Some(id), None) => Local::Activity(id.to_owned()),
            ("stamps", Some(id), None) => Local::Stamp(id.to_owned()),
            _ => Local::Other,
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn urls_recognise_only_what_they_build() {
        let urls = Urls::new("https://reset.example.org/", "Example.org").unwrap();
        assert_eq!(urls.domain(), "example.org");
        assert_eq!(urls.local(&urls.coalition("communs")), Some(Local::Actor("communs".into())));
        assert_eq!(urls.local(&urls.publication("x")), Some(Local::Publication("x".into())));
        assert_eq!(urls.local(&urls.note("x")), Some(Local::Note("x".into())));
        assert_eq!(urls.local("https://reset.example.org/publications/x/replies"), Some(Local::Other));
        assert_eq!(urls.local("https://reset.example.org.evil.test/actor"), None);
        assert_eq!(urls.local("https://reset.example.org/actor#main-key"), Some(Local::Node));
        assert!(Urls::new("https://a.example/b", "a.example").is_err());
        assert!(Urls::new("ftp://a.example", "a.example").is_err());
    }

    #[test]
    fn ids_of_one_moment_differ_and_keep_their_order() {
        let now = Clock::System.now();
        let ids: Vec<String> = (0..100).map(|_| new_id(now)).collect();
        assert!(ids.is_sorted_by(|a, b| a < b));
    }
}
