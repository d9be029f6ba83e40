//! The ActivityPub side: inboxes, and every document that other servers may read. Addresses that are also pages are told
//! apart by `Accept`, before the pages see the request. It builds no document itself (`ap` does) and decides nothing about
//! what came in (`inbox` does).

mod answer;
mod collections;
mod documents;
mod lists;
mod receive;
mod stamps;
mod threads;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use reset_federation::media_type::wants_activity;

pub use answer::{Answer, Body, Fault};
pub use documents::{actor, note, publication};
pub use lists::of_coalition;

use crate::app::metrics::Door;
use crate::app::{Local, SharedApp};
use crate::web::signed::{self, Refused, Why};

/// Where actors live that have a handle.
const ACTORS: [&str; 3] = ["/coalitions/{handle}", "/organisations/{handle}", "/people/{handle}"];

/// Everything that only servers ask for. Lay [`negotiated`] around the pages as well.
pub fn routes(app: SharedApp) -> Router<SharedApp> {
    // The node's actor is always readable: who wants to know which key signed a request of ours asks for it, and would have
    // to be asked for a key in turn.
    readable()
        .route_layer(from_fn_with_state(app, demanding))
        .route("/actor", get(documents::node))
        .merge(inboxes())
}

fn inboxes() -> Router<SharedApp> {
    let mut router = Router::new()
        .route("/inbox", post(receive::post_inbox))
        .route("/actor/inbox", post(receive::post_inbox));
    for actor in ACTORS {
        router = router.route(&format!("{actor}/inbox"), post(receive::post_inbox_of));
    }
    router
}

fn readable() -> Router<SharedApp> {
    let mut router = Router::new()
        .route("/activities/{id}", get(documents::activity))
        .route("/stamps/{id}", get(stamps::show))
        .route("/publications/{id}/replies", get(threads::replies))
        .route("/publications/{id}/context", get(threads::context))
        .route("/notes/{id}/replies", get(threads::replies_to_note))
        .route("/notes/{id}/likes", get(threads::likes))
        .route("/notes/{id}/shares", get(threads::shares))
        .route("/publications/{id}/likes", get(collections::likes))
        .route("/publications/{id}/shares", get(collections::shares))
        .route("/publications/{id}/attendees", get(collections::attendees));
    for actor in ACTORS.into_iter().chain(["/actor"]) {
        router = router
            .route(&format!("{actor}/outbox"), get(collections::outbox))
            .route(&format!("{actor}/followers"), get(collections::followers))
            .route(&format!("{actor}/following"), get(collections::following))
            .route(&format!("{actor}/featured"), get(collections::featured));
    }
    router
}

/// Where the node answers only who signs (`federation.authorized_fetch`), a request that nobody signed, or not well, is refused.
async fn demanding(State(app): State<SharedApp>, request: Request, next: Next) -> Response {
    if !app.config.federation.authorized_fetch {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let mut answer = match demand(&app, &parts).await {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(refused) => answer::refused(&app, &parts, &refused, Door::Reader),
    };
    signed::private(&mut answer);
    answer
}

async fn demand(app: &SharedApp, parts: &Parts) -> Result<(), Refused> {
    match signed::reader(app, parts).await? {
        Some(_) => Ok(()),
        None => {
            let why = "this server answers signed requests only";
            Err(Refused::Unsigned(Why::new("signature_missing", why)))
        }
    }
}

/// Answers 403 to what a server reads with which this node does not speak.
pub async fn spoken_with(State(app): State<SharedApp>, request: Request, next: Next) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    match signed::spoken_with_reader(&app, &parts).await {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(refused) => {
            let mut answer = answer::refused(&app, &parts, &refused, Door::Reader);
            signed::private(&mut answer);
            answer
        }
    }
}

/// The handle and the list where this path is one of a coalition that is also a page, such as `/coalitions/{handle}/decisions`.
fn list_of(path: &str) -> Option<(String, lists::List)> {
    let (handle, name) = path.strip_prefix("/coalitions/")?.split_once('/')?;
    let list = lists::List::named(name).filter(|_| !handle.is_empty())?;
    Some((handle.to_owned(), list))
}

/// Answers with the document where a server asks for it at an address that is also a page, and tells caches that the answer
/// depends on `Accept`.
pub async fn negotiated(State(app): State<SharedApp>, request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let both = match request.uri().path() {
        path if is_read => app.urls.local(&format!("{}{path}", app.urls.base())),
        _ => None,
    };
    let (Some(both), path) = (both, request.uri().path()) else {
        return next.run(request).await;
    };
    let list = list_of(path);
    if !(matches!(both, Local::Actor(_) | Local::Publication(_) | Local::Note(_)) || list.is_some())
        || path.ends_with(['.', '/'])
    {
        return next.run(request).await;
    }
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    if !wants_activity(accept) {
        let mut page = next.run(request).await;
        page.headers_mut().append(header::VARY, HeaderValue::from_static("Accept"));
        return page;
    }
    if matches!(&both, Local::Publication(id) if id.contains('.')) {
        // `{id}.md` and `{id}.json` are pages of their own.
        return next.run(request).await;
    }
    let demands = app.config.federation.authorized_fetch;
    let (parts, _) = request.into_parts();
    if demands && let Err(refused) = demand(&app, &parts).await {
        let mut answer = answer::refused(&app, &parts, &refused, Door::Reader);
        signed::private(&mut answer);
        return answer;
    }
    let answer = match (list, both) {
        (Some((handle, list)), _) => of_coalition(&app, &parts.uri, &handle, list).await,
        (None, Local::Publication(id)) => publication(&app, &id).await,
        (None, Local::Note(id)) => note(&app, &id).await,
        (None, Local::Actor(handle)) => actor(&app, parts.uri.path(), &handle).await,
        _ => Err(Fault::NotFound),
    };
    let mut answer = answer::or_fault(answer);
    if demands {
        signed::private(&mut answer);
    }
    answer
}
