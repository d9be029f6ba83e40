//! Fair shares: how much one server may send to the inboxes, how much one address may send that is not signed, and how often it
//! may have another server asked. Said before a body is read where that can be known, and in memory alone, so that a flood costs
//! little and others notice nothing. Each process counts for itself. It verifies nothing.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use url::Url;

use super::signed::Refused;
use crate::app::App;

/// Most hosts and most addresses that are counted; a bucket takes about 200 bytes. Who sends most stays counted.
const COUNTED: u64 = 10_000;
/// After this time unused, a bucket is full again and forgotten.
const FORGOTTEN: Duration = Duration::from_secs(120);
/// What a sender is told to wait: until a quarter of its share is there again.
const WAIT: Duration = Duration::from_secs(15);
/// Forms of one address in a minute for which another server is asked something.
const QUESTIONS_PER_MINUTE: u32 = 20;

/// A share that fills evenly: at most one minute's worth.
struct Bucket {
    left: f64,
    /// Microseconds since 1970.
    at: i64,
}

impl Bucket {
    fn fill(&mut self, per_minute: f64, now: i64) {
        let passed = u32::try_from(now.saturating_sub(self.at).max(0)).unwrap_or(u32::MAX);
        self.left = (self.left + per_minute * f64::from(passed) / 60e6).min(per_minute);
        self.at = now;
    }
}

struct Buckets<K>(moka::sync::Cache<K, Arc<Mutex<Bucket>>>);

impl<K: Hash + Eq + Send + Sync + 'static> Default for Buckets<K> {
    fn default() -> Buckets<K> {
        Buckets(moka::sync::Cache::builder().max_capacity(COUNTED).time_to_idle(FORGOTTEN).build())
    }
}

impl<K: Hash + Eq + Send + Sync + 'static> Buckets<K> {
    /// Takes one of the key's share. False where nothing of it is left.
    fn take(&self, key: K, per_minute: u32, now: i64) -> bool {
        let full = f64::from(per_minute);
        let bucket = self.0.get_with(key, || Arc::new(Mutex::new(Bucket { left: full, at: now })));
        let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
        bucket.fill(full, now);
        let is_left = bucket.left >= 1.0;
        if is_left {
            bucket.left -= 1.0;
        }
        is_left
    }

    /// Whether something of the key's share is left. Counts nothing, since anybody may claim any key.
    fn is_left(&self, key: &K, per_minute: u32, now: i64) -> bool {
        self.0.get(key).is_none_or(|bucket| {
            let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
            bucket.fill(f64::from(per_minute), now);
            bucket.left >= 1.0
        })
    }

    fn give_back(&self, key: &K) {
        if let Some(bucket) = self.0.get(key) {
            bucket.lock().unwrap_or_else(PoisonError::into_inner).left += 1.0;
        }
    }
}

#[derive(Default)]
struct Shares {
    hosts: Buckets<String>,
    addresses: Buckets<IpAddr>,
    questions: Buckets<IpAddr>,
}

/// Whether a form for which another server is asked something may do so: else this node could be made to flood that one.
pub(super) fn may_ask(app: &App, parts: &Parts) -> bool {
    let shares = app.caches.of::<Shares>();
    let now = app.now().timestamp_micros();
    address(app, parts)
        .is_none_or(|address| shares.questions.take(network(address), QUESTIONS_PER_MINUTE, now))
}

/// A request that was let in, on the account of its address until it is known who signed it.
pub(super) struct Turn<'a> {
    app: &'a App,
    shares: Arc<Shares>,
    address: Option<IpAddr>,
}

/// Whether the server whose key a POST claims has something of its share left.
///
/// # Errors
/// [`Refused::TooMany`].
pub(super) fn claim(app: &App, parts: &Parts) -> Result<(), Refused> {
    let most = app.config.federation.inbox_per_minute;
    let now = app.now().timestamp_micros();
    let shares = app.caches.of::<Shares>();
    match claimed_host(&parts.headers) {
        Some(host) if most > 0 && !shares.hosts.is_left(&host, most, now) => Err(Refused::TooMany(WAIT)),
        _ => Ok(()),
    }
}

/// Lets a request in by its head alone, if the address it comes from has not sent too much that nobody signed.
///
/// # Errors
/// [`Refused::TooMany`].
pub(super) fn enter<'a>(app: &'a App, parts: &Parts) -> Result<Turn<'a>, Refused> {
    let limits = &app.config.federation;
    let now = app.now().timestamp_micros();
    let shares = app.caches.of::<Shares>();
    let address = address(app, parts).filter(|_| limits.unsigned_per_minute > 0).map(network);
    if let Some(address) = address
        && !shares.addresses.take(address, limits.unsigned_per_minute, now)
    {
        return Err(Refused::TooMany(WAIT));
    }
    Ok(Turn { app, shares, address })
}

impl Turn<'_> {
    /// It was signed, and costs the address nothing.
    pub(super) fn is_signed(&self) {
        if let Some(address) = self.address {
            self.shares.addresses.give_back(&address);
        }
    }

    /// The server that signed pays, and the address nothing.
    ///
    /// # Errors
    /// [`Refused::TooMany`].
    pub(super) fn signed_by(self, host: Option<&str>) -> Result<(), Refused> {
        self.is_signed();
        let (host, most) = (host.unwrap_or_default(), self.app.config.federation.inbox_per_minute);
        let now = self.app.now().timestamp_micros();
        match most == 0 || self.shares.hosts.take(host.to_owned(), most, now) {
            true => Ok(()),
            false => Err(Refused::TooMany(WAIT)),
        }
    }
}

/// The host, without a port, of the key that a request claims to be signed with (draft-cavage or RFC 9421).
pub(super) fn claimed_host(headers: &HeaderMap) -> Option<String> {
    ["signature-input", "signature", "authorization"].into_iter().find_map(|name| {
        let value = headers.get(name)?.to_str().ok()?.to_ascii_lowercase();
        let (key, _) = value.split_once("keyid=\"")?.1.split_once('"')?;
        Url::parse(key).ok()?.host_str().map(str::to_owned)
    })
}

/// The address a request comes from: that of the connection, or what a trusted proxy says of it. `None` where only trusted
/// proxies are named.
fn address(app: &App, parts: &Parts) -> Option<IpAddr> {
    let trusted = |ip: &IpAddr| app.config.http.trusted_proxies.contains(ip);
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip().to_canonical();
    if !trusted(&peer) {
        return Some(peer);
    }
    for value in parts.headers.get_all("x-forwarded-for").into_iter().rev() {
        for hop in value.to_str().ok()?.rsplit(',') {
            let hop = hop.trim();
            let ip = hop.parse::<IpAddr>().or_else(|_| hop.parse::<SocketAddr>().map(|hop| hop.ip()));
            let ip = ip.ok()?.to_canonical();
            if !trusted(&ip) {
                return Some(ip);
            }
        }
    }
    None
}

/// Whoever has one IPv6 address has 2^64 of them: they count as one.
fn network(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & (u128::MAX << 64))),
    }
}
