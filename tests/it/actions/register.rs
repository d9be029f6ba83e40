//! The register as a node keeps it: every act an entry, each signed, taken up, rotated, changed once; and what it serves and
//! exports is verified by the code that anybody else would use.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use reset_federation::register::{Fault, Keys, Reader, Verdict, verify};
use reset_node::actions::decision::{Asked, repeal, review, supersede, tend};
use reset_node::actions::publication::Outcome;
use reset_node::actions::{keys, node as node_actions, register};
use reset_node::app::{App, Urls};
use reset_node::db::schema::{decisions, meta, revisions};
use reset_node::domain::actor::ActorKind;
use reset_node::domain::decision::Act;
use reset_node::domain::publication::Kind;
use reset_node::domain::state::State;
use reset_node::model;
use reset_node::model::decision::Decision;
use serde_json::{Value, json};

use super::{follower_of, kinds, make_coalition, node, said, say, stored, written};
use crate::support::TestApp;

const DATED: &str = "date = 2026-03-04\nmethod = \"consent\"";

fn asked(reason: &str) -> Asked {
    Asked { by: Some("atelier".to_owned()), reason: reason.to_owned() }
}

/// Adopts decisions; their URLs.
async fn adopt(app: &TestApp, slugs: &[&str]) -> Vec<String> {
    let mut urls = Vec::new();
    for slug in slugs {
        let text = format!("Nous décidons « {slug} ».");
        urls.push(say(app, written(Kind::Decision, slug, DATED, &text)).await.unwrap().0);
    }
    urls
}

async fn rows(app: &TestApp, handle: &str) -> Vec<Decision> {
    let handle = handle.to_owned();
    app.read(move |conn| {
        let actor = model::actor::by_handle(conn, &handle)?.unwrap();
        model::decision::register(conn, actor.id)
    })
    .await
}

async fn acts(app: &TestApp) -> Vec<(Act, Option<i32>)> {
    rows(app, "communs").await.into_iter().map(|row| (row.act, row.decision)).collect()
}

/// `decisions.json` as the node serves it.
async fn served(app: &TestApp) -> Value {
    let answer = app.visit("/coalitions/communs/decisions.json", &[]).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
    serde_json::from_str(&answer.text).unwrap()
}

fn looked_at(document: &Value, now: DateTime<Utc>) -> Verdict {
    verify(document.to_string().as_bytes(), None, now).unwrap()
}

async fn verdict(app: &TestApp) -> Verdict {
    looked_at(&served(app).await, app.now())
}

#[tokio::test]
async fn what_is_served_holds_and_each_fault_is_named_for_what_it_is() {
    let app = node().await;
    make_coalition(&app, "autre").await;
    adopt(&app, &["a", "b", "c"]).await;
    keys::rotate(&app.app, ActorKind::Coalition, "communs", false).await.unwrap();
    adopt(&app, &["d"]).await;
    let (good, now) = (served(&app).await, app.now());
    let held = looked_at(&good, now);
    assert_eq!(held.faults, [], "an entry whose key was rotated out later holds");
    assert_eq!((held.entries, held.keys.len(), good["count"].as_i64()), (5, 2, Some(5)));
    let faults = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut document = good.clone();
        change(document["entries"].as_array_mut().unwrap());
        looked_at(&document, now).faults
    };
    let text = good.to_string();
    let altered = text.replacen("décidons « b »", "décidons « B »", 1);
    assert_ne!(altered, text);
    assert_eq!(verify(altered.as_bytes(), None, now).unwrap().faults, [Fault::Altered { number: 2 }]);
    assert_eq!(faults(&|all| drop(all.remove(1))), [Fault::Missing { from: 2, to: 2 }]);
    assert_eq!(faults(&|all| all.swap(1, 2)), [Fault::Order { number: 2, after: 3 }]);
    assert_eq!(faults(&|all| all.insert(2, all[1].clone())), [Fault::Second { number: 2 }]);
    // Another coalition of the same node signs the same text.
    let other = app
        .read(|conn| {
            let actor = model::actor::by_handle(conn, "autre")?.unwrap();
            model::actor::keys(conn, actor.id)
        })
        .await;
    assert!(other.is_empty());
    let mut elsewhere = written(Kind::Decision, "e", DATED, "Nous décidons ailleurs.");
    elsewhere.coalition = "autre".to_owned();
    say(&app, elsewhere).await.unwrap();
    let foreign: Value = serde_json::from_str(&model::decision::told(&rows(&app, "autre").await[0])).unwrap();
    let found = faults(&|all| all[0] = foreign.clone());
    let key = format!("{}/coalitions/autre#ed25519-key", app.url());
    assert!(found.contains(&Fault::ForeignKey { number: 1, key }), "{found:?}");
    assert!(found.contains(&Fault::OtherCoalition { number: 1, coalition: "autre".into() }), "{found:?}");
    // The key that was rotated out signs once more.
    let old = app
        .read(|conn| {
            let actor = model::actor::by_handle(conn, "communs")?.unwrap();
            model::actor::keys(conn, actor.id)
        })
        .await;
    let old = old.iter().find(|key| key.fragment == "ed25519-key").unwrap().clone();
    let url = app.urls.coalition("communs");
    let resigned = faults(&|all| {
        let mut entry = all[4].clone();
        entry.as_object_mut().unwrap().shift_remove("proof");
        let proof = reset_node::ap::register::sign(&entry.to_string(), &url, &[&old], now).unwrap();
        entry["proof"] = serde_json::from_str(&proof).unwrap();
        all[4] = entry;
    });
    let key = format!("{url}#ed25519-key");
    assert_eq!(resigned, [Fault::RotatedOut { number: 5, key, since: 4 }]);
}

#[tokio::test]
async fn what_was_entered_before_entries_were_signed_is_taken_up_byte_for_byte() {
    let app = node().await;
    adopt(&app, &["a", "b"]).await;
    // As a version before this wrote them: no act, no proof.
    app.write(|conn| {
        let mut previous: Option<String> = None;
        for row in decisions::table.order(decisions::number).select(Decision::as_select()).load(conn)? {
            let mut entry: Value = serde_json::from_str(&row.entry).unwrap();
            entry.as_object_mut().unwrap().shift_remove("act");
            if let Some(previous) = &previous {
                entry["previous"] = previous.as_str().into();
            }
            let text = serde_jcs::to_string(&entry).unwrap();
            let digest = reset_federation::register::digest(&entry).unwrap();
            diesel::update(decisions::table.find((row.coalition_id, row.number)))
                .set((
                    decisions::entry.eq(&text),
                    decisions::digest.eq(&digest),
                    decisions::proof.eq(None::<String>),
                ))
                .execute(conn)?;
            previous = Some(digest);
        }
        Ok(())
    })
    .await;
    let before = rows(&app, "communs").await;
    let faults = verdict(&app).await.faults;
    assert_eq!(faults, [Fault::NoProof { number: 1 }, Fault::NoProof { number: 2 }]);
    assert_eq!(register::settle(&app).await.unwrap(), 2);
    assert_eq!(register::settle(&app).await.unwrap(), 0, "once");
    let after = rows(&app, "communs").await;
    let bytes = |rows: &[Decision]| rows.iter().map(|row| row.entry.clone()).collect::<Vec<_>>();
    assert_eq!(bytes(&before), bytes(&after));
    adopt(&app, &["c"]).await;
    let verdict = verdict(&app).await;
    assert_eq!((verdict.faults, verdict.entries), (vec![], 3));
}

#[tokio::test]
async fn a_rotation_is_an_entry_of_both_keys_and_a_revoked_key_leaves_what_was_before() {
    let app = node().await;
    keys::rotate(&app.app, ActorKind::Coalition, "communs", false).await.unwrap();
    assert_eq!(rows(&app, "communs").await, [], "nothing hangs on the key of an empty register");
    adopt(&app, &["a"]).await;
    keys::rotate(&app.app, ActorKind::Coalition, "communs", true).await.unwrap();
    adopt(&app, &["b"]).await;
    keys::rotate(&app.app, ActorKind::Organisation, "atelier", false).await.unwrap();
    let document = served(&app).await;
    let held = looked_at(&document, app.now());
    assert_eq!(held.faults, []);
    let fragments: Vec<&str> = held.keys.iter().map(|key| key.0.rsplit('#').next().unwrap()).collect();
    assert_eq!(fragments, ["ed25519-2", "ed25519-3"]);
    let rotation = &document["entries"][1];
    assert_eq!((&rotation["act"], &rotation["revoked"]), (&json!("rotate"), &json!(true)));
    assert_eq!(rotation["proof"].as_array().unwrap().len(), 2);
    assert!(
        !document["entries"].to_string().contains(&format!("\"id\":\"{}", app.url())),
        "no base URL is frozen"
    );
    let revoked: Vec<_> = document["keys"].as_array().unwrap().iter().map(|key| &key["revoked"]).collect();
    assert_eq!(revoked, [&json!(true), &json!(true), &Value::Null]);
    // By itself, an entry of the revoked key proves nothing.
    let one = json!({"decision": document["entries"][0], "keys": document["keys"]});
    assert!(matches!(looked_at(&one, app.now()).faults[..], [Fault::Revoked { number: 1, .. }]));
    // Without one of its two proofs the rotation is nobody's.
    let mut half = document.clone();
    half["entries"][1]["proof"] = document["entries"][1]["proof"][1].clone();
    assert_eq!(looked_at(&half, app.now()).faults, [Fault::NotByBoth { number: 2 }]);
}

#[tokio::test]
async fn a_decision_is_superseded_once_and_followers_learn_of_it_once() {
    let app = node().await;
    follower_of(&app, "communs").await;
    let urls = adopt(&app, &["a", "b"]).await;
    let (a, b) = (urls[0].clone(), urls[1].clone());
    app.advance(Duration::from_secs(2));
    let refused = supersede(&app, b.clone(), a.clone(), asked("x")).await.unwrap_err().to_string();
    assert!(refused.contains("only a later one supersedes it"), "{refused}");
    for _ in 0..2 {
        app.advance(Duration::from_secs(2));
        assert_eq!(supersede(&app, a.clone(), b.clone(), asked("Plus clair.")).await.unwrap(), a);
    }
    assert_eq!(acts(&app).await, [(Act::Adopt, None), (Act::Adopt, None), (Act::Supersede, Some(1))]);
    assert_eq!(kinds(&app, "communs").await, ["Create", "Create", "Update", "Create"]);
    assert_eq!(stored(&app, &a).await.row.state, State::Superseded);
    let entry: Value = serde_json::from_str(&rows(&app, "communs").await[2].entry).unwrap();
    assert_eq!(
        (&entry["successor"], &entry["by"], &entry["reason"]),
        (&json!(2), &json!("atelier"), &json!("Plus clair."))
    );
    let c = say(&app, written(Kind::Decision, "c", "", "Trois.")).await.unwrap().0;
    let refused = supersede(&app, a.clone(), c, asked("Celle-ci.")).await.unwrap_err().to_string();
    assert!(refused.starts_with(&format!("decision 1 is superseded by {b} already")), "{refused}");
    let refused = repeal(&app, a.clone(), asked("x")).await.unwrap_err().to_string();
    assert!(refused.contains("cannot become `repealed`"), "{refused}");
    let stranger = Asked { by: Some("region_exemple".into()), reason: "x".into() };
    let refused = repeal(&app, b.clone(), stranger).await.unwrap_err().to_string();
    assert!(
        refused.contains("neither carries nor facilitates") || refused.contains("there is no"),
        "{refused}"
    );
    repeal(&app, b.clone(), asked("Plus utile.")).await.unwrap();
    assert_eq!(verdict(&app).await.faults, []);
    for (page, wanted) in [(&a, "Remplacée par"), (&b, "Remplace"), (&b, "Plus utile.")] {
        let path = page.strip_prefix(app.url()).unwrap();
        let shown = app.visit(path, &[("accept-language", "fr")]).await.text;
        assert!(shown.contains(wanted), "{wanted}");
    }
}

#[tokio::test]
async fn the_state_in_a_file_is_an_entry_too_and_only_when_it_changes() {
    let app = node().await;
    let file = |more: &str| written(Kind::Decision, "d", &format!("{DATED}\n{more}"), "Nous décidons.");
    for (more, acts_after) in [
        ("", 1),
        ("state = \"under_review\"", 2),
        ("state = \"under_review\"", 2),
        ("state = \"under_review\"\nsummary = \"Bref.\"", 2),
        ("state = \"in_force\"", 3),
        ("state = \"repealed\"", 4),
    ] {
        app.advance(Duration::from_secs(2));
        say(&app, file(more)).await.unwrap();
        assert_eq!(acts(&app).await.len(), acts_after, "{more}");
    }
    let states: Vec<Value> = served(&app).await["entries"].as_array().unwrap()[1..]
        .iter()
        .map(|entry| entry["state"].clone())
        .collect();
    assert_eq!(states, ["under_review", "in_force", "repealed"]);
    // An archive: what is over when it is published.
    say(&app, written(Kind::Decision, "old", "state = \"superseded\"", "Jadis.")).await.unwrap();
    assert_eq!(acts(&app).await[4..], [(Act::Adopt, None), (Act::Supersede, Some(5))]);
    assert_eq!(verdict(&app).await.faults, []);
}

#[tokio::test]
async fn a_review_is_opened_by_the_clock_on_its_day_and_once() {
    let app = node().await;
    let url = adopt(&app, &["a"]).await.remove(0);
    let day = (app.now() + chrono::Duration::days(3)).format("%Y-%m-%d").to_string();
    app.advance(Duration::from_secs(2));
    review(&app, url.clone(), Some(day.clone()), asked("Comme prévu.")).await.unwrap();
    assert_eq!(stored(&app, &url).await.row.state, State::InForce);
    assert_eq!(tend(&app).await.unwrap(), 0);
    app.advance(Duration::from_secs(4 * 86_400));
    let (one, two) = tokio::join!(tend(&app), tend(&app));
    assert_eq!(one.unwrap() + two.unwrap(), 1);
    assert_eq!(tend(&app).await.unwrap(), 0);
    assert_eq!(stored(&app, &url).await.row.state, State::UnderReview);
    assert_eq!(acts(&app).await, [(Act::Adopt, None), (Act::Review, Some(1)), (Act::Review, Some(1))]);
    let entries = served(&app).await["entries"].clone();
    assert_eq!((&entries[1]["on"], &entries[1]["state"]), (&json!(day), &json!("in_force")));
    assert_eq!((&entries[2]["state"], &entries[2]["by"]), (&json!("under_review"), &Value::Null));
    // A day that has come is today's review; one that is named in a file counts as well.
    let more = "review = \"2020-01\"";
    let (b, _) = say(&app, written(Kind::Decision, "b", more, "Deux.")).await.unwrap();
    assert_eq!(tend(&app).await.unwrap(), 1);
    assert_eq!(stored(&app, &b).await.row.state, State::UnderReview);
    app.advance(Duration::from_secs(2));
    let kept = written(Kind::Decision, "b", "review = \"2020-01\"\nstate = \"in_force\"", "Deux.");
    assert_eq!(say(&app, kept).await.unwrap().1, Outcome::Revised);
    assert_eq!(tend(&app).await.unwrap(), 0, "its review was");
    assert_eq!(verdict(&app).await.faults, []);
}

#[tokio::test]
async fn the_article_of_a_decision_carries_its_entry_and_its_own_proof() {
    let app = node().await;
    let url = adopt(&app, &["a"]).await.remove(0);
    let path = url.strip_prefix(app.url()).unwrap();
    let article = app.visit(path, &[("accept", "application/activity+json")]).await.text;
    let article: Value = serde_json::from_str(&article).unwrap();
    let row = rows(&app, "communs").await.remove(0);
    assert_eq!(article["decision"].to_string(), model::decision::told(&row));
    assert!(article["publication"]["details"].get("reached").is_none());
    let coalition = app.visit("/coalitions/communs", &[("accept", "application/activity+json")]).await.text;
    let keys = Keys::of(&serde_json::from_str(&coalition).unwrap());
    let held = verify(article.to_string().as_bytes(), Some(&keys), app.now()).unwrap();
    assert!(held.holds() && !held.whole, "{:?}", held.faults);
    let plain = app.visit(&format!("{path}.json"), &[]).await.text;
    assert!(verify(plain.as_bytes(), None, app.now()).unwrap().holds());
    let list =
        app.visit("/coalitions/communs/decisions?offset=0", &[("accept", "application/activity+json")]).await;
    let list: Value = serde_json::from_str(&list.text).unwrap();
    assert_eq!((&list["totalItems"], &list["orderedItems"][0]), (&json!(1), &json!(url)));
    let page = app.visit("/coalitions/communs/decisions", &[("accept-language", "en")]).await;
    assert!(page.text.contains("Register of decisions") && page.text.contains(&row.digest), "{}", page.text);
    let tag = app.visit("/coalitions/communs/decisions.json", &[]).await.header("etag").to_owned();
    let again = app.visit("/coalitions/communs/decisions.json", &[("if-none-match", &tag)]).await;
    assert_eq!(again.status.as_u16(), 304);
    assert_eq!(app.visit("/coalitions/absente/decisions", &[]).await.status.as_u16(), 404);
}

#[tokio::test]
async fn before_the_first_serve_another_url_makes_every_proof_anew() {
    let app = node().await;
    adopt(&app, &["a"]).await;
    keys::rotate(&app.app, ActorKind::Coalition, "communs", false).await.unwrap();
    adopt(&app, &["b"]).await;
    let before = rows(&app, "communs").await;
    app.write(|conn| diesel::delete(meta::table.filter(meta::key.eq(model::meta::URL_FIXED))).execute(conn))
        .await;
    let urls = Urls::new("https://reset.example.org", "reset.example.org").unwrap();
    let db = reset_node::db::Db::open(app.db.location().clone(), false, 1).unwrap();
    let moved = App::new(app.config.clone(), db, app.clock.clone(), app.http.clone(), urls).unwrap();
    node_actions::settle_url(&moved, true).await.unwrap();
    let after = rows(&app, "communs").await;
    assert!(before.iter().zip(&after).all(|(a, b)| a.entry == b.entry && a.proof != b.proof));
    let urls = moved.urls.clone();
    let text = moved
        .db
        .read(move |conn| {
            let actor = model::actor::by_handle(conn, "communs")?.unwrap();
            reset_node::ap::register::document(conn, &urls, &actor, "C", 0, 100)
        })
        .await
        .unwrap();
    let held = verify(text.as_bytes(), None, app.now()).unwrap();
    assert_eq!(
        (held.faults.as_slice(), held.coalition.as_str()),
        (&[][..], "https://reset.example.org/coalitions/communs")
    );
    // What waits in the outbox carries the same proofs.
    let create: Value = serde_json::from_str(&said(&app, "communs").await[0].document).unwrap();
    assert_eq!(create["object"]["decision"].to_string(), model::decision::told(&after[0]));
    let keys = held.keys.iter().map(|(id, public)| json!({"id": id, "publicKeyMultibase": public}));
    let keys = Keys::of(&json!({"keys": keys.collect::<Vec<_>>()}));
    assert!(verify(create["object"].to_string().as_bytes(), Some(&keys), app.now()).unwrap().holds());
    app.read(|conn| revisions::table.count().get_result::<i64>(conn)).await;
}

#[tokio::test]
async fn a_long_register_is_told_in_parts_that_hold_together() {
    let app = node().await;
    adopt(&app, &["a", "b", "c"]).await;
    let urls = app.urls.clone();
    let parts: Vec<String> = app
        .db
        .read(move |conn| {
            let actor = model::actor::by_handle(conn, "communs")?.unwrap();
            let part = |conn: &mut _, after| {
                reset_node::ap::register::document(conn, &urls, &actor, "Coalition communs", after, 2)
            };
            Ok::<_, reset_node::db::Error>(vec![part(conn, 0)?, part(conn, 2)?])
        })
        .await
        .unwrap();
    let mut reader = Reader::new(app.now());
    let next = reader.read(parts[0].as_bytes()).unwrap().unwrap();
    assert_eq!(next, format!("{}/coalitions/communs/decisions.json?after=2", app.url()));
    let path = next.strip_prefix(app.url()).unwrap();
    assert_eq!(app.visit(path, &[]).await.text, parts[1]);
    assert_eq!(reader.read(parts[1].as_bytes()).unwrap(), None);
    let held = reader.finish();
    assert_eq!((held.faults, held.entries), (vec![], 3));
}
