//! Answers that were made a moment ago. Many ask for the same page or document at once (every server that was sent a publication
//! fetches its coalition), so an answer is sent again for a quarter of a second at most, and only while nobody, this process
//! or another, has written to the database: what is sent is never older than what a new reading would show, but for the
//! time that passed. On PostgreSQL, where that cannot be asked cheaply, nothing is kept. Knows no page.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use moka::sync::Cache;

use super::locale::Visit;
use crate::app::SharedApp;
use crate::text::Lang;

/// How long an answer is good.
const GOOD_FOR: TimeDelta = TimeDelta::milliseconds(250);
/// Longest address, and longest value of each header that chooses between forms; beyond, nothing is kept.
const MAX_KEY: usize = 300;
/// Largest answer that is kept, in bytes.
const MAX_ANSWER: usize = 256 * 1024;
/// All that is kept, in bytes.
const MAX_ALL: u64 = 8 * 1024 * 1024;

/// Everything that chooses between the forms of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    address: String,
    accept: String,
    encoding: String,
    lang: Lang,
}

#[derive(Clone)]
struct Answer {
    headers: HeaderMap,
    body: Bytes,
    made_at: DateTime<Utc>,
    version: i64,
}

struct Answers(Cache<Key, Answer>);

impl Default for Answers {
    fn default() -> Answers {
        let weigh = |_: &Key, answer: &Answer| u32::try_from(answer.body.len()).unwrap_or(u32::MAX);
        let cache = Cache::builder().max_capacity(MAX_ALL).weigher(weigh);
        Answers(cache.time_to_live(Duration::from_secs(2)).build())
    }
}

/// Answers a GET with what was made a moment ago, or makes it and keeps it.
pub(super) async fn answers(State(app): State<SharedApp>, request: Request, next: Next) -> Response {
    let Some(key) = key(&app, &request) else { return next.run(request).await };
    let answers = app.caches.of::<Answers>();
    let (now, Some(version)) = (app.now(), app.db.version()) else { return next.run(request).await };
    let kept = answers.0.get(&key);
    if let Some(answer) =
        kept.filter(|answer| answer.version == version && (now - answer.made_at).abs() < GOOD_FOR)
    {
        return (answer.headers, answer.body).into_response();
    }
    let (head, body) = next.run(request).await.into_parts();
    if head.status != StatusCode::OK || !may_be_kept(&head.headers) {
        return Response::from_parts(head, body);
    }
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if body.len() <= MAX_ANSWER {
        let headers = head.headers.clone();
        answers.0.insert(key, Answer { headers, body: body.clone(), made_at: now, version });
    }
    Response::from_parts(head, Body::from(body))
}

/// None where the answer depends on more than a [`Key`] holds.
fn key(app: &SharedApp, request: &Request) -> Option<Key> {
    let special = [header::RANGE, header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE];
    if request.method() != Method::GET || special.iter().any(|name| request.headers().contains_key(name)) {
        return None;
    }
    let text = |name| {
        let mut values = request.headers().get_all(name).into_iter();
        match (values.next(), values.next()) {
            (None, _) => Some(String::new()),
            (Some(value), None) => {
                value.to_str().ok().filter(|text| text.len() <= MAX_KEY).map(str::to_owned)
            }
            _ => None,
        }
    };
    let address = request.uri().path_and_query().map(ToString::to_string)?;
    Some(Key {
        accept: text(header::ACCEPT)?,
        encoding: text(header::ACCEPT_ENCODING)?,
        lang: Visit::of(request.uri(), request.headers(), &app.config.node.language).lang,
        address: Some(address).filter(|address| address.len() <= MAX_KEY)?,
    })
}

/// Not what sets a cookie or forbids it, as everything does that depends on who reads (`signed::private`).
fn may_be_kept(headers: &HeaderMap) -> bool {
    let control =
        headers.get(header::CACHE_CONTROL).and_then(|value| value.to_str().ok()).unwrap_or_default();
    !headers.contains_key(header::SET_COOKIE) && !control.contains("no-store")
}
