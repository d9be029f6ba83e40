//! What a coalition published of one kind, as a collection of ids, a page at a time: the addresses are those of pages.

use axum::extract::Query;
use axum::http::Uri;
use reset_federation::vocab::AS_CONTEXT;
use serde_json::json;

use super::answer::{Answer, Fault};
use super::collections::{PAGE, Which, id_of};
use crate::app::SharedApp;
use crate::db::Conn;
use crate::domain::publication::Kind;
use crate::model;
use crate::model::listing::{self, Filter};

/// A list of a coalition that servers may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// Its decisions, by their numbers.
    Decisions,
    /// What it was asked to decide.
    Proposals,
    /// Its roadmaps.
    Roadmaps,
}

impl List {
    /// The one that an address ends with.
    pub(super) fn named(name: &str) -> Option<List> {
        match name {
            "decisions" => Some(List::Decisions),
            "proposals" => Some(List::Proposals),
            "roadmaps" => Some(List::Roadmaps),
            _ => None,
        }
    }

    /// Ids of a page, oldest first, and how many there are.
    fn page(self, conn: &mut Conn, coalition: i64, offset: i64) -> model::Result<(Vec<String>, i64)> {
        let kind = match self {
            List::Decisions => return model::decision::adopted(conn, coalition, offset, PAGE),
            List::Proposals => Kind::Proposal,
            List::Roadmaps => Kind::Roadmap,
        };
        let filter = Filter { coalition: Some(coalition), kind: Some(kind), ..Filter::default() };
        Ok((listing::ids(conn, &filter, offset, PAGE)?, listing::count(conn, &filter)?))
    }
}

/// A list of a coalition, oldest first: the ids of publications. Each decision embeds its entry of the register.
///
/// # Errors
/// [`Fault::NotFound`] where there is no such coalition.
pub async fn of_coalition(app: &SharedApp, uri: &Uri, handle: &str, list: List) -> Result<Answer, Fault> {
    let (within, handle, id) = (app.clone(), handle.to_owned(), id_of(app, uri));
    let asked = Query::<Which>::try_from_uri(uri).map(|query| query.0).unwrap_or_default();
    let read = move |conn: &mut Conn| {
        let (actor, _) = model::coalition::by_handle(conn, &handle)?.ok_or(Fault::NotFound)?;
        let offset = asked.offset();
        let (ids, total) = list.page(conn, actor.id, offset)?;
        if !asked.is_page() {
            return Ok(json!({
                "@context": AS_CONTEXT, "id": id, "type": "OrderedCollection", "totalItems": total,
                "attributedTo": within.urls.coalition(&actor.handle), "first": format!("{id}?offset=0"),
            }));
        }
        let items: Vec<String> = ids.iter().map(|id| within.urls.publication(id)).collect();
        let mut page = json!({
            "@context": AS_CONTEXT, "id": format!("{id}?offset={offset}"), "type": "OrderedCollectionPage", "partOf": id,
            "totalItems": total, "orderedItems": items,
        });
        let next = offset.saturating_add(PAGE);
        if let (true, Some(object)) = (next < total, page.as_object_mut()) {
            object.insert("next".to_owned(), format!("{id}?offset={next}").into());
        }
        Ok::<_, Fault>(page)
    };
    app.db.read(read).await.map(Answer::found)
}
