//! The one place of the status codes of pages, and what people read when something went wrong. A handler answers an
//! [`Error`]; the page is made afterwards, where the language of the visit is known.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::locale::Visit;
use super::pages::Frame;
use crate::app::SharedApp;
use crate::db;

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing lives at this address.
    #[error("there is nothing at this address")]
    NotFound,
    /// The form was not understood; the message (key) says what to write.
    #[error("the form was not understood: {0}")]
    Form(&'static str),
    /// One address sent too many forms for which other servers are asked.
    #[error("too many forms were sent in a short time")]
    TooMany,
    /// The database did not answer, or holds what this version does not understand.
    #[error(transparent)]
    Database(#[from] db::Error),
    /// A table could not be written.
    #[error("a table could not be written: {0}")]
    Table(#[from] csv::Error),
    /// A template could not be rendered.
    #[error("a page could not be rendered: {0}")]
    Render(#[from] askama::Error),
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Error {
        Error::Database(error.into())
    }
}

/// Goes with the bare answer of an [`Error`] to [`pages`]; the keys of the messages to show.
#[derive(Clone, Copy)]
struct Fault {
    title: &'static str,
    text: &'static str,
}

const NOT_FOUND: Fault = Fault { title: "error-404", text: "error-404-text" };
const METHOD: Fault = Fault { title: "error-405", text: "error-405-text" };
const TOO_MANY: Fault = Fault { title: "error-429", text: "error-429-text" };
const INTERNAL: Fault = Fault { title: "error-500", text: "error-500-text" };

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, fault) = match &self {
            Error::NotFound => (StatusCode::NOT_FOUND, NOT_FOUND),
            Error::Form(text) => (StatusCode::BAD_REQUEST, Fault { title: "error-400", text }),
            Error::TooMany => (StatusCode::TOO_MANY_REQUESTS, TOO_MANY),
            Error::Database(_) | Error::Render(_) | Error::Table(_) => {
                tracing::error!(error = %self, "a page was not served");
                (StatusCode::INTERNAL_SERVER_ERROR, INTERNAL)
            }
        };
        let mut response = status.into_response();
        response.extensions_mut().insert(fault);
        response
    }
}

/// Answers 404 at addresses with an encoded NUL: nothing of ours has one, and PostgreSQL takes none.
pub(super) async fn without_nul(request: Request, next: Next) -> Response {
    match request.uri().path_and_query().is_some_and(|address| address.as_str().contains("%00")) {
        true => Error::NotFound.into_response(),
        false => next.run(request).await,
    }
}

/// Marks a page as that of something which is no more: 410.
pub fn gone(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::GONE;
    response
}

/// Marks a page as that of something that is not there: 404.
pub fn not_there(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// Marks a page as a form that comes back to be mended: 400.
pub fn handed_back(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response
}

/// The answer to a form that leads elsewhere: 303.
pub fn see_other(address: &str) -> Response {
    axum::response::Redirect::to(address).into_response()
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    frame: Frame,
    text: &'static str,
}

/// Makes the pages of errors: of ours, and of methods that an address does not know.
pub async fn pages(State(app): State<SharedApp>, request: Request, next: Next) -> Response {
    let visit = Visit::of(request.uri(), request.headers(), &app.config.node.language);
    let head = request.method() == axum::http::Method::HEAD;
    let mut response = next.run(request).await;
    let untold = !response.headers().contains_key(header::CONTENT_TYPE);
    let fault = match response.extensions_mut().remove::<Fault>() {
        Some(fault) => fault,
        None if untold && response.status() == StatusCode::METHOD_NOT_ALLOWED => METHOD,
        None => return response,
    };
    if head {
        return response;
    }
    let frame = Frame::new(&app, &visit, visit.lang_text(fault.title)).hidden();
    let page = ErrorPage { text: visit.lang_text(fault.text), frame };
    match page.render() {
        Ok(html) => {
            let status = response.status();
            let mut told = (status, axum::response::Html(html)).into_response();
            if let Some(allow) = response.headers().get(header::ALLOW) {
                told.headers_mut().insert(header::ALLOW, allow.clone());
            }
            told
        }
        Err(error) => {
            tracing::error!(%error, "the page of an error was not rendered");
            response
        }
    }
}
