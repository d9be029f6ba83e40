//! One request: a signed POST to an inbox, and what its answer means. Knows no row and no host.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use reqwest::header::{ACCEPT, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reset_federation::media_type::ACTIVITY_JSON;
use reset_federation::{cavage, digest, retry};
use url::Url;

use crate::ap::client;
use crate::ap::keys::Signer;
use crate::app::App;
use crate::config::Federation;

/// Of an answer's body at most this much is read, so that the connection can be used again. In bytes.
const MAX_ANSWER: usize = 8192;

const DIGEST: HeaderName = HeaderName::from_static("digest");
const SIGNATURE: HeaderName = HeaderName::from_static("signature");

/// What is the same for every delivery of an activity: computed once.
pub(super) struct Parcel {
    body: Bytes,
    digest: String,
    signer: Arc<Signer>,
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
    /// Of the stored bytes.
    pub(super) fn new(document: String, signer: Arc<Signer>) -> Parcel {
        let body = Bytes::from(document);
        Parcel { digest: digest::header(&body), body, signer }
    }

    /// How much memory it takes, roughly, in bytes.
    pub(super) fn weight(&self) -> usize {
        self.body.len() + 256
    }

    /// Signs and sends it to an inbox. Signing takes half a millisecond and happens on this thread: handing it to another
    /// costs more than it frees.
    pub(super) async fn send(&self, app: &App, inbox: &str) -> Answer {
        let now = app.now();
        let request = match self.request(&app.config.federation, inbox, now) {
            Ok((url, headers)) => app.http.post(url).headers(headers).body(self.body.clone()),
            Err(error) => return Answer::none(error),
        };
        match request.send().await {
            Ok(response) => read(response, now).await,
            Err(error) => Answer::none(reason(&error)),
        }
    }

    fn request(
        &self,
        federation: &Federation,
        inbox: &str,
        now: DateTime<Utc>,
    ) -> Result<(Url, HeaderMap), String> {
        let url = Url::parse(inbox).map_err(|error| error.to_string())?;
        client::check_target(federation, &url).map_err(|error| error.to_string())?;
        let signed =
            cavage::sign_post(&self.signer.key, &self.signer.key_id, &url, ACTIVITY_JSON, &self.digest, now)
                .map_err(|error| error.to_string())?;
        let value = |text: &str| HeaderValue::from_str(text).map_err(|error| error.to_string());
        let mut headers = HeaderMap::with_capacity(6);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(ACTIVITY_JSON));
        headers.insert(ACCEPT, HeaderValue::from_static(ACTIVITY_JSON));
        headers.insert(DATE, value(&signed.date)?);
        headers.insert(DIGEST, value(&self.digest)?);
        headers.insert(SIGNATURE, value(&signed.signature)?);
        Ok((url, headers))
    }
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
    let error = (!status.is_success()).then(|| {
        let text = String::from_utf8_lossy(&body);
        format!("{status} {}", text.trim()).trim_end().to_owned()
    });
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
    fn no_answer_is_tried_again() {
        assert_eq!(Answer::none("refused".into()).outcome(), retry::Outcome::Retry);
        assert_eq!(answer(404).outcome(), retry::Outcome::Final);
    }
}
