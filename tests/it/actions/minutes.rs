//! Minutes: those who attended adopt them, and what they decided is written once, in the same transaction.

use reset_node::actions::action_item::{self, Change, NewItem};
use reset_node::actions::minutes::{Deed, act, correct};
use reset_node::actions::organisation;
use reset_node::actions::publication::{Travel, publish, withdraw};
use reset_node::domain::act::Act;
use reset_node::domain::action::State as Progress;
use reset_node::domain::actor::{OrganisationKind, Role};
use reset_node::domain::publication::{Details, Kind, When};
use reset_node::domain::state::State;
use reset_node::model::{self, act::Done, action_item::Row};

use super::{kinds, node, say, stored, written};
use crate::support::TestApp;

const POINTS: &str = "date = \"2026-11-20T14:00:00+01:00\"\norganisations = [\"un\", \"deux\", \"trois\", \"@un\", \"Une absente\"]\n\
    [[points]]\ntitle = \"La charte\"\noutcome = \"decision\"\ntext = \"La charte vaut.\"\n\
    [[points]]\ntitle = \"Écrire aux villes\"\noutcome = \"action\"\ntext = \"Une lettre.\"\nowners = [\"deux\"]\ndue = 2026-12-31\n\
    [[points]]\ntitle = \"Nouvelles\"\ntext = \"Rien.\"\n";

/// The node with three more organisations, the first of which facilitates.
pub(super) async fn with_members() -> TestApp {
    let app = node().await;
    for handle in ["un", "deux", "trois"] {
        let new = organisation::NewOrganisation {
            handle: handle.to_owned(),
            name: format!("Organisation {handle}"),
            kind: OrganisationKind::Association,
            summary: String::new(),
            website: None,
            territory: None,
        };
        organisation::create(&app, new).await.unwrap();
    }
    let now = app.now().naive_utc();
    app.write(move |conn| {
        let group = model::actor::by_handle(conn, "communs")?.unwrap().id;
        for (handle, role) in [("un", Role::Facilitator), ("deux", Role::Member)] {
            let member = model::actor::by_handle(conn, handle)?.unwrap().id;
            model::coalition::set_member(conn, group, member, role, now)?;
        }
        Ok(())
    })
    .await;
    app
}

pub(super) async fn does(
    app: &TestApp,
    what: Act,
    id: &str,
    by: &str,
    reason: Option<&str>,
) -> Result<String, String> {
    let (id, by, reason) = (id.to_owned(), by.to_owned(), reason.map(str::to_owned));
    let deed = Deed { act: what, id, by, reason };
    act(app, deed).await.map_err(|error| error.to_string())
}

pub(super) async fn actions(app: &TestApp) -> Vec<Row> {
    app.read(|conn| {
        let group = model::actor::by_handle(conn, "communs")?.unwrap().id;
        model::action_item::page(conn, group, 0, 100)
    })
    .await
}

pub(super) async fn decisions(app: &TestApp) -> Vec<String> {
    app.read(|conn| {
        let group = model::actor::by_handle(conn, "communs")?.unwrap().id;
        Ok(model::decision::register(conn, group)?.into_iter().filter_map(|one| one.publication_id).collect())
    })
    .await
}

async fn acts(app: &TestApp, url: &str) -> Vec<Done> {
    let id = url.rsplit('/').next().unwrap().to_owned();
    app.read(move |conn| model::act::of(conn, &id)).await
}

#[tokio::test]
async fn more_than_half_of_those_who_attended_and_live_here_adopt_and_the_decisions_and_actions_are_written_once()
 {
    let app = with_members().await;
    let (id, _) = say(&app, written(Kind::Minutes, "cr", POINTS, "Texte")).await.unwrap();
    assert_eq!((decisions(&app).await.len(), actions(&app).await.len()), (0, 0));
    does(&app, Act::Approved, &id, "deux", None).await.unwrap();
    does(&app, Act::Approved, &id, "deux", None).await.unwrap();
    assert_eq!(stored(&app, &id).await.row.state, State::Submitted);
    let waits = does(&app, Act::Adopted, &id, "un", Some("Il le faut")).await.unwrap_err();
    assert_eq!(
        waits,
        "1 of 3 attending organisations have approved, more than half must: ask un, trois to `minutes approve`"
    );
    let stranger = does(&app, Act::Approved, &id, "atelier", None).await.unwrap_err();
    assert!(stranger.contains("not among the `organisations` that attended"), "{stranger}");
    does(&app, Act::Approved, &id, "@trois", Some("Fidèle")).await.unwrap();
    let minutes = stored(&app, &id).await;
    assert_eq!((minutes.row.state, minutes.row.revision), (State::Adopted, 2));
    assert_eq!(
        kinds(&app, "communs").await,
        ["Create", "Update", "Create", "Create"],
        "with a note and a decision"
    );
    let made = decisions(&app).await;
    let decision = stored(&app, made.first().unwrap()).await;
    assert_eq!(
        (made.len(), decision.row.title.as_str(), decision.row.body.as_str()),
        (1, "La charte", "La charte vaut.")
    );
    assert_eq!((decision.row.slug.as_str(), decision.decision_number), ("cr-la-charte", Some(1)));
    let Details::Decision(details) = &decision.details else { panic!("a decision") };
    assert_eq!(details.source.as_deref(), Some("cr"));
    assert_eq!(details.date.map(|date| date.to_string()).as_deref(), Some("2026-11-20"));
    let items = actions(&app).await;
    let item = items.first().unwrap();
    assert_eq!((items.len(), item.text.as_str()), (1, "Écrire aux villes : Une lettre."));
    assert_eq!((item.owners(), item.due.as_deref()), (vec!["deux".to_owned()], Some("2026-12-31")));
    assert_eq!(item.minutes_id.as_ref(), Some(&minutes.row.id));
    for by in ["deux", "un"] {
        does(&app, Act::Adopted, &id, by, Some("encore")).await.unwrap();
        does(&app, Act::Approved, &id, by, None).await.unwrap();
    }
    assert_eq!((decisions(&app).await.len(), actions(&app).await.len()), (1, 1));
    let told: Vec<_> =
        acts(&app, &id).await.into_iter().map(|one| (one.act, one.handle, one.reason)).collect();
    assert_eq!(
        told,
        [
            (Act::Approved, "deux".to_owned(), None),
            (Act::Approved, "trois".to_owned(), Some("Fidèle".to_owned())),
            (Act::Adopted, "trois".to_owned(), Some("Fidèle".to_owned())),
        ]
    );
}

#[tokio::test]
async fn minutes_of_which_nobody_is_known_here_are_adopted_by_who_facilitates_with_a_reason() {
    let app = with_members().await;
    let points =
        POINTS.replace("[\"un\", \"deux\", \"trois\", \"@un\", \"Une absente\"]", "[\"Une absente\"]");
    let draft = format!("state = \"draft\"\n{points}");
    let (id, _) = say(&app, written(Kind::Minutes, "cr", &draft, "Texte")).await.unwrap();
    let early = does(&app, Act::Adopted, &id, "deux", Some("Vite")).await.unwrap_err();
    assert!(early.contains("`deux` cannot do that in the coalition `communs`"), "{early}");
    does(&app, Act::Submitted, &id, "un", None).await.unwrap();
    assert_eq!(kinds(&app, "communs").await, ["Create"], "a draft that is submitted is published");
    let why = does(&app, Act::Adopted, &id, "un", Some(" ")).await.unwrap_err();
    assert!(why.contains("say with --reason why"), "{why}");
    does(&app, Act::Adopted, &id, "un", Some("Relu en séance")).await.unwrap();
    assert_eq!((decisions(&app).await.len(), actions(&app).await.len()), (1, 1));
    let (other, _) = say(&app, written(Kind::Proposal, "p", "", "Texte")).await.unwrap();
    let wrong = does(&app, Act::Adopted, &other, "un", Some("Relu")).await.unwrap_err();
    assert_eq!(wrong, "`p` is a proposal: give the address of minutes");
}

#[tokio::test]
async fn a_corrected_text_asks_again_and_its_adoption_makes_only_what_is_new() {
    let app = with_members().await;
    let (id, _) = say(&app, written(Kind::Minutes, "cr", POINTS, "Texte")).await.unwrap();
    for by in ["un", "deux"] {
        does(&app, Act::Approved, &id, by, None).await.unwrap();
    }
    let new = format!(
        "{}[[points]]\ntitle = \"Le budget\"\noutcome = \"decision\"\ntext = \"Voté.\"\n\
         [[points]]\ntitle = \"Écrire aux maires\"\nwas = \"Écrire aux villes\"\noutcome = \"action\"",
        POINTS
            .replace("La charte vaut.", "La charte vaut toujours.")
            .replace("title = \"Écrire aux villes\"\noutcome = \"action\"", "title = \"Écrire aux villes\"")
    );
    let silent =
        say(&app, written(Kind::Minutes, "cr", &format!("state = \"corrected\"\n{new}"), "Texte")).await;
    assert!(silent.unwrap_err().contains("a correction is published with its reason"));
    let manuscript = written(Kind::Minutes, "cr", &new, "Texte");
    let stranger = correct(&app, manuscript.clone(), "trois".to_owned(), "Un oubli".to_owned()).await;
    assert!(stranger.is_err());
    correct(&app, manuscript, "un".to_owned(), "Un oubli".to_owned()).await.unwrap();
    assert_eq!(stored(&app, &id).await.row.state, State::Corrected);
    does(&app, Act::Approved, &id, "un", None).await.unwrap();
    assert_eq!(
        stored(&app, &id).await.row.state,
        State::Corrected,
        "approvals of the former text do not count"
    );
    assert_eq!(decisions(&app).await.len(), 1);
    does(&app, Act::Approved, &id, "trois", None).await.unwrap();
    assert_eq!(stored(&app, &id).await.row.state, State::Adopted);
    let made = decisions(&app).await;
    assert_eq!((made.len(), actions(&app).await.len()), (2, 1), "the renamed action is the same one");
    assert_eq!(stored(&app, made.last().unwrap()).await.row.title, "Le budget");
    assert_eq!(stored(&app, made.first().unwrap()).await.row.body, "La charte vaut.", "an entry is frozen");
    let reasons: Vec<_> = acts(&app, &id).await.into_iter().map(|one| (one.act, one.reason)).collect();
    assert!(reasons.contains(&(Act::Corrected, Some("Un oubli".to_owned()))), "{reasons:?}");
}

#[tokio::test]
async fn a_file_that_says_adopted_makes_the_same_and_an_archive_whose_decisions_are_files_makes_none() {
    let app = with_members().await;
    let adopted = |more: &str| format!("state = \"adopted\"\n{more}{POINTS}");
    publish(&app, vec![written(Kind::Minutes, "cr-1", &adopted(""), "Texte")], Travel::Quiet).await.unwrap();
    assert_eq!((decisions(&app).await.len(), actions(&app).await.len()), (1, 1));
    say(&app, written(Kind::Minutes, "cr-1", &adopted(""), "Autre texte")).await.unwrap();
    say(&app, written(Kind::Minutes, "cr-2", &adopted("effects = false\n"), "Texte")).await.unwrap();
    assert_eq!((decisions(&app).await.len(), actions(&app).await.len()), (1, 1));
    let linked =
        adopted("").replace("outcome = \"decision\"", "outcome = \"decision\"\ndecision = \"charte\"");
    say(&app, written(Kind::Minutes, "cr-3", &linked, "Texte")).await.unwrap();
    assert_eq!((decisions(&app).await.len(), actions(&app).await.len()), (1, 2));
}

#[tokio::test]
async fn a_refused_decision_undoes_the_adoption_that_would_have_made_it() {
    let app = with_members().await;
    let long = "x".repeat(200_000);
    let points = POINTS.replace("La charte vaut.", &long);
    let refused =
        say(&app, written(Kind::Minutes, "cr", &format!("state = \"adopted\"\n{points}"), &long)).await;
    assert!(refused.unwrap_err().contains("peers take at most"));
    assert_eq!((decisions(&app).await.len(), actions(&app).await.len()), (0, 0));
    assert_eq!(kinds(&app, "communs").await, Vec::<String>::new());
}

#[tokio::test]
async fn an_action_is_added_by_members_and_moved_by_its_owners_and_nothing_of_it_is_deleted() {
    let app = with_members().await;
    let new = |by: &str, text: &str| NewItem {
        coalition: "communs".to_owned(),
        by: by.to_owned(),
        text: text.to_owned(),
        owners: vec!["@trois".to_owned()],
        due: Some("2026-12".parse::<When>().unwrap()),
    };
    let stranger = action_item::add(&app, new("trois", "Écrire")).await.unwrap_err().to_string();
    assert_eq!(stranger, "`trois` is no member of the coalition `communs`: only members add actions");
    assert!(action_item::add(&app, new("deux", " \n ")).await.is_err());
    let id = action_item::add(&app, new("deux", "Écrire")).await.unwrap();
    let change = |state: Progress, by: &str, reason: Option<&str>| Change {
        id: id.clone(),
        state,
        by: by.to_owned(),
        reason: reason.map(str::to_owned),
    };
    let other = action_item::set(&app, change(Progress::Done, "deux", None)).await.unwrap_err();
    assert!(other.to_string().contains("`deux` cannot do that"), "{other}");
    action_item::set(&app, change(Progress::Doing, "trois", None)).await.unwrap();
    action_item::set(&app, change(Progress::Doing, "trois", None)).await.unwrap();
    let silent = action_item::set(&app, change(Progress::Dropped, "un", None)).await.unwrap_err();
    assert!(silent.to_string().contains("say it with --reason"), "{silent}");
    action_item::set(&app, change(Progress::Dropped, "un", Some("Trop tard"))).await.unwrap();
    let ids = vec![id.clone()];
    let past = app.read(move |conn| model::action_item::history(conn, &ids)).await;
    let told: Vec<_> = past.into_iter().map(|one| (one.state, one.by, one.reason)).collect();
    let by = |name: &str| Some(format!("Organisation {name}"));
    assert_eq!(
        told,
        [
            (Progress::ToDo, by("deux"), None),
            (Progress::Doing, by("trois"), None),
            (Progress::Dropped, by("un"), Some("Trop tard".to_owned())),
        ]
    );
    let unknown = Change { id: "x".to_owned(), ..change(Progress::Done, "un", None) };
    assert!(
        action_item::set(&app, unknown).await.unwrap_err().to_string().contains("there is no action `x`")
    );
}

#[tokio::test]
async fn nobody_acts_on_minutes_that_were_withdrawn() {
    let app = with_members().await;
    let (id, _) = say(&app, written(Kind::Minutes, "cr", POINTS, "Texte")).await.unwrap();
    withdraw(&app, id.clone(), "Une erreur".to_owned()).await.unwrap();
    let refused = does(&app, Act::Approved, &id, "un", None).await.unwrap_err();
    assert!(refused.contains("was withdrawn"), "{refused}");
}

#[tokio::test]
async fn a_file_adopts_no_minutes_for_those_who_attended_and_changes_none_that_they_adopted() {
    let app = with_members().await;
    let file = |state: &str, text: &str| written(Kind::Minutes, "cr", &format!("{state}{POINTS}"), text);
    let (id, _) = say(&app, file("", "Texte")).await.unwrap();
    let early = say(&app, file("state = \"adopted\"\n", "Texte")).await.unwrap_err();
    assert!(early.contains("0 of 3 attending organisations have approved"), "{early}");
    assert!(decisions(&app).await.is_empty());
    for by in ["un", "deux"] {
        does(&app, Act::Approved, &id, by, None).await.unwrap();
    }
    assert_eq!(stored(&app, &id).await.row.state, State::Adopted);
    let changed = say(&app, file("", "Autre texte")).await.unwrap_err();
    assert!(changed.contains("changes as a correction"), "{changed}");
    say(&app, file("", "Texte")).await.unwrap();
    assert_eq!(stored(&app, &id).await.row.state, State::Adopted);
}
