//! The files that go with publications, to be saved: by digest, so that one never changes under its address. Never shown as a
//! page, whatever they hold.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::error::Error;
use crate::actions::attachment;
use crate::app::SharedApp;
use crate::db;
use crate::model::publication;

/// `/media/{digest}/{name}`.
pub(super) fn routes() -> Router<SharedApp> {
    Router::new().route("/media/{digest}/{name}", get(file))
}

async fn file(
    State(app): State<SharedApp>,
    Path((digest, name)): Path<(String, String)>,
) -> Result<Response, Error> {
    let (wanted, called) = (digest.clone(), name.clone());
    // Only what a public publication brings along: a draft's file is nobody's, nor is any other file of the folder.
    let found = app.db.read(move |conn| Ok::<_, db::Error>(publication::media_type(conn, &wanted, &called)?));
    let kind = found.await?.ok_or(Error::NotFound)?;
    let bytes = tokio::fs::read(attachment::path(&app, &digest)).await.map_err(|error| {
        tracing::error!(digest, %error, "an attachment is not in the media folder");
        Error::NotFound
    })?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_str(&kind).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_TYPE, kind);
    if let Ok(saved) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, saved);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"));
    Ok(response)
}
