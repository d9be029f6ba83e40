//! Whether the process answers (`/healthz`) and whether it can work (`/readyz`): for proxies, supervisors and scripts. Says
//! nothing else: figures have a listener of their own.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;

use crate::app::SharedApp;
use crate::db;
use crate::model::meta;

/// `/healthz` and `/readyz`.
pub(super) fn routes() -> Router<SharedApp> {
    Router::new().route("/healthz", get(healthz)).route("/readyz", get(readyz))
}

async fn healthz() -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "no-store")], "ok\n")
}

/// 503 while the database does not answer, or was never set up.
async fn readyz(State(app): State<SharedApp>) -> impl IntoResponse {
    let asked = app.db.read::<_, db::Error, _>(|conn| Ok(meta::get(conn, "url")?)).await;
    let (status, text) = match asked {
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    };
    (status, [(header::CACHE_CONTROL, "no-store")], text)
}
