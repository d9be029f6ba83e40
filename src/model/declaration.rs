//! Declarations of interest: organisations that would like to take part in a coalition. What they wrote to be reached is for its
//! steward alone, and goes when the declaration is withdrawn or was never confirmed.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::db::Conn;
use crate::db::schema::declarations;
use crate::domain::coalition::DeclarationState;

/// A declaration, for the steward.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = declarations)]
pub struct Declaration {
    /// UUIDv7.
    pub id: String,
    /// The coalition's actor.
    pub coalition_id: i64,
    /// Its name, as written.
    pub organisation: String,
    /// The name by which it is recognised.
    pub folded: String,
    /// Where it is reached; erased when it is withdrawn.
    pub email: Option<String>,
    /// What it brings or seeks; may be empty.
    pub sentence: String,
    /// How far it has come.
    pub state: DeclarationState,
    /// The digest of the token that confirms, or confirmed, the e-mail; none where no mail left for it.
    pub token_digest: Option<String>,
    /// When it was sent.
    pub declared_at: NaiveDateTime,
    /// When the e-mail was confirmed.
    pub confirmed_at: Option<NaiveDateTime>,
    /// When it was accepted or withdrawn.
    pub answered_at: Option<NaiveDateTime>,
    /// Row id of the organisation that did so.
    pub answered_by: Option<i64>,
    /// Why.
    pub reason: Option<String>,
}

/// Stores a declaration.
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, row: &Declaration) -> Result<()> {
    diesel::insert_into(declarations::table).values(row).execute(conn).map(drop)
}

/// The one with this id.
///
/// # Errors
/// The database's.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<Declaration>> {
    declarations::table.find(id).select(Declaration::as_select()).first(conn).optional()
}

/// The standing one of this organisation under this e-mail.
///
/// # Errors
/// The database's.
pub fn same(conn: &mut Conn, coalition: i64, folded: &str, email: &str) -> Result<Option<Declaration>> {
    declarations::table
        .filter(declarations::coalition_id.eq(coalition))
        .filter(declarations::folded.eq(folded))
        .filter(declarations::email.eq(email))
        .filter(declarations::state.ne(DeclarationState::Withdrawn))
        .select(Declaration::as_select())
        .first(conn)
        .optional()
}

/// Replaces what was said in one that nobody confirmed or answered, as if it were sent now.
///
/// # Errors
/// The database's.
pub fn say_again(
    conn: &mut Conn,
    id: &str,
    sentence: &str,
    token_digest: Option<&str>,
    now: NaiveDateTime,
) -> Result<()> {
    diesel::update(declarations::table.find(id))
        .set((
            declarations::sentence.eq(sentence),
            declarations::token_digest.eq(token_digest),
            declarations::declared_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// Those of a coalition: first those whose e-mail is confirmed, each oldest first.
///
/// # Errors
/// The database's.
pub fn of(conn: &mut Conn, coalition: i64) -> Result<Vec<Declaration>> {
    declarations::table
        .filter(declarations::coalition_id.eq(coalition))
        .order((declarations::confirmed_at.is_null(), declarations::id))
        .select(Declaration::as_select())
        .load(conn)
}

/// How many organisations declared their interest in a coalition and stand by it, and the names of those that were accepted. Whoever
/// neither confirmed the e-mail nor was accepted is nobody yet.
///
/// # Errors
/// The database's.
pub fn told(conn: &mut Conn, coalition: i64) -> Result<(i64, Vec<String>)> {
    let standing = declarations::table
        .filter(declarations::coalition_id.eq(coalition))
        .filter(declarations::state.ne(DeclarationState::Withdrawn))
        .filter(
            declarations::confirmed_at.is_not_null().or(declarations::state.eq(DeclarationState::Accepted)),
        )
        .select(diesel::dsl::count(declarations::folded).aggregate_distinct())
        .first(conn)?;
    let accepted = declarations::table
        .filter(declarations::coalition_id.eq(coalition))
        .filter(declarations::state.eq(DeclarationState::Accepted))
        .order(declarations::id)
        .select(declarations::organisation)
        .load(conn)?;
    Ok((standing, accepted))
}

/// Those that one token confirms or confirmed, in the order of their coalitions.
///
/// # Errors
/// The database's.
pub fn by_token(conn: &mut Conn, token_digest: &str) -> Result<Vec<Declaration>> {
    declarations::table
        .filter(declarations::token_digest.eq(token_digest))
        .order(declarations::coalition_id)
        .select(Declaration::as_select())
        .load(conn)
}

/// Confirms the e-mail of those with this token that wait for it. How many.
///
/// # Errors
/// The database's.
pub fn confirm(conn: &mut Conn, token_digest: &str, now: NaiveDateTime) -> Result<usize> {
    let waiting = declarations::table
        .filter(declarations::token_digest.eq(token_digest))
        .filter(declarations::confirmed_at.is_null());
    diesel::update(waiting).set(declarations::confirmed_at.eq(now)).execute(conn)
}

/// How many nobody confirmed or answered.
///
/// # Errors
/// The database's.
pub fn count_unconfirmed(conn: &mut Conn) -> Result<i64> {
    declarations::table
        .filter(declarations::state.eq(DeclarationState::Declared))
        .filter(declarations::confirmed_at.is_null())
        .count()
        .get_result(conn)
}

/// Forgets those that nobody confirmed by a link that was sent before `before`. How many.
///
/// # Errors
/// The database's.
pub fn forget_expired(conn: &mut Conn, before: NaiveDateTime) -> Result<usize> {
    diesel::delete(
        declarations::table
            .filter(declarations::state.eq(DeclarationState::Declared))
            .filter(declarations::confirmed_at.is_null())
            .filter(declarations::token_digest.is_not_null())
            .filter(declarations::declared_at.lt(before)),
    )
    .execute(conn)
}

/// Answers a declaration. What reaches the organisation, and what it wrote, goes where it is withdrawn.
///
/// # Errors
/// The database's.
pub fn answer(
    conn: &mut Conn,
    id: &str,
    state: DeclarationState,
    by: i64,
    reason: Option<&str>,
    now: NaiveDateTime,
) -> Result<()> {
    diesel::update(declarations::table.find(id))
        .set((
            declarations::state.eq(state),
            declarations::answered_at.eq(now),
            declarations::answered_by.eq(by),
            declarations::reason.eq(reason),
        ))
        .execute(conn)?;
    if state == DeclarationState::Withdrawn {
        diesel::update(declarations::table.find(id))
            .set((
                declarations::email.eq(None::<String>),
                declarations::token_digest.eq(None::<String>),
                declarations::sentence.eq(""),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Forgets those that nobody confirmed or answered since `before`. How many.
///
/// # Errors
/// The database's.
pub fn forget_unconfirmed(conn: &mut Conn, before: NaiveDateTime) -> Result<usize> {
    diesel::delete(
        declarations::table
            .filter(declarations::state.eq(DeclarationState::Declared))
            .filter(declarations::confirmed_at.is_null())
            .filter(declarations::declared_at.lt(before)),
    )
    .execute(conn)
}
