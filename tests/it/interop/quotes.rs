//! Quotes with consent (FEP-044f), and what a coalition pins.

use serde_json::{Value, json};

use super::{ACTIVITY, PLAIN, PROPOSAL, Road, verified};

impl Road {
    /// `ada` quotes a publication and waits for the answer: what she asked, and her post.
    async fn quoted(&self, id: &str) -> (Value, String, String) {
        let quote = json!({ "object": id, "content": "<p>À lire.</p>" });
        let quote = self.peer.post("/actors/ada/quote", quote).await;
        let request = quote["request"].as_str().unwrap().to_owned();
        let asked = self.peer.get(&format!("/actors/ada/asked?activity={request}&wait=20")).await;
        (asked, request, quote["object"].as_str().unwrap().to_owned())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quote_gets_a_stamp_that_says_what_it_is_for_until_it_is_revoked() {
    let road = Road::open(PLAIN).await;
    let id = road.publish("proposition", PROPOSAL, "Un texte.");
    let (asked, request, post) = road.quoted(&id).await;
    assert_eq!(asked["state"], "accepted", "{asked:#}");
    let stamp = road.peer.post("/actors/ada/stamp", json!({ "request": request })).await;
    assert_eq!(stamp["ok"], true, "{stamp:#}");
    let listed: Value = serde_json::from_str(&road.node.ok(&["quote", "list", &id, "--json"])).unwrap();
    assert_eq!(listed[0]["url"], post);

    let url = stamp["result"].as_str().unwrap();
    assert_eq!(road.node.ok(&["quote", "revoke", &post, "--reason", "Hors de propos"]), url);
    let delete = road.peer.inbox("ada", &format!("type=Delete&object={url}"), 1).await;
    assert!(verified(&delete[0]), "{delete:#?}");
    assert_eq!(road.page(url, ACTIVITY).await.0, 410);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quote_of_what_was_withdrawn_is_rejected() {
    let road = Road::open(PLAIN).await;
    let id = road.publish("proposition", PROPOSAL, "Un texte.");
    // The peer reads before it quotes, so it asks for a second one, and that by hand.
    let (_, request, post) = road.quoted(&id).await;
    road.node.ok(&["withdraw", &id, "--reason", "Un doublon"]);
    let ada = road.peer.get("/actors/ada").await["id"].clone();
    let again = json!({
        "@context": ["https://www.w3.org/ns/activitystreams", { "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest" }],
        "id": format!("{request}-again"), "type": "QuoteRequest", "actor": ada, "object": id, "instrument": post,
    });
    let order = json!({ "inbox": format!("{}/inbox", road.group), "activity": again });
    assert_eq!(road.peer.post("/actors/ada/raw", order).await["status"], 202);
    let reject = road.peer.inbox("ada", "type=Reject", 1).await;
    assert_eq!(reject[0]["object"], again["id"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pin_and_its_end_are_told_and_the_featured_collection_follows() {
    let road = Road::open(PLAIN).await;
    let ids = ["une", "deux"].map(|slug| road.publish(slug, PROPOSAL, "Un texte."));
    let featured = format!("{}/featured", road.group);
    for id in &ids {
        road.node.ok(&["publication", "pin", id]);
        let add = road.peer.inbox("ada", &format!("type=Add&object={id}"), 1).await;
        assert!(verified(&add[0]) && add[0]["raw"]["target"] == featured, "{add:#?}");
    }
    assert_eq!(road.walk(&featured).await["items"], json!([ids[1], ids[0]]));
    road.node.ok(&["publication", "unpin", &ids[1]]);
    let remove = road.peer.inbox("ada", &format!("type=Remove&object={}", ids[1]), 1).await;
    assert!(verified(&remove[0]), "{remove:#?}");
    assert_eq!(road.walk(&featured).await["items"], json!([ids[0]]));
}
