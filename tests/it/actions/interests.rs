//! Declarations of interest: taken once, confirmed, answered, erased.

use std::time::Duration;

use reset_node::actions::declaration::{Fault, Outcome, Written, answer, declare, list, stamp};
use reset_node::domain::coalition::DeclarationState;
use reset_node::model;

use super::{make_coalition, node};
use crate::support::TestApp;

/// A form of this moment, five seconds old.
async fn form(app: &TestApp, coalitions: &[&str], organisation: &str, email: &str) -> Written {
    let stamp = stamp(app).await.unwrap();
    app.advance(Duration::from_secs(5));
    Written {
        coalitions: coalitions.iter().map(ToString::to_string).collect(),
        organisation: organisation.to_owned(),
        email: email.to_owned(),
        sentence: "Nous apportons\nun atelier.".to_owned(),
        stamp,
        ..Written::default()
    }
}

/// Why a form is handed back; none where it was taken.
async fn fault(app: &TestApp, form: Written) -> Option<Fault> {
    match declare(app, form).await.unwrap() {
        Outcome::Taken => None,
        Outcome::Back(faults) => faults.first().copied(),
    }
}

async fn declared(app: &TestApp, handle: &str) -> Vec<model::declaration::Declaration> {
    list(app, handle.to_owned()).await.unwrap()
}

#[tokio::test]
async fn an_interest_is_declared_in_several_coalitions_at_once_and_never_twice() {
    let app = node().await;
    make_coalition(&app, "autre").await;
    for (name, email) in [
        ("La Turbine", "Contact@Turbine.example"),
        ("la turbine", "contact@turbine.example "),
        ("La  Turbine !", "contact@turbine.example"),
    ] {
        let form = form(&app, &["communs", "autre", "communs"], name, email).await;
        assert_eq!(fault(&app, form).await, None);
    }
    for handle in ["communs", "autre"] {
        let [one] = declared(&app, handle).await.try_into().unwrap();
        assert_eq!(
            (one.organisation.as_str(), one.sentence.as_str()),
            ("La Turbine", "Nous apportons un atelier.")
        );
        assert_eq!(one.email.as_deref(), Some("contact@turbine.example"));
        assert!(one.confirmed_at.is_none());
    }
    // Somebody else of the same organisation is heard too, and counted once.
    let other = form(&app, &["communs"], "La Turbine", "direction@turbine.example").await;
    assert_eq!(fault(&app, other).await, None);
    let told = app
        .read(|conn| {
            let (actor, _) = model::coalition::by_handle(conn, "communs")?.unwrap();
            model::declaration::told(conn, actor.id)
        })
        .await;
    assert_eq!(told, (0, Vec::new()), "nobody has confirmed yet");
}

#[tokio::test]
async fn a_form_that_cannot_be_taken_comes_back_with_what_is_to_be_mended() {
    let app = node().await;
    let good = form(&app, &["communs"], "La Turbine", "a@b.example").await;
    let cases = [
        (Written { coalitions: Vec::new(), ..good.clone() }, Fault::NoCoalition),
        (Written { coalitions: vec!["aucune".into()], ..good.clone() }, Fault::NoCoalition),
        (
            Written { coalitions: (0..101).map(|n| n.to_string()).collect(), ..good.clone() },
            Fault::NoCoalition,
        ),
        (Written { organisation: " \u{0} … ".into(), ..good.clone() }, Fault::NoName),
        (Written { organisation: "a".repeat(201), ..good.clone() }, Fault::NoName),
        (Written { email: "a@b".into(), ..good.clone() }, Fault::BadEmail),
        (Written { sentence: "é".repeat(1001), ..good.clone() }, Fault::LongSentence),
        (Written { stamp: String::new(), ..good.clone() }, Fault::TooOld),
        (Written { stamp: "1.00".into(), ..good.clone() }, Fault::TooOld),
        (
            Written { stamp: good.stamp.replacen(char::is_numeric, "2", 1) + "0", ..good.clone() },
            Fault::TooOld,
        ),
        (Written { stamp: stamp(&app).await.unwrap(), ..good.clone() }, Fault::TooFast),
    ];
    for (form, expected) in cases {
        assert_eq!(fault(&app, form.clone()).await, Some(expected), "{form:?}");
    }
    app.advance(Duration::from_secs(13 * 3600));
    assert_eq!(fault(&app, good).await, Some(Fault::TooOld));
    assert!(declared(&app, "communs").await.is_empty());
}

#[tokio::test]
async fn a_confirmed_declaration_stays_and_one_that_nobody_confirmed_goes() {
    let app = node().await;
    for name in ["Une", "Deux"] {
        let form = form(&app, &["communs"], name, "a@b.example").await;
        assert_eq!(fault(&app, form).await, None);
    }
    let now = app.now().naive_utc();
    app.write(move |conn| {
        let (actor, _) = model::coalition::by_handle(conn, "communs")?.unwrap();
        let [one, _] = model::declaration::of(conn, actor.id)?.try_into().unwrap();
        model::declaration::say_again(conn, &one.id, &one.sentence, Some("digest"), now)?;
        assert_eq!(model::declaration::confirm(conn, "digest", now)?, 1);
        assert_eq!(model::declaration::confirm(conn, "digest", now)?, 0);
        Ok(())
    })
    .await;
    // Somebody who knows the address changes nothing of what was confirmed.
    let again = form(&app, &["communs"], "Une", "a@b.example").await;
    assert_eq!(fault(&app, Written { sentence: "Autre".into(), ..again }).await, None);
    app.advance(Duration::from_secs(60));
    let now = app.now().naive_utc();
    assert_eq!(app.write(move |conn| model::declaration::forget_unconfirmed(conn, now)).await, 1);
    let [left] = declared(&app, "communs").await.try_into().unwrap();
    assert_eq!((left.organisation.as_str(), left.sentence.as_str()), ("Une", "Nous apportons un atelier."));
    assert!(left.confirmed_at.is_some());
}

#[tokio::test]
async fn the_steward_accepts_and_what_is_withdrawn_is_erased() {
    let app = node().await;
    let form = form(&app, &["communs"], "La Turbine", "secret@turbine.example").await;
    assert_eq!(fault(&app, form).await, None);
    let [one] = declared(&app, "communs").await.try_into().unwrap();
    let reply = |state, by: &str| answer(&app, one.id.clone(), state, by.to_owned(), None);
    let refused = reply(DeclarationState::Accepted, "region_exemple").await.unwrap_err().to_string();
    assert!(refused.contains("does not carry"), "{refused}");
    reply(DeclarationState::Accepted, "atelier").await.unwrap();
    let refused = reply(DeclarationState::Accepted, "atelier").await.unwrap_err().to_string();
    assert!(refused.contains("is accepted already"), "{refused}");
    assert_eq!(app.holding("secret@turbine.example").await, ["declarations"]);
    reply(DeclarationState::Withdrawn, "atelier").await.unwrap();
    assert!(app.holding("secret@turbine.example").await.is_empty());
    assert!(app.holding("un atelier.").await.is_empty());
    let refused = reply(DeclarationState::Accepted, "atelier").await.unwrap_err().to_string();
    assert!(refused.contains("is withdrawn already"), "{refused}");
    let missing = answer(&app, "x".to_owned(), DeclarationState::Accepted, "atelier".to_owned(), None).await;
    assert!(missing.unwrap_err().to_string().contains("there is no declaration `x`"));
    // It may be declared again.
    let again = self::form(&app, &["communs"], "La Turbine", "secret@turbine.example").await;
    assert_eq!(fault(&app, again).await, None);
    assert_eq!(declared(&app, "communs").await.len(), 2);
}
