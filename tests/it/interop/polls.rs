//! What others do from afar: answer a consultation, register for a meeting.

use serde_json::{Value, json};

use super::{ACTIVITY, PLAIN, Road};

const QUESTION: &str = "kind = \"consultation\"\noptions = [\"Oui\", \"Non\", \"Peut-être\"]\nmultiple = true\ncloses = 2036-12-12T18:00:00+01:00\n";

impl Road {
    async fn json(&self, url: &str) -> Value {
        serde_json::from_str(&self.page(url, ACTIVITY).await.1).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consultation_is_read_as_a_poll_and_answered_in_both_forms() {
    let road = Road::open(PLAIN).await;
    let id = road.publish("question", QUESTION, "Un texte.");
    let read = road.fetch_until(&id, "a document", |read| read["raw"]["type"] == "Question").await;
    assert_eq!(read["verification"]["proof"]["ok"], true, "{read:#}");
    let parsed = read["parsed"].to_string();
    assert!(parsed.contains("Question") && parsed.contains("Peut-être"), "{parsed}");
    road.peer.post("/actors", json!({ "name": "bob" })).await;
    let choices = json!({ "object": id, "choices": ["Oui", "Non"] });
    assert_eq!(road.peer.post("/actors/ada/vote", choices).await["delivered"], true);
    let together = json!({ "object": id, "choices": ["Oui", "Peut-être", "Oui"], "together": true });
    assert_eq!(road.peer.post("/actors/bob/vote", together).await["delivered"], true);
    road.read_until(&id, "both ballots", |html| {
        html.contains("2 personnes ont participé") && html.contains("2 (100&nbsp;%)")
    })
    .await;
    let results = road.page(&format!("{id}.json"), "application/json").await.1;
    let results: Value = serde_json::from_str(&results).unwrap();
    assert_eq!((&results["results"], &results["voters"]), (&json!([2, 1, 1]), &json!(2)));
    assert_eq!(road.json(&format!("{id}/replies")).await["totalItems"], 0, "answers are no replies");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_join_of_a_meeting_is_accepted_until_it_is_full_and_a_leave_makes_room() {
    let road = Road::open(PLAIN).await;
    let head = "kind = \"meeting\"\nstart = 2036-06-24T09:30:00+02:00\ncapacity = 1\n";
    let id = road.publish("rencontre", head, "Un texte.");
    road.peer.post("/actors", json!({ "name": "bob" })).await;
    let joined = async |name: &str| {
        let join = road.peer.post(&format!("/actors/{name}/join"), json!({ "object": id })).await;
        let activity = join["activity"].as_str().unwrap().to_owned();
        let asked = road.peer.get(&format!("/actors/{name}/asked?activity={activity}&wait=20")).await;
        asked["state"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(joined("ada").await, "accepted");
    assert_eq!(joined("bob").await, "rejected");
    let listed = road.node.ok(&["publication", "registrations", &id, "--json"]);
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert!(listed[0]["account"].as_str().unwrap().starts_with("@ada@"), "{listed}");
    road.peer.post("/actors/ada/leave", json!({ "object": id })).await;
    road.read_until(&id, "the free place", |html| html.contains("0 personne inscrite")).await;
    assert_eq!(joined("bob").await, "accepted");
    let dry = road.file("sondage", QUESTION, "Un texte.");
    let dry = road.node.ok(&["publish", &dry, "--dry-run"]);
    assert!(dry.contains("as a poll") && dry.contains("( ) Peut-être"), "{dry}");
}
