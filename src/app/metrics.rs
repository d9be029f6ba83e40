//! What this process counts and measures, for those who watch. Every label is a word of this program or the template of a
//! route, never a text of others, so that no stranger can make the series grow. What a database can tell is not counted here.
//!
//! The crate `prometheus` and not the facade `metrics`: a registry belongs to its `App`, so two nodes in one process, as in
//! tests, never share figures, and a histogram holds its buckets only, however long nobody asks.

use std::time::Duration;

use prometheus::proto::MetricFamily;
use prometheus::{Histogram, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry};

use crate::db::Waits;

/// Bounds of what other servers or visitors wait for, in seconds.
const ANSWERS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 10.0];
/// Bounds of how long an activity may wait until it is done with, in seconds: to the six hours after which it is given up.
const ITEMS: [f64; 13] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 120.0, 600.0, 3600.0, 21_600.0];

/// See the module.
pub struct Metrics {
    registry: Registry,
    requests: HistogramVec,
    deliveries: HistogramVec,
    fetches: HistogramVec,
    items: Histogram,
    refusals: IntCounterVec,
}

/// Where something was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// At an inbox, with a status.
    Inbox(u16),
    /// A server that read a document, with a status.
    Reader(u16),
    /// By the worker, after it was taken in.
    Worker,
}

impl Metrics {
    /// With the waits of the database, which it measures itself.
    ///
    /// # Errors
    /// Where a name is wrong or there twice: a fault of this file.
    pub fn new(waits: &Waits) -> Result<Metrics, prometheus::Error> {
        let registry = Registry::new();
        let histograms = |name: &str, help: &str, labels: &[&str]| {
            let options = HistogramOpts::new(name, help).buckets(ANSWERS.to_vec());
            let made = HistogramVec::new(options, labels)?;
            registry.register(Box::new(made.clone()))?;
            Ok::<_, prometheus::Error>(made)
        };
        let requests = histograms(
            "reset_node_http_request_seconds",
            "Time to an answer of the web part, by route, method and class of status.",
            &["route", "method", "status"],
        )?;
        let deliveries = histograms(
            "reset_node_delivery_request_seconds",
            "Time of one POST to another server's inbox, by class of status; none: it did not answer.",
            &["status"],
        )?;
        let fetches = histograms(
            "reset_node_fetch_seconds",
            "Time to read a document of another server, redirects included, by outcome.",
            &["outcome"],
        )?;
        let items = HistogramOpts::new(
            "reset_node_inbox_item_seconds",
            "From taking an activity in until it was done with.",
        );
        let items = Histogram::with_opts(items.buckets(ITEMS.to_vec()))?;
        let refusals = IntCounterVec::new(
            Opts::new("reset_node_refusals_total", "What was refused, by place, status and reason."),
            &["at", "status", "reason"],
        )?;
        registry.register(Box::new(items.clone()))?;
        registry.register(Box::new(refusals.clone()))?;
        registry.register(Box::new(waits.turn.clone()))?;
        registry.register(Box::new(waits.whole.clone()))?;
        Ok(Metrics { registry, requests, deliveries, fetches, items, refusals })
    }

    /// A request was answered; `route` is the template of its address.
    pub fn request(&self, route: &str, method: &http::Method, status: u16, took: Duration) {
        let method = match method.as_str() {
            known @ ("GET" | "HEAD" | "POST" | "OPTIONS") => known,
            _ => "other",
        };
        let labels = [route, method, class(Some(status))];
        self.requests.with_label_values(&labels).observe(took.as_secs_f64());
    }

    /// A POST to another server was answered, or not.
    pub fn delivery(&self, status: Option<u16>, took: Duration) {
        self.deliveries.with_label_values(&[class(status)]).observe(took.as_secs_f64());
    }

    /// A document of another server was read, or not: `outcome` is one word.
    pub fn fetch(&self, outcome: &'static str, took: Duration) {
        self.fetches.with_label_values(&[outcome]).observe(took.as_secs_f64());
    }

    /// An activity was done with.
    pub fn item(&self, waited: chrono::TimeDelta) {
        self.items.observe(waited.to_std().unwrap_or_default().as_secs_f64());
    }

    /// Something was refused: `reason` is one word.
    pub fn refused(&self, at: Door, reason: &'static str) {
        let (at, status) = match at {
            Door::Inbox(status) => ("inbox", status.to_string()),
            Door::Reader(status) => ("reader", status.to_string()),
            Door::Worker => ("worker", String::new()),
        };
        self.refusals.with_label_values(&[at, &status, reason]).inc();
    }

    /// The figures of this moment.
    pub fn gather(&self) -> Vec<MetricFamily> {
        self.registry.gather()
    }
}

fn class(status: Option<u16>) -> &'static str {
    match status.map(|status| status / 100) {
        Some(1) => "1xx",
        Some(2) => "2xx",
        Some(3) => "3xx",
        Some(4) => "4xx",
        Some(_) => "5xx",
        None => "none",
    }
}
