//! What can be wrong with a register: one variant a fault, one sentence a variant.

use crate::proof::ProofError;

/// A fault of a register, with the number of the entry that has it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The proof does not match: a byte of the entry or of its proof is not as it was signed.
    #[error("entry {number} was altered: its signature does not match")]
    Altered {
        /// Which entry.
        number: u32,
    },
    /// It names another digest than the entry before it has.
    #[error("entry {number} does not continue entry {before}: it names another digest than that entry has")]
    Link {
        /// Which entry.
        number: u32,
        /// The one before it.
        before: u32,
    },
    /// Numbers without an entry.
    #[error("{}", if .from == .to { format!("entry {from} is missing") } else { format!("entries {from} to {to} are missing") })]
    Missing {
        /// The first number without an entry.
        from: u32,
        /// The last one before the next entry.
        to: u32,
    },
    /// It stands after an entry of a higher number.
    #[error("entry {number} stands after entry {after}: the order was changed")]
    Order {
        /// Which entry.
        number: u32,
        /// The one it stands behind.
        after: u32,
    },
    /// A number is there twice.
    #[error("there is a second entry under the number {number}")]
    Second {
        /// Which number.
        number: u32,
    },
    /// The key is another actor's.
    #[error("entry {number} is signed by {key}, which is not a key of this coalition")]
    ForeignKey {
        /// Which entry.
        number: u32,
        /// The id of the key.
        key: String,
    },
    /// The key is not among those that are known.
    #[error(
        "entry {number} is signed by {key}, which is not among the keys that are known of this coalition"
    )]
    UnknownKey {
        /// Which entry.
        number: u32,
        /// The id of the key.
        key: String,
    },
    /// The key no longer held.
    #[error("entry {number} is signed by {key}, which entry {since} had rotated out")]
    RotatedOut {
        /// Which entry.
        number: u32,
        /// The id of the key.
        key: String,
        /// The rotation.
        since: u32,
    },
    /// The key never began to hold.
    #[error("entry {number} is signed by {key}, which no rotation before it brought in")]
    NotBroughtIn {
        /// Which entry.
        number: u32,
        /// The id of the key.
        key: String,
    },
    /// The key was revoked, and nothing around the entry says that it was signed before.
    #[error(
        "entry {number} is signed by {key}, which was revoked: by itself it proves nothing, verify the register it stands in"
    )]
    Revoked {
        /// Which entry.
        number: u32,
        /// The id of the key.
        key: String,
    },
    /// A rotation lacks the proof of one of its keys.
    #[error("entry {number} rotates a key and is not signed by both the old and the new one")]
    NotByBoth {
        /// Which entry.
        number: u32,
    },
    /// A rotation from a key that did not hold, or whose keys are not those that are known under their ids.
    #[error(
        "entry {number} rotates {key}, which is not the key that held then, or not the one that is known by this id"
    )]
    OtherKey {
        /// Which entry.
        number: u32,
        /// The id of the key.
        key: String,
    },
    /// The counts are not those of the positions.
    #[error("the positions of entry {number} do not add up to its tally")]
    Tally {
        /// Which entry.
        number: u32,
    },
    /// An organisation stands twice among the positions.
    #[error("the positions of entry {number} name {organisation} twice")]
    Repeated {
        /// Which entry.
        number: u32,
        /// Its handle or URL.
        organisation: String,
    },
    /// Adopted with fewer positions than the quorum asks for.
    #[error("entry {number} was adopted with {positions} positions, below its quorum of {quorum}")]
    NoQuorum {
        /// Which entry.
        number: u32,
        /// How many there are.
        positions: u64,
        /// How many were needed.
        quorum: u64,
    },
    /// Adopted by consent while somebody objects.
    #[error("entry {number} was adopted by consent over a standing objection")]
    Objection {
        /// Which entry.
        number: u32,
    },
    /// There is no proof.
    #[error("entry {number} has no signature")]
    NoProof {
        /// Which entry.
        number: u32,
    },
    /// There is a proof that cannot be read.
    #[error("the signature of entry {number} cannot be read: {why}")]
    Proof {
        /// Which entry.
        number: u32,
        /// Why.
        why: ProofError,
    },
    /// What stands there is no entry.
    #[error("what stands at place {place} is no entry: {what}")]
    Entry {
        /// Counted from 1.
        place: usize,
        /// Why.
        what: &'static str,
    },
    /// It names another coalition.
    #[error("entry {number} is of another coalition, `{coalition}`")]
    OtherCoalition {
        /// Which entry.
        number: u32,
        /// The handle that it names.
        coalition: String,
    },
    /// It speaks of something that is no decision before it.
    #[error("entry {number} speaks of decision {decision}, and no decision before it has that number")]
    NoDecision {
        /// Which entry.
        number: u32,
        /// What it names.
        decision: u32,
    },
    /// It changes a decision that was superseded or repealed before.
    #[error("entry {number} changes decision {decision}, which entry {since} had ended")]
    Ended {
        /// Which entry.
        number: u32,
        /// The decision.
        decision: u32,
        /// The entry that superseded or repealed it.
        since: u32,
    },
}

impl Fault {
    /// The number of the entry; 0 where what stands there has none.
    #[must_use]
    pub fn number(&self) -> u32 {
        match self {
            Self::Entry { .. } => 0,
            Self::Missing { from, .. } => *from,
            Self::Altered { number }
            | Self::Link { number, .. }
            | Self::Order { number, .. }
            | Self::Second { number }
            | Self::ForeignKey { number, .. }
            | Self::UnknownKey { number, .. }
            | Self::RotatedOut { number, .. }
            | Self::NotBroughtIn { number, .. }
            | Self::Revoked { number, .. }
            | Self::NotByBoth { number }
            | Self::OtherKey { number, .. }
            | Self::Tally { number }
            | Self::Repeated { number, .. }
            | Self::NoQuorum { number, .. }
            | Self::Objection { number }
            | Self::NoProof { number }
            | Self::Proof { number, .. }
            | Self::OtherCoalition { number, .. }
            | Self::NoDecision { number, .. }
            | Self::Ended { number, .. } => *number,
        }
    }

    /// A short word for programs.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Altered { .. } => "altered",
            Self::Link { .. } => "link",
            Self::Missing { .. } => "missing",
            Self::Order { .. } => "order",
            Self::Second { .. } => "second",
            Self::ForeignKey { .. } => "foreign_key",
            Self::UnknownKey { .. } => "unknown_key",
            Self::RotatedOut { .. } => "rotated_out",
            Self::NotBroughtIn { .. } => "not_brought_in",
            Self::Revoked { .. } => "revoked",
            Self::NotByBoth { .. } => "not_by_both",
            Self::OtherKey { .. } => "other_key",
            Self::Tally { .. } => "tally",
            Self::Repeated { .. } => "repeated",
            Self::NoQuorum { .. } => "no_quorum",
            Self::Objection { .. } => "objection",
            Self::NoProof { .. } => "no_proof",
            Self::Proof { .. } => "proof",
            Self::Entry { .. } => "entry",
            Self::OtherCoalition { .. } => "other_coalition",
            Self::NoDecision { .. } => "no_decision",
            Self::Ended { .. } => "ended",
        }
    }
}
