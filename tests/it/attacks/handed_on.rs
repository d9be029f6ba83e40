//! In the name of others: activities that are handed on or announced by somebody else than their actor. What their origin does
//! not confirm has no effect.

use chrono::TimeDelta;
use reset_federation::limits::MAX_PROOFS;
use serde_json::{Value, json};

use crate::inbox::hearsay::{Relay, relay};
use crate::support::voice::Voice;

/// A reply of Ada's with her proof; its origin does not give it by its id.
fn create(relay: &Relay) -> Value {
    relay.vouched(&relay.act("Create", relay.note("<p>Pour.</p>")))
}

async fn no_effect(relay: &Relay, activity: &Value) {
    let told = relay.hand_on(activity).await;
    assert!(told == "its object is gone" || told == "its origin does not know it", "{told}");
    assert_eq!((relay.stage.counts().await, relay.stage.followers().await), ((0, 0, 0, 0), 0));
}

#[tokio::test]
async fn altered_on_the_way() {
    let relay = relay().await;
    let mut altered = create(&relay);
    altered["object"]["content"] = json!("<p>Contre.</p>");
    no_effect(&relay, &altered).await;
    let mut other_kind = relay.vouched(&relay.act("Like", json!(relay.stage.proposal)));
    other_kind["type"] = json!("Announce");
    other_kind["to"] = json!("as:Public");
    no_effect(&relay, &other_kind).await;
}

#[tokio::test]
async fn with_the_proof_of_another_actor() {
    let relay = relay().await;
    let now = relay.stage.app.now();
    for eve in [Voice::of(&relay.stage.peer, "eve"), Voice::of(&relay.other, "eve")] {
        let act = relay.act("Create", relay.note("<p>Pour.</p>"));
        no_effect(&relay, &eve.vouched(&act, now)).await;
        no_effect(&relay, &eve.vouched_as(&relay.ada.method, &act, now)).await;
    }
}

#[tokio::test]
async fn with_a_key_that_names_its_owner_but_is_not_listed_by_it() {
    let relay = relay().await;
    let mut key = Voice::of(&relay.other, "eve").multikey();
    key["controller"] = json!(relay.ada.actor);
    let eve = Voice::of(&relay.other, "eve");
    relay.other.change_actor("eve", json!({"assertionMethod": [key]}));
    let act = relay.act("Create", relay.note("<p>Pour.</p>"));
    no_effect(&relay, &eve.vouched(&act, relay.stage.app.now())).await;
}

#[tokio::test]
async fn with_a_key_that_is_no_longer_listed() {
    let relay = relay().await;
    let old = create(&relay);
    let inbox = format!("{}/inbox", relay.stage.coalition.url);
    // Ada says that she has another key; the old one was stolen.
    let _new = Voice::of(&relay.stage.peer, "ada");
    let (_, profile) = relay.stage.peer.get(&relay.ada.actor).await;
    let update = relay.act("Update", profile);
    assert_eq!(relay.stage.peer.send("ada", &inbox, &update).await, 202);
    relay.stage.work().await;
    no_effect(&relay, &old).await;
}

#[tokio::test]
async fn with_a_key_that_signs_requests_but_does_not_vouch() {
    let relay = relay().await;
    let mut key = relay.ada.multikey();
    key["owner"] = key["controller"].clone();
    relay.stage.peer.change_actor("ada", json!({"publicKey": [key], "assertionMethod": []}));
    no_effect(&relay, &create(&relay)).await;
}

#[tokio::test]
async fn with_a_proof_over_another_document() {
    let relay = relay().await;
    let proof = create(&relay)["proof"].clone();
    let mut other = relay.act("Create", relay.note("<p>Contre.</p>"));
    other["proof"] = proof;
    no_effect(&relay, &other).await;
    // The proof of the object is none of the activity around it.
    let mut note = relay.note("<p>Pour.</p>");
    note["@context"] = json!(["https://www.w3.org/ns/activitystreams"]);
    let note = relay.vouched(&note);
    let around = relay.act("Create", note);
    no_effect(&relay, &around).await;
}

#[tokio::test]
async fn with_another_context() {
    let relay = relay().await;
    for context in [
        json!(["https://www.w3.org/ns/activitystreams", {"content": "https://evil.example/ns#hidden"}]),
        json!("https://www.w3.org/ns/activitystreams"),
    ] {
        let mut swapped = create(&relay);
        swapped["@context"] = context.clone();
        no_effect(&relay, &swapped).await;
        swapped["proof"]["@context"] = context;
        no_effect(&relay, &swapped).await;
    }
}

#[tokio::test]
async fn with_many_proofs() {
    let relay = relay().await;
    let mut many = create(&relay);
    many["proof"] = Value::Array(vec![many["proof"].clone(); MAX_PROOFS + 1]);
    no_effect(&relay, &many).await;
}

#[tokio::test]
async fn long_after_it_was_said() {
    let relay = relay().await;
    let like = relay.act("Like", json!(relay.stage.proposal));
    let then = relay.stage.app.now() - TimeDelta::hours(13);
    no_effect(&relay, &relay.ada.vouched(&like, then)).await;
}

#[tokio::test]
async fn an_old_profile_with_its_proof() {
    let relay = relay().await;
    let (_, mut profile) = relay.stage.peer.get(&relay.ada.actor).await;
    profile["name"] = json!("Ancienne");
    let update = relay.vouched(&relay.act("Update", profile));
    assert_eq!(relay.hand_on(&update).await, "a profile was changed");
    let ada = relay.ada.actor.clone();
    let known = relay.stage.app.read(move |conn| reset_node::model::remote::by_url(conn, &ada)).await;
    assert_eq!(known.unwrap().name, "ada", "what its own server says");
}

#[tokio::test]
async fn forged_inside_an_announce() {
    let relay = relay().await;
    let forged = relay.act("Create", relay.note("<p>Pour.</p>"));
    assert_eq!(relay.announce(&relay.other, &forged).await, "its object is gone");
    let like = relay.act("Like", json!(relay.stage.proposal));
    assert_eq!(relay.announce(&relay.other, &like).await, "its origin does not know it");
    let mut altered = create(&relay);
    altered["object"]["content"] = json!("<p>Contre.</p>");
    assert_eq!(relay.announce(&relay.other, &altered).await, "its object is gone");
    let mut ours = relay.act("Like", json!(relay.stage.proposal));
    ours["actor"] = json!(relay.stage.coalition.url);
    ours["id"] = json!(format!("{}/activities/x", relay.stage.app.url()));
    assert_eq!(relay.announce(&relay.other, &ours).await, "what our own actors do is known here");
    let mut foreign = relay.act("Like", json!(relay.stage.proposal));
    foreign["id"] = json!(relay.other.new_id("activities"));
    assert!(relay.announce(&relay.stage.peer, &foreign).await.starts_with("refused"));
    assert_eq!(relay.stage.counts().await, (0, 0, 0, 0));
}

#[tokio::test]
async fn about_a_neighbour_inside_an_announce() {
    let relay = relay().await;
    let (ada, peer) = (relay.ada.actor.clone(), &relay.stage.peer);
    let create = relay.vouched(&relay.act("Create", relay.note("<p>Pour.</p>")));
    assert_eq!(relay.hand_on(&create).await, "a reply was added");
    // Eve lives on the server of Ada. She says that Ada has another key, and then that Ada is no more.
    let (_, mut profile) = peer.get(&ada).await;
    profile["name"] = json!("Eve");
    profile["publicKey"]["publicKeyPem"] = json!(crate::support::peer::key_of("eve").public_pem());
    let (_, status) =
        peer.act("eve", "Announce", relay.act("Update", profile), &relay.stage.coalition.url).await;
    assert_eq!(status, 202);
    relay.stage.work().await;
    let known =
        relay.stage.app.read(move |conn| reset_node::model::remote::by_url(conn, &ada)).await.unwrap();
    assert_eq!((known.name.as_str(), known.document.contains("Eve")), ("ada", false), "as her server says");
    let gone = relay.act("Delete", json!(relay.ada.actor));
    assert_eq!(relay.announce(peer, &gone).await, "it is said to be deleted, but is still there");
    assert_eq!(relay.stage.counts().await, (1, 0, 0, 1));
    assert_eq!(
        peer.like("ada", &relay.stage.proposal, &relay.stage.coalition.url).await.1,
        202,
        "by her own key"
    );
    relay.stage.work().await;
    assert_eq!(relay.stage.counts().await, (1, 1, 0, 1));
}

#[tokio::test]
async fn naming_an_activity_before_its_actor_sends_it() {
    let relay = relay().await;
    let real = relay.vouched(&relay.act("Create", relay.note("<p>Pour.</p>")));
    let mut forged = relay.act("Like", json!(relay.stage.proposal));
    forged["id"] = real["id"].clone();
    no_effect(&relay, &forged).await;
    assert_eq!(relay.announce(&relay.other, &forged).await, "its origin does not know it");
    let inbox = format!("{}/inbox", relay.stage.coalition.url);
    assert_eq!(relay.stage.peer.send("ada", &inbox, &real).await, 202);
    relay.stage.work().await;
    assert_eq!(relay.stage.counts().await, (1, 0, 0, 1));
}

#[tokio::test]
async fn by_somebody_whose_own_signature_is_wrong() {
    let relay = relay().await;
    let body = serde_json::to_vec(&create(&relay)).unwrap();
    let inbox = format!("{}/inbox", relay.stage.coalition.url);
    let request = relay.other.signed_with("eve", "relay", &inbox, body, relay.stage.app.now());
    assert_eq!(request.send().await.unwrap().status().as_u16(), 401);
    relay.stage.work().await;
    assert_eq!((relay.stage.stored().await.0, relay.stage.counts().await), (0, (0, 0, 0, 0)));
}
