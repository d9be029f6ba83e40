//! Following an actor of another server as one of ours.

use super::{Act, Error, nearest};
use crate::ap::fetch::Fetcher;
use crate::ap::handles;
use crate::app::App;
use crate::db::Conn;
use crate::domain::actor::ActorKind;
use crate::model::actor::{self, Actor};
use crate::model::remote::Remote;
use crate::outbox;

/// Finds the actor with this handle or URL on its own server.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn resolve(app: &App, text: &str) -> Result<Remote, Error> {
    handles::find(&Fetcher::new(app), text)
        .await
        .map_err(|error| Error::Refused(format!("`{text}` cannot be found: {error}")))
}

/// Asks an actor of another server to let `handle`, a local coalition, organisation or person, follow it. The actor found.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn follow(app: &App, text: &str, handle: &str) -> Result<Remote, Error> {
    let handle = handle.trim_start_matches('@').to_owned();
    let local = app.db.read(move |conn| local_actor(conn, &handle)).await?;
    let remote = resolve(app, text).await?;
    let act = Act::now(app);
    let found = remote.clone();
    app.db.write(move |conn| ask(conn, &act, &local, &found)).await?;
    app.wake.outbox.notify_one();
    Ok(remote)
}

pub(super) fn local_actor(conn: &mut Conn, handle: &str) -> Result<Actor, Error> {
    if let Some(found) = actor::by_handle(conn, handle)?
        && found.kind != ActorKind::Node
    {
        return Ok(found);
    }
    let mut handles = Vec::new();
    for kind in [ActorKind::Coalition, ActorKind::Organisation, ActorKind::Person] {
        handles.extend(actor::handles(conn, kind)?);
    }
    let near = nearest(handle, &handles)
        .map(|near| format!(": did you mean `{near}`?"))
        .unwrap_or_else(|| ": `coalition list` and `organisation list` name those that there are".to_owned());
    Err(Error::Refused(format!("there is no actor `{handle}` on this node{near}")))
}

fn ask(conn: &mut Conn, act: &Act, local: &Actor, remote: &Remote) -> Result<(), Error> {
    let hosts = outbox::follow(conn, &act.urls, local, remote, act.at)?;
    Ok(outbox::make_due(conn, &hosts, act.at.naive_utc())?)
}
