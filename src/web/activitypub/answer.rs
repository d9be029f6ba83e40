//! Answers to servers: documents with their type and `Vary`, and the few things that can be wrong. The one place of the status
//! codes of this room, beside those of pages.

use activitypub_federation::axum::json::FederationJson;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use reset_federation::media_type::ACTIVITY_JSON;
use reset_federation::printable::printable;
use serde_json::Value;

use crate::app::App;
use crate::app::metrics::Door;
use crate::db;
use crate::web::fair;
use crate::web::signed::Refused;

/// Most characters of a reason, a host or a path in the log.
const MAX_WHY: usize = 300;

/// A document.
#[derive(Clone, Debug)]
pub enum Answer {
    /// 200.
    Found(Body),
    /// 410, with the Tombstone.
    Gone(Value),
}

/// A document, as it is or still to be written.
#[derive(Clone, Debug)]
pub enum Body {
    /// Built now.
    Value(Value),
    /// Stored as it was sent.
    Text(String),
}

impl Answer {
    /// A document that was built now.
    pub fn found(value: Value) -> Answer {
        Answer::Found(Body::Value(value))
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = match self {
            Answer::Found(Body::Value(value)) => FederationJson(value).into_response(),
            Answer::Found(Body::Text(text)) => {
                ([(header::CONTENT_TYPE, HeaderValue::from_static(ACTIVITY_JSON))], text).into_response()
            }
            Answer::Gone(tombstone) => (StatusCode::GONE, FederationJson(tombstone)).into_response(),
        };
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept"));
        response
    }
}

/// Why a server gets no document.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// 404.
    #[error("there is no such document")]
    NotFound,
    /// 400.
    #[error("{0}")]
    Malformed(&'static str),
    /// 503: it may be there in a moment.
    #[error(transparent)]
    Database(#[from] db::Error),
    /// 503.
    #[error(transparent)]
    Key(#[from] crate::ap::keys::Error),
}

impl From<diesel::result::Error> for Fault {
    fn from(error: diesel::result::Error) -> Fault {
        Fault::Database(error.into())
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let status = match &self {
            Fault::NotFound => StatusCode::NOT_FOUND,
            Fault::Malformed(_) => StatusCode::BAD_REQUEST,
            Fault::Database(_) | Fault::Key(_) => {
                tracing::error!(error = %self, "a document was not served");
                return plain(StatusCode::SERVICE_UNAVAILABLE, "not now, try again");
            }
        };
        plain(status, &self.to_string())
    }
}

/// The answer to a POST to an inbox (FEDERATION.md).
pub(super) fn received(app: &App, parts: &Parts, result: Result<(), Refused>) -> Response {
    match result {
        Ok(()) => StatusCode::ACCEPTED.into_response(),
        // Nothing is wrong with it: every server that knew an actor is sent its `Delete`.
        Err(refused @ Refused::NeverKnown) => {
            app.metrics.refused(Door::Inbox(StatusCode::ACCEPTED.as_u16()), refused.reason());
            tracing::debug!(why = %refused, "a POST to an inbox has no effect");
            StatusCode::ACCEPTED.into_response()
        }
        Err(refused) => self::refused(app, parts, &refused, Door::Inbox),
    }
}

/// Why a request is not answered, as an answer, a count and a line of the log: never with a signature or a body in it.
pub(super) fn refused(app: &App, parts: &Parts, refused: &Refused, at: fn(u16) -> Door) -> Response {
    let status = match refused {
        Refused::NeverKnown => StatusCode::ACCEPTED,
        Refused::Malformed(_) => StatusCode::BAD_REQUEST,
        Refused::Unsigned(_) => StatusCode::UNAUTHORIZED,
        Refused::Blocked(_) => StatusCode::FORBIDDEN,
        Refused::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Refused::NotNow(_) => StatusCode::SERVICE_UNAVAILABLE,
        Refused::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
        Refused::NoSuchInbox => StatusCode::NOT_FOUND,
    };
    let at = at(status.as_u16());
    app.metrics.refused(at, refused.reason());
    let host = fair::claimed_host(&parts.headers);
    tracing::info!(
        status = status.as_u16(),
        reason = refused.reason(),
        why = printable(&refused.to_string(), MAX_WHY),
        // Whose key the request names: who sent it is not known.
        claimed_host = host.as_deref().map(|host| printable(host, MAX_WHY)),
        path = printable(parts.uri.path(), MAX_WHY),
        "{}",
        if matches!(at, Door::Inbox(_)) { "a POST to an inbox was refused" } else { "a reader was refused" },
    );
    let mut answer = plain(status, &refused.to_string());
    if let Refused::TooMany(wait) = refused {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs()));
    }
    answer
}

/// A document or why there is none, as an answer.
pub(super) fn or_fault(answer: Result<Answer, Fault>) -> Response {
    match answer {
        Ok(answer) => answer.into_response(),
        Err(fault) => fault.into_response(),
    }
}

/// A plain sentence: servers log it.
fn plain(status: StatusCode, text: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (header::VARY, HeaderValue::from_static("Accept")),
    ];
    (status, headers, text.to_owned()).into_response()
}
