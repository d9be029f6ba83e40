//! What becomes of a decision after it was adopted: it is reviewed, superseded by a later one, or repealed. Each is a new state of
//! its publication, an entry of the register and, where followers must learn of it, a note. The clock opens reviews that are due.

use super::publication::{Travel, revised, tell, the};
use super::register::{self, Told};
use super::{Act, Error, moving, no_actor, note, trace};
use crate::app::App;
use crate::db::Conn;
use crate::domain::actor::{ActorKind, Role};
use crate::domain::publication::{Details, Kind, When};
use crate::domain::state::{State, transition};
use crate::model::publication::{self, Publication};
use crate::model::{coalition, decision, organisation};
use crate::outbox;
use crate::text::dates;

/// Most reviews that one look opens: the next look goes on.
const AT_ONCE: i64 = 100;

/// Who changes a decision, and why.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The handle of an organisation that carries the coalition; none where nobody is named.
    pub by: Option<String>,
    /// A few words; they are published.
    pub reason: String,
}

/// A decision takes the place of another. Doing so again changes nothing. The URL of the one that is superseded.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn supersede(app: &App, id: String, successor: String, asked: Asked) -> Result<String, Error> {
    let act = Act::now(app);
    let work = move |conn: &mut Conn| supersede_on(conn, &act, &id, &successor, &asked);
    let url = app.db.write(work).await?;
    app.wake.outbox.notify_one();
    Ok(url)
}

/// As [`supersede`], within a transaction.
///
/// # Errors
/// As [`supersede`].
pub fn supersede_on(
    conn: &mut Conn,
    act: &Act,
    id: &str,
    successor: &str,
    asked: &Asked,
) -> Result<String, Error> {
    let (before, after) = (entered(conn, act, id)?, entered(conn, act, successor)?);
    if before.0.actor.id != after.0.actor.id {
        let (id, coalition) = (successor.to_owned(), after.0.actor.handle);
        return Err(Error::OtherCoalition { id, coalition });
    }
    if after.1 <= before.1 {
        return Err(Error::Refused(format!(
            "decision {} does not come after decision {}: only a later one supersedes it",
            after.1, before.1
        )));
    }
    if !matches!(after.0.row.state, State::InForce | State::UnderReview) {
        return Err(Error::Refused(format!(
            "decision {} is {} itself: name one that is in force",
            after.1, after.0.row.state
        )));
    }
    if before.0.row.state == State::Superseded {
        let known = decision::successor(conn, before.0.actor.id, before.1)?;
        return match known {
            Some(known) if known != after.0.row.id => Err(Error::Refused(format!(
                "decision {} is superseded by {} already: supersede that one",
                before.1,
                act.urls.publication(&known)
            ))),
            _ => Ok(act.urls.publication(&before.0.row.id)),
        };
    }
    change(conn, act, id, State::Superseded, asked, |told| told.successor = Some(after.1))
}

/// A decision no longer holds. Doing so again changes nothing. Its URL.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn repeal(app: &App, id: String, asked: Asked) -> Result<String, Error> {
    let act = Act::now(app);
    let work = move |conn: &mut Conn| change(conn, &act, &id, State::Repealed, &asked, |_| {});
    let url = app.db.write(work).await?;
    app.wake.outbox.notify_one();
    Ok(url)
}

/// A decision is looked at again, now or on a day to come, when the clock opens its review. Its URL.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn review(app: &App, id: String, on: Option<String>, asked: Asked) -> Result<String, Error> {
    let act = Act::now(app);
    let url = app.db.write(move |conn| review_on(conn, &act, &id, on.as_deref(), &asked)).await?;
    app.wake.outbox.notify_one();
    Ok(url)
}

/// As [`review`], within a transaction.
///
/// # Errors
/// As [`review`].
pub fn review_on(
    conn: &mut Conn,
    act: &Act,
    id: &str,
    on: Option<&str>,
    asked: &Asked,
) -> Result<String, Error> {
    let on = on.map(str::parse::<When>).transpose().map_err(|error| Error::Refused(error.to_string()))?;
    let Some(on) = on.filter(|on| dates::begin(*on, act.zone) > act.at) else {
        return change(conn, act, id, State::UnderReview, asked, |_| {});
    };
    let (found, _) = entered(conn, act, id)?;
    change(conn, act, id, found.row.state, asked, |told| told.on = Some(on))
}

/// The review of a decision is over and it stays in force; it may be looked at again on a day to come. Its URL.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn keep(app: &App, id: String, on: Option<String>, asked: Asked) -> Result<String, Error> {
    let act = Act::now(app);
    let url = app.db.write(move |conn| keep_on(conn, &act, &id, on.as_deref(), &asked)).await?;
    app.wake.outbox.notify_one();
    Ok(url)
}

/// As [`keep`], within a transaction.
///
/// # Errors
/// As [`keep`].
pub fn keep_on(
    conn: &mut Conn,
    act: &Act,
    id: &str,
    on: Option<&str>,
    asked: &Asked,
) -> Result<String, Error> {
    let on = on.map(str::parse::<When>).transpose().map_err(|error| Error::Refused(error.to_string()))?;
    if let Some(on) = on.filter(|on| dates::begin(*on, act.zone) <= act.at) {
        return Err(Error::Refused(format!("{on} is over: name a day to come, or none")));
    }
    let (found, number) = entered(conn, act, id)?;
    if found.row.state != State::UnderReview {
        return Err(Error::Refused(format!(
            "decision {number} is `{}`: only a review that is under way can end (`decision review` opens one)",
            found.row.state
        )));
    }
    change(conn, act, id, State::InForce, asked, |told| told.on = on)
}

/// The publication of a decision that is in the register, and its number.
fn entered(conn: &mut Conn, act: &Act, id: &str) -> Result<(Publication, i32), Error> {
    let found = the(conn, act, id)?;
    match (found.row.kind, found.decision_number) {
        (Kind::Decision, Some(number)) => Ok((found, number)),
        (Kind::Decision, None) => Err(Error::Refused(format!(
            "`{}` is a draft: publish it, then it is in the register",
            found.row.slug
        ))),
        (kind, _) => {
            Err(Error::Refused(format!("`{}` is a {kind}: give the id of a decision", found.row.slug)))
        }
    }
}

/// Brings a decision into a state, with what `tell` adds to its entry. Its URL.
fn change(
    conn: &mut Conn,
    act: &Act,
    id: &str,
    state: State,
    asked: &Asked,
    tell: impl FnOnce(&mut Told),
) -> Result<String, Error> {
    let reason = asked.reason.trim();
    if reason.is_empty() {
        return Err(Error::NoReason);
    }
    let mut told = Told { reason: Some(reason.to_owned()), ..Told::default() };
    tell(&mut told);
    let (found, _) = entered(conn, act, id)?;
    coalition::lock(conn, found.actor.id)?;
    moving::speaks(conn, act, &found.actor)?;
    told.by = asked.by.as_deref().map(|by| carrier(conn, &found, by)).transpose()?;
    turn(conn, act, id, state, &told)?;
    Ok(act.urls.publication(&found.row.id))
}

/// The handle of an organisation that may change the decisions of this coalition.
fn carrier(conn: &mut Conn, of: &Publication, by: &str) -> Result<String, Error> {
    let handle = by.trim_start_matches('@');
    let Some((actor, _)) = organisation::by_handle(conn, handle)? else {
        return Err(no_actor(conn, ActorKind::Organisation, handle));
    };
    match coalition::role(conn, of.actor.id, actor.id)? {
        Some(Role::Steward | Role::CoSteward | Role::Facilitator) => Ok(handle.to_owned()),
        _ => Err(Error::Refused(format!(
            "`{handle}` neither carries nor facilitates `{}`: name a steward, a co-steward or a facilitator of it",
            of.actor.handle
        ))),
    }
}

/// The coalition is locked. False where the decision is like this already.
fn turn(conn: &mut Conn, act: &Act, id: &str, state: State, told: &Told) -> Result<bool, Error> {
    let before = the(conn, act, id)?;
    let mut content = before.content();
    content.state = state;
    if let Details::Decision(details) = &mut content.details {
        let ends = before.row.state == State::UnderReview && state == State::InForce;
        // A review that ended is not announced any more.
        details.review = told.on.or(details.review.filter(|_| !ends));
    }
    if content == before.content() {
        return Ok(false);
    }
    transition(Kind::Decision, before.row.state, state)?;
    if matches!(before.row.state, State::Superseded | State::Repealed) {
        return Err(Error::Refused(format!(
            "the decision is {}: nothing follows that, adopt another",
            before.row.state
        )));
    }
    let mut authors = Vec::with_capacity(content.authors.len());
    for handle in &content.authors {
        authors.extend(organisation::by_handle(conn, handle)?.map(|(actor, _)| actor.id));
    }
    let row = revised(act, &before, &content, before.row.slug.clone())?;
    publication::revise(conn, &row, &authors, &content, told.reason.as_deref())?;
    register::keep(conn, act, &before.actor, &row.id, Some(&before), &content, told)?;
    trace::after_on(conn, act, &row.id, Travel::Deliver)?;
    let mut hosts = tell(conn, act, &row.id, "Update", Travel::Deliver)?;
    let now = the(conn, act, &row.id)?;
    hosts.extend(note::learn(conn, act, &before.content(), &now)?);
    outbox::make_due(conn, &hosts, act.at.naive_utc())?;
    Ok(true)
}

/// Opens the reviews whose day has come; each in a transaction of its own and, with several workers, by one of them. How many
/// it were.
///
/// # Errors
/// The database's; what was not done is done at the next look.
pub async fn tend(app: &App) -> Result<usize, Error> {
    let act = Act::now(app);
    let now = act.at.naive_utc();
    let due = app.db.read(move |conn| Ok::<_, Error>(decision::due_reviews(conn, now, AT_ONCE)?)).await?;
    let mut done = 0_usize;
    for id in due {
        let act = act.clone();
        done = done.saturating_add(usize::from(app.db.write(move |conn| open(conn, &act, &id)).await?));
    }
    if done > 0 {
        app.wake.outbox.notify_one();
    }
    Ok(done)
}

/// Once: the day of review is taken off the list first. Of what is ended or looked at already nothing is said.
fn open(conn: &mut Conn, act: &Act, id: &str) -> Result<bool, Error> {
    // Coalitions are held before anything of theirs is.
    let Some(found) = publication::find(conn, id)? else { return Ok(false) };
    coalition::lock(conn, found.actor.id)?;
    if !decision::take_review(conn, id, act.at.naive_utc())? {
        return Ok(false);
    }
    let found = the(conn, act, id)?;
    if found.row.state != State::InForce || found.actor.moved_to.is_some() {
        return Ok(false);
    }
    turn(conn, act, id, State::UnderReview, &Told::default())
}
