//! Rows and named queries, one file an aggregate. No rule is decided here, no document built; times are UTC.

pub mod account;
pub mod activity;
pub mod actor;
pub mod again;
pub mod amendment;
pub mod audit;
pub mod block;
pub mod charter;
pub mod coalition;
pub mod consultation;
pub mod contribution;
pub mod dates;
pub mod decision;
pub mod declaration;
pub mod delivery;
pub mod directory;
pub mod feed;
pub mod follower;
pub mod following;
pub mod handles;
pub mod host;
pub mod inbox_item;
pub mod life;
pub mod listing;
pub mod lock;
pub mod meta;
pub mod moderation;
pub mod note;
pub mod organisation;
pub mod pin;
pub mod position;
pub mod proposal;
pub mod publication;
pub mod queue;
pub mod quote;
pub mod reaction;
pub mod registration;
pub mod remote;
pub mod reply;
pub mod report;
pub mod search;
pub mod second_knock;
pub mod thread;

/// What every query answers.
pub type Result<T> = std::result::Result<T, diesel::result::Error>;
