//! Accounts that are deleted: what goes, who is told, and what stays.

use diesel::prelude::*;
use reset_node::actions::account::{NewAccount, create};
use reset_node::actions::comment::{self, Words};
use reset_node::actions::deletion::delete;
use reset_node::actions::follow::follow;
use reset_node::db::schema::{actor_keys, deliveries, notes};
use reset_node::domain::publication::Kind;
use reset_node::{model, outbox};
use serde_json::{Value, json};

use super::{follower_of, node, say, stored, written};
use crate::support::{Peer, TestApp};

/// Stands in all that the person says and is.
const MARK: &str = "mirabelle7391";
const ACTIVITY: [(&str, &str); 1] = [("accept", "application/activity+json")];

async fn person(app: &TestApp, username: &str) -> Result<String, String> {
    let new = NewAccount {
        username: username.to_owned(),
        email: format!("{MARK}-{username}@exemple.example"),
        admin: false,
        password: Some("un long secret".to_owned()),
    };
    create(app, new).await.map_err(|error| error.to_string())
}

async fn comment(app: &TestApp, url: &str, by: &str, text: &str) -> String {
    app.advance(std::time::Duration::from_millis(1));
    let words = Words { text: text.to_owned(), language: None };
    comment::add(app, url.to_owned(), by.to_owned(), words).await.unwrap().url
}

/// The inboxes to which something of Anne's waits, with the types of it.
async fn waiting(app: &TestApp) -> Vec<(String, String)> {
    use reset_node::db::schema::activities;
    let read = |conn: &mut reset_node::db::Conn| {
        let anne = model::actor::ever(conn, "anne")?.unwrap();
        deliveries::table
            .inner_join(activities::table)
            .filter(deliveries::state.eq(0).and(activities::actor_id.eq(anne.id)))
            .order((deliveries::inbox, deliveries::id))
            .select((deliveries::inbox, activities::kind))
            .load(conn)
    };
    app.read(read).await
}

#[tokio::test]
async fn a_deleted_account_goes_with_every_word_of_the_person() {
    let mut app = node().await;
    app.serve_node().await;
    follower_of(&app, "communs").await;
    let peer = Peer::start().await;
    let anne = person(&app, "anne").await.unwrap();
    let (id, _) = say(&app, written(Kind::Proposal, "x", "", "Texte")).await.unwrap();
    let host = peer.base().strip_prefix("http://").unwrap();
    let said = comment(&app, &id, "anne", &format!("Je suis {MARK}, @eve@{host} le sait. #{MARK}")).await;
    let edited = Words { text: format!("Toujours {MARK}, @eve@{host}."), language: None };
    comment::edit(&app, said.clone(), edited).await.unwrap();
    let gone_before = comment(&app, &id, "anne", &format!("Oublié : {MARK}")).await;
    comment::delete(&app, gone_before).await.unwrap();
    let answer = comment(&app, &said, "atelier", "Merci pour ce point.").await;
    follow(&app, &peer.actor("ada"), "anne").await.unwrap();
    app.deliver().await;
    let before = app.holding(MARK).await;
    for table in ["accounts", "activities", "notes"] {
        assert!(before.contains(&table.to_owned()), "{before:?}");
    }
    comment(&app, &id, "anne", &format!("En route : {MARK}")).await;

    app.advance(std::time::Duration::from_secs(1));
    assert_eq!(delete(&app, "@anne", Some("À sa demande".to_owned())).await.unwrap(), anne);
    assert_eq!(app.holding(MARK).await, Vec::<String>::new());
    assert_eq!(stored(&app, &id).await.row.replies, 1, "the answer of another");
    let kept: i64 =
        app.read(|conn| notes::table.filter(notes::deleted_at.is_null()).count().get_result(conn)).await;
    assert_eq!(kept, 1);
    for (path, status) in [(&said, 410), (&answer, 200)] {
        let path = path.strip_prefix(app.urls.base()).unwrap();
        assert_eq!(app.visit(path, &ACTIVITY).await.status, status, "{path}");
    }

    // Those of the coalition, whom the comment named, and whom the person followed: once each, and nothing else of it waits.
    let shared = format!("{}/inbox", peer.base());
    let own = format!("{}/users/ada/inbox", peer.base());
    let followers = "https://peer.example/inbox".to_owned();
    let expected = [(shared, "Delete"), (own.clone(), "Undo"), (own, "Delete"), (followers, "Delete")];
    assert_eq!(waiting(&app).await, expected.map(|(inbox, kind)| (inbox, kind.to_owned())));
    app.deliver().await;
    let deleted = peer.wait_for("the Delete", |got| got.kind() == "Delete" && got.object_id() == anne).await;
    assert_eq!(deleted.verified, Ok(()));
    assert_eq!((&deleted.activity["actor"], &deleted.activity["object"]), (&json!(anne), &json!(anne)));
    assert!(deleted.activity["proof"].is_object());
    let undo = peer.wait_for("the Undo", |got| got.kind() == "Undo").await;
    assert_eq!(undo.activity["object"]["object"], json!(peer.actor("ada")));
}

#[tokio::test]
async fn the_address_of_a_deleted_account_answers_410_and_its_handle_is_never_given_again() {
    let app = node().await;
    let anne = person(&app, "anne").await.unwrap();
    let webfinger = format!("/.well-known/webfinger?resource=acct:anne@{}", app.urls.domain());
    assert_eq!(app.visit("/people/anne", &ACTIVITY).await.status, 200);
    assert_eq!(app.visit(&webfinger, &[]).await.status, 200);
    delete(&app, "anne", None).await.unwrap();
    let gone = app.visit("/people/anne", &ACTIVITY).await;
    let tombstone: Value = serde_json::from_str(&gone.text).unwrap();
    assert_eq!((gone.status.as_u16(), &tombstone["type"]), (410, &json!("Tombstone")));
    assert_eq!((&tombstone["id"], &tombstone["formerType"]), (&json!(anne), &json!("Person")));
    for (language, sentence) in [("fr", "Ce compte a été supprimé"), ("en", "This account was deleted")] {
        let page = app.visit("/people/anne", &[("accept", "text/html"), ("accept-language", language)]).await;
        assert_eq!(page.status, 410);
        assert!(page.text.contains(sentence) && page.text.contains("noindex"), "{}", page.text);
    }
    for path in [&webfinger, "/people/anne/outbox", "/people/anne/followers", "/pictures/anne/icon.png"] {
        assert_eq!(app.visit(path, &[]).await.status, 404, "{path}");
    }
    let post = axum::http::Request::post("/people/anne/inbox").body(axum::body::Body::from("{}")).unwrap();
    assert_eq!(app.answer(post).await.status, 404);
    assert!(
        person(&app, "anne").await.unwrap_err().contains("handles are one namespace and are never reused")
    );
    let words = Words { text: "x".to_owned(), language: None };
    let (id, _) = say(&app, written(Kind::Proposal, "x", "", "Texte")).await.unwrap();
    let silent = comment::add(&app, id, "anne".to_owned(), words).await.unwrap_err().to_string();
    assert!(silent.contains("there is no actor `anne`"), "{silent}");
    for handle in ["anne", "atelier", "personne"] {
        let refused = delete(&app, handle, None).await.unwrap_err().to_string();
        assert!(refused.contains(&format!("there is no person `{handle}`")), "{refused}");
    }
    let audit = app.read(|conn| model::audit::list(conn, 1)).await.pop().unwrap();
    assert_eq!((audit.act.as_str(), audit.target), ("account delete", anne));
    // The address may have another account.
    let again = NewAccount {
        username: "paul".to_owned(),
        email: format!("{MARK}-anne@exemple.example"),
        admin: false,
        password: None,
    };
    create(&app, again).await.unwrap();
}

#[tokio::test]
async fn the_keys_of_a_deleted_account_go_once_everybody_was_told() {
    let app = node().await;
    person(&app, "anne").await.unwrap();
    follower_of(&app, "anne").await;
    delete(&app, "anne", None).await.unwrap();
    let keys = async || {
        let read = |conn: &mut reset_node::db::Conn| {
            let anne = model::actor::ever(conn, "anne")?.unwrap();
            actor_keys::table.filter(actor_keys::actor_id.eq(anne.id)).count().get_result::<i64>(conn)
        };
        app.read(read).await
    };
    let forget = async || app.app.db.write(outbox::forget_deleted).await.unwrap();
    assert_eq!(waiting(&app).await, [("https://peer.example/inbox".to_owned(), "Delete".to_owned())]);
    assert_eq!((forget().await, keys().await), (0, 2), "it still has to sign");
    let now = app.now().naive_utc();
    app.write(move |conn| model::delivery::drop_host(conn, "peer.example", now, "x")).await;
    assert_eq!((forget().await, keys().await), (1, 0));
    assert_eq!((forget().await, waiting(&app).await.len()), (0, 0));
    assert_eq!(app.visit("/people/anne", &ACTIVITY).await.status, 410);
}
