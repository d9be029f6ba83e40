//! Media types: what we serve by `Accept`, and what counts as ActivityStreams when we fetch.
//!
//! Names and choices only; routing and the `Vary` header are the server's.

/// The content type of every ActivityStreams document that we send.
pub const ACTIVITY_JSON: &str = "application/activity+json";

/// The other registered form (ActivityPub section 3.2), with the profile that Mastodon asks for.
pub const LD_JSON: &str = r#"application/ld+json; profile="https://www.w3.org/ns/activitystreams""#;

/// The `Accept` header of our own fetches: both forms, the first one preferred.
pub const ACCEPT: &str =
    r#"application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams""#;

/// The content type of a WebFinger answer (RFC 7033).
pub const JRD_JSON: &str = "application/jrd+json";

/// Whether a client that sent this `Accept` header wants the ActivityStreams form of a URL that
/// also has an HTML page (RFC 9110 section 12.5.1).
///
/// It must name one of the two types, with a weight above that of HTML. HTML counts where it is
/// named itself or as `text/*`; `*/*` alone or no header at all is a browser's or a tool's and gets
/// the page.
#[must_use]
pub fn wants_activity(accept: Option<&str>) -> bool {
    let Some(accept) = accept else { return false };
    let (mut activity, mut html, mut text) = (0_u16, None, None);
    for item in split_outside_quotes(accept, ',').take(64) {
        let q = weight(item);
        match essence(item) {
            t if is_activity_type(t) => activity = activity.max(q),
            t if t.eq_ignore_ascii_case("text/html") || t.eq_ignore_ascii_case("application/xhtml+xml") => {
                html = html.max(Some(q));
            }
            t if t.eq_ignore_ascii_case("text/*") => text = text.max(Some(q)),
            _ => {}
        }
    }
    activity > html.or(text).unwrap_or(0)
}

/// Whether a `Content-Type` says that a body is ActivityStreams: `application/activity+json` or
/// `application/ld+json`, with any parameters.
#[must_use]
pub fn is_activity(content_type: &str) -> bool {
    is_activity_type(essence(content_type))
}

fn is_activity_type(essence: &str) -> bool {
    essence.eq_ignore_ascii_case(ACTIVITY_JSON) || essence.eq_ignore_ascii_case("application/ld+json")
}

/// The type itself, without its parameters.
fn essence(item: &str) -> &str {
    item.split(';').next().unwrap_or_default().trim()
}

/// The weight of an item of `Accept`, in thousandths; 1000 where none is given, 0 where it is broken.
fn weight(item: &str) -> u16 {
    for parameter in split_outside_quotes(item, ';').skip(1) {
        if let Some((name, value)) = parameter.split_once('=')
            && name.trim().eq_ignore_ascii_case("q")
        {
            return match value.trim().parse::<f32>() {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "between 0 and 1000"
                )]
                Ok(q) if (0.0..=1.0).contains(&q) => (q * 1000.0).round() as u16,
                _ => 0,
            };
        }
    }
    1000
}

/// Splits at `separator`, but not within double quotes, where a backslash escapes the next byte.
fn split_outside_quotes(s: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    s.split(move |c| {
        if escaped {
            escaped = false;
        } else if quoted && c == '\\' {
            escaped = true;
        } else if c == '"' {
            quoted = !quoted;
        } else if c == separator && !quoted {
            return true;
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_that_ask_for_activities_get_them() {
        for accept in [
            "application/activity+json",
            "APPLICATION/Activity+JSON",
            "application/ld+json",
            LD_JSON,
            ACCEPT,
            "application/activity+json, application/ld+json",
            r#"application/ld+json; profile="https://www.w3.org/ns/activitystreams", application/activity+json, text/html;q=0.1"#,
            r#"application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams", */*;q=0.1"#,
            "application/activity+json, */*",
            "text/html;q=0.9, application/activity+json",
            "application/activity+json;q=0.5, text/html;q=0.4",
            "application/activity+json;q=0.5, text/html;q=0",
        ] {
            assert!(wants_activity(Some(accept)), "{accept}");
        }
    }

    #[test]
    fn browsers_and_tools_get_the_page() {
        assert!(!wants_activity(None));
        for accept in [
            "",
            "*/*",
            "text/html",
            "application/json",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "text/html, application/activity+json",
            "application/activity+json;q=0.9, text/html",
            "application/activity+json;q=0.5, text/*;q=0.6",
            "application/activity+json;q=0",
            "application/activity+json;q=x",
            "application/activity+json2",
            r#"text/plain; x="a, application/activity+json""#,
        ] {
            assert!(!wants_activity(Some(accept)), "{accept}");
        }
    }

    #[test]
    fn both_content_types_count_with_any_parameters() {
        assert!(is_activity("application/activity+json; charset=utf-8"));
        assert!(is_activity(LD_JSON));
        assert!(is_activity(" application/LD+json "));
        for other in ["", "application/json", "text/html", "image/png", "application/activity+jsonx"] {
            assert!(!is_activity(other), "{other}");
        }
    }
}
