//! Atom feeds of every list of publications: of the node, of one coalition, of a kind, of a tag, of an author. Ids are the permanent addresses of the
//! publications.

mod others;

use atom_syndication::{Category, Content, Entry, Feed, FixedDateTime, Generator, Link, Person, Text};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono_tz::Tz;

use super::error::Error;
use super::locale::Visit;
use super::pages::{LISTS, tagged_alike};
use crate::ap::content::{Said, told};
use crate::app::{App, SharedApp};
use crate::domain::publication::Kind;
use crate::model::listing::{Filter, Order};
use crate::model::{coalition, feed, listing, organisation};
use crate::text::html::absolute;
use crate::text::summary::{Context, summary};
use crate::text::{Lang, dates, tf, word};

/// How many entries a feed holds.
const ENTRIES: i64 = 30;

/// The feeds, to be merged into the router.
pub fn routes() -> Router<SharedApp> {
    let mut router = Router::new()
        .route("/feed.atom", get(node))
        .route("/coalitions/{handle}/feed.atom", get(of_coalition))
        .route("/organisations/{handle}/feed.atom", get(of_author))
        .route("/tags/{tag}/feed.atom", get(of_tag));
    for (kind, name) in LISTS {
        let of_kind = move |State(app): State<SharedApp>| async move {
            let page = format!("{}/{name}", app.urls.base());
            of_node(&app, Some(kind), format!("{page}/feed.atom"), page).await
        };
        router = router.route(&format!("/{name}/feed.atom"), get(of_kind));
    }
    router.merge(others::routes())
}

/// The kind that `?kind=` names.
fn kind(visit: &Visit) -> Option<Kind> {
    visit.parameter("kind").and_then(|kind| kind.parse().ok())
}

/// `&kind=…` or nothing.
fn narrowed(kind: Option<Kind>) -> String {
    kind.map(|kind| format!("?kind={kind}")).unwrap_or_default()
}

/// The name of a feed, in the language of what it tells.
fn named(name: &str, language: &str, kind: Option<Kind>) -> String {
    let lang = Lang::of_tag(language).unwrap_or_default();
    match kind {
        Some(kind) => {
            let kinds = word(lang, "kinds", kind.as_str());
            tf(lang, "list-of", &[("kinds", kinds.into()), ("coalition", name.into())])
        }
        None => name.to_owned(),
    }
}

/// `GET /feed.atom`, also `?kind=`.
async fn node(State(app): State<SharedApp>, visit: Visit) -> Result<Response, Error> {
    let kind = kind(&visit);
    let base = app.urls.base();
    let page = match kind {
        Some(kind) => format!("{base}/publications?kind={kind}"),
        None => format!("{base}/"),
    };
    of_node(&app, kind, format!("{base}/feed.atom{}", narrowed(kind)), page).await
}

async fn of_node(app: &App, kind: Option<Kind>, feed: String, page: String) -> Result<Response, Error> {
    let filter = Filter { kind, ..Filter::default() };
    let read =
        app.db.read(move |conn| Ok::<_, Error>(feed::entries(conn, &filter, Order::Latest, 0, ENTRIES)?));
    let entries = read.await?;
    let node = &app.config.node;
    let about = About {
        title: named(&node.name, &node.language, kind),
        subtitle: None,
        page,
        feed,
        language: node.language.clone(),
    };
    Ok(atom(app, about, &entries))
}

/// `GET /coalitions/{handle}/feed.atom`, also `?kind=`.
async fn of_coalition(
    State(app): State<SharedApp>,
    Path(handle): Path<String>,
    visit: Visit,
) -> Result<Response, Error> {
    let kind = kind(&visit);
    let read = app.db.read(move |conn| {
        let (actor, coalition) = coalition::by_handle(conn, &handle)?.ok_or(Error::NotFound)?;
        let filter = Filter { coalition: Some(actor.id), kind, ..Filter::default() };
        let entries = feed::entries(conn, &filter, Order::Latest, 0, ENTRIES)?;
        Ok::<_, Error>((actor, coalition, entries))
    });
    let (actor, coalition, entries) = read.await?;
    let page = app.urls.coalition(&actor.handle);
    let about = About {
        title: named(&coalition.name(&actor.handle), &coalition.language, kind),
        subtitle: coalition.impact,
        feed: format!("{page}/feed.atom{}", narrowed(kind)),
        language: coalition.language,
        page: format!("{page}{}", narrowed(kind)),
    };
    Ok(atom(&app, about, &entries))
}

/// `GET /organisations/{handle}/feed.atom`: what it wrote.
async fn of_author(State(app): State<SharedApp>, Path(handle): Path<String>) -> Result<Response, Error> {
    let read = app.db.read(move |conn| {
        let (actor, row) = organisation::by_handle(conn, &handle)?.ok_or(Error::NotFound)?;
        let filter = Filter { author: Some(actor.id), ..Filter::default() };
        Ok::<_, Error>((actor, row, feed::entries(conn, &filter, Order::Latest, 0, ENTRIES)?))
    });
    let (actor, row, entries) = read.await?;
    let page = app.urls.actor(actor.kind, &actor.handle);
    let about = About {
        title: row.name,
        subtitle: Some(row.summary).filter(|summary| !summary.is_empty()),
        feed: format!("{page}/feed.atom"),
        language: app.config.node.language.clone(),
        page,
    };
    Ok(atom(&app, about, &entries))
}

/// `GET /tags/{tag}/feed.atom`.
async fn of_tag(State(app): State<SharedApp>, Path(tag): Path<String>) -> Result<Response, Error> {
    let page = app.urls.tag(&tag);
    let read = app.db.read(move |conn| {
        let same = tagged_alike(listing::tags(conn)?, &tag);
        let first = same.first().cloned().ok_or(Error::NotFound)?;
        let filter = Filter { tags: Some(same), ..Filter::default() };
        Ok::<_, Error>((first, feed::entries(conn, &filter, Order::Latest, 0, ENTRIES)?))
    });
    let (tag, entries) = read.await?;
    let about = About {
        title: format!("#{tag}"),
        subtitle: None,
        feed: format!("{page}/feed.atom"),
        language: app.config.node.language.clone(),
        page,
    };
    Ok(atom(&app, about, &entries))
}

struct About {
    title: String,
    subtitle: Option<String>,
    page: String,
    feed: String,
    language: String,
}

fn atom(app: &App, about: About, entries: &[feed::Entry]) -> Response {
    let zone = dates::zone(&app.config.node.timezone);
    written(about, entries.iter().map(|one| entry(app, one, zone)).collect())
}

/// A feed of these entries, changed when the latest of them was.
fn written(about: About, entries: Vec<Entry>) -> Response {
    let latest = entries.iter().map(|one| one.updated).max();
    let feed = Feed {
        id: about.page.clone(),
        title: Text::plain(about.title),
        subtitle: about.subtitle.map(Text::plain),
        lang: Some(about.language),
        updated: latest.unwrap_or_else(|| stamp(chrono::NaiveDateTime::default())),
        generator: Some(Generator {
            value: "reset-node".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            ..Generator::default()
        }),
        links: vec![
            link("alternate", &about.page, "text/html"),
            link("self", &about.feed, "application/atom+xml"),
        ],
        entries,
        ..Feed::default()
    };
    let mut response = feed.to_string().into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/atom+xml; charset=utf-8"));
    response
}

fn entry(app: &App, one: &feed::Entry, zone: Tz) -> Entry {
    let row = &one.listed;
    let id = app.urls.publication(&row.id);
    let context = Context { zone, at: app.now(), number: row.number };
    // What an older version wrote otherwise is told without its generated line.
    let (line, text) = match row.content() {
        Err(_) => (row.summary.clone(), absolute(&one.html, app.urls.base())),
        Ok(written) => {
            let said = Said {
                details: &written.details,
                language: &row.language,
                licence: &one.licence,
                html: &one.html,
                known: &one.known,
            };
            (summary(&written, context), told(&said, app.urls.base(), context))
        }
    };
    let content = Content {
        content_type: Some("html".to_owned()),
        lang: Some(row.language.clone()),
        value: Some(text),
        ..Content::default()
    };
    let author = |name: &str| Person { name: name.to_owned(), ..Person::default() };
    let authors: Vec<Person> = match one.authors.as_slice() {
        [] => vec![author(row.coalition())],
        some => some.iter().map(|(_, name)| author(name)).collect(),
    };
    let category = |term: &String| Category { term: term.clone(), ..Category::default() };
    Entry {
        title: Text::plain(row.title.clone()),
        summary: Some(Text::plain(line)),
        content: Some(content),
        authors,
        categories: one.tags.iter().map(category).collect(),
        rights: Some(Text::plain(one.licence.clone())),
        published: row.published_at.map(stamp),
        updated: stamp(row.updated_at),
        links: vec![link("alternate", &id, "text/html")],
        id,
        ..Entry::default()
    }
}

fn link(rel: &str, href: &str, kind: &str) -> Link {
    Link { rel: rel.to_owned(), href: href.to_owned(), mime_type: Some(kind.to_owned()), ..Link::default() }
}

fn stamp(at: chrono::NaiveDateTime) -> FixedDateTime {
    at.and_utc().fixed_offset()
}
