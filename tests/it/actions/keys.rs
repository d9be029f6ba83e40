//! Rotated keys: under new ids, told to followers, noticed by a server that runs, survived by peers.

use std::time::Duration;

use reset_node::actions::follow::follow;
use reset_node::actions::keys::rotate;
use reset_node::app::{App, Clock, Urls};
use reset_node::db::Db;
use reset_node::domain::actor::ActorKind;
use reset_node::outbox::{self, Audience, NewActivity};
use reset_node::{ap, inbox, model};
use serde_json::{Value, json};

use crate::support::fixtures::Made;
use crate::support::{Peer, TestApp};

async fn node() -> (TestApp, Made) {
    let mut app = TestApp::at(Clock::System.now()).await;
    app.node().await;
    let communs = app.coalition("communs").await;
    app.serve_node().await;
    (app, communs)
}

async fn work(app: &TestApp) {
    inbox::run_until_idle(&app.app).await.unwrap();
    app.deliver().await;
}

async fn document(peer: &Peer, url: &str) -> Value {
    peer.get(url).await.1
}

fn assertion(document: &Value) -> Vec<String> {
    let all = document["assertionMethod"].as_array().unwrap();
    all.iter().map(|key| key["id"].as_str().unwrap().rsplit('#').next().unwrap().to_owned()).collect()
}

/// The coalition says something to an inbox.
async fn say(app: &TestApp, communs: &Made, inbox: String) -> String {
    let id = app.new_id();
    let url = app.urls.activity(&id);
    let new = NewActivity {
        document: json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": url, "type": "Like", "actor": communs.url,
            "object": "https://a.example/1",
        }),
        id,
        actor_id: communs.id,
        kind: "Like",
        publication_id: None,
        public: false,
        to: Audience::Inboxes(vec![inbox]),
        subject: url.clone(),
        now: app.now().naive_utc(),
        quiet: false,
    };
    app.db.write(move |conn| outbox::enqueue(conn, new)).await.unwrap();
    url
}

#[tokio::test]
async fn new_keys_have_new_ids_and_followers_are_told() {
    let (app, communs) = node().await;
    let peer = Peer::start().await;
    peer.follow("ada", &communs.url).await;
    work(&app).await;
    let before = document(&peer, &communs.url).await;
    assert_eq!(assertion(&before), ["ed25519-key"]);
    app.advance(Duration::from_secs(1));

    let id = rotate(&app.app, ActorKind::Coalition, "@communs", false).await.unwrap();
    assert_eq!(id, format!("{}#main-key-2", communs.url));
    app.deliver().await;
    let update = peer.wait_for("the Update", |got| got.kind() == "Update").await;
    assert_eq!(update.verified, Ok(()));
    let (told, served) = (&update.activity["object"], document(&peer, &communs.url).await);
    for found in [told, &served] {
        assert_eq!(found["publicKey"]["id"], id);
        assert_ne!(found["publicKey"]["publicKeyPem"], before["publicKey"]["publicKeyPem"]);
        assert_eq!(assertion(found), ["ed25519-2", "ed25519-key"]);
        assert!(found["updated"].as_str() > before["updated"].as_str());
    }
    let old = before["assertionMethod"][0].clone();
    assert!(served["assertionMethod"].as_array().unwrap().contains(&old), "what it signed can be verified");

    let id = rotate(&app.app, ActorKind::Coalition, "communs", true).await.unwrap();
    assert_eq!(id, format!("{}#main-key-3", communs.url));
    assert_eq!(assertion(&document(&peer, &communs.url).await), ["ed25519-3"], "revoked");
    rotate(&app.app, ActorKind::Coalition, "communs", false).await.unwrap();
    assert_eq!(assertion(&document(&peer, &communs.url).await), ["ed25519-4", "ed25519-3"]);
    app.deliver().await;
}

#[tokio::test]
async fn what_another_process_said_with_new_keys_goes_out_with_them() {
    let (app, communs) = node().await;
    let peer = Peer::start().await;
    peer.follow("ada", &communs.url).await;
    work(&app).await;
    let node = &app.app;
    let (db, http) = (node.db.clone(), node.http.clone());
    let beside = App::new(node.config.clone(), db, node.clock.clone(), http, node.urls.clone()).unwrap();
    // Sooner than the server would ask again for the keys that it has in memory.
    app.advance(Duration::from_millis(10));
    let id = rotate(&beside, ActorKind::Coalition, "communs", false).await.unwrap();
    app.advance(Duration::from_millis(10));
    peer.forget_keys();
    app.deliver().await;
    let update = peer.wait_for("the Update", |got| got.kind() == "Update").await;
    assert_eq!((update.verified, &update.activity["object"]["publicKey"]["id"]), (Ok(()), &json!(id)));
}

#[tokio::test]
async fn what_waits_is_vouched_for_anew_only_when_the_key_before_is_revoked() {
    let (app, communs) = node().await;
    let peer = Peer::start().await;
    let said = say(&app, &communs, format!("{}/inbox", peer.actor("ada"))).await;
    let id = said.rsplit('/').next().unwrap().to_owned();
    let vouched_by = async || {
        let id = id.clone();
        let stored = app.read(move |conn| model::activity::find(conn, &id)).await.unwrap();
        let document: Value = serde_json::from_str(&stored.document).unwrap();
        document["proof"]["verificationMethod"].as_str().unwrap().rsplit('#').next().unwrap().to_owned()
    };
    assert_eq!(vouched_by().await, "ed25519-key");
    rotate(&app.app, ActorKind::Coalition, "communs", false).await.unwrap();
    assert_eq!(vouched_by().await, "ed25519-key", "it can still be verified");
    rotate(&app.app, ActorKind::Coalition, "communs", true).await.unwrap();
    assert_eq!(vouched_by().await, "ed25519-3");
    app.deliver().await;
    assert_eq!(peer.wait_for("it", |got| got.activity["id"] == said).await.verified, Ok(()));
}

#[tokio::test]
async fn every_kind_of_actor_has_keys_to_rotate() {
    let (app, communs) = node().await;
    let node = rotate(&app.app, ActorKind::Node, "node", false).await.unwrap();
    assert_eq!(node, format!("{}/actor#main-key-2", app.url()));
    rotate(&app.app, ActorKind::Organisation, "communs_org", false).await.unwrap();
    let peer = Peer::start().await;
    assert_eq!(document(&peer, &format!("{}/actor", app.url())).await["publicKey"]["id"], node);
    let said = rotate(&app.app, ActorKind::Organisation, "communs", false).await.unwrap_err().to_string();
    assert!(said.contains("there is no organisation `communs`"), "{said}");
    assert_eq!(document(&peer, &communs.url).await["publicKey"]["id"], format!("{}#main-key", communs.url));
}

#[tokio::test]
async fn a_delivery_under_way_is_signed_with_the_new_key() {
    let (app, communs) = node().await;
    let peer = Peer::start().await;
    let inbox = format!("{}/inbox", peer.actor("ada"));
    // Sent once, so that it is in memory with its key, and refused.
    peer.answer(crate::support::peer::Answer::Status(503));
    let waiting = say(&app, &communs, inbox).await;
    app.deliver().await;
    rotate(&app.app, ActorKind::Coalition, "communs", false).await.unwrap();
    peer.answer(crate::support::peer::Answer::Accept);
    app.advance(Duration::from_secs(60));
    app.deliver().await;
    let got = peer.wait_for("the delivery", |got| got.activity["id"] == waiting && got.status == 202).await;
    // The peer asks for the key by its id, and the served document lists the new one alone.
    assert_eq!(got.verified, Ok(()));
}

#[tokio::test]
async fn a_server_that_runs_notices_within_half_a_second() {
    let (app, communs) = node().await;
    let id = communs.id;
    let old = ap::keys::signer(&app, id).await.unwrap();
    let urls = Urls::new(app.urls.base(), app.urls.domain()).unwrap();
    let db = Db::open(app.db.location().clone(), false, 1).unwrap();
    let http = ap::client::build(&app.config.federation, urls.base()).unwrap();
    let beside = App::new(app.config.clone(), db, app.clock.clone(), http, urls).unwrap();
    let new = rotate(&beside, ActorKind::Coalition, "communs", false).await.unwrap();
    assert_ne!(old.key_id, new);
    app.advance(Duration::from_millis(300));
    assert_eq!(ap::keys::signer(&app, id).await.unwrap().key_id, new);
    app.deliver().await;
}

#[tokio::test]
async fn another_node_survives_a_rotation_and_believes_the_old_key_no_more() {
    let ((here, communs), (there, fabrique)) = (node().await, {
        let mut app = TestApp::at(Clock::System.now()).await;
        app.node().await;
        let fabrique = app.coalition("fabrique").await;
        app.serve_node().await;
        (app, fabrique)
    });
    follow(&there, &communs.url, "fabrique").await.unwrap();
    there.deliver().await;
    work(&here).await;
    work(&there).await;
    let old = ap::keys::signer(&here, communs.id).await.unwrap();

    rotate(&here.app, ActorKind::Coalition, "communs", false).await.unwrap();
    rotate(&here.app, ActorKind::Node, "node", false).await.unwrap();
    here.deliver().await;
    work(&there).await;
    let url = communs.url.clone();
    let keys = there.read(move |conn| model::remote::key_ids(conn, &url)).await;
    assert!(keys.contains(&format!("{}#main-key-2", communs.url)), "{keys:?}");
    assert!(!keys.contains(&old.key_id), "{keys:?}");

    say(&here, &communs, format!("{}/inbox", fabrique.url)).await;
    here.deliver().await;
    let sent = here.read(|conn| model::delivery::list(conn, model::delivery::DONE, 10)).await;
    assert_eq!(sent.len(), 3, "an Accept, an Update and a Like: {sent:?}");
    work(&there).await;

    // What the old key signs is refused, also while it may still be in memory.
    let body = json!({
        "id": format!("{}/activities/x", here.url()), "type": "Like", "actor": communs.url, "object": "https://a.example/2",
    });
    let (body, inbox) = (body.to_string(), format!("{}/inbox", there.url()).parse().unwrap());
    let digests = ap::knock::Digests::of(body.as_bytes());
    for scheme in [ap::knock::Scheme::Cavage, ap::knock::Scheme::Rfc9421] {
        let headers = ap::knock::sign(scheme, &old, &inbox, Some(&digests), here.now()).unwrap();
        let request = crate::support::app::client().post(inbox.clone()).headers(headers).body(body.clone());
        assert_eq!(request.send().await.unwrap().status(), 401);
    }
}
