//! What a file said last of a publication, beside which a later file is read.

use diesel::prelude::*;

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::manuscripts;

/// The content that a file gave last, as JSON; none where no file ever did.
///
/// # Errors
/// The database's.
pub fn last(conn: &mut Conn, id: &str) -> Result<Option<String>> {
    manuscripts::table.find(id).select(manuscripts::content).first(conn).optional()
}

/// Keeps what a file says, in the place of what it said.
///
/// # Errors
/// The database's.
pub fn keep(conn: &mut Conn, id: &str, content: &str) -> Result<()> {
    let row = (manuscripts::publication_id.eq(id), manuscripts::content.eq(content));
    both!(conn, c => {
        diesel::insert_into(manuscripts::table)
            .values(row)
            .on_conflict(manuscripts::publication_id)
            .do_update()
            .set(manuscripts::content.eq(content))
            .execute(c)
    })
    .map(drop)
}
