//! The register of a coalition as a page and as `decisions.json`, and what the page of a decision shows of it.

use askama::Template;
use axum::extract::{Path, State as Extract};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::parts::{Named, Pager, Reading, tone};
use super::publication::{find, sent};
use super::{Frame, PER_PAGE, html};
use crate::ap::register as told;
use crate::app::{App, SharedApp};
use crate::db::Conn;
use crate::domain::decision::Act;
use crate::domain::publication::When;
use crate::domain::state::State;
use crate::model::actor::Actor;
use crate::model::coalition::{self, Coalition};
use crate::model::decision::{self, Decision};
use crate::model::publication::Publication;
use crate::text::{Lang, dates, tf, word};
use crate::web::error::Error;
use crate::web::locale::Visit;

/// Digits of a digest that a page shows; the whole one is the title of the element, and in the register.
const SHORT: usize = 12;

/// A decision as links name it: number, id, title, language, state.
type Titled = (i32, String, String, String, State);

/// What stands around entries: the acts that speak of them, and the titles of every decision that is named.
#[derive(Default)]
pub(super) struct Around {
    about: Vec<Decision>,
    titles: Vec<Titled>,
}

fn around_of(conn: &mut Conn, coalition: i64, entries: &[Decision]) -> Result<Around, Error> {
    let adopted: Vec<i32> =
        entries.iter().filter(|entry| entry.act == Act::Adopt).map(|entry| entry.number).collect();
    let about = decision::about(conn, coalition, &adopted)?;
    let mut named: Vec<i32> =
        entries.iter().chain(&about).flat_map(|entry| [entry.decision, entry.successor]).flatten().collect();
    named.extend(adopted);
    named.sort_unstable();
    named.dedup();
    Ok(Around { titles: decision::titles(conn, coalition, &named)?, about })
}

impl Around {
    /// What superseded a decision and what it superseded, with their labels.
    fn links(&self, lang: Lang, number: i32) -> Vec<(&'static str, Named)> {
        let superseded = self.about.iter().filter(|one| one.act == Act::Supersede);
        let both = superseded.filter_map(|one| match (one.decision, one.successor) {
            (Some(this), Some(by)) if this == number => {
                Some((crate::text::t(lang, "register-superseded-by"), by))
            }
            (Some(of), Some(this)) if this == number => {
                Some((crate::text::t(lang, "register-supersedes"), of))
            }
            _ => None,
        });
        both.filter_map(|(label, number)| Some((label, self.named(number)?))).collect()
    }

    fn named(&self, number: i32) -> Option<Named> {
        let (number, id, title, ..) = self.titles.iter().find(|one| one.0 == number)?;
        Some(Named { name: format!("{number}. {title}"), href: Some(format!("/publications/{id}")) })
    }
}

/// What an act other than an adoption says, for people.
pub(super) struct Change {
    pub told: String,
    pub date: String,
    pub by: Option<String>,
    pub reason: Option<String>,
}

fn change(entry: &Decision, reading: &Reading) -> Change {
    let value: Value = serde_json::from_str(&entry.entry).unwrap_or_default();
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let day = |name: &str| {
        let when: When = text(name)?.parse().ok()?;
        Some(dates::when(reading.lang, when, reading.zone))
    };
    let key = |name: &str| {
        value.get(name).and_then(|key| key.get("id")).and_then(Value::as_str).unwrap_or_default()
    };
    let (decision, successor) =
        (entry.decision.unwrap_or_default().to_string(), entry.successor.map(|n| n.to_string()));
    let on = day("on");
    let revoked = value.get("revoked").and_then(Value::as_bool).unwrap_or_default();
    let lang = reading.lang;
    let number = ("decision", decision.as_str().into());
    let told = match (entry.act, &successor, &on) {
        (Act::Adopt, ..) => String::new(),
        (Act::Review, _, Some(on)) => tf(lang, "register-told-review-on", &[number, ("date", on.into())]),
        (Act::Review, ..) if text("state") == Some(State::InForce.as_str()) => {
            tf(lang, "register-told-kept", &[number])
        }
        (Act::Review, ..) => tf(lang, "register-told-review", &[number]),
        (Act::Supersede, Some(by), _) => {
            tf(lang, "register-told-supersede-by", &[number, ("successor", by.into())])
        }
        (Act::Supersede, None, _) => tf(lang, "register-told-supersede", &[number]),
        (Act::Repeal, ..) => tf(lang, "register-told-repeal", &[number]),
        (Act::Rotate, ..) => {
            let keys = [("from", key("from").into()), ("to", key("to").into())];
            if revoked {
                tf(lang, "register-told-revoked", &keys)
            } else {
                tf(lang, "register-told-rotate", &keys)
            }
        }
    };
    Change {
        told,
        date: day("date").unwrap_or_default(),
        by: text("by").map(str::to_owned),
        reason: text("reason").map(str::to_owned),
    }
}

fn short(digest: &str) -> String {
    format!("{}…", digest.chars().take(SHORT).collect::<String>())
}

/// An entry on the page.
struct Entry {
    number: i32,
    act: &'static str,
    date: Option<String>,
    state: Option<&'static str>,
    tone: &'static str,
    title: Option<Named>,
    language: String,
    told: Option<String>,
    by: Option<String>,
    reason: Option<String>,
    links: Vec<(&'static str, Named)>,
    digest: String,
    short: String,
}

fn entry(entry: Decision, around: &Around, reading: &Reading) -> Entry {
    let lang = reading.lang;
    let titled = around.titles.iter().find(|one| one.0 == entry.number && entry.act == Act::Adopt);
    let change = change(&entry, reading);
    let links = match (entry.act, entry.decision) {
        (Act::Adopt, _) => around.links(lang, entry.number),
        (_, Some(of)) => {
            let concerns = crate::text::t(lang, "register-concerns");
            around.named(of).map(|named| (concerns, named)).into_iter().collect()
        }
        _ => Vec::new(),
    };
    Entry {
        number: entry.number,
        act: word(lang, "register-act", entry.act.as_str()),
        date: Some(change.date).filter(|date| !date.is_empty()),
        state: titled.map(|one| word(lang, "state-decision", one.4.as_str())),
        tone: titled.map_or("", |one| tone(one.4)),
        title: titled
            .map(|one| Named { name: one.2.clone(), href: Some(format!("/publications/{}", one.1)) }),
        language: titled.map(|one| one.3.clone()).unwrap_or_default(),
        told: Some(change.told).filter(|told| !told.is_empty()),
        by: change.by,
        reason: change.reason,
        links,
        short: short(&entry.digest),
        digest: entry.digest,
    }
}

#[derive(Template)]
#[template(path = "register.html")]
struct RegisterPage {
    frame: Frame,
    coalition: Named,
    language: String,
    entries: Vec<Entry>,
    total: i64,
    pager: Pager,
}

type Read = ((Actor, Coalition), Vec<Decision>, i64, Around);

fn load(conn: &mut Conn, handle: &str, page: i64) -> Result<Read, Error> {
    let found = coalition::by_handle(conn, handle)?.ok_or(Error::NotFound)?;
    let id = found.0.id;
    let entries = decision::latest(conn, id, Pager::offset(page), PER_PAGE)?;
    let around = around_of(conn, id, &entries)?;
    Ok((found, entries, decision::count(conn, id)?, around))
}

/// `GET /coalitions/{handle}/decisions`.
pub(super) async fn show(
    Extract(app): Extract<SharedApp>,
    Path(handle): Path<String>,
    visit: Visit,
) -> Result<Response, Error> {
    let page = visit.page();
    let read = app.db.read(move |conn| load(conn, &handle, page)).await?;
    html(&view(&app, &visit, read, page))
}

fn view(
    app: &App,
    visit: &Visit,
    ((actor, coalition), entries, total, around): Read,
    page: i64,
) -> RegisterPage {
    let reading = Reading::new(app, visit.lang);
    let (name, path) = (coalition.name(&actor.handle), format!("/coalitions/{}", actor.handle));
    let title = visit.lang_text("register-title");
    let mut frame = Frame::new(app, visit, format!("{title} · {name}"));
    frame.activity = Some(frame.url.clone());
    frame.feed = (format!("{path}/feed.atom"), name.clone());
    frame.description = visit.lang_text("register-what").to_owned();
    RegisterPage {
        pager: Pager::new(&format!("{path}/decisions?page="), page, total),
        coalition: Named { name, href: Some(path) },
        language: coalition.language,
        entries: entries.into_iter().map(|one| entry(one, &around, &reading)).collect(),
        total,
        frame,
    }
}

/// `GET /coalitions/{handle}/decisions.json`: the whole register with the public keys, in parts where it is long.
pub(super) async fn data(
    Extract(app): Extract<SharedApp>,
    Path(handle): Path<String>,
    headers: HeaderMap,
    visit: Visit,
) -> Result<Response, Error> {
    let after: i32 = visit.parameter("after").and_then(|after| after.parse().ok()).unwrap_or_default();
    let urls = app.urls.clone();
    let known = headers.get(axum::http::header::IF_NONE_MATCH).cloned();
    let read = move |conn: &mut Conn| {
        let (actor, coalition) = coalition::by_handle(conn, &handle)?.ok_or(Error::NotFound)?;
        let keys = told::keys(conn, &urls, &actor)?;
        let last = decision::last(conn, actor.id)?.map(|last| last.digest).unwrap_or_default();
        let keyed = keys.as_array().map_or(0, Vec::len);
        let tag = format!("\"{last}-{keyed}-{after}\"");
        if known.as_ref().is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
            return Ok((tag, None));
        }
        let name = coalition.name(&actor.handle);
        Ok::<_, Error>((tag, Some(told::document(conn, &urls, &actor, &name, after, told::PART)?)))
    };
    let (tag, document) = app.db.read(read).await?;
    let mut response = match document {
        Some(document) => sent(document, "application/json", false),
        None => axum::http::StatusCode::NOT_MODIFIED.into_response(),
    };
    if let Ok(tag) = tag.parse() {
        response.headers_mut().insert(axum::http::header::ETAG, tag);
    }
    Ok(response)
}

/// What the page of a decision shows of its place in the register.
pub(super) struct Standing {
    pub number: i32,
    pub href: String,
    pub digest: String,
    pub short: String,
    pub links: Vec<(&'static str, Named)>,
    pub changes: Vec<Change>,
}

/// What stands around a decision; nothing around other publications.
pub(super) fn around(conn: &mut Conn, publication: &Publication) -> Result<Around, Error> {
    let Some(number) = publication.decision_number else { return Ok(Around::default()) };
    let coalition = publication.actor.id;
    let entry = decision::numbered(conn, coalition, &[number])?;
    around_of(conn, coalition, &entry)
}

pub(super) fn standing(publication: &Publication, around: Around, reading: &Reading) -> Option<Standing> {
    let (number, digest) = (publication.decision_number?, publication.digest.clone()?);
    let mine = around.about.iter().filter(|one| one.decision == Some(number));
    Some(Standing {
        number,
        href: format!("/coalitions/{}/decisions", publication.actor.handle),
        short: short(&digest),
        digest,
        links: around.links(reading.lang, number),
        changes: mine.map(|one| change(one, reading)).collect(),
    })
}

/// A form of a publication for programs that holds the keys of its coalition as well, which verify its entry.
pub(super) async fn with_keys(
    app: &SharedApp,
    id: String,
    form: fn(&App, &Publication, Value) -> String,
) -> Result<Response, Error> {
    let urls = app.urls.clone();
    let read = move |conn: &mut Conn| {
        let publication = find(conn, &id)?;
        let keys = match publication.decision_number {
            Some(_) => told::keys(conn, &urls, &publication.actor)?,
            None => Value::Null,
        };
        Ok::<_, Error>((publication, keys))
    };
    let (publication, keys) = app.db.read(read).await?;
    let withdrawn = publication.row.withdrawn_at.is_some();
    let text = if withdrawn { String::new() } else { form(app, &publication, keys) };
    Ok(sent(text, "application/json", withdrawn))
}
