//! WebFinger (RFC 7033): what is asked about, and the answer, ours and others'.
//!
//! Strings and JSON only; looking up who lives here, and fetching, is the server's.

use crate::limits::{MAX_BODY, MAX_JRD_LINKS, MAX_URL};
use crate::media_type;
use crate::url_check;
use serde::{Deserialize, Serialize};
use std::fmt;
use url::Url;

/// What a WebFinger question is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// A handle.
    Acct(Acct),
    /// The URL of an actor or its page.
    Url(Url),
}

/// A handle: `user@host`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acct {
    /// The name as it was written; names on this node are compared in lower case.
    pub user: String,
    /// The host, with its port where it is unusual, in the form of [`url_check::authority`].
    pub host: String,
}

impl fmt::Display for Acct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.user, self.host)
    }
}

/// Why a resource or an answer cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebfingerError {
    /// Neither a handle nor a URL.
    #[error("the resource is neither user@host nor a URL")]
    Resource,
    /// The answer is not a JSON resource descriptor.
    #[error("the answer is not a JSON resource descriptor")]
    Jrd,
}

/// Reads a resource: `acct:user@host`, `user@host`, `@user@host` or a URL, percent-encoded or not.
///
/// # Errors
/// [`WebfingerError::Resource`] where it is none of them.
pub fn parse_resource(text: &str) -> Result<Resource, WebfingerError> {
    if text.len() > MAX_URL {
        return Err(WebfingerError::Resource);
    }
    let text = text.trim();
    let decoded = percent_decode(text).ok_or(WebfingerError::Resource)?;
    let is_url = |s: &str| {
        let start = s.get(..8).or_else(|| s.get(..7)).unwrap_or_default().to_ascii_lowercase();
        start.starts_with("https://") || start.starts_with("http://")
    };
    // A URL that is already readable keeps its own escapes.
    for candidate in [text, decoded.as_str()] {
        if is_url(candidate) {
            return url_check::id_with_fragment(candidate, true)
                .map(Resource::Url)
                .map_err(|_| WebfingerError::Resource);
        }
    }
    acct(&decoded).map(Resource::Acct)
}

fn acct(text: &str) -> Result<Acct, WebfingerError> {
    let text = match text.get(..5) {
        Some(scheme) if scheme.eq_ignore_ascii_case("acct:") => text.get(5..).unwrap_or_default(),
        _ => text,
    };
    let text = text.strip_prefix('@').unwrap_or(text);
    let (user, host) = text.rsplit_once('@').ok_or(WebfingerError::Resource)?;
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '~' | '+' | '!');
    if user.is_empty() || user.len() > 256 || !user.chars().all(plain) {
        return Err(WebfingerError::Resource);
    }
    let host = url_check::normalise_authority(host).ok_or(WebfingerError::Resource)?;
    Ok(Acct { user: user.to_owned(), host })
}

/// Decodes `%XX`; `None` where the result is not UTF-8. What is not an escape stays as it is.
fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        let escape = match (first, after) {
            (b'%', [high, low, tail @ ..]) => {
                hex(*high).zip(hex(*low)).map(|(high, low)| (high * 16 + low, tail))
            }
            _ => None,
        };
        match escape {
            Some((byte, tail)) => {
                bytes.push(byte);
                rest = tail;
            }
            None => bytes.push(first),
        }
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

/// The URL to ask about a handle at its host; plain http where `http`, for tests on one machine.
///
/// # Errors
/// [`WebfingerError::Resource`] where the host cannot stand in a URL.
pub fn question(acct: &Acct, http: bool) -> Result<Url, WebfingerError> {
    let scheme = if http { "http" } else { "https" };
    asked(scheme, &acct.host, &format!("acct:{acct}"))
}

/// The URL to ask about a handle at its host, or about a URL at its own.
///
/// # Errors
/// [`WebfingerError::Resource`] where the host cannot stand in a URL.
pub fn question_about(resource: &Resource, http: bool) -> Result<Url, WebfingerError> {
    match resource {
        Resource::Acct(acct) => question(acct, http),
        Resource::Url(url) if url.scheme() == "http" && !http => Err(WebfingerError::Resource),
        Resource::Url(url) => asked(url.scheme(), &url_check::authority(url), url.as_str()),
    }
}

fn asked(scheme: &str, host: &str, resource: &str) -> Result<Url, WebfingerError> {
    let mut url = Url::parse(&format!("{scheme}://{host}/.well-known/webfinger"))
        .map_err(|_| WebfingerError::Resource)?;
    url.query_pairs_mut().append_pair("resource", resource);
    Ok(url)
}

/// A JSON resource descriptor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jrd {
    /// Who it is about: `acct:user@host`, the form that the host prefers.
    pub subject: String,
    /// Other names of the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Where to find what.
    #[serde(default)]
    pub links: Vec<Link>,
}

/// A link of a JSON resource descriptor.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Link {
    /// The relation: `self` is the actor.
    pub rel: String,
    /// The media type of what it leads to.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// The address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
    /// The address with a gap to fill, instead of `href`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
}

/// The relation of the actor that stands for a whole server (FEP-d556).
pub const SERVER_ACTOR: &str = "https://www.w3.org/ns/activitystreams#Service";

/// The relation of the page of a person or group.
pub const PROFILE_PAGE: &str = "http://webfinger.net/rel/profile-page";

impl Jrd {
    /// Our answer about an actor: one `self` link, and its page where there is one.
    #[must_use]
    pub fn about(acct: &Acct, actor: &Url, page: Option<&Url>) -> Self {
        let mut aliases = vec![actor.to_string()];
        let mut links = vec![Link {
            rel: "self".to_owned(),
            media_type: Some(media_type::ACTIVITY_JSON.to_owned()),
            href: Some(actor.to_string()),
            template: None,
        }];
        if let Some(page) = page {
            if page != actor {
                aliases.push(page.to_string());
            }
            links.push(Link {
                rel: PROFILE_PAGE.to_owned(),
                media_type: Some("text/html".to_owned()),
                href: Some(page.to_string()),
                template: None,
            });
        }
        Self { subject: format!("acct:{acct}"), aliases, links }
    }

    /// The same about the actor that stands for the whole server (FEP-d556).
    #[must_use]
    pub fn of_server(mut self, actor: &Url) -> Self {
        self.links.push(Link {
            rel: SERVER_ACTOR.to_owned(),
            media_type: Some(media_type::ACTIVITY_JSON.to_owned()),
            href: Some(actor.to_string()),
            template: None,
        });
        self
    }

    /// Reads the answer of another server. Links without a relation and what is not text is left
    /// out; more links than the limit allows are cut off.
    ///
    /// # Errors
    /// [`WebfingerError::Jrd`] where it is no JSON object, too large, or has no subject.
    pub fn parse(bytes: &[u8]) -> Result<Self, WebfingerError> {
        if bytes.len() > MAX_BODY {
            return Err(WebfingerError::Jrd);
        }
        let value = crate::json::parse(bytes).map_err(|_| WebfingerError::Jrd)?;
        let text = |v: &serde_json::Value, key: &str| v.get(key)?.as_str().map(str::to_owned);
        let entries = |key| crate::fields::entries(&value, key).iter().take(MAX_JRD_LINKS);
        Ok(Self {
            subject: text(&value, "subject").ok_or(WebfingerError::Jrd)?,
            aliases: entries("aliases").filter_map(|a| a.as_str().map(str::to_owned)).collect(),
            links: entries("links")
                .filter_map(|link| {
                    Some(Link {
                        rel: text(link, "rel")?,
                        media_type: text(link, "type"),
                        href: text(link, "href"),
                        template: text(link, "template"),
                    })
                })
                .collect(),
        })
    }

    /// The handle of the subject.
    #[must_use]
    pub fn acct(&self) -> Option<Acct> {
        match parse_resource(&self.subject) {
            Ok(Resource::Acct(acct)) => Some(acct),
            _ => None,
        }
    }

    /// The id of the actor: the `self` link of a type that is ActivityStreams,
    /// `application/activity+json` first.
    #[must_use]
    pub fn actor(&self, allow_http: bool) -> Option<Url> {
        let of = |wanted: fn(&str) -> bool| {
            self.links
                .iter()
                .filter(|l| l.rel == "self" && l.media_type.as_deref().is_some_and(wanted))
                .filter_map(|l| url_check::id(l.href.as_deref()?, allow_http).ok())
                .next()
        };
        of(|t| t.trim().eq_ignore_ascii_case(media_type::ACTIVITY_JSON))
            .or_else(|| of(media_type::is_activity))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn handle(text: &str) -> Option<String> {
        match parse_resource(text) {
            Ok(Resource::Acct(acct)) => Some(acct.to_string()),
            _ => None,
        }
    }

    #[test]
    fn a_handle_is_read_in_all_its_forms() {
        for text in [
            "acct:communs@reset.example",
            "ACCT:communs@Reset.Example.",
            "acct%3Acommuns%40reset.example",
            "communs@reset.example",
            "@communs@reset.example",
            "acct:@communs@reset.example",
            "%40communs%40reset.example",
        ] {
            assert_eq!(handle(text).as_deref(), Some("communs@reset.example"), "{text}");
        }
        assert_eq!(handle("acct:node@localhost:8080").as_deref(), Some("node@localhost:8080"));
        assert_eq!(handle("a@bücher.example").as_deref(), Some("a@xn--bcher-kva.example"));
    }

    #[test]
    fn a_url_is_read_encoded_or_not() {
        for text in
            ["https://reset.example/coalitions/communs", "https%3A%2F%2Freset.example%2Fcoalitions%2Fcommuns"]
        {
            let url = "https://reset.example/coalitions/communs".parse().unwrap();
            assert_eq!(parse_resource(text), Ok(Resource::Url(url)), "{text}");
        }
    }

    #[test]
    fn nonsense_is_not_a_resource() {
        for text in [
            "",
            "@",
            "acct:",
            "acct:@",
            "ada",
            "ada@",
            "@reset.example",
            "a b@c.example",
            "a@b@c.example",
            "a@c.example/x",
            "mailto:a@c.example",
            "%ff@c.example",
            "é",
            "https://",
        ] {
            assert_eq!(parse_resource(text), Err(WebfingerError::Resource), "{text}");
        }
        assert!(parse_resource(&"a".repeat(5000)).is_err());
    }

    #[test]
    fn our_answer_reads_back_as_itself() {
        let acct = Acct { user: "communs".into(), host: "reset.example".into() };
        let actor: Url = "https://reset.example/coalitions/communs".parse().unwrap();
        let jrd = Jrd::about(&acct, &actor, Some(&actor));
        let bytes = serde_json::to_vec(&jrd).unwrap();
        let again = Jrd::parse(&bytes).unwrap();
        assert_eq!(again, jrd);
        assert_eq!(again.acct(), Some(acct));
        assert_eq!(again.actor(false), Some(actor));
        assert_eq!(jrd.links.iter().filter(|l| l.rel == "self").count(), 1);
    }

    #[test]
    fn the_actor_is_the_self_link_of_the_right_type() {
        let jrd = |links: &str| {
            let text = format!(r#"{{"subject":"acct:a@b.example","links":[{links}]}}"#);
            Jrd::parse(text.as_bytes()).unwrap().actor(false).map(String::from)
        };
        let page = r#"{"rel":"self","type":"text/html","href":"https://b.example/page"}"#;
        let ld = r#"{"rel":"self","type":"application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"","href":"https://b.example/ld"}"#;
        let activity = r#"{"rel":"self","type":"application/activity+json","href":"https://b.example/as"}"#;
        assert_eq!(jrd(page), None);
        assert_eq!(jrd(ld).as_deref(), Some("https://b.example/ld"));
        assert_eq!(jrd(&format!("{page},{ld},{activity}")).as_deref(), Some("https://b.example/as"));
        assert_eq!(jrd(r#"{"rel":7},{"rel":"self","type":"application/activity+json"}"#), None);
    }

    #[test]
    fn the_question_names_the_handle() {
        let acct = Acct { user: "ada".into(), host: "localhost:9001".into() };
        assert_eq!(
            question(&acct, true).unwrap().as_str(),
            "http://localhost:9001/.well-known/webfinger?resource=acct%3Aada%40localhost%3A9001"
        );
        let about = |text: &str| question_about(&parse_resource(text).unwrap(), false).map(String::from);
        assert_eq!(
            about("https://social.example:8443/@ada").unwrap(),
            "https://social.example:8443/.well-known/webfinger?resource=https%3A%2F%2Fsocial.example%3A8443%2F%40ada"
        );
        assert_eq!(about("http://social.example/@ada"), Err(WebfingerError::Resource));
    }
}
