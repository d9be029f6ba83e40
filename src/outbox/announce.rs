//! A coalition passes on what a member said (FEP-1b12): the contribution itself once, by its id, for microblogs, and then each
//! activity about it as it stands, so that the proofs within stay valid. Whether its actor is a member is asked by the caller,
//! here or where activities of other servers come in.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::Value;

use super::{Audience, Hosts, NewActivity, store};
use crate::ap::activity::Said;
use crate::ap::announce::{self, Passing, Share};
use crate::app::{Urls, new_id};
use crate::db::{Conn, Error};
use crate::model;
use crate::model::actor::Actor;

/// Passes an activity on to the followers of a coalition; the text is its document as it was stored or received. What was
/// passed on before is not again. `published` is when the object was: it never changes, and is no later than now. The hosts are to
/// be made due at the end of the transaction.
///
/// # Errors
/// The database's; then nothing of the transaction may be kept.
pub fn announce(
    conn: &mut Conn,
    urls: &Urls,
    group: &Actor,
    activity: &str,
    (published, now): (NaiveDateTime, NaiveDateTime),
) -> Result<Hosts, Error> {
    let value: Value = serde_json::from_str(activity)
        .map_err(|error| Error::Corrupt(format!("an activity to pass on is no JSON: {error}")))?;
    let Some(passing) = announce::read(&value) else {
        return Ok(Hosts::new());
    };
    let round = Round { urls, group, passing: &passing, now };
    let mut hosts = Hosts::new();
    let (object, published) = (passing.object, published.and_utc());
    if passing.share == Share::Begin {
        hosts.extend(round.pass(conn, object, &object.into(), published)?);
    }
    let said = passing.at.unwrap_or(published).min(now.and_utc());
    hosts.extend(round.pass(conn, passing.id, &value, said)?);
    if passing.share == Share::End {
        hosts.extend(round.take_back(conn, published)?);
    }
    Ok(hosts)
}

/// Whether a coalition shared the object of this URL, published then.
///
/// # Errors
/// The database's.
pub fn announced(
    conn: &mut Conn,
    urls: &Urls,
    group: &Actor,
    object: &str,
    published: NaiveDateTime,
) -> Result<bool, Error> {
    let thing = urls.path(object).unwrap_or(object);
    let id = announce::id(&group.handle, thing, published.and_utc());
    Ok(model::activity::find(conn, &id)?.is_some())
}

struct Round<'a> {
    urls: &'a Urls,
    group: &'a Actor,
    passing: &'a Passing<'a>,
    now: NaiveDateTime,
}

impl Round<'_> {
    /// `Announce` of what has the id `thing`, unless it was announced before.
    fn pass(&self, conn: &mut Conn, thing: &str, object: &Value, at: DateTime<Utc>) -> Result<Hosts, Error> {
        let id = self.id(thing, at);
        match model::activity::find(conn, &id)? {
            Some(_) => Ok(Hosts::new()),
            None => self.say(conn, id, "Announce", object, at),
        }
    }

    /// `Undo` of the bare `Announce`: servers that know no other would go on showing what was deleted.
    fn take_back(&self, conn: &mut Conn, published: DateTime<Utc>) -> Result<Hosts, Error> {
        let announce = model::activity::find(conn, &self.id(self.passing.object, published))?;
        let announce = announce.and_then(|announce| serde_json::from_str(&announce.document).ok());
        let Some(announce) = announce else {
            return Ok(Hosts::new());
        };
        let now = self.now.and_utc();
        self.say(conn, new_id(now), "Undo", &announce, now)
    }

    /// Rows and what is made from them hold no base URL: of what is ours, the path counts.
    fn id(&self, thing: &str, at: DateTime<Utc>) -> String {
        announce::id(&self.group.handle, self.urls.path(thing).unwrap_or(thing), at)
    }

    fn say(
        &self,
        conn: &mut Conn,
        id: String,
        kind: &'static str,
        object: &Value,
        at: DateTime<Utc>,
    ) -> Result<Hosts, Error> {
        let actor = self.urls.actor(self.group.kind, &self.group.handle);
        let said = Said { urls: self.urls, id: &id, actor: &actor, at };
        let mut document = said.publicly(kind, object);
        if let Some(copies) = document.get_mut("cc").and_then(Value::as_array_mut) {
            copies.push(self.passing.actor.into());
        }
        let new = NewActivity {
            id,
            actor_id: self.group.id,
            kind,
            publication_id: None,
            document,
            public: true,
            to: Audience::Followers,
            subject: self.passing.object.to_owned(),
            now: self.now,
            quiet: false,
        };
        store(conn, new)
    }
}
