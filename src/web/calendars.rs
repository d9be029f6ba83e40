//! iCalendar (RFC 5545) of the node and of one coalition: its meetings, the deadlines of open rounds, the milestones of its
//! roadmaps. Moments are told in UTC, days and months as whole days; a tentative range is one entry that says so. What was
//! withdrawn is told as cancelled for a while, without its words, so that it does not stay in the calendars of others.

use aws_lc_rs::digest;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::{DateTime, Days, Months, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use icalendar::{Calendar, Component, Event, EventLike, EventStatus, Property};

use super::error::Error;
use crate::app::{App, SharedApp};
use crate::db::Conn;
use crate::domain::publication::{Details, Kind, Meeting, Milestone, MilestoneStatus, When};
use crate::domain::state::State as Standing;
use crate::model::listing::{Filter, Order};
use crate::model::{coalition, feed};
use crate::text::summary::{Context, summary};
use crate::text::{Lang, dates, t, word};

/// Most meetings, rounds and roadmaps each that a calendar tells, the latest.
const ENTRIES: i64 = 300;
/// For how many days what was withdrawn is told as cancelled: longer than anybody's calendar goes without asking.
const GONE_DAYS: i64 = 180;

/// The calendars, to be merged into the router.
pub(super) fn routes() -> Router<SharedApp> {
    Router::new()
        .route("/calendar.ics", get(node))
        .route("/coalitions/{handle}/calendar.ics", get(of_coalition))
}

/// `GET /calendar.ics`.
async fn node(State(app): State<SharedApp>) -> Result<Response, Error> {
    let since = since(&app);
    let entries = app.db.read(move |conn| load(conn, None, since)).await?;
    Ok(told(&app, &app.config.node.name, &entries))
}

/// `GET /coalitions/{handle}/calendar.ics`.
async fn of_coalition(State(app): State<SharedApp>, Path(handle): Path<String>) -> Result<Response, Error> {
    let since = since(&app);
    let read = app.db.read(move |conn| {
        let (actor, row) = coalition::by_handle(conn, &handle)?.ok_or(Error::NotFound)?;
        Ok::<_, Error>((row.name(&actor.handle), load(conn, Some(actor.id), since)?))
    });
    let (name, entries) = read.await?;
    Ok(told(&app, &name, &entries))
}

/// Since when what was withdrawn is told.
fn since(app: &App) -> NaiveDateTime {
    (app.now() - TimeDelta::days(GONE_DAYS)).naive_utc()
}

fn load(conn: &mut Conn, coalition: Option<i64>, since: NaiveDateTime) -> Result<Vec<feed::Entry>, Error> {
    let of = |kind| Filter { coalition, kind: Some(kind), ..Filter::default() };
    let open = Filter { coalition, states: Some(vec![Standing::Open]), ..Filter::default() };
    let gone = Filter { coalition, withdrawn: Some(since), ..Filter::default() };
    let mut entries = feed::entries(conn, &of(Kind::Meeting), Order::Begun, 0, ENTRIES)?;
    entries.extend(feed::entries(conn, &open, Order::Deadline, 0, ENTRIES)?);
    entries.extend(feed::entries(conn, &of(Kind::Roadmap), Order::Latest, 0, ENTRIES)?);
    entries.extend(feed::entries(conn, &gone, Order::Latest, 0, ENTRIES)?);
    Ok(entries)
}

fn told(app: &App, name: &str, entries: &[feed::Entry]) -> Response {
    let mut calendar = Calendar::new();
    calendar.name(name);
    for entry in entries {
        for event in events(app, entry) {
            calendar.push(event);
        }
    }
    let mut response = calendar.done().to_string().into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8"));
    response
}

/// What a publication puts into a calendar.
fn events(app: &App, entry: &feed::Entry) -> Vec<Event> {
    let Ok(content) = entry.listed.content() else { return Vec::new() };
    let lang = Lang::of_tag(&entry.listed.language).unwrap_or_default();
    let deadline = |closes: Option<When>| {
        let title = format!("{} {}", t(lang, "calendar-deadline"), entry.listed.title);
        closes.map(|when| day(app, entry, "#deadline", &title, when)).into_iter().collect()
    };
    match &content.details {
        Details::Meeting(meeting) => meeting_event(app, entry, meeting).into_iter().collect(),
        Details::Proposal(round) => deadline(round.closes),
        Details::Consultation(asked) => deadline(asked.closes),
        Details::Roadmap(roadmap) => {
            let kept = roadmap.milestones.iter().filter(|one| one.status != MilestoneStatus::Abandoned);
            let due = kept.filter_map(|one| {
                let key = match one.status {
                    MilestoneStatus::Done => "calendar-milestone-done",
                    _ => "calendar-milestone",
                };
                let title = format!("{} {}", t(lang, key), one.title);
                Some(day(app, entry, &part(one), &title, one.due?))
            });
            due.collect()
        }
        _ => Vec::new(),
    }
}

/// What tells a milestone from the others of its roadmap, wherever it stands among them: its title, the former where it has
/// another now.
fn part(milestone: &Milestone) -> String {
    let title = milestone.was.as_ref().unwrap_or(&milestone.title);
    let digest = digest::digest(&digest::SHA256, title.as_bytes());
    let short: String = digest.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("#milestone-{short}")
}

/// What every entry says: its id, which stays, its page, its revision. Of what was withdrawn nothing but that.
fn event(app: &App, entry: &feed::Entry, part: &str, title: &str) -> Event {
    let gone = is_gone(entry);
    let url = app.urls.publication(&entry.listed.id);
    let context =
        Context { zone: dates::zone(&app.config.node.timezone), at: app.now(), number: entry.listed.number };
    let line = entry.listed.content().map(|content| summary(&content, context)).unwrap_or_default();
    let changed = entry.listed.updated_at.and_utc();
    // A withdrawal is no revision, and counts as one more.
    let sequence = entry.revision.saturating_sub(i32::from(!gone));
    let title = if gone { withdrawn(entry) } else { title };
    let description = if gone { url.clone() } else { format!("{line}\n{url}") };
    let mut event = Event::new();
    event
        .uid(&format!("{url}{part}"))
        .summary(title)
        .description(&description)
        .url(&url)
        .timestamp(changed)
        .last_modified(changed)
        .sequence(u32::try_from(sequence).unwrap_or_default());
    if gone {
        event.status(EventStatus::Cancelled);
    }
    event
}

fn is_gone(entry: &feed::Entry) -> bool {
    entry.listed.state == Standing::Withdrawn
}

/// "Meeting withdrawn", in its language.
fn withdrawn(entry: &feed::Entry) -> &'static str {
    let lang = Lang::of_tag(&entry.listed.language).unwrap_or_default();
    word(lang, &format!("head-{}", entry.listed.kind), Standing::Withdrawn.as_str())
}

/// An entry that takes nobody's time: the moment where there is an hour, else whole days.
fn day(app: &App, entry: &feed::Entry, part: &str, title: &str, when: When) -> Event {
    let mut event = event(app, entry, part, title);
    match when {
        When::Instant(at) => drop(event.starts(at.with_timezone(&Utc))),
        when => span(&mut event, local_day(app, when), last_day(app, when)),
    }
    event.add_property("TRANSP", "TRANSPARENT");
    event.done()
}

fn meeting_event(app: &App, entry: &feed::Entry, meeting: &Meeting) -> Option<Event> {
    let start = meeting.start?;
    let mut event = event(app, entry, "", &entry.listed.title);
    if let Some(place) = meeting.place.as_ref().filter(|_| !is_gone(entry)) {
        event.location(place);
    }
    let status = match entry.listed.state {
        Standing::Cancelled | Standing::Withdrawn => EventStatus::Cancelled,
        Standing::Tentative => EventStatus::Tentative,
        _ => EventStatus::Confirmed,
    };
    event.status(status);
    match (start, meeting.tentative_until, meeting.end) {
        (When::Instant(at), None, end) => {
            event.starts(at.with_timezone(&Utc));
            match end {
                Some(When::Instant(end)) => event.ends(end.with_timezone(&Utc)),
                Some(end) => event.ends(dates::end(end, dates::zone(&app.config.node.timezone))),
                None => &mut event,
            };
        }
        (start, until, end) => {
            let last = until.or(end).unwrap_or(start);
            span(&mut event, local_day(app, start), last_day(app, last));
            event.add_property("TRANSP", "TRANSPARENT");
        }
    }
    Some(event.done())
}

/// From the first day to the last, which RFC 5545 tells as the day after it.
fn span(event: &mut Event, first: NaiveDate, last: NaiveDate) {
    let after = last.max(first).checked_add_days(Days::new(1)).unwrap_or(last);
    for (name, date) in [("DTSTART", first), ("DTEND", after)] {
        let mut property = Property::new(name, date.format("%Y%m%d").to_string());
        property.add_parameter("VALUE", "DATE");
        event.append_property(property);
    }
}

/// The day of a moment where the node is.
fn local_day(app: &App, when: When) -> NaiveDate {
    match when {
        When::Instant(at) => {
            DateTime::<Utc>::from(at).with_timezone(&dates::zone(&app.config.node.timezone)).date_naive()
        }
        When::Day(day) | When::Month(day) => day,
    }
}

fn last_day(app: &App, when: When) -> NaiveDate {
    match when {
        When::Month(first) => {
            first.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt()).unwrap_or(first)
        }
        when => local_day(app, when),
    }
}
