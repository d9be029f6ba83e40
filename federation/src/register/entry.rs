//! One entry, read: its place in the chain, its act, and what its own numbers say.

use std::collections::BTreeSet;

use aws_lc_rs::digest::{SHA256, digest as sha256};
use serde_json::{Map, Value};

use super::Fault;
use crate::limits::MAX_NAME;
use crate::proof::{ProofError, canonical};

/// What an entry does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    /// A decision; entries from before there were other acts name none.
    Adopt,
    /// A decision is looked at again, or a day for it is set.
    Review(u32),
    /// Another decision takes its place, where one is named.
    Supersede(u32, Option<u32>),
    /// It no longer holds.
    Repeal(u32),
    /// The coalition signs with another key from then on: fragment and public key of the old and the new one.
    Rotate((String, String), (String, String)),
}

/// An entry without its proof.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) number: u32,
    pub(super) coalition: String,
    pub(super) previous: Option<String>,
    pub(super) act: Act,
}

/// The digest of an entry: SHA-256 (lower-case hexadecimal) of its canonical JSON (RFC 8785) without `proof`.
///
/// # Errors
/// [`ProofError::Document`] where it is no object.
pub fn digest(entry: &Value) -> Result<String, ProofError> {
    let members = entry.as_object().ok_or(ProofError::Document)?;
    let bare: std::collections::BTreeMap<&String, &Value> =
        members.iter().filter(|(name, _)| *name != "proof").collect();
    let digest = sha256(&SHA256, &canonical(&bare)?);
    Ok(digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Reads an entry, or says why it is none.
pub(super) fn read(value: &Value) -> Result<Entry, &'static str> {
    let members = value.as_object().ok_or("it is no object")?;
    // Members that the proof does not cover, or that would change how it is read.
    if members.contains_key("signature") || members.contains_key("@context") {
        return Err("it has a member that no entry has, `signature` or `@context`");
    }
    let number = count(members, "number").ok_or("its `number` is no whole number from 1")?;
    let previous = match members.get("previous") {
        None => None,
        Some(Value::String(text)) if text.len() == 64 => Some(text.clone()),
        Some(_) => return Err("its `previous` is no SHA-256 in hexadecimal"),
    };
    let coalition = text(members, "coalition").ok_or("its `coalition` is no handle")?;
    Ok(Entry { number, coalition, previous, act: act(members)? })
}

fn act(members: &Map<String, Value>) -> Result<Act, &'static str> {
    let decision = || count(members, "decision").ok_or("its `decision` is no number of a decision");
    match members.get("act").map(Value::as_str) {
        None | Some(Some("adopt")) => {
            let all = ["publication", "title", "text", "language"].iter().all(|name| is_text(members, name));
            if all {
                Ok(Act::Adopt)
            } else {
                Err("it lacks the publication, title, text or language of a decision")
            }
        }
        Some(Some("review")) => Ok(Act::Review(decision()?)),
        Some(Some("supersede")) => match members.get("successor") {
            None => Ok(Act::Supersede(decision()?, None)),
            Some(_) => {
                let successor =
                    count(members, "successor").ok_or("its `successor` is no number of a decision")?;
                Ok(Act::Supersede(decision()?, Some(successor)))
            }
        },
        Some(Some("repeal")) => Ok(Act::Repeal(decision()?)),
        Some(Some("rotate")) => {
            let key = |name: &str| {
                let key = members.get(name)?.as_object()?;
                let id = text(key, "id").filter(|id| id.starts_with('#'))?;
                Some((id, text(key, "publicKeyMultibase")?))
            };
            match (key("from"), key("to")) {
                (Some(from), Some(to)) => Ok(Act::Rotate(from, to)),
                _ => Err("its `from` or `to` is no key with `id` and `publicKeyMultibase`"),
            }
        }
        _ => Err("its `act` is none of adopt, review, supersede, repeal, rotate"),
    }
}

fn count(members: &Map<String, Value>, name: &str) -> Option<u32> {
    let number = members.get(name)?.as_u64()?;
    u32::try_from(number).ok().filter(|number| *number >= 1)
}

fn text(members: &Map<String, Value>, name: &str) -> Option<String> {
    let text = members.get(name)?.as_str()?;
    (text.len() <= MAX_NAME).then(|| text.to_owned())
}

fn is_text(members: &Map<String, Value>, name: &str) -> bool {
    members.get(name).is_some_and(Value::is_string)
}

/// What the positions of an entry (`reached`) do not bear out.
pub(super) fn counted(number: u32, value: &Value, faults: &mut Vec<Fault>) {
    let Some(reached) = value.get("reached") else { return };
    let (Some(positions), Some(tally)) =
        (reached.get("positions").and_then(Value::as_array), reached.get("tally").and_then(Value::as_object))
    else {
        return faults.push(Fault::Tally { number });
    };
    let of = |name: &'static str| move |position: &Value| position.get(name)?.as_str().map(str::to_owned);
    let mut known = BTreeSet::new();
    for organisation in positions.iter().filter_map(of("organisation")) {
        if !known.insert(organisation.clone()) {
            faults.push(Fault::Repeated { number, organisation });
        }
    }
    let stances: Vec<String> = positions.iter().filter_map(of("stance")).collect();
    let adds_up = |(stance, count): (&String, &Value)| {
        let taken = stances.iter().filter(|taken| *taken == stance).count();
        count.as_u64() == u64::try_from(taken).ok()
    };
    let all_counted = stances.iter().all(|stance| tally.contains_key(stance));
    if stances.len() != positions.len() || !all_counted || !tally.iter().all(adds_up) {
        faults.push(Fault::Tally { number });
    }
    let taken = u64::try_from(positions.len()).unwrap_or(u64::MAX);
    if let Some(quorum) = reached.get("quorum").and_then(Value::as_u64).filter(|quorum| taken < *quorum) {
        faults.push(Fault::NoQuorum { number, positions: taken, quorum });
    }
    let by_consent = matches!(value.get("method").and_then(Value::as_str), Some("consent" | "consensus"));
    if by_consent && stances.iter().any(|stance| stance == "object") {
        faults.push(Fault::Objection { number });
    }
}
