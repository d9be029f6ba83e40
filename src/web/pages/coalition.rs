//! A coalition: everything that is known of it, how to follow it, and what it published.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::life::{self, Life};
use super::parts::{Item, Mark, Moment, Moved, Named, Pager, Reading};
use super::publications::{KindLink, paged};
use super::{Frame, PER_PAGE, html};
use crate::app::{App, SharedApp, Urls};
use crate::db::Conn;
use crate::domain::coalition::{AssociatedState, Dimension, Quality, folded};
use crate::domain::publication::Kind;
use crate::model::actor::Actor;
use crate::model::coalition::{self, Associated, Coalition, Lists, Member};
use crate::model::listing::{self, Filter, Listed};
use crate::model::pin;
use crate::model::{action_item, contribution, decision, follower};
use crate::text::html::render;
use crate::text::{Lang, dates, t, tf, word};
use crate::web::error::Error;
use crate::web::locale::Visit;

/// Most contributions that the page names, the latest.
const CONTRIBUTIONS: i64 = 5;

struct Row {
    actor: Actor,
    coalition: Coalition,
    lists: Lists,
    members: Vec<Member>,
    followers: i64,
    decisions: i64,
    pinned: Vec<Listed>,
    contributions: Vec<contribution::Listed>,
    actions: i64,
    life: life::Rows,
    published: Vec<Listed>,
    total: i64,
}

fn load(conn: &mut Conn, urls: &Urls, handle: &str, kind: Option<Kind>, page: i64) -> Result<Row, Error> {
    let (actor, coalition) = coalition::by_handle(conn, handle)?.ok_or(Error::NotFound)?;
    let filter = Filter { coalition: Some(actor.id), kind, ..Filter::default() };
    let is_first = kind.is_none() && Pager::offset(page) == 0;
    Ok(Row {
        pinned: if is_first { pinned(conn, actor.id)? } else { Vec::new() },
        contributions: contribution::latest(conn, actor.id, CONTRIBUTIONS)?,
        actions: action_item::count(conn, actor.id)?,
        life: life::load(conn, urls, &actor, &coalition)?,
        lists: coalition::lists(conn, actor.id)?,
        members: coalition::members(conn, actor.id)?,
        followers: follower::count(conn, actor.id)?,
        decisions: decision::count(conn, actor.id)?,
        published: listing::publications(conn, &filter, Pager::offset(page), PER_PAGE)?,
        total: listing::count(conn, &filter)?,
        actor,
        coalition,
    })
}

/// What the coalition shows first, newest pin first.
fn pinned(conn: &mut Conn, coalition: i64) -> Result<Vec<Listed>, Error> {
    let order = pin::of(conn, coalition)?;
    if order.is_empty() {
        return Ok(Vec::new());
    }
    let filter = Filter { coalition: Some(coalition), ids: Some(order.clone()), ..Filter::default() };
    let mut found = listing::publications(conn, &filter, 0, PER_PAGE)?;
    found.sort_by_key(|one| order.iter().position(|id| *id == one.id));
    Ok(found)
}

/// A dimension, whether the coalition has actors for it, and who is known of them.
pub(super) struct DimensionView {
    pub label: &'static str,
    pub has: bool,
    pub actors: Vec<Named>,
    /// What is said where nobody is named.
    pub told: &'static str,
}

#[derive(Template)]
#[template(path = "coalition.html")]
struct CoalitionPage {
    frame: Frame,
    handle: String,
    follow: String,
    name: String,
    language: String,
    number: Option<String>,
    provisional: bool,
    stage: &'static str,
    impact: Option<String>,
    /// Safe HTML.
    problem: Option<String>,
    /// Safe HTML.
    narrative: Option<String>,
    mark: Mark,
    qualities: Vec<&'static str>,
    levers: Vec<String>,
    examples: Vec<String>,
    dimensions: Vec<DimensionView>,
    missing: Option<life::Missing>,
    associated: Vec<(String, &'static str)>,
    members: Vec<(Named, &'static str)>,
    facts: Vec<(&'static str, String)>,
    followers: i64,
    /// Entries of its register.
    decisions: i64,
    kinds: Vec<KindLink>,
    pinned: Vec<Item>,
    contributions: Vec<(Named, Moment)>,
    /// Where the actions are, and how many.
    actions: Option<(String, i64)>,
    items: Vec<Item>,
    total: i64,
    pager: Pager,
    moved: Option<Moved>,
    life: Life,
}

/// `GET /coalitions/{handle}`.
pub(super) async fn show(
    State(app): State<SharedApp>,
    Path(handle): Path<String>,
    visit: Visit,
) -> Result<Response, Error> {
    let page = visit.page();
    let kind: Option<Kind> = visit.parameter("kind").and_then(|kind| kind.parse().ok());
    let urls = app.urls.clone();
    let row = app.db.read(move |conn| load(conn, &urls, &handle, kind, page)).await?;
    html(&view(&app, &visit, row, kind, page)?)
}

fn view(app: &App, visit: &Visit, row: Row, kind: Option<Kind>, page: i64) -> Result<CoalitionPage, Error> {
    let reading = Reading::new(app, visit.lang);
    let lang = visit.lang;
    let path = format!("/coalitions/{}", row.actor.handle);
    let name = row.coalition.name(&row.actor.handle);
    let sought = &row.lists.qualities;
    let dimensions = dimensions(lang, &row.lists, &row.members);
    let stays = row.actor.moved_to.is_none();
    let interest = stays.then(|| format!("/interest?coalition={}", row.actor.handle));
    Ok(CoalitionPage {
        frame: frame(app, visit, &row, &name, kind),
        moved: Moved::of(app, lang, &row.actor),
        handle: format!("@{}@{}", row.actor.handle, app.urls.domain()),
        follow: format!("{path}/follow"),
        number: row.coalition.number.clone(),
        provisional: row.coalition.title_provisional || row.coalition.title.is_none(),
        stage: word(lang, "stage", row.coalition.stage.as_str()),
        impact: row.coalition.impact.clone(),
        problem: row.coalition.problem.as_deref().map(render),
        narrative: row.coalition.narrative.as_deref().map(render),
        mark: Mark::of(|quality| sought.contains(&quality)),
        qualities: qualities(lang, &row.lists),
        missing: life::missing(lang, &dimensions, interest),
        dimensions,
        associated: associated(lang, &row.lists),
        members: row.members.iter().map(|one| member(lang, one)).collect(),
        facts: facts(lang, &row),
        followers: row.followers,
        decisions: row.decisions,
        kinds: match (kind, row.total) {
            (None, 0) => Vec::new(),
            _ => KindLink::all(lang, &path, kind),
        },
        pinned: Item::all(&row.pinned, &reading)?,
        contributions: row.contributions.iter().map(|one| contribution_link(&reading, one)).collect(),
        actions: (row.actions > 0).then(|| (format!("{path}/actions"), row.actions)),
        items: Item::all(&row.published, &reading)?,
        total: row.total,
        pager: Pager::new(&paged(&path, kind), page, row.total),
        language: row.coalition.language.clone(),
        levers: row.lists.levers,
        examples: row.lists.examples,
        life: life::view(row.life, &reading, &row.actor.handle),
        name,
    })
}

fn contribution_link(reading: &Reading, listed: &contribution::Listed) -> (Named, Moment) {
    let name = tf(reading.lang, "contribution-title", &[("name", (&listed.name).into())]);
    (Named { name, href: Some(format!("/notes/{}", listed.id)) }, reading.day(listed.published_at))
}

fn frame(app: &App, visit: &Visit, row: &Row, name: &str, kind: Option<Kind>) -> Frame {
    let mut frame = Frame::new(app, visit, name);
    frame.activity = Some(app.urls.coalition(&row.actor.handle));
    let narrowed = kind.map(|kind| format!("kind={kind}")).unwrap_or_default();
    let and = if kind.is_some() { "?" } else { "" };
    frame.feed = (format!("/coalitions/{}/feed.atom{and}{narrowed}", row.actor.handle), name.to_owned());
    frame.publications(&format!(
        "coalition={}{}{narrowed}",
        row.actor.handle,
        if kind.is_some() { "&" } else { "" }
    ));
    frame.calendar = Some(format!("/coalitions/{}/calendar.ics", row.actor.handle));
    frame.creator = Some(format!("@{}@{}", row.actor.handle, app.urls.domain()));
    frame.og_type = "profile";
    let address = format!("{}/preview.png", app.urls.coalition(&row.actor.handle));
    frame.picture = Some((address, tf(visit.lang, "picture-coalition", &[("name", name.into())])));
    if let Some(impact) = &row.coalition.impact {
        frame.description.clone_from(impact);
    }
    frame
}

/// A member and its role.
pub(super) fn member(lang: Lang, member: &Member) -> (Named, &'static str) {
    (Named::organisation(&member.handle, &member.name), word(lang, "role", member.role.as_str()))
}

/// The qualities sought, in the order of the ring.
pub(super) fn qualities(lang: Lang, lists: &Lists) -> Vec<&'static str> {
    let sought = Quality::ALL.iter().filter(|quality| lists.qualities.contains(quality));
    sought.map(|quality| word(lang, "quality", quality.as_str())).collect()
}

/// The wish-list, each with how far it has come.
pub(super) fn associated(lang: Lang, lists: &Lists) -> Vec<(String, &'static str)> {
    let state = |one: &Associated| word(lang, "associated", one.state.as_str());
    lists.associated.iter().map(|one| (one.name.clone(), state(one))).collect()
}

/// The three dimensions: those without actors, and those of which nothing is known, are named too. Observers bring none.
pub(super) fn dimensions(lang: Lang, lists: &Lists, members: &[Member]) -> Vec<DimensionView> {
    let is_known = !lists.present(members).is_empty();
    let view = |dimension: &Dimension| {
        let of_members = members.iter().filter(|member| member.role.is_member());
        let bring = of_members.filter(|member| member.dimensions.contains(dimension));
        let mut actors: Vec<Named> =
            bring.map(|member| Named::organisation(&member.handle, &member.name)).collect();
        let joined = lists.associated.iter().filter(|one| one.state == AssociatedState::Joined);
        for one in joined.filter(|one| one.dimensions.contains(dimension)) {
            if !actors.iter().any(|known| folded(&known.name) == folded(&one.name)) {
                actors.push(Named { name: one.name.clone(), href: None });
            }
        }
        let label = word(lang, "dimension", dimension.as_str());
        let has = lists.has(*dimension, members);
        let told = match (has, is_known) {
            (true, _) => "coalition-dimension-has",
            (false, true) => "coalition-dimension-lacks",
            (false, false) => "coalition-dimension-unknown",
        };
        DimensionView { label, has, actors, told: t(lang, told) }
    };
    Dimension::ALL.iter().map(view).collect()
}

fn facts(lang: Lang, row: &Row) -> Vec<(&'static str, String)> {
    let coalition = &row.coalition;
    let topic = coalition.topic.clone().filter(|_| coalition.title.is_some());
    let horizon = coalition.horizon.map(|day| dates::day(lang, day));
    let named = |tag: &String| Lang::of_tag(tag).map_or_else(|| tag.clone(), |lang| lang.name().to_owned());
    let languages: Vec<String> = row.lists.languages.iter().map(named).collect();
    let languages = Some(languages.join(", ")).filter(|list| !list.is_empty());
    let pilot = coalition.pilot.then(|| t(lang, "answer-yes").to_owned());
    let facts = [
        ("coalition-topic", topic),
        ("coalition-territory", coalition.territory.clone()),
        ("coalition-horizon", horizon),
        ("coalition-cohort", coalition.cohort.clone()),
        ("coalition-family", coalition.family.clone()),
        ("coalition-pilot", pilot),
        ("coalition-languages", languages),
    ];
    facts.into_iter().filter_map(|(label, value)| Some((t(lang, label), value?))).collect()
}
