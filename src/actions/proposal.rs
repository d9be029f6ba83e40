//! The rounds of a proposal: opening it, leading it through its phases, another round; and what every act on it begins with. How
//! it is closed stands in [`super::closing`].

use chrono::{NaiveDateTime, SubsecRound, TimeDelta};

use super::ballot::{self, Ballot, reason};
use super::publication::the;
use super::restate::restate;
use super::{Act, Error, follow, moving};
use crate::app::App;
use crate::db::Conn;
use crate::domain::actor::{ActorKind, Role};
use crate::domain::publication::{Content, Details, Kind, Proposal, When};
use crate::domain::round::{self, ActKind, Phase, asks_again, leads};
use crate::domain::state::State;
use crate::model;
use crate::model::actor::Actor;
use crate::model::coalition;
use crate::model::proposal::{ActRow, Row};
use crate::model::publication::{self, Publication};
use crate::outbox;
use crate::text::dates;

/// How long before the deadline members are reminded of it, of a round that lasts at least twice as long.
pub const REMIND: TimeDelta = TimeDelta::hours(24);

/// Opens a draft, for a round that begins now, or in a later phase. Its URL.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn open(
    app: &App,
    id: String,
    by: String,
    closes: Option<When>,
    why: Option<String>,
) -> Result<String, Error> {
    let why = reason(why)?;
    let work = move |conn: &mut Conn, act: &Act| open_on(conn, act, &id, &by, closes, why.as_deref());
    acted(app, work).await
}

/// Goes on to another phase of the round. Its URL.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn phase(
    app: &App,
    id: String,
    by: String,
    to: Phase,
    why: Option<String>,
) -> Result<String, Error> {
    let why = reason(why)?;
    acted(app, move |conn, act| phase_on(conn, act, &id, &by, to, why.as_deref())).await
}

/// Begins another round, with its deadline: everybody is asked again, objections stay. Its URL.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn next_round(
    app: &App,
    id: String,
    by: String,
    closes: When,
    why: Option<String>,
) -> Result<String, Error> {
    let why = reason(why)?;
    acted(app, move |conn, act| next_round_on(conn, act, &id, &by, closes, why.as_deref())).await
}

/// Runs an act in one transaction, and wakes the outbox after it.
pub(super) async fn acted<T: Send + 'static>(
    app: &App,
    work: impl FnOnce(&mut Conn, &Act) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let act = Act::now(app);
    let done = app.db.write(move |conn| work(conn, &act)).await?;
    app.wake.outbox.notify_one();
    Ok(done)
}

/// A proposal, its coalition locked against other writers.
pub(super) struct Loaded {
    pub publication: Publication,
    pub ballot: Ballot,
}

impl Loaded {
    pub(super) fn url(&self, act: &Act) -> String {
        act.urls.publication(&self.publication.row.id)
    }

    /// What is to stand: the content with another proposal in it.
    pub(super) fn content(&self, change: impl FnOnce(&mut Content, &mut Proposal)) -> Content {
        let (mut content, mut proposal) = (self.publication.content(), self.ballot.proposal.clone());
        change(&mut content, &mut proposal);
        Content { details: Details::Proposal(proposal), ..content }
    }
}

/// The proposal with this URL or id.
pub(super) fn load(conn: &mut Conn, act: &Act, id: &str) -> Result<Loaded, Error> {
    let found = the(conn, act, id)?;
    coalition::lock(conn, found.actor.id)?;
    moving::speaks(conn, act, &found.actor)?;
    let publication = the(conn, act, id)?;
    if publication.row.published_at.is_some() && model::proposal::find(conn, &publication.row.id)?.is_none() {
        schedule(conn, act, None, &publication.row, &publication.content())?;
    }
    match ballot::read(conn, &publication, act.zone)? {
        Some(ballot) => Ok(Loaded { publication, ballot }),
        None => Err(Error::Refused(format!(
            "`{}` is a {}: give the URL of a proposal",
            act.urls.publication(&publication.row.id),
            publication.row.kind
        ))),
    }
}

fn role(
    conn: &mut Conn,
    act: &Act,
    publication: &Publication,
    by: &str,
) -> Result<(Actor, Option<Role>), Error> {
    let actor = follow::local_actor(conn, by.trim_start_matches('@'))?;
    moving::speaks(conn, act, &actor)?;
    let role = coalition::role(conn, publication.actor.id, actor.id)?;
    Ok((actor, role))
}

/// The actor with this handle, who must lead the coalition's rounds.
pub(super) fn leader(
    conn: &mut Conn,
    act: &Act,
    publication: &Publication,
    by: &str,
) -> Result<Actor, Error> {
    let (actor, role) = role(conn, act, publication, by)?;
    match role {
        Some(role) if leads(role) => Ok(actor),
        role => Err(Error::Refused(format!(
            "`{}` is {} of `{}`: a steward, a co-steward or a facilitator leads its rounds",
            actor.handle,
            told(role),
            publication.actor.handle
        ))),
    }
}

/// The same, or an author of the proposal.
pub(super) fn leader_or_author(
    conn: &mut Conn,
    act: &Act,
    publication: &Publication,
    by: &str,
) -> Result<Actor, Error> {
    let wrote = publication.authors.iter().any(|author| author.handle == by.trim_start_matches('@'));
    match wrote {
        true => Ok(role(conn, act, publication, by)?.0),
        false => leader(conn, act, publication, by),
    }
}

/// The organisation with this handle, which must be a member that takes positions.
pub(super) fn member(
    conn: &mut Conn,
    act: &Act,
    publication: &Publication,
    by: &str,
) -> Result<Actor, Error> {
    let (actor, role) = role(conn, act, publication, by)?;
    if actor.kind != ActorKind::Organisation {
        return Err(Error::Refused(format!(
            "`{}` is a {}: organisations take positions, name one with --by",
            actor.handle, actor.kind
        )));
    }
    match role {
        Some(role) if role.is_member() => Ok(actor),
        role => Err(Error::Refused(format!(
            "`{}` is {} of `{}`: its members take positions, others comment",
            actor.handle,
            told(role),
            publication.actor.handle
        ))),
    }
}

fn told(role: Option<Role>) -> String {
    match role {
        Some(role @ Role::Observer) => format!("an {role}"),
        Some(role) => format!("a {role}"),
        None => "no member".to_owned(),
    }
}

/// The moment of an act as dates of a proposal tell it.
fn now(act: &Act) -> When {
    When::Instant(act.at.with_timezone(&act.zone).fixed_offset().trunc_subsecs(0))
}

fn open_on(
    conn: &mut Conn,
    act: &Act,
    id: &str,
    by: &str,
    closes: Option<When>,
    why: Option<&str>,
) -> Result<String, Error> {
    let loaded = load(conn, act, id)?;
    let actor = leader(conn, act, &loaded.publication, by)?;
    if loaded.publication.row.state == State::Open {
        return Err(Error::Refused(format!(
            "{} is open already: `proposal round` begins another round, `proposal phase` another phase",
            loaded.url(act)
        )));
    }
    let closes = closes.or(loaded.ballot.proposal.closes);
    let deadline = closes.map(|closes| dates::end(closes, act.zone));
    if let Some(past) = deadline.filter(|at| *at <= act.at) {
        return Err(round::Refused::Past(past.with_timezone(&act.zone)).into());
    }
    let content = loaded.content(|content, proposal| {
        content.state = State::Open;
        (proposal.opens, proposal.closes) = (Some(now(act)), closes);
        proposal.phase = Some(Phase::Clarify);
    });
    settle(conn, act, &loaded, &content, (ActKind::Opened, Some(actor.id)), why)
}

fn phase_on(
    conn: &mut Conn,
    act: &Act,
    id: &str,
    by: &str,
    to: Phase,
    why: Option<&str>,
) -> Result<String, Error> {
    let loaded = load(conn, act, id)?;
    let actor = leader(conn, act, &loaded.publication, by)?;
    round::is_open(loaded.ballot.span, act.at.naive_utc())?;
    round::step(loaded.ballot.proposal.method, loaded.ballot.proposal.phase, to)?;
    let content = loaded.content(|_, proposal| proposal.phase = Some(to));
    settle(conn, act, &loaded, &content, (ActKind::Phase, Some(actor.id)), why)
}

/// As [`next_round`], within a transaction.
///
/// # Errors
/// As [`next_round`].
pub fn next_round_on(
    conn: &mut Conn,
    act: &Act,
    id: &str,
    by: &str,
    closes: When,
    why: Option<&str>,
) -> Result<String, Error> {
    let loaded = load(conn, act, id)?;
    let actor = leader(conn, act, &loaded.publication, by)?;
    let deadline = dates::end(closes, act.zone).naive_utc();
    round::may_begin(loaded.ballot.span, deadline, act.at.naive_utc())?;
    let content = loaded.content(|_, proposal| {
        proposal.round = Some(proposal.round().saturating_add(1));
        proposal.phase = Some(Phase::Clarify);
        (proposal.opens, proposal.closes) = (Some(now(act)), Some(closes));
    });
    settle(conn, act, &loaded, &content, (ActKind::Round, Some(actor.id)), why)
}

/// Stores another content with the act that led to it, and tells it. The URL.
pub(super) fn settle(
    conn: &mut Conn,
    act: &Act,
    loaded: &Loaded,
    content: &Content,
    (kind, by): (ActKind, Option<i64>),
    why: Option<&str>,
) -> Result<String, Error> {
    let (now, hosts) = restate(conn, act, &loaded.publication, content, why)?;
    note_act(conn, act, &now.row.id, content, (kind, by, why))?;
    outbox::make_due(conn, &hosts, act.at.naive_utc())?;
    Ok(act.urls.publication(&now.row.id))
}

/// Notes an act on a proposal whose row was settled.
pub(super) fn note_act(
    conn: &mut Conn,
    act: &Act,
    id: &str,
    content: &Content,
    (kind, by, why): (ActKind, Option<i64>, Option<&str>),
) -> Result<(), Error> {
    let Details::Proposal(proposal) = &content.details else {
        return Ok(());
    };
    let row = ActRow {
        id: act.new_id(),
        publication_id: id.to_owned(),
        act: kind,
        actor_id: by,
        at: act.at.naive_utc(),
        version: model::proposal::find(conn, id)?.map_or(1, |row| row.version),
        round: i32::try_from(proposal.round()).unwrap_or(i32::MAX),
        phase: proposal.phase,
        reason: why.map(str::to_owned),
    };
    Ok(model::proposal::note(conn, &row)?)
}

/// A file published or revised a proposal: what the clock is to do, and the act of its first author.
pub(super) fn filed(
    conn: &mut Conn,
    act: &Act,
    before: Option<&Publication>,
    row: &publication::Row,
    content: &Content,
    authors: &[i64],
) -> Result<(), Error> {
    schedule(conn, act, before, row, content)?;
    let old = before.filter(|before| before.row.published_at.is_some());
    let round = |details: &Details| match details {
        Details::Proposal(proposal) => proposal.round(),
        _ => 1,
    };
    let kind = match old {
        None => match row.state {
            State::Open => Some(ActKind::Opened),
            // An archive: nothing tells when it was decided.
            _ => None,
        },
        Some(old) if old.row.state != row.state => match row.state {
            State::Adopted => Some(ActKind::Adopted),
            State::NotAdopted => Some(ActKind::NotAdopted),
            _ => None,
        },
        Some(old) if round(&old.details) < round(&content.details) => Some(ActKind::Round),
        Some(old) => asks_again(&old.content(), content).then_some(ActKind::Revised),
    };
    match kind {
        Some(kind) => note_act(conn, act, &row.id, content, (kind, authors.first().copied(), None)),
        None => Ok(()),
    }
}

/// Notes what the clock is to do with a published proposal, and which version of its text positions are about. A deadline that has
/// passed when it is published is an archive's: it is left to whoever closes it.
pub(super) fn schedule(
    conn: &mut Conn,
    act: &Act,
    before: Option<&Publication>,
    row: &publication::Row,
    content: &Content,
) -> Result<(), Error> {
    let Details::Proposal(proposal) = &content.details else {
        return Ok(());
    };
    let now = act.at.naive_utc();
    let known = model::proposal::find(conn, &row.id)?;
    let old = before.filter(|before| before.row.published_at.is_some());
    let same_text = old.is_some_and(|old| !asks_again(&old.content(), content));
    let old_round = old.map_or(1, |old| match &old.details {
        Details::Proposal(old) => old.round(),
        _ => 1,
    });
    let to_come = |at: Option<NaiveDateTime>| at.filter(|at| *at > now && row.state == State::Open);
    let opens = proposal.opens.map(|opens| dates::begin(opens, act.zone).naive_utc());
    let closes = proposal.closes.map(|closes| dates::end(closes, act.zone).naive_utc());
    let reminded = known.as_ref().map_or(0, |known| known.reminded_round);
    let round = i32::try_from(proposal.round()).unwrap_or(i32::MAX);
    let began = opens.or(row.published_at).unwrap_or(now);
    let remind = closes.map(|closes| closes - REMIND);
    let remind = remind.filter(|at| reminded != round && *at - REMIND >= began);
    let settled = Row {
        publication_id: row.id.clone(),
        version: known.as_ref().filter(|_| same_text).map_or(row.revision, |known| known.version),
        began_at: match &known {
            _ if old.is_some() && proposal.round() > old_round => Some(now),
            Some(known) => known.began_at,
            None => None,
        },
        opens_at: to_come(opens).filter(|_| proposal.phase.is_none()),
        remind_at: to_come(remind),
        closes_at: to_come(closes),
        reminded_round: reminded,
        outcome: known.as_ref().and_then(|known| known.outcome.clone()),
        decision_id: known.and_then(|known| known.decision_id),
    };
    Ok(model::proposal::put(conn, &settled)?)
}

/// Whether this kind of publication is a proposal that this node can close.
pub(super) fn is_open_proposal(publication: &Publication) -> bool {
    publication.row.kind == Kind::Proposal
        && publication.row.state == State::Open
        && publication.is_public()
        && publication.actor.moved_to.is_none()
        && publication.actor.deleted_at.is_none()
}
