//! Enters a decision in its coalition's register: number without a gap, frozen canonical JSON, chained by digest.

use aws_lc_rs::digest;

use super::Error;
use crate::db::{self, Conn};
use crate::domain::decision::Entry;
use crate::domain::publication::{Content, Decision};
use crate::model::decision;

/// Freezes a decision that is being published. The coalition is locked by the caller's transaction. Its number.
pub(super) fn enter(
    conn: &mut Conn,
    coalition: (i64, &str),
    publication: &str,
    content: &Content,
    details: &Decision,
) -> Result<i32, Error> {
    let last = decision::last(conn, coalition.0)?;
    let number = last.as_ref().map_or(1, |last| last.number.saturating_add(1));
    let entry = Entry {
        number,
        publication,
        coalition: coalition.1,
        title: &content.title,
        text: &content.body,
        language: &content.language,
        date: details.date,
        method: details.method,
        source: details.source.as_deref(),
        reached: details.reached.as_ref(),
        previous: last.as_ref().map(|last| last.digest.as_str()),
    };
    let entry = serde_jcs::to_string(&entry).map_err(|error| {
        db::Error::Corrupt(format!("an entry of the register cannot be written: {error}"))
    })?;
    let row = decision::Decision {
        publication_id: publication.to_owned(),
        coalition_id: coalition.0,
        number,
        digest: sha256(&entry),
        entry,
    };
    decision::insert(conn, &row)?;
    Ok(number)
}

/// SHA-256 in lower-case hexadecimal.
fn sha256(text: &str) -> String {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
