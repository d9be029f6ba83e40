//! Proposals from their opening to their decision: positions, objections, amendments, rounds, and what the clock does of itself.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use reset_node::actions::closing::{Ended, close, tend};
use reset_node::actions::publication::{Outcome, withdraw};
use reset_node::actions::{amendment, ballot, position, proposal};
use reset_node::domain::actor::Role;
use reset_node::domain::outcome::Why;
use reset_node::domain::position::Stance;
use reset_node::domain::publication::{Details, Kind, When};
use reset_node::domain::round::{AmendmentState, Phase};
use reset_node::domain::state::State;
use reset_node::model;
use serde_json::{Value, json};

use super::{deliveries, follower_of, kinds, node, said, say, stored, written};
use crate::support::TestApp;

const HOUR: Duration = Duration::from_secs(3600);

/// The node with members `bretagne`, `data`, `ecole`, the facilitator `facil` and the observer `public`.
pub(super) async fn assembly() -> TestApp {
    let app = node().await;
    for (handle, role) in [
        ("bretagne", Role::Member),
        ("data", Role::Member),
        ("ecole", Role::Member),
        ("facil", Role::Facilitator),
        ("public", Role::Observer),
    ] {
        let (id, now) = (app.organisation(handle).await, app.now().naive_utc());
        app.write(move |conn| {
            let communs = model::actor::by_handle(conn, "communs")?.unwrap();
            model::coalition::set_member(conn, communs.id, id, role, now)
        })
        .await;
    }
    app.organisation("stranger").await;
    follower_of(&app, "communs").await;
    app
}

pub(super) fn in_hours(app: &TestApp, hours: i64) -> When {
    When::Instant((app.now() + TimeDelta::hours(hours)).with_timezone(&Utc).fixed_offset())
}

/// An open proposal that closes in some hours.
pub(super) async fn proposed(app: &TestApp, slug: &str, hours: i64, more: &str) -> String {
    let more = format!("closes = {}\n{more}", in_hours(app, hours));
    say(app, written(Kind::Proposal, slug, &more, "Le texte.")).await.unwrap().0
}

pub(super) async fn take(app: &TestApp, id: &str, by: &str, stance: Stance) -> Result<String, String> {
    let why = (stance == Stance::Object).then(|| "Trop cher.".to_owned());
    app.advance(Duration::from_millis(1));
    position::take(app, id.to_owned(), by.to_owned(), stance, why).await.map_err(|error| error.to_string())
}

async fn shown(app: &TestApp, id: &str) -> Value {
    ballot::show(app, id.to_owned()).await.unwrap()
}

pub(super) async fn closed(app: &TestApp, id: &str, by: &str) -> Result<Ended, String> {
    let why = Some("Tout est dit.".to_owned());
    close(app, id.to_owned(), by.to_owned(), None, why).await.map_err(|error| error.to_string())
}

async fn register(app: &TestApp) -> Vec<Value> {
    let rows = app
        .read(|conn| {
            let communs = model::actor::by_handle(conn, "communs")?.unwrap();
            model::decision::register(conn, communs.id)
        })
        .await;
    rows.iter().map(|row| serde_json::from_str(&row.entry).unwrap()).collect()
}

/// What the clock does now, as several workers would.
async fn tick(app: &TestApp) -> usize {
    let (a, b) = tokio::join!(tend(app), tend(app));
    a.unwrap() + b.unwrap()
}

#[tokio::test]
async fn a_consent_round_goes_from_its_opening_over_an_objection_to_one_decision() {
    let app = assembly().await;
    let draft = written(Kind::Proposal, "budget", "state = \"draft\"\nquorum = 3", "Le texte.");
    let id = say(&app, draft).await.unwrap().0;
    let refused = take(&app, &id, "data", Stance::Consent).await.unwrap_err();
    assert!(refused.starts_with("the proposal is `draft`"), "{refused}");
    proposal::open(&app, id.clone(), "facil".into(), Some(in_hours(&app, 30)), None).await.unwrap();
    assert_eq!(shown(&app, &id).await["phase"], "clarify");
    for (stance, by) in
        [(Stance::Consent, "atelier"), (Stance::StandAside, "bretagne"), (Stance::Object, "data")]
    {
        take(&app, &id, by, stance).await.unwrap();
    }
    app.advance(HOUR);
    for phase in [Phase::Object, Phase::Resolve] {
        proposal::phase(&app, id.clone(), "facil".into(), phase, None).await.unwrap();
        app.advance(HOUR);
    }
    let why = Some("Une objection demeure.".to_owned());
    proposal::next_round(&app, id.clone(), "facil".into(), in_hours(&app, 10), why).await.unwrap();
    let now = shown(&app, &id).await;
    assert_eq!(
        (&now["round"], &now["tally"]["consent"], &now["objections"]),
        (&json!(2), &json!(0), &json!(["data"]))
    );
    for by in ["atelier", "bretagne", "ecole"] {
        take(&app, &id, by, Stance::Consent).await.unwrap();
    }
    let resolved = position::resolve(&app, id.clone(), "atelier".into(), "Non.".into(), None)
        .await
        .unwrap_err()
        .to_string();
    assert!(resolved.contains("only its author"), "{resolved}");
    position::resolve(&app, id.clone(), "data".into(), "Le coût est plafonné.".into(), None).await.unwrap();
    let told = deliveries(&app).await;
    assert_eq!(shown(&app, &id).await["tally"]["consent"], 4);
    // The clock closes it when nobody is there.
    app.advance(11 * HOUR);
    let refused = take(&app, &id, "ecole", Stance::Object).await.unwrap_err();
    assert!(refused.starts_with("the round was over at"), "{refused}");
    assert_eq!(tick(&app).await, 1);
    assert_eq!(tick(&app).await, 0);
    let entries = register(&app).await;
    assert_eq!(entries.len(), 1);
    let reached = &entries[0]["reached"];
    assert_eq!(reached["tally"], json!({"consent": 4, "stand_aside": 0, "object": 0}));
    assert_eq!(
        (&reached["round"], &reached["version"], &reached["quorum"]),
        (&json!(2), &json!(1), &json!(3))
    );
    let who: Vec<&Value> =
        reached["positions"].as_array().unwrap().iter().map(|one| &one["organisation"]).collect();
    assert_eq!(who, ["atelier", "bretagne", "data", "ecole"]);
    assert_eq!((&entries[0]["source"], &entries[0]["method"]), (&json!("budget"), &json!("consent")));
    // Each state once: opened, two phases, a round with its note, adopted with its note, the decision; no position.
    let expected = ["Create", "Update", "Update", "Update", "Create", "Update", "Create", "Create"];
    assert_eq!(kinds(&app, "communs").await, expected);
    assert_eq!((told, deliveries(&app).await), (5, 8));
    let stored = stored(&app, &id).await;
    assert_eq!(stored.row.state, State::Adopted);
    let again = closed(&app, &id, "facil").await.unwrap();
    assert_eq!((again.closed.why, again.decision.is_some()), (Why::Reached, true));
    assert_eq!((register(&app).await.len(), deliveries(&app).await), (1, 8));
    let acts: Vec<Value> = shown(&app, &id).await["acts"].as_array().unwrap().clone();
    let acts: Vec<(&str, Option<&str>)> =
        acts.iter().map(|act| (act["act"].as_str().unwrap(), act["by"].as_str())).collect();
    let by = Some("facil");
    assert_eq!(acts, [("opened", by), ("phase", by), ("phase", by), ("round", by), ("adopted", None)]);
}

#[tokio::test]
async fn a_quorum_that_was_missed_or_an_objection_that_stands_adopts_nothing() {
    let app = assembly().await;
    let few = proposed(&app, "few", 5, "quorum = 3").await;
    let stopped = proposed(&app, "stopped", 5, "").await;
    let majority = proposed(&app, "majority", 5, "method = \"majority\"\nquorum = 3").await;
    for by in ["atelier", "bretagne"] {
        take(&app, &few, by, Stance::Consent).await.unwrap();
        take(&app, &stopped, by, Stance::Consent).await.unwrap();
        take(&app, &majority, by, Stance::Agree).await.unwrap();
    }
    take(&app, &stopped, "data", Stance::Object).await.unwrap();
    take(&app, &majority, "data", Stance::Abstain).await.unwrap();
    app.advance(6 * HOUR);
    assert_eq!(tick(&app).await, 3);
    for (id, why) in [(&few, "no_quorum"), (&stopped, "objection"), (&majority, "reached")] {
        let shown = shown(&app, id).await;
        assert_eq!(shown["outcome"], why, "{shown}");
        assert_eq!(shown["state"], if why == "reached" { "adopted" } else { "not_adopted" });
    }
    assert_eq!(register(&app).await.len(), 1);
    let refused = proposal::next_round(&app, few, "facil".into(), in_hours(&app, 9), None).await.unwrap_err();
    assert!(refused.to_string().starts_with("the proposal is `not_adopted`"), "{refused}");
    // Three times Create, then each Update with its note, and the decision.
    assert_eq!(kinds(&app, "communs").await.len(), 3 + 2 * 3 + 1);
}

#[tokio::test]
async fn a_changed_text_asks_again_and_so_does_an_accepted_amendment() {
    let app = assembly().await;
    let id = proposed(&app, "texte", 48, "quorum = 1").await;
    take(&app, &id, "data", Stance::Consent).await.unwrap();
    take(&app, &id, "ecole", Stance::Object).await.unwrap();
    // Another deadline changes nothing of what was asked.
    let closes = shown(&app, &id).await["closes"].as_str().unwrap().to_owned();
    let more = format!("closes = {closes}\nquorum = 1\nsummary = \"Une phrase.\"");
    say(&app, written(Kind::Proposal, "texte", &more, "Le texte.")).await.unwrap();
    assert_eq!(shown(&app, &id).await["tally"]["consent"], 1);
    let amended = "Le texte.\n\nEt une clause.".to_owned();
    let propose = |text: &str| amendment::propose(&app, id.clone(), "bretagne".into(), text.into(), None);
    let same = propose("Le texte.").await.unwrap_err().to_string();
    assert!(same.contains("the text as it stands"), "{same}");
    let (first, second) = (propose(&amended).await.unwrap(), propose("Un autre.").await.unwrap());
    let by = || "facil".to_owned();
    let refused =
        amendment::answer(&app, second.clone(), by(), AmendmentState::Declined, None).await.unwrap_err();
    assert!(refused.to_string().starts_with("the reason is empty"), "{refused}");
    let before = kinds(&app, "communs").await.len();
    amendment::answer(&app, first.clone(), by(), AmendmentState::Accepted, None).await.unwrap();
    let stood = stored(&app, &id).await;
    assert_eq!((stood.row.body, stood.row.revision), (amended, 3));
    let now = shown(&app, &id).await;
    assert_eq!((&now["version"], &now["tally"]["consent"]), (&json!(3), &json!(0)));
    assert_eq!(now["objections"], json!(["ecole"]), "a changed text passes over no objection");
    assert_eq!(kinds(&app, "communs").await.len(), before + 1, "one Update, no note");
    for (which, to) in [(&first, AmendmentState::Accepted), (&second, AmendmentState::Accepted)] {
        amendment::answer(&app, which.clone(), by(), to, None).await.unwrap_err();
    }
    let mine = amendment::answer(&app, second.clone(), "data".into(), AmendmentState::Withdrawn, None).await;
    assert!(mine.unwrap_err().to_string().contains("only its author"));
    amendment::answer(&app, second, "bretagne".into(), AmendmentState::Withdrawn, None).await.unwrap();
    let more = format!("closes = {closes}\nquorum = 1");
    say(&app, written(Kind::Proposal, "texte", &more, "Encore un texte.")).await.unwrap();
    assert_eq!(shown(&app, &id).await["version"], 4);
    let ended = closed(&app, &id, "atelier").await.unwrap();
    assert_eq!((ended.closed.why, ended.decision), (Why::NoQuorum, None));
    let acts = shown(&app, &id).await["acts"].clone();
    let acts: Vec<&str> = acts.as_array().unwrap().iter().map(|act| act["act"].as_str().unwrap()).collect();
    assert_eq!(acts, ["opened", "revised", "revised", "not_adopted"]);
}

#[tokio::test]
async fn a_position_is_kept_once_with_its_history_and_travels_to_nobody() {
    let app = assembly().await;
    let id = proposed(&app, "x", 5, "").await;
    let before = deliveries(&app).await;
    for stance in [Stance::Consent, Stance::Consent, Stance::StandAside, Stance::Consent] {
        take(&app, &id, "data", stance).await.unwrap();
    }
    let now = shown(&app, &id).await;
    assert_eq!(now["positions"].as_array().unwrap().len(), 3, "the same one again is none");
    assert_eq!(now["tally"], json!({"consent": 1, "stand_aside": 0, "object": 0}));
    position::withdraw(&app, id.clone(), "data".into(), Some("À revoir.".into())).await.unwrap();
    let none = position::withdraw(&app, id.clone(), "data".into(), None).await.unwrap_err().to_string();
    assert!(none.contains("there is nothing to withdraw"), "{none}");
    assert_eq!(shown(&app, &id).await["tally"]["consent"], 0);
    take(&app, &id, "data", Stance::Consent).await.unwrap();
    assert_eq!(shown(&app, &id).await["tally"]["consent"], 1);
    assert_eq!(deliveries(&app).await, before);
}

#[tokio::test]
async fn what_may_not_be_done_is_refused_in_one_sentence_and_leaves_nothing() {
    let app = assembly().await;
    let id = proposed(&app, "x", 5, "").await;
    let decided = say(&app, written(Kind::Decision, "d", "", "Une décision.")).await.unwrap().0;
    let before = deliveries(&app).await;
    for (by, sentence) in [
        ("public", "`public` is an observer of `communs`"),
        ("stranger", "`stranger` is no member of `communs`"),
        ("nobody", "there is no actor `nobody`"),
        ("communs", "`communs` is a coalition"),
    ] {
        let refused = take(&app, &id, by, Stance::Consent).await.unwrap_err();
        assert!(refused.starts_with(sentence), "{refused}");
    }
    let refused = take(&app, &id, "data", Stance::Agree).await.unwrap_err();
    assert_eq!(
        refused,
        "`agree` is no stance of a proposal by consent: take one of consent, stand_aside, object"
    );
    let silent = position::take(&app, id.clone(), "data".into(), Stance::Object, Some(" ".into())).await;
    assert!(silent.unwrap_err().to_string().starts_with("an objection needs a reason"));
    let refused = take(&app, &decided, "data", Stance::Consent).await.unwrap_err();
    assert!(refused.contains("is a decision: give the URL of a proposal"), "{refused}");
    let refused = closed(&app, &id, "data").await.unwrap_err();
    assert!(refused.starts_with("`data` is a member of `communs`: a steward"), "{refused}");
    let early = close(&app, id.clone(), "facil".into(), None, None).await.unwrap_err().to_string();
    assert!(early.starts_with("the deadline has not passed"), "{early}");
    let chosen = close(&app, id.clone(), "facil".into(), Some(true), None).await.unwrap_err().to_string();
    assert!(chosen.starts_with("this proposal is decided by consent"), "{chosen}");
    proposal::phase(&app, id.clone(), "facil".into(), Phase::Object, None).await.unwrap();
    let back =
        proposal::phase(&app, id.clone(), "facil".into(), Phase::React, None).await.unwrap_err().to_string();
    assert_eq!(back, "the phase `react` cannot follow `object`: next is resolve");
    let past = proposal::next_round(&app, id.clone(), "facil".into(), in_hours(&app, -1), None).await;
    assert!(past.unwrap_err().to_string().contains("has passed: name one that is to come"));
    let open = proposal::open(&app, id.clone(), "facil".into(), None, None).await.unwrap_err().to_string();
    assert!(open.contains("is open already"), "{open}");
    withdraw(&app, id.clone(), "Un doublon".to_owned()).await.unwrap();
    assert!(
        take(&app, &id, "data", Stance::Consent)
            .await
            .unwrap_err()
            .starts_with("the proposal is `withdrawn`")
    );
    app.advance(6 * HOUR);
    assert_eq!(tick(&app).await, 0);
    assert_eq!(shown(&app, &id).await["positions"], json!([]));
    assert_eq!(deliveries(&app).await, before + 2, "the phase and the withdrawal");
}

#[tokio::test]
async fn an_advice_is_decided_by_who_closes_it_once_it_was_given() {
    let app = assembly().await;
    let mut ids = Vec::new();
    for slug in ["a", "b"] {
        let id = proposed(&app, slug, 5, "method = \"advice\"\nquorum = 2\nauthors = [\"ecole\"]").await;
        take(&app, &id, "data", Stance::Disagree).await.unwrap();
        ids.push(id);
    }
    let end = |id: &str, choice| close(&app, id.to_owned(), "ecole".into(), choice, Some("Décidé.".into()));
    let refused = end(&ids[0], Some(true)).await.unwrap_err().to_string();
    assert!(refused.starts_with("1 of 2 organisations gave their advice"), "{refused}");
    for id in &ids {
        take(&app, id, "bretagne", Stance::Disagree).await.unwrap();
    }
    let silent = end(&ids[0], None).await.unwrap_err().to_string();
    assert!(silent.contains("say --adopted or --not-adopted"), "{silent}");
    let ended = end(&ids[0], Some(false)).await.unwrap();
    assert_eq!((ended.closed.adopted, ended.closed.why), (false, Why::Declined));
    app.advance(6 * HOUR);
    assert_eq!(tick(&app).await, 1);
    assert_eq!(shown(&app, &ids[1]).await["state"], "adopted");
}

#[tokio::test]
async fn the_clock_opens_reminds_once_and_leaves_archives_alone() {
    let app = assembly().await;
    let announced = |opens: When, closes: When| {
        let more = format!("opens = {opens}\ncloses = {closes}");
        written(Kind::Proposal, "later", &more, "Texte")
    };
    let (id, done) = say(&app, announced(in_hours(&app, 2), in_hours(&app, 100))).await.unwrap();
    assert_eq!(done, Outcome::Published);
    let refused = take(&app, &id, "data", Stance::Consent).await.unwrap_err();
    assert!(refused.starts_with("the round opens at"), "{refused}");
    let archive = "opens = 2020-01-01\ncloses = 2020-02-01";
    say(&app, written(Kind::Proposal, "archive", archive, "Texte")).await.unwrap();
    assert_eq!(tick(&app).await, 0);
    app.advance(3 * HOUR);
    assert_eq!(tick(&app).await, 1);
    assert_eq!(shown(&app, &id).await["phase"], "clarify");
    take(&app, &id, "data", Stance::Consent).await.unwrap();
    app.advance(74 * HOUR);
    assert_eq!(tick(&app).await, 1);
    assert_eq!(tick(&app).await, 0);
    let note = said(&app, "communs").await.pop().unwrap().document;
    assert!(note.contains("Le tour se termine bientôt") && note.contains("tour 1"), "{note}");
    // Put off, the same round reminds of nothing again.
    let opens = shown(&app, &id).await["opens"].as_str().unwrap().parse().unwrap();
    say(&app, announced(opens, in_hours(&app, 100))).await.unwrap();
    app.advance(80 * HOUR);
    assert_eq!(tick(&app).await, 0);
    app.advance(21 * HOUR);
    assert_eq!(tick(&app).await, 1);
    assert_eq!(shown(&app, &id).await["state"], "adopted");
    let told = ["Create", "Create", "Update", "Create", "Create", "Update", "Update", "Create", "Create"];
    assert_eq!(kinds(&app, "communs").await, told);
}

#[tokio::test]
async fn the_page_tells_who_stands_where_what_is_proposed_and_what_happens_next() {
    let app = assembly().await;
    let id = proposed(&app, "page", 5, "quorum = 2").await;
    let path = id.strip_prefix(app.url()).unwrap();
    let page = |lang: &str| format!("{path}?lang={lang}");
    let read = async |path: String| app.visit(&path, &[("accept", "text/html")]).await.text;
    assert!(read(page("fr")).await.contains("Personne n’a encore pris position."));
    proposal::phase(&app, id.clone(), "facil".into(), Phase::Object, Some("On y va.".into())).await.unwrap();
    take(&app, &id, "ecole", Stance::Consent).await.unwrap();
    take(&app, &id, "data", Stance::Consent).await.unwrap();
    take(&app, &id, "data", Stance::Object).await.unwrap();
    let more = "Le texte.\n\nUne <b>clause</b>.".to_owned();
    let amended =
        amendment::propose(&app, id.clone(), "bretagne".into(), more, Some("Pour être clair.".into()));
    let amended = amended.await.unwrap();
    let by = || "facil".to_owned();
    let no = AmendmentState::Declined;
    amendment::answer(&app, amended, by(), no, Some("Déjà dit.".into())).await.unwrap();
    let told = read(page("fr")).await;
    for text in [
        "Tour 1\u{a0}: objections.",
        "aria-label=\"Répartition\u{a0}: 1 consent, 0 émet une réserve, 1 objecte\"",
        "<rect class=\"consent\" x=\"0\" width=\"50\"",
        "2 sur 2 positions nécessaires",
        "Objections qui demeurent",
        "Trop cher.",
        "Positions antérieures",
        "Pour être clair.",
        "Une &#60;b&#62;clause&#60;/b&#62;.</ins>",
        "refusé",
        "Déjà dit.",
        "On y va.",
        "À l’échéance, la proposition est close d’elle-même.",
    ] {
        assert!(told.contains(text), "{text} in {told}");
    }
    let form = app.visit(&format!("{path}.json"), &[]).await.text;
    let form: Value = serde_json::from_str(&form).unwrap();
    assert_eq!(
        (&form["round"], &form["phase"], &form["tally"]["object"]),
        (&json!(1), &json!("object"), &json!(1))
    );
    let text = app.visit(&format!("{path}.md"), &[]).await.text;
    reset_node::actions::front_matter::Manuscript::parse(&text, "x", chrono_tz::Tz::UTC).unwrap();
    position::resolve(&app, id.clone(), "data".into(), "Plafonné.".into(), None).await.unwrap();
    let decision = closed(&app, &id, "atelier").await.unwrap().decision.unwrap();
    let path_of = |url: &str| url.strip_prefix(app.url()).unwrap().to_owned();
    for lang in ["fr", "en"] {
        let told = read(page(lang)).await;
        assert!(told.contains(&path_of(&decision)) && told.contains("Plafonné."), "{told}");
        for key in ["ballot-", "act-", "why-", "phase-", "stance-", "amendment-p", "amendment-d"] {
            assert!(!told.contains(&format!(">{key}")), "{key} in {told}");
        }
        let decided = read(format!("{}?lang={lang}", path_of(&decision))).await;
        assert!(decided.contains(&format!("href=\"{path}\"")), "{decided}");
    }
    let text = app.visit(&format!("{}.md", path_of(&decision)), &[]).await.text;
    reset_node::actions::front_matter::Manuscript::parse(&text, "x", chrono_tz::Tz::UTC).unwrap();
}

#[tokio::test]
async fn a_file_of_the_first_round_does_not_bring_its_deadline_back() {
    let app = assembly().await;
    let more = format!("closes = {}\nopens = {}", in_hours(&app, 5), in_hours(&app, 0));
    let file = |text: &str| written(Kind::Proposal, "x", &more, text);
    let id = say(&app, file("Un.")).await.unwrap().0;
    app.advance(HOUR);
    proposal::next_round(&app, id.clone(), "facil".into(), in_hours(&app, 30), None).await.unwrap();
    let before = shown(&app, &id).await;
    app.advance(10 * HOUR);
    say(&app, file("Deux.")).await.unwrap();
    let after = shown(&app, &id).await;
    for key in ["round", "phase", "opens", "closes"] {
        assert_eq!(before[key], after[key], "{key}");
    }
    assert_eq!((tick(&app).await, after["version"].clone()), (0, json!(3)));
    // Another round by a file, after the one before was over, as archives tell it.
    let next = format!("opens = {}\ncloses = {}", in_hours(&app, 30), in_hours(&app, 40));
    say(&app, written(Kind::Proposal, "x", &next, "Deux.")).await.unwrap();
    let Details::Proposal(proposal) = stored(&app, &id).await.details else { panic!() };
    assert_eq!((proposal.round(), proposal.phase), (3, Some(Phase::Clarify)));
}

#[tokio::test]
async fn a_file_adopts_nothing_over_an_objection_and_changes_no_text_that_was_decided_on() {
    let app = assembly().await;
    let closes = in_hours(&app, 30);
    let file = |more: &str, text: &str| {
        written(Kind::Proposal, "budget", &format!("closes = {closes}\nquorum = 2\n{more}"), text)
    };
    let (id, _) = say(&app, file("", "Le texte.")).await.unwrap();
    for (by, stance) in [("bretagne", Stance::Object), ("data", Stance::Consent)] {
        take(&app, &id, by, stance).await.unwrap();
    }
    let adopted = "state = \"adopted\"\nreason = \"On avance.\"";
    let said_so = say(&app, file(adopted, "Le texte.")).await.unwrap_err();
    assert!(said_so.contains("its record comes to `objection`"), "{said_so}");
    let sooner = format!("closes = {}\nquorum = 2", in_hours(&app, 1));
    let sooner = say(&app, written(Kind::Proposal, "budget", &sooner, "Le texte.")).await.unwrap_err();
    assert!(sooner.contains("`proposal close` with a reason ends it sooner"), "{sooner}");
    assert_eq!(stored(&app, &id).await.row.state, State::Open);
    take(&app, &id, "bretagne", Stance::StandAside).await.unwrap();
    say(&app, file(adopted, "Le texte.")).await.unwrap();
    assert_eq!(stored(&app, &id).await.row.state, State::Adopted);
    assert_eq!(register(&app).await.len(), 1, "with its decision");
    let other = say(&app, file("", "Un autre texte.")).await.unwrap_err();
    assert!(other.contains("stay as they were decided on"), "{other}");
}

#[tokio::test]
async fn a_file_that_says_the_same_again_takes_no_accepted_amendment_back() {
    let app = assembly().await;
    let closes = format!("closes = {}", in_hours(&app, 30));
    let file = || written(Kind::Proposal, "texte", &closes, "Le texte.");
    let (id, _) = say(&app, file()).await.unwrap();
    let one = amendment::propose(&app, id.clone(), "data".into(), "Un texte.".into(), None).await.unwrap();
    let early = closed(&app, &id, "atelier").await.unwrap_err();
    assert!(early.starts_with("amendments that wait for an answer: 1"), "{early}");
    amendment::answer(&app, one, "atelier".into(), AmendmentState::Accepted, None).await.unwrap();
    let body = stored(&app, &id).await.row.body;
    assert_eq!(say(&app, file()).await.unwrap().1, Outcome::Unchanged);
    assert_eq!(stored(&app, &id).await.row.body, body);
}
