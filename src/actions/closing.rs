//! How a proposal ends: by a person, or by the clock when its deadline has passed. Adoption writes the decision, once. And what else
//! the clock does with proposals: it opens them, and reminds of the deadline.

use super::ballot::{Ballot, earlier, reason};
use super::front_matter::Manuscript;
use super::proposal::{Loaded, acted, is_open_proposal, leader, leader_or_author, load, note_act, settle};
use super::publication::{Travel, bare_id, publish_on};
use super::restate::restate;
use super::{Act, Error, note};
use crate::app::App;
use crate::db::{self, Conn};
use crate::domain::news::News;
use crate::domain::outcome::{Closed, Why};
use crate::domain::publication::{Decision, Details, Method, When};
use crate::domain::round::{ActKind, AmendmentState, Phase, Refused};
use crate::domain::state::State;
use crate::model::publication::{self, Publication};
use crate::model::{self, amendment, coalition};
use crate::outbox;

/// Most proposals of each kind that one look opens, reminds of or closes: the next look goes on.
const AT_ONCE: i64 = 100;

/// What closing came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The proposal's URL.
    pub url: String,
    /// What it came to.
    pub closed: Closed,
    /// The decision's URL, where it was adopted.
    pub decision: Option<String>,
}

/// Closes an open proposal; one that was closed here before stays as it is. `choice`: what whoever closes an advice decides.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn close(
    app: &App,
    id: String,
    by: String,
    choice: Option<bool>,
    why: Option<String>,
) -> Result<Ended, Error> {
    let why = reason(why)?;
    acted(app, move |conn, act| close_on(conn, act, &id, &by, choice, why.as_deref())).await
}

/// As [`close`], within a transaction.
///
/// # Errors
/// As [`close`].
pub fn close_on(
    conn: &mut Conn,
    act: &Act,
    id: &str,
    by: &str,
    choice: Option<bool>,
    why: Option<&str>,
) -> Result<Ended, Error> {
    let loaded = load(conn, act, id)?;
    let advice = loaded.ballot.proposal.method == Method::Advice;
    let actor = match advice {
        true => leader_or_author(conn, act, &loaded.publication, by)?,
        false => leader(conn, act, &loaded.publication, by)?,
    };
    if choice.is_some() && !advice {
        return Err(Error::Refused(format!(
            "this proposal is decided by {}: its record says what it came to, leave --adopted and --not-adopted out",
            loaded.ballot.proposal.method
        )));
    }
    if let Some(ended) = ended(act, &loaded)? {
        return Ok(ended);
    }
    if loaded.publication.row.state != State::Open {
        return Err(Refused::NotOpen(loaded.publication.row.state).into());
    }
    if why.is_none() && !earlier(loaded.ballot.span.closes, act.at.naive_utc()) {
        return Err(Error::Refused(
            "the deadline has not passed: say with --reason why the round ends before it".to_owned(),
        ));
    }
    if advice && choice.is_none() {
        return Err(Error::Refused(
            "an advice was given and somebody decides: say --adopted or --not-adopted".to_owned(),
        ));
    }
    let all = amendment::all(conn, &loaded.publication.row.id)?;
    let waiting = all.iter().filter(|one| one.row.state == AmendmentState::Proposed).count();
    if waiting > 0 {
        return Err(Error::Refused(format!(
            "amendments that wait for an answer: {waiting}; accept or decline each with `proposal answer` first"
        )));
    }
    finish(conn, act, &loaded, Some(actor.id), choice, why)
}

/// What it came to when it was closed before.
fn ended(act: &Act, loaded: &Loaded) -> Result<Option<Ended>, Error> {
    let decision = loaded.ballot.row.as_ref().and_then(|row| row.decision_id.as_deref());
    let decision = decision.map(|id| act.urls.publication(id));
    let closed = loaded.ballot.outcome()?;
    Ok(closed.map(|closed| Ended { url: loaded.url(act), closed, decision }))
}

/// Ends an open proposal: its state and its decision, with what followers learn of them.
fn finish(
    conn: &mut Conn,
    act: &Act,
    loaded: &Loaded,
    by: Option<i64>,
    choice: Option<bool>,
    why: Option<&str>,
) -> Result<Ended, Error> {
    let ballot = &loaded.ballot;
    let record = ballot.record();
    let outcome = record.outcome(choice);
    if choice == Some(true) && outcome.why == Why::NoQuorum {
        return Err(Error::Refused(format!(
            "{} of {} organisations gave their advice: wait for the others, or close it with --not-adopted",
            outcome.counted.len(),
            outcome.needed
        )));
    }
    let closed = ballot.closed(&outcome);
    let (state, kind) = match closed.adopted {
        true => (State::Adopted, ActKind::Adopted),
        false => (State::NotAdopted, ActKind::NotAdopted),
    };
    let content = loaded.content(|content, _| content.state = state);
    let (now, hosts) = restate(conn, act, &loaded.publication, &content, why)?;
    note_act(conn, act, &now.row.id, &content, (kind, by, why))?;
    outbox::make_due(conn, &hosts, act.at.naive_utc())?;
    let decision = match closed.adopted {
        true => Some(decide(conn, act, &now, ballot, &closed)?),
        false => None,
    };
    keep(conn, act, &now, &closed, decision.as_deref())?;
    Ok(Ended { url: loaded.url(act), closed, decision })
}

fn keep(
    conn: &mut Conn,
    act: &Act,
    now: &Publication,
    closed: &Closed,
    decision: Option<&str>,
) -> Result<(), Error> {
    let corrupt = |what: &str| db::Error::Corrupt(format!("the outcome of {}: {what}", now.row.id));
    let json = serde_json::to_string(closed).map_err(|error| corrupt(&error.to_string()))?;
    let row = model::proposal::find(conn, &now.row.id)?.ok_or_else(|| corrupt("no row"))?;
    let decision_id = decision.map(|url| bare_id(act, url));
    Ok(model::proposal::put(conn, &model::proposal::Row { outcome: Some(json), decision_id, ..row })?)
}

/// Writes the decision of an adopted proposal. Its URL.
fn decide(
    conn: &mut Conn,
    act: &Act,
    adopted: &Publication,
    ballot: &Ballot,
    closed: &Closed,
) -> Result<String, Error> {
    let (row, method) = (&adopted.row, ballot.proposal.method);
    let decision = Decision {
        date: Some(When::Day(act.at.with_timezone(&act.zone).date_naive())),
        method: Some(method),
        source: Some(row.slug.clone()),
        review: None,
        reached: Some(closed.reached.clone()),
    };
    let manuscript = Manuscript {
        coalition: adopted.actor.handle.clone(),
        slug: None,
        default_slug: free_slug(conn, adopted.actor.id, &row.slug)?,
        id: None,
        title: row.title.clone(),
        summary: String::new(),
        body: row.body.clone(),
        language: Some(row.language.clone()),
        licence: Some(row.licence.clone()),
        tags: adopted.tags.clone(),
        authors: adopted.authors.iter().map(|author| author.handle.clone()).collect(),
        state: None,
        reason: None,
        details: Details::Decision(decision),
        enclosed: Vec::new(),
        attachments: Vec::new(),
    };
    Ok(publish_on(conn, act, &manuscript, Travel::Deliver)?.id)
}

/// A slug that no publication of the coalition has: a decision never takes the place of another.
fn free_slug(conn: &mut Conn, coalition: i64, of: &str) -> Result<String, Error> {
    // Slugs are ASCII, at most 100 characters.
    let stem: String = of.chars().take(80).collect();
    let mut slug = format!("decision-{stem}");
    let mut number = 2_u32;
    while publication::id_by_slug(conn, coalition, &slug)?.is_some() {
        slug = format!("decision-{stem}-{number}");
        number = number.saturating_add(1);
    }
    Ok(slug)
}

/// Opens, reminds of and closes what is due, each in a transaction of its own and, with several workers, by one of them. How many
/// it were.
///
/// # Errors
/// The database's; what was not done is done at the next look.
pub async fn tend(app: &App) -> Result<usize, Error> {
    let act = Act::now(app);
    let now = act.at.naive_utc();
    let (unknown, due) = app
        .db
        .read(move |conn| {
            let unknown = model::proposal::unknown(conn, AT_ONCE)?;
            Ok::<_, Error>((unknown, model::proposal::due(conn, now, AT_ONCE)?))
        })
        .await?;
    let (mut done, mut failed) = (0_usize, None);
    for id in unknown.into_iter().chain(due) {
        let act = act.clone();
        match app.db.write(move |conn| tend_on(conn, &act, &id)).await {
            Ok(acted) => done = done.saturating_add(usize::from(acted)),
            // One that cannot be closed does not keep the others open.
            Err(error) => failed = Some(error),
        }
    }
    if done > 0 {
        app.wake.outbox.notify_one();
    }
    failed.map_or(Ok(done), Err)
}

/// Does what is due of one proposal. Whether anything was. The lock of its coalition lets one worker do it, whose work the next
/// one sees.
fn tend_on(conn: &mut Conn, act: &Act, id: &str) -> Result<bool, Error> {
    let Some(found) = publication::find(conn, id)? else {
        return Ok(false);
    };
    coalition::lock(conn, found.actor.id)?;
    let found = publication::find(conn, id)?.filter(is_open_proposal);
    if found.is_none() {
        forget(conn, id)?;
        return Ok(false);
    }
    let loaded = load(conn, act, id)?;
    let Some(row) = &loaded.ballot.row else {
        return Ok(false);
    };
    let now = act.at.naive_utc();
    if earlier(row.closes_at, now) {
        return finish(conn, act, &loaded, None, None, None).map(|_| true);
    }
    if earlier(row.opens_at, now) {
        return begin(conn, act, &loaded).map(|()| true);
    }
    if earlier(row.remind_at, now) {
        return remind(conn, act, &loaded, row).map(|()| true);
    }
    Ok(false)
}

/// The clock has nothing to do with one that was withdrawn, closed, or is led elsewhere now.
fn forget(conn: &mut Conn, id: &str) -> Result<(), Error> {
    let Some(row) = model::proposal::find(conn, id)? else {
        return Ok(());
    };
    let idle = model::proposal::Row { opens_at: None, remind_at: None, closes_at: None, ..row };
    Ok(model::proposal::put(conn, &idle)?)
}

/// The moment has come for which a round was announced.
fn begin(conn: &mut Conn, act: &Act, loaded: &Loaded) -> Result<(), Error> {
    let content = loaded.content(|_, proposal| proposal.phase = Some(Phase::Clarify));
    settle(conn, act, loaded, &content, (ActKind::Opened, None), None)?;
    let now = super::publication::the(conn, act, &loaded.publication.row.id)?;
    let hosts = note::tell(conn, act, &[News::RoundOpened], &now)?;
    Ok(outbox::make_due(conn, &hosts, act.at.naive_utc())?)
}

/// Reminds of the deadline, once a round.
fn remind(conn: &mut Conn, act: &Act, loaded: &Loaded, row: &model::proposal::Row) -> Result<(), Error> {
    let reminded_round = i32::try_from(loaded.ballot.proposal.round()).unwrap_or(i32::MAX);
    let row = model::proposal::Row { remind_at: None, reminded_round, ..row.clone() };
    model::proposal::put(conn, &row)?;
    let hosts = note::tell(conn, act, &[News::RoundEnds], &loaded.publication)?;
    Ok(outbox::make_due(conn, &hosts, act.at.naive_utc())?)
}
