//! Safe HTML: an author's Markdown rendered within what every peer shows, and other servers' HTML cut down to it. The
//! sanitiser is the last step of both, so nothing that was not listed here ever reaches a page or an activity.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, TextMergeStream};

/// Longest HTML of a reply that is looked at, in bytes; the rest is cut. Ten times what Mastodon lets a person write.
pub const MAX_REMOTE: usize = 65_536;
/// Most tags of such a text, and most elements that a reader may have to make of them. What has more is shown as text alone.
const MAX_TAGS: usize = 4000;
const MAX_ELEMENTS: usize = 50_000;
/// Elements that the rules of HTML open again in each paragraph until they are closed.
const REOPENED: [&str; 13] =
    ["b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];

/// FEDERATION.md: what Mastodon and GoToSocial keep, with headings.
const OURS: [&str; 19] = [
    "p",
    "br",
    "span",
    "a",
    "del",
    "pre",
    "blockquote",
    "code",
    "strong",
    "em",
    "b",
    "i",
    "u",
    "ul",
    "ol",
    "li",
    "h2",
    "h3",
    "h4",
];
/// The same without headings: a reply has no place in the outline of our page.
pub(super) const THEIRS: [&str; 16] = [
    "p",
    "br",
    "span",
    "a",
    "del",
    "pre",
    "blockquote",
    "code",
    "strong",
    "em",
    "b",
    "i",
    "u",
    "ul",
    "ol",
    "li",
];

static LOCAL: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = base(OURS.into());
    builder.url_relative(UrlRelative::PassThrough);
    builder
});

static REMOTE: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = base(THEIRS.into());
    builder.url_relative(UrlRelative::Deny);
    builder.allowed_classes(HashMap::from([
        ("a", HashSet::from(["mention", "hashtag"])),
        ("span", HashSet::from(["mention", "hashtag", "invisible", "ellipsis"])),
    ]));
    builder
});

static LINE: LazyLock<Builder<'static>> = LazyLock::new(Builder::empty);

pub(super) fn base(tags: HashSet<&'static str>) -> Builder<'static> {
    let mut builder = Builder::empty();
    builder
        .tags(tags)
        .clean_content_tags(["script", "style", "iframe", "svg", "math", "noscript", "template"].into())
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"])), ("ol", HashSet::from(["start"]))]))
        .generic_attributes(HashSet::new())
        .url_schemes(["http", "https", "mailto"].into())
        .link_rel(Some("nofollow noopener noreferrer"));
    builder
}

/// Markdown (CommonMark with strikethrough) as safe HTML. A first-level heading becomes `h2`, deeper than four `h4`; an
/// image becomes a link to it that bears its description. Links may be root-relative: see [`absolute`].
pub fn render(markdown: &str) -> String {
    let mut html = String::with_capacity(markdown.len() + markdown.len() / 4);
    pulldown_cmark::html::push_html(&mut html, portable(markdown));
    LOCAL.clean(&html).to_string().trim_end().to_owned()
}

/// The events of a Markdown text, as far as peers show them; neighbouring texts are one.
pub(super) fn portable(markdown: &str) -> impl Iterator<Item = Event<'_>> {
    let inner = Parser::new_ext(markdown, Options::ENABLE_STRIKETHROUGH);
    TextMergeStream::new(Portable { inner, in_link: 0, in_code: false, images: Vec::new() })
}

/// Rewrites what an author's Markdown can hold to what peers show.
struct Portable<'a, I> {
    inner: I,
    in_link: usize,
    in_code: bool,
    images: Vec<Option<CowStr<'a>>>,
}

impl<'a, I: Iterator<Item = Event<'a>>> Iterator for Portable<'a, I> {
    type Item = Event<'a>;

    fn next(&mut self) -> Option<Event<'a>> {
        Some(match self.inner.next()? {
            Event::Start(Tag::Heading { level, id, classes, attrs }) => {
                Event::Start(Tag::Heading { level: within(level), id, classes, attrs })
            }
            Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(within(level))),
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                self.in_link += 1;
                Event::Start(Tag::Link { link_type, dest_url, title, id })
            }
            Event::End(TagEnd::Link) => {
                self.in_link = self.in_link.saturating_sub(1);
                Event::End(TagEnd::Link)
            }
            Event::Start(Tag::Image { dest_url, title, id, .. }) => {
                if self.in_link > 0 || !self.images.is_empty() {
                    self.images.push(None);
                    return Some(Event::Text("".into()));
                }
                self.images.push(Some(dest_url.clone()));
                Event::Start(Tag::Link { link_type: LinkType::Inline, dest_url, title, id })
            }
            Event::End(TagEnd::Image) => match self.images.pop() {
                Some(Some(_)) => Event::End(TagEnd::Link),
                _ => Event::Text("".into()),
            },
            Event::Start(Tag::CodeBlock(kind)) => {
                self.in_code = true;
                Event::Start(Tag::CodeBlock(kind))
            }
            Event::End(TagEnd::CodeBlock) => {
                self.in_code = false;
                Event::End(TagEnd::CodeBlock)
            }
            Event::Text(text) if !self.in_code => Event::Text(unbroken(text)),
            // A rule is no element that peers keep; the blank line between paragraphs stays.
            Event::Rule => Event::SoftBreak,
            other => other,
        })
    }
}

/// French puts a space before `; : ! ? »` and after `«`, where a line must not break. Other languages put none there.
fn unbroken(text: CowStr<'_>) -> CowStr<'_> {
    const PLACES: [(&str, &str); 6] = [
        (" ;", "\u{202f};"),
        (" !", "\u{202f}!"),
        (" ?", "\u{202f}?"),
        (" :", "\u{a0}:"),
        (" »", "\u{a0}»"),
        ("« ", "«\u{a0}"),
    ];
    match PLACES.iter().any(|(loose, _)| text.contains(loose)) {
        true => {
            PLACES.iter().fold(text.into_string(), |text, (loose, tied)| text.replace(loose, tied)).into()
        }
        false => text,
    }
}

fn within(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 | HeadingLevel::H2 => HeadingLevel::H2,
        HeadingLevel::H3 => HeadingLevel::H3,
        _ => HeadingLevel::H4,
    }
}

/// The HTML of another server's reply, safe to store and show. At most [`MAX_REMOTE`] bytes are looked at.
pub fn sanitise_remote(html: &str) -> String {
    let mut cut = html.len().min(MAX_REMOTE);
    while !html.is_char_boundary(cut) {
        cut -= 1;
    }
    let head = html.get(..cut).unwrap_or_default();
    REMOTE.clean(&affordable(head)).to_string()
}

/// A text that costs little to read: a few thousand bytes could become gigabytes, since what is not closed is opened again in
/// each paragraph. Of equal elements at most three are, so these lose their attributes, which are not shown anyway.
fn affordable(html: &str) -> String {
    let mut tags = html.split('<');
    let mut tame = tags.next().unwrap_or_default().to_owned();
    let (mut count, mut opened) = (0_usize, [0_usize; REOPENED.len()]);
    for tag in tags {
        count += 1;
        tame.push('<');
        let end = tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len());
        let (name, rest) = tag.split_at(end);
        let place = REOPENED.iter().position(|one| one.eq_ignore_ascii_case(name));
        match place.and_then(|place| opened.get_mut(place)) {
            Some(opened) => {
                *opened = 3.min(*opened + 1);
                tame.push_str(name);
                tame.push('>');
                tame.push_str(rest.split_once('>').map_or("", |(_, after)| after));
            }
            None => tame.push_str(tag),
        }
    }
    match count > MAX_TAGS || count * opened.iter().sum::<usize>() > MAX_ELEMENTS {
        true => without_tags(html),
        false => tame,
    }
}

/// A text without anything that could be a tag: no `<` is left in it.
fn without_tags(html: &str) -> String {
    let mut tags = html.split('<');
    let mut text = tags.next().unwrap_or_default().to_owned();
    for tag in tags {
        if let Some((_, after)) = tag.split_once('>') {
            text.push(' ');
            text.push_str(after);
        }
    }
    text
}

/// The text of another server's HTML as HTML text without elements: for one line.
pub fn line_of_remote(html: &str) -> String {
    let clean = sanitise_remote(html);
    let text = LINE.clean(&clean).to_string();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Our own HTML for readers elsewhere: root-relative links get `base` (no slash at its end) before them. Exact, since the
/// sanitiser writes every attribute in one way.
pub fn absolute(html: &str, base: &str) -> String {
    html.replace("href=\"/", &format!("href=\"{base}/"))
}

/// A plain text as HTML text: what stands in it is shown, never read as markup.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_stays_within_the_elements_that_peers_show() {
        let cases = [
            ("# A\n\n##### B", "<h2>A</h2>\n<h4>B</h4>"),
            ("a **b** *c* ~~d~~ `e`", "<p>a <strong>b</strong> <em>c</em> <del>d</del> <code>e</code></p>"),
            ("3. c\n4. d", "<ol start=\"3\">\n<li>c</li>\n<li>d</li>\n</ol>"),
            ("> q", "<blockquote>\n<p>q</p>\n</blockquote>"),
            (
                "[a](https://a.example/?b=1&c=2)",
                "<p><a href=\"https://a.example/?b=1&amp;c=2\" rel=\"nofollow noopener noreferrer\">a</a></p>",
            ),
            ("[a](javascript:alert(1))", "<p><a rel=\"nofollow noopener noreferrer\">a</a></p>"),
            (
                "![the map](/m.png)",
                "<p><a href=\"/m.png\" rel=\"nofollow noopener noreferrer\">the map</a></p>",
            ),
            (
                "[![x](https://a.example/i.png)](https://b.example/)",
                "<p><a href=\"https://b.example/\" rel=\"nofollow noopener noreferrer\">x</a></p>",
            ),
            ("<script>alert(1)</script>ok", "ok"),
            ("<img src=x onerror=alert(1)>ok", "<p>ok</p>"),
            ("a\n\n---\n\nb", "<p>a</p>\n\n<p>b</p>"),
            ("« a » ; b : c ! `d ;`", "<p>«&nbsp;a&nbsp;»\u{202f}; b&nbsp;: c\u{202f}! <code>d ;</code></p>"),
        ];
        for (markdown, html) in cases {
            assert_eq!(render(markdown), html, "{markdown}");
        }
    }

    #[test]
    fn a_reply_keeps_its_text_and_loses_what_could_harm() {
        let mention = "<p><span class=\"h-card\"><a href=\"https://a.example/@b\" class=\"u-url mention\">@<span>b</span></a></span> yes</p>";
        assert_eq!(
            sanitise_remote(mention),
            "<p><span class=\"\"><a href=\"https://a.example/@b\" class=\"mention\" rel=\"nofollow noopener noreferrer\">@<span>b</span></a></span> yes</p>"
        );
        let cases = [
            ("<h1 onclick=x>T</h1><p style='position:fixed'>a</p>", "T<p>a</p>"),
            ("<a href='/logout'>a</a>", "<a rel=\"nofollow noopener noreferrer\">a</a>"),
            ("<a href='java\nscript:1'>a</a>", "<a rel=\"nofollow noopener noreferrer\">a</a>"),
            ("<form action=x><input name=y>z</form>", "z"),
            ("<style>*{}</style><iframe src=x></iframe>a", "a"),
            ("<svg><p>x</p><script>1</script></svg>b", "<p>x</p>b"),
            ("<p>open", "<p>open</p>"),
            ("1 < 2 & 3", "1 &lt; 2 &amp; 3"),
        ];
        for (from, to) in cases {
            assert_eq!(sanitise_remote(from), to, "{from}");
        }
    }

    #[test]
    fn a_reply_without_end_is_cut() {
        let deep = "<b>é".repeat(100_000);
        assert!(sanitise_remote(&deep).len() < 3 * MAX_REMOTE);
        let flat = "é".repeat(MAX_REMOTE);
        assert_eq!(sanitise_remote(&flat).len(), MAX_REMOTE);
    }

    #[test]
    fn a_reply_that_would_grow_without_end_stays_small() {
        let opened: String = (0..3000).map(|n| format!("<b a={n}>")).collect();
        let capitals: String = (0..1500).map(|n| format!("<STRONG/a={n}>")).collect();
        let plain: String = REOPENED.map(|name| format!("<{name}><{name}><{name}>")).concat();
        for bomb in [
            format!("<p>{opened}{}", "<p>x".repeat(7000)),
            format!("<p>{capitals}{}", "<p>x".repeat(2400)),
            format!("<p>{plain}{}", "<p>x".repeat(15_000)),
            format!("<p><!--{}-->{opened}{}", "</b>".repeat(3000), "<p>x".repeat(5000)),
            format!("<p>{}{}", "<i a=\"<\" b=".repeat(1000), "<p>x".repeat(2900)),
            "<span>".repeat(5000) + &"</q><p></p>".repeat(3000),
            "<".repeat(30_000) + "b>" + &"<<b>b a=1>".repeat(2000),
        ] {
            let shown = sanitise_remote(&bomb);
            assert!(shown.len() < 4 * MAX_REMOTE, "{} bytes of {}", shown.len(), bomb.len());
        }
        assert_eq!(sanitise_remote(&"<<b>b".repeat(3000)).matches("<b>").count(), 0, "text alone");
        // What people write stays as it is, also where it is long.
        let long = "<p>a <strong>b</strong> <code class=\"language-rust\">c</code></p>".repeat(600);
        assert_eq!(sanitise_remote(&long).matches("<strong>b</strong> <code>c</code>").count(), 600);
    }

    #[test]
    fn root_relative_links_become_absolute_for_readers_elsewhere() {
        let html = render("[a](/coalitions/communs) [b](https://b.example/)");
        let html = absolute(&html, "https://reset.example.org");
        assert!(html.contains("href=\"https://reset.example.org/coalitions/communs\""));
        assert!(html.contains("href=\"https://b.example/\""));
    }

    #[test]
    fn a_plain_text_is_shown_as_it_stands() {
        assert_eq!(escape("<a b='c'> & \"d\""), "&lt;a b=&#39;c&#39;&gt; &amp; &quot;d&quot;");
    }

    proptest::proptest! {
        #[test]
        fn no_input_panics_or_brings_a_script(text in ".{0,300}") {
            for html in [render(&text), sanitise_remote(&text)] {
                proptest::prop_assert!(!html.contains("<script"));
            }
        }
    }
}
