//! What a coalition shares beside its decisions: reports of progress, and productions that others may use.

use serde::{Deserialize, Serialize};

use super::publication::When;

/// A report of progress: a short text on the road since the last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// When the time that it tells of begins.
    pub from: Option<When>,
    /// When it ends.
    pub until: Option<When>,
}

/// A shared document or tool; its licence is the publication's, the thing itself goes with it as an attachment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Production {
    /// Who uses it: local handles or plain names of organisations.
    pub reused_by: Vec<String>,
}
