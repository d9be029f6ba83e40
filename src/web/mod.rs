//! What the node serves over HTTP: pages for people, documents for servers. Extracts, calls one action or reads, renders;
//! no query is written here, and only `error`, `health`, `metrics` and `activitypub::answer` know the status codes of our own answers.

pub mod activitypub;
mod assets;
mod calendars;
pub mod error;
mod exports;
mod fair;
pub mod feeds;
mod headers;
mod health;
mod kept;
pub mod locale;
mod media;
pub mod metrics;
pub mod pages;
pub mod pictures;
mod previews;
pub mod router;
pub mod signed;
mod sitemap;
pub mod well_known;

pub use router::router;
