//! The index of everything that can be found, and the one question to it. Whatever changes what everybody may read calls
//! `index_*` in its transaction. FTS5 on SQLite, a `tsvector` without dictionary on PostgreSQL; words are folded before
//! (`domain::search`), so that both find the same.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamp};

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{
    accounts, actors, coalitions, note_tags, notes, organisations, publication_dates, publication_tags,
    publications, search_documents,
};
use crate::domain::note::Kind as NoteKind;
use crate::domain::search::{self, Question};
use crate::model::coalition::{self, Coalition, Lists};
use crate::model::organisation::Organisation;
use crate::model::publication::Row;
use crate::model::{dates, note};

/// Most that one question finds, the latest: more is told as "more than".
pub const MOST: i64 = 1000;
/// Bytes of a text that are kept for excerpts.
const KEPT: usize = 16_000;
/// What is indexed at once when all is indexed anew.
const PAGE: i64 = 200;

/// What is to be found.
struct Document<'a> {
    kind: &'a str,
    subject: &'a str,
    coalition: Option<i64>,
    title: &'a str,
    text: String,
    language: &'a str,
    at: NaiveDateTime,
}

/// Makes a publication findable as it is now, or, where not everybody may read it, no more; keeps when it is.
///
/// # Errors
/// The database's.
pub fn index_publication(conn: &mut Conn, row: &Row, tags: &[String]) -> Result<()> {
    dates::keep(conn, &row.id, &row.details)?;
    let Some(at) = row.published_at.filter(|_| row.withdrawn_at.is_none()) else {
        return remove_publication(conn, &row.id);
    };
    let details = serde_json::from_str(&row.details)
        .map_err(|error| diesel::result::Error::DeserializationError(Box::new(error)))?;
    let mut parts = vec![row.summary.clone(), search::plain(&row.html)];
    parts.extend(search::of_details(&details));
    parts.extend(tags.iter().map(|tag| format!("#{tag}")));
    let document = Document {
        kind: row.kind.as_str(),
        subject: &row.id,
        coalition: Some(row.coalition_id),
        title: &row.title,
        text: joined(&parts),
        language: &row.language,
        at,
    };
    put(conn, &document)
}

/// Forgets a publication.
///
/// # Errors
/// The database's.
pub fn remove_publication(conn: &mut Conn, id: &str) -> Result<()> {
    let kinds = crate::domain::publication::Kind::WORDS;
    let found = search_documents::table
        .filter(search_documents::subject.eq(id).and(search_documents::kind.eq_any(kinds)));
    let ids: Vec<i64> = found.select(search_documents::id).load(conn)?;
    ids.into_iter().try_for_each(|id| remove(conn, id))
}

/// Makes a coalition findable as its row and its lists are now.
///
/// # Errors
/// The database's.
pub fn index_coalition(conn: &mut Conn, row: &Coalition, lists: &Lists) -> Result<()> {
    let actor = super::actor::by_id(conn, row.actor_id)?;
    let mut parts: Vec<String> = [
        &row.number,
        &row.topic,
        &row.impact,
        &row.problem,
        &row.narrative,
        &row.territory,
        &row.family,
        &row.cohort,
    ]
    .into_iter()
    .flatten()
    .cloned()
    .collect();
    parts.extend(lists.levers.iter().chain(&lists.examples).cloned());
    parts.extend(lists.associated.iter().map(|one| one.name.clone()));
    let document = Document {
        kind: "coalition",
        subject: &actor.handle,
        coalition: Some(row.actor_id),
        title: &row.name(&actor.handle),
        text: joined(&parts),
        language: &row.language,
        at: actor.created_at,
    };
    put(conn, &document)
}

/// Makes a coalition findable as it is stored.
///
/// # Errors
/// The database's.
pub fn index_coalition_again(conn: &mut Conn, id: i64) -> Result<()> {
    let row: Coalition = coalitions::table.find(id).select(Coalition::as_select()).first(conn)?;
    let lists = coalition::lists(conn, id)?;
    index_coalition(conn, &row, &lists)
}

/// Makes an organisation findable.
///
/// # Errors
/// The database's.
pub fn index_organisation(conn: &mut Conn, row: &Organisation) -> Result<()> {
    let actor = super::actor::by_id(conn, row.actor_id)?;
    let parts = [row.summary.clone(), row.territory.clone().unwrap_or_default(), actor.handle.clone()];
    let document = Document {
        kind: "organisation",
        subject: &actor.handle,
        coalition: None,
        title: &row.name,
        text: joined(&parts),
        language: "",
        at: actor.created_at,
    };
    put(conn, &document)
}

/// Makes a comment findable under its author's name, or, where it was deleted, no more. What only tells a state is found as its
/// publication.
///
/// # Errors
/// The database's.
pub fn index_note(conn: &mut Conn, row: &note::Row, tags: &[String]) -> Result<()> {
    if row.kind == NoteKind::State {
        return Ok(());
    }
    if row.deleted_at.is_some() {
        return remove_note(conn, &row.id);
    }
    let mut parts = vec![search::plain(&row.html)];
    parts.extend(tags.iter().map(|tag| format!("#{tag}")));
    let document = Document {
        kind: "note",
        subject: &row.id,
        coalition: Some(row.coalition_id),
        title: &author(conn, row.actor_id)?,
        text: joined(&parts),
        language: &row.language,
        at: row.published_at,
    };
    put(conn, &document)
}

/// Forgets a comment.
///
/// # Errors
/// The database's.
pub fn remove_note(conn: &mut Conn, id: &str) -> Result<()> {
    let ids: Vec<i64> = search_documents::table
        .filter(search_documents::subject.eq(id).and(search_documents::kind.eq("note")))
        .select(search_documents::id)
        .load(conn)?;
    ids.into_iter().try_for_each(|id| remove(conn, id))
}

/// A handle; the names of a person and of an organisation; title and topic of a coalition.
type Names = (String, Option<String>, Option<String>, Option<String>, Option<String>);

/// The name under which an actor of ours speaks.
fn author(conn: &mut Conn, id: i64) -> Result<String> {
    let names: Option<Names> = actors::table
        .left_join(accounts::table)
        .left_join(organisations::table)
        .left_join(coalitions::table)
        .filter(actors::id.eq(id))
        .select((
            actors::handle,
            accounts::name.nullable(),
            organisations::name.nullable(),
            coalitions::title.nullable(),
            coalitions::topic.nullable(),
        ))
        .first(conn)
        .optional()?;
    let (handle, person, organisation, title, topic) = names.unwrap_or_default();
    Ok(person.or(organisation).or(title).or(topic).unwrap_or(handle))
}

fn joined(parts: &[String]) -> String {
    let parts: Vec<&str> = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}

fn put(conn: &mut Conn, document: &Document<'_>) -> Result<()> {
    let found: Option<i64> = search_documents::table
        .filter(search_documents::subject.eq(document.subject).and(search_documents::kind.eq(document.kind)))
        .select(search_documents::id)
        .first(conn)
        .optional()?;
    let values = (
        search_documents::kind.eq(document.kind),
        search_documents::subject.eq(document.subject),
        search_documents::coalition_id.eq(document.coalition),
        search_documents::title.eq(document.title),
        search_documents::text.eq(start(&document.text)),
        search_documents::language.eq(document.language),
        search_documents::at.eq(document.at),
    );
    let id = match found {
        Some(id) => {
            diesel::update(search_documents::table.find(id)).set(values).execute(conn)?;
            id
        }
        None => both!(conn, c => diesel::insert_into(search_documents::table)
            .values(values)
            .returning(search_documents::id)
            .get_result(c))?,
    };
    let (title, words) = (search::words(document.title), search::words(&document.text));
    match conn {
        Conn::Sqlite(c) => {
            if found.is_some() {
                unindex(c, id)?;
            }
            diesel::sql_query("INSERT INTO search_index (rowid, title, words) VALUES (?, ?, ?)")
                .bind::<BigInt, _>(id)
                .bind::<Text, _>(title.join(" "))
                .bind::<Text, _>(words.join(" "))
                .execute(c)
        }
        Conn::Pg(c) => {
            diesel::sql_query("UPDATE search_documents SET words = $1::text::tsvector WHERE id = $2")
                .bind::<Text, _>(search::tsvector(&title, &words))
                .bind::<BigInt, _>(id)
                .execute(c)
        }
    }
    .map(drop)
}

fn unindex(conn: &mut SqliteConnection, id: i64) -> Result<usize> {
    diesel::sql_query("DELETE FROM search_index WHERE rowid = ?").bind::<BigInt, _>(id).execute(conn)
}

fn remove(conn: &mut Conn, id: i64) -> Result<()> {
    if let Conn::Sqlite(c) = conn {
        unindex(c, id)?;
    }
    diesel::delete(search_documents::table.find(id)).execute(conn).map(drop)
}

/// The start of a text that excerpts are taken from.
fn start(text: &str) -> &str {
    let end = (0..=KEPT.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}

/// What is asked besides words.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this kind: a kind of publication, or one of [`search::OTHERS`].
    pub kind: Option<&'static str>,
    /// In this coalition (row id).
    pub coalition: Option<i64>,
    /// The latest first, instead of the best.
    pub latest: bool,
}

/// Something that was found.
#[derive(Clone, Debug, QueryableByName)]
pub struct Hit {
    /// A kind of publication, or one of [`search::OTHERS`].
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// The publication's or note's id, or the actor's handle.
    #[diesel(sql_type = Text)]
    pub subject: String,
    /// Plain text.
    #[diesel(sql_type = Text)]
    pub title: String,
    /// The start of its text, plain.
    #[diesel(sql_type = Text)]
    pub text: String,
    /// BCP 47, or empty.
    #[diesel(sql_type = Text)]
    pub language: String,
    /// When it was published or made.
    #[diesel(sql_type = Timestamp)]
    pub at: NaiveDateTime,
    /// Its coalition's handle.
    #[diesel(sql_type = Nullable<Text>)]
    pub handle: Option<String>,
    /// Its coalition's name.
    #[diesel(sql_type = Nullable<Text>)]
    pub coalition: Option<String>,
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// A page of what answers a question, best first, and how much there is, at most [`MOST`] (0 beyond the last page).
///
/// # Errors
/// The database's; whatever was asked is no error.
pub fn find(
    conn: &mut Conn,
    question: &Question,
    filter: &Filter,
    (offset, limit): (i64, i64),
) -> Result<(Vec<Hit>, i64)> {
    if question.is_empty() {
        return Ok((Vec::new(), 0));
    }
    let (found, asked) = match conn.is_postgres() {
        true => (
            "SELECT d.id, -ts_rank(d.words, $1::text::tsquery) AS score FROM search_documents d \
             WHERE d.words @@ $1::text::tsquery",
            question.tsquery(),
        ),
        false => (
            "SELECT d.id, bm25(search_index, 8.0, 1.0) AS score FROM search_index \
             JOIN search_documents d ON d.id = search_index.rowid WHERE search_index MATCH $1",
            question.fts5(),
        ),
    };
    let order = if filter.latest { "" } else { "found.score, " };
    let sql = format!(
        "WITH found AS ({found} AND ($2 = '' OR d.kind = $2) AND ($3 = 0 OR d.coalition_id = $3) \
         ORDER BY d.id DESC LIMIT {MOST}) \
         SELECT d.kind, d.subject, d.title, d.text, d.language, d.at, a.handle, \
         COALESCE(c.title, c.topic, a.handle) AS coalition, (SELECT count(*) FROM found) AS total \
         FROM found JOIN search_documents d ON d.id = found.id \
         LEFT JOIN coalitions c ON c.actor_id = d.coalition_id LEFT JOIN actors a ON a.id = c.actor_id \
         ORDER BY {order}d.at DESC, d.id DESC LIMIT $4 OFFSET $5"
    );
    let hits: Vec<Hit> = diesel::sql_query(sql)
        .bind::<Text, _>(asked)
        .bind::<Text, _>(filter.kind.unwrap_or_default())
        .bind::<BigInt, _>(filter.coalition.unwrap_or_default())
        .bind::<BigInt, _>(limit)
        .bind::<BigInt, _>(offset)
        .load(conn)?;
    let total = hits.first().map_or(0, |hit| hit.total);
    Ok((hits, total))
}

/// Indexes everything anew, and when every publication is.
///
/// # Errors
/// The database's.
pub fn rebuild(conn: &mut Conn) -> Result<()> {
    if let Conn::Sqlite(c) = conn {
        diesel::sql_query("DELETE FROM search_index").execute(c)?;
    }
    diesel::delete(search_documents::table).execute(conn)?;
    diesel::delete(publication_dates::table).execute(conn)?;
    for (_, row) in super::organisation::all(conn)? {
        index_organisation(conn, &row)?;
    }
    let ids: Vec<i64> =
        coalitions::table.order(coalitions::actor_id).select(coalitions::actor_id).load(conn)?;
    for id in ids {
        index_coalition_again(conn, id)?;
    }
    rebuild_publications(conn)?;
    rebuild_notes(conn)
}

fn rebuild_publications(conn: &mut Conn) -> Result<()> {
    let mut after = String::new();
    loop {
        let rows: Vec<Row> = publications::table
            .filter(publications::id.gt(&after))
            .order(publications::id)
            .limit(PAGE)
            .select(Row::as_select())
            .load(conn)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after.clone_from(&last.id);
        for row in &rows {
            let tags: Vec<String> = publication_tags::table
                .filter(publication_tags::publication_id.eq(&row.id))
                .select(publication_tags::tag)
                .load(conn)?;
            index_publication(conn, row, &tags)?;
        }
    }
}

fn rebuild_notes(conn: &mut Conn) -> Result<()> {
    let mut after = String::new();
    loop {
        let rows: Vec<note::Row> = notes::table
            .filter(notes::id.gt(&after))
            .order(notes::id)
            .limit(PAGE)
            .select(note::Row::as_select())
            .load(conn)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after.clone_from(&last.id);
        for row in &rows {
            let tags: Vec<String> =
                note_tags::table.filter(note_tags::note_id.eq(&row.id)).select(note_tags::tag).load(conn)?;
            index_note(conn, row, &tags)?;
        }
    }
}
