//! The short note by which followers learn of a state: what happened, to what, and where to read it.

use super::summary::{Context, head};
use super::{Lang, t, tf};
use crate::domain::news::News;
use crate::domain::publication::Content;

/// The Markdown of the note, in the publication's own language (English where that is neither French nor English). `href` is
/// the root-relative address of the publication.
pub fn markdown(news: &[News], content: &Content, context: Context, href: &str) -> String {
    let lang = Lang::of_tag(&content.language).unwrap_or_default();
    let mut paragraphs: Vec<String> =
        news.iter().map(|one| literal(&sentence(lang, one, content, context))).collect();
    paragraphs.push(format!("[{}]({href})", t(lang, "news-read")));
    paragraphs.join("\n\n")
}

fn sentence(lang: Lang, news: &News, content: &Content, context: Context) -> String {
    let (key, milestone) = match news {
        News::RoundOpened => ("news-round-opened", ""),
        News::RoundEnds => ("news-round-ends", ""),
        News::Adopted => ("news-adopted", ""),
        News::NotAdopted => ("news-not-adopted", ""),
        News::MinutesAdopted => ("news-minutes-adopted", ""),
        News::MilestoneLate(title) => ("news-milestone-late", title.as_str()),
        News::MilestoneDone(title) => ("news-milestone-done", title.as_str()),
        News::MeetingMoved => ("news-meeting-moved", ""),
        News::MeetingCancelled => ("news-meeting-cancelled", ""),
        News::Superseded => ("news-superseded", ""),
        News::Repealed => ("news-repealed", ""),
        News::ConsultationClosed => ("news-consultation-closed", ""),
    };
    let now = head(lang, content, context);
    tf(
        lang,
        key,
        &[("title", (&content.title).into()), ("milestone", milestone.into()), ("now", (&now).into())],
    )
}

/// A plain text as Markdown: what stands in it is shown, never read as markup (CommonMark, backslash escapes).
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if c.is_ascii_punctuation() && !matches!(c, ',' | ';' | '?' | '\'' | '/' | ':' | '(' | ')') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use crate::domain::publication::{Details, Method, Proposal};
    use crate::domain::state::State;
    use crate::text::html::render;

    fn told(language: &str, title: &str, news: &[News]) -> String {
        let closes = Some("2026-12-12T18:00:00+01:00".parse().unwrap());
        let details = Details::Proposal(Proposal {
            method: Method::Consent,
            opens: None,
            closes,
            quorum: None,
            round: None,
            phase: None,
        });
        let content = Content {
            title: title.into(),
            summary: String::new(),
            body: String::new(),
            language: language.into(),
            licence: String::new(),
            state: State::Open,
            tags: vec![],
            authors: vec![],
            details,
            attachments: vec![],
        };
        let at = "2026-11-22T10:00:00Z".parse().unwrap();
        let context = Context { zone: super::super::dates::zone("Europe/Paris"), at, number: None };
        render(&markdown(news, &content, context, "/publications/x"))
    }

    #[test]
    fn a_note_says_what_happened_to_what_in_the_language_of_the_publication() {
        let link = |text: &str| {
            format!("<p><a href=\"/publications/x\" rel=\"nofollow noopener noreferrer\">{text}</a></p>")
        };
        assert_eq!(
            told("fr", "Ouvrir les données", &[News::Adopted]),
            format!(
                "<p>Proposition adoptée&nbsp;: «&nbsp;Ouvrir les données&nbsp;».</p>\n{}",
                link("Lire la publication")
            )
        );
        assert_eq!(
            told("en", "Open data", &[News::RoundOpened]),
            format!(
                "<p>A new round on “Open data”. Proposal, consent round until 12&nbsp;December 2026, 18:00 (Paris).</p>\n{}",
                link("Read the publication")
            )
        );
        let steps = [News::MilestoneLate("A".into()), News::MilestoneDone("B".into())];
        assert_eq!(told("de", "Plan", &steps).matches("<p>").count(), 3);
        assert!(told("de", "Plan", &steps).contains("Milestone late: “A” (roadmap “Plan”)."));
    }

    #[test]
    fn a_title_is_shown_as_it_stands() {
        let html = told("en", "*A* [b](c) <i>d</i> `e` #f 1. ~~g~~", &[News::Adopted]);
        assert!(html.contains("“*A* [b](c) &lt;i&gt;d&lt;/i&gt; `e` #f 1. ~~g~~”"), "{html}");
    }
}
