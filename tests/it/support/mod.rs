//! What tests share: an app with a database of its own, and peers that answer in this process. Asserts nothing about behaviour.

pub(crate) mod app;
pub(crate) mod db;
pub(crate) mod fedify;
pub(crate) mod fixtures;
pub(crate) mod mail;
pub(crate) mod node;
pub(crate) mod peer;
pub(crate) mod python;
pub(crate) mod receivers;
pub(crate) mod tls;
pub(crate) mod voice;
pub(crate) mod volume;

pub(crate) use app::TestApp;
pub(crate) use peer::Peer;
