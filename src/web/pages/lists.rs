//! Lists of one kind, of the node and of one coalition: proposals with those that are open first, meetings to come and past,
//! decisions, roadmaps, reports of progress, productions.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::parts::{Item, Pager, Reading};
use super::{Frame, PER_PAGE, html};
use crate::app::SharedApp;
use crate::db::Conn;
use crate::domain::publication::Kind;
use crate::model::coalition;
use crate::model::listing::{self, Filter, Listed, Order};
use crate::text::{t, tf, word};
use crate::web::error::Error;
use crate::web::locale::Visit;

/// The kinds that have a list of their own, and its name in addresses.
pub(in crate::web) const LISTS: [(Kind, &str); 6] = [
    (Kind::Proposal, "proposals"),
    (Kind::Meeting, "meetings"),
    (Kind::Decision, "decisions"),
    (Kind::Roadmap, "roadmaps"),
    (Kind::Report, "reports"),
    (Kind::Production, "productions"),
];

/// In which order a list of this kind is told.
pub(in crate::web) fn order(kind: Option<Kind>) -> Order {
    match kind {
        Some(Kind::Proposal) => Order::Deadline,
        Some(Kind::Meeting) => Order::Begun,
        _ => Order::Latest,
    }
}

struct Section {
    title: Option<&'static str>,
    items: Vec<Item>,
}

#[derive(Template)]
#[template(path = "list.html")]
struct List {
    frame: Frame,
    heading: String,
    coalition: Option<(String, String)>,
    show_coalition: bool,
    sections: Vec<Section>,
    total: i64,
    pager: Pager,
}

struct Rows {
    coalition: Option<(String, String)>,
    coming: Vec<Listed>,
    rest: Vec<Listed>,
    total: i64,
    paged: i64,
}

/// Shows the list of a kind, of one coalition or of all.
pub(super) async fn show(
    State(app): State<SharedApp>,
    visit: Visit,
    kind: Kind,
    handle: Option<String>,
) -> Result<Response, Error> {
    let page = visit.page();
    let reading = Reading::new(&app, visit.lang);
    let now = reading.now.naive_utc();
    let rows = app.db.read(move |conn| load(conn, kind, handle.as_deref(), page, now)).await?;
    let lang = visit.lang;
    let heading = word(lang, "kinds", kind.as_str());
    let heading = match &rows.coalition {
        Some((_, name)) => tf(lang, "list-of", &[("kinds", heading.into()), ("coalition", name.into())]),
        None => heading.to_owned(),
    };
    let mut sections = Vec::new();
    let titled = kind == Kind::Meeting;
    if !rows.coming.is_empty() {
        sections.push(Section {
            title: Some(t(lang, "meetings-coming")),
            items: Item::all(&rows.coming, &reading)?,
        });
    }
    if !rows.rest.is_empty() {
        let title = titled.then(|| t(lang, "meetings-past"));
        sections.push(Section { title, items: Item::all(&rows.rest, &reading)? });
    }
    let name = LISTS.iter().find(|(one, _)| *one == kind).map_or("publications", |(_, name)| name);
    let of = rows.coalition.as_ref().map(|(handle, _)| handle.clone());
    let path = of.as_ref().map(|handle| format!("/coalitions/{handle}")).unwrap_or_default();
    let and = of.as_ref().map(|handle| format!("?coalition={handle}")).unwrap_or_default();
    let mut frame = Frame::new(&app, &visit, heading.clone());
    frame.feed = match &of {
        Some(handle) => (format!("/coalitions/{handle}/feed.atom?kind={kind}"), heading.clone()),
        None => (format!("/{name}/feed.atom"), heading.clone()),
    };
    frame.forms = Some((format!("/{name}.json{and}"), format!("/{name}.csv{and}")));
    if of.is_some() && matches!(kind, Kind::Proposal | Kind::Roadmap) {
        frame.activity = Some(frame.url.clone());
    }
    frame.calendar = titled.then(|| format!("{path}/calendar.ics"));
    html(&List {
        frame,
        heading,
        show_coalition: rows.coalition.is_none(),
        coalition: rows.coalition,
        sections,
        total: rows.total,
        pager: Pager::new(&format!("{path}/{name}?page="), page, rows.paged),
    })
}

fn load(
    conn: &mut Conn,
    kind: Kind,
    handle: Option<&str>,
    page: i64,
    now: chrono::NaiveDateTime,
) -> Result<Rows, Error> {
    let of = match handle {
        Some(handle) => Some(coalition::by_handle(conn, handle)?.ok_or(Error::NotFound)?),
        None => None,
    };
    let all =
        Filter { kind: Some(kind), coalition: of.as_ref().map(|found| found.0.id), ..Filter::default() };
    let paged = match kind {
        Kind::Meeting => Filter { coming: Some((false, now)), ..all.clone() },
        _ => all.clone(),
    };
    let coming = match (kind, page) {
        (Kind::Meeting, 1) => {
            let filter = Filter { coming: Some((true, now)), ..all.clone() };
            listing::ordered(conn, &filter, Order::Soonest, 0, PER_PAGE)?
        }
        _ => Vec::new(),
    };
    Ok(Rows {
        coalition: of.map(|(actor, row)| (actor.handle.clone(), row.name(&actor.handle))),
        coming,
        rest: listing::ordered(conn, &paged, order(Some(kind)), Pager::offset(page), PER_PAGE)?,
        total: listing::count(conn, &all)?,
        paged: listing::count(conn, &paged)?,
    })
}
