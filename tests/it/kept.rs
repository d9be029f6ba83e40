//! Answers that are sent again for a moment, but never after a write of anybody, nor for longer than a quarter of a second.

use std::time::Duration;

use diesel::prelude::*;
use reset_node::db::schema::publications;
use reset_node::db::{Conn, Db};
use reset_node::domain::publication::{Details, Method, Proposal, When};

use crate::support::TestApp;
use crate::support::fixtures::Made;

const HTML: &str = "text/html";
const ACTIVITY: &str = "application/activity+json";

async fn get(url: &str, accept: &str, language: &str) -> String {
    let client = crate::support::app::client();
    let request = client.get(url).header("accept", accept).header("accept-language", language);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    response.text().await.unwrap()
}

fn rename(conn: &mut Conn, title: &str) -> QueryResult<usize> {
    diesel::update(publications::table).set(publications::title.eq(title)).execute(conn)
}

async fn coalition() -> (TestApp, Made) {
    let mut app = TestApp::at(reset_node::app::Clock::System.now()).await;
    app.node().await;
    let communs = app.coalition("communs").await;
    app.serve_node().await;
    (app, communs)
}

async fn app() -> (TestApp, String) {
    let (app, communs) = coalition().await;
    let url = app.proposal(&communs, "charte").await;
    (app, url)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_shows_at_once_what_this_process_wrote() {
    let (app, url) = app().await;
    assert!(get(&url, HTML, "fr").await.contains("Titre de charte"));
    app.write(|conn| rename(conn, "Un autre titre")).await;
    assert!(get(&url, HTML, "fr").await.contains("Un autre titre"));
    assert!(get(&url, ACTIVITY, "fr").await.contains("Un autre titre"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_shows_at_once_what_another_process_wrote() {
    let (app, url) = app().await;
    get(&url, HTML, "fr").await;
    let beside = Db::open(app.db.location().clone(), false, 1).unwrap();
    let renamed = beside.write::<_, reset_node::db::Error, _>(|conn| Ok(rename(conn, "Un autre titre")?));
    assert_eq!(renamed.await.unwrap(), 1);
    assert!(get(&url, HTML, "fr").await.contains("Un autre titre"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_follows_the_clock_when_nobody_writes() {
    let (app, communs) = coalition().await;
    let closes = (app.now() + Duration::from_secs(60)).fixed_offset();
    let proposal = Proposal {
        method: Method::Consent,
        opens: None,
        closes: Some(When::Instant(closes)),
        quorum: None,
        round: None,
        phase: None,
    };
    let url = app.publication(&communs, "ronde", Details::Proposal(proposal)).await;
    let open = get(&url, HTML, "fr").await;
    assert_eq!(get(&url, HTML, "fr").await, open);
    app.advance(Duration::from_secs(61));
    assert_ne!(get(&url, HTML, "fr").await, open, "the round is over and the page says so");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forms_and_languages_are_kept_apart() {
    let (_app, url) = app().await;
    for _ in 0..2 {
        assert!(get(&url, HTML, "fr").await.contains("<html lang=\"fr\""));
        assert!(get(&url, HTML, "en").await.contains("<html lang=\"en\""));
        assert!(get(&url, ACTIVITY, "en").await.starts_with('{'));
    }
}
