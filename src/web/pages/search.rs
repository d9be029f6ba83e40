//! Search over everything that everybody may read.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::parts::{Moment, Pager, Reading};
use super::publications::KindLink;
use super::{Frame, PER_PAGE, html};
use crate::app::SharedApp;
use crate::domain::publication::Kind;
use crate::domain::search::{OTHERS, Question};
use crate::model::coalition;
use crate::model::search::{self, Filter, Hit, MOST};
use crate::text::{Lang, t, tf, word};
use crate::web::error::Error;
use crate::web::locale::Visit;

/// Something that was found.
struct Found {
    kind: &'static str,
    href: String,
    title: String,
    language: String,
    /// The part of its text that answers: pieces, each with whether it was asked for.
    excerpt: Vec<(bool, String)>,
    coalition: Option<(String, String)>,
    date: Moment,
}

#[derive(Template)]
#[template(path = "search.html")]
struct Search {
    frame: Frame,
    words: String,
    coalition: Option<(String, String)>,
    kinds: Vec<KindLink>,
    asked: bool,
    many: bool,
    total: i64,
    found: Vec<Found>,
    pager: Pager,
}

/// What a kind of result is called.
fn called(lang: Lang, kind: &str) -> &'static str {
    let group = if OTHERS.contains(&kind) { "found" } else { "kind" };
    word(lang, group, kind)
}

fn found(reading: &Reading, question: &Question, hit: Hit) -> Found {
    let path = match hit.kind.as_str() {
        "coalition" => "coalitions",
        "organisation" => "organisations",
        "note" => "notes",
        _ => "publications",
    };
    let is_itself = hit.kind == "coalition";
    Found {
        kind: called(reading.lang, &hit.kind),
        href: format!("/{path}/{}", hit.subject),
        excerpt: question.excerpt(&hit.text),
        coalition: hit
            .handle
            .zip(hit.coalition)
            .filter(|_| !is_itself)
            .map(|(handle, name)| (format!("/coalitions/{handle}"), name)),
        date: reading.day(hit.at),
        title: hit.title,
        language: hit.language,
    }
}

/// The links that narrow what is found to one kind.
fn kinds(lang: Lang, address: &str, current: Option<&'static str>) -> Vec<KindLink> {
    let mut links =
        vec![KindLink { label: t(lang, "found-all"), href: address.to_owned(), current: current.is_none() }];
    links.extend(Kind::WORDS.iter().chain(&OTHERS).map(|kind| KindLink {
        label: called(lang, kind),
        href: format!("{address}&kind={kind}"),
        current: current == Some(*kind),
    }));
    links
}

/// `GET /search`.
pub(super) async fn show(State(app): State<SharedApp>, visit: Visit) -> Result<Response, Error> {
    let words: String = visit.parameter("q").unwrap_or_default().chars().take(300).collect();
    let asked = visit.parameter("kind").unwrap_or_default();
    let kind = Kind::WORDS.iter().chain(&OTHERS).copied().find(|kind| *kind == asked);
    let handle = visit.parameter("coalition").unwrap_or_default();
    let question = Question::parse(&words);
    let (page, within) = (visit.page(), question.clone());
    let read = app.db.read(move |conn| {
        let of = if handle.is_empty() { None } else { coalition::by_handle(conn, &handle)? };
        let filter = Filter { kind, coalition: of.as_ref().map(|found| found.0.id) };
        let (hits, total) = search::find(conn, &within, &filter, (Pager::offset(page), PER_PAGE))?;
        Ok::<_, Error>((of, hits, total))
    });
    let (of, hits, total) = read.await?;
    let lang = visit.lang;
    let reading = Reading::new(&app, lang);
    let title = match question.is_empty() {
        true => t(lang, "search-title").to_owned(),
        false => tf(lang, "search-title-of", &[("words", (&words).into())]),
    };
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("q", &words);
    if let Some((actor, _)) = &of {
        query.append_pair("coalition", &actor.handle);
    }
    let address = format!("/search?{}", query.finish());
    let and = kind.map(|kind| format!("&kind={kind}")).unwrap_or_default();
    html(&Search {
        frame: Frame::new(&app, &visit, title).hidden(),
        kinds: if question.is_empty() { Vec::new() } else { kinds(lang, &address, kind) },
        coalition: of.map(|(actor, row)| (actor.handle.clone(), row.name(&actor.handle))),
        asked: !question.is_empty(),
        many: total >= MOST,
        total,
        found: hits.into_iter().map(|hit| found(&reading, &question, hit)).collect(),
        pager: Pager::new(&format!("{address}{and}&page="), page, total),
        words,
    })
}
