//! Rows as lists on pages show them: only the columns that a list needs, a whole page in a fixed number of queries.
//! Read-only; the aggregates' own files write.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::Result;
use crate::db::Conn;
use crate::db::schema::{
    actors, coalition_values, coalitions, decisions, memberships, note_tags, organisations,
    publication_authors, publication_dates, publication_tags, publications, remote_actors, replies,
};
use crate::domain::actor::Role;
use crate::domain::coalition::{Quality, Stage};
use crate::domain::named::organisation_words;
use crate::domain::publication::{Content, Details, Kind};
use crate::domain::state::State;
use crate::model::reply::Attachment;

/// A public publication in a list.
#[derive(Clone, Debug, Queryable)]
pub struct Listed {
    /// UUIDv7.
    pub id: String,
    /// Which kind.
    pub kind: Kind,
    /// Its state.
    pub state: State,
    /// Plain text.
    pub title: String,
    /// The author's line.
    pub summary: String,
    /// BCP 47.
    pub language: String,
    details: String,
    /// The moment of publication.
    pub published_at: Option<NaiveDateTime>,
    /// When it last changed.
    pub updated_at: NaiveDateTime,
    /// Replies that are shown.
    pub replies: i64,
    /// The coalition's handle.
    pub handle: String,
    coalition_title: Option<String>,
    coalition_topic: Option<String>,
    /// Its number in the register, if it is a decision.
    pub number: Option<i32>,
}

impl Listed {
    /// The coalition's title, else its topic, else its handle.
    pub fn coalition(&self) -> &str {
        let title = self.coalition_title.as_deref();
        title.or(self.coalition_topic.as_deref()).unwrap_or(&self.handle)
    }

    /// As much of what its author wrote as the generated line needs: body, tags and authors are left empty.
    ///
    /// # Errors
    /// The stored details are not what this version writes.
    pub fn content(&self) -> Result<Content> {
        let details: Details = serde_json::from_str(&self.details)
            .map_err(|error| diesel::result::Error::DeserializationError(Box::new(error)))?;
        Ok(Content {
            title: self.title.clone(),
            summary: self.summary.clone(),
            body: String::new(),
            language: self.language.clone(),
            licence: String::new(),
            state: self.state,
            tags: Vec::new(),
            authors: Vec::new(),
            details,
            attachments: Vec::new(),
        })
    }
}

/// Which publications a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this coalition (row id).
    pub coalition: Option<i64>,
    /// Written by this organisation (row id).
    pub author: Option<i64>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// Bearing one of these tags.
    pub tags: Option<Vec<String>>,
    /// Of these ids.
    pub ids: Option<Vec<String>>,
    /// In one of these states.
    pub states: Option<Vec<State>>,
    /// Instead of what is public: what was withdrawn at this moment or later.
    pub withdrawn: Option<NaiveDateTime>,
    /// Not over at this moment (true), or over (false). What has no date is not over.
    pub coming: Option<(bool, NaiveDateTime)>,
}

/// In which order a list tells publications.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Latest published first.
    #[default]
    Latest,
    /// What is open first, what closes first before; then the latest.
    Deadline,
    /// What begins first; without a date last.
    Soonest,
    /// What began last; without a date last.
    Begun,
}

macro_rules! public {
    ($query:expr, $filter:expr) => {{
        let mut query = $query.filter(publications::published_at.is_not_null()).into_boxed();
        query = match $filter.withdrawn {
            Some(since) => query.filter(publications::withdrawn_at.ge(since)),
            None => query.filter(publications::withdrawn_at.is_null()),
        };
        if let Some(id) = $filter.coalition {
            query = query.filter(publications::coalition_id.eq(id));
        }
        if let Some(kind) = $filter.kind {
            query = query.filter(publications::kind.eq(kind));
        }
        if let Some(id) = $filter.author {
            let theirs = publication_authors::table
                .filter(publication_authors::actor_id.eq(id))
                .select(publication_authors::publication_id);
            query = query.filter(publications::id.eq_any(theirs));
        }
        if let Some(states) = $filter.states.clone() {
            query = query.filter(publications::state.eq_any(states));
        }
        if let Some((coming, now)) = $filter.coming {
            let ends = publication_dates::ends_at;
            query = match coming {
                true => query.filter(ends.is_null().or(ends.ge(now))),
                false => query.filter(ends.lt(now)),
            };
        }
        if let Some(ids) = $filter.ids.clone() {
            query = query.filter(publications::id.eq_any(ids));
        }
        if let Some(tags) = $filter.tags.clone() {
            let tagged = publication_tags::table
                .filter(publication_tags::tag.eq_any(tags))
                .select(publication_tags::publication_id);
            query = query.filter(publications::id.eq_any(tagged));
        }
        query
    }};
}

/// A page of public publications, latest first.
///
/// # Errors
/// The database's.
pub fn publications(conn: &mut Conn, filter: &Filter, offset: i64, limit: i64) -> Result<Vec<Listed>> {
    ordered(conn, filter, Order::Latest, offset, limit)
}

/// What is open comes first, and of that what closes first.
const BY_DEADLINE: &str = "CASE WHEN publications.state = 'open' THEN 0 ELSE 1 END, \
     CASE WHEN publications.state = 'open' THEN coalesce(publication_dates.ends_at, '9999-12-31') END";

/// A page of public publications in an order.
///
/// # Errors
/// The database's.
pub fn ordered(
    conn: &mut Conn,
    filter: &Filter,
    order: Order,
    offset: i64,
    limit: i64,
) -> Result<Vec<Listed>> {
    // The page is found by what an index holds; the rows, which are long, are read of the page alone.
    let query =
        public!(publications::table.left_join(publication_dates::table).select(publications::id), filter);
    let query = match order {
        Order::Latest => query.order(publications::published_at.desc()),
        Order::Deadline => {
            query.order(sql::<Text>(BY_DEADLINE)).then_order_by(publications::published_at.desc())
        }
        Order::Soonest => query
            .order(publication_dates::begins_at.is_null())
            .then_order_by(publication_dates::begins_at.asc()),
        Order::Begun => query
            .order(publication_dates::begins_at.is_null())
            .then_order_by(publication_dates::begins_at.desc()),
    };
    let query = query.then_order_by(publications::id.desc()).offset(offset).limit(limit);
    let ids: Vec<String> = query.load(conn)?;
    let mut rows: Vec<Listed> = publications::table
        .inner_join(coalitions::table.inner_join(actors::table))
        .left_join(decisions::table)
        .select((
            publications::id,
            publications::kind,
            publications::state,
            publications::title,
            publications::summary,
            publications::language,
            publications::details,
            publications::published_at,
            publications::updated_at,
            publications::replies,
            actors::handle,
            coalitions::title,
            coalitions::topic,
            decisions::number.nullable(),
        ))
        .filter(publications::id.eq_any(&ids))
        .load(conn)?;
    let places: HashMap<&str, usize> = ids.iter().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
    rows.sort_by_key(|row| places.get(row.id.as_str()).copied());
    Ok(rows)
}

/// Ids of a page of public publications, oldest first.
///
/// # Errors
/// The database's.
pub fn ids(conn: &mut Conn, filter: &Filter, offset: i64, limit: i64) -> Result<Vec<String>> {
    let base = publications::table.left_join(publication_dates::table).select(publications::id);
    public!(base, filter)
        .order((publications::published_at, publications::id))
        .offset(offset)
        .limit(limit)
        .load(conn)
}

/// How many public publications the filter finds.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Conn, filter: &Filter) -> Result<i64> {
    public!(publications::table.left_join(publication_dates::table).count(), filter).get_result(conn)
}

/// Every tag of a publication or a note.
///
/// # Errors
/// The database's.
pub fn tags(conn: &mut Conn) -> Result<Vec<String>> {
    let mut tags: Vec<String> =
        publication_tags::table.select(publication_tags::tag).distinct().load(conn)?;
    tags.extend(note_tags::table.select(note_tags::tag).distinct().load::<String>(conn)?);
    Ok(tags)
}

/// A coalition in a list.
#[derive(Clone, Debug, Queryable)]
pub struct ListedCoalition {
    /// Row id of its actor.
    pub id: i64,
    /// Its handle.
    pub handle: String,
    /// Such as "8.a".
    pub number: Option<String>,
    title: Option<String>,
    topic: Option<String>,
    /// What it seeks.
    pub impact: Option<String>,
    /// Where it stands.
    pub stage: Stage,
    /// Where it acts.
    pub territory: Option<String>,
    /// BCP 47.
    pub language: String,
    /// Since when it is here.
    pub created_at: NaiveDateTime,
    /// When what it says of itself last changed.
    pub updated_at: NaiveDateTime,
}

impl ListedCoalition {
    /// The title, else the topic, else the handle.
    pub fn name(&self) -> &str {
        self.title.as_deref().or(self.topic.as_deref()).unwrap_or(&self.handle)
    }
}

/// The qualities that the coalitions with row ids `from..=to` seek.
///
/// # Errors
/// The database's, or a word that this version does not know.
pub fn qualities(conn: &mut Conn, from: i64, to: i64) -> Result<Vec<(i64, Quality)>> {
    coalition_values::table
        .filter(coalition_values::field.eq("quality"))
        .filter(coalition_values::coalition_id.ge(from))
        .filter(coalition_values::coalition_id.le(to))
        .select((coalition_values::coalition_id, coalition_values::value))
        .load::<(i64, String)>(conn)?
        .into_iter()
        .map(|(id, word)| match word.parse() {
            Ok(quality) => Ok((id, quality)),
            Err(error) => Err(diesel::result::Error::DeserializationError(Box::new(error))),
        })
        .collect()
}

/// A coalition that an organisation is in.
#[derive(Clone, Debug, Queryable)]
pub struct Joined {
    /// The coalition's handle.
    pub handle: String,
    title: Option<String>,
    topic: Option<String>,
    /// What the organisation is to it.
    pub role: Role,
}

impl Joined {
    /// The coalition's title, else its topic, else its handle.
    pub fn name(&self) -> &str {
        self.title.as_deref().or(self.topic.as_deref()).unwrap_or(&self.handle)
    }
}

/// The coalitions an organisation is in, oldest first.
///
/// # Errors
/// The database's.
pub fn memberships_of(conn: &mut Conn, organisation: i64) -> Result<Vec<Joined>> {
    memberships::table
        .inner_join(coalitions::table.inner_join(actors::table))
        .filter(memberships::member_id.eq(organisation))
        .order(coalitions::actor_id)
        .select((actors::handle, coalitions::title, coalitions::topic, memberships::role))
        .load(conn)
}

/// The names of those of the given words that are handles of organisations here: (handle, name).
///
/// # Errors
/// The database's.
pub fn organisations_named(conn: &mut Conn, words: &[String]) -> Result<Vec<(String, String)>> {
    if words.is_empty() {
        return Ok(Vec::new());
    }
    organisations::table
        .inner_join(actors::table)
        .filter(actors::handle.eq_any(words))
        .select((actors::handle, organisations::name))
        .load(conn)
}

/// Handles and names of the organisations that these details name.
///
/// # Errors
/// The database's.
pub fn organisations_in(conn: &mut Conn, details: &Details) -> Result<Vec<(String, String)>> {
    organisations_named(conn, &organisation_words(details))
}

/// A reply from another server, as it is shown.
#[derive(Clone, Debug, Queryable)]
pub struct ShownReply {
    /// Its id.
    pub url: String,
    /// Safe HTML.
    pub html: String,
    /// Its page for people.
    pub page: Option<String>,
    /// BCP 47.
    pub language: Option<String>,
    /// When its author says it was written.
    pub published_at: NaiveDateTime,
    /// When it was edited.
    pub updated_at: Option<NaiveDateTime>,
    /// Its author's name, plain text.
    pub name: String,
    /// Its author's preferredUsername.
    pub username: String,
    /// The domain in its author's handle.
    pub domain: String,
    /// Its content warning as safe HTML without elements.
    pub warning: Option<String>,
    attachments: String,
}

impl ShownReply {
    /// What it brings along.
    pub fn attachments(&self) -> Vec<Attachment> {
        serde_json::from_str(&self.attachments).unwrap_or_default()
    }
}

/// Those of these replies that were not hidden, in no order.
///
/// # Errors
/// The database's.
pub fn replies(conn: &mut Conn, urls: &[String]) -> Result<Vec<ShownReply>> {
    if urls.is_empty() {
        return Ok(Vec::new());
    }
    replies::table
        .inner_join(remote_actors::table)
        .filter(replies::url.eq_any(urls))
        .filter(replies::hidden_at.is_null().and(replies::withheld.eq(false)))
        .select((
            replies::url,
            replies::html,
            replies::page,
            replies::language,
            replies::published_at,
            replies::updated_at,
            remote_actors::name,
            remote_actors::username,
            remote_actors::domain,
            replies::warning,
            replies::attachments,
        ))
        .load(conn)
}
