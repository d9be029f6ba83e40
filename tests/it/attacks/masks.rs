//! Those who would be taken for others: names that turn around, ids that look alike or are written otherwise, handles that
//! lead elsewhere.

use diesel::prelude::*;
use reset_node::ap::fetch::{FetchError, Fetcher};
use reset_node::ap::handles;
use reset_node::db::schema::remote_actors;
use serde_json::{Value, json};

use super::{named, nothing_changed};
use crate::inbox::stage;
use crate::support::Peer;
use crate::support::peer::ACTIVITY_JSON;

#[tokio::test]
async fn names_that_turn_the_page_around_or_fill_it() {
    let stage = stage().await;
    for (number, (name, changes)) in [
        named("a name that turns the text around", json!({"name": "\u{202e}nimda\u{2066}\u{200f}"})),
        named("a handle that turns the text around", json!({"preferredUsername": "\u{202e}ada"})),
        named("a handle with another server in it", json!({"preferredUsername": "ada@bank.example"})),
        named("a handle in letters that look alike", json!({"preferredUsername": "аdа"})),
        named("a handle of a megabyte", json!({"preferredUsername": "a".repeat(900_000)})),
        named("a name of a megabyte", json!({"name": "a".repeat(900_000)})),
        named("a name with markup", json!({"name": "<img src=x onerror=alert(1)>"})),
        named("a page that is a script", json!({"url": "javascript:alert(1)"})),
        named("a page that is data", json!({"url": [{"type": "Link", "href": "data:text/html,x"}]})),
    ]
    .into_iter()
    .enumerate()
    {
        let actor = format!("u{number}");
        stage.peer.change_actor(&actor, changes);
        let (_, status) =
            stage.peer.reply(&actor, &stage.proposal, "<p>Oui.</p>", &stage.coalition.url).await;
        assert_eq!(status, 202, "{name}");
        stage.work().await;
        let id = stage.peer.actor(&actor);
        let row = remote_actors::table.filter(remote_actors::url.eq(id));
        let row = row.select((remote_actors::username, remote_actors::name, remote_actors::page));
        let (handle, shown, page) =
            stage.app.read(move |conn| row.first::<(String, String, Option<String>)>(conn)).await;
        assert!(handle.is_empty() || handle == actor, "{name}: {handle:.80}");
        assert!(
            shown.len() <= 200 && !shown.contains(['\u{202e}', '\u{2066}', '\u{200f}']),
            "{name}: {shown}"
        );
        assert!(page.is_none_or(|page| page.starts_with("http")), "{name}");
    }
    let page = crate::support::app::client().get(&stage.proposal).send().await.unwrap().text().await.unwrap();
    assert!(page.len() < 60_000, "{} bytes", page.len());
    for bad in ["\u{202e}", "<img src=x", "javascript:", "data:text/html", "bank.example"] {
        assert!(!page.contains(bad), "{bad}");
    }
}

#[tokio::test]
async fn ids_that_are_written_otherwise() {
    let stage = stage().await;
    let (ada, port) = (stage.peer.actor("ada"), stage.peer.port());
    // Ada's own server and key; what is said of her id is another.
    for (name, actor) in [
        named("an actor with a user name before its host", ada.replace("http://", "http://ada@")),
        named("an actor with a fragment", format!("{ada}#me")),
        named("an actor with an escaped letter", ada.replace("/ada", "/%61da")),
        named("an actor with a query", format!("{ada}?x")),
        named("an actor with a slash more", ada.replace("/users", "//users")),
        named("an actor in capitals", ada.replace("/ada", "/ADA")),
        named("an actor that is null", String::new()),
    ] {
        let actor = if actor.is_empty() { Value::Null } else { json!(actor) };
        let like = json!({
            "id": stage.peer.new_id("activities"), "type": "Like", "actor": actor, "object": stage.proposal,
        });
        let inbox = format!("{}/inbox", stage.coalition.url);
        let status = stage.peer.send("ada", &inbox, &like).await;
        // Another id is another actor: what Ada signs of it is hearsay, which nobody confirms.
        assert!([202, 400].contains(&status), "{name}: {status}");
        stage.work().await;
        assert_eq!(stage.counts().await, (0, 0, 0, 0), "{name}");
    }
    // Two ways to write one id are one actor, which counts once.
    for actor in [
        ada.clone(),
        ada.replace("http://", "HTTP://"),
        ada.replace("127.0.0.1", "127.0.0.1."),
        ada.replace("127.0.0.1", "0x7f.1"),
        format!("http://127.0.0.1:0{port}/users/ada"),
    ] {
        let like = json!({
            "id": stage.peer.new_id("activities"), "type": "Like", "actor": actor, "object": stage.proposal,
        });
        let inbox = format!("{}/inbox", stage.coalition.url);
        assert_eq!(stage.peer.send("ada", &inbox, &like).await, 202);
    }
    stage.work().await;
    assert_eq!(stage.counts().await, (0, 1, 0, 0));
}

#[tokio::test]
async fn objects_that_are_named_in_strange_ways() {
    let stage = stage().await;
    let (ada, eve) = (stage.peer.actor("ada"), stage.peer.actor("eve"));
    let note = |changes: Value| {
        let mut note = json!({
            "id": stage.peer.new_id("objects"), "type": "Note", "attributedTo": ada, "inReplyTo": stage.proposal,
            "content": "<p>Non.</p>", "to": ["as:Public"],
        });
        for (key, value) in changes.as_object().unwrap() {
            note[key] = value.clone();
        }
        note
    };
    for (name, kind, object) in [
        ("a note without an id", "Create", note(json!({"id": null}))),
        ("a note with several ids", "Create", note(json!({"id": [stage.proposal, ada]}))),
        ("a note with the id of its author", "Create", note(json!({"id": ada}))),
        ("a note with the id of our proposal", "Create", note(json!({"id": stage.proposal}))),
        ("a note by a list of others", "Create", note(json!({"attributedTo": [eve, [ada], {"name": ada}]}))),
        ("a note by nobody", "Create", note(json!({"attributedTo": []}))),
        ("a note that is also an actor", "Create", note(json!({"type": ["Person", "Note"]}))),
        ("a note among other things", "Create", json!([eve, note(json!({"attributedTo": eve}))])),
        ("an object within a list in a list", "Create", json!([[note(json!({}))]])),
        ("a number", "Create", json!(7)),
        ("our coalition announced as ours", "Announce", json!(stage.coalition.url)),
        ("our proposal, written with a query", "Like", json!(format!("{}?x", stage.proposal))),
        ("our proposal, written with a fragment", "Announce", json!(format!("{}#x", stage.proposal))),
        ("our proposal, changed", "Update", note(json!({"id": stage.proposal, "type": "Article"}))),
        ("our coalition, deleted", "Delete", json!(stage.coalition.url)),
        ("an undo of an undo", "Undo", json!({"type": "Undo", "actor": ada, "object": stage.proposal})),
    ]
    .map(|(name, kind, object)| (named(name, ()).0, kind, object))
    {
        let (_, status) = stage.peer.act("ada", kind, object, &stage.coalition.url).await;
        assert!([202, 400].contains(&status), "{name}: {status}");
        stage.settle().await;
        assert_eq!((stage.counts().await, stage.followers().await), ((0, 0, 0, 0), 0), "{name}");
    }
    let sent =
        stage.app.read(|conn| reset_node::db::schema::deliveries::table.count().get_result::<i64>(conn));
    assert_eq!(sent.await, 0);
}

/// A server that answers WebFinger with this, and counts what it is asked.
async fn webfinger(answer: Value) -> (String, std::sync::Arc<std::sync::atomic::AtomicU64>) {
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let counted = asked.clone();
    let router = axum::Router::new().fallback(move |uri: axum::http::Uri| {
        counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let answer = answer.to_string();
        async move {
            let kind =
                if uri.path().starts_with("/.well-known") { "application/jrd+json" } else { ACTIVITY_JSON };
            ([(axum::http::header::CONTENT_TYPE, kind)], answer)
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.5:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (host, asked)
}

#[tokio::test]
async fn handles_that_lead_in_a_circle_or_to_somebody_else() {
    let (stage, other) = (stage().await, Peer::start_at("127.0.0.2:0").await);
    let link = |href: String| json!([{"rel": "self", "type": ACTIVITY_JSON, "href": href}]);
    let many: Vec<Value> = (0..5000)
        .map(|n| json!({"rel": "self", "type": ACTIVITY_JSON, "href": format!("urn:x:{n}")}))
        .collect();
    for (name, answer, most) in [
        ("a handle whose subject is another handle", json!({"subject": "acct:b@127.0.0.6", "links": []}), 1),
        (
            "a handle that leads to an actor of another name",
            json!({"subject": "acct:a@x", "links": link(other.actor("eve"))}),
            1,
        ),
        (
            "a handle that leads to its own answer",
            json!({"subject": "acct:a@x", "links": link("http://127.0.0.5/.well-known/webfinger".into())}),
            1,
        ),
        (
            "a handle that leads to a script",
            json!({"subject": "acct:a@x", "links": link("javascript:alert(1)".into())}),
            1,
        ),
        ("a handle with five thousand links", json!({"subject": "acct:a@x", "links": many}), 1),
        ("a handle without a subject", json!({"links": link(other.actor("a"))}), 1),
        ("a handle answered with a list", json!([]), 1),
    ]
    .map(|(name, answer, most)| (named(name, ()).0, answer, most))
    {
        let (host, asked) = webfinger(answer).await;
        let fetcher = Fetcher::new(&stage.app.app);
        let found = handles::find(&fetcher, &format!("@a@{host}")).await;
        assert!(found.is_err(), "{name}: {found:?}");
        // Once over https, which nobody speaks here, and once over http.
        assert_eq!(asked.load(std::sync::atomic::Ordering::Relaxed), most, "{name}");
    }
    for (name, handle) in [
        named("a handle at a private address", "@a@[::1]"),
        named("a handle at an address with a zone", "@a@[fe80::1%25eth0]:80"),
        named("a handle with a path", "@a@b.example/../c"),
        named("a handle with two hosts", "@a@b.example@c.example"),
        named("a handle with a NUL", "@a%00@b.example"),
        named("a handle with a port beyond all ports", "@a@b.example:99999"),
    ] {
        let found = handles::find(&Fetcher::new(&stage.app.app), handle).await;
        assert!(matches!(found, Err(FetchError::Refused(_) | FetchError::Later(_))), "{name}: {found:?}");
    }
    assert!(other.fetches() <= 1);
    let known = stage.stored().await.1;
    nothing_changed(&stage, known).await;
}
