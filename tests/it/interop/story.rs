//! A follower on another server through the life of a coalition: each state that matters comes once, and its `summary` alone says
//! what happened.

use serde_json::Value;

use super::{PLAIN, PROPOSAL, Road, verified};

/// What a follower was sent about an object, in order: the summary of each `Create` and `Update`.
async fn summaries(road: &Road, id: &str, count: usize) -> Vec<String> {
    let mut told = road.peer.inbox("ada", &format!("type=Create&object={id}"), 1).await;
    if count > 1 {
        told.extend(road.peer.inbox("ada", &format!("type=Update&object={id}"), count - 1).await);
    }
    assert!(told.iter().all(verified), "{told:#?}");
    told.sort_by_key(|one| one["n"].as_u64());
    told.iter().map(|one| one["raw"]["object"]["summary"].as_str().unwrap_or_default().to_owned()).collect()
}

/// The short notes in reply to an object, in order.
async fn notes(road: &Road, id: &str, count: usize) -> Vec<String> {
    let mut told =
        road.peer.inbox("ada", &format!("type=Create&objectType=Note&inReplyTo={id}"), count).await;
    told.sort_by_key(|one| one["n"].as_u64());
    let content = |one: &Value| one["raw"]["object"]["content"].as_str().unwrap().to_owned();
    told.iter().map(content).collect()
}

/// Whether each text, in order, holds the words that are expected of it, and there is none beside.
fn tells(texts: &[String], expected: &[&str]) {
    let plain = |text: &str| text.replace(['\u{a0}', '\u{202f}'], " ");
    let all = texts.len() == expected.len()
        && texts.iter().zip(expected).all(|(text, words)| plain(text).contains(words));
    assert!(all, "{texts:#?} instead of {expected:#?}");
}

/// Takes a proposal to its adoption: the ids of the proposal and of its decision.
async fn adopted(road: &Road, slug: &str) -> (String, String) {
    let id = road.publish(slug, &format!("{PROPOSAL}quorum = 2\n"), "Un texte.");
    for by in ["ville", "labo"] {
        road.node.ok(&["position", "take", &id, "--by", by, "--stance", "consent"]);
    }
    let closed = road.node.ok(&["proposal", "close", &id, "--by", "atelier", "--reason", "Tout est dit."]);
    let decision = closed.split_whitespace().rfind(|word| word.starts_with("http")).unwrap().to_owned();
    assert_ne!(decision, id, "{closed}");
    (id, decision)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_gets_each_state_that_matters_once_and_reads_from_its_summary_what_happened() {
    let road = Road::open(PLAIN).await;
    for (handle, name, kind) in [("ville", "Ville", "local_authority"), ("labo", "Labo", "research")] {
        road.node.ok(&["organisation", "create", "--handle", handle, "--name", name, "--kind", kind]);
        let member = ["coalition", "member", "add", "communs", handle, "--role", "member", "--by", "atelier"];
        road.node.ok(&member);
    }
    let rules = road.publish("regles", &format!("{PROPOSAL}quorum = 2\n"), "Un texte.");
    let take = |by: &str, stance: &str| {
        let reason = ["--reason", "Rien n’est dit des données."];
        let mut arguments = vec!["position", "take", &rules, "--by", by, "--stance", stance];
        arguments.extend(if stance == "object" { &reason[..] } else { &[] });
        road.node.ok(&arguments)
    };
    take("labo", "consent");
    take("ville", "object");
    let round = [
        "proposal",
        "round",
        &rules,
        "--by",
        "atelier",
        "--closes",
        "2036-12-20",
        "--reason",
        "À reprendre.",
    ];
    road.node.ok(&round);
    take("ville", "consent");
    take("labo", "consent");
    let closed =
        road.node.ok(&["proposal", "close", &rules, "--by", "atelier", "--reason", "Plus d’objection."]);
    let first = closed.split_whitespace().rfind(|word| word.starts_with("http")).unwrap().to_owned();
    let (_, second) = adopted(&road, "mieux").await;
    let supersede = [
        "decision",
        "supersede",
        &first,
        "--by-decision",
        &second,
        "--by",
        "atelier",
        "--reason",
        "Mieux dit.",
    ];
    road.node.ok(&supersede);

    tells(&notes(&road, &first, 1).await, &["remplacée"]);
    let of_first = ["Décision n° 1, en vigueur", "Décision n° 1, remplacée"];
    tells(&summaries(&road, &first, 2).await, &of_first);
    tells(&notes(&road, &rules, 2).await, &["Nouveau tour", "adoptée"]);
    let of_rules = [
        "Proposition, en tour de consentement jusqu’au 12 décembre 2036",
        "jusqu’au 20 décembre 2036",
        "Proposition adoptée, par consentement",
    ];
    tells(&summaries(&road, &rules, 3).await, &of_rules);
    tells(&summaries(&road, &second, 1).await, &["Décision n° 2, en vigueur"]);
}
