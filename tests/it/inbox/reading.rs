//! Who reads: signed requests for documents, and a node that answers no others (`federation.authorized_fetch`).

use reset_node::actions::follow::follow;
use reset_node::domain::following::State;
use reset_node::{inbox, model};
use serde_json::Value;

use super::{Stage, stage, stage_with};
use crate::support::TestApp;
use crate::support::fixtures::Made;
use crate::support::peer::ACTIVITY_JSON;

async fn demanding() -> Stage {
    stage_with(TestApp::with(|config| config.federation.authorized_fetch = true).await).await
}

/// Status, `Vary` and `Cache-Control` of an answer.
async fn answer(request: reqwest::RequestBuilder) -> (u16, String, String) {
    let response = request.send().await.unwrap();
    let all = |name: &str| {
        let values = response.headers().get_all(name).iter();
        values.map(|value| value.to_str().unwrap().to_lowercase()).collect::<Vec<_>>().join(", ")
    };
    (response.status().as_u16(), all("vary"), all("cache-control"))
}

async fn unsigned(url: &str, accept: &str) -> u16 {
    let request = crate::support::app::client().get(url).header("accept", accept);
    answer(request).await.0
}

/// Every document and collection but the node's actor.
async fn documents(stage: &Stage) -> Vec<String> {
    let base = stage.app.url();
    let mut all = vec![
        stage.coalition.url.clone(),
        stage.proposal.clone(),
        format!("{base}/organisations/communs_org"),
        format!("{base}/actor/outbox"),
    ];
    all.extend(
        ["outbox", "outbox?page=true", "followers", "following", "featured"]
            .map(|part| format!("{}/{part}", stage.coalition.url)),
    );
    all.extend(["replies", "likes", "shares"].map(|part| format!("{}/{part}", stage.proposal)));
    all
}

#[tokio::test]
async fn a_node_that_demands_it_answers_who_signs_by_either_scheme_and_nobody_else() {
    let stage = demanding().await;
    for url in documents(&stage).await {
        assert_eq!(unsigned(&url, ACTIVITY_JSON).await, 401, "{url}");
        for by_message in [true, false] {
            let (status, vary, control) = answer(stage.peer.reading("ada", &url, by_message)).await;
            assert_eq!(status, 200, "{url}");
            assert!(vary.contains("signature") && control.contains("private"), "{vary} {control}");
        }
        assert_eq!(unsigned(&url, ACTIVITY_JSON).await, 401, "{url}, after it was answered to another");
    }
}

#[tokio::test]
async fn what_everybody_must_read_stays_public() {
    let stage = demanding().await;
    let base = stage.app.url();
    let (acct, actor) = (format!("communs@{}", stage.app.urls.domain()), format!("{base}/actor"));
    for (url, accept) in [
        (actor.as_str(), ACTIVITY_JSON),
        (&format!("{base}/.well-known/webfinger?resource=acct:{acct}"), "*/*"),
        (&format!("{base}/.well-known/nodeinfo"), "*/*"),
        (&format!("{base}/nodeinfo/2.1"), "*/*"),
        (&format!("{base}/.well-known/host-meta"), "*/*"),
        (&stage.coalition.url, "text/html"),
        (&stage.proposal, "text/html"),
    ] {
        assert_eq!(unsigned(url, accept).await, 200, "{url}");
    }
}

#[tokio::test]
async fn a_signature_of_another_or_for_another_document_reads_nothing() {
    let stage = demanding().await;
    let other = format!("{}/organisations/communs_org", stage.app.url());
    for by_message in [true, false] {
        let mut request = stage.peer.reading("ada", &other, by_message).build().unwrap();
        *request.url_mut() = stage.coalition.url.parse().unwrap();
        let status = crate::support::app::client().execute(request).await.unwrap().status();
        assert_eq!(status, 401);
    }
    // Eve's key is not the one that her document shows.
    let key = serde_json::json!({
        "id": format!("{}#main-key", stage.peer.actor("eve")), "owner": stage.peer.actor("eve"),
        "publicKeyPem": crate::support::peer::key_of("ada").public_pem(),
    });
    stage.peer.change_actor("eve", serde_json::json!({"publicKey": key}));
    assert_eq!(answer(stage.peer.reading("eve", &stage.coalition.url, true)).await.0, 401);
    let post = stage.peer.message("ada", &stage.coalition.url, Vec::new(), stage.app.now()).build().unwrap();
    let mut request = stage.peer.reading("ada", &stage.coalition.url, true).build().unwrap();
    for name in ["signature-input", "signature"] {
        request.headers_mut().insert(name, post.headers()[name].clone());
    }
    let status = crate::support::app::client().execute(request).await.unwrap().status();
    assert_eq!(status, 401, "a signature of a POST");
}

#[tokio::test]
async fn an_open_node_answers_everybody_and_keeps_answers() {
    let stage = stage().await;
    for url in documents(&stage).await {
        assert_eq!(unsigned(&url, ACTIVITY_JSON).await, 200, "{url}");
        let (status, vary, control) = answer(stage.peer.reading("ada", &url, true)).await;
        assert_eq!((status, vary.contains("signature"), control.contains("private")), (200, false, false));
    }
    assert_eq!(stage.peer.fetches(), 0, "nobody's key was asked for");
}

async fn node(handle: &str) -> (TestApp, Made) {
    let mut app = TestApp::with(|config| config.federation.authorized_fetch = true).await;
    app.node().await;
    let coalition = app.coalition(handle).await;
    app.serve_node().await;
    (app, coalition)
}

#[tokio::test]
async fn two_nodes_that_both_demand_it_follow_each_other() {
    let ((one, communs), (two, fabrique)) = (node("communs").await, node("fabrique").await);
    follow(&one, &fabrique.url, "communs").await.unwrap();
    follow(&two, &communs.url, "fabrique").await.unwrap();
    for _ in 0..2 {
        for app in [&one, &two] {
            app.deliver().await;
        }
        for app in [&one, &two] {
            inbox::run_until_idle(&app.app).await.unwrap();
        }
    }
    for (app, handle, followed) in [(&one, "communs", fabrique.url), (&two, "fabrique", communs.url)] {
        let found = app.read(move |conn| model::remote::by_url(conn, &followed)).await.unwrap();
        let asked = app.read(move |conn| model::following::by_actors(conn, handle, found.id)).await.unwrap();
        assert_eq!(asked.state, State::Accepted);
        app.deliver().await;
    }
}

#[tokio::test]
async fn a_document_that_is_read_signed_is_the_same() {
    let (open, closed) = (stage().await, demanding().await);
    let read = async |stage: &Stage| {
        let request = stage.peer.reading("ada", &stage.coalition.url, true);
        let document: Value =
            serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap();
        (document["type"].clone(), document.as_object().unwrap().len())
    };
    assert_eq!(read(&open).await, read(&closed).await);
}
