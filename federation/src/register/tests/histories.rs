//! Generated registers: a random history of acts over rotations of the key holds; whatever is then done to it is named for what
//! it is; and bytes altered anywhere never pass for another history than the one that was signed.

use std::collections::BTreeSet;

use super::*;

#[path = "../../../tests/it/generator.rs"]
#[expect(dead_code, reason = "shared with tests that use more of it")]
mod generator;

use generator::{Random, run_or};

/// A register with what a witness knows of it.
struct History {
    made: Made,
    /// Numbers of decisions that no entry has ended.
    standing: BTreeSet<u32>,
    /// Numbers of those that one has.
    ended: Vec<u32>,
    /// Which key signed each entry; of a rotation, the old one.
    signer: Vec<usize>,
}

impl History {
    fn of(random: &mut Random) -> History {
        let mut history =
            History { made: Made::new(), standing: BTreeSet::new(), ended: Vec::new(), signer: Vec::new() };
        for _ in 0..=random.below(7) {
            history.act(random);
        }
        history
    }

    fn act(&mut self, random: &mut Random) {
        let number = self.made.entries.len() as u32 + 1;
        self.signer.push(self.made.current);
        let standing: Vec<u32> = self.standing.iter().copied().collect();
        let decision = standing.get(random.below(standing.len())).copied();
        match (random.below(7), decision) {
            (0, _) => self.made.rotate(true),
            (1, Some(decision)) => self.made.add(
                json!({"act": "review", "decision": decision, "state": "in_force", "date": "2026-11-25"}),
            ),
            (2, Some(decision)) => {
                self.made.add(json!({"act": "repeal", "decision": decision, "reason": "Sans objet."}));
                self.end(decision);
            }
            (3, Some(decision)) if standing.len() > 1 => {
                let others: Vec<u32> = standing.iter().copied().filter(|one| *one != decision).collect();
                let successor = others[random.below(others.len())];
                self.made.add(
                    json!({"act": "supersede", "decision": decision, "successor": successor, "reason": "Mieux."}),
                );
                self.end(decision);
            }
            _ => {
                let text = random.text(&["Nous décidons", " ", "\n", "\"", "\u{2028}", "é"], 6);
                // No document with a NUL is read, and none is published.
                self.made.adopt(&text.replace('\0', ""));
                self.standing.insert(number);
            }
        }
    }

    fn end(&mut self, decision: u32) {
        self.standing.remove(&decision);
        self.ended.push(decision);
    }

    /// Where decisions stand among the entries.
    fn decisions(&self) -> Vec<usize> {
        let is_decision = |at: &usize| self.made.entries[*at].get("text").is_some();
        (0..self.made.entries.len()).filter(is_decision).collect()
    }

    /// The entry with another value of a member, signed again by these keys.
    fn again(&self, at: usize, member: &str, value: Value, by: &[usize]) -> Value {
        let mut entry = self.made.entries[at].clone();
        entry.as_object_mut().unwrap().remove("proof");
        entry[member] = value;
        self.made.sign(entry, by)
    }

    /// Does one thing to it that nobody may, and says what must be found: nothing where this history has no place for it.
    fn tamper(&mut self, random: &mut Random) -> Option<Vec<Fault>> {
        let (count, decisions) = (self.made.entries.len(), self.decisions());
        let at = random.below(count);
        let number = at as u32 + 1;
        let decision = decisions.get(random.below(decisions.len())).copied();
        match random.below(10) {
            0 => {
                let entry = &mut self.made.entries[at];
                let member =
                    ["text", "reason", "date", "revoked"].into_iter().find(|one| entry.get(one).is_some());
                entry[member?] = "autre".into();
                Some(vec![Fault::Altered { number }])
            }
            1 if at + 1 < count => {
                self.made.entries.remove(at);
                Some(vec![Fault::Missing { from: number, to: number }])
            }
            2 if at + 1 < count => {
                self.made.entries.swap(at, at + 1);
                Some(vec![Fault::Order { number, after: number + 1 }])
            }
            3 => {
                let at = decision?;
                let other = self.again(at, "title", "Autre".into(), &[self.signer[at]]);
                self.made.entries.insert(at + 1, other);
                Some(vec![Fault::Second { number: at as u32 + 1 }])
            }
            4 => {
                let at = decision.filter(|at| at + 1 < count)?;
                self.made.entries[at] = self.again(at, "title", "Autre".into(), &[self.signer[at]]);
                Some(vec![Fault::Link { number: at as u32 + 2, before: at as u32 + 1 }])
            }
            5 if self.made.current > 0 => {
                let old = random.below(self.made.current);
                let since = self.signer.iter().rposition(|key| *key == old)? as u32 + 1;
                self.made.current = old;
                self.made.adopt("Après.");
                let key = self.made.keys[old].0.clone();
                Some(vec![Fault::RotatedOut { number: count as u32 + 1, key, since }])
            }
            6 => {
                let (at, key) = (decision?, "https://a.example/coalitions/autre#ed25519-key".to_owned());
                self.made.keys.push((key.clone(), Ed25519Private::generate().unwrap()));
                let title = self.made.entries[at]["title"].clone();
                self.made.entries[at] = self.again(at, "title", title, &[self.made.keys.len() - 1]);
                Some(vec![Fault::ForeignKey { number: at as u32 + 1, key }])
            }
            7 => {
                let at = decision?;
                self.made.entries[at].as_object_mut()?.remove("proof");
                Some(vec![Fault::NoProof { number: at as u32 + 1 }])
            }
            8 => {
                let decision = *self.ended.last()?;
                let ends = |entry: &Value| entry["decision"] == decision && entry["act"] != "review";
                let since = self.made.entries.iter().position(ends)? as u32 + 1;
                self.made.add(json!({"act": "repeal", "decision": decision, "reason": "Encore."}));
                Some(vec![Fault::Ended { number: count as u32 + 1, decision, since }])
            }
            _ => {
                let at = decision?;
                let coalition = "autre".to_owned();
                self.made.entries[at] =
                    self.again(at, "coalition", coalition.as_str().into(), &[self.signer[at]]);
                let number = at as u32 + 1;
                let mut found = vec![Fault::OtherCoalition { number, coalition }];
                if at + 1 < count {
                    found.push(Fault::Link { number: number + 1, before: number });
                }
                Some(found)
            }
        }
    }
}

#[test]
fn generated_registers_hold_and_whatever_is_done_to_them_is_named() {
    // A signature costs a thousand times what an act of the other histories does.
    run_or(1_000, "histories of a register, each also tampered with", |random| {
        let mut history = History::of(random);
        let true_digests: Vec<String> =
            history.made.entries.iter().map(|entry| digest(entry).unwrap()).collect();
        let document = history.made.document().to_string();
        let held = verify(document.as_bytes(), None, now()).unwrap();
        assert_eq!(held.faults, [], "{document}");
        assert_eq!(held.last, Some(true_digests.len() as u32));
        assert_eq!(held.head.as_ref(), true_digests.last());

        let mut bytes = document.into_bytes();
        random.alter(&mut bytes);
        if let Ok(verdict) = verify(&bytes, None, now())
            && verdict.whole
            && verdict.holds()
        {
            let read: Value = serde_json::from_slice(&bytes).unwrap();
            let entries = read["entries"].as_array().unwrap();
            let digests: Vec<String> = entries.iter().map(|entry| digest(entry).unwrap()).collect();
            assert!(true_digests.starts_with(&digests), "{read}");
        }

        if let Some(wanted) = history.tamper(random) {
            assert_eq!(history.made.faults(), wanted, "{}", history.made.document());
        }
    });
}
