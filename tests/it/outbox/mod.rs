//! Durable delivery: what is enqueued reaches each inbox, in order, whatever the other side does.

mod failure;
mod isolation;
mod knocks;
mod proofs;
mod recovery;
mod sending;
mod workers;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use reset_node::ap::keys;
use reset_node::db::schema::{followers, remote_actors};
use reset_node::domain::actor::ActorKind;
use reset_node::model::delivery::{self, Delivery};
use reset_node::model::host::{self, Host};
use reset_node::model::{actor, remote};
use reset_node::outbox::{self, Audience, NewActivity};
use serde_json::json;
use url::Url;

use crate::support::{Peer, TestApp};

/// A test app whose clock stands, and the row id of an actor that speaks. The actor's key is served, for those who verify.
async fn app() -> (TestApp, i64) {
    let mut app = TestApp::at(reset_node::app::Clock::System.now()).await;
    let now = app.now().naive_utc();
    let speaker = app.write(move |conn| actor::insert(conn, "communs", ActorKind::Coalition, now)).await;
    let signer = keys::signer(&app, speaker).await.unwrap();
    let document = json!({ "publicKey": { "id": signer.key_id, "publicKeyPem": signer.public_pem } });
    app.serve(axum::Router::new().fallback(move || async { axum::Json(document) })).await;
    (app, speaker)
}

fn host_of(peer: &Peer) -> String {
    reset_federation::url_check::authority(&Url::parse(peer.base()).unwrap())
}

/// Has `name` of that server follow the speaker.
async fn follow(app: &TestApp, speaker: i64, base: &str, name: &str, shared: bool) {
    let url = format!("{base}/users/{name}");
    let now = app.now().naive_utc();
    let row = remote::NewRemote {
        inbox: format!("{url}/inbox"),
        shared_inbox: shared.then(|| format!("{base}/inbox")),
        host: reset_federation::url_check::authority(&Url::parse(base).unwrap()),
        kind: "Person".into(),
        username: name.into(),
        name: name.into(),
        page: None,
        document: "{}".into(),
        fetched_at: now,
        gone_at: None,
        url,
    };
    app.write(move |conn| {
        let remote_id = remote::upsert(conn, &row, &[])?;
        reset_node::model::follower::add(conn, speaker, remote_id, now)
    })
    .await;
}

/// The speaker says something about `subject`.
async fn say(app: &TestApp, speaker: i64, kind: &'static str, subject: &str, to: Audience) {
    let id = app.new_id();
    let new = NewActivity {
        document: json!({ "id": app.urls.activity(&id), "type": kind, "object": subject }),
        id,
        actor_id: speaker,
        kind,
        publication_id: None,
        public: true,
        to,
        subject: subject.to_owned(),
        now: app.now().naive_utc(),
        quiet: false,
    };
    app.db.write(move |conn| outbox::enqueue(conn, new)).await.unwrap();
}

/// The same, to these inboxes, for the tests of other rooms.
pub(crate) async fn say_to(app: &TestApp, speaker: i64, subject: &str, inboxes: &[&str]) {
    say(app, speaker, "Create", subject, to(inboxes)).await;
}

/// The inbox of an actor of that peer.
fn inbox(peer: &Peer, name: &str) -> String {
    format!("{}/users/{name}/inbox", peer.base())
}

fn to(inboxes: &[&str]) -> Audience {
    Audience::Inboxes(inboxes.iter().map(|&inbox| inbox.to_owned()).collect())
}

async fn deliver(app: &TestApp) {
    outbox::run_until_idle(&app.app).await.unwrap();
}

/// All deliveries, the oldest first.
async fn deliveries(app: &TestApp) -> Vec<Delivery> {
    let mut all = Vec::new();
    for state in [delivery::PENDING, delivery::DONE, delivery::FAILED] {
        all.extend(app.read(move |conn| delivery::list(conn, state, 1000)).await);
    }
    all.sort_by_key(|delivery| delivery.id);
    all
}

async fn host(app: &TestApp, name: String) -> Host {
    app.read(move |conn| host::find(conn, &name)).await.unwrap()
}

/// How many follow anyone, and since when their inboxes are gone.
async fn gone(app: &TestApp) -> Vec<Option<NaiveDateTime>> {
    app.read(|conn| {
        followers::table
            .inner_join(remote_actors::table)
            .select(followers::gone_since)
            .order(followers::id)
            .load(conn)
    })
    .await
}

/// (kind, object) of what a peer accepted, in order.
fn accepted(peer: &Peer) -> Vec<(String, String)> {
    let all = peer.received();
    let taken = all.iter().filter(|received| received.status == 202);
    taken.map(|received| (received.kind().to_owned(), received.object_id().to_owned())).collect()
}
