//! Reading documents of other servers: signed by the node actor, bounded in number, size, time and redirects, from checked
//! addresses only. It believes a document only where its id is the URL it was read from. It stores nothing, but remembers for a
//! moment what could not be read, in bounded number.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::StatusCode;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, LOCATION};
use reset_federation::activity::{Embedded, ObjectRef};
use reset_federation::check::{self, Refusal, Verdict};
use reset_federation::limits::{
    MAX_BODY, MAX_FETCH_TIME, MAX_FETCHED, MAX_FETCHES, MAX_REDIRECTS, MAX_REGISTER,
};
use reset_federation::url_check::authority;
use reset_federation::{json, media_type, url_check};
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use super::keys::Signer;
use super::knock::{self, Scheme};
use super::policy::{self, Policy};
use super::{client, keys};
use crate::app::App;
use crate::model;

/// Why a document was not read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum FetchError {
    /// It is not there any more: 404 or 410.
    #[error("there is no such document")]
    Gone,
    /// It will not be different next time.
    #[error("refused: {0}")]
    Refused(String),
    /// It may work later.
    #[error("not now: {0}")]
    Later(String),
}

impl From<Refusal> for FetchError {
    fn from(refusal: Refusal) -> FetchError {
        FetchError::Refused(refusal.to_string())
    }
}

impl From<crate::db::Error> for FetchError {
    fn from(error: crate::db::Error) -> FetchError {
        FetchError::Later(error.to_string())
    }
}

/// A document that was read from its own id.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its id, which is where it was read.
    pub id: Url,
    /// The JSON.
    pub value: Value,
    /// The bytes, as received.
    pub text: String,
}

impl From<Document> for ObjectRef {
    fn from(document: Document) -> ObjectRef {
        let kind = document.value.get("type").and_then(Value::as_str).map(str::to_owned);
        ObjectRef::Embedded(Box::new(Embedded { id: Some(document.id), kind, value: document.value }))
    }
}

/// Most documents that could not be read and are remembered.
const UNREAD: u64 = 10_000;
/// How long one that is gone or was refused is not asked for again, and one whose server did not answer.
const UNREAD_LIFE: TimeDelta = TimeDelta::seconds(60);
const LATER_LIFE: TimeDelta = TimeDelta::seconds(1);

/// What could not be read, by URL, and until when that is believed.
struct Unread(moka::sync::Cache<String, (DateTime<Utc>, FetchError)>);

impl Default for Unread {
    fn default() -> Unread {
        let life = UNREAD_LIFE.to_std().unwrap_or(Duration::ZERO);
        Unread(moka::sync::Cache::builder().max_capacity(UNREAD).time_to_live(life).build())
    }
}

/// Fetches for one cause (an incoming activity, a command), with one budget for all of it: requests, bytes and time.
pub struct Fetcher<'a> {
    app: &'a App,
    left: AtomicUsize,
    bytes: AtomicUsize,
    /// The largest single answer, in bytes.
    largest: usize,
    until: Instant,
    spent: AtomicBool,
}

impl<'a> Fetcher<'a> {
    /// A fetcher with a full budget (FEDERATION.md, limits).
    pub fn new(app: &'a App) -> Fetcher<'a> {
        Fetcher::with(app, MAX_FETCHES)
    }

    /// A fetcher for a part of a cause, with that many requests of its budget.
    pub fn with(app: &'a App, requests: usize) -> Fetcher<'a> {
        Fetcher {
            app,
            left: AtomicUsize::new(requests),
            bytes: AtomicUsize::new(MAX_FETCHED),
            largest: MAX_BODY,
            until: Instant::now() + MAX_FETCH_TIME,
            spent: AtomicBool::new(false),
        }
    }

    /// A fetcher for a register of decisions, which somebody at the command line waits for: as many bytes as one may have.
    pub fn of_register(app: &'a App) -> Fetcher<'a> {
        let bytes = AtomicUsize::new(MAX_REGISTER.saturating_add(MAX_FETCHED));
        Fetcher {
            bytes,
            largest: MAX_REGISTER,
            until: Instant::now() + MAX_FETCH_TIME * 4,
            ..Fetcher::new(app)
        }
    }

    /// The server this fetches for.
    pub fn app(&self) -> &'a App {
        self.app
    }

    /// Reads an ActivityStreams document. Where its id is another URL than the one it was finally read from, that id is
    /// fetched once, and what is found there counts. What could not be read a moment ago is not asked for again.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn document(&self, url: &Url) -> Result<Document, FetchError> {
        let memory = self.app.caches.of::<Unread>();
        let now = self.app.now();
        if let Some((until, failure)) = memory.0.get(url.as_str())
            && until > now
        {
            return Err(failure);
        }
        let read = self.confirmed(url).await;
        // A spent budget says nothing about the document that it was to pay for.
        if let Err(failure) = &read
            && !self.spent.load(Ordering::Relaxed)
        {
            let life = if matches!(failure, FetchError::Later(_)) { LATER_LIFE } else { UNREAD_LIFE };
            memory.0.insert(url.as_str().to_owned(), (now + life, failure.clone()));
        }
        read
    }

    async fn confirmed(&self, url: &Url) -> Result<Document, FetchError> {
        let (final_url, id, found) = self.read(url).await?;
        match check::fetched(&final_url, &id) {
            Verdict::Trusted => Ok(found),
            Verdict::Refetch(id) => {
                let (final_url, again, found) = self.read(&id).await?;
                match check::fetched(&final_url, &again) {
                    Verdict::Trusted => Ok(found),
                    Verdict::Refetch(_) => {
                        Err(FetchError::Refused(format!("the document at {final_url} says it is {again}")))
                    }
                }
            }
        }
    }

    async fn read(&self, url: &Url) -> Result<(Url, Url, Document), FetchError> {
        let mut url = url.clone();
        url.set_fragment(None);
        let accept = HeaderValue::from_static(media_type::ACCEPT);
        let (final_url, bytes) = self.get(&url, accept, true, media_type::is_activity).await?;
        let value = json::parse(&bytes).map_err(Refusal::from)?;
        let text =
            String::from_utf8(bytes).map_err(|_| FetchError::Refused("the document is not UTF-8".into()))?;
        let id = value.get("id").and_then(Value::as_str).ok_or(Refusal::Missing("id"))?;
        let id =
            url_check::id_with_fragment(id, self.app.config.federation.allow_http).map_err(Refusal::from)?;
        // A key document may be a part of its owner's: `…/actor#main-key` is read from `…/actor`.
        let mut whole = id.clone();
        whole.set_fragment(None);
        Ok((final_url, whole, Document { id, value, text }))
    }

    /// The body behind a URL, after at most three redirects, each checked like the first address, and the URL that gave it.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn get(
        &self,
        url: &Url,
        accept: HeaderValue,
        signed: bool,
        is_wanted: fn(&str) -> bool,
    ) -> Result<(Url, Vec<u8>), FetchError> {
        let began = Instant::now();
        let read = match tokio::time::timeout_at(self.until, self.follow(url, accept, signed, is_wanted))
            .await
        {
            Ok(read) => read,
            Err(_) => Err(self.spend(FetchError::Later("the fetches for one activity took too long".into()))),
        };
        self.app.metrics.fetch(outcome(&read), began.elapsed());
        read
    }

    async fn follow(
        &self,
        url: &Url,
        accept: HeaderValue,
        signed: bool,
        is_wanted: fn(&str) -> bool,
    ) -> Result<(Url, Vec<u8>), FetchError> {
        let mut url = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let response = self.send(&url, accept.clone(), signed).await?;
            match response.status() {
                StatusCode::OK => return Ok((url, self.body(response, is_wanted).await?)),
                StatusCode::NOT_FOUND | StatusCode::GONE => return Err(FetchError::Gone),
                status if status.is_redirection() => url = self.redirect(&url, &response)?,
                status if status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429) => {
                    return Err(FetchError::Later(format!("{url} answered {status}")));
                }
                status => return Err(FetchError::Refused(format!("{url} answered {status}"))),
            }
        }
        Err(FetchError::Refused("there were more than three redirects".into()))
    }

    /// The body of a good answer. It is not decompressed: none was asked for (`Accept-Encoding: identity`), and peers that send
    /// some nevertheless are not known.
    async fn body(
        &self,
        mut response: reqwest::Response,
        is_wanted: fn(&str) -> bool,
    ) -> Result<Vec<u8>, FetchError> {
        let header =
            |name| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !is_wanted(header(CONTENT_TYPE)) {
            let kind: String = header(CONTENT_TYPE).chars().take(80).collect();
            return Err(FetchError::Refused(format!("the content type `{kind}` is not the one asked for")));
        }
        let codings = response.headers().get_all(CONTENT_ENCODING);
        if !codings.iter().all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
            return Err(FetchError::Refused("the answer is compressed, which was not asked for".into()));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) =
            response.chunk().await.map_err(|_| FetchError::Later("the answer broke off".into()))?
        {
            if bytes.len() + chunk.len() > self.largest {
                let most = self.largest / 1_000_000;
                return Err(FetchError::Refused(format!("the answer is larger than {most} MB")));
            }
            self.bytes
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(chunk.len()))
                .map_err(|_| {
                    self.spend(FetchError::Refused("the activity asked for more than 4 MB".into()))
                })?;
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    /// One request of the budget, two where the first knock is refused.
    async fn send(
        &self,
        url: &Url,
        accept: HeaderValue,
        signed: bool,
    ) -> Result<reqwest::Response, FetchError> {
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
            .map_err(|_| self.spend(FetchError::Refused("the activity asked for too many fetches".into())))?;
        client::check_target(&self.app.config.federation, url)
            .map_err(|error| FetchError::Refused(format!("{url}: {error}")))?;
        if policy::of_actor(self.app, url).await? == Policy::Blocked {
            // A rule may change in a moment: that it refused is not remembered.
            return Err(self.spend(FetchError::Refused(format!("{url} is blocked here"))));
        }
        if !signed {
            let request = self.request(url, &accept);
            return request.send().await.map_err(|error| unreachable(url, &error));
        }
        let signer = node_signer(self.app).await?;
        let host = authority(url);
        let scheme = knock::first(self.app, &host).await;
        let first = self.knock(url, &accept, &signer, scheme).await?;
        if !knock::is_refusal(first.status().as_u16()) {
            return Ok(first);
        }
        let second = self.knock(url, &accept, &signer, scheme.other()).await?;
        if second.status().is_success() {
            knock::worked(self.app, &host, scheme.other()).await;
        }
        Ok(second)
    }

    async fn knock(
        &self,
        url: &Url,
        accept: &HeaderValue,
        signer: &Signer,
        scheme: Scheme,
    ) -> Result<reqwest::Response, FetchError> {
        let headers = knock::sign(scheme, signer, url, None, self.app.now())
            .map_err(|error| FetchError::Refused(error.to_string()))?;
        let request = self.request(url, accept).headers(headers);
        request.send().await.map_err(|error| unreachable(url, &error))
    }

    /// Notes that a failure says nothing about the document: the budget is spent, or a rule of ours forbids it.
    fn spend(&self, why: FetchError) -> FetchError {
        self.spent.store(true, Ordering::Relaxed);
        why
    }

    /// Nothing compressed is asked for: a small answer could be a large one.
    fn request(&self, url: &Url, accept: &HeaderValue) -> reqwest::RequestBuilder {
        let plain = HeaderValue::from_static("identity");
        self.app.http.get(url.clone()).header(ACCEPT, accept).header(ACCEPT_ENCODING, plain)
    }

    fn redirect(&self, from: &Url, response: &reqwest::Response) -> Result<Url, FetchError> {
        let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let mut to = location
            .and_then(|location| from.join(location).ok())
            .ok_or_else(|| FetchError::Refused(format!("{from} redirects to nowhere")))?;
        to.set_fragment(None);
        url_check::id(to.as_str(), self.app.config.federation.allow_http)
            .map_err(|error| FetchError::Refused(format!("{from} redirects to {to}: {error}")))
    }
}

fn outcome<T>(read: &Result<T, FetchError>) -> &'static str {
    match read {
        Ok(_) => "read",
        Err(FetchError::Gone) => "gone",
        Err(FetchError::Refused(_)) => "refused",
        Err(FetchError::Later(_)) => "later",
    }
}

/// A forbidden address is a refusal, any other failure of a connection may pass.
fn unreachable(url: &Url, error: &reqwest::Error) -> FetchError {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if let Some(forbidden) = error.downcast_ref::<client::Forbidden>() {
            return FetchError::Refused(format!("{url}: {forbidden}"));
        }
        cause = error.source();
    }
    let what = if error.is_timeout() { "does not answer in time" } else { "cannot be reached" };
    FetchError::Later(format!("{url} {what}"))
}

/// The row id of the node actor, found once.
#[derive(Default)]
struct NodeActor(tokio::sync::OnceCell<i64>);

/// The signer of the node actor (`/actor`), which signs every fetch.
///
/// # Errors
/// [`FetchError::Later`] where the database does not answer or the node has no actor yet.
pub async fn node_signer(app: &App) -> Result<std::sync::Arc<Signer>, FetchError> {
    let cell = app.caches.of::<NodeActor>();
    let id = cell
        .0
        .get_or_try_init(|| async {
            let row =
                app.db.read(|conn| Ok::<_, crate::db::Error>(model::actor::by_handle(conn, "node")?)).await?;
            row.map(|row| row.id)
                .ok_or_else(|| FetchError::Later("this node has no actor of its own: run `init`".into()))
        })
        .await?;
    keys::signer(app, *id).await.map_err(|error| FetchError::Later(error.to_string()))
}
