//! The real program against servers that share no code with us, by command line and HTTP alone: the Fedify peer of
//! `tests/interop/peer`, and the Python peer of `tests/interop/python`. On SQLite one `serve`, on PostgreSQL one `web` and two `worker` processes. One file a theme.

use std::time::Duration;

use serde_json::{Value, json};

use super::support::app;
use super::support::db::{TestDatabase, is_postgres};
use super::support::fedify::Fedify;
use super::support::node::{Node, free_port};
use super::support::tls::{Authority, Front};

mod contributions;
mod keys;
mod main_road;
mod moderation;
mod moves;
mod polls;
mod python;
mod quotes;
mod replies;
mod split;
mod states;
mod story;
mod threads;
mod ways;

const ACTIVITY: &str = "application/activity+json";
const CAVAGE: &str = "draft-cavage-http-signatures-12";
const RFC9421: &str = "rfc9421";

/// The front matter of a proposal.
const PROPOSAL: &str = "kind = \"proposal\"\ncloses = 2036-12-12T18:00:00+01:00\n";

/// How the two speak.
#[derive(Clone, Copy, Debug)]
struct Way {
    /// Both over TLS with certificates of a private authority, ours behind a front.
    tls: bool,
    /// What the peer knocks with first.
    first_knock: &'static str,
    /// The node serves its documents to signed requests only.
    node_demands: bool,
}

const PLAIN: Way = Way { tls: false, first_knock: CAVAGE, node_demands: false };

/// Where a node will be: its database, its port and, over TLS, its authority and front.
struct Setting {
    way: Way,
    port: u16,
    url: String,
    authority: Option<Authority>,
    front: Option<Front>,
    database: TestDatabase,
}

impl Setting {
    fn new(way: Way) -> Setting {
        let database = TestDatabase::empty();
        let authority = way.tls.then(|| Authority::new(database.folder()));
        let port = free_port();
        let front = authority.as_ref().map(|authority| Front::before(port, authority));
        let url = front.as_ref().map_or_else(
            || format!("http://localhost:{port}"),
            |front| format!("https://{}", front.authority()),
        );
        Setting { way, port, url, authority, front, database }
    }

    /// Starts a node with these settings more, and a peer.
    fn road(self, settings: &[(&str, &str)]) -> Road {
        self.road_with_peer(settings, &[])
    }

    /// The same with these options for the peer.
    fn road_with_peer(self, settings: &[(&str, &str)], options: &[&str]) -> Road {
        let Setting { way, port, url, authority, front, database } = self;
        let ca = authority.as_ref().map(|authority| authority.ca().to_str().unwrap().to_owned());
        let mut environment = settings.to_vec();
        if let Some(ca) = &ca {
            environment.push(("RESET_NODE_FEDERATION__CA_FILE", ca.as_str()));
        }
        if way.node_demands {
            environment.push(("RESET_NODE_FEDERATION__AUTHORIZED_FETCH", "true"));
        }
        let binary = env!("CARGO_BIN_EXE_reset-node");
        let mut node = Node::init_behind(binary, database.folder(), &database.url, port, &url, &environment)
            .with_coalition();
        node.start_all(is_postgres());
        let peer = Fedify::start_with(way.first_knock, authority.as_ref(), options);
        let group = format!("{url}/coalitions/communs");
        let http = authority.as_ref().map_or_else(app::client, Authority::client);
        Road { node, peer, way, group, http, _front: front, database }
    }
}

/// Over TLS, with signed reads demanded here, and the other scheme first.
const STRICT: Way = Way { tls: true, first_knock: RFC9421, node_demands: true };

/// A node that serves, with a coalition `communs`, and a peer whose actor `ada` follows it.
struct Road {
    node: Node,
    peer: Fedify,
    way: Way,
    group: String,
    http: reqwest::Client,
    _front: Option<Front>,
    database: TestDatabase,
}

impl Road {
    async fn open(way: Way) -> Road {
        let road = Road::start(way);
        road.follow("ada").await;
        road
    }

    /// Without the follow.
    fn start(way: Way) -> Road {
        Setting::new(way).road(&[])
    }

    /// An actor of the peer of this name finds the coalition by its handle and follows it.
    async fn follow(&self, name: &str) {
        self.peer.post("/actors", json!({ "name": name })).await;
        let handle = format!("@communs@{}", self.node.domain());
        let followed = self.peer.post(&format!("/actors/{name}/follow"), json!({ "target": handle })).await;
        assert_eq!(
            (followed["target"].as_str(), followed["targetType"].as_str()),
            (Some(self.group.as_str()), Some("Group"))
        );
        let group = &self.group;
        let state =
            self.peer.get(&format!("/actors/{name}/following?target={group}&state=accepted&wait=20")).await;
        assert_eq!(state[group]["state"], "accepted", "{state}");
    }

    fn folder(&self) -> &std::path::Path {
        self.database.folder()
    }

    /// A manuscript; `head` is its front matter, tables last.
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

    /// Several at once, in one command; their ids.
    fn publish_all(&self, files: &[String]) -> Vec<String> {
        let mut arguments = vec!["publish"];
        arguments.extend(files.iter().map(String::as_str));
        self.node.ok(&arguments).lines().map(str::to_owned).collect()
    }

    async fn page(&self, url: &str, accept: &str) -> (u16, String) {
        let response = self.http.get(url).header("accept", accept).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// Reads a page until `done` holds, for twenty seconds at most.
    async fn read_until(&self, url: &str, what: &str, done: impl Fn(&str) -> bool) {
        let mut last = (0, String::new());
        for _ in 0..400 {
            last = self.page(url, "text/html").await;
            if done(&last.1) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{url} never showed {what}: {} {}", last.0, last.1);
    }

    /// Reads a document as `ada` until `done` holds of what Fedify answers (`parsed`, `raw`), for twenty seconds at most.
    async fn fetch_until(&self, id: &str, what: &str, done: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        for _ in 0..200 {
            last = self.peer.post("/actors/ada/fetch", json!({ "id": id })).await;
            if done(&last) {
                return last;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{id} never showed {what}: {last:#}");
    }

    /// A collection with all its pages, as `ada`.
    async fn walk(&self, id: &str) -> Value {
        self.peer.post("/actors/ada/walk", json!({ "id": id })).await
    }

    async fn count(&self, url: &str, wanted: u64) {
        self.fetch_until(url, &format!("{wanted} items"), |seen| seen["raw"]["totalItems"] == wanted).await;
    }
}

/// The signature over a request holds, and its key is the sender's; so do the proof of the activity and that of the object in it,
/// where it stands by itself.
fn verified(delivery: &Value) -> bool {
    let verdict = &delivery["verification"];
    let object = &delivery["raw"]["object"];
    let is_own = object["attributedTo"] == delivery["actor"] && !object["@context"].is_null();
    verdict["http"]["ok"] == true
        && verdict["http"]["ownerMatchesActor"] == true
        && verdict["proof"]["ok"] == true
        && (!is_own || verdict["object"]["ok"] == true)
}
