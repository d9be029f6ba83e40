//! The form with which an organisation declares its interest in coalitions, without an account; and the page where the e-mail that it
//! gave is confirmed. What was written is never shown to anybody else, and a form that cannot be taken comes back as it was filled in.

use askama::Template;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::request::Parts;
use axum::response::Response;

use super::{Frame, from_afar, html, life};
use crate::actions;
use crate::actions::confirmation::{self, About, Link};
use crate::actions::declaration::{self, Fault, MAX_EMAIL, MAX_NAME, MAX_SENTENCE, Outcome, Written};
use crate::app::{App, SharedApp};
use crate::db;
use crate::text::tf;
use crate::web::error::{self, Error};
use crate::web::fair;
use crate::web::locale::Visit;

/// Most coalitions that the form offers.
const OFFERED: i64 = 100;
/// Largest form, in bytes.
pub(super) const MAX_FORM: usize = 64 * 1024;

/// A coalition to tick.
struct Choice {
    handle: String,
    name: String,
    language: String,
    ticked: bool,
}

#[derive(Template)]
#[template(path = "interest.html")]
struct Form {
    frame: Frame,
    choices: Vec<Choice>,
    written: Written,
    /// What is to be mended.
    faults: Vec<&'static str>,
    /// The fields that it is about.
    about: Vec<&'static str>,
    /// What is done with the address.
    email_how: &'static str,
    max_name: usize,
    max_email: usize,
    max_sentence: usize,
}

impl Form {
    fn is_about(&self, field: &str) -> bool {
        self.about.contains(&field)
    }
}

#[derive(Template)]
#[template(path = "interest_done.html")]
struct Done {
    frame: Frame,
    text: &'static str,
    /// What a link from a mail is about.
    about: Option<Told>,
    /// What a button confirms.
    token: Option<String>,
    /// Whether the form is worth filling in again.
    again: bool,
}

/// What a link from a mail is about, told.
struct Told {
    who: String,
    /// Names and languages.
    coalitions: Vec<(String, String)>,
}

/// `GET /interest`.
pub(super) async fn show(State(app): State<SharedApp>, visit: Visit) -> Result<Response, Error> {
    let written =
        Written { coalitions: visit.parameter("coalition").into_iter().collect(), ..Written::default() };
    html(&form(&app, &visit, written, &[]).await?)
}

async fn form(app: &App, visit: &Visit, written: Written, faults: &[Fault]) -> Result<Form, Error> {
    let stamp = declaration::stamp(app).await.map_err(failed)?;
    let open = app.db.read(move |conn| life::open_ones(conn, OFFERED)).await?;
    let choice = |(handle, name, language): (String, String, String)| Choice {
        ticked: written.coalitions.contains(&handle),
        handle,
        name,
        language,
    };
    let (keys, about): (Vec<_>, Vec<_>) = faults.iter().copied().map(told).unzip();
    Ok(Form {
        frame: Frame::new(app, visit, visit.lang_text("interest-title")),
        choices: open.into_iter().map(choice).collect(),
        written: Written { stamp, ..written },
        faults: keys.into_iter().map(|key| visit.lang_text(key)).collect(),
        about,
        email_how: visit.lang_text(match app.config.mail.is_on() {
            true => "interest-email-mail",
            false => "interest-email-how",
        }),
        max_name: MAX_NAME,
        max_email: MAX_EMAIL,
        max_sentence: MAX_SENTENCE,
    })
}

/// The sentence about a fault, and the field that it is about.
fn told(fault: Fault) -> (&'static str, &'static str) {
    match fault {
        Fault::NoCoalition => ("interest-no-coalition", "coalition"),
        Fault::NoName => ("interest-no-name", "organisation"),
        Fault::BadEmail => ("interest-bad-email", "email"),
        Fault::LongSentence => ("interest-long-sentence", "sentence"),
        Fault::TooFast => ("interest-too-fast", ""),
        Fault::TooOld => ("interest-too-old", ""),
        Fault::OftenToday => ("interest-often", "email"),
        Fault::TooMany => ("interest-many", ""),
    }
}

/// `POST /interest`.
pub(super) async fn send(
    State(app): State<SharedApp>,
    visit: Visit,
    parts: Parts,
    body: Bytes,
) -> Result<Response, Error> {
    if from_afar::is_foreign(&parts.headers) {
        return Err(Error::Form("follow-other-site"));
    }
    if !fair::may_ask(&app, &parts) {
        return Err(Error::TooMany);
    }
    let (mut written, is_machine) = read(&body);
    written.lang = visit.lang;
    if is_machine {
        return Ok(error::see_other("/interest/received"));
    }
    match declaration::declare(&app, written.clone()).await.map_err(failed)? {
        Outcome::Taken => Ok(error::see_other("/interest/received")),
        Outcome::Back(faults) => {
            let page = form(&app, &visit, written, &faults).await?;
            Ok(error::handed_back(html(&page)?))
        }
    }
}

/// What stands in a form, and whether the field that people do not see is filled in.
fn read(body: &[u8]) -> (Written, bool) {
    let (mut written, mut is_machine) = (Written::default(), false);
    for (key, value) in url::form_urlencoded::parse(body) {
        match key.as_ref() {
            "coalition" => written.coalitions.push(value.into_owned()),
            "organisation" => written.organisation = value.into_owned(),
            "email" => written.email = value.into_owned(),
            "sentence" => written.sentence = value.into_owned(),
            "stamp" => written.stamp = value.into_owned(),
            "website" => is_machine = !value.is_empty(),
            _ => {}
        }
    }
    // A handle has no NUL, and PostgreSQL takes none.
    written.coalitions.retain(|handle| !handle.contains('\0'));
    (written, is_machine)
}

/// `GET /interest/received`.
pub(super) async fn received(State(app): State<SharedApp>, visit: Visit) -> Result<Response, Error> {
    let text = match app.config.mail.is_on() {
        true => "interest-received-mail",
        false => "interest-received",
    };
    html(&done(&app, &visit, "interest-received-title", text))
}

/// `GET /interest/confirm?token=…`: asks, since programs that look at mail follow every link.
pub(super) async fn ask(State(app): State<SharedApp>, visit: Visit) -> Result<Response, Error> {
    let token = visit.parameter("token").unwrap_or_default();
    let link = confirmation::look(&app, token.clone()).await.map_err(failed)?;
    linked(&app, &visit, link, token)
}

/// `POST /interest/confirm?token=…`.
pub(super) async fn confirm(
    State(app): State<SharedApp>,
    visit: Visit,
    parts: Parts,
) -> Result<Response, Error> {
    if from_afar::is_foreign(&parts.headers) {
        return Err(Error::Form("follow-other-site"));
    }
    let token = visit.parameter("token").unwrap_or_default();
    let link = confirmation::confirm(&app, token.clone()).await.map_err(failed)?;
    linked(&app, &visit, link, token)
}

/// The page of a link from a mail.
fn linked(app: &App, visit: &Visit, link: Link, token: String) -> Result<Response, Error> {
    let (title, text, about) = match link {
        Link::Waits(about) => ("interest-confirm-title", "interest-confirm", Some((about, Some(token)))),
        Link::Confirmed(about) => ("interest-confirmed-title", "interest-confirmed", Some((about, None))),
        Link::Used(about) => ("interest-used-title", "interest-used", Some((about, None))),
        Link::Expired => ("interest-expired-title", "interest-expired", None),
        Link::Unknown => {
            let page = Done { again: true, ..done(app, visit, "interest-unknown-title", "interest-unknown") };
            return Ok(error::not_there(html(&page)?));
        }
    };
    let page = done(app, visit, title, text);
    match about {
        Some((about, token)) => html(&Done { about: Some(told_of(visit, about)), token, ..page }),
        None => Ok(error::gone(html(&Done { again: true, ..page })?)),
    }
}

fn told_of(visit: &Visit, about: About) -> Told {
    let who = tf(visit.lang, "interest-confirm-who", &[("organisation", (&about.organisation).into())]);
    Told { who, coalitions: about.coalitions }
}

fn done(app: &App, visit: &Visit, title: &'static str, text: &'static str) -> Done {
    let frame = Frame::new(app, visit, visit.lang_text(title)).hidden();
    Done { frame, text: visit.lang_text(text), about: None, token: None, again: false }
}

/// Nobody can mend here what an action refuses of a form that was checked.
fn failed(error: actions::Error) -> Error {
    match error {
        actions::Error::Database(error) => error.into(),
        other => Error::Database(db::Error::Corrupt(other.to_string())),
    }
}
