//! The short note of a state: once for what followers must learn, in the same transaction and order as the `Update`, and for
//! nothing else.

use reset_node::actions::publication::{Travel, publish, withdraw};
use reset_node::db::schema::{deliveries, notes};
use reset_node::domain::publication::Kind;
use serde_json::{Value, json};

use diesel::prelude::*;

use super::{follower_of, kinds, node, said, say, stored, written};
use crate::support::TestApp;

/// The notes that the coalition said, in order.
async fn told(app: &TestApp) -> Vec<Value> {
    let said = said(app, "communs").await.into_iter();
    let objects = said.map(|one| serde_json::from_str::<Value>(&one.document).unwrap());
    objects.map(|activity| activity["object"].clone()).filter(|object| object["type"] == "Note").collect()
}

#[tokio::test]
async fn each_state_that_followers_must_learn_is_told_once_after_its_update() {
    let decided = [
        (Kind::Proposal, "state = \"open\"", "state = \"adopted\"", "Proposition adoptée"),
        (Kind::Proposal, "state = \"open\"", "state = \"not_adopted\"", "Proposition non adoptée"),
        (Kind::Minutes, "state = \"submitted\"", "state = \"adopted\"", "Compte rendu adopté"),
        (Kind::Meeting, "date = 2026-12-12", "date = 2026-12-13", "Rencontre déplacée"),
        (Kind::Meeting, "date = 2026-12-12", "date = 2026-12-12\nstate = \"cancelled\"", "Rencontre annulée"),
        (Kind::Decision, "", "state = \"superseded\"", "est remplacée par une autre"),
        (Kind::Decision, "", "state = \"repealed\"", "est abrogée"),
    ];
    for (kind, before, after, sentence) in decided {
        let app = node().await;
        let (id, _) = say(&app, written(kind, "x", before, "Texte")).await.unwrap();
        say(&app, written(kind, "x", after, "Texte")).await.unwrap();
        say(&app, written(kind, "x", after, "Texte")).await.unwrap();
        assert_eq!(kinds(&app, "communs").await, ["Create", "Update", "Create"], "{sentence}");
        let notes = told(&app).await;
        let content = notes.first().unwrap()["content"].as_str().unwrap();
        assert!(content.contains(sentence) && content.contains("Titre de x"), "{content}");
        assert_eq!(stored(&app, &id).await.row.replies, 1);
    }
}

#[tokio::test]
async fn a_late_and_a_finished_milestone_are_told_in_one_note() {
    let app = node().await;
    let steps = |a: &str, b: &str| {
        format!(
            "[[milestones]]\ntitle = \"A\"\nstatus = \"{a}\"\n[[milestones]]\ntitle = \"B\"\nstatus = \"{b}\""
        )
    };
    say(&app, written(Kind::Roadmap, "cap", &steps("planned", "planned"), "Texte")).await.unwrap();
    say(&app, written(Kind::Roadmap, "cap", &steps("late", "done"), "Texte")).await.unwrap();
    say(&app, written(Kind::Roadmap, "cap", &steps("late", "done"), "Autre texte")).await.unwrap();
    assert_eq!(kinds(&app, "communs").await, ["Create", "Update", "Create", "Update"]);
    let notes = told(&app).await;
    let content = notes.first().unwrap()["content"].as_str().unwrap();
    assert!(content.contains("Étape-clé en retard") && content.contains("Étape-clé faite"), "{content}");
}

#[tokio::test]
async fn an_edit_a_withdrawal_and_an_archive_are_told_by_no_note() {
    let app = node().await;
    let (id, _) = say(&app, written(Kind::Proposal, "x", "", "Un.")).await.unwrap();
    say(&app, written(Kind::Proposal, "x", "", "Deux.")).await.unwrap();
    let quiet = written(Kind::Proposal, "x", "state = \"adopted\"", "Deux.");
    publish(&app, vec![quiet], Travel::Quiet).await.unwrap();
    withdraw(&app, id, "Une erreur".to_owned()).await.unwrap_err();
    let (id, _) = say(&app, written(Kind::Proposal, "y", "", "Un.")).await.unwrap();
    withdraw(&app, id, "Une erreur".to_owned()).await.unwrap();
    assert_eq!(told(&app).await, Vec::<Value>::new());
    assert_eq!(app.read(|conn| notes::table.count().get_result::<i64>(conn)).await, 0);
}

#[tokio::test]
async fn a_note_travels_to_the_followers_after_the_update_and_is_served_as_it_was_sent() {
    let app = node().await;
    follower_of(&app, "communs").await;
    let (id, _) = say(&app, written(Kind::Proposal, "x", "language = \"en\"", "Text")).await.unwrap();
    let adopted = "language = \"en\"\nstate = \"adopted\"";
    say(&app, written(Kind::Proposal, "x", adopted, "Text")).await.unwrap();
    let sent: Vec<(String, String)> = app
        .read(|conn| {
            let columns = (deliveries::subject, deliveries::inbox);
            deliveries::table.order(deliveries::id).select(columns).load(conn)
        })
        .await;
    let one = (id.clone(), "https://peer.example/inbox".to_owned());
    assert_eq!(sent, [one.clone(), one.clone(), one], "Create, Update and note are in one order");
    let notes = told(&app).await;
    let note = notes.first().unwrap();
    let group = app.urls.coalition("communs");
    assert_eq!(note["attributedTo"], json!(group));
    assert_eq!(note["inReplyTo"], json!(id));
    assert_eq!(note["context"], json!(format!("{id}/context")));
    assert_eq!(note["to"], json!(["https://www.w3.org/ns/activitystreams#Public"]));
    assert_eq!(note["cc"], json!([format!("{group}/followers")]));
    assert!(note["@context"].is_array() && note["contentMap"]["en"] == note["content"]);
    assert!(note["content"].as_str().unwrap().contains(&format!("href=\"{id}\"")));
    let path = note["id"].as_str().unwrap().strip_prefix(app.urls.base()).unwrap();
    let served = app.visit(path, &[("accept", "application/activity+json")]).await;
    assert_eq!(serde_json::from_str::<Value>(&served.text).unwrap(), *note);
    let page = app.visit(path, &[("accept", "text/html")]).await;
    let place = id.strip_prefix(app.urls.base()).unwrap();
    assert_eq!(page.status, 303);
    assert!(page.header("location").starts_with(place) && page.header("location").contains("#note-"));
    assert_eq!(app.visit("/notes/x", &[("accept", "application/activity+json")]).await.status, 404);
}
