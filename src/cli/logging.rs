//! Logs to stderr, as `[log]` says.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::Log;

/// Starts logging; a second call changes nothing.
pub(super) fn start(log: &Log) {
    let filter = EnvFilter::try_new(&log.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let _ = match log.format.as_str() {
        "json" => builder.json().try_init(),
        _ => builder.try_init(),
    };
}

/// Warnings only: for commands that do one thing and end.
pub(super) fn quiet(log: &Log) {
    start(&Log { level: "warn".to_owned(), format: log.format.clone() });
}
