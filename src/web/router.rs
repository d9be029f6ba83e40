//! The one router: pages, feeds and documents, with what surrounds every answer.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

use super::error::{self, Error};
use super::{
    activitypub, calendars, exports, feeds, headers, health, kept, locale, media, metrics, pages, pictures,
    previews, sitemap, well_known,
};
use crate::app::SharedApp;

/// Everything that the node serves.
pub fn router(app: SharedApp) -> Router {
    let people = Router::new()
        .merge(pages::routes())
        .merge(feeds::routes())
        .merge(calendars::routes())
        .merge(exports::routes())
        .merge(sitemap::routes())
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest));
    let people = Router::new()
        .merge(people)
        .merge(pictures::routes())
        .merge(previews::routes())
        .merge(media::routes())
        .fallback(async || Error::NotFound)
        .layer(from_fn_with_state(app.clone(), error::pages))
        .layer(from_fn_with_state(app.clone(), locale::remember))
        .layer(from_fn_with_state(app.clone(), activitypub::negotiated));
    // Servers need neither a language nor a page when something is wrong, and inboxes must be fast.
    Router::new()
        .merge(activitypub::routes(app.clone()))
        .merge(well_known::routes())
        .merge(health::routes())
        .merge(people)
        .layer(from_fn_with_state(app.clone(), kept::answers))
        .layer(from_fn_with_state(app.clone(), activitypub::spoken_with))
        .layer(from_fn(error::without_nul))
        .layer(from_fn_with_state(app.clone(), headers::secure))
        .layer(from_fn_with_state(app.clone(), metrics::measured))
        .with_state(app)
}
