//! Comments: said, changed and deleted by people of this node, with what travels of it.

use reset_node::actions::comment::{self, Commented, Words};
use reset_node::db::schema::{activities, deliveries};
use reset_node::domain::publication::Kind;
use serde_json::{Value, json};

use diesel::prelude::*;

use super::{follower_of, kinds, node, said, say, stored, written};
use crate::support::{Peer, TestApp};

const ACTIVITY: [(&str, &str); 1] = [("accept", "application/activity+json")];

fn words(text: &str) -> Words {
    Words { text: text.to_owned(), language: None }
}

async fn add(app: &TestApp, url: &str, by: &str, text: &str) -> Result<Commented, String> {
    app.advance(std::time::Duration::from_millis(1));
    comment::add(app, url.to_owned(), by.to_owned(), words(text)).await.map_err(|error| error.to_string())
}

/// The last activity of an actor.
async fn last(app: &TestApp, handle: &str) -> Value {
    serde_json::from_str(&said(app, handle).await.pop().unwrap().document).unwrap()
}

fn path<'a>(app: &TestApp, url: &'a str) -> &'a str {
    url.strip_prefix(app.urls.base()).unwrap()
}

#[tokio::test]
async fn a_comment_is_addressed_to_all_whom_it_concerns_and_served_as_it_was_sent() {
    let app = node().await;
    follower_of(&app, "communs").await;
    let (id, _) = say(&app, written(Kind::Proposal, "x", "", "Texte")).await.unwrap();
    let said = add(&app, &id, "atelier", "Pour, avec #Réserves. @communs@nulle.part.example").await.unwrap();
    assert_eq!(said.unknown.len(), 1);
    let create = last(&app, "atelier").await;
    let note = create["object"].clone();
    let (author, group) = (format!("{}/organisations/atelier", app.url()), app.urls.coalition("communs"));
    assert_eq!((&create["type"], &create["actor"]), (&json!("Create"), &json!(author)));
    assert_eq!(
        (&note["type"], &note["id"], &note["url"]),
        (&json!("Note"), &json!(said.url), &json!(said.url))
    );
    assert_eq!((&note["attributedTo"], &note["inReplyTo"]), (&json!(author), &json!(id)));
    assert_eq!(note["context"], json!(format!("{id}/context")));
    let cc = json!([format!("{author}/followers"), format!("{group}/followers"), group]);
    assert_eq!((&note["to"], &note["cc"]), (&json!(["https://www.w3.org/ns/activitystreams#Public"]), &cc));
    assert_eq!((&create["to"], &create["cc"]), (&note["to"], &note["cc"]));
    assert_eq!(note["contentMap"], json!({"fr": note["content"]}));
    assert_eq!(note["source"]["mediaType"], "text/markdown");
    let tag = json!({"type": "Hashtag", "name": "#Réserves", "href": format!("{}/tags/Réserves", app.url())});
    assert_eq!(note["tag"], json!([tag]));
    let html = note["content"].as_str().unwrap();
    assert!(html.contains("@communs@nulle.part.example") && html.contains("/tags/R"), "{html}");
    let served = app.visit(path(&app, &said.url), &ACTIVITY).await;
    assert_eq!(serde_json::from_str::<Value>(&served.text).unwrap(), note);
    let sent: Vec<(String, String)> = app
        .read(|conn| {
            let sent = deliveries::table.inner_join(activities::table).order(deliveries::id);
            sent.select((activities::kind, deliveries::inbox)).load(conn)
        })
        .await;
    let inbox = "https://peer.example/inbox".to_owned();
    let told = ["Create", "Create", "Announce"].map(|kind| (kind.to_owned(), inbox.clone()));
    assert_eq!(sent, told, "the coalition's followers get it, and that the coalition passes it on");
    assert_eq!(stored(&app, &id).await.row.replies, 1);
    let tagged = app.visit("/tags/réserves", &[]).await;
    assert!(tagged.status == 200 && tagged.text.contains("L’Atelier"), "{}", tagged.text);
}

#[tokio::test]
async fn an_answer_to_a_comment_names_its_author_and_stands_under_it() {
    let app = node().await;
    let (id, _) = say(&app, written(Kind::Proposal, "x", "", "Texte")).await.unwrap();
    let first = add(&app, &id, "atelier", "Un.").await.unwrap().url;
    let second = add(&app, &first, "communs", "Deux.").await.unwrap().url;
    let note = last(&app, "communs").await["object"].clone();
    assert_eq!(note["inReplyTo"], json!(first));
    assert_eq!(note["context"], json!(format!("{id}/context")));
    let author = format!("{}/organisations/atelier", app.url());
    assert!(note["cc"].as_array().unwrap().contains(&json!(author)), "{}", note["cc"]);
    let read = async |url: String| -> Value {
        serde_json::from_str(&app.visit(path(&app, &url), &ACTIVITY).await.text).unwrap()
    };
    assert_eq!(read(format!("{first}/replies?offset=0")).await["orderedItems"], json!([second]));
    assert_eq!(read(format!("{id}/replies?offset=0")).await["orderedItems"], json!([first]));
    let page = app.visit(path(&app, &id), &[("accept", "text/html"), ("accept-language", "fr")]).await;
    assert!(page.text.contains("class=\"reply depth-1\" id=\"note-"), "{}", page.text);
    assert!(page.text.contains("en réponse à L’Atelier"), "{}", page.text);
}

#[tokio::test]
async fn an_edited_comment_is_newer_and_a_deleted_one_leaves_a_tombstone_without_its_text() {
    let app = node().await;
    follower_of(&app, "atelier").await;
    let (id, _) = say(&app, written(Kind::Proposal, "x", "", "Texte")).await.unwrap();
    let url = add(&app, &id, "atelier", "Premier *texte*.").await.unwrap().url;
    comment::edit(&app, url.clone(), words("Premier *texte*.")).await.unwrap();
    assert_eq!(kinds(&app, "atelier").await, ["Create"], "what is as it was travels to nobody");
    comment::edit(&app, url.clone(), words("Second texte.")).await.unwrap();
    let note = last(&app, "atelier").await["object"].clone();
    assert!(note["updated"].as_str().unwrap() > note["published"].as_str().unwrap(), "{note}");
    assert_eq!(note["content"], "<p>Second texte.</p>");
    for _ in 0..2 {
        assert_eq!(comment::delete(&app, url.clone()).await.unwrap(), url);
    }
    assert_eq!(kinds(&app, "atelier").await, ["Delete"], "the outbox no longer tells what was deleted");
    let delete = last(&app, "atelier").await;
    assert_eq!((&delete["object"]["type"], &delete["object"]["id"]), (&json!("Tombstone"), &json!(url)));
    let sent: i64 = app.read(|conn| deliveries::table.count().get_result(conn)).await;
    assert_eq!(sent, 3, "Create, Update and Delete all reach the followers");
    for accept in ["application/activity+json", "text/html"] {
        let gone = app.visit(path(&app, &url), &[("accept", accept)]).await;
        assert_eq!(gone.status, 410, "{accept}");
        assert!(!gone.text.contains("texte"), "{}", gone.text);
    }
    let texts: Vec<(String, bool)> = app
        .read(|conn| activities::table.select((activities::document, activities::public)).load(conn))
        .await;
    assert!(texts.iter().all(|(document, public)| !public || !document.contains("Second texte")));
    assert_eq!(stored(&app, &id).await.row.replies, 0);
    let refused = comment::edit(&app, url, words("Encore.")).await.unwrap_err().to_string();
    assert!(refused.contains("was deleted"), "{refused}");
}

#[tokio::test]
async fn somebody_who_is_named_is_found_and_gets_the_comment_and_its_end() {
    let app = node().await;
    let peer = Peer::start().await;
    let host = peer.base().strip_prefix("http://").unwrap().to_owned();
    let (id, _) = say(&app, written(Kind::Proposal, "x", "", "Texte")).await.unwrap();
    let text = format!("@ada@{host} et @personne@{host} et @communs@{} : lisez.", app.urls.domain());
    let done = add(&app, &id, "@atelier", &text).await.unwrap();
    let names: Vec<&String> = done.unknown.iter().map(|(name, _)| name).collect();
    assert!(names.is_empty() || names == [&format!("@personne@{host}")], "{names:?}");
    let note = last(&app, "atelier").await["object"].clone();
    let ada = json!({"type": "Mention", "name": format!("@ada@{host}"), "href": peer.actor("ada")});
    let group = json!({
        "type": "Mention", "name": format!("@communs@{}", app.urls.domain()), "href": app.urls.coalition("communs"),
    });
    let tags = note["tag"].as_array().unwrap();
    assert!(tags.contains(&ada) && tags.contains(&group), "{tags:?}");
    assert!(note["cc"].as_array().unwrap().contains(&json!(peer.actor("ada"))));
    assert!(note["content"].as_str().unwrap().contains("class=\"u-url mention\""), "{note}");
    comment::edit(&app, done.url.clone(), words("Plus personne.")).await.unwrap();
    let sent: Vec<(String, String)> = app
        .read(|conn| {
            deliveries::table
                .inner_join(activities::table)
                .order(deliveries::id)
                .select((activities::kind, deliveries::inbox))
                .load(conn)
        })
        .await;
    let to_ada: Vec<&str> = sent
        .iter()
        .filter(|(_, inbox)| inbox.starts_with(peer.base()))
        .map(|(kind, _)| kind.as_str())
        .collect();
    assert!(to_ada.contains(&"Create") && to_ada.contains(&"Update"), "{sent:?}");
}

#[tokio::test]
async fn what_cannot_be_said_is_refused_in_a_sentence() {
    let app = node().await;
    let (id, _) = say(&app, written(Kind::Proposal, "x", "", "Texte")).await.unwrap();
    let (draft, _) = say(&app, written(Kind::Roadmap, "y", "state = \"draft\"", "Texte")).await.unwrap();
    let cases = [
        (id.as_str(), "atelier", " ".to_owned(), "the comment is empty"),
        (id.as_str(), "atelier", "x".repeat(comment::MAX_TEXT + 1), "at most 20000"),
        (id.as_str(), "ateliers", "Oui".to_owned(), "did you mean `atelier`?"),
        (id.as_str(), "node", "Oui".to_owned(), "there is no actor `node`"),
        (draft.as_str(), "atelier", "Oui".to_owned(), "there is nothing at"),
        ("https://ailleurs.example/1", "atelier", "Oui".to_owned(), "there is nothing at"),
    ];
    for (url, by, text, sentence) in cases {
        let refused = add(&app, url, by, &text).await.unwrap_err();
        assert!(refused.contains(sentence), "{refused}");
    }
    let foreign = comment::delete(&app, id).await.unwrap_err().to_string();
    assert!(foreign.contains("there is no comment"), "{foreign}");
    let language = Words { text: "Yes".to_owned(), language: Some("in English".to_owned()) };
    let refused = comment::edit(&app, "x".to_owned(), language).await.unwrap_err().to_string();
    assert!(refused.contains("is no language tag"), "{refused}");
}

#[tokio::test]
async fn a_locked_publication_takes_no_comment() {
    let app = node().await;
    let (id, _) = say(&app, written(Kind::Proposal, "x", "", "Texte")).await.unwrap();
    let first = add(&app, &id, "atelier", "Un.").await.unwrap().url;
    let lock = reset_node::model::lock::Lock {
        publication_id: id.rsplit('/').next().unwrap().to_owned(),
        activity_id: app.new_id(),
        reason: None,
        since: app.now().naive_utc(),
    };
    app.write(move |conn| reset_node::model::lock::insert(conn, &lock)).await;
    for answered in [&id, &first] {
        let refused = add(&app, answered, "atelier", "Deux.").await.unwrap_err();
        assert!(refused.contains("is locked by its coalition"), "{refused}");
    }
}
