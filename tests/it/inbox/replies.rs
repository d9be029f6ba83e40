//! Replies: shown where they are public and in a thread of ours, changed and deleted by their authors alone.

use diesel::prelude::*;
use reset_node::db::schema::{inbox_items, remote_actors, remote_tombstones, replies};
use serde_json::{Value, json};

use super::{Stage, stage};

async fn texts(stage: &Stage) -> Vec<String> {
    stage.app.read(|conn| replies::table.order(replies::id).select(replies::html).load(conn)).await
}

async fn create(stage: &Stage, name: &str, changes: Value) -> Value {
    let mut note = json!({
        "id": stage.peer.new_id("objects"), "type": "Note", "attributedTo": stage.peer.actor(name),
        "inReplyTo": stage.proposal, "content": "<p>Bien.</p>",
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
    });
    for (key, value) in changes.as_object().unwrap() {
        note[key] = value.clone();
    }
    stage.peer.keep(&note);
    let (_, status) = stage.peer.act(name, "Create", note.clone(), &stage.coalition.url).await;
    assert_eq!(status, 202);
    note
}

#[tokio::test]
async fn a_public_reply_is_cleaned_stored_counted_and_listed() {
    let stage = stage().await;
    let html = "<p onclick=\"x()\">Pour.</p><script>alert(1)</script>";
    let note = create(&stage, "ada", json!({"content": html, "contentMap": {"fr": html}})).await;
    stage.work().await;
    assert_eq!(stage.counts().await, (1, 0, 0, 1));
    assert_eq!(texts(&stage).await, ["<p>Pour.</p>"]);
    let (status, listed) = stage.peer.get(&format!("{}/replies?offset=0", stage.proposal)).await;
    assert_eq!((status, &listed["orderedItems"]), (200, &json!([note["id"]])));
    let (_, whole) = stage.peer.get(&format!("{}/replies", stage.proposal)).await;
    assert_eq!(whole["totalItems"], 1);
}

#[tokio::test]
async fn a_reply_to_a_known_reply_joins_its_thread_and_unlisted_ones_count() {
    let stage = stage().await;
    let first = create(&stage, "ada", json!({})).await;
    let unlisted = json!({
        "inReplyTo": first["id"], "to": [stage.peer.actor("ada")],
        "cc": ["https://www.w3.org/ns/activitystreams#Public"],
    });
    create(&stage, "bob", unlisted).await;
    create(&stage, "bob", json!({"inReplyTo": stage.peer.new_id("objects")})).await;
    stage.work().await;
    assert_eq!(stage.counts().await, (2, 0, 0, 2));
    assert_eq!(stage.outcome().await, "a reply in no thread of ours");
}

#[tokio::test]
async fn what_is_private_is_never_stored_and_a_vote_is_no_reply() {
    let stage = stage().await;
    let followers = format!("{}/followers", stage.peer.actor("ada"));
    create(&stage, "ada", json!({"to": [stage.coalition.url]})).await;
    create(&stage, "ada", json!({"to": [followers]})).await;
    create(&stage, "ada", json!({"name": "Oui", "content": null})).await;
    stage.work().await;
    assert_eq!(stage.counts().await, (0, 0, 0, 0));
    let kept: Vec<String> =
        stage.app.read(|conn| inbox_items::table.select(inbox_items::document).load(conn)).await;
    assert!(kept.iter().all(String::is_empty), "the raw bytes of posts are not kept in the queue");
}

#[tokio::test]
async fn a_reply_whose_author_is_not_named_is_read_from_its_origin() {
    let stage = stage().await;
    let told = json!({"attributedTo": stage.peer.actor("ada"), "content": "<p>Vrai.</p>"});
    let note = create(&stage, "ada", told).await;
    let mut unattributed = note.clone();
    unattributed.as_object_mut().unwrap().remove("attributedTo");
    unattributed["content"] = json!("<p>Faux.</p>");
    let other = stage.peer.new_id("activities");
    let bare =
        json!({"id": other, "type": "Create", "actor": stage.peer.actor("ada"), "object": unattributed});
    stage.work().await;
    let id = note["id"].as_str().unwrap().to_owned();
    stage.app.write(|conn| diesel::delete(replies::table).execute(conn)).await;
    stage.peer.send("ada", &format!("{}/inbox", stage.app.url()), &bare).await;
    stage.work().await;
    assert_eq!(texts(&stage).await, ["<p>Vrai.</p>"], "{id}");
}

#[tokio::test]
async fn a_reply_in_the_name_of_another_actor_of_the_same_server_is_refused() {
    let stage = stage().await;
    create(&stage, "eve", json!({"attributedTo": stage.peer.actor("ada")})).await;
    stage.work().await;
    assert_eq!(stage.counts().await, (0, 0, 0, 0));
    assert_eq!(stage.outcome().await, "refused: the actor does not own the object");
}

#[tokio::test]
async fn an_author_changes_a_reply_and_nobody_else_does() {
    let stage = stage().await;
    let g = &stage.coalition.url;
    let note = create(&stage, "ada", json!({})).await;
    stage.peer.update("ada", &note, "<p>Mieux.</p>", g).await;
    stage.work().await;
    assert_eq!(texts(&stage).await, ["<p>Mieux.</p>"]);
    let mut stolen = note.clone();
    stolen["attributedTo"] = json!(stage.peer.actor("eve"));
    stage.peer.update("eve", &stolen, "<p>Pire.</p>", g).await;
    stage.work().await;
    assert_eq!(stage.outcome().await, "refused: the reply is another actor's");
    assert_eq!(texts(&stage).await, ["<p>Mieux.</p>"]);
    let old = json!({"updated": "2020-01-01T00:00:00Z", "content": "<p>Vieux.</p>"});
    let mut older = note.clone();
    older["updated"] = old["updated"].clone();
    older["content"] = old["content"].clone();
    stage.peer.act("ada", "Update", older, g).await;
    stage.work().await;
    assert_eq!(texts(&stage).await, ["<p>Mieux.</p>"]);
}

#[tokio::test]
async fn a_reply_that_is_no_longer_public_goes() {
    let stage = stage().await;
    let mut note = create(&stage, "ada", json!({})).await;
    note["to"] = json!([stage.coalition.url]);
    stage.peer.update("ada", &note, "<p>Pour vous.</p>", &stage.coalition.url).await;
    // `update` sends with a public activity; the object is what counts.
    stage.work().await;
    assert_eq!(stage.counts().await, (0, 0, 0, 0));
}

#[tokio::test]
async fn a_deleted_reply_goes_with_its_bytes_and_never_comes_back() {
    let stage = stage().await;
    let g = &stage.coalition.url;
    let note = create(&stage, "ada", json!({})).await;
    let id = note["id"].as_str().unwrap();
    stage.work().await;
    stage.peer.delete("eve", id, g).await;
    stage.work().await;
    assert_eq!(stage.counts().await, (1, 0, 0, 1), "{}", stage.outcome().await);
    stage.peer.delete("ada", id, g).await;
    stage.peer.delete("ada", id, g).await;
    stage.work().await;
    assert_eq!(stage.counts().await, (0, 0, 0, 0));
    create(&stage, "ada", json!({"id": id})).await;
    stage.work().await;
    assert_eq!(stage.counts().await, (0, 0, 0, 0));
    assert_eq!(stage.outcome().await, "the reply was deleted before it came");
    let buried: Vec<String> =
        stage.app.read(|conn| remote_tombstones::table.select(remote_tombstones::url).load(conn)).await;
    assert_eq!(buried, [id]);
}

#[tokio::test]
async fn a_deleted_actor_goes_with_everything_it_left_here() {
    let stage = stage().await;
    let g = &stage.coalition.url;
    create(&stage, "ada", json!({})).await;
    create(&stage, "ada", json!({})).await;
    create(&stage, "bob", json!({})).await;
    stage.peer.like("ada", &stage.proposal, g).await;
    stage.peer.announce("ada", &stage.proposal, g).await;
    stage.peer.follow("ada", g).await;
    stage.settle().await;
    assert_eq!(stage.counts().await, (3, 1, 1, 3));
    let ada = stage.peer.actor("ada");
    stage.peer.act("ada", "Delete", json!(ada), g).await;
    stage.settle().await;
    assert_eq!(stage.counts().await, (1, 0, 0, 1));
    assert_eq!(stage.followers().await, 0);
    let kept: String = stage
        .app
        .read(move |conn| {
            remote_actors::table
                .filter(remote_actors::url.eq(ada))
                .select(remote_actors::document)
                .first(conn)
        })
        .await;
    assert_eq!(kept, "");
}

#[tokio::test]
async fn an_actor_changes_its_own_profile_only() {
    let stage = stage().await;
    let g = &stage.coalition.url;
    stage.peer.follow("ada", g).await;
    stage.settle().await;
    let (_, mut document) = stage.peer.get(&stage.peer.actor("ada")).await;
    document["name"] = json!("Ada L.");
    stage.peer.act("ada", "Update", document.clone(), g).await;
    stage.peer.act("eve", "Update", document, g).await;
    stage.settle().await;
    assert_eq!(stage.outcome().await, "refused: the actor does not own the object");
    let names: Vec<String> = stage
        .app
        .read(|conn| remote_actors::table.order(remote_actors::id).select(remote_actors::name).load(conn))
        .await;
    assert_eq!(names, ["Ada L.", "eve"]);
}

#[tokio::test]
async fn a_hidden_reply_is_neither_counted_nor_listed_and_may_be_shown_again() {
    let stage = stage().await;
    let note = create(&stage, "ada", json!({})).await;
    stage.work().await;
    for (hide, count) in [(true, 0), (false, 1)] {
        let (url, now) = (note["id"].as_str().unwrap().to_owned(), stage.app.now().naive_utc());
        let set = stage
            .app
            .write(move |conn| {
                reset_node::model::reply::set_hidden(conn, &url, hide.then_some(("hors sujet", now)))
            })
            .await;
        assert!(set);
        assert_eq!(stage.counts().await, (count, 0, 0, 1));
        let (_, listed) = stage.peer.get(&format!("{}/replies?offset=0", stage.proposal)).await;
        assert_eq!(listed["orderedItems"].as_array().unwrap().len(), usize::try_from(count).unwrap());
    }
}
