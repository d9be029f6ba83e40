//! Legal notice, privacy and accessibility statement: the Markdown files of the configuration, or one honest sentence
//! where the node's organisation has written none.

use std::path::Path;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::{Frame, html};
use crate::app::SharedApp;
use crate::text::html::render;
use crate::text::tf;
use crate::web::error::Error;
use crate::web::locale::Visit;

#[derive(Template)]
#[template(path = "notice.html")]
struct Notice {
    frame: Frame,
    /// Safe HTML, where a file was written.
    text: Option<String>,
    missing: String,
}

/// `GET /legal`.
pub(super) async fn legal(State(app): State<SharedApp>, visit: Visit) -> Result<Response, Error> {
    let file = app.config.node.legal.clone();
    notice(&app, &visit, file.as_deref(), "legal-title", "legal-missing").await
}

/// `GET /privacy`.
pub(super) async fn privacy(State(app): State<SharedApp>, visit: Visit) -> Result<Response, Error> {
    let file = app.config.node.privacy.clone();
    notice(&app, &visit, file.as_deref(), "privacy-title", "privacy-missing").await
}

/// `GET /accessibility`.
pub(super) async fn accessibility(State(app): State<SharedApp>, visit: Visit) -> Result<Response, Error> {
    let file = app.config.node.accessibility.clone();
    notice(&app, &visit, file.as_deref(), "accessibility-title", "accessibility-missing").await
}

async fn notice(
    app: &SharedApp,
    visit: &Visit,
    file: Option<&Path>,
    title: &'static str,
    missing: &'static str,
) -> Result<Response, Error> {
    let text = match file {
        Some(path) => match tokio::fs::read_to_string(path).await {
            Ok(markdown) => Some(render(&markdown)),
            Err(error) => {
                tracing::error!(path = %path.display(), %error, "a notice of the configuration cannot be read");
                None
            }
        },
        None => None,
    };
    let kept = &app.config.retention;
    let days = |days: u32| days.to_string();
    let (declarations, inbox, remote) =
        (days(kept.declarations_days), days(kept.inbox_days), days(kept.remote_days));
    let about = [
        ("node", (&app.config.node.name).into()),
        ("declarations", (&declarations).into()),
        ("inbox", (&inbox).into()),
        ("remote", (&remote).into()),
    ];
    html(&Notice {
        frame: Frame::new(app, visit, visit.lang_text(title)),
        text,
        missing: tf(visit.lang, missing, &about),
    })
}
