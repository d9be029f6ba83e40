//! Activity intents (FEP-3b86): which page of a person's own server an act of theirs begins on, as their WebFinger answer names it.
//!
//! Strings only: asking, and leading there, is the server's. A template comes from a stranger, so what it makes is checked as every
//! address of others is, and may not choose its host by what is filled in.

use url::Url;

use crate::url_check;
use crate::webfinger::Jrd;

/// The relation of OStatus, which has one page for everything; most servers still serve it.
const SUBSCRIBE: &str = "http://ostatus.org/schema/1.0/subscribe";
/// Opens something; what is done with it is chosen there. Mastodon serves this one and a `Create` without `inReplyTo`.
const OBJECT: &str = "https://w3id.org/fep/3b86/Object";

/// What somebody wants to do from their own server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// Follow an actor.
    Follow,
    /// Answer an object.
    Reply,
    /// Like an object.
    Like,
    /// Share an object.
    Announce,
}

impl Intent {
    /// The relation that is for this alone, and the gap of its template that takes the id.
    fn own(self) -> (&'static str, &'static str) {
        match self {
            Intent::Follow => ("https://w3id.org/fep/3b86/Follow", "object"),
            Intent::Reply => ("https://w3id.org/fep/3b86/Create", "inReplyTo"),
            Intent::Like => ("https://w3id.org/fep/3b86/Like", "object"),
            Intent::Announce => ("https://w3id.org/fep/3b86/Announce", "object"),
        }
    }

    /// The page where this is done with the actor or object `id`: of the relation for it alone, else of the one that opens
    /// anything, else of OStatus. `None` where the answer names no page that can be used.
    #[must_use]
    pub fn page(self, jrd: &Jrd, id: &str, allow_http: bool) -> Option<Url> {
        [self.own(), (OBJECT, "object"), (SUBSCRIBE, "uri")].into_iter().find_map(|(relation, gap)| {
            let links = jrd.links.iter().filter(|link| link.rel == relation);
            links.filter_map(|link| link.template.as_deref()).find_map(|text| fill(text, gap, id, allow_http))
        })
    }
}

/// Fills one gap of a template (RFC 6570, simple expansion of one name) and empties the others. `None` where that gap is missing,
/// where there are expressions of another form, or where the address that results is none to send somebody to.
fn fill(template: &str, gap: &str, id: &str, allow_http: bool) -> Option<Url> {
    let (mut filled, mut rest, mut found) = (String::new(), template, false);
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        if name.is_empty() || !name.chars().all(plain) {
            return None;
        }
        filled.push_str(before);
        if !has_authority(&filled) {
            return None;
        }
        if name == gap {
            found = true;
            filled.extend(url::form_urlencoded::byte_serialize(id.as_bytes()));
        }
        rest = after;
    }
    filled.push_str(rest);
    let page = url_check::id_with_fragment(&filled, allow_http).ok()?;
    (found && !rest.contains('}')).then_some(page)
}

/// Whether the host is over before the first gap.
fn has_authority(start: &str) -> bool {
    start.split_once("://").is_some_and(|(_, after)| after.contains(['/', '?', '#']))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use crate::webfinger::Link;

    const ID: &str = "https://reset.example.org/publications/1?a=b&c#d";
    const TOLD: &str = "https%3A%2F%2Freset.example.org%2Fpublications%2F1%3Fa%3Db%26c%23d";

    fn jrd(links: &[(&str, &str)]) -> Jrd {
        let link = |(rel, template): &(&str, &str)| Link {
            rel: (*rel).to_owned(),
            template: Some((*template).to_owned()),
            ..Link::default()
        };
        Jrd {
            subject: "acct:ana@social.example".to_owned(),
            aliases: Vec::new(),
            links: links.iter().map(link).collect(),
        }
    }

    fn page(intent: Intent, links: &[(&str, &str)]) -> Option<String> {
        intent.page(&jrd(links), ID, false).map(String::from)
    }

    #[test]
    fn the_page_for_the_act_comes_first_then_the_one_that_opens_anything_then_that_of_ostatus() {
        let subscribe = (SUBSCRIBE, "https://s.example/subscribe?uri={uri}");
        let object = (OBJECT, "https://s.example/open?uri={object}");
        for (intent, name, gap) in [
            (Intent::Follow, "Follow", "object"),
            (Intent::Reply, "Create", "inReplyTo"),
            (Intent::Like, "Like", "object"),
            (Intent::Announce, "Announce", "object"),
        ] {
            let relation = format!("https://w3id.org/fep/3b86/{name}");
            let template = format!("https://s.example/act?it={{{gap}}}&then={{on-success}}");
            let own = (relation.as_str(), template.as_str());
            let told = format!("https://s.example/act?it={TOLD}&then=");
            assert_eq!(page(intent, &[subscribe, object, own]), Some(told), "{name}");
            assert_eq!(
                page(intent, &[subscribe, object]),
                Some(format!("https://s.example/open?uri={TOLD}"))
            );
            assert_eq!(page(intent, &[subscribe]), Some(format!("https://s.example/subscribe?uri={TOLD}")));
            assert_eq!(page(intent, &[]), None);
        }
    }

    #[test]
    fn a_page_to_write_something_new_is_not_one_to_reply_on() {
        let links = [
            ("https://w3id.org/fep/3b86/Create", "https://social.example/share?text={content}"),
            (OBJECT, "https://social.example/authorize_interaction?uri={object}"),
        ];
        let told = format!("https://social.example/authorize_interaction?uri={TOLD}");
        assert_eq!(page(Intent::Reply, &links), Some(told));
    }

    #[test]
    fn a_template_that_leads_nowhere_safe_is_passed_over() {
        for bad in [
            "javascript:alert({object})",
            "javascript://s.example/%0aalert(1)//{object}",
            "http://s.example/?uri={object}",
            "https://ana@s.example/?uri={object}",
            "https://ana:word@s.example/?uri={object}",
            "https://s.example\\@evil.example/?uri={object}",
            "https://{object}/",
            "https://s.example{object}",
            "{object}",
            "//s.example/{object}",
            "/authorize_interaction?uri={object}",
            "https://s.example/{?object}",
            "https://s.example/{+object}",
            "https://s.example/{object",
            "https://s.example/{object}}",
            "https://s.example/{{object}}",
            "https://s.example/ {object}",
            "https://s.example/?uri={uri}",
            "https://s.example/",
        ] {
            assert_eq!(page(Intent::Like, &[(OBJECT, bad)]), None, "{bad}");
        }
        let good = "https://other.example/open/{object}?x={object}#{none}";
        let told = format!("https://other.example/open/{TOLD}?x={TOLD}#");
        assert_eq!(page(Intent::Like, &[(OBJECT, "javascript:{object}"), (OBJECT, good)]), Some(told));
    }

    #[test]
    fn plain_http_is_for_tests() {
        let links = jrd(&[(OBJECT, "http://localhost:9000/open?uri={object}")]);
        assert!(Intent::Like.page(&links, ID, true).is_some());
        assert!(Intent::Like.page(&links, ID, false).is_none());
    }

    #[test]
    fn an_address_that_grows_too_long_is_none() {
        let long = format!("https://reset.example.org/{}", "é".repeat(500));
        let links = jrd(&[(OBJECT, "https://s.example/open?uri={object}")]);
        assert!(Intent::Like.page(&links, ID, false).unwrap().as_str().len() < 200);
        assert_eq!(Intent::Like.page(&links, &long, false), None);
    }
}
