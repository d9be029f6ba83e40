//! Signatures against an ActivityPub server that shares no code with us, the Fedify peer, and with the real program: either scheme
//! refused, either side that answers signed requests only, rotated keys.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::support::db::{TestDatabase, is_postgres};
use super::support::fedify::Fedify;
use super::support::node::{Node, free_port};

const DRAFT: &str = "draft-cavage-http-signatures-12";

/// A node that serves, with a coalition, and a peer with an actor `ada`.
struct Pair {
    node: Node,
    peer: Fedify,
    group: String,
    _database: TestDatabase,
}

impl Pair {
    fn start(first_knock: &str, settings: &[(&str, &str)]) -> Pair {
        let database = TestDatabase::empty();
        let (binary, folder, port) = (env!("CARGO_BIN_EXE_reset-node"), database.folder(), free_port());
        let url = format!("http://localhost:{port}");
        let node = Node::init_behind(binary, folder, &database.url, port, &url, settings);
        let mut node = node.with_coalition();
        node.start_all(is_postgres());
        let group = format!("{}/coalitions/communs", node.url());
        Pair { node, peer: Fedify::start(first_knock, None), group, _database: database }
    }

    async fn follow(&self) {
        self.peer.post("/actors", json!({ "name": "ada" })).await;
        let handle = format!("@communs@{}", self.node.domain());
        self.peer.post("/actors/ada/follow", json!({ "target": handle })).await;
        let asked = format!("/actors/ada/following?target={}&state=accepted&wait=20", self.group);
        let state = self.peer.get(&asked).await;
        assert_eq!(state[&self.group]["state"], "accepted", "{state}\n{}", self.node.logs());
    }

    fn publish(&self, slug: &str) -> String {
        let text = format!(
            "+++\nkind = \"proposal\"\ncoalition = \"communs\"\ntitle = \"{slug}\"\nsummary = \"Une ligne.\"\nlanguage = \"fr\"\n+++\n\nUn texte.\n"
        );
        let file = self.node.write(&format!("{slug}.md"), &text);
        self.node.ok(&["publish", &file])
    }

    /// What verifying the delivery of this object's `Create` said.
    async fn verification(&self, id: &str) -> Value {
        let got = self.peer.inbox("ada", &format!("type=Create&object={id}"), 1).await;
        got[0]["verification"]["http"].clone()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_takes_one_scheme_only_gets_what_is_published() {
    let pair = Pair::start("rfc9421", &[]);
    pair.follow().await;
    for (round, spec) in ["rfc9421", "draft-cavage", "rfc9421"].into_iter().enumerate() {
        pair.peer.post("/behaviour", json!({ "acceptSpecs": [spec] })).await;
        for number in [1, 2] {
            let id = pair.publish(&format!("texte-{round}-{number}"));
            let said = pair.verification(&id).await;
            assert_eq!((&said["ok"], &said["ownerMatchesActor"]), (&json!(true), &json!(true)), "{said}");
            assert!(said["spec"].as_str().unwrap().starts_with(spec), "{said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_sides_answer_signed_requests_only_and_hear_each_other() {
    for first_knock in [DRAFT, "rfc9421"] {
        let pair = Pair::start(first_knock, &[("RESET_NODE_FEDERATION__AUTHORIZED_FETCH", "true")]);
        pair.peer.post("/behaviour", json!({ "authorizedFetch": true })).await;
        pair.follow().await;
        let id = pair.publish("charte");
        let said = pair.verification(&id).await;
        assert_eq!(said["ok"], true, "{said}");
        let read = pair.peer.post("/actors/ada/fetch", json!({ "id": id })).await;
        assert_eq!(read["raw"]["id"], json!(id), "{read}");
        let found = pair.node.ok(&["federation", "resolve", &ada(&pair).await, "--json"]);
        assert!(found.contains("ada"), "{found}");
        let request = super::support::app::client().get(&id).header("accept", "application/activity+json");
        assert_eq!(request.send().await.unwrap().status(), 401);
    }
}

async fn ada(pair: &Pair) -> String {
    let ada = pair.peer.get("/actors/ada").await;
    ada["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_and_a_server_that_run_survive_rotated_keys() {
    let pair = Pair::start("rfc9421", &[]);
    pair.follow().await;
    pair.verification(&pair.publish("avant")).await;
    let new = pair.node.ok(&["coalition", "rotate-keys", "communs"]);
    assert_eq!(new, format!("{}#main-key-2", pair.group));
    let noticed = Instant::now();
    let update = pair.peer.inbox("ada", "type=Update", 1).await;
    assert_eq!(update[0]["verification"]["http"]["ok"], true, "{:#}", update[0]);
    assert_eq!(update[0]["raw"]["object"]["publicKey"]["id"], json!(new));
    tokio::time::sleep(Duration::from_millis(500).saturating_sub(noticed.elapsed())).await;
    let said = pair.verification(&pair.publish("apres")).await;
    assert_eq!((&said["ok"], &said["keyId"]), (&json!(true), &json!(new)), "{said}");

    // The node's own key, which signs what it fetches; and a peer that asks who fetches.
    let node = pair.node.ok(&["federation", "rotate-keys", "--revoke"]);
    assert_eq!(node, format!("{}/actor#main-key-2", pair.node.url()));
    pair.peer.post("/behaviour", json!({ "authorizedFetch": true })).await;
    assert_eq!(pair.node.ok(&["federation", "resolve", &ada(&pair).await]), ada(&pair).await);
    for command in [["organisation", "rotate-keys", "atelier"], ["coalition", "rotate-keys", "@communs"]] {
        pair.node.ok(&command);
    }
    let refused = pair.node.run(&["account", "rotate-keys", "nobody"]);
    assert_eq!(refused.status.code(), Some(1));
}
