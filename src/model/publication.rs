//! Publications, their authors and tags, and the revisions that are never changed.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{
    actors, coalitions, decisions, organisations, publication_attachments, publication_authors,
    publication_tags, publications, revisions,
};
use crate::domain::publication::{Attachment, AttachmentRole, Content, Details, Kind};
use crate::domain::state::State;
use crate::model::actor::Actor;
use crate::model::coalition::Coalition;
use crate::model::consultation::Counts;
use crate::model::{consultation, decision, registration, search};

/// Publications beside their actor, coalition and number in the register.
macro_rules! joined {
    () => {
        publications::table
            .inner_join(coalitions::table.inner_join(actors::table))
            .left_join(decisions::table)
            .select((
                Row::as_select(),
                Actor::as_select(),
                Coalition::as_select(),
                decisions::number.nullable(),
            ))
    };
}

/// A publication's row: its current content and its counters.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = publications)]
pub struct Row {
    /// UUIDv7, lower case; part of its permanent URL.
    pub id: String,
    /// The coalition's actor.
    pub coalition_id: i64,
    /// Which kind.
    pub kind: Kind,
    /// Unique in the coalition; for people and files, not in ids.
    pub slug: String,
    /// The id it had on the node it was imported from.
    pub former_id: Option<String>,
    /// Its state.
    pub state: State,
    /// Plain text.
    pub title: String,
    /// The author's line.
    pub summary: String,
    /// Markdown.
    pub body: String,
    /// The body as safe HTML, rendered when it was written.
    pub html: String,
    /// BCP 47.
    pub language: String,
    /// Such as `CC BY-SA 4.0`.
    pub licence: String,
    /// [`Details`] as JSON.
    pub details: String,
    /// The number of its latest revision, from 1; 0 while it is a draft.
    pub revision: i32,
    /// The moment of publication; none for a draft. Never changes.
    pub published_at: Option<NaiveDateTime>,
    /// When it last changed.
    pub updated_at: NaiveDateTime,
    /// When it was withdrawn.
    pub withdrawn_at: Option<NaiveDateTime>,
    /// Why it was withdrawn.
    pub withdrawn_reason: Option<String>,
    /// Replies that are shown.
    pub replies: i64,
    /// Likes.
    pub likes: i64,
    /// Announces.
    pub shares: i64,
}

/// An author: an organisation of this node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// Its handle.
    pub handle: String,
    /// Its name.
    pub name: String,
}

/// A publication with what its page and its document need.
#[derive(Clone, Debug)]
pub struct Publication {
    /// The row.
    pub row: Row,
    /// The actor that published it.
    pub actor: Actor,
    /// The coalition.
    pub coalition: Coalition,
    /// Who wrote it, in order.
    pub authors: Vec<Author>,
    /// Without `#`.
    pub tags: Vec<String>,
    /// What only its kind has.
    pub details: Details,
    /// Files and links that go with it.
    pub attachments: Vec<Attachment>,
    /// Its number in the register, if it is a decision that was published.
    pub decision_number: Option<i32>,
    /// The digest of its entry in the register, if it is a decision that was published.
    pub digest: Option<String>,
    /// That entry with its proof, as JSON.
    pub entry: Option<String>,
    /// The answers, if it is a consultation; otherwise none.
    pub counts: Counts,
    /// How many are registered, if it is a meeting; otherwise 0.
    pub registered: i64,
}

impl Publication {
    /// What its author wrote.
    pub fn content(&self) -> Content {
        Content {
            title: self.row.title.clone(),
            summary: self.row.summary.clone(),
            body: self.row.body.clone(),
            language: self.row.language.clone(),
            licence: self.row.licence.clone(),
            state: self.row.state,
            tags: self.tags.clone(),
            authors: self.authors.iter().map(|author| author.handle.clone()).collect(),
            details: self.details.clone(),
            attachments: self.attachments.clone(),
        }
    }

    /// Whether everybody may read it.
    pub fn is_public(&self) -> bool {
        self.row.published_at.is_some() && self.row.withdrawn_at.is_none()
    }
}

/// Stores a new publication with its authors (row ids), tags and, unless it is a draft, its first revision.
///
/// # Errors
/// The database's; a unique violation if the slug is taken.
pub fn insert(conn: &mut Conn, row: &Row, authors: &[i64], content: &Content) -> Result<()> {
    diesel::insert_into(publications::table).values(row).execute(conn)?;
    insert_lists(conn, &row.id, authors, &content.tags)?;
    insert_attachments(conn, &row.id, &content.attachments)?;
    search::index_publication(conn, row, &content.tags)?;
    insert_revision(conn, row, content, None)
}

/// Replaces the content of a publication, by a new revision unless it is still a draft; counters and ids stay.
///
/// # Errors
/// The database's.
pub fn revise(
    conn: &mut Conn,
    row: &Row,
    authors: &[i64],
    content: &Content,
    reason: Option<&str>,
) -> Result<()> {
    diesel::update(publications::table.find(&row.id))
        .set((
            publications::slug.eq(&row.slug),
            publications::state.eq(row.state),
            publications::title.eq(&row.title),
            publications::summary.eq(&row.summary),
            publications::body.eq(&row.body),
            publications::html.eq(&row.html),
            publications::language.eq(&row.language),
            publications::licence.eq(&row.licence),
            publications::details.eq(&row.details),
            publications::revision.eq(row.revision),
            publications::published_at.eq(row.published_at),
            publications::updated_at.eq(row.updated_at),
        ))
        .execute(conn)?;
    diesel::delete(publication_authors::table.filter(publication_authors::publication_id.eq(&row.id)))
        .execute(conn)?;
    diesel::delete(publication_tags::table.filter(publication_tags::publication_id.eq(&row.id)))
        .execute(conn)?;
    let attached = publication_attachments::publication_id.eq(&row.id);
    diesel::delete(publication_attachments::table.filter(attached)).execute(conn)?;
    insert_lists(conn, &row.id, authors, &content.tags)?;
    insert_attachments(conn, &row.id, &content.attachments)?;
    search::index_publication(conn, row, &content.tags)?;
    insert_revision(conn, row, content, reason)
}

/// The row ids of the authors of a publication, in order.
///
/// # Errors
/// The database's.
pub fn author_ids(conn: &mut Conn, id: &str) -> Result<Vec<i64>> {
    publication_authors::table
        .filter(publication_authors::publication_id.eq(id))
        .order(publication_authors::position)
        .select(publication_authors::actor_id)
        .load(conn)
}

/// Marks a publication as withdrawn.
///
/// # Errors
/// The database's.
pub fn withdraw(conn: &mut Conn, id: &str, reason: &str, now: NaiveDateTime) -> Result<()> {
    search::remove_publication(conn, id)?;
    diesel::update(publications::table.find(id))
        .set((
            publications::state.eq(State::Withdrawn),
            publications::withdrawn_at.eq(now),
            publications::withdrawn_reason.eq(reason),
            publications::updated_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

fn insert_lists(conn: &mut Conn, id: &str, authors: &[i64], tags: &[String]) -> Result<()> {
    let authors: Vec<_> = (0_i32..)
        .zip(authors)
        .map(|(position, author)| {
            (
                publication_authors::publication_id.eq(id),
                publication_authors::position.eq(position),
                publication_authors::actor_id.eq(*author),
            )
        })
        .collect();
    let tags: Vec<_> = (0_i32..)
        .zip(tags)
        .map(|(position, tag)| {
            (
                publication_tags::publication_id.eq(id),
                publication_tags::position.eq(position),
                publication_tags::tag.eq(tag),
            )
        })
        .collect();
    both!(conn, c => {
        diesel::insert_into(publication_authors::table).values(authors).execute(c)?;
        diesel::insert_into(publication_tags::table).values(tags).execute(c)
    })
    .map(drop)
}

fn insert_attachments(conn: &mut Conn, id: &str, attachments: &[Attachment]) -> Result<()> {
    for (position, one) in (0_i32..).zip(attachments) {
        diesel::insert_into(publication_attachments::table)
            .values((
                publication_attachments::publication_id.eq(id),
                publication_attachments::position.eq(position),
                publication_attachments::name.eq(&one.name),
                publication_attachments::media_type.eq(&one.media_type),
                publication_attachments::digest.eq(&one.digest),
                publication_attachments::file.eq(&one.file),
                publication_attachments::size.eq(one.size),
                publication_attachments::url.eq(&one.url),
                publication_attachments::role.eq(one.role),
            ))
            .execute(conn)?;
    }
    Ok(())
}

fn attachments(conn: &mut Conn, id: &str) -> Result<Vec<Attachment>> {
    type Columns =
        (String, String, Option<String>, Option<String>, Option<i64>, Option<String>, Option<AttachmentRole>);
    let rows: Vec<Columns> = publication_attachments::table
        .filter(publication_attachments::publication_id.eq(id))
        .order(publication_attachments::position)
        .select((
            publication_attachments::name,
            publication_attachments::media_type,
            publication_attachments::digest,
            publication_attachments::file,
            publication_attachments::size,
            publication_attachments::url,
            publication_attachments::role,
        ))
        .load(conn)?;
    let attachment = |(name, media_type, digest, file, size, url, role)| Attachment {
        name,
        media_type,
        digest,
        file,
        size,
        url,
        role,
    };
    Ok(rows.into_iter().map(attachment).collect())
}

/// The media type of the file with this digest and name, if a public publication brings it along.
///
/// # Errors
/// The database's.
pub fn media_type(conn: &mut Conn, digest: &str, file: &str) -> Result<Option<String>> {
    publication_attachments::table
        .inner_join(publications::table)
        .filter(publication_attachments::digest.eq(digest).and(publication_attachments::file.eq(file)))
        .filter(publications::published_at.is_not_null().and(publications::withdrawn_at.is_null()))
        .select(publication_attachments::media_type)
        .first(conn)
        .optional()
}

/// Revisions are public: what was only ever a draft leaves none.
fn insert_revision(conn: &mut Conn, row: &Row, content: &Content, reason: Option<&str>) -> Result<()> {
    if row.published_at.is_none() {
        return Ok(());
    }
    let json = serde_json::to_string(content)
        .map_err(|error| diesel::result::Error::SerializationError(Box::new(error)))?;
    diesel::insert_into(revisions::table)
        .values((
            revisions::publication_id.eq(&row.id),
            revisions::number.eq(row.revision),
            revisions::content.eq(json),
            revisions::made_at.eq(row.updated_at),
            revisions::reason.eq(reason),
        ))
        .execute(conn)
        .map(drop)
}

/// Gives a publication another slug: it is in no id and in nothing that travels, so this is no revision.
///
/// # Errors
/// The database's; a unique violation if the slug is taken.
pub fn set_slug(conn: &mut Conn, id: &str, slug: &str) -> Result<()> {
    diesel::update(publications::table.find(id)).set(publications::slug.eq(slug)).execute(conn).map(drop)
}

/// The publication with this id, also a draft or a withdrawn one.
///
/// # Errors
/// The database's.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<Publication>> {
    let found = joined!().filter(publications::id.eq(id)).first(conn).optional()?;
    found.map(|found| complete(conn, found)).transpose()
}

/// The id of the coalition's publication with this slug.
///
/// # Errors
/// The database's.
pub fn id_by_slug(conn: &mut Conn, coalition_id: i64, slug: &str) -> Result<Option<String>> {
    publications::table
        .filter(publications::coalition_id.eq(coalition_id).and(publications::slug.eq(slug)))
        .select(publications::id)
        .first(conn)
        .optional()
}

/// The id of the publication that had this id elsewhere.
///
/// # Errors
/// The database's.
pub fn id_by_former(conn: &mut Conn, former: &str) -> Result<Option<String>> {
    publications::table
        .filter(publications::former_id.eq(former))
        .select(publications::id)
        .first(conn)
        .optional()
}

/// Public ones, latest first; of one coalition or of all. Each with its authors and tags: for feeds and collections.
///
/// # Errors
/// The database's.
pub fn public_page(
    conn: &mut Conn,
    coalition: Option<i64>,
    offset: i64,
    limit: i64,
) -> Result<Vec<Publication>> {
    let mut query = joined!()
        .filter(publications::published_at.is_not_null().and(publications::withdrawn_at.is_null()))
        .order((publications::published_at.desc(), publications::id.desc()))
        .offset(offset)
        .limit(limit)
        .into_boxed();
    if let Some(id) = coalition {
        query = query.filter(publications::coalition_id.eq(id));
    }
    query.load(conn)?.into_iter().map(|found| complete(conn, found)).collect()
}

/// How many are public, of one coalition or of all.
///
/// # Errors
/// The database's.
pub fn count_public(conn: &mut Conn, coalition: Option<i64>) -> Result<i64> {
    let mut query = publications::table
        .filter(publications::published_at.is_not_null().and(publications::withdrawn_at.is_null()))
        .count()
        .into_boxed();
    if let Some(id) = coalition {
        query = query.filter(publications::coalition_id.eq(id));
    }
    query.get_result(conn)
}

/// The title of the publication with this id, also of a draft or a withdrawn one.
///
/// # Errors
/// The database's.
pub fn title(conn: &mut Conn, id: &str) -> Result<Option<String>> {
    publications::table.find(id).select(publications::title).first(conn).optional()
}

fn complete(
    conn: &mut Conn,
    (row, actor, coalition, decision_number): (Row, Actor, Coalition, Option<i32>),
) -> Result<Publication> {
    let authors = publication_authors::table
        .inner_join(actors::table.inner_join(organisations::table))
        .filter(publication_authors::publication_id.eq(&row.id))
        .order(publication_authors::position)
        .select((actors::handle, organisations::name))
        .load::<(String, String)>(conn)?;
    let tags = publication_tags::table
        .filter(publication_tags::publication_id.eq(&row.id))
        .order(publication_tags::position)
        .select(publication_tags::tag)
        .load(conn)?;
    let details = serde_json::from_str(&row.details)
        .map_err(|error| diesel::result::Error::DeserializationError(Box::new(error)))?;
    let attachments = attachments(conn, &row.id)?;
    let authors = authors.into_iter().map(|(handle, name)| Author { handle, name }).collect();
    let counts = match &details {
        Details::Consultation(asked) => consultation::counts(conn, &row.id, asked.options.len())?,
        _ => Counts::default(),
    };
    let registered = match row.kind {
        Kind::Meeting => registration::count(conn, &row.id)?,
        _ => 0,
    };
    let entered = match row.kind {
        Kind::Decision => decision::of_publication(conn, &row.id)?,
        _ => None,
    };
    Ok(Publication {
        digest: entered.as_ref().map(|entered| entered.digest.clone()),
        entry: entered.as_ref().map(decision::told),
        row,
        actor,
        coalition,
        authors,
        tags,
        details,
        attachments,
        decision_number,
        counts,
        registered,
    })
}

/// Whether there is a publication of this id that everybody may read.
///
/// # Errors
/// The database's.
pub fn is_public(conn: &mut Conn, id: &str) -> Result<bool> {
    let found: Option<String> = publications::table
        .find(id)
        .filter(publications::published_at.is_not_null().and(publications::withdrawn_at.is_null()))
        .select(publications::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}
