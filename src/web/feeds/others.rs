//! Atom feeds of lists of what is no publication: coalitions, organisations, actions, results of a search, the latest first.

use atom_syndication::{Content, Entry, Text};
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use chrono::NaiveDateTime;

use super::{About, ENTRIES, link, stamp, written};
use crate::app::SharedApp;
use crate::domain::actor::ActorKind;
use crate::domain::publication::When;
use crate::model::listing::ListedCoalition;
use crate::model::organisations::{self, Listed};
use crate::model::search::{self, Hit};
use crate::model::{action_item, coalition, directory};
use crate::text::{Lang, dates, t, word};
use crate::web::error::Error;
use crate::web::locale::Visit;
use crate::web::pages;

/// To be merged into the router.
pub(super) fn routes() -> Router<SharedApp> {
    Router::new()
        .route("/coalitions/feed.atom", get(coalitions))
        .route("/organisations/feed.atom", get(all))
        .route("/coalitions/{handle}/actions/feed.atom", get(actions))
        .route("/search/feed.atom", get(found))
}

/// An entry that is told in one line.
struct Brief<'a> {
    id: String,
    title: &'a str,
    line: &'a str,
    language: &'a str,
    published: NaiveDateTime,
    updated: NaiveDateTime,
}

impl From<Brief<'_>> for Entry {
    fn from(brief: Brief<'_>) -> Entry {
        let content = Content {
            content_type: Some("text".to_owned()),
            lang: Some(brief.language.to_owned()).filter(|tag| !tag.is_empty()),
            value: Some(brief.line.to_owned()),
            ..Content::default()
        };
        Entry {
            title: Text::plain(brief.title.to_owned()),
            content: Some(content),
            published: Some(stamp(brief.published)),
            updated: stamp(brief.updated),
            links: vec![link("alternate", &brief.id, "text/html")],
            id: brief.id,
            ..Entry::default()
        }
    }
}

/// The language of the node, in which lists of many languages are told.
fn language(app: &SharedApp) -> (Lang, String) {
    let tag = app.config.node.language.clone();
    (Lang::of_tag(&tag).unwrap_or_default(), tag)
}

/// A list at this path, narrowed as the address of the feed is.
fn about(app: &SharedApp, visit: &Visit, path: &str, title: String) -> About {
    let base = app.urls.base();
    let and = if visit.query.is_empty() { String::new() } else { format!("?{}", visit.query) };
    About {
        title,
        subtitle: None,
        page: format!("{base}{path}{and}"),
        feed: format!("{base}{}{and}", visit.path),
        language: app.config.node.language.clone(),
    }
}

/// `GET /coalitions/feed.atom`, with the parameters of the directory.
async fn coalitions(State(app): State<SharedApp>, visit: Visit) -> Result<Response, Error> {
    let filter = directory::Filter { latest: true, ..pages::directory_filter(&visit)? };
    let read = app.db.read(move |conn| Ok::<_, Error>(directory::page(conn, &filter, 0, ENTRIES)?.0));
    let entry = |row: &ListedCoalition| {
        let brief = Brief {
            id: app.urls.coalition(&row.handle),
            title: row.name(),
            line: row.impact.as_deref().unwrap_or_default(),
            language: &row.language,
            published: row.created_at,
            updated: row.updated_at,
        };
        Entry::from(brief)
    };
    let entries = read.await?.iter().map(entry).collect();
    let title = t(language(&app).0, "coalitions-title").to_owned();
    Ok(written(about(&app, &visit, "/coalitions", title), entries))
}

/// `GET /organisations/feed.atom`, with the parameters of the list.
async fn all(State(app): State<SharedApp>, visit: Visit) -> Result<Response, Error> {
    let filter = organisations::Filter { latest: true, ..pages::organisations_filter(&visit) };
    let read = app.db.read(move |conn| Ok::<_, Error>(organisations::page(conn, &filter, 0, ENTRIES)?.0));
    let (lang, tag) = language(&app);
    let entry = |row: &Listed| {
        let kind = Some(word(lang, "organisation", row.kind.as_str()));
        let summary = Some(row.summary.as_str()).filter(|summary| !summary.is_empty());
        let line: Vec<&str> = [kind, row.territory.as_deref(), summary].into_iter().flatten().collect();
        let brief = Brief {
            id: app.urls.actor(ActorKind::Organisation, &row.handle),
            title: &row.name,
            line: &line.join(" · "),
            language: &tag,
            published: row.created_at,
            updated: row.updated_at,
        };
        Entry::from(brief)
    };
    let entries = read.await?.iter().map(entry).collect();
    let title = t(lang, "organisations-title").to_owned();
    Ok(written(about(&app, &visit, "/organisations", title), entries))
}

/// `GET /coalitions/{handle}/actions/feed.atom`: what was made or changed its state last.
async fn actions(
    State(app): State<SharedApp>,
    Path(handle): Path<String>,
    visit: Visit,
) -> Result<Response, Error> {
    let read = app.db.read(move |conn| {
        let (actor, row) = coalition::by_handle(conn, &handle)?.ok_or(Error::NotFound)?;
        Ok::<_, Error>((row.name(&actor.handle), action_item::latest(conn, actor.id, ENTRIES)?, actor.handle))
    });
    let (name, rows, handle) = read.await?;
    let zone = dates::zone(&app.config.node.timezone);
    let entry = |row: &action_item::Row| {
        let lang = Lang::of_tag(&row.language).unwrap_or_default();
        let due = row.due.as_ref().and_then(|due| due.parse::<When>().ok());
        let due = due.map(|due| format!("{} {}", t(lang, "publication-due"), dates::when(lang, due, zone)));
        let state = word(lang, "action", row.state.as_str()).to_owned();
        let line: Vec<String> = [Some(state), due].into_iter().flatten().chain(row.owners()).collect();
        let brief = Brief {
            id: pages::action_url(&app.urls, &handle, &row.id),
            title: &row.text,
            line: &line.join(" · "),
            language: &row.language,
            published: row.created_at,
            updated: row.updated_at,
        };
        Entry::from(brief)
    };
    let title = format!("{} · {name}", t(language(&app).0, "actions-title"));
    let entries = rows.iter().map(entry).collect();
    Ok(written(about(&app, &visit, &format!("/coalitions/{handle}/actions"), title), entries))
}

/// `GET /search/feed.atom`, with the parameters of the search.
async fn found(State(app): State<SharedApp>, visit: Visit) -> Result<Response, Error> {
    let asked = pages::Asked::of(&visit);
    let title = asked.title(language(&app).0);
    let read = app.db.read(move |conn| {
        let filter = search::Filter { latest: true, ..asked.filter(conn)? };
        let (hits, _) = search::find(conn, &asked.question, &filter, (0, ENTRIES))?;
        Ok::<_, Error>((hits, asked.question))
    });
    let (hits, question) = read.await?;
    let entry = |hit: &Hit| {
        let excerpt: String = question.excerpt(&hit.text).into_iter().map(|(_, piece)| piece).collect();
        let brief = Brief {
            id: format!("{}/{}/{}", app.urls.base(), pages::found_in(&hit.kind), hit.subject),
            title: &hit.title,
            line: &excerpt,
            language: &hit.language,
            published: hit.at,
            updated: hit.at,
        };
        Entry::from(brief)
    };
    Ok(written(about(&app, &visit, "/search", title), hits.iter().map(entry).collect()))
}
