//! What members contribute, and how a coalition passes it on (FEP-1b12): it appears once, whoever reads it, in whatever order.

use std::time::Duration;

use diesel::prelude::*;
use reset_node::actions::contribution::{NewContribution, publish};
use reset_node::db::schema::{activities, memberships};
use reset_node::model;
use reset_node::model::activity::Activity;
use reset_node::outbox;
use serde_json::{Value, json};

use super::{deliveries, follower_of, node, said};
use crate::support::TestApp;
use crate::support::receivers::{Forum, Mastodon, Web};

fn new(by: &str) -> NewContribution {
    NewContribution {
        coalition: "communs".to_owned(),
        by: by.to_owned(),
        text: "Nous *contribuons*.".to_owned(),
        language: None,
    }
}

/// Publishes a contribution of the steward; its URL.
async fn contribute(app: &TestApp) -> String {
    publish(app, new("atelier")).await.unwrap()
}

fn read(activity: &Activity) -> Value {
    serde_json::from_str(&activity.document).unwrap()
}

/// What the coalition's followers get, in order.
async fn passed(app: &TestApp) -> Vec<Value> {
    let mut ids: Vec<(i64, String)> = app
        .read(|conn| {
            use reset_node::db::schema::deliveries;
            deliveries::table
                .inner_join(activities::table)
                .order(deliveries::id)
                .select((deliveries::id, activities::document))
                .load(conn)
        })
        .await;
    ids.sort_unstable();
    ids.into_iter().map(|(_, document)| serde_json::from_str(&document).unwrap()).collect()
}

/// What can be fetched of this node: every public activity and the contribution.
async fn web(app: &TestApp, url: &str) -> Web {
    let mut web = Web::new();
    for handle in ["atelier", "communs"] {
        for activity in said(app, handle).await {
            web.insert(app.urls.activity(&activity.id), read(&activity));
        }
    }
    let path = url.strip_prefix(app.url()).unwrap();
    let answer = app.visit(path, &[("accept", "application/activity+json")]).await;
    web.insert(url.to_owned(), serde_json::from_str(&answer.text).unwrap());
    web
}

/// Lets the author delete its contribution, as its own act does.
async fn delete(app: &TestApp, url: &str) {
    app.advance(Duration::from_secs(5));
    let (urls, now) = (app.urls.clone(), app.now().naive_utc());
    let url = url.to_owned();
    app.write(move |conn| {
        let id = url.rsplit('/').next().unwrap().to_owned();
        let note = model::note::find(conn, &id)?.unwrap();
        model::note::delete(conn, &note.row, now)?;
        let note = model::note::find(conn, &id)?.unwrap();
        let group = model::actor::by_handle(conn, "communs")?.unwrap();
        let delete = json!({
            "id": urls.activity("00000000-0000-7000-8000-000000000001"), "type": "Delete",
            "actor": urls.actor(note.author.kind, &note.author.handle),
            "object": reset_node::ap::note::deleted(&urls, &note),
        });
        let hosts =
            outbox::announce(conn, &urls, &group, &delete.to_string(), (note.row.published_at, now)).unwrap();
        outbox::make_due(conn, &hosts, now).unwrap();
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_members_contribution_is_announced_by_its_id_and_then_byte_for_byte() {
    let app = node().await;
    follower_of(&app, "communs").await;
    let url = contribute(&app).await;
    let create = said(&app, "atelier").await.pop().unwrap();
    let group = app.urls.coalition("communs");
    let note = &read(&create)["object"];
    assert_eq!((&note["audience"], &note["inReplyTo"]), (&json!(group), &Value::Null));
    assert!(note["cc"].as_array().unwrap().contains(&json!(group)));
    let announces = passed(&app).await;
    assert_eq!(announces.len(), 2);
    assert_eq!((&announces[0]["object"], &announces[0]["actor"]), (&json!(url), &json!(group)));
    let stored = said(&app, "communs").await;
    let wrapped = stored.iter().find(|activity| activity.document.contains("\"Create\"")).unwrap();
    assert_eq!(wrapped.document, announces[1].to_string());
    assert!(wrapped.document.contains(&create.document), "the member's activity, byte for byte");
    assert_eq!(announces[1]["cc"], json!([format!("{group}/followers"), note["attributedTo"]]));
    let group = app.visit("/coalitions/communs", &[]).await.text;
    assert!(
        group.contains("Contributions des membres") && group.contains(url.strip_prefix(app.url()).unwrap())
    );
    let page = app.visit(url.strip_prefix(app.url()).unwrap(), &[]).await.text;
    assert!(page.contains("Contribution de L’Atelier") && page.contains("<em>contribuons</em>"), "{page}");
}

#[tokio::test]
async fn a_contribution_appears_once_in_each_receiver_in_either_order_and_repeated() {
    let app = node().await;
    follower_of(&app, "communs").await;
    let url = contribute(&app).await;
    let announces = passed(&app).await;
    let web = web(&app, &url).await;
    let group = app.urls.coalition("communs");
    let (bare, wrapped) = (&announces[0], &announces[1]);
    for order in [
        vec![bare, wrapped],
        vec![wrapped, bare],
        vec![bare, bare, wrapped, wrapped, bare],
        vec![wrapped, wrapped, bare, wrapped],
    ] {
        let mut mastodon = Mastodon::following(&[&group]);
        let mut forums = [Forum::lemmy(&group), Forum::nodebb(&group)];
        for announce in order {
            mastodon.receive(announce, &web);
            forums.iter_mut().for_each(|forum| forum.receive(announce, &web));
        }
        assert_eq!(mastodon.shown(), std::slice::from_ref(&url));
        for forum in &forums {
            assert_eq!(forum.shown(), std::slice::from_ref(&url));
        }
    }
    // Each form alone is enough for those it is made for.
    let mut mastodon = Mastodon::following(&[&group]);
    mastodon.receive(bare, &web);
    let mut lemmy = Forum::lemmy(&group);
    lemmy.receive(bare, &web);
    assert_eq!((mastodon.shown().len(), lemmy.shown().len()), (1, 0));
    lemmy.receive(wrapped, &web);
    assert_eq!(lemmy.shown().len(), 1);
}

#[tokio::test]
async fn a_deleted_contribution_disappears_from_each_receiver() {
    let app = node().await;
    follower_of(&app, "communs").await;
    let url = contribute(&app).await;
    let before = web(&app, &url).await;
    delete(&app, &url).await;
    let all = passed(&app).await;
    let kinds: Vec<_> = all
        .iter()
        .map(|activity| {
            (activity["type"].as_str().unwrap(), activity["object"]["type"].as_str().unwrap_or("id"))
        })
        .collect();
    assert_eq!(
        kinds,
        [("Announce", "id"), ("Announce", "Create"), ("Announce", "Delete"), ("Undo", "Announce")]
    );
    let group = app.urls.coalition("communs");
    let mut mastodon = Mastodon::following(&[&group]);
    let mut forums = [Forum::lemmy(&group), Forum::nodebb(&group)];
    for (step, activity) in all.iter().enumerate() {
        mastodon.receive(activity, &before);
        forums.iter_mut().for_each(|forum| forum.receive(activity, &before));
        if step == 1 {
            assert_eq!((mastodon.shown().len(), forums[0].shown().len()), (1, 1));
        }
    }
    assert!(mastodon.shown().is_empty() && forums.iter().all(|forum| forum.shown().is_empty()));
}

#[tokio::test]
async fn what_was_passed_on_is_not_passed_on_again() {
    let app = node().await;
    follower_of(&app, "communs").await;
    contribute(&app).await;
    let create = said(&app, "atelier").await.pop().unwrap();
    assert_eq!(deliveries(&app).await, 2);
    app.advance(Duration::from_secs(100));
    let (urls, now) = (app.urls.clone(), app.now().naive_utc());
    let hosts = app
        .write(move |conn| {
            let group = model::actor::by_handle(conn, "communs")?.unwrap();
            let at = (create.made_at, now);
            Ok(outbox::announce(conn, &urls, &group, &create.document, at).unwrap())
        })
        .await;
    assert!(hosts.is_empty());
    assert_eq!(deliveries(&app).await, 2);
}

#[tokio::test]
async fn from_organisations_that_are_no_members_nothing_is_taken() {
    let app = node().await;
    follower_of(&app, "communs").await;
    let refused = publish(&app, new("region_exemple")).await.unwrap_err().to_string();
    assert!(refused.contains("there is no organisation") || refused.contains("is no member"), "{refused}");
    app.write(|conn| diesel::update(memberships::table).set(memberships::role.eq("observer")).execute(conn))
        .await;
    let refused = publish(&app, new("atelier")).await.unwrap_err().to_string();
    assert!(refused.contains("`atelier` is no member of the coalition `communs`"), "{refused}");
    let mut empty = new("atelier");
    empty.text = " ".to_owned();
    app.write(|conn| diesel::update(memberships::table).set(memberships::role.eq("member")).execute(conn))
        .await;
    assert!(publish(&app, empty).await.is_err());
    assert_eq!((deliveries(&app).await, said(&app, "communs").await.len()), (0, 0));
}
