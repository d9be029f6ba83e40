//! The node itself: its actor and its organisation.

use super::organisation::{NewOrganisation, create_on};
use super::{Act, Error};
use crate::app::{App, Urls};
use crate::db::Conn;
use crate::domain::actor::{ActorKind, OrganisationKind};
use crate::domain::handle;
use crate::model::{activity, actor, meta, search};

/// The handle of the node's own actor (FEDERATION.md); reserved.
pub const HANDLE: &str = "node";

/// Changes with what is indexed and how: the next start indexes everything anew.
const SEARCH_VERSION: &str = "1";

/// Makes the node of an empty database: its actor, its organisation, its URL (not yet fixed). The organisation's id.
///
/// # Errors
/// [`Error`], a sentence; the database must hold no node yet.
pub async fn init(app: &App, name: String) -> Result<String, Error> {
    let act = Act::now(app);
    let handle = app
        .db
        .write(move |conn| {
            let new = organisation_of(&name);
            init_on(conn, &act, &new)?;
            Ok::<_, Error>(new.handle)
        })
        .await?;
    Ok(app.urls.actor(ActorKind::Organisation, &handle))
}

/// The node's organisation, from its name alone.
fn organisation_of(name: &str) -> NewOrganisation {
    let made = handle::from_title(name);
    let handle = match handle::check(&made) {
        Ok(()) => made,
        Err(_) => "organisation".to_owned(),
    };
    NewOrganisation {
        handle,
        name: name.to_owned(),
        kind: OrganisationKind::Other,
        summary: String::new(),
        website: None,
        territory: None,
    }
}

/// Makes the node within a transaction: one that was served before without an organisation gets its organisation.
///
/// # Errors
/// [`Error`], a sentence.
pub fn init_on(conn: &mut Conn, act: &Act, organisation: &NewOrganisation) -> Result<(), Error> {
    if meta::get(conn, meta::ORGANISATION)?.is_some() {
        return Err(Error::Refused(
            "the database holds a node already: name another with --data, or start this one with `reset-node serve`".to_owned(),
        ));
    }
    if actor::by_handle(conn, HANDLE)?.is_none() {
        actor::insert(conn, HANDLE, ActorKind::Node, act.at.naive_utc())?;
    }
    create_on(conn, act, organisation)?;
    meta::set(conn, meta::ORGANISATION, &organisation.handle)?;
    meta::set(conn, meta::URL, act.urls.base())?;
    Ok(())
}

/// Makes the stored documents agree with `node.url`: before the first `serve` they are rewritten, after it another URL is
/// refused. `fix` fixes it from now on. A database without a node gets its actor.
///
/// # Errors
/// [`Error::Refused`] where the URL is fixed and another.
pub async fn settle_url(app: &App, fix: bool) -> Result<(), Error> {
    let urls = app.urls.clone();
    let now = app.now().naive_utc();
    let settled = app.db.read(|conn| {
        let node = actor::by_handle(conn, HANDLE)?.is_some();
        let fixed = meta::get(conn, meta::URL_FIXED)?.is_some();
        Ok::<_, Error>((node, meta::get(conn, meta::URL)?, fixed))
    });
    let (node, stored, fixed) = settled.await?;
    if node && stored.as_deref() == Some(urls.base()) && (fixed || !fix) {
        return Ok(());
    }
    app.db
        .write(move |conn| {
            if actor::by_handle(conn, HANDLE)?.is_none() {
                actor::insert(conn, HANDLE, ActorKind::Node, now)?;
            }
            settle_on(conn, &urls, fix)
        })
        .await
}

fn settle_on(conn: &mut Conn, urls: &Urls, fix: bool) -> Result<(), Error> {
    let stored = meta::get(conn, meta::URL)?;
    let fixed = meta::get(conn, meta::URL_FIXED)?.is_some();
    match stored {
        Some(old) if old == urls.base() => {}
        Some(old) if fixed => {
            return Err(Error::Refused(format!(
                "node.url is {} but this node was served at {old}, and ids never change: write {old} again",
                urls.base()
            )));
        }
        Some(old) => {
            activity::rebase(conn, &old, urls.base())?;
            super::register::reseal(conn, urls)?;
            crate::ap::proof::reseal_all(conn)?;
            meta::set(conn, meta::URL, urls.base())?;
        }
        None => meta::set(conn, meta::URL, urls.base())?,
    }
    if fix && !fixed {
        meta::set(conn, meta::URL_FIXED, "1")?;
    }
    Ok(())
}

/// Indexes everything anew where what is there was indexed by another version, or not at all. True where it did.
///
/// # Errors
/// The database's.
pub async fn settle_search(app: &App) -> Result<bool, Error> {
    let work = |conn: &mut Conn| {
        if meta::get(conn, meta::SEARCH)?.as_deref() == Some(SEARCH_VERSION) {
            return Ok(false);
        }
        search::rebuild(conn)?;
        meta::set(conn, meta::SEARCH, SEARCH_VERSION)?;
        Ok::<_, Error>(true)
    };
    app.db.write(work).await
}
