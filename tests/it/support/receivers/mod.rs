//! How other software reads what a coalition passes on: state machines without a network, written from the sources of what they
//! stand for. What they would fetch they are given by `Web`. Each shows posts by their ids; a post shown twice is there twice.

mod forum;
mod mastodon;

use std::collections::HashMap;

use serde_json::Value;

pub(crate) use forum::Forum;
pub(crate) use mastodon::Mastodon;

/// The documents that can be fetched, by id.
pub(crate) type Web = HashMap<String, Value>;

/// The id that a value stands for.
fn id(value: &Value) -> Option<String> {
    value.as_str().or_else(|| value["id"].as_str()).map(str::to_owned)
}

/// The host of an id.
fn host(id: &str) -> Option<String> {
    url::Url::parse(id).ok().map(|url| reset_federation::url_check::authority(&url))
}

/// Whether both ids are on one host.
fn same_host(a: &str, b: &str) -> bool {
    host(a).is_some() && host(a) == host(b)
}
