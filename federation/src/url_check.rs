//! Which strings are ids, and when two of them belong together.
//!
//! Syntax only. Whether an address may be connected to is decided in [`crate::address`].

use crate::limits::MAX_URL;
use url::{Host, Url};

/// Why a string is not an id that we use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Not an absolute URL, or one with spaces, control characters or backslashes.
    #[error("an id is not an absolute URL")]
    NotAbsolute,
    /// Longer than [`MAX_URL`] bytes.
    #[error("an id is longer than 2048 bytes")]
    TooLong,
    /// Neither https, nor http where that is allowed.
    #[error("an id is not an https URL")]
    Scheme,
    /// No host.
    #[error("an id has no host")]
    NoHost,
    /// A user name or password in the URL.
    #[error("an id carries a user name or password")]
    UserInfo,
    /// A fragment where a whole document is meant.
    #[error("an id that names a document carries a fragment")]
    Fragment,
}

/// Parses the id of a document: an actor, or anything that is fetched.
///
/// # Errors
/// As [`id_with_fragment`], and [`UrlError::Fragment`].
pub fn id(s: &str, allow_http: bool) -> Result<Url, UrlError> {
    let url = id_with_fragment(s, allow_http)?;
    if url.fragment().is_some() {
        return Err(UrlError::Fragment);
    }
    Ok(url)
}

/// Parses an id that may name a part of a document: Mastodon gives activities ids such as
/// `…/users/alice#follows/12`, votes `#votes/3`, and keys `#main-key`.
///
/// # Errors
/// [`UrlError`] where it is not an absolute https URL (http only where `allow_http`) with a host,
/// without user information, of at most [`MAX_URL`] bytes.
pub fn id_with_fragment(s: &str, allow_http: bool) -> Result<Url, UrlError> {
    if s.len() > MAX_URL {
        return Err(UrlError::TooLong);
    }
    // The URL parser drops or rewrites these in silence; an id must mean what it says.
    if s.bytes().any(|b| b <= b' ' || b == 0x7f || b == b'\\') {
        return Err(UrlError::NotAbsolute);
    }
    let url = Url::parse(s).map_err(|_| UrlError::NotAbsolute)?;
    if url.as_str().len() > MAX_URL {
        return Err(UrlError::TooLong);
    }
    match url.scheme() {
        "https" => {}
        "http" if allow_http => {}
        _ => return Err(UrlError::Scheme),
    }
    if !is_whole(host(&url)) {
        return Err(UrlError::NoHost);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(UrlError::UserInfo);
    }
    Ok(url)
}

/// Whether two URLs have the same scheme, host and port.
#[must_use]
pub fn same_origin(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme() && host(a) == host(b) && a.port_or_known_default() == b.port_or_known_default()
}

fn host(url: &Url) -> &str {
    let host = url.host_str().unwrap_or_default();
    host.strip_suffix('.').unwrap_or(host)
}

/// Whether a host, without its trailing dot, has no empty label.
fn is_whole(host: &str) -> bool {
    host.split('.').all(|label| !label.is_empty())
}

/// `host` or `host:port` in its normalised form: lower case, IDNA as ASCII, no trailing dot, no
/// default port. This is the form in which servers are compared, blocked and counted.
#[must_use]
pub fn authority(url: &Url) -> String {
    match url.port() {
        Some(port) => format!("{}:{port}", host(url)),
        None => host(url).to_owned(),
    }
}

/// Normalises `host[:port]` as it is typed in a handle, in the form of [`authority`].
///
/// Returns `None` where it is not a host. The default ports of both schemes are dropped.
#[must_use]
pub fn normalise_authority(s: &str) -> Option<String> {
    let (name, port) = match s.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(port)),
        _ => (s, None),
    };
    if name.len() > 255 || name.bytes().any(|b| b <= b' ' || b"/\\@?#".contains(&b)) {
        return None;
    }
    let host = Host::parse(name).ok()?.to_string();
    let host = host.strip_suffix('.').unwrap_or(&host);
    if !is_whole(host) {
        return None;
    }
    match port {
        None => Some(host.to_owned()),
        Some(port) if port.bytes().all(|b| b.is_ascii_digit()) => match port.parse::<u16>().ok()? {
            80 | 443 => Some(host.to_owned()),
            port => Some(format!("{host}:{port}")),
        },
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn an_https_url_is_an_id_and_an_http_url_only_where_allowed() {
        assert!(id("https://social.example/users/ada", false).is_ok());
        assert!(id("https://social.example:8443/users/ada?x=1", false).is_ok());
        assert_eq!(id("http://social.example/a", false), Err(UrlError::Scheme));
        assert!(id("http://127.0.0.1:4000/a", true).is_ok());
    }

    #[test]
    fn what_is_not_an_absolute_url_is_refused() {
        for bad in [
            "",
            "social.example",
            "/users/ada",
            "//social.example/a",
            "https://",
            "https://./a",
            "https://../a",
            "https://a..example/a",
            "https://exa\nmple.org/a",
            " https://social.example/",
            "https:\\\\social.example/a",
            "https://social.example\\@evil.example/",
        ] {
            assert!(id(bad, true).is_err(), "{bad:?}");
        }
        for other in ["javascript:alert(1)", "data:text/plain,x", "ftp://h.example/", "at://did:x/y"] {
            assert!(id(other, true).is_err(), "{other}");
        }
    }

    #[test]
    fn user_information_and_fragments_are_refused() {
        assert_eq!(id("https://a@b.example/", false), Err(UrlError::UserInfo));
        assert_eq!(id("https://:p@b.example/", false), Err(UrlError::UserInfo));
        assert_eq!(id("https://b.example/#x", false), Err(UrlError::Fragment));
        assert!(id_with_fragment("https://b.example/u#follows/1", false).is_ok());
    }

    #[test]
    fn an_id_is_at_most_2048_bytes() {
        let url = format!("https://b.example/{}", "a".repeat(MAX_URL));
        assert_eq!(id(&url, false), Err(UrlError::TooLong));
        let grows = format!("https://b.example/{}", "é".repeat(500));
        assert_eq!(id(&grows, false), Err(UrlError::TooLong));
    }

    #[test]
    fn origins_are_compared_in_their_normalised_form() {
        let u = |s| Url::parse(s).unwrap();
        let a = u("https://B.example/x");
        assert!(same_origin(&a, &u("https://b.example:443/y")));
        assert!(same_origin(&a, &u("https://b.example./y")));
        assert!(!same_origin(&a, &u("http://b.example/x")));
        assert!(!same_origin(&a, &u("https://b.example:8443/x")));
        assert!(!same_origin(&a, &u("https://b.example.evil.test/x")));
        assert_eq!(authority(&u("https://BÜcher.example.:8443/")), "xn--bcher-kva.example:8443");
        assert_eq!(authority(&u("https://b.example:443/")), "b.example");
    }

    #[test]
    fn a_typed_authority_is_normalised_or_refused() {
        let n = normalise_authority;
        assert_eq!(n("BÜcher.example.").as_deref(), Some("xn--bcher-kva.example"));
        assert_eq!(n("b.example:443").as_deref(), Some("b.example"));
        assert_eq!(n("localhost:8080").as_deref(), Some("localhost:8080"));
        assert_eq!(n("[::1]:8080").as_deref(), Some("[::1]:8080"));
        assert_eq!(n("[::1]").as_deref(), Some("[::1]"));
        for bad in [
            "",
            ".",
            "..",
            ".example",
            "a b",
            "a/b",
            "a@b",
            "b.example:",
            "b.example:x",
            "b.example:99999",
            "b.example:+1",
        ] {
            assert_eq!(n(bad), None, "{bad:?}");
        }
    }
}
