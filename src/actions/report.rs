//! Reports that others sent us, and reports of ours about what lies on other servers.

use reset_federation::actor::is_actor_type;
use reset_federation::{note, url_check};
use serde_json::{Value, json};
use url::Url;

use super::moderation::{note as audit, tidy};
use super::{Act, Error};
use crate::ap::activity::Said;
use crate::ap::fetch::Fetcher;
use crate::ap::resolve::{self, Age};
use crate::app::App;
use crate::db::Conn;
use crate::model;
use crate::model::remote::Remote;
use crate::outbox::{self, Audience, NewActivity};

/// Marks a report as dealt with; again replaces the note.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn resolve(app: &App, id: i64, note: Option<String>) -> Result<(), Error> {
    let (act, note) = (Act::now(app), tidy(note));
    let work = move |conn: &mut Conn| {
        if model::report::find(conn, id)?.is_none() {
            return Err(missing(id));
        }
        model::report::resolve(conn, id, note.as_deref(), act.at.naive_utc())?;
        audit(conn, &act, "report resolve", &id.to_string(), note.as_deref())
    };
    app.db.write(work).await
}

/// The sentence for a number that no report has.
pub fn missing(id: i64) -> Error {
    Error::Refused(format!("there is no report {id}: `reset-node report list --all` lists them"))
}

/// Reports an actor of another server, or posts of one actor, to its server: as the node's own actor, so that nobody else is
/// named. The id of the Flag.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn send(app: &App, urls: &[String], reason: String) -> Result<String, Error> {
    let reason = tidy(Some(reason)).ok_or_else(|| {
        Error::Refused("the reason is empty: say what is wrong, it is sent to the other server".to_owned())
    })?;
    let fetcher = Fetcher::new(app);
    let mut author: Option<Url> = None;
    let mut posts = Vec::new();
    for text in urls {
        let url = url_check::id(text.trim(), app.config.federation.allow_http)
            .map_err(|error| Error::Refused(format!("`{text}` cannot be reported: {error}")))?;
        let (by, post) = author_of(&fetcher, &url).await?;
        if author.as_ref().is_some_and(|author| *author != by) {
            return Err(Error::Refused("a report is about one actor: send one for each".to_owned()));
        }
        author = Some(by);
        posts.extend(post);
    }
    let author = author.ok_or_else(|| Error::Refused("name what is reported".to_owned()))?;
    let found = resolve::actor(&fetcher, &author, Age::Day).await;
    let remote = found.map_err(|error| Error::Refused(format!("{author} cannot be reported: {error}")))?;
    let act = Act::now(app);
    let id = app.db.write(move |conn| flag(conn, &act, &remote, posts, &reason)).await?;
    app.wake.outbox.notify_one();
    Ok(app.urls.activity(&id))
}

/// Whose this is; and its id, where it is a post.
async fn author_of(fetcher: &Fetcher<'_>, url: &Url) -> Result<(Url, Option<Url>), Error> {
    let app = fetcher.app();
    let refused = |why: String| Error::Refused(format!("`{url}` cannot be reported: {why}"));
    if app.urls.local(url.as_str()).is_some() {
        return Err(refused("it is this node's own".to_owned()));
    }
    let wanted = url.to_string();
    let stored = app.db.read(move |conn| known(conn, &wanted)).await?;
    if let Some((author, is_post)) = stored {
        let author = author.parse().map_err(|_| refused("its author is not known".to_owned()))?;
        return Ok((author, is_post.then(|| url.clone())));
    }
    let document = fetcher.document(url).await.map_err(|error| refused(error.to_string()))?;
    if document.value.get("type").and_then(Value::as_str).is_some_and(is_actor_type) {
        return Ok((document.id, None));
    }
    let post = note::parse(&document.value, app.config.federation.allow_http)
        .map_err(|error| refused(error.to_string()))?;
    let author = post.attributed_to.first().cloned();
    let author = author.filter(|author| url_check::same_origin(author, &document.id));
    Ok((author.ok_or_else(|| refused("it names no author of its own server".to_owned()))?, Some(document.id)))
}

/// The author of a reply that is kept here, or an actor that is known; and whether it is a reply.
fn known(conn: &mut Conn, url: &str) -> Result<Option<(String, bool)>, Error> {
    if let Some(reply) = model::reply::find(conn, url)? {
        return Ok(Some((model::remote::by_id(conn, reply.remote_id)?.url, true)));
    }
    Ok(model::remote::by_url(conn, url)?.map(|remote| (remote.url, false)))
}

/// To the actor's own inbox, as Mastodon sends it: its id first, then the posts.
fn flag(conn: &mut Conn, act: &Act, remote: &Remote, posts: Vec<Url>, reason: &str) -> Result<String, Error> {
    let node = model::actor::by_handle(conn, super::node::HANDLE)?.ok_or_else(|| {
        Error::Refused("this node has no actor of its own: run `reset-node init`".to_owned())
    })?;
    let objects: Vec<String> =
        std::iter::once(remote.url.clone()).chain(posts.into_iter().map(String::from)).collect();
    let (id, actor) = (act.new_id(), act.urls.node());
    let said = Said { urls: &act.urls, id: &id, actor: &actor, at: act.at };
    let mut document = said.to("Flag", &remote.url, &json!(objects));
    if let Some(document) = document.as_object_mut() {
        document.insert("content".to_owned(), reason.into());
    }
    let new = NewActivity {
        id: id.clone(),
        actor_id: node.id,
        kind: "Flag",
        publication_id: None,
        document,
        public: false,
        to: Audience::Inboxes(vec![remote.inbox.clone()]),
        subject: remote.url.clone(),
        now: act.at.naive_utc(),
        quiet: false,
    };
    outbox::enqueue(conn, new)?;
    audit(conn, act, "report send", &objects.join(" "), Some(reason))?;
    Ok(id)
}
