//! How others find us: WebFinger (RFC 7033), host-meta (RFC 6415), NodeInfo 2.1. Built here, since the library asks for more
//! than these need.

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use reset_federation::url_check::normalise_authority;
use reset_federation::webfinger::{Acct, Jrd, Resource, parse_resource};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::activitypub::Fault;
use crate::app::{App, Local, SharedApp};
use crate::db::Conn;
use crate::domain::actor::ActorKind;
use crate::model;
use crate::model::actor::Actor;
use crate::text::html::escape;

/// The routes of this room.
pub fn routes() -> Router<SharedApp> {
    Router::new()
        .route("/.well-known/webfinger", get(webfinger))
        .route("/.well-known/host-meta", get(host_meta))
        .route("/.well-known/nodeinfo", get(nodeinfo_links))
        .route("/nodeinfo/2.1", get(nodeinfo))
}

#[derive(Debug, Deserialize)]
struct Question {
    resource: Option<String>,
}

/// Who is this? By handle, under the domain of handles or the host of ids, by the id of an actor, or, for the node's own actor,
/// by the address of the node (FEP-d556).
async fn webfinger(State(app): State<SharedApp>, Query(question): Query<Question>) -> Response {
    match about(&app, question.resource).await {
        Ok(jrd) => {
            let text = serde_json::to_string(&jrd).unwrap_or_default();
            open("application/jrd+json", text)
        }
        Err(fault) => fault.into_response(),
    }
}

async fn about(app: &SharedApp, resource: Option<String>) -> Result<Jrd, Fault> {
    let resource = resource.ok_or(Fault::Malformed("the question names no resource"))?;
    let resource = parse_resource(&resource)
        .map_err(|_| Fault::Malformed("the resource is neither user@host nor a URL"))?;
    let (handle, exactly) = named(app, resource).ok_or(Fault::NotFound)?;
    let found = app.db.read(move |conn| Ok::<_, Fault>(model::actor::by_handle(conn, &handle)?)).await?;
    let id_of = |actor: &Actor| app.urls.actor(actor.kind, &actor.handle);
    let actor = found
        .filter(|actor| exactly.as_ref().is_none_or(|url| id_of(actor) == *url))
        .ok_or(Fault::NotFound)?;
    let id = Url::parse(&id_of(&actor)).map_err(|_| Fault::NotFound)?;
    let page = match actor.kind {
        ActorKind::Node => Url::parse(app.urls.base()).ok(),
        _ => Some(id.clone()),
    };
    let is_server = actor.kind == ActorKind::Node;
    let acct = Acct { user: actor.handle, host: app.urls.domain().to_owned() };
    let jrd = Jrd::about(&acct, &id, page.as_ref());
    Ok(if is_server { jrd.of_server(&id) } else { jrd })
}

/// The handle that is asked about, and for a URL that it must be exactly this one.
fn named(app: &App, resource: Resource) -> Option<(String, Option<String>)> {
    match resource {
        Resource::Acct(acct) => {
            let ours = [app.urls.domain(), app.urls.host()];
            let is_ours = ours.iter().any(|host| normalise_authority(host).as_ref() == Some(&acct.host));
            is_ours.then(|| (acct.user.to_ascii_lowercase(), None))
        }
        Resource::Url(url) => match app.urls.local(url.as_str())? {
            Local::Actor(handle) => Some((handle, Some(url.into()))),
            Local::Node => Some(("node".to_owned(), Some(url.into()))),
            Local::Other if url.path() == "/" && url.query().is_none() => Some(("node".to_owned(), None)),
            _ => None,
        },
    }
}

async fn host_meta(State(app): State<SharedApp>) -> Response {
    let base = escape(app.urls.base());
    let xrd = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <XRD xmlns=\"http://docs.oasis-open.org/ns/xri/xrd-1.0\">\n  \
         <Link rel=\"lrdd\" type=\"application/jrd+json\" template=\"{base}/.well-known/webfinger?resource={{uri}}\"/>\n\
         </XRD>\n"
    );
    open("application/xrd+xml; charset=utf-8", xrd)
}

/// Where NodeInfo is, and which actor stands for the node (FEP-2677).
async fn nodeinfo_links(State(app): State<SharedApp>) -> Response {
    let links = json!({"links": [
        {"rel": "http://nodeinfo.diaspora.software/ns/schema/2.1", "href": format!("{}/nodeinfo/2.1", app.urls.base())},
        {"rel": "https://www.w3.org/ns/activitystreams#Application", "href": app.urls.node()},
    ]});
    open("application/json", links.to_string())
}

async fn nodeinfo(State(app): State<SharedApp>) -> Response {
    let within = app.clone();
    match app.db.read(move |conn| facts(&within, conn)).await {
        Ok(facts) => open(
            "application/json; profile=\"http://nodeinfo.diaspora.software/ns/schema/2.1#\"",
            facts.to_string(),
        ),
        Err(fault) => fault.into_response(),
    }
}

fn facts(app: &App, conn: &mut Conn) -> Result<Value, Fault> {
    let coalitions = model::coalition::count(conn)?;
    let publications = model::publication::count_public(conn, None)?;
    Ok(json!({
        "version": "2.1",
        "software": {"name": "reset-node", "version": env!("CARGO_PKG_VERSION")},
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": ["atom1.0"]},
        "openRegistrations": false,
        "usage": {"users": {"total": coalitions}, "localPosts": publications},
        "metadata": {
            "nodeName": app.config.node.name,
            "coalitions": coalitions,
            "territory": app.config.node.territory,
        },
    }))
}

/// Readable by scripts of other sites: WebFinger must be (RFC 7033 section 5), and nothing here is private.
fn open(kind: &'static str, text: String) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    (headers, text).into_response()
}
