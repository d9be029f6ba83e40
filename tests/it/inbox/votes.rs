//! Answers to consultations: one ballot an actor, only while it is open, never shown.

use std::time::Duration;

use chrono_tz::Tz;
use reset_node::actions;
use reset_node::actions::front_matter::Manuscript;
use reset_node::actions::publication::{Travel, publish};
use reset_node::app::Clock;
use reset_node::model::consultation::{self, Counts};
use serde_json::{Value, json};

use super::{Stage, stage, stage_with};
use crate::support::{Peer, TestApp};

/// Publishes what stands in this front matter, with further keys; its URL.
pub(super) async fn published(stage: &Stage, kind: &str, more: &str) -> String {
    let text =
        format!("+++\nkind = \"{kind}\"\ncoalition = \"communs\"\ntitle = \"Titre\"\n{more}\n+++\nTexte.");
    let manuscript = Manuscript::parse(&text, &stage.app.new_id(), Tz::Europe__Paris).unwrap();
    let done = publish(&stage.app, vec![manuscript], Travel::Deliver).await.unwrap();
    done.into_iter().next().unwrap().id
}

async fn ask(stage: &Stage, more: &str) -> String {
    published(stage, "consultation", &format!("options = [\"Oui\", \"Non\", \"Peut-être\"]\n{more}")).await
}

/// The note of a vote, as Mastodon sends it.
fn vote(stage: &Stage, name: &str, question: &str, option: &str) -> Value {
    json!({
        "id": stage.peer.new_id(&format!("users/{name}#votes")), "type": "Note", "name": option,
        "attributedTo": stage.peer.actor(name), "inReplyTo": question, "to": stage.coalition.url,
    })
}

/// Sends these notes in one Create, to the coalition alone.
async fn send(stage: &Stage, name: &str, object: Value) {
    let create = json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": stage.peer.new_id("activities"), "type": "Create", "actor": stage.peer.actor(name),
        "to": stage.coalition.url, "object": object,
    });
    let inbox = format!("{}/inbox", stage.coalition.url);
    assert_eq!(stage.peer.send(name, &inbox, &create).await, 202);
    stage.work().await;
}

async fn choose(stage: &Stage, name: &str, question: &str, option: &str) {
    send(stage, name, vote(stage, name, question, option)).await;
}

async fn counts(stage: &Stage, question: &str) -> Counts {
    let id = question.rsplit('/').next().unwrap().to_owned();
    stage.app.read(move |conn| consultation::counts(conn, &id, 3)).await
}

async fn counted(stage: &Stage, question: &str) -> (Vec<i64>, i64) {
    let counts = counts(stage, question).await;
    (counts.options, counts.voters)
}

#[tokio::test]
async fn of_a_single_choice_the_first_answer_of_an_actor_counts() {
    let stage = stage().await;
    let question = ask(&stage, "").await;
    choose(&stage, "ada", &question, "Non").await;
    assert_eq!(stage.outcome().await, "an answer was counted");
    choose(&stage, "ada", &question, "Oui").await;
    assert_eq!(stage.outcome().await, "the actor has answered already");
    choose(&stage, "bob", &question, "Oui").await;
    assert_eq!(counted(&stage, &question).await, (vec![1, 1, 0], 2));
    // Both in one Create: still one.
    let two = json!([vote(&stage, "eve", &question, "Peut-être"), vote(&stage, "eve", &question, "Oui")]);
    send(&stage, "eve", two).await;
    assert_eq!(counted(&stage, &question).await, (vec![1, 1, 1], 3));
}

#[tokio::test]
async fn of_several_choices_each_option_counts_once_in_either_form() {
    let stage = stage().await;
    let question = ask(&stage, "multiple = true").await;
    for option in ["Oui", "Oui", "Non"] {
        choose(&stage, "ada", &question, option).await;
    }
    assert_eq!(counted(&stage, &question).await, (vec![1, 1, 0], 1));
    let many = ["Oui", "Peut-être", "Oui"].map(|option| vote(&stage, "bob", &question, option));
    send(&stage, "bob", json!(many)).await;
    assert_eq!(counted(&stage, &question).await, (vec![2, 1, 1], 2));
    assert_eq!(stage.outcome().await, "an answer was counted");
}

#[tokio::test]
async fn an_option_must_exist_exactly_and_the_question_must_be_ours() {
    let stage = stage().await;
    let question = ask(&stage, "").await;
    choose(&stage, "ada", &question, "oui").await;
    assert_eq!(stage.outcome().await, "no such option, or chosen already");
    choose(&stage, "ada", &stage.proposal.clone(), "Oui").await;
    assert_eq!(stage.outcome().await, "an answer to no consultation of ours");
    choose(&stage, "ada", &stage.peer.new_id("objects"), "Oui").await;
    assert_eq!(stage.outcome().await, "an answer to no consultation of ours");
    assert_eq!(counted(&stage, &question).await, (vec![0, 0, 0], 0));
    choose(&stage, "ada", &question, "Oui").await;
    assert_eq!(counted(&stage, &question).await, (vec![1, 0, 0], 1), "a mistake costs nobody the ballot");
}

#[tokio::test]
async fn nobody_answers_in_the_name_of_another() {
    let stage = stage().await;
    let question = ask(&stage, "").await;
    let mut forged = vote(&stage, "ada", &question, "Oui");
    // The object names ada; eve signs. It is asked for at its own address, which knows of no such note.
    forged["id"] = json!(stage.peer.new_id("objects"));
    let create = json!({
        "id": stage.peer.new_id("activities"), "type": "Create", "actor": stage.peer.actor("eve"),
        "to": stage.coalition.url, "object": forged,
    });
    assert_eq!(stage.peer.send("eve", &format!("{}/inbox", stage.coalition.url), &create).await, 202);
    stage.work().await;
    assert_eq!(counted(&stage, &question).await, (vec![0, 0, 0], 0));
}

#[tokio::test]
async fn an_answer_is_never_shown_as_a_reply_nor_kept_as_text() {
    let stage = stage().await;
    let question = ask(&stage, "").await;
    let mut open = vote(&stage, "ada", &question, "Oui");
    open["to"] = json!("https://www.w3.org/ns/activitystreams#Public");
    open["content"] = json!("");
    send(&stage, "ada", open).await;
    assert_eq!(counted(&stage, &question).await, (vec![1, 0, 0], 1));
    assert_eq!(stage.counts().await.3, 0, "no reply is stored");
    let raw = stage
        .app
        .read(|conn| {
            use diesel::prelude::*;
            use reset_node::db::schema::inbox_items;
            inbox_items::table.select(inbox_items::document).load::<String>(conn)
        })
        .await;
    assert!(raw.iter().all(|document| !document.contains("Oui")), "{raw:?}");
    let (_, replies) = stage.peer.get(&format!("{question}/replies")).await;
    assert_eq!(replies["totalItems"], 0);
}

#[tokio::test]
async fn a_public_reply_with_a_text_is_still_a_reply_to_a_consultation() {
    let stage = stage().await;
    let question = ask(&stage, "").await;
    stage.peer.reply("ada", &question, "<p>Oui</p>", &stage.coalition.url).await;
    stage.work().await;
    assert_eq!(stage.outcome().await, "a reply was added");
    assert_eq!(counted(&stage, &question).await, (vec![0, 0, 0], 0));
}

#[tokio::test]
async fn answers_count_from_the_opening_to_the_deadline_by_the_time_of_receipt() {
    let mut stage = stage_with(TestApp::at(Clock::System.now()).await).await;
    let at = |minutes| stage.app.now() + chrono::TimeDelta::minutes(minutes);
    let more = format!("opens = {}\ncloses = {}", at(10).to_rfc3339(), at(20).to_rfc3339());
    let question = ask(&stage, &more).await;
    choose(&stage, "ada", &question, "Oui").await;
    assert_eq!(stage.outcome().await, "an answer while the consultation is not open");
    stage.app.advance(Duration::from_secs(11 * 60));
    choose(&stage, "ada", &question, "Oui").await;
    assert_eq!(stage.outcome().await, "an answer was counted");
    // Received before the deadline, worked off after it.
    let create = json!({
        "id": stage.peer.new_id("activities"), "type": "Create", "actor": stage.peer.actor("bob"),
        "to": stage.coalition.url, "object": vote(&stage, "bob", &question, "Non"),
    });
    stage.peer.send("bob", &format!("{}/inbox", stage.coalition.url), &create).await;
    stage.app.advance(Duration::from_secs(9 * 60 + 30));
    stage.work().await;
    assert_eq!(stage.outcome().await, "an answer was counted");
    choose(&stage, "eve", &question, "Oui").await;
    assert_eq!(stage.outcome().await, "an answer while the consultation is not open");
    assert_eq!(counted(&stage, &question).await, (vec![1, 1, 0], 2));
    stage.app.leave_queue("the clock stands, and the signatures of what goes out are not looked at");
}

#[tokio::test]
async fn nothing_counts_once_a_consultation_is_closed_or_withdrawn() {
    let stage = stage().await;
    let closed = ask(&stage, "state = \"closed\"").await;
    choose(&stage, "ada", &closed, "Oui").await;
    assert_eq!(stage.outcome().await, "an answer while the consultation is not open");
    let withdrawn = ask(&stage, "").await;
    actions::publication::withdraw(&stage.app, withdrawn.clone(), "Un doublon".to_owned()).await.unwrap();
    choose(&stage, "ada", &withdrawn, "Oui").await;
    assert_eq!(stage.outcome().await, "an answer to no consultation of ours");
}

#[tokio::test]
async fn an_answer_is_final_but_goes_with_the_actor_that_gave_it() {
    let mut stage = stage().await;
    let question = ask(&stage, "").await;
    let note = vote(&stage, "ada", &question, "Oui");
    send(&stage, "ada", note.clone()).await;
    choose(&stage, "bob", &question, "Oui").await;
    stage.peer.delete("ada", note["id"].as_str().unwrap(), &stage.coalition.url).await;
    let create = json!({"id": stage.peer.new_id("activities"), "type": "Create", "actor": stage.peer.actor("ada"), "object": note});
    stage.peer.undo("ada", &create, &stage.coalition.url).await;
    stage.work().await;
    assert_eq!(counted(&stage, &question).await, (vec![2, 0, 0], 2), "neither Delete nor Undo takes it back");
    let ada = stage.peer.actor("ada");
    stage.peer.act("ada", "Delete", json!(ada), &stage.coalition.url).await;
    stage.work().await;
    assert_eq!(counted(&stage, &question).await, (vec![1, 0, 0], 1));
    stage.app.leave_queue("the counts are told later");
}

#[tokio::test]
async fn an_actor_that_answered_is_not_forgotten_as_unused() {
    let stage = stage().await;
    let question = ask(&stage, "").await;
    choose(&stage, "ada", &question, "Oui").await;
    let later = stage.app.now().naive_utc() + chrono::TimeDelta::days(1);
    let forgotten =
        stage.app.write(move |conn| reset_node::model::remote::forget_unused(conn, later, 10)).await;
    assert_eq!(forgotten, 0);
}

#[tokio::test]
async fn a_purge_of_a_server_takes_its_answers_and_registrations_along() {
    let mut stage = stage().await;
    stage.peer = Peer::start_at("127.0.0.2:0").await;
    let question = ask(&stage, "").await;
    let meeting = published(&stage, "meeting", "start = 2036-06-24T09:30:00+02:00").await;
    choose(&stage, "ada", &question, "Oui").await;
    stage.peer.act("ada", "Join", json!(meeting), &stage.coalition.url).await;
    stage.settle().await;
    let (_, purged) = actions::suspension::purge(&stage.app, "127.0.0.2", None).await.unwrap();
    assert_eq!(purged.actors, 1);
    assert_eq!(counted(&stage, &question).await, (vec![0, 0, 0], 0));
}
