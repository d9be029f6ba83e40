//! Consultations as they are published and revised, and what the clock does of itself.

use std::time::Duration;

use chrono::TimeDelta;
use reset_node::actions::consultation::tend;
use reset_node::actions::front_matter::Manuscript;
use reset_node::actions::publication::{Outcome, preview, withdraw};
use reset_node::domain::consultation::{CLOSING, RESULTS_EVERY};
use reset_node::domain::publication::Kind;
use reset_node::domain::state::State;
use reset_node::model::consultation::{self, NewAnswer};
use serde_json::{Value, json};

use super::{follower_of, kinds, node, said, say, stored, written};
use crate::support::TestApp;

fn asked(slug: &str, more: &str) -> Manuscript {
    written(Kind::Consultation, slug, &format!("options = [\"Oui\", \"Non\"]\n{more}"), "Le **contexte**.")
}

/// Closes this many minutes from now.
fn closing(app: &TestApp, minutes: i64) -> String {
    format!("closes = {}", (app.now() + TimeDelta::minutes(minutes)).to_rfc3339())
}

fn refusal(more: &str) -> String {
    let text =
        format!("+++\nkind = \"consultation\"\ncoalition = \"communs\"\ntitle = \"T\"\n{more}\n+++\nTexte");
    Manuscript::parse(&text, "q", chrono_tz::Tz::Europe__Paris).unwrap_err().to_string()
}

/// An actor of another server answers, as the inbox stores it.
async fn answered(app: &TestApp, url: &str, choice: i32) {
    let (id, now) = (url.rsplit('/').next().unwrap().to_owned(), app.now().naive_utc());
    app.write(move |conn| {
        let (remote_id, _) =
            reset_node::model::remote::sender(conn, "https://peer.example/users/anne")?.unwrap();
        let answer = NewAnswer { publication_id: id.clone(), remote_id, choice, received_at: now };
        consultation::answer(conn, &answer)?;
        consultation::changed(conn, &id, now + RESULTS_EVERY)
    })
    .await;
}

/// The objects of all Updates that were enqueued, in order; also those that no outbox lists.
async fn updates(app: &TestApp) -> Vec<Value> {
    use diesel::prelude::*;
    use reset_node::db::schema::activities;
    let read = |conn: &mut reset_node::db::Conn| {
        let rows = activities::table.filter(activities::kind.eq("Update")).order(activities::id);
        rows.select(activities::document).load::<String>(conn)
    };
    let documents = app.read(read).await;
    documents.iter().map(|text| serde_json::from_str::<Value>(text).unwrap()["object"].clone()).collect()
}

#[tokio::test]
async fn a_consultation_travels_as_a_question_that_reads_well_without_a_summary() {
    let app = node().await;
    let more = "summary = \"Dites-nous.\"\ncloses = 2036-12-12T18:00:00+01:00";
    say(&app, asked("q", more)).await.unwrap();
    let create = said(&app, "communs").await.pop().unwrap();
    let object = serde_json::from_str::<Value>(&create.document).unwrap()["object"].clone();
    assert_eq!((&object["type"], &object["endTime"]), (&json!("Question"), &json!("2036-12-12T17:00:00Z")));
    let none = json!({"type": "Collection", "totalItems": 0});
    let options = json!([
        {"type": "Note", "name": "Oui", "replies": none},
        {"type": "Note", "name": "Non", "replies": none},
    ]);
    assert_eq!((&object["oneOf"], &object["votersCount"]), (&options, &json!(0)));
    for absent in ["anyOf", "summary", "closed", "updated"] {
        assert!(object.get(absent).is_none(), "{absent}");
    }
    let content = object["content"].as_str().unwrap();
    let line = "<p>Consultation, ouverte jusqu’au 12\u{a0}décembre 2036, 18\u{a0}h (Paris). Dites-nous.</p>";
    assert!(content.starts_with(&format!("<h2>Titre de q</h2>{line}")), "{content}");
    assert!(content.ends_with("<p>Le <strong>contexte</strong>.</p>"), "{content}");
    say(&app, asked("several", "multiple = true")).await.unwrap();
    let object = said(&app, "communs").await.pop().unwrap().document;
    assert!(object.contains("\"anyOf\"") && !object.contains("\"oneOf\""));
}

#[test]
fn options_are_two_to_twenty_different_and_short() {
    assert!(refusal("").contains("`options`: write 2 to 20 options"), "{}", refusal(""));
    assert!(refusal("options = [\"Oui\"]").contains("write 2 to 20 options"));
    let many: Vec<String> = (0..21).map(|n| format!("\"{n}\"")).collect();
    assert!(refusal(&format!("options = [{}]", many.join(","))).contains("write 2 to 20 options"));
    assert!(refusal("options = [\"Oui\", \" Oui \"]").contains("`Oui` is there twice"));
    let long = "x".repeat(101);
    assert!(refusal(&format!("options = [\"a\", \"{long}\"]")).contains("longer than 100 characters"));
    let said = refusal("options = [\"a\", \"b\"]\nopens = 2026-02-02\ncloses = 2026-02-01");
    assert!(said.contains("`closes`: 2026-02-01 is before `opens`"), "{said}");
}

#[tokio::test]
async fn the_options_of_a_published_consultation_stay_and_its_deadline_can_be_put_off() {
    let app = node().await;
    say(&app, asked("q", "state = \"draft\"\nmultiple = true")).await.unwrap();
    let (id, _) = say(&app, asked("q", &format!("state = \"open\"\n{}", closing(&app, 5)))).await.unwrap();
    for changed in ["options = [\"Oui\", \"Peut-être\"]", "options = [\"Oui\", \"Non\"]\nmultiple = true"] {
        let refused = say(&app, written(Kind::Consultation, "q", changed, "Texte")).await.unwrap_err();
        assert!(refused.starts_with("people answer the options of `q`"), "{refused}");
    }
    let later = say(&app, asked("q", &closing(&app, 60))).await.unwrap();
    assert_eq!(later, (id.clone(), Outcome::Revised));
    app.advance(Duration::from_secs(10 * 60));
    assert_eq!(tend(&app).await.unwrap(), 0);
    assert_eq!(stored(&app, &id).await.row.state, State::Open);
}

#[tokio::test]
async fn counts_go_out_some_minutes_after_the_first_answer_and_only_if_they_changed() {
    let app = node().await;
    follower_of(&app, "communs").await;
    let (id, _) = say(&app, asked("q", "")).await.unwrap();
    answered(&app, &id, 0).await;
    app.advance(Duration::from_secs(200));
    assert_eq!(tend(&app).await.unwrap(), 0, "not before its time");
    // Further answers do not put it off.
    answered(&app, &id, 1).await;
    app.advance(RESULTS_EVERY.to_std().unwrap() - Duration::from_secs(199));
    assert_eq!(tend(&app).await.unwrap(), 1);
    assert_eq!(tend(&app).await.unwrap(), 0);
    app.advance(Duration::from_secs(3600));
    assert_eq!(tend(&app).await.unwrap(), 0, "nobody answered meanwhile");
    let told = updates(&app).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["oneOf"][1]["replies"]["totalItems"], 1);
    assert_eq!(told[0]["votersCount"], 1);
    assert!(told[0].get("updated").is_none(), "only a revision changes `updated`");
    assert_eq!(kinds(&app, "communs").await, ["Create"], "the outbox does not list each count");
}

#[tokio::test]
async fn after_the_deadline_the_clock_closes_it_once_and_tells_the_result() {
    let app = node().await;
    follower_of(&app, "communs").await;
    let (id, _) = say(&app, asked("q", &closing(&app, 10))).await.unwrap();
    answered(&app, &id, 1).await;
    let before = stored(&app, &id).await.row;
    app.advance(Duration::from_secs(10 * 60));
    // The counts are due; what was received before the deadline is still worked off.
    assert_eq!(tend(&app).await.unwrap(), 1);
    assert_eq!(stored(&app, &id).await.row.state, State::Open);
    answered(&app, &id, 0).await;
    app.advance(CLOSING.to_std().unwrap());
    assert_eq!(tend(&app).await.unwrap(), 1);
    assert_eq!(tend(&app).await.unwrap(), 0);
    let after = stored(&app, &id).await;
    assert_eq!(after.row.state, State::Closed);
    assert_eq!((after.row.revision, after.row.updated_at), (before.revision, before.updated_at));
    let result = updates(&app).await.pop().unwrap();
    assert_eq!(result["closed"], result["endTime"], "it closed at its deadline");
    assert_eq!(result["oneOf"][0]["replies"]["totalItems"], 1);
    assert!(result.get("updated").is_none());
    assert_eq!(
        kinds(&app, "communs").await,
        ["Create", "Update", "Create"],
        "the outbox lists the result and the note that says so"
    );
    app.advance(Duration::from_secs(3600));
    assert_eq!(tend(&app).await.unwrap(), 0, "counts that waited went with the result");
    let refused = say(&app, asked("q", "state = \"open\"")).await.unwrap_err();
    assert!(refused.contains("`closed` cannot become `open`"), "{refused}");
}

#[tokio::test]
async fn several_workers_close_and_tell_each_thing_once() {
    let app = node().await;
    follower_of(&app, "communs").await;
    for number in 0..5 {
        let (id, _) = say(&app, asked(&format!("q{number}"), &closing(&app, 1))).await.unwrap();
        answered(&app, &id, 0).await;
        say(&app, asked(&format!("r{number}"), "")).await.unwrap();
    }
    let open = say(&app, asked("open", "")).await.unwrap().0;
    answered(&app, &open, 0).await;
    app.advance(Duration::from_secs(600));
    let (a, b, c) = tokio::join!(tend(&app), tend(&app), tend(&app));
    assert_eq!(a.unwrap() + b.unwrap() + c.unwrap(), 6);
    assert_eq!(updates(&app).await.len(), 6);
}

#[tokio::test]
async fn an_author_closes_early_and_those_who_answered_are_told() {
    let app = node().await;
    follower_of(&app, "communs").await;
    let (id, _) = say(&app, asked("q", &closing(&app, 600))).await.unwrap();
    answered(&app, &id, 0).await;
    app.advance(Duration::from_secs(5));
    let closed = asked("q", &format!("state = \"closed\"\n{}", closing(&app, 600)));
    assert_eq!(say(&app, closed).await.unwrap(), (id.clone(), Outcome::Revised));
    let result = updates(&app).await.pop().unwrap();
    assert!(result["closed"].as_str() < result["endTime"].as_str());
    assert_eq!(result["closed"], result["updated"], "this is a revision");
    app.advance(Duration::from_secs(24 * 3600));
    assert_eq!(tend(&app).await.unwrap(), 0);
}

#[tokio::test]
async fn what_was_withdrawn_is_neither_closed_nor_told() {
    let app = node().await;
    follower_of(&app, "communs").await;
    let (id, _) = say(&app, asked("q", &closing(&app, 1))).await.unwrap();
    answered(&app, &id, 0).await;
    withdraw(&app, id.clone(), "Un doublon".to_owned()).await.unwrap();
    app.advance(Duration::from_secs(3600));
    assert_eq!(tend(&app).await.unwrap(), 0);
    assert_eq!(stored(&app, &id).await.row.state, State::Withdrawn);
}

#[tokio::test]
async fn a_preview_shows_the_options() {
    let app = node().await;
    let shown = preview(&app, vec![asked("q", "")]).await.unwrap().pop().unwrap();
    assert_eq!(shown.options, ["Oui", "Non"]);
    assert!(shown.content.contains("<p>Consultation, ouverte, sans date de fin.</p>"), "{}", shown.content);
    assert!(said(&app, "communs").await.is_empty());
}
