//! What is left of a person of another server who was deleted: no byte of what they said, wherever it came from.

use serde_json::{Value, json};

use super::hearsay::relay;
use crate::support::peer::PUBLIC;

/// Stands in all that the person says and is.
const MARK: &str = "quetsche4826";

#[tokio::test]
async fn of_a_deleted_person_no_byte_of_what_they_said_is_kept_in_any_row() {
    let relay = relay().await;
    let (stage, g) = (&relay.stage, relay.stage.coalition.url.clone());
    let inbox = format!("{g}/inbox");
    let marked = || relay.note(&format!("<p>{MARK}</p>"));
    let (_, mut profile) = stage.peer.get(&relay.ada.actor).await;
    profile["summary"] = json!(MARK);
    profile["name"] = json!(MARK);
    let quoting = json!({
        "id": stage.peer.new_id("objects"), "type": "Note", "attributedTo": relay.ada.actor, "content": MARK,
        "quote": stage.proposal, "to": [PUBLIC],
    });
    let mut request = relay.act("QuoteRequest", json!(stage.proposal));
    request["instrument"] = quoting;
    let deleted = marked();
    let mut warned = marked();
    warned["summary"] = json!(MARK);
    warned["attachment"] =
        json!([{"type": "Document", "url": format!("https://a.example/{MARK}"), "name": MARK}]);
    let mut vote = relay.note("");
    vote["name"] = json!(MARK);
    let said: Vec<Value> = vec![
        relay.act("Create", marked()),
        relay.act("Create", deleted.clone()),
        relay.act("Create", warned.clone()),
        relay.act("Update", warned),
        relay.act("Update", profile),
        // A server may send along what it deletes, likes or follows.
        relay.act("Delete", deleted),
        relay.act("Like", json!({"id": stage.proposal, "type": "Note", "content": MARK})),
        relay.act("Announce", json!({"id": stage.proposal, "type": "Article", "name": MARK})),
        relay.act("Create", vote),
        relay.act("Undo", json!({"id": stage.peer.new_id("x"), "type": "Like", "content": MARK})),
        request,
    ];
    for activity in said {
        assert_eq!(stage.peer.send("ada", &inbox, &activity).await, 202);
    }
    // A type that is written with an escape.
    let hidden = relay.act("Create", marked()).to_string().replace("\"Create\"", "\"Cr\\u0065ate\"");
    let hidden = stage.peer.signed("ada", &inbox, hidden.into_bytes(), stage.app.now());
    assert_eq!(hidden.send().await.unwrap().status(), 202);
    stage.settle().await;
    for activity in [relay.act("Create", marked()), relay.act("Create", marked())] {
        relay.hand_on(&relay.vouched(&activity)).await;
        relay.announce(&relay.other, &relay.vouched(&activity)).await;
        relay.announce(&stage.peer, &relay.act("Create", marked())).await;
    }
    stage.settle().await;
    assert_eq!(stage.app.holding(MARK).await, ["remote_actors", "replies"]);
    stage.peer.act("ada", "Delete", json!(relay.ada.actor), &g).await;
    stage.settle().await;
    assert_eq!(stage.outcome().await, "an actor was deleted");
    assert_eq!(stage.app.holding(MARK).await, Vec::<String>::new());
    assert_eq!(stage.counts().await.0, 0);
}

#[tokio::test]
async fn a_reply_that_was_put_off_does_not_come_after_the_delete_of_its_author() {
    let relay = relay().await;
    let stage = &relay.stage;
    let ada = relay.ada.actor.clone();
    stage.peer.like("ada", &stage.proposal, &stage.coalition.url).await;
    stage.peer.act("ada", "Delete", json!(ada), &stage.coalition.url).await;
    stage.settle().await;
    let inbox = format!("{}/inbox", stage.coalition.url);
    let late = relay.act("Create", relay.note(&format!("<p>{MARK}</p>")));
    assert_eq!(stage.peer.send("ada", &inbox, &late).await, 202);
    stage.settle().await;
    assert_eq!(stage.outcome().await, "a reply by an actor that was deleted");
    assert_eq!(stage.app.holding(MARK).await, Vec::<String>::new());
}
