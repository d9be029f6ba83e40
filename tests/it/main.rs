//! The one test binary: what the rooms do together, on the database that `RESET_TEST_DATABASE` names.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

mod actions;
mod architecture;
mod attacks;
mod cli;
mod crash;
mod examples;
mod generated;
mod histories;
mod inbox;
mod interop;
mod kept;
mod mail;
mod moderation;
mod outbox;
mod register;
mod sight;
mod signing;
mod storage;
mod support;
mod web;
