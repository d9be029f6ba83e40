//! "From your server": leads a visitor to the page of their own server where a follow, a reply, a like or a boost is confirmed, as
//! that server says (FEP-3b86). Nothing of it is kept, and nothing is remembered of the visitor.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use reset_federation::intent::Intent;
use reset_federation::media_type::JRD_JSON;
use reset_federation::webfinger::{self, Jrd};
use serde::Deserialize;
use url::Url;

use crate::ap::fetch::Fetcher;
use crate::app::{App, SharedApp};
use crate::model::coalition;
use crate::model::publication::Publication;
use crate::web::error::{self, Error};
use crate::web::fair;

/// Where a request comes from, as browsers tell it (Fetch Metadata).
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Who wants to follow, as they wrote it.
#[derive(Deserialize)]
pub(super) struct FollowForm {
    account: String,
}

/// Who wants to do what with a publication.
#[derive(Deserialize)]
pub(super) struct ReactForm {
    account: String,
    act: Act,
}

/// The buttons of the form.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Act {
    Reply,
    Like,
    Announce,
}

/// `POST /coalitions/{handle}/follow`.
pub(super) async fn follow(
    State(app): State<SharedApp>,
    Path(handle): Path<String>,
    parts: Parts,
    Form(form): Form<FollowForm>,
) -> Result<Response, Error> {
    let found = app.db.read(move |conn| Ok::<_, Error>(coalition::by_handle(conn, &handle)?));
    let (actor, _) = found.await?.ok_or(Error::NotFound)?;
    let id = app.urls.coalition(&actor.handle);
    lead(&app, &parts, &form.account, Intent::Follow, &id).await
}

/// `POST /publications/{id}/react`.
pub(super) async fn react(
    State(app): State<SharedApp>,
    Path(id): Path<String>,
    parts: Parts,
    Form(form): Form<ReactForm>,
) -> Result<Response, Error> {
    let found = app.db.read(move |conn| super::publication::find(conn, &id)).await?;
    let publication = Some(found).filter(Publication::is_public).ok_or(Error::NotFound)?;
    let intent = match form.act {
        Act::Reply => Intent::Reply,
        Act::Like => Intent::Like,
        Act::Announce => Intent::Announce,
    };
    lead(&app, &parts, &form.account, intent, &app.urls.publication(&publication.row.id)).await
}

/// To the page of the visitor's server for this; where it names none, to the one that Mastodon and those that follow it have.
async fn lead(app: &App, parts: &Parts, account: &str, intent: Intent, id: &str) -> Result<Response, Error> {
    if is_foreign(&parts.headers) {
        return Err(Error::Form("follow-other-site"));
    }
    let server = server_of(account).ok_or(Error::Form("follow-bad-account"))?;
    if !fair::may_ask(app, parts) {
        return Err(Error::TooMany);
    }
    let allow_http = app.config.federation.allow_http;
    let named = told(app, account).await.and_then(|jrd| intent.page(&jrd, id, allow_http));
    let page = named.map(String::from).unwrap_or_else(|| {
        let scheme = if allow_http { "http" } else { "https" };
        let uri: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
        format!("{scheme}://{server}/authorize_interaction?uri={uri}")
    });
    Ok(error::see_other(&page))
}

/// Whether another site sends the form, which would make this one a way to lead people anywhere. Browsers say so; one that does
/// not is an old one.
pub(super) fn is_foreign(headers: &HeaderMap) -> bool {
    let site = headers.get(SITE).and_then(|site| site.to_str().ok());
    site.is_some_and(|site| !matches!(site, "same-origin" | "none"))
}

/// What the visitor's server says of the account; `None` where it does not answer.
async fn told(app: &App, account: &str) -> Option<Jrd> {
    let resource = webfinger::parse_resource(account).ok()?;
    let question = webfinger::question_about(&resource, app.config.federation.allow_http).ok()?;
    let accept = HeaderValue::from_static(JRD_JSON);
    let fetcher = Fetcher::new(app);
    let json = |kind: &str| kind.contains("json");
    let answer = fetcher.get(&question, accept, false, json).await;
    let (_, bytes) = answer
        .inspect_err(|error| tracing::debug!(%error, "a visitor's server did not say where to go"))
        .ok()?;
    Jrd::parse(&bytes).ok()
}

/// The host (and port) in `@user@server`, `user@server`, or the address of a profile.
fn server_of(account: &str) -> Option<String> {
    let account = account.trim();
    let address = match account.split_once("://") {
        Some(_) => Url::parse(account).ok()?,
        None => {
            let (_, host) = account.trim_start_matches('@').split_once('@')?;
            Url::parse(&format!("https://{host}/")).ok()?
        }
    };
    let plain = matches!(address.scheme(), "https" | "http") && address.username().is_empty();
    let named = |host: &&str| plain && (host.contains(['.', ':']) || *host == "localhost");
    let host = address.host_str().filter(named)?;
    Some(match address.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_of_a_follower_is_read_from_what_people_write() {
        let cases = [
            ("ana@social.example", Some("social.example")),
            (" @ana@social.example ", Some("social.example")),
            ("ana@social.example:8443", Some("social.example:8443")),
            ("https://social.example/@ana", Some("social.example")),
            ("ana@localhost:9000", Some("localhost:9000")),
            ("ana", None),
            ("ana@", None),
            ("javascript:alert(1)", None),
            ("ana@user:word@social.example", None),
        ];
        for (account, server) in cases {
            assert_eq!(server_of(account).as_deref(), server, "{account}");
        }
    }
}
