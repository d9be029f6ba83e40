//! Another content of a publication by an act on it, not by a file: a revision with its reason, the `Update` (of a draft that becomes
//! public the `Create`), and the note of what followers must learn.

use super::publication::{Travel, revised, tell, the};
use super::{Act, Error, note};
use crate::db::Conn;
use crate::domain::publication::Content;
use crate::domain::state::transition;
use crate::model::publication::{self, Publication};
use crate::outbox::Hosts;

/// Puts `content` in the place of what stands. The coalition is locked by the caller, who makes the hosts due at the end.
///
/// # Errors
/// [`Error`]; then nothing of the transaction may be kept.
pub(super) fn restate(
    conn: &mut Conn,
    act: &Act,
    before: &Publication,
    content: &Content,
    reason: Option<&str>,
) -> Result<(Publication, Hosts), Error> {
    transition(before.row.kind, before.row.state, content.state)?;
    let row = revised(act, before, content, before.row.slug.clone())?;
    let authors = publication::author_ids(conn, &row.id)?;
    publication::revise(conn, &row, &authors, content, reason)?;
    super::proposal::schedule(conn, act, Some(before), &row, content)?;
    let kind = if before.row.published_at.is_some() { "Update" } else { "Create" };
    let mut hosts = tell(conn, act, &row.id, kind, Travel::Deliver)?;
    let now = the(conn, act, &row.id)?;
    hosts.extend(note::learn(conn, act, &before.content(), &now)?);
    Ok((now, hosts))
}
