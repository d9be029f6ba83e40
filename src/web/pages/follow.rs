//! "Follow from your server": leads a visitor to the page of their own server where a follow is confirmed. Nothing of it
//! is kept.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::response::Response;
use reset_federation::media_type::JRD_JSON;
use reset_federation::webfinger::{self, Acct, Jrd, Resource};
use serde::Deserialize;
use url::Url;

use crate::ap::fetch::Fetcher;
use crate::app::{App, SharedApp};
use crate::model::coalition;
use crate::web::error::{self, Error};

/// The relation under which a server names that page, with a gap for the address of what is to be followed (OStatus; Mastodon
/// and most others still serve it).
const SUBSCRIBE: &str = "http://ostatus.org/schema/1.0/subscribe";

/// What the visitor wrote.
#[derive(Deserialize)]
pub(super) struct FollowForm {
    account: String,
}

/// `POST /coalitions/{handle}/follow`.
pub(super) async fn follow(
    State(app): State<SharedApp>,
    Path(handle): Path<String>,
    Form(form): Form<FollowForm>,
) -> Result<Response, Error> {
    let found = app.db.read(move |conn| Ok::<_, Error>(coalition::by_handle(conn, &handle)?));
    let (actor, _) = found.await?.ok_or(Error::NotFound)?;
    let server = server_of(&form.account).ok_or(Error::Form("follow-bad-account"))?;
    let id = app.urls.coalition(&actor.handle);
    let template = match webfinger::parse_resource(form.account.trim()) {
        Ok(Resource::Acct(acct)) => subscribe_page(&app, &acct).await,
        _ => None,
    };
    let scheme = if app.config.federation.allow_http { "http" } else { "https" };
    let template =
        template.unwrap_or_else(|| format!("{scheme}://{server}/authorize_interaction?uri={{uri}}"));
    let uri: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
    Ok(error::see_other(&template.replace("{uri}", &uri)))
}

/// The page that the visitor's server names itself; `None` where it does not answer or names none that can be used.
async fn subscribe_page(app: &App, acct: &Acct) -> Option<String> {
    let question = webfinger::question(acct, app.config.federation.allow_http).ok()?;
    let accept = HeaderValue::from_static(JRD_JSON);
    let fetcher = Fetcher::new(app);
    let json = |kind: &str| kind.contains("json");
    let answer = fetcher.get(&question, accept, false, json).await;
    let (_, bytes) = answer
        .inspect_err(|error| tracing::debug!(%error, "a follower's server did not say where to follow"))
        .ok()?;
    let links = Jrd::parse(&bytes).ok()?.links;
    let template = links.into_iter().find(|link| link.rel == SUBSCRIBE)?.template?;
    let web = Url::parse(&template.replace("{uri}", "x")).ok()?;
    let secure = web.scheme() == "https" || (web.scheme() == "http" && app.config.federation.allow_http);
    (secure && template.contains("{uri}")).then_some(template)
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
