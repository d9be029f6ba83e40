//! Enters acts in a coalition's register: numbers without a gap, frozen canonical JSON, chained by digest, each signed with the
//! key that the coalition has at that moment. What was entered before entries were signed is taken up as it is.

use aws_lc_rs::digest;
use serde::Serialize;
use serde_json::Value;

use super::{Act, Error};
use crate::ap;
use crate::app::{App, Urls};
use crate::db::{self, Conn};
use crate::domain::decision::{self as domain, Change, Entry, Named, Rotation};
use crate::domain::publication::{Content, Decision, Details, When};
use crate::domain::state::State;
use crate::model::actor::{self, Actor, Key};
use crate::model::coalition;
use crate::model::decision::{self, Decision as Row};
use crate::model::publication::Publication;
use crate::text::dates;

/// What is told of a change beside the state that it leads to.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    /// The handle of the organisation that asked for it.
    pub(super) by: Option<String>,
    /// Why.
    pub(super) reason: Option<String>,
    /// The number of the decision that takes the place of this one.
    pub(super) successor: Option<i32>,
    /// The day that it sets for a review.
    pub(super) on: Option<When>,
}

/// Enters what a decision came to: that it was adopted, where it was not public before, and each change of its state. Notes its
/// day of review. The coalition is locked by the caller's transaction, in which the publication was just written.
pub(super) fn keep(
    conn: &mut Conn,
    act: &Act,
    group: &Actor,
    id: &str,
    before: Option<&Publication>,
    content: &Content,
    told: &Told,
) -> Result<(), Error> {
    let Details::Decision(details) = &content.details else { return Ok(()) };
    if content.state == State::Draft {
        return Ok(());
    }
    let entered = before.and_then(|before| before.decision_number.map(|number| (number, before.row.state)));
    let (number, was) = match entered {
        Some(entered) => entered,
        None => (enter(conn, act, group, id, content, details)?, State::InForce),
    };
    if was != content.state || told.on.is_some() {
        change(conn, act, group, number, content.state, told)?;
    }
    let noted = before.filter(|_| entered.is_some()).and_then(|before| match &before.details {
        Details::Decision(before) => before.review,
        _ => None,
    });
    if noted != details.review {
        let due = details.review.map(|review| dates::begin(review, act.zone).naive_utc());
        decision::set_review(conn, id, due)?;
    }
    Ok(())
}

fn enter(
    conn: &mut Conn,
    act: &Act,
    group: &Actor,
    publication: &str,
    content: &Content,
    details: &Decision,
) -> Result<i32, Error> {
    let place = place(conn, act, group)?;
    let entry = Entry {
        act: domain::Act::Adopt,
        number: place.number,
        publication,
        coalition: &group.handle,
        title: &content.title,
        text: &content.body,
        language: &content.language,
        date: details.date,
        method: details.method,
        source: details.source.as_deref(),
        reached: details.reached.as_ref(),
        previous: place.previous.as_deref(),
    };
    let mut row = place.row(group, domain::Act::Adopt, &entry)?;
    row.publication_id = Some(publication.to_owned());
    let key = ap::proof::key(conn, group.id, act.at.naive_utc())?;
    add(conn, act, group, row, &[&key])?;
    Ok(place.number)
}

fn change(
    conn: &mut Conn,
    act: &Act,
    group: &Actor,
    number: i32,
    state: State,
    told: &Told,
) -> Result<(), Error> {
    let place = place(conn, act, group)?;
    let kind = domain::act_of(state);
    let entry = Change {
        act: kind,
        number: place.number,
        coalition: &group.handle,
        decision: number,
        successor: told.successor,
        state,
        date: today(act),
        on: told.on,
        by: told.by.as_deref(),
        reason: told.reason.as_deref(),
        previous: place.previous.as_deref(),
    };
    let mut row = place.row(group, kind, &entry)?;
    (row.decision, row.successor) = (Some(number), told.successor);
    let key = ap::proof::key(conn, group.id, act.at.naive_utc())?;
    add(conn, act, group, row, &[&key])
}

/// Enters that a coalition signs with another key from now on, signed by both; nothing where its register is empty, since
/// then nothing hangs on the key before.
pub(super) fn rotate(
    conn: &mut Conn,
    act: &Act,
    group: &Actor,
    (old, new): (&Key, &Key),
    revoked: bool,
) -> Result<(), Error> {
    let place = place(conn, act, group)?;
    if place.previous.is_none() {
        return Ok(());
    }
    let entry = Rotation {
        act: domain::Act::Rotate,
        number: place.number,
        coalition: &group.handle,
        from: named(old),
        to: named(new),
        revoked,
        date: today(act),
        previous: place.previous.as_deref(),
    };
    let row = place.row(group, domain::Act::Rotate, &entry)?;
    add(conn, act, group, row, &[old, new])
}

fn named(key: &Key) -> Named<'_> {
    Named { id: format!("#{}", key.fragment), public: &key.public }
}

fn today(act: &Act) -> When {
    When::Day(act.at.with_timezone(&act.zone).date_naive())
}

/// Where the next entry stands.
struct Place {
    number: i32,
    previous: Option<String>,
}

fn place(conn: &mut Conn, act: &Act, group: &Actor) -> Result<Place, Error> {
    sign_unsigned(conn, &act.urls, group, act.at)?;
    let last = decision::last(conn, group.id)?;
    Ok(Place {
        number: last.as_ref().map_or(1, |last| last.number.saturating_add(1)),
        previous: last.map(|last| last.digest),
    })
}

impl Place {
    fn row(&self, group: &Actor, act: domain::Act, entry: &impl Serialize) -> Result<Row, Error> {
        let entry = serde_jcs::to_string(entry).map_err(|error| {
            db::Error::Corrupt(format!("an entry of the register cannot be written: {error}"))
        })?;
        Ok(Row {
            coalition_id: group.id,
            number: self.number,
            act,
            publication_id: None,
            decision: None,
            successor: None,
            digest: sha256(&entry),
            entry,
            proof: None,
        })
    }
}

fn add(conn: &mut Conn, act: &Act, group: &Actor, mut row: Row, keys: &[&Key]) -> Result<(), Error> {
    let actor = act.urls.coalition(&group.handle);
    row.proof = Some(ap::register::sign(&row.entry, &actor, keys, act.at)?);
    Ok(decision::insert(conn, &row)?)
}

/// Signs what was entered before entries were signed, with the key that the coalition has now. It is done once, before
/// the first new entry or where the node starts.
pub(super) fn sign_unsigned(
    conn: &mut Conn,
    urls: &Urls,
    group: &Actor,
    at: chrono::DateTime<chrono::Utc>,
) -> Result<usize, Error> {
    let unsigned = decision::unsigned(conn, group.id)?;
    if unsigned.is_empty() {
        return Ok(0);
    }
    let (key, actor) = (ap::proof::key(conn, group.id, at.naive_utc())?, urls.coalition(&group.handle));
    for row in &unsigned {
        let proof = ap::register::sign(&row.entry, &actor, &[&key], at)?;
        decision::set_proof(conn, group.id, row.number, &proof)?;
    }
    Ok(unsigned.len())
}

/// Signs what is not signed yet in any register: after an upgrade. How many entries it were.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn settle(app: &App) -> Result<usize, Error> {
    let registers = app.db.read(|conn| Ok::<_, Error>(decision::unsigned_registers(conn)?)).await?;
    let mut signed = 0_usize;
    for id in registers {
        let act = Act::now(app);
        let done = app.db.write(move |conn| {
            coalition::lock(conn, id)?;
            let group = actor::by_id(conn, id)?;
            sign_unsigned(conn, &act.urls, &group, act.at)
        });
        signed = signed.saturating_add(done.await?);
    }
    Ok(signed)
}

/// Makes every proof of every register anew, with the keys and times of those that are there: only before the node was served
/// for the first time, when `node.url` changed.
pub(super) fn reseal(conn: &mut Conn, urls: &Urls) -> Result<(), Error> {
    for id in decision::registers(conn)? {
        let (group, keys) = (actor::by_id(conn, id)?, actor::keys(conn, id)?);
        for row in decision::register(conn, id)? {
            let Some(proof) = &row.proof else { continue };
            let (fragments, created) = made(proof);
            let held: Vec<&Key> =
                fragments.iter().filter_map(|name| keys.iter().find(|key| key.fragment == *name)).collect();
            if held.is_empty() || held.len() != fragments.len() {
                return Err(db::Error::Corrupt(format!("the keys of entry {} are gone", row.number)).into());
            }
            let proof = ap::register::sign(&row.entry, &urls.coalition(&group.handle), &held, created)?;
            decision::set_proof(conn, id, row.number, &proof)?;
        }
    }
    Ok(())
}

/// The fragments of the keys of a stored proof, and when it was made.
fn made(proof: &str) -> (Vec<String>, chrono::DateTime<chrono::Utc>) {
    let proof: Value = serde_json::from_str(proof).unwrap_or_default();
    let all = proof.as_array().map_or_else(|| vec![proof.clone()], Clone::clone);
    let text = |one: &Value, name: &str| one.get(name).and_then(Value::as_str).map(str::to_owned);
    let fragment =
        |one: &Value| text(one, "verificationMethod")?.split_once('#').map(|(_, name)| name.to_owned());
    let created = all.first().and_then(|one| text(one, "created")?.parse().ok());
    (all.iter().filter_map(fragment).collect(), created.unwrap_or_default())
}

/// SHA-256 in lower-case hexadecimal.
fn sha256(text: &str) -> String {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
