//! The frozen entries of the register of decisions: what is kept for ever, byte for byte. Five acts in one numbering.

use serde::Serialize;

use super::position::Reached;
use super::publication::{Content, Decision, Method, When};
use super::state::State;

crate::words! {
    /// What an entry of the register does.
    Act as "act" {
        Adopt = "adopt",
        Review = "review",
        Supersede = "supersede",
        Repeal = "repeal",
        Rotate = "rotate",
    }
}

/// A decision is adopted. Its canonical JSON (RFC 8785) is stored once and never rewritten; the proof is laid beside it.
/// Entries from before there were other acts have no `act`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry<'a> {
    /// [`Act::Adopt`].
    pub act: Act,
    /// Counts from 1 in the coalition, without a gap.
    pub number: i32,
    /// The publication that carries it (UUIDv7).
    pub publication: &'a str,
    /// The handle of the coalition.
    pub coalition: &'a str,
    /// Plain text.
    pub title: &'a str,
    /// Markdown, the whole text of the decision.
    pub text: &'a str,
    /// BCP 47.
    pub language: &'a str,
    /// The day of the act.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<When>,
    /// How it was reached, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// What it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<&'a str>,
    /// The round that it closes, where a proposal led to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reached: Option<&'a Reached>,
    /// SHA-256 (lower-case hexadecimal) of the entry before it; absent in the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<&'a str>,
}

/// A decision is reviewed, superseded or repealed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change<'a> {
    /// Which of the three.
    pub act: Act,
    /// See [`Entry::number`].
    pub number: i32,
    /// The handle of the coalition.
    pub coalition: &'a str,
    /// The number of the decision that changes.
    pub decision: i32,
    /// The number of the decision that takes its place, where one is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successor: Option<i32>,
    /// Its state from then on.
    pub state: State,
    /// The day of the act.
    pub date: When,
    /// The day on which it is to be reviewed, where this sets one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<When>,
    /// The handle of the organisation that asked for it; absent where the clock did, or nobody said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<&'a str>,
    /// Plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
    /// See [`Entry::previous`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<&'a str>,
}

/// The coalition signs with another key from then on; signed by both.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rotation<'a> {
    /// [`Act::Rotate`].
    pub act: Act,
    /// See [`Entry::number`].
    pub number: i32,
    /// The handle of the coalition.
    pub coalition: &'a str,
    /// The key that held.
    pub from: Named<'a>,
    /// The key that holds.
    pub to: Named<'a>,
    /// Whether the old key, and those before it, are not to be believed any more but for the entries before this one: the new
    /// key vouches for those, since it signs the digest of the last.
    pub revoked: bool,
    /// The day of the act.
    pub date: When,
    /// See [`Entry::previous`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<&'a str>,
}

/// A key, as an entry names it: without the base URL of the node, so that the entry is the same wherever it is read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Named<'a> {
    /// Relative to the id of the coalition, such as `#ed25519-2`.
    pub id: String,
    /// As a Multikey (FEP-521a).
    #[serde(rename = "publicKeyMultibase")]
    pub public: &'a str,
}

/// The act by which a decision comes into a state after it was adopted.
pub fn act_of(state: State) -> Act {
    match state {
        State::Superseded => Act::Supersede,
        State::Repealed => Act::Repeal,
        _ => Act::Review,
    }
}

/// The day of the act, as an entry or its first 200 bytes tell it: canonical JSON is ordered by its keys, and only the act (where
/// there is one) and the handle of the coalition, of at most 60 bytes, stand before it. None where it has none.
pub fn date(entry: &str) -> Option<When> {
    let (before, rest) = entry.split_once("\"date\":\"")?;
    let is_first = before.matches(':').count() <= 2;
    rest.split_once('"').filter(|_| is_first).and_then(|(date, _)| date.parse().ok())
}

/// The parts of a decision that its entry froze: the rest (summary, tags, state, review date) lives on around it.
pub fn same_frozen(a: &Content, a_details: &Decision, b: &Content, b_details: &Decision) -> bool {
    a.title == b.title
        && a.body == b.body
        && a.language == b.language
        && a_details.date == b_details.date
        && a_details.method == b_details.method
        && a_details.source == b_details.source
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn the_day_of_an_act_is_read_from_the_beginning_of_its_entry() {
        let (act, coalition) = (Act::Adopt, "x".repeat(60));
        let mut entry = Entry {
            act,
            number: 7,
            publication: "01a2106f-932f-72f7-9def-f40d5539c6b0",
            coalition: &coalition,
            title: "\"date\":\"2019-01-01\"",
            text: "Texte.",
            language: "fr",
            date: Some("2021-09-07T14:00:00+02:00".parse().unwrap()),
            method: None,
            source: Some("\"date\":\"2019-01-01\""),
            reached: None,
            previous: None,
        };
        let told = |entry: &Entry| serde_jcs::to_string(entry).unwrap().chars().take(200).collect::<String>();
        assert_eq!(date(&told(&entry)), entry.date);
        let old = told(&entry).replace("\"act\":\"adopt\",", "");
        assert_eq!(date(&old), entry.date, "an entry from before there were other acts");
        entry.date = None;
        assert_eq!(date(&told(&entry)), None);
        assert_eq!(date(&serde_jcs::to_string(&entry).unwrap()), None);
    }
}
