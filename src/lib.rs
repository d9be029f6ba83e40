//! reset-node: the federated server with which organisations decide and act together. ARCHITECTURE.md draws the house.

pub mod actions;
pub mod ap;
pub mod app;
pub mod cli;
pub mod config;
pub mod db;
pub mod domain;
pub mod inbox;
pub mod jobs;
pub mod mail;
pub mod model;
pub mod outbox;
pub mod text;
pub mod web;
