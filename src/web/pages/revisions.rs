//! The revisions of a publication: when each was made, why, and what changed against the one before.

use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use similar::{ChangeTag, TextDiff};

use super::parts::{Moment, Named, Pager, Reading};
use super::publication::find;
use super::revised::{self, Told};
use super::{Frame, PER_PAGE, html};
use crate::app::SharedApp;
use crate::domain::act::Act;
use crate::domain::publication::Content;
use crate::model::revision::{self, Revision};
use crate::model::{act, listing};
use crate::text::word;
use crate::web::error::Error;
use crate::web::locale::Visit;

/// A line of a difference.
pub(super) struct Line {
    /// `added`, `removed` or `same`.
    pub tag: &'static str,
    /// What the words are of, in the reader's language; empty in a text.
    pub label: String,
    /// In the language of the publication.
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
    /// What is said where no line differs.
    same: &'static str,
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
        let mut stored = Vec::with_capacity(revisions.len());
        for revision in revisions {
            stored.push((content(&revision)?, revision));
        }
        let mut words: Vec<String> = stored.iter().flat_map(|(content, _)| revised::words(content)).collect();
        words.sort_unstable();
        words.dedup();
        let known = listing::organisations_named(conn, &words)?;
        Ok::<_, Error>((found, stored, acts, known))
    });
    let (found, stored, acts, known) = read.await?;
    let reading = Reading::new(&app, visit.lang);
    let group = format!("state-{}", found.row.kind);
    let mut revisions = Vec::with_capacity(stored.len());
    let mut before: Option<Told> = None;
    let more = i64::try_from(stored.len()).is_ok_and(|read| read > PER_PAGE);
    for (place, (content, revision)) in stored.into_iter().rev().enumerate() {
        let told = Told::of(&content, &reading, &known);
        if more && place == 0 {
            before = Some(told);
            continue;
        }
        let turned = before.as_ref().is_some_and(|before| before.state != told.state);
        revisions.push(RevisionView {
            number: revision.number,
            date: reading.moment(revision.made_at),
            state: word(visit.lang, &group, told.state.as_str()),
            // An approval is of a revision that was there.
            by: acts
                .iter()
                .find(|act| act.revision == revision.number && act.act != Act::Approved)
                .map(|act| Named::organisation(&act.handle, &act.name)),
            reason: revision.reason,
            lines: before.map_or_else(Vec::new, |before| before.changes(&told)),
            same: visit.lang_text(if turned { "revisions-same" } else { "revisions-hidden" }),
        });
        before = Some(told);
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
    Ok(content(revision)?.body)
}

fn content(revision: &Revision) -> Result<Content, Error> {
    let read = serde_json::from_str(&revision.content);
    Ok(read.map_err(|error| diesel::result::Error::DeserializationError(Box::new(error)))?)
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
            label: String::new(),
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
