//! Search over everything that everybody may read.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::parts::{Moment, Pager, Reading};
use super::publications::KindLink;
use super::{Frame, PER_PAGE, html};
use crate::app::SharedApp;
use crate::db::Conn;
use crate::domain::publication::Kind;
use crate::domain::search::{OTHERS, Question};
use crate::model;
use crate::model::actor::Actor;
use crate::model::coalition::{self, Coalition};
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
    let is_itself = hit.kind == "coalition";
    Found {
        kind: called(reading.lang, &hit.kind),
        href: format!("/{}/{}", folder(&hit.kind), hit.subject),
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

/// What an address asks for.
#[derive(Clone, Debug)]
pub(in crate::web) struct Asked {
    words: String,
    pub(in crate::web) question: Question,
    kind: Option<&'static str>,
    handle: String,
}

impl Asked {
    pub(in crate::web) fn of(visit: &Visit) -> Asked {
        let words: String = visit.parameter("q").unwrap_or_default().chars().take(300).collect();
        let kind = visit.parameter("kind").unwrap_or_default();
        Asked {
            question: Question::parse(&words),
            words,
            kind: Kind::WORDS.iter().chain(&OTHERS).copied().find(|one| *one == kind),
            handle: visit.parameter("coalition").unwrap_or_default(),
        }
    }

    /// The coalition that is asked about, if there is such a one.
    fn coalition(&self, conn: &mut Conn) -> model::Result<Option<(Actor, Coalition)>> {
        if self.handle.is_empty() { Ok(None) } else { coalition::by_handle(conn, &self.handle) }
    }

    /// What is found is to be this.
    pub(in crate::web) fn filter(&self, conn: &mut Conn) -> model::Result<Filter> {
        Ok(self.filter_of(self.coalition(conn)?.as_ref()))
    }

    fn filter_of(&self, of: Option<&(Actor, Coalition)>) -> Filter {
        Filter { kind: self.kind, coalition: of.map(|found| found.0.id), latest: false }
    }

    /// "Search: words".
    pub(in crate::web) fn title(&self, lang: Lang) -> String {
        match self.question.is_empty() {
            true => t(lang, "search-title").to_owned(),
            false => tf(lang, "search-title-of", &[("words", (&self.words).into())]),
        }
    }
}

/// The folder of addresses in which a result of this kind lives.
pub(in crate::web) fn folder(kind: &str) -> &'static str {
    match kind {
        "coalition" => "coalitions",
        "organisation" => "organisations",
        "note" => "notes",
        _ => "publications",
    }
}

/// `GET /search`.
pub(super) async fn show(State(app): State<SharedApp>, visit: Visit) -> Result<Response, Error> {
    let asked = Asked::of(&visit);
    let (page, within) = (visit.page(), asked.clone());
    let read = app.db.read(move |conn| {
        let of = within.coalition(conn)?;
        let filter = within.filter_of(of.as_ref());
        let (hits, total) = search::find(conn, &within.question, &filter, (Pager::offset(page), PER_PAGE))?;
        Ok::<_, Error>((of, hits, total))
    });
    let (of, hits, total) = read.await?;
    let (lang, question) = (visit.lang, &asked.question);
    let reading = Reading::new(&app, lang);
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("q", &asked.words);
    if let Some((actor, _)) = &of {
        query.append_pair("coalition", &actor.handle);
    }
    let query = query.finish();
    let address = format!("/search?{query}");
    let and = asked.kind.map(|kind| format!("&kind={kind}")).unwrap_or_default();
    let mut frame = Frame::new(&app, &visit, asked.title(lang)).hidden();
    frame.listed("/search", &format!("{query}{and}"));
    html(&Search {
        frame,
        kinds: if question.is_empty() { Vec::new() } else { kinds(lang, &address, asked.kind) },
        coalition: of.map(|(actor, row)| (actor.handle.clone(), row.name(&actor.handle))),
        asked: !question.is_empty(),
        many: total >= MOST,
        total,
        found: hits.into_iter().map(|hit| found(&reading, question, hit)).collect(),
        pager: Pager::new(&format!("{address}{and}&page="), page, total),
        words: asked.words,
    })
}
