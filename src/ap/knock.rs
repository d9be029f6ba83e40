//! The two ways to sign a request of ours, and which of them a host takes. The first knock is draft-cavage, which nearly every
//! server reads; where it is refused with 400 or 401, the second is RFC 9421. Where the second worked, it is the first for a
//! while. Deliveries and fetches share what is known, and so do all processes on one database. It sends nothing.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use http::Method;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue};
use reset_federation::cavage::SignError;
use reset_federation::media_type::ACTIVITY_JSON;
use reset_federation::{cavage, digest, rfc9421};
use url::Url;

use super::keys::Signer;
use crate::app::App;
use crate::db;
use crate::model::second_knock;

/// How long RFC 9421 is tried first at a host that took it; then draft-cavage again.
const TERM: TimeDelta = TimeDelta::days(7);
/// How old what is in memory may be: other processes learn too.
const MEMORY: TimeDelta = TimeDelta::seconds(30);

const DIGEST: HeaderName = HeaderName::from_static("digest");
const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");
const SIGNATURE: HeaderName = HeaderName::from_static("signature");
const SIGNATURE_INPUT: HeaderName = HeaderName::from_static("signature-input");

/// How a request is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// draft-cavage-http-signatures-12.
    Cavage,
    /// HTTP Message Signatures.
    Rfc9421,
}

impl Scheme {
    /// The one of the second knock.
    #[must_use]
    pub fn other(self) -> Scheme {
        match self {
            Scheme::Cavage => Scheme::Rfc9421,
            Scheme::Rfc9421 => Scheme::Cavage,
        }
    }

    /// Its name, as rows and those who watch read it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Scheme::Cavage => "draft-cavage",
            Scheme::Rfc9421 => "rfc9421",
        }
    }
}

/// How a request that was verified is signed.
pub fn scheme_of(headers: &HeaderMap) -> Scheme {
    if headers.contains_key(SIGNATURE_INPUT) { Scheme::Rfc9421 } else { Scheme::Cavage }
}

/// Whether a status asks for the second knock.
pub fn is_refusal(status: u16) -> bool {
    matches!(status, 400 | 401)
}

/// The digests of a body, made once for all requests that carry it.
#[derive(Clone, Debug)]
pub struct Digests {
    old: String,
    content: String,
}

impl Digests {
    /// Of these bytes.
    pub fn of(body: &[u8]) -> Digests {
        Digests { old: digest::header(body), content: digest::content_header(body) }
    }
}

/// The headers of a signed request: a POST of an activity where there are digests of a body, else a GET.
///
/// # Errors
/// Where a value cannot stand in a header, or the key fails.
pub fn sign(
    scheme: Scheme,
    signer: &Signer,
    url: &Url,
    body: Option<&Digests>,
    now: DateTime<Utc>,
) -> Result<HeaderMap, SignError> {
    let mut headers = HeaderMap::with_capacity(8);
    let mut put = |name: HeaderName, text: &str| {
        let value = HeaderValue::from_str(text).map_err(|_| SignError::Value)?;
        headers.insert(name, value);
        Ok::<_, SignError>(())
    };
    let (key, id) = (&signer.key, signer.key_id.as_str());
    match scheme {
        Scheme::Cavage => {
            let signed = match body {
                Some(digests) => cavage::sign_post(key, id, url, ACTIVITY_JSON, &digests.old, now)?,
                None => cavage::sign_get(key, id, url, now)?,
            };
            put(DATE, &signed.date)?;
            put(SIGNATURE, &signed.signature)?;
            if let Some(digest) = &signed.digest {
                put(DIGEST, digest)?;
            }
        }
        Scheme::Rfc9421 => {
            let method = if body.is_some() { Method::POST } else { Method::GET };
            let digest = body.map(|digests| digests.content.as_str());
            let signed = rfc9421::sign(key, id, &method, url, digest, now)?;
            put(DATE, &cavage::http_date(now))?;
            put(SIGNATURE_INPUT, &signed.input)?;
            put(SIGNATURE, &signed.signature)?;
            if let Some(digest) = digest {
                put(CONTENT_DIGEST, digest)?;
            }
        }
    }
    if body.is_some() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(ACTIVITY_JSON));
    }
    Ok(headers)
}

/// The hosts that take RFC 9421 first, and until when.
#[derive(Default)]
struct Memory {
    known: RwLock<Known>,
    /// Held by whoever reads the table; others wait or use what is there.
    reading: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    read_at: Option<DateTime<Utc>>,
    until: HashMap<String, NaiveDateTime>,
}

impl Memory {
    /// The scheme, unless the table has to be read first.
    fn scheme(&self, host: &str, now: DateTime<Utc>) -> Option<Scheme> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.read_at.is_none_or(|at| (now - at).abs() > MEMORY) {
            return None;
        }
        let takes = known.until.get(host).is_some_and(|until| *until > now.naive_utc());
        Some(if takes { Scheme::Rfc9421 } else { Scheme::Cavage })
    }

    fn change(&self, change: impl FnOnce(&mut Known)) {
        change(&mut self.known.write().unwrap_or_else(PoisonError::into_inner));
    }
}

/// How to sign the first knock at this host (and port, normalised).
pub async fn first(app: &App, host: &str) -> Scheme {
    let (memory, now) = (app.caches.of::<Memory>(), app.now());
    if let Some(scheme) = memory.scheme(host, now) {
        return scheme;
    }
    let _reading = memory.reading.lock().await;
    if let Some(scheme) = memory.scheme(host, now) {
        return scheme;
    }
    let read = app.db.read(move |conn| Ok::<_, db::Error>(second_knock::all(conn, now.naive_utc())?));
    match read.await {
        Ok(rows) => memory.change(|known| {
            known.until = rows.into_iter().collect();
            known.read_at = Some(now);
        }),
        Err(error) => {
            tracing::error!(%error, "how servers want requests signed could not be read");
            memory.change(|known| known.read_at = Some(now));
        }
    }
    memory.scheme(host, now).unwrap_or(Scheme::Cavage)
}

/// Notes that the second knock worked, with this scheme. What cannot be written is learnt again next time.
pub async fn worked(app: &App, host: &str, scheme: Scheme) {
    let (memory, now) = (app.caches.of::<Memory>(), app.now().naive_utc());
    let (name, until) = (host.to_owned(), now + TERM);
    let written = match scheme {
        Scheme::Rfc9421 => {
            let mut is_known = false;
            memory.change(|known| {
                let before = known.until.insert(name.clone(), until);
                is_known = before.is_some_and(|before| before > now);
            });
            if is_known {
                return;
            }
            app.db.write(move |conn| Ok::<_, db::Error>(second_knock::keep(conn, &name, until, now)?)).await
        }
        Scheme::Cavage => {
            memory.change(|known| {
                known.until.remove(&name);
            });
            app.db.write(move |conn| Ok::<_, db::Error>(second_knock::forget(conn, &name)?)).await
        }
    };
    if let Err(error) = written {
        tracing::warn!(%error, host, "how a server wants requests signed could not be kept");
    }
}
