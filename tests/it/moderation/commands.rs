//! Moderation as scripts drive it, beside a node that runs.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::Peer;
use crate::support::db::TestDatabase;
use crate::support::node::Node;

const BINARY: &str = env!("CARGO_BIN_EXE_reset-node");

fn node() -> (TestDatabase, Node) {
    let database = TestDatabase::empty();
    let node = Node::init(BINARY, database.folder(), &database.url).with_coalition();
    (database, node)
}

fn json_of(node: &Node, arguments: &[&str]) -> Value {
    serde_json::from_str(&node.ok(arguments)).unwrap()
}

#[test]
fn rules_are_set_listed_exported_imported_and_removed_and_all_of_it_is_in_the_log() {
    let (_database, node) = node();
    assert_eq!(node.ok(&["federation", "block", "EVIL.example.", "--reason", "pourriel"]), "evil.example");
    assert_eq!(node.ok(&["federation", "limit", "noisy.example:8443"]), "noisy.example");
    assert_eq!(node.ok(&["federation", "allow", "friend.example"]), "friend.example");
    let eve = "http://good.example/users/eve";
    assert_eq!(node.ok(&["federation", "suspend", eve, "--reason", "insultes"]), eve);
    let blocks = json_of(&node, &["federation", "blocks", "--json"]);
    assert_eq!(blocks[0]["domain"], "evil.example");
    assert_eq!((&blocks[0]["rule"], &blocks[0]["reason"]), (&json!("blocked"), &json!("pourriel")));
    assert_eq!((&blocks[3]["actor"], &blocks[3]["rule"]), (&json!(eve), &json!("suspended")));
    assert!(node.ok(&["federation", "blocks"]).contains("evil.example"));
    let list = node.ok(&["federation", "export-blocks"]);
    assert_eq!(
        list,
        "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n\
         evil.example,suspend,false,false,pourriel,false\nnoisy.example,silence,false,false,,false"
    );
    let file = node.write("blocks.csv", &format!("{list}\nother.example,suspend,,,,\n"));
    let told = node.ok(&["federation", "import-blocks", &file, "--dry-run"]);
    assert!(
        told.contains("evil.example   blocked already") && told.contains("other.example  blocked"),
        "{told}"
    );
    assert_eq!(json_of(&node, &["federation", "blocks", "--json"]), blocks);
    node.ok(&["federation", "import-blocks", &file]);
    let bad = node.write("bad.csv", "a.example\nhttps://b.example\n");
    let output = node.run(&["federation", "import-blocks", &bad]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && said.contains("bad.csv: line 2: "), "{said}");
    assert_eq!(
        node.run(&["federation", "purge", "evil.example"]).status.code(),
        Some(1),
        "not without --yes"
    );
    assert_eq!(node.ok(&["federation", "purge", "evil.example", "--yes"]), "evil.example");
    assert_eq!(node.ok(&["federation", "unblock", "evil.example"]), "evil.example");
    assert_eq!(node.ok(&["federation", "unsuspend", eve]), eve);
    assert_eq!(node.run(&["federation", "unblock", "evil.example"]).status.code(), Some(1));
    let log = json_of(&node, &["audit", "list", "--json"]);
    let acts: Vec<&str> =
        log.as_array().unwrap().iter().map(|entry| entry["act"].as_str().unwrap()).collect();
    let expected = ["unsuspend", "unblock", "purge", "import-blocks", "suspend", "allow", "limit", "block"];
    assert_eq!(acts, expected.map(|act| format!("federation {act}")));
    assert_eq!(log[7]["who"], "command line");
    assert_eq!(json_of(&node, &["report", "list", "--json"]), json!([]));
    let doctor = String::from_utf8_lossy(&node.run(&["doctor"]).stdout).into_owned();
    assert!(
        doctor.contains("well   moderation: federation.mode is open; 1 servers are blocked, 1 limited"),
        "{doctor}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_node_obeys_a_block_within_half_a_second() {
    let (_database, mut node) = node();
    node.start_all(crate::support::db::is_postgres());
    let peer = Peer::start_at("127.0.0.2:0").await;
    let coalition = format!("{}/coalitions/communs", node.url());
    assert_eq!(peer.follow("ada", &coalition).await.1, 202);
    peer.wait_for("Accept", |received| received.kind() == "Accept").await;
    let command = |arguments: &'static [&'static str]| {
        let program = node.program.clone();
        async move { tokio::task::spawn_blocking(move || program.ok(arguments)).await.unwrap() }
    };
    command(&["federation", "block", "127.0.0.2"]).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(peer.follow("ada", &coalition).await.1, 403);
    command(&["federation", "unblock", "127.0.0.2"]).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(peer.follow("ada", &coalition).await.1, 202);
    node.stop();
}
