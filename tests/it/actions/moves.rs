//! Actors of ours that move: what their followers' servers are told, in which order, and what the address still says.

use std::time::Duration;

use diesel::prelude::*;
use reset_node::actions::comment::{self, Words};
use reset_node::actions::contribution::{self, NewContribution};
use reset_node::actions::follow::follow;
use reset_node::actions::moving::{alias, cancel, move_to};
use reset_node::app::Clock;
use reset_node::db::schema::{activities, deliveries};
use reset_node::domain::actor::ActorKind;
use reset_node::domain::following::State;
use reset_node::domain::publication::Kind;
use reset_node::{inbox, model};
use serde_json::{Value, json};

use super::{follower_of, make_coalition, node, say, written};
use crate::support::{Peer, TestApp};

const ACTIVITY: [(&str, &str); 1] = [("accept", "application/activity+json")];
const FRENCH: [(&str, &str); 2] = [("accept", "text/html"), ("accept-language", "fr")];
const ENGLISH: [(&str, &str); 2] = [("accept", "text/html"), ("accept-language", "en")];

/// Everything that an actor said of itself, in order: type, document, subject of its delivery.
async fn told(app: &TestApp, handle: &str) -> Vec<(String, Value, String)> {
    let handle = handle.to_owned();
    let read = move |conn: &mut reset_node::db::Conn| {
        let actor = model::actor::by_handle(conn, &handle)?.unwrap();
        activities::table
            .inner_join(deliveries::table)
            .filter(activities::actor_id.eq(actor.id))
            .filter(activities::publication_id.is_null())
            .order(deliveries::id)
            .select((activities::kind, activities::document, deliveries::subject))
            .load::<(String, String, String)>(conn)
    };
    let rows = app.read(read).await.into_iter();
    rows.map(|(kind, text, subject)| (kind, serde_json::from_str(&text).unwrap(), subject)).collect()
}

async fn go(app: &TestApp, to: &str, reason: Option<&str>) -> Result<String, String> {
    app.advance(Duration::from_millis(1));
    let moved = move_to(&app.app, ActorKind::Coalition, "communs", to, reason.map(str::to_owned)).await;
    moved.map_err(|error| error.to_string())
}

async fn also(app: &TestApp, handle: &str, other: &str, remove: bool) -> Result<String, String> {
    app.advance(Duration::from_millis(1));
    let done = alias(&app.app, ActorKind::Coalition, handle, other, remove).await;
    done.map_err(|error| error.to_string())
}

#[tokio::test]
async fn followers_learn_that_a_coalition_moved_and_then_where_to_follow_it() {
    let app = node().await;
    follower_of(&app, "communs").await;
    let peer = Peer::start().await;
    let (old, new) = (app.urls.coalition("communs"), peer.actor("nouvelle"));
    let refused = go(&app, &new, None).await.unwrap_err();
    assert!(refused.contains(&format!("name {old} there first")), "{refused}");
    assert_eq!(told(&app, "communs").await.len(), 0);
    peer.change_actor("nouvelle", json!({"alsoKnownAs": [old]}));
    let handle = format!("@nouvelle@{}", peer.base().strip_prefix("http://").unwrap());
    assert_eq!(go(&app, &handle, Some(" Une autre région nous accueille. ")).await, Ok(new.clone()));

    let told = told(&app, "communs").await;
    let kinds: Vec<&str> = told.iter().map(|(kind, ..)| kind.as_str()).collect();
    assert_eq!(kinds, ["Update", "Move"]);
    assert!(told.iter().all(|(_, _, subject)| *subject == old), "in this order at each inbox");
    let (update, moved) = (&told[0].1, &told[1].1);
    assert_eq!((&update["object"]["id"], &update["object"]["movedTo"]), (&json!(old), &json!(new)));
    for (key, value) in [("actor", &old), ("object", &old), ("target", &new)] {
        assert_eq!(moved[key], json!(value), "{key}");
    }
    assert!(
        moved["proof"].is_object() && update["proof"].is_object() && update["object"]["proof"].is_object()
    );
    let audit = app.read(|conn| model::audit::list(conn, 1)).await.pop().unwrap();
    assert_eq!((audit.act.as_str(), audit.target), ("coalition move", format!("{old} to {new}")));
    assert_eq!(audit.reason.as_deref(), Some("Une autre région nous accueille."));
}

#[tokio::test]
async fn the_address_of_a_coalition_that_moved_says_where_it_is_and_stays_readable() {
    let app = node().await;
    let (id, _) = say(&app, written(Kind::Proposal, "x", "", "Texte")).await.unwrap();
    make_coalition(&app, "nouvelle").await;
    let (old, new) = (app.urls.coalition("communs"), app.urls.coalition("nouvelle"));
    also(&app, "nouvelle", "@communs@example.invalid", false).await.unwrap_err();
    assert_eq!(also(&app, "nouvelle", &old, false).await, Ok(old.clone()));
    assert_eq!(go(&app, &new, Some("Un <motif>.")).await, Ok(new.clone()));
    let document = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let there = app.visit("/coalitions/nouvelle", &ACTIVITY).await;
    assert_eq!(document(&there.text)["alsoKnownAs"], json!([old]));
    let here = app.visit("/coalitions/communs", &ACTIVITY).await;
    let moved = document(&here.text);
    assert_eq!((here.status.as_u16(), &moved["movedTo"]), (200, &json!(new)));
    assert!(moved["@context"].to_string().contains("\"movedTo\""), "{moved}");
    for (headers, sentence) in [(&FRENCH, "la suite se lit ici"), (&ENGLISH, "what follows is read here")] {
        let page = app.visit("/coalitions/communs", headers).await;
        assert_eq!(page.status, 200);
        let link = format!("<a href=\"{new}\" rel=\"me\">");
        for part in [sentence, link.as_str(), "Un &#60;motif&#62;.", "Titre de x"] {
            assert!(page.text.contains(part), "{part}: {}", page.text);
        }
        assert!(!page.text.contains("name=\"account\""), "nobody can follow it here");
    }
    let path = id.strip_prefix(app.urls.base()).unwrap().to_owned();
    assert_eq!(app.visit(&path, &FRENCH).await.status, 200);
    cancel(&app.app, ActorKind::Coalition, "communs", None).await.unwrap();
    let back = document(&app.visit("/coalitions/communs", &ACTIVITY).await.text);
    assert!(back.get("movedTo").is_none(), "{back}");
    assert!(app.visit("/coalitions/communs", &FRENCH).await.text.contains("name=\"account\""));
}

#[tokio::test]
async fn a_coalition_that_moved_says_nothing_new_until_it_is_back() {
    let app = node().await;
    let (id, _) = say(&app, written(Kind::Proposal, "x", "", "Texte")).await.unwrap();
    make_coalition(&app, "nouvelle").await;
    also(&app, "nouvelle", "@communs@nulle.part", false).await.unwrap_err();
    also(&app, "nouvelle", &app.urls.coalition("communs"), false).await.unwrap();
    go(&app, &app.urls.coalition("nouvelle"), None).await.unwrap();
    let words = || Words { text: "Oui.".to_owned(), language: None };
    let comment = || comment::add(&app, id.clone(), "communs".to_owned(), words());
    let contribute = || {
        let (coalition, by) = ("communs".to_owned(), "atelier".to_owned());
        contribution::publish(&app, NewContribution { coalition, by, text: "x".to_owned(), language: None })
    };
    let refusals = [
        say(&app, written(Kind::Proposal, "y", "", "Texte")).await.unwrap_err(),
        say(&app, written(Kind::Proposal, "x", "", "Un autre texte")).await.unwrap_err(),
        comment().await.unwrap_err().to_string(),
        contribute().await.unwrap_err().to_string(),
    ];
    for refusal in refusals {
        let end = "or end the move with `coalition move communs --cancel`";
        assert!(refusal.starts_with("`communs` moved to http") && refusal.ends_with(end), "{refusal}");
    }
    // Others answer under what it published.
    comment::add(&app, id.clone(), "atelier".to_owned(), words()).await.unwrap();
    cancel(&app.app, ActorKind::Coalition, "communs", None).await.unwrap();
    say(&app, written(Kind::Proposal, "y", "", "Texte")).await.unwrap();
    let nothing = cancel(&app.app, ActorKind::Coalition, "communs", None).await.unwrap_err().to_string();
    assert_eq!(nothing, "`communs` has not moved");
}

#[tokio::test]
async fn a_move_that_cannot_be_is_a_sentence() {
    let app = node().await;
    make_coalition(&app, "nouvelle").await;
    make_coalition(&app, "tierce").await;
    let [communs, nouvelle, tierce] = ["communs", "nouvelle", "tierce"].map(|name| app.urls.coalition(name));
    for (to, part) in [
        (communs.as_str(), "is where `communs` is already"),
        (nouvelle.as_str(), "coalition alias HANDLE"),
        (&app.urls.coalition("nouvele"), "did you mean `nouvelle`?"),
        (&app.urls.node(), "is no actor that can be followed"),
        ("http://127.0.0.1:9/users/ada", "cannot be found"),
    ] {
        let refused = go(&app, to, None).await.unwrap_err();
        assert!(refused.contains(part), "{refused}");
    }
    for (handle, other) in [("nouvelle", &communs), ("tierce", &nouvelle), ("tierce", &communs)] {
        also(&app, handle, other, false).await.unwrap();
    }
    let kind = ActorKind::Coalition;
    move_to(&app.app, kind, "nouvelle", &tierce, None).await.unwrap();
    let twice = go(&app, &nouvelle, None).await.unwrap_err();
    assert_eq!(twice, format!("`{nouvelle}` has itself moved, to {tierce}"));
    go(&app, &tierce, None).await.unwrap();
    cancel(&app.app, kind, "communs", None).await.unwrap();
    app.advance(Duration::from_secs(7 * 86_400 - 60));
    let soon = go(&app, &tierce, None).await.unwrap_err();
    assert!(soon.starts_with("`communs` moved less than seven days ago"), "{soon}");
    app.advance(Duration::from_secs(60));
    go(&app, &tierce, None).await.unwrap();
    let other_kind = move_to(&app.app, ActorKind::Organisation, "communs", &tierce, None).await.unwrap_err();
    assert!(other_kind.to_string().contains("there is no organisation `communs`"), "{other_kind}");
}

#[tokio::test]
async fn another_address_is_told_once_and_taken_back() {
    let app = node().await;
    follower_of(&app, "communs").await;
    let peer = Peer::start().await;
    let (ada, eve) = (peer.actor("ada"), peer.actor("eve"));
    let listed = async || {
        let (kind, update, _) = told(&app, "communs").await.pop().unwrap();
        assert_eq!(kind, "Update");
        update["object"]["alsoKnownAs"].clone()
    };
    for _ in 0..2 {
        assert_eq!(also(&app, "communs", &ada, false).await, Ok(ada.clone()));
    }
    assert_eq!((listed().await, told(&app, "communs").await.len()), (json!([ada]), 1));
    also(&app, "communs", &eve, false).await.unwrap();
    assert_eq!(listed().await, json!([ada, eve]));
    let fetches = peer.fetches();
    also(&app, "communs", &ada, true).await.unwrap();
    assert_eq!((listed().await, peer.fetches()), (json!([eve]), fetches));
    also(&app, "communs", &eve, true).await.unwrap();
    assert_eq!(listed().await, Value::Null);
    let nothing = also(&app, "communs", &eve, true).await.unwrap_err();
    assert_eq!(nothing, format!("`communs` does not say that it is `{eve}`"));
    let itself = also(&app, "communs", &app.urls.coalition("communs"), false).await.unwrap_err();
    assert!(itself.contains("is the actor itself"), "{itself}");
    for number in 0..20 {
        also(&app, "communs", &peer.actor(&format!("a{number}")), false).await.unwrap();
    }
    let many = also(&app, "communs", &ada, false).await.unwrap_err();
    assert!(many.contains("has 20 other addresses already"), "{many}");
}

/// A node that listens, with this coalition.
async fn listening(coalition: &str) -> TestApp {
    let mut app = TestApp::at(Clock::System.now()).await;
    app.node().await;
    app.coalition(coalition).await;
    app.serve_node().await;
    app
}

#[tokio::test]
async fn another_node_follows_a_coalition_to_where_it_moved() {
    let (old, new, third) =
        (listening("communs").await, listening("suite").await, listening("fabrique").await);
    let (communs, suite) = (old.urls.coalition("communs"), new.urls.coalition("suite"));
    let settle = async || {
        for _ in 0..3 {
            for app in [&old, &new, &third] {
                inbox::run_until_idle(&app.app).await.unwrap();
                app.deliver().await;
            }
        }
    };
    follow(&third, &communs, "fabrique").await.unwrap();
    settle().await;
    also(&new, "suite", &communs, false).await.unwrap();
    go(&old, &suite, None).await.unwrap();
    settle().await;
    let of = async |app: &TestApp, handle: &'static str| {
        app.read(move |conn| {
            let actor = model::actor::by_handle(conn, handle)?.unwrap();
            Ok((model::follower::count(conn, actor.id)?, model::following::of_actor(conn, actor.id)?))
        })
        .await
    };
    assert_eq!((of(&old, "communs").await.0, of(&new, "suite").await.0), (0, 1));
    let followed = of(&third, "fabrique").await.1;
    let now: Vec<_> = followed.iter().map(|(follow, remote)| (remote.url.as_str(), follow.state)).collect();
    assert_eq!(now, [(suite.as_str(), State::Accepted)]);
}

#[tokio::test]
async fn organisations_and_persons_move_as_coalitions_do() {
    let app = node().await;
    let new = reset_node::actions::account::NewAccount {
        username: "anne".to_owned(),
        email: "anne@exemple.example".to_owned(),
        admin: false,
        password: None,
    };
    reset_node::actions::account::create(&app, new).await.unwrap();
    let peer = Peer::start().await;
    let to = peer.actor("ailleurs");
    for (kind, handle, path) in [
        (ActorKind::Organisation, "atelier", "/organisations/atelier"),
        (ActorKind::Person, "anne", "/people/anne"),
    ] {
        peer.change_actor("ailleurs", json!({"alsoKnownAs": app.urls.actor(kind, handle)}));
        move_to(&app.app, kind, handle, &to, None).await.unwrap();
        let page = app.visit(path, &FRENCH).await;
        assert!(page.text.contains(&format!("<a href=\"{to}\" rel=\"me\">")), "{}", page.text);
        let document = app.visit(path, &ACTIVITY).await.text;
        assert_eq!(serde_json::from_str::<Value>(&document).unwrap()["movedTo"], json!(to));
    }
}
