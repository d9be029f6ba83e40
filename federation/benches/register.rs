//! What verifying a register costs: 10,000 entries with ten positions each, beside the bound of the Ed25519 verifications that
//! one core makes in the same run.
//!
//!     cargo bench -p reset-federation --bench register [-- ENTRIES]
#![expect(clippy::unwrap_used, reason = "a bench may panic")]

use std::time::Instant;

use chrono::{DateTime, Utc};
use reset_federation::key::{Algorithm, Ed25519Private, PublicKey};
use reset_federation::proof;
use reset_federation::register::{digest, verify};
use serde_json::{Value, json};

const COALITION: &str = "https://reset.example.org/coalitions/communs";

fn main() {
    let mut given = std::env::args().skip(1).filter(|arg| !arg.starts_with("--"));
    let entries: u32 = given.next().map_or(10_000, |arg| arg.parse().unwrap());
    let now: DateTime<Utc> = "2026-11-25T09:00:00Z".parse().unwrap();
    let key = Ed25519Private::generate().unwrap();
    let register = register(&key, entries, now);
    let public = PublicKey::from_multibase(&key.public_multibase()).unwrap();
    let signature = key.sign(&[7; 64]).unwrap();
    let began = Instant::now();
    for _ in 0..entries {
        assert!(public.verify(Algorithm::Ed25519, &[7; 64], &signature));
    }
    let bound = began.elapsed();
    let began = Instant::now();
    let verdict = verify(register.as_bytes(), None, now).unwrap();
    let spent = began.elapsed();
    assert!(verdict.holds() && verdict.last == Some(entries), "{:?}", verdict.faults);
    println!(
        "a register of {entries} entries ({:.1} MB) is verified in {:.2} s; {entries} Ed25519 verifications take {:.2} s: {:.0} % of the bound",
        register.len() as f64 / 1e6,
        spent.as_secs_f64(),
        bound.as_secs_f64(),
        100.0 * bound.as_secs_f64() / spent.as_secs_f64(),
    );
}

fn register(key: &Ed25519Private, count: u32, now: DateTime<Utc>) -> String {
    let id = format!("{COALITION}#ed25519-key");
    let mut entries: Vec<Value> = Vec::new();
    for number in 1..=count {
        let positions: Vec<Value> = (0..10)
            .map(|one| {
                let organisation = format!("org_{one}");
                json!({"organisation": organisation, "name": organisation, "stance": "consent", "taken": "2026-11-24T09:00:00Z"})
            })
            .collect();
        let reached = json!({
            "proposal": "p", "version": 1, "round": 1, "quorum": 5, "tally": {"consent": 10, "object": 0}, "positions": positions,
        });
        let mut entry = json!({
            "act": "adopt", "number": number, "coalition": "communs", "publication": "01900000-0000-7000-8000-000000000001",
            "title": "Une charte", "text": "Nous décidons. ".repeat(20), "language": "fr", "date": "2026-11-24", "method": "consent",
            "reached": reached,
        });
        if let (Some(last), Some(members)) = (entries.last(), entry.as_object_mut()) {
            members.insert("previous".to_owned(), digest(last).unwrap().into());
        }
        proof::sign(&mut entry, &id, key, now).unwrap();
        entries.push(entry);
    }
    json!({
        "coalition": COALITION,
        "keys": [{"id": id, "controller": COALITION, "publicKeyMultibase": key.public_multibase()}],
        "entries": entries,
    })
    .to_string()
}
