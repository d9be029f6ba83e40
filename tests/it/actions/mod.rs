//! What our people do: each act is one transaction with what it causes, and a refusal leaves nothing.

mod attachments;
mod coalitions;
mod comments;
mod consultations;
mod contributions;
mod decisions;
mod deletion;
mod following;
mod interests;
mod keys;
mod life;
mod lives;
mod milestones;
mod minutes;
mod moves;
mod news;
mod path;
mod people;
mod pins;
mod proposals;
mod publishing;
mod put_out;
mod register;
mod said;
mod served;
mod told_again;
mod walks;

use std::time::Duration;

use chrono_tz::Tz;
use reset_node::actions::front_matter::Manuscript;
use reset_node::actions::publication::{Outcome, Travel, publish};
use reset_node::actions::{self, coalition, organisation};
use reset_node::app::Clock;
use reset_node::domain::actor::OrganisationKind;
use reset_node::domain::publication::Kind;
use reset_node::model::publication::Publication;
use reset_node::model::{self, activity::Activity, remote};

use crate::support::TestApp;

/// A node whose clock stands, with an organisation `atelier` that carries the coalition `communs`.
async fn node() -> TestApp {
    let mut app = TestApp::at(Clock::System.now()).await;
    app.leave_queue("these tests look at what is enqueued, and send nothing");
    actions::node::init(&app, "Région Exemple".to_owned()).await.unwrap();
    let atelier = organisation::NewOrganisation {
        handle: "atelier".to_owned(),
        name: "L’Atelier".to_owned(),
        kind: OrganisationKind::Association,
        summary: String::new(),
        website: None,
        territory: None,
    };
    organisation::create(&app, atelier).await.unwrap();
    make_coalition(&app, "communs").await;
    app
}

/// What a consultation cannot do without.
const OPTIONS: &str = "options = [\"Oui\", \"Non\"]\n";

async fn make_coalition(app: &TestApp, handle: &str) {
    let new = coalition::NewCoalition {
        handle: handle.to_owned(),
        title: format!("Coalition {handle}"),
        steward: Some("atelier".to_owned()),
        icon: None,
    };
    coalition::create(app, new).await.unwrap();
}

/// A manuscript of the coalition `communs`: further keys, and a text.
fn written(kind: Kind, slug: &str, more: &str, text: &str) -> Manuscript {
    let options = if kind == Kind::Consultation && !more.contains("options") { OPTIONS } else { "" };
    let front =
        format!("kind = \"{kind}\"\ncoalition = \"communs\"\ntitle = \"Titre de {slug}\"\n{options}{more}");
    Manuscript::parse(&format!("+++\n{front}\n+++\n{text}"), slug, Tz::Europe__Paris).unwrap()
}

/// Publishes one manuscript: its id and what was done, or the sentence of the refusal.
async fn say(app: &TestApp, manuscript: Manuscript) -> Result<(String, Outcome), String> {
    // Ids of different milliseconds sort in the order in which things were said.
    app.advance(Duration::from_millis(1));
    match publish(app, vec![manuscript], Travel::Deliver).await {
        Ok(done) => Ok(done.into_iter().map(|one| (one.id, one.outcome)).next().unwrap()),
        Err((_, error)) => Err(error.to_string()),
    }
}

/// The publication at one of our URLs.
async fn stored(app: &TestApp, url: &str) -> Publication {
    let id = url.rsplit('/').next().unwrap().to_owned();
    app.read(move |conn| model::publication::find(conn, &id)).await.unwrap()
}

/// What the coalition said so far, in order.
async fn said(app: &TestApp, handle: &str) -> Vec<Activity> {
    let handle = handle.to_owned();
    let mut said = app
        .read(move |conn| {
            let actor = model::actor::by_handle(conn, &handle)?.unwrap();
            model::activity::outbox_page(conn, actor.id, None, 1000)
        })
        .await;
    said.reverse();
    said
}

/// The types of what the coalition said so far.
async fn kinds(app: &TestApp, handle: &str) -> Vec<String> {
    said(app, handle).await.into_iter().map(|activity| activity.kind).collect()
}

/// Has somebody of another server follow a local actor.
async fn follower_of(app: &TestApp, handle: &str) {
    let now = app.now().naive_utc();
    let row = remote::NewRemote {
        url: "https://peer.example/users/anne".to_owned(),
        kind: "Person".to_owned(),
        username: "anne".to_owned(),
        host: "peer.example".to_owned(),
        name: "Anne".to_owned(),
        page: None,
        inbox: "https://peer.example/users/anne/inbox".to_owned(),
        shared_inbox: Some("https://peer.example/inbox".to_owned()),
        document: "{}".to_owned(),
        fetched_at: now,
        gone_at: None,
    };
    let handle = handle.to_owned();
    app.write(move |conn| {
        let actor = model::actor::by_handle(conn, &handle)?.unwrap();
        let remote = remote::upsert(conn, &row, &[])?;
        model::follower::add(conn, actor.id, remote, now)
    })
    .await;
}

/// How many deliveries wait.
async fn deliveries(app: &TestApp) -> i64 {
    app.read(|conn| model::delivery::count(conn, model::delivery::PENDING)).await
}
