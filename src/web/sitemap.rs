//! What search engines are told: `/robots.txt`, and `/sitemap.xml` with every page that is not a list of something else, in
//! pages of fifty thousand as the protocol asks.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::NaiveDateTime;

use super::error::Error;
use super::locale::Visit;
use super::pages::LISTS;
use crate::app::SharedApp;
use crate::domain::actor::ActorKind;
use crate::model::{actor, feed, listing};

/// Most addresses of one map.
const MOST: i64 = 50_000;

/// To be merged into the router.
pub(super) fn routes() -> Router<SharedApp> {
    Router::new().route("/sitemap.xml", get(map)).route("/robots.txt", get(robots))
}

/// `GET /robots.txt`.
async fn robots(State(app): State<SharedApp>) -> Response {
    let base = app.urls.base();
    format!("User-agent: *\nDisallow: /search\n\nSitemap: {base}/sitemap.xml\n").into_response()
}

/// `GET /sitemap.xml`: the map, or, of a large node, the index of its pages (`?page=`).
async fn map(State(app): State<SharedApp>, visit: Visit) -> Result<Response, Error> {
    let asked = visit.parameter("page").map(|_| visit.page());
    let read = app.db.read(move |conn| {
        let total = listing::count(conn, &listing::Filter::default())?;
        if asked.is_none() && total > MOST {
            return Ok::<_, Error>((total, Vec::new(), Vec::new()));
        }
        let page = asked.unwrap_or(1);
        let mut actors = Vec::new();
        if page == 1 {
            for (kind, path) in
                [(ActorKind::Coalition, "coalitions"), (ActorKind::Organisation, "organisations")]
            {
                let handles = actor::handles(conn, kind)?;
                actors.extend(handles.into_iter().map(|handle| format!("/{path}/{handle}")));
            }
        }
        Ok((total, actors, feed::public_ids(conn, (page - 1) * MOST, MOST)?))
    });
    let (total, actors, publications) = read.await?;
    let base = app.urls.base();
    if asked.is_none() && total > MOST {
        return Ok(xml(index(base, total)));
    }
    let mut all: Vec<(String, Option<NaiveDateTime>)> = Vec::new();
    if asked.unwrap_or(1) == 1 {
        all.extend(
            ["/", "/coalitions", "/organisations", "/publications"]
                .map(|path| (format!("{base}{path}"), None)),
        );
        all.extend(LISTS.map(|(_, name)| (format!("{base}/{name}"), None)));
    }
    all.extend(actors.into_iter().map(|path| (format!("{base}{path}"), None)));
    all.extend(publications.into_iter().map(|(id, at)| (app.urls.publication(&id), Some(at))));
    Ok(xml(addresses(&all)))
}

/// Ids, handles and the base have nothing that XML reads otherwise, but for `&` in none of them.
fn addresses(all: &[(String, Option<NaiveDateTime>)]) -> String {
    let mut text = String::from("<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
    for (address, changed) in all {
        let changed =
            changed.map(|at| format!("<lastmod>{}</lastmod>", at.format("%Y-%m-%d"))).unwrap_or_default();
        text.push_str(&format!("<url><loc>{address}</loc>{changed}</url>\n"));
    }
    text.push_str("</urlset>\n");
    text
}

fn index(base: &str, total: i64) -> String {
    let mut text = String::from("<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
    for page in 1..=(total + MOST - 1) / MOST {
        text.push_str(&format!("<sitemap><loc>{base}/sitemap.xml?page={page}</loc></sitemap>\n"));
    }
    text.push_str("</sitemapindex>\n");
    text
}

fn xml(body: String) -> Response {
    let mut response = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}").into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml; charset=utf-8"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_node_has_an_index_of_maps_of_fifty_thousand() {
        let told = index("https://a.example", 100_001);
        assert_eq!(told.matches("<sitemap>").count(), 3);
        assert!(told.contains("<loc>https://a.example/sitemap.xml?page=3</loc>"));
    }
}
