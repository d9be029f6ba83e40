//! The register: numbers without a gap, frozen bytes, a chain of digests.

use reset_node::actions::publication::{Outcome, withdraw};
use reset_node::domain::publication::Kind;
use reset_node::model;
use reset_node::model::decision::Decision;
use serde_json::Value;

use super::{kinds, node, say, written};
use crate::support::TestApp;

async fn register(app: &TestApp) -> Vec<Decision> {
    app.read(|conn| {
        let actor = model::actor::by_handle(conn, "communs")?.unwrap();
        model::decision::register(conn, actor.id)
    })
    .await
}

fn sha256(text: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn each_entry_names_the_digest_of_the_one_before() {
    let app = node().await;
    for slug in ["a", "b", "c"] {
        say(&app, written(Kind::Decision, slug, "date = 2026-03-04\nmethod = \"consent\"", "Texte"))
            .await
            .unwrap();
    }
    let mut previous: Option<String> = None;
    for (number, decision) in (1..).zip(register(&app).await) {
        let entry: Value = serde_json::from_str(&decision.entry).unwrap();
        assert_eq!(decision.number, number);
        assert_eq!(entry.get("number"), Some(&number.into()));
        assert_eq!(entry.get("previous").and_then(Value::as_str), previous.as_deref());
        assert_eq!(decision.digest, sha256(&decision.entry));
        assert_eq!(decision.entry, serde_jcs::to_string(&entry).unwrap(), "the bytes are canonical");
        previous = Some(decision.digest);
    }
}

#[tokio::test]
async fn the_frozen_part_of_a_decision_cannot_be_revised_and_the_rest_can() {
    let app = node().await;
    let decision = |more: &str, text: &str| written(Kind::Decision, "d", more, text);
    let (id, _) = say(&app, decision("date = 2026-03-04", "Nous décidons.")).await.unwrap();
    let before = register(&app).await;
    for (more, text) in [
        ("date = 2026-03-04", "Nous décidons autrement."),
        ("date = 2026-03-05", "Nous décidons."),
        ("date = 2026-03-04\nsource = \"cr\"", "Nous décidons."),
        ("date = 2026-03-04\nlanguage = \"en\"", "Nous décidons."),
        ("date = 2026-03-04\nmethod = \"majority\"", "Nous décidons."),
    ] {
        let refused = say(&app, decision(more, text)).await.unwrap_err();
        assert!(refused.contains("decision 1 of `communs` is in the register"), "{refused}");
    }
    let around = "date = 2026-03-04\nreview = \"2027-03\"\nstate = \"under_review\"\nsummary = \"Bref.\"";
    let done = say(&app, decision(around, "Nous décidons.")).await.unwrap();
    assert_eq!(done, (id.clone(), Outcome::Revised));
    let after = register(&app).await;
    assert_eq!(after[..1], before, "a review is an entry of its own");
    assert_eq!(after.len(), 2);
    let refused = withdraw(&app, id, "Une erreur".to_owned()).await.unwrap_err();
    assert!(refused.to_string().contains("a decision is never withdrawn"), "{refused}");
    assert_eq!(kinds(&app, "communs").await, ["Create", "Update"]);
}

#[tokio::test]
async fn a_draft_of_a_decision_takes_no_number_until_it_is_published() {
    let app = node().await;
    let draft = |text: &str| written(Kind::Decision, "brouillon", "state = \"draft\"", text);
    say(&app, draft("Un.")).await.unwrap();
    say(&app, draft("Deux.")).await.unwrap();
    say(&app, written(Kind::Decision, "autre", "", "Texte")).await.unwrap();
    assert_eq!(register(&app).await.len(), 1);
    say(&app, written(Kind::Decision, "brouillon", "state = \"in_force\"", "Trois.")).await.unwrap();
    let numbers: Vec<i32> = register(&app).await.iter().map(|decision| decision.number).collect();
    assert_eq!(numbers, [1, 2]);
}

#[tokio::test]
async fn decisions_published_at_once_are_numbered_without_a_gap() {
    let app = std::sync::Arc::new(node().await);
    let mut tasks = tokio::task::JoinSet::new();
    for index in 0..20 {
        let app = app.clone();
        tasks.spawn(async move {
            let slug = format!("d-{index}");
            // One in four is refused after others took numbers beside it.
            let more = if index % 4 == 0 { "authors = [\"nul\"]" } else { "" };
            say(&app, written(Kind::Decision, &slug, more, "Texte")).await.is_ok()
        });
    }
    let mut published = 0;
    while let Some(done) = tasks.join_next().await {
        published += i32::from(done.unwrap());
    }
    let numbers: Vec<i32> = register(&app).await.iter().map(|decision| decision.number).collect();
    assert_eq!(published, 15);
    assert_eq!(numbers, (1..=15).collect::<Vec<_>>());
}
