//! Where an organisation stands on an open proposal: taking a position, taking it back, marking an objection as resolved. Nothing of
//! it travels: counters are no news.

use chrono::SubsecRound;

use super::ballot::reason;
use super::proposal::{Loaded, acted, load, member};
use super::{Act, Error, follow, moving};
use crate::app::App;
use crate::db::Conn;
use crate::domain::position::Stance;
use crate::domain::publication::Method;
use crate::domain::round;
use crate::model::actor::Actor;
use crate::model::position::{self, Position, Row};

/// Takes a position as an organisation (its handle). The same one again changes nothing. The proposal's URL.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn take(
    app: &App,
    id: String,
    by: String,
    stance: Stance,
    why: Option<String>,
) -> Result<String, Error> {
    let why = reason(why)?;
    acted(app, move |conn, act| take_on(conn, act, &id, &by, stance, why)).await
}

/// Takes the position of an organisation back: it has none until it takes another. The proposal's URL.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn withdraw(app: &App, id: String, by: String, why: Option<String>) -> Result<String, Error> {
    let why = reason(why)?;
    acted(app, move |conn, act| withdraw_on(conn, act, &id, &by, why.as_deref())).await
}

/// Marks the standing objection of an organisation as resolved, and takes the position that it has now: consent, unless it stands
/// aside. The proposal's URL.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn resolve(
    app: &App,
    id: String,
    by: String,
    how: String,
    now: Option<Stance>,
) -> Result<String, Error> {
    let how = reason(Some(how))?.ok_or(Error::NoReason)?;
    acted(app, move |conn, act| resolve_on(conn, act, &id, &by, how, now.unwrap_or(Stance::Consent))).await
}

/// Takes a position within a transaction.
///
/// # Errors
/// As [`take`].
pub fn take_on(
    conn: &mut Conn,
    act: &Act,
    id: &str,
    by: &str,
    stance: Stance,
    why: Option<String>,
) -> Result<String, Error> {
    let loaded = load(conn, act, id)?;
    let organisation = member(conn, act, &loaded.publication, by)?;
    let (method, at) = (loaded.ballot.proposal.method, act.at.naive_utc());
    round::may_take(loaded.ballot.span, method, stance, why.as_deref(), at)?;
    let same = |(last, _): &(&Position, bool)| {
        is_asked(&loaded, last) && last.row.stance == stance && last.row.reason == why
    };
    if loaded.ballot.last_of(&organisation.handle).filter(|last| last.1 && same(last)).is_none() {
        put(conn, act, &loaded, &organisation, stance, why)?;
    }
    Ok(loaded.url(act))
}

/// Whether a position is about this round and this version.
fn is_asked(loaded: &Loaded, position: &Position) -> bool {
    let taken = position.taken();
    (taken.round, taken.version) == (loaded.ballot.proposal.round(), loaded.ballot.version())
}

fn put(
    conn: &mut Conn,
    act: &Act,
    loaded: &Loaded,
    organisation: &Actor,
    stance: Stance,
    reason: Option<String>,
) -> Result<(), Error> {
    let row = Row {
        id: act.new_id(),
        publication_id: loaded.publication.row.id.clone(),
        organisation_id: Some(organisation.id),
        stance,
        reason,
        version: loaded.ballot.version(),
        round: i32::try_from(loaded.ballot.proposal.round()).unwrap_or(i32::MAX),
        taken_at: act.at.trunc_subsecs(6).naive_utc(),
        withdrawn_at: None,
        withdrawn_reason: None,
        resolved_at: None,
        resolution: None,
    };
    Ok(position::insert(conn, &row)?)
}

/// Whoever may act on a position that it took: a member, and whoever others put out while its objection stands.
fn author(conn: &mut Conn, act: &Act, loaded: &Loaded, by: &str) -> Result<Actor, Error> {
    let handle = by.trim_start_matches('@');
    let last = loaded.ballot.last_of(handle).filter(|(last, _)| last.row.stance == Stance::Object);
    if !loaded.ballot.is_entitled(handle) && last.is_some_and(|(_, holds)| holds) {
        let actor = follow::local_actor(conn, handle)?;
        moving::speaks(conn, act, &actor)?;
        return Ok(actor);
    }
    member(conn, act, &loaded.publication, by)
}

fn withdraw_on(conn: &mut Conn, act: &Act, id: &str, by: &str, why: Option<&str>) -> Result<String, Error> {
    let loaded = load(conn, act, id)?;
    let organisation = author(conn, act, &loaded, by)?;
    round::is_open(loaded.ballot.span, act.at.naive_utc())?;
    match loaded.ballot.last_of(&organisation.handle).filter(|(_, holds)| *holds) {
        Some((last, _)) => position::withdraw(conn, &last.row.id, why, act.at.naive_utc())?,
        None => {
            return Err(Error::Refused(format!(
                "`{}` has no position on {}: there is nothing to withdraw",
                organisation.handle,
                loaded.url(act)
            )));
        }
    }
    Ok(loaded.url(act))
}

fn resolve_on(
    conn: &mut Conn,
    act: &Act,
    id: &str,
    by: &str,
    how: String,
    now: Stance,
) -> Result<String, Error> {
    let loaded = load(conn, act, id)?;
    let organisation = author(conn, act, &loaded, by)?;
    let (method, at) = (loaded.ballot.proposal.method, act.at.naive_utc());
    round::is_open(loaded.ballot.span, at)?;
    let standing = loaded.ballot.last_of(&organisation.handle);
    let standing = standing.filter(|(last, holds)| *holds && last.row.stance == Stance::Object);
    let Some((objection, _)) = standing else {
        return Err(Error::Refused(format!(
            "`{}` has no standing objection to {}: only its author marks an objection as resolved",
            organisation.handle,
            loaded.url(act)
        )));
    };
    if now == Stance::Object || !matches!(method, Method::Consent | Method::Consensus) {
        return Err(Error::Refused(
            "an objection that is resolved becomes consent or stand_aside: name one of them".to_owned(),
        ));
    }
    round::may_take(loaded.ballot.span, method, now, None, at)?;
    position::resolve(conn, &objection.row.id, &how, at)?;
    // Whoever is out lifts its objection, and has no position beside it.
    if loaded.ballot.is_entitled(&organisation.handle) {
        put(conn, act, &loaded, &organisation, now, Some(how))?;
    }
    Ok(loaded.url(act))
}
