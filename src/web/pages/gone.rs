//! The page of what was deleted: when, and nothing else of it.

use askama::Template;
use axum::response::Response;
use chrono::NaiveDateTime;

use super::parts::{Named, Reading};
use super::{Frame, html};
use crate::app::App;
use crate::text::tf;
use crate::web::error::{self, Error};
use crate::web::locale::Visit;

#[derive(Template)]
#[template(path = "gone.html")]
struct Gone {
    frame: Frame,
    sentence: String,
    /// Where it stood.
    place: Option<Named>,
}

/// The page, under this title and with this sentence about the day (keys of messages).
pub(super) fn page(
    app: &App,
    visit: &Visit,
    (title, sentence): (&'static str, &'static str),
    at: NaiveDateTime,
    place: Option<Named>,
) -> Result<Response, Error> {
    let day = Reading::new(app, visit.lang).day(at).told;
    let page = Gone {
        frame: Frame::new(app, visit, visit.lang_text(title)).hidden(),
        sentence: tf(visit.lang, sentence, &[("date", (&day).into())]),
        place,
    };
    Ok(error::gone(html(&page)?))
}
