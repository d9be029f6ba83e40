//! Quotes of ours by others (FEP-044f): allowed with a stamp, refused, revoked, forgotten.

use diesel::prelude::*;
use reset_node::actions::{publication, quote};
use reset_node::db::schema::{inbox_items, quotes};
use serde_json::{Value, json};

use super::{Stage, stage};
use crate::support::peer::PUBLIC;

/// A public post of this actor that quotes the proposal, served by the peer.
fn post(stage: &Stage, name: &str) -> Value {
    let note = json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": stage.peer.new_id("objects"), "type": "Note", "attributedTo": stage.peer.actor(name),
        "content": "<p>Lisez cela.</p>", "quote": stage.proposal, "to": [PUBLIC],
    });
    stage.peer.keep(&note);
    note
}

/// Asks to quote the proposal with this post, by id or embedded; works it off. The request.
async fn ask(stage: &Stage, name: &str, instrument: Value) -> Value {
    let request = json!({
        "@context": ["https://www.w3.org/ns/activitystreams", {"QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest"}],
        "id": stage.peer.new_id("activities"), "type": "QuoteRequest", "actor": stage.peer.actor(name),
        "object": stage.proposal, "instrument": instrument,
    });
    let status = stage.peer.send(name, &format!("{}/inbox", stage.coalition.url), &request).await;
    assert_eq!(status, 202);
    stage.settle().await;
    request
}

/// The answers that came to this actor's own inbox: type, result, and the whole.
fn answers(stage: &Stage, name: &str) -> Vec<(String, String, Value)> {
    let inbox = format!("/users/{name}/inbox");
    let mine = stage.peer.received().into_iter().filter(|received| received.path == inbox);
    mine.map(|received| {
        assert_eq!(received.verified, Ok(()));
        let result = received.activity["result"].as_str().unwrap_or_default().to_owned();
        (received.kind().to_owned(), result, received.activity)
    })
    .collect()
}

async fn rows(stage: &Stage) -> i64 {
    stage.app.read(|conn| quotes::table.count().get_result(conn)).await
}

#[tokio::test]
async fn a_request_to_quote_is_accepted_with_a_stamp_that_anyone_can_fetch() {
    let stage = stage().await;
    let note = post(&stage, "ada");
    let request = ask(&stage, "ada", note.clone()).await;
    let answers = answers(&stage, "ada");
    let (kind, stamp, accept) = answers.first().unwrap();
    assert_eq!((kind.as_str(), answers.len()), ("Accept", 1));
    assert_eq!((&accept["actor"], &accept["object"]["id"]), (&json!(stage.coalition.url), &request["id"]));
    assert_eq!(accept["object"]["instrument"], note["id"]);
    assert_eq!(accept["object"]["@context"], request["@context"]);
    let (status, document) = stage.peer.get(stamp).await;
    assert_eq!(status, 200);
    for (key, value) in [
        ("id", json!(stamp)),
        ("type", json!("QuoteAuthorization")),
        ("attributedTo", json!(stage.coalition.url)),
        ("interactingObject", note["id"].clone()),
        ("interactionTarget", json!(stage.proposal)),
    ] {
        assert_eq!(document[key], value, "{key}");
    }
    let page = stage.app.visit(stage.proposal.strip_prefix(stage.app.url()).unwrap(), &[]).await;
    assert!(page.text.contains("Citée par") && page.text.contains(note["id"].as_str().unwrap()));
    let (_, told) = stage.peer.get(&stage.proposal).await;
    assert_eq!(told["interactionPolicy"]["canQuote"]["automaticApproval"], json!([PUBLIC]));
}

#[tokio::test]
async fn a_repeated_request_is_answered_again_with_the_same_stamp() {
    let stage = stage().await;
    let note = post(&stage, "ada");
    ask(&stage, "ada", note.clone()).await;
    ask(&stage, "ada", note["id"].clone()).await;
    let answers = answers(&stage, "ada");
    let stamps: Vec<_> = answers.iter().map(|(kind, stamp, _)| (kind.as_str(), stamp)).collect();
    let stamp = &answers.first().unwrap().1;
    assert_eq!(stamps, [("Accept", stamp), ("Accept", stamp)]);
    assert_eq!(rows(&stage).await, 1);
}

#[tokio::test]
async fn nobody_gets_a_stamp_for_the_post_of_another() {
    let stage = stage().await;
    let note = post(&stage, "ada");
    // By id, embedded as it is, and embedded with a lie about its author.
    let mut stolen = note.clone();
    stolen["attributedTo"] = json!(stage.peer.actor("eve"));
    ask(&stage, "eve", note["id"].clone()).await;
    assert_eq!(stage.outcome().await, "refused: the actor does not own the object");
    ask(&stage, "eve", note.clone()).await;
    assert_eq!(stage.outcome().await, "refused: the actor does not own the object");
    let there = crate::support::Peer::start_at("127.0.0.2:0").await;
    stolen["id"] = json!(there.new_id("objects"));
    ask(&stage, "eve", stolen).await;
    assert_eq!(stage.outcome().await, "refused: the object is on another host than the actor");
    assert_eq!((rows(&stage).await, answers(&stage, "eve").len()), (0, 0));
}

#[tokio::test]
async fn what_was_withdrawn_or_is_not_quoted_gets_a_reject_and_what_never_was_gets_nothing() {
    let stage = stage().await;
    let mut other = post(&stage, "ada");
    other["quote"] = json!(stage.coalition.url);
    ask(&stage, "ada", other).await;
    let note = post(&stage, "ada");
    ask(&stage, "ada", note).await;
    publication::withdraw(&stage.app, stage.proposal.clone(), "Une erreur".to_owned()).await.unwrap();
    let late = post(&stage, "ada");
    ask(&stage, "ada", late).await;
    let answers = answers(&stage, "ada");
    let kinds: Vec<_> = answers.iter().map(|(kind, ..)| kind.as_str()).collect();
    assert_eq!(kinds, ["Reject", "Accept", "Reject"]);
    let (status, gone) = stage.peer.get(&answers[1].1).await;
    assert_eq!((status, &gone["type"]), (410, &json!("Tombstone")), "its stamp went with the publication");
    let mut stage = stage;
    stage.proposal = format!("{}/publications/nothing", stage.app.url());
    let note = post(&stage, "ada");
    ask(&stage, "ada", note).await;
    assert_eq!(stage.outcome().await, "a request to quote what was never public");
    assert_eq!(stage.peer.received().len(), 3);
}

#[tokio::test]
async fn a_revoked_stamp_is_deleted_everywhere_and_never_given_again() {
    let stage = stage().await;
    stage.peer.follow("bob", &stage.coalition.url).await;
    let note = post(&stage, "ada");
    ask(&stage, "ada", note.clone()).await;
    let stamp = answers(&stage, "ada").first().unwrap().1.clone();
    let listed = quote::list(&stage.app, stage.proposal.clone()).await.unwrap();
    assert_eq!(listed.len(), 1);
    let url = note["id"].as_str().unwrap().to_owned();
    let revoked = quote::revoke(&stage.app, url.clone(), Some("hors sujet".to_owned())).await.unwrap();
    assert_eq!(revoked, std::slice::from_ref(&stamp));
    // By its stamp it can be named again, which says nothing new.
    let again = quote::revoke(&stage.app, stamp.clone(), None).await.unwrap();
    assert_eq!(again, std::slice::from_ref(&stamp));
    stage.settle().await;
    let deletes: Vec<_> =
        stage.peer.received().into_iter().filter(|received| received.kind() == "Delete").collect();
    let mut paths: Vec<_> = deletes.iter().map(|delete| delete.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["/inbox", "/users/ada/inbox"]);
    for delete in &deletes {
        assert_eq!(
            (delete.object_id(), &delete.activity["object"]["type"]),
            (stamp.as_str(), &json!("QuoteAuthorization"))
        );
    }
    assert_eq!(stage.peer.get(&stamp).await.0, 410);
    ask(&stage, "ada", note).await;
    let last = answers(&stage, "ada").pop().unwrap();
    assert_eq!((last.0.as_str(), last.1.as_str()), ("Reject", ""));
    let page = stage.app.visit(stage.proposal.strip_prefix(stage.app.url()).unwrap(), &[]).await;
    assert!(!page.text.contains(&url));
    let unknown = quote::revoke(&stage.app, "https://a.example/1".to_owned(), None).await.unwrap_err();
    assert!(unknown.to_string().contains("`quote list`"), "{unknown}");
}

#[tokio::test]
async fn a_deleted_quoting_post_is_forgotten_with_its_stamp_and_never_comes_back() {
    let stage = stage().await;
    let note = post(&stage, "ada");
    ask(&stage, "ada", note.clone()).await;
    let stamp = answers(&stage, "ada").first().unwrap().1.clone();
    let id = note["id"].as_str().unwrap();
    stage.peer.delete("eve", id, &stage.coalition.url).await;
    stage.work().await;
    assert_eq!(stage.outcome().await, "refused: the quoting post is another actor's");
    stage.peer.delete("ada", id, &stage.coalition.url).await;
    stage.work().await;
    assert_eq!(stage.outcome().await, "a quote was deleted");
    assert_eq!((rows(&stage).await, stage.peer.get(&stamp).await.0), (0, 404));
    ask(&stage, "ada", note).await;
    assert_eq!(stage.outcome().await, "the quoting post was deleted before it asked");
    let other = post(&stage, "bob");
    ask(&stage, "bob", other).await;
    stage.peer.act("bob", "Delete", json!(stage.peer.actor("bob")), &stage.coalition.url).await;
    stage.work().await;
    assert_eq!(rows(&stage).await, 0, "an actor goes with its quotes");
}

#[tokio::test]
async fn the_text_of_a_quoting_post_that_is_not_public_is_neither_kept_nor_linked() {
    let stage = stage().await;
    let mut note = post(&stage, "ada");
    note["to"] = json!([format!("{}/followers", stage.peer.actor("ada"))]);
    note["content"] = json!("<p>Entre nous.</p>");
    ask(&stage, "ada", note.clone()).await;
    assert_eq!(answers(&stage, "ada").first().unwrap().0, "Accept");
    let page = stage.app.visit(stage.proposal.strip_prefix(stage.app.url()).unwrap(), &[]).await;
    assert!(!page.text.contains(note["id"].as_str().unwrap()));
    let kept = stage
        .app
        .read(|conn| {
            let items: Vec<String> = inbox_items::table.select(inbox_items::document).load(conn)?;
            let said: Vec<String> = reset_node::db::schema::activities::table
                .select(reset_node::db::schema::activities::document)
                .load(conn)?;
            Ok([items, said].concat())
        })
        .await;
    assert!(kept.iter().all(|document| !document.contains("Entre nous")), "{kept:?}");
}

#[tokio::test]
async fn a_post_that_quotes_without_asking_has_no_effect() {
    let stage = stage().await;
    let mut note = post(&stage, "ada");
    for name in ["quote", "quoteUrl", "_misskey_quote"] {
        note[name] = json!(stage.proposal);
    }
    stage.peer.act("ada", "Create", note.clone(), &stage.coalition.url).await;
    stage.peer.act("ada", "Update", note, &stage.coalition.url).await;
    stage.settle().await;
    assert_eq!((rows(&stage).await, stage.counts().await), (0, (0, 0, 0, 0)));
    assert_eq!(answers(&stage, "ada").len(), 0);
}

#[tokio::test]
async fn a_note_is_quoted_with_a_stamp_of_its_author_that_ends_with_it() {
    let mut stage = stage().await;
    let new = reset_node::actions::contribution::NewContribution {
        coalition: "communs".to_owned(),
        by: "communs_org".to_owned(),
        text: "Nous contribuons.".to_owned(),
        language: None,
    };
    let url = reset_node::actions::contribution::publish(&stage.app, new).await.unwrap();
    stage.proposal.clone_from(&url);
    let (_, note) = stage.peer.get(&url).await;
    assert_eq!(note["interactionPolicy"]["canQuote"]["automaticApproval"], json!([PUBLIC]));
    let quoting = post(&stage, "ada");
    ask(&stage, "ada", quoting).await;
    let (kind, stamp, accept) = answers(&stage, "ada").pop().unwrap();
    assert_eq!((kind.as_str(), &accept["actor"]), ("Accept", &note["attributedTo"]));
    let (_, document) = stage.peer.get(&stamp).await;
    assert_eq!(
        (&document["attributedTo"], &document["interactionTarget"]),
        (&note["attributedTo"], &json!(url))
    );
    assert_eq!(quote::list(&stage.app, url.clone()).await.unwrap().len(), 1);
    let (id, now) = (url.rsplit('/').next().unwrap().to_owned(), stage.app.now().naive_utc());
    stage
        .app
        .write(move |conn| {
            let note = reset_node::model::note::find(conn, &id)?.unwrap();
            reset_node::model::note::delete(conn, &note.row, now)
        })
        .await;
    assert_eq!(stage.peer.get(&stamp).await.0, 410);
}
