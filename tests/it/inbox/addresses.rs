//! WebFinger, host-meta, NodeInfo: how we are found, and how we find others.

use reset_node::ap::fetch::Fetcher;
use reset_node::ap::handles;
use serde_json::Value;

use super::{stage, stage_with};
use crate::support::TestApp;

async fn get(url: &str) -> (u16, String, String) {
    let response = crate::support::app::client().get(url).send().await.unwrap();
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    (response.status().as_u16(), kind, response.text().await.unwrap())
}

#[tokio::test]
async fn webfinger_knows_every_actor_by_handle_and_by_id() {
    let stage = stage().await;
    let base = stage.app.url();
    let host = stage.app.urls.host().to_owned();
    let encoded = host.replace(':', "%3A");
    for resource in [
        format!("acct:communs@{host}"),
        format!("acct%3Acommuns%40{encoded}"),
        format!("communs@{host}"),
        format!("acct:Communs@{host}"),
        stage.coalition.url.clone(),
    ] {
        let (status, kind, text) = get(&format!("{base}/.well-known/webfinger?resource={resource}")).await;
        assert_eq!((status, kind.as_str()), (200, "application/jrd+json"), "{resource}");
        let jrd: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(jrd["subject"], format!("acct:communs@{host}"));
        let links = jrd["links"].as_array().unwrap();
        let own: Vec<_> = links.iter().filter(|link| link["rel"] == "self").collect();
        assert_eq!(own.len(), 1);
        assert_eq!(
            (&own[0]["href"], &own[0]["type"]),
            (&stage.coalition.url.as_str().into(), &"application/activity+json".into())
        );
    }
    let (status, _, text) = get(&format!("{base}/.well-known/webfinger?resource=acct:node@{host}")).await;
    assert_eq!(status, 200);
    assert!(text.contains(&format!("{base}/actor")));
    for (resource, expected) in [
        (format!("acct:nobody@{host}"), 404),
        ("acct:communs@elsewhere.example".to_owned(), 404),
        (format!("{base}/organisations/communs"), 404),
        ("communs".to_owned(), 400),
    ] {
        assert_eq!(
            get(&format!("{base}/.well-known/webfinger?resource={resource}")).await.0,
            expected,
            "{resource}"
        );
    }
    assert_eq!(get(&format!("{base}/.well-known/webfinger")).await.0, 400);
}

#[tokio::test]
async fn on_a_split_domain_both_handles_lead_to_the_same_subject() {
    let app = TestApp::with(|config| config.node.domain = "example.org".into()).await;
    let stage = stage_with(app).await;
    for host in ["example.org", stage.app.urls.host()] {
        let question = format!("{}/.well-known/webfinger?resource=acct:communs@{host}", stage.app.url());
        let (status, _, text) = get(&question).await;
        assert_eq!(status, 200, "{host}");
        assert!(text.contains("\"subject\":\"acct:communs@example.org\""), "{text}");
    }
}

#[tokio::test]
async fn host_meta_and_nodeinfo_are_there() {
    let stage = stage().await;
    let base = stage.app.url();
    let (status, kind, text) = get(&format!("{base}/.well-known/host-meta")).await;
    assert_eq!((status, kind.as_str()), (200, "application/xrd+xml; charset=utf-8"));
    assert!(text.contains(&format!("template=\"{base}/.well-known/webfinger?resource={{uri}}\"")));
    let (_, _, text) = get(&format!("{base}/.well-known/nodeinfo")).await;
    let links: Value = serde_json::from_str(&text).unwrap();
    let (status, _, text) = get(links["links"][0]["href"].as_str().unwrap()).await;
    let info: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (status, &info["version"], &info["software"]["name"]),
        (200, &"2.1".into(), &"reset-node".into())
    );
    assert_eq!(info["usage"]["localPosts"], 1);
}

#[tokio::test]
async fn the_actor_of_the_node_is_found_by_its_address_and_by_nodeinfo_and_read_unsigned() {
    let app = TestApp::with(|config| config.federation.authorized_fetch = true).await;
    let stage = stage_with(app).await;
    let (base, host) = (stage.app.url(), stage.app.urls.host());
    for resource in
        [base.to_owned(), format!("{base}/"), format!("acct:node@{host}"), format!("{base}/actor")]
    {
        let (status, _, text) = get(&format!("{base}/.well-known/webfinger?resource={resource}")).await;
        let jrd: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((status, &jrd["subject"]), (200, &format!("acct:node@{host}").into()), "{resource}");
        for rel in ["self", "https://www.w3.org/ns/activitystreams#Service"] {
            let links: Vec<_> =
                jrd["links"].as_array().unwrap().iter().filter(|link| link["rel"] == rel).collect();
            assert_eq!(
                (links.len(), &links[0]["href"]),
                (1, &format!("{base}/actor").into()),
                "{rel} of {resource}"
            );
        }
    }
    for other in ["x", "?x=1"] {
        assert_eq!(
            get(&format!("{base}/.well-known/webfinger?resource={base}/{other}")).await.0,
            404,
            "{other}"
        );
    }
    let (_, _, text) = get(&format!("{base}/.well-known/nodeinfo")).await;
    let links: Value = serde_json::from_str(&text).unwrap();
    let links = links["links"].as_array().unwrap();
    let rel = "https://www.w3.org/ns/activitystreams#Application";
    let link = links.iter().find(|link| link["rel"] == rel).unwrap();
    let client = crate::support::app::client();
    let actor = client.get(link["href"].as_str().unwrap()).header("accept", "application/activity+json");
    let actor: Value = serde_json::from_str(&actor.send().await.unwrap().text().await.unwrap()).unwrap();
    assert_eq!((&actor["type"], &actor["id"]), (&"Application".into(), &link["href"]));
}

#[tokio::test]
async fn a_handle_of_another_server_is_resolved_to_its_actor() {
    let stage = stage().await;
    let host = stage.peer.base().trim_start_matches("http://").to_owned();
    let fetcher = Fetcher::new(&stage.app.app);
    let found = handles::find(&fetcher, &format!("@ada@{host}")).await.unwrap();
    assert_eq!(found.url, stage.peer.actor("ada"));
    assert!(handles::find(&fetcher, "not a handle").await.is_err());
}
