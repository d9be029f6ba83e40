//! The charter of a coalition, version by version, and the organisations that acknowledge one. Nobody signs.

use chrono::NaiveDate;

use super::life::{By, carrier, organisation_of, the};
use super::{Act, Error};
use crate::app::{App, Local};
use crate::db::Conn;
use crate::domain::coalition::CharterState;
use crate::model::actor::Actor;
use crate::model::charter::{self, Acknowledged, Charter};
use crate::model::{coalition, publication};

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
    let all = charter::of(conn, of.id)?;
    let day = noted.day.unwrap_or_else(|| act.today());
    let before = all.iter().find(|one| one.version == version);
    let charter = match before {
        None => Charter {
            coalition_id: of.id,
            version: version.to_owned(),
            state: new.state,
            publication_id,
            day,
            by_id,
            made_at: noted.made_at,
            superseded_on: None,
        },
        Some(known) if known.state == CharterState::Beta && new.state == CharterState::InForce => Charter {
            state: new.state,
            publication_id: publication_id.or_else(|| known.publication_id.clone()),
            day,
            by_id,
            ..known.clone()
        },
        Some(known) => {
            return Err(Error::Refused(format!(
                "version `{version}` of the charter of `{}` is {} already: publish another version",
                of.handle, known.state
            )));
        }
    };
    let gives_way = |one: &&Charter| {
        one.version != version
            && (one.state == CharterState::Beta
                || one.state == CharterState::InForce && new.state == CharterState::InForce)
    };
    for one in all.iter().filter(gives_way) {
        let state = CharterState::Superseded;
        charter::update(conn, &Charter { state, superseded_on: Some(day), ..one.clone() })?;
    }
    match before {
        None => Ok(charter::insert(conn, &charter)?),
        Some(_) => Ok(charter::update(conn, &charter)?),
    }
}

/// The id of a public publication of this coalition.
fn text_of(conn: &mut Conn, act: &Act, of: &Actor, named: &str) -> Result<String, Error> {
    let id = match act.urls.local(named) {
        Some(Local::Publication(id)) => id,
        _ => named.to_owned(),
    };
    let found = publication::find(conn, &id)?.filter(publication::Publication::is_public);
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
    if charter::has_acknowledged(conn, of.id, &found.version, organisation.id)? {
        return Err(Error::Refused(format!(
            "`{}` acknowledged version `{}` already",
            organisation.handle, found.version
        )));
    }
    let noted = by.noted(act, organisation.id)?;
    let day: NaiveDate = noted.day.unwrap_or_else(|| act.today());
    charter::acknowledge(conn, found, organisation.id, day, noted.made_at)?;
    Ok(found.version.clone())
}

/// The versions of the charter of a coalition, and who acknowledged which.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn list(app: &App, handle: String) -> Result<(Vec<Charter>, Vec<Acknowledged>), Error> {
    app.db
        .read(move |conn| {
            let of = the(conn, &handle)?;
            Ok((charter::of(conn, of.id)?, charter::acknowledged(conn, of.id)?))
        })
        .await
}
