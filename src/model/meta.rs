//! A few facts about the node itself, by key.

use diesel::prelude::*;

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::meta;

/// Where ids live: `node.url` as of the last write.
pub const URL: &str = "url";
/// "1" once the first `serve` has fixed the URL.
pub const URL_FIXED: &str = "url_fixed";
/// The handle of the organisation that runs the node.
pub const ORGANISATION: &str = "organisation";

/// `federation.mode` as of the last start.
pub const MODE: &str = "federation_mode";

/// The version of what is in the index of [`search`](crate::model::search).
pub const SEARCH: &str = "search_version";

/// The value of a key.
///
/// # Errors
/// The database's.
pub fn get(conn: &mut Conn, key: &str) -> Result<Option<String>> {
    meta::table.find(key).select(meta::value).first(conn).optional()
}

/// Sets the value of a key.
///
/// # Errors
/// The database's.
pub fn set(conn: &mut Conn, key: &str, value: &str) -> Result<()> {
    both!(conn, c => diesel::insert_into(meta::table)
        .values((meta::key.eq(key), meta::value.eq(value)))
        .on_conflict(meta::key)
        .do_update()
        .set(meta::value.eq(value))
        .execute(c))
    .map(drop)
}
