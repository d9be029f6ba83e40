//! The directory of coalitions.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::parts::{Mark, Pager};
use super::{Frame, PER_PAGE, html};
use crate::app::SharedApp;
use crate::db::Conn;
use crate::domain::coalition::Quality;
use crate::model::{coalition, listing};
use crate::text::{Lang, word};
use crate::web::error::Error;
use crate::web::locale::Visit;

/// A coalition in a list.
pub(super) struct Card {
    pub href: String,
    pub number: Option<String>,
    pub name: String,
    pub language: String,
    pub impact: Option<String>,
    pub stage: &'static str,
    pub territory: Option<String>,
    /// Words of the qualities sought, joined.
    pub qualities: String,
    pub mark: Mark,
}

impl Card {
    /// A page of cards in two queries.
    pub(super) fn load(
        conn: &mut Conn,
        offset: i64,
        limit: i64,
        lang: Lang,
    ) -> Result<Vec<Card>, diesel::result::Error> {
        let rows = listing::coalitions(conn, offset, limit)?;
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            return Ok(Vec::new());
        };
        let sought = listing::qualities(conn, first.id, last.id)?;
        let seeks = |id: i64, quality: Quality| sought.contains(&(id, quality));
        let card = |row: listing::ListedCoalition| {
            let words: Vec<&str> = Quality::ALL
                .iter()
                .filter(|quality| seeks(row.id, **quality))
                .map(|quality| word(lang, "quality", quality.as_str()))
                .collect();
            Card {
                href: format!("/coalitions/{}", row.handle),
                name: row.name().to_owned(),
                stage: word(lang, "stage", row.stage.as_str()),
                qualities: words.join(", "),
                mark: Mark::of(|quality| seeks(row.id, quality)),
                number: row.number,
                language: row.language,
                impact: row.impact,
                territory: row.territory,
            }
        };
        Ok(rows.into_iter().map(card).collect())
    }
}

#[derive(Template)]
#[template(path = "coalitions.html")]
struct Coalitions {
    frame: Frame,
    cards: Vec<Card>,
    total: i64,
    pager: Pager,
}

/// `GET /coalitions`.
pub(super) async fn show(State(app): State<SharedApp>, visit: Visit) -> Result<Response, Error> {
    let page = visit.page();
    let lang = visit.lang;
    let read = app.db.read(move |conn| {
        let cards = Card::load(conn, Pager::offset(page), PER_PAGE, lang)?;
        Ok::<_, Error>((cards, coalition::count(conn)?))
    });
    let (cards, total) = read.await?;
    html(&Coalitions {
        frame: Frame::new(&app, &visit, visit.lang_text("coalitions-title")),
        cards,
        total,
        pager: Pager::new("/coalitions?page=", page, total),
    })
}
