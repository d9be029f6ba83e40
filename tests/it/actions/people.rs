//! Accounts, replies that a coalition hides, and the node's own URL.

use chrono::NaiveDateTime;
use reset_node::actions::account::{NewAccount, create};
use reset_node::actions::{node as node_action, reply};
use reset_node::app::{App, Urls};
use reset_node::domain::publication::Kind;
use reset_node::model::reply::NewReply;
use reset_node::model::{self};

use super::{follower_of, node, said, say, stored, written};

fn account(username: &str, password: Option<&str>) -> NewAccount {
    NewAccount {
        username: username.to_owned(),
        email: format!("{username}@Exemple.example "),
        admin: false,
        password: password.map(str::to_owned),
    }
}

#[tokio::test]
async fn an_account_is_a_person_and_keeps_only_the_hash_of_its_password() {
    let app = node().await;
    let id = create(&app, account("anne", Some("un long secret"))).await.unwrap();
    assert_eq!(id, format!("{}/people/anne", app.url()));
    let (_, stored) = app.read(|conn| model::account::by_handle(conn, "anne")).await.unwrap();
    assert_eq!(stored.email, "anne@exemple.example");
    assert!(stored.password_hash.unwrap().starts_with("$argon2id$"));
    for (new, part) in [
        (account("anne", None), "has an account already"),
        (account("atelier", None), "`atelier` is taken"),
        (account("paul", Some("court")), "password is short"),
        (NewAccount { email: "nul".to_owned(), ..account("paul", None) }, "no e-mail address"),
    ] {
        let refused = create(&app, new).await.unwrap_err().to_string();
        assert!(refused.contains(part), "{refused}");
    }
}

#[tokio::test]
async fn a_hidden_reply_is_not_counted_until_it_is_shown_again() {
    let app = node().await;
    follower_of(&app, "communs").await;
    let (id, _) = say(&app, written(Kind::Roadmap, "cap", "", "Un.")).await.unwrap();
    let url = "https://peer.example/notes/1".to_owned();
    let (publication, now) = (stored(&app, &id).await.row.id, app.now().naive_utc());
    let (note, about) = (url.clone(), id.clone());
    app.write(move |conn| {
        let remote = model::remote::by_url(conn, "https://peer.example/users/anne")?.unwrap();
        model::reply::insert(conn, &new_reply(note, publication.clone(), about, remote.id, now))?;
        model::reply::count(conn, &publication, 1)
    })
    .await;
    let count = async || stored(&app, &id).await.row.replies;
    assert!(reply::hide(&app, url.clone(), String::new()).await.is_err());
    for _ in 0..2 {
        reply::hide(&app, url.clone(), "Hors sujet".to_owned()).await.unwrap();
        assert_eq!(count().await, 0);
    }
    for _ in 0..2 {
        reply::show(&app, url.clone()).await.unwrap();
        assert_eq!(count().await, 1);
    }
    let unknown = reply::show(&app, "https://peer.example/notes/2".to_owned()).await.unwrap_err();
    assert!(unknown.to_string().contains("there is no reply"));
}

fn new_reply(
    url: String,
    publication_id: String,
    about: String,
    remote_id: i64,
    now: NaiveDateTime,
) -> NewReply {
    NewReply {
        url,
        publication_id,
        in_reply_to: about,
        remote_id,
        html: "<p>Oui</p>".to_owned(),
        page: None,
        language: None,
        published_at: now,
        updated_at: None,
        received_at: now,
        document: "{}".to_owned(),
        warning: None,
        attachments: "[]".to_owned(),
        withheld: false,
    }
}

/// The same database under another URL.
fn elsewhere(app: &App, url: &str) -> reset_node::app::SharedApp {
    let urls = Urls::new(url, "a.example").unwrap();
    App::new(app.config.clone(), app.db.clone(), app.clock.clone(), app.http.clone(), urls).unwrap()
}

#[tokio::test]
async fn the_url_may_change_until_the_node_is_served_and_never_after() {
    let app = node().await;
    say(&app, written(Kind::Roadmap, "cap", "", "Voir [ici](https://autre.example/).")).await.unwrap();
    let moved = elsewhere(&app, "https://a.example");
    node_action::settle_url(&moved, true).await.unwrap();
    let create = said(&app, "communs").await.pop().unwrap().document;
    assert!(create.contains("https://a.example/coalitions/communs"));
    assert!(!create.contains(app.url()), "{create}");
    node_action::settle_url(&moved, true).await.unwrap();
    for fix in [true, false] {
        let refused = node_action::settle_url(&elsewhere(&app, "https://b.example"), fix).await.unwrap_err();
        assert_eq!(
            refused.to_string(),
            "node.url is https://b.example but this node was served at https://a.example, and ids never change: write https://a.example again"
        );
    }
}

#[tokio::test]
async fn a_second_init_is_refused() {
    let app = node().await;
    let refused = node_action::init(&app, "Encore".to_owned()).await.unwrap_err();
    assert!(refused.to_string().contains("holds a node already"), "{refused}");
}

#[tokio::test]
async fn an_actor_that_nothing_refers_to_is_forgotten_and_a_follower_is_not() {
    let app = node().await;
    follower_of(&app, "communs").await;
    let later = app.now().naive_utc() + chrono::TimeDelta::days(400);
    let stranger = app
        .write(move |conn| {
            let known = model::remote::by_url(conn, "https://peer.example/users/anne")?.unwrap();
            let row = model::remote::NewRemote {
                url: "https://peer.example/users/paul".to_owned(),
                kind: known.kind,
                username: "paul".to_owned(),
                host: known.host,
                name: String::new(),
                page: None,
                inbox: known.inbox,
                shared_inbox: None,
                document: "{}".to_owned(),
                fetched_at: known.fetched_at,
                gone_at: None,
            };
            let key = ("https://peer.example/users/paul#main-key".to_owned(), "PEM".to_owned());
            model::remote::upsert(conn, &row, &[key])?;
            let forgotten = model::remote::forget_unused(conn, later, 10)?;
            assert_eq!(forgotten, 1);
            model::remote::by_url(conn, "https://peer.example/users/paul")
        })
        .await;
    assert_eq!(stranger, None);
    let follower = app.read(|conn| model::remote::by_url(conn, "https://peer.example/users/anne")).await;
    assert!(follower.is_some());
}
