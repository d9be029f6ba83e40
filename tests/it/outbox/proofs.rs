//! What is stored to be sent vouches for itself, and what is served by id is what was sent, byte for byte.

use reset_federation::key::PublicKey;
use reset_federation::proof::Proof;
use reset_node::domain::actor::ActorKind;
use reset_node::model::{activity, actor};
use reset_node::outbox::{self, Audience, NewActivity};
use serde_json::{Value, json};

use crate::support::TestApp;

async fn public(app: &TestApp, actor_id: i64) -> PublicKey {
    let key = app.read(move |conn| actor::current_key(conn, actor_id, "ed25519")).await.unwrap();
    PublicKey::from_multibase(&key.public).unwrap()
}

fn holds(app: &TestApp, document: &Value, key: &PublicKey, method: &str) {
    let proof = Proof::read(document).unwrap().unwrap();
    assert_eq!(proof.method(), method);
    assert_eq!(document["proof"]["@context"], document["@context"]);
    assert_eq!(proof.verify(key, app.now()), Ok(()), "{document:#}");
}

/// Has the coalition say this; what is stored.
async fn said(app: &TestApp, actor_id: i64, document: Value) -> Value {
    let id = app.new_id();
    let new = NewActivity {
        id: id.clone(),
        actor_id,
        kind: "Create",
        publication_id: None,
        document,
        public: true,
        to: Audience::Inboxes(Vec::new()),
        subject: "x".into(),
        now: app.now().naive_utc(),
        quiet: false,
    };
    app.db.write(move |conn| outbox::enqueue(conn, new)).await.unwrap();
    let stored = app.read(move |conn| activity::find(conn, &id)).await.unwrap();
    serde_json::from_str(&stored.document).unwrap()
}

#[tokio::test]
async fn the_actors_own_object_is_vouched_for_then_the_whole_with_a_key_made_on_first_need() {
    let app = TestApp::new().await;
    let now = app.now().naive_utc();
    let id = app.write(move |conn| actor::insert(conn, "communs", ActorKind::Coalition, now)).await;
    let group = app.urls.coalition("communs");
    let context =
        json!(["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"]);
    let note =
        json!({"@context": context, "id": "x", "attributedTo": [group], "published": "2026-01-01T00:00:00Z"});
    let create = json!({"@context": context, "type": "Create", "actor": group, "object": note});
    let stored = said(&app, id, create).await;
    let (key, method) = (public(&app, id).await, format!("{group}#ed25519-key"));
    holds(&app, &stored, &key, &method);
    holds(&app, &stored["object"], &key, &method);
    assert_eq!(stored["object"]["proof"]["created"], "2026-01-01T00:00:00Z");
    assert_eq!(stored.as_object().unwrap().keys().next_back().unwrap(), "proof");

    // Another's, one that is a part of the whole, a Tombstone: as they were.
    let verbatim = [
        json!({"@context": context, "id": "x", "attributedTo": "https://a.example/ada", "type": "Note"}),
        json!({"id": "x", "attributedTo": group, "type": "Note"}),
        json!({"@context": context, "id": "x", "type": "Tombstone"}),
        json!({"@context": context, "id": "x", "type": "Follow", "actor": "https://a.example/ada", "proof": {"type": "x"}}),
    ];
    for object in verbatim {
        let accept = json!({"@context": context, "type": "Accept", "actor": group, "object": object});
        let stored = said(&app, id, accept).await;
        assert_eq!(stored["object"], object);
        holds(&app, &stored, &key, &method);
    }
}
