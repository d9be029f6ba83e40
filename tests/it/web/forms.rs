//! The forms of a publication for machines, the feeds, and what visitors do from their own server.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use reset_node::actions::front_matter::Manuscript;
use reset_node::domain::publication::Details;
use reset_node::model::publication;
use serde_json::Value;

use super::Shown;
use crate::support::{Peer, TestApp};

#[tokio::test]
async fn a_feed_names_each_publication_by_its_permanent_address() {
    let app = TestApp::new().await;
    let shown = Shown::on(&app).await;
    for path in ["/feed.atom", "/coalitions/communs/feed.atom"] {
        let answer = app.visit(path, &[]).await;
        assert_eq!(answer.header("content-type"), "application/atom+xml; charset=utf-8");
        let feed = atom_syndication::Feed::read_from(answer.text.as_bytes()).unwrap();
        assert_eq!(feed.entries.len(), 4);
        let proposal = format!("{}{}", app.url(), shown.proposal);
        let entry = feed.entries.iter().find(|entry| entry.id == proposal).unwrap();
        assert_eq!(entry.title.value, "Titre de vitrine");
        let content = entry.content.as_ref().unwrap();
        let told = content.value.as_deref().unwrap();
        assert!(told.starts_with("<ul><li><strong>Décision :</strong> par consentement</li>"), "{told}");
        assert!(told.ends_with("</ul><p>Un texte en <em>Markdown</em>.</p>"), "{told}");
        assert_eq!(content.lang.as_deref(), Some("fr"));
        assert!(entry.summary.as_ref().unwrap().value.starts_with("Proposition, en tour de consentement"));
        assert!(entry.updated.timestamp() > 0);
    }
}

#[tokio::test]
async fn the_markdown_form_can_be_published_again() {
    let app = TestApp::new().await;
    let shown = Shown::on(&app).await;
    for path in [&shown.proposal, &shown.minutes, &shown.roadmap, &shown.decision] {
        let answer = app.visit(&format!("{path}.md"), &[]).await;
        assert_eq!(answer.header("content-type"), "text/markdown; charset=utf-8");
        let again = Manuscript::parse(&answer.text, "stem", chrono_tz::Europe::Paris).unwrap();
        assert_eq!(again.coalition, "communs");
        assert_eq!(again.body, "Un texte en *Markdown*.");
        assert_eq!(again.id, Some(format!("{}{path}", app.url())));
        let id = path.rsplit('/').next().unwrap().to_owned();
        let mut stored = app.read(move |conn| publication::find(conn, &id)).await.unwrap().details;
        if let Details::Minutes(minutes) = &mut stored {
            minutes.join_url = None;
        }
        assert_eq!(again.details, stored);
        assert!(!answer.text.contains("visio.example"));
    }
}

#[tokio::test]
async fn the_json_form_has_the_fields_of_the_kind() {
    let app = TestApp::new().await;
    let shown = Shown::on(&app).await;
    let answer = app.visit(&format!("{}.json", shown.minutes), &[]).await;
    assert_eq!(answer.header("content-type"), "application/json");
    let value: Value = serde_json::from_str(&answer.text).unwrap();
    let at = |pointer: &str| value.pointer(pointer).cloned().unwrap();
    assert_eq!(at("/id"), format!("{}{}", app.url(), shown.minutes));
    assert_eq!(at("/kind"), "minutes");
    assert_eq!(at("/attendance"), 1234);
    assert_eq!(at("/points/0/outcome"), "decision");
    assert!(value.get("join_url").is_none());
}

#[tokio::test]
async fn a_follower_is_led_to_their_own_server() {
    let app = TestApp::with(|config| config.federation.allow_http = false).await;
    Shown::on(&app).await;
    let post = |account: &str| form("/coalitions/communs/follow", &[("account", account)]);
    let bad = app.answer(post("ana")).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    assert!(bad.text.contains("vous@serveur.example"));
    let led = app.answer(post("@ana@nowhere.invalid")).await;
    assert_eq!(led.status, StatusCode::SEE_OTHER);
    let to = led.header("location");
    assert!(
        to.starts_with("https://nowhere.invalid/authorize_interaction?uri=http%3A%2F%2F127.0.0.1"),
        "{to}"
    );
}

fn form(path: &str, fields: &[(&str, &str)]) -> Request<Body> {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(body))
        .unwrap()
}

fn encoded(url: &str) -> String {
    url::form_urlencoded::byte_serialize(url.as_bytes()).collect()
}

/// Where each act of `account` leads: follow, reply, like, announce.
async fn led(app: &TestApp, publication: &str, account: &str) -> [String; 4] {
    let react = format!("{publication}/react");
    let mut all = [const { String::new() }; 4];
    for (index, act) in ["", "reply", "like", "announce"].into_iter().enumerate() {
        let request = match act {
            "" => form("/coalitions/communs/follow", &[("account", account)]),
            act => form(&react, &[("account", account), ("act", act)]),
        };
        let answer = app.answer(request).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{act}");
        all[index] = answer.header("location").to_owned();
    }
    all
}

#[tokio::test]
async fn a_visitor_is_led_to_the_page_of_their_server_for_what_they_want_to_do() {
    let app = TestApp::new().await;
    let shown = Shown::on(&app).await;
    let peer = Peer::start().await;
    let host = peer.base().trim_start_matches("http://");
    let (group, id) = (encoded(&shown.coalition.url), encoded(&format!("{}{}", app.url(), shown.proposal)));
    let intent = |name: &str, template: &str| serde_json::json!({"rel": format!("https://w3id.org/fep/3b86/{name}"), "template": template});
    let subscribe = serde_json::json!({"rel": "http://ostatus.org/schema/1.0/subscribe", "template": "https://s.example/s?uri={uri}"});
    let jrd = |links: Vec<Value>| serde_json::json!({"subject": format!("acct:ana@{host}"), "links": links});
    let all = vec![
        subscribe.clone(),
        intent("Object", "https://s.example/o?uri={object}"),
        intent("Follow", "https://s.example/f?uri={object}&then={on-success}"),
        intent("Create", "https://s.example/r?to={inReplyTo}&text={content}"),
        intent("Like", "https://s.example/l?uri={object}"),
        intent("Announce", "https://s.example/a?uri={object}"),
    ];
    peer.tells(&format!("acct:all@{host}"), jrd(all.clone()));
    peer.tells(&format!("{}/@all", peer.base()), jrd(all));
    // As Mastodon 4.6 does it.
    let create = intent("Create", "https://s.example/share?text={content}");
    peer.tells(
        &format!("acct:some@{host}"),
        jrd(vec![create, intent("Object", "https://s.example/o?uri={object}")]),
    );
    peer.tells(&format!("acct:old@{host}"), jrd(vec![subscribe]));
    peer.tells(&format!("acct:evil@{host}"), jrd(vec![intent("Object", "javascript:alert({object})")]));

    let own = [
        format!("https://s.example/f?uri={group}&then="),
        format!("https://s.example/r?to={id}&text="),
        format!("https://s.example/l?uri={id}"),
        format!("https://s.example/a?uri={id}"),
    ];
    assert_eq!(led(&app, &shown.proposal, &format!("@all@{host}")).await, own);
    assert_eq!(led(&app, &shown.proposal, &format!("{}/@all", peer.base())).await, own);
    let everywhere = |start: &str| [&group, &id, &id, &id].map(|of| format!("{start}{of}"));
    for (name, start) in [
        ("some", "https://s.example/o?uri=".to_owned()),
        ("old", "https://s.example/s?uri=".to_owned()),
        ("evil", format!("http://{host}/authorize_interaction?uri=")),
        ("nobody", format!("http://{host}/authorize_interaction?uri=")),
    ] {
        assert_eq!(led(&app, &shown.proposal, &format!("{name}@{host}")).await, everywhere(&start), "{name}");
    }
}

#[tokio::test]
async fn a_form_that_another_site_sends_leads_nowhere() {
    let app = TestApp::new().await;
    let shown = Shown::on(&app).await;
    let react = format!("{}/react", shown.proposal);
    for (site, status) in [
        ("same-origin", StatusCode::SEE_OTHER),
        ("none", StatusCode::SEE_OTHER),
        ("cross-site", StatusCode::BAD_REQUEST),
        ("same-site", StatusCode::BAD_REQUEST),
    ] {
        let mut request = form(&react, &[("account", "ana@nowhere.invalid"), ("act", "like")]);
        request.headers_mut().insert("sec-fetch-site", site.parse().unwrap());
        let answer = app.answer(request).await;
        assert_eq!(
            (answer.status, answer.header("location").is_empty()),
            (status, status != StatusCode::SEE_OTHER),
            "{site}"
        );
    }
    let unknown = form("/publications/none/react", &[("account", "ana@nowhere.invalid"), ("act", "like")]);
    assert_eq!(app.answer(unknown).await.status, StatusCode::NOT_FOUND);
    let other = form(&react, &[("account", "ana@nowhere.invalid"), ("act", "delete")]);
    assert!(app.answer(other).await.status.is_client_error());
}

#[tokio::test]
async fn a_locked_publication_offers_no_reply_from_afar() {
    let app = TestApp::new().await;
    let shown = Shown::on(&app).await;
    let open = app.visit(&shown.proposal, &[]).await.text;
    assert!(open.contains("value=\"reply\"") && open.contains("value=\"like\""), "{open}");
    let lock = reset_node::model::lock::Lock {
        publication_id: shown.proposal.rsplit('/').next().unwrap().to_owned(),
        activity_id: app.new_id(),
        reason: None,
        since: app.now().naive_utc(),
    };
    app.write(move |conn| reset_node::model::lock::insert(conn, &lock)).await;
    let locked = app.visit(&shown.proposal, &[]).await.text;
    assert!(!locked.contains("value=\"reply\"") && locked.contains("value=\"announce\""), "{locked}");
}
