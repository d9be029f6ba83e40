//! The forms of a publication for machines, the feeds, and the "follow from your server" box.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use reset_node::actions::front_matter::Manuscript;
use reset_node::domain::publication::Details;
use reset_node::model::publication;
use serde_json::Value;

use super::Shown;
use crate::support::TestApp;

#[tokio::test]
async fn a_feed_names_each_publication_by_its_permanent_address() {
    let app = TestApp::new().await;
    let shown = Shown::on(&app).await;
    for path in ["/feed.atom", "/coalitions/communs/feed.atom"] {
        let answer = app.visit(path, &[]).await;
        assert_eq!(answer.header("content-type"), "application/atom+xml; charset=utf-8");
        let feed = atom_syndication::Feed::read_from(answer.text.as_bytes()).unwrap();
        assert_eq!(feed.entries.len(), 4);
        let proposal = format!("{}{}", app.url(), shown.proposal);
        let entry = feed.entries.iter().find(|entry| entry.id == proposal).unwrap();
        assert_eq!(entry.title.value, "Titre de vitrine");
        let content = entry.content.as_ref().unwrap();
        assert_eq!(content.value.as_deref(), Some("<p>Un texte en <em>Markdown</em>.</p>"));
        assert_eq!(content.lang.as_deref(), Some("fr"));
        assert!(entry.summary.as_ref().unwrap().value.starts_with("Proposition, en tour de consentement"));
        assert!(entry.updated.timestamp() > 0);
    }
}

#[tokio::test]
async fn the_markdown_form_can_be_published_again() {
    let app = TestApp::new().await;
    let shown = Shown::on(&app).await;
    for path in [&shown.proposal, &shown.minutes, &shown.roadmap, &shown.decision] {
        let answer = app.visit(&format!("{path}.md"), &[]).await;
        assert_eq!(answer.header("content-type"), "text/markdown; charset=utf-8");
        let again = Manuscript::parse(&answer.text, "stem", chrono_tz::Europe::Paris).unwrap();
        assert_eq!(again.coalition, "communs");
        assert_eq!(again.body, "Un texte en *Markdown*.");
        assert_eq!(again.id, Some(format!("{}{path}", app.url())));
        let id = path.rsplit('/').next().unwrap().to_owned();
        let mut stored = app.read(move |conn| publication::find(conn, &id)).await.unwrap().details;
        if let Details::Minutes(minutes) = &mut stored {
            minutes.join_url = None;
        }
        assert_eq!(again.details, stored);
        assert!(!answer.text.contains("visio.example"));
    }
}

#[tokio::test]
async fn the_json_form_has_the_fields_of_the_kind() {
    let app = TestApp::new().await;
    let shown = Shown::on(&app).await;
    let answer = app.visit(&format!("{}.json", shown.minutes), &[]).await;
    assert_eq!(answer.header("content-type"), "application/json");
    let value: Value = serde_json::from_str(&answer.text).unwrap();
    let at = |pointer: &str| value.pointer(pointer).cloned().unwrap();
    assert_eq!(at("/id"), format!("{}{}", app.url(), shown.minutes));
    assert_eq!(at("/kind"), "minutes");
    assert_eq!(at("/attendance"), 1234);
    assert_eq!(at("/points/0/outcome"), "decision");
    assert!(value.get("join_url").is_none());
}

#[tokio::test]
async fn a_follower_is_led_to_their_own_server() {
    let app = TestApp::with(|config| config.federation.allow_http = false).await;
    Shown::on(&app).await;
    let post = |account: &str| {
        let account: String = url::form_urlencoded::byte_serialize(account.as_bytes()).collect();
        Request::post("/coalitions/communs/follow")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(format!("account={account}")))
            .unwrap()
    };
    let bad = app.answer(post("ana")).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    assert!(bad.text.contains("vous@serveur.example"));
    let led = app.answer(post("@ana@nowhere.invalid")).await;
    assert_eq!(led.status, StatusCode::SEE_OTHER);
    let to = led.header("location");
    assert!(
        to.starts_with("https://nowhere.invalid/authorize_interaction?uri=http%3A%2F%2F127.0.0.1"),
        "{to}"
    );
}
