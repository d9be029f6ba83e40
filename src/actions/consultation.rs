//! Consultations: what an author writes of one, when it opens and closes, and what the clock does of itself: it closes them
//! after their deadline and tells their counts.

use chrono::NaiveDateTime;
use chrono_tz::Tz;
use reset_federation::limits::MAX_OPTIONS;

use super::fields::{self, Fields};
use super::front_matter::{in_order, one_line};
use super::{Act, Error, note};
use crate::ap::activity::Said;
use crate::app::App;
use crate::db::Conn;
use crate::domain::consultation::{CLOSING, MAX_OPTION, MIN_OPTIONS};
use crate::domain::publication::Consultation;
use crate::domain::state::State;
use crate::model::publication::Row;
use crate::model::{self, consultation};
use crate::outbox::{self, Audience, Hosts, NewActivity};
use crate::text::dates;

/// Most consultations that one look closes or tells: the next look goes on.
const AT_ONCE: i64 = 100;

/// Reads the keys of a consultation.
pub(super) fn read(fields: &mut Fields, zone: Tz) -> Result<Consultation, fields::Error> {
    let options: Vec<String> = fields.texts("options")?.into_iter().map(one_line).collect();
    if !(MIN_OPTIONS..=MAX_OPTIONS).contains(&options.len()) {
        let say = format!("write {MIN_OPTIONS} to {MAX_OPTIONS} options, such as [\"Yes\", \"No\"]");
        return Err(fields.wrong("options", say));
    }
    for (index, option) in options.iter().enumerate() {
        if option.chars().count() > MAX_OPTION {
            let say = format!("`{option}` is longer than {MAX_OPTION} characters: shorten it");
            return Err(fields.wrong("options", say));
        }
        if options.iter().take(index).any(|before| before == option) {
            return Err(fields.wrong("options", format!("`{option}` is there twice: write it once")));
        }
    }
    let asked = Consultation {
        options,
        multiple: fields.flag("multiple")?,
        opens: fields.when("opens", zone)?,
        closes: fields.when("closes", zone)?,
    };
    in_order(fields, ("opens", asked.opens), ("closes", asked.closes))?;
    Ok(asked)
}

/// Notes when a published consultation opens and closes, in the transaction that publishes or revises it.
pub(super) fn schedule(conn: &mut Conn, act: &Act, row: &Row, asked: &Consultation) -> Result<(), Error> {
    let opens = asked.opens.map(|opens| dates::begin(opens, act.zone).naive_utc());
    let closes = asked.closes.map(|closes| dates::end(closes, act.zone).naive_utc());
    consultation::set_times(conn, &row.id, opens, closes)?;
    if row.state == State::Closed {
        consultation::close(conn, &row.id, act.at.naive_utc())?;
    }
    Ok(())
}

/// Closes what is over and tells the counts that changed; each in a transaction of its own and, with several workers, by one
/// of them. How many it were.
///
/// # Errors
/// The database's; what was not done is done at the next look.
pub async fn tend(app: &App) -> Result<usize, Error> {
    let act = Act::now(app);
    let now = act.at.naive_utc();
    let (over, due) = app
        .db
        .read(move |conn| {
            let over = consultation::to_close(conn, now - CLOSING, AT_ONCE)?;
            Ok::<_, Error>((over, consultation::results_due(conn, now, AT_ONCE)?))
        })
        .await?;
    let mut done = 0_usize;
    for (id, deadline) in over {
        let act = act.clone();
        let closed = app.db.write(move |conn| close(conn, &act, &id, deadline)).await?;
        done = done.saturating_add(usize::from(closed));
    }
    for id in due {
        let act = act.clone();
        let told = app.db.write(move |conn| tell_counts(conn, &act, &id)).await?;
        done = done.saturating_add(usize::from(told));
    }
    if done > 0 {
        app.wake.outbox.notify_one();
    }
    Ok(done)
}

/// The deadline has passed: the state becomes `closed`, and the result goes out, with the note that says so. No revision:
/// nobody wrote anything.
fn close(conn: &mut Conn, act: &Act, id: &str, deadline: Option<NaiveDateTime>) -> Result<bool, Error> {
    let now = act.at.naive_utc();
    let before = model::publication::find(conn, id)?;
    if !consultation::close_by_clock(conn, id, now - CLOSING)? {
        return Ok(false);
    }
    // Counts that waited to be told go with the result.
    consultation::close(conn, id, deadline.unwrap_or(now))?;
    let mut hosts = send(conn, act, id, true)?;
    if let (Some(before), Some(closed)) = (before, model::publication::find(conn, id)?) {
        hosts.extend(note::learn(conn, act, &before.content(), &closed)?);
    }
    outbox::make_due(conn, &hosts, now)?;
    Ok(true)
}

fn tell_counts(conn: &mut Conn, act: &Act, id: &str) -> Result<bool, Error> {
    if !consultation::take_results(conn, id, act.at.naive_utc())? {
        return Ok(false);
    }
    let hosts = send(conn, act, id, false)?;
    outbox::make_due(conn, &hosts, act.at.naive_utc())?;
    Ok(true)
}

/// The document as it is now, to the followers and to those who answered. Its `updated` stays: servers that know it take the
/// counts and leave the text. The outbox lists the result, not each count before it.
fn send(conn: &mut Conn, act: &Act, id: &str, listed: bool) -> Result<Hosts, Error> {
    let Some(publication) = model::publication::find(conn, id)?.filter(|found| found.is_public()) else {
        return Ok(Hosts::new());
    };
    let object = crate::ap::publication::document(&act.urls, &publication, &[], act.zone, act.at);
    let new_id = act.new_id();
    let actor = act.urls.coalition(&publication.actor.handle);
    let said = Said { urls: &act.urls, id: &new_id, actor: &actor, at: act.at };
    let document = said.publicly("Update", &object);
    let new = NewActivity {
        id: new_id,
        actor_id: publication.actor.id,
        kind: "Update",
        publication_id: Some(id.to_owned()),
        document,
        public: listed,
        to: Audience::FollowersAnd(consultation::inboxes(conn, id)?),
        subject: act.urls.publication(id),
        now: act.at.naive_utc(),
        quiet: false,
    };
    Ok(outbox::store(conn, new)?)
}
