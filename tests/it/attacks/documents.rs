//! What an activity may not say: spoofed ids and actors, two readings of one document, and what belongs to another.

use diesel::prelude::*;
use reset_node::db::schema::{deliveries, inbox_items, remote_actors, replies};
use serde_json::{Value, json};

use super::{named, nothing_changed};
use crate::inbox::{Stage, stage};
use crate::support::Peer;
use crate::support::peer::PUBLIC;

fn like(stage: &Stage, changes: Value) -> Value {
    let mut like = json!({
        "id": stage.peer.new_id("activities"), "type": "Like", "actor": stage.peer.actor("ada"), "object": stage.proposal,
    });
    for (key, value) in changes.as_object().unwrap() {
        like[key] = value.clone();
    }
    like
}

/// Texts that Ada signs and that are malformed.
fn malformed(stage: &Stage) -> Vec<(&'static str, String)> {
    let changed = |changes: Value| like(stage, changes).to_string();
    let twice = |key: &str, value: &str| {
        like(stage, json!({})).to_string().replacen('{', &format!("{{\"{key}\":\"{value}\","), 1)
    };
    let (ada, base) = (stage.peer.actor("ada"), stage.peer.base());
    let port = stage.app.url().rsplit(':').next().unwrap().to_owned();
    let ours = |host: &str| {
        let base = format!("http://{host}:{port}");
        changed(json!({"actor": format!("{base}/coalitions/communs"), "id": format!("{base}/activities/1")}))
    };
    let many = |count: usize| vec![0; count];
    vec![
        named("an activity inside @graph", changed(json!({"@graph": [{"type": "Delete"}]}))),
        named("an activity inside @included", changed(json!({"@included": []}))),
        named(
            "a property turned round with @reverse",
            changed(json!({"object": {"id": stage.proposal, "@reverse": {}}})),
        ),
        named("an id given twice", twice("id", "http://127.0.0.9/1")),
        named("an actor given twice", twice("actor", &stage.peer.actor("eve"))),
        named("a type given twice", twice("type", "Delete")),
        named("two actors", changed(json!({"actor": [ada, stage.peer.actor("eve")]}))),
        named(
            "an id with a user name in it",
            changed(json!({"id": base.replace("http://", "http://127.0.0.9@")})),
        ),
        named("an id that is a script", changed(json!({"id": "javascript:alert(1)"}))),
        named("an id that is data", changed(json!({"id": "data:application/activity+json,{}"}))),
        named("an id with a line break", changed(json!({"id": format!("{base}/\n/1")}))),
        named("an id with a backslash", changed(json!({"id": format!("{base}\\@127.0.0.9/1")}))),
        named("an id of 3,000 bytes", changed(json!({"id": format!("{base}/{}", "x".repeat(3000))}))),
        named("an id that is relative", changed(json!({"id": "/activities/1"}))),
        named("our host written as one number", ours("2130706433")),
        named("our host written in hexadecimal", ours("0x7f.1")),
        named("our host in letters that look alike", ours("１２７.０.０.１")),
        named("our host with a dot after it", ours("127.0.0.1.")),
        named("a hundred thousand values", changed(json!({"x": many(100_001)}))),
        named("a number beyond all numbers", changed(json!({})).replacen('{', "{\"x\":1e999999,", 1)),
        named("half a surrogate pair", changed(json!({})).replacen('{', "{\"x\":\"\\ud800\",", 1)),
        named("two documents in one body", format!("{0}{0}", changed(json!({})))),
    ]
}

#[tokio::test]
async fn malformed_activities() {
    let stage = stage().await;
    let inbox = format!("{}/inbox", stage.coalition.url);
    for (name, body) in malformed(&stage) {
        let request = stage.peer.signed("ada", &inbox, body.into_bytes(), stage.app.now());
        let status = request.send().await.unwrap().status().as_u16();
        assert_eq!(status, 400, "{name}");
    }
    assert_eq!(stage.peer.fetches(), 0, "refused before a key is asked for");
    nothing_changed(&stage, 0).await;
}

/// A reply to the proposal by Bob.
async fn bobs_reply(stage: &Stage) -> Value {
    let (create, status) =
        stage.peer.reply("bob", &stage.proposal, "<p>Oui.</p>", &stage.coalition.url).await;
    assert_eq!(status, 202);
    stage.work().await;
    create["object"].clone()
}

/// What Ada, of the same server as Bob, sends about what is his: kind and object.
async fn trespasses(stage: &Stage, other: &Peer) -> Vec<(&'static str, &'static str, Value)> {
    let (reply, bob, ada) = (bobs_reply(stage).await, stage.peer.actor("bob"), stage.peer.actor("ada"));
    let (liked, _) = stage.peer.like("bob", &stage.proposal, &stage.coalition.url).await;
    let (follow, _) = stage.peer.follow("bob", &stage.coalition.url).await;
    stage.settle().await;
    let with = |value: &Value, key: &str, to: Value| {
        let mut value = value.clone();
        value[key] = to;
        value
    };
    let mine = with(&with(&reply, "attributedTo", json!(ada)), "content", json!("<p>Non.</p>"));
    let profile =
        json!({"id": bob, "type": "Person", "preferredUsername": "bob", "inbox": format!("{ada}/inbox")});
    let forged = json!({
        "id": other.new_id("objects"), "type": "Note", "attributedTo": other.actor("bob"), "inReplyTo": stage.proposal,
        "content": "<p>Forgé.</p>", "to": [PUBLIC],
    });
    let create = json!({"id": other.new_id("activities"), "type": "Create", "actor": other.actor("bob"), "object": forged});
    let row = |name, kind, object| (named(name, ()).0, kind, object);
    vec![
        row("a reply of another actor changed", "Update", mine.clone()),
        row("a reply of another actor created again", "Create", mine),
        row("a reply of another actor deleted", "Delete", reply["id"].clone()),
        row(
            "a reply of another actor deleted with a Tombstone",
            "Delete",
            json!({"id": reply["id"], "type": "Tombstone"}),
        ),
        row("another actor deleted", "Delete", json!(bob)),
        row("the profile of another actor changed", "Update", profile.clone()),
        row("another actor created", "Create", profile),
        row("another actor moved", "Move", json!(bob)),
        row("a like of another actor undone by its id", "Undo", liked["id"].clone()),
        row("a like of another actor undone", "Undo", liked.clone()),
        row("a like of another actor undone as one's own", "Undo", with(&liked, "actor", json!(ada))),
        row("a follow of another actor undone", "Undo", follow.clone()),
        row("a follow of another actor undone as one's own", "Undo", with(&follow, "actor", json!(ada))),
        row("an activity of another server inside an Announce", "Announce", create.clone()),
        row("an activity of another server inside an Add", "Add", create),
        row(
            "our proposal deleted",
            "Delete",
            json!(reply["inReplyTo"].as_str().unwrap().replace(stage.app.url(), stage.peer.base())),
        ),
        row(
            "a follow of ours accepted that never was",
            "Accept",
            json!({
                "id": format!("{}/activities/1", stage.app.url()), "type": "Follow", "actor": stage.coalition.url, "object": ada,
            }),
        ),
        row("a follower of ours rejected", "Reject", follow),
    ]
}

/// Everything that an activity may change.
async fn world(stage: &Stage) -> impl PartialEq + std::fmt::Debug {
    let texts = stage.app.read(|conn| {
        replies::table.order(replies::id).select((replies::url, replies::html)).load::<(String, String)>(conn)
    });
    let actors = stage.app.read(|conn| {
        let rows = remote_actors::table.filter(remote_actors::username.ne("ada")).order(remote_actors::id);
        rows.select((remote_actors::url, remote_actors::inbox, remote_actors::gone_at)).load::<(
            String,
            String,
            Option<chrono::NaiveDateTime>,
        )>(conn)
    });
    let sent = stage.app.read(|conn| deliveries::table.count().get_result::<i64>(conn)).await;
    (stage.counts().await, stage.followers().await, texts.await, actors.await, sent)
}

#[tokio::test]
async fn authority_of_the_host_is_not_authority_of_the_actor() {
    let (stage, other) = (stage().await, Peer::start_at("127.0.0.2:0").await);
    let all = trespasses(&stage, &other).await;
    let before = world(&stage).await;
    for (name, kind, object) in all {
        let (_, status) = stage.peer.act("ada", kind, object, &stage.coalition.url).await;
        assert!(matches!(status, 202 | 400), "{name}: {status}");
        stage.settle().await;
        assert_eq!(world(&stage).await, before, "{name}: {}", stage.outcome().await);
    }
    let asked = (other.fetches(), other.received().len());
    assert_eq!(asked, (1, 0), "the third server is asked once, for what was announced in its name");
}

/// Activities that lead on without end: each object, and what is asked for because of it.
fn endless(stage: &Stage) -> Vec<(&'static str, &'static str, Value)> {
    let at = |path: &str| format!("{}/{path}", stage.peer.base());
    let page = json!({"id": at("pages/1"), "type": "OrderedCollectionPage", "next": at("pages/1"), "items": [at("pages/1")]});
    let note = |changes: Value| {
        let mut note = json!({
            "id": stage.peer.new_id("objects"), "type": "Note", "attributedTo": stage.peer.actor("ada"),
            "inReplyTo": at("objects/endless"), "content": "<p>x</p>", "to": [PUBLIC],
        });
        for (key, value) in changes.as_object().unwrap() {
            note[key] = value.clone();
        }
        note
    };
    let row = |name, kind, object| (named(name, ()).0, kind, object);
    let mut nested = json!(stage.proposal);
    for _ in 0..20 {
        nested = json!({"id": stage.peer.new_id("activities"), "type": "Announce", "actor": stage.peer.actor("ada"), "object": nested});
    }
    vec![
        row("a reply to a reply to a reply without end", "Create", note(json!({}))),
        row(
            "replies in a collection without end",
            "Create",
            note(json!({"replies": {"type": "Collection", "first": page}})),
        ),
        row("a collection that is an object", "Create", page.clone()),
        row("a collection that is announced", "Announce", page),
        row("an Announce of an Announce", "Announce", json!(at("activities/announce"))),
        row("Announces twenty deep", "Announce", nested),
        row(
            "a quote of a quote without end",
            "Create",
            note(json!({"quote": at("objects/endless"), "quoteUrl": at("objects/endless")})),
        ),
        row(
            "attachments and pictures by the hundred",
            "Create",
            note(json!({"attachment": vec![json!({"type": "Image", "url": at("picture")}); 200]})),
        ),
        row(
            "mentions of a thousand actors",
            "Create",
            note(json!({"tag": vec![json!({"type": "Mention", "href": at("users/m")}); 200]})),
        ),
    ]
}

#[tokio::test]
async fn activities_that_lead_on_without_end() {
    let stage = stage().await;
    stage.peer.keep(&json!({
        "id": format!("{}/objects/endless", stage.peer.base()), "type": "Note", "attributedTo": stage.peer.actor("ada"),
        "inReplyTo": format!("{}/objects/endless", stage.peer.base()), "content": "<p>x</p>", "to": [PUBLIC],
    }));
    stage.peer.like("ada", "http://127.0.0.9/1", &stage.coalition.url).await;
    stage.work().await;
    let before = stage.peer.fetches();
    for (name, kind, object) in endless(&stage) {
        let (_, status) = stage.peer.act("ada", kind, object, &stage.coalition.url).await;
        assert!(matches!(status, 202 | 400), "{name}: {status}");
        stage.settle().await;
        assert!(stage.peer.fetches() - before <= 2, "{name} was followed");
        assert_eq!(stage.counts().await, (0, 0, 0, 0), "{name}");
    }
    let sent = stage.app.read(|conn| deliveries::table.count().get_result::<i64>(conn)).await;
    assert_eq!(sent, 0, "nothing is announced on");
}

#[tokio::test]
async fn two_servers_that_announce_each_other() {
    let (stage, other) = (stage().await, Peer::start_at("127.0.0.2:0").await);
    let mut last = (stage.proposal.clone(), 0);
    for round in 0..10 {
        let (by, about) = if round % 2 == 0 { (&stage.peer, &other) } else { (&other, &stage.peer) };
        // Each announces the other's last Announce, and our own coalition.
        for object in [last.0.clone(), stage.coalition.url.clone(), about.actor("ada")] {
            let (announce, status) = by.announce("ada", &object, &stage.coalition.url).await;
            last = (announce["id"].as_str().unwrap().to_owned(), status);
            assert_eq!(status, 202);
        }
        stage.settle().await;
    }
    let sent = stage.app.read(|conn| deliveries::table.count().get_result::<i64>(conn)).await;
    assert_eq!((sent, stage.peer.received().len(), other.received().len()), (0, 0, 0));
    assert_eq!((stage.counts().await, stage.peer.fetches(), other.fetches()), ((0, 0, 1, 0), 1, 1));
}

#[tokio::test]
async fn a_private_post_is_never_kept_nor_shown() {
    let stage = stage().await;
    let mut item = 0;
    for to in
        [json!([stage.coalition.url]), json!([format!("{}/followers", stage.peer.actor("ada"))]), json!([])]
    {
        let note = json!({
            "id": stage.peer.new_id("objects"), "type": "Note", "attributedTo": stage.peer.actor("ada"),
            "inReplyTo": stage.proposal, "content": "<p>Entre nous.</p>", "to": to,
        });
        stage.peer.act("ada", "Create", note, &stage.coalition.url).await;
        stage.work().await;
        item += 1;
        let kept = |conn: &mut reset_node::db::Conn| {
            inbox_items::table.filter(inbox_items::document.ne("")).count().get_result::<i64>(conn)
        };
        assert_eq!((stage.stored().await.0, stage.app.read(kept).await), (item, 0), "its bytes are gone");
    }
    // A type that is written otherwise is the same; one that is unknown here keeps nothing either.
    for kind in ["as:Create", "https://www.w3.org/ns/activitystreams#Create", "Whisper"] {
        let note = json!({
            "id": stage.peer.new_id("objects"), "type": "Note", "attributedTo": stage.peer.actor("ada"),
            "inReplyTo": stage.proposal, "contentMap": {"fr": "<p>Entre nous.</p>"}, "to": [stage.coalition.url],
        });
        stage.peer.act("ada", kind, note, &stage.coalition.url).await;
        stage.work().await;
        let kept = inbox_items::table.filter(inbox_items::document.ne("")).count();
        assert_eq!(stage.app.read(move |conn| kept.get_result::<i64>(conn)).await, 0, "{kind}");
    }
    assert_eq!(stage.counts().await, (0, 0, 0, 0));
    let page = crate::support::app::client().get(&stage.proposal).send().await.unwrap().text().await.unwrap();
    assert!(!page.contains("Entre nous"));
}

#[tokio::test]
async fn a_reply_that_is_a_script() {
    let stage = stage().await;
    let html = "<p onclick=\"x()\">Oui<script>alert(1)</script><img src=x onerror=alert(1)><a href=\"javascript:alert(1)\">x</a>\
                <svg/onload=alert(1)><iframe src=\"http://127.0.0.1\"></iframe><style>*{}</style></p>";
    stage.peer.reply("ada", &stage.proposal, html, &stage.coalition.url).await;
    stage.work().await;
    assert_eq!(stage.counts().await.0, 1);
    let text: String = stage.app.read(|conn| replies::table.select(replies::html).first(conn)).await;
    for bad in [
        "script",
        "onclick",
        "onerror",
        "onload",
        "javascript",
        "<img",
        "<svg",
        "<iframe",
        "<style",
        "127.0.0.1",
    ] {
        assert!(!text.contains(bad), "{bad} in {text}");
    }
}

#[tokio::test]
async fn a_text_with_a_nul_that_no_database_takes() {
    let stage = stage().await;
    let (_, status) = stage.peer.reply("ada", &stage.proposal, "<p>a\u{0}b</p>", &stage.coalition.url).await;
    assert_eq!(status, 202);
    stage.work().await;
    assert_eq!((stage.counts().await, stage.outcome().await.starts_with("refused")), ((0, 0, 0, 0), true));
}
