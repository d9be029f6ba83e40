//! What the link in a mail does, as its reader sees it.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use reset_node::actions::declaration::answer;
use reset_node::domain::coalition::DeclarationState;

use super::*;
use crate::support::mail::link;
use crate::web::Answer;

async fn press(desk: &Desk, path: &str, site: &str) -> Answer {
    let request = Request::post(path).header("sec-fetch-site", site).body(Body::empty()).unwrap();
    desk.app.answer(request).await
}

/// A declaration in both coalitions, and the link of its mail.
async fn sent() -> (Desk, MailServer, String) {
    let (desk, server) = Desk::open(Tls::Starttls).await;
    desk.declared(&["communs", "achats"], "La <Turbine>", "jo@turbine.example").await;
    desk.send().await;
    let path = link(&server.mails()[0]);
    (desk, server, path)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_asks_and_its_button_confirms_all_that_was_declared_at_once() {
    let (desk, _server, path) = sent().await;
    let token = path.split(['=', '&']).nth(1).unwrap();
    assert!(desk.app.holding(token).await.is_empty(), "of a token only the digest is kept");
    let told = |page: &str| page.contains("organisations ont") || page.contains("1 organisation a déclaré");
    for _ in 0..3 {
        let asked = desk.app.visit(&path, &[]).await;
        assert_eq!(asked.status, StatusCode::OK);
        for part in [
            "La &#60;Turbine&#62;",
            "Communs numériques",
            "Achats responsables",
            "noindex",
            "<button>Confirmer",
        ] {
            assert!(asked.text.contains(part), "{part}: {}", asked.text);
        }
    }
    assert!(
        desk.declarations("communs").await[0].confirmed_at.is_none(),
        "whoever only looks confirms nothing"
    );
    assert!(!told(&desk.app.visit("/coalitions/communs", &[]).await.text), "it is shown to nobody yet");
    assert_eq!(press(&desk, &path, "cross-site").await.status, StatusCode::BAD_REQUEST);

    let confirmed = press(&desk, &path, "same-origin").await;
    assert_eq!(confirmed.status, StatusCode::OK);
    assert!(confirmed.text.contains("Adresse confirmée") && confirmed.text.contains("Achats responsables"));
    for handle in ["communs", "achats"] {
        assert!(desk.declarations(handle).await[0].confirmed_at.is_some(), "{handle}");
        assert!(told(&desk.app.visit(&format!("/coalitions/{handle}"), &[]).await.text), "{handle}");
    }
    for again in [press(&desk, &path, "same-origin").await, desk.app.visit(&path, &[]).await] {
        assert_eq!(again.status, StatusCode::OK);
        assert!(again.text.contains("Adresse déjà confirmée") && !again.text.contains("<button>Confirmer"));
    }
    let english = path.replace("lang=fr", "lang=en");
    assert!(desk.app.visit(&english, &[]).await.text.contains("Address already confirmed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_is_late_false_or_about_nothing_says_what_to_do() {
    let (desk, _server, path) = sent().await;
    let unknown = ["/interest/confirm", "/interest/confirm?token=", "/interest/confirm?token=0123"];
    let long = format!("/interest/confirm?token={}", "a".repeat(2000));
    for path in unknown.into_iter().chain([long.as_str()]) {
        for answer in [desk.app.visit(path, &[]).await, press(&desk, path, "none").await] {
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert!(
                answer.text.contains("Ce lien ne mène à rien") && answer.text.contains("href=\"/interest\"")
            );
        }
    }
    desk.minutes_later(7 * 24 * 60 + 1).await;
    for answer in [desk.app.visit(&path, &[]).await, press(&desk, &path, "none").await] {
        assert_eq!(answer.status, StatusCode::GONE);
        assert!(
            answer.text.contains("Ce lien n’est plus valable") && answer.text.contains("href=\"/interest\"")
        );
    }
    assert!(desk.declarations("communs").await[0].confirmed_at.is_none());

    let [one] = desk.declarations("communs").await.try_into().unwrap();
    let [other] = desk.declarations("achats").await.try_into().unwrap();
    for id in [one.id, other.id] {
        let done = answer(&desk.app, id, DeclarationState::Withdrawn, "atelier".to_owned(), None);
        done.await.unwrap();
    }
    assert_eq!(desk.app.visit(&path, &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_steward_sees_confirmed_declarations_first() {
    let (desk, server, _) = sent().await;
    desk.declared(&["communs"], "Une Autre", "autre@turbine.example").await;
    desk.send().await;
    press(&desk, &link(&server.mails()[1]), "same-origin").await;
    let names: Vec<String> =
        desk.declarations("communs").await.into_iter().map(|one| one.organisation).collect();
    assert_eq!(names, ["Une Autre", "La <Turbine>"]);
}
