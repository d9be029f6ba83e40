//! Amendments of an open proposal: another text for it, which is accepted (then it is the text, and positions are asked again),
//! declined, or withdrawn by its author.

use super::ballot::reason;
use super::front_matter::MAX_BODY;
use super::proposal::{acted, leader_or_author, load, member, settle};
use super::{Act, Error};
use crate::app::App;
use crate::db::Conn;
use crate::domain::round::{self, ActKind, AmendmentState};
use crate::model::amendment::{self, Row};

/// Proposes another text (Markdown, the whole of it) for a proposal. The amendment's id.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn propose(
    app: &App,
    id: String,
    by: String,
    text: String,
    why: Option<String>,
) -> Result<String, Error> {
    let why = reason(why)?;
    let text = text.replace("\r\n", "\n").trim().to_owned();
    if text.is_empty() {
        return Err(Error::Refused(
            "the amendment is empty: write the whole text as it should be".to_owned(),
        ));
    }
    if text.len() > MAX_BODY {
        return Err(Error::Refused(format!(
            "the text is {} bytes long: at most {MAX_BODY} travel",
            text.len()
        )));
    }
    acted(app, move |conn, act| propose_on(conn, act, &id, &by, text, why)).await
}

/// Answers an amendment (its id): accepted, declined with a reason, or withdrawn by its author. The proposal's URL.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn answer(
    app: &App,
    amendment: String,
    by: String,
    to: AmendmentState,
    why: Option<String>,
) -> Result<String, Error> {
    let why = reason(why)?;
    acted(app, move |conn, act| answer_on(conn, act, &amendment, &by, to, why.as_deref())).await
}

/// As [`propose`], within a transaction.
///
/// # Errors
/// As [`propose`].
pub fn propose_on(
    conn: &mut Conn,
    act: &Act,
    id: &str,
    by: &str,
    body: String,
    why: Option<String>,
) -> Result<String, Error> {
    let loaded = load(conn, act, id)?;
    let organisation = member(conn, act, &loaded.publication, by)?;
    round::is_open(loaded.ballot.span, act.at.naive_utc())?;
    if body == loaded.publication.row.body.trim() {
        return Err(Error::Refused("the amendment is the text as it stands: change something".to_owned()));
    }
    let row = Row {
        id: act.new_id(),
        publication_id: loaded.publication.row.id.clone(),
        organisation_id: Some(organisation.id),
        version: loaded.ballot.version(),
        body,
        reason: why,
        state: AmendmentState::Proposed,
        proposed_at: act.at.naive_utc(),
        answered_at: None,
        answered_by: None,
        answer: None,
    };
    amendment::insert(conn, &row)?;
    Ok(row.id)
}

/// As [`answer`], within a transaction.
///
/// # Errors
/// As [`answer`].
pub fn answer_on(
    conn: &mut Conn,
    act: &Act,
    id: &str,
    by: &str,
    to: AmendmentState,
    why: Option<&str>,
) -> Result<String, Error> {
    let missing =
        || Error::Refused(format!("there is no amendment `{id}`: `proposal show` names those of a proposal"));
    let found = amendment::find(conn, id)?.ok_or_else(missing)?;
    let loaded = load(conn, act, &found.row.publication_id)?;
    let actor = match to {
        AmendmentState::Withdrawn if by.trim_start_matches('@') == found.handle => {
            member(conn, act, &loaded.publication, by)?
        }
        AmendmentState::Withdrawn => {
            return Err(Error::Refused(format!(
                "`{}` proposed it: only its author withdraws an amendment",
                found.handle
            )));
        }
        _ => leader_or_author(conn, act, &loaded.publication, by)?,
    };
    round::is_open(loaded.ballot.span, act.at.naive_utc())?;
    match to {
        AmendmentState::Proposed => return Err(missing()),
        AmendmentState::Declined if why.is_none() => return Err(Error::NoReason),
        AmendmentState::Accepted if found.row.version != loaded.ballot.version() => {
            return Err(Error::Refused(
                "the text has changed since this amendment: decline it, and have it proposed for the text as it stands"
                    .to_owned(),
            ));
        }
        _ => {}
    }
    if !amendment::settle(conn, id, to, (actor.id, why), act.at.naive_utc())? {
        return Err(Error::Refused(
            "this amendment was answered already: have another one proposed".to_owned(),
        ));
    }
    if to != AmendmentState::Accepted {
        return Ok(loaded.url(act));
    }
    let content = loaded.content(|content, _| content.body.clone_from(&found.row.body));
    let why = why.or(found.row.reason.as_deref());
    settle(conn, act, &loaded, &content, (ActKind::Revised, Some(actor.id)), why)
}
