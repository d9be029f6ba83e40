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

/// A feed, a calendar, or the document that travels.
async fn served(app: &TestApp, path: &str, accept: &str) -> String {
    app.visit(path, &[("accept", accept)]).await.text.replace(['\u{a0}', '\u{202f}'], " ")
}

#[tokio::test]
async fn what_leaves_the_node_names_organisations_and_holds_what_stands_in_fields() {
    let app = node().await;
    let steps =
        "[[milestones]]\ntitle = \"Essai\"\nstatus = \"under_way\"\nowners = [\"atelier\", \"Un voisin\"]\n";
    let roadmap = say(&app, written(Kind::Roadmap, "cap", steps, "")).await.unwrap().0;
    let meeting = "state = \"closed\"\ndate = 2026-03-04\norganisations = [\"atelier\"]\nagenda = [\"Accueil\"]\nplace = \"Lyon\\nou Paris\"\n";
    let meeting = say(&app, written(Kind::Meeting, "jour", meeting, "")).await.unwrap().0;
    let feed = served(&app, "/coalitions/communs/feed.atom", "*/*").await;
    for told in ["Essai", "en cours (L’Atelier, Un voisin)", "Accueil", "Lyon ou Paris"] {
        assert!(feed.contains(told), "{told} in {feed}");
    }
    assert!(!feed.contains("<content type=\"html\"></content>") && !feed.contains("atelier,"), "{feed}");
    for (url, told) in
        [(&roadmap, "(L’Atelier, Un voisin)"), (&meeting, "Organisations :</strong> L’Atelier")]
    {
        let path = url.strip_prefix(app.url()).unwrap();
        let document = served(&app, path, "application/activity+json").await;
        assert!(document.contains(told), "{told} in {document}");
    }
}

#[tokio::test]
async fn a_range_of_dates_is_to_be_confirmed_unless_its_author_says_a_date() {
    let app = node().await;
    let range = "start = 2027-05-01\ntentative_until = 2027-05-20\n";
    let url = say(&app, written(Kind::Meeting, "jour", range, "Texte")).await.unwrap().0;
    assert_eq!(stored(&app, &url).await.row.state, State::Tentative);
    let calendar = served(&app, "/calendar.ics", "*/*").await;
    assert!(calendar.contains("STATUS:TENTATIVE") && !calendar.contains("CONFIRMED"), "{calendar}");
    let both = format!("state = \"scheduled\"\n{range}");
    let refused = say(&app, written(Kind::Meeting, "autre", &both, "Texte")).await.unwrap_err();
    assert!(refused.contains("write `state = \"tentative\"`"), "{refused}");
    let front = "+++\nkind = \"meeting\"\ncoalition = \"communs\"\ntitle = \"T\"\ntentative_until = 2027-05-20\n+++\n";
    let alone =
        reset_node::actions::front_matter::Manuscript::parse(front, "seul", chrono_tz::Tz::Europe__Paris);
    assert!(alone.unwrap_err().to_string().contains("write it as `start`"));
}

#[tokio::test]
async fn a_calendar_tells_hours_leaves_out_what_was_given_up_and_keeps_its_entries() {
    let app = node().await;
    let step = |title: &str, status: &str, more: &str| {
        format!(
            "[[milestones]]\ntitle = \"{title}\"\nstatus = \"{status}\"\ndue = 2027-06-30T18:00:00+02:00\n{more}"
        )
    };
    let given_up = step("Abandon", "abandoned", "reason = \"Faute de moyens\"\n");
    let first = step("Essai", "under_way", "") + &given_up;
    say(&app, written(Kind::Roadmap, "cap", &first, "Texte")).await.unwrap();
    let calendar = served(&app, "/calendar.ics", "*/*").await;
    assert!(calendar.contains("DTSTART:20270630T160000Z"), "{calendar}");
    assert!(!calendar.contains("Abandon"), "{calendar}");
    let uid = |text: &str| {
        let unfolded = text.replace("\r\n ", "");
        let event = unfolded.split("BEGIN:VEVENT").find(|event| event.contains("Essai")).unwrap().to_owned();
        event.lines().find(|line| line.starts_with("UID:")).unwrap().to_owned()
    };
    let second = step("Avant", "planned", "") + &step("Essai", "done", "") + &given_up;
    say(&app, written(Kind::Roadmap, "cap", &second, "Texte")).await.unwrap();
    let later = served(&app, "/calendar.ics", "*/*").await;
    assert_eq!(uid(&calendar), uid(&later), "whatever stands before it");
    assert!(later.contains("Étape-clé faite : Essai"), "{later}");
}

#[tokio::test]
async fn a_decision_says_that_the_minutes_it_comes_from_were_withdrawn() {
    let app = node().await;
    let minutes = say(&app, written(Kind::Minutes, "cr", "date = 2026-03-03", "Texte")).await.unwrap().0;
    let decision = format!("{DATED}source = \"cr\"");
    let decision = say(&app, written(Kind::Decision, "a", &decision, "Le texte.")).await.unwrap().0;
    assert!(page(&app, &decision, "").await.contains("Titre de cr</a>"));
    let why = "Publié par erreur".to_owned();
    reset_node::actions::publication::withdraw(&app, minutes.clone(), why).await.unwrap();
    let path = minutes.strip_prefix(app.url()).unwrap();
    for (lang, told) in [("fr", "Compte rendu retiré le "), ("en", "Minutes withdrawn on ")] {
        let text = page(&app, &decision, &format!("?lang={lang}")).await;
        assert!(text.contains(&format!("<a href=\"{path}\">{told}")), "{text}");
    }
}

#[tokio::test]
async fn a_round_that_opens_later_is_announced_by_its_author_and_opened_by_the_clock() {
    let app = node().await;
    let dates = format!("opens = {}\ncloses = {}", in_hours(&app, 5), in_hours(&app, 50));
    let url = say(&app, written(Kind::Proposal, "budget", &dates, "Texte")).await.unwrap().0;
    let acts = async |app: &TestApp| {
        let told = page(app, &url, "").await;
        let acts = told.split("id=\"acts\"").nth(1).unwrap().split("</section>").next().unwrap().to_owned();
        [acts.matches("<strong>Annonce</strong>").count(), acts.matches("<strong>Ouverture").count()]
    };
    assert_eq!(acts(&app).await, [1, 0]);
    app.advance(Duration::from_secs(6 * 3600));
    reset_node::actions::closing::tend(&app).await.unwrap();
    assert_eq!(acts(&app).await, [1, 1]);
    let at_once = format!("closes = {}", in_hours(&app, 50));
    let other = say(&app, written(Kind::Proposal, "autre", &at_once, "Texte")).await.unwrap().0;
    assert!(!page(&app, &other, "").await.contains("Annonce"));
}

#[tokio::test]
async fn words_of_authors_are_marked_with_their_language_on_a_page_of_another() {
    let app = node().await;
    let first = say(&app, written(Kind::Decision, "a", DATED, "Le texte.")).await.unwrap().0;
    let then = say(&app, written(Kind::Decision, "b", DATED, "Un autre.")).await.unwrap().0;
    supersede(&app, first.clone(), then.clone(), asked("Mieux")).await.unwrap();
    let told = page(&app, &first, "?lang=en").await;
    assert!(told.contains("<dd lang=\"fr\"><a href=\"") && told.contains("2. Titre de b</a></dd>"), "{told}");
    let register = app.visit("/coalitions/communs/decisions?lang=en", &[]).await.text;
    assert!(register.contains("<span lang=\"fr\"><a href=\""), "{register}");
}
