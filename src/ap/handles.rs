//! Handles of actors of other servers: found by WebFinger, and believed with another domain than that of the actor's id only where
//! the server of the actor and that domain both say so.

use reqwest::header::HeaderValue;
use reset_federation::media_type::JRD_JSON;
use reset_federation::webfinger::{self, Acct, Jrd, Resource, WebfingerError};

use super::fetch::{FetchError, Fetcher};
use super::resolve::{self, Age};
use crate::db;
use crate::model::handles;
use crate::model::remote::Remote;

/// Finds an actor by `@user@domain` or by its URL, fetches it and settles its handle.
///
/// # Errors
/// See [`FetchError`].
pub async fn find(fetcher: &Fetcher<'_>, text: &str) -> Result<Remote, FetchError> {
    let found = match webfinger::parse_resource(text).map_err(refused)? {
        Resource::Url(url) => resolve::actor(fetcher, &url, Age::Now).await?,
        Resource::Acct(acct) => {
            let url = ask(fetcher, &acct)
                .await?
                .actor(fetcher.app().config.federation.allow_http)
                .ok_or_else(|| FetchError::Refused(format!("{acct} has no ActivityPub actor")))?;
            let found = resolve::actor(fetcher, &url, Age::Now).await?;
            if !found.username.eq_ignore_ascii_case(&acct.user) {
                return Err(FetchError::Refused(format!("{acct} leads to an actor of another name, {url}")));
            }
            found
        }
    };
    settle(fetcher, found).await
}

/// Asks what the domain in an actor's handle is, and stores it. The actor with it.
///
/// # Errors
/// The database's.
pub async fn settle(fetcher: &Fetcher<'_>, mut remote: Remote) -> Result<Remote, FetchError> {
    let app = fetcher.app();
    let now = app.now().naive_utc();
    let (domain, asked) = match domain(fetcher, &remote).await {
        Ok(domain) => (domain, Some(now)),
        Err(FetchError::Later(_)) => (remote.domain, None),
        Err(FetchError::Gone | FetchError::Refused(_)) => (remote.host.clone(), Some(now)),
    };
    let (id, stored) = (remote.id, domain.clone());
    app.db.write(move |conn| Ok::<_, db::Error>(handles::set_domain(conn, id, &stored, asked)?)).await?;
    remote.domain = domain;
    Ok(remote)
}

/// The domain that the server of the actor names, if the actor is what that domain names in turn; else the host of its id.
async fn domain(fetcher: &Fetcher<'_>, remote: &Remote) -> Result<String, FetchError> {
    let here = Acct { user: remote.username.clone(), host: remote.host.clone() };
    let named = ask(fetcher, &here).await?.acct();
    let Some(named) = named.filter(|named| named.host != remote.host) else {
        return Ok(remote.host.clone());
    };
    let there = ask(fetcher, &named).await?;
    let allow_http = fetcher.app().config.federation.allow_http;
    let leads_back = there.actor(allow_http).is_some_and(|url| url.as_str() == remote.url);
    let is_its_name =
        named.user.eq_ignore_ascii_case(&remote.username) && there.acct().as_ref() == Some(&named);
    Ok(if leads_back && is_its_name { named.host } else { remote.host.clone() })
}

/// What the host of a handle says of it; by plain http where that is allowed and https does not answer.
async fn ask(fetcher: &Fetcher<'_>, acct: &Acct) -> Result<Jrd, FetchError> {
    let by = async |http| {
        let question = webfinger::question(acct, http).map_err(refused)?;
        let accept = HeaderValue::from_static("application/jrd+json, application/json");
        fetcher.get(&question, accept, false, is_jrd).await
    };
    let answer = match by(false).await {
        Err(FetchError::Later(_)) if fetcher.app().config.federation.allow_http => by(true).await?,
        answer => answer?,
    };
    Jrd::parse(&answer.1).map_err(refused)
}

fn refused(error: WebfingerError) -> FetchError {
    FetchError::Refused(error.to_string())
}

fn is_jrd(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case(JRD_JSON) || essence.eq_ignore_ascii_case("application/json")
}
