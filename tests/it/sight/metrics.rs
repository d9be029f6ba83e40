//! The figures for Prometheus.

use std::collections::BTreeSet;

use super::{node, until};
use crate::support::Peer;
use crate::support::app::client;
use crate::support::db::is_postgres;
use crate::support::node::free_port;
use crate::support::peer::Answer;

async fn figures(port: u16) -> String {
    let answer = client().get(format!("http://127.0.0.1:{port}/metrics")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    answer.text().await.unwrap()
}

/// The value of the series that is written so.
fn value(text: &str, series: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(series)?.trim().parse().ok())
}

/// The names that have samples, without what a histogram adds, and those that are explained.
fn names(text: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut sampled, mut explained) = (BTreeSet::new(), BTreeSet::new());
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').unwrap();
            assert!(help.len() > 10, "{line}");
            explained.insert(name.to_owned());
        } else if !line.starts_with('#') {
            let name = line.split(['{', ' ']).next().unwrap();
            let whole = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
            sampled.insert(whole.unwrap_or(name).to_owned());
        }
    }
    (sampled, explained)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queues_durations_refusals_and_peers_are_told_with_their_meaning() {
    let (_database, mut node) = node();
    let port = free_port();
    node.start_with("serve", &[("RESET_NODE_METRICS__LISTEN", &format!("127.0.0.1:{port}"))]);
    node.wait_ready();
    let peer = Peer::start_at("127.0.0.2:0").await;
    peer.run("mastodon", "4.5.0\"\n");
    let coalition = format!("{}/coalitions/communs", node.url());
    assert_eq!(peer.follow("ada", &coalition).await.1, 202);
    peer.wait_for("Accept", |received| received.kind() == "Accept").await;
    let unsigned = client().post(format!("{coalition}/inbox")).body("{}").send().await.unwrap();
    assert_eq!(unsigned.status(), 401);
    let nobody = format!("{}/coalitions/nobody", node.url());
    assert_eq!(peer.act("ada", "Follow", nobody.clone().into(), &coalition).await.1, 202);
    peer.answer(Answer::Later(503, 3600));
    assert_eq!(peer.follow("bob", &coalition).await.1, 202);

    let host = peer.host();
    let pending = format!("reset_node_peer_deliveries_pending{{host=\"{host}\"}}");
    let text = until("all figures", async || {
        let text = figures(port).await;
        let all = text.contains("software=\"mastodon\"") && value(&text, &pending) == Some(1.0);
        (all && value(&text, &format!("reset_node_peer_failures{{host=\"{host}\"}}")) != Some(0.0))
            .then_some(text)
    })
    .await;
    let is = |series: &str, wanted: f64| assert_eq!(value(&text, series), Some(wanted), "{series}\n{text}");
    is("reset_node_queue_items{queue=\"inbox\",state=\"pending\"}", 0.0);
    is("reset_node_queue_items{queue=\"outbox\",state=\"pending\"}", 1.0);
    is("reset_node_queue_items{queue=\"outbox\",state=\"failed\"}", 0.0);
    is("reset_node_refusals_total{at=\"inbox\",reason=\"signature_missing\",status=\"401\"}", 1.0);
    is("reset_node_refusals_total{at=\"worker\",reason=\"no_such_actor\",status=\"\"}", 1.0);
    is("reset_node_delivery_request_seconds_count{status=\"5xx\"}", 1.0);
    is("reset_node_inbox_item_seconds_count", 3.0);
    let inbox = "reset_node_http_request_seconds_count{method=\"POST\",route=\"/coalitions/{handle}/inbox\"";
    is(&format!("{inbox},status=\"2xx\"}}"), 3.0);
    is(&format!("{inbox},status=\"4xx\"}}"), 1.0);
    let info = format!(
        "reset_node_peer_info{{host=\"{host}\",scheme=\"draft-cavage\",software=\"mastodon\",version=\"4.5.0\\\"\"}}"
    );
    is(&info, 1.0);
    for some in [
        "reset_node_database_write_wait_seconds_count",
        "reset_node_database_write_seconds_count",
        "reset_node_fetch_seconds_count{outcome=\"read\"}",
        &format!("reset_node_peer_last_heard_timestamp_seconds{{host=\"{host}\"}}"),
        &format!("reset_node_peer_next_try_timestamp_seconds{{host=\"{host}\"}}"),
    ] {
        assert!(value(&text, some) > Some(0.0), "{some}\n{text}");
    }
    let (sampled, explained) = names(&text);
    assert_eq!(sampled, explained);
    assert!(sampled.iter().all(|name| name.starts_with("reset_node_")), "{sampled:?}");
    let elsewhere = client().get(format!("{}/metrics", node.url())).send().await.unwrap();
    assert_eq!(elsewhere.status(), 404, "the public listener tells nothing");
    node.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_cannot_make_series_of_their_own() {
    let (_database, mut node) = node();
    let port = free_port();
    let listen = format!("127.0.0.1:{port}");
    node.start_with("serve", &[("RESET_NODE_METRICS__LISTEN", &listen)]);
    node.wait_ready();
    let series = async || figures(port).await.lines().filter(|line| !line.starts_with('#')).count();
    let ask = async |n: usize| {
        let method = reqwest::Method::from_bytes(format!("ODD{n}").as_bytes()).unwrap();
        client().request(method, format!("{}/nowhere/{n}", node.url())).send().await.unwrap();
        client().get(format!("{}/coalitions/{n}", node.url())).send().await.unwrap();
        let inbox = client().post(format!("{}/inbox", node.url())).body("{}");
        let signature = format!("keyId=\"https://{n}.example/a{n}\",headers=\"x-{n}\",signature=\"eA==\"");
        inbox.header("signature", signature).header("date", "x").send().await.unwrap();
    };
    ask(0).await;
    let first = series().await;
    for n in 1..20 {
        ask(n).await;
    }
    assert_eq!(series().await, first);
    let mut second = node.command(&["serve"]);
    second.env("RESET_NODE_HTTP__LISTEN", "127.0.0.1:0").env("RESET_NODE_METRICS__LISTEN", &listen);
    let said = second.output().unwrap();
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.contains("is in use") && said.contains("metrics.listen"), "{said}");
    node.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn web_and_worker_tell_each_their_own_and_both_the_queues() {
    if !is_postgres() {
        return; // SQLite serves one process.
    }
    let (_database, mut node) = node();
    let (web, worker) = (free_port(), free_port());
    node.start_with("web", &[("RESET_NODE_METRICS__LISTEN", &format!("127.0.0.1:{web}"))]);
    node.start_with("worker", &[("RESET_NODE_METRICS__LISTEN", &format!("127.0.0.1:{worker}"))]);
    node.wait_ready();
    let peer = Peer::start_at("127.0.0.2:0").await;
    assert_eq!(peer.follow("ada", &format!("{}/coalitions/communs", node.url())).await.1, 202);
    peer.wait_for("Accept", |received| received.kind() == "Accept").await;
    let (web, worker) = (figures(web).await, figures(worker).await);
    for text in [&web, &worker] {
        assert!(
            value(text, "reset_node_queue_items{queue=\"inbox\",state=\"failed\"}") == Some(0.0),
            "{text}"
        );
    }
    assert!(
        web.contains("reset_node_http_request_seconds_count") && !web.contains("reset_node_delivery_request")
    );
    assert_eq!(value(&worker, "reset_node_delivery_request_seconds_count{status=\"2xx\"}"), Some(1.0));
    node.stop();
}
