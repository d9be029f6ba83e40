//! Figures for Prometheus, on a listener of their own: what this process measured, and what the database tells of queues and
//! servers, which is read when somebody asks, at most every few seconds. Several processes on one database tell the same of it.

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::NaiveDateTime;
use prometheus::proto::MetricFamily;
use prometheus::{IntGaugeVec, Opts, Registry, TextEncoder};

use crate::ap::peers::{self, Known};
use crate::ap::policy;
use crate::app::{App, SharedApp};
use crate::db::{self, Conn};
use crate::model::queue::{self, Queue};

/// How long what was read from the database is told again.
const GOOD_FOR: Duration = Duration::from_secs(3);
/// Most servers that have series of their own.
const MAX_PEERS: i64 = 1000;

/// `/metrics` and nothing else.
pub fn router(app: SharedApp) -> Router {
    Router::new().route("/metrics", get(show)).with_state(app)
}

/// Measures how long an answer takes.
pub(super) async fn measured(State(app): State<SharedApp>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let answer = next.run(request).await;
    let route = route.as_ref().map_or("other", MatchedPath::as_str);
    app.metrics.request(route, &method, answer.status().as_u16(), began.elapsed());
    answer
}

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    Database(#[from] db::Error),
    #[error(transparent)]
    Metrics(#[from] prometheus::Error),
}

async fn show(State(app): State<SharedApp>) -> Response {
    match text(&app).await {
        Ok(text) => {
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the metrics could not be told");
            (StatusCode::SERVICE_UNAVAILABLE, "not now, try again\n").into_response()
        }
    }
}

async fn text(app: &SharedApp) -> Result<String, Error> {
    let mut families = app.metrics.gather();
    families.extend(stored(app).await?);
    Ok(TextEncoder::new().encode_to_string(&families)?)
}

/// What was read last; whoever asks meanwhile waits for the one who reads.
#[derive(Default)]
struct Kept(tokio::sync::Mutex<Option<(Instant, Vec<MetricFamily>)>>);

async fn stored(app: &SharedApp) -> Result<Vec<MetricFamily>, Error> {
    let kept = app.caches.of::<Kept>();
    let mut kept = kept.0.lock().await;
    if let Some((_, families)) = kept.as_ref().filter(|(read_at, _)| read_at.elapsed() < GOOD_FOR) {
        return Ok(families.clone());
    }
    let families = told(&read(app).await?, app.now().naive_utc())?;
    *kept = Some((Instant::now(), families.clone()));
    Ok(families)
}

struct Figures {
    inbox: Queue,
    outbox: Queue,
    first_due: Option<NaiveDateTime>,
    peers: Vec<Known>,
}

async fn read(app: &App) -> Result<Figures, db::Error> {
    let (rules, now) = (policy::rules(app).await?, app.now().naive_utc());
    let read = move |conn: &mut Conn| {
        Ok::<_, db::Error>(Figures {
            inbox: queue::inbox(conn)?,
            outbox: queue::outbox(conn)?,
            first_due: queue::first_due(conn)?,
            peers: peers::known(conn, &rules, now, MAX_PEERS)?,
        })
    };
    app.db.read(read).await
}

fn told(figures: &Figures, now: NaiveDateTime) -> Result<Vec<MetricFamily>, prometheus::Error> {
    let registry = Registry::new();
    gauge(&registry, "reset_node_build_info", "The version that runs.", &["version"])?
        .with_label_values(&[env!("CARGO_PKG_VERSION")])
        .set(1);
    tell_queues(&registry, figures, now)?;
    tell_peers(&registry, &figures.peers)?;
    Ok(registry.gather())
}

fn gauge(
    registry: &Registry,
    name: &str,
    help: &str,
    labels: &[&str],
) -> Result<IntGaugeVec, prometheus::Error> {
    let gauge = IntGaugeVec::new(Opts::new(name, help), labels)?;
    registry.register(Box::new(gauge.clone()))?;
    Ok(gauge)
}

fn tell_queues(registry: &Registry, figures: &Figures, now: NaiveDateTime) -> Result<(), prometheus::Error> {
    let labels = ["queue", "state"];
    let items = gauge(registry, "reset_node_queue_items", "What is in a queue, by state.", &labels)?;
    let oldest = gauge(
        registry,
        "reset_node_queue_oldest_seconds",
        "How long what waits longest in a queue has waited, also for its next attempt; 0 where nothing waits.",
        &["queue"],
    )?;
    for (name, queue) in [("inbox", figures.inbox), ("outbox", figures.outbox)] {
        items.with_label_values(&[name, "pending"]).set(queue.pending);
        items.with_label_values(&[name, "failed"]).set(queue.failed);
        oldest.with_label_values(&[name]).set(age(queue.oldest, now));
    }
    gauge(
        registry,
        "reset_node_queue_overdue_seconds",
        "For how long the server that is due longest has not been turned to; 0 where the outbox keeps up.",
        &["queue"],
    )?
    .with_label_values(&["outbox"])
    .set(age(figures.first_due, now));
    Ok(())
}

fn age(since: Option<NaiveDateTime>, now: NaiveDateTime) -> i64 {
    since.map_or(0, |since| (now - since).num_seconds().max(0))
}

fn tell_peers(registry: &Registry, peers: &[Known]) -> Result<(), prometheus::Error> {
    let of = |name: &str, help: &str| gauge(registry, name, help, &["host"]);
    let pending = of("reset_node_peer_deliveries_pending", "Deliveries that wait for a server.")?;
    let failures = of("reset_node_peer_failures", "Failures in a row of a server; 0 while it is well.")?;
    let heard = of("reset_node_peer_last_heard_timestamp_seconds", "When a server last spoke to this node.")?;
    let ok = of("reset_node_peer_last_ok_timestamp_seconds", "When a server last took something.")?;
    let next = of("reset_node_peer_next_try_timestamp_seconds", "When a server is next delivered to.")?;
    let info = gauge(
        registry,
        "reset_node_peer_info",
        "What a server runs by its own word, and how requests to it are signed.",
        &["host", "software", "version", "scheme"],
    )?;
    for known in peers {
        let (host, runs) = (&known.peer.host, &known.peer.runs);
        let name = [host.host.as_str()];
        pending.with_label_values(&name).set(known.waiting);
        failures.with_label_values(&name).set(host.failures.into());
        for (gauge, at) in [(&heard, host.last_heard_at), (&ok, host.last_ok_at), (&next, host.due_at)] {
            if let Some(at) = at {
                gauge.with_label_values(&name).set(at.and_utc().timestamp());
            }
        }
        let software = runs.software.as_deref().unwrap_or_default();
        let version = runs.software_version.as_deref().unwrap_or_default();
        info.with_label_values(&[&host.host, software, version, known.scheme.as_str()]).set(1);
    }
    Ok(())
}
