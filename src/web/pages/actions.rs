//! What is to be done in a coalition, by whom and until when, what is late, and every state that it had.

use askama::Template;
use axum::extract::{Path, State as Shared};
use axum::response::Response;

use super::parts::{Moment, Named, Pager, Reading};
use super::{Frame, PER_PAGE, html};
use crate::app::{SharedApp, Urls};
use crate::db::Conn;
use crate::model::action_item::{self, Past, Row};
use crate::model::actor::Actor;
use crate::model::coalition::{self, Coalition};
use crate::model::{link, listing};
use crate::text::{dates, word};
use crate::web::error::Error;
use crate::web::locale::Visit;

/// The address that leads to an action, on whatever page of the list it stands.
pub(in crate::web) fn url(urls: &Urls, handle: &str, id: &str) -> String {
    format!("{}/actions?item={id}#action-{id}", urls.coalition(handle))
}

struct PastView {
    state: &'static str,
    by: Option<String>,
    date: Moment,
    reason: Option<String>,
}

struct ItemView {
    anchor: String,
    text: String,
    language: String,
    state: &'static str,
    code: &'static str,
    late: bool,
    owners: Vec<Named>,
    due: Option<String>,
    minutes: Option<(Named, String)>,
    past: Vec<PastView>,
}

#[derive(Template)]
#[template(path = "actions.html")]
struct Actions {
    frame: Frame,
    coalition: Named,
    items: Vec<ItemView>,
    total: i64,
    late: i64,
    pager: Pager,
}

struct Loaded {
    actor: Actor,
    coalition: Coalition,
    page: i64,
    rows: Vec<Row>,
    past: Vec<Past>,
    /// Id, title and language of the minutes that are public.
    minutes: Vec<(String, String, String)>,
    known: Vec<(String, String)>,
    total: i64,
    late: i64,
}

fn load(
    conn: &mut Conn,
    (handle, item): (&str, Option<&str>),
    page: i64,
    now: chrono::NaiveDateTime,
) -> Result<Loaded, Error> {
    let (actor, coalition) = coalition::by_handle(conn, handle)?.ok_or(Error::NotFound)?;
    let page = match item {
        Some(id) => action_item::before(conn, actor.id, id)? / PER_PAGE + 1,
        None => page,
    };
    let rows = action_item::page(conn, actor.id, Pager::offset(page), PER_PAGE)?;
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let minutes: Vec<String> = rows.iter().filter_map(|row| row.minutes_id.clone()).collect();
    let minutes = link::publications(conn, &minutes)?;
    let owners: Vec<String> = rows.iter().flat_map(Row::owners).collect();
    Ok(Loaded {
        past: action_item::history(conn, &ids)?,
        minutes: minutes.into_iter().map(|row| (row.id, row.title, row.language)).collect(),
        known: listing::organisations_named(conn, &owners)?,
        total: action_item::count(conn, actor.id)?,
        late: action_item::count_late(conn, actor.id, now)?,
        actor,
        coalition,
        page,
        rows,
    })
}

/// `GET /coalitions/{handle}/actions`: a page of the list, with `item` the one on which that item stands.
pub(super) async fn show(
    Shared(app): Shared<SharedApp>,
    Path(handle): Path<String>,
    visit: Visit,
) -> Result<Response, Error> {
    let (page, now) = (visit.page(), app.now().naive_utc());
    let item = visit.parameter("item").map(|item| item.to_string());
    let read = move |conn: &mut Conn| load(conn, (&handle, item.as_deref()), page, now);
    let loaded = app.db.read(read).await?;
    let reading = Reading::new(&app, visit.lang);
    let handle = &loaded.actor.handle;
    let name = loaded.coalition.name(handle);
    let title = format!("{} · {name}", visit.lang_text("actions-title"));
    let mut frame = Frame::new(&app, &visit, title);
    frame.listed(&format!("/coalitions/{handle}/actions"), "");
    html(&Actions {
        frame,
        coalition: Named { name, href: Some(format!("/coalitions/{handle}")) },
        items: loaded.rows.iter().map(|row| view(row, &loaded, &reading)).collect(),
        total: loaded.total,
        late: loaded.late,
        pager: Pager::new(&format!("/coalitions/{handle}/actions?page="), loaded.page, loaded.total),
    })
}

fn view(row: &Row, loaded: &Loaded, reading: &Reading) -> ItemView {
    let past = loaded.past.iter().filter(|one| one.item_id == row.id);
    let minutes = loaded.minutes.iter().find(|one| Some(&one.0) == row.minutes_id.as_ref());
    let due = row.due.as_ref().and_then(|due| due.parse().ok());
    ItemView {
        anchor: format!("action-{}", row.id),
        text: row.text.clone(),
        language: row.language.clone(),
        state: word(reading.lang, "action", row.state.as_str()),
        code: row.state.as_str(),
        late: row.is_late(reading.now.naive_utc()),
        owners: row.owners().iter().map(|owner| Named::word(owner, &loaded.known)).collect(),
        due: due.map(|due| dates::when(reading.lang, due, reading.zone)),
        minutes: minutes.map(|(id, title, language)| {
            let href = Some(format!("/publications/{id}"));
            (Named { name: title.clone(), href }, language.clone())
        }),
        past: past.map(|one| past_view(one, reading)).collect(),
    }
}

fn past_view(one: &Past, reading: &Reading) -> PastView {
    PastView {
        state: word(reading.lang, "action", one.state.as_str()),
        by: one.by.clone(),
        date: reading.day(one.made_at),
        reason: one.reason.clone(),
    }
}
