//! Handles on another name than the node's (`node.domain` and `node.url` differ): the apex only forwards the questions about them.

use axum::extract::RawQuery;
use axum::response::Redirect;
use axum::routing::get;
use serde_json::{Value, json};

use super::super::support::tls::Authority;
use super::{ACTIVITY, CAVAGE, Front, RFC9421, Road, Setting, Way, free_port, verified};

/// What nginx or Caddy does for the apex (README.md): the questions about handles go on to the node, nothing else is there.
struct Apex {
    name: String,
    _front: Option<Front>,
    server: tokio::task::JoinHandle<()>,
}

impl Apex {
    /// Before the node at `url`, which may come later.
    async fn of(url: &str, authority: Option<&Authority>) -> Apex {
        let port = free_port();
        let front = authority.map(|authority| Front::before(port, authority));
        let url = url.to_owned();
        let forward = async move |RawQuery(query): RawQuery| {
            Redirect::temporary(&format!("{url}/.well-known/webfinger?{}", query.unwrap_or_default()))
        };
        let router = axum::Router::new().route("/.well-known/webfinger", get(forward));
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let name = front.as_ref().map_or_else(|| format!("localhost:{port}"), Front::authority);
        Apex { name, _front: front, server }
    }
}

impl Drop for Apex {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Road {
    /// The JRD about `resource` that `host` gives or redirects to.
    async fn jrd(&self, host: &str, resource: &str) -> Value {
        let scheme = if self.way.tls { "https" } else { "http" };
        let question = format!("{scheme}://{host}/.well-known/webfinger?resource={resource}");
        let mut answer = self.http.get(question).send().await.unwrap();
        if answer.status() == 307 {
            answer = self.http.get(answer.headers()["location"].to_str().unwrap()).send().await.unwrap();
        }
        assert_eq!(answer.status(), 200);
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }
}

async fn found_followed_and_named(way: Way) {
    let setting = Setting::new(way);
    let apex = Apex::of(&setting.url, setting.authority.as_ref()).await;
    let road = setting.road(&[("RESET_NODE_NODE__DOMAIN", &apex.name)]);
    let (host, handle) = (road.node.domain(), format!("@communs@{}", apex.name));
    assert_ne!(host, apex.name);

    // From preferredUsername and the host of the id to the subject, and from there to the id again.
    for (at, resource) in [
        (&apex.name, format!("acct:communs@{}", apex.name)),
        (&host, format!("acct:communs@{}", apex.name)),
        (&host, format!("acct:communs@{host}")),
    ] {
        let jrd = road.jrd(at, &resource).await;
        assert_eq!(jrd["subject"], format!("acct:communs@{}", apex.name), "{resource} at {at}");
        assert_eq!(jrd["links"][0]["href"], road.group, "{resource} at {at}");
    }

    for (name, target) in [("ada", &handle), ("bob", &format!("@communs@{host}"))] {
        road.peer.post("/actors", json!({ "name": name })).await;
        let followed = road.peer.post(&format!("/actors/{name}/follow"), json!({ "target": target })).await;
        assert_eq!(followed["target"], road.group);
        let following = format!("/actors/{name}/following?target={}&state=accepted&wait=20", road.group);
        assert_eq!(road.peer.get(&following).await[&road.group]["state"], "accepted", "{target}");
    }
    let page = road.page(&road.group, "text/html").await.1;
    assert!(page.contains(&handle) && !page.contains(&format!("@communs@{host}")), "{page}");

    let id = road.publish("proposition", super::PROPOSAL, "Un texte.");
    let create = road.peer.inbox("ada", &format!("type=Create&object={id}"), 1).await;
    assert!(verified(&create[0]), "{create:#?}");
    let note =
        road.node.ok(&["comment", "add", &id, "--by", "atelier", "--text", &format!("Qu’en dit {handle} ?")]);
    let note: Value = serde_json::from_str(&road.page(&note, ACTIVITY).await.1).unwrap();
    let mention = json!([{ "type": "Mention", "name": handle, "href": road.group }]);
    assert_eq!(note["tag"], mention, "{note:#}");
    let page = road.page(&id, "text/html").await.1;
    assert!(page.contains(&format!("@atelier@{}", apex.name)), "{page}");

    let doctor = road.node.run(&["doctor"]);
    let told = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(told.contains(&format!("well   webfinger: acct:node@{} leads to", apex.name)), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_coalition_is_found_under_the_domain_of_its_handle() {
    found_followed_and_named(Way { tls: false, first_knock: CAVAGE, node_demands: false }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_coalition_is_found_under_the_domain_of_its_handle_over_tls() {
    found_followed_and_named(Way { tls: true, first_knock: RFC9421, node_demands: false }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_are_named_by_the_domain_that_they_and_their_server_both_name() {
    let setting = Setting::new(super::PLAIN);
    let peer_port = free_port();
    let apex = Apex::of(&format!("http://localhost:{peer_port}"), None).await;
    let road = setting
        .road_with_peer(&[], &["--listen", &format!("127.0.0.1:{peer_port}"), "--handle-host", &apex.name]);
    road.follow("ada").await;
    let id = road.publish("proposition", super::PROPOSAL, "Un texte.");
    let reply = json!({ "object": id, "content": "<p>Du bien.</p>" });
    road.peer.post("/actors/ada/reply", reply).await;
    let wanted = format!("@ada@{}", apex.name);
    road.read_until(&id, "the handle at the apex", |html| {
        html.contains(&wanted) && html.contains("Du bien.")
    })
    .await;

    let told = road.node.ok(&["federation", "resolve", &wanted, "--json"]);
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&told["handle"], &told["id"]), (&json!(wanted), &road.peer.get("/actors/ada").await["id"]));
}
