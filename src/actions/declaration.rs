//! Declarations of interest: an organisation says, without an account, that it would like to take part in coalitions. Nobody is asked
//! to believe it before the e-mail is confirmed and a steward accepts. The form in which it is written carries a stamp: the moment it
//! was handed out, signed, so that it is filled in by somebody who read it. The mail that follows is in `confirmation`.

use aws_lc_rs::hmac;
use chrono::TimeDelta;

use super::confirmation::{self, Letter};
use super::life::{carrier, the};
use super::moderation::tidy;
use super::{Act, Error};
use crate::app::{App, random_bytes};
use crate::db::Conn;
use crate::domain::coalition::{DeclarationState, folded};
use crate::mail;
use crate::model::declaration::{self, Declaration};
use crate::model::{actor, coalition, meta};
use crate::text::Lang;

/// Under which the secret of the stamps stands in `meta`.
const SECRET: &str = "form_secret";
/// Nobody reads the form and writes a name and an address in less.
const FAST: TimeDelta = TimeDelta::seconds(3);
/// A form that was left open longer is handed out anew.
const OLD: TimeDelta = TimeDelta::hours(12);
/// Longest name of an organisation, in characters.
pub const MAX_NAME: usize = 200;
/// Longest e-mail address, in characters (RFC 5321).
pub const MAX_EMAIL: usize = 254;
/// Longest sentence, in characters.
pub const MAX_SENTENCE: usize = 1_000;
/// Most coalitions at once.
const MAX_COALITIONS: usize = 100;

/// Most declarations that nobody confirmed or answered. Those whose link has ended make room; a stranger cannot fill the database.
const MAX_UNCONFIRMED: i64 = 5_000;

/// What somebody wrote into the form.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// Handles of coalitions.
    pub coalitions: Vec<String>,
    /// The name of the organisation.
    pub organisation: String,
    /// Where it is reached.
    pub email: String,
    /// What it brings or seeks.
    pub sentence: String,
    /// As [`stamp`] gave it.
    pub stamp: String,
    /// The language of the form: the mail speaks it too.
    pub lang: Lang,
}

/// Why a form is handed back, with what was written in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It names no coalition, or too many.
    NoCoalition,
    /// The organisation has no name, or too long a one.
    NoName,
    /// The address is none.
    BadEmail,
    /// The sentence is too long.
    LongSentence,
    /// It came back sooner than anybody writes.
    TooFast,
    /// It was open for too long, or is none of ours.
    TooOld,
    /// Several mails went to this address today.
    OftenToday,
    /// Too many declarations wait to be confirmed, or came within an hour.
    TooMany,
}

/// What came of a form.
#[derive(Debug)]
pub enum Outcome {
    /// It was taken.
    Taken,
    /// It is handed back, with everything that is to be mended; at least one.
    Back(Vec<Fault>),
}

/// The secret of the stamps in memory.
#[derive(Default)]
struct Secret(std::sync::OnceLock<hmac::Key>);

/// The stamp of a form that is handed out now.
///
/// # Errors
/// The database's.
pub async fn stamp(app: &App) -> Result<String, Error> {
    let key = secret(app).await?;
    let at = app.now().timestamp().to_string();
    Ok(format!("{at}.{}", hex(hmac::sign(&key, at.as_bytes()).as_ref())))
}

async fn secret(app: &App) -> Result<hmac::Key, Error> {
    let kept = app.caches.of::<Secret>();
    if let Some(key) = kept.0.get() {
        return Ok(key.clone());
    }
    let made = random_hex()?;
    let kept_in = move |conn: &mut Conn| {
        if let Some(secret) = meta::get(conn, SECRET)? {
            return Ok::<_, Error>(secret);
        }
        meta::set(conn, SECRET, &made)?;
        Ok(made)
    };
    let secret = app.db.write(kept_in).await?;
    Ok(kept.0.get_or_init(|| hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes())).clone())
}

fn random_hex() -> Result<String, Error> {
    let bytes: [u8; 32] = random_bytes()
        .ok_or_else(|| Error::Refused("the system gave no random bytes: try again".to_owned()))?;
    Ok(hex(&bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    Some(digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}

/// Takes a form, or says why it is handed back. What it says twice is kept once.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn declare(app: &App, written: Written) -> Result<Outcome, Error> {
    let key = secret(app).await?;
    let act = Act::now(app);
    let written = match check(written, &key, &act) {
        Ok(written) => written,
        Err(faults) => return Ok(Outcome::Back(faults)),
    };
    let letter = match app.config.mail.is_on() {
        true => Some(Letter::new(app, written.lang, random_hex()?)),
        false => None,
    };
    let outcome = app.db.write(move |conn| declare_on(conn, &act, &written, letter.as_ref())).await?;
    app.wake.mail.notify_one();
    Ok(outcome)
}

fn check(written: Written, key: &hmac::Key, act: &Act) -> Result<Written, Vec<Fault>> {
    let mut coalitions: Vec<String> = Vec::new();
    for handle in written.coalitions {
        if !coalitions.contains(&handle) {
            coalitions.push(handle);
        }
    }
    let written = Written {
        coalitions,
        organisation: one_line(&written.organisation),
        email: written.email.trim().to_lowercase(),
        sentence: one_line(&written.sentence),
        stamp: written.stamp,
        lang: written.lang,
    };
    let (asked, name) = (written.coalitions.len(), &written.organisation);
    let said = [
        (Fault::NoCoalition, asked == 0 || asked > MAX_COALITIONS),
        (Fault::NoName, folded(name).is_empty() || name.chars().count() > MAX_NAME),
        (Fault::BadEmail, !is_email(&written.email)),
        (Fault::LongSentence, written.sentence.chars().count() > MAX_SENTENCE),
    ];
    let faults: Vec<Fault> = said.into_iter().filter(|(_, is_so)| *is_so).map(|(fault, _)| fault).collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    check_stamp(&written.stamp, key, act).map_err(|fault| vec![fault])?;
    Ok(written)
}

fn check_stamp(stamp: &str, key: &hmac::Key, act: &Act) -> Result<(), Fault> {
    let (at, signature) = stamp.split_once('.').ok_or(Fault::TooOld)?;
    let signature = unhex(signature).ok_or(Fault::TooOld)?;
    hmac::verify(key, at.as_bytes(), &signature).map_err(|_| Fault::TooOld)?;
    let at: i64 = at.parse().map_err(|_| Fault::TooOld)?;
    match TimeDelta::seconds(act.at.timestamp().saturating_sub(at)) {
        age if age > OLD => Err(Fault::TooOld),
        age if age < FAST => Err(Fault::TooFast),
        _ => Ok(()),
    }
}

/// Without control characters, each run of space one.
fn one_line(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_email(text: &str) -> bool {
    let plain = |c: char| {
        !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | ',' | ';' | '"' | '(' | ')')
    };
    let named = text.split_once('@').is_some_and(|(name, host)| {
        let labels = host.split('.').all(|label| !label.is_empty());
        !name.is_empty() && host.contains('.') && labels && !host.contains('@')
    });
    named && text.chars().all(plain) && text.chars().count() <= MAX_EMAIL && mail::is_address(text)
}

/// A coalition in which a form declares something new.
struct Fresh {
    coalition: i64,
    name: String,
    /// The declaration that waits there, to be said again.
    waiting: Option<Declaration>,
}

/// Keeps what was written, for each coalition, within a transaction, and stores the mail that asks for confirmation. Who declared before
/// learns nothing of it here.
///
/// # Errors
/// The database's.
pub fn declare_on(
    conn: &mut Conn,
    act: &Act,
    written: &Written,
    letter: Option<&Letter>,
) -> Result<Outcome, Error> {
    let Some(fresh) = fresh(conn, written)? else {
        return Ok(Outcome::Back(vec![Fault::NoCoalition]));
    };
    if fresh.is_empty() {
        return Ok(Outcome::Taken);
    }
    if !is_room(conn, act, &fresh)? {
        return Ok(Outcome::Back(vec![Fault::TooMany]));
    }
    if let Some(letter) = letter {
        let names: Vec<&str> = fresh.iter().map(|one| one.name.as_str()).collect();
        if let Some(fault) = letter.store(conn, act, written, &names)? {
            return Ok(Outcome::Back(vec![fault]));
        }
    }
    let digest = letter.map(Letter::digest);
    for one in fresh {
        keep(conn, act, written, one, digest.as_deref())?;
    }
    Ok(Outcome::Taken)
}

/// The coalitions in which something is new to say, locked in one order, so that no two forms wait for each other. None where one of
/// them does not exist.
fn fresh(conn: &mut Conn, written: &Written) -> Result<Option<Vec<Fresh>>, Error> {
    let mut of = Vec::new();
    for handle in &written.coalitions {
        match coalition::by_handle(conn, handle)? {
            Some((actor, row)) => of.push((actor.id, row.name(&actor.handle))),
            None => return Ok(None),
        }
    }
    of.sort_unstable();
    let folded = folded(&written.organisation);
    let mut fresh = Vec::new();
    for (coalition, name) in of {
        coalition::lock(conn, coalition)?;
        let known = declaration::same(conn, coalition, &folded, &written.email)?;
        let waits = |one: &Declaration| one.confirmed_at.is_none() && one.state == DeclarationState::Declared;
        if known.as_ref().is_none_or(waits) {
            fresh.push(Fresh { coalition, name, waiting: known });
        }
    }
    Ok(Some(fresh))
}

/// Whether so many declarations more may wait to be confirmed; those that cannot be confirmed any more go first.
fn is_room(conn: &mut Conn, act: &Act, fresh: &[Fresh]) -> Result<bool, Error> {
    let new = fresh.iter().filter(|one| one.waiting.is_none()).count();
    let most = MAX_UNCONFIRMED.saturating_sub(i64::try_from(new).unwrap_or(MAX_UNCONFIRMED));
    if declaration::count_unconfirmed(conn)? <= most {
        return Ok(true);
    }
    declaration::forget_expired(conn, (act.at - confirmation::WORKS_FOR).naive_utc())?;
    Ok(declaration::count_unconfirmed(conn)? <= most)
}

fn keep(
    conn: &mut Conn,
    act: &Act,
    written: &Written,
    one: Fresh,
    digest: Option<&str>,
) -> Result<(), Error> {
    let now = act.at.naive_utc();
    if let Some(known) = one.waiting {
        declaration::say_again(conn, &known.id, &written.sentence, digest, now)?;
        return confirmation::take_back(conn, known.token_digest.as_deref(), now);
    }
    let row = Declaration {
        id: act.new_id(),
        coalition_id: one.coalition,
        organisation: written.organisation.clone(),
        folded: folded(&written.organisation),
        email: Some(written.email.clone()),
        sentence: written.sentence.clone(),
        state: DeclarationState::Declared,
        token_digest: digest.map(str::to_owned),
        declared_at: now,
        confirmed_at: None,
        answered_at: None,
        answered_by: None,
        reason: None,
    };
    Ok(declaration::insert(conn, &row)?)
}

/// The declarations of a coalition, for its steward, with what organisations wrote to be reached.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn list(app: &App, handle: String) -> Result<Vec<Declaration>, Error> {
    app.db
        .read(move |conn| {
            let of = the(conn, &handle)?;
            Ok(declaration::of(conn, of.id)?)
        })
        .await
}

/// Accepts a declaration, or notes that it was withdrawn. Its id.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn answer(
    app: &App,
    id: String,
    state: DeclarationState,
    by: String,
    reason: Option<String>,
) -> Result<String, Error> {
    let act = Act::now(app);
    let answered = id.clone();
    app.db.write(move |conn| answer_on(conn, &act, &id, state, &by, tidy(reason))).await?;
    Ok(answered)
}

/// The same within a transaction.
///
/// # Errors
/// [`Error`], a sentence.
pub fn answer_on(
    conn: &mut Conn,
    act: &Act,
    id: &str,
    state: DeclarationState,
    by: &str,
    reason: Option<String>,
) -> Result<(), Error> {
    let Some(row) = declaration::find(conn, id)? else {
        return Err(Error::Refused(format!(
            "there is no declaration `{id}`: `reset-node coalition interests` lists them"
        )));
    };
    let of = actor::by_id(conn, row.coalition_id)?;
    let by_id = carrier(conn, &of, by)?;
    coalition::lock(conn, of.id)?;
    if row.state == state || row.state == DeclarationState::Withdrawn {
        return Err(Error::Refused(format!(
            "the declaration of `{}` is {} already: nothing is to be done",
            row.organisation, row.state
        )));
    }
    let now = act.at.naive_utc();
    declaration::answer(conn, id, state, by_id, reason.as_deref(), now)?;
    match state {
        DeclarationState::Withdrawn => confirmation::take_back(conn, row.token_digest.as_deref(), now),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_that_can_be_written_to() {
        for good in ["a@b.example", "prenom.nom+reset@sous.domaine.example"] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@",
            "@b.example",
            "a@b",
            "a@b..example",
            "a b@c.example",
            "a@b@c.example",
            "<a@b.example>",
            "a@[127.0.0.1]",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn what_is_written_in_hexadecimal_is_read_again() {
        assert_eq!(unhex(&hex(&[0, 255, 16])), Some(vec![0, 255, 16]));
        assert_eq!(unhex("f"), None);
        assert_eq!(unhex("zz"), None);
    }

    #[test]
    fn a_line_has_no_control_characters() {
        assert_eq!(one_line(" a\u{0}b\n\tc "), "a b c");
    }
}
