//! The thread of a publication: what is said in it here and on other servers, in one order.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamp};

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{accounts, actors, coalitions, notes, organisations, replies};
use crate::domain::actor::ActorKind;
use crate::domain::note::Kind;

/// A post, as much of it as the order needs: a note of ours or a reply that is neither hidden nor withheld.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Post {
    /// The id of a note of ours.
    #[diesel(sql_type = Nullable<Text>)]
    pub note: Option<String>,
    /// The id of a remote reply.
    #[diesel(sql_type = Nullable<Text>)]
    pub url: Option<String>,
    /// The note of ours that a note of ours answers.
    #[diesel(sql_type = Nullable<Text>)]
    pub parent_note: Option<String>,
    /// What a remote reply answers, or the remote reply that a note of ours answers.
    #[diesel(sql_type = Nullable<Text>)]
    pub parent_url: Option<String>,
    /// When it was said, by its author's word.
    #[diesel(sql_type = Timestamp)]
    pub published_at: NaiveDateTime,
}

/// Which posts.
#[derive(Clone, Copy, Debug)]
pub enum Of<'a> {
    /// Everything in the thread of this publication.
    Thread(&'a str),
    /// The direct answers to this publication, given with its URL.
    Publication(&'a str, &'a str),
    /// The direct answers to this note, given with its URL.
    Note(&'a str, &'a str),
}

impl<'a> Of<'a> {
    /// The condition on notes, that on replies, and their two parameters in the order in which they stand.
    fn conditions(self) -> (&'static str, &'static str, [&'a str; 2]) {
        match self {
            Of::Thread(id) => ("publication_id = $1", "publication_id = $2", [id, id]),
            Of::Publication(id, url) => (
                "publication_id = $1 AND parent_note IS NULL AND parent_url IS NULL",
                "in_reply_to = $2",
                [id, url],
            ),
            Of::Note(id, url) => ("parent_note = $1", "in_reply_to = $2", [id, url]),
        }
    }
}

/// A page of posts, oldest first.
///
/// # Errors
/// The database's.
pub fn posts(conn: &mut Conn, of: Of<'_>, offset: i64, limit: i64) -> Result<Vec<Post>> {
    let (notes, replies, [first, second]) = of.conditions();
    // SQLite numbers named parameters in the order in which they first stand.
    let sql = format!(
        "SELECT note, url, parent_note, parent_url, published_at FROM (
            SELECT id AS note, NULL AS url, parent_note, parent_url, published_at
            FROM notes WHERE {notes} AND deleted_at IS NULL
            UNION ALL
            SELECT NULL AS note, url, NULL AS parent_note, in_reply_to AS parent_url, published_at
            FROM replies WHERE {replies} AND hidden_at IS NULL AND NOT withheld
        ) AS thread ORDER BY published_at, note, url LIMIT $3 OFFSET $4"
    );
    both!(conn, c => diesel::sql_query(&sql)
        .bind::<Text, _>(first)
        .bind::<Text, _>(second)
        .bind::<BigInt, _>(limit)
        .bind::<BigInt, _>(offset)
        .load(c))
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many posts there are.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Conn, of: Of<'_>) -> Result<i64> {
    let (notes, replies, [first, second]) = of.conditions();
    let sql = format!(
        "SELECT (SELECT COUNT(*) FROM notes WHERE {notes} AND deleted_at IS NULL)
            + (SELECT COUNT(*) FROM replies WHERE {replies} AND hidden_at IS NULL AND NOT withheld) AS count"
    );
    let counted: Count = both!(conn, c => diesel::sql_query(&sql)
        .bind::<Text, _>(first)
        .bind::<Text, _>(second)
        .get_result(c))?;
    Ok(counted.count)
}

/// How many posts of the thread of a publication were said before this moment.
///
/// # Errors
/// The database's.
pub fn before(conn: &mut Conn, publication: &str, at: NaiveDateTime) -> Result<i64> {
    let notes: i64 = notes::table
        .filter(notes::publication_id.eq(publication).and(notes::deleted_at.is_null()))
        .filter(notes::published_at.lt(at))
        .count()
        .get_result(conn)?;
    let replies: i64 = replies::table
        .filter(replies::publication_id.eq(publication).and(replies::hidden_at.is_null()))
        .filter(replies::withheld.eq(false).and(replies::published_at.lt(at)))
        .count()
        .get_result(conn)?;
    Ok(notes.saturating_add(replies))
}

/// A note as a page shows it.
#[derive(Clone, Debug, Queryable)]
pub struct ShownNote {
    /// UUIDv7.
    pub id: String,
    /// Which kind.
    pub kind: Kind,
    /// Safe HTML.
    pub html: String,
    /// BCP 47.
    pub language: String,
    /// When it was said.
    pub published_at: NaiveDateTime,
    /// When it was edited.
    pub updated_at: Option<NaiveDateTime>,
    /// The publication it stands under.
    pub publication_id: Option<String>,
    /// Likes.
    pub likes: i64,
    /// Announces.
    pub shares: i64,
    /// The handle of its author.
    pub handle: String,
    /// What its author is.
    pub actor: ActorKind,
    organisation: Option<String>,
    person: Option<String>,
    title: Option<String>,
    topic: Option<String>,
}

impl ShownNote {
    /// The name of its author, else the handle.
    pub fn name(&self) -> &str {
        let names = [&self.organisation, &self.person, &self.title, &self.topic];
        names.into_iter().flatten().find(|name| !name.is_empty()).unwrap_or(&self.handle)
    }
}

macro_rules! shown {
    () => {
        notes::table
            .inner_join(actors::table)
            .left_join(organisations::table.on(organisations::actor_id.eq(notes::actor_id)))
            .left_join(accounts::table.on(accounts::actor_id.eq(notes::actor_id)))
            .left_join(coalitions::table.on(coalitions::actor_id.eq(notes::actor_id)))
            .filter(notes::deleted_at.is_null())
            .select((
                notes::id,
                notes::kind,
                notes::html,
                notes::language,
                notes::published_at,
                notes::updated_at,
                notes::publication_id,
                notes::likes,
                notes::shares,
                actors::handle,
                actors::kind,
                organisations::name.nullable(),
                accounts::name.nullable(),
                coalitions::title.nullable(),
                coalitions::topic.nullable(),
            ))
    };
}

/// Those of these notes that were not deleted, in no order.
///
/// # Errors
/// The database's.
pub fn notes(conn: &mut Conn, ids: &[String]) -> Result<Vec<ShownNote>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    shown!().filter(notes::id.eq_any(ids)).load(conn)
}

/// Notes that bear one of these tags, latest first.
///
/// # Errors
/// The database's.
pub fn tagged(conn: &mut Conn, tags: &[String], limit: i64) -> Result<Vec<ShownNote>> {
    use crate::db::schema::note_tags;
    let bearing = note_tags::table.filter(note_tags::tag.eq_any(tags)).select(note_tags::note_id);
    shown!()
        .filter(notes::id.eq_any(bearing))
        .order((notes::published_at.desc(), notes::id.desc()))
        .limit(limit)
        .load(conn)
}
