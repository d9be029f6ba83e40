//! The page of the register of a coalition, and what the page of a decision shows of it.

use askama::Template;
use axum::extract::{Path, State as Extract};
use axum::response::Response;
use serde_json::Value;

use super::parts::{Named, Pager, Reading, tone};
use super::{Frame, PER_PAGE, html};
use crate::app::{App, SharedApp};
use crate::db::Conn;
use crate::domain::decision::{self as domain, Act};
use crate::domain::publication::When;
use crate::domain::state::State;
use crate::model::actor::Actor;
use crate::model::coalition::{self, Coalition};
use crate::model::decision::{self, Decision, Titled};
use crate::model::listing;
use crate::model::publication::Publication;
use crate::text::{Lang, dates, tf, word};
use crate::web::error::Error;
use crate::web::locale::Visit;

/// Digits of a digest that a page shows; the whole one is the title of the element, and in the register.
const SHORT: usize = 12;

/// What stands around entries: the acts that speak of them, and the titles of every decision that is named.
#[derive(Default)]
pub(super) struct Around {
    about: Vec<Decision>,
    titles: Vec<Titled>,
    /// Handles and names of the organisations that acted.
    known: Vec<(String, String)>,
}

/// The organisation that did something, by its handle.
fn by(entry: &Value) -> Option<&str> {
    entry.get("by").and_then(Value::as_str)
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
    let values = entries.iter().chain(&about).filter_map(|entry| serde_json::from_str(&entry.entry).ok());
    let words: Vec<String> = values.filter_map(|value: Value| by(&value).map(str::to_owned)).collect();
    let known = listing::organisations_named(conn, &words)?;
    Ok(Around { titles: decision::titles(conn, coalition, &named)?, about, known })
}

impl Around {
    /// What superseded a decision and what it superseded, with their labels.
    fn links(&self, lang: Lang, number: i32) -> Vec<(&'static str, Named, String)> {
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
        let told = |(label, number)| {
            let (named, language) = self.named(number)?;
            Some((label, named, language))
        };
        both.filter_map(told).collect()
    }

    /// With the language of its title.
    fn named(&self, number: i32) -> Option<(Named, String)> {
        let Titled { number, id, title, language, .. } =
            self.titles.iter().find(|one| one.number == number)?;
        let href = Some(format!("/publications/{id}"));
        Some((Named { name: format!("{number}. {title}"), href }, language.clone()))
    }
}

/// What an act other than an adoption says, for people.
pub(super) struct Change {
    pub told: String,
    pub date: String,
    pub by: Option<Named>,
    pub reason: Option<String>,
}

fn change(entry: &Decision, known: &[(String, String)], reading: &Reading) -> Change {
    if entry.act == Act::Adopt {
        let day = domain::date(&entry.entry).map(|when| dates::when(reading.lang, when, reading.zone));
        return Change { told: String::new(), date: day.unwrap_or_default(), by: None, reason: None };
    }
    let value: Value = serde_json::from_str(&entry.entry).unwrap_or_default();
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    Change {
        told: sentence(entry, &value, reading),
        date: day(&value, "date", reading).unwrap_or_default(),
        by: by(&value).map(|handle| Named::word(handle, known)),
        reason: text("reason"),
    }
}

fn day(entry: &Value, name: &str, reading: &Reading) -> Option<String> {
    let when: When = entry.get(name)?.as_str()?.parse().ok()?;
    Some(dates::when(reading.lang, when, reading.zone))
}

/// What an act does, in a sentence; nothing of an adoption, whose title says it.
fn sentence(entry: &Decision, value: &Value, reading: &Reading) -> String {
    let lang = reading.lang;
    let told = entry.decision.unwrap_or_default().to_string();
    let number = ("decision", told.as_str().into());
    let is_kept = value.get("state").and_then(Value::as_str) == Some(State::InForce.as_str());
    match (entry.act, entry.successor.map(|by| by.to_string()), day(value, "on", reading)) {
        (Act::Adopt, ..) => String::new(),
        (Act::Review, _, Some(on)) => {
            tf(lang, "register-told-review-on", &[number, ("date", on.as_str().into())])
        }
        (Act::Review, ..) if is_kept => tf(lang, "register-told-kept", &[number]),
        (Act::Review, ..) => tf(lang, "register-told-review", &[number]),
        (Act::Supersede, Some(by), _) => {
            tf(lang, "register-told-supersede-by", &[number, ("successor", by.as_str().into())])
        }
        (Act::Supersede, None, _) => tf(lang, "register-told-supersede", &[number]),
        (Act::Repeal, ..) => tf(lang, "register-told-repeal", &[number]),
        (Act::Rotate, ..) => rotation(lang, value),
    }
}

fn rotation(lang: Lang, value: &Value) -> String {
    let key = |name: &str| value.get(name)?.get("id")?.as_str();
    let keys =
        [("from", key("from").unwrap_or_default().into()), ("to", key("to").unwrap_or_default().into())];
    match value.get("revoked").and_then(Value::as_bool) {
        Some(true) => tf(lang, "register-told-revoked", &keys),
        _ => tf(lang, "register-told-rotate", &keys),
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
    by: Option<Named>,
    reason: Option<String>,
    links: Vec<(&'static str, Named, String)>,
    digest: String,
    short: String,
}

fn entry(entry: Decision, around: &Around, reading: &Reading) -> Entry {
    let lang = reading.lang;
    let titled = around.titles.iter().find(|one| one.number == entry.number && entry.act == Act::Adopt);
    let change = change(&entry, &around.known, reading);
    let links = match (entry.act, entry.decision) {
        (Act::Adopt, _) => around.links(lang, entry.number),
        (_, Some(of)) => {
            let concerns = crate::text::t(lang, "register-concerns");
            around.named(of).map(|(named, language)| (concerns, named, language)).into_iter().collect()
        }
        _ => Vec::new(),
    };
    Entry {
        number: entry.number,
        act: word(lang, "register-act", entry.act.as_str()),
        date: Some(change.date).filter(|date| !date.is_empty()),
        state: titled.map(|one| word(lang, "state-decision", one.state.as_str())),
        tone: titled.map_or("", |one| tone(one.state)),
        title: titled
            .map(|one| Named { name: one.title.clone(), href: Some(format!("/publications/{}", one.id)) }),
        language: titled.map(|one| one.language.clone()).unwrap_or_default(),
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
    frame.feed = (format!("{path}/feed.atom?kind=decision"), frame.title.clone());
    let of = &actor.handle;
    frame.forms = Some((format!("/decisions.json?coalition={of}"), format!("/decisions.csv?coalition={of}")));
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

/// What the page of a decision shows of its place in the register.
pub(super) struct Standing {
    pub number: i32,
    pub href: String,
    pub digest: String,
    pub short: String,
    pub links: Vec<(&'static str, Named, String)>,
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
        changes: mine.map(|one| change(one, &around.known, reading)).collect(),
    })
}
