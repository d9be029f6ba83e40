//! The protocol, pure: what this node says to other servers and what it hears from them, as JSON
//! bytes in and JSON bytes out.
//!
//! It holds the vocabulary, the limits, signing strings, integrity proofs and keys, and the checks that need nothing
//! but the document at hand. It must not fetch, store, wait or read a clock: time is an argument,
//! and whatever needs a network or a database belongs to the server that uses this crate.
//! Nothing that comes from outside may make it panic or cost more than [`limits`] allow.

pub mod activity;
pub mod actor;
pub mod address;
pub mod cavage;
pub mod check;
pub mod digest;
mod fields;
pub mod intent;
pub mod json;
pub mod key;
pub mod limits;
pub mod media_type;
pub mod note;
pub mod printable;
pub mod proof;
pub mod quote;
pub mod register;
pub mod retry;
pub mod rfc9421;
pub mod signature;
pub mod url_check;
pub mod vocab;
pub mod webfinger;
