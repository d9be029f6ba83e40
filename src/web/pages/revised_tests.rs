//! What the history says of each kind of publication.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use chrono_tz::Tz;
use serde_json::{Value, json};

use super::*;

fn content(details: &Value, more: &Value) -> Content {
    let mut all = json!({
        "title": "Un titre", "summary": "", "body": "Le texte", "language": "fr", "licence": "CC BY-SA 4.0",
        "state": "published", "tags": [], "authors": ["atelier"], "details": details,
    });
    for (key, value) in more.as_object().unwrap() {
        all.as_object_mut().unwrap().insert(key.clone(), value.clone());
    }
    serde_json::from_value(all).unwrap()
}

/// The lines that differ, with their sign.
fn changes(lang: Lang, before: &Content, after: &Content) -> Vec<String> {
    let reading = Reading { lang, zone: Tz::Europe__Paris, now: "2026-11-25T12:00:00Z".parse().unwrap() };
    let known = [("atelier".to_owned(), "L’Atelier".to_owned()), ("ville".to_owned(), "La Ville".to_owned())];
    let told = |content| Told::of(content, &reading, &known);
    let lines = told(before).changes(&told(after));
    let told = lines.into_iter().filter(|line| line.tag != "same").map(|line| {
        let sign = if line.tag == "added" { "+" } else { "-" };
        format!("{sign} {} {}", line.label, line.text).trim_end().replace(['\u{a0}', '\u{202f}'], " ")
    });
    told.collect()
}

#[test]
fn a_milestone_that_changed_is_told_in_the_words_of_the_reader() {
    let milestone = |status: &str, reason: Option<&str>| {
        json!({"kind": "roadmap", "milestones": [
            {"title": "Une bourse", "description": "D’échange\nen ligne", "dimension": "offer", "owners": ["ville", "Un voisin"],
             "start": null, "due": "2027-06-30", "status": status, "progress": 40, "reason": reason},
        ]})
    };
    let before = content(&milestone("under_way", None), &json!({}));
    let after = content(&milestone("abandoned", Some("Faute de moyens")), &json!({}));
    assert_eq!(
        changes(Lang::Fr, &before, &after),
        [
            "- Étape-clé (en cours, 30 juin 2027, 40 %, offre) : Une bourse – La Ville, Un voisin",
            "+ Étape-clé (abandonnée, 30 juin 2027, 40 %, offre) : Une bourse – La Ville, Un voisin",
            "+ Motif : Une bourse – Faute de moyens",
        ]
    );
    assert_eq!(
        changes(Lang::En, &before, &after),
        [
            "- Milestone (under way, 30 June 2027, 40 %, offer): Une bourse – La Ville, Un voisin",
            "+ Milestone (abandoned, 30 June 2027, 40 %, offer): Une bourse – La Ville, Un voisin",
            "+ Reason: Une bourse – Faute de moyens",
        ]
    );
}

#[test]
fn licence_language_and_authors_are_part_of_the_difference() {
    let report = json!({"kind": "report", "from": null, "until": null});
    let before = content(&report, &json!({}));
    let after = content(
        &report,
        &json!({"licence": "CC0-1.0", "language": "en", "authors": ["ville"], "tags": ["eau"]}),
    );
    assert_eq!(
        changes(Lang::Fr, &before, &after),
        [
            "- Langue : fr",
            "- Licence : CC BY-SA 4.0",
            "- Par : L’Atelier",
            "+ Langue : en",
            "+ Licence : CC0-1.0",
            "+ Par : La Ville",
            "+ Mots-clés : eau",
        ]
    );
}

#[test]
fn nothing_of_any_kind_is_told_as_json_or_by_its_key() {
    let meeting = json!({
        "kind": "minutes", "series": "Reset Day", "edition": 6, "start": "2026-07-07", "end": null,
        "timezone": null, "tentative_until": null, "place": "Lyon", "join_url": "https://visio.example.org/x",
        "registration_url": "https://example.org/inscription", "capacity": 20, "attendance": 12,
        "organisations": ["ville"], "agenda": ["Accueil"], "questions": ["Et après ?"],
        "persons": [{"name": "Ana Ar Goff", "consent": "2026-07-01"}],
        "points": [{"title": "La charte", "outcome": "decision", "text": "Elle vaut.", "owners": ["ville"], "due": "2026-08"}],
        "next": "2026-12",
    });
    let cases = [
        (
            json!({"kind": "proposal", "method": "consent", "opens": "2026-11-01", "closes": null, "quorum": 2,
                   "round": 2, "phase": "react"}),
            vec![
                "+ Tour 2 : réactions",
                "+ Méthode : Par consentement",
                "+ Ouverture : 1er novembre 2026",
                "+ Quorum (organisations) : 2",
            ],
        ),
        (
            json!({"kind": "decision", "date": "2026-11-02", "method": "majority", "source": "Une séance",
                   "review": "2027-05-01"}),
            vec![
                "+ Date : 2 novembre 2026",
                "+ Décision : À la majorité",
                "+ Réexamen : 1er mai 2027",
                "+ Vient de : Une séance",
            ],
        ),
        (
            json!({"kind": "consultation", "options": ["Oui", "Non"], "multiple": false, "opens": null,
                   "closes": "2026-12"}),
            vec![
                "+ Réponses au choix : Oui",
                "+ Réponses au choix : Non",
                "+ Une seule réponse possible.",
                "+ Clôture : décembre 2026",
            ],
        ),
        (json!({"kind": "production", "reused_by": ["ville"]}), vec!["+ Réutilisée par : La Ville"]),
        (
            meeting,
            vec![
                "+ Inscription : https://example.org/inscription",
                "+ Série : Reset Day n° 6",
                "+ Date : 7 juillet 2026",
                "+ Lieu : Lyon",
                "+ Présents : 12",
                "+ Places : 20",
                "+ Prochaine rencontre : décembre 2026",
                "+ Organisations présentes : La Ville",
                "+ Programme : Accueil",
                "+ Questions : Et après ?",
                "+ Point (décision, août 2026) : La charte – Elle vaut. – La Ville",
            ],
        ),
    ];
    let nothing = content(&json!({"kind": "report", "from": null, "until": null}), &json!({}));
    for (details, told) in cases {
        assert_eq!(changes(Lang::Fr, &nothing, &content(&details, &json!({}))), told, "{details}");
    }
}

#[test]
fn a_name_and_an_address_to_join_stand_in_no_difference() {
    let meeting = |more: Value| {
        let mut all = json!({"kind": "minutes", "series": null, "edition": null, "start": null, "end": null,
            "timezone": null, "tentative_until": null, "place": null, "join_url": null, "registration_url": null,
            "capacity": null, "attendance": null, "organisations": [], "agenda": [], "questions": [], "points": [], "next": null});
        for (key, value) in more.as_object().unwrap() {
            all.as_object_mut().unwrap().insert(key.clone(), value.clone());
        }
        content(&all, &json!({}))
    };
    let named = meeting(json!({"join_url": "https://visio.example.org/x",
        "persons": [{"name": "Ana Ar Goff", "consent": "2026-07-01"}]}));
    assert_eq!(changes(Lang::Fr, &meeting(json!({})), &named), Vec::<String>::new());
}
