//! What is handed on by others, and what stands in an `Announce`: it counts by its own proof, else as its origin tells it.

use diesel::prelude::*;
use reset_node::db::schema::replies;
use serde_json::{Value, json};

use super::{Stage, stage};
use crate::support::Peer;
use crate::support::voice::Voice;

/// A stage, another server whose actors hand on, and an author on the first who vouches for what it says.
pub(crate) struct Relay {
    pub(crate) stage: Stage,
    pub(crate) other: Peer,
    pub(crate) ada: Voice,
}

pub(crate) async fn relay() -> Relay {
    let stage = stage().await;
    let ada = Voice::of(&stage.peer, "ada");
    Relay { stage, other: Peer::start_at("127.0.0.2:0").await, ada }
}

impl Relay {
    /// An activity of Ada's, with a context.
    pub(crate) fn act(&self, kind: &str, object: Value) -> Value {
        json!({
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"],
            "id": self.stage.peer.new_id("objects"), "type": kind, "actor": self.ada.actor, "object": object,
        })
    }

    /// A reply of Ada's to the proposal; nobody can fetch it yet.
    pub(crate) fn note(&self, html: &str) -> Value {
        json!({
            "id": self.stage.peer.new_id("objects"), "type": "Note", "attributedTo": self.ada.actor,
            "inReplyTo": self.stage.proposal, "content": html,
            "to": ["https://www.w3.org/ns/activitystreams#Public"],
        })
    }

    /// The activity with Ada's proof of now.
    pub(crate) fn vouched(&self, activity: &Value) -> Value {
        self.ada.vouched(activity, self.stage.app.now())
    }

    /// Has an actor of the other server hand it on; what became of it.
    pub(crate) async fn hand_on(&self, activity: &Value) -> String {
        let inbox = format!("{}/inbox", self.stage.coalition.url);
        assert_eq!(self.other.send("relay", &inbox, activity).await, 202);
        self.stage.work().await;
        self.stage.outcome().await
    }

    /// Has a group announce it; what became of it.
    pub(crate) async fn announce(&self, by: &Peer, activity: &Value) -> String {
        let (_, status) = by.act("group", "Announce", activity.clone(), &self.stage.coalition.url).await;
        assert_eq!(status, 202);
        self.stage.work().await;
        self.stage.outcome().await
    }

    pub(crate) async fn texts(&self) -> Vec<String> {
        self.stage.app.read(|conn| replies::table.order(replies::id).select(replies::html).load(conn)).await
    }
}

#[tokio::test]
async fn a_reply_that_is_handed_on_counts_by_the_proof_of_its_author() {
    let relay = relay().await;
    let create = relay.vouched(&relay.act("Create", relay.note("<p>De loin.</p>")));
    assert_eq!(relay.hand_on(&create).await, "a reply was added");
    assert_eq!(relay.texts().await, ["<p>De loin.</p>"]);
    assert_eq!(relay.stage.counts().await, (1, 0, 0, 1));
}

#[tokio::test]
async fn without_a_proof_its_origin_tells_what_was_said() {
    let relay = relay().await;
    let mut note = relay.note("<p>Ce que j’ai dit.</p>");
    relay.stage.peer.keep(&note);
    note["content"] = json!("<p>Ce qu’on me fait dire.</p>");
    assert_eq!(relay.hand_on(&relay.act("Create", note.clone())).await, "a reply was added");
    assert_eq!(relay.texts().await, ["<p>Ce que j’ai dit.</p>"]);
    note["content"] = json!("<p>Ce que je dis maintenant.</p>");
    relay.stage.peer.keep(&note);
    assert_eq!(relay.hand_on(&relay.act("Update", json!(note["id"]))).await, "a reply was changed");
    assert_eq!(relay.texts().await, ["<p>Ce que je dis maintenant.</p>"]);
}

#[tokio::test]
async fn a_delete_that_is_handed_on_counts_once_the_object_is_gone() {
    let relay = relay().await;
    let note = relay.note("<p>x</p>");
    relay.stage.peer.keep(&note);
    relay.hand_on(&relay.act("Create", note.clone())).await;
    let delete = || relay.act("Delete", note["id"].clone());
    assert_eq!(relay.hand_on(&delete()).await, "it is said to be deleted, but is still there");
    assert_eq!(relay.stage.counts().await, (1, 0, 0, 1));
    relay.stage.peer.keep(&json!({"id": note["id"], "type": "Tombstone"}));
    assert_eq!(relay.hand_on(&delete()).await, "a reply was deleted");
    assert_eq!(relay.stage.counts().await, (0, 0, 0, 0));
}

#[tokio::test]
async fn a_like_without_a_proof_counts_where_its_origin_gives_it_by_its_id() {
    let relay = relay().await;
    let like = relay.act("Like", json!(relay.stage.proposal));
    assert_eq!(relay.hand_on(&like).await, "its origin does not know it");
    let like = relay.act("Like", json!(relay.stage.proposal));
    relay.stage.peer.keep(&like);
    assert_eq!(relay.hand_on(&like).await, "a reaction was added");
    assert_eq!(relay.stage.counts().await, (0, 1, 0, 0));
}

#[tokio::test]
async fn what_came_directly_and_what_is_handed_on_have_their_effect_once() {
    let relay = relay().await;
    let like = relay.vouched(&relay.act("Like", json!(relay.stage.proposal)));
    let inbox = format!("{}/inbox", relay.stage.coalition.url);
    assert_eq!(relay.stage.peer.send("ada", &inbox, &like).await, 202);
    assert_eq!(relay.hand_on(&like).await, "it was taken before");
    let create = relay.vouched(&relay.act("Create", relay.note("<p>x</p>")));
    assert_eq!(relay.hand_on(&create).await, "a reply was added");
    let items = relay.stage.stored().await.0;
    assert_eq!(relay.stage.peer.send("ada", &inbox, &create).await, 202);
    relay.stage.work().await;
    assert_eq!((relay.stage.stored().await.0, relay.stage.counts().await), (items, (1, 1, 0, 1)));
}

#[tokio::test]
async fn an_announced_activity_counts_by_its_proof_or_where_the_announcer_lives_with_its_actor() {
    let relay = relay().await;
    let create = relay.vouched(&relay.act("Create", relay.note("<p>Avec preuve.</p>")));
    assert_eq!(relay.announce(&relay.other, &create).await, "a reply was added");
    let bare = relay.act("Create", relay.note("<p>De la même maison.</p>"));
    assert_eq!(relay.announce(&relay.stage.peer, &bare).await, "a reply was added");
    let like = relay.act("Like", json!(relay.stage.proposal));
    assert_eq!(relay.announce(&relay.stage.peer, &like).await, "a reaction was added");
    assert_eq!(relay.announce(&relay.stage.peer, &like).await, "it was taken before");
    assert_eq!(relay.texts().await, ["<p>Avec preuve.</p>", "<p>De la même maison.</p>"]);
    assert_eq!(relay.stage.counts().await, (2, 1, 0, 2));
}

#[tokio::test]
async fn what_is_about_nothing_of_ours_is_not_asked_about() {
    let relay = relay().await;
    let fetches = relay.stage.peer.fetches();
    let mut note = relay.note("<p>Ailleurs.</p>");
    for parent in [json!("https://elsewhere.example/1"), json!(null)] {
        note["inReplyTo"] = parent;
        let create = relay.vouched(&relay.act("Create", note.clone()));
        assert_eq!(relay.announce(&relay.other, &create).await, "it is about nothing of ours");
    }
    let like = relay.act("Like", json!("https://elsewhere.example/1"));
    assert_eq!(relay.announce(&relay.other, &like).await, "it is about nothing of ours");
    assert_eq!(relay.stage.peer.fetches(), fetches);
}

#[tokio::test]
async fn a_new_key_is_found_when_the_old_one_does_not_match() {
    let mut relay = relay().await;
    let first = relay.vouched(&relay.act("Create", relay.note("<p>1</p>")));
    assert_eq!(relay.hand_on(&first).await, "a reply was added");
    relay.ada = Voice::of(&relay.stage.peer, "ada");
    let second = relay.vouched(&relay.act("Create", relay.note("<p>2</p>")));
    assert_eq!(relay.hand_on(&second).await, "a reply was added");
}

#[tokio::test]
async fn a_broken_proof_does_no_harm_where_the_actor_signed_the_request() {
    let relay = relay().await;
    let mut create = relay.vouched(&relay.act("Create", relay.note("<p>x</p>")));
    create["object"]["content"] = json!("<p>Autre.</p>");
    let inbox = format!("{}/inbox", relay.stage.coalition.url);
    assert_eq!(relay.stage.peer.send("ada", &inbox, &create).await, 202);
    relay.stage.work().await;
    assert_eq!(relay.texts().await, ["<p>Autre.</p>"]);
}
