//! What a revision says, as lines that are compared: each field with its label in the reader's language and the words of its
//! author, then the text.

use chrono::{DateTime, Utc};

use super::details::{self, Fact, PointView, Step, View};
use super::parts::{Named, Reading};
use super::revisions::{Line, difference};
use super::round::capital;
use crate::domain::publication::{Content, Details, Meeting};
use crate::domain::state::State;
use crate::text::{Lang, summary, t, tf, word};

/// Between a label and the words of an author, while lines are compared.
const BETWEEN: char = '\u{1f}';

/// Everything an author wrote that a page shows. A name that was taken out and an address to join stand in no difference.
pub(super) struct Told {
    pub state: State,
    /// One field a line.
    fields: String,
    body: String,
}

impl Told {
    /// `known` are the organisations that [`words`] named.
    pub(super) fn of(content: &Content, reading: &Reading, known: &[(String, String)]) -> Told {
        let mut fields = Fields { lang: reading.lang, text: String::new() };
        fields.heading(content, known);
        // A date stands as it was written, also where it is over.
        let then = Reading { now: DateTime::<Utc>::MIN_UTC, ..*reading };
        let view = details::view(&content.details, &then, known);
        fields.rest(&content.details);
        fields.view(&view);
        for one in &content.attachments {
            let role = one.role.map(|role| word(reading.lang, "attachment", role.as_str()));
            let label = role.unwrap_or(t(reading.lang, "publication-attachments"));
            fields.line(label, &format!("{} – {}", one.name, one.href()));
        }
        Told { state: content.state, fields: fields.text, body: format!("{}\n", content.body) }
    }

    /// What is otherwise in `after`.
    pub(super) fn changes(&self, after: &Told) -> Vec<Line> {
        let mut lines = difference(&self.fields, &after.fields);
        for line in &mut lines {
            if let Some((label, text)) = line.text.split_once(BETWEEN) {
                (line.label, line.text) = (label.to_owned(), text.to_owned());
            }
        }
        lines.extend(difference(&self.body, &after.body));
        lines
    }
}

/// The words of a revision that may be handles of organisations.
pub(super) fn words(content: &Content) -> Vec<String> {
    let mut words = details::organisation_words(&content.details);
    words.extend(content.authors.iter().cloned());
    words
}

struct Fields {
    lang: Lang,
    text: String,
}

impl Fields {
    /// The label ends with the colon of the language, however the message is written.
    fn line(&mut self, label: &str, text: &str) {
        let label = label.trim_end_matches([':', ' ', '\u{a0}', '\u{202f}']);
        let label = tf(self.lang, "revision-field", &[("label", label.into())]);
        let text: Vec<&str> = text.split_whitespace().collect();
        self.text.push_str(&format!("{label}{BETWEEN}{}\n", text.join(" ")));
    }

    fn known(&mut self, key: &'static str, text: &str) {
        if !text.trim().is_empty() {
            self.line(t(self.lang, key), text);
        }
    }

    /// A label and its value, both in the reader's language.
    fn fact(&mut self, label: &str, value: &str) {
        let label = tf(self.lang, "revision-field", &[("label", label.into())]);
        self.text.push_str(&format!("{label} {}{BETWEEN}\n", value.replace(['\n', '\r'], " ")));
    }

    fn heading(&mut self, content: &Content, known: &[(String, String)]) {
        self.known("revision-title", &content.title);
        self.known("revision-summary", &content.summary);
        self.known("revision-language", &content.language);
        self.known("publication-licence", &content.licence);
        for author in &content.authors {
            self.known("revision-author", &Named::word(author, known).name);
        }
        self.known("publication-tags", &content.tags.join(", "));
    }

    /// What a page shows elsewhere than among the details.
    fn rest(&mut self, details: &Details) {
        match details {
            Details::Proposal(proposal) => {
                if let Some(round) = summary::round_name(self.lang, proposal) {
                    let round = capital(round);
                    self.text.push_str(&format!("{round}{BETWEEN}\n"));
                }
            }
            Details::Minutes(Meeting { registration_url, .. })
            | Details::Meeting(Meeting { registration_url, .. }) => {
                self.known("fact-registration", registration_url.as_deref().unwrap_or_default());
            }
            Details::Consultation(asked) => {
                for option in &asked.options {
                    self.known("publication-options", option);
                }
                let how = if asked.multiple { "publication-option-many" } else { "publication-option-one" };
                self.text.push_str(&format!("{}{BETWEEN}\n", t(self.lang, how)));
            }
            Details::Roadmap(_) | Details::Decision(_) | Details::Report(_) | Details::Production(_) => {}
        }
    }

    fn view(&mut self, view: &View) {
        for Fact { label, value } in &view.facts {
            self.fact(label, value);
        }
        self.known("publication-source", view.source.as_deref().unwrap_or_default());
        let organisations = view.organisations.iter().map(|one| ("publication-organisations", &one.name));
        let reused = view.reused_by.iter().map(|one| ("publication-reused-by", &one.name));
        let agenda = view.agenda.iter().map(|one| ("publication-agenda", one));
        let questions = view.questions.iter().map(|one| ("publication-questions", one));
        for (key, text) in organisations.chain(reused).chain(agenda).chain(questions) {
            self.known(key, text);
        }
        view.points.iter().for_each(|point| self.point(point));
        view.steps.iter().for_each(|step| self.step(step));
    }

    fn point(&mut self, point: &PointView) {
        let told = [Some(point.outcome), point.due.as_deref()];
        let label = bracketed(t(self.lang, "revision-point"), &told);
        let owners = names(&point.owners);
        let parts = [point.title.as_deref(), point.text.as_deref(), owners.as_deref()];
        self.line(&label, &dashed(&parts));
    }

    fn step(&mut self, step: &Step) {
        let progress = step.progress.map(|progress| format!("{progress}\u{a0}%"));
        let told = [Some(step.status), step.dates.as_deref(), progress.as_deref(), step.dimension];
        let (name, title) = (t(self.lang, "revision-step"), Some(step.title.as_str()));
        let owners = names(&step.owners);
        self.line(&bracketed(name, &told), &dashed(&[title, owners.as_deref()]));
        if let Some(description) = &step.description {
            self.line(name, &dashed(&[title, Some(description)]));
        }
        if let Some(was) = &step.was {
            self.line(t(self.lang, "milestone-was"), &dashed(&[title, Some(was)]));
        }
        if let Some(reason) = &step.reason {
            self.line(t(self.lang, "withdrawn-reason"), &dashed(&[title, Some(reason)]));
        }
        if let Some(indicator) = &step.indicator {
            let facts = indicator.facts.iter().map(|fact| format!("{} {}", fact.label, fact.value));
            let measured = indicator.measured.iter().map(|(date, value)| format!("{date}, {value}"));
            let known: Vec<String> = facts.chain(measured).collect();
            let told: Vec<Option<&str>> = known.iter().map(|one| Some(one.as_str())).collect();
            let label = bracketed(t(self.lang, "milestone-indicator"), &told);
            self.line(&label, &dashed(&[title, Some(&indicator.name)]));
        }
        if let Some(victory) = &step.victory {
            self.line(&victory.label, &dashed(&[title, Some(&victory.text)]));
        }
    }
}

/// `Étape-clé (en cours, 30 juin 2027)`.
fn bracketed(name: &str, told: &[Option<&str>]) -> String {
    let told: Vec<&str> = told.iter().copied().flatten().collect();
    match told.is_empty() {
        true => name.to_owned(),
        false => format!("{name} ({})", told.join(", ")),
    }
}

fn dashed(parts: &[Option<&str>]) -> String {
    parts.iter().copied().flatten().collect::<Vec<_>>().join(" – ")
}

fn names(those: &[Named]) -> Option<String> {
    let names: Vec<&str> = those.iter().map(|one| one.name.as_str()).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

#[cfg(test)]
#[path = "revised_tests.rs"]
mod tests;
