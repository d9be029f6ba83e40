//! What is said around a publication from both sides, and the thread that a peer walks back.

use serde_json::{Value, json};

use super::{PLAIN, PROPOSAL, Road, verified};

impl Road {
    /// A comment of the organisation `atelier` on what is at `url`.
    fn comment(&self, url: &str, text: &str) -> String {
        self.node.ok(&["comment", "add", url, "--by", "atelier", "--text", text])
    }

    /// The one delivery to `ada` of this type about `object`.
    async fn came(&self, kind: &str, object: &str) -> Value {
        let got = self.peer.inbox("ada", &format!("type={kind}&object={object}"), 1).await;
        assert!(got.len() == 1 && verified(&got[0]), "{kind} of {object}: {got:#?}");
        got[0]["raw"]["object"].clone()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thread_that_two_servers_write_is_walked_back_from_any_of_its_notes() {
    let road = Road::open(PLAIN).await;
    let id = road.publish("proposition", PROPOSAL, "Un texte.");
    let ada = road.peer.get("/actors/ada").await;
    let handle = ada["handle"].as_str().unwrap();
    let comment = road.comment(&id, &format!("Qu’en dit {handle} ? #communs"));
    let note = road.came("Create", &comment).await;
    assert_eq!((&note["inReplyTo"], note["type"].as_str()), (&json!(id), Some("Note")));
    let tags: Vec<&Value> = note["tag"].as_array().unwrap().iter().map(|tag| &tag["href"]).collect();
    assert!(tags.contains(&&ada["id"]), "{note:#}");

    let reply = json!({ "object": comment, "content": "<p>Du bien.</p>" });
    let reply = road.peer.post("/actors/ada/reply", reply).await["object"].as_str().unwrap().to_owned();
    road.read_until(&id, "the reply", |html| html.contains("Du bien.")).await;
    let answer = road.comment(&reply, "Merci.");
    assert_eq!(road.came("Create", &answer).await["inReplyTo"], reply);

    // From the last note back: its context is the whole, and what it answers leads to the publication.
    let read = road.peer.post("/actors/ada/fetch", json!({ "id": answer })).await;
    let context = read["raw"]["context"].as_str().unwrap();
    let walked = road.walk(context).await;
    assert_eq!(walked["items"], json!([id, comment, reply, answer]), "{walked:#}");
    assert_eq!((&walked["attributedTo"], &walked["totalItems"]), (&json!(road.group), &json!(4)));
    for one in [&id, &comment] {
        let read = road.peer.post("/actors/ada/fetch", json!({ "id": one })).await;
        assert_eq!(
            (&read["raw"]["context"], &read["verification"]["proof"]["ok"]),
            (&json!(context), &json!(true))
        );
    }
    assert_eq!(road.walk(&format!("{id}/replies")).await["items"], json!([comment]));
    assert_eq!(road.walk(&format!("{comment}/replies")).await["items"], json!([reply]));

    road.node.ok(&["comment", "edit", &answer, "--text", "Merci bien."]);
    let edited = road.came("Update", &answer).await;
    assert!(edited["content"].as_str().unwrap().contains("Merci bien."), "{edited:#}");
    road.node.ok(&["comment", "delete", &answer]);
    assert_eq!(road.came("Delete", &answer).await["type"], "Tombstone");
    assert_eq!(road.walk(context).await["items"], json!([id, comment, reply]));
}
