//! Our rows as ActivityStreams, and what we fetch of others. Builds documents, decides nothing, writes only remote actors
//! and keys.

pub mod activity;
pub mod actor;
pub mod announce;
pub mod client;
mod consultation;
pub mod content;
pub mod fetch;
pub mod handles;
pub mod keys;
pub mod knock;
pub mod meeting;
pub mod nodeinfo;
pub mod note;
pub mod peers;
pub mod policy;
pub mod proof;
pub mod publication;
pub mod quote;
pub mod register;
pub mod resolve;
pub mod vouched;
