//! What other servers run, by their own word (NodeInfo): asked in the background when a server is first met, and once a week
//! after that. Nothing depends on it: it is for those who watch.

use chrono::TimeDelta;
use reqwest::header::HeaderValue;
use reset_federation::json;
use reset_federation::printable::printable;
use reset_federation::url_check::{self, authority};
use serde_json::Value;
use tokio::task::JoinSet;
use url::Url;

use super::fetch::{FetchError, Fetcher};
use crate::app::SharedApp;
use crate::db::{self, Conn};
use crate::model::host::{self, Software};

/// How long an answer counts, also that there is none.
const LIFE: TimeDelta = TimeDelta::days(7);
/// When a server is asked again where this process ended meanwhile.
const AGAIN: TimeDelta = TimeDelta::hours(1);
/// Most servers that are asked side by side.
const ASKED: i64 = 16;
/// Most requests to one server: the links and the document, over https and, in tests, over http, with a redirect of each.
const REQUESTS: usize = 6;
/// Most characters of a name or a version, and of a failure.
const MAX_WORD: usize = 60;
const MAX_ERROR: usize = 200;
/// The versions that are read, the best first; the part of a server's address before them is the same for all.
const SCHEMAS: [&str; 2] =
    ["http://nodeinfo.diaspora.software/ns/schema/2.1", "http://nodeinfo.diaspora.software/ns/schema/2.0"];

/// Asks some of the servers that are due, and keeps what they say. How many were asked.
///
/// # Errors
/// The database's.
pub async fn ask_due(app: &SharedApp) -> Result<usize, db::Error> {
    let now = app.now().naive_utc();
    let due = app.db.read(move |conn| Ok::<_, db::Error>(host::to_ask(conn, now, ASKED)?)).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let take = move |conn: &mut Conn| {
        let mut taken = Vec::with_capacity(due.len());
        let mut due = due;
        // By name, as every transaction locks them.
        due.sort_unstable();
        for host in due {
            if host::take_asking(conn, &host, now, now + AGAIN)? {
                taken.push(host);
            }
        }
        Ok::<_, db::Error>(taken)
    };
    let taken = app.db.write(take).await?;
    let (count, mut asked) = (taken.len(), JoinSet::new());
    for host in taken {
        let app = app.clone();
        asked.spawn(async move { ask_and_keep(&app, host).await });
    }
    while let Some(ended) = asked.join_next().await {
        ended.map_err(|_| db::Error::Panicked)??;
    }
    Ok(count)
}

async fn ask_and_keep(app: &SharedApp, host: String) -> Result<(), db::Error> {
    let answer = ask(&Fetcher::with(app, REQUESTS), &host).await;
    let answer = answer.map_err(|error| printable(&error.to_string(), MAX_ERROR));
    if let Err(error) = &answer {
        tracing::debug!(host, error, "a server does not say what it runs");
    }
    let next = app.now().naive_utc() + LIFE;
    let keep = move |conn: &mut Conn| {
        let said = answer.as_ref().map_err(String::as_str);
        Ok::<_, db::Error>(host::keep_software(conn, &host, said, next)?)
    };
    app.db.write(keep).await
}

async fn ask(fetcher: &Fetcher<'_>, host: &str) -> Result<Software, FetchError> {
    let allow_http = fetcher.app().config.federation.allow_http;
    let links = async |scheme: &str| {
        let url = Url::parse(&format!("{scheme}://{host}/.well-known/nodeinfo"));
        let url = url.map_err(|_| FetchError::Refused(format!("{host} is no host")))?;
        read(fetcher, &url).await
    };
    let (from, document) = match links("https").await {
        Err(FetchError::Later(_)) if allow_http => links("http").await?,
        answer => answer?,
    };
    let url = best_link(&document, &from, allow_http)
        .ok_or_else(|| FetchError::Refused("its server names no NodeInfo 2.0 or 2.1 of its own".into()))?;
    let (_, document) = read(fetcher, &url).await?;
    software(&document).ok_or_else(|| FetchError::Refused("its NodeInfo names no software".into()))
}

async fn read(fetcher: &Fetcher<'_>, url: &Url) -> Result<(Url, Value), FetchError> {
    let accept = HeaderValue::from_static("application/json");
    let (from, bytes) = fetcher.get(url, accept, false, |kind| kind.contains("json")).await?;
    let value = json::parse(&bytes).map_err(|error| FetchError::Refused(error.to_string()))?;
    Ok((from, value))
}

/// The link to the best version, on the server that was asked and no other.
fn best_link(document: &Value, from: &Url, allow_http: bool) -> Option<Url> {
    let links = document.get("links")?.as_array()?;
    SCHEMAS.iter().find_map(|schema| {
        let is_it = |link: &&Value| link.get("rel").and_then(Value::as_str) == Some(schema);
        let href = links.iter().filter(is_it).find_map(|link| link.get("href")?.as_str())?;
        url_check::id(href, allow_http).ok().filter(|url| authority(url) == authority(from))
    })
}

fn software(document: &Value) -> Option<Software> {
    let software = document.get("software")?;
    let word = |key| software.get(key).and_then(Value::as_str).map(plain).filter(|word| !word.is_empty());
    Some(Software { software: Some(word("name")?), software_version: word("version"), software_error: None })
}

/// The schema allows small letters, digits and hyphens in a name, and versions are like that.
fn plain(text: &str) -> String {
    printable(text, MAX_WORD).chars().filter(char::is_ascii).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use serde_json::json;

    use super::*;

    fn link(version: &str, href: &str) -> Value {
        json!({ "rel": format!("http://nodeinfo.diaspora.software/ns/schema/{version}"), "href": href })
    }

    #[test]
    fn the_best_link_of_the_server_itself_is_taken() {
        let from = Url::parse("https://a.example/.well-known/nodeinfo").unwrap();
        let best = |links: Value| {
            best_link(&json!({ "links": links }), &from, false).map(|url| url.path().to_owned())
        };
        let (old, new) = (link("2.0", "https://a.example/2.0"), link("2.1", "https://a.example/2.1"));
        assert_eq!(best(json!([old, new])).as_deref(), Some("/2.1"));
        assert_eq!(best(json!([link("2.1", "https://b.example/2.1"), old])).as_deref(), Some("/2.0"));
        for bad in ["http://a.example/2.1", "https://a.example:8443/2.1", "/2.1", "file:///etc/passwd"] {
            assert_eq!(best(json!([link("2.1", bad)])), None, "{bad}");
        }
        assert_eq!(best(json!([link("1.0", "https://a.example/1.0")])), None);
        assert_eq!(best(json!("links")), None);
    }

    #[test]
    fn names_of_strangers_are_short_and_harmless() {
        let read = |name: &str, version: Value| {
            software(&json!({ "software": { "name": name, "version": version } }))
        };
        let found = read("masto\u{1b}[31mdon\n", json!("4.5.0\u{202e}")).unwrap();
        assert_eq!(found.software.as_deref(), Some("masto [31mdon"));
        assert_eq!(found.software_version.as_deref(), Some("4.5.0"));
        let long = read(&"a".repeat(10_000), json!(7)).unwrap();
        assert_eq!((long.software.unwrap().len(), long.software_version), (MAX_WORD, None));
        assert_eq!(read("\u{202e}", json!("1")), None);
    }
}
