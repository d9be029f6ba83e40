//! Comments: what organisations, persons and coalitions of this node say under a publication, change and delete.

use std::collections::HashSet;

use super::note::{say, the};
use super::publication::later;
use super::{Act, Error, follow, front_matter, moving};
use crate::ap::fetch::Fetcher;
use crate::ap::handles;
use crate::app::{App, Local, Urls};
use crate::db::{self, Conn};
use crate::domain::note::Kind;
use crate::model;
use crate::model::actor::Actor;
use crate::model::note::{Mention, Note, Row};
use crate::outbox::{self, Audience};
use crate::text::post;

/// Longest comment, in bytes of Markdown: `content`, `contentMap` and `source` triple it.
pub const MAX_TEXT: usize = 20_000;
/// Most people whom one comment names, each of whom is looked up on another server.
pub const MAX_MENTIONS: usize = 20;

/// What somebody says.
#[derive(Clone, Debug)]
pub struct Words {
    /// Markdown.
    pub text: String,
    /// BCP 47; where absent, that of the publication, of a revised comment its own.
    pub language: Option<String>,
}

/// A comment that was said or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commented {
    /// Its URL.
    pub url: String,
    /// Names that could not be found: they stay text. Each with the reason.
    pub unknown: Vec<(String, String)>,
}

/// Says something as `by` (a handle) in answer to a publication, a note of ours or a remote reply that is known here (URLs).
///
/// # Errors
/// [`Error`], a sentence.
pub async fn add(app: &App, answers: String, by: String, words: Words) -> Result<Commented, Error> {
    let words = checked(words)?;
    let (mentions, unknown) = named(app, &words.text).await?;
    let act = Act::now(app);
    let by = by.trim_start_matches('@').to_owned();
    let url = app.db.write(move |conn| add_on(conn, &act, &answers, &by, &words, &mentions)).await?;
    app.wake.outbox.notify_one();
    Ok(Commented { url, unknown })
}

/// Changes what a comment says. What is as it was travels to nobody.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn edit(app: &App, url: String, words: Words) -> Result<Commented, Error> {
    let words = checked(words)?;
    let (mentions, unknown) = named(app, &words.text).await?;
    let act = Act::now(app);
    let url = app.db.write(move |conn| edit_on(conn, &act, &url, &words, &mentions)).await?;
    app.wake.outbox.notify_one();
    Ok(Commented { url, unknown })
}

/// Deletes a comment: its text goes here and, by a `Delete`, wherever it went. Its URL.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn delete(app: &App, url: String) -> Result<String, Error> {
    let act = Act::now(app);
    let url = app.db.write(move |conn| delete_on(conn, &act, &url)).await?;
    app.wake.outbox.notify_one();
    Ok(url)
}

fn checked(words: Words) -> Result<Words, Error> {
    let text = words.text.replace("\r\n", "\n").trim().to_owned();
    if text.is_empty() {
        return Err(Error::Refused("the comment is empty: write --text or give a --file".to_owned()));
    }
    if text.len() > MAX_TEXT {
        return Err(Error::Refused(format!(
            "the comment is {} bytes long: at most {MAX_TEXT}, publish a longer text",
            text.len()
        )));
    }
    if let Some(tag) = words.language.as_deref().filter(|tag| !front_matter::is_language(tag)) {
        return Err(Error::Refused(format!("`{tag}` is no language tag: write fr, en or another of BCP 47")));
    }
    Ok(Words { text, ..words })
}

/// Looks up everybody whom a text names, here or by WebFinger; before the transaction, which fetches nothing.
async fn named(app: &App, text: &str) -> Result<(Vec<Mention>, Vec<(String, String)>), Error> {
    let names = post::mentions(text);
    if names.len() > MAX_MENTIONS {
        return Err(Error::Refused(format!(
            "the comment names {} people: at most {MAX_MENTIONS}",
            names.len()
        )));
    }
    let (mut mentions, mut unknown) = (Vec::new(), Vec::new());
    for name in names {
        match lookup(app, &name).await {
            Ok(mention) => mentions.push(mention),
            Err(Error::Database(error)) => return Err(error.into()),
            Err(why) => unknown.push((name, why.to_string())),
        }
    }
    Ok((mentions, unknown))
}

async fn lookup(app: &App, name: &str) -> Result<Mention, Error> {
    let (user, host) = name.trim_start_matches('@').split_once('@').unwrap_or_default();
    let host = host.to_lowercase();
    if host == app.urls.domain() || host == app.urls.host() {
        let handle = user.to_lowercase();
        let actor = app.db.read(move |conn| follow::local_actor(conn, &handle)).await?;
        return Ok(Mention { name: name.to_owned(), url: path_of(&app.urls, &actor), inbox: None });
    }
    let found = handles::find(&Fetcher::new(app), name).await;
    let found = found.map_err(|error| Error::Refused(error.to_string()))?;
    let inbox = Some(found.shared_inbox.unwrap_or(found.inbox));
    Ok(Mention { name: name.to_owned(), url: found.url, inbox })
}

/// Rows hold no base URL.
fn path_of(urls: &Urls, actor: &Actor) -> String {
    let id = urls.actor(actor.kind, &actor.handle);
    id.strip_prefix(urls.base()).unwrap_or(&id).to_owned()
}

/// What a comment answers.
struct Parent {
    publication: String,
    note: Option<String>,
    /// The id of a remote reply, and its author's row.
    reply: Option<(String, i64)>,
}

fn parent(conn: &mut Conn, act: &Act, url: &str) -> Result<Parent, Error> {
    let unknown = || {
        Error::Refused(format!(
            "there is nothing at `{url}` to answer here: give the URL of a publication, of a comment or of a known reply"
        ))
    };
    let found = match act.urls.local(url) {
        Some(Local::Publication(id)) => Parent { publication: id, note: None, reply: None },
        Some(Local::Note(id)) => {
            let publication = model::note::thread(conn, &id)?.ok_or_else(unknown)?;
            Parent { publication, note: Some(id), reply: None }
        }
        _ => {
            let known = model::reply::find(conn, url)?;
            let known = known.filter(model::reply::Known::is_shown).ok_or_else(unknown)?;
            let reply = Some((url.to_owned(), known.remote_id));
            Parent { publication: known.publication_id, note: None, reply }
        }
    };
    if !model::publication::is_public(conn, &found.publication)? {
        return Err(unknown());
    }
    if model::lock::find(conn, &found.publication)?.is_some() {
        return Err(Error::Refused(format!("`{url}` is locked by its coalition: it takes no more answers")));
    }
    Ok(found)
}

fn add_on(
    conn: &mut Conn,
    act: &Act,
    answers: &str,
    by: &str,
    words: &Words,
    mentions: &[Mention],
) -> Result<String, Error> {
    let author = follow::local_actor(conn, by)?;
    moving::speaks(conn, act, &author)?;
    let parent = parent(conn, act, answers)?;
    let missing = || Error::NoPublication(parent.publication.clone());
    let publication = model::publication::find(conn, &parent.publication)?.ok_or_else(missing)?;
    let answered = match &parent.reply {
        Some((_, remote)) => Some(model::remote::by_id(conn, *remote)?),
        None => None,
    };
    let language = words.language.clone().unwrap_or(publication.row.language);
    let row = Row {
        id: act.new_id(),
        actor_id: author.id,
        coalition_id: publication.actor.id,
        publication_id: Some(parent.publication.clone()),
        kind: Kind::Comment,
        parent_note: parent.note,
        parent_url: parent.reply.map(|(url, _)| url),
        parent_author: answered.map(|remote| remote.url),
        markdown: words.text.clone(),
        html: post::render(&words.text, &links(mentions)),
        language,
        mentions: json(mentions)?,
        likes: 0,
        shares: 0,
        published_at: act.at.naive_utc(),
        updated_at: None,
        deleted_at: None,
    };
    model::reply::count(conn, &parent.publication, 1)?;
    model::note::insert(conn, &row, &post::hashtags(&words.text))?;
    let note = the(conn, &row.id)?;
    tell(conn, act, &note, "Create", Vec::new())?;
    Ok(act.urls.note(&row.id))
}

fn edit_on(
    conn: &mut Conn,
    act: &Act,
    url: &str,
    words: &Words,
    mentions: &[Mention],
) -> Result<String, Error> {
    // As it is once nobody deletes it with its author.
    let author = own(conn, act, url)?.author;
    model::actor::lock(conn, author.id)?;
    let old = own(conn, act, url)?;
    let own_url = act.urls.note(&old.row.id);
    if old.row.deleted_at.is_some() {
        return Err(Error::Refused(format!("`{own_url}` was deleted: its address stays a tombstone")));
    }
    let language = words.language.clone().unwrap_or_else(|| old.row.language.clone());
    let html = post::render(&words.text, &links(mentions));
    if (&old.row.markdown, &old.row.language, &old.row.html) == (&words.text, &language, &html) {
        return Ok(own_url);
    }
    let last = old.row.updated_at.unwrap_or(old.row.published_at).and_utc();
    let row = Row {
        markdown: words.text.clone(),
        html,
        language,
        mentions: json(mentions)?,
        updated_at: Some(later(act.at, last).naive_utc()),
        ..old.row.clone()
    };
    model::note::revise(conn, &row, &post::hashtags(&words.text))?;
    let note = the(conn, &row.id)?;
    // Whoever was named before must see that they no longer are.
    tell(conn, act, &note, "Update", inboxes(&old.mentions))?;
    Ok(own_url)
}

fn delete_on(conn: &mut Conn, act: &Act, url: &str) -> Result<String, Error> {
    let mut note = own(conn, act, url)?;
    let own_url = act.urls.note(&note.row.id);
    if note.row.deleted_at.is_some() {
        return Ok(own_url);
    }
    let at = act.at.naive_utc();
    model::note::delete(conn, &note.row, at)?;
    unlist(conn, &note, &own_url)?;
    note.row.deleted_at = Some(at);
    tell(conn, act, &note, "Delete", Vec::new())?;
    Ok(own_url)
}

/// A comment of this node by its URL or the id at its end.
fn own(conn: &mut Conn, act: &Act, url: &str) -> Result<Note, Error> {
    let id = match act.urls.local(url) {
        Some(Local::Note(id)) => id,
        _ => url.to_owned(),
    };
    let found = model::note::find(conn, &id)?.filter(|note| note.row.kind == Kind::Comment);
    found.ok_or_else(|| Error::Refused(format!("there is no comment `{url}` on this node: give its URL")))
}

/// The text of what was deleted is no longer in the outbox, nor at the addresses of its activities.
fn unlist(conn: &mut Conn, note: &Note, url: &str) -> Result<(), Error> {
    let publication = note.row.publication_id.as_deref();
    let mut said = model::activity::about(conn, note.author.id, publication)?;
    // What the coalition passed on holds the author's activity as it was.
    said.extend(model::activity::announces_of(conn, note.row.coalition_id, url)?);
    for activity in said {
        let document: serde_json::Value = serde_json::from_str(&activity.document).unwrap_or_default();
        let mut told =
            ["/object/id", "/object/object/id"].into_iter().filter_map(|place| document.pointer(place));
        if told.any(|id| id.as_str() == Some(url)) {
            model::activity::unlist(conn, &activity.id)?;
        }
    }
    Ok(())
}

/// To the followers of the author and of the coalition, the author of what is answered, and whom the comment names.
fn tell(conn: &mut Conn, act: &Act, note: &Note, kind: &'static str, also: Vec<String>) -> Result<(), Error> {
    let mut to = also;
    if note.author.id != note.row.coalition_id {
        to.extend(model::delivery::follower_inboxes(conn, note.row.coalition_id)?);
    }
    if let Some(url) = &note.row.parent_author
        && let Some(remote) = model::remote::by_url(conn, url)?.filter(|remote| remote.gone_at.is_none())
    {
        to.push(remote.shared_inbox.unwrap_or(remote.inbox));
    }
    to.extend(inboxes(&note.mentions));
    let object = match note.row.deleted_at {
        Some(_) => crate::ap::note::deleted(&act.urls, note),
        None => crate::ap::note::document(&act.urls, note),
    };
    let hosts = say(conn, act, note, kind, &object, Audience::FollowersAnd(to))?;
    Ok(outbox::make_due(conn, &hosts, act.at.naive_utc())?)
}

fn inboxes(mentions: &[Mention]) -> Vec<String> {
    let distinct: HashSet<&String> = mentions.iter().filter_map(|mention| mention.inbox.as_ref()).collect();
    distinct.into_iter().cloned().collect()
}

fn links(mentions: &[Mention]) -> Vec<(String, String)> {
    mentions.iter().map(|mention| (mention.name.clone(), mention.url.clone())).collect()
}

fn json(mentions: &[Mention]) -> Result<String, Error> {
    serde_json::to_string(mentions)
        .map_err(|error| db::Error::Corrupt(format!("mentions cannot be written: {error}")).into())
}
