//! `publish FILE.md`: TOML between `+++` lines, then Markdown (`reset-node publish --help`). Reads what an author
//! wrote into a [`Manuscript`]; whether it is a revision, and of what, is decided in [`super::publication`].

use chrono_tz::Tz;

use super::consultation;
use super::fields::{self, Fields};
use super::steps;
use crate::domain::handle;
use crate::domain::publication::{
    Attachment, AttachmentRole, Decision, Details, Kind, Meeting, Method, Proposal, When,
};
use crate::domain::shared::{Production, Report};
use crate::domain::state::State;
use crate::text::Lang;

/// Keys of every kind.
const COMMON: [&str; 13] = [
    "kind",
    "coalition",
    "title",
    "slug",
    "id",
    "summary",
    "language",
    "licence",
    "tags",
    "authors",
    "state",
    "reason",
    "attachments",
];
/// Longest body, in bytes: `content`, `contentMap` and `source` triple it, and an activity stays under 900 kB.
pub const MAX_BODY: usize = 200_000;

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There are no two `+++` lines.
    #[error(
        "there is no front matter: begin the file with a line +++, write TOML, and end it with a line +++"
    )]
    None,
    /// What stands between them is not TOML.
    #[error("line {line}: this is not TOML: {message}")]
    Syntax {
        /// Of the file, from 1.
        line: usize,
        /// What the parser said.
        message: String,
    },
    /// A key.
    #[error(transparent)]
    Field(#[from] fields::Error),
    /// The body holds a NUL.
    #[error("the text: {}", fields::NUL)]
    Nul,
    /// The body is too long to travel.
    #[error("the text is {0} bytes long: at most {MAX_BODY} travel")]
    TooLong(usize),
}

/// What an author wrote, before the coalition's defaults are filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Manuscript {
    /// The handle of the coalition that publishes.
    pub coalition: String,
    /// Written, or none.
    pub slug: Option<String>,
    /// The slug of a new publication that names none: from the file's name.
    pub default_slug: String,
    /// An id it has or had.
    pub id: Option<String>,
    /// Plain text.
    pub title: String,
    /// The author's line, may be empty.
    pub summary: String,
    /// Markdown.
    pub body: String,
    /// BCP 47; the coalition's where absent.
    pub language: Option<String>,
    /// CC BY-SA 4.0 where absent.
    pub licence: Option<String>,
    /// Without `#`.
    pub tags: Vec<String>,
    /// Handles of organisations; the steward where empty.
    pub authors: Vec<String>,
    /// Unchanged in a revision where absent.
    pub state: Option<State>,
    /// Why it is revised; it is published.
    pub reason: Option<String>,
    /// What only its kind has; `opens` may still be absent.
    pub details: Details,
    /// What goes with it, as it was written.
    pub enclosed: Vec<Enclosed>,
    /// The same once it was read: see [`super::attachment::take`].
    pub attachments: Vec<Attachment>,
}

/// An entry of `[[attachments]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enclosed {
    /// Plain text.
    pub name: Option<String>,
    /// Slides or notes of a meeting.
    pub role: Option<AttachmentRole>,
    /// What it is.
    pub source: Source,
}

/// What goes with a publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file, relative to the manuscript.
    File(String),
    /// A web address.
    Url(String),
}

impl Manuscript {
    /// Reads a file. `stem` is its name without `.md`; dates without an offset are in the meeting's `timezone`, else in
    /// `zone`.
    ///
    /// # Errors
    /// [`Error`], a sentence that names the key or the line.
    pub fn parse(text: &str, stem: &str, zone: Tz) -> Result<Manuscript, Error> {
        let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let (front, body) = split(&text).ok_or(Error::None)?;
        let table = front.parse().map_err(|error| syntax(front, &error))?;
        let mut fields = Fields::of_toml(table);
        let kind: Kind = fields.word("kind")?.ok_or_else(|| fields::Error::Missing("kind".to_owned()))?;
        let mut allowed = COMMON.to_vec();
        allowed.extend(own_keys(kind));
        fields.only(&allowed)?;
        let body = body.trim();
        if body.contains('\0') {
            return Err(Error::Nul);
        }
        if body.len() > MAX_BODY {
            return Err(Error::TooLong(body.len()));
        }
        Ok(Manuscript {
            coalition: fields.needed("coalition")?.trim_start_matches('@').to_owned(),
            slug: slug(&mut fields)?,
            default_slug: slug_of(stem),
            id: fields.text("id")?,
            title: one_line(fields.needed("title")?),
            summary: one_line(fields.text("summary")?.unwrap_or_default()),
            body: body.to_owned(),
            language: language(&mut fields)?,
            licence: fields.text("licence")?,
            tags: tags(fields.texts("tags")?),
            authors: fields.texts("authors")?,
            state: state(&mut fields)?,
            reason: fields.text("reason")?.map(one_line),
            enclosed: enclosed(&mut fields)?,
            attachments: Vec::new(),
            details: details(kind, &mut fields, zone)?,
        })
    }
}

fn split(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("+++")?.trim_start_matches([' ', '\t']);
    let rest = rest.strip_prefix('\n')?;
    if let Some(body) = rest.strip_prefix("+++") {
        return Some(("", body));
    }
    let (front, after) = rest.split_once("\n+++")?;
    let (end, body) = after.split_once('\n').unwrap_or((after, ""));
    end.trim().is_empty().then_some((front, body))
}

fn syntax(front: &str, error: &toml::de::Error) -> Error {
    let at = error.span().map_or(0, |span| span.start);
    let before = front.bytes().take(at).filter(|byte| *byte == b'\n').count();
    Error::Syntax { line: before.saturating_add(2), message: one_line(error.message().to_owned()) }
}

pub(super) fn one_line(text: String) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn slug(fields: &mut Fields) -> Result<Option<String>, fields::Error> {
    let Some(slug) = fields.text("slug")? else {
        return Ok(None);
    };
    if is_slug(&slug) {
        return Ok(Some(slug));
    }
    let say = format!("`{slug}` is no slug: use a-z, 0-9, - and _, such as `{}`", slug_of(&slug));
    Err(fields.wrong("slug", say))
}

fn is_slug(text: &str) -> bool {
    let shape = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    (1..=100).contains(&text.len()) && text.chars().all(shape)
}

/// The slug of a file's name: itself where it is one.
fn slug_of(stem: &str) -> String {
    if is_slug(stem) {
        return stem.to_owned();
    }
    match handle::from_title(stem).replace('_', "-") {
        empty if empty.is_empty() => "publication".to_owned(),
        made => made,
    }
}

fn language(fields: &mut Fields) -> Result<Option<String>, fields::Error> {
    let Some(tag) = fields.text("language")? else {
        return Ok(None);
    };
    if is_language(&tag) {
        return Ok(Some(tag));
    }
    Err(fields.wrong("language", no_language(&tag)))
}

/// What is said of a word that is no language tag: the one that was probably meant.
pub(super) fn no_language(tag: &str) -> String {
    let letters: String = tag.trim().chars().take(2).collect();
    match Lang::of_tag(&letters) {
        Some(near) => format!("`{tag}` is no language tag: did you mean `{}`?", near.tag()),
        None => format!("`{tag}` is no language tag: write fr, en or another of BCP 47"),
    }
}

/// Whether `tag` has the shape of a language tag (BCP 47). Its first part has two or three letters: longer ones are reserved, and
/// are names of languages where somebody writes one.
pub fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    let letters = |part: &str| part.chars().all(|c| c.is_ascii_alphabetic());
    (2..=3).contains(&primary.len())
        && letters(primary)
        && parts.all(|part| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()))
}

fn tags(list: Vec<String>) -> Vec<String> {
    let mut tags: Vec<String> = Vec::with_capacity(list.len());
    for tag in list {
        let tag = tag.trim_start_matches('#').to_owned();
        if !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

fn enclosed(fields: &mut Fields) -> Result<Vec<Enclosed>, fields::Error> {
    let read = |mut entry: Fields| {
        entry.only(&["file", "url", "name", "role"])?;
        let name = entry.text("name")?.map(one_line);
        let source = match (entry.text("file")?, web_address(&mut entry, "url")?) {
            (Some(file), None) => Source::File(file),
            (None, Some(url)) => Source::Url(url),
            (None, None) => return Err(fields::Error::Missing(entry.key("file"))),
            (Some(_), Some(_)) => {
                return Err(entry.wrong("url", "`file` is there as well: write one of them"));
            }
        };
        Ok(Enclosed { name, role: entry.word("role")?, source })
    };
    fields.tables("attachments")?.into_iter().map(read).collect()
}

fn state(fields: &mut Fields) -> Result<Option<State>, fields::Error> {
    let state = fields.word("state")?;
    if state == Some(State::Withdrawn) {
        return Err(
            fields.wrong("state", "withdrawing needs a reason: use `reset-node withdraw ID --reason …`")
        );
    }
    Ok(state)
}

/// The keys that only this kind has.
fn own_keys(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Proposal => &["method", "opens", "closes", "quorum"],
        Kind::Minutes => &[
            "series",
            "edition",
            "date",
            "start",
            "end",
            "timezone",
            "tentative_until",
            "place",
            "organisations",
            "agenda",
            "questions",
            "next",
            "points",
            "attendance",
            "persons",
            "effects",
        ],
        Kind::Roadmap => &["milestones"],
        Kind::Decision => &["date", "method", "source", "review"],
        Kind::Consultation => &["options", "multiple", "opens", "closes"],
        Kind::Report => &["from", "until"],
        Kind::Production => &["reused_by"],
        Kind::Meeting => &[
            "series",
            "edition",
            "date",
            "start",
            "end",
            "timezone",
            "tentative_until",
            "place",
            "organisations",
            "agenda",
            "questions",
            "next",
            "points",
            "join_url",
            "registration_url",
            "capacity",
        ],
    }
}

fn details(kind: Kind, fields: &mut Fields, zone: Tz) -> Result<Details, fields::Error> {
    Ok(match kind {
        Kind::Proposal => Details::Proposal(proposal(fields, zone)?),
        Kind::Minutes => Details::Minutes(meeting(fields, zone)?),
        Kind::Roadmap => Details::Roadmap(steps::roadmap(fields, zone)?),
        Kind::Decision => Details::Decision(decision(fields, zone)?),
        Kind::Meeting => Details::Meeting(meeting(fields, zone)?),
        Kind::Consultation => Details::Consultation(consultation::read(fields, zone)?),
        Kind::Report => {
            let report = Report { from: fields.when("from", zone)?, until: fields.when("until", zone)? };
            in_order(fields, ("from", report.from), ("until", report.until))?;
            Details::Report(report)
        }
        Kind::Production => Details::Production(Production { reused_by: fields.texts("reused_by")? }),
    })
}

fn proposal(fields: &mut Fields, zone: Tz) -> Result<Proposal, fields::Error> {
    let proposal = Proposal {
        method: fields.word("method")?.unwrap_or(Method::Consent),
        opens: fields.when("opens", zone)?,
        closes: fields.when("closes", zone)?,
        quorum: fields.number("quorum", 1, 100_000)?,
        round: None,
        phase: None,
    };
    in_order(fields, ("opens", proposal.opens), ("closes", proposal.closes))?;
    Ok(proposal)
}

pub(super) fn in_order(
    fields: &Fields,
    (first, a): (&str, Option<When>),
    (then, b): (&str, Option<When>),
) -> Result<(), fields::Error> {
    let (Some(a), Some(b)) = (a, b) else {
        return Ok(());
    };
    let late = match (a, b) {
        (When::Instant(a), When::Instant(b)) => b < a,
        (When::Month(_), _) | (_, When::Month(_)) => month(b) < month(a),
        _ => b.day() < a.day(),
    };
    if late {
        let say = format!("{b} is before `{}` ({a})", fields.key(first));
        return Err(fields.wrong(then, say));
    }
    Ok(())
}

fn month(when: When) -> String {
    when.day().format("%Y-%m").to_string()
}

fn meeting(fields: &mut Fields, node_zone: Tz) -> Result<Meeting, fields::Error> {
    let timezone = fields.text("timezone")?;
    let zone = match &timezone {
        None => node_zone,
        Some(name) => name.parse().map_err(|_| {
            let say = format!("`{name}` is no time zone: write an IANA name such as Europe/Paris");
            fields.wrong("timezone", say)
        })?,
    };
    if fields.has("date") && fields.has("start") {
        return Err(fields.wrong("date", "`start` is there as well: write one of them"));
    }
    let start = match fields.when("start", zone)? {
        Some(start) => Some(start),
        None => fields.when("date", zone)?,
    };
    let meeting = Meeting {
        series: fields.text("series")?.map(one_line),
        edition: fields.number("edition", 0, 100_000)?,
        start,
        end: fields.when("end", zone)?,
        timezone,
        tentative_until: fields.when("tentative_until", zone)?,
        place: fields.text("place")?.map(one_line),
        join_url: web_address(fields, "join_url")?,
        registration_url: web_address(fields, "registration_url")?,
        capacity: fields.number("capacity", 1, 10_000_000)?,
        attendance: fields.number("attendance", 0, 10_000_000)?,
        organisations: lines(fields, "organisations")?,
        agenda: lines(fields, "agenda")?,
        persons: steps::persons(fields, zone)?,
        questions: lines(fields, "questions")?,
        points: steps::points(fields, zone)?,
        next: fields.when("next", zone)?,
        effects: match fields.has("effects") {
            true => Some(fields.flag("effects")?),
            false => None,
        },
    };
    let from = ("start", meeting.start);
    in_order(fields, from, ("end", meeting.end))?;
    in_order(fields, from, ("tentative_until", meeting.tentative_until))?;
    if meeting.start.is_none() && meeting.tentative_until.is_some() {
        return Err(fields.wrong("tentative_until", "the range has no first day: write it as `start`"));
    }
    Ok(meeting)
}

/// Texts of which each is one line.
fn lines(fields: &mut Fields, key: &str) -> Result<Vec<String>, fields::Error> {
    Ok(fields.texts(key)?.into_iter().map(one_line).collect())
}

fn web_address(fields: &mut Fields, key: &str) -> Result<Option<String>, fields::Error> {
    let Some(text) = fields.text(key)? else {
        return Ok(None);
    };
    let web = url::Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
    if web {
        return Ok(Some(text));
    }
    Err(fields.wrong(key, format!("`{text}` is no web address: write https://…")))
}

fn decision(fields: &mut Fields, zone: Tz) -> Result<Decision, fields::Error> {
    Ok(Decision {
        date: fields.when("date", zone)?,
        method: fields.word("method")?,
        source: fields.text("source")?,
        review: fields.when("review", zone)?,
        reached: None,
    })
}

#[cfg(test)]
#[path = "front_matter_tests.rs"]
mod tests;
