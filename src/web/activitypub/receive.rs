//! `POST` to an inbox: bounded, verified, stored, 202. Every inbox takes the same things; an actor's own must be that of an
//! actor who lives here.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::response::Response;

use super::answer::received;
use crate::app::{Local, SharedApp};
use crate::inbox::{self, Taken};
use crate::web::fair;
use crate::web::signed::{self, Refused, Signed};
use crate::{db, model};

/// The shared inbox, and that of the node.
pub(super) async fn post_inbox(State(app): State<SharedApp>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let taken = take(&app, &parts, body).await;
    received(&app, &parts, taken)
}

/// The inbox of an actor.
pub(super) async fn post_inbox_of(State(app): State<SharedApp>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let taken = match lives_here(&app, &parts).await {
        Ok(true) => take(&app, &parts, body).await,
        Ok(false) => Err(Refused::NoSuchInbox),
        Err(error) => Err(error.into()),
    };
    received(&app, &parts, taken)
}

async fn take(app: &SharedApp, parts: &Parts, body: Body) -> Result<(), Refused> {
    let turn = match fair::claim(app, parts).and_then(|()| fair::enter(app, parts)) {
        Ok(turn) => turn,
        Err(refused) => {
            signed::drain(body, 0).await;
            return Err(refused);
        }
    };
    let body = signed::bounded(&parts.headers, body).await?;
    let Signed { envelope, id, signer, host, scheme, document } = signed::verify(app, parts, body).await?;
    turn.signed_by(signer.host_str())?;
    let taken = Taken { id, actor: envelope.actor.into(), signer: signer.into(), host, scheme, document };
    // A repeated id is told 202 as well, and has no effect.
    Ok(inbox::take(app, taken).await.map(drop)?)
}

/// How long an actor that was seen is not looked up again.
const SEEN: Duration = Duration::from_secs(60);

/// Actors seldom go away: those that were seen a moment ago are not looked up again.
struct Seen(moka::sync::Cache<String, ()>);

impl Default for Seen {
    fn default() -> Seen {
        Seen(moka::sync::Cache::builder().max_capacity(10_000).time_to_live(SEEN).build())
    }
}

async fn lives_here(app: &SharedApp, parts: &Parts) -> Result<bool, db::Error> {
    let path = parts.uri.path().strip_suffix("/inbox").unwrap_or_default();
    let seen = app.caches.of::<Seen>();
    if seen.0.contains_key(path) {
        return Ok(true);
    }
    let url = format!("{}{path}", app.urls.base());
    let Some(Local::Actor(handle)) = app.urls.local(&url) else {
        return Ok(false);
    };
    let found = app.db.read(move |conn| Ok::<_, db::Error>(model::actor::by_handle(conn, &handle)?)).await?;
    let is_here = found.is_some_and(|actor| app.urls.actor(actor.kind, &actor.handle) == url);
    if is_here {
        seen.0.insert(path.to_owned(), ());
    }
    Ok(is_here)
}
