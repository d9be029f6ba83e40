//! Atom feeds: of the node, and of one coalition. Ids are the permanent addresses of the publications.

use atom_syndication::{Category, Content, Entry, Feed, FixedDateTime, Generator, Link, Person, Text};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono_tz::Tz;

use super::error::Error;
use crate::app::{App, SharedApp};
use crate::model::coalition;
use crate::model::publication::{self, Publication};
use crate::text::dates;
use crate::text::html::absolute;
use crate::text::summary::{Context, summary};

/// How many entries a feed holds.
const ENTRIES: i64 = 30;

/// The feeds, to be merged into the router.
pub fn routes() -> Router<SharedApp> {
    Router::new().route("/feed.atom", get(node)).route("/coalitions/{handle}/feed.atom", get(of_coalition))
}

/// `GET /feed.atom`.
async fn node(State(app): State<SharedApp>) -> Result<Response, Error> {
    let read = app.db.read(|conn| Ok::<_, Error>(publication::public_page(conn, None, 0, ENTRIES)?));
    let publications = read.await?;
    let about = About {
        title: app.config.node.name.clone(),
        subtitle: None,
        page: format!("{}/", app.urls.base()),
        feed: format!("{}/feed.atom", app.urls.base()),
        language: app.config.node.language.clone(),
    };
    Ok(atom(&app, about, &publications))
}

/// `GET /coalitions/{handle}/feed.atom`.
async fn of_coalition(State(app): State<SharedApp>, Path(handle): Path<String>) -> Result<Response, Error> {
    let read = app.db.read(move |conn| {
        let (actor, coalition) = coalition::by_handle(conn, &handle)?.ok_or(Error::NotFound)?;
        let publications = publication::public_page(conn, Some(actor.id), 0, ENTRIES)?;
        Ok::<_, Error>((actor, coalition, publications))
    });
    let (actor, coalition, publications) = read.await?;
    let page = app.urls.coalition(&actor.handle);
    let about = About {
        title: coalition.name(&actor.handle),
        subtitle: coalition.impact,
        feed: format!("{page}/feed.atom"),
        language: coalition.language,
        page,
    };
    Ok(atom(&app, about, &publications))
}

struct About {
    title: String,
    subtitle: Option<String>,
    page: String,
    feed: String,
    language: String,
}

fn atom(app: &App, about: About, publications: &[Publication]) -> Response {
    let zone = dates::zone(&app.config.node.timezone);
    let latest = publications.iter().map(|one| one.row.updated_at).max();
    let feed = Feed {
        id: about.page.clone(),
        title: Text::plain(about.title),
        subtitle: about.subtitle.map(Text::plain),
        lang: Some(about.language),
        updated: stamp(latest.unwrap_or_default()),
        generator: Some(Generator {
            value: "reset-node".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            ..Generator::default()
        }),
        links: vec![
            link("alternate", &about.page, "text/html"),
            link("self", &about.feed, "application/atom+xml"),
        ],
        entries: publications.iter().map(|one| entry(app, one, zone)).collect(),
        ..Feed::default()
    };
    let mut response = feed.to_string().into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/atom+xml; charset=utf-8"));
    response
}

fn entry(app: &App, publication: &Publication, zone: Tz) -> Entry {
    let row = &publication.row;
    let id = app.urls.publication(&row.id);
    let context = Context { zone, at: app.now(), number: publication.decision_number };
    let line = summary(&publication.content(), context);
    let content = Content {
        content_type: Some("html".to_owned()),
        lang: Some(row.language.clone()),
        value: Some(absolute(&row.html, app.urls.base())),
        ..Content::default()
    };
    let author = |name: &str| Person { name: name.to_owned(), ..Person::default() };
    let authors: Vec<Person> = match publication.authors.as_slice() {
        [] => vec![author(&publication.coalition.name(&publication.actor.handle))],
        some => some.iter().map(|one| author(&one.name)).collect(),
    };
    let category = |term: &String| Category { term: term.clone(), ..Category::default() };
    Entry {
        title: Text::plain(row.title.clone()),
        summary: Some(Text::plain(line)),
        content: Some(content),
        authors,
        categories: publication.tags.iter().map(category).collect(),
        rights: Some(Text::plain(row.licence.clone())),
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
