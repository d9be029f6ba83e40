//! Following an actor of another server.

use reset_node::actions::follow::{follow, resolve};
use reset_node::domain::following::State;
use reset_node::model;

use super::node;
use crate::support::Peer;

#[tokio::test]
async fn a_follow_goes_signed_to_the_actors_own_inbox() {
    let mut app = node().await;
    app.serve_node().await;
    let peer = Peer::start().await;
    let handle = format!("@anne@{}", peer.base().strip_prefix("http://").unwrap());
    let found = follow(&app, &handle, "@communs").await.unwrap();
    assert_eq!(found.url, peer.actor("anne"));
    app.deliver().await;
    let received = peer.wait_for("our Follow", |got| got.kind() == "Follow").await;
    assert_eq!(received.verified, Ok(()));
    assert_eq!(received.object_id(), peer.actor("anne"));
    assert!(received.path.ends_with("anne/inbox"), "{}", received.path);
    let asked = app.read(move |conn| model::following::by_actors(conn, "communs", found.id)).await.unwrap();
    assert_eq!(asked.state, State::Requested);
    assert!(received.activity.to_string().contains(&asked.activity_id));
}

#[tokio::test]
async fn what_cannot_be_found_or_followed_is_a_sentence() {
    let app = node().await;
    let gone = resolve(&app, "http://127.0.0.1:9/users/anne").await.unwrap_err().to_string();
    assert!(gone.starts_with("`http://127.0.0.1:9/users/anne` cannot be found:"), "{gone}");
    let nobody = follow(&app, "@a@b.example", "comuns").await.unwrap_err().to_string();
    assert!(nobody.ends_with("did you mean `communs`?"), "{nobody}");
    let itself = follow(&app, "@a@b.example", "node").await.unwrap_err().to_string();
    assert!(itself.contains("there is no actor `node`"), "{itself}");
}
