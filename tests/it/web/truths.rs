//! What pages say, and what they leave unsaid no longer: dimensions, lists, forms, what the node keeps.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use reset_node::actions::membership::{self, Place};
use reset_node::actions::{coalition, declaration, life, profile};
use reset_node::app::Clock;
use reset_node::domain::actor::Role;
use reset_node::domain::coalition::Dimension;
use serde_json::Value;

use crate::support::TestApp;

/// A node with coalitions that files tell.
async fn told(files: &[&str]) -> TestApp {
    let mut app = TestApp::at(Clock::System.now()).await;
    app.leave_queue("these tests look at pages, and send nothing");
    for file in files {
        let read = profile::Profile::parse_all(file, "fr").unwrap();
        coalition::import(&app.app, read).await.unwrap();
    }
    app
}

#[tokio::test]
async fn every_coalition_shows_its_three_dimensions_and_an_observer_fills_none() {
    let app = told(&[]).await;
    for handle in ["org", "curieuse"] {
        app.organisation(handle).await;
    }
    let steward = "handle = \"a\"\ntitle = \"A\"\nsteward = \"org\"";
    for file in [steward, "handle = \"b\"\ntitle = \"B\"\ndimensions = [\"offer\"]"] {
        let read = profile::Profile::parse_all(file, "fr").unwrap();
        coalition::import(&app.app, read).await.unwrap();
    }
    let by = || life::By { organisation: "org".to_owned(), reason: Some("Oui".to_owned()), on: None };
    let place =
        |role| Place { organisation: "curieuse".to_owned(), role, dimensions: vec![Dimension::Usage] };
    membership::add(&app.app, "a", place(Role::Observer), by()).await.unwrap();
    let page = app.visit("/coalitions/a?lang=fr", &[]).await.text;
    assert_eq!(page.matches("<span>pas encore renseigné</span>").count(), 3, "{page}");
    let invited = "peut s’en saisir\u{a0}: <a href=\"/interest?coalition=a\">Déclarer un intérêt</a>";
    assert!(page.contains(invited), "{page}");
    let booklet = app.visit("/coalitions/a/booklet?lang=en", &[]).await.text;
    assert_eq!(booklet.matches("<span>not told yet</span>").count(), 3, "{booklet}");

    membership::change(&app.app, "a", place(Role::Member), by()).await.unwrap();
    let page = app.visit("/coalitions/a?lang=fr", &[]).await.text;
    assert!(page.contains("Il manque des acteurs pour : offre et commande."), "{page}");
    assert!(!page.contains("pas encore renseigné"), "{page}");
    let page = app.visit("/coalitions/b?lang=fr", &[]).await.text;
    assert!(page.contains("<strong>offre</strong> <span>la coalition en annonce, sans les nommer"), "{page}");
}

#[tokio::test]
async fn a_page_past_the_end_of_the_directory_does_not_say_that_there_is_none() {
    let app = told(&["handle = \"a\"\ntitle = \"A\""]).await;
    let past = app.visit("/coalitions?page=99&lang=fr", &[]).await.text;
    assert!(past.contains("La liste s’arrête avant cette page"), "{past}");
    assert!(!past.contains("Aucune coalition ne vit"), "{past}");
    for path in ["/coalitions?stage=nope", "/coalitions.json?quality=nope", "/coalitions.csv?dimension=nope"]
    {
        assert_eq!(app.visit(path, &[]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(app.visit("/coalitions?stage=intention", &[]).await.status, StatusCode::OK);
    assert_eq!(app.visit("/coalitions?stage=", &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_form_says_at_once_all_that_is_to_be_mended_and_names_topics_as_their_pages_do() {
    let app = told(&["handle = \"a\"\ntopic = \"sujet d’une intention\""]).await;
    let form = app.visit("/interest?lang=fr", &[]).await.text;
    assert!(form.contains("Sujet d’une intention"), "{form}");
    app.advance(Duration::from_secs(5));
    let stamp = declaration::stamp(&app).await.unwrap();
    let body = format!("organisation=A&email=nulle&stamp={stamp}");
    let request = Request::post("/interest?lang=fr")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin");
    let back = app.answer(request.body(Body::from(body)).unwrap()).await.text;
    for part in ["Cochez au moins une coalition", "Cette adresse n’a pas la forme attendue"] {
        assert!(back.contains(part), "{part}\n{back}");
    }
    assert_eq!(back.matches("aria-invalid").count(), 1, "the address: the boxes are a group");
    assert!(back.contains("<fieldset aria-describedby=\"fault\">"), "{back}");
}

#[tokio::test]
async fn where_nobody_wrote_a_policy_the_page_says_what_the_software_keeps_and_for_how_long() {
    let app = told(&[]).await;
    for (path, parts) in [
        ("/privacy?lang=fr", ["déclaration d’intérêt", "après 90 jours", "au bout de 30 jours"]),
        ("/privacy?lang=en", ["declaration of interest", "after 90 days", "after 180 days"]),
    ] {
        let page = app.visit(path, &[]).await.text;
        for part in parts {
            assert!(page.contains(part), "{part}\n{page}");
        }
    }
}

#[tokio::test]
async fn a_coalition_of_which_nothing_is_written_has_a_profile_that_says_what_it_is() {
    let app = told(&[
        "handle = \"a\"\ntitle = \"Essai\"\nstage = \"scoping\"",
        "handle = \"b\"\ntitle = \"B\"\nproblem = \"On jette trop.\"",
    ])
    .await;
    let summary = async |handle: &str| {
        let accept = [("accept", "application/activity+json")];
        let group = app.visit(&format!("/coalitions/{handle}"), &accept).await.text;
        let group: Value = serde_json::from_str(&group).unwrap();
        group["summary"].as_str().unwrap().to_owned()
    };
    assert_eq!(summary("a").await, "<p>Essai est une coalition d’organisations. Étape\u{a0}: cadrage.</p>");
    assert!(summary("b").await.contains("On jette trop."));
}
