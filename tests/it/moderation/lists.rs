//! Lists of blocked servers in Mastodon's CSV, suspensions, what a purge leaves, and the log of it all.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use reset_node::actions::blocklist::{self, Outcome};
use reset_node::actions::suspension;
use reset_node::db::schema::{followers, inbox_items, remote_actors, remote_keys};
use reset_node::domain::moderation::Rule;
use reset_node::model::moderation as rows;

use super::stage_apart;
use crate::inbox::Stage;

const LIST: &str = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n\
    evil.example,suspend,true,true,\"Spam, and worse\",false\n\
    NOISY.example.,silence,false,false,,false\n\
    quiet.example,noop,true,false,,false\n\
    \n\
    bücher.example,suspend,false,false,,true\n";

async fn import(
    stage: &Stage,
    text: &str,
    replace: bool,
    dry_run: bool,
) -> Result<Vec<(String, Outcome)>, String> {
    let lines = blocklist::parse(text).map_err(|error| error.to_string())?;
    let done = blocklist::import(&stage.app, lines, replace, dry_run).await;
    Ok(done.map_err(|error| error.to_string())?.0.into_iter().collect())
}

async fn rules(stage: &Stage) -> Vec<(String, Rule)> {
    stage.app.read(rows::rules).await.into_iter().map(|row| (row.domain, row.rule)).collect()
}

#[tokio::test]
async fn a_list_of_mastodon_is_taken_over_and_comes_out_as_it_went_in() {
    let stage = stage_apart().await;
    let dry = import(&stage, LIST, false, true).await.unwrap();
    assert_eq!((rules(&stage).await.len(), stage.audit().await.len()), (0, 0), "a dry run changes nothing");
    assert_eq!(import(&stage, LIST, false, false).await.unwrap(), dry);
    let named = |name: &str, rule| (name.to_owned(), rule);
    assert_eq!(
        rules(&stage).await,
        [
            named("evil.example", Rule::Blocked),
            named("noisy.example", Rule::Limited),
            named("xn--bcher-kva.example", Rule::Blocked),
        ]
    );
    assert_eq!(dry[2], ("quiet.example".to_owned(), Outcome::Skipped));
    let comment = Some("Spam, and worse".to_owned());
    assert_eq!(
        stage.audit().await[0],
        ("federation import-blocks".into(), "evil.example blocked".into(), comment)
    );
    let text = blocklist::csv(&stage.app.read(rows::rules).await).unwrap();
    assert!(text.contains("evil.example,suspend,false,false,\"Spam, and worse\",false\n"), "{text}");
    let again = import(&stage, &text, false, false).await.unwrap();
    assert!(again.iter().all(|(_, outcome)| matches!(outcome, Outcome::Same(_))), "{again:?}");
    assert_eq!(stage.audit().await.len(), 3);
}

#[tokio::test]
async fn an_old_list_has_one_column_and_blocks() {
    let stage = stage_apart().await;
    let outcomes = import(&stage, "\u{feff}evil.example\r\nother.example\r\n", false, false).await.unwrap();
    assert_eq!(outcomes.len(), 2);
    assert!(rules(&stage).await.iter().all(|(_, rule)| *rule == Rule::Blocked));
    // Columns may come in another order and without the sign.
    import(&stage, "severity,domain\nsilence,third.example\n", false, false).await.unwrap();
    assert_eq!(rules(&stage).await.pop().unwrap(), ("third.example".to_owned(), Rule::Limited));
}

#[tokio::test]
async fn a_bad_line_is_named_and_nothing_is_half_done() {
    let stage = stage_apart().await;
    for (bad, why) in [
        ("ev*l.example,suspend", "line 3: `ev*l.example` is not a domain"),
        ("https://a.example,suspend", "line 3: `https://a.example` is not a domain"),
        ("a.example,destroy", "line 3: the severity `destroy`"),
        ("127.0.0.1,suspend", "line 3: `127.0.0.1` is this node's own domain"),
    ] {
        let said =
            import(&stage, &format!("#domain,#severity\ngood.example,suspend\n{bad}\n"), false, false).await;
        let said = said.unwrap_err();
        assert!(said.contains(why), "{said}");
    }
    assert_eq!((rules(&stage).await.len(), stage.audit().await.len()), (0, 0));
}

#[tokio::test]
async fn a_list_never_weakens_what_is_stricter_unless_told_to() {
    let stage = stage_apart().await;
    stage.rule("evil.example", Rule::Blocked).await;
    stage.rule("friend.example", Rule::Allowed).await;
    let list = "#domain,#severity\nevil.example,silence\nsub.evil.example,silence\nfriend.example,silence\n";
    let outcomes = import(&stage, list, false, false).await.unwrap();
    let outcomes: Vec<Outcome> = outcomes.into_iter().map(|(_, outcome)| outcome).collect();
    let (kept, set) = (Outcome::Kept(Rule::Blocked), Outcome::Set(Rule::Limited));
    assert_eq!(outcomes, [kept, set, kept]);
    import(&stage, list, true, false).await.unwrap();
    assert!(rules(&stage).await.iter().all(|(_, rule)| *rule == Rule::Limited));
    // Twice in one list: the stricter line counts.
    import(&stage, "#domain,#severity\nx.example,suspend\nX.example,silence\n", false, false).await.unwrap();
    assert!(rules(&stage).await.contains(&("x.example".to_owned(), Rule::Blocked)));
}

#[tokio::test]
async fn a_suspended_actor_is_hidden_its_follows_end_and_nothing_is_sent_to_it() {
    let stage = stage_apart().await;
    let g = &stage.coalition.url;
    for name in ["eve", "ada"] {
        stage.peer.follow(name, g).await;
        stage.peer.reply(name, &stage.proposal, "<p>Bien.</p>", g).await;
    }
    stage.settle().await;
    assert_eq!((stage.counts().await.0, stage.followers().await), (2, 2));
    let eve = stage.peer.actor("eve");
    let (id, effects) = suspension::suspend(&stage.app, &eve, Some("harcèlement".into())).await.unwrap();
    assert_eq!((id.as_str(), effects.followers, effects.publications), (eve.as_str(), 1, 1));
    assert_eq!((stage.counts().await.0, stage.followers().await), (1, 1));
    let (_, listed) = stage.peer.get(&format!("{}/replies?offset=0", stage.proposal)).await;
    assert_eq!(listed["orderedItems"].as_array().unwrap().len(), 1);
    suspension::unsuspend(&stage.app, &eve).await.unwrap();
    assert_eq!(stage.counts().await.0, 2);
    assert!(suspension::unsuspend(&stage.app, &eve).await.is_err());
    assert!(suspension::suspend(&stage.app, g, None).await.is_err(), "one of ours");
    let acts: Vec<String> = stage.audit().await.into_iter().map(|(act, ..)| act).collect();
    assert_eq!(acts, ["federation suspend", "federation unsuspend"]);
}

#[tokio::test]
async fn a_purge_leaves_nothing_of_a_server_and_its_counts() {
    let stage = stage_apart().await;
    let here = crate::support::Peer::start().await;
    let g = &stage.coalition.url;
    for peer in [&stage.peer, &here] {
        peer.follow("ada", g).await;
        let (create, _) = peer.reply("ada", &stage.proposal, "<p>Bien.</p>", g).await;
        peer.reply("ada", &stage.proposal, "<p>Encore.</p>", g).await;
        peer.like("ada", &stage.proposal, g).await;
        peer.announce("ada", &stage.proposal, g).await;
        stage.settle().await;
        peer.delete("ada", create["object"]["id"].as_str().unwrap(), g).await;
        peer.act("bob", "Block", stage.coalition.url.clone().into(), g).await;
        stage.settle().await;
    }
    assert_eq!(stage.counts().await, (2, 2, 2, 2));
    stage.rule("127.0.0.2", Rule::Limited).await;
    let (_, purged) = suspension::purge(&stage.app, "127.0.0.2", Some("demande".into())).await.unwrap();
    assert_eq!((purged.actors, purged.replies, purged.reactions), (2, 1, 2));
    assert_eq!(stage.counts().await, (1, 1, 1, 1));
    let left = stage
        .app
        .read(|conn| {
            let theirs = format!("{}%", "http://127.0.0.2");
            Ok::<(i64, i64, i64, i64), _>((
                remote_actors::table.count().get_result(conn)?,
                remote_keys::table.count().get_result(conn)?,
                followers::table.count().get_result(conn)?,
                inbox_items::table.filter(inbox_items::actor_url.like(theirs)).count().get_result(conn)?,
            ))
        })
        .await;
    assert_eq!(left, (2, 2, 1, 0), "the other server's stay");
    // Whoever was purged and is not blocked may come again, with a key that is fetched anew.
    let fetched = stage.peer.fetches();
    assert_eq!(stage.peer.like("ada", &stage.proposal, g).await.1, 202);
    stage.settle().await;
    assert_eq!((stage.counts().await.1, stage.peer.fetches()), (2, fetched + 1));
}

#[tokio::test]
async fn the_audit_log_is_only_ever_added_to() {
    let stage = stage_apart().await;
    stage.rule("evil.example", Rule::Blocked).await;
    for statement in ["UPDATE audit_log SET reason = 'x'", "DELETE FROM audit_log"] {
        let tried = stage.app.db.write(move |conn| {
            conn.batch_execute(statement)?;
            Ok::<_, reset_node::db::Error>(())
        });
        let said = tried.await.unwrap_err().to_string();
        assert!(said.contains("only ever added to"), "{said}");
    }
    assert_eq!(stage.audit().await.len(), 1);
}
