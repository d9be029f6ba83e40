//! What others do from afar: answer a consultation, register for a meeting.

use serde_json::{Value, json};

use super::{ACTIVITY, PLAIN, RFC9421, Road, Way, verified};

const MEETING: &str = "kind = \"meeting\"\nstart = 2036-06-24T09:30:00+02:00\nplace = \"Rennes\"\n";
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

impl Road {
    fn consultation(&self, multiple: bool, more: &str) -> String {
        let head = format!(
            "kind = \"consultation\"\noptions = [\"Lundi\", \"Vendredi\"]\nmultiple = {multiple}\ncloses = 2036-12-12T18:00:00+01:00\n{more}"
        );
        self.publish("dates", &head, "Quel jour ?")
    }

    async fn vote(&self, name: &str, object: &str, choices: &[&str], together: bool) {
        let ballot = json!({ "object": object, "choices": choices, "together": together });
        let cast = self.peer.post(&format!("/actors/{name}/vote"), ballot).await;
        assert_eq!(cast["delivered"], true, "{cast:#}");
    }

    /// Waits until the page tells how many answered.
    async fn voters(&self, id: &str, told: &str) {
        self.read_until(id, told, |html| html.replace(['\u{a0}', '\u{202f}'], " ").contains(told)).await;
    }

    /// Who registered, as the organiser is told.
    fn registered(&self, id: &str) -> Vec<Value> {
        let rows: Value =
            serde_json::from_str(&self.node.ok(&["publication", "registrations", id, "--json"])).unwrap();
        rows.as_array().unwrap().iter().map(|row| row["actor"].clone()).collect()
    }
}

/// Name and count of each option of a `Question`.
fn counts(question: &Value, kind: &str) -> Value {
    let one = |option: &Value| json!([option["name"], option["replies"]["totalItems"]]);
    question[kind].as_array().unwrap().iter().map(one).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ballots_of_either_form_are_counted_and_the_result_comes_when_it_closes() {
    let road = Road::open(PLAIN).await;
    road.follow("bob").await;
    let id = road.consultation(true, "");
    let create = road.peer.inbox("ada", &format!("type=Create&object={id}"), 1).await;
    assert!(verified(&create[0]), "{create:#?}");
    road.vote("ada", &id, &["Lundi", "Vendredi"], true).await;
    road.vote("bob", &id, &["Vendredi", "Samedi"], false).await;
    road.voters(&id, "2 personnes").await;
    road.consultation(true, "state = \"closed\"\n");
    for name in ["ada", "bob"] {
        let update = road.peer.inbox(name, &format!("type=Update&object={id}"), 1).await;
        let question = &update.last().unwrap()["raw"]["object"];
        assert!(update.iter().all(verified), "{update:#?}");
        assert_eq!(counts(question, "anyOf"), json!([["Lundi", 1], ["Vendredi", 2]]));
        assert_eq!(question["votersCount"], 2);
        assert!(question["closed"].is_string(), "{question:#}");
    }
    // Too late: nothing changes.
    road.follow("eve").await;
    road.vote("eve", &id, &["Lundi"], false).await;
    let read = road.peer.post("/actors/ada/fetch", json!({ "id": id })).await;
    assert_eq!(counts(&read["raw"], "anyOf"), json!([["Lundi", 1], ["Vendredi", 2]]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_single_choice_the_first_ballot_counts_and_no_ballot_is_shown_as_a_reply() {
    let road = Road::open(Way { first_knock: RFC9421, ..PLAIN }).await;
    let id = road.consultation(false, "");
    road.vote("ada", &id, &["Vendredi"], false).await;
    road.vote("ada", &id, &["Lundi"], false).await;
    // What comes after them has been seen once they have been.
    road.peer.post("/actors/ada/like", json!({ "object": id })).await;
    road.count(&format!("{id}/likes"), 1).await;
    road.count(&format!("{id}/replies"), 0).await;
    road.consultation(false, "state = \"closed\"\n");
    let update = road.peer.inbox("ada", &format!("type=Update&object={id}"), 1).await;
    assert_eq!(
        counts(&update.last().unwrap()["raw"]["object"], "oneOf"),
        json!([["Lundi", 0], ["Vendredi", 1]])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registration_is_accepted_and_taken_back_and_refused_once_the_meeting_is_cancelled() {
    let road = Road::open(PLAIN).await;
    let ada = road.peer.get("/actors/ada").await["id"].clone();
    let id = road.publish("rencontre", MEETING, "Un texte.");
    for undo in [false, true] {
        let (state, join) = road.join(&id).await;
        assert_eq!(state, "accepted");
        assert_eq!(road.registered(&id), std::slice::from_ref(&ada));
        let (call, body) =
            if undo { ("undo", json!({ "activity": join })) } else { ("leave", json!({ "object": id })) };
        road.peer.post(&format!("/actors/ada/{call}"), body).await;
        for _ in 0..100 {
            if road.registered(&id).is_empty() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert_eq!(road.registered(&id), Vec::<Value>::new(), "{call}");
    }
    road.publish("rencontre", &format!("{MEETING}state = \"cancelled\"\n"), "Un texte.");
    assert_eq!(road.join(&id).await.0, "rejected");
}

impl Road {
    /// `ada` asks to register: how that was answered, and what she asked.
    async fn join(&self, id: &str) -> (Value, Value) {
        let join = self.peer.post("/actors/ada/join", json!({ "object": id })).await["activity"].clone();
        let asked =
            self.peer.get(&format!("/actors/ada/asked?activity={}&wait=20", join.as_str().unwrap())).await;
        (asked["state"].clone(), join)
    }
}
