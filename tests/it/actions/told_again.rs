//! The file of a coalition that is told again after acts on the coalition.

use chrono::NaiveDate;
use reset_node::actions::coalition::{Imported, import, show};
use reset_node::actions::life::{By, impact, stage};
use reset_node::actions::membership;
use reset_node::actions::profile::Profile;
use reset_node::domain::actor::Role;
use reset_node::domain::coalition::{AssociatedState, Stage};
use reset_node::model::coalition::Associated;
use reset_node::model::{self, life};

use super::{deliveries, follower_of, node};
use crate::support::TestApp;

const FILE: &str = "handle = \"donnees\"\ntitle = \"Données\"\nimpact = \"Un\"\nstage = \"scoping\"\n\
    stage_on = 2020-02-01\nsteward = \"atelier\"\nassociated = [\"Autre\"]\n\
    [[members]]\norganisation = \"data\"\n[[members]]\norganisation = \"ecole\"\n";

fn by(organisation: &str) -> By {
    By { organisation: organisation.to_owned(), reason: Some("Une raison".to_owned()), on: None }
}

async fn take(app: &TestApp, text: &str) -> Result<Imported, String> {
    let profiles = Profile::parse_all(text, "fr").map_err(|error| error.to_string())?;
    let done = import(&app.app, profiles).await.map_err(|error| error.to_string())?;
    Ok(done.first().unwrap().1)
}

/// A node on which the file was told, and then organisations acted: `donnees` was launched, handed to `ecole`, seeks something else,
/// put `data` out and wishes for somebody.
async fn acted_on() -> TestApp {
    let app = node().await;
    for handle in ["data", "ecole"] {
        app.organisation(handle).await;
    }
    assert_eq!(take(&app, FILE).await, Ok(Imported::Created));
    let wish = |name: &str, state| Associated { name: name.to_owned(), state, dimensions: Vec::new() };
    for one in [wish("Autre", AssociatedState::Declined), wish("Ville", AssociatedState::Invited)] {
        membership::associate(&app.app, "donnees", one, None).await.unwrap();
    }
    stage(&app.app, "donnees", Stage::Launched, by("atelier")).await.unwrap();
    impact(&app.app, "donnees", "Deux".to_owned(), by("atelier")).await.unwrap();
    membership::remove(&app.app, "donnees", "data".to_owned(), by("atelier")).await.unwrap();
    membership::hand_over(&app.app, "donnees", "ecole".to_owned(), by("atelier")).await.unwrap();
    app
}

/// All that acts changed: stage, impact, members, wish list; and how many acts are noted.
async fn now(app: &TestApp) -> (Stage, Option<String>, Vec<(String, Role)>, Vec<String>, [usize; 3]) {
    let shown = show(app, "donnees".to_owned()).await.unwrap();
    let members = shown.members.into_iter().map(|one| (one.handle, one.role)).collect();
    let wished =
        shown.lists.associated.into_iter().map(|one| format!("{} {}", one.name, one.state)).collect();
    let id = shown.actor.id;
    let noted = app
        .read(move |conn| {
            let (steps, impacts) = (life::stages(conn, id)?, life::impacts(conn, id)?);
            Ok([steps.len(), impacts.len(), life::member_acts(conn, id)?.len()])
        })
        .await;
    (shown.coalition.stage, shown.coalition.impact, members, wished, noted)
}

#[tokio::test]
async fn an_unchanged_file_takes_no_act_back_and_tells_nobody() {
    let app = acted_on().await;
    follower_of(&app, "donnees").await;
    let before = now(&app).await;
    assert_eq!((before.0, before.1.as_deref()), (Stage::Launched, Some("Deux")));
    assert_eq!(before.3, ["Autre declined", "Ville invited"]);
    // Written otherwise, it says the same.
    for text in [FILE.to_owned(), format!("# Une remarque\n{}", FILE.replace("scoping", "cadrage"))] {
        assert_eq!(take(&app, &text).await, Ok(Imported::Unchanged));
        assert_eq!(now(&app).await, before);
    }
    assert_eq!(deliveries(&app).await, 0);
}

#[tokio::test]
async fn only_what_changed_in_the_file_is_taken_over() {
    let app = acted_on().await;
    let before = now(&app).await;
    let known = FILE.replace("steward = \"atelier\"", "steward = \"ecole\"");
    let known = known.replace("[[members]]\norganisation = \"ecole\"\n", "");
    assert_eq!(take(&app, &known).await, Ok(Imported::Unchanged), "it says who carries it by now");
    let titled = known.replace("Données", "Données communes");
    assert_eq!(take(&app, &titled).await, Ok(Imported::Updated));
    assert_eq!(now(&app).await, before);
    assert_eq!(show(&app, "donnees".to_owned()).await.unwrap().coalition.title.unwrap(), "Données communes");

    let early = titled.replace("scoping", "active").replace("2020-02-01", "2020-03-01");
    let refused = take(&app, &early).await.unwrap_err();
    assert!(refused.contains("is at the stage `launched` since"), "{refused}");
    let today: NaiveDate = app.now().date_naive();
    let later =
        titled.replace("scoping", "active").replace("2020-02-01", &today.succ_opt().unwrap().to_string());
    let later = later.replace("\"Un\"", "\"Trois\"").replace("[\"Autre\"]", "[]");
    assert_eq!(take(&app, &later).await, Ok(Imported::Updated));
    let after = now(&app).await;
    assert_eq!((after.0, after.1.as_deref()), (Stage::Active, Some("Trois")));
    assert_eq!((after.2, after.3), (before.2, vec!["Ville invited".to_owned()]), "an act wished for it");
}

#[tokio::test]
async fn a_file_that_does_not_know_of_a_hand_over_is_refused_with_what_to_write() {
    let app = acted_on().await;
    let before = now(&app).await;
    for stale in [FILE.replace("Données", "Autre titre"), FILE.replace("\"atelier\"", "\"region_exemple\"")]
    {
        let refused = take(&app, &stale).await.unwrap_err();
        let say = "was handed over to `ecole` on";
        assert!(refused.contains(say) && refused.contains("write steward = \"ecole\""), "{refused}");
    }
    assert_eq!(now(&app).await, before);
    // Nobody remembers what the file said last: what organisations did stands all the same.
    app.write(|conn| {
        let (actor, _) = model::coalition::by_handle(conn, "donnees")?.unwrap();
        model::coalition_file::put(conn, actor.id, "{}")
    })
    .await;
    assert!(take(&app, FILE).await.unwrap_err().contains("handed over to `ecole`"));
    let stale =
        FILE.replace("steward = \"atelier\"\n", "").replace("[[members]]\norganisation = \"ecole\"\n", "");
    let refused = take(&app, &stale).await.unwrap_err();
    assert!(refused.contains("write stage = \"launched\""), "{refused}");
    let refused = take(&app, &stale.replace("scoping", "launched")).await.unwrap_err();
    assert!(refused.contains("seeks version 2 of its impact"), "{refused}");
    assert_eq!(now(&app).await, before);
}
