//! Samples of what other servers send, each read by the parsers that meet it in the server.

use reset_federation::activity::{self, ActivityKind, ObjectRef};
use reset_federation::check::{self, Refusal, Verdict, activity_origin};
use reset_federation::{actor, json, note};
use serde_json::Value;
use std::fs;
use std::path::Path;

const COALITION: &str = "https://reset.example/coalitions/communs";
const PUBLICATION: &str = "https://reset.example/publications/0199c3a0-0000-7000-8000-000000000001";

/// All samples, as `peer/name` and bytes, in the order of their names.
pub(crate) fn all() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut found = Vec::new();
    for peer in fs::read_dir(root).unwrap() {
        let peer = peer.unwrap();
        for file in fs::read_dir(peer.path()).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap();
            let peer = peer.file_name();
            found.push((format!("{}/{name}", peer.to_str().unwrap()), fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

fn sample(name: &str) -> Value {
    let (_, bytes) = all().into_iter().find(|(n, _)| n == name).unwrap();
    json::parse(&bytes).unwrap()
}

fn activity(name: &str) -> activity::Activity {
    activity::parse(sample(name), false).unwrap()
}

fn is_actor(value: &Value) -> bool {
    value["type"].as_str().is_some_and(actor::is_actor_type) && value.get("inbox").is_some()
}

/// The peers in `names` that have a sample of that name.
fn each(name: &str) -> Vec<String> {
    let names = all().into_iter().map(|(n, _)| n);
    let found: Vec<_> = names.filter(|n| n.ends_with(&format!("/{name}"))).collect();
    assert!(found.len() > 1, "{name}");
    found
}

#[test]
fn there_are_samples_of_ten_peers() {
    let mut peers: Vec<_> = all().into_iter().map(|(n, _)| n.split_once('/').unwrap().0.to_owned()).collect();
    peers.dedup();
    assert_eq!(
        peers,
        [
            "fedify",
            "gotosocial",
            "lemmy",
            "mastodon",
            "misskey",
            "mitra",
            "mobilizon",
            "nodebb",
            "peertube",
            "pleroma"
        ]
    );
}

#[test]
fn every_actor_is_read_with_its_keys() {
    let mut count = 0;
    for (name, bytes) in all() {
        let value = json::parse(&bytes).unwrap();
        if !is_actor(&value) {
            continue;
        }
        let actor = actor::parse(&value, false).unwrap();
        assert_eq!(actor.id.as_str(), value["id"], "{name}");
        assert!(!actor.keys.is_empty(), "{name}");
        for key in &actor.keys {
            key.public_key().unwrap();
            assert_eq!(check::listed_key(&actor, key.id.as_str()).unwrap().id, key.id, "{name}");
        }
        count += 1;
    }
    assert!(count >= 14, "{count}");
}

#[test]
fn every_activity_is_read_and_its_envelope_says_the_same() {
    let mut count = 0;
    for (name, bytes) in all() {
        let value = json::parse(&bytes).unwrap();
        if value.get("actor").is_none() {
            continue;
        }
        let activity = activity::parse(value, false).unwrap();
        let envelope = activity::envelope(&bytes).unwrap();
        assert_eq!(envelope.id.as_ref(), Some(&activity.id), "{name}");
        assert_eq!(envelope.kind, activity.kind, "{name}");
        assert_eq!(envelope.actor, activity.actor, "{name}");
        if activity.more_objects.is_empty() {
            let object = activity.object.as_ref();
            assert_eq!(envelope.object_id.as_ref(), object.and_then(ObjectRef::id), "{name}");
            assert_eq!(envelope.object_kind.as_deref(), object.and_then(ObjectRef::kind), "{name}");
        }
        count += 1;
    }
    assert!(count >= 70, "{count}");
}

#[test]
fn every_activity_is_its_actors_to_send() {
    for (name, bytes) in all() {
        let value = json::parse(&bytes).unwrap();
        if value.get("actor").is_none() {
            continue;
        }
        let activity = activity::parse(value, false).unwrap();
        let verdict = activity_origin(&activity).unwrap();
        // The event names its group as author, and the person who made it as the actor.
        if name == "mobilizon/create_event" {
            let id = activity.object.unwrap().id().unwrap().clone();
            assert_eq!(verdict, Verdict::Refetch(id));
        } else {
            assert_eq!(verdict, Verdict::Trusted, "{name}");
        }
    }
}

#[test]
fn every_follow_names_the_coalition_and_its_undo_the_same_pair() {
    for name in each("follow") {
        let follow = activity(&name);
        assert_eq!(follow.kind, ActivityKind::Follow, "{name}");
        assert_eq!(follow.object.unwrap().id().unwrap().as_str(), COALITION, "{name}");
    }
    for name in each("undo_follow") {
        let undo = activity(&name);
        assert_eq!(undo.kind, ActivityKind::Undo, "{name}");
        let object = undo.object.unwrap();
        if let Some(inner) = object.value() {
            let inner = activity::parse(inner.clone(), false).unwrap();
            assert_eq!(inner.kind, ActivityKind::Follow, "{name}");
            assert_eq!(inner.actor, undo.actor, "{name}");
            assert_eq!(inner.object.unwrap().id().unwrap().as_str(), COALITION, "{name}");
        }
    }
}

#[test]
fn every_reply_is_a_public_note_that_answers_the_publication() {
    for name in each("create_reply") {
        let create = activity(&name);
        assert_eq!(create.kind, ActivityKind::Create, "{name}");
        let object = create.object.as_ref().unwrap();
        let reply = note::parse(object.value().unwrap(), false).unwrap();
        assert_eq!(reply.kind, "Note", "{name}");
        assert_eq!(reply.attributed_to, std::slice::from_ref(&create.actor), "{name}");
        assert_eq!(reply.in_reply_to.as_ref().unwrap().as_str(), PUBLICATION, "{name}");
        assert!(reply.content.as_ref().is_some_and(|c| !c.is_empty()), "{name}");
        assert_eq!(reply.media_type, "text/html", "{name}");
        assert!(reply.published.is_some(), "{name}");
        assert!(reply.is_public() && create.is_public(), "{name}");
        assert!(!reply.is_vote() && !reply.sensitive, "{name}");
    }
}

#[test]
fn every_like_and_announce_names_what_it_is_about() {
    for name in each("like") {
        assert_eq!(activity(&name).object.unwrap().id().unwrap().as_str(), PUBLICATION, "{name}");
    }
    for name in each("announce") {
        let announce = activity(&name);
        assert_eq!(announce.kind, ActivityKind::Announce, "{name}");
        assert!(announce.is_public() && announce.object.unwrap().id().is_some(), "{name}");
    }
}

#[test]
fn every_delete_names_its_object_bare_or_as_a_tombstone() {
    for name in each("delete_tombstone").into_iter().chain(each("delete_bare")) {
        let delete = activity(&name);
        assert_eq!(delete.kind, ActivityKind::Delete, "{name}");
        let object = delete.object.unwrap();
        assert!(object.id().is_some(), "{name}");
        assert!(matches!(object.kind(), None | Some("Tombstone")), "{name}");
    }
}

#[test]
fn every_profile_update_carries_the_actor_itself() {
    for name in each("update_person") {
        let update = activity(&name);
        let object = update.object.unwrap();
        let actor = actor::parse(object.value().unwrap(), false).unwrap();
        assert_eq!(actor.id, update.actor, "{name}");
    }
}

#[test]
fn a_mastodon_reply_keeps_its_language_tags_and_page() {
    let create = activity("mastodon/create_reply");
    let reply = note::parse(create.object.unwrap().value().unwrap(), false).unwrap();
    assert_eq!(reply.language.as_deref(), Some("en"));
    let tags: Vec<_> = reply.tags.iter().map(|t| (t.kind.as_str(), t.name.as_deref().unwrap())).collect();
    assert_eq!(tags, [("Mention", "@communs@reset.example"), ("Hashtag", "#seeds")]);
    assert_eq!(reply.url.unwrap().as_str(), "https://masto.example/@ada/113400000000000001");
}

#[test]
fn votes_come_one_by_one_or_together() {
    let one = activity("mastodon/vote");
    let vote = note::parse(one.object.unwrap().value().unwrap(), false).unwrap();
    assert!(vote.is_vote() && !vote.is_public());
    assert_eq!(vote.name.as_deref(), Some("In spring"));
    let both = activity("fedify/votes");
    let names: Vec<_> =
        both.objects().map(|o| note::parse(o.value().unwrap(), false).unwrap().name.unwrap()).collect();
    assert_eq!(names, ["In spring", "In autumn"]);
}

#[test]
fn a_gotosocial_key_document_leads_to_its_owner() {
    let key_id = "https://gts.example/users/bea/main-key";
    let stub = sample("gotosocial/key_stub");
    assert_eq!(actor::parse(&stub, false), Err(Refusal::Missing("inbox")));
    let owner = actor::key_owner(&stub, key_id, false).unwrap();
    let actor = actor::parse(&sample("gotosocial/actor"), false).unwrap();
    assert_eq!(actor.id, owner);
    assert!(check::listed_key(&actor, key_id).is_ok());
    assert_eq!(actor.shared_inbox, None);
}

#[test]
fn a_lemmy_server_is_an_actor_without_a_handle() {
    let site = actor::parse(&sample("lemmy/site"), false).unwrap();
    assert_eq!(site.preferred_username, None);
    assert_eq!(site.kind, "Application");
}

#[test]
fn a_peertube_channel_and_video_are_read() {
    let channel = actor::parse(&sample("peertube/channel"), false).unwrap();
    assert_eq!(channel.url.unwrap().as_str(), "https://tube.example/a/hana_films");
    assert_eq!(channel.icon.unwrap().as_str(), "https://tube.example/lazy/48.png");
    let create = activity("peertube/create_video");
    let video = note::parse(create.object.unwrap().value().unwrap(), false).unwrap();
    assert_eq!(video.kind, "Video");
    assert_eq!(video.media_type, "text/markdown");
    assert_eq!(video.attributed_to.len(), 2);
    assert_eq!(video.url.unwrap().as_str(), "https://tube.example/w/4d00");
}

#[test]
fn an_announced_activity_is_embedded_and_not_believed_by_itself() {
    for name in each("announce_create") {
        let announce = activity(&name);
        let object = announce.object.unwrap();
        assert_eq!(object.kind(), Some("Create"), "{name}");
        let inner = activity::parse(object.value().unwrap().clone(), false).unwrap();
        assert_ne!(inner.actor, announce.actor, "{name}");
    }
}

#[test]
fn a_reject_around_something_else_shows_what_it_is_around() {
    let reject = activity("nodebb/reject_around");
    assert_eq!(reject.kind, ActivityKind::Reject);
    assert_eq!(reject.object.unwrap().kind(), Some("Create"));
}

#[test]
fn mitras_keys_are_an_rsa_and_two_ed25519() {
    let actor = actor::parse(&sample("mitra/actor"), false).unwrap();
    assert_eq!(actor.keys.len(), 3);
    assert_eq!((actor.name, actor.icon), (None, None));
}

#[test]
fn an_unknown_activity_is_read_as_such() {
    let react = activity("pleroma/emoji_react");
    assert_eq!(react.kind, ActivityKind::Other("EmojiReact".into()));
    assert_eq!(activity_origin(&react), Ok(Verdict::Trusted));
}
