#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]
use super::*;
use crate::key::Ed25519Private;
use crate::proof;
use serde_json::json;

mod histories;

const COMMUNS: &str = "https://a.example/coalitions/communs";

fn now() -> DateTime<Utc> {
    "2026-11-25T09:00:00Z".parse().unwrap()
}

/// A register that is made entry by entry, with the keys of its coalition.
struct Made {
    keys: Vec<(String, Ed25519Private)>,
    current: usize,
    entries: Vec<Value>,
    listed: Vec<Value>,
}

impl Made {
    fn new() -> Made {
        let mut made = Made { keys: Vec::new(), current: 0, entries: Vec::new(), listed: Vec::new() };
        made.key();
        made
    }

    fn key(&mut self) -> usize {
        let (key, number) = (Ed25519Private::generate().unwrap(), self.keys.len() + 1);
        let id = format!("{COMMUNS}#ed25519-{number}");
        let multibase = key.public_multibase();
        self.listed.push(
            json!({"id": id, "type": "Multikey", "controller": COMMUNS, "publicKeyMultibase": multibase}),
        );
        self.keys.push((id, key));
        number - 1
    }

    fn sign(&self, mut entry: Value, by: &[usize]) -> Value {
        let proofs: Vec<Value> = by
            .iter()
            .map(|key| {
                let (id, key) = &self.keys[*key];
                proof::sign(&mut entry, id, key, now()).unwrap();
                entry.as_object_mut().unwrap().remove("proof").unwrap()
            })
            .collect();
        entry["proof"] = if proofs.len() == 1 { proofs[0].clone() } else { proofs.into() };
        entry
    }

    fn next(&self, mut entry: Value) -> Value {
        entry["number"] = (self.entries.len() + 1).into();
        entry["coalition"] = "communs".into();
        if let Some(last) = self.entries.last() {
            entry["previous"] = digest(last).unwrap().into();
        }
        entry
    }

    fn add(&mut self, entry: Value) {
        let entry = self.sign(self.next(entry), &[self.current]);
        self.entries.push(entry);
    }

    fn adopt(&mut self, text: &str) {
        self.add(
            json!({"publication": "p", "title": "T", "text": text, "language": "fr", "method": "consent"}),
        );
    }

    fn rotate(&mut self, by_both: bool) {
        let (old, new) = (self.current, self.key());
        let named = |key: usize| {
            let (id, key) = &self.keys[key];
            json!({"id": format!("#{}", id.split('#').nth(1).unwrap()), "publicKeyMultibase": key.public_multibase()})
        };
        let entry =
            self.next(json!({"act": "rotate", "from": named(old), "to": named(new), "revoked": false}));
        let by = if by_both { vec![old, new] } else { vec![new] };
        self.entries.push(self.sign(entry, &by));
        self.current = new;
    }

    fn document(&self) -> Value {
        json!({"coalition": COMMUNS, "keys": self.listed, "entries": self.entries})
    }

    fn faults(&self) -> Vec<Fault> {
        verdict(&self.document()).faults
    }
}

fn verdict(document: &Value) -> Verdict {
    verify(document.to_string().as_bytes(), None, now()).unwrap()
}

/// Seven entries: two decisions, a rotation, two more, a review, one superseded by the next.
fn good() -> Made {
    let mut made = Made::new();
    made.adopt("Un.");
    made.adopt("Deux.");
    made.rotate(true);
    made.adopt("Quatre, é \"cité\" \u{2028}.");
    made.adopt("Cinq.");
    made.add(json!({"act": "review", "decision": 2, "state": "under_review", "date": "2026-11-25"}));
    made.add(json!({"act": "supersede", "decision": 1, "successor": 5, "reason": "Mieux."}));
    made
}

#[test]
fn a_true_register_holds_over_a_rotation() {
    let made = good();
    let verdict = verdict(&made.document());
    assert_eq!(verdict.faults, []);
    assert_eq!((verdict.entries, verdict.last, verdict.whole), (7, Some(7), true));
    assert_eq!(verdict.keys.len(), 2);
    assert_eq!(verdict.keys[1].1, made.keys[1].1.public_multibase());
    assert_eq!(verdict.since, Some(now()));
    assert_eq!(verdict.head, Some(digest(made.entries.last().unwrap()).unwrap()));
}

#[test]
fn an_altered_byte_is_named_and_nothing_else() {
    for (at, text) in [(0, "Un !"), (3, "Quatre"), (6, "x")] {
        let mut made = good();
        let name = if made.entries[at].get("text").is_some() { "text" } else { "reason" };
        made.entries[at][name] = text.into();
        assert_eq!(made.faults(), [Fault::Altered { number: at as u32 + 1 }]);
    }
    let mut made = good();
    made.entries[1]["proof"]["created"] = "2026-11-25T08:00:00Z".into();
    assert_eq!(made.faults(), [Fault::Altered { number: 2 }]);
}

#[test]
fn a_missing_entry_is_a_gap() {
    let mut made = good();
    made.entries.remove(3);
    assert_eq!(made.faults(), [Fault::Missing { from: 4, to: 4 }]);
    let mut made = good();
    made.entries.drain(0..2);
    assert_eq!(made.faults(), [Fault::Missing { from: 1, to: 2 }]);
    let mut made = good();
    made.entries.remove(2);
    assert_eq!(made.faults(), [Fault::Missing { from: 3, to: 3 }], "who signs after it, the gap explains");
}

#[test]
fn a_swapped_order_is_named() {
    let mut made = good();
    made.entries.swap(3, 4);
    assert_eq!(made.faults(), [Fault::Order { number: 4, after: 5 }]);
}

#[test]
fn a_second_entry_under_one_number_is_named() {
    let mut made = good();
    let mut other = made.entries[3].clone();
    other.as_object_mut().unwrap().remove("proof");
    other["text"] = "Autre.".into();
    let other = made.sign(other, &[1]);
    made.entries.insert(4, other);
    assert_eq!(made.faults(), [Fault::Second { number: 4 }]);
}

#[test]
fn an_entry_that_was_written_anew_breaks_the_chain_though_the_coalition_signs_it() {
    let mut made = good();
    let mut other = made.entries[3].clone();
    other.as_object_mut().unwrap().remove("proof");
    other["text"] = "Autre.".into();
    made.entries[3] = made.sign(other, &[1]);
    assert_eq!(made.faults(), [Fault::Link { number: 5, before: 4 }]);
}

#[test]
fn keys_hold_only_between_their_rotations() {
    // Signed before the key was rotated out: that is what a true register shows. Signed with it afterwards:
    let mut made = good();
    made.current = 0;
    made.adopt("Huit.");
    let key = made.keys[0].0.clone();
    assert_eq!(made.faults(), [Fault::RotatedOut { number: 8, key, since: 3 }]);
    // Listed, but no rotation brought it in.
    let mut made = good();
    made.current = made.key();
    made.adopt("Huit.");
    let key = made.keys[2].0.clone();
    assert_eq!(made.faults(), [Fault::NotBroughtIn { number: 8, key }]);
    let mut made = Made::new();
    made.adopt("Un.");
    made.rotate(false);
    assert_eq!(made.faults(), [Fault::NotByBoth { number: 2 }]);
}

#[test]
fn a_key_of_another_coalition_is_named() {
    let mut made = good();
    let key = "https://a.example/coalitions/autre#ed25519-key".to_owned();
    let other = Ed25519Private::generate().unwrap();
    made.listed.push(json!({"id": key, "publicKeyMultibase": other.public_multibase()}));
    made.keys.push((key.clone(), other));
    let mut entry = made.entries[4].clone();
    entry.as_object_mut().unwrap().remove("proof");
    made.entries[4] = made.sign(entry, &[2]);
    assert_eq!(made.faults(), [Fault::ForeignKey { number: 5, key }]);
    let mut made = good();
    made.listed.remove(0);
    let unknown = |number| Fault::UnknownKey { number, key: made.keys[0].0.clone() };
    assert_eq!(verdict(&made.document()).faults[..2], [unknown(1), unknown(2)]);
}

#[test]
fn positions_must_add_up_and_the_quorum_be_there() {
    let position = |who: &str, stance: &str| json!({"organisation": who, "name": who, "stance": stance, "taken": "2026-11-24T09:00:00Z"});
    let faults = |quorum: u32, positions: Vec<Value>, tally: Value| {
        let mut made = Made::new();
        made.add(json!({
            "act": "adopt", "publication": "p", "title": "T", "text": "x", "language": "fr", "method": "consent",
            "reached": {"proposal": "q", "version": 1, "round": 1, "quorum": quorum, "tally": tally, "positions": positions},
        }));
        made.faults()
    };
    let two = || vec![position("a", "consent"), position("b", "stand_aside")];
    let tally = json!({"consent": 1, "stand_aside": 1, "object": 0});
    assert_eq!(faults(2, two(), tally.clone()), []);
    assert_eq!(
        faults(2, two(), json!({"consent": 2, "stand_aside": 0, "object": 0})),
        [Fault::Tally { number: 1 }]
    );
    assert_eq!(faults(3, two(), tally.clone()), [Fault::NoQuorum { number: 1, positions: 2, quorum: 3 }]);
    let twice = vec![position("a", "consent"), position("a", "stand_aside")];
    assert_eq!(faults(2, twice, tally), [Fault::Repeated { number: 1, organisation: "a".into() }]);
    let objects = vec![position("a", "consent"), position("b", "object")];
    assert_eq!(faults(2, objects, json!({"consent": 1, "object": 1})), [Fault::Objection { number: 1 }]);
}

#[test]
fn acts_speak_of_decisions_that_are_there_and_were_not_ended() {
    let mut made = good();
    made.add(json!({"act": "repeal", "decision": 1, "reason": "x"}));
    made.add(json!({"act": "repeal", "decision": 3, "reason": "x"}));
    assert_eq!(
        made.faults(),
        [Fault::Ended { number: 8, decision: 1, since: 7 }, Fault::NoDecision { number: 9, decision: 3 }]
    );
}

#[test]
fn a_proof_that_is_missing_or_cannot_be_read_is_named() {
    let mut made = good();
    made.entries[6].as_object_mut().unwrap().remove("proof");
    made.entries[5]["proof"]["proofValue"] = "z0".into();
    made.entries[4]["act"] = "burn".into();
    made.entries[3]["signature"] = "a member that no proof covers".into();
    let faults = made.faults();
    for wanted in [
        "entry 7 has no signature",
        "the signature of entry 6 cannot be read",
        "at place 5 is no entry",
        "at place 4 is no entry",
    ] {
        assert!(faults.iter().any(|fault| fault.to_string().contains(wanted)), "{wanted}: {faults:?}");
    }
}

#[test]
fn one_entry_holds_by_itself_with_the_keys_of_its_coalition() {
    let made = good();
    let mut one = json!({"decision": made.entries[0], "keys": made.listed, "coalition": "communs"});
    let held = verdict(&one);
    assert_eq!((held.coalition.as_str(), held.faults.len(), held.whole), (COMMUNS, 0, false));
    one["keys"][0]["revoked"] = true.into();
    assert!(matches!(verdict(&one).faults[..], [Fault::Revoked { number: 1, .. }]));
    // Of a whole register the last key suffices: those before hang on it.
    let whole = made.document().to_string();
    let last = Keys::of(&json!({"assertionMethod": [made.listed[1]]}));
    assert_eq!(verify(whole.as_bytes(), Some(&last), now()).unwrap().faults, []);
    let first = Keys::of(&json!({"assertionMethod": [made.listed[0]]}));
    let key = made.keys[1].0.clone();
    assert_eq!(
        verify(whole.as_bytes(), Some(&first), now()).unwrap().faults,
        [Fault::UnknownKey { number: 7, key }]
    );
    let bare = made.entries[0].to_string();
    let actor = Keys::of(&json!({"assertionMethod": made.listed}));
    assert!(verify(bare.as_bytes(), Some(&actor), now()).unwrap().holds());
    let alone = verify(bare.as_bytes(), None, now()).unwrap();
    assert!(matches!(alone.faults[..], [Fault::UnknownKey { number: 1, .. }]), "{:?}", alone.faults);
}

#[test]
fn what_is_no_register_is_said_in_one_sentence() {
    for bad in [
        "",
        "[]",
        "{",
        "{}",
        "{\"entries\":{}}",
        "{\"entries\":[],\"entries\":[]}",
        "{\"decision\":null}",
        "\u{feff}{}",
    ] {
        let said = verify(bad.as_bytes(), None, now()).unwrap_err().to_string();
        assert!(!said.contains('\n'), "{said}");
    }
    let odd = json!({"coalition": COMMUNS, "keys": {"a": 1}, "entries": [1, [], {}, {"number": 0}, {"number": 4294967296_u64}]});
    assert_eq!(verdict(&odd).faults.len(), 5);
    let many = format!("{{\"entries\":[{}1]}}", "1,".repeat(MAX_REGISTER_ENTRIES));
    assert!(verify(many.as_bytes(), None, now()).is_err());
    let deep = format!("{{\"entries\":[{}]}}", "[".repeat(200_000));
    assert!(verify(deep.as_bytes(), None, now()).is_err());
}

#[test]
fn the_first_key_is_what_the_parts_of_a_long_register_agree_on() {
    let made = good();
    let mut reader = Reader::new(now());
    let first = json!({"coalition": COMMUNS, "keys": made.listed, "entries": made.entries[..3], "next": "https://a.example/next"});
    let rest = json!({"coalition": COMMUNS, "keys": made.listed, "entries": made.entries[3..]});
    assert_eq!(reader.read(first.to_string().as_bytes()).unwrap().as_deref(), Some("https://a.example/next"));
    assert_eq!(reader.read(rest.to_string().as_bytes()).unwrap(), None);
    let verdict = reader.finish();
    assert!(verdict.holds() && verdict.entries == 7, "{:?}", verdict.faults);
}
