//! What other servers may read.

use diesel::prelude::*;
use reset_node::actions::account::{NewAccount, create};
use reset_node::db::schema::publications;
use reset_node::model;
use reset_node::outbox::{self, Audience, NewActivity};
use serde_json::json;

use super::{Stage, stage};
use crate::support::peer::ACTIVITY_JSON;

async fn head(url: &str, accept: &str) -> (u16, String, String) {
    let response = crate::support::app::client().get(url).header("accept", accept).send().await.unwrap();
    let header = |name: &str| {
        let values = response.headers().get_all(name).iter();
        values.map(|value| value.to_str().unwrap()).collect::<Vec<_>>().join(", ")
    };
    (response.status().as_u16(), header("content-type"), header("vary"))
}

#[tokio::test]
async fn one_address_is_a_page_or_a_document_by_accept() {
    let stage = stage().await;
    for url in [&stage.coalition.url, &stage.proposal] {
        for accept in [
            ACTIVITY_JSON,
            "application/ld+json",
            "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
            "application/activity+json; profile=\"https://www.w3.org/ns/activitystreams\"",
            "text/html;q=0.8, application/activity+json;q=0.9",
            "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\", application/activity+json, */*;q=0.1",
        ] {
            let (status, kind, vary) = head(url, accept).await;
            assert_eq!((status, kind.as_str()), (200, ACTIVITY_JSON), "{url} {accept}");
            assert!(vary.contains("Accept"), "{vary}");
        }
        for accept in ["text/html", "*/*", "text/html, application/activity+json;q=0.9"] {
            let (status, kind, vary) = head(url, accept).await;
            assert_eq!(status, 200, "{url}");
            assert!(kind.starts_with("text/html") && vary.contains("Accept"), "{accept}: {kind} {vary}");
        }
    }
}

#[tokio::test]
async fn every_actor_is_read_from_its_own_id() {
    let stage = stage().await;
    let base = stage.app.url();
    let actors = [
        (stage.coalition.url.clone(), "Group"),
        (format!("{base}/organisations/communs_org"), "Organization"),
        (format!("{base}/actor"), "Application"),
    ];
    for (id, kind) in actors {
        let (status, document) = stage.peer.get(&id).await;
        assert_eq!((status, &document["id"], &document["type"]), (200, &json!(id), &json!(kind)));
        for collection in ["outbox", "followers", "following", "featured"] {
            let (status, found) = stage.peer.get(document[collection].as_str().unwrap()).await;
            assert_eq!((status, &found["totalItems"]), (200, &json!(0)), "{id} {collection}");
        }
    }
    for nobody in ["organisations/communs", "coalitions/nobody", "people/ada"] {
        assert_eq!(stage.peer.get(&format!("{base}/{nobody}")).await.0, 404);
        assert_eq!(stage.peer.get(&format!("{base}/{nobody}/outbox")).await.0, 404);
    }
}

#[tokio::test]
async fn an_actor_says_all_that_peers_look_for() {
    let stage = stage().await;
    let ada =
        NewAccount { username: "ada".into(), email: "ada@a.example".into(), admin: false, password: None };
    create(&stage.app, ada).await.unwrap();
    let base = stage.app.url().to_owned();
    let kinds = ["coalitions/communs", "organisations/communs_org", "people/ada", "actor"];
    for id in kinds.map(|path| format!("{base}/{path}")) {
        let (status, told) = stage.peer.get(&id).await;
        assert_eq!((status, &told["id"]), (200, &json!(id)));
        assert_eq!(told["@context"][0], "https://www.w3.org/ns/activitystreams", "an array that begins so");
        for (name, path) in [
            ("inbox", "inbox"),
            ("outbox", "outbox"),
            ("followers", "followers"),
            ("following", "following"),
            ("featured", "featured"),
        ] {
            assert_eq!(told[name], json!(format!("{id}/{path}")), "{id}");
        }
        assert_eq!(told["endpoints"]["sharedInbox"], json!(format!("{base}/inbox")));
        let key = &told["publicKey"];
        assert_eq!((&key["id"], &key["owner"]), (&json!(format!("{id}#main-key")), &json!(id)));
        assert!(key["publicKeyPem"].as_str().unwrap().starts_with("-----BEGIN PUBLIC KEY-----"));
        let method = &told["assertionMethod"][0];
        assert_eq!(method["id"], json!(format!("{id}#ed25519-key")));
        assert_eq!((&method["type"], &method["controller"]), (&json!("Multikey"), &json!(id)));
        assert!(method["publicKeyMultibase"].as_str().unwrap().starts_with("z6Mk"));
        assert!(told["url"].as_str().unwrap().starts_with(&format!("{base}/")), "a string, on the same host");
        assert!(told["name"].is_string() && told["summary"].is_string() && told["published"].is_string());
        assert!(told["attachment"].is_array(), "also where there is one or none");
        let listed = json!(!id.ends_with("/actor"));
        assert_eq!((&told["discoverable"], &told["indexable"]), (&listed, &listed));
        assert_eq!(told["manuallyApprovesFollowers"], false);
        assert_eq!(told["attributionDomains"], json!(["127.0.0.1"]));
        assert_eq!(told["generator"]["implements"][0]["href"], "https://w3id.org/fep/844e");
        for picture in ["icon", "image"] {
            let (status, kind, _) = head(told[picture]["url"].as_str().unwrap(), "image/*").await;
            assert_eq!((status, kind.as_str()), (200, "image/png"), "{id} {picture}");
        }
    }
}

#[tokio::test]
async fn what_is_counted_has_a_number_and_a_page_that_names_nobody() {
    let stage = stage().await;
    for name in ["ada", "bob"] {
        assert_eq!(stage.peer.follow(name, &stage.coalition.url).await.1, 202);
        assert_eq!(stage.peer.like(name, &stage.proposal, &stage.coalition.url).await.1, 202);
    }
    stage.settle().await;
    for (id, total) in [
        (format!("{}/followers", stage.coalition.url), 2),
        (format!("{}/following", stage.coalition.url), 0),
        (format!("{}/likes", stage.proposal), 2),
        (format!("{}/shares", stage.proposal), 0),
    ] {
        let (_, told) = stage.peer.get(&id).await;
        assert_eq!((&told["totalItems"], &told["id"]), (&json!(total), &json!(id)));
        let first = told["first"].as_str().unwrap();
        let (_, page) = stage.peer.get(first).await;
        assert_eq!((&page["id"], &page["partOf"]), (&json!(first), &json!(id)));
        assert_eq!((&page["orderedItems"], &page["next"]), (&json!([]), &json!(null)));
    }
}

#[tokio::test]
async fn a_draft_is_not_there_and_what_was_withdrawn_is_a_tombstone() {
    let stage = stage().await;
    let row = stage.proposal.rsplit('/').next().unwrap().to_owned();
    let (status, document) = stage.peer.get(&stage.proposal).await;
    assert_eq!(
        (status, &document["type"], &document["id"]),
        (200, &json!("Article"), &json!(stage.proposal))
    );
    let (id, now) = (row.clone(), stage.app.now().naive_utc());
    stage.app.write(move |conn| model::publication::withdraw(conn, &id, "erreur", now)).await;
    let (status, document) = stage.peer.get(&stage.proposal).await;
    assert_eq!((status, &document["type"]), (410, &json!("Tombstone")));
    assert_eq!(stage.peer.get(&format!("{}/replies", stage.proposal)).await.0, 404);
    stage
        .app
        .write(move |conn| {
            diesel::update(publications::table.find(row))
                .set((
                    publications::published_at.eq(None::<chrono::NaiveDateTime>),
                    publications::withdrawn_at.eq(None::<chrono::NaiveDateTime>),
                ))
                .execute(conn)
        })
        .await;
    assert_eq!(stage.peer.get(&stage.proposal).await.0, 404);
}

async fn say(stage: &Stage, public: bool) -> String {
    let id = stage.app.new_id();
    let document = json!({"id": stage.app.urls.activity(&id), "type": "Create"});
    let new = NewActivity {
        id: id.clone(),
        actor_id: stage.coalition.id,
        kind: "Create",
        publication_id: None,
        document,
        public,
        to: Audience::Followers,
        subject: "x".into(),
        now: stage.app.now().naive_utc(),
        quiet: false,
    };
    stage
        .app
        .app
        .db
        .write::<_, reset_node::db::Error, _>(move |conn| outbox::enqueue(conn, new))
        .await
        .unwrap();
    stage.app.urls.activity(&id)
}

#[tokio::test]
async fn the_outbox_is_walked_page_by_page_latest_first_and_holds_only_what_is_public() {
    let stage = stage().await;
    let mut said = Vec::new();
    for _ in 0..60 {
        said.push(say(&stage, true).await);
    }
    let private = say(&stage, false).await;
    // Those of one millisecond have no order among themselves but that of their ids.
    said.sort_by(|one, other| other.cmp(one));
    let (_, outbox) = stage.peer.get(&format!("{}/outbox", stage.coalition.url)).await;
    assert_eq!(outbox["totalItems"], 60);
    let (mut next, mut found) = (outbox["first"].as_str().map(str::to_owned), Vec::new());
    while let Some(url) = next {
        let (status, page) = stage.peer.get(&url).await;
        assert_eq!((status, page["id"].as_str()), (200, Some(url.as_str())));
        let items = page["orderedItems"].as_array().unwrap();
        found.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        next = page["next"].as_str().map(str::to_owned);
    }
    assert_eq!(found, said);
    assert_eq!(stage.peer.get(said.first().unwrap()).await.0, 200);
    assert_eq!(stage.peer.get(&private).await.0, 404);
}
