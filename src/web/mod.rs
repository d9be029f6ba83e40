//! HTTP: the router, pages, ActivityPub documents. A handler extracts, calls one action, renders.

pub mod activitypub;
pub mod pictures;
pub mod signed;
pub mod well_known;
