//! Sends what is due, one mail after the other. An attempt is counted before it begins, with the moment of the next one: a process that
//! dies costs a wait and no mail. One that died, or lost the line, after the mail server had taken the mail and before that was written
//! down sends it again, with the same Message-ID: SMTP knows nothing better.

use std::time::Duration;

use chrono::TimeDelta;
use lettre::Message;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use tokio::sync::watch;

use super::{message, road};
use crate::app::{App, SharedApp, new_id};
use crate::db::{Conn, Error};
use crate::domain::mail::State;
use crate::jobs;
use crate::model::mail::{self, Mail};

/// How often it looks by itself: commands and other processes write beside it.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// After a failure of the database.
const PAUSE: Duration = Duration::from_secs(5);
/// The wait after the first attempt; it doubles with each. Servers that put a stranger off (greylisting) mostly want some minutes.
const FIRST_WAIT: TimeDelta = TimeDelta::minutes(5);
/// The longest wait between two attempts.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(4);
/// After which a mail that nobody takes is given up.
const GIVE_UP: TimeDelta = TimeDelta::days(3);
/// Longest wait for a mail server that is told goodbye.
const GOODBYE: Duration = Duration::from_secs(2);

/// What came of an attempt.
enum Sent {
    /// The mail server took it; the connection is to be closed.
    Taken(Box<AsyncSmtpConnection>),
    /// Never: it ends.
    Refused(String),
    /// Not now: this mail is tried again.
    Later(String),
    /// No mail can be sent now: all wait.
    Down(String),
}

/// Sends mails until `shutdown` says so; the one under way is sent first. Without a mail server it only waits for that.
pub async fn run(app: SharedApp, mut shutdown: watch::Receiver<bool>) {
    if !app.config.mail.is_on() {
        return jobs::stopped(&mut shutdown).await;
    }
    while !*shutdown.borrow() {
        let wait = match next(&app).await {
            Ok(true) => continue,
            Ok(false) => LOOK_EVERY,
            Err(error) => {
                tracing::error!(%error, "mails wait: the database does not answer");
                PAUSE
            }
        };
        tokio::select! {
            () = jobs::stopped(&mut shutdown) => {}
            () = app.wake.mail.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Sends all that is due now. How many attempts that were.
///
/// # Errors
/// The database's.
pub async fn run_until_idle(app: &App) -> Result<usize, Error> {
    let mut attempts = 0;
    while next(app).await? {
        attempts += 1;
    }
    Ok(attempts)
}

/// Sends a mail of this moment without the queue: a test by an administrator.
///
/// # Errors
/// What the mail server said, as a sentence.
pub async fn send_now(app: &App, to: &str, subject: &str, text: &str) -> Result<(), String> {
    let now = app.now().naive_utc();
    let mail = Mail {
        id: new_id(app.now()),
        cause: String::new(),
        recipient: to.to_owned(),
        address_digest: String::new(),
        unproven: false,
        subject: subject.to_owned(),
        text: text.to_owned(),
        state: State::Pending,
        attempts: 0,
        created_at: now,
        run_at: now,
        held_until: None,
        ended_at: None,
        last_error: None,
    };
    match attempt(app, &mail).await {
        Sent::Taken(connection) => {
            leave(connection).await;
            Ok(())
        }
        Sent::Refused(why) | Sent::Later(why) | Sent::Down(why) => Err(why),
    }
}

/// Takes the mail that has been due for longest and tries to send it. Whether there was one.
async fn next(app: &App) -> Result<bool, Error> {
    let now = app.now().naive_utc();
    let Some(mail) = app.db.read(move |conn| Ok::<_, Error>(mail::due(conn, now)?)).await? else {
        return Ok(false);
    };
    // The way to the mail server and the mail itself each have their time.
    let held = now + TimeDelta::seconds(i64::from(app.config.mail.timeout_seconds) * 2 + 5);
    let (row, then) = (mail.clone(), now + wait(mail.attempts));
    if app.db.write(move |conn| Ok::<_, Error>(mail::claim(conn, &row, held, then)?)).await? {
        let sent = attempt(app, &mail).await;
        settle(app, mail, sent).await?;
    }
    Ok(true)
}

/// How long to wait after so many attempts and one more.
fn wait(attempts: i32) -> TimeDelta {
    let doubled = u32::try_from(attempts).unwrap_or(0).min(16);
    FIRST_WAIT.checked_mul(1 << doubled).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT)
}

async fn attempt(app: &App, mail: &Mail) -> Sent {
    let message = match message::build(&app.config, &app.urls, mail) {
        Ok(message) => message,
        Err(why) => return Sent::Refused(why),
    };
    let connected = road::in_time(app, road::connect(app)).await;
    let connection = match connected.and_then(|connected| connected) {
        Ok(connection) => connection,
        Err(why) => return Sent::Down(why),
    };
    match road::in_time(app, hand_over(connection, &message)).await {
        Ok(sent) => sent,
        Err(why) => Sent::Later(why),
    }
}

async fn hand_over(mut connection: AsyncSmtpConnection, message: &Message) -> Sent {
    match connection.send(message.envelope(), &message.formatted()).await {
        Ok(_) => Sent::Taken(Box::new(connection)),
        Err(error) if error.is_permanent() || error.is_client() => Sent::Refused(road::said(&error)),
        Err(error) => Sent::Later(road::said(&error)),
    }
}

async fn leave(mut connection: Box<AsyncSmtpConnection>) {
    let _ = tokio::time::timeout(GOODBYE, connection.quit()).await;
}

/// Writes down what came of an attempt. Addresses are in no log: the domain says enough.
async fn settle(app: &App, mail: Mail, sent: Sent) -> Result<(), Error> {
    let now = app.now().naive_utc();
    let domain = mail.recipient.rsplit('@').next().unwrap_or_default().to_owned();
    let id = mail.id.clone();
    match sent {
        Sent::Taken(connection) => {
            ended(app, mail, State::Sent, None).await?;
            leave(connection).await;
            tracing::info!(mail = id, domain, "sent a mail");
        }
        Sent::Refused(error) => {
            tracing::warn!(mail = id, domain, error, "a mail was refused and is not tried again");
            ended(app, mail, State::Failed, Some(error)).await?;
        }
        Sent::Later(error) | Sent::Down(error) if now - mail.created_at >= GIVE_UP => {
            tracing::warn!(mail = id, domain, error, "a mail was tried for days and is given up");
            ended(app, mail, State::Failed, Some(error)).await?;
        }
        Sent::Later(error) => {
            tracing::info!(mail = id, domain, error, "a mail was put off and is tried again");
            app.db.write(move |conn| Ok::<_, Error>(mail::release(conn, &mail.id, &error)?)).await?;
        }
        Sent::Down(error) => {
            tracing::warn!(error, "no mail can be sent; all wait, `reset-node doctor` looks at it");
            let until = now + wait(mail.attempts);
            let all = move |conn: &mut Conn| {
                mail::release(conn, &mail.id, &error)?;
                Ok::<_, Error>(mail::postpone(conn, until)?)
            };
            app.db.write(all).await?;
        }
    }
    Ok(())
}

async fn ended(app: &App, mail: Mail, state: State, error: Option<String>) -> Result<(), Error> {
    let now = app.now().naive_utc();
    app.db.write(move |conn| Ok::<_, Error>(mail::end(conn, &mail, state, error.as_deref(), now)?)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_waits_double_up_to_some_hours() {
        let minutes: Vec<i64> = (0..8).map(|attempts| wait(attempts).num_minutes()).collect();
        assert_eq!(minutes, [5, 10, 20, 40, 80, 160, 240, 240]);
        assert_eq!(wait(i32::MAX), LONGEST_WAIT);
        assert_eq!(wait(-1), FIRST_WAIT);
    }
}
