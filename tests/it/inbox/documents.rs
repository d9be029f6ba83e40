//! What other servers may read.

use diesel::prelude::*;
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
        ] {
            let (status, kind, vary) = head(url, accept).await;
            assert_eq!((status, kind.as_str()), (200, ACTIVITY_JSON), "{url} {accept}");
            assert!(vary.contains("Accept"), "{vary}");
        }
        let (status, kind, vary) = head(url, "text/html").await;
        assert_eq!(status, 200, "{url}");
        assert!(kind.starts_with("text/html") && vary.contains("Accept"), "{kind} {vary}");
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
