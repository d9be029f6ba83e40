//! The chain: each entry looked at by itself, then all of them beside each other.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::entry::{self, Act};
use super::{Fault, Keys};
use crate::proof::{Proof, ProofError};

/// What is kept of an entry once it was looked at.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) number: u32,
    pub(super) digest: String,
    pub(super) signed: Option<DateTime<Utc>>,
    previous: Option<String>,
    act: Act,
    /// The ids of the keys whose proofs match.
    by: Vec<String>,
    /// Whether no proof speaks against its text.
    intact: bool,
    /// The id of the coalition's actor.
    coalition: String,
}

/// Looks at one entry: its proofs, its coalition, its counts. The reason where it is no entry.
pub(super) fn look(
    value: &Value,
    coalition: &str,
    keys: &Keys,
    now: DateTime<Utc>,
) -> Result<(Seen, Vec<Fault>), &'static str> {
    let read = entry::read(value)?;
    let number = read.number;
    let mut faults = Vec::new();
    if coalition.rsplit('/').next() != Some(read.coalition.as_str()) {
        faults.push(Fault::OtherCoalition { number, coalition: read.coalition.clone() });
    }
    entry::counted(number, value, &mut faults);
    let mut seen = Seen {
        number,
        digest: entry::digest(value).map_err(|_| "it has no canonical form")?,
        signed: None,
        previous: read.previous,
        act: read.act,
        by: Vec::new(),
        intact: true,
        coalition: coalition.to_owned(),
    };
    match Proof::read_all(value) {
        Ok(proofs) if proofs.is_empty() => faults.push(Fault::NoProof { number }),
        Ok(proofs) if proofs.len() > 1 && !matches!(seen.act, Act::Rotate(..)) => {
            faults.push(Fault::Proof { number, why: ProofError::TooMany });
        }
        Ok(proofs) => {
            for proof in &proofs {
                check(&mut seen, proof, keys, now, &mut faults);
            }
        }
        Err(why) => faults.push(Fault::Proof { number, why }),
    }
    Ok((seen, faults))
}

fn check(seen: &mut Seen, proof: &Proof<'_>, keys: &Keys, now: DateTime<Utc>, faults: &mut Vec<Fault>) {
    let (number, id) = (seen.number, proof.method());
    let whose = id.split_once('#').map(|(actor, _)| actor);
    if whose != Some(seen.coalition.as_str()) {
        return faults.push(Fault::ForeignKey { number, key: id.to_owned() });
    }
    let Some(key) = keys.get(id) else {
        return faults.push(Fault::UnknownKey { number, key: id.to_owned() });
    };
    match proof.verify(key, now) {
        Ok(()) => {
            seen.by.push(id.to_owned());
            seen.signed = seen.signed.or(proof.created());
        }
        Err(ProofError::Mismatch) => {
            seen.intact = false;
            faults.push(Fault::Altered { number });
        }
        Err(why) => faults.push(Fault::Proof { number, why }),
    }
}

/// What came of the walk.
pub(super) struct Walked {
    /// The ids of the keys in the order in which they held.
    pub(super) held: Vec<String>,
    pub(super) faults: Vec<Fault>,
}

/// Looks at all entries beside each other. One that is not part of a whole register is looked at by itself.
pub(super) fn walk(seen: &[Seen], whole: bool, keys: &Keys) -> Walked {
    let mut walked = Walked { held: Vec::new(), faults: Vec::new() };
    if !whole {
        for one in seen {
            for key in one.by.iter().filter(|key| keys.is_revoked(key)) {
                walked.faults.push(Fault::Revoked { number: one.number, key: key.clone() });
            }
            walked.held.extend(one.by.iter().cloned());
        }
        return walked;
    }
    let mut by_number: BTreeMap<u32, Vec<&Seen>> = BTreeMap::new();
    for one in seen {
        by_number.entry(one.number).or_default().push(one);
    }
    order(seen, &by_number, &mut walked.faults);
    links(&by_number, &mut walked.faults);
    decisions(&by_number, &mut walked.faults);
    holders(&by_number, keys, &mut walked);
    walked
}

/// Numbers: none missing, none twice, each behind a lower one.
fn order(seen: &[Seen], by_number: &BTreeMap<u32, Vec<&Seen>>, faults: &mut Vec<Fault>) {
    let mut highest = 0;
    let mut met = BTreeSet::new();
    for one in seen {
        if met.insert(one.number) && one.number < highest {
            faults.push(Fault::Order { number: one.number, after: highest });
        }
        highest = highest.max(one.number);
    }
    let mut next = 1;
    for (&number, same) in by_number {
        if number > next {
            faults.push(Fault::Missing { from: next, to: number.saturating_sub(1) });
        }
        if same.len() > 1 {
            faults.push(Fault::Second { number });
        }
        next = number.saturating_add(1);
    }
}

/// Digests: each entry names that of one before it. What follows from a fault that is told already is not told again.
fn links(by_number: &BTreeMap<u32, Vec<&Seen>>, faults: &mut Vec<Fault>) {
    for (&number, same) in by_number {
        let before = number.saturating_sub(1);
        let previous = by_number.get(&before);
        for one in same.iter().filter(|one| one.intact) {
            let names = |digest: &str| one.previous.as_deref() == Some(digest);
            let continues = match previous {
                None if before == 0 => one.previous.is_none(),
                // The one before is missing, which is told.
                None => one.previous.is_some(),
                Some(all) => all.iter().any(|one| names(&one.digest) || !one.intact),
            };
            if !continues {
                faults.push(Fault::Link { number, before });
            }
        }
    }
}

/// Acts on decisions: each speaks of one that stands before it and was not ended yet.
fn decisions(by_number: &BTreeMap<u32, Vec<&Seen>>, faults: &mut Vec<Fault>) {
    let is_decision = |of: u32, before: u32| {
        let found = by_number.get(&of);
        // Of a number that is missing nobody can say what it was.
        of < before && found.is_none_or(|all| all.iter().any(|one| one.act == Act::Adopt))
    };
    let mut ended: BTreeMap<u32, u32> = BTreeMap::new();
    for one in by_number.values().flatten() {
        let number = one.number;
        let (decision, successor, ends) = match one.act {
            Act::Review(decision) => (decision, None, false),
            Act::Supersede(decision, successor) => (decision, successor, true),
            Act::Repeal(decision) => (decision, None, true),
            Act::Adopt | Act::Rotate(..) => continue,
        };
        for named in [Some(decision), successor].into_iter().flatten() {
            if !is_decision(named, number) {
                faults.push(Fault::NoDecision { number, decision: named });
            }
        }
        match ended.get(&decision) {
            // A second entry under the same number is told already.
            Some(&since) if since < number => faults.push(Fault::Ended { number, decision, since }),
            _ if ends => drop(ended.insert(decision, number)),
            _ => {}
        }
    }
}

/// Keys: the first one holds until a rotation that both sign, then the next one.
fn holders(by_number: &BTreeMap<u32, Vec<&Seen>>, keys: &Keys, walked: &mut Walked) {
    let mut current: Option<String> = None;
    let mut out: BTreeMap<String, u32> = BTreeMap::new();
    let mut next = 1;
    for one in by_number.values().flatten() {
        // What stood in a gap, a rotation perhaps, nobody knows.
        let after_gap = one.number > next;
        next = one.number.saturating_add(1);
        let signer = match &one.act {
            Act::Rotate(from, to) => {
                let ids = [from, to].map(|key| format!("{}{}", one.coalition, key.0));
                rotation(one, [from, to], &ids, keys, &mut walked.faults);
                let [from, to] = ids;
                judge(one, &from, current.as_ref(), &out, after_gap, &mut walked.faults);
                note(walked, &from);
                note(walked, &to);
                out.insert(from, one.number);
                current = Some(to);
                continue;
            }
            _ => one.by.first(),
        };
        let Some(id) = signer else { continue };
        let is_good = judge(one, id, current.as_ref(), &out, after_gap, &mut walked.faults);
        if is_good {
            note(walked, id);
            current = Some(id.clone());
        }
    }
}

fn note(walked: &mut Walked, id: &str) {
    if walked.held.last().is_none_or(|last| last != id) {
        walked.held.push(id.to_owned());
    }
}

/// Whether this key could sign then.
fn judge(
    one: &Seen,
    id: &str,
    current: Option<&String>,
    out: &BTreeMap<String, u32>,
    after_gap: bool,
    faults: &mut Vec<Fault>,
) -> bool {
    let (number, key) = (one.number, id.to_owned());
    if let Some(&since) = out.get(id) {
        faults.push(Fault::RotatedOut { number, key, since });
        return false;
    }
    if current.is_some_and(|current| current != id) && !after_gap {
        faults.push(match one.act {
            Act::Rotate(..) => Fault::OtherKey { number, key },
            _ => Fault::NotBroughtIn { number, key },
        });
        return false;
    }
    true
}

/// A rotation names keys as they are known, and both sign it.
fn rotation(
    one: &Seen,
    named: [&(String, String); 2],
    ids: &[String; 2],
    keys: &Keys,
    faults: &mut Vec<Fault>,
) {
    for ((_, public), id) in named.into_iter().zip(ids) {
        if keys.public(id).is_some_and(|known| known != *public) {
            faults.push(Fault::OtherKey { number: one.number, key: id.clone() });
        }
    }
    if one.intact && !ids.iter().all(|id| one.by.contains(id)) {
        faults.push(Fault::NotByBoth { number: one.number });
    }
}
