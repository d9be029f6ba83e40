//! Who is put out of a coalition, or lowered in it, keeps its objection.

use std::time::Duration;

use reset_node::actions::closing::close;
use reset_node::actions::life::By;
use reset_node::actions::membership::{self, Place};
use reset_node::actions::{ballot, position};
use reset_node::domain::actor::Role;
use reset_node::domain::outcome::Why;
use reset_node::domain::position::Stance;
use reset_node::domain::publication::Kind;
use serde_json::json;

use super::{node, say, written};
use crate::support::TestApp;

fn by(organisation: &str, reason: &str) -> By {
    let reason = Some(reason.to_owned()).filter(|reason| !reason.is_empty());
    By { organisation: organisation.to_owned(), reason, on: None }
}

fn place(handle: &str, role: Role) -> Place {
    Place { organisation: handle.to_owned(), role, dimensions: Vec::new() }
}

/// A node with the members `data` and `ecole`, and an open proposal to which `data` objects and `ecole` consents.
async fn objected() -> (TestApp, String) {
    let app = node().await;
    for handle in ["data", "ecole"] {
        app.organisation(handle).await;
        membership::add(&app.app, "communs", place(handle, Role::Member), by("atelier", "")).await.unwrap();
    }
    let (id, _) = say(&app, written(Kind::Proposal, "budget", "", "Le texte.")).await.unwrap();
    for (who, stance) in [("data", Stance::Object), ("ecole", Stance::Consent)] {
        app.advance(Duration::from_secs(1));
        let why = Some("Trop cher.".to_owned());
        position::take(&app, id.clone(), who.to_owned(), stance, why).await.unwrap();
    }
    app.advance(Duration::from_secs(1));
    (app, id)
}

async fn end(app: &TestApp, id: &str) -> Why {
    let why = Some("On avance.".to_owned());
    close(app, id.to_owned(), "atelier".to_owned(), None, why).await.unwrap().closed.why
}

#[tokio::test]
async fn an_objection_stands_after_a_steward_put_its_author_out_until_that_one_lifts_it() {
    let (app, id) = objected().await;
    let out = |why: &str| membership::remove(&app.app, "communs", "data".to_owned(), by("atelier", why));
    assert!(out("").await.unwrap_err().to_string().contains("the reason is empty"));
    out("Elle gêne").await.unwrap();
    let shown = ballot::show(&app, id.clone()).await.unwrap();
    assert_eq!((&shown["objections"], &shown["tally"]["object"]), (&json!(["data"]), &json!(0)));
    app.advance(Duration::from_secs(1));
    let again = position::take(&app, id.clone(), "data".to_owned(), Stance::Consent, None).await.unwrap_err();
    assert!(again.to_string().contains("its members take positions"), "{again}");
    let how = "Le coût est plafonné.".to_owned();
    position::resolve(&app, id.clone(), "data".to_owned(), how, None).await.unwrap();
    let shown = ballot::show(&app, id.clone()).await.unwrap();
    assert_eq!((&shown["objections"], &shown["tally"]["consent"]), (&json!([]), &json!(1)));
    assert_eq!(end(&app, &id).await, Why::Reached);
}

#[tokio::test]
async fn a_proposal_is_not_adopted_over_an_objection_whose_author_was_put_out_or_lowered() {
    let (app, id) = objected().await;
    membership::remove(&app.app, "communs", "data".to_owned(), by("atelier", "Elle gêne")).await.unwrap();
    assert_eq!(end(&app, &id).await, Why::Objection);
    let shown = ballot::show(&app, id).await.unwrap();
    assert_eq!((&shown["state"], &shown["objections"]), (&json!("not_adopted"), &json!(["data"])));

    let (app, id) = objected().await;
    let lower = |why: &str| {
        membership::change(&app.app, "communs", place("data", Role::Observer), by("atelier", why))
    };
    assert!(lower("").await.unwrap_err().to_string().contains("the reason is empty"));
    lower("Elle regarde").await.unwrap();
    assert_eq!(end(&app, &id).await, Why::Objection);
}

#[tokio::test]
async fn an_organisation_leaves_a_coalition_by_itself_and_its_objection_goes_with_it() {
    let (app, id) = objected().await;
    let other = membership::remove(&app.app, "communs", "data".to_owned(), by("ecole", "Non")).await;
    assert!(other.unwrap_err().to_string().contains("does not carry"));
    membership::remove(&app.app, "communs", "@data".to_owned(), by("data", "")).await.unwrap();
    assert_eq!(end(&app, &id).await, Why::Reached);
}
