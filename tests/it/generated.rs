//! Generated inputs through what the server itself reads: files with front matter, Markdown, and the HTML of others. Nothing
//! panics, and what is shown holds no element, attribute or address beyond those that are allowed.

#[path = "../../federation/tests/it/generator.rs"]
pub(crate) mod generator;
mod histories;

use chrono_tz::Tz;
use generator::{Random, run};
use reset_node::actions::front_matter::Manuscript;
use reset_node::text::html;

const HTML: &[&str] = &[
    "<p>",
    "</p>",
    "<a href=\"",
    "<a href='",
    "\">",
    "'>",
    "</a>",
    "<script>",
    "</script>",
    "<img src=x onerror=alert(1)>",
    "<svg",
    "<math>",
    "<style>",
    "</style>",
    "<iframe srcdoc=\"",
    "<template>",
    "<noscript>",
    "<title>",
    "<textarea>",
    "<plaintext>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<b ",
    "onclick=",
    "style=\"",
    "href=",
    "javascript:",
    "java\tscript:",
    "&#106;avascript:",
    "data:text/html,",
    "https://a.example/",
    "//b.example",
    "/logout",
    "&lt;",
    "&amp",
    "&#x0;",
    "=",
    "\"",
    "'",
    "`",
    "<",
    ">",
    "/",
    " ",
    "\n",
    "\u{0}",
    "class=\"mention invisible x\"",
    "<span class=\"h-card\">",
    "<ol start=\"",
    "<br/>",
    "x",
];

const MARKDOWN: &[&str] = &[
    "# ",
    "###### ",
    "- ",
    "1. ",
    "99999999999. ",
    "> ",
    "```",
    "`",
    "*",
    "**",
    "~~",
    "[",
    "](",
    ")",
    "![",
    "<https://a.example>",
    "<javascript:alert(1)>",
    "\n",
    "\n\n",
    "    ",
    "\t",
    "|",
    "---",
    "[a]: /x \"",
    "\\",
    "&nbsp;",
    "<p>",
    "<script>",
    "« ",
    " »",
    " ;",
    " :",
    "http://a.example",
    "é",
    "x",
];

const FRONT: &[&str] = &[
    "+++\n",
    "kind = \"proposal\"\n",
    "kind = \"minutes\"\n",
    "kind = \"decision\"\n",
    "kind = \"meeting\"\n",
    "kind = \"roadmap\"\n",
    "kind = \"consultation\"\n",
    "coalition = \"communs\"\n",
    "title = \"T\"\n",
    "language = \"fr\"\n",
    "state = \"",
    "\"\n",
    "tags = [",
    "]\n",
    "[[points]]\n",
    "[[steps]]\n",
    "[details]\n",
    "date = 2026-02-30\n",
    "date = 2026-11-06\n",
    "start = \"2026-11-06T18:00\"\n",
    "end = 2026-11-06T18:00:00+01:00\n",
    "timezone = \"Europe/Paris\"\n",
    "due = \"2026-13\"\n",
    "number = 99999999999999999999\n",
    "number = 3\n",
    "slug = \"../x\"\n",
    "authors = [\"",
    "=",
    "\"",
    "'''",
    "\u{feff}",
    "\r\n",
    "# c\n",
    "Texte.\n",
    "x",
];

/// The scheme of an address as a browser reads it, past what it ignores: leading blanks, tabs and line breaks.
fn scheme(address: &str) -> Option<String> {
    let read = address.trim_start_matches(|c| c <= ' ').replace(['\t', '\n', '\r'], "").to_ascii_lowercase();
    let (scheme, _) = read.split_once(':')?;
    let is_one = scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    is_one.then(|| scheme.to_owned())
}

/// Whether this is an element, with these attributes, that may be shown. `relative` addresses are our own Markdown's only.
fn may_be_shown(html: &str, relative: bool) -> Result<(), String> {
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        let (name, mut inside) = after.split_at(after.find([' ', '>']).ok_or("a tag without an end")?);
        let name = name.trim_start_matches('/');
        let known = "p br span a del pre blockquote code strong em b i u ul ol li h2 h3 h4";
        if !known.split(' ').any(|known| known == name) || !relative && name.starts_with('h') {
            return Err(format!("the element `{name}`"));
        }
        while let Some(attribute) = inside.strip_prefix(' ') {
            let (attribute, value) = attribute.split_once("=\"").ok_or("an attribute without a value")?;
            let (value, left) = value.split_once('"').ok_or("a value without an end")?;
            inside = left;
            let is_good = match attribute {
                "href" => match scheme(value) {
                    Some(scheme) => ["http", "https", "mailto"].contains(&scheme.as_str()),
                    None => relative,
                },
                "rel" => value == "nofollow noopener noreferrer",
                "class" => value
                    .split(' ')
                    .all(|class| ["", "mention", "hashtag", "invisible", "ellipsis"].contains(&class)),
                "start" => name == "ol",
                _ => false,
            };
            if !is_good {
                return Err(format!("the attribute {attribute}=`{value}`"));
            }
        }
        rest = inside.strip_prefix('>').ok_or_else(|| format!("what follows in a tag: {inside:.20}"))?;
    }
    Ok(())
}

#[test]
fn generated_texts_are_shown_safely_or_refused() {
    run("HTML of others, Markdown and files with front matter", |random: &mut Random| {
        match random.below(4) {
            0 => {
                let mut text = random.text(HTML, 40);
                if random.once_in(200) {
                    text = text.repeat(1 + html::MAX_REMOTE / text.len().max(1));
                }
                let shown = html::sanitise_remote(&text);
                assert!(shown.len() < 1_000_000, "{} bytes of {:.500?}", shown.len(), text);
                may_be_shown(&shown, false).unwrap_or_else(|why| panic!("{why} of {text:?} in {shown:?}"));
                // What is safe stays as it is, as often as it is cleaned.
                let again = html::sanitise_remote(&shown);
                may_be_shown(&again, false).unwrap_or_else(|why| panic!("{why}, cleaned twice, of {text:?}"));
            }
            1 => {
                let pieces = if random.once_in(3) { HTML } else { MARKDOWN };
                let text = random.text(pieces, 40);
                let shown = html::render(&text);
                may_be_shown(&shown, true).unwrap_or_else(|why| panic!("{why} of {text:?} in {shown:?}"));
            }
            2 => {
                let text = format!("+++\n{}+++\n{}", random.text(FRONT, 12), random.text(MARKDOWN, 8));
                let _ = Manuscript::parse(&text, "un-fichier", Tz::Europe__Paris);
            }
            _ => {
                let mut bytes = random.text(FRONT, 20).into_bytes();
                random.alter(&mut bytes);
                let text = String::from_utf8_lossy(&bytes);
                let _ = Manuscript::parse(&text, "un-fichier", Tz::Europe__Paris);
                assert!(!html::escape(&text).contains(['<', '>', '"', '\'']));
            }
        }
    });
}
