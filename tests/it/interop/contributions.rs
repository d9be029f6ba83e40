//! What a member organisation contributes: the coalition announces it in both forms, with the member's own word in it.

use serde_json::Value;

use super::{PLAIN, Road, verified};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contribution_is_announced_by_its_id_and_as_the_activity_with_the_proof_of_the_member() {
    let road = Road::open(PLAIN).await;
    let arguments =
        ["contribution", "publish", "--coalition", "communs", "--by", "atelier", "--text", "Un mot."];
    let id = road.node.ok(&arguments);
    let announced = road.peer.inbox("ada", "type=Announce", 2).await;
    assert!(announced.iter().all(verified), "{announced:#?}");
    assert!(announced.iter().all(|one| one["actor"] == road.group), "{announced:#?}");
    let objects: Vec<&Value> = announced.iter().map(|one| &one["raw"]["object"]).collect();
    let (bare, whole): (Vec<&Value>, Vec<&Value>) = objects.iter().partition(|object| object.is_string());
    assert_eq!((bare.len(), whole.len()), (1, 1), "{objects:#?}");
    assert_eq!(*bare[0], id);

    // The member's activity holds by itself, and so does the note by its id.
    let (create, member) = (whole[0], format!("{}/organisations/atelier", road.node.url()));
    assert_eq!((create["type"].as_str(), create["actor"].as_str()), (Some("Create"), Some(member.as_str())));
    assert_eq!(create["object"]["audience"], road.group);
    let with_it = announced.iter().find(|one| one["raw"]["object"].is_object()).unwrap();
    assert_eq!(with_it["verification"]["object"]["ok"], true, "{with_it:#}");
    let read = road.peer.post("/actors/ada/fetch", serde_json::json!({ "id": id })).await;
    assert_eq!((&read["raw"], &read["verification"]["proof"]["ok"]), (&create["object"], &Value::Bool(true)));
}
