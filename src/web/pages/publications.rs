//! Lists of publications: all of them, by kind, or by tag.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::parts::{Item, Moment, Pager, Reading};
use super::{Frame, PER_PAGE, html};
use crate::app::SharedApp;
use crate::domain::publication::Kind;
use crate::model::listing::{self, Filter};
use crate::model::thread::{self, ShownNote};
use crate::text::{Lang, word};
use crate::web::error::Error;
use crate::web::locale::Visit;

/// A link that narrows a list to one kind.
pub(super) struct KindLink {
    pub label: &'static str,
    pub href: String,
    pub current: bool,
}

impl KindLink {
    /// "All" and one link a kind, for the list at `address`.
    pub(super) fn all(lang: Lang, address: &str, current: Option<Kind>) -> Vec<KindLink> {
        let mut links = vec![KindLink {
            label: crate::text::t(lang, "kinds-all"),
            href: address.to_owned(),
            current: current.is_none(),
        }];
        links.extend(Kind::ALL.iter().map(|kind| KindLink {
            label: word(lang, "kinds", kind.as_str()),
            href: format!("{address}?kind={kind}"),
            current: current == Some(*kind),
        }));
        links
    }
}

/// The address of a list up to the number of its page.
pub(super) fn paged(address: &str, kind: Option<Kind>) -> String {
    match kind {
        Some(kind) => format!("{address}?kind={kind}&page="),
        None => format!("{address}?page="),
    }
}

#[derive(Template)]
#[template(path = "publications.html")]
struct Publications {
    frame: Frame,
    heading: String,
    kinds: Vec<KindLink>,
    items: Vec<Item>,
    total: i64,
    pager: Pager,
    comments: Vec<Comment>,
}

/// A comment that bears a tag.
struct Comment {
    href: String,
    author: String,
    date: Moment,
    /// Safe HTML.
    html: String,
    language: String,
}

impl Comment {
    fn of(note: ShownNote, reading: &Reading) -> Comment {
        Comment {
            href: format!("/notes/{}", note.id),
            author: note.name().to_owned(),
            date: reading.moment(note.published_at),
            html: note.html,
            language: note.language,
        }
    }
}

/// `GET /publications`.
pub(super) async fn show(State(app): State<SharedApp>, visit: Visit) -> Result<Response, Error> {
    let kind = visit.parameter("kind").and_then(|kind| kind.parse().ok());
    let filter = Filter { kind, ..Filter::default() };
    let kinds = KindLink::all(visit.lang, "/publications", kind);
    let heading = visit.lang_text("publications-title").to_owned();
    let feed = match kind {
        Some(kind) => {
            (format!("/feed.atom?kind={kind}"), word(visit.lang, "kinds", kind.as_str()).to_owned())
        }
        None => ("/feed.atom".to_owned(), app.config.node.name.clone()),
    };
    let query = visit.kept(&["kind"]);
    list(app, visit, (filter, query), heading, kinds, &paged("/publications", kind), feed).await
}

/// `GET /tags/{tag}`: the tag as it travels, letters and digits only; publications, and the latest comments.
pub(super) async fn tagged(
    State(app): State<SharedApp>,
    Path(tag): Path<String>,
    visit: Visit,
) -> Result<Response, Error> {
    let all = app.db.read(|conn| Ok::<_, Error>(listing::tags(conn)?)).await?;
    let same = tagged_alike(all, &tag);
    let Some(first) = same.first() else {
        return Err(Error::NotFound);
    };
    let heading = format!("#{first}");
    let address = format!("/tags/{tag}?page=");
    let filter = Filter { tags: Some(same), ..Filter::default() };
    let feed = (format!("/tags/{tag}/feed.atom"), heading.clone());
    let query = format!("tag={}", url::form_urlencoded::byte_serialize(tag.as_bytes()).collect::<String>());
    list(app, visit, (filter, query), heading, Vec::new(), &address, feed).await
}

/// Those of the tags that are the one in an address.
pub(in crate::web) fn tagged_alike(all: Vec<String>, tag: &str) -> Vec<String> {
    let bare = |text: &str| -> String {
        let letters = text.chars().filter(|c| c.is_alphanumeric() || *c == '_');
        letters.flat_map(char::to_lowercase).collect()
    };
    let wanted = bare(tag);
    all.into_iter().filter(|one| bare(one) == wanted).collect()
}

async fn list(
    app: SharedApp,
    visit: Visit,
    (filter, query): (Filter, String),
    heading: String,
    kinds: Vec<KindLink>,
    address: &str,
    feed: (String, String),
) -> Result<Response, Error> {
    let page = visit.page();
    let reading = Reading::new(&app, visit.lang);
    let read = app.db.read(move |conn| {
        let rows = listing::publications(conn, &filter, Pager::offset(page), PER_PAGE)?;
        let comments = match filter.tags.as_deref() {
            Some(tags) if page == 1 => thread::tagged(conn, tags, PER_PAGE)?,
            _ => Vec::new(),
        };
        Ok::<_, Error>((rows, listing::count(conn, &filter)?, comments))
    });
    let (rows, total, comments) = read.await?;
    let mut frame = Frame::new(&app, &visit, heading.clone());
    frame.feed = feed;
    frame.publications(&query);
    html(&Publications {
        frame,
        heading,
        kinds,
        items: Item::all(&rows, &reading)?,
        total,
        pager: Pager::new(address, page, total),
        comments: comments.into_iter().map(|note| Comment::of(note, &reading)).collect(),
    })
}
