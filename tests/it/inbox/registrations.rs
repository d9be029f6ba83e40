//! Join and Leave of meetings.

use reset_node::actions;
use reset_node::model::registration;
use serde_json::{Value, json};

use super::votes::published;
use super::{Stage, stage};

async fn meeting(stage: &Stage, more: &str) -> String {
    published(stage, "meeting", &format!("start = 2036-06-24T09:30:00+02:00\n{more}")).await
}

async fn join(stage: &Stage, name: &str, meeting: &str) -> Value {
    let (join, status) = stage.peer.act(name, "Join", json!(meeting), &stage.coalition.url).await;
    assert_eq!(status, 202);
    stage.settle().await;
    join
}

/// The answer that this Join got.
fn answered(stage: &Stage, join: &Value) -> (String, String) {
    let received = stage.peer.received();
    let answer = received.iter().rev().find(|got| got.activity["object"] == *join).unwrap();
    assert_eq!(answer.verified, Ok(()));
    assert_eq!(answer.activity["actor"], stage.coalition.url);
    (answer.kind().to_owned(), answer.path.clone())
}

async fn registered(stage: &Stage, meeting: &str) -> i64 {
    let id = meeting.rsplit('/').next().unwrap().to_owned();
    stage.app.read(move |conn| registration::count(conn, &id)).await
}

#[tokio::test]
async fn a_join_is_accepted_at_the_actors_own_inbox_and_again_when_repeated() {
    let stage = stage().await;
    let meeting = meeting(&stage, "").await;
    for _ in 0..2 {
        let asked = join(&stage, "ada", &meeting).await;
        assert_eq!(answered(&stage, &asked), ("Accept".to_owned(), "/users/ada/inbox".to_owned()));
    }
    assert_eq!(registered(&stage, &meeting).await, 1);
    let (_, document) = stage.peer.get(&meeting).await;
    let (_, attendees) = stage.peer.get(document["attendees"].as_str().unwrap()).await;
    assert_eq!((&attendees["totalItems"], &attendees["orderedItems"]), (&json!(1), &json!(null)));
}

#[tokio::test]
async fn a_leave_and_an_undo_by_shape_or_by_id_take_a_registration_back() {
    let stage = stage().await;
    let meeting = meeting(&stage, "").await;
    let g = &stage.coalition.url;
    join(&stage, "ada", &meeting).await;
    stage.peer.act("ada", "Leave", json!(meeting), g).await;
    stage.settle().await;
    assert_eq!(
        (registered(&stage, &meeting).await, stage.outcome().await.as_str()),
        (0, "a registration was taken back")
    );
    let asked = join(&stage, "ada", &meeting).await;
    stage.peer.undo("ada", &asked, g).await;
    stage.settle().await;
    assert_eq!(registered(&stage, &meeting).await, 0);
    let asked = join(&stage, "ada", &meeting).await;
    stage.peer.act("ada", "Undo", asked["id"].clone(), g).await;
    stage.settle().await;
    assert_eq!(registered(&stage, &meeting).await, 0);
    stage.peer.act("ada", "Leave", json!(meeting), g).await;
    stage.settle().await;
    assert_eq!(stage.outcome().await, "there was no such registration");
}

#[tokio::test]
async fn nobody_takes_back_the_registration_of_another_and_an_undo_that_comes_first_prevents_it() {
    let stage = stage().await;
    let meeting = meeting(&stage, "").await;
    let g = &stage.coalition.url;
    let asked = join(&stage, "ada", &meeting).await;
    stage.peer.act("eve", "Leave", json!(meeting), g).await;
    stage.peer.undo("eve", &asked, g).await;
    stage.settle().await;
    assert_eq!(registered(&stage, &meeting).await, 1);
    let late = json!({"id": stage.peer.new_id("activities"), "type": "Join", "actor": stage.peer.actor("bob"), "object": meeting});
    stage.peer.undo("bob", &late, g).await;
    stage.settle().await;
    stage.peer.send("bob", &format!("{g}/inbox"), &late).await;
    stage.settle().await;
    assert_eq!(registered(&stage, &meeting).await, 1);
    assert_eq!(stage.outcome().await, "the join was undone before it came");
}

#[tokio::test]
async fn a_full_meeting_rejects_until_a_place_comes_free() {
    let stage = stage().await;
    let meeting = meeting(&stage, "capacity = 1").await;
    join(&stage, "ada", &meeting).await;
    let refused = join(&stage, "bob", &meeting).await;
    assert_eq!(answered(&stage, &refused), ("Reject".to_owned(), "/users/bob/inbox".to_owned()));
    assert_eq!(stage.outcome().await, "the meeting is full");
    let again = join(&stage, "ada", &meeting).await;
    assert_eq!(answered(&stage, &again).0, "Accept", "who is registered keeps the place");
    stage.peer.act("ada", "Leave", json!(meeting), &stage.coalition.url).await;
    stage.settle().await;
    let asked = join(&stage, "bob", &meeting).await;
    assert_eq!(answered(&stage, &asked).0, "Accept");
    assert_eq!(registered(&stage, &meeting).await, 1);
}

#[tokio::test]
async fn a_meeting_that_is_cancelled_over_withdrawn_or_registered_elsewhere_rejects() {
    let stage = stage().await;
    let cancelled = meeting(&stage, "state = \"cancelled\"").await;
    let closed = meeting(&stage, "state = \"closed\"").await;
    let over = published(&stage, "meeting", "start = 2020-01-01").await;
    let elsewhere = meeting(&stage, "registration_url = \"https://billets.example/7\"").await;
    let withdrawn = meeting(&stage, "").await;
    actions::publication::withdraw(&stage.app, withdrawn.clone(), "Un doublon".to_owned()).await.unwrap();
    for (which, why) in [
        (&cancelled, "the meeting was cancelled"),
        (&closed, "the meeting is over"),
        (&over, "the meeting is over"),
        (&elsewhere, "registrations are taken elsewhere"),
        (&withdrawn, "the meeting was cancelled"),
    ] {
        let refused = join(&stage, "ada", which).await;
        assert_eq!(answered(&stage, &refused).0, "Reject", "{why}");
        assert_eq!(stage.outcome().await, why);
        assert_eq!(registered(&stage, which).await, 0);
    }
}

#[tokio::test]
async fn a_join_of_what_is_no_meeting_of_ours_has_no_effect() {
    let stage = stage().await;
    for object in [stage.proposal.clone(), stage.coalition.url.clone(), stage.peer.new_id("objects")] {
        join(&stage, "ada", &object).await;
        assert_eq!(stage.outcome().await, "a join of no meeting of ours");
    }
    assert!(stage.peer.received().is_empty());
}

#[tokio::test]
async fn a_registration_goes_with_its_actor_and_nobody_is_told() {
    let stage = stage().await;
    let meeting = meeting(&stage, "").await;
    join(&stage, "ada", &meeting).await;
    let before = stage.peer.received().len();
    let ada = stage.peer.actor("ada");
    stage.peer.act("ada", "Delete", json!(ada), &stage.coalition.url).await;
    stage.settle().await;
    assert_eq!(registered(&stage, &meeting).await, 0);
    assert_eq!(stage.peer.received().len(), before);
}

#[tokio::test]
async fn the_organiser_sees_who_registered_and_the_page_only_how_many() {
    let stage = stage().await;
    let meeting = meeting(&stage, "").await;
    join(&stage, "ada", &meeting).await;
    let listed = actions::registration::list(&stage.app, meeting.clone()).await.unwrap();
    assert_eq!(listed.iter().map(|one| one.username.as_str()).collect::<Vec<_>>(), ["ada"]);
    let refused = actions::registration::list(&stage.app, stage.proposal.clone()).await.unwrap_err();
    assert!(refused.to_string().ends_with("is a proposal: people register for a meeting"), "{refused}");
    let path = meeting.strip_prefix(stage.app.url()).unwrap();
    let page = stage.app.visit(path, &[("accept-language", "fr")]).await.text;
    assert!(page.contains("1 personne inscrite") && !page.contains("ada"), "{page}");
}
