//! The frozen entry of a decision: what the register keeps for ever, byte for byte.

use serde::Serialize;

use super::position::Reached;
use super::publication::{Content, Decision, Method, When};

/// One entry of a coalition's register. Its canonical JSON (RFC 8785) is stored once and never rewritten; the signature
/// and the endorsements are laid around it later.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry<'a> {
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

/// The parts of a decision that its entry froze: the rest (summary, tags, state, review date) lives on around it.
pub fn same_frozen(a: &Content, a_details: &Decision, b: &Content, b_details: &Decision) -> bool {
    a.title == b.title
        && a.body == b.body
        && a.language == b.language
        && a_details.date == b_details.date
        && a_details.method == b_details.method
        && a_details.source == b_details.source
}
