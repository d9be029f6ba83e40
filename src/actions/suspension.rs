//! Suspending an actor of another server, and ending that; and removing all that is kept of a server.

use chrono::NaiveDateTime;
use reset_federation::url_check;

use super::Error;
use super::moderation::{Effects, Scope, tidy};
use crate::ap::policy::{self, actor_key};
use crate::app::App;
use crate::db::Conn;
use crate::domain::consultation::RESULTS_EVERY;
use crate::domain::moderation::{with_parents, without_port};
use crate::model::moderation::Suspension;
use crate::model::{self, moderation};

/// Actors that are removed in one transaction, so that no other write waits long.
const BATCH: usize = 200;

/// Suspends an actor by its id: nothing of it is taken or shown, its follows end. It need not be known here. Its id.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn suspend(app: &App, url: &str, reason: Option<String>) -> Result<(String, Effects), Error> {
    let (url, reason, scope) = (remote(app, url)?, tidy(reason), Scope::of(app));
    let id = url.clone();
    let work = move |conn: &mut Conn| {
        let since = scope.act.at.naive_utc();
        moderation::suspend(conn, &Suspension { url: url.clone(), reason: reason.clone(), since })?;
        scope.note(conn, "federation suspend", &url, reason.as_deref())?;
        scope.enforce(conn)
    };
    let effects = app.db.write(work).await?;
    policy::forget(app);
    Ok((id, effects))
}

/// Ends the suspension of an actor. Its id.
///
/// # Errors
/// [`Error`], a sentence; also where it is not suspended.
pub async fn unsuspend(app: &App, url: &str) -> Result<(String, Effects), Error> {
    let (url, scope) = (remote(app, url)?, Scope::of(app));
    let id = url.clone();
    let work = move |conn: &mut Conn| {
        if !moderation::unsuspend(conn, &url)? {
            return Err(Error::Refused(format!("`{url}` is not suspended")));
        }
        scope.note(conn, "federation unsuspend", &url, None)?;
        scope.enforce(conn)
    };
    let effects = app.db.write(work).await?;
    policy::forget(app);
    Ok((id, effects))
}

fn remote(app: &App, text: &str) -> Result<String, Error> {
    let url = url_check::id(text.trim(), app.config.federation.allow_http)
        .map_err(|error| Error::Refused(format!("`{text}` is no URL of an actor: {error}")))?;
    match app.urls.local(url.as_str()) {
        Some(_) => Err(Error::Refused(format!("`{url}` is this node's own"))),
        None => Ok(actor_key(&url)),
    }
}

/// What was removed of a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// Actors, with their keys, documents and follows.
    pub actors: usize,
    /// Replies.
    pub replies: usize,
    /// Likes and announces.
    pub reactions: usize,
}

/// Removes all that is kept of the actors of a domain and its subdomains. It cannot be undone. A rule for the domain stays.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn purge(app: &App, domain: &str, reason: Option<String>) -> Result<(String, Purged), Error> {
    let scope = Scope::of(app);
    let domain = scope.domain(domain)?;
    let reason = tidy(reason);
    let name = domain.clone();
    let actors = app.db.read(|conn| Ok::<_, Error>(model::remote::ids(conn)?)).await?;
    let is_theirs = move |host: &str| with_parents(without_port(host)).any(|parent| parent == name);
    let actors: Vec<(i64, String)> =
        actors.into_iter().filter(|(_, _, host)| is_theirs(host)).map(|(id, url, _)| (id, url)).collect();
    let mut purged = Purged::default();
    for some in actors.chunks(BATCH) {
        let some = some.to_vec();
        let due = scope.act.at.naive_utc() + RESULTS_EVERY;
        let (replies, reactions) = app.db.write(move |conn| remove(conn, some, due)).await?;
        purged.replies += replies;
        purged.reactions += reactions;
    }
    purged.actors = actors.len();
    let name = domain.clone();
    let work = move |conn: &mut Conn| {
        for host in model::host::all(conn)?.into_iter().filter(|host| is_theirs(&host.host)) {
            model::host::forget(conn, &host.host)?;
        }
        moderation::touch(conn, &scope.act.new_id())?;
        scope.note(conn, "federation purge", &name, reason.as_deref())
    };
    app.db.write(work).await?;
    policy::forget(app);
    Ok((domain, purged))
}

/// Replies and reactions first, whose publications are counted in the order of their ids. Counts of consultations that change
/// are told at `due`.
fn remove(conn: &mut Conn, actors: Vec<(i64, String)>, due: NaiveDateTime) -> Result<(usize, usize), Error> {
    let (mut replies, mut reactions) = (Vec::new(), Vec::new());
    let mut kept = 0;
    for (id, _) in &actors {
        kept += model::reply::count_of(conn, *id)?;
        replies.extend(model::reply::delete_of(conn, *id)?);
        reactions.extend(model::reaction::remove_of(conn, *id)?);
    }
    let counted = (kept, reactions.len());
    replies.sort_unstable();
    for publication in replies {
        model::reply::count(conn, &publication, -1)?;
    }
    reactions.sort_unstable_by(|a, b| a.1.id().cmp(b.1.id()));
    for (kind, on) in reactions {
        model::reaction::count_on(conn, &on, kind, -1)?;
    }
    let mut answered = Vec::new();
    for (id, _) in &actors {
        answered.extend(model::consultation::remove_answers_of(conn, *id)?);
    }
    answered.sort_unstable();
    answered.dedup();
    for consultation in answered {
        model::consultation::changed(conn, &consultation, due)?;
    }
    for (id, url) in actors {
        model::inbox_item::erase_of(conn, &url)?;
        model::remote::remove(conn, id)?;
    }
    Ok(counted)
}
