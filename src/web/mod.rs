//! HTTP: the router, pages, ActivityPub documents. A handler extracts, calls one action, renders.

pub mod pictures;
pub mod signed;
