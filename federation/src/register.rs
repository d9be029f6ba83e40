//! The register of decisions of a coalition, verified by anyone from its bytes alone (FEDERATION.md, "Register"): who signed
//! each entry, whether the chain of digests is whole, which key held when, and whether positions add up.
//!
//! Bytes in, a [`Verdict`] out: no network, no store, no clock but an argument. An entry is JSON in its canonical form (RFC 8785),
//! frozen when it was made; its proof (FEP-8b32, `eddsa-jcs-2022`) is laid beside it under `proof`. The digest of an entry is the
//! SHA-256 of its canonical form without `proof`, and the next entry names it in `previous`.
//!
//! What it cannot tell: whether entries are missing at the end, and whether the keys that the file lists are the coalition's.
//! Whoever fetched the coalition's actor compares [`Verdict::keys`] with its `assertionMethod`.

mod chain;
mod entry;
mod fault;
mod keys;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::{Error as _, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

pub use entry::digest;
pub use fault::Fault;
pub use keys::Keys;

use crate::json::{self, JsonError};
use crate::limits::{MAX_FAULTS, MAX_REGISTER, MAX_REGISTER_ENTRIES, MAX_URL};
use chain::Seen;

/// Why bytes are nothing that can be verified.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// More than [`MAX_REGISTER`] bytes.
    #[error("the register is larger than 64 MB")]
    TooLarge,
    /// Not JSON, or with more than [`MAX_REGISTER_ENTRIES`] entries, or with a member twice.
    #[error("this is not the JSON of a register, of an entry or of a decision: {0}")]
    Syntax(String),
    /// A single document breaks a rule of [`json`].
    #[error(transparent)]
    Json(#[from] JsonError),
    /// JSON without anything to verify in it.
    #[error(
        "there is no entry of a register in it: give decisions.json of a coalition, an entry, or the JSON of a decision"
    )]
    NoEntry,
}

/// What holds of a register or of one entry, and what does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The id (URL) of the coalition; empty where nothing names it.
    pub coalition: String,
    /// How many entries were looked at.
    pub entries: usize,
    /// The number of the last one.
    pub last: Option<u32>,
    /// The digest of the last one: SHA-256, lower-case hexadecimal.
    pub head: Option<String>,
    /// Whether it is a whole register from its first entry on, and not one entry by itself.
    pub whole: bool,
    /// The keys that signed, in the order in which they held: id and public key (Multikey).
    pub keys: Vec<(String, String)>,
    /// When the first proof was made, as it says.
    pub since: Option<DateTime<Utc>>,
    /// What does not hold, by number; at most [`MAX_FAULTS`].
    pub faults: Vec<Fault>,
}

impl Verdict {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Verifies a register (`entries` and `keys`), the JSON of one decision (`decision` and `keys`) or one bare entry. `known` are
/// keys from elsewhere, such as the coalition's actor: then the last key of a register must be one of them, and an entry by
/// itself must be signed by one of them. Without any, the document's own are taken.
///
/// # Errors
/// [`Unreadable`] where there is nothing to verify; whatever is wrong with a single entry is a [`Fault`].
pub fn verify(bytes: &[u8], known: Option<&Keys>, now: DateTime<Utc>) -> Result<Verdict, Unreadable> {
    let mut reader = Reader::new(now);
    if let Some(known) = known {
        reader.trust(known.clone());
    }
    reader.read(bytes)?;
    Ok(reader.finish())
}

/// Reads a register that comes in several parts, in their order, and then says what holds. Memory is needed for a line an
/// entry, not for its text.
#[derive(Debug)]
pub struct Reader {
    now: DateTime<Utc>,
    coalition: String,
    keys: Keys,
    trusted: Option<Keys>,
    whole: bool,
    place: usize,
    seen: Vec<Seen>,
    faults: Vec<Fault>,
}

impl Reader {
    /// Nothing read yet. A proof from after `now` (by more than an hour) counts as unreadable.
    #[must_use]
    pub fn new(now: DateTime<Utc>) -> Self {
        Self {
            now,
            coalition: String::new(),
            keys: Keys::default(),
            trusted: None,
            whole: false,
            place: 0,
            seen: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Takes these keys as the coalition's. Of a register they need only hold the last one: it vouches for those before.
    pub fn trust(&mut self, keys: Keys) {
        self.keys = keys.clone();
        self.trusted = Some(keys);
    }

    /// Reads a register, a part of one, the JSON of a decision or one entry. The address of the next part, where it names one.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn read(&mut self, bytes: &[u8]) -> Result<Option<String>, Unreadable> {
        if bytes.len() > MAX_REGISTER {
            return Err(Unreadable::TooLarge);
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        // JSON is UTF-8, also where a member is skipped (RFC 8259, section 8.1).
        let json = std::str::from_utf8(bytes).map_err(|error| Unreadable::Syntax(error.to_string()))?;
        let outer: Outer<'_> =
            serde_json::from_str(json).map_err(|error| Unreadable::Syntax(error.to_string()))?;
        if self.coalition.is_empty() {
            self.coalition = outer.coalition();
        }
        if self.trusted.is_none() || outer.entries.is_some() {
            self.keys.add(outer.keys.or(outer.assertion_method).map_or("[]", RawValue::get));
        }
        if let Some(entries) = outer.entries {
            self.whole = true;
            if self.seen.len().saturating_add(entries.0.len()) > MAX_REGISTER_ENTRIES {
                return Err(Unreadable::TooLarge);
            }
            entries.0.iter().for_each(|entry| self.push(entry.get().as_bytes()));
            return Ok(text(outer.next, MAX_URL));
        }
        match (outer.decision, outer.number, outer.proof) {
            (Some(decision), ..) if decision.get().starts_with('{') => self.push(decision.get().as_bytes()),
            (_, Some(_), Some(_)) => self.push(bytes),
            _ => return Err(Unreadable::NoEntry),
        }
        Ok(None)
    }

    fn push(&mut self, bytes: &[u8]) {
        self.place = self.place.saturating_add(1);
        let value = match json::parse(bytes) {
            Ok(value) => value,
            Err(_) => {
                return self.fault(Fault::Entry {
                    place: self.place,
                    what: "it is no JSON object that is read here",
                });
            }
        };
        if self.coalition.is_empty() {
            // One entry by itself: whoever signed it says whose it is.
            self.coalition = keys::signer(&value).unwrap_or_default();
        }
        match chain::look(&value, &self.coalition, &self.keys, self.now) {
            Ok((seen, faults)) => {
                faults.into_iter().for_each(|fault| self.fault(fault));
                self.seen.push(seen);
            }
            Err(what) => self.fault(Fault::Entry { place: self.place, what }),
        }
    }

    fn fault(&mut self, fault: Fault) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(fault);
        }
    }

    /// What holds of all that was read.
    #[must_use]
    pub fn finish(mut self) -> Verdict {
        let entries = self.place;
        let chain = chain::walk(&self.seen, self.whole, &self.keys);
        chain.faults.into_iter().for_each(|fault| self.fault(fault));
        if let (Some(trusted), true, Some(key)) = (self.trusted.take(), self.whole, chain.held.last())
            && trusted.public(key).is_none()
        {
            let number = self.seen.iter().map(|seen| seen.number).max().unwrap_or_default();
            self.fault(Fault::UnknownKey { number, key: key.clone() });
        }
        self.faults.sort_by_key(Fault::number);
        self.faults.dedup();
        let last = self.seen.iter().max_by_key(|seen| seen.number);
        Verdict {
            entries,
            last: last.map(|seen| seen.number),
            head: last.map(|seen| seen.digest.clone()),
            whole: self.whole,
            keys: chain
                .held
                .iter()
                .map(|id| (id.clone(), self.keys.public(id).unwrap_or_default()))
                .collect(),
            since: self.seen.iter().filter_map(|seen| seen.signed).min(),
            coalition: self.coalition,
            faults: self.faults,
        }
    }
}

/// The members of a document that matter here; others are passed over.
#[derive(Deserialize)]
struct Outer<'a> {
    #[serde(borrow, default)]
    coalition: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "attributedTo")]
    attributed_to: Option<&'a RawValue>,
    #[serde(borrow, default)]
    keys: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "assertionMethod")]
    assertion_method: Option<&'a RawValue>,
    #[serde(borrow, default)]
    entries: Option<Entries<'a>>,
    #[serde(borrow, default)]
    next: Option<&'a RawValue>,
    #[serde(borrow, default)]
    decision: Option<&'a RawValue>,
    #[serde(borrow, default)]
    number: Option<&'a RawValue>,
    #[serde(borrow, default)]
    proof: Option<&'a RawValue>,
}

impl Outer<'_> {
    /// The id of the coalition; in an entry and in the JSON of a decision `coalition` is its handle.
    fn coalition(&self) -> String {
        let named = [self.coalition, self.attributed_to].into_iter().filter_map(|value| text(value, MAX_URL));
        let mut urls = named.filter(|text| text.starts_with("https://") || text.starts_with("http://"));
        urls.next().unwrap_or_default()
    }
}

fn text(value: Option<&RawValue>, longest: usize) -> Option<String> {
    let raw = value?.get();
    if raw.len() > longest {
        return None;
    }
    serde_json::from_str::<Value>(raw).ok()?.as_str().map(str::to_owned)
}

/// The entries as they stand, not yet read.
struct Entries<'a>(Vec<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Vec<&'de RawValue>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("the entries of a register, in an array")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = seq.next_element::<&RawValue>()? {
                    if entries.len() >= MAX_REGISTER_ENTRIES {
                        return Err(A::Error::custom("more than 100000 entries"));
                    }
                    entries.push(entry);
                }
                Ok(entries)
            }
        }
        reader.deserialize_seq(Each).map(Entries)
    }
}

#[cfg(test)]
mod tests;
