//! What a coalition's page tells of its life, and the form in which an interest is declared.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use reset_node::actions::charter::{self, NewCharter};
use reset_node::actions::front_matter::Manuscript;
use reset_node::actions::life::{By, impact, stage};
use reset_node::actions::membership::{self, Place};
use reset_node::actions::{coalition, declaration, profile};
use reset_node::app::Clock;
use reset_node::domain::actor::Role;
use reset_node::domain::coalition::{CharterState, DeclarationState, Dimension, Stage};
use reset_node::domain::publication::Details;
use reset_node::domain::shared::{Production, Report};

use super::{Answer, Shown};
use crate::support::TestApp;

fn by(reason: &str) -> By {
    By { organisation: "communs_org".to_owned(), reason: Some(reason.to_owned()), on: None }
}

async fn shown() -> (TestApp, Shown) {
    let mut app = TestApp::at(Clock::System.now()).await;
    app.leave_queue("these tests look at pages, and send nothing");
    let shown = Shown::on(&app).await;
    (app, shown)
}

#[tokio::test]
async fn a_coalitions_page_tells_its_life() {
    let (app, _) = shown().await;
    let usage = Place {
        organisation: "turbine".to_owned(),
        role: Role::Facilitator,
        dimensions: vec![Dimension::Usage],
    };
    app.organisation("turbine").await;
    membership::add(&app.app, "communs", usage, by("Elle anime")).await.unwrap();
    for text in ["Des communs.", "Des communs <durables>."] {
        impact(&app.app, "communs", text.to_owned(), by("Négocié en atelier")).await.unwrap();
    }
    stage(&app.app, "communs", Stage::Roadmap, by("La feuille de route est prête")).await.unwrap();
    membership::hand_over(&app.app, "communs", "turbine".to_owned(), by("Fin de mandat")).await.unwrap();
    let fr = app.visit("/coalitions/communs?lang=fr", &[]).await.text;
    for part in [
        "La feuille de route est prête",
        "Version 2. L’impact se négocie",
        "<ins><span class=\"unseen\" lang=\"fr\">Ajouté </span>Des communs &#60;durables&#62;.</ins>",
        "Négocié en atelier",
        "Organisation turbine rejoint la coalition (animateur)",
        "Organisation turbine reçoit la coalition (porteur)",
        "Il manque des acteurs pour : commande.",
        "usages</strong> <span><a href=\"/organisations/turbine\">Organisation turbine</a></span>",
    ] {
        assert!(fr.contains(part), "{part}\n{fr}");
    }
    let en = app.visit("/coalitions/communs?lang=en", &[]).await.text;
    assert!(en.contains("takes the coalition over") && en.contains("Actors are missing for:"), "{en}");
}

#[tokio::test]
async fn parent_and_branches_lead_to_each_other() {
    let (app, _) = shown().await;
    for (handle, parent) in
        [("a", "communs"), ("b", "@communs"), ("c", app.urls.coalition("communs").as_str())]
    {
        let file = format!("handle = \"{handle}\"\ntitle = \"Branche {handle}\"\nparent = \"{parent}\"");
        let read = profile::Profile::parse_all(&file, "fr").unwrap();
        coalition::import(&app.app, read).await.unwrap();
        let page = app.visit(&format!("/coalitions/{handle}"), &[]).await.text;
        assert!(page.contains("<a href=\"/coalitions/communs\">Coalition communs</a>"), "{page}");
    }
    let page = app.visit("/coalitions/communs", &[]).await.text;
    for handle in ["a", "b", "c"] {
        assert!(page.contains(&format!("<a href=\"/coalitions/{handle}\">Branche {handle}</a>")), "{handle}");
    }
}

#[tokio::test]
async fn the_charter_names_who_acknowledged_which_version() {
    let (app, shown) = shown().await;
    let publication = Some(shown.decision.rsplit('/').next().unwrap().to_owned());
    let new = NewCharter { version: "bêta".to_owned(), state: CharterState::Beta, publication };
    charter::publish(&app, "communs".to_owned(), new, by("x")).await.unwrap();
    let empty = app.visit("/coalitions/communs", &[]).await.text;
    assert!(empty.contains("Aucune organisation ne l’a encore reconnue."));
    charter::acknowledge(&app, "communs".to_owned(), None, by("x")).await.unwrap();
    let page = app.visit("/coalitions/communs", &[]).await.text;
    assert!(page.contains(&format!("<a href=\"{}\">Version bêta – bêta", shown.decision)), "{page}");
    assert!(page.contains("Reconnue par"), "{page}");
    let new = NewCharter { version: "bêta".to_owned(), state: CharterState::InForce, publication: None };
    charter::publish(&app, "communs".to_owned(), new, by("L’essai est concluant")).await.unwrap();
    let page = app.visit("/coalitions/communs?lang=fr", &[]).await.text;
    for part in ["<span>bêta</span>", "<span>en vigueur</span>", "L’essai est concluant"] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    let en = app.visit("/coalitions/communs?lang=en", &[]).await.text;
    assert!(page.contains("Aucune organisation ne l’a encore reconnue.") && en.contains("The beta had been"));
}

#[tokio::test]
async fn who_is_put_out_does_not_leave_and_the_page_says_by_whom_and_why() {
    let (app, _) = shown().await;
    app.organisation("turbine").await;
    app.organisation("scierie").await;
    for handle in ["turbine", "scierie"] {
        let member = Place { organisation: handle.to_owned(), role: Role::Member, dimensions: Vec::new() };
        membership::add(&app.app, "communs", member, by("Bienvenue")).await.unwrap();
    }
    membership::remove(&app.app, "communs", "turbine".to_owned(), by("Absente depuis un an")).await.unwrap();
    let own = By { organisation: "scierie".to_owned(), ..By::default() };
    membership::remove(&app.app, "communs", "scierie".to_owned(), own).await.unwrap();
    let fr = app.visit("/coalitions/communs?lang=fr", &[]).await.text;
    for part in [
        "Organisation turbine est retirée de la coalition par Organisation communs_org",
        "Absente depuis un an",
        "Organisation scierie quitte la coalition",
    ] {
        assert!(fr.contains(part), "{part}\n{fr}");
    }
    assert!(!fr.contains("Organisation turbine quitte"), "{fr}");
}

/// The value of the hidden stamp in the form.
async fn stamp(app: &TestApp) -> String {
    let page = app.visit("/interest?coalition=communs", &[]).await.text;
    assert!(page.contains("value=\"communs\" checked"), "{page}");
    page.split("name=\"stamp\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

async fn send(app: &TestApp, site: &str, fields: &[(&str, &str)]) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::post("/interest")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", site);
    app.answer(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn an_interest_is_declared_without_an_account_and_its_address_is_shown_nowhere() {
    let (app, shown) = shown().await;
    let stamp = stamp(&app).await;
    let fields = [
        ("coalition", "communs"),
        ("organisation", "La <Turbine>"),
        ("email", "secret@turbine.example"),
        ("sentence", "Bonjour"),
        ("stamp", stamp.as_str()),
        ("website", ""),
    ];
    let fast = send(&app, "same-origin", &fields).await;
    assert_eq!(fast.status, StatusCode::BAD_REQUEST);
    assert!(
        fast.text.contains("La &#60;Turbine&#62;") && fast.text.contains("role=\"alert\""),
        "{}",
        fast.text
    );
    app.advance(Duration::from_secs(5));
    assert_eq!(send(&app, "cross-site", &fields).await.status, StatusCode::BAD_REQUEST);
    let mut robot = fields;
    robot[5].1 = "https://spam.example";
    assert_eq!(send(&app, "same-origin", &robot).await.header("location"), "/interest/received");
    let list = || declaration::list(&app, "communs".to_owned());
    assert!(list().await.unwrap().is_empty(), "a machine is thanked and not heard");

    let taken = send(&app, "same-origin", &fields).await;
    assert_eq!((taken.status, taken.header("location")), (StatusCode::SEE_OTHER, "/interest/received"));
    let [one] = list().await.unwrap().try_into().unwrap();
    let page = app.visit("/coalitions/communs", &[]).await.text;
    let nobody = "Aucune organisation n’a encore déclaré son intérêt.";
    assert!(page.contains(nobody) && !page.contains("Turbine"), "{page}");
    let accept =
        declaration::answer(&app, one.id, DeclarationState::Accepted, "communs_org".to_owned(), None);
    accept.await.unwrap();
    assert!(app.visit("/coalitions/communs", &[]).await.text.contains("La &#60;Turbine&#62;"));
    for path in shown.paths().iter().map(String::as_str).chain(["/feed.atom"]) {
        assert!(!app.visit(path, &[]).await.text.contains("secret@turbine.example"), "{path}");
    }
    let group = app.visit("/coalitions/communs", &[("accept", "application/activity+json")]).await.text;
    assert!(group.contains("\"Group\"") && !group.contains("turbine.example"));
}

#[tokio::test]
async fn a_flood_of_forms_is_told_to_come_later_and_a_huge_one_is_not_read() {
    let (mut app, _) = shown().await;
    app.serve_node().await;
    let client = crate::support::app::client();
    let address = format!("{}/interest", app.url());
    let huge = client.post(&address).body("a".repeat(70_000)).send().await.unwrap();
    assert_eq!(huge.status(), 413);
    let mut last = 0;
    for _ in 0..21 {
        let request = client.post(&address).header("x-forwarded-for", "198.51.100.7").body("organisation=A");
        last = request.send().await.unwrap().status().as_u16();
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn a_report_and_a_production_have_pages_and_forms_of_their_own() {
    let (app, shown) = shown().await;
    let report = Report { from: Some("2026-01".parse().unwrap()), until: Some("2026-06".parse().unwrap()) };
    let production = Production { reused_by: vec!["communs_org".into(), "Framasoft".into()] };
    let all = [
        (Details::Report(report), "Bilan d’avancée, de janvier 2026 à juin 2026."),
        (
            Details::Production(production),
            "Production partagée, licence CC BY-SA 4.0, réutilisée par 2 organisations.",
        ),
    ];
    for (details, line) in all {
        let kind = details.kind();
        let url = app.publication(&shown.coalition, kind.as_str(), details.clone()).await;
        let path = url.strip_prefix(app.url()).unwrap().to_owned();
        let page = app.visit(&format!("{path}?lang=fr"), &[]).await.text;
        assert!(page.contains(line), "{page}");
        let article = app.visit(&path, &[("accept", "application/activity+json")]).await.text;
        let article: serde_json::Value = serde_json::from_str(&article).unwrap();
        assert_eq!(article["type"], "Article");
        assert!(article["summary"].as_str().unwrap().starts_with(line), "{article}");
        let list = app.visit(&format!("/publications?kind={kind}"), &[]).await.text;
        assert!(list.contains(&path) && list.contains("1 publication"), "{list}");
        let again = app.visit(&format!("{path}.md"), &[]).await.text;
        let again = Manuscript::parse(&again, "x", chrono_tz::Europe::Paris).unwrap();
        assert_eq!(again.details, details);
    }
    let page = app.visit("/publications?kind=production", &[]).await.text;
    let path = page.split("/publications/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let page = app.visit(&format!("/publications/{path}"), &[]).await.text;
    assert!(page.contains("<li><a href=\"/organisations/communs_org\">"), "{page}");
}
