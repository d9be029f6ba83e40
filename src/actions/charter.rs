//! The charter of a coalition, version by version, and the organisations that acknowledge one. Nobody signs.

use chrono::NaiveDate;

use super::life::{By, carrier, organisation_of, the};
use super::profile::Profile;
use super::{Act, Error};
use crate::app::{App, Local};
use crate::db::Conn;
use crate::domain::coalition::CharterState;
use crate::model::actor::Actor;
use crate::model::charter::{self, Acknowledged, Charter, CharterAct};
use crate::model::life::Noted;
use crate::model::publication::Publication;
use crate::model::{coalition, life, publication};

/// Longest label of a version, in characters.
const MAX_LABEL: usize = 40;

/// A version that is published.
#[derive(Clone, Debug)]
pub struct NewCharter {
    /// Its label, such as "bêta" or "1.0".
    pub version: String,
    /// Beta or in force.
    pub state: CharterState,
    /// URL or id of the publication that holds its text.
    pub publication: Option<String>,
}

/// Publishes a version of the charter of a coalition, or puts one that was a beta into force. One in force takes the place of
/// every version before it, a beta that of the beta before it. The coalition's id.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn publish(app: &App, handle: String, new: NewCharter, by: By) -> Result<String, Error> {
    let act = Act::now(app);
    app.db
        .write(move |conn| {
            let of = the(conn, &handle)?;
            coalition::lock(conn, of.id)?;
            publish_on(conn, &act, &of, &new, &by)?;
            Ok(act.urls.coalition(&of.handle))
        })
        .await
}

/// The same within a transaction.
///
/// # Errors
/// [`Error`], a sentence.
pub fn publish_on(conn: &mut Conn, act: &Act, of: &Actor, new: &NewCharter, by: &By) -> Result<(), Error> {
    let by_id = carrier(conn, of, &by.organisation)?;
    let noted = by.noted(act, by_id)?;
    let version = new.version.trim();
    if version.is_empty() || version.chars().count() > MAX_LABEL || version.contains(char::is_control) {
        let say =
            format!("the version is empty or longer than {MAX_LABEL} characters: write a label such as 1.0");
        return Err(Error::Refused(say));
    }
    if new.state == CharterState::Superseded {
        let say = "a version is superseded when another is put into force: publish that one";
        return Err(Error::Refused(say.to_owned()));
    }
    let publication_id = match &new.publication {
        Some(named) => Some(text_of(conn, act, of, named)?),
        None => None,
    };
    let day = noted.day.unwrap_or_else(|| act.today());
    let row = Charter {
        coalition_id: of.id,
        version: version.to_owned(),
        state: new.state,
        publication_id,
        day,
        by_id: Some(by_id),
        made_at: noted.made_at,
        superseded_on: None,
    };
    match put(conn, row, noted.reason)? {
        None => Ok(()),
        Some(known) => Err(Error::Refused(format!(
            "version `{version}` of the charter of `{}` is {known} already: publish another version",
            of.handle
        ))),
    }
}

/// Puts a version in its place, or the one with its label from beta into force; those before it give way. Where it stood so
/// already, nothing happens: what it is. No act comes before the one that was last.
fn put(conn: &mut Conn, new: Charter, reason: Option<String>) -> Result<Option<CharterState>, Error> {
    let all = charter::of(conn, new.coalition_id)?;
    let known = all.iter().find(|one| one.version == new.version);
    let goes_into_force =
        |known: &Charter| known.state == CharterState::Beta && new.state == CharterState::InForce;
    if let Some(known) = known.filter(|known| !goes_into_force(known)) {
        return Ok(Some(known.state));
    }
    let last = charter::acts(conn, new.coalition_id)?.into_iter().max_by_key(|act| act.noted.day);
    if let Some(CharterAct { version, state, noted: Noted { day: Some(since), .. } }) = last
        && new.day < since
    {
        return Err(Error::Refused(format!(
            "version `{version}` of the charter is {state} since {since}: what happens to version `{}` happens on that day or later",
            new.version
        )));
    }
    let noted = Noted { day: Some(new.day), reason, by_id: new.by_id, made_at: new.made_at };
    let act = |version: &str, state| CharterAct { version: version.to_owned(), state, noted: noted.clone() };
    let gives_way = |one: &&Charter| {
        one.version != new.version
            && (one.state == CharterState::Beta
                || one.state == CharterState::InForce && new.state == CharterState::InForce)
    };
    for one in all.iter().filter(gives_way) {
        let (state, superseded_on) = (CharterState::Superseded, Some(new.day));
        charter::update(conn, &Charter { state, superseded_on, ..one.clone() })?;
        charter::note(conn, one.coalition_id, &act(&one.version, state))?;
    }
    let (id, entered) = (new.coalition_id, act(&new.version, new.state));
    match known {
        None => charter::insert(conn, &new)?,
        Some(known) => {
            let publication_id = new.publication_id.clone().or_else(|| known.publication_id.clone());
            charter::update(conn, &Charter { publication_id, made_at: known.made_at, ..new })?;
        }
    }
    charter::note(conn, id, &entered)?;
    Ok(None)
}

/// Takes over the versions that a file tells; a text that is published since then is linked. Whether anything is new.
///
/// # Errors
/// [`Error`], a sentence.
pub fn take_over(conn: &mut Conn, act: &Act, id: i64, profile: &Profile) -> Result<bool, Error> {
    let mut is_new = false;
    for (place, told) in (0_i64..).zip(&profile.charter) {
        let text = match &told.publication {
            Some(slug) => publication::id_by_slug(conn, id, slug)?,
            None => None,
        };
        let publication_id = match text {
            Some(id) => publication::find(conn, &id)?.filter(Publication::is_public).map(|text| text.row.id),
            None => None,
        };
        let known = charter::of(conn, id)?.into_iter().find(|one| one.version == told.version);
        if let Some(known) = known.filter(|known| known.publication_id.is_none() && publication_id.is_some())
        {
            charter::update(conn, &Charter { publication_id: publication_id.clone(), ..known })?;
            is_new = true;
        }
        let row = Charter {
            coalition_id: id,
            version: told.version.clone(),
            state: told.state,
            publication_id,
            day: told.on,
            by_id: None,
            made_at: act.at.naive_utc() + chrono::TimeDelta::milliseconds(place),
            superseded_on: None,
        };
        is_new |= put(conn, row, None)?.is_none();
    }
    Ok(is_new)
}

/// The id of a public publication of this coalition.
fn text_of(conn: &mut Conn, act: &Act, of: &Actor, named: &str) -> Result<String, Error> {
    let id = match act.urls.local(named) {
        Some(Local::Publication(id)) => id,
        _ => named.to_owned(),
    };
    let found = publication::find(conn, &id)?.filter(Publication::is_public);
    let found = found.ok_or_else(|| Error::NoPublication(named.to_owned()))?;
    if found.row.coalition_id != of.id {
        return Err(Error::Refused(format!(
            "`{named}` is another coalition's: the text of a charter is published by `{}` itself",
            of.handle
        )));
    }
    Ok(id)
}

/// Notes that an organisation acknowledges a version: the named one, else the latest that stands. The version.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn acknowledge(
    app: &App,
    handle: String,
    version: Option<String>,
    by: By,
) -> Result<String, Error> {
    let act = Act::now(app);
    app.db
        .write(move |conn| {
            let of = the(conn, &handle)?;
            coalition::lock(conn, of.id)?;
            acknowledge_on(conn, &act, &of, version.as_deref(), &by)
        })
        .await
}

/// The same within a transaction.
///
/// # Errors
/// [`Error`], a sentence.
pub fn acknowledge_on(
    conn: &mut Conn,
    act: &Act,
    of: &Actor,
    version: Option<&str>,
    by: &By,
) -> Result<String, Error> {
    let (organisation, _) = organisation_of(conn, &by.organisation)?;
    let all = charter::of(conn, of.id)?;
    let found = match version {
        Some(version) => all.iter().find(|one| one.version == version.trim()),
        None => all.iter().rev().find(|one| one.state != CharterState::Superseded),
    };
    let Some(found) = found else {
        let known: Vec<&str> = all.iter().map(|one| one.version.as_str()).collect();
        return Err(Error::Refused(format!(
            "the charter of `{}` has no such version: {}",
            of.handle,
            if known.is_empty() {
                "none is published yet".to_owned()
            } else {
                format!("there is {}", known.join(", "))
            }
        )));
    };
    if found.state == CharterState::Superseded {
        return Err(Error::Refused(format!(
            "version `{}` was superseded: acknowledge the one that took its place",
            found.version
        )));
    }
    if charter::has_acknowledged(conn, found, organisation.id)? {
        return Err(Error::Refused(format!(
            "`{}` acknowledged version `{}` already",
            organisation.handle, found.version
        )));
    }
    let noted = by.noted(act, organisation.id)?;
    let day: NaiveDate = noted.day.unwrap_or_else(|| act.today());
    if day < found.day {
        return Err(Error::Refused(format!(
            "version `{}` is {} since {}: it is acknowledged as it stands, on that day or later",
            found.version, found.state, found.day
        )));
    }
    charter::acknowledge(conn, found, organisation.id, day, noted.made_at)?;
    Ok(found.version.clone())
}

/// The charter of a coalition.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its versions, as they were published.
    pub versions: Vec<Charter>,
    /// What happened to them, in order, with the handle of who did it.
    pub acts: Vec<(CharterAct, Option<String>)>,
    /// Who acknowledged which.
    pub acknowledged: Vec<Acknowledged>,
}

/// The charter of a coalition: its versions, what happened to them, and who acknowledged which.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn list(app: &App, handle: String) -> Result<Listed, Error> {
    app.db
        .read(move |conn| {
            let of = the(conn, &handle)?;
            let acts = charter::acts(conn, of.id)?;
            let ids: Vec<i64> = acts.iter().filter_map(|act| act.noted.by_id).collect();
            let known = life::organisations(conn, &ids)?;
            let by = |act: &CharterAct| known.iter().find(|(id, ..)| Some(*id) == act.noted.by_id);
            let handle = |act: &CharterAct| by(act).map(|(_, handle, _)| handle.clone());
            Ok(Listed {
                acts: acts.iter().map(|act| (act.clone(), handle(act))).collect(),
                versions: charter::of(conn, of.id)?,
                acknowledged: charter::acknowledged(conn, of.id)?,
            })
        })
        .await
}
