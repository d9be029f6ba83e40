//! The life of a coalition: stages, impact, memberships, wish list, charter, and what a file tells of them.

use std::time::Duration;

use chrono::NaiveDate;
use reset_node::actions::charter::{self, NewCharter};
use reset_node::actions::coalition::{Imported, import, show};
use reset_node::actions::life::{By, impact, stage};
use reset_node::actions::membership::{self, Place};
use reset_node::actions::organisation;
use reset_node::actions::profile::Profile;
use reset_node::domain::actor::{OrganisationKind, Role};
use reset_node::domain::coalition::{AssociatedState, CharterState, Dimension, MembershipAct, Stage};
use reset_node::model::coalition::Associated;
use reset_node::model::{self, life};
use serde_json::Value;

use super::{deliveries, follower_of, kinds, node, said, say, written};
use crate::support::TestApp;

fn by(organisation: &str, reason: &str) -> By {
    let reason = Some(reason.to_owned()).filter(|reason| !reason.is_empty());
    By { organisation: organisation.to_owned(), reason, on: None }
}

fn day(text: &str) -> Option<NaiveDate> {
    Some(text.parse().unwrap())
}

async fn organisation(app: &TestApp, handle: &str, name: &str) {
    let new = organisation::NewOrganisation {
        handle: handle.to_owned(),
        name: name.to_owned(),
        kind: OrganisationKind::Association,
        summary: String::new(),
        website: None,
        territory: None,
    };
    organisation::create(app, new).await.unwrap();
}

async fn take(app: &TestApp, text: &str) -> Result<Imported, String> {
    let profiles = Profile::parse_all(text, "fr").map_err(|error| error.to_string())?;
    let done = import(&app.app, profiles).await.map_err(|error| error.to_string())?;
    Ok(done.first().unwrap().1)
}

/// Stage and day of every step, and the versions of the impact.
async fn lived(app: &TestApp, handle: &str) -> (Vec<(Stage, Option<NaiveDate>)>, Vec<String>) {
    let handle = handle.to_owned();
    let read = move |conn: &mut reset_node::db::Conn| {
        let (actor, _) = model::coalition::by_handle(conn, &handle)?.unwrap();
        Ok((life::stages(conn, actor.id)?, life::impacts(conn, actor.id)?))
    };
    let (steps, impacts) = app.read(read).await;
    let versions = impacts.into_iter().map(|one| format!("{} {}", one.version, one.text));
    (steps.into_iter().map(|step| (step.stage, step.noted.day)).collect(), versions.collect())
}

fn place(handle: &str, role: Role, dimensions: &[Dimension]) -> Place {
    Place { organisation: handle.to_owned(), role, dimensions: dimensions.to_vec() }
}

async fn roles(app: &TestApp) -> Vec<(String, Role)> {
    let shown = show(app, "communs".to_owned()).await.unwrap();
    shown.members.into_iter().map(|member| (member.handle, member.role)).collect()
}

#[tokio::test]
async fn a_stage_has_a_reason_and_a_day_and_followers_learn_of_it() {
    let app = node().await;
    follower_of(&app, "communs").await;
    let mut act = by("atelier", "Six organisations s’y mettent");
    stage(&app.app, "@communs", Stage::Scoping, act.clone()).await.unwrap();
    assert_eq!(kinds(&app, "communs").await, Vec::<String>::new(), "an Update of a profile is for followers");
    assert_eq!(deliveries(&app).await, 1);
    let waiting = app.read(|conn| model::delivery::list(conn, model::delivery::PENDING, 9)).await;
    let id = waiting.first().unwrap().activity_id.clone();
    let told: Value =
        serde_json::from_str(&app.read(move |conn| model::activity::find(conn, &id)).await.unwrap().document)
            .unwrap();
    assert_eq!(told.pointer("/object/coalition/stage").and_then(Value::as_str), Some("scoping"));
    let today = app.now().date_naive();
    let (steps, _) = lived(&app, "communs").await;
    assert_eq!(steps.iter().map(|step| step.0).collect::<Vec<_>>(), [Stage::Intention, Stage::Scoping]);
    assert!(steps.last().unwrap().1.unwrap() >= today);

    let refused = stage(&app.app, "communs", Stage::Scoping, act.clone()).await.unwrap_err().to_string();
    assert!(refused.contains("at the stage `scoping` already"), "{refused}");
    act.on = day("2020-01-01");
    let refused = stage(&app.app, "communs", Stage::Active, act.clone()).await.unwrap_err().to_string();
    assert!(refused.contains("on that day or later"), "{refused}");
    act.on = day("2999-01-01");
    let refused = stage(&app.app, "communs", Stage::Active, act).await.unwrap_err().to_string();
    assert!(refused.contains("has not come yet"), "{refused}");
    let refused = stage(&app.app, "communs", Stage::Active, by("atelier", " ")).await.unwrap_err();
    assert!(refused.to_string().contains("the reason is empty"));
    // Any stage may follow any other.
    stage(&app.app, "communs", Stage::Closed, by("atelier", "Fini")).await.unwrap();
    stage(&app.app, "communs", Stage::Intention, by("atelier", "Repris")).await.unwrap();
    assert_eq!(show(&app, "communs".to_owned()).await.unwrap().coalition.stage, Stage::Intention);
    assert_eq!(deliveries(&app).await, 3, "what was refused told nobody");
}

#[tokio::test]
async fn only_those_who_carry_a_coalition_act_on_it() {
    let app = node().await;
    organisation(&app, "autre", "Autre").await;
    membership::add(&app.app, "communs", place("autre", Role::Facilitator, &[]), by("atelier", ""))
        .await
        .unwrap();
    for stranger in ["autre", "region_exemple"] {
        let act = by(stranger, "Parce que");
        let refused = [
            stage(&app.app, "communs", Stage::Active, act.clone()).await.unwrap_err(),
            impact(&app.app, "communs", "Tout".to_owned(), act.clone()).await.unwrap_err(),
            membership::remove(&app.app, "communs", "atelier".to_owned(), act.clone()).await.unwrap_err(),
            membership::add(&app.app, "communs", place("region_exemple", Role::Member, &[]), act.clone())
                .await
                .unwrap_err(),
            membership::hand_over(&app.app, "communs", "autre".to_owned(), act).await.unwrap_err(),
        ];
        for error in refused {
            let said = error.to_string();
            assert!(said.contains("does not carry") || said.contains("is not the steward"), "{said}");
        }
    }
    let refused = stage(&app.app, "communs", Stage::Active, by("ateliers", "x")).await.unwrap_err();
    assert!(refused.to_string().contains("did you mean `atelier`?"));
    membership::change(&app.app, "communs", place("autre", Role::CoSteward, &[]), by("atelier", "À deux"))
        .await
        .unwrap();
    stage(&app.app, "communs", Stage::Active, by("autre", "Co-porteuse")).await.unwrap();
}

#[tokio::test]
async fn what_a_coalition_seeks_is_kept_in_versions() {
    let app = node().await;
    for (text, reason) in [("Des communs.", "Première écriture"), ("Des communs durables.", "Négocié")] {
        impact(&app.app, "communs", format!(" {text} "), by("atelier", reason)).await.unwrap();
    }
    let same = impact(&app.app, "communs", "Des communs durables.".to_owned(), by("atelier", "x")).await;
    assert!(same.unwrap_err().to_string().contains("exactly that already"));
    let (_, versions) = lived(&app, "communs").await;
    assert_eq!(versions, ["1 Des communs.", "2 Des communs durables."]);
    let shown = show(&app, "communs".to_owned()).await.unwrap().coalition;
    assert_eq!(shown.impact.as_deref(), Some("Des communs durables."));
}

#[tokio::test]
async fn a_coalition_has_one_steward_and_a_hand_over_is_one_act() {
    let app = node().await;
    organisation(&app, "autre", "Autre").await;
    organisation(&app, "tiers", "Tiers").await;
    let refused =
        membership::add(&app.app, "communs", place("autre", Role::Steward, &[]), by("atelier", "")).await;
    assert!(refused.unwrap_err().to_string().contains("coalition handover"));
    let refused = membership::remove(&app.app, "communs", "atelier".to_owned(), by("atelier", "")).await;
    assert!(refused.unwrap_err().to_string().contains("is not left without one"));
    let refused =
        membership::change(&app.app, "communs", place("atelier", Role::Member, &[]), by("atelier", "")).await;
    assert!(refused.unwrap_err().to_string().contains("is not left without one"));
    membership::add(&app.app, "communs", place("tiers", Role::CoSteward, &[]), by("atelier", ""))
        .await
        .unwrap();
    let refused =
        membership::hand_over(&app.app, "communs", "autre".to_owned(), by("tiers", "Coup d’État")).await;
    assert!(refused.unwrap_err().to_string().contains("is not the steward"));

    membership::hand_over(&app.app, "communs", "autre".to_owned(), by("atelier", "Le mandat se termine"))
        .await
        .unwrap();
    assert_eq!(
        roles(&app).await,
        [
            ("autre".to_owned(), Role::Steward),
            ("tiers".to_owned(), Role::CoSteward),
            ("atelier".to_owned(), Role::Member)
        ]
    );
    let silent = membership::remove(&app.app, "communs", "atelier".to_owned(), by("autre", "")).await;
    assert!(silent.unwrap_err().to_string().contains("the reason is empty"), "it is another's membership");
    membership::remove(&app.app, "communs", "atelier".to_owned(), by("atelier", "")).await.unwrap();
    let acts = app
        .read(|conn| {
            let (actor, _) = model::coalition::by_handle(conn, "communs")?.unwrap();
            life::member_acts(conn, actor.id)
        })
        .await;
    let acts: Vec<_> = acts.into_iter().map(|act| (act.act, act.role)).collect();
    assert_eq!(
        acts,
        [
            (MembershipAct::Added, Some(Role::Steward)),
            (MembershipAct::Added, Some(Role::CoSteward)),
            (MembershipAct::HandedOver, Some(Role::Steward)),
            (MembershipAct::Removed, None)
        ]
    );
}

#[tokio::test]
async fn two_hand_overs_at_once_leave_one_steward() {
    let app = node().await;
    organisation(&app, "autre", "Autre").await;
    organisation(&app, "tiers", "Tiers").await;
    let over = |to: &str| membership::hand_over(&app.app, "communs", to.to_owned(), by("atelier", "À vous"));
    let (one, two) = tokio::join!(over("autre"), over("tiers"));
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    let stewards = roles(&app).await.into_iter().filter(|(_, role)| *role == Role::Steward).count();
    assert_eq!(stewards, 1);
}

#[tokio::test]
async fn whoever_is_on_the_wish_list_and_joins_has_joined() {
    let app = node().await;
    let wanted = |name: &str, state| Associated { name: name.to_owned(), state, dimensions: Vec::new() };
    for (name, state) in [("L’Autre", AssociatedState::Wanted), ("l'autre", AssociatedState::Invited)] {
        membership::associate(&app.app, "communs", wanted(name, state), None).await.unwrap();
    }
    let listed = show(&app, "communs".to_owned()).await.unwrap().lists.associated;
    assert_eq!(listed, [wanted("L’Autre", AssociatedState::Invited)]);
    let empty = membership::associate(&app.app, "communs", wanted(" ", AssociatedState::Wanted), None).await;
    assert!(empty.unwrap_err().to_string().contains("the name is empty"));

    organisation(&app, "autre", "L'Autre").await;
    let offer = place("autre", Role::Member, &[Dimension::Offer]);
    membership::add(&app.app, "communs", offer.clone(), by("atelier", "")).await.unwrap();
    let shown = show(&app, "communs".to_owned()).await.unwrap();
    assert_eq!(shown.lists.associated, [wanted("L’Autre", AssociatedState::Joined)]);
    assert_eq!(shown.lists.present(&shown.members), [Dimension::Offer]);
    let again = membership::add(&app.app, "communs", offer.clone(), by("atelier", "")).await.unwrap_err();
    assert!(again.to_string().contains("as member: change it"), "{again}");
    let same = membership::change(&app.app, "communs", offer, by("atelier", "x")).await.unwrap_err();
    assert!(same.to_string().contains("is member of `communs` already"), "{same}");
    membership::change(
        &app.app,
        "communs",
        place("autre", Role::Member, &[Dimension::Usage]),
        by("atelier", "Elle n’offre plus"),
    )
    .await
    .unwrap();
    let shown = show(&app, "communs".to_owned()).await.unwrap();
    assert_eq!(shown.lists.present(&shown.members), [Dimension::Usage]);
    let acts = app
        .read(|conn| {
            let (actor, _) = model::coalition::by_handle(conn, "communs")?.unwrap();
            life::member_acts(conn, actor.id)
        })
        .await;
    let last = acts.last().unwrap();
    assert_eq!((last.act, last.role), (MembershipAct::Brings, Some(Role::Member)));
    assert_eq!(last.noted.reason.as_deref(), Some("Elle n’offre plus"), "what a member brings is an act too");
}

#[tokio::test]
async fn an_act_that_changes_nothing_of_the_profile_tells_nobody() {
    let app = node().await;
    follower_of(&app, "communs").await;
    for told in [1, 1, 2] {
        let state = if told == 1 { AssociatedState::Wanted } else { AssociatedState::Invited };
        let one = Associated { name: "Ville".to_owned(), state, dimensions: Vec::new() };
        membership::associate(&app.app, "communs", one, None).await.unwrap();
        assert_eq!(deliveries(&app).await, told);
    }
}

const FILE: &str = "handle = \"donnees\"\ntitle = \"Données\"\nimpact = \"Un\"\nstage = \"launched\"\nstage_on = 2020-06-01\n\
    stage_reason = \"Lancée en séance\"\nsteward = \"atelier\"\nassociated = [\"Autre\", {name = \"X\", state = \"joined\", dimensions = [\"usages\"]}]\n\
    [[stages]]\nstage = \"intention\"\n[[stages]]\nstage = \"cadrage\"\non = 2020-02-01\nreason = \"Atelier\"\n\
    [[members]]\norganisation = \"region_exemple\"\nrole = \"coporteur\"\ndimensions = [\"commande\"]\n";

#[tokio::test]
async fn a_file_tells_a_life_and_told_again_it_adds_only_what_is_new() {
    let app = node().await;
    assert_eq!(take(&app, FILE).await, Ok(Imported::Created));
    assert_eq!(take(&app, FILE).await, Ok(Imported::Unchanged));
    let (steps, versions) = lived(&app, "donnees").await;
    let known =
        [(Stage::Intention, None), (Stage::Scoping, day("2020-02-01")), (Stage::Launched, day("2020-06-01"))];
    assert_eq!((steps.as_slice(), versions), (known.as_slice(), vec!["1 Un".to_owned()]));
    let shown = show(&app, "donnees".to_owned()).await.unwrap();
    assert_eq!(shown.lists.present(&shown.members), [Dimension::Procurement, Dimension::Usage]);

    let later =
        FILE.replace("launched", "active").replace("2020-06-01", "2021-01-01").replace("\"Un\"", "\"Deux\"");
    assert_eq!(take(&app, &later).await, Ok(Imported::Updated));
    assert_eq!(take(&app, &later).await, Ok(Imported::Unchanged));
    let (steps, versions) = lived(&app, "donnees").await;
    assert_eq!(steps.last(), Some(&(Stage::Active, day("2021-01-01"))));
    assert_eq!((steps.len(), versions.len()), (4, 2));

    // What came further by an act is not taken back by a mere name in the file.
    organisation(&app, "autre", "Autre").await;
    membership::add(&app.app, "donnees", place("autre", Role::Member, &[]), by("atelier", "")).await.unwrap();
    assert_eq!(take(&app, &later).await, Ok(Imported::Unchanged));
    let states: Vec<_> = show(&app, "donnees".to_owned())
        .await
        .unwrap()
        .lists
        .associated
        .iter()
        .map(|one| one.state)
        .collect();
    assert_eq!(states, [AssociatedState::Joined, AssociatedState::Joined]);
    // The text of a charter may be published after it was told.
    let written = format!(
        "{later}[[charter]]\nversion = \"1\"\nstate = \"beta\"\non = 2020-07-07\npublication = \"charte\"\n"
    );
    assert_eq!(take(&app, &written).await, Ok(Imported::Updated));
    assert_eq!(take(&app, &written).await, Ok(Imported::Unchanged));
    let text = "+++\nkind = \"report\"\ncoalition = \"donnees\"\ntitle = \"Charte\"\n+++\nTexte";
    let text =
        reset_node::actions::front_matter::Manuscript::parse(text, "charte", chrono_tz::Tz::UTC).unwrap();
    let (url, _) = say(&app, text).await.unwrap();
    assert_eq!(take(&app, &written).await, Ok(Imported::Updated));
    assert_eq!(take(&app, &written).await, Ok(Imported::Unchanged));
    let versions = charter::list(&app, "donnees".to_owned()).await.unwrap().versions;
    let text = versions.first().unwrap().publication_id.clone().unwrap();
    assert_eq!((versions.len(), app.urls.publication(&text)), (1, url));
    let refused = take(&app, &later.replace("steward = \"atelier\"", "steward = \"region_exemple\"")).await;
    assert!(refused.unwrap_err().contains("take it out of `members`"));
}

async fn charter_of(app: &TestApp) -> Vec<(String, CharterState, usize)> {
    let listed = charter::list(app, "communs".to_owned()).await.unwrap();
    let count = |version: &str| listed.acknowledged.iter().filter(|one| one.version == version).count();
    listed.versions.into_iter().map(|one| (one.version.clone(), one.state, count(&one.version))).collect()
}

#[tokio::test]
async fn each_state_of_a_charter_keeps_its_day_reason_and_author_and_none_comes_before_the_last() {
    let app = node().await;
    let publish = |version: &str, state, on: &str, why: &str| {
        let new = NewCharter { version: version.to_owned(), state, publication: None };
        app.advance(Duration::from_millis(1));
        charter::publish(&app.app, "communs".to_owned(), new, By { on: day(on), ..by("atelier", why) })
    };
    let acknowledge = |who: &str, on: &str| {
        let by = By { on: day(on), ..by(who, "") };
        charter::acknowledge(&app.app, "communs".to_owned(), Some("1.0".to_owned()), by)
    };
    publish("1.0", CharterState::Beta, "2026-01-01", "Un essai").await.unwrap();
    for who in ["atelier", "region_exemple"] {
        acknowledge(who, "2026-01-02").await.unwrap();
    }
    publish("1.0", CharterState::InForce, "2026-03-01", "L’essai est concluant").await.unwrap();
    let early = acknowledge("atelier", "2026-02-28").await.unwrap_err().to_string();
    assert!(early.contains("version `1.0` is in_force since 2026-03-01"), "{early}");
    acknowledge("atelier", "2026-03-01").await.unwrap();
    publish("2.0", CharterState::Beta, "2026-04-01", "").await.unwrap();
    let past = publish("0.9", CharterState::InForce, "2019-01-01", "Avant").await.unwrap_err().to_string();
    assert!(past.contains("beta since 2026-04-01") && past.contains("on that day or later"), "{past}");
    publish("2.0", CharterState::InForce, "2026-05-01", "Meilleure").await.unwrap();

    let listed = charter::list(&app, "communs".to_owned()).await.unwrap();
    let told: Vec<String> = listed
        .acts
        .iter()
        .map(|(act, by)| {
            let (on, why) = (act.noted.day.unwrap(), act.noted.reason.as_deref().unwrap_or("-"));
            format!("{} {} {on} {} {why}", act.version, act.state, by.as_deref().unwrap_or("-"))
        })
        .collect();
    assert_eq!(
        told,
        [
            "1.0 beta 2026-01-01 atelier Un essai",
            "1.0 in_force 2026-03-01 atelier L’essai est concluant",
            "2.0 beta 2026-04-01 atelier -",
            "1.0 superseded 2026-05-01 atelier Meilleure",
            "2.0 in_force 2026-05-01 atelier Meilleure",
        ]
    );
    let stood: Vec<_> = listed.acknowledged.iter().map(|one| (one.handle.as_str(), one.state)).collect();
    assert_eq!(stood.iter().filter(|one| one.1 == CharterState::Beta).count(), 2);
    assert!(stood.contains(&("atelier", CharterState::InForce)) && stood.len() == 3, "{stood:?}");
}

#[tokio::test]
async fn a_version_of_the_impact_is_not_dated_before_the_one_that_it_follows() {
    let app = node().await;
    let seek = |text: &str, on: &str| {
        impact(&app.app, "communs", text.to_owned(), By { on: day(on), ..by("atelier", "Négocié") })
    };
    seek("Un", "2026-02-01").await.unwrap();
    let refused = seek("Deux", "2020-01-01").await.unwrap_err().to_string();
    assert!(refused.contains("seeks version 1 since 2026-02-01"), "{refused}");
    seek("Deux", "2026-02-01").await.unwrap();
    assert_eq!(lived(&app, "communs").await.1, ["1 Un", "2 Deux"]);
}

#[tokio::test]
async fn a_charter_is_acknowledged_version_by_version() {
    let app = node().await;
    let text = written(reset_node::domain::publication::Kind::Proposal, "charte", "", "La charte.");
    let (url, _) = say(&app, text).await.unwrap();
    let publish = |version: &str, state, publication: Option<&str>| {
        let new =
            NewCharter { version: version.to_owned(), state, publication: publication.map(str::to_owned) };
        app.advance(Duration::from_millis(1));
        charter::publish(&app.app, "communs".to_owned(), new, by("atelier", ""))
    };
    let acknowledge = |version: Option<&str>, who: &str| {
        charter::acknowledge(&app.app, "communs".to_owned(), version.map(str::to_owned), by(who, ""))
    };
    let none = acknowledge(None, "atelier").await.unwrap_err().to_string();
    assert!(none.contains("none is published yet"), "{none}");
    publish("bêta", CharterState::Beta, Some(&url)).await.unwrap();
    assert_eq!(acknowledge(None, "atelier").await.unwrap(), "bêta");
    let twice = acknowledge(Some("bêta"), "atelier").await.unwrap_err().to_string();
    assert!(twice.contains("acknowledged version `bêta` already"), "{twice}");
    acknowledge(Some("bêta"), "region_exemple").await.unwrap();
    publish("bêta", CharterState::InForce, None).await.unwrap();
    let again = publish("bêta", CharterState::InForce, None).await.unwrap_err().to_string();
    assert!(again.contains("is in_force already"), "{again}");
    // A beta beside what is in force takes nothing away; put into force, it does.
    publish("2", CharterState::Beta, None).await.unwrap();
    acknowledge(None, "atelier").await.unwrap();
    publish("2", CharterState::InForce, None).await.unwrap();
    let now = [("bêta".to_owned(), CharterState::Superseded, 2), ("2".to_owned(), CharterState::InForce, 1)];
    assert_eq!(charter_of(&app).await, now);
    let old = acknowledge(Some("bêta"), "atelier").await.unwrap_err().to_string();
    assert!(old.contains("was superseded"), "{old}");
    for (version, state, publication, part) in [
        ("3", CharterState::Superseded, None, "when another is put into force"),
        (" ", CharterState::Beta, None, "the version is empty"),
        ("3", CharterState::Beta, Some("x"), "there is no publication `x`"),
    ] {
        let said = publish(version, state, publication).await.unwrap_err().to_string();
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(said(&app, "communs").await.len(), 1, "a charter travels as its publication alone");
}
