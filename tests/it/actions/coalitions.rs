//! Creating and importing coalitions.

use std::time::Duration;

use reset_node::actions::coalition::{Imported, NewCoalition, create, import, show};
use reset_node::actions::profile::Profile;
use reset_node::domain::actor::Role;
use reset_node::domain::coalition::AssociatedState;
use reset_node::model;
use serde_json::Value;

use super::{deliveries, follower_of, node};
use crate::support::TestApp;

async fn take(app: &TestApp, text: &str) -> Result<Vec<Imported>, String> {
    let profiles = Profile::parse_all(text, "fr").map_err(|error| error.to_string())?;
    let done = import(&app.app, profiles).await.map_err(|error| error.to_string())?;
    Ok(done.into_iter().map(|(_, imported)| imported).collect())
}

const TWO: &str = "[[coalitions]]\nhandle = \"a\"\ntopic = \"l'un\"\nassociated = [\"X\", {name = \"Y\", state = \"joined\"}]\n\
    [[coalitions]]\ntitle = \"L'autre côté\"\nstage = \"cadrage\"\nqualities = [\"frugal\", \"frugal\"]\nsteward = \"atelier\"\n";

#[tokio::test]
async fn importing_twice_doubles_nothing_and_a_change_updates() {
    let app = node().await;
    assert_eq!(take(&app, TWO).await.unwrap(), [Imported::Created, Imported::Created]);
    assert_eq!(take(&app, TWO).await.unwrap(), [Imported::Unchanged, Imported::Unchanged]);
    let shown = show(&app, "a".to_owned()).await.unwrap();
    let states: Vec<_> = shown.lists.associated.iter().map(|one| one.state).collect();
    assert_eq!(states, [AssociatedState::Wanted, AssociatedState::Joined]);
    assert_eq!(shown.coalition.name("a"), "L'un");
    let changed = TWO.replace("l'un", "l'une");
    assert_eq!(take(&app, &changed).await.unwrap(), [Imported::Updated, Imported::Unchanged]);
    let other = show(&app, "l_autre_cote".to_owned()).await.unwrap();
    assert_eq!(other.members.first().unwrap().role, Role::Steward);
}

#[tokio::test]
async fn followers_are_told_of_a_changed_profile_and_of_nothing_else() {
    let app = node().await;
    take(&app, TWO).await.unwrap();
    follower_of(&app, "a").await;
    app.advance(Duration::from_secs(5));
    take(&app, TWO).await.unwrap();
    assert_eq!(deliveries(&app).await, 0);
    take(&app, &TWO.replace("l'un", "l'une").replace("cadrage", "active")).await.unwrap();
    assert_eq!(deliveries(&app).await, 1, "only one of the two that changed is followed");
    let waiting = app.read(|conn| model::delivery::list(conn, model::delivery::PENDING, 9)).await;
    let id = waiting.first().unwrap().activity_id.clone();
    let activity = app.read(move |conn| model::activity::find(conn, &id)).await.unwrap();
    let document: Value = serde_json::from_str(&activity.document).unwrap();
    let at = |path: &str| document.pointer(path).and_then(Value::as_str).unwrap();
    assert_eq!((at("/type"), at("/object/type")), ("Update", "Group"));
    assert_eq!(at("/object/name"), "L'une");
    assert!(at("/object/publicKey/publicKeyPem").starts_with("-----BEGIN PUBLIC KEY-----"));
}

#[tokio::test]
async fn a_refused_coalition_imports_none_of_its_file() {
    let app = node().await;
    let refused = take(&app, &TWO.replace("\"atelier\"", "\"ateliers\"")).await.unwrap_err();
    assert!(refused.contains("did you mean `atelier`?"), "{refused}");
    assert!(show(&app, "a".to_owned()).await.is_err());
}

#[tokio::test]
async fn a_handle_is_one_actors_for_ever() {
    let app = node().await;
    for handle in ["atelier", "communs", "region_exemple"] {
        let new =
            NewCoalition { handle: handle.to_owned(), title: "T".to_owned(), steward: None, icon: None };
        let refused = create(&app, new).await.unwrap_err().to_string();
        assert!(refused.contains(&format!("the handle `{handle}` is taken")), "{refused}");
    }
    let reserved = take(&app, "handle = \"node\"\ntitle = \"T\"").await.unwrap_err();
    assert!(reserved.contains("reserved"), "{reserved}");
}

#[tokio::test]
async fn an_icon_must_be_a_picture_and_is_kept_by_an_import() {
    let app = node().await;
    let new = |icon: &[u8]| NewCoalition {
        handle: "image".to_owned(),
        title: "Image".to_owned(),
        steward: None,
        icon: Some(icon.to_vec()),
    };
    let refused = create(&app, new(b"<svg/>")).await.unwrap_err().to_string();
    assert!(refused.contains("must be a PNG"), "{refused}");
    create(&app, new(b"\x89PNG\r\n\x1a\nrest")).await.unwrap();
    let name = show(&app, "image".to_owned()).await.unwrap().coalition.icon.unwrap();
    assert!(app.config.media.path.join(&name).is_file());
    take(&app, "handle = \"image\"\ntitle = \"Autre\"").await.unwrap();
    let shown = show(&app, "image".to_owned()).await.unwrap().coalition;
    assert_eq!((shown.icon, shown.title.as_deref()), (Some(name), Some("Autre")));
}
