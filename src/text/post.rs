//! What a comment is written in: Markdown in which `@user@host` names somebody and `#word` is a hashtag. Finds both, and
//! renders them as links; who is meant is the caller's to find out.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use pulldown_cmark::{Event, Tag, TagEnd};

use super::html::{self, THEIRS, base, escape};

/// Longest hashtag, in characters.
const MAX_TAG: usize = 100;
/// Longest name before the second `@`, in bytes.
const MAX_USER: usize = 100;

/// The elements of a comment, without headings, with the classes by which servers know mentions and hashtags.
static POST: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = base(THEIRS.into());
    builder.url_relative(UrlRelative::PassThrough);
    builder.allowed_classes(HashMap::from([
        ("a", HashSet::from(["mention", "hashtag", "u-url"])),
        ("span", HashSet::from(["h-card"])),
    ]));
    builder
});

/// Everybody whom a Markdown text names, as `@user@host`, each once, in order. Code and links name nobody.
pub fn mentions(markdown: &str) -> Vec<String> {
    found(markdown, |piece| match piece {
        Piece::Mention(name) => Some(name),
        _ => None,
    })
}

/// The hashtags of a Markdown text, without `#`, each once whatever its case, in order.
pub fn hashtags(markdown: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut tags = found(markdown, |piece| match piece {
        Piece::Hashtag(name) => Some(name),
        _ => None,
    });
    tags.retain(|tag| seen.insert(tag.to_lowercase()));
    tags
}

fn found(markdown: &str, wanted: impl Fn(Piece<'_>) -> Option<&str>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut place = Place::default();
    for event in html::portable(markdown) {
        let Some(text) = place.text(&event) else {
            continue;
        };
        for name in pieces(text).into_iter().filter_map(&wanted) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
    names
}

/// Markdown as safe HTML, without headings. `named` are those who were found: as written, with the address that the link
/// leads to; others stay text. Hashtags lead to `/tags/…`, root-relative as all links of ours: see [`html::absolute`].
pub fn render(markdown: &str, named: &[(String, String)]) -> String {
    let mut place = Place::default();
    let events = html::portable(markdown).flat_map(|event| match place.text(&event) {
        Some(text) => linked(text, named),
        None => vec![event],
    });
    let mut out = String::with_capacity(markdown.len() + markdown.len() / 4);
    pulldown_cmark::html::push_html(&mut out, events);
    POST.clean(&out).to_string().trim_end().to_owned()
}

fn linked(text: &str, named: &[(String, String)]) -> Vec<Event<'static>> {
    let event = |piece: Piece<'_>| match piece {
        Piece::Text(text) => Event::Text(text.to_owned().into()),
        Piece::Hashtag(tag) => Event::InlineHtml(
            format!(
                "<a href=\"/tags/{tag}\" class=\"mention hashtag\">#<span>{tag}</span></a>",
                tag = escape(tag)
            )
            .into(),
        ),
        Piece::Mention(name) => match named.iter().find(|(known, _)| known == name) {
            None => Event::Text(name.to_owned().into()),
            Some((_, href)) => {
                let user = name.trim_start_matches('@').split('@').next().unwrap_or_default();
                Event::InlineHtml(
                    format!(
                        "<span class=\"h-card\"><a href=\"{}\" class=\"u-url mention\">@<span>{}</span></a></span>",
                        escape(href),
                        escape(user)
                    )
                    .into(),
                )
            }
        },
    };
    pieces(text).into_iter().map(event).collect()
}

/// Where in the text the events are: nothing is named within code and links.
#[derive(Default)]
struct Place {
    links: usize,
    code: usize,
}

impl Place {
    /// The text of an event, where names count.
    fn text<'e>(&mut self, event: &'e Event<'_>) -> Option<&'e str> {
        match event {
            Event::Start(Tag::Link { .. }) => self.links += 1,
            Event::End(TagEnd::Link) => self.links = self.links.saturating_sub(1),
            Event::Start(Tag::CodeBlock(_)) => self.code += 1,
            Event::End(TagEnd::CodeBlock) => self.code = self.code.saturating_sub(1),
            Event::Text(text) if self.links == 0 && self.code == 0 => return Some(text),
            _ => {}
        }
        None
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    /// `@user@host`.
    Mention(&'a str),
    /// Without `#`.
    Hashtag(&'a str),
}

/// Cuts a plain text. What begins a name stands at the start or after what is no part of a word or an address.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut before: Option<char> = None;
    let mut plain = 0;
    while let Some(tail) = rest.get(plain..) {
        let Some(c) = tail.chars().next() else {
            break;
        };
        let free = before
            .is_none_or(|b| !b.is_alphanumeric() && !matches!(b, '@' | '#' | '/' | '&' | '_' | '.' | '='));
        let after = tail.get(c.len_utf8()..).unwrap_or_default();
        let name = match c {
            '@' if free => mention(after).map(|length| (length, true)),
            '#' if free => hashtag(after).map(|length| (length, false)),
            _ => None,
        };
        before = Some(c);
        let Some((length, is_mention)) = name else {
            plain += c.len_utf8();
            continue;
        };
        let (text, name) = (rest.get(..plain).unwrap_or_default(), tail.get(..=length).unwrap_or_default());
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        pieces.push(match is_mention {
            true => Piece::Mention(name),
            false => Piece::Hashtag(name.get(1..).unwrap_or_default()),
        });
        before = name.chars().last();
        rest = tail.get(name.len()..).unwrap_or_default();
        plain = 0;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// The length in bytes of `user@host` (with a port) at the start of `text`.
fn mention(text: &str) -> Option<usize> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let end = text.find(|c: char| !word(c) && c != '.' && c != '-')?;
    let user = text.get(..end)?;
    if !(1..=MAX_USER).contains(&user.len()) || !user.starts_with(word) || !user.ends_with(word) {
        return None;
    }
    let rest = text.get(end..)?.strip_prefix('@')?;
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '-').unwrap_or(rest.len());
    let host = rest.get(..end)?.trim_end_matches(['.', '-']);
    let port = rest.get(host.len()..)?.strip_prefix(':').map_or(0, |port| {
        let digits = port.find(|c: char| !c.is_ascii_digit()).unwrap_or(port.len());
        if (1..=5).contains(&digits) { digits + 1 } else { 0 }
    });
    let sound = host.starts_with(|c: char| c.is_ascii_alphanumeric()) && (host.contains('.') || port > 0);
    sound.then_some(user.len() + 1 + host.len() + port)
}

/// The length in bytes of a hashtag's letters, digits and `_` at the start of `text`; digits alone are a number.
fn hashtag(text: &str) -> Option<usize> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let end = text.find(|c: char| !word(c)).unwrap_or(text.len());
    let tag = text.get(..end)?;
    (tag.chars().any(char::is_alphabetic) && tag.chars().count() <= MAX_TAG).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_hashtags_are_found_in_text_and_nowhere_else() {
        let text = "Bonjour @ada@social.example, voir #Communs et (#communs) : @bob@a.example:8443. \
                    ada@mail.example, https://a.example/@ada@b.example#x `@eve@c.example #code` \
                    [#lien @eve@c.example](https://d.example) #2026 #été_2026 @seul a#b @ada@social.example\n\n    #bloc";
        assert_eq!(mentions(text), ["@ada@social.example", "@bob@a.example:8443"]);
        assert_eq!(hashtags(text), ["Communs", "été_2026"]);
        for none in
            ["", "@", "@@", "@a@", "@a@b", "#", "##x", "@-a@b.example", "@a@.example", "&#39;", "# Titre"]
        {
            assert_eq!((mentions(none), hashtags(none)), (vec![], vec![]), "{none}");
        }
    }

    #[test]
    fn who_was_found_is_a_link_and_who_was_not_stays_text() {
        let named = [("@ada@social.example".to_owned(), "https://social.example/u/ada?a=1&b".to_owned())];
        assert_eq!(
            render("@ada@social.example et @bob@b.example : #Communs !", &named),
            "<p><span class=\"h-card\"><a href=\"https://social.example/u/ada?a=1&amp;b\" class=\"u-url mention\" \
             rel=\"nofollow noopener noreferrer\">@<span>ada</span></a></span> et @bob@b.example&nbsp;: \
             <a href=\"/tags/Communs\" class=\"mention hashtag\" rel=\"nofollow noopener noreferrer\">#<span>Communs</span></a>\u{202f}!</p>"
        );
        assert_eq!(render("# T\n\n<script>alert(1)</script>", &[]), "T");
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics_or_loses_a_letter(text in ".{0,200}") {
            let joined: String = pieces(&text)
                .into_iter()
                .map(|piece| match piece {
                    Piece::Text(text) | Piece::Mention(text) => text.to_owned(),
                    Piece::Hashtag(tag) => format!("#{tag}"),
                })
                .collect();
            proptest::prop_assert_eq!(joined, text.clone());
            proptest::prop_assert!(!render(&text, &[]).contains("<script"));
        }
    }
}
