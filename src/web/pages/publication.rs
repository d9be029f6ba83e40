//! A publication: its state, what its kind has, its text, the replies from other servers; and its Markdown and JSON forms.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::details::{self, View};
use super::parts::{Moment, Named, Pager, Reading, tone};
use super::register::{self, Standing};
use super::thread::{self, Entry, Thread};
use super::timeline;
use super::turnout::{self, Poll, Registrations};
use super::{Frame, adoption, html, path, register_data};
use super::{reached, round};
use crate::app::{App, SharedApp, Urls};
use crate::db::Conn;
use crate::domain::publication::{Attachment, Details};
use crate::domain::state;
use crate::model::link;
use crate::model::listing;
use crate::model::lock::{self, Lock};
use crate::model::proposal;
use crate::model::publication::{self, Publication};
use crate::model::quote::{self, Quote, Quoter};
use crate::text::summary::{self, Context};
use crate::text::{dates, number, tf, word};
use crate::web::error::{self, Error};
use crate::web::locale::Visit;

/// Most quoting posts that a page names, the latest.
const QUOTES: i64 = 50;

struct Row {
    publication: Publication,
    known: Vec<(String, String)>,
    source: Option<Publication>,
    thread: Thread,
    quotes: Vec<(Quote, Quoter)>,
    lock: Option<Lock>,
    adoption: adoption::Loaded,
    path: path::Loaded,
    register: register::Around,
    round: Option<round::Row>,
}

/// `pages`: of the thread, and of the amendments.
fn load(conn: &mut Conn, urls: &Urls, zone: Tz, id: &str, pages: (i64, i64)) -> Result<Row, Error> {
    let publication = find(conn, id)?;
    if publication.row.withdrawn_at.is_some() {
        let (known, thread, quotes) = (vec![], Thread::default(), vec![]);
        let (adoption, path) = (adoption::Loaded::default(), path::Loaded::default());
        let register = register::Around::default();
        return Ok(Row {
            publication,
            known,
            source: None,
            thread,
            quotes,
            lock: None,
            adoption,
            path,
            register,
            round: None,
        });
    }
    let words = details::organisation_words(&publication.details);
    let known = listing::organisations_named(conn, &words)?;
    let thread = thread::load(conn, urls, id, pages.0)?;
    let source = source(conn, &publication)?;
    let quotes = quote::shown(conn, &format!("publications/{id}"), QUOTES)?;
    let lock = lock::find(conn, id)?;
    let (adoption, path) = beside(conn, &publication, zone)?;
    let register = register::around(conn, &publication)?;
    let round = round::load(conn, &publication, zone, pages.1)?;
    Ok(Row { known, source, thread, quotes, lock, adoption, path, register, round, publication })
}

/// One that was published, perhaps withdrawn since.
pub(super) fn find(conn: &mut Conn, id: &str) -> Result<Publication, Error> {
    let found = publication::find(conn, id)?;
    found.filter(|found| found.row.published_at.is_some()).ok_or(Error::NotFound)
}

/// The publication of the same coalition that a decision names as its source.
fn source(conn: &mut Conn, publication: &Publication) -> Result<Option<Publication>, Error> {
    let Details::Decision(decision) = &publication.details else {
        return Ok(None);
    };
    let Some(word) = &decision.source else {
        return Ok(None);
    };
    let adopted = proposal::of_decision(conn, &publication.row.id)?;
    let linked = match adopted {
        Some(id) => Some(id),
        None => link::source(conn, &publication.row.id)?,
    };
    let id = match linked {
        Some(id) => Some(id),
        None => publication::id_by_slug(conn, publication.actor.id, word)?,
    };
    let id = id.unwrap_or_else(|| word.rsplit('/').next().unwrap_or(word).to_owned());
    // One that was withdrawn is named as that.
    Ok(publication::find(conn, &id)?.filter(|found| found.row.published_at.is_some()))
}

/// "Minutes withdrawn on 3 May 2026", with its page, which says why.
fn gone(source: &Publication, reading: &Reading) -> Option<Named> {
    let day = reading.day(source.row.withdrawn_at?).told;
    let head = word(reading.lang, &format!("head-{}", source.row.kind), state::State::Withdrawn.as_str());
    let name = tf(reading.lang, "source-gone", &[("head", head.into()), ("date", (&day).into())]);
    Some(Named { href: Some(format!("/publications/{}", source.row.id)), name })
}

/// A post elsewhere that quotes this publication.
struct Quoting {
    author: String,
    account: String,
    href: String,
    date: Moment,
}

#[derive(Template)]
#[template(path = "publication.html")]
struct PublicationPage {
    frame: Frame,
    kind: &'static str,
    coalition: Named,
    title: String,
    language: String,
    head: String,
    tone: &'static str,
    line: String,
    authors: Vec<Named>,
    published: Moment,
    updated: Option<Moment>,
    revision: i64,
    address: String,
    view: View,
    poll: Option<Poll>,
    ballot: Option<round::Ballot>,
    reached: Option<reached::Reached>,
    registrations: Option<Registrations>,
    source: Option<Named>,
    /// The same where it was withdrawn.
    source_gone: Option<Named>,
    standing: Option<Standing>,
    /// Safe HTML.
    body: String,
    tags: Vec<(String, String)>,
    /// Name, address, and size of a file.
    attachments: Vec<(String, String, Option<String>)>,
    licence: String,
    quotes: Vec<Quoting>,
    replies: Vec<Entry>,
    reply_count: i64,
    likes: i64,
    shares: i64,
    /// Since when, and why, no new replies are taken.
    locked: Option<(Moment, Option<String>)>,
    pager: Pager,
    adoption: adoption::View,
    path: Vec<path::Stop>,
}

#[derive(Template)]
#[template(path = "tombstone.html")]
struct Tombstone {
    frame: Frame,
    coalition: Named,
    sentence: String,
    reason: Option<String>,
}

/// `GET /publications/{id}`, `….md`, `….json`.
pub(super) async fn show(
    State(app): State<SharedApp>,
    Path(id): Path<String>,
    visit: Visit,
) -> Result<Response, Error> {
    if let Some(id) = id.strip_suffix(".md") {
        return plain(&app, id.to_owned(), "text/markdown; charset=utf-8", markdown).await;
    }
    if let Some(id) = id.strip_suffix(".json") {
        return register_data::with_more(&app, id.to_owned(), whole).await;
    }
    let page = visit.page();
    let (urls, zone) = (app.urls.clone(), dates::zone(&app.config.node.timezone));
    let pages = (page, visit.number("amendments"));
    let row = app.db.read(move |conn| load(conn, &urls, zone, &id, pages)).await?;
    if row.publication.row.withdrawn_at.is_some() {
        return tombstone(&app, &visit, &row.publication);
    }
    html(&view(&app, &visit, row, page)?)
}

fn view(app: &App, visit: &Visit, row: Row, page: i64) -> Result<PublicationPage, Error> {
    let reading = Reading::new(app, visit.lang);
    let publication = row.publication;
    let content = publication.content();
    let context = Context { zone: reading.zone, at: reading.now, number: publication.decision_number };
    let head = summary::head(visit.lang, &content, context);
    let frame = frame(app, visit, &publication, summary::summary(&content, context));
    let mut view = details::view(&publication.details, &reading, &row.known);
    view.timeline = timeline::of(&publication.details, &publication.row.language, &reading);
    if row.source.is_some() {
        view.source = None;
    }
    let coalition = coalition_link(&publication);
    let standing = register::standing(&publication, row.register, &reading);
    let poll = turnout::poll(&publication, &reading);
    let registrations = turnout::registrations(&publication, &reading);
    let positions = visit.number("positions");
    let ballot = row.round.map(|round| round::view(round, positions, &reading)).transpose()?;
    let reached = reached::view(&publication, &reading);
    let adoption = adoption::view(&row.adoption, &publication, &reading);
    let path = path::view(&row.path, &reading);
    let stored = publication.row;
    let published = stored.published_at.unwrap_or(stored.updated_at);
    Ok(PublicationPage {
        frame,
        kind: word(visit.lang, "kind", stored.kind.as_str()),
        coalition,
        head,
        tone: if summary::is_past(&content, context) { "over" } else { tone(stored.state) },
        line: stored.summary,
        authors: publication
            .authors
            .iter()
            .map(|author| Named::organisation(&author.handle, &author.name))
            .collect(),
        published: reading.day(published),
        updated: (stored.revision > 1).then(|| reading.day(stored.updated_at)),
        revision: stored.revision.into(),
        address: format!("/publications/{}", stored.id),
        view,
        poll,
        ballot,
        reached,
        registrations,
        standing,
        source_gone: row.source.as_ref().and_then(|source| gone(source, &reading)),
        source: row.source.map(|source| Named {
            href: Some(format!("/publications/{}", source.row.id)),
            name: source.row.title,
        }),
        body: stored.html,
        tags: publication.tags.iter().map(|tag| tag_link(tag)).collect(),
        attachments: publication.attachments.iter().map(|one| attachment(visit, one)).collect(),
        licence: stored.licence,
        quotes: row.quotes.into_iter().filter_map(|quote| quoting(&reading, quote)).collect(),
        reply_count: stored.replies,
        likes: stored.likes,
        shares: stored.shares,
        locked: row.lock.map(|lock| (reading.day(lock.since), lock.reason)),
        pager: Pager::new(&format!("/publications/{}?page=", stored.id), page, row.thread.total),
        replies: thread::entries(row.thread, &reading, &app.urls),
        title: stored.title,
        language: stored.language,
        adoption,
        path,
    })
}

fn frame(app: &App, visit: &Visit, publication: &Publication, description: String) -> Frame {
    let mut frame = Frame::new(app, visit, publication.row.title.clone());
    let handle = &publication.actor.handle;
    frame.url = app.urls.publication(&publication.row.id);
    frame.activity = Some(frame.url.clone());
    frame.og_type = "article";
    let says = [
        ("head", word(visit.lang, "kind", publication.row.kind.as_str()).into()),
        ("title", (&frame.title).into()),
    ];
    frame.picture = Some((format!("{}/preview.png", frame.url), tf(visit.lang, "picture-alt", &says)));
    frame.description = description;
    frame.creator = Some(format!("@{handle}@{}", app.urls.domain()));
    frame.feed = (format!("/coalitions/{handle}/feed.atom"), publication.coalition.name(handle).to_owned());
    frame
}

fn coalition_link(publication: &Publication) -> Named {
    Named {
        name: publication.coalition.name(&publication.actor.handle),
        href: Some(format!("/coalitions/{}", publication.actor.handle)),
    }
}

fn tag_link(tag: &str) -> (String, String) {
    let bare: String = tag.chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
    (tag.to_owned(), format!("/tags/{bare}"))
}

fn attachment(visit: &Visit, one: &Attachment) -> (String, String, Option<String>) {
    let kilobytes = |bytes: i64| number(visit.lang, (bytes + 999) / 1000);
    let role = one.role.map(|role| word(visit.lang, "attachment", role.as_str()));
    let named = |role: &'static str| {
        tf(visit.lang, "attachment-named", &[("role", role.into()), ("name", (&one.name).into())])
    };
    let name = role.map_or_else(|| one.name.clone(), named);
    (name, one.href(), one.size.map(kilobytes))
}

fn quoting(reading: &Reading, (quote, by): (Quote, Quoter)) -> Option<Quoting> {
    let href = quote.page.filter(|page| page.starts_with("https://") || page.starts_with("http://"))?;
    Some(Quoting {
        author: if by.name.is_empty() { by.username.clone() } else { by.name },
        account: format!("@{}@{}", by.username, by.domain),
        href,
        date: reading.moment(quote.given_at),
    })
}

/// The page of what was withdrawn: when and why, nothing of its text.
fn tombstone(app: &App, visit: &Visit, publication: &Publication) -> Result<Response, Error> {
    let reading = Reading::new(app, visit.lang);
    let kind = word(visit.lang, "kind", publication.row.kind.as_str());
    let at = publication.row.withdrawn_at.unwrap_or(publication.row.updated_at);
    let page = Tombstone {
        frame: Frame::new(app, visit, visit.lang_text("withdrawn-title")).hidden(),
        coalition: coalition_link(publication),
        sentence: tf(
            visit.lang,
            "withdrawn-text",
            &[("kind", kind.into()), ("date", (&reading.day(at).told).into())],
        ),
        reason: publication.row.withdrawn_reason.clone(),
    };
    Ok(error::gone(html(&page)?))
}

/// What is written beside a publication, and its path.
pub(super) type Beside = (adoption::Loaded, path::Loaded);

/// Reads both.
pub(super) fn beside(conn: &mut Conn, publication: &Publication, zone: Tz) -> Result<Beside, Error> {
    Ok((adoption::load(conn, publication)?, path::load(conn, publication, zone)?))
}

/// Another form of a publication, for machines and archives; the page of a withdrawn one says so.
async fn plain(
    app: &SharedApp,
    id: String,
    kind: &'static str,
    form: fn(&App, &Publication) -> String,
) -> Result<Response, Error> {
    let publication = app.db.read(move |conn| find(conn, &id)).await?;
    let withdrawn = publication.row.withdrawn_at.is_some();
    Ok(sent(if withdrawn { String::new() } else { form(app, &publication) }, kind, withdrawn))
}

/// A text of this type; of what was withdrawn an empty one.
pub(super) fn sent(text: String, kind: &'static str, withdrawn: bool) -> Response {
    let mut response = text.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if withdrawn { error::gone(response) } else { response }
}

/// The entry of a decision in the register, with its proof.
fn entry(publication: &Publication) -> Option<Value> {
    serde_json::from_str(publication.entry.as_deref()?).ok()
}

/// The fields of a publication, as `publish` takes them, with its address and dates.
fn data(app: &App, publication: &Publication) -> Value {
    let row = &publication.row;
    let mut value = json!({
        "id": app.urls.publication(&row.id),
        "kind": row.kind,
        "coalition": publication.actor.handle,
        "title": row.title,
        "slug": row.slug,
        "summary": row.summary,
        "language": row.language,
        "licence": row.licence,
        "tags": publication.tags,
        "authors": publication.content().authors,
        "state": row.state,
        "number": publication.decision_number,
        "revision": row.revision,
        "published": row.published_at.map(|at| at.and_utc().to_rfc3339()),
        "updated": row.updated_at.and_utc().to_rfc3339(),
        "body": row.body,
    });
    let details = serde_json::to_value(&publication.details).unwrap_or_default();
    if let (Some(object), false) = (value.as_object_mut(), publication.attachments.is_empty()) {
        let link = |one: &Attachment| match one.href() {
            path if path.starts_with('/') => format!("{}{path}", app.urls.base()),
            url => url,
        };
        let told = |one: &Attachment| match one.role {
            Some(role) => json!({"name": one.name, "url": link(one), "role": role}),
            None => json!({"name": one.name, "url": link(one)}),
        };
        object.insert("attachments".to_owned(), publication.attachments.iter().map(told).collect());
    }
    if let (Some(object), Value::Object(details)) = (value.as_object_mut(), details) {
        let hidden = ["kind", "join_url", "reached"];
        let public = details.into_iter().filter(|(key, _)| !hidden.contains(&key.as_str()));
        object.extend(public);
        match &publication.details {
            Details::Consultation(_) => {
                object.insert("results".to_owned(), publication.counts.options.clone().into());
                object.insert("voters".to_owned(), publication.counts.voters.into());
            }
            Details::Meeting(_) => {
                object.insert("registered".to_owned(), publication.registered.into());
            }
            _ => {}
        }
        object.retain(|_, value| !value.is_null());
    }
    value
}

/// The fields, the entry of a decision with the keys that verify it, who acted on it, and its path.
fn whole(app: &App, publication: &Publication, more: Value, (adoption, path): &Beside) -> String {
    let mut fields = data(app, publication);
    let lists = [("acts", adoption::data(adoption)), ("path", path::data(app, path))];
    if let Some(object) = fields.as_object_mut() {
        object.extend(entry(publication).map(|entry| ("decision".to_owned(), entry)));
        object.extend(more.as_object().cloned().unwrap_or_default());
        let some = lists.into_iter().filter(|(_, list)| !list.is_empty());
        object.extend(some.map(|(key, list)| (key.to_owned(), Value::Array(list))));
    }
    format!("{fields:#}\n")
}

/// TOML between `+++` lines, then the author's Markdown: what `publish` takes. Facts that only the node sets are left out.
pub(crate) fn markdown(app: &App, publication: &Publication) -> String {
    let mut fields = data(app, publication);
    if let Some(object) = fields.as_object_mut() {
        let counted = ["results", "voters", "registered", "round", "phase", "reached"];
        for generated in ["body", "number", "revision", "published", "updated"].into_iter().chain(counted) {
            object.remove(generated);
        }
        drop_nulls(&mut fields);
    }
    let head = toml::to_string(&fields).unwrap_or_default();
    format!("+++\n{head}+++\n\n{}\n", publication.row.body.trim())
}

/// TOML has no null.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.retain(|_, value| !value.is_null());
            object.values_mut().for_each(drop_nulls);
        }
        Value::Array(list) => list.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}
