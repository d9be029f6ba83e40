//! The body of a publication as the HTML that travels: title, what only its kind has, then the author's text. GoToSocial
//! loses `name`, so it begins with the title.

use std::fmt::Write;

use chrono_tz::Tz;

use crate::domain::named::name;
use crate::domain::publication::{Details, Meeting, Milestone, Point, Proposal, When};
use crate::model::publication::Publication;
use crate::text::html::{absolute, escape};
use crate::text::summary::Context;
use crate::text::{Lang, dates, number, summary, t, word};

/// What of a publication is told, whatever it was read for.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// What only its kind has.
    pub details: &'a Details,
    /// BCP 47.
    pub language: &'a str,
    /// Such as `CC BY-SA 4.0`.
    pub licence: &'a str,
    /// The author's text, safe HTML.
    pub html: &'a str,
    /// Handles and names of the organisations that it names.
    pub known: &'a [(String, String)],
}

/// Within `p br span a del pre blockquote code strong em b i u ul ol li h2 h3 h4`, with absolute links. `known`: handles and names
/// of the organisations that it names.
pub fn html(publication: &Publication, known: &[(String, String)], base: &str, context: Context) -> String {
    let row = &publication.row;
    let mut html = format!("<h2>{}</h2>", escape(&row.title));
    // A `Question` has no `summary` (see `consultation`): here the line is read everywhere.
    if let Details::Consultation(_) = publication.details {
        let line = summary::summary(&publication.content(), context);
        let _ = write!(html, "<p>{}</p>", escape(&line));
    }
    let (details, language) = (&publication.details, row.language.as_str());
    let said = Said { details, language, licence: &row.licence, html: &row.html, known };
    html.push_str(&told(&said, base, context));
    html
}

/// The same without its title: what only its kind has, then the author's text.
pub fn told(said: &Said<'_>, base: &str, context: Context) -> String {
    let zone = context.zone;
    let lang = Lang::of_tag(said.language).unwrap_or_default();
    let mut html = String::new();
    let mut facts = Facts { lang, zone, known: said.known, html: String::new() };
    match said.details {
        Details::Proposal(proposal) => facts.proposal(proposal),
        Details::Decision(decision) => {
            facts.when("fact-date", decision.date);
            let to_come = |review: &When| dates::begin(*review, zone) > context.at;
            facts.when("fact-review", decision.review.filter(to_come));
        }
        Details::Minutes(meeting) | Details::Meeting(meeting) => facts.meeting(meeting),
        Details::Roadmap(_) | Details::Consultation(_) => {}
        Details::Report(report) => {
            facts.when("fact-from", report.from);
            facts.when("fact-until", report.until);
        }
        Details::Production(production) => {
            facts.fact("fact-licence", said.licence);
            if !production.reused_by.is_empty() {
                facts.fact("fact-reused-by", &names(&production.reused_by, said.known));
            }
        }
    }
    if !facts.html.is_empty() {
        let _ = write!(html, "<ul>{}</ul>", facts.html);
    }
    html.push_str(&absolute(said.html, base));
    match said.details {
        Details::Minutes(meeting) | Details::Meeting(meeting) => {
            list(&mut html, t(lang, "content-agenda"), &meeting.agenda, |item| escape(item));
            list(&mut html, t(lang, "content-points"), &meeting.points, |item| point(&facts, item));
            list(&mut html, t(lang, "content-questions"), &meeting.questions, |item| escape(item));
        }
        Details::Roadmap(roadmap) => {
            list(&mut html, t(lang, "content-milestones"), &roadmap.milestones, |item| {
                milestone(&facts, item)
            });
        }
        Details::Proposal(_)
        | Details::Decision(_)
        | Details::Consultation(_)
        | Details::Report(_)
        | Details::Production(_) => {}
    }
    html
}

/// Names, where words are handles.
fn names(words: &[String], known: &[(String, String)]) -> String {
    words.iter().map(|word| name(word, known)).collect::<Vec<_>>().join(", ")
}

struct Facts<'a> {
    lang: Lang,
    zone: Tz,
    known: &'a [(String, String)],
    html: String,
}

impl Facts<'_> {
    fn fact(&mut self, label: &'static str, value: &str) {
        let _ = write!(self.html, "<li><strong>{}</strong> {}</li>", t(self.lang, label), escape(value));
    }

    fn when(&mut self, label: &'static str, when: Option<When>) {
        if let Some(when) = when {
            self.fact(label, &dates::when(self.lang, when, self.zone));
        }
    }

    fn proposal(&mut self, proposal: &Proposal) {
        self.fact("fact-method", word(self.lang, "method", proposal.method.as_str()));
        self.when("fact-opens", proposal.opens);
        self.when("fact-closes", proposal.closes);
        if let Some(quorum) = proposal.quorum {
            self.fact("fact-quorum", &quorum.to_string());
        }
    }

    fn meeting(&mut self, meeting: &Meeting) {
        if let Some(zone) = &meeting.timezone {
            self.zone = dates::zone(zone);
        }
        if let Some(start) = meeting.start {
            let told = match meeting.tentative_until {
                Some(until) => dates::range(self.lang, start, until, self.zone),
                None => dates::span(self.lang, start, meeting.end, self.zone),
            };
            self.fact("fact-date", &told);
        }
        if let Some(place) = &meeting.place {
            self.fact("fact-place", place);
        }
        if let Some(attendance) = meeting.attendance {
            self.fact("fact-attendance", &attendance.to_string());
        }
        if !meeting.organisations.is_empty() {
            self.fact("fact-organisations", &names(&meeting.organisations, self.known));
        }
        if let Some(capacity) = meeting.capacity {
            self.fact("fact-capacity", &number(self.lang, capacity.into()));
        }
        if let Some(url) = &meeting.registration_url {
            let (label, url) = (t(self.lang, "fact-registration"), escape(url));
            let _ = write!(self.html, "<li><strong>{label}</strong> <a href=\"{url}\">{url}</a></li>");
        }
        self.when("fact-next", meeting.next);
    }
}

fn list<T>(html: &mut String, title: &str, items: &[T], show: impl Fn(&T) -> String) {
    if items.is_empty() {
        return;
    }
    let _ = write!(html, "<h3>{title}</h3><ul>");
    for item in items {
        let _ = write!(html, "<li>{}</li>", show(item));
    }
    html.push_str("</ul>");
}

fn point(facts: &Facts<'_>, point: &Point) -> String {
    let lang = facts.lang;
    let mut html = format!("<strong>{}</strong>", word(lang, "outcome", point.outcome.as_str()));
    for text in [&point.title, &point.text].into_iter().flatten() {
        let _ = write!(html, " — {}", escape(text));
    }
    owners_and_due(&mut html, facts, &point.owners, point.due);
    html
}

fn milestone(facts: &Facts<'_>, milestone: &Milestone) -> String {
    let lang = facts.lang;
    let mut html = format!(
        "<strong>{}</strong> — {}",
        escape(&milestone.title),
        word(lang, "milestone", milestone.status.as_str())
    );
    if let Some(progress) = milestone.progress {
        let _ = write!(html, " ({progress} %)");
    }
    owners_and_due(&mut html, facts, &milestone.owners, milestone.due);
    if let Some(description) = &milestone.description {
        let _ = write!(html, "<br>{}", escape(description));
    }
    if let Some(reason) = &milestone.reason {
        let _ = write!(html, "<br>{}", escape(reason));
    }
    if let Some(victory) = &milestone.victory {
        let _ = write!(html, "<br>{} — {}", word(lang, "path", "victory"), escape(&victory.text));
    }
    html
}

fn owners_and_due(html: &mut String, facts: &Facts<'_>, owners: &[String], due: Option<When>) {
    if !owners.is_empty() {
        let _ = write!(html, " ({})", escape(&names(owners, facts.known)));
    }
    if let Some(due) = due {
        let _ = write!(html, ", {}", escape(&dates::when(facts.lang, due, facts.zone)));
    }
}
