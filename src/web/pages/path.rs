//! The path of a publication: what led to it and what came of it, from the proposal with its amendments and positions to the
//! victory, in order of dates.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::parts::{Moment, Reading};
use super::path_said::{self, Said};
use super::since::{self, Since};
use crate::app::App;
use crate::db::Conn;
use crate::domain::publication::{Details, Kind, Milestone, When};
use crate::model::action_item::{self, Row as Item};
use crate::model::link::{self, Link};
use crate::model::publication::{Publication, Row};
use crate::text::meetings::is_past;
use crate::text::{dates, tf, word};
use crate::web::error::Error;

/// What the database has of a path.
#[derive(Default)]
pub(super) struct Loaded {
    own: String,
    links: Vec<Link>,
    publications: Vec<(Row, Details)>,
    actions: Vec<(Item, String)>,
    since: Since,
    said: Said,
}

/// A stop on the line.
pub(super) struct Stop {
    pub kind: &'static str,
    /// The word of the program for it.
    pub code: &'static str,
    pub title: String,
    pub language: String,
    pub href: String,
    /// With the day of the act that made it so.
    pub state: String,
    pub(super) state_code: &'static str,
    /// The day of that act.
    pub(super) since: Option<When>,
    pub date: Option<Moment>,
    /// Whether it is the page that is read.
    pub here: bool,
    pub(super) order: (DateTime<Utc>, usize),
}

/// Reads the path of a publication, whatever is public of it: at most ten queries, one where there is nothing.
pub(super) fn load(conn: &mut Conn, publication: &Publication, zone: Tz) -> Result<Loaded, Error> {
    let own = publication.row.id.clone();
    let links = link::path(conn, &own)?;
    let is_proposal = publication.row.kind == Kind::Proposal;
    if links.is_empty() && !is_proposal {
        return Ok(Loaded { own, ..Loaded::default() });
    }
    let mut ids: BTreeSet<&String> =
        links.iter().flat_map(|link| [&link.cause_id, &link.effect_id]).collect();
    if is_proposal {
        ids.insert(&own);
    }
    let ids: Vec<String> = ids.into_iter().cloned().collect();
    let mut publications = Vec::with_capacity(ids.len());
    for row in link::publications(conn, &ids)? {
        let details = serde_json::from_str(&row.details)
            .map_err(|error| diesel::result::Error::DeserializationError(Box::new(error)))?;
        publications.push((row, details));
    }
    let known = |id: &&String| !publications.iter().any(|(row, _)| row.id == **id);
    let others: Vec<String> = ids.iter().filter(known).cloned().collect();
    let items = if others.is_empty() { Vec::new() } else { action_item::of_ids(conn, &others)? };
    let mut actions = Vec::with_capacity(items.len());
    for item in items {
        let handle = match item.coalition_id == publication.actor.id {
            true => publication.actor.handle.clone(),
            false => crate::model::actor::by_id(conn, item.coalition_id)?.handle,
        };
        actions.push((item, handle));
    }
    let since = since::load(conn, &publications, zone)?;
    let proposals = publications.iter().filter(|(row, _)| row.kind == Kind::Proposal);
    let proposals: Vec<String> = proposals.map(|(row, _)| row.id.clone()).collect();
    Ok(Loaded { said: path_said::load(conn, &proposals)?, own, links, publications, actions, since })
}

/// The stops in order of dates, what has none last; nothing where a publication stands alone.
pub(super) fn view(loaded: &Loaded, reading: &Reading) -> Vec<Stop> {
    let mut stops = Vec::new();
    for (row, details) in &loaded.publications {
        let own = row.id == loaded.own;
        let Details::Roadmap(roadmap) = details else {
            stops.push(publication(loaded, (row, details), own, reading));
            stops.extend(path_said::stops(&loaded.said, &row.id, reading));
            continue;
        };
        if own {
            stops.push(publication(loaded, (row, details), own, reading));
        }
        for (number, milestone) in (1..).zip(&roadmap.milestones) {
            let met = |link: &Link| link.effect_id == row.id && link.place == milestone.title;
            if loaded.links.iter().any(met) {
                stops.extend(milestone_and_victory(row, (number, milestone), reading));
            }
        }
    }
    stops.extend(loaded.actions.iter().map(|(item, handle)| action(item, handle, reading)));
    stops.sort_by_key(|stop| stop.order);
    if stops.len() < 2 {
        stops.clear();
    }
    stops
}

/// The same for programs.
pub(super) fn data(app: &App, loaded: &Loaded) -> Vec<Value> {
    let reading = Reading::new(app, crate::text::Lang::En);
    let told = |stop: Stop| {
        json!({
            "kind": stop.code,
            "title": stop.title,
            "state": stop.state_code,
            "since": stop.since,
            "date": stop.date.map(|date| date.iso),
            "url": format!("{}{}", app.urls.base(), stop.href),
        })
    };
    view(loaded, &reading).into_iter().map(told).collect()
}

/// Where a kind stands among what has one date: what leads before what follows.
const RANKS: [&str; 11] = [
    "meeting",
    "proposal",
    "amendment",
    "positions",
    "consultation",
    "minutes",
    "decision",
    "roadmap",
    "milestone",
    "action",
    "victory",
];

pub(super) fn order(code: &str, when: Option<When>, reading: &Reading) -> (DateTime<Utc>, usize) {
    let at = when.map_or(DateTime::<Utc>::MAX_UTC, |when| dates::begin(when, reading.zone));
    (at, RANKS.iter().position(|rank| *rank == code).unwrap_or(RANKS.len()))
}

pub(super) fn moment(when: When, reading: &Reading) -> Moment {
    Moment { told: dates::when(reading.lang, when, reading.zone), iso: when.to_string() }
}

fn publication(loaded: &Loaded, (row, details): (&Row, &Details), here: bool, reading: &Reading) -> Stop {
    let made = row.published_at.unwrap_or(row.updated_at).and_utc();
    let published = When::Day(made.with_timezone(&reading.zone).date_naive());
    let when = match details {
        // A later round opens after what was said in those before it.
        Details::Proposal(proposal) => {
            proposal.opens.filter(|opens| dates::begin(*opens, reading.zone) < made)
        }
        Details::Consultation(asked) => asked.opens,
        Details::Minutes(meeting) | Details::Meeting(meeting) => meeting.start,
        Details::Decision(decision) => decision.date,
        Details::Report(report) => report.until,
        Details::Roadmap(_) | Details::Production(_) => None,
    };
    // The hour of an opening matters on its own page.
    let when = match when.unwrap_or(published) {
        When::Instant(at) if row.kind != Kind::Meeting => {
            When::Day(at.with_timezone(&reading.zone).date_naive())
        }
        when => when,
    };
    let code = row.kind.as_str();
    let since = loaded.since.get(&row.id).copied();
    let past = matches!(details, Details::Meeting(meeting) if is_past(row.state, meeting, reading.zone, reading.now));
    let state = if past { "past" } else { row.state.as_str() };
    Stop {
        kind: word(reading.lang, "kind", code),
        code,
        title: row.title.clone(),
        language: row.language.clone(),
        href: format!("/publications/{}", row.id),
        state: turned(word(reading.lang, &format!("state-{code}"), state), since, reading),
        state_code: row.state.as_str(),
        since,
        date: Some(moment(when, reading)),
        here,
        order: order(code, Some(when), reading),
    }
}

/// "adopted on 2 November 2020".
fn turned(state: &str, since: Option<When>, reading: &Reading) -> String {
    let Some(since) = since else { return state.to_owned() };
    let day = match since {
        When::Instant(at) => When::Day(at.with_timezone(&reading.zone).date_naive()),
        since => since,
    };
    let (date, precision) = (dates::when(reading.lang, day, reading.zone), dates::precision(day));
    let args = [("state", state.into()), ("date", (&date).into()), ("precision", precision.into())];
    tf(reading.lang, "path-since", &args)
}

fn milestone_and_victory(
    row: &Row,
    (number, milestone): (usize, &Milestone),
    reading: &Reading,
) -> Vec<Stop> {
    let when = milestone.due.or(milestone.start);
    let href = format!("/publications/{}#milestone-{number}", row.id);
    let stop = |code, title: &str, when: Option<When>, (group, state): (&str, &'static str)| Stop {
        kind: word(reading.lang, "path", code),
        code,
        title: title.to_owned(),
        language: row.language.clone(),
        href: href.clone(),
        state: word(reading.lang, group, state).to_owned(),
        state_code: state,
        since: None,
        date: when.map(|when| moment(when, reading)),
        here: false,
        order: order(code, when, reading),
    };
    let mut stops = vec![stop("milestone", &milestone.title, when, ("milestone", milestone.status.as_str()))];
    if let Some(victory) = &milestone.victory {
        let state = if victory.reached.is_some() { "reached" } else { "hoped" };
        stops.push(stop("victory", &victory.text, victory.reached.or(when), ("victory", state)));
    }
    stops
}

fn action(item: &Item, handle: &str, reading: &Reading) -> Stop {
    let made = item.created_at.and_utc().with_timezone(&reading.zone).date_naive();
    let when = item.due.as_ref().and_then(|due| due.parse().ok()).unwrap_or(When::Day(made));
    Stop {
        kind: word(reading.lang, "path", "action"),
        code: "action",
        title: item.text.clone(),
        language: item.language.clone(),
        href: format!("/coalitions/{handle}/actions?item={id}#action-{id}", id = item.id),
        state: word(reading.lang, "action", item.state.as_str()).to_owned(),
        state_code: item.state.as_str(),
        since: None,
        date: Some(moment(when, reading)),
        here: false,
        order: order("action", Some(when), reading),
    }
}
