//! `federation peers` and `deliveries`, beside a node that runs.

use serde_json::{Value, json};

use super::{node, until};
use crate::support::Peer;
use crate::support::node::Program;
use crate::support::peer::Answer;

async fn ok(program: &Program, arguments: &[&str]) -> String {
    let (program, arguments) =
        (program.clone(), arguments.iter().map(|a| (*a).to_owned()).collect::<Vec<_>>());
    let run = move || program.ok(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    tokio::task::spawn_blocking(run).await.unwrap()
}

async fn json_of(program: &Program, arguments: &[&str]) -> Value {
    serde_json::from_str(&ok(program, arguments).await).unwrap()
}

async fn peer_row(program: &Program, host: &str) -> Option<Value> {
    let rows = json_of(program, &["federation", "peers", "--json"]).await;
    rows.as_array().unwrap().iter().find(|row| row["host"] == host).cloned()
}

/// A publication; its id.
fn minutes(title: &str) -> String {
    format!("+++\nkind = \"minutes\"\ncoalition = \"communs\"\ntitle = \"{title}\"\n+++\nTexte.\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_peers_tell_of_each_server_what_it_runs_how_it_signs_and_what_waits_for_it() {
    let (_database, mut node) = node();
    node.start("serve");
    node.wait_ready();
    let follower = Peer::start_at("127.0.0.2:0").await;
    let stranger = Peer::start_at("127.0.0.3:0").await;
    follower.run("mastodon", "4.5.0\u{1b}[31m");
    stranger.run("gotosocial", "0.20.0");
    let coalition = format!("{}/coalitions/communs", node.url());
    assert_eq!(follower.follow("ada", &coalition).await.1, 202);
    follower.wait_for("Accept", |received| received.kind() == "Accept").await;
    // It only speaks: nothing is ever delivered to it.
    let like = json!({
        "id": stranger.new_id("activities"), "type": "Like", "actor": stranger.actor("bob"), "object": coalition,
    });
    let body = serde_json::to_vec(&like).unwrap();
    let now = reset_node::app::Clock::System.now();
    let sent = stranger.message("bob", &format!("{coalition}/inbox"), body, now).send().await.unwrap();
    assert_eq!(sent.status(), 202);

    let known = async |host: String| {
        until("what a server runs", async || {
            peer_row(&node.program, &host).await.filter(|row| !row["software"].is_null())
        })
        .await
    };
    let row = known(follower.host()).await;
    assert_eq!((&row["software"], &row["version"]), (&json!("mastodon"), &json!("4.5.0 [31m")));
    assert_eq!((&row["scheme"], &row["signed"]), (&json!("draft-cavage"), &json!("draft-cavage")));
    assert_eq!((&row["state"], &row["waiting"], &row["rule"]), (&json!("well"), &json!(0), &Value::Null));
    assert!(row["last_heard"].is_string() && row["last_ok"].is_string(), "{row}");
    let row = known(stranger.host()).await;
    assert_eq!((&row["software"], &row["signed"]), (&json!("gotosocial"), &json!("rfc9421")));
    assert!(row["last_heard"].is_string() && row["last_ok"].is_null() && row["next"].is_null(), "{row}");

    follower.answer(Answer::Status(503));
    let file = node.write("cr.md", &minutes("Rencontre"));
    ok(&node.program, &["publish", &file]).await;
    let row = until("a failure", async || {
        peer_row(&node.program, &follower.host()).await.filter(|row| row["failures"] != 0)
    })
    .await;
    assert_eq!((&row["state"], &row["waiting"]), (&json!("failing"), &json!(1)));
    assert!(row["error"].as_str().unwrap().starts_with("503") && row["next"].is_string(), "{row}");
    ok(&node.program, &["federation", "limit", "127.0.0.3"]).await;
    assert_eq!(peer_row(&node.program, &stranger.host()).await.unwrap()["rule"], "limited");

    let table = ok(&node.program, &["federation", "peers"]).await;
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 3, "{table}");
    assert!(lines[0].starts_with("HOST") && lines[0].contains("SCHEME") && lines[0].contains("WAITING"));
    assert!(lines[1].contains("mastodon") && lines[1].contains("503"), "{table}");
    assert!(lines[2].contains("gotosocial") && lines[2].contains("limited"), "{table}");
    ok(&node.program, &["federation", "purge", "127.0.0.3", "--yes"]).await;
    assert_eq!(peer_row(&node.program, &stranger.host()).await, None);
    node.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deliveries_are_listed_dropped_and_tried_again_by_server_and_by_id() {
    let (_database, mut node) = node();
    node.start("serve");
    node.wait_ready();
    let (one, two) = (Peer::start_at("127.0.0.2:0").await, Peer::start_at("127.0.0.3:0").await);
    let coalition = format!("{}/coalitions/communs", node.url());
    for peer in [&one, &two] {
        assert_eq!(peer.follow("ada", &coalition).await.1, 202);
        peer.wait_for("Accept", |received| received.kind() == "Accept").await;
        peer.answer(Answer::Later(503, 3600));
    }
    let file = node.write("cr.md", &minutes("Rencontre"));
    ok(&node.program, &["publish", &file]).await;
    let program = &node.program;
    let waiting =
        async |host: &str| json_of(program, &["deliveries", "list", "--host", host, "--json"]).await;
    let tried = async |peer: &Peer| {
        until("an attempt", async || {
            waiting(&peer.host())
                .await
                .as_array()
                .unwrap()
                .first()
                .filter(|row| row["attempts"] == 1)
                .cloned()
        })
        .await
    };
    let (first, second) = (tried(&one).await, tried(&two).await);
    assert_eq!((&first["host"], &first["status"]), (&json!(one.host()), &json!(503)));
    assert_eq!(json_of(program, &["deliveries", "list", "--json"]).await.as_array().unwrap().len(), 2);
    assert_eq!(waiting("nobody.example").await, json!([]));

    // Dropped, it can still be taken up again by its id.
    assert_eq!(ok(program, &["deliveries", "drop", "--host", &one.host()]).await, "1");
    assert_eq!(waiting(&one.host()).await, json!([]));
    let failed = json_of(program, &["deliveries", "list", "--failed", "--host", &one.host(), "--json"]).await;
    assert_eq!(failed[0]["error"], "dropped by an administrator");
    one.answer(Answer::Accept);
    assert_eq!(ok(program, &["deliveries", "retry", &first["id"].to_string()]).await, "1");
    one.wait_for("Create", |received| received.kind() == "Create" && received.status == 202).await;

    // What waits for a paused server goes at once where somebody says so.
    two.answer(Answer::Accept);
    assert_eq!(ok(program, &["deliveries", "retry", "--host", &two.host()]).await, "1");
    two.wait_for("Create", |received| received.kind() == "Create" && received.status == 202).await;
    until("an empty queue", async || {
        (json_of(program, &["deliveries", "list", "--json"]).await == json!([])).then_some(())
    })
    .await;
    assert_eq!(ok(program, &["deliveries", "retry", "--host", &two.host()]).await, "0");
    for (wrong, part) in [
        (vec!["retry".to_owned(), second["id"].to_string()], "there is no delivery"),
        (vec!["drop".to_owned(), "--host".to_owned(), "a b".to_owned()], "is no server"),
    ] {
        let mut arguments = vec!["deliveries"];
        arguments.extend(wrong.iter().map(String::as_str));
        let output = program.run(&arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && said.contains(part), "{said}");
    }
    node.stop();
}
