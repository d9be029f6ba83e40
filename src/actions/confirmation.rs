//! The e-mail of a declaration of interest, confirmed: the mail with its link, and what the link does. The address is anybody's until
//! then, so the mail says the least that lets its reader decide.

use chrono::{NaiveDateTime, TimeDelta};

use super::declaration::{Fault, Written};
use super::{Act, Error};
use crate::app::App;
use crate::db::Conn;
use crate::mail::{self, Enqueued, Mail, Reader, digest_of};
use crate::model::coalition;
use crate::model::declaration::{self, Declaration};
use crate::text::mail::{Confirmation, confirmation};
use crate::text::{Lang, dates};

/// How long a link works.
pub const WORKS_FOR: TimeDelta = TimeDelta::days(7);
/// Longest token that is looked up, in bytes; ours have 64.
const MAX_TOKEN: usize = 100;

/// The mail that asks for confirmation, before it is known what it says.
pub struct Letter {
    lang: Lang,
    token: String,
    node: String,
    contact: String,
    per_hour: u32,
    kept_days: u32,
}

impl Letter {
    /// One with this token, which stands nowhere else than in the mail.
    pub fn new(app: &App, lang: Lang, token: String) -> Letter {
        let node = &app.config.node;
        Letter {
            lang,
            token,
            node: node.name.clone(),
            contact: node.contact.clone(),
            per_hour: app.config.mail.per_hour,
            kept_days: app.config.retention.declarations_days,
        }
    }

    /// What rows keep of its token.
    pub fn digest(&self) -> String {
        digest_of(&self.token)
    }

    /// Stores it, to be sent; or why the form is handed back.
    ///
    /// # Errors
    /// The database's.
    pub(super) fn store(
        &self,
        conn: &mut Conn,
        act: &Act,
        written: &Written,
        coalitions: &[&str],
    ) -> Result<Option<Fault>, Error> {
        let until = (act.at + WORKS_FOR).naive_utc();
        let (subject, text) = confirmation(&Confirmation {
            lang: self.lang,
            organisation: &written.organisation,
            coalitions,
            link: &format!(
                "{}/interest/confirm?token={}&lang={}",
                act.urls.base(),
                self.token,
                self.lang.tag()
            ),
            until: &dates::utc(self.lang, until, act.zone),
            kept_days: self.kept_days.into(),
            node: &self.node,
            address: act.urls.base(),
            contact: &self.contact,
        });
        let new = Mail {
            cause: &cause(&self.digest()),
            to: &written.email,
            subject: &subject,
            text: &text,
            reader: Reader::Stranger { per_hour: self.per_hour },
        };
        Ok(match mail::enqueue(conn, act.at, &new)? {
            Enqueued::Stored | Enqueued::Known => None,
            Enqueued::OftenToday => Some(Fault::OftenToday),
            Enqueued::ManyThisHour => Some(Fault::TooMany),
        })
    }
}

fn cause(digest: &str) -> String {
    format!("interest/{digest}")
}

/// Takes back a mail whose link confirms nothing any more.
///
/// # Errors
/// The database's.
pub(super) fn take_back(conn: &mut Conn, digest: Option<&str>, now: NaiveDateTime) -> Result<(), Error> {
    match digest {
        Some(digest) if declaration::by_token(conn, digest)?.is_empty() => {
            Ok(mail::take_back(conn, &cause(digest), now)?)
        }
        _ => Ok(()),
    }
}

/// What a link is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The organisation, as written.
    pub organisation: String,
    /// Names and languages of the coalitions.
    pub coalitions: Vec<(String, String)>,
}

/// What a link from a mail does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// It would confirm this.
    Waits(About),
    /// It has now confirmed this.
    Confirmed(About),
    /// It confirmed this before.
    Used(About),
    /// It was not used in time.
    Expired,
    /// It is none of ours, or what it was about is no more.
    Unknown,
}

/// What the link with this token does.
///
/// # Errors
/// The database's.
pub async fn look(app: &App, token: String) -> Result<Link, Error> {
    let now = app.now().naive_utc();
    app.db.read(move |conn| look_on(conn, &token, now)).await
}

/// Confirms what the link with this token is about; says what came of it.
///
/// # Errors
/// The database's.
pub async fn confirm(app: &App, token: String) -> Result<Link, Error> {
    let act = Act::now(app);
    app.db.write(move |conn| confirm_on(conn, &act, &token)).await
}

/// The same within a transaction.
///
/// # Errors
/// The database's.
pub fn confirm_on(conn: &mut Conn, act: &Act, token: &str) -> Result<Link, Error> {
    let now = act.at.naive_utc();
    Ok(match look_on(conn, token, now)? {
        Link::Waits(about) => match declaration::confirm(conn, &digest_of(token), now)? {
            0 => Link::Used(about),
            _ => Link::Confirmed(about),
        },
        other => other,
    })
}

fn look_on(conn: &mut Conn, token: &str, now: NaiveDateTime) -> Result<Link, Error> {
    if token.len() > MAX_TOKEN {
        return Ok(Link::Unknown);
    }
    let rows = declaration::by_token(conn, &digest_of(token))?;
    let Some(first) = rows.first() else {
        return Ok(Link::Unknown);
    };
    let waits = rows.iter().any(|row| row.confirmed_at.is_none());
    if waits && first.declared_at < now - WORKS_FOR {
        return Ok(Link::Expired);
    }
    let about = about(conn, first.organisation.clone(), &rows)?;
    Ok(if waits { Link::Waits(about) } else { Link::Used(about) })
}

fn about(conn: &mut Conn, organisation: String, rows: &[Declaration]) -> Result<About, Error> {
    let mut coalitions = Vec::new();
    for row in rows {
        let (actor, coalition) = coalition::by_id(conn, row.coalition_id)?;
        coalitions.push((coalition.name(&actor.handle), coalition.language));
    }
    Ok(About { organisation, coalitions })
}
