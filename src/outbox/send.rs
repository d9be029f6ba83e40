//! One request: a signed POST to an inbox, and what its answer means. Knows no row and no host.

use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use reqwest::header::{ACCEPT, HeaderValue, RETRY_AFTER};
use reset_federation::media_type::ACTIVITY_JSON;
use reset_federation::printable::printable;
use reset_federation::retry;
use reset_federation::url_check::authority;
use url::Url;

use crate::ap::client;
use crate::ap::keys::{self, Signer};
use crate::ap::knock::{self, Digests, Scheme};
use crate::app::App;

/// Of an answer's body at most this much is read, so that the connection can be used again. In bytes.
const MAX_ANSWER: usize = 8192;
/// Of what a refusal says at most this much is kept, in characters.
const MAX_ERROR: usize = 300;

/// What is the same for every delivery of an activity: computed once.
pub(super) struct Parcel {
    body: Bytes,
    digests: Digests,
    /// The row id of the actor, whose key may change while this is kept.
    actor_id: i64,
    /// When the bytes were read: the key that signs them is not older.
    read_at: DateTime<Utc>,
}

/// What an attempt came to.
#[derive(Debug)]
pub(super) struct Answer {
    /// The HTTP status; `None` where the host did not answer.
    pub(super) status: Option<u16>,
    /// From `Retry-After`, bounded.
    pub(super) wait: Option<Duration>,
    /// What went wrong, for the log and those who watch.
    pub(super) error: Option<String>,
}

impl Answer {
    fn none(error: String) -> Answer {
        Answer { status: None, wait: None, error: Some(error) }
    }

    /// Of two knocks the answer that counts. Where both were refused, a 401 may be another one next time, while some servers
    /// answer 400 to the scheme they do not know.
    fn or(self, second: Answer) -> Answer {
        match (self.status, second.status) {
            (Some(401), Some(400)) => self,
            _ => second,
        }
    }

    /// Whether the host works: it took the delivery, or refused this one for a reason of its own.
    pub(super) fn is_alive(&self) -> bool {
        matches!(self.status, Some(status) if status < 500 && !matches!(status, 408 | 429) || status == 501)
    }

    /// Whether the inbox is no more.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self.status, Some(404 | 410))
    }

    /// Done, given up, or to be tried again.
    pub(super) fn outcome(&self) -> retry::Outcome {
        self.status.map_or(retry::Outcome::Retry, retry::classify)
    }
}

impl Parcel {
    /// Of the stored bytes, which were read before `read_at`.
    pub(super) fn new(document: String, actor_id: i64, read_at: DateTime<Utc>) -> Parcel {
        let body = Bytes::from(document);
        Parcel { digests: Digests::of(&body), body, actor_id, read_at }
    }

    /// How much memory it takes, roughly, in bytes.
    pub(super) fn weight(&self) -> usize {
        self.body.len() + 384
    }

    /// Signs and sends it to an inbox, and once more in the other scheme where the first is refused. Signing takes half a
    /// millisecond and happens on this thread: handing it to another costs more than it frees.
    ///
    /// # Errors
    /// What keeps this node from signing, a sentence; it says nothing about the host.
    pub(super) async fn send(&self, app: &App, inbox: &str) -> Result<Answer, String> {
        let signer = keys::signer_since(app, self.actor_id, self.read_at).await;
        let signer = signer.map_err(|error| error.to_string())?;
        let url = match target(app, inbox) {
            Ok(url) => url,
            Err(error) => return Ok(Answer::none(error)),
        };
        let host = authority(&url);
        let scheme = knock::first(app, &host).await;
        let first = self.knock(app, &url, &signer, scheme).await;
        if !first.status.is_some_and(knock::is_refusal) {
            return Ok(first);
        }
        let second = self.knock(app, &url, &signer, scheme.other()).await;
        if second.outcome() == retry::Outcome::Done {
            knock::worked(app, &host, scheme.other()).await;
        }
        Ok(first.or(second))
    }

    async fn knock(&self, app: &App, url: &Url, signer: &Signer, scheme: Scheme) -> Answer {
        let now = app.now();
        let headers = match knock::sign(scheme, signer, url, Some(&self.digests), now) {
            Ok(headers) => headers,
            Err(error) => return Answer::none(error.to_string()),
        };
        let accept = HeaderValue::from_static(ACTIVITY_JSON);
        let request = app.http.post(url.clone()).headers(headers).header(ACCEPT, accept);
        let began = Instant::now();
        let answer = match request.body(self.body.clone()).send().await {
            Ok(response) => read(response, now).await,
            Err(error) => Answer::none(reason(&error)),
        };
        app.metrics.delivery(answer.status, began.elapsed());
        answer
    }
}

fn target(app: &App, inbox: &str) -> Result<Url, String> {
    let url = Url::parse(inbox).map_err(|error| error.to_string())?;
    client::check_target(&app.config.federation, &url).map_err(|error| error.to_string())?;
    Ok(url)
}

async fn read(mut response: reqwest::Response, now: DateTime<Utc>) -> Answer {
    let status = response.status();
    let wait =
        response.headers().get(RETRY_AFTER).and_then(|value| retry::retry_after(value.to_str().ok()?, now));
    let (mut body, mut taken) = (Vec::new(), 0);
    // What the answer says beyond its status only helps those who watch; that it broke off changes nothing.
    while let Ok(Some(chunk)) = response.chunk().await {
        taken += chunk.len();
        if taken > MAX_ANSWER {
            break;
        }
        if !status.is_success() {
            body.extend_from_slice(&chunk);
        }
    }
    let error = (!status.is_success())
        .then(|| printable(&format!("{status} {}", String::from_utf8_lossy(&body)), MAX_ERROR));
    Answer { status: Some(status.as_u16()), wait, error }
}

/// The innermost cause, which says more than "error sending request".
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16) -> Answer {
        Answer { status: Some(status), wait: None, error: None }
    }

    #[test]
    fn a_host_that_refuses_is_alive_and_one_that_fails_is_not() {
        for status in [200, 202, 400, 401, 403, 404, 410, 501] {
            assert!(answer(status).is_alive(), "{status}");
        }
        for status in [408, 429, 500, 502, 503, 504] {
            assert!(!answer(status).is_alive(), "{status}");
        }
        assert!(!Answer::none("refused".into()).is_alive());
    }

    #[test]
    fn of_two_refusals_the_one_that_may_pass_counts() {
        for (first, second, counts) in
            [(401, 400, 401), (400, 401, 401), (400, 400, 400), (401, 202, 202), (400, 503, 503)]
        {
            assert_eq!(answer(first).or(answer(second)).status, Some(counts), "{first} {second}");
        }
        let lost = answer(401).or(Answer::none("reset".into()));
        assert_eq!(lost.outcome(), retry::Outcome::Retry);
    }

    #[test]
    fn no_answer_is_tried_again() {
        assert_eq!(Answer::none("refused".into()).outcome(), retry::Outcome::Retry);
        assert_eq!(answer(404).outcome(), retry::Outcome::Final);
    }
}
