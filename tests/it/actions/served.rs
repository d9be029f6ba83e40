//! What is served by its id is what was sent, byte for byte, with the proof of its actor, whatever has happened since.

use std::time::Duration;

use reset_federation::key::PublicKey;
use reset_federation::proof::Proof;
use reset_node::actions::publication::withdraw;
use reset_node::actions::{coalition, node as node_action, profile::Profile};
use reset_node::ap::proof::embedded;
use reset_node::app::{App, Urls};
use reset_node::domain::publication::Kind;
use reset_node::model;
use serde_json::Value;

use super::{node, said, say, written};
use crate::support::TestApp;

async fn get(url: &str) -> (u16, String) {
    let accept = ("accept", "application/activity+json");
    let asked = crate::support::app::client().get(url).header(accept.0, accept.1).send().await.unwrap();
    (asked.status().as_u16(), asked.text().await.unwrap())
}

/// Fails unless the document and its proof are those of this local actor.
async fn holds(app: &TestApp, text: &str, handle: &str) {
    let document: Value = serde_json::from_str(text).unwrap();
    let handle = handle.to_owned();
    let key = app
        .read(move |conn| {
            let actor = model::actor::by_handle(conn, &handle)?.unwrap();
            model::actor::current_key(conn, actor.id, "ed25519")
        })
        .await;
    let key = PublicKey::from_multibase(&key.unwrap().public).unwrap();
    let proof = Proof::read(&document).unwrap().unwrap();
    assert_eq!(proof.verify(&key, app.now()), Ok(()), "{document:#}");
}

/// What the last activity of the coalition embeds, if that has this id.
async fn last(app: &TestApp, url: &str) -> Option<String> {
    embedded(&said(app, "communs").await.pop().unwrap().document, url)
}

#[tokio::test]
async fn a_publication_is_served_as_it_was_last_sent() {
    let mut app = node().await;
    app.serve_node().await;
    let closes = (app.now() + chrono::TimeDelta::days(1)).to_rfc3339();
    let round = format!("closes = {closes}\nsummary = \"Une ligne.\"");
    let (url, _) = say(&app, written(Kind::Proposal, "budget", &round, "Un texte.")).await.unwrap();
    let sent = last(&app, &url).await.unwrap();
    holds(&app, &sent, "communs").await;
    assert_eq!(get(&url).await, (200, sent.clone()));
    // The round is over and an author has another name: what was said stays what was said.
    app.advance(Duration::from_secs(3 * 86_400));
    assert_eq!(get(&url).await, (200, sent.clone()));
    let (_, _) = say(&app, written(Kind::Proposal, "budget", &round, "Un autre texte.")).await.unwrap();
    let update = last(&app, &url).await.unwrap();
    assert_ne!(update, sent);
    holds(&app, &update, "communs").await;
    assert_eq!(get(&url).await, (200, update));
    for activity in said(&app, "communs").await {
        holds(&app, &activity.document, "communs").await;
        assert_eq!(get(&app.urls.activity(&activity.id)).await, (200, activity.document));
    }
    withdraw(&app.app, url.clone(), "Un doublon".to_owned()).await.unwrap();
    let delete: Value = serde_json::from_str(&said(&app, "communs").await.pop().unwrap().document).unwrap();
    let (status, tombstone) = get(&url).await;
    assert_eq!((status, serde_json::from_str::<Value>(&tombstone).unwrap()), (410, delete["object"].clone()));
}

#[tokio::test]
async fn a_profile_is_served_as_it_was_sent() {
    let mut app = node().await;
    app.serve_node().await;
    let url = app.urls.coalition("communs");
    super::follower_of(&app, "communs").await;
    let text = "[[coalitions]]\nhandle = \"communs\"\ntopic = \"un autre\"\n";
    app.advance(Duration::from_secs(5));
    coalition::import(&app.app, Profile::parse_all(text, "fr").unwrap()).await.unwrap();
    let told = app.read(|conn| model::activity::after(conn, "")).await.unwrap();
    let sent = embedded(&told.document, &url).unwrap();
    holds(&app, &sent, "communs").await;
    app.advance(Duration::from_secs(60));
    assert_eq!(get(&url).await, (200, sent));
    for (path, handle) in [("/actor", "node"), ("/organisations/atelier", "atelier")] {
        holds(&app, &get(&format!("{}{path}", app.url())).await.1, handle).await;
    }
}

#[tokio::test]
async fn documents_that_are_rewritten_before_the_first_serve_are_vouched_for_anew() {
    let app = node().await;
    let (url, _) = say(&app, written(Kind::Roadmap, "cap", "", "Un texte.")).await.unwrap();
    let urls = Urls::new("https://a.example", "a.example").unwrap();
    let moved =
        App::new(app.config.clone(), app.db.clone(), app.clock.clone(), app.http.clone(), urls).unwrap();
    node_action::settle_url(&moved, true).await.unwrap();
    let create = said(&app, "communs").await.pop().unwrap().document;
    let url = url.replace(app.url(), "https://a.example");
    for text in [&embedded(&create, &url).unwrap(), &create] {
        holds(&app, text, "communs").await;
        assert!(text.contains("\"verificationMethod\":\"https://a.example/coalitions/communs#ed25519-key\""));
    }
}
