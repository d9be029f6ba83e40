//! What is sent, to whom, and in which order, while all goes well.

use reset_node::model::delivery::DONE;
use reset_node::outbox::{Audience, NewActivity, enqueue};

use super::{accepted, app, deliver, deliveries, follow, host, host_of, inbox, say, to};
use crate::support::Peer;

#[tokio::test]
async fn each_distinct_inbox_gets_an_activity_once_and_a_shared_one_serves_all_its_followers() {
    let (app, speaker) = app().await;
    let (one, other) = (Peer::start().await, Peer::start_at("127.0.0.2:0").await);
    for name in ["ada", "bob", "eve"] {
        follow(&app, speaker, one.base(), name, true).await;
        follow(&app, speaker, other.base(), name, false).await;
    }
    let mentioned = vec![inbox(&other, "eve"), inbox(&other, "zoe")];
    say(&app, speaker, "Create", "https://a.example/1", Audience::FollowersAnd(mentioned)).await;
    deliver(&app).await;
    let paths = |peer: &Peer| {
        let mut paths: Vec<String> = peer.received().into_iter().map(|received| received.path).collect();
        paths.sort();
        paths
    };
    assert_eq!(paths(&one), ["/inbox"]);
    assert_eq!(paths(&other), ["ada", "bob", "eve", "zoe"].map(|name| format!("/users/{name}/inbox")));
    let rows = deliveries(&app).await;
    assert!(rows.iter().all(|row| row.state == DONE && row.attempts == 1 && row.last_status == Some(202)));
    assert_eq!(rows.len(), 5);
    let well = host(&app, host_of(&one)).await;
    assert_eq!((well.due_at, well.failures, well.last_ok_at), (None, 0, Some(app.now().naive_utc())));
}

#[tokio::test]
async fn deliveries_are_signed_so_that_the_receiver_can_verify_them() {
    let (app, speaker) = app().await;
    let peer = Peer::start().await;
    say(&app, speaker, "Create", "https://a.example/1", to(&[&inbox(&peer, "ada")])).await;
    deliver(&app).await;
    let received = peer.received();
    assert_eq!(received.iter().map(|received| received.verified.clone()).collect::<Vec<_>>(), [Ok(())]);
}

#[tokio::test]
async fn what_is_quiet_is_kept_and_sent_to_nobody() {
    let (app, speaker) = app().await;
    let peer = Peer::start().await;
    follow(&app, speaker, peer.base(), "ada", true).await;
    let new = NewActivity {
        id: app.new_id(),
        actor_id: speaker,
        kind: "Create",
        publication_id: None,
        document: serde_json::json!({}),
        public: true,
        to: Audience::Followers,
        subject: "https://a.example/1".into(),
        now: app.now().naive_utc(),
        quiet: true,
    };
    app.db.write(move |conn| enqueue(conn, new)).await.unwrap();
    deliver(&app).await;
    assert!(deliveries(&app).await.is_empty() && peer.received().is_empty());
    let kept = app.read(move |conn| reset_node::model::activity::count_public(conn, speaker)).await;
    assert_eq!(kept, 1);
}

#[tokio::test]
async fn activities_about_one_object_reach_an_inbox_in_their_order() {
    let (app, speaker) = app().await;
    let peer = Peer::start().await;
    let target = inbox(&peer, "ada");
    let mut expected = Vec::new();
    for kind in ["Create", "Update", "Update", "Update", "Delete"] {
        for subject in ["https://a.example/1", "https://a.example/2", "https://a.example/3"] {
            say(&app, speaker, kind, subject, to(&[&target])).await;
        }
        expected.push(kind);
    }
    deliver(&app).await;
    for subject in ["https://a.example/1", "https://a.example/2", "https://a.example/3"] {
        let all = accepted(&peer);
        let about: Vec<&str> =
            all.iter().filter(|(_, object)| object == subject).map(|(kind, _)| kind.as_str()).collect();
        assert_eq!(about, expected);
    }
}

#[tokio::test]
async fn an_inbox_on_a_private_address_is_never_called_where_that_is_forbidden() {
    let app = crate::support::TestApp::with(|config| config.federation.allow_private_addresses = false).await;
    let now = app.now().naive_utc();
    let speaker = app
        .write(move |conn| {
            reset_node::model::actor::insert(
                conn,
                "communs",
                reset_node::domain::actor::ActorKind::Coalition,
                now,
            )
        })
        .await;
    let peer = Peer::start().await;
    say(&app, speaker, "Create", "https://a.example/1", to(&[&inbox(&peer, "ada")])).await;
    deliver(&app).await;
    assert!(peer.received().is_empty());
    let rows = deliveries(&app).await;
    assert!(rows.iter().all(|row| row.last_status.is_none() && row.last_error.is_some()), "{rows:?}");
    let mut app = app;
    app.leave_queue("the delivery is tried again, in case its name resolves better");
}
