//! What a rule for a server does, and when.

use std::time::Duration;

use diesel::prelude::*;
use reset_node::actions::{follow, moderation};
use reset_node::app::{App, Clock};
use reset_node::db::schema::{domain_rules, following};
use reset_node::db::{Conn, Db};
use reset_node::domain::moderation::Rule;
use reset_node::model::moderation::DomainRule;
use reset_node::outbox::{self, Audience, NewActivity};
use serde_json::json;

use super::{stage_apart, stage_named};
use crate::inbox::Stage;

/// Says something to this audience as the coalition.
async fn say(stage: &Stage, to: Audience) {
    let (id, now) = (stage.app.new_id(), stage.app.now().naive_utc());
    let new = NewActivity {
        document: json!({"id": stage.app.urls.activity(&id), "type": "Update", "actor": stage.coalition.url}),
        id,
        actor_id: stage.coalition.id,
        kind: "Update",
        publication_id: None,
        public: true,
        to,
        subject: stage.proposal.clone(),
        now,
        quiet: false,
    };
    let say = move |conn: &mut Conn| outbox::enqueue(conn, new);
    stage.app.db.write(say).await.unwrap();
}

/// A rule that only stands in the table, as if it had come a moment after what was stored.
async fn only_written(stage: &Stage, domain: &'static str, rule: Rule) {
    let (since, word) = (stage.app.now().naive_utc(), stage.app.new_id());
    stage
        .app
        .write(move |conn| {
            let row = DomainRule { domain: domain.into(), rule, reason: None, since };
            reset_node::model::moderation::set_rule(conn, &row)?;
            reset_node::model::moderation::touch(conn, &word)
        })
        .await;
}

#[tokio::test]
async fn blocking_a_server_ends_its_follows_drops_what_waits_for_it_and_hides_what_it_said() {
    let stage = stage_apart().await;
    let g = &stage.coalition.url;
    stage.peer.follow("ada", g).await;
    stage.peer.reply("ada", &stage.proposal, "<p>Bien.</p>", g).await;
    stage.peer.like("ada", &stage.proposal, g).await;
    stage.settle().await;
    assert_eq!((stage.counts().await, stage.followers().await), ((1, 1, 0, 1), 1));
    say(&stage, Audience::Followers).await;
    let (domain, effects) =
        moderation::set(&stage.app, "127.0.0.2:80", Rule::Blocked, Some(" pourriel ".into())).await.unwrap();
    assert_eq!(domain, "127.0.0.2");
    assert_eq!((effects.followers, effects.deliveries, effects.publications), (1, 1, 1));
    let sent = stage.peer.received().len();
    stage.settle().await;
    assert_eq!(stage.peer.received().len(), sent, "nothing goes there any more");
    assert_eq!(
        stage.deliveries().await.last().unwrap(),
        &(2, Some("dropped: its server is blocked here".into()))
    );
    // Its like stays a number; its reply is kept and not shown.
    assert_eq!((stage.counts().await, stage.followers().await), ((0, 1, 0, 1), 0));
    let (_, listed) = stage.peer.get(&format!("{}/replies?offset=0", stage.proposal)).await;
    assert_eq!(listed["orderedItems"], json!([]));
    moderation::unset(&stage.app, "127.0.0.2", None).await.unwrap();
    assert_eq!((stage.counts().await, stage.followers().await), ((1, 1, 0, 1), 0));
    let (act, target) = ("federation block".to_owned(), "127.0.0.2".to_owned());
    assert_eq!(stage.audit().await[0], (act, target, Some("pourriel".into())));
    assert_eq!(stage.peer.like("bob", &stage.proposal, g).await.1, 202);
    stage.settle().await;
}

#[tokio::test]
async fn nothing_is_addressed_to_a_blocked_server_and_what_was_stored_before_is_not_sent() {
    let stage = stage_apart().await;
    let inbox = || Audience::Inboxes(vec![format!("{}/inbox", stage.peer.base())]);
    say(&stage, inbox()).await;
    only_written(&stage, "127.0.0.2", Rule::Blocked).await;
    say(&stage, inbox()).await;
    assert_eq!(stage.deliveries().await.len(), 1, "no row for the second");
    reset_node::ap::policy::forget(&stage.app);
    stage.settle().await;
    assert_eq!(stage.deliveries().await, [(2, Some("dropped: its server is blocked here".into()))]);
    assert!(stage.peer.received().is_empty());
}

#[tokio::test]
async fn a_rule_that_another_process_sets_holds_within_half_a_second() {
    let stage = stage_apart().await;
    let g = &stage.coalition.url;
    assert_eq!(stage.peer.like("ada", &stage.proposal, g).await.1, 202);
    let db = Db::open(stage.app.db.location().clone(), false, 2).unwrap();
    let (config, urls) = (stage.app.config.clone(), stage.app.urls.clone());
    let other = App::new(config, db, Clock::System, stage.app.http.clone(), urls).unwrap();
    moderation::set(&other, "127.0.0.2", Rule::Blocked, None).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(stage.peer.like("bob", &stage.proposal, g).await.1, 403);
    moderation::unset(&other, "127.0.0.2", None).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(stage.peer.like("bob", &stage.proposal, g).await.1, 202);
    stage.settle().await;
}

#[tokio::test]
async fn a_reply_from_a_limited_server_is_shown_once_an_actor_of_ours_follows_its_author() {
    let stage = stage_apart().await;
    let g = &stage.coalition.url;
    stage.rule("127.0.0.2", Rule::Limited).await;
    for name in ["ada", "bob"] {
        assert_eq!(stage.peer.reply(name, &stage.proposal, "<p>Bien.</p>", g).await.1, 202);
    }
    stage.settle().await;
    assert_eq!(stage.counts().await, (0, 0, 0, 2));
    assert!(stage.outcome().await.starts_with("a reply was kept, and is not shown"));
    follow::follow(&stage.app, &stage.peer.actor("ada"), "communs_org").await.unwrap();
    stage.settle().await;
    let ours = stage.peer.wait_for("Follow", |received| received.kind() == "Follow").await.activity;
    stage.peer.act("ada", "Accept", ours.clone(), g).await;
    stage.settle().await;
    assert_eq!(stage.counts().await, (1, 0, 0, 2), "ada is followed, bob is not");
    // In one batch: another reply, which is shown, and the end of the follow, which hides both.
    stage.peer.reply("ada", &stage.proposal, "<p>Encore.</p>", g).await;
    stage.peer.act("ada", "Reject", ours, g).await;
    stage.settle().await;
    assert_eq!(stage.counts().await, (0, 0, 0, 3));
    moderation::unset(&stage.app, "127.0.0.2", None).await.unwrap();
    assert_eq!(stage.counts().await, (3, 0, 0, 3));
}

#[tokio::test]
async fn follows_and_likes_from_a_limited_server_count() {
    let stage = stage_apart().await;
    let g = &stage.coalition.url;
    stage.rule("127.0.0.2", Rule::Limited).await;
    stage.peer.follow("ada", g).await;
    stage.peer.like("ada", &stage.proposal, g).await;
    stage.peer.announce("ada", &stage.proposal, g).await;
    stage.settle().await;
    assert_eq!((stage.counts().await, stage.followers().await), ((0, 1, 1, 0), 1));
    stage.peer.wait_for("Accept", |received| received.kind() == "Accept").await;
}

#[tokio::test]
async fn a_quote_from_a_limited_server_is_allowed_and_not_shown() {
    let stage = stage_apart().await;
    stage.rule("127.0.0.2", Rule::Limited).await;
    let note = json!({
        "id": stage.peer.new_id("objects"), "type": "Note", "attributedTo": stage.peer.actor("ada"),
        "content": "<p>Lisez cela.</p>", "quote": stage.proposal, "to": [crate::support::peer::PUBLIC],
    });
    stage.peer.keep(&note);
    let request = json!({
        "id": stage.peer.new_id("activities"), "type": "QuoteRequest", "actor": stage.peer.actor("ada"),
        "object": stage.proposal, "instrument": note,
    });
    assert_eq!(stage.peer.send("ada", &format!("{}/inbox", stage.coalition.url), &request).await, 202);
    stage.settle().await;
    assert_eq!(stage.outcome().await, "a quote was allowed");
    let target = stage.proposal.strip_prefix(stage.app.url()).unwrap().trim_start_matches('/').to_owned();
    let shown = || {
        let target = target.clone();
        stage.app.read(move |conn| Ok(reset_node::model::quote::shown(conn, &target, 10)?.len()))
    };
    assert_eq!(shown().await, 0);
    moderation::unset(&stage.app, "127.0.0.2", None).await.unwrap();
    assert_eq!(shown().await, 1);
}

#[tokio::test]
async fn what_is_withheld_may_be_deleted_hidden_and_shown_without_being_counted() {
    let stage = stage_apart().await;
    let g = &stage.coalition.url;
    stage.rule("127.0.0.2", Rule::Limited).await;
    let (first, _) = stage.peer.reply("ada", &stage.proposal, "<p>Un.</p>", g).await;
    let (second, _) = stage.peer.reply("ada", &stage.proposal, "<p>Deux.</p>", g).await;
    stage.settle().await;
    let url = |create: &serde_json::Value| create["object"]["id"].as_str().unwrap().to_owned();
    stage.peer.delete("ada", &url(&first), g).await;
    stage.settle().await;
    reset_node::actions::reply::hide(&stage.app, url(&second), "hors sujet".into()).await.unwrap();
    assert_eq!(stage.counts().await, (0, 0, 0, 1));
    moderation::unset(&stage.app, "127.0.0.2", None).await.unwrap();
    assert_eq!(stage.counts().await, (0, 0, 0, 1), "the coalition hid it");
    reset_node::actions::reply::show(&stage.app, url(&second)).await.unwrap();
    assert_eq!(stage.counts().await, (1, 0, 0, 1));
}

#[tokio::test]
async fn with_an_allow_list_only_allowed_servers_and_their_subdomains_are_spoken_with() {
    let allowlist = |config: &mut reset_node::config::Config| config.federation.mode = "allowlist".into();
    let names = ["friend.example", "sub.friend.example", "stranger.example"];
    let (stage, others) = stage_named(&names, allowlist).await;
    stage.rule("friend.example", Rule::Allowed).await;
    let g = &stage.coalition.url;
    assert_eq!(stage.peer.like("ada", &stage.proposal, g).await.1, 202);
    assert_eq!(others[0].like("ada", &stage.proposal, g).await.1, 202);
    assert_eq!(others[1].like("ada", &stage.proposal, g).await.1, 403);
    say(&stage, Audience::Inboxes(vec![format!("{}/inbox", others[1].base())])).await;
    stage.settle().await;
    assert_eq!((stage.counts().await, others[1].fetches()), ((0, 2, 0, 0), 0));
    assert!(others[1].received().is_empty());
    assert!(follow::follow(&stage.app, &others[1].actor("ada"), "communs_org").await.is_err());
    // What is limited is not allowed.
    stage.rule("friend.example", Rule::Limited).await;
    assert_eq!(stage.peer.like("bob", &stage.proposal, g).await.1, 403);
}

#[tokio::test]
async fn a_change_to_an_allow_list_ends_the_follows_of_strangers_at_the_next_start() {
    let mut stage = stage_apart().await;
    stage.peer.follow("ada", &stage.coalition.url).await;
    stage.settle().await;
    let db = Db::open(stage.app.db.location().clone(), false, 2).unwrap();
    let mut config = stage.app.config.clone();
    config.federation.mode = "allowlist".into();
    let urls = stage.app.urls.clone();
    let next = App::new(config, db, Clock::System, stage.app.http.clone(), urls).unwrap();
    moderation::settle_mode(&next).await.unwrap();
    assert_eq!(stage.followers().await, 0);
    moderation::settle_mode(&next).await.unwrap();
    assert_eq!(stage.audit().await.len(), 1, "a start without a change does nothing");
    stage.app.leave_queue("nothing waits");
}

#[tokio::test]
async fn blocking_a_server_ends_our_follows_there() {
    let stage = stage_apart().await;
    follow::follow(&stage.app, &stage.peer.actor("ada"), "communs_org").await.unwrap();
    stage.settle().await;
    stage.rule("127.0.0.2", Rule::Blocked).await;
    let left: i64 = stage.app.read(|conn| following::table.count().get_result(conn)).await;
    assert_eq!(left, 0);
    let refused = follow::follow(&stage.app, &stage.peer.actor("ada"), "communs_org").await.unwrap_err();
    assert!(refused.to_string().contains("is blocked here"), "{refused}");
}

#[tokio::test]
async fn a_rule_needs_a_domain_and_not_our_own() {
    let stage = stage_apart().await;
    for bad in [
        "",
        "https://a.example",
        "a b",
        "ev*l.example",
        "*.example",
        "a@b.example",
        "127.0.0.1",
        "127.0.0.1:9",
    ] {
        assert!(moderation::set(&stage.app, bad, Rule::Blocked, None).await.is_err(), "{bad}");
    }
    let missing = moderation::unset(&stage.app, "a.example", None).await.unwrap_err();
    assert!(missing.to_string().contains("there is no rule for `a.example` itself"), "{missing}");
    let rules: i64 = stage.app.read(|conn| domain_rules::table.count().get_result(conn)).await;
    assert_eq!((rules, stage.audit().await.len()), (0, 0));
    // Whoever lives in a domain above ours lives with us.
    let named = |url: &str| {
        let mut config = stage.app.config.clone();
        config.node.domain = "reset.example.org".into();
        let urls = reset_node::app::Urls::new(url, "reset.example.org").unwrap();
        App::new(config, stage.app.db.clone(), Clock::System, stage.app.http.clone(), urls).unwrap()
    };
    let ours = named("https://node.reset.example.org");
    for own in ["node.reset.example.org", "reset.example.org", "example.org", "RESET.example.org."] {
        assert!(moderation::set(&ours, own, Rule::Blocked, None).await.is_err(), "{own}");
    }
    assert!(moderation::set(&ours, "other.example.org", Rule::Blocked, None).await.is_ok());
}
