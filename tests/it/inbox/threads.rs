//! Threads: what others answer to our notes, what we answer to theirs, and the collections in which a peer walks it all.

use diesel::prelude::*;
use reset_node::actions::comment::{self, Words};
use reset_node::db::schema::{inbox_items, notes, replies};
use serde_json::{Value, json};

use super::{Stage, stage};
use crate::support::peer::PUBLIC;

async fn comment(stage: &Stage, answers: &str, text: &str) -> String {
    let words = Words { text: text.to_owned(), language: None };
    let by = "communs_org".to_owned();
    comment::add(&stage.app, answers.to_owned(), by, words).await.unwrap().url
}

async fn reply(stage: &Stage, name: &str, changes: Value) -> String {
    let mut note = json!({
        "id": stage.peer.new_id("objects"), "type": "Note", "attributedTo": stage.peer.actor(name),
        "content": "<p>Bien.</p>", "to": [PUBLIC],
    });
    for (key, value) in changes.as_object().unwrap() {
        note[key] = value.clone();
    }
    stage.peer.keep(&note);
    let (_, status) = stage.peer.act(name, "Create", note.clone(), &stage.coalition.url).await;
    assert_eq!(status, 202);
    stage.work().await;
    note["id"].as_str().unwrap().to_owned()
}

/// Every id of a collection, by its pages.
async fn walk(stage: &Stage, url: &str) -> Vec<String> {
    let (status, collection) = stage.peer.get(url).await;
    assert_eq!((status, &collection["type"]), (200, &json!("OrderedCollection")));
    let (mut ids, mut at, mut before) = (Vec::new(), collection["first"].clone(), Value::Null);
    while let Some(address) = at.as_str() {
        let (status, page) = stage.peer.get(address).await;
        assert_eq!((status, &page["type"]), (200, &json!("OrderedCollectionPage")));
        assert_eq!((&page["id"], &page["partOf"]), (&json!(address), &json!(url)));
        assert_eq!((&page["prev"], &page["totalItems"]), (&before, &collection["totalItems"]));
        ids.extend(page["orderedItems"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()));
        before = page["id"].clone();
        at = page["next"].clone();
    }
    assert_eq!(collection["totalItems"], json!(ids.len()));
    ids
}

#[tokio::test]
async fn an_answer_to_our_note_belongs_to_the_thread_and_ours_to_it_reaches_its_author() {
    let stage = stage().await;
    let ours = comment(&stage, &stage.proposal, "Un.").await;
    let theirs = reply(&stage, "ada", json!({"inReplyTo": ours})).await;
    let answer = comment(&stage, &theirs, "Deux.").await;
    let deep = reply(&stage, "bob", json!({"inReplyTo": answer})).await;
    assert_eq!(stage.counts().await, (4, 0, 0, 2));
    stage.settle().await;
    let got = stage.peer.received();
    let note = got.iter().find(|one| one.kind() == "Create").unwrap().activity["object"].clone();
    assert_eq!((&note["id"], &note["inReplyTo"]), (&json!(answer), &json!(theirs)));
    assert!(note["cc"].as_array().unwrap().contains(&json!(stage.peer.actor("ada"))), "{note}");
    assert!(got.iter().all(|one| one.verified.is_ok()), "signed by the organisation");
    assert_eq!(walk(&stage, &format!("{}/replies", stage.proposal)).await, std::slice::from_ref(&ours));
    assert_eq!(walk(&stage, &format!("{ours}/replies")).await, std::slice::from_ref(&theirs));
    assert_eq!(walk(&stage, &format!("{answer}/replies")).await, std::slice::from_ref(&deep));
    let mut all = walk(&stage, &format!("{}/context", stage.proposal)).await;
    assert_eq!(all.first(), Some(&stage.proposal));
    let (_, thread) = stage.peer.get(&format!("{}/context", stage.proposal)).await;
    assert_eq!(thread["attributedTo"], json!(stage.coalition.url));
    all.sort_unstable();
    let mut expected = vec![stage.proposal.clone(), ours, theirs, answer, deep];
    expected.sort_unstable();
    assert_eq!(all, expected);
    let (_, publication) = stage.peer.get(&stage.proposal).await;
    assert_eq!(publication["context"], json!(format!("{}/context", stage.proposal)));
}

#[tokio::test]
async fn a_long_thread_is_walked_forth_and_back_and_shown_by_pages() {
    let stage = stage().await;
    let first = comment(&stage, &stage.proposal, "Un.").await;
    for n in 0..119 {
        let under = if n % 2 == 0 { stage.proposal.clone() } else { first.clone() };
        comment(&stage, &under, &format!("Commentaire {n}.")).await;
    }
    assert_eq!(walk(&stage, &format!("{}/replies", stage.proposal)).await.len(), 61);
    assert_eq!(walk(&stage, &format!("{first}/replies")).await.len(), 59);
    assert_eq!(walk(&stage, &format!("{}/context", stage.proposal)).await.len(), 121);
    let id = first.rsplit('/').next().unwrap();
    let last: String =
        stage.app.read(|conn| notes::table.order(notes::id.desc()).select(notes::id).first(conn)).await;
    for (note, page) in [(id, ""), (last.as_str(), "?page=3")] {
        let place = stage.app.visit(&format!("/notes/{note}"), &[("accept", "text/html")]).await;
        let path = stage.proposal.strip_prefix(stage.app.url()).unwrap();
        assert_eq!(place.header("location"), format!("{path}{page}#note-{note}"));
        let shown = stage.app.visit(&format!("{path}{page}"), &[("accept", "text/html")]).await;
        assert!(shown.text.contains(&format!("id=\"note-{note}\"")), "{page}");
    }
}

#[tokio::test]
async fn a_private_answer_to_a_note_leaks_neither_by_page_nor_by_collection_nor_by_update() {
    let stage = stage().await;
    let ours = comment(&stage, &stage.proposal, "Un.").await;
    let secret = "<p>Secret.</p>";
    let followers = format!("{}/followers", stage.peer.actor("ada"));
    for to in [json!([followers]), json!([stage.coalition.url]), json!([]), json!("as:public")] {
        reply(&stage, "ada", json!({"inReplyTo": ours, "content": secret, "to": to})).await;
        assert_eq!(stage.outcome().await, "a reply that is not public");
    }
    let public = reply(&stage, "ada", json!({"inReplyTo": ours})).await;
    let narrowed = json!({
        "id": public, "type": "Note", "attributedTo": stage.peer.actor("ada"), "inReplyTo": ours,
        "content": secret, "to": [followers], "updated": "2100-01-01T00:00:00Z",
    });
    stage.peer.act("ada", "Update", narrowed, &stage.coalition.url).await;
    stage.work().await;
    assert_eq!(stage.counts().await, (1, 0, 0, 0), "only our own note is left");
    assert!(walk(&stage, &format!("{ours}/replies")).await.is_empty());
    let kept: Vec<String> =
        stage.app.read(|conn| inbox_items::table.select(inbox_items::document).load(conn)).await;
    assert!(kept.iter().all(|document| !document.contains("Secret")));
}

#[tokio::test]
async fn a_warning_folds_a_reply_and_its_attachments_are_links() {
    let stage = stage().await;
    let changes = json!({
        "inReplyTo": stage.proposal, "summary": "<b onclick=x>Attention</b>", "sensitive": true,
        "attachment": [
            {"type": "Document", "url": "https://peer.example/plan.png", "name": "Le <plan>"},
            {"type": "Document", "url": "javascript:alert(1)"},
        ],
    });
    reply(&stage, "ada", changes).await;
    let stored: (Option<String>, String) =
        stage.app.read(|conn| replies::table.select((replies::warning, replies::html)).first(conn)).await;
    assert_eq!(stored, (Some("Attention".to_owned()), "<p>Bien.</p>".to_owned()));
    let path = stage.proposal.strip_prefix(stage.app.url()).unwrap().to_owned();
    let page = stage.app.visit(&path, &[("accept", "text/html")]).await.text;
    assert!(page.contains("<summary>Attention</summary>"), "{page}");
    assert!(page.contains("<a href=\"https://peer.example/plan.png\" rel=\"nofollow noopener noreferrer\">"));
    assert!(!page.contains("javascript:") && !page.contains("<img src=\"https://peer.example"));
}

#[tokio::test]
async fn likes_and_shares_of_a_note_are_counted_once_and_taken_back() {
    let stage = stage().await;
    let g = &stage.coalition.url;
    let ours = comment(&stage, &stage.proposal, "Un.").await;
    let (like, _) = stage.peer.like("ada", &ours, g).await;
    stage.peer.like("ada", &ours, g).await;
    stage.peer.like("bob", &ours, g).await;
    stage.peer.announce("ada", &ours, g).await;
    stage.work().await;
    let counted = async |what: &str| stage.peer.get(&format!("{ours}/{what}")).await.1["totalItems"].clone();
    assert_eq!((counted("likes").await, counted("shares").await), (json!(2), json!(1)));
    stage.peer.undo("ada", &like, g).await;
    let bob = stage.peer.actor("bob");
    stage.peer.act("bob", "Delete", json!(bob), g).await;
    stage.work().await;
    assert_eq!((counted("likes").await, counted("shares").await), (json!(0), json!(1)));
    assert_eq!(stage.counts().await, (1, 0, 0, 0), "a publication counts its own");
    comment::delete(&stage.app, ours.clone()).await.unwrap();
    stage.peer.like("eve", &ours, g).await;
    stage.work().await;
    assert_eq!(stage.outcome().await, "a reaction to what is not public");
    assert_eq!(stage.peer.get(&format!("{ours}/likes")).await.0, 404);
}
