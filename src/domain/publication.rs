//! What a coalition publishes: the content that its author wrote, by kind. Rows and JSON of revisions hold exactly this.

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};

use super::coalition::Dimension;
use super::position::Reached;
use super::round::Phase;
use super::shared::{Production, Report};
use super::state::State;

crate::words! {
    /// The kinds of publication of this version.
    Kind as "kind" {
        Proposal = "proposal",
        Minutes = "minutes",
        Roadmap = "roadmap",
        Decision = "decision",
        Meeting = "meeting",
        Consultation = "consultation",
        Report = "report",
        Production = "production",
    }
}

crate::words! {
    /// How a proposal is decided.
    Method as "method" {
        Consent = "consent",
        Advice = "advice",
        Consensus = "consensus",
        Majority = "majority",
    }
}

crate::words! {
    /// What a point of the minutes led to.
    Outcome as "outcome" {
        Information = "information",
        Decision = "decision",
        Action = "action",
    }
}

crate::words! {
    /// How far a milestone has come.
    MilestoneStatus as "status of a milestone" {
        Planned = "planned",
        UnderWay = "under_way",
        Late = "late",
        Done = "done",
        Abandoned = "abandoned",
    }
}

crate::words! {
    /// What a file or a link is to the meeting that it goes with.
    AttachmentRole as "role of an attachment" {
        Slides = "slides",
        Notes = "notes",
    }
}

/// A moment as precisely as its author knew it: a month, a day, or an instant with the offset that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// `2021-09`; the day is the first.
    Month(NaiveDate),
    /// `2021-09-07`.
    Day(NaiveDate),
    /// `2021-09-07T14:00:00+02:00`.
    Instant(DateTime<FixedOffset>),
}

impl When {
    /// The day, in the author's own offset.
    pub fn day(self) -> NaiveDate {
        match self {
            When::Month(day) | When::Day(day) => day,
            When::Instant(at) => at.date_naive(),
        }
    }
}

impl std::fmt::Display for When {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            When::Month(day) => write!(f, "{}", day.format("%Y-%m")),
            When::Day(day) => write!(f, "{day}"),
            When::Instant(at) => write!(f, "{}", at.to_rfc3339()),
        }
    }
}

/// A text that is no date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a date: write 2026-12-31, 2026-12 or 2026-12-31T18:00:00+01:00")]
pub struct BadDate(pub String);

impl std::str::FromStr for When {
    type Err = BadDate;
    fn from_str(text: &str) -> Result<When, BadDate> {
        if let Ok(at) = DateTime::parse_from_rfc3339(text) {
            return Ok(When::Instant(at));
        }
        if let Ok(day) = text.parse() {
            return Ok(When::Day(day));
        }
        let month = format!("{text}-01").parse();
        month.map(When::Month).map_err(|_| BadDate(text.to_owned()))
    }
}

impl Serialize for When {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<When, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The licence of what names no other, and of the lists that a node tells.
pub const LICENCE: &str = "CC BY-SA 4.0";
/// Where that licence is.
pub const LICENCE_URL: &str = "https://creativecommons.org/licenses/by-sa/4.0/";

/// Everything an author wrote of one publication: a revision is this, as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// Plain text.
    pub title: String,
    /// The author's line, plain text; the generated kind, state and deadline stand before it when it travels.
    pub summary: String,
    /// Markdown.
    pub body: String,
    /// BCP 47, such as `fr`.
    pub language: String,
    /// Such as `CC BY-SA 4.0`.
    pub licence: String,
    /// The state.
    pub state: State,
    /// Without `#`.
    pub tags: Vec<String>,
    /// Handles of the organisations that wrote it.
    pub authors: Vec<String>,
    /// What only this kind has.
    pub details: Details,
    /// Files and links that go with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
}

/// A file that is kept here, or a link to elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Plain text.
    pub name: String,
    /// Such as `application/pdf`.
    pub media_type: String,
    /// SHA-256 of a file, lower-case hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The name under which a file is saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Bytes of a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<i64>,
    /// Where a link leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Slides or notes of a meeting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<AttachmentRole>,
}

impl Attachment {
    /// Where it is: an address elsewhere, or root-relative.
    pub fn href(&self) -> String {
        match (&self.url, &self.digest, &self.file) {
            (Some(url), _, _) => url.clone(),
            (None, digest, file) => {
                let part = |part: &Option<String>| part.clone().unwrap_or_default();
                format!("/media/{}/{}", part(digest), part(file))
            }
        }
    }
}

/// What only one kind has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Details {
    /// What the coalition is asked to decide.
    Proposal(Proposal),
    /// The record of a meeting.
    Minutes(Meeting),
    /// Actions on a calendar.
    Roadmap(Roadmap),
    /// An entry of the register.
    Decision(Decision),
    /// An event in a series.
    Meeting(Meeting),
    /// A question to everybody.
    Consultation(Consultation),
    /// A report of progress.
    Report(Report),
    /// A document or tool that others may use.
    Production(Production),
}

impl Details {
    /// The kind that these details belong to.
    pub fn kind(&self) -> Kind {
        match self {
            Details::Proposal(_) => Kind::Proposal,
            Details::Minutes(_) => Kind::Minutes,
            Details::Roadmap(_) => Kind::Roadmap,
            Details::Decision(_) => Kind::Decision,
            Details::Meeting(_) => Kind::Meeting,
            Details::Consultation(_) => Kind::Consultation,
            Details::Report(_) => Kind::Report,
            Details::Production(_) => Kind::Production,
        }
    }
}

/// A proposal's round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// Consent where the author names none.
    pub method: Method,
    /// Start of the round.
    pub opens: Option<When>,
    /// Deadline of the round.
    pub closes: Option<When>,
    /// How many organisations must take a position.
    pub quorum: Option<u32>,
    /// The round, from 1, which none stands for; never written by an author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<u32>,
    /// Where the round is, if it is led in phases; never written by an author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
}

/// A meeting, planned or minuted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Meeting {
    /// Such as "Reset Day".
    pub series: Option<String>,
    /// Its number in the series.
    pub edition: Option<u32>,
    /// The day, or the start where an hour is known.
    pub start: Option<When>,
    /// The end where it is known.
    pub end: Option<When>,
    /// IANA name, such as `Europe/Paris`; the node's where absent.
    pub timezone: Option<String>,
    /// The last day of a tentative range that begins at `start`.
    pub tentative_until: Option<When>,
    /// A place, or "en ligne".
    pub place: Option<String>,
    /// Where to join; never part of minutes.
    pub join_url: Option<String>,
    /// Where to register, if that is elsewhere; only of meetings.
    pub registration_url: Option<String>,
    /// How many may register; only of meetings.
    pub capacity: Option<u32>,
    /// Head-count; only of minutes.
    pub attendance: Option<u32>,
    /// Attending organisations: local handles or plain names.
    pub organisations: Vec<String>,
    /// The programme.
    pub agenda: Vec<String>,
    /// Persons who agreed to be named; only of minutes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub persons: Vec<Person>,
    /// Questions that were asked.
    pub questions: Vec<String>,
    /// Points discussed; only of minutes.
    pub points: Vec<Point>,
    /// The next meeting.
    pub next: Option<When>,
    /// `false`: adopting these minutes makes nothing, since its decisions are published on their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effects: Option<bool>,
}

/// A person named in minutes, who agreed to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// As the person wants to be named.
    pub name: String,
    /// For whom the person was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// The day on which the person agreed to be named in public.
    pub consent: When,
}

/// A point of the minutes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Plain text, may be absent where the text says it all.
    pub title: Option<String>,
    /// What it led to.
    pub outcome: Outcome,
    /// Plain text.
    pub text: Option<String>,
    /// Local handles or plain names of organisations.
    pub owners: Vec<String>,
    /// When the action is due.
    pub due: Option<When>,
    /// The publication that is this point's decision, by slug or address: the point makes none of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    /// The title that the point had when it was adopted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
}

/// A roadmap's milestones.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Roadmap {
    /// In the author's order.
    pub milestones: Vec<Milestone>,
}

/// A step of a roadmap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Milestone {
    /// Plain text.
    pub title: String,
    /// Plain text.
    pub description: Option<String>,
    /// The dimension that it serves.
    pub dimension: Option<Dimension>,
    /// Local handles or plain names of organisations.
    pub owners: Vec<String>,
    /// When it begins.
    pub start: Option<When>,
    /// When it is due.
    pub due: Option<When>,
    /// How far it has come.
    pub status: MilestoneStatus,
    /// 0 to 100.
    pub progress: Option<u8>,
    /// Why it is where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The title that it had before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// The proposal that it serves, by slug or address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<String>,
    /// The decision that it carries out, by slug or address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    /// By what one sees that it works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indicator: Option<Indicator>,
    /// What is hoped for, or was reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub victory: Option<Victory>,
}

impl Milestone {
    /// One of which only this is known.
    pub fn new(title: &str, status: MilestoneStatus) -> Milestone {
        Milestone {
            title: title.to_owned(),
            description: None,
            dimension: None,
            owners: Vec::new(),
            start: None,
            due: None,
            status,
            progress: None,
            reason: None,
            was: None,
            proposal: None,
            decision: None,
            indicator: None,
            victory: None,
        }
    }
}

/// By what one sees that a milestone works. Amounts are the text that was written, so that they stay what they were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Indicator {
    /// What is counted, plain text.
    pub name: String,
    /// Such as `%` or `kWh`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Where it stood at the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<String>,
    /// Where it should stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Where it stood when somebody looked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measured: Vec<Measure>,
}

/// A measured value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    /// When.
    pub date: When,
    /// A number as it was written.
    pub value: String,
}

/// What a milestone hopes for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Victory {
    /// Plain text.
    pub text: String,
    /// When it was reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<When>,
}

/// An entry of the register as its author wrote it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The day of the act.
    pub date: Option<When>,
    /// How it was reached, where that is known.
    pub method: Option<Method>,
    /// What it comes from: a slug of the coalition, an id or a sentence.
    pub source: Option<String>,
    /// When it is to be looked at again.
    pub review: Option<When>,
    /// The round that led to it; never written by an author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<Reached>,
}

/// A question to everybody, with answers to choose from: advice, never a decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Consultation {
    /// Plain text, in the author's order; fixed once it is published.
    pub options: Vec<String>,
    /// Whether several may be chosen; fixed once it is published.
    pub multiple: bool,
    /// Answers count from then on.
    pub opens: Option<When>,
    /// Answers count until then.
    pub closes: Option<When>,
}
