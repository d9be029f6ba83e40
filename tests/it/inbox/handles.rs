//! The domain in the handle of somebody elsewhere: another than that of the id only where both sides say so.

use reset_node::actions::handles;
use reset_node::ap::fetch::Fetcher;
use reset_node::ap::handles::find;
use serde_json::{Value, json};

use super::{Stage, stage};
use crate::support::Peer;

fn jrd(subject: &str, actor: &str) -> Value {
    let link = json!({"rel": "self", "type": "application/activity+json", "href": actor});
    json!({"subject": format!("acct:{subject}"), "links": [link]})
}

fn host(peer: &Peer) -> &str {
    peer.base().trim_start_matches("http://")
}

/// The account of `name` as it is shown after it was looked up by its id.
async fn account_of(stage: &Stage, name: &str) -> String {
    find(&Fetcher::new(&stage.app), &stage.peer.actor(name)).await.unwrap().account()
}

#[tokio::test]
async fn a_handle_on_another_domain_is_believed_where_both_sides_name_it() {
    let stage = stage().await;
    let apex = Peer::start().await;
    let (home, domain) = (host(&stage.peer), host(&apex));
    let ask = |name: &str| format!("acct:{name}@{home}");
    for (name, there, shown) in [
        ("both", Some(jrd(&format!("both@{domain}"), &stage.peer.actor("both"))), domain),
        // The domain knows nobody of that name, leads to another, or prefers another name.
        ("alone", None, home),
        ("other", Some(jrd(&format!("other@{domain}"), &stage.peer.actor("both"))), home),
        ("renamed", Some(jrd(&format!("someone@{domain}"), &stage.peer.actor("renamed"))), home),
    ] {
        stage.peer.tells(&ask(name), jrd(&format!("{name}@{domain}"), &stage.peer.actor(name)));
        let there = there.unwrap_or_else(|| json!({"links": []}));
        apex.tells(&format!("acct:{name}@{domain}"), there);
        assert_eq!(account_of(&stage, name).await, format!("@{name}@{shown}"), "{name}");
    }
    // A domain that claims somebody whose server does not name it.
    apex.tells(
        &format!("acct:stolen@{domain}"),
        jrd(&format!("stolen@{domain}"), &stage.peer.actor("stolen")),
    );
    let found = find(&Fetcher::new(&stage.app), &format!("@stolen@{domain}")).await.unwrap();
    assert_eq!(
        (found.url.as_str(), found.account()),
        (stage.peer.actor("stolen").as_str(), format!("@stolen@{home}"))
    );
    // Their server names the account of somebody else there.
    stage.peer.tells(&ask("eve"), jrd(&format!("both@{domain}"), &stage.peer.actor("eve")));
    assert_eq!(account_of(&stage, "eve").await, format!("@eve@{home}"));
}

#[tokio::test]
async fn whoever_replies_is_asked_about_once_and_then_shown_by_the_confirmed_handle() {
    let stage = stage().await;
    let apex = Peer::start().await;
    let (home, domain) = (host(&stage.peer), host(&apex));
    let whole = jrd(&format!("ada@{domain}"), &stage.peer.actor("ada"));
    stage.peer.tells(&format!("acct:ada@{home}"), whole.clone());
    apex.tells(&format!("acct:ada@{domain}"), whole);
    let path = stage.proposal.strip_prefix(stage.app.url()).unwrap().to_owned();
    for (text, asked, shown) in [("Un.", 1, domain), ("Deux.", 0, domain)] {
        stage.peer.reply("ada", &stage.proposal, text, &stage.coalition.url).await;
        stage.work().await;
        if asked == 1 {
            assert!(stage.app.visit(&path, &[]).await.text.contains(&format!("@ada@{home}")));
        }
        assert_eq!(handles::tend(&stage.app.app).await.unwrap(), asked, "{text}");
        let page = stage.app.visit(&path, &[]).await.text;
        assert!(page.contains(text) && page.contains(&format!("@ada@{shown}")), "{page}");
    }
    // Who likes is named nowhere.
    stage.peer.like("bob", &stage.proposal, &stage.coalition.url).await;
    stage.work().await;
    assert_eq!(handles::tend(&stage.app.app).await.unwrap(), 0);
    // Under another name it is another handle.
    stage.peer.change_actor("ada", json!({"preferredUsername": "lovelace"}));
    assert_eq!(account_of(&stage, "ada").await, format!("@lovelace@{home}"));
}
