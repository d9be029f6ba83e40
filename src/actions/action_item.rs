//! What somebody has to do: made by a point of adopted minutes or by an organisation; its states are all kept.

use super::revision::{keeps, organisation};
use super::{Act, Error, moving, no_actor};
use crate::app::App;
use crate::db::{self, Conn};
use crate::domain::action::State;
use crate::domain::actor::{ActorKind, Role};
use crate::domain::publication::{Point, When};
use crate::model;
use crate::model::action_item::{self, Row};
use crate::model::coalition;
use crate::model::publication::Publication;
use crate::text::{Lang, dates, tf};

/// Longest text of an item, in characters.
const MAX_TEXT: usize = 1000;

/// An item to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewItem {
    /// The handle of the coalition.
    pub coalition: String,
    /// The handle of the organisation that adds it.
    pub by: String,
    /// Plain text.
    pub text: String,
    /// Handles or plain names of those who have to do it; `by` where there are none.
    pub owners: Vec<String>,
    /// Until when.
    pub due: Option<When>,
}

/// Another state of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The item.
    pub id: String,
    /// What it is from now on.
    pub state: State,
    /// The handle of the organisation that says so.
    pub by: String,
    /// Why, published; needed where the item is dropped.
    pub reason: Option<String>,
}

/// Adds an item. Its id.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn add(app: &App, new: NewItem) -> Result<String, Error> {
    let act = Act::now(app);
    app.db.write(move |conn| add_on(conn, &act, &new)).await
}

/// The same within a transaction.
///
/// # Errors
/// As [`add`].
pub fn add_on(conn: &mut Conn, act: &Act, new: &NewItem) -> Result<String, Error> {
    let Some((group, profile)) = coalition::by_handle(conn, &new.coalition)? else {
        return Err(no_actor(conn, ActorKind::Coalition, &new.coalition));
    };
    moving::speaks(conn, act, &group)?;
    let by = organisation(conn, &new.by)?;
    if !coalition::role(conn, group.id, by.id)?.is_some_and(Role::is_member) {
        return Err(Error::Refused(format!(
            "`{}` is no member of the coalition `{}`: only members add actions",
            by.handle, group.handle
        )));
    }
    let owners = match new.owners.is_empty() {
        true => vec![by.handle.clone()],
        false => new.owners.iter().map(|one| one.trim_start_matches('@').to_owned()).collect(),
    };
    let text = new.text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() || text.chars().count() > MAX_TEXT {
        return Err(Error::Refused(format!("say in 1 to {MAX_TEXT} characters what is to be done")));
    }
    let row = row(act, (group.id, &profile.language), text, (&owners, new.due))?;
    action_item::insert(conn, &row, Some(by.id))?;
    Ok(row.id)
}

fn row(
    act: &Act,
    (coalition_id, language): (i64, &str),
    text: String,
    (owners, due): (&[String], Option<When>),
) -> Result<Row, Error> {
    let owners = serde_json::to_string(owners)
        .map_err(|error| db::Error::Corrupt(format!("the owners cannot be written: {error}")))?;
    let now = act.at.naive_utc();
    Ok(Row {
        id: act.new_id(),
        coalition_id,
        minutes_id: None,
        text,
        owners,
        due: due.map(|due| due.to_string()),
        due_at: due.map(|due| dates::end(due, act.zone).naive_utc()),
        language: language.to_owned(),
        state: State::ToDo,
        created_at: now,
        updated_at: now,
    })
}

/// Makes the item of a point of adopted minutes. Its id.
pub(super) fn of_point(
    conn: &mut Conn,
    act: &Act,
    minutes: &Publication,
    point: &Point,
) -> Result<String, Error> {
    let text = match (&point.title, &point.text) {
        (Some(title), Some(text)) => {
            let lang = Lang::of_tag(&minutes.row.language).unwrap_or_default();
            tf(lang, "action-of-point", &[("title", title.into()), ("text", text.into())])
        }
        (title, text) => title.as_ref().or(text.as_ref()).cloned().unwrap_or_default(),
    };
    let made_of = (minutes.row.coalition_id, minutes.row.language.as_str());
    let mut row = row(act, made_of, text, (&point.owners, point.due))?;
    row.minutes_id = Some(minutes.row.id.clone());
    action_item::insert(conn, &row, None)?;
    Ok(row.id)
}

/// Sets the state of an item. The same state again changes nothing.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn set(app: &App, change: Change) -> Result<(), Error> {
    let act = Act::now(app);
    app.db.write(move |conn| set_on(conn, &act, &change)).await
}

/// The same within a transaction.
///
/// # Errors
/// As [`set`].
pub fn set_on(conn: &mut Conn, act: &Act, change: &Change) -> Result<(), Error> {
    let unknown =
        || Error::Refused(format!("there is no action `{}`: `action list` tells their ids", change.id));
    let group = action_item::find(conn, &change.id)?.ok_or_else(unknown)?.coalition_id;
    coalition::lock(conn, group)?;
    let item = action_item::find(conn, &change.id)?.ok_or_else(unknown)?;
    let group = model::actor::by_id(conn, group)?;
    moving::speaks(conn, act, &group)?;
    let by = organisation(conn, &change.by)?;
    keeps(conn, &group, &by, &item.owners())?;
    let reason = change.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    if change.state == State::Dropped && reason.is_none() {
        return Err(Error::Refused(
            "an action is dropped for a reason: say it with --reason, it is published".to_owned(),
        ));
    }
    if item.state == change.state {
        return Ok(());
    }
    Ok(action_item::set_state(conn, &item.id, change.state, by.id, reason, act.at.naive_utc())?)
}
