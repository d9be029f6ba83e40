//! The part of a coalition's page that tells its life: since when it stands where it does, the versions of what it seeks, who acted and
//! why, its charter, who would like to take part, the coalition it is a branch of and its own branches.

use super::coalition::DimensionView;
use super::parts::{Named, Reading};
use super::revisions::{Line, difference};
use crate::app::{Local, Urls};
use crate::db::Conn;
use crate::domain::coalition::{CharterState, MembershipAct};
use crate::model::actor::Actor;
use crate::model::charter::{self, Acknowledged, Charter, CharterAct};
use crate::model::coalition::{self, Coalition};
use crate::model::life::{self, Impact, MemberAct, Noted, Step};
use crate::model::{declaration, directory};
use crate::text::{Lang, dates, t, tf, word};
use crate::web::error::Error;

/// Most acts that the page tells, the latest.
const MOST: usize = 60;

/// What is read for this part.
pub(super) struct Rows {
    steps: Vec<Step>,
    impacts: Vec<Impact>,
    acts: Vec<MemberAct>,
    organisations: Vec<(i64, String, String)>,
    charters: Vec<Charter>,
    charter_acts: Vec<CharterAct>,
    acknowledged: Vec<Acknowledged>,
    declared: (i64, Vec<String>),
    parent: Option<Named>,
    branches: Vec<Named>,
}

pub(super) fn load(conn: &mut Conn, urls: &Urls, of: &Actor, row: &Coalition) -> Result<Rows, Error> {
    let (steps, impacts) = (life::stages(conn, of.id)?, life::impacts(conn, of.id)?);
    let (acts, charter_acts) = (life::member_acts(conn, of.id)?, charter::acts(conn, of.id)?);
    let mut ids: Vec<i64> = steps.iter().filter_map(|step| step.noted.by_id).collect();
    ids.extend(impacts.iter().filter_map(|impact| impact.noted.by_id));
    ids.extend(acts.iter().flat_map(|act| [Some(act.member_id), act.noted.by_id]).flatten());
    ids.extend(charter_acts.iter().filter_map(|act| act.noted.by_id));
    ids.sort_unstable();
    ids.dedup();
    let names = [of.handle.clone(), format!("@{}", of.handle), urls.coalition(&of.handle)];
    Ok(Rows {
        organisations: life::organisations(conn, &ids)?,
        charters: charter::of(conn, of.id)?,
        charter_acts,
        acknowledged: charter::acknowledged(conn, of.id)?,
        declared: declaration::told(conn, of.id)?,
        parent: parent(conn, urls, row)?,
        branches: coalition::branches(conn, &names)?.iter().map(named).collect(),
        steps,
        impacts,
        acts,
    })
}

fn named((actor, row): &(Actor, Coalition)) -> Named {
    Named { name: row.name(&actor.handle), href: Some(format!("/coalitions/{}", actor.handle)) }
}

/// The coalition it is a branch of: one of this node with its name, else what the profile says.
fn parent(conn: &mut Conn, urls: &Urls, row: &Coalition) -> Result<Option<Named>, Error> {
    let Some(told) = &row.parent else { return Ok(None) };
    let handle = match urls.local(told) {
        Some(Local::Actor(handle)) => handle,
        _ => told.trim_start_matches('@').to_owned(),
    };
    if let Some(found) = coalition::by_handle(conn, &handle)? {
        return Ok(Some(named(&found)));
    }
    let href = Some(told.clone()).filter(|url| url.starts_with("https://") || url.starts_with("http://"));
    Ok(Some(Named { name: told.clone(), href }))
}

/// An act, as it is told.
pub(super) struct Event {
    pub sentence: String,
    pub day: Option<String>,
    pub iso: String,
    pub by: Option<Named>,
    pub reason: Option<String>,
}

/// A version of what is sought that another took the place of.
pub(super) struct Sought {
    /// "Version 2", with its day.
    pub head: String,
    pub reason: Option<String>,
    /// The whole text of the first, of the others what changed.
    pub text: Option<String>,
    pub lines: Vec<Line>,
}

/// A version of the charter.
pub(super) struct Version {
    /// With its state and day.
    pub head: String,
    pub href: Option<String>,
    pub stands: bool,
    /// What happened to it, in order.
    pub acts: Vec<Event>,
    /// Who acknowledged it as it stands or stood last.
    pub by: Vec<Named>,
    /// Who acknowledged the beta of one that was put into force.
    pub before: Vec<Named>,
}

/// This part of the page.
pub(super) struct Life {
    /// Since when it stands where it does, and why, in the words of whoever said so.
    pub since: Option<(String, Option<String>)>,
    /// The number of the version that it seeks; none of the first.
    pub version: Option<String>,
    /// The versions, latest first; empty where there is one.
    pub versions: Vec<Sought>,
    pub events: Vec<Event>,
    pub charter: Vec<Version>,
    pub interest: String,
    pub declared: String,
    pub accepted: Vec<String>,
    pub parent: Option<Named>,
    pub branches: Vec<Named>,
}

pub(super) fn view(rows: Rows, reading: &Reading, handle: &str) -> Life {
    let lang = reading.lang;
    let several = rows.impacts.len() > 1;
    let last = rows.impacts.last().filter(|_| several);
    Life {
        since: rows.steps.last().and_then(|step| since(lang, &step.noted)),
        version: last.map(|last| numbered(lang, last.version)),
        versions: if several { versions(lang, &rows.impacts) } else { Vec::new() },
        events: events(lang, &rows),
        charter: rows.charters.iter().rev().map(|one| version(lang, one, &rows)).collect(),
        interest: format!("/interest?coalition={handle}"),
        declared: tf(lang, "count-declared", &[("count", rows.declared.0.into())]),
        accepted: rows.declared.1,
        parent: rows.parent,
        branches: rows.branches,
    }
}

fn numbered(lang: Lang, version: i32) -> String {
    tf(lang, "impact-version", &[("version", (&version.to_string()).into())])
}

/// "Since 12 May 2020:", and the reason.
fn since(lang: Lang, noted: &Noted) -> Option<(String, Option<String>)> {
    let day = dates::day(lang, noted.day?);
    let since = tf(lang, "stage-since", &[("date", (&day).into())]);
    Some(match &noted.reason {
        None => (since, None),
        Some(reason) => (tf(lang, "revision-field", &[("label", (&since).into())]), Some(reason.clone())),
    })
}

fn versions(lang: Lang, impacts: &[Impact]) -> Vec<Sought> {
    let mut all = Vec::with_capacity(impacts.len());
    let mut before: Option<&Impact> = None;
    for impact in impacts {
        let head = numbered(lang, impact.version);
        let lines =
            |before: &Impact| difference(&format!("{}\n", before.text), &format!("{}\n", impact.text));
        all.push(Sought {
            head: match impact.noted.day {
                None => head,
                Some(day) => format!("{head} – {}", dates::day(lang, day)),
            },
            reason: impact.noted.reason.clone(),
            text: before.is_none().then(|| impact.text.clone()),
            lines: before.map(lines).unwrap_or_default(),
        });
        before = Some(impact);
    }
    all.reverse();
    all
}

/// What happened, latest first; what has no day last.
fn events(lang: Lang, rows: &Rows) -> Vec<Event> {
    let mut all: Vec<(&Noted, String, bool)> = Vec::new();
    for step in &rows.steps {
        let stage = word(lang, "stage", step.stage.as_str());
        all.push((&step.noted, tf(lang, "history-stage", &[("stage", stage.into())]), false));
    }
    for impact in &rows.impacts {
        let version = impact.version.to_string();
        all.push((&impact.noted, tf(lang, "history-impact", &[("version", (&version).into())]), false));
    }
    for act in &rows.acts {
        all.push((&act.noted, membership(lang, rows, act), put_out_by(act).is_some()));
    }
    all.sort_by_key(|(noted, ..)| (noted.day, noted.made_at));
    let told = |(noted, sentence, says_by): (&Noted, String, bool)| {
        let event = event(lang, rows, noted, sentence);
        Event { by: event.by.filter(|_| !says_by), ..event }
    };
    all.into_iter().rev().take(MOST).map(told).collect()
}

fn event(lang: Lang, rows: &Rows, noted: &Noted, sentence: String) -> Event {
    Event {
        sentence,
        day: noted.day.map(|day| dates::day(lang, day)),
        iso: noted.day.map(|day| day.to_string()).unwrap_or_default(),
        by: noted.by_id.and_then(|id| organisation(rows, id)),
        reason: noted.reason.clone(),
    }
}

/// Who put a member out, if it was another.
fn put_out_by(act: &MemberAct) -> Option<i64> {
    act.noted.by_id.filter(|by| *by != act.member_id && act.act == MembershipAct::Removed)
}

/// What happened to a membership: who is put out by another does not leave.
fn membership(lang: Lang, rows: &Rows, act: &MemberAct) -> String {
    let name = |id: i64| organisation(rows, id).map_or_else(String::new, |one| one.name);
    let role = act.role.map_or("", |role| word(lang, "role", role.as_str()));
    let other = put_out_by(act);
    let key = if other.is_some() { "history-put-out".to_owned() } else { format!("history-{}", act.act) };
    let (name, by) = (name(act.member_id), other.map(name).unwrap_or_default());
    tf(lang, &key, &[("name", (&name).into()), ("role", role.into()), ("by", (&by).into())])
}

fn organisation(rows: &Rows, id: i64) -> Option<Named> {
    let found = rows.organisations.iter().find(|(known, ..)| *known == id);
    found.map(|(_, handle, name)| Named::organisation(handle, name))
}

fn version(lang: Lang, one: &Charter, rows: &Rows) -> Version {
    let state = word(lang, "charter", one.state.as_str());
    let day = dates::day(lang, one.superseded_on.unwrap_or(one.day));
    let about = [("version", (&one.version).into()), ("state", state.into()), ("date", (&day).into())];
    let acts: Vec<_> = rows.charter_acts.iter().filter(|act| act.version == one.version).collect();
    let was = acts.iter().rev().map(|act| act.state).find(|state| *state != CharterState::Superseded);
    let (now, before): (Vec<_>, Vec<_>) = rows
        .acknowledged
        .iter()
        .filter(|who| who.version == one.version)
        .partition(|who| was.is_none_or(|was| who.state == was));
    let named = |those: Vec<&Acknowledged>| {
        those.into_iter().map(|who| Named::organisation(&who.handle, &who.name)).collect()
    };
    let told = |act: &&CharterAct| {
        event(lang, rows, &act.noted, word(lang, "charter", act.state.as_str()).to_owned())
    };
    Version {
        head: tf(lang, "charter-version", &about),
        href: one.publication_id.as_ref().map(|id| format!("/publications/{id}")),
        stands: one.state != CharterState::Superseded,
        acts: acts.iter().map(told).collect(),
        by: named(now),
        before: named(before),
    }
}

/// A topic stands for a title that is missing, with a capital as on its page.
fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// Names and handles of the coalitions in which an interest may be declared.
pub(super) fn open_ones(conn: &mut Conn, most: i64) -> Result<Vec<(String, String, String)>, Error> {
    let (rows, _) = directory::page(conn, &directory::Filter::default(), 0, most)?;
    let open = rows.into_iter().filter(|row| row.stage != crate::domain::coalition::Stage::Closed);
    Ok(open.map(|row| (row.handle.clone(), capital(row.name()), row.language)).collect())
}

/// What the page says where a dimension lacks actors, or where none is known of any.
pub(super) struct Missing {
    pub text: String,
    /// Where an interest is declared.
    pub href: Option<String>,
}

/// None where all are there. `href`: where an interest is declared, if one may be.
pub(super) fn missing(lang: Lang, dimensions: &[DimensionView], href: Option<String>) -> Option<Missing> {
    let lacking: Vec<_> = dimensions.iter().filter(|one| !one.has).map(|one| one.label).collect();
    let and = t(lang, "list-and");
    let told = match lacking.as_slice() {
        [] => return None,
        all if all.len() == dimensions.len() => {
            return Some(Missing { text: t(lang, "dimensions-unknown").to_owned(), href });
        }
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} {and} {last}", first.join(", ")),
    };
    Some(Missing { text: tf(lang, "dimensions-missing", &[("dimensions", (&told).into())]), href })
}
