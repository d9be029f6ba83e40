//! The main road against an ActivityPub server that shares no code with us, the Fedify peer, and with the real program: on SQLite
//! one `serve`, on PostgreSQL one `web` and two `worker` processes.

use std::time::Duration;

use serde_json::{Value, json};

use super::support::db::{TestDatabase, is_postgres};
use super::support::fedify::Fedify;
use super::support::node::Node;

/// One file of each kind: slug, the ActivityStreams type it travels as (FEDERATION.md), a word of its summary, text.
const FILES: [(&str, &str, &str, &str); 5] = [
    (
        "proposition",
        "Article",
        "Proposition",
        "kind = \"proposal\"\ncloses = 2036-12-12T18:00:00+01:00\nquorum = 3\n",
    ),
    (
        "compte-rendu",
        "Article",
        "Compte rendu",
        "kind = \"minutes\"\nseries = \"Assemblée\"\nedition = 2\ndate = 2021-09-07\nattendance = 40\n\
         [[points]]\ntitle = \"Charte\"\noutcome = \"decision\"\ntext = \"La charte est adoptée.\"\n",
    ),
    (
        "feuille-de-route",
        "Article",
        "Feuille de route",
        "kind = \"roadmap\"\n[[milestones]]\ntitle = \"Cartographie\"\ndue = 2036-03-31\nstatus = \"under_way\"\nprogress = 40\n",
    ),
    ("decision", "Article", "Décision", "kind = \"decision\"\ndate = 2021-09-07\nmethod = \"consent\"\n"),
    (
        "rencontre",
        "Event",
        "Rencontre",
        "kind = \"meeting\"\nstart = 2036-06-24T09:30:00+02:00\nplace = \"Rennes\"\n",
    ),
];

/// A node that serves, with a coalition, and a peer whose actor follows it.
struct Road {
    node: Node,
    peer: Fedify,
    group: String,
    http: reqwest::Client,
    _database: TestDatabase,
}

impl Road {
    async fn open(first_knock: &str) -> Road {
        let database = TestDatabase::empty();
        let mut node =
            Node::init(env!("CARGO_BIN_EXE_reset-node"), database.folder(), &database.url).with_coalition();
        node.start_all(is_postgres());
        let peer = Fedify::start(first_knock);
        peer.post("/actors", json!({ "name": "ada" })).await;
        let followed =
            peer.post("/actors/ada/follow", json!({ "target": format!("@communs@{}", node.domain()) })).await;
        let group = format!("{}/coalitions/communs", node.url());
        assert_eq!(
            (followed["target"].as_str(), followed["targetType"].as_str()),
            (Some(group.as_str()), Some("Group"))
        );
        let state = peer.get(&format!("/actors/ada/following?target={group}&state=accepted&wait=20")).await;
        assert_eq!(state[&group]["state"], "accepted", "{state}");
        Road { node, peer, group, http: super::support::app::client(), _database: database }
    }

    fn file(&self, slug: &str, head: &str, body: &str) -> String {
        let (front, tables) = head.split_at(head.find("[[").unwrap_or(head.len()));
        let text = format!(
            "+++\n{front}coalition = \"communs\"\ntitle = \"Titre de {slug}\"\nsummary = \"La ligne de l’auteur.\"\nlanguage = \"fr\"\n\
             {tables}+++\n\n{body}\n"
        );
        self.node.write(&format!("{slug}.md"), &text)
    }

    fn publish(&self, slug: &str, head: &str, body: &str) -> String {
        self.node.ok(&["publish", &self.file(slug, head, body)])
    }

    async fn page(&self, url: &str, accept: &str) -> (u16, String) {
        let response = self.http.get(url).header("accept", accept).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// Reads until `done` holds, for ten seconds at most.
    async fn read_until(&self, url: &str, accept: &str, what: &str, done: impl Fn(u16, &str) -> bool) {
        let mut last = (0, String::new());
        for _ in 0..200 {
            last = self.page(url, accept).await;
            if done(last.0, &last.1) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{url} never showed {what}: {} {}", last.0, last.1);
    }

    async fn count(&self, url: &str, wanted: u64) {
        let total =
            |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default()["totalItems"].as_u64();
        self.read_until(url, ACTIVITY, &format!("{wanted} items"), |_, text| total(text) == Some(wanted))
            .await;
    }
}

const ACTIVITY: &str = "application/activity+json";

/// The request was signed by the actor, and the activity vouches for itself.
fn verified(delivery: &Value) -> bool {
    delivery["verification"]["http"]["ok"] == true
        && delivery["verification"]["http"]["ownerMatchesActor"] == true
        && delivery["verification"]["proof"]["ok"] == true
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_publication_reaches_a_follower_once_then_its_edit_and_its_withdrawal() {
    let road = Road::open("draft-cavage-http-signatures-12").await;
    let mut ids = Vec::new();
    for (slug, kind, word, head) in FILES {
        let id = road.publish(slug, head, "Un texte.");
        let got = road.peer.inbox("ada", &format!("type=Create&object={id}"), 1).await;
        let delivery = got.first().unwrap();
        assert!(verified(delivery), "{slug}: {delivery:#}");
        let object = &delivery["raw"]["object"];
        assert_eq!(
            (object["type"].as_str(), object["attributedTo"].as_str()),
            (Some(kind), Some(road.group.as_str())),
            "{slug}"
        );
        let summary = object["summary"].as_str().unwrap();
        assert!(summary.starts_with(word) && summary.ends_with("La ligne de l’auteur."), "{slug}: {summary}");
        let fetched = road.peer.post("/actors/ada/fetch", json!({ "id": id })).await;
        assert_eq!(fetched["verification"]["proof"]["ok"], true, "{slug}: {fetched:#}");
        assert_eq!(fetched["raw"], *object, "{slug}: what is fetched is what was sent");
        ids.push(id);
    }

    let (slug, _, _, head) = FILES[0];
    assert_eq!(road.publish(slug, head, "Un texte."), ids[0], "an unchanged file is no revision");
    assert_eq!(road.publish(slug, head, "Un texte amendé."), ids[0]);
    let update = road.peer.inbox("ada", &format!("type=Update&object={}", ids[0]), 1).await;
    assert!(update.iter().all(verified));
    assert!(update[0]["raw"]["object"]["content"].as_str().unwrap().contains("amendé"));

    road.node.ok(&["withdraw", &ids[1], "--reason", "Un doublon"]);
    let delete = road.peer.inbox("ada", &format!("type=Delete&object={}", ids[1]), 1).await;
    assert!(delete.iter().all(verified));
    assert_eq!(road.page(&ids[1], ACTIVITY).await.0, 410);
    let refused = road.node.run(&["withdraw", &ids[3], "--reason", "Trop tard"]);
    assert_eq!(refused.status.code(), Some(1), "a decision is never withdrawn");

    let group = road.peer.post("/actors/ada/fetch", json!({ "id": road.group })).await;
    assert_eq!(group["verification"]["proof"]["ok"], true, "{group:#}");

    let all = road.peer.get("/actors/ada/inbox?all=1").await;
    let mut seen: Vec<(String, String)> = Vec::new();
    for delivery in all.as_array().unwrap() {
        let text = |key: &str| delivery[key].as_str().unwrap_or_default().to_owned();
        assert!(verified(delivery) && delivery["accepted"] == true, "{delivery:#}");
        seen.push((text("type"), text("object")));
    }
    seen.sort();
    let once = seen.len();
    seen.dedup();
    assert_eq!(
        (once, seen.len()),
        (8, 8),
        "one Accept, five Creates, one Update, one Delete, each once: {seen:#?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replies_likes_and_announces_come_back_and_are_taken_back() {
    let road = Road::open("rfc9421").await;
    let (slug, _, _, head) = FILES[0];
    let id = road.publish(slug, head, "Un texte.");
    road.peer.inbox("ada", "type=Create", 1).await;

    let reply = road
        .peer
        .post("/actors/ada/reply", json!({ "object": id, "content": "<p>Une réponse <b>claire</b>.</p>" }))
        .await;
    let like = road.peer.post("/actors/ada/like", json!({ "object": id })).await;
    let announce = road.peer.post("/actors/ada/announce", json!({ "object": id })).await;
    road.read_until(&id, "text/html", "the reply", |_, html| html.contains("Une réponse <b>claire</b>."))
        .await;
    for part in ["replies", "likes", "shares"] {
        road.count(&format!("{id}/{part}"), 1).await;
    }

    let note = reply["object"].as_str().unwrap();
    road.peer
        .post("/actors/ada/update", json!({ "object": note, "content": "<p>Une réponse corrigée.</p>" }))
        .await;
    road.read_until(&id, "text/html", "the corrected reply", |_, html| {
        html.contains("Une réponse corrigée.") && !html.contains("claire")
    })
    .await;

    road.peer.post("/actors/ada/delete", json!({ "object": note })).await;
    for activity in [&like["activity"], &announce["activity"]] {
        road.peer.post("/actors/ada/undo", json!({ "activity": activity })).await;
    }
    road.read_until(&id, "text/html", "the page without the reply", |_, html| !html.contains("Une réponse"))
        .await;
    for part in ["replies", "likes", "shares"] {
        road.count(&format!("{id}/{part}"), 0).await;
    }

    road.peer.post("/actors/ada/unfollow", json!({ "target": road.group })).await;
    road.count(&format!("{}/followers", road.group), 0).await;
}
