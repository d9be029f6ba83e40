//! A coalition: everything that is known of it, how to follow it, and what it published.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde::Deserialize;

use super::parts::{Item, Mark, Named, Pager, Reading};
use super::publications::{KindLink, paged};
use super::{Frame, PER_PAGE, html};
use crate::app::{App, SharedApp};
use crate::db::Conn;
use crate::domain::coalition::{Dimension, Quality};
use crate::domain::publication::Kind;
use crate::model::actor::Actor;
use crate::model::coalition::{self, Coalition, Lists, Member};
use crate::model::follower;
use crate::model::listing::{self, Filter, Listed};
use crate::text::html::render;
use crate::text::{Lang, dates, t, word};
use crate::web::error::{self, Error};
use crate::web::locale::Visit;

struct Row {
    actor: Actor,
    coalition: Coalition,
    lists: Lists,
    members: Vec<Member>,
    followers: i64,
    published: Vec<Listed>,
    total: i64,
}

fn load(conn: &mut Conn, handle: &str, kind: Option<Kind>, page: i64) -> Result<Row, Error> {
    let (actor, coalition) = coalition::by_handle(conn, handle)?.ok_or(Error::NotFound)?;
    let filter = Filter {
        coalition: Some(actor.id),
        kind,
        ..Filter::default()
    };
    Ok(Row {
        lists: coalition::lists(conn, actor.id)?,
        members: coalition::members(conn, actor.id)?,
        followers: follower::count(conn, actor.id)?,
        published: listing::publications(conn, &filter, Pager::offset(page), PER_PAGE)?,
        total: listing::count(conn, &filter)?,
        actor,
        coalition,
    })
}

/// A dimension and whether the coalition has actors for it.
struct DimensionView {
    label: &'static str,
    has: bool,
}

struct Fact {
    label: &'static str,
    value: String,
}

struct MemberView {
    who: Named,
    role: &'static str,
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
    associated: Vec<(String, &'static str)>,
    members: Vec<MemberView>,
    facts: Vec<Fact>,
    followers: i64,
    kinds: Vec<KindLink>,
    items: Vec<Item>,
    total: i64,
    pager: Pager,
}

/// `GET /coalitions/{handle}`.
pub(super) async fn show(
    State(app): State<SharedApp>,
    Path(handle): Path<String>,
    visit: Visit,
) -> Result<Response, Error> {
    let page = visit.page();
    let kind: Option<Kind> = visit.parameter("kind").and_then(|kind| kind.parse().ok());
    let row = app.db.read(move |conn| load(conn, &handle, kind, page)).await?;
    html(&view(&app, &visit, row, kind, page)?)
}

fn view(app: &App, visit: &Visit, row: Row, kind: Option<Kind>, page: i64) -> Result<CoalitionPage, Error> {
    let reading = Reading::new(app, visit.lang);
    let lang = visit.lang;
    let path = format!("/coalitions/{}", row.actor.handle);
    let name = row.coalition.name(&row.actor.handle).to_owned();
    let sought = &row.lists.qualities;
    Ok(CoalitionPage {
        frame: frame(app, visit, &row, &name),
        handle: format!("@{}@{}", row.actor.handle, app.urls.domain()),
        follow: format!("{path}/follow"),
        number: row.coalition.number.clone(),
        provisional: row.coalition.title_provisional || row.coalition.title.is_none(),
        stage: word(lang, "stage", row.coalition.stage.as_str()),
        impact: row.coalition.impact.clone(),
        problem: row.coalition.problem.as_deref().map(render),
        narrative: row.coalition.narrative.as_deref().map(render),
        mark: Mark::of(|quality| sought.contains(&quality)),
        qualities: Quality::ALL
            .iter()
            .filter(|quality| sought.contains(quality))
            .map(|quality| word(lang, "quality", quality.as_str()))
            .collect(),
        dimensions: dimensions(lang, &row.lists),
        associated: row
            .lists
            .associated
            .iter()
            .map(|(name, state)| (name.clone(), word(lang, "associated", state.as_str())))
            .collect(),
        members: row
            .members
            .iter()
            .map(|member| member_view(lang, member))
            .collect(),
        facts: facts(lang, &row),
        followers: row.followers,
        kinds: KindLink::all(lang, &path, kind),
        items: Item::all(&row.published, &reading)?,
        total: row.total,
        pager: Pager::new(&paged(&path, kind), page, row.total),
        language: row.coalition.language.clone(),
        levers: row.lists.levers,
        examples: row.lists.examples,
        name,
    })
}

fn frame(app: &App, visit: &Visit, row: &Row, name: &str) -> Frame {
    let mut frame = Frame::new(app, visit, name);
    frame.activity = Some(app.urls.coalition(&row.actor.handle));
    frame.feed = (
        format!("/coalitions/{}/feed.atom", row.actor.handle),
        name.to_owned(),
    );
    frame.creator = Some(format!("@{}@{}", row.actor.handle, app.urls.domain()));
    frame.og_type = "profile";
    if let Some(impact) = &row.coalition.impact {
        frame.description.clone_from(impact);
    }
    frame
}

fn member_view(lang: Lang, member: &Member) -> MemberView {
    MemberView {
        who: Named::organisation(&member.handle, &member.name),
        role: word(lang, "role", member.role.as_str()),
    }
}

/// The three dimensions, if anything is known of them: those without actors are named too.
fn dimensions(lang: Lang, lists: &Lists) -> Vec<DimensionView> {
    if lists.dimensions.is_empty() {
        return Vec::new();
    }
    let view = |dimension: &Dimension| DimensionView {
        label: word(lang, "dimension", dimension.as_str()),
        has: lists.dimensions.contains(dimension),
    };
    Dimension::ALL.iter().map(view).collect()
}

fn facts(lang: Lang, row: &Row) -> Vec<Fact> {
    let coalition = &row.coalition;
    let topic = coalition.topic.clone().filter(|_| coalition.title.is_some());
    let horizon = coalition.horizon.map(|day| dates::day(lang, day));
    let languages = Some(row.lists.languages.join(", ")).filter(|list| !list.is_empty());
    let pilot = coalition.pilot.then(|| t(lang, "answer-yes").to_owned());
    let facts = [
        ("coalition-topic", topic),
        ("coalition-territory", coalition.territory.clone()),
        ("coalition-horizon", horizon),
        ("coalition-cohort", coalition.cohort.clone()),
        ("coalition-family", coalition.family.clone()),
        ("coalition-pilot", pilot),
        ("coalition-parent", coalition.parent.clone()),
        ("coalition-languages", languages),
    ];
    facts
        .into_iter()
        .filter_map(|(label, value)| {
            Some(Fact {
                label: t(lang, label),
                value: value?,
            })
        })
        .collect()
}

/// The form of the "follow from your server" box.
#[derive(Deserialize)]
pub(super) struct FollowForm {
    account: String,
}

/// `POST /coalitions/{handle}/follow`: leads to the page of the visitor's own server where a follow is confirmed.
pub(super) async fn follow(
    State(app): State<SharedApp>,
    Path(handle): Path<String>,
    Form(form): Form<FollowForm>,
) -> Result<Response, Error> {
    let found = app
        .db
        .read(move |conn| Ok::<_, Error>(coalition::by_handle(conn, &handle)?))
        .await?;
    let (actor, _) = found.ok_or(Error::NotFound)?;
    let server = server_of(&form.account).ok_or(Error::Form("follow-bad-account"))?;
    let scheme = if app.config.federation.allow_http {
        "http"
    } else {
        "https"
    };
    let ours = format!("@{}@{}", actor.handle, app.urls.domain());
    let uri: String =
        url::form_urlencoded::byte_serialize(app.urls.coalition(&actor.handle).as_bytes()).collect();
    tracing::debug!(server, ours, "a visitor follows from their own server");
    Ok(error::see_other(&format!(
        "{scheme}://{server}/authorize_interaction?uri={uri}"
    )))
}

/// The host (and port) in `@user@server`, `user@server`, or the address of a profile.
fn server_of(account: &str) -> Option<String> {
    let account = account.trim();
    let address = match account.split_once("://") {
        Some(_) => url::Url::parse(account).ok()?,
        None => {
            let (_, host) = account.trim_start_matches('@').split_once('@')?;
            url::Url::parse(&format!("https://{host}/")).ok()?
        }
    };
    let plain = matches!(address.scheme(), "https" | "http") && address.username().is_empty();
    let host = address
        .host_str()
        .filter(|host| plain && host.contains(['.', ':']) || *host == "localhost")?;
    Some(match address.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

/// Whether the client asked for the ActivityStreams form.
pub(super) fn wants_activity(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    reset_federation::media_type::wants_activity(accept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_of_a_follower_is_read_from_what_people_write() {
        let cases = [
            ("ana@social.example", Some("social.example")),
            (" @ana@social.example ", Some("social.example")),
            ("ana@social.example:8443", Some("social.example:8443")),
            ("https://social.example/@ana", Some("social.example")),
            ("ana@localhost:9000", Some("localhost:9000")),
            ("ana", None),
            ("ana@", None),
            ("ana@evil.example/path@social.example", Some("evil.example")),
            ("javascript:alert(1)", None),
            ("ana@user:word@social.example", None),
        ];
        for (account, server) in cases {
            assert_eq!(server_of(account).as_deref(), server, "{account}");
        }
    }
}
