//! Headers that every answer carries: what a page may load, and what it tells other sites. No answer of ours runs a script.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::SharedApp;

/// Nothing but our own style and pictures. A form may lead to other servers: "follow" redirects to the follower's own,
/// and browsers check that redirect too.
const PAGE: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self' https:; base-uri 'none'; frame-ancestors 'none'";
/// The same on a node for tests, which speaks plain HTTP.
const PAGE_HTTP: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self' https: http:; base-uri 'none'; frame-ancestors 'none'";
const DOCUMENT: &str = "default-src 'none'; frame-ancestors 'none'";

/// Adds them.
pub(super) async fn secure(State(app): State<SharedApp>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let html =
        headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let policy = match (html, app.config.federation.allow_http) {
        (true, false) => PAGE,
        (true, true) => PAGE_HTTP,
        (false, _) => DOCUMENT,
    };
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
