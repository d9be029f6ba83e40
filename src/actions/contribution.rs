//! What a member organisation contributes to a coalition: a note of its own whose audience is the coalition (FEP-1b12). The
//! coalition passes it on to its followers, and with it what the member later says about it and in the coalition's threads.

use super::note::{say, the};
use super::{Act, Error, moving, no_actor};
use crate::ap;
use crate::app::App;
use crate::db::Conn;
use crate::domain::actor::ActorKind;
use crate::domain::note::Kind;
use crate::model;
use crate::model::note::{Note, Row};
use crate::outbox::{self, Audience, Hosts};
use crate::text::html;

/// A contribution to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewContribution {
    /// The handle of the coalition.
    pub coalition: String,
    /// The handle of the organisation.
    pub by: String,
    /// Markdown.
    pub text: String,
    /// BCP 47; the coalition's where none is told.
    pub language: Option<String>,
}

/// Publishes a contribution. Its URL.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn publish(app: &App, new: NewContribution) -> Result<String, Error> {
    let act = Act::now(app);
    let url = app.db.write(move |conn| publish_on(conn, &act, &new)).await?;
    app.wake.outbox.notify_one();
    Ok(url)
}

fn publish_on(conn: &mut Conn, act: &Act, new: &NewContribution) -> Result<String, Error> {
    let Some((group, coalition)) = model::coalition::by_handle(conn, &new.coalition)? else {
        return Err(no_actor(conn, ActorKind::Coalition, &new.coalition));
    };
    let author = model::actor::by_handle(conn, &new.by)?;
    let Some(author) = author.filter(|author| author.kind == ActorKind::Organisation) else {
        return Err(no_actor(conn, ActorKind::Organisation, &new.by));
    };
    moving::speaks(conn, act, &group)?;
    moving::speaks(conn, act, &author)?;
    if !is_member(conn, group.id, author.id)? {
        return Err(Error::Refused(format!(
            "`{}` is no member of the coalition `{}`: only members contribute",
            author.handle, group.handle
        )));
    }
    if new.text.trim().is_empty() {
        return Err(Error::Refused("the contribution is empty: write what the organisation says".to_owned()));
    }
    let row = Row {
        id: act.new_id(),
        actor_id: author.id,
        coalition_id: group.id,
        publication_id: None,
        kind: Kind::Comment,
        parent_note: None,
        parent_url: None,
        parent_author: None,
        html: html::render(&new.text),
        markdown: new.text.clone(),
        language: new.language.clone().unwrap_or(coalition.language),
        mentions: "[]".to_owned(),
        likes: 0,
        shares: 0,
        published_at: act.at.naive_utc(),
        updated_at: None,
        deleted_at: None,
    };
    model::note::insert(conn, &row, &[])?;
    let note = the(conn, &row.id)?;
    let object = ap::note::document(&act.urls, &note);
    let hosts = say(conn, act, &note, "Create", &object, Audience::Followers)?;
    outbox::make_due(conn, &hosts, act.at.naive_utc())?;
    Ok(act.urls.note(&row.id))
}

/// Has the coalition pass on what a member said, if its author is one. What persons and the coalition itself say is not passed
/// on. A former member's `Delete` is, where its contribution was.
///
/// # Errors
/// [`Error`]; then nothing of the transaction may be kept.
pub(super) fn pass_on(conn: &mut Conn, act: &Act, note: &Note, activity: &str) -> Result<Hosts, Error> {
    if note.author.kind != ActorKind::Organisation {
        return Ok(Hosts::new());
    }
    let group = model::actor::by_id(conn, note.row.coalition_id)?;
    let (url, published) = (act.urls.note(&note.row.id), note.row.published_at);
    let passes = is_member(conn, group.id, note.author.id)?
        || (note.row.deleted_at.is_some() && outbox::announced(conn, &act.urls, &group, &url, published)?);
    let activity = model::activity::find(conn, activity)?.filter(|_| passes);
    let Some(activity) = activity else {
        return Ok(Hosts::new());
    };
    let now = act.at.naive_utc();
    Ok(outbox::announce(conn, &act.urls, &group, &activity.document, (published, now))?)
}

fn is_member(conn: &mut Conn, coalition: i64, actor: i64) -> Result<bool, Error> {
    Ok(model::coalition::role(conn, coalition, actor)?.is_some_and(crate::domain::actor::Role::is_member))
}
