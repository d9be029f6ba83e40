//! Actors of other servers that move: whoever of ours follows one follows it to where it is, if that is so.

use std::time::Duration;

use diesel::prelude::*;
use reset_node::actions::follow::follow;
use reset_node::actions::moving;
use reset_node::app::Clock;
use reset_node::db::schema::{actors, following, remote_actors};
use reset_node::domain::actor::ActorKind;
use reset_node::domain::moderation::Rule;
use reset_node::model;
use serde_json::{Value, json};

use super::{Stage, stage_with};
use crate::moderation::stage_named;
use crate::support::{Peer, TestApp};

/// A stage where the coalition and its organisation follow Ada, and another server.
pub(crate) async fn followed() -> (Stage, Peer) {
    let stage = stage_with(TestApp::at(Clock::System.now()).await).await;
    for handle in ["communs", "communs_org"] {
        follow(&stage.app, &stage.peer.actor("ada"), handle).await.unwrap();
    }
    stage.settle().await;
    (stage, Peer::start_at("127.0.0.2:0").await)
}

impl Stage {
    /// A `Move` of this actor of the peer.
    pub(crate) fn a_move(&self, name: &str, to: &str) -> Value {
        json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": self.peer.new_id("activities"), "type": "Move", "actor": self.peer.actor(name),
            "object": self.peer.actor(name), "target": to, "to": format!("{}/followers", self.peer.actor(name)),
        })
    }

    /// Has the actor send it to the coalition, at the time of our clock; what became of it.
    pub(crate) async fn send_move(&self, name: &str, activity: &Value) -> String {
        let inbox = format!("{}/inbox", self.coalition.url);
        let body = serde_json::to_vec(activity).unwrap();
        let request = self.peer.signed(name, &inbox, body, self.app.now());
        assert_eq!(request.send().await.unwrap().status(), 202);
        self.settle().await;
        self.outcome().await
    }

    /// Who follows whom.
    pub(crate) async fn following(&self) -> Vec<(String, String)> {
        let read = |conn: &mut reset_node::db::Conn| {
            following::table
                .inner_join(actors::table)
                .inner_join(remote_actors::table)
                .order((actors::handle, remote_actors::url))
                .select((actors::handle, remote_actors::url))
                .load(conn)
        };
        self.app.read(read).await
    }
}

/// What an actor of the peer got of this type.
fn got(peer: &Peer, kind: &str) -> Vec<Value> {
    let all = peer.received().into_iter().filter(|received| received.kind() == kind);
    all.map(|received| {
        assert_eq!(received.verified, Ok(()));
        received.activity
    })
    .collect()
}

fn both(url: &str) -> Vec<(String, String)> {
    ["communs", "communs_org"].map(|handle| (handle.to_owned(), url.to_owned())).to_vec()
}

#[tokio::test]
async fn whoever_follows_an_actor_that_moved_follows_it_where_it_is() {
    let (stage, other) = followed().await;
    let (old, new) = (stage.peer.actor("ada"), other.actor("ada"));
    other.change_actor("ada", json!({"alsoKnownAs": [old]}));
    let moved = stage.a_move("ada", &new);
    assert_eq!(
        stage.send_move("ada", &moved).await,
        "whoever followed it here follows the actor it moved to"
    );
    assert_eq!(stage.following().await, both(&new));
    let follows = got(&other, "Follow");
    assert!(
        follows.len() == 2 && follows.iter().all(|follow| follow["object"] == json!(new)),
        "{follows:#?}"
    );
    let (asked, undone) = (got(&stage.peer, "Follow"), got(&stage.peer, "Undo"));
    assert_eq!(undone.len(), 2);
    for undo in &undone {
        let follow = asked.iter().find(|follow| follow["id"] == undo["object"]["id"]).unwrap();
        for key in ["type", "actor", "object"] {
            assert_eq!(undo["object"][key], follow[key], "{key}");
        }
        assert_eq!(undo["actor"], follow["actor"]);
    }
    let known = stage.app.read(move |conn| model::remote::by_url(conn, &old)).await.unwrap();
    assert_eq!(known.moved_to.as_deref(), Some(new.as_str()));

    assert_eq!(stage.send_move("ada", &stage.a_move("ada", &new)).await, "nobody here follows it");
    assert_eq!((got(&other, "Follow").len(), got(&stage.peer, "Undo").len()), (2, 2));
}

#[tokio::test]
async fn who_follows_both_asks_no_second_time() {
    let (stage, other) = followed().await;
    let (old, new) = (stage.peer.actor("ada"), other.actor("ada"));
    other.change_actor("ada", json!({"alsoKnownAs": old}));
    follow(&stage.app, &new, "communs").await.unwrap();
    stage.settle().await;
    stage.send_move("ada", &stage.a_move("ada", &new)).await;
    assert_eq!(stage.following().await, both(&new));
    assert_eq!((got(&other, "Follow").len(), got(&stage.peer, "Undo").len()), (2, 2));
}

#[tokio::test]
async fn a_second_move_has_an_effect_after_seven_days_and_not_before() {
    let (stage, other) = followed().await;
    let old = stage.peer.actor("ada");
    for name in ["ada", "ana"] {
        other.change_actor(name, json!({"alsoKnownAs": [old]}));
    }
    stage.send_move("ada", &stage.a_move("ada", &other.actor("ada"))).await;
    follow(&stage.app, &old, "communs").await.unwrap();
    stage.settle().await;
    stage.app.advance(Duration::from_secs(7 * 86_400 - 60));
    let again = stage.a_move("ada", &other.actor("ana"));
    let fetches = other.fetches();
    assert_eq!(stage.send_move("ada", &again).await, "it was part of a move less than seven days ago");
    assert_eq!(other.fetches(), fetches, "nothing is asked for that would have no effect");
    stage.app.advance(Duration::from_secs(61));
    let again = stage.a_move("ada", &other.actor("ana"));
    assert_eq!(
        stage.send_move("ada", &again).await,
        "whoever followed it here follows the actor it moved to"
    );
    let follows = stage.following().await;
    assert!(follows.contains(&("communs".to_owned(), other.actor("ana"))), "{follows:?}");
    assert!(!follows.iter().any(|(_, whom)| *whom == old), "{follows:?}");
}

#[tokio::test]
async fn who_moves_to_an_actor_of_ours_that_says_so_is_followed_no_more() {
    let (stage, _other) = followed().await;
    let (old, here) = (stage.peer.actor("ada"), stage.app.urls.actor(ActorKind::Organisation, "communs_org"));
    let before = stage.following().await;
    let moved = || stage.a_move("ada", &here);
    let unknown = "the actor it moved to does not say that it is the same";
    assert_eq!(stage.send_move("ada", &moved()).await, unknown);
    assert_eq!(stage.following().await, before);
    moving::alias(&stage.app.app, ActorKind::Organisation, "communs_org", &old, false).await.unwrap();
    let told = "it moved to this node, where nobody needs to follow it";
    assert_eq!(stage.send_move("ada", &moved()).await, told);
    assert_eq!((stage.following().await, got(&stage.peer, "Undo").len()), (Vec::new(), 2));
    let known = stage.app.read(move |conn| model::remote::by_url(conn, &old)).await.unwrap();
    assert_eq!(known.moved_to.as_deref(), Some("organisations/communs_org"));
    let nobody = stage.a_move("ada", &stage.app.urls.coalition("nulle"));
    assert_eq!(stage.send_move("ada", &nobody).await, "refused: there is no such actor here");
}

#[tokio::test]
async fn nobody_follows_an_actor_to_a_blocked_server() {
    let (stage, others) = stage_named(&["old.example", "new.example"], |_| {}).await;
    follow(&stage.app, &stage.peer.actor("ada"), "communs").await.unwrap();
    stage.settle().await;
    let new = others.first().unwrap();
    new.change_actor("ada", json!({"alsoKnownAs": [stage.peer.actor("ada")]}));
    stage.rule("new.example", Rule::Blocked).await;
    let fetches = new.fetches();
    let told = stage.send_move("ada", &stage.a_move("ada", &new.actor("ada"))).await;
    assert_eq!((told.as_str(), new.fetches()), ("it moved to what is blocked here", fetches));
    assert_eq!(stage.following().await, [("communs".to_owned(), stage.peer.actor("ada"))]);
}

#[tokio::test]
async fn what_an_actor_said_before_it_moved_stays() {
    let (stage, other) = followed().await;
    other.change_actor("ada", json!({"alsoKnownAs": [stage.peer.actor("ada")]}));
    stage.peer.reply("ada", &stage.proposal, "<p>Avant.</p>", &stage.coalition.url).await;
    stage.settle().await;
    stage.send_move("ada", &stage.a_move("ada", &other.actor("ada"))).await;
    assert_eq!(stage.counts().await, (1, 0, 0, 1));
}

#[tokio::test]
async fn a_profile_that_says_that_it_moved_is_known_to_have_and_one_that_came_back_is_not() {
    let (stage, other) = followed().await;
    let (old, new) = (stage.peer.actor("ada"), other.actor("ada"));
    let (_, mut profile) = stage.peer.get(&old).await;
    for to in [Some(new.clone()), None] {
        profile["movedTo"] = json!(to);
        stage.peer.act("ada", "Update", profile.clone(), &stage.coalition.url).await;
        stage.settle().await;
        let url = old.clone();
        let known = stage.app.read(move |conn| model::remote::by_url(conn, &url)).await.unwrap();
        assert_eq!(known.moved_to, to);
    }
    assert_eq!(stage.following().await, both(&old), "a word in a profile moves nobody");
}

#[tokio::test]
async fn a_new_follow_of_an_actor_that_moved_is_rejected_and_an_old_one_is_accepted_again() {
    let (stage, other) = followed().await;
    stage.peer.follow("ada", &stage.coalition.url).await;
    stage.settle().await;
    other.change_actor("nouvelle", json!({"alsoKnownAs": [stage.coalition.url]}));
    let to = other.actor("nouvelle");
    moving::move_to(&stage.app.app, ActorKind::Coalition, "communs", &to, None).await.unwrap();
    let (follow, _) = other.follow("bob", &stage.coalition.url).await;
    stage.settle().await;
    assert_eq!(stage.outcome().await, "a follow of an actor that has moved was rejected");
    let rejects = got(&other, "Reject");
    assert_eq!((rejects.len(), &rejects[0]["object"]), (1, &follow));
    assert_eq!(stage.followers().await, 1);
    stage.peer.follow("ada", &stage.coalition.url).await;
    stage.settle().await;
    assert_eq!((got(&stage.peer, "Accept").len(), got(&stage.peer, "Reject").len()), (2, 0));
    moving::cancel(&stage.app.app, ActorKind::Coalition, "communs", None).await.unwrap();
    other.follow("bob", &stage.coalition.url).await;
    stage.settle().await;
    assert_eq!((got(&other, "Accept").len(), stage.followers().await), (1, 2));
}
