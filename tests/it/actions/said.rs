//! What is said of something is true when it is read: reviews that are over, dates of states, rounds that were put off,
//! positions that do not count.

use std::time::Duration;

use reset_federation::register::verify;
use reset_node::actions::decision::{Asked, keep, review, supersede, tend};
use reset_node::actions::position;
use reset_node::domain::actor::Role;
use reset_node::domain::position::Stance;
use reset_node::domain::publication::{Details, Kind};
use reset_node::domain::state::State;
use reset_node::model;
use serde_json::{Value, json};

use super::proposals::{assembly, closed, in_hours, proposed, take};
use super::{kinds, node, say, stored, written};
use crate::support::TestApp;

const DATED: &str = "date = 2026-03-04\nmethod = \"consent\"\n";

fn asked(reason: &str) -> Asked {
    Asked { by: Some("atelier".to_owned()), reason: reason.to_owned() }
}

/// A page without the spaces that do not break.
async fn page(app: &TestApp, url: &str, more: &str) -> String {
    let path = format!("{}{more}", url.strip_prefix(app.url()).unwrap());
    app.visit(&path, &[]).await.text.replace(['\u{a0}', '\u{202f}'], " ")
}

async fn data(app: &TestApp, url: &str) -> Value {
    serde_json::from_str(&page(app, url, ".json").await).unwrap()
}

async fn entries(app: &TestApp) -> Vec<Value> {
    let document = app.visit("/coalitions/communs/decisions.json", &[]).await.text;
    assert_eq!(verify(document.as_bytes(), None, app.now()).unwrap().faults, []);
    serde_json::from_str::<Value>(&document).unwrap()["entries"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_review_ends_by_an_entry_of_its_own_and_is_announced_no_more() {
    let app = node().await;
    let id = say(&app, written(Kind::Decision, "a", DATED, "Le texte.")).await.unwrap().0;
    let early = keep(&app, id.clone(), None, asked("Rien à changer")).await.unwrap_err().to_string();
    assert!(early.contains("`in_force`") && early.contains("decision review"), "{early}");
    let soon = (app.now() + chrono::TimeDelta::hours(1)).to_rfc3339();
    review(&app, id.clone(), Some(soon), asked("Un an après")).await.unwrap();
    assert!(page(&app, &id, "").await.contains("à réexaminer le"));
    app.advance(Duration::from_secs(7200));
    assert!(!page(&app, &id, "").await.contains("à réexaminer"), "a day that has come is not to come");
    assert_eq!(tend(&app).await.unwrap(), 1);
    assert_eq!(stored(&app, &id).await.row.state, State::UnderReview);
    assert!(!page(&app, &id, "").await.contains("Réexamen"));
    let past = keep(&app, id.clone(), Some("2026-01-01".to_owned()), asked("Bien")).await.unwrap_err();
    assert_eq!(past.to_string(), "2026-01-01 is over: name a day to come, or none");
    assert!(keep(&app, id.clone(), None, asked(" ")).await.is_err());
    assert_eq!(entries(&app).await.len(), 3, "a refusal enters nothing");
    keep(&app, id.clone(), None, asked("Rien à changer")).await.unwrap();
    let kept = stored(&app, &id).await;
    let Details::Decision(details) = &kept.details else { panic!("{:?}", kept.details) };
    assert_eq!((kept.row.state, details.review), (State::InForce, None));
    let last = entries(&app).await.pop().unwrap();
    assert_eq!(
        (&last["act"], &last["state"], &last["by"], &last["reason"], last.get("on")),
        (&json!("review"), &json!("in_force"), &json!("atelier"), &json!("Rien à changer"), None)
    );
    let register = app.visit("/coalitions/communs/decisions", &[]).await.text.replace('\u{a0}', " ");
    assert!(register.contains("La décision n° 1 est maintenue."));
    assert!(keep(&app, id.clone(), None, asked("Encore")).await.is_err());
    review(&app, id.clone(), None, asked("Un doute")).await.unwrap();
    keep(&app, id.clone(), Some("2031-05-01".to_owned()), asked("Bien")).await.unwrap();
    assert!(
        page(&app, &id, "")
            .await
            .contains("en vigueur, prise le 4 mars 2026 par consentement, à réexaminer le 1er mai 2031")
    );
    assert_eq!(entries(&app).await.pop().unwrap()["on"], "2031-05-01");
}

#[tokio::test]
async fn a_path_tells_the_day_of_each_state_and_goes_on_to_what_took_a_decisions_place() {
    let app = assembly().await;
    let proposal = proposed(&app, "budget", 30, "").await;
    take(&app, &proposal, "data", Stance::Consent).await.unwrap();
    let begun = app.now().date_naive();
    app.advance(Duration::from_secs(26 * 3600));
    let ended = app.now().date_naive();
    closed(&app, &proposal, "facil").await.unwrap();
    let path = data(&app, &proposal).await["path"].clone();
    let entered = path.as_array().unwrap().iter().find(|stop| stop["kind"] == "decision").unwrap();
    let decision = entered["url"].as_str().unwrap().to_owned();
    app.advance(Duration::from_secs(48 * 3600));
    let today = app.now().date_naive();
    let later =
        say(&app, written(Kind::Decision, "autre", &format!("date = {today}"), "Autre.")).await.unwrap().0;
    supersede(&app, decision.clone(), later.clone(), asked("Mieux")).await.unwrap();
    for url in [&proposal, &decision, &later] {
        let path = data(&app, url).await["path"].clone();
        let stops: Vec<_> =
            path.as_array().unwrap().iter().filter(|stop| stop["kind"] != "positions").collect();
        let told = |stop: &Value| (stop["kind"].clone(), stop["state"].clone(), stop["since"].clone());
        assert_eq!(
            stops.iter().map(|stop| told(stop)).collect::<Vec<_>>(),
            [
                (json!("proposal"), json!("adopted"), json!(ended.to_string())),
                (json!("decision"), json!("superseded"), json!(today.to_string())),
                (json!("decision"), json!("in_force"), Value::Null),
            ],
            "{path}"
        );
        assert_eq!(stops[0]["date"], begun.to_string());
    }
    let told = page(&app, &later, "").await;
    assert!(told.contains("<span>adoptée le ") && told.contains("<span>remplacée le "), "{told}");
}

#[tokio::test]
async fn a_round_that_has_not_begun_is_put_off_and_stays_the_first() {
    let app = node().await;
    let dates = |opens: i64, closes: i64| {
        let (opens, closes) = (in_hours(&app, opens), in_hours(&app, closes));
        format!("opens = {opens}\ncloses = {closes}")
    };
    let round = async |url: &str| match stored(&app, url).await.details {
        Details::Proposal(proposal) => proposal.round(),
        other => panic!("{other:?}"),
    };
    let first = dates(100, 200);
    let url = say(&app, written(Kind::Proposal, "plus-tard", &first, "Texte")).await.unwrap().0;
    let before = kinds(&app, "communs").await.len();
    say(&app, written(Kind::Proposal, "plus-tard", &dates(300, 400), "Texte")).await.unwrap();
    assert_eq!(round(&url).await, 1);
    assert!(!page(&app, &url, "").await.contains("tour 2"));
    let news = kinds(&app, "communs").await.split_off(before);
    assert!(news.iter().all(|kind| kind == "Update"), "nobody is told of another round: {news:?}");
    app.advance(Duration::from_secs(500 * 3600));
    say(&app, written(Kind::Proposal, "plus-tard", &dates(1, 50), "Texte")).await.unwrap();
    assert_eq!(round(&url).await, 2, "one that ran is followed by another");
}

#[tokio::test]
async fn a_position_that_does_not_count_is_shown_with_its_cause_and_one_taken_back_as_silence() {
    let app = assembly().await;
    let id = proposed(&app, "budget", 30, "").await;
    for by in ["data", "ecole", "bretagne"] {
        take(&app, &id, by, Stance::Consent).await.unwrap();
    }
    app.write(|conn| {
        let of = |conn: &mut _, handle| {
            Ok::<_, diesel::result::Error>(model::actor::by_handle(conn, handle)?.unwrap().id)
        };
        let (communs, data) = (of(conn, "communs")?, of(conn, "data")?);
        let now = chrono::DateTime::UNIX_EPOCH.naive_utc();
        model::coalition::set_member(conn, communs, data, Role::Observer, now)
    })
    .await;
    position::withdraw(&app, id.clone(), "ecole".into(), Some("Un doute.".into())).await.unwrap();
    let told = page(&app, &id, "").await;
    assert!(told.contains("d’une organisation qui ne prend plus position ici : ne compte pas"), "{told}");
    assert!(!told.contains("à reprendre"), "nothing is asked again");
    let silent = told.split("N’ont pas pris position").nth(1).unwrap();
    let silent = silent.split("</p>").next().unwrap();
    assert!(
        silent.contains("/organisations/ecole") && !silent.contains("/organisations/bretagne"),
        "{silent}"
    );
    closed(&app, &id, "facil").await.unwrap();
    let told = page(&app, &id, "").await;
    assert!(told.contains("n’a pas été comptée") && !told.contains("ne compte pas"), "{told}");
}

#[tokio::test]
async fn the_history_tells_every_change_in_the_language_of_the_reader() {
    let app = node().await;
    let steps = |status: &str, licence: &str| {
        let more = format!(
            "licence = \"{licence}\"\n[[milestones]]\ntitle = \"Essai\"\nstatus = \"{status}\"\ndue = 2027-06-30"
        );
        written(Kind::Roadmap, "cap", &more, "Texte")
    };
    let url = say(&app, steps("planned", "CC0-1.0")).await.unwrap().0;
    say(&app, steps("under_way", "CC0-1.0")).await.unwrap();
    say(&app, steps("under_way", "CC BY 4.0")).await.unwrap();
    for (lang, told) in [
        ("fr", ["Étape-clé (en cours, 30 juin 2027) :</span> Essai", "Licence :</span> CC BY 4.0"]),
        ("en", ["Milestone (under way, 30 June 2027):</span> Essai", "Licence:</span> CC BY 4.0"]),
    ] {
        let text = page(&app, &url, &format!("/revisions?lang={lang}")).await;
        assert!(told.iter().all(|one| text.contains(one)), "{text}");
        let raw = ["milestones", "&#34;", "&quot;", "under_way", "L’état", "Seul l’état", "Only the state"];
        let main = text.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
        assert!(raw.iter().all(|one| !main.contains(one)), "{main}");
    }
    let decision = say(&app, written(Kind::Decision, "a", DATED, "Le texte.")).await.unwrap().0;
    review(&app, decision.clone(), None, asked("Un doute")).await.unwrap();
    assert!(page(&app, &decision, "/revisions").await.contains("Seul l’état a changé."));
}
