//! E-mail that leaves this node: stored in the transaction of the act that causes it, sent by a worker, tried again while the mail
//! server says "later", ended when it says "never". It decides nothing about what a mail says, and writes to a stranger no more than
//! a few times a day.

mod message;
mod road;
mod worker;

pub use message::is_address;
pub use road::reach;
pub use worker::{run, run_until_idle, send_now};

use aws_lc_rs::digest;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use crate::app::new_id;
use crate::db::{Conn, Error};
use crate::domain::mail::State;
use crate::model::mail;

/// Most mails a day to one address that nobody has confirmed.
pub const A_DAY: i64 = 3;

/// A mail that an act causes.
#[derive(Clone, Copy, Debug)]
pub struct Mail<'m> {
    /// What it is sent for, such as `interest/…`: there is never a second mail for one cause.
    pub cause: &'m str,
    /// The address, one that [`is_address`] takes.
    pub to: &'m str,
    /// One line.
    pub subject: &'m str,
    /// What it says, plain text.
    pub text: &'m str,
    /// Who is written to.
    pub reader: Reader,
}

/// Who is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Somebody who has confirmed the address.
    Known,
    /// Anybody: a stranger has written the address down.
    Stranger {
        /// `mail.per_hour`.
        per_hour: u32,
    },
}

/// What came of a mail that was to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// It waits.
    Stored,
    /// There is one for this cause.
    Known,
    /// The address was written to too often today.
    OftenToday,
    /// The node wrote to too many strangers within an hour.
    ManyThisHour,
}

/// Stores a mail in the transaction of the act that causes it; the caller rings `wake.mail` after it. To a stranger it is stored only
/// within the limits; within this transaction others who write to strangers then wait.
///
/// # Errors
/// The database's.
pub fn enqueue(conn: &mut Conn, at: DateTime<Utc>, new: &Mail<'_>) -> Result<Enqueued, Error> {
    let now = at.naive_utc();
    let address_digest = digest_of(&mailbox(new.to));
    if let Reader::Stranger { per_hour } = new.reader {
        mail::in_turn(conn)?;
        if mail::unproven_since(conn, Some(&address_digest), now - TimeDelta::days(1))? >= A_DAY {
            return Ok(Enqueued::OftenToday);
        }
        if mail::unproven_since(conn, None, now - TimeDelta::hours(1))? >= i64::from(per_hour) {
            return Ok(Enqueued::ManyThisHour);
        }
    }
    let row = mail::Mail {
        id: new_id(at),
        cause: new.cause.to_owned(),
        recipient: new.to.to_owned(),
        address_digest,
        unproven: new.reader != Reader::Known,
        subject: new.subject.to_owned(),
        text: new.text.to_owned(),
        state: State::Pending,
        attempts: 0,
        created_at: now,
        run_at: now,
        held_until: None,
        ended_at: None,
        last_error: None,
    };
    Ok(if mail::insert(conn, &row)? { Enqueued::Stored } else { Enqueued::Known })
}

/// Takes a mail back that has not left, since what caused it is no more.
///
/// # Errors
/// The database's.
pub fn take_back(conn: &mut Conn, cause: &str, now: NaiveDateTime) -> Result<(), Error> {
    if let Some(row) = mail::waiting_for(conn, cause)? {
        mail::end(conn, &row, State::Dropped, None, now)?;
    }
    Ok(())
}

/// SHA-256, in hexadecimal.
pub fn digest_of(text: &str) -> String {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The mailbox of an address: most servers put what stands between a plus sign and the at sign into the same one.
fn mailbox(address: &str) -> String {
    let address = address.to_lowercase();
    match address.rsplit_once('@') {
        Some((name, domain)) => format!("{}@{domain}", name.split('+').next().unwrap_or_default()),
        None => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_after_a_plus_sign_makes_no_other_mailbox() {
        assert_eq!(mailbox("Jo+a@B.example"), "jo@b.example");
        assert_eq!(mailbox("jo+a+b@b.example"), "jo@b.example");
        assert_eq!(mailbox("jo@b.example"), "jo@b.example");
    }
}
