//! The revisions of a publication: when each was made, why, and what changed against the one before.

use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use similar::{ChangeTag, TextDiff};

use super::parts::{Moment, Named, Pager, Reading};
use super::publication::find;
use super::{Frame, PER_PAGE, html};
use crate::app::SharedApp;
use crate::domain::act::Act;
use crate::domain::publication::Content;
use crate::model::act;
use crate::model::revision::{self, Revision};
use crate::text::word;
use crate::web::error::Error;
use crate::web::locale::Visit;

/// A line of a difference.
pub(super) struct Line {
    /// `added`, `removed` or `same`.
    pub tag: &'static str,
    pub text: String,
}

struct RevisionView {
    number: i32,
    date: Moment,
    state: &'static str,
    /// Who made it, where it was not a file.
    by: Option<Named>,
    reason: Option<String>,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "revisions.html")]
struct Revisions {
    frame: Frame,
    publication: Named,
    language: String,
    revisions: Vec<RevisionView>,
    pager: Pager,
}

/// `GET /publications/{id}/revisions`.
pub(super) async fn show(
    State(app): State<SharedApp>,
    Path(id): Path<String>,
    visit: Visit,
) -> Result<Response, Error> {
    let page = visit.page();
    let read = app.db.read(move |conn| {
        let found = find(conn, &id)?;
        if found.row.withdrawn_at.is_some() {
            return Err(Error::NotFound);
        }
        // The one before the first of a page is what that is compared with.
        let revisions = revision::latest(conn, &id, Pager::offset(page), PER_PAGE + 1)?;
        let acts = act::of(conn, &id)?;
        Ok::<_, Error>((found, revisions, acts))
    });
    let (found, stored, acts) = read.await?;
    let reading = Reading::new(&app, visit.lang);
    let group = format!("state-{}", found.row.kind);
    let mut revisions = Vec::with_capacity(stored.len());
    let mut before: Option<String> = None;
    let more = i64::try_from(stored.len()).is_ok_and(|read| read > PER_PAGE);
    for (place, revision) in stored.into_iter().rev().enumerate() {
        let (text, state) = told(&revision)?;
        if more && place == 0 {
            before = Some(text);
            continue;
        }
        revisions.push(RevisionView {
            number: revision.number,
            date: reading.moment(revision.made_at),
            state: word(visit.lang, &group, state.as_str()),
            // An approval is of a revision that was there.
            by: acts
                .iter()
                .find(|act| act.revision == revision.number && act.act != Act::Approved)
                .map(|act| Named::organisation(&act.handle, &act.name)),
            reason: revision.reason,
            lines: before.map_or_else(Vec::new, |before| difference(&before, &text)),
        });
        before = Some(text);
    }
    revisions.reverse();
    let title = visit.lang_text("revisions-title");
    html(&Revisions {
        frame: Frame::new(&app, &visit, format!("{title} – {}", found.row.title)).hidden(),
        publication: Named { href: Some(format!("/publications/{}", found.row.id)), name: found.row.title },
        pager: Pager::new(&format!("{}?page=", visit.path), page, found.row.revision.into()),
        language: found.row.language,
        revisions,
    })
}

/// The text that a revision holds.
pub(super) fn body(revision: &Revision) -> Result<String, Error> {
    let content: Content = serde_json::from_str(&revision.content)
        .map_err(|error| diesel::result::Error::DeserializationError(Box::new(error)))?;
    Ok(content.body)
}

/// Everything its author wrote, as the lines that are compared, and its state.
fn told(revision: &Revision) -> Result<(String, crate::domain::state::State), Error> {
    let corrupt = |error: serde_json::Error| diesel::result::Error::DeserializationError(Box::new(error));
    let content: Content = serde_json::from_str(&revision.content).map_err(corrupt)?;
    let details = serde_json::to_value(&content.details).map_err(corrupt)?;
    let mut text = format!("{}\n{}\n", content.title, content.summary);
    text.push_str(&format!("{}\n", content.tags.join(", ")));
    if let Some(object) = details.as_object() {
        // A name that was taken out stands in no difference.
        let stays = ["kind", "join_url", "persons"];
        let public = object.iter().filter(|(key, value)| !stays.contains(&key.as_str()) && !value.is_null());
        for (key, value) in public {
            match value {
                serde_json::Value::Array(list) => {
                    list.iter().for_each(|item| text.push_str(&format!("{key}: {item}\n")));
                }
                value => text.push_str(&format!("{key}: {value}\n")),
            }
        }
    }
    for one in &content.attachments {
        text.push_str(&format!("{}: {}\n", one.name, one.href()));
    }
    text.push_str(&content.body);
    text.push('\n');
    Ok((text, content.state))
}

/// The lines that changed, each run with a line around it.
pub(super) fn difference(before: &str, after: &str) -> Vec<Line> {
    let diff = TextDiff::configure().timeout(Duration::from_millis(50)).diff_lines(before, after);
    let groups = diff.grouped_ops(1);
    let changes = groups.iter().flatten().flat_map(|op| diff.iter_changes(op));
    changes
        .map(|change| Line {
            tag: match change.tag() {
                ChangeTag::Insert => "added",
                ChangeTag::Delete => "removed",
                ChangeTag::Equal => "same",
            },
            text: change.value().trim_end().to_owned(),
        })
        .filter(|line| !line.text.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_names_what_came_and_what_went() {
        let lines = difference("a\nb\nc\nd\n", "a\nb\nC\nd\n");
        let told: Vec<_> = lines.iter().map(|line| (line.tag, line.text.as_str())).collect();
        assert_eq!(told, [("same", "b"), ("removed", "c"), ("added", "C"), ("same", "d")]);
        assert!(difference("a\n", "a\n").is_empty());
    }
}
