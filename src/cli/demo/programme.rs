//! The sample programme, which is built into the program, and how it is played: each thing at the time at which it happened,
//! by the actions that everybody uses.

mod acts;

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use rust_embed::Embed;

use crate::actions::charter::take_over as link_charter;
use crate::actions::coalition::create_on as create_coalition;
use crate::actions::front_matter::Manuscript;
use crate::actions::node::init_on;
use crate::actions::organisation::{NewOrganisation, create_on as create_organisation};
use crate::actions::profile::Profile;
use crate::actions::publication::{Travel, publish_on};
use crate::actions::{self, Act, Error};
use crate::app::App;
use crate::cli::Failure;
use crate::db::Conn;
use crate::domain::publication::{Details, When};
use crate::text::dates;

#[derive(Embed)]
#[folder = "examples/programme"]
struct Files;

/// Before anything of the programme happened: the node, its organisations and coalitions are there.
const BEGINNING: &str = "2019-11-05T09:00:00Z";
/// How long before a meeting it is announced.
const ANNOUNCED: TimeDelta = TimeDelta::days(21);

/// The files of the programme, read.
#[derive(Default)]
struct Programme {
    organisations: Vec<NewOrganisation>,
    coalitions: Vec<Profile>,
    /// In order of time; what happened at the same time as it was read.
    happenings: Vec<(DateTime<Utc>, Happening)>,
}

enum Happening {
    Publication(Box<Manuscript>),
    Act(acts::Done),
}

/// Plays the programme in an empty node, in one transaction.
pub(super) async fn load(app: &App) -> Result<(), Failure> {
    let programme = read(app)?;
    let act = Act::now(app);
    let played = app.db.write(move |conn| play(conn, act, &programme));
    Ok(played.await?)
}

fn read(app: &App) -> Result<Programme, Failure> {
    let bad = |name: &str, error: &dyn std::fmt::Display| {
        Failure::Said(format!("examples/programme/{name}: {error}"))
    };
    let mut programme = Programme::default();
    for name in Files::iter() {
        let Some(file) = Files::get(&name) else {
            continue;
        };
        let text = String::from_utf8_lossy(&file.data);
        let zone = actions::zone(app);
        let stem = Path::new(name.as_ref()).file_stem().map(|stem| stem.to_string_lossy());
        if name.ends_with("organisations.toml") {
            programme.organisations =
                NewOrganisation::parse_all(&text).map_err(|error| bad(&name, &error))?;
        } else if name.ends_with("story.toml") {
            let acts = acts::read(&text).map_err(|error| bad(&name, &error))?;
            programme.happenings.extend(acts.into_iter().map(|(at, done)| (at, Happening::Act(done))));
        } else if name.ends_with(".toml") {
            let read = Profile::parse_all(&text, &app.config.node.language);
            programme.coalitions.extend(read.map_err(|error| bad(&name, &error))?);
        } else if name.ends_with(".md") {
            let read = Manuscript::parse(&text, &stem.unwrap_or_default(), zone);
            let manuscript = read.map_err(|error| bad(&name, &error))?;
            let at = published(&manuscript.details, zone).unwrap_or_else(|| app.now());
            programme.happenings.push((at, Happening::Publication(Box::new(manuscript))));
        }
    }
    programme.happenings.sort_by_key(|(at, _)| *at);
    Ok(programme)
}

/// When something was probably published: no file says it, and pages show what is latest first.
fn published(details: &Details, zone: Tz) -> Option<DateTime<Utc>> {
    let begin = |when: When, hour: i64| match when {
        When::Instant(_) => dates::begin(when, zone),
        _ => dates::begin(when, zone) + TimeDelta::hours(hour),
    };
    match details {
        Details::Proposal(proposal) => proposal.opens.map(|opens| begin(opens, 9)),
        Details::Consultation(asked) => asked.opens.map(|opens| begin(opens, 9)),
        Details::Minutes(meeting) => meeting.end.or(meeting.start).map(|end| begin(end, 18)),
        Details::Decision(decision) => decision.date.map(|date| begin(date, 19)),
        Details::Report(report) => report.until.map(|until| begin(until, 18)),
        Details::Production(_) => None,
        Details::Meeting(meeting) => meeting.start.map(|start| begin(start, 9) - ANNOUNCED),
        // Once it begins, where every milestone says when; else after its last day, so that the clock calls late only what
        // its file calls so.
        Details::Roadmap(roadmap) => {
            let starts = roadmap.milestones.iter().filter_map(|milestone| milestone.start);
            let ends = roadmap.milestones.iter().filter_map(|milestone| milestone.due);
            let known = roadmap.milestones.iter().all(|milestone| milestone.start.is_some());
            match starts.min_by_key(|start| start.day()) {
                Some(first) if known => Some(begin(first, 9)),
                _ => {
                    ends.max_by_key(|end| end.day()).map(|last| dates::end(last, zone) + TimeDelta::hours(9))
                }
            }
        }
    }
}

fn play(conn: &mut Conn, mut act: Act, programme: &Programme) -> Result<(), Error> {
    let mut organisations = programme.organisations.iter();
    let Some(first) = organisations.next() else {
        return Err(Error::Refused("the sample programme has no organisation".to_owned()));
    };
    if crate::model::organisation::by_handle(conn, &first.handle)?.is_some() {
        return Ok(());
    }
    let now = act.at;
    act.at = BEGINNING.parse().unwrap_or(now);
    init_on(conn, &act, first)?;
    for organisation in organisations {
        create_organisation(conn, &act, organisation)?;
    }
    let mut made = Vec::with_capacity(programme.coalitions.len());
    for coalition in &programme.coalitions {
        made.push((create_coalition(conn, &act, coalition)?, coalition));
    }
    for (at, happening) in &programme.happenings {
        // Two things never happen at once, nor in the future.
        act.tick();
        act.at = act.at.max((*at).min(now));
        match happening {
            Happening::Publication(manuscript) => {
                // What had passed when a roadmap was told is history, as its file tells it.
                let is_roadmap = matches!(manuscript.details, Details::Roadmap(_));
                let travel = if is_roadmap { Travel::Quiet } else { Travel::Deliver };
                publish_on(conn, &act, manuscript, travel)?;
            }
            Happening::Act(done) => done.play(conn, &act)?,
        }
    }
    for (id, coalition) in made {
        link_charter(conn, &act, id, coalition)?;
    }
    Ok(())
}
