//! Our rows as ActivityStreams, and what we fetch of others. Builds documents, decides nothing, writes only remote actors
//! and keys.

pub mod activity;
pub mod actor;
pub mod client;
mod consultation;
pub mod content;
pub mod fetch;
pub mod keys;
pub mod meeting;
pub mod publication;
pub mod resolve;
