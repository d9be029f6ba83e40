//! Likes and announces: counted once, taken back.

use serde_json::json;

use super::stage;

#[tokio::test]
async fn a_like_and_an_announce_are_counted_once_for_each_actor_and_taken_back() {
    let stage = stage().await;
    let g = &stage.coalition.url;
    let (like, status) = stage.peer.like("ada", &stage.proposal, g).await;
    assert_eq!(status, 202);
    stage.peer.like("ada", &stage.proposal, g).await;
    stage.peer.like("bob", &stage.proposal, g).await;
    let (announce, _) = stage.peer.announce("ada", &stage.proposal, g).await;
    stage.peer.announce("ada", &stage.proposal, g).await;
    stage.work().await;
    assert_eq!(stage.counts().await, (0, 2, 1, 0));
    stage.peer.undo("ada", &like, g).await;
    stage.peer.undo("ada", &announce, g).await;
    stage.peer.undo("ada", &announce, g).await;
    stage.work().await;
    assert_eq!(stage.counts().await, (0, 1, 0, 0));
    assert_eq!(stage.outcome().await, "there was no such reaction");
}

#[tokio::test]
async fn an_undo_by_bare_id_takes_a_like_back_and_one_that_comes_first_prevents_it() {
    let stage = stage().await;
    let g = &stage.coalition.url;
    let (like, _) = stage.peer.like("ada", &stage.proposal, g).await;
    stage.peer.act("ada", "Undo", like["id"].clone(), g).await;
    let late = stage.peer.new_id("activities");
    stage.peer.act("bob", "Undo", json!(late), g).await;
    let like =
        json!({"id": late, "type": "Like", "actor": stage.peer.actor("bob"), "object": stage.proposal});
    assert_eq!(stage.peer.send("bob", &format!("{g}/inbox"), &like).await, 202);
    stage.work().await;
    assert_eq!(stage.counts().await, (0, 0, 0, 0));
    assert_eq!(stage.outcome().await, "the reaction was undone before it came");
}

#[tokio::test]
async fn nobody_takes_back_the_like_of_another() {
    let stage = stage().await;
    let g = &stage.coalition.url;
    let (like, _) = stage.peer.like("ada", &stage.proposal, g).await;
    stage.peer.undo("eve", &like, g).await;
    stage.peer.act("eve", "Undo", like["id"].clone(), g).await;
    stage.work().await;
    assert_eq!(stage.counts().await, (0, 1, 0, 0));
}

#[tokio::test]
async fn reactions_to_nothing_of_ours_and_shares_among_a_few_are_not_counted() {
    let stage = stage().await;
    let g = &stage.coalition.url;
    stage.peer.like("ada", &stage.peer.new_id("objects"), g).await;
    stage.peer.like("ada", &format!("{}/publications/nothing", stage.app.url()), g).await;
    let quiet = json!({
        "id": stage.peer.new_id("activities"), "type": "Announce", "actor": stage.peer.actor("ada"),
        "object": stage.proposal, "to": [format!("{}/followers", stage.peer.actor("ada"))],
    });
    assert_eq!(stage.peer.send("ada", &format!("{g}/inbox"), &quiet).await, 202);
    stage.work().await;
    assert_eq!(stage.counts().await, (0, 0, 0, 0));
    let expected = [
        "a reaction to nothing of ours",
        "a reaction to what is not public",
        "a share among a few is not counted",
    ];
    assert_eq!(stage.outcomes().await, expected);
}
