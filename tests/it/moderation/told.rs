//! What others tell us as moderators and about us: reports, blocks; and the locks of our publications.

use diesel::prelude::*;
use reset_node::actions::{lock, report};
use reset_node::db::schema::{blocks, reports};
use reset_node::domain::moderation::Rule;
use serde_json::{Value, json};

use super::stage_apart;
use crate::inbox::Stage;
use crate::support::peer::PUBLIC;

/// A report as Mastodon sends it.
async fn flag(stage: &Stage, objects: Value, content: &str) -> u16 {
    let flag = json!({
        "@context": "https://www.w3.org/ns/activitystreams", "id": stage.peer.new_id("activities"), "type": "Flag",
        "actor": stage.peer.actor("node"), "content": content, "object": objects,
    });
    stage.peer.send("node", &format!("{}/inbox", stage.app.url()), &flag).await
}

async fn stored(stage: &Stage) -> i64 {
    stage.app.read(|conn| reports::table.count().get_result(conn)).await
}

#[tokio::test]
async fn a_report_is_kept_for_administrators_and_shown_nowhere() {
    let stage = stage_apart().await;
    let said = "Insultes \u{1b}[31mici";
    assert_eq!(flag(&stage, json!([stage.coalition.url, stage.proposal]), said).await, 202);
    stage.settle().await;
    assert_eq!(stage.outcome().await, "a report was stored");
    let all = stage.app.read(|conn| reset_node::model::report::list(conn, false)).await;
    assert_eq!(all[0].objects, json!([stage.coalition.url, stage.proposal]).to_string());
    assert_eq!(all[0].content, "Insultes [31mici", "no control characters reach a terminal");
    let raw: String = stage
        .app
        .read(|conn| {
            use reset_node::db::schema::inbox_items;
            inbox_items::table.select(inbox_items::document).first(conn)
        })
        .await;
    assert_eq!(raw, "", "it is kept in one place");
    let page = crate::support::app::client().get(&stage.proposal).send().await.unwrap().text().await.unwrap();
    assert!(!page.contains("Insultes") && !page.contains(stage.peer.base()), "{page}");
    report::resolve(&stage.app, all[0].id, Some("classé".into())).await.unwrap();
    assert!(stage.app.read(|conn| reset_node::model::report::list(conn, false)).await.is_empty());
    assert!(report::resolve(&stage.app, 99, None).await.is_err());
    assert_eq!(
        stage.audit().await,
        [("report resolve".into(), all[0].id.to_string(), Some("classé".into()))]
    );
}

#[tokio::test]
async fn a_report_about_nothing_kept_here_is_not_stored() {
    let stage = stage_apart().await;
    flag(&stage, json!([stage.peer.actor("ada")]), "x").await;
    flag(&stage, json!([]), "x").await;
    let (create, _) = stage.peer.reply("ada", &stage.proposal, "<p>Bien.</p>", &stage.coalition.url).await;
    stage.settle().await;
    assert_eq!(stored(&stage).await, 0);
    // A reply that is shown here is our business too.
    flag(&stage, json!([stage.peer.actor("ada"), create["object"]["id"]]), "x").await;
    stage.settle().await;
    assert_eq!(stored(&stage).await, 1);
}

#[tokio::test]
async fn reports_of_one_actor_are_bounded() {
    let stage = stage_apart().await;
    let now = stage.app.now().naive_utc();
    let reporter = stage.peer.actor("node");
    stage
        .app
        .write(move |conn| {
            for number in 0..100 {
                let new = reset_node::model::report::NewReport {
                    activity_id: format!("x{number}"),
                    reporter: reporter.clone(),
                    host: "127.0.0.2".into(),
                    objects: "[]".into(),
                    content: String::new(),
                    received_at: now,
                };
                reset_node::model::report::insert(conn, &new)?;
            }
            Ok(())
        })
        .await;
    flag(&stage, json!(stage.proposal), "x").await;
    stage.settle().await;
    assert_eq!(
        (stored(&stage).await, stage.outcome().await.as_str()),
        (100, "too many reports came from there today")
    );
}

#[tokio::test]
async fn a_report_of_ours_is_signed_by_the_node_and_names_the_actor_first() {
    let stage = stage_apart().await;
    let note = json!({
        "id": stage.peer.new_id("objects"), "type": "Note", "attributedTo": stage.peer.actor("eve"),
        "content": "<p>Insulte.</p>", "to": [PUBLIC],
    });
    stage.peer.keep(&note);
    let url = note["id"].as_str().unwrap().to_owned();
    let id = report::send(&stage.app, std::slice::from_ref(&url), " Insultes ".into()).await.unwrap();
    stage.settle().await;
    let got = stage.peer.wait_for("Flag", |received| received.kind() == "Flag").await;
    assert_eq!((got.verified.clone(), got.path.as_str()), (Ok(()), "/users/eve/inbox"));
    let activity = &got.activity;
    assert_eq!(
        (activity["id"].as_str(), activity["content"].as_str()),
        (Some(id.as_str()), Some("Insultes"))
    );
    assert_eq!(activity["actor"], stage.app.urls.node());
    assert_eq!(activity["object"], json!([stage.peer.actor("eve"), url]));
    // It is nobody else's business.
    assert_eq!(stage.peer.get(&id).await.0, 404);
    let two = [url, stage.peer.actor("ada")];
    assert!(report::send(&stage.app, &two, "x".into()).await.unwrap_err().to_string().contains("one actor"));
    assert!(report::send(&stage.app, std::slice::from_ref(&stage.proposal), "x".into()).await.is_err());
    assert_eq!(stage.audit().await.len(), 1);
}

#[tokio::test]
async fn who_blocks_an_actor_of_ours_follows_it_no_more_and_gets_nothing_from_it() {
    let stage = stage_apart().await;
    let g = &stage.coalition.url;
    stage.peer.change_actor("ada", json!({"endpoints": null}));
    stage.peer.follow("ada", g).await;
    stage.peer.follow("bob", g).await;
    stage.peer.reply("ada", &stage.proposal, "<p>Bien.</p>", g).await;
    stage.settle().await;
    assert_eq!(stage.followers().await, 2);
    // A repeated follow is answered with an Accept, which waits when the block comes.
    stage.peer.follow("ada", g).await;
    stage.work().await;
    let (block, status) = stage.peer.act("ada", "Block", json!(g), g).await;
    assert_eq!(status, 202);
    stage.settle().await;
    assert_eq!(stage.outcome().await, "an actor of ours was blocked");
    assert_eq!(
        stage.deliveries().await.last().unwrap(),
        &(2, Some("dropped: its receiver blocks the sender".into()))
    );
    assert_eq!((stage.followers().await, stage.counts().await), (1, (1, 0, 0, 1)), "her reply stays hers");
    let closed = stage
        .app
        .read({
            let id = stage.coalition.id;
            move |conn| reset_node::model::block::closed_inboxes(conn, id)
        })
        .await;
    assert_eq!(closed, [format!("{}/inbox", stage.peer.actor("ada"))]);
    stage.peer.undo("ada", &block, g).await;
    stage.settle().await;
    let left: i64 = stage.app.read(|conn| blocks::table.count().get_result(conn)).await;
    assert_eq!((left, stage.outcome().await.as_str()), (0, "an actor of ours is no longer blocked"));
    // What was undone has no effect when it comes after all.
    let id = stage.peer.new_id("activities");
    let late = json!({"id": id, "type": "Block", "actor": stage.peer.actor("eve"), "object": g});
    stage.peer.undo("eve", &late, g).await;
    assert_eq!(stage.peer.send("eve", &format!("{g}/inbox"), &late).await, 202);
    stage.settle().await;
    assert_eq!(stage.outcome().await, "the block was undone before it came");
}

#[tokio::test]
async fn only_the_actor_that_blocked_may_undo_it() {
    let stage = stage_apart().await;
    let g = &stage.coalition.url;
    let (block, _) = stage.peer.act("ada", "Block", json!(g), g).await;
    stage.peer.act("eve", "Undo", block["id"].clone(), g).await;
    let stolen = json!({"id": block["id"], "type": "Block", "actor": stage.peer.actor("eve"), "object": g});
    stage.peer.act("eve", "Undo", stolen, g).await;
    stage.settle().await;
    let left: i64 = stage.app.read(|conn| blocks::table.count().get_result(conn)).await;
    assert_eq!(left, 1);
    stage.peer.act("ada", "Undo", block["id"].clone(), g).await;
    stage.settle().await;
    let left: i64 = stage.app.read(|conn| blocks::table.count().get_result(conn)).await;
    assert_eq!(left, 0, "by its id alone");
}

#[tokio::test]
async fn a_locked_publication_takes_no_new_reply_tells_its_followers_and_says_so() {
    let stage = stage_apart().await;
    let g = &stage.coalition.url;
    stage.peer.follow("ada", g).await;
    let (first, _) = stage.peer.reply("ada", &stage.proposal, "<p>Avant.</p>", g).await;
    stage.settle().await;
    let url = lock::lock(&stage.app, stage.proposal.clone(), Some("Le débat est clos".into())).await.unwrap();
    assert_eq!(url, stage.proposal);
    lock::lock(&stage.app, stage.proposal.clone(), None).await.unwrap();
    stage.settle().await;
    let told = stage.peer.wait_for("Lock", |received| received.kind() == "Lock").await;
    assert_eq!(
        (told.verified.clone(), told.object_id(), &told.activity["actor"]),
        (Ok(()), url.as_str(), &json!(g))
    );
    stage.peer.reply("ada", &stage.proposal, "<p>Après.</p>", g).await;
    stage.peer.reply("bob", first["object"]["id"].as_str().unwrap(), "<p>À elle.</p>", g).await;
    stage.settle().await;
    assert_eq!(stage.outcomes().await[2..], ["a reply to a publication that is locked"; 2]);
    assert_eq!(stage.counts().await, (1, 0, 0, 1));
    let page =
        || async { crate::support::app::client().get(&url).send().await.unwrap().text().await.unwrap() };
    let locked = page().await;
    assert!(
        locked.contains("ne reçoit plus de réponses") && locked.contains("Le débat est clos"),
        "{locked}"
    );
    assert!(!locked.contains("Pour répondre"));
    // Who wrote before may still correct it.
    stage.peer.update("ada", &first["object"], "<p>Corrigé.</p>", g).await;
    lock::unlock(&stage.app, stage.proposal.clone()).await.unwrap();
    stage.settle().await;
    assert_eq!(stage.outcome().await, "a reply was changed");
    let undone = stage.peer.wait_for("Undo", |received| received.kind() == "Undo").await;
    assert_eq!(undone.activity["object"]["id"], told.activity["id"]);
    stage.peer.reply("ada", &stage.proposal, "<p>De nouveau.</p>", g).await;
    stage.settle().await;
    assert_eq!(stage.counts().await, (2, 0, 0, 2));
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(page().await.contains("Pour répondre"));
    let acts: Vec<String> = stage.audit().await.into_iter().map(|(act, ..)| act).collect();
    assert_eq!(acts, ["publication lock", "publication unlock"]);
}

#[tokio::test]
async fn a_lock_from_elsewhere_has_no_effect() {
    let stage = stage_apart().await;
    stage.peer.act("ada", "Lock", json!(stage.proposal), &stage.coalition.url).await;
    stage.peer.reply("ada", &stage.proposal, "<p>Bien.</p>", &stage.coalition.url).await;
    stage.settle().await;
    assert_eq!(
        (stage.counts().await.0, stage.outcomes().await[0].as_str()),
        (1, "this kind of activity has no effect here")
    );
}

#[tokio::test]
async fn a_limited_server_may_report() {
    let stage = stage_apart().await;
    stage.rule("127.0.0.2", Rule::Limited).await;
    assert_eq!(flag(&stage, json!(stage.proposal), "x").await, 202);
    stage.settle().await;
    assert_eq!(stored(&stage).await, 1);
}
