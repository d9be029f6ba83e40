//! What a round came to, as a pure function of its record: the same whatever order the positions arrived in, however often, and
//! whatever came too late.
//!
//! **The position of an organisation** is its last one that was taken in time, by the round and version that it names, the time at
//! which it was taken and its id. It is *counted* where it names this round and this version of the text and was not withdrawn: another
//! round, or a changed text, asks everybody again. An *objection stands* whatever round and version it names, until its author
//! takes another position, withdraws it, or marks it as resolved: neither a changed comma nor another round passes over it. An
//! objection that was resolved is no position: its author is counted once it takes another.
//!
//! **Who counts** are the organisations that are entitled at the end. One that left of its own accord is neither counted nor in the
//! way; of one whose membership *others* ended or lowered, what it said while it was entitled is heard: its consent is counted no
//! more, its objection stands, so that nobody is passed over by being put out. It lifts its objection as before; who cannot wait for
//! that withdraws the proposal and asks anew. A quorum is a number of counted positions, whatever they say; where none is set it is
//! one. An amendment counts for nothing: whoever cannot live with the text as it stands, objects.
//!
//! - *Consent*: quorum, no standing objection, and somebody consents. Silence and reserves are no objection.
//! - *Consensus*: consent in a round in which nobody objected, at any moment, to the text that is decided on. Where an objection
//!   was resolved, another round shows that everybody who speaks now consents or stands aside.
//! - *Majority*: quorum, and more agree than disagree. Abstentions count for the quorum, not for the majority.
//! - *Advice*: quorum, since advice that nobody gave was not sought; then whoever closes says whether it is adopted, whatever was
//!   advised. The clock takes an advice that was sought as adopted: its author asked in order to go ahead, and closes
//!   before the deadline to give up.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::position::{Reached, Recorded, Stance};
use super::publication::Method;

crate::words! {
    /// Why a round ended as it did.
    Why as "reason of an outcome" {
        Reached = "reached",
        NoQuorum = "no_quorum",
        Objection = "objection",
        Objected = "objected",
        NobodyConsents = "nobody_consents",
        NoMajority = "no_majority",
        Declined = "declined",
    }
}

/// A position that an organisation took at some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// UUIDv7: the same one twice is one.
    pub id: String,
    /// Handle of an organisation of this node, else its URL.
    pub organisation: String,
    /// The version of the text that it is about.
    pub version: i32,
    /// The round in which it was taken.
    pub round: u32,
    /// Where it stands.
    pub stance: Stance,
    /// UTC.
    pub taken: NaiveDateTime,
    /// When its author took it back.
    pub withdrawn: Option<NaiveDateTime>,
    /// When its author said that an objection is resolved.
    pub resolved: Option<NaiveDateTime>,
}

/// A time in which an organisation was entitled to take positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entitled {
    /// None: for longer than anybody noted.
    pub since: Option<NaiveDateTime>,
    /// None: it still is.
    pub until: Option<NaiveDateTime>,
    /// Whether it ended by the organisation's own act.
    pub left: bool,
}

impl Entitled {
    /// One that goes on.
    pub const ALWAYS: Entitled = Entitled { since: None, until: None, left: false };

    fn covers(&self, at: NaiveDateTime) -> bool {
        self.since.is_none_or(|since| since <= at) && self.until.is_none_or(|until| at <= until)
    }
}

/// All that an outcome depends on.
#[derive(Clone, Debug)]
pub struct Record<'a> {
    /// How it is decided.
    pub method: Method,
    /// How many organisations must take a position.
    pub quorum: Option<u32>,
    /// Who was entitled to take positions and when, in order of time.
    pub entitled: BTreeMap<&'a str, Vec<Entitled>>,
    /// Every position ever taken, in any order.
    pub positions: &'a [Taken],
    /// The version of the text.
    pub version: i32,
    /// The round.
    pub round: u32,
    /// When this round began: what names a round before it and was taken later came too late.
    pub began: Option<NaiveDateTime>,
    /// The deadline of this round: what is done then or later changes nothing.
    pub closes: Option<NaiveDateTime>,
}

/// What a record comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome<'a> {
    /// Whether the proposal is adopted.
    pub adopted: bool,
    /// Why, or why not.
    pub why: Why,
    /// How many organisations must take a position.
    pub needed: u32,
    /// The positions that count, by organisation.
    pub counted: BTreeMap<&'a str, &'a Taken>,
    /// The objections that stand, by organisation.
    pub standing: BTreeMap<&'a str, &'a Taken>,
}

/// What a proposal came to when it was closed, as it is kept for its page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// Whether it was adopted.
    pub adopted: bool,
    /// Why, or why not.
    pub why: Why,
    /// What was counted.
    pub reached: Reached,
    /// The objections that stood, ordered by `organisation`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standing: Vec<Recorded>,
}

impl Taken {
    fn is_standing_objection(&self, record: &Record) -> bool {
        self.stance == Stance::Object && !self.is_over(record)
    }

    /// Whether it was withdrawn or resolved in time.
    fn is_over(&self, record: &Record) -> bool {
        let in_time = |at: NaiveDateTime| record.closes.is_none_or(|closes| at < closes);
        self.withdrawn.is_some_and(in_time)
            || self.stance == Stance::Object && self.resolved.is_some_and(in_time)
    }

    fn is_current(&self, record: &Record) -> bool {
        self.round == record.round && self.version == record.version
    }
}

impl<'a> Record<'a> {
    /// Whether an organisation is entitled at the end.
    pub fn is_entitled(&self, organisation: &str) -> bool {
        self.entitled
            .get(organisation)
            .and_then(|spans| spans.last())
            .is_some_and(|last| last.until.is_none())
    }

    /// Whether a position is heard: its author is entitled, or others ended what it was entitled to when it took the position.
    fn is_heard(&self, one: &Taken) -> bool {
        let Some(spans) = self.entitled.get(one.organisation.as_str()) else { return false };
        match spans.last() {
            Some(last) if last.until.is_some() => {
                !last.left && spans.iter().any(|span| span.covers(one.taken))
            }
            last => last.is_some(),
        }
    }

    /// What was taken in time by those who are heard.
    fn valid(&self) -> impl Iterator<Item = &'a Taken> {
        self.positions.iter().filter(|one| {
            let in_time = match one.round < self.round {
                true => self.began.is_none_or(|began| one.taken <= began),
                false => self.closes.is_none_or(|closes| one.taken < closes),
            };
            in_time && one.round <= self.round && one.version <= self.version && self.is_heard(one)
        })
    }

    /// The last position of each organisation.
    pub fn last(&self) -> BTreeMap<&'a str, &'a Taken> {
        let mut last: BTreeMap<&str, &Taken> = BTreeMap::new();
        let rank = |one: &'a Taken| (one.round, one.version, one.taken, one.id.as_str());
        for one in self.valid() {
            let known = last.entry(&one.organisation).or_insert(one);
            if rank(one) > rank(known) {
                *known = one;
            }
        }
        last
    }

    /// What it comes to. `choice`: what whoever closes says about an advice; other methods leave nothing to choose.
    pub fn outcome(&self, choice: Option<bool>) -> Outcome<'a> {
        let last = self.last();
        let standing: BTreeMap<_, _> =
            last.iter().filter(|(_, one)| one.is_standing_objection(self)).map(|(a, b)| (*a, *b)).collect();
        let counts =
            |by: &str, one: &Taken| one.is_current(self) && !one.is_over(self) && self.is_entitled(by);
        let counted: BTreeMap<_, _> = last.into_iter().filter(|(by, one)| counts(by, one)).collect();
        let needed = self.quorum.unwrap_or(1).max(1);
        let why = self.why(&counted, &standing, needed, choice);
        Outcome { adopted: why == Why::Reached, why, needed, counted, standing }
    }

    fn why(
        &self,
        counted: &BTreeMap<&str, &Taken>,
        standing: &BTreeMap<&str, &Taken>,
        needed: u32,
        choice: Option<bool>,
    ) -> Why {
        let count = |stance: Stance| counted.values().filter(|one| one.stance == stance).count();
        if u32::try_from(counted.len()).unwrap_or(u32::MAX) < needed {
            return Why::NoQuorum;
        }
        match self.method {
            Method::Consent | Method::Consensus if !standing.is_empty() => Why::Objection,
            Method::Consensus if self.was_objected_to() => Why::Objected,
            Method::Consent | Method::Consensus if count(Stance::Consent) == 0 => Why::NobodyConsents,
            Method::Majority if count(Stance::Agree) <= count(Stance::Disagree) => Why::NoMajority,
            Method::Advice if choice == Some(false) => Why::Declined,
            _ => Why::Reached,
        }
    }

    /// Whether somebody ever objected, in this round, to this text.
    fn was_objected_to(&self) -> bool {
        self.valid().any(|one| one.is_current(self) && one.stance == Stance::Object)
    }
}

impl Outcome<'_> {
    /// How many took each stance that the method knows.
    pub fn tally(&self, method: Method) -> BTreeMap<String, u32> {
        let mut tally: BTreeMap<String, u32> =
            Stance::of(method).iter().map(|stance| (stance.to_string(), 0)).collect();
        for one in self.counted.values() {
            let count = tally.entry(one.stance.to_string()).or_default();
            *count = count.saturating_add(1);
        }
        tally
    }
}

#[cfg(test)]
#[path = "outcome_tests.rs"]
mod tests;
