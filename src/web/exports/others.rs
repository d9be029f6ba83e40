//! Lists of what is no publication as JSON and CSV: coalitions, organisations, actions, results of a search.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use serde_json::json;

use super::{ENTRIES, Form, Row, offset, stamp, told};
use crate::app::{App, SharedApp};
use crate::domain::publication::LICENCE;
use crate::model::action_item;
use crate::model::listing::{Joined, ListedCoalition};
use crate::model::organisations::Listed;
use crate::model::search::{self, Hit};
use crate::model::{coalition, directory, listing, organisations};
use crate::web::error::Error;
use crate::web::locale::Visit;
use crate::web::pages;

/// To be merged into the router.
pub(super) fn routes() -> Router<SharedApp> {
    let mut router = Router::new();
    for form in [Form::Json, Form::Csv] {
        let ending = form.ending();
        let of_actions = move |app, path, visit| actions(app, path, visit, form);
        router = router
            .route(&format!("/coalitions.{ending}"), get(move |app, visit| coalitions(app, visit, form)))
            .route(&format!("/organisations.{ending}"), get(move |app, visit| all(app, visit, form)))
            .route(&format!("/search.{ending}"), get(move |app, visit| found(app, visit, form)))
            .route(&format!("/coalitions/{{handle}}/actions.{ending}"), get(of_actions));
    }
    router
}

/// `/coalitions.json` and `.csv`, with the parameters of the directory.
async fn coalitions(State(app): State<SharedApp>, visit: Visit, form: Form) -> Result<Response, Error> {
    let filter = pages::directory_filter(&visit)?;
    let offset = offset(&visit);
    let read = app.db.read(move |conn| {
        let (rows, total) = directory::page(conn, &filter, offset, ENTRIES)?;
        let ids = rows.first().map(|row| row.id).zip(rows.last().map(|row| row.id));
        let sought = match ids {
            Some((first, last)) => listing::qualities(conn, first, last)?,
            None => Vec::new(),
        };
        Ok::<_, Error>((rows, total, sought))
    });
    let (rows, total, sought) = read.await?;
    let told_of = |row: &ListedCoalition| {
        let qualities = sought.iter().filter(|(id, _)| *id == row.id);
        let qualities: Vec<&str> = qualities.map(|(_, quality)| quality.as_str()).collect();
        vec![
            ("id", json!(app.urls.coalition(&row.handle))),
            ("handle", json!(row.handle)),
            ("number", json!(row.number)),
            ("name", json!(row.name())),
            ("impact", json!(row.impact)),
            ("stage", json!(row.stage)),
            ("qualities", json!(qualities)),
            ("territory", json!(row.territory)),
            ("language", json!(row.language)),
            ("licence", json!(LICENCE)),
        ]
    };
    let rows = rows.iter().map(told_of).collect();
    told(&app, &visit, form, rows, total)
}

/// `/organisations.json` and `.csv`, with the parameters of the list.
async fn all(State(app): State<SharedApp>, visit: Visit, form: Form) -> Result<Response, Error> {
    let filter = pages::organisations_filter(&visit);
    let offset = offset(&visit);
    let read = app.db.read(move |conn| {
        let (rows, total) = organisations::page(conn, &filter, offset, ENTRIES)?;
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        Ok::<_, Error>((rows, total, organisations::memberships(conn, &ids)?))
    });
    let (rows, total, joined) = read.await?;
    let rows = rows.iter().map(|row| organisation(&app, row, &joined)).collect();
    told(&app, &visit, form, rows, total)
}

fn organisation(app: &App, row: &Listed, joined: &[(i64, Joined)]) -> Row {
    let mine = joined.iter().filter(|(id, _)| *id == row.id);
    let roles: Vec<String> = mine.map(|(_, one)| format!("{}: {}", one.role, one.handle)).collect();
    vec![
        ("id", json!(app.urls.actor(crate::domain::actor::ActorKind::Organisation, &row.handle))),
        ("handle", json!(row.handle)),
        ("name", json!(row.name)),
        ("kind", json!(row.kind)),
        ("territory", json!(row.territory)),
        ("summary", json!(row.summary)),
        ("website", json!(row.website)),
        ("roles", json!(roles)),
        ("licence", json!(LICENCE)),
    ]
}

/// `/coalitions/{handle}/actions.json` and `.csv`.
async fn actions(
    State(app): State<SharedApp>,
    Path(handle): Path<String>,
    visit: Visit,
    form: Form,
) -> Result<Response, Error> {
    let offset = offset(&visit);
    let read = app.db.read(move |conn| {
        let (actor, _) = coalition::by_handle(conn, &handle)?.ok_or(Error::NotFound)?;
        let rows = action_item::page(conn, actor.id, offset, ENTRIES)?;
        Ok::<_, Error>((rows, action_item::count(conn, actor.id)?, actor.handle))
    });
    let (rows, total, handle) = read.await?;
    let now = app.now().naive_utc();
    let told_of = |row: &action_item::Row| {
        vec![
            ("id", json!(pages::action_url(&app.urls, &handle, &row.id))),
            ("text", json!(row.text)),
            ("state", json!(row.state)),
            ("late", json!(row.is_late(now))),
            ("owners", json!(row.owners())),
            ("due", json!(row.due)),
            ("minutes", json!(row.minutes_id.as_deref().map(|id| app.urls.publication(id)))),
            ("made", json!(stamp(row.created_at))),
            ("updated", json!(stamp(row.updated_at))),
            ("language", json!(row.language)),
            ("licence", json!(LICENCE)),
        ]
    };
    let rows = rows.iter().map(told_of).collect();
    told(&app, &visit, form, rows, total)
}

/// `/search.json` and `.csv`, with the parameters of the search: where what answers is, not its text.
async fn found(State(app): State<SharedApp>, visit: Visit, form: Form) -> Result<Response, Error> {
    let asked = pages::Asked::of(&visit);
    let offset = offset(&visit);
    let read = app.db.read(move |conn| {
        let filter = asked.filter(conn)?;
        Ok::<_, Error>(search::find(conn, &asked.question, &filter, (offset, ENTRIES))?)
    });
    let (hits, total) = read.await?;
    let told_of = |hit: &Hit| {
        let coalition = hit.handle.as_deref().map(|handle| app.urls.coalition(handle));
        vec![
            ("id", json!(format!("{}/{}/{}", app.urls.base(), pages::found_in(&hit.kind), hit.subject))),
            ("kind", json!(hit.kind)),
            ("title", json!(hit.title)),
            ("coalition", json!(coalition)),
            ("published", json!(stamp(hit.at))),
            ("language", json!(hit.language)),
        ]
    };
    let rows = hits.iter().map(told_of).collect();
    told(&app, &visit, form, rows, total)
}
