//! The booklet (livret) of a coalition: what it is, its roadmap, its decisions and what it shares on one page that is made to be printed.
//! Nothing is said here that its other pages do not say.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use chrono::NaiveDate;

use super::coalition::{DimensionView, associated, dimensions, member, qualities};
use super::details::{self, Step};
use super::parts::{Item, Mark, Named, Reading};
use super::timeline::{self, Timeline};
use super::{Frame, html};
use crate::app::{App, SharedApp};
use crate::db::Conn;
use crate::domain::publication::{Details, Kind};
use crate::domain::state::State as Standing;
use crate::model::actor::Actor;
use crate::model::coalition::{self, Coalition, Lists, Member};
use crate::model::listing::{self, Filter, Listed};
use crate::model::publication::{self, Publication};
use crate::text::html::render;
use crate::text::summary::{self, Context};
use crate::text::{Lang, dates, t, tf, word};
use crate::web::error::Error;
use crate::web::locale::Visit;

/// Most roadmaps and decisions of a booklet, the latest: it is to be printed.
const ROADMAPS: i64 = 3;
const DECISIONS: i64 = 100;
/// Most reports of progress, and most productions.
const SHARED: i64 = 20;

struct Row {
    actor: Actor,
    coalition: Coalition,
    lists: Lists,
    members: Vec<Member>,
    roadmaps: Vec<Publication>,
    known: Vec<(String, String)>,
    decisions: Vec<Listed>,
    reports: Vec<Listed>,
    productions: Vec<Listed>,
}

fn load(conn: &mut Conn, handle: &str) -> Result<Row, Error> {
    let (actor, coalition) = coalition::by_handle(conn, handle)?.ok_or(Error::NotFound)?;
    let of = |kind| Filter { coalition: Some(actor.id), kind: Some(kind), ..Filter::default() };
    let mut roadmaps = Vec::new();
    let mut words = Vec::new();
    for listed in listing::publications(conn, &of(Kind::Roadmap), 0, ROADMAPS)? {
        if let Some(found) = publication::find(conn, &listed.id)? {
            words.extend(details::organisation_words(&found.details));
            roadmaps.push(found);
        }
    }
    Ok(Row {
        lists: coalition::lists(conn, actor.id)?,
        members: coalition::members(conn, actor.id)?,
        known: listing::organisations_named(conn, &words)?,
        decisions: listing::publications(conn, &of(Kind::Decision), 0, DECISIONS)?,
        reports: listing::publications(conn, &of(Kind::Report), 0, SHARED)?,
        productions: listing::publications(conn, &of(Kind::Production), 0, SHARED)?,
        roadmaps,
        actor,
        coalition,
    })
}

struct RoadmapView {
    title: String,
    href: String,
    language: String,
    timeline: Option<Timeline>,
    steps: Vec<Step>,
}

struct DecisionView {
    number: String,
    title: String,
    href: String,
    language: String,
    head: String,
}

#[derive(Template)]
#[template(path = "booklet.html")]
struct Booklet {
    frame: Frame,
    name: String,
    language: String,
    number: Option<String>,
    stage: &'static str,
    mark: Mark,
    impact: Option<String>,
    /// Safe HTML.
    problem: Option<String>,
    /// Safe HTML.
    narrative: Option<String>,
    qualities: Vec<&'static str>,
    levers: Vec<String>,
    dimensions: Vec<DimensionView>,
    /// The sentence about a dimension without actors belongs to the coalition's page.
    missing: Option<super::life::Missing>,
    members: Vec<(Named, &'static str)>,
    associated: Vec<(String, &'static str)>,
    facts: Vec<(&'static str, String)>,
    roadmaps: Vec<RoadmapView>,
    decisions: Vec<DecisionView>,
    /// Reports of progress and productions, under the name of their kind.
    shared: Vec<(&'static str, Vec<Item>)>,
    made: String,
    /// The coalition's page: root-relative, and in full for paper.
    page: String,
    address: String,
    handle: String,
}

/// `GET /coalitions/{handle}/booklet`.
pub(super) async fn show(
    State(app): State<SharedApp>,
    Path(handle): Path<String>,
    visit: Visit,
) -> Result<Response, Error> {
    let row = app.db.read(move |conn| load(conn, &handle)).await?;
    html(&view(&app, &visit, row)?)
}

fn view(app: &App, visit: &Visit, row: Row) -> Result<Booklet, Error> {
    let reading = Reading::new(app, visit.lang);
    let (lang, coalition, lists) = (visit.lang, row.coalition, row.lists);
    let name = coalition.name(&row.actor.handle);
    let mut frame = Frame::new(app, visit, tf(lang, "booklet-of", &[("name", (&name).into())]));
    if let Some(impact) = &coalition.impact {
        frame.description.clone_from(impact);
    }
    let today = reading.now.with_timezone(&reading.zone).date_naive();
    let roadmaps = (0_usize..).zip(&row.roadmaps);
    Ok(Booklet {
        frame,
        number: coalition.number.clone(),
        stage: word(lang, "stage", coalition.stage.as_str()),
        mark: Mark::of(|quality| lists.qualities.contains(&quality)),
        qualities: qualities(lang, &lists),
        missing: None,
        dimensions: dimensions(lang, &lists, &row.members),
        members: row.members.iter().map(|one| member(lang, one)).collect(),
        associated: associated(lang, &lists),
        facts: facts(lang, &coalition),
        roadmaps: roadmaps.map(|(n, one)| roadmap(&reading, n, one, &row.known, today)).collect(),
        decisions: row.decisions.iter().map(|one| decision(&reading, one)).collect::<Result<_, _>>()?,
        shared: [(Kind::Report, &row.reports), (Kind::Production, &row.productions)]
            .into_iter()
            .filter(|(_, rows)| !rows.is_empty())
            .map(|(kind, rows)| Ok((word(lang, "kinds", kind.as_str()), Item::all(rows, &reading)?)))
            .collect::<Result<_, Error>>()?,
        made: tf(lang, "booklet-made", &[("date", (&dates::day(lang, today)).into())]),
        page: format!("/coalitions/{}", row.actor.handle),
        address: app.urls.coalition(&row.actor.handle),
        handle: format!("@{}@{}", row.actor.handle, app.urls.domain()),
        problem: coalition.problem.as_deref().map(render),
        narrative: coalition.narrative.as_deref().map(render),
        impact: coalition.impact,
        levers: lists.levers,
        language: coalition.language,
        name,
    })
}

fn facts(lang: Lang, coalition: &Coalition) -> Vec<(&'static str, String)> {
    let facts = [
        ("coalition-topic", coalition.topic.clone().filter(|_| coalition.title.is_some())),
        ("coalition-territory", coalition.territory.clone()),
        ("coalition-horizon", coalition.horizon.map(|day| dates::day(lang, day))),
        ("coalition-cohort", coalition.cohort.clone()),
        ("coalition-family", coalition.family.clone()),
    ];
    facts.into_iter().filter_map(|(label, value)| Some((t(lang, label), value?))).collect()
}

fn roadmap(
    reading: &Reading,
    n: usize,
    one: &Publication,
    known: &[(String, String)],
    today: NaiveDate,
) -> RoadmapView {
    let mut timeline = match &one.details {
        Details::Roadmap(roadmap) => {
            timeline::draw(reading.lang, &one.row.language, &roadmap.milestones, today)
        }
        _ => None,
    };
    if let Some(timeline) = &mut timeline {
        timeline.id = format!("timeline-{n}");
    }
    RoadmapView {
        title: one.row.title.clone(),
        href: format!("/publications/{}", one.row.id),
        language: one.row.language.clone(),
        timeline,
        steps: details::view(&one.details, reading, known).steps,
    }
}

fn decision(reading: &Reading, one: &Listed) -> Result<DecisionView, Error> {
    let content = one.content()?;
    // The number has a column of its own.
    let context = Context { zone: reading.zone, at: reading.now, number: None };
    Ok(DecisionView {
        number: one
            .number
            .filter(|_| one.state != Standing::Draft)
            .map(|n| n.to_string())
            .unwrap_or_default(),
        title: one.title.clone(),
        href: format!("/publications/{}", one.id),
        language: one.language.clone(),
        head: summary::head(reading.lang, &content, context),
    })
}
