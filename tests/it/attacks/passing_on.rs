//! Coalitions that pass on what others pass on.

use reset_node::actions::contribution::{NewContribution, publish};
use reset_node::actions::follow::follow;
use reset_node::model;
use serde_json::{Value, json};

use super::named;
use crate::inbox::{Stage, stage};
use crate::support::peer::PUBLIC;

/// What the coalition of a stage announced, and how many activities it said in all.
async fn announced(stage: &Stage) -> (Vec<Value>, usize) {
    let id = stage.coalition.id;
    let said = stage.app.read(move |conn| model::activity::outbox_page(conn, id, None, 1000)).await;
    let announces = said.iter().filter(|activity| activity.kind == "Announce");
    (announces.map(|activity| serde_json::from_str(&activity.document).unwrap()).collect(), said.len())
}

async fn contribute(stage: &Stage) -> String {
    let new = NewContribution {
        coalition: "communs".to_owned(),
        by: "communs_org".to_owned(),
        text: "Nous contribuons.".to_owned(),
        language: None,
    };
    publish(&stage.app, new).await.unwrap()
}

#[tokio::test]
async fn two_coalitions_that_announce_each_others_announces_end_after_one_round() {
    let (a, b) = (stage().await, stage().await);
    for (one, other) in [(&a, &b), (&b, &a)] {
        let handle = format!("@communs@{}", other.app.urls.host());
        follow(&one.app, &handle, "communs").await.unwrap();
    }
    for _ in 0..2 {
        a.settle().await;
        b.settle().await;
    }
    assert_eq!((a.followers().await, b.followers().await), (1, 1));
    let url = contribute(&a).await;
    for _ in 0..3 {
        a.settle().await;
        b.settle().await;
    }
    let (announces, _) = announced(&a).await;
    let mut objects: Vec<_> = announces
        .iter()
        .map(|announce| announce["object"].as_str().unwrap_or("an activity").to_owned())
        .collect();
    objects.sort();
    assert_eq!(objects, ["an activity".to_owned(), url], "each form once");
    assert!(announced(&b).await.0.is_empty(), "nothing of it is passed on there");
    a.settle().await;
    b.settle().await;
}

#[tokio::test]
async fn nothing_that_comes_in_an_announce_is_passed_on() {
    let stage = stage().await;
    let g = &stage.coalition.url;
    stage.peer.follow("ada", g).await;
    contribute(&stage).await;
    stage.settle().await;
    let (ours, count) = announced(&stage).await;
    assert_eq!(ours.len(), 2);
    let org = stage.app.urls.actor(reset_node::domain::actor::ActorKind::Organisation, "communs_org");
    let note = json!({
        "id": stage.peer.new_id("objects"), "type": "Note", "attributedTo": stage.peer.actor("eve"),
        "audience": g, "content": "<p>Encore.</p>", "to": [PUBLIC],
    });
    let create = json!({
        "id": stage.peer.new_id("activities"), "type": "Create", "actor": stage.peer.actor("eve"), "object": note,
        "audience": g, "to": [PUBLIC],
    });
    let forged = json!({
        "id": format!("{}/activities/forged", stage.app.url()), "type": "Create", "actor": org, "to": [PUBLIC],
        "object": {"id": format!("{}/notes/forged", stage.app.url()), "type": "Note", "attributedTo": org, "audience": g},
    });
    for (name, object) in [
        named("our own announce, announced", ours[0].clone()),
        named("our own announce, announced by its id", ours[0]["id"].clone()),
        named("our member's activity, announced", ours[1]["object"].clone()),
        named(
            "an announce in an announce in an announce",
            json!({
                "id": stage.peer.new_id("activities"), "type": "Announce", "actor": stage.peer.actor("eve"), "object": ours[1],
            }),
        ),
        named("a stranger's contribution, announced", create.clone()),
        named("a contribution forged in our member's name", forged),
    ] {
        let (_, status) = stage.peer.act("eve", "Announce", object, g).await;
        assert_eq!(status, 202, "{name}");
        stage.settle().await;
        assert_eq!(announced(&stage).await.1, count, "{name}: {}", stage.outcome().await);
    }
    named("a stranger's contribution, sent by itself", ());
    assert_eq!(stage.peer.send("eve", &format!("{g}/inbox"), &create).await, 202);
    stage.settle().await;
    assert_eq!(announced(&stage).await.1, count);
}
