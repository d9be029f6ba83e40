//! The log: a line for each refusal, and no secret.

use std::process::Command;

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::{BINARY, node, until};
use crate::support::Peer;
use crate::support::app::client;

/// A word in the body of every request that is refused.
const BODY: &str = "un-corps-confidentiel";
/// A word in a header that holds what only its sender may know.
const TOKEN: &str = "un-jeton-confidentiel";

/// The lines of refusals, as JSON.
fn refusals(logs: &str) -> Vec<Value> {
    let lines = logs.lines().filter(|line| line.contains("refused"));
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_refusal_has_a_line_with_its_reason_and_none_has_a_secret() {
    let (_database, mut node) = node();
    node.start_with("serve", &[("RESET_NODE_LOG__FORMAT", "json")]);
    node.wait_ready();
    let peer = Peer::start_at("127.0.0.2:0").await;
    let blocked = Peer::start_at("127.0.0.3:0").await;
    node.ok(&["federation", "block", "127.0.0.3"]);
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let coalition = format!("{}/coalitions/communs", node.url());
    let inbox = format!("{coalition}/inbox");
    let body = |peer: &Peer, object: &str| {
        let (id, actor) = (peer.new_id("activities"), peer.actor("ada"));
        serde_json::to_vec(
            &json!({ "id": id, "type": "Follow", "actor": actor, "object": object, "x": BODY }),
        )
        .unwrap()
    };
    let now = reset_node::app::Clock::System.now();
    let signed = |peer: &Peer| peer.signed("ada", &inbox, body(peer, &coalition), now);
    let old = now - chrono::TimeDelta::days(2);
    let large = vec![b' '; 1_100_000];
    let cases: Vec<(RequestBuilder, u16, &str, Option<&str>)> = vec![
        (client().post(&inbox).body(BODY), 401, "signature_missing", None),
        (signed(&peer).body(BODY), 401, "digest_mismatch", Some("127.0.0.2")),
        (
            peer.signed_with("bob", "ada", &inbox, body(&peer, &coalition), now),
            401,
            "signature_mismatch",
            Some("127.0.0.2"),
        ),
        (
            peer.signed("ada", &inbox, body(&peer, &coalition), old),
            401,
            "signature_too_old",
            Some("127.0.0.2"),
        ),
        (peer.signed("ada", &inbox, BODY.into(), now), 400, "json_syntax", Some("127.0.0.2")),
        (peer.signed("ada", &inbox, b"{}".to_vec(), now), 400, "missing_property", Some("127.0.0.2")),
        (peer.signed("ada", &inbox, large, now), 413, "too_large", Some("127.0.0.2")),
        (signed(&blocked), 403, "blocked", Some("127.0.0.3")),
        (signed(&peer).header("authorization", format!("Bearer {TOKEN}")), 202, "", None),
        (client().post(format!("{}/people/nobody/inbox", node.url())).body(BODY), 404, "no_such_inbox", None),
        // Taken in, and then refused by the worker.
        (
            peer.signed("ada", &inbox, body(&peer, &format!("{coalition}x")), now),
            202,
            "no_such_actor",
            Some("127.0.0.2"),
        ),
    ];
    let (mut secrets, mut wanted) =
        (vec![BODY.to_owned(), TOKEN.to_owned(), "PRIVATE KEY".into()], Vec::new());
    for (request, status, reason, host) in cases {
        let request = request.build().unwrap();
        for name in ["signature", "digest"] {
            let value = request.headers().get(name).map(|value| value.to_str().unwrap());
            secrets.extend(value.map(|value| value.rsplit('"').nth(1).unwrap_or(value).to_owned()));
        }
        let answer = client().execute(request).await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{reason}: {}", answer.text().await.unwrap());
        if !reason.is_empty() {
            wanted.push((if status == 202 { Value::Null } else { json!(status) }, reason, host));
        }
    }
    let lines = until("the worker's line", async || {
        let lines = refusals(&node.logs());
        (lines.len() >= wanted.len()).then_some(lines)
    })
    .await;
    assert_eq!(lines.len(), wanted.len(), "{lines:#?}");
    for (line, (status, reason, host)) in lines.iter().zip(wanted) {
        let fields = &line["fields"];
        assert_eq!((&line["level"], &fields["reason"]), (&json!("INFO"), &json!(reason)), "{line}");
        assert_eq!(fields["status"], status, "{line}");
        let told = fields["claimed_host"].as_str().or_else(|| fields["host"].as_str());
        assert_eq!(told.map(|told| told.split(':').next().unwrap()), host, "{line}");
        assert!(fields["why"].as_str().unwrap().len() > 10, "{line}");
    }
    let last = &lines[lines.len() - 1]["fields"];
    assert_eq!(last["kind"], "Follow");
    assert!(last["activity"].as_str().unwrap().starts_with(peer.base()), "{last}");
    let logs = node.logs();
    for secret in secrets {
        assert!(!logs.contains(&secret), "the log holds {secret}:\n{logs}");
    }
    node.stop();
}

#[test]
fn the_password_of_a_database_is_in_no_message() {
    let folder = tempfile::tempdir().unwrap();
    let good = "[node]\ndomain = \"a.example\"\nurl = \"https://a.example\"\n";
    std::fs::write(folder.path().join("config.toml"), good).unwrap();
    for url in ["postgres://u:motdepasse@127.0.0.1:1/db", "postgress://u:motdepasse@127.0.0.1:1/db"] {
        for command in ["serve", "doctor"] {
            let mut program = Command::new(BINARY);
            program.current_dir(folder.path()).arg(command).env("RESET_NODE_DATABASE__URL", url);
            let output =
                program.env("RESET_NODE_HTTP__LISTEN", "127.0.0.1:0").env("RUST_BACKTRACE", "1").output();
            let output = output.unwrap();
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8_lossy(&said);
            assert!(!said.is_empty() && !said.contains("motdepasse"), "{said}");
        }
    }
}
