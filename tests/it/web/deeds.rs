//! The pages of what minutes and roadmaps become: adoption, actions, milestones, series and the path.

use std::path::Path;

use chrono_tz::Tz;
use reset_node::actions::attachment;
use reset_node::actions::front_matter::Manuscript;
use reset_node::actions::minutes::{Deed, act};
use reset_node::actions::publication::{Travel, publish};
use reset_node::domain::act::Act;
use serde_json::Value;

use crate::support::TestApp;

/// Publishes a file of the coalition `communs`; the path of its page.
async fn write(app: &TestApp, kind: &str, slug: &str, more: &str) -> String {
    let front = format!("kind = \"{kind}\"\ncoalition = \"communs\"\ntitle = \"Titre de {slug}\"\n{more}");
    let mut manuscript =
        Manuscript::parse(&format!("+++\n{front}\n+++\nTexte"), slug, Tz::Europe__Paris).unwrap();
    attachment::take(app, Path::new(""), &mut manuscript, false).await.unwrap();
    let done = publish(app, vec![manuscript], Travel::Quiet).await.map_err(|(_, error)| error).unwrap();
    done.into_iter().next().unwrap().id.strip_prefix(app.url()).unwrap().to_owned()
}

const MINUTES: &str = "series = \"Reset Day\"\nedition = 6\ndate = 2026-07-07\norganisations = [\"communs_org\"]\n\
    [[persons]]\nname = \"Ana Ar Goff\"\norganisation = \"Un atelier\"\nconsent = 2026-07-01\n\
    [[attachments]]\nurl = \"https://example.org/diapos.pdf\"\nname = \"Présentation\"\nrole = \"slides\"\n\
    [[points]]\ntitle = \"La charte\"\noutcome = \"decision\"\ntext = \"La charte vaut.\"\n\
    [[points]]\ntitle = \"Écrire aux villes\"\noutcome = \"action\"\nowners = [\"communs_org\", \"Une ville\"]\ndue = \"2026-08\"\n";

const ROADMAP: &str = "[[milestones]]\ntitle = \"Sans lien\"\n\
    [[milestones]]\ntitle = \"Essai\"\nwas = \"Test\"\nstatus = \"abandoned\"\nreason = \"Faute de moyens\"\ndue = \"2026-12\"\n\
    decision = \"reset-day-6-la-charte\"\nvictory = { text = \"Dix villes\", reached = 2026-10-02 }\n\
    indicator = { name = \"Villes\", unit = \"%\", baseline = 2, target = 12.5, measured = [{ date = 2026-09-01, value = 7.25 }] }\n";

async fn life() -> (TestApp, String, String) {
    let app = TestApp::at("2026-11-22T12:00:00Z".parse().unwrap()).await;
    app.node().await;
    app.coalition("communs").await;
    write(&app, "minutes", "reset-day-5", "series = \"Reset Day\"\nedition = 5\ndate = 2026-06-02").await;
    write(
        &app,
        "meeting",
        "rencontre-7",
        "series = \"Reset Day\"\nedition = 7\ndate = 2026-12-02\ntentative_until = 2026-12-04",
    )
    .await;
    let minutes = write(&app, "minutes", "reset-day-6", MINUTES).await;
    let roadmap = write(&app, "roadmap", "cap", ROADMAP).await;
    (app, minutes, roadmap)
}

async fn adopt(app: &TestApp, minutes: &str) {
    let id = minutes.rsplit('/').next().unwrap().to_owned();
    let deed = Deed { act: Act::Approved, id, by: "communs_org".to_owned(), reason: Some("Relu".to_owned()) };
    act(app, deed).await.unwrap();
}

fn contains_all(text: &str, told: &[&str]) {
    let plain = |text: &str| text.replace(['\u{a0}', '\u{202f}'], " ");
    for one in told {
        assert!(plain(text).contains(&plain(one)), "{one} in {text}");
    }
}

#[tokio::test]
async fn minutes_show_who_approved_who_agreed_to_be_named_and_their_series() {
    let (app, minutes, _) = life().await;
    let waiting = app.visit(&minutes, &[]).await.text;
    contains_all(
        &waiting,
        &[
            "qui ont approuvé : 0 sur 1",
            "Rencontre précédente :",
            "Titre de reset-day-5",
            "Rencontre suivante :",
            "Titre de rencontre-7",
        ],
    );
    contains_all(&waiting, &["Ana Ar Goff (Un atelier)", "Diaporama : Présentation"]);
    adopt(&app, &minutes).await;
    let adopted = app.visit(&format!("{minutes}?lang=en"), &[]).await.text;
    contains_all(
        &adopted,
        &["<strong>Approved</strong>", "<strong>Adopted</strong>", "/organisations/communs_org", "Relu"],
    );
    let revisions = app.visit(&format!("{minutes}/revisions"), &[]).await.text;
    contains_all(&revisions, &["<span>Par <a href=\"/organisations/communs_org\">", "<p>Relu</p>"]);
    let data: Value = serde_json::from_str(&app.visit(&format!("{minutes}.json"), &[]).await.text).unwrap();
    let acts: Vec<&str> =
        data["acts"].as_array().unwrap().iter().filter_map(|one| one["act"].as_str()).collect();
    assert_eq!(acts, ["approved", "adopted"]);
    assert_eq!(data["persons"][0]["consent"], "2026-07-01");
    let travels = app.visit(&minutes, &[("accept", "application/activity+json")]).await;
    assert!(travels.status == 200 && !travels.text.contains("Ar Goff"), "names of persons stay here");
}

#[tokio::test]
async fn every_page_on_a_path_shows_the_whole_line_in_order_of_dates() {
    let (app, minutes, roadmap) = life().await;
    adopt(&app, &minutes).await;
    let data = |path: String| {
        let app = &app;
        async move { serde_json::from_str::<Value>(&app.visit(&format!("{path}.json"), &[]).await.text).unwrap() }
    };
    let path = data(minutes.clone()).await["path"].clone();
    let stops: Vec<(&str, &str, &str)> = path
        .as_array()
        .unwrap()
        .iter()
        .map(|stop| {
            (stop["kind"].as_str().unwrap(), stop["state"].as_str().unwrap(), stop["date"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        stops,
        [
            ("minutes", "adopted", "2026-07-07"),
            ("decision", "in_force", "2026-07-07"),
            ("action", "to_do", "2026-08"),
            ("victory", "reached", "2026-10-02"),
            ("milestone", "abandoned", "2026-12"),
        ]
    );
    let decision = path[1]["url"].as_str().unwrap().strip_prefix(app.url()).unwrap().to_owned();
    for page in [&minutes, &decision, &roadmap] {
        let text = app.visit(page, &[]).await.text;
        contains_all(
            &text,
            &[
                "<ol class=\"path\">",
                "Le chemin",
                "aria-current=\"page\"",
                "Étape-clé",
                "Victoire",
                "obtenue",
            ],
        );
        contains_all(&text, &["#milestone-2\">Essai</a>"]);
        assert!(data(page.clone()).await["path"].as_array().is_some_and(|stops| stops.len() >= 4));
    }
    let alone = write(&app, "proposal", "seule", "").await;
    assert!(!app.visit(&alone, &[]).await.text.contains("class=\"path\""));
    assert_eq!(data(alone).await.get("path"), None);
}

#[tokio::test]
async fn a_milestone_shows_its_reason_its_indicator_and_its_victory() {
    let (app, _, roadmap) = life().await;
    let fr = app.visit(&roadmap, &[]).await.text;
    contains_all(
        &fr,
        &[
            "id=\"milestone-2\"",
            "Faute de moyens",
            "Auparavant : <span>Test</span>",
            "Villes",
            "2 %",
            "12,5 %",
            "7,25 %",
            "Victoire obtenue le 2 octobre 2026 :",
            "Dix villes",
        ],
    );
    let en = app.visit(&format!("{roadmap}?lang=en"), &[]).await.text;
    contains_all(&en, &["12.5 %", "Victory reached on 2 October 2026:", "At the start"]);
    let file = app.visit(&format!("{roadmap}.md"), &[]).await.text;
    let again = Manuscript::parse(&file, "cap", Tz::Europe__Paris).unwrap();
    let before = app.visit(&format!("{roadmap}.json"), &[]).await.text;
    publish(&app, vec![again], Travel::Quiet).await.map_err(|(_, error)| error).unwrap();
    assert_eq!(
        app.visit(&format!("{roadmap}.json"), &[]).await.text,
        before,
        "what is read is what was written"
    );
}

#[tokio::test]
async fn the_actions_of_a_coalition_are_told_with_what_is_late_and_can_each_be_linked() {
    let (app, minutes, _) = life().await;
    contains_all(
        &app.visit("/coalitions/communs/actions", &[]).await.text,
        &["Aucune action pour l’instant."],
    );
    assert!(!app.visit("/coalitions/communs", &[]).await.text.contains("/coalitions/communs/actions"));
    adopt(&app, &minutes).await;
    let page = app.visit("/coalitions/communs/actions", &[]).await.text;
    contains_all(
        &page,
        &[
            "1 action",
            "dont 1 en retard",
            "en retard</strong>",
            "Écrire aux villes",
            "Une ville",
            "Échéance août 2026",
            &minutes,
            "à faire",
            "Titre de reset-day-6",
        ],
    );
    let anchor = page.split("id=\"action-").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let linked = app.visit(&format!("/coalitions/communs/actions?item={anchor}"), &[]).await;
    assert!(linked.status == 200 && linked.text.contains(&format!("id=\"action-{anchor}\"")));
    contains_all(
        &app.visit("/coalitions/communs", &[]).await.text,
        &["href=\"/coalitions/communs/actions\""],
    );
    contains_all(
        &app.visit("/coalitions/communs/actions?lang=en", &[]).await.text,
        &["1 of them late", "to do"],
    );
    assert_eq!(app.visit("/coalitions/nulle/actions", &[]).await.status, 404);
}

#[tokio::test]
async fn a_tentative_range_says_that_it_is_one() {
    let (app, ..) = life().await;
    let abroad = "timezone = \"America/Montreal\"\nstart = 2026-12-02T14:00:00\nend = 2026-12-02T16:00:00\nnext = 2027-01-05T09:00:00";
    let page = write(&app, "meeting", "ailleurs", abroad).await;
    contains_all(
        &app.visit(&page, &[]).await.text,
        &["2 décembre 2026, de 14 h à 16 h (Montréal)", "5 janvier 2027, 9 h (Montréal)"],
    );
    let range = write(&app, "meeting", "peut-etre", "date = 2026-12-02\ntentative_until = 2026-12-04").await;
    contains_all(
        &app.visit(&range, &[]).await.text,
        &["du 2 décembre 2026 au 4 décembre 2026 (date à confirmer)"],
    );
}
