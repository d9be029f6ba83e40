//! Pages for people: one file a page, which holds its template's type, its handler and its routes' names. Each reads the
//! database once and renders without a script.

mod actions;
mod adoption;
mod booklet;
mod coalition;
mod coalitions;
mod details;
mod from_afar;
mod gone;
mod home;
mod interest;
mod life;
mod lists;
mod note;
mod notices;
mod organisation;
mod organisations;
mod parts;
mod path;
mod path_said;
mod person;
mod publication;
mod publications;
mod reached;
mod register;
mod register_data;
mod revised;
mod revisions;
mod round;
mod search;
mod since;
#[cfg(debug_assertions)]
mod styleguide;
mod thread;
mod timeline;
mod turnout;
mod uncounted;
mod voices;

pub(crate) use publication::markdown;

pub(in crate::web) use actions::url as action_url;
pub(in crate::web) use coalitions::filter as directory_filter;
pub(in crate::web) use lists::{LISTS, order};
pub(in crate::web) use organisations::filter as organisations_filter;
pub(in crate::web) use publications::tagged_alike;
pub(in crate::web) use search::{Asked, folder as found_in};

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path};
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};

use super::assets::{self, ICON_HREF, STYLE_HREF};
use super::error::Error;
use super::locale::Visit;
use super::previews;
use crate::app::{App, SharedApp};
use crate::domain::publication::Kind;
use crate::text::{Lang, t, tf, word};

/// How many entries a list shows on one page.
const PER_PAGE: i64 = 50;

/// The pages, to be merged into the router.
pub fn routes() -> Router<SharedApp> {
    let routes = listed().route("/search", get(search::show));
    #[cfg(debug_assertions)]
    let routes = routes.route("/styleguide", get(styleguide::show));
    routes
        .route("/", get(home::show))
        .route("/coalitions", get(coalitions::show))
        .route("/coalitions/{handle}", get(coalition::show))
        .route("/coalitions/{handle}/actions", get(actions::show))
        .route("/coalitions/{handle}/decisions", get(register::show))
        .route("/coalitions/{handle}/booklet", get(booklet::show))
        .route("/coalitions/{handle}/decisions.json", get(register_data::show))
        .route("/coalitions/{handle}/follow", post(from_afar::follow))
        .route("/interest", get(interest::show).post(interest::send))
        .route("/interest/received", get(interest::received))
        .route("/interest/confirm", get(interest::ask).post(interest::confirm))
        .route("/organisations", get(organisations::show))
        .route("/organisations/{handle}", get(organisation::show))
        .route("/people/{handle}", get(person::show))
        .route("/publications", get(publications::show))
        .route("/publications/{id}", get(publication::show))
        .route("/publications/{id}/revisions", get(revisions::show))
        .route("/publications/{id}/react", post(from_afar::react))
        .route("/notes/{id}", get(note::show))
        .route("/tags/{tag}", get(publications::tagged))
        .route("/legal", get(notices::legal))
        .route("/privacy", get(notices::privacy))
        .route("/accessibility", get(notices::accessibility))
        .route("/assets/{file}", get(assets::serve))
        .layer(DefaultBodyLimit::max(interest::MAX_FORM))
}

/// The lists of one kind, of the node and of a coalition. The decisions of one coalition are its register, a page of its own.
fn listed() -> Router<SharedApp> {
    let mut router = Router::new();
    for (kind, name) in LISTS {
        router =
            router.route(&format!("/{name}"), get(move |app, visit| lists::show(app, visit, kind, None)));
        if kind != Kind::Decision {
            let of =
                move |app, Path(handle): Path<String>, visit| lists::show(app, visit, kind, Some(handle));
            router = router.route(&format!("/coalitions/{{handle}}/{name}"), get(of));
        }
    }
    router
}

/// What stands around every page: head, header and footer.
pub struct Frame {
    /// The language of the page.
    pub lang: Lang,
    /// The node's name.
    pub node: String,
    /// The title, without the node's name.
    pub title: String,
    /// One plain sentence for search engines and previews.
    pub description: String,
    /// The permanent address, absolute.
    pub url: String,
    /// OpenGraph's type.
    pub og_type: &'static str,
    /// The address of the ActivityStreams form, absolute.
    pub activity: Option<String>,
    /// The address of an Atom feed and its title.
    pub feed: (String, String),
    /// Of a list its addresses as JSON and CSV.
    pub forms: Option<(String, String)>,
    /// The address of an iCalendar.
    pub calendar: Option<String>,
    /// The handle that Mastodon credits.
    pub creator: Option<String>,
    /// The address of its picture, absolute, and what that says.
    pub picture: Option<(String, String)>,
    /// This page in the other language.
    pub other: (Lang, String),
    /// Whether search engines should pass by.
    pub hidden: bool,
    /// The path, for the mark of the current section.
    pub path: String,
    /// Whom to write to.
    pub contact: String,
    /// The address of the style sheet.
    pub style: &'static str,
    /// The address of the site's icon.
    pub icon: &'static str,
}

impl Frame {
    /// Width and height of a picture.
    pub const PICTURE: (u32, u32) = previews::SIZE;

    /// Around a page with this title.
    pub fn new(app: &App, visit: &Visit, title: impl Into<String>) -> Frame {
        let title = title.into();
        let other = match visit.lang {
            Lang::Fr => Lang::En,
            Lang::En => Lang::Fr,
        };
        let node = app.config.node.name.clone();
        Frame {
            lang: visit.lang,
            description: tf(visit.lang, "node-description", &[("node", (&node).into())]),
            url: format!("{}{}", app.urls.base(), visit.path),
            og_type: "website",
            activity: None,
            feed: ("/feed.atom".to_owned(), node.clone()),
            forms: None,
            calendar: None,
            creator: None,
            picture: None,
            other: (other, visit.in_language(other)),
            hidden: false,
            path: visit.path.clone(),
            contact: app.config.node.contact.clone(),
            style: &STYLE_HREF,
            icon: &ICON_HREF,
            node,
            title,
        }
    }

    /// Names the other forms of a list that lives at `address`, narrowed by `query`.
    fn listed(&mut self, address: &str, query: &str) {
        let and = if query.is_empty() { String::new() } else { format!("?{query}") };
        self.feed = (format!("{address}/feed.atom{and}"), self.title.clone());
        self.forms = Some((format!("{address}.json{and}"), format!("{address}.csv{and}")));
    }

    /// Names JSON and CSV of the publications that a query narrows.
    fn publications(&mut self, query: &str) {
        let and = if query.is_empty() { String::new() } else { format!("?{query}") };
        self.forms = Some((format!("/publications.json{and}"), format!("/publications.csv{and}")));
    }

    /// The lists of the node, for the foot of every page.
    pub fn lists(&self) -> Vec<(String, &'static str)> {
        let kinds =
            LISTS.iter().map(|(kind, name)| (format!("/{name}"), word(self.lang, "kinds", kind.as_str())));
        kinds.chain([("/organisations".to_owned(), self.t("organisations-title"))]).collect()
    }

    /// The same, not for search engines.
    #[must_use]
    pub fn hidden(mut self) -> Frame {
        self.hidden = true;
        self
    }

    /// A message without variables.
    pub fn t(&self, key: &'static str) -> &'static str {
        t(self.lang, key)
    }

    /// A message with a count.
    pub fn count(&self, key: &'static str, count: &i64) -> String {
        tf(self.lang, key, &[("count", (*count).into())])
    }

    /// ` lang="…"` where a text is not in the language of the page.
    pub fn foreign(&self, language: &str) -> Foreign {
        let same = language.is_empty() || language.eq_ignore_ascii_case(self.lang.tag());
        Foreign((!same).then(|| language.to_owned()))
    }

    /// "Coalition no. 8.a".
    pub fn numbered(&self, number: &str) -> String {
        tf(self.lang, "coalition-number", &[("number", number.into())])
    }

    /// The contact as a link: an e-mail address or a URL.
    pub fn contact_href(&self) -> String {
        let web = self.contact.starts_with("https://") || self.contact.starts_with("http://");
        if web { self.contact.clone() } else { format!("mailto:{}", self.contact) }
    }

    /// Whether `path` is the section that is shown.
    pub fn is_current(&self, path: &str) -> bool {
        self.path == path
    }
}

/// The attribute `lang`, or nothing.
pub struct Foreign(Option<String>);

impl std::fmt::Display for Foreign {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            // Letters, digits and hyphens only: nothing that could end the attribute.
            Some(tag) if tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') => {
                write!(f, " lang=\"{tag}\"")
            }
            _ => Ok(()),
        }
    }
}

impl askama::filters::HtmlSafe for Foreign {}

/// Renders a page.
fn html(page: &impl Template) -> Result<Response, Error> {
    let mut response = Html(page.render()?).into_response();
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Language, Cookie"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}
