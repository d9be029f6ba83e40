//! The one test binary: what the rooms do together, on the database that `RESET_TEST_DATABASE` names.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod actions;
mod architecture;
mod cli;
mod crash;
mod interop;
mod outbox;
mod storage;
mod support;
mod web;
