//! The stances of organisations on a proposal, and what is counted of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::publication::Method;

crate::words! {
    /// Where an organisation stands. Consent and consensus know the first three, advice and majority the last three.
    Stance as "stance" {
        Consent = "consent",
        StandAside = "stand_aside" | "réserve",
        Object = "object",
        Agree = "agree",
        Abstain = "abstain",
        Disagree = "disagree",
    }
}

impl Stance {
    /// The stances that a method knows.
    pub fn of(method: Method) -> &'static [Stance] {
        match method {
            Method::Consent | Method::Consensus => &[Stance::Consent, Stance::StandAside, Stance::Object],
            Method::Advice | Method::Majority => &[Stance::Agree, Stance::Abstain, Stance::Disagree],
        }
    }
}

/// A position as an entry of the register keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Handle of an organisation of this node, else its URL.
    pub organisation: String,
    /// Its name then.
    pub name: String,
    /// Where it stood at the end.
    pub stance: Stance,
    /// Plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it was taken, RFC 3339 in UTC, whole seconds.
    pub taken: String,
}

/// What a round came to, as an entry of the register keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// The proposal (UUIDv7).
    pub proposal: String,
    /// The revision of it that was decided on.
    pub version: i32,
    /// The round in which it was decided, from 1.
    pub round: u32,
    /// How many organisations had to take a position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quorum: Option<u32>,
    /// How many took each stance that the method knows; the words of [`Stance`].
    pub tally: BTreeMap<String, u32>,
    /// Every position that counted, ordered by `organisation`. Empty in the row of a decision, whose entry has them.
    pub positions: Vec<Recorded>,
}
