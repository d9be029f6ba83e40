//! The crate from outside: samples of what peers send, and generated input.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod fixtures;
mod generated;
mod generator;
mod oracle;
mod proofs;
mod properties;
