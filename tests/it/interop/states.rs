//! What followers must learn of a state: an `Update`, which some servers show to nobody, and a short `Note` in reply to it.

use serde_json::json;

use super::{PLAIN, PROPOSAL, Road, verified};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_state_is_told_by_an_update_and_then_by_a_note_in_reply_to_the_publication() {
    let road = Road::open(PLAIN).await;
    let meeting = "kind = \"meeting\"\nstart = 2036-06-24T09:30:00+02:00\nplace = \"Rennes\"\n";
    let proposal = PROPOSAL.to_owned();
    for (slug, head, after, word) in [
        ("proposition", &proposal, format!("{proposal}state = \"adopted\"\n"), "adoptée"),
        ("rencontre", &meeting.to_owned(), format!("{meeting}state = \"cancelled\"\n"), "annulée"),
    ] {
        let id = road.publish(slug, head, "Un texte.");
        road.publish(slug, &after, "Un texte.");
        let update = road.peer.inbox("ada", &format!("type=Update&object={id}"), 1).await;
        let told = road.peer.inbox("ada", &format!("type=Create&objectType=Note&inReplyTo={id}"), 1).await;
        assert!(update.iter().chain(&told).all(verified), "{told:#?}");
        assert!(update[0]["n"].as_u64() < told[0]["n"].as_u64(), "{slug}: the note comes after the Update");
        let note = &told[0]["raw"]["object"];
        assert_eq!(note["attributedTo"], road.group);
        assert!(note["content"].as_str().unwrap().contains(word), "{slug}: {note:#}");

        // It is read by its id as it was sent, and it is no other's.
        let read = road.peer.post("/actors/ada/fetch", json!({ "id": note["id"] })).await;
        assert_eq!((&read["raw"], &read["idMatchesUrl"]), (note, &json!(true)), "{slug}");
    }
}
