//! The style sheet and the site's icon, compiled in, at addresses that change with their content.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::error::Error;

/// As it is served.
static STYLE: LazyLock<String> = LazyLock::new(|| compact(include_str!("style.css")));
const ICON: &str = include_str!("icon.svg");

/// `/assets/style-….css`.
pub(super) static STYLE_HREF: LazyLock<String> =
    LazyLock::new(|| format!("/assets/style-{}.css", mark(&STYLE)));
/// `/assets/icon-….svg`.
pub(super) static ICON_HREF: LazyLock<String> = LazyLock::new(|| format!("/assets/icon-{}.svg", mark(ICON)));

/// The first eight bytes of the SHA-256 of a text, in hexadecimal.
fn mark(text: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    let bytes = digest.as_ref().iter().take(8);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

/// A style sheet without comments and without the space that means nothing: around braces, and after `;`, `:`, `,` and `>`.
/// What stands between quotation marks stays as it is.
fn compact(css: &str) -> String {
    let mut rest = css;
    let mut bare = String::with_capacity(css.len());
    while let Some((before, comment)) = rest.split_once("/*") {
        bare.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    bare.push_str(rest);
    let mut quoted = false;
    let mut short = String::with_capacity(bare.len());
    for letter in bare.chars() {
        quoted ^= letter == '"';
        if quoted {
            short.push(letter);
            continue;
        }
        let letter = if letter.is_whitespace() { ' ' } else { letter };
        if letter == ' ' && (short.is_empty() || short.ends_with([' ', '{', '}', ';', ':', ',', '>'])) {
            continue;
        }
        if matches!(letter, '{' | '}' | ';' | ',' | '>') && short.ends_with(' ') {
            short.pop();
        }
        if letter == '}' && short.ends_with(';') {
            short.pop();
        }
        short.push(letter);
    }
    short
}

/// `GET /assets/{file}`: kept by browsers for a year.
///
/// # Errors
/// No such file, also for an address of an older version.
pub(super) async fn serve(Path(file): Path<String>) -> Result<Response, Error> {
    let path = format!("/assets/{file}");
    let (text, kind) = if path == *STYLE_HREF {
        (STYLE.as_str(), "text/css; charset=utf-8")
    } else if path == *ICON_HREF {
        (ICON, "image/svg+xml")
    } else {
        return Err(Error::NotFound);
    };
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_sheet_is_served_without_what_only_people_need() {
        let written = "/* a\n b */\n.x > a, b c { color: red; top: 0; }\n\n@media (min-width: 2rem) {\n  a :hover { content: \"; } \"; }\n}\n";
        let served = ".x>a,b c{color:red;top:0}@media (min-width:2rem){a :hover{content:\"; } \"}}";
        assert_eq!(compact(written), served);
        assert!(STYLE.len() < 20_000, "{} bytes", STYLE.len());
        assert_eq!(STYLE.matches('{').count(), include_str!("style.css").matches('{').count());
        assert_eq!(STYLE.matches('{').count(), STYLE.matches('}').count());
    }
}
