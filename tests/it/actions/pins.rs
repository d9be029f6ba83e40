//! Pins: what a coalition shows first.

use std::time::Duration;

use reset_node::actions::pin::{pin, unpin};
use reset_node::actions::publication::withdraw;
use reset_node::domain::publication::Kind;
use serde_json::{Value, json};

use super::{deliveries, follower_of, node, said, say, written};
use crate::support::TestApp;

async fn roadmap(app: &TestApp, slug: &str) -> String {
    say(app, written(Kind::Roadmap, slug, "", "Un.")).await.unwrap().0
}

async fn featured(app: &TestApp) -> Value {
    let answer = app.visit("/coalitions/communs/featured", &[("accept", "application/activity+json")]).await;
    serde_json::from_str(&answer.text).unwrap()
}

/// The `Add`s and `Remove`s so far: type and object.
async fn moves(app: &TestApp) -> Vec<(String, String)> {
    let mut moves = Vec::new();
    for activity in said(app, "communs").await {
        if !["Add", "Remove"].contains(&activity.kind.as_str()) {
            continue;
        }
        let document: Value = serde_json::from_str(&activity.document).unwrap();
        let group = app.urls.coalition("communs");
        assert_eq!(document["target"], format!("{group}/featured"));
        assert_eq!(document["to"], json!(["https://www.w3.org/ns/activitystreams#Public"]));
        assert_eq!(document["cc"], json!([format!("{group}/followers")]));
        moves.push((activity.kind, document["object"].as_str().unwrap().to_owned()));
    }
    moves
}

#[tokio::test]
async fn a_pin_is_told_once_and_listed_newest_first() {
    let app = node().await;
    follower_of(&app, "communs").await;
    let (one, two) = (roadmap(&app, "un").await, roadmap(&app, "deux").await);
    for url in [&one, &two, &one] {
        app.advance(Duration::from_secs(1));
        assert_eq!(pin(&app, url.clone()).await.unwrap(), *url);
    }
    let listed = featured(&app).await;
    assert_eq!((&listed["orderedItems"], &listed["totalItems"]), (&json!([two, one]), &json!(2)));
    let add = |url: &String| ("Add".to_owned(), url.clone());
    assert_eq!(moves(&app).await, [add(&one), add(&two)]);
    assert_eq!(deliveries(&app).await, 4);
    for _ in 0..2 {
        app.advance(Duration::from_secs(1));
        unpin(&app, two.clone()).await.unwrap();
    }
    assert_eq!(featured(&app).await["orderedItems"], json!([one]));
    assert_eq!(moves(&app).await, [add(&one), add(&two), ("Remove".to_owned(), two)]);
}

#[tokio::test]
async fn a_sixth_pin_is_refused_and_so_is_a_draft() {
    let app = node().await;
    for slug in ["a", "b", "c", "d", "e"] {
        let url = roadmap(&app, slug).await;
        pin(&app, url).await.unwrap();
    }
    let sixth = roadmap(&app, "f").await;
    let refused = pin(&app, sixth.clone()).await.unwrap_err().to_string();
    assert!(refused.contains("shows 5 publications first already"), "{refused}");
    let first = featured(&app).await["orderedItems"][0].as_str().unwrap().to_owned();
    unpin(&app, first).await.unwrap();
    pin(&app, sixth).await.unwrap();
    let (draft, _) = say(&app, written(Kind::Proposal, "p", "state = \"draft\"", "Un.")).await.unwrap();
    let refused = pin(&app, draft).await.unwrap_err().to_string();
    assert!(refused.contains("is a draft"), "{refused}");
    let unknown = pin(&app, "nichts".to_owned()).await.unwrap_err().to_string();
    assert!(unknown.contains("there is no publication `nichts`"), "{unknown}");
}

#[tokio::test]
async fn what_is_withdrawn_is_removed_from_the_pins_before_it_is_deleted() {
    let app = node().await;
    let url = roadmap(&app, "cap").await;
    pin(&app, url.clone()).await.unwrap();
    app.advance(Duration::from_secs(1));
    withdraw(&app, url.clone(), "Une erreur".to_owned()).await.unwrap();
    let kinds: Vec<_> = said(&app, "communs").await.into_iter().map(|activity| activity.kind).collect();
    assert_eq!(kinds, ["Create", "Add", "Remove", "Delete"]);
    assert_eq!(featured(&app).await["orderedItems"], json!([]));
    let refused = pin(&app, url).await.unwrap_err().to_string();
    assert!(refused.contains("was withdrawn"), "{refused}");
}

#[tokio::test]
async fn the_page_of_a_coalition_shows_pinned_publications_first() {
    let app = node().await;
    let old = roadmap(&app, "ancien").await;
    app.advance(Duration::from_secs(60));
    roadmap(&app, "nouveau").await;
    let page = app.visit("/coalitions/communs", &[]).await.text;
    assert!(!page.contains("Épinglées"));
    pin(&app, old).await.unwrap();
    let page = app.visit("/coalitions/communs", &[]).await.text;
    let place = |text: &str| page.find(text).unwrap();
    assert!(place("Épinglées") < place("Titre de ancien"), "{page}");
    assert!(place("Titre de ancien") < place("Titre de nouveau"));
    let other = app.visit("/coalitions/communs?kind=roadmap", &[]).await.text;
    assert!(!other.contains("Épinglées"));
}
