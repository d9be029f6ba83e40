//! In which language a page is shown: `?lang=`, then the cookie, then `Accept-Language`, then the node's own language.
//! Choosing with `?lang=` sets the cookie; nothing else about a visitor is kept.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::SharedApp;
use crate::text::Lang;

/// One visit of a page: the language and the address, from which the links to the other language are made.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The language to answer in.
    pub lang: Lang,
    /// The path, without host and query.
    pub path: String,
    /// The query without `lang`, still encoded.
    pub query: String,
}

impl Visit {
    /// From the request's address and headers.
    pub fn of(uri: &Uri, headers: &HeaderMap, node: &str) -> Visit {
        let query = uri.query().unwrap_or_default();
        let rest: Vec<&str> =
            query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("lang=")).collect();
        let lang = chosen(query)
            .or_else(|| remembered(headers))
            .or_else(|| accepted(headers))
            .or_else(|| Lang::of_tag(node))
            .unwrap_or_default();
        Visit { lang, path: uri.path().to_owned(), query: rest.join("&") }
    }

    /// A message without variables in the language of the visit.
    pub fn lang_text(&self, key: &'static str) -> &'static str {
        crate::text::t(self.lang, key)
    }

    /// This address in the other language.
    pub fn in_language(&self, lang: Lang) -> String {
        let and = if self.query.is_empty() { "" } else { "&" };
        format!("{}?{}{and}lang={}", self.path, self.query, lang.tag())
    }

    /// The value of a parameter of the query, decoded.
    pub fn parameter(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// The query of an address that asks for the same with these parameters alone; empty where none of them has a value.
    pub fn kept(&self, names: &[&str]) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for name in names {
            if let Some(value) = self.parameter(name).filter(|value| !value.is_empty()) {
                query.append_pair(name, &value);
            }
        }
        query.finish()
    }

    /// The number of the page of a list: `?page=`, from 1.
    pub fn page(&self) -> i64 {
        self.number("page")
    }

    /// The same of another list of the page, by the name of its parameter.
    pub fn number(&self, name: &str) -> i64 {
        let page = self.parameter(name).and_then(|page| page.parse().ok());
        page.filter(|page| (1..=1_000_000).contains(page)).unwrap_or(1)
    }
}

impl FromRequestParts<SharedApp> for Visit {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &SharedApp) -> Result<Visit, Self::Rejection> {
        Ok(Visit::of(&parts.uri, &parts.headers, &app.config.node.language))
    }
}

fn chosen(query: &str) -> Option<Lang> {
    let tag = query.split('&').find_map(|pair| pair.strip_prefix("lang="))?;
    Lang::of_tag(tag)
}

fn remembered(headers: &HeaderMap) -> Option<Lang> {
    let cookies = headers.get_all(header::COOKIE).into_iter();
    cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix("lang="))
        .and_then(Lang::of_tag)
}

/// The language of ours with the highest weight (RFC 9110 section 12.5.4); of equal ones the first.
fn accepted(headers: &HeaderMap) -> Option<Lang> {
    let value = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut best: Option<(Lang, f32)> = None;
    for item in value.split(',').take(32) {
        let mut parts = item.split(';');
        let Some(lang) = parts.next().and_then(|tag| Lang::of_tag(tag.trim())) else {
            continue;
        };
        let weight =
            parts.find_map(|part| part.trim().strip_prefix("q=")).map_or(1.0, |q| q.parse().unwrap_or(0.0));
        if weight > best.map_or(0.0, |(_, weight)| weight) {
            best = Some((lang, weight));
        }
    }
    best.map(|(lang, _)| lang)
}

/// Remembers a language that was chosen with `?lang=` for a year.
pub async fn remember(State(app): State<SharedApp>, request: Request, next: Next) -> Response {
    let lang = chosen(request.uri().query().unwrap_or_default());
    let mut response = next.run(request).await;
    if let Some(lang) = lang {
        let secure = if app.urls.base().starts_with("https:") { "; Secure" } else { "" };
        let cookie = format!("lang={}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly{secure}", lang.tag());
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn visit(uri: &str, headers: &[(&'static str, &'static str)], node: &str) -> Visit {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        Visit::of(&uri.parse().unwrap(), &map, node)
    }

    #[test]
    fn the_address_goes_before_the_cookie_before_the_browser_before_the_node() {
        let cookie = ("cookie", "a=b; lang=en");
        let browser = ("accept-language", "de, en;q=0.2, fr-CH;q=0.8");
        assert_eq!(visit("/?lang=fr", &[cookie, browser], "en").lang, Lang::Fr);
        assert_eq!(visit("/", &[cookie, browser], "fr").lang, Lang::En);
        assert_eq!(visit("/", &[browser], "en").lang, Lang::Fr);
        assert_eq!(visit("/", &[("accept-language", "de")], "fr").lang, Lang::Fr);
        assert_eq!(visit("/?lang=xx", &[], "fr").lang, Lang::Fr);
        assert_eq!(visit("/", &[("accept-language", "fr;q=0, en;q=0.1")], "fr").lang, Lang::En);
    }

    #[test]
    fn the_other_language_keeps_the_rest_of_the_address() {
        let visit = visit("/coalitions?page=2&lang=fr", &[], "fr");
        assert_eq!(visit.in_language(Lang::En), "/coalitions?page=2&lang=en");
        assert_eq!(visit.page(), 2);
        assert_eq!(visit.parameter("lang"), None);
    }
}
