//! The one place of the plain-text line that Mastodon, feeds and lists show for a publication: its kind, its state, its
//! date or deadline with the time zone, then the author's own line (FEDERATION.md).

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{Arg, Lang, dates, meetings, tf, word};
use crate::domain::publication::{
    Consultation, Content, Decision, Details, Milestone, MilestoneStatus, Proposal, Roadmap, When,
};
use crate::domain::shared::{Production, Report};
use crate::domain::state::State;

/// Most characters of the whole line.
pub const MAX: usize = 500;

/// What the line depends on beside the content.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// Where deadlines are told; a meeting's own zone goes before it.
    pub zone: Tz,
    /// The moment at which the line is read: an open round may not have begun, or be over.
    pub at: DateTime<Utc>,
    /// The number of a decision in its register.
    pub number: Option<i32>,
}

/// The line in the publication's own language (French or English; anything else is framed in English). At most [`MAX`]
/// characters, cut at a word.
pub fn summary(content: &Content, context: Context) -> String {
    let lang = Lang::of_tag(&content.language).unwrap_or_default();
    let mut line = head(lang, content, context);
    let own = own_line(content);
    if !own.is_empty() {
        line.push(' ');
        line.push_str(own);
    }
    cut(&line, MAX)
}

/// Kind, state and date as one sentence in `lang`, for pages that frame a text in the reader's language.
pub fn head(lang: Lang, content: &Content, context: Context) -> String {
    let (title, parts) = match &content.details {
        Details::Proposal(proposal) => {
            (head_word(lang, content), round(lang, proposal, content.state, context))
        }
        Details::Minutes(meeting) | Details::Meeting(meeting) => {
            let title = match is_past(content, context) {
                true => super::t(lang, "head-meeting-past"),
                false => head_word(lang, content),
            };
            let parts = meetings::parts(lang, meeting, context.zone);
            if !parts.is_empty() {
                let args = [("head", Arg::Text(title)), ("parts", Arg::Text(&parts.join(", ")))];
                return sentence(tf(lang, "summary-parts", &args));
            }
            (title, parts)
        }
        Details::Roadmap(roadmap) => {
            (head_word(lang, content), roadmap_parts(lang, roadmap, content.state, context))
        }
        Details::Decision(decision) => return decision_head(lang, content, decision, context),
        Details::Consultation(asked) => return consultation_head(lang, content, asked, context),
        Details::Report(report) => (head_word(lang, content), period(lang, report, context.zone)),
        Details::Production(production) => (head_word(lang, content), shared(lang, content, production)),
    };
    sentence(join(title, &parts))
}

/// Whether it is a meeting that is over by the clock, though nobody closed it.
pub fn is_past(content: &Content, context: Context) -> bool {
    match &content.details {
        Details::Meeting(meeting) => meetings::is_past(content.state, meeting, context.zone, context.at),
        _ => false,
    }
}

fn head_word(lang: Lang, content: &Content) -> &'static str {
    let group = match content.details.kind() {
        crate::domain::publication::Kind::Proposal => "head-proposal",
        crate::domain::publication::Kind::Minutes => "head-minutes",
        crate::domain::publication::Kind::Roadmap => "head-roadmap",
        crate::domain::publication::Kind::Decision => "head-decision",
        crate::domain::publication::Kind::Meeting => "head-meeting",
        crate::domain::publication::Kind::Consultation => "head-consultation",
        crate::domain::publication::Kind::Report => "head-report",
        crate::domain::publication::Kind::Production => "head-production",
    };
    word(lang, group, content.state.as_str())
}

fn join(title: &str, parts: &[String]) -> String {
    let mut text = title.to_owned();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        text.push_str(", ");
        text.push_str(part);
    }
    text
}

fn sentence(mut text: String) -> String {
    if !text.ends_with(['.', '!', '?', '…']) {
        text.push('.');
    }
    text
}

/// A message with `$date` and `$precision`.
fn dated(lang: Lang, key: &str, when: When, zone: Tz) -> String {
    let date = dates::when(lang, when, zone);
    let args = [("date", Arg::Text(&date)), ("precision", Arg::Text(dates::precision(when)))];
    tf(lang, key, &args)
}

fn round(lang: Lang, proposal: &Proposal, state: State, context: Context) -> Vec<String> {
    let zone = context.zone;
    match state {
        State::Open => {}
        State::Adopted | State::NotAdopted => {
            return vec![word(lang, "method", proposal.method.as_str()).to_owned()];
        }
        _ => return Vec::new(),
    }
    if let Some(closes) = proposal.closes
        && dates::end(closes, zone) <= context.at
    {
        return vec![dated(lang, "round-over", closes, zone)];
    }
    let what = word(lang, "round", proposal.method.as_str());
    let mut parts = until(lang, what, (proposal.opens, proposal.closes), context);
    parts.extend(round_name(lang, proposal));
    parts
}

/// "round 2: objections"; nothing of a first round that is not led in phases.
pub fn round_name(lang: Lang, proposal: &Proposal) -> Option<String> {
    let number = proposal.round().to_string();
    let round = ("round", Arg::Text(&number));
    match proposal.phase {
        Some(phase) => {
            let phase = word(lang, "phase", phase.as_str());
            Some(tf(lang, "round-phase", &[round, ("phase", Arg::Text(phase))]))
        }
        None if proposal.round() > 1 => Some(tf(lang, "round-number", &[round])),
        None => None,
    }
}

/// What is open, from when if that is yet to come, and until when.
fn until(
    lang: Lang,
    what: &str,
    (opens, closes): (Option<When>, Option<When>),
    context: Context,
) -> Vec<String> {
    let zone = context.zone;
    let mut text = what.to_owned();
    let mut add = |part: String| {
        text.push(' ');
        text.push_str(&part);
    };
    if let Some(opens) = opens.filter(|opens| dates::begin(*opens, zone) > context.at) {
        add(dated(lang, "round-opens", opens, zone));
    }
    match closes {
        Some(closes) => add(dated(lang, "round-until", closes, zone)),
        None => return vec![text, super::t(lang, "round-open-ended").to_owned()],
    }
    vec![text]
}

/// The time that a report tells of.
fn period(lang: Lang, report: &Report, zone: Tz) -> Vec<String> {
    let from = report.from.map(|from| {
        let date = dates::when(lang, from, zone);
        let args = [("date", Arg::Text(&date)), ("precision", Arg::Text(dates::beginning(from)))];
        tf(lang, "period-from", &args)
    });
    let until = |until| match from {
        Some(_) => dated(lang, "period-to", until, zone),
        None => dated(lang, "round-until", until, zone),
    };
    let until = report.until.map(until);
    vec![from.into_iter().chain(until).collect::<Vec<_>>().join(" ")]
}

/// Under which licence a production is shared, and how many use it. Lists do not read the licence.
fn shared(lang: Lang, content: &Content, production: &Production) -> Vec<String> {
    let mut parts = Vec::new();
    if !content.licence.is_empty() {
        parts.push(tf(lang, "production-licence", &[("licence", Arg::Text(&content.licence))]));
    }
    let count = i64::try_from(production.reused_by.len()).unwrap_or(i64::MAX);
    if count > 0 {
        parts.push(tf(lang, "production-reused", &[("count", Arg::Count(count))]));
    }
    parts
}

fn consultation_head(lang: Lang, content: &Content, asked: &Consultation, context: Context) -> String {
    let title = head_word(lang, content);
    let over = asked.closes.filter(|closes| dates::end(*closes, context.zone) <= context.at);
    match (content.state, over) {
        (State::Open, Some(closes)) => {
            sentence(format!("{title} {}", dated(lang, "consultation-over", closes, context.zone)))
        }
        (State::Open, None) => {
            let open = super::t(lang, "consultation-open");
            sentence(join(title, &until(lang, open, (asked.opens, asked.closes), context)))
        }
        (State::Closed, Some(closes)) => {
            sentence(format!("{title} {}", dated(lang, "consultation-closed", closes, context.zone)))
        }
        _ => sentence(title.to_owned()),
    }
}

fn roadmap_parts(lang: Lang, roadmap: &Roadmap, state: State, context: Context) -> Vec<String> {
    if state == State::Withdrawn {
        return Vec::new();
    }
    let count = |status: MilestoneStatus| {
        let those = roadmap.milestones.iter().filter(|m| m.status == status);
        i64::try_from(those.count()).unwrap_or(i64::MAX)
    };
    let all = i64::try_from(roadmap.milestones.len()).unwrap_or(i64::MAX);
    let mut parts = vec![tf(lang, "summary-milestones", &[("count", all.into())])];
    let counted = [
        ("summary-milestones-done", count(MilestoneStatus::Done)),
        ("summary-milestones-late", count(MilestoneStatus::Late)),
    ];
    for (key, count) in counted.into_iter().filter(|(_, count)| *count > 0) {
        parts.push(tf(lang, key, &[("count", count.into())]));
    }
    parts.extend(due(lang, &roadmap.milestones, context));
    parts
}

/// The next due date of what is still to be done, or else the last due date of all.
fn due(lang: Lang, milestones: &[Milestone], context: Context) -> Option<String> {
    let ends = |when: &When| dates::end(*when, context.zone);
    let waits = |m: &&Milestone| !matches!(m.status, MilestoneStatus::Done | MilestoneStatus::Abandoned);
    let next = milestones
        .iter()
        .filter(waits)
        .filter_map(|milestone| milestone.due)
        .filter(|when| ends(when) > context.at)
        .min_by_key(ends);
    if let Some(next) = next {
        return Some(dated(lang, "summary-next-due", next, context.zone));
    }
    let last = milestones.iter().filter_map(|m| m.due).max_by_key(ends)?;
    Some(dated(lang, "summary-last-due", last, context.zone))
}

fn decision_head(lang: Lang, content: &Content, decision: &Decision, context: Context) -> String {
    if content.state == State::Draft {
        return sentence(head_word(lang, content).to_owned());
    }
    let title = match context.number {
        Some(number) => {
            let number = number.to_string();
            tf(lang, "summary-decision-number", &[("number", (&number).into())])
        }
        None => super::t(lang, "summary-decision").to_owned(),
    };
    let mut parts = vec![head_word(lang, content).to_owned()];
    if let Some(date) = decision.date {
        parts.push(dated(lang, "summary-decided", date, context.zone));
    }
    if let Some(method) = decision.method {
        let told = word(lang, "method", method.as_str());
        match parts.last_mut().filter(|_| decision.date.is_some()) {
            Some(taken) => {
                taken.push(' ');
                taken.push_str(told);
            }
            None => parts.push(told.to_owned()),
        }
    }
    let lives = matches!(content.state, State::InForce | State::UnderReview);
    // A day that has come is told by the state.
    let to_come = |review: &When| lives && dates::begin(*review, context.zone) > context.at;
    if let Some(review) = decision.review.filter(to_come) {
        parts.push(dated(lang, "summary-review", review, context.zone));
    }
    sentence(join(&title, &parts))
}

/// The author's line without the title, which peers show above it.
fn own_line(content: &Content) -> &str {
    let line = content.summary.trim();
    let title = content.title.trim();
    match line.strip_prefix(title).filter(|_| !title.is_empty()) {
        Some("") => "",
        Some(rest) if rest.starts_with(['.', ':', ' ', '\u{a0}', ',', '–', '—', '-']) => {
            rest.trim_start_matches(['.', ':', ' ', '\u{a0}', ',', '–', '—', '-'])
        }
        _ => line,
    }
}

/// At most `max` characters, whole words, with an ellipsis where something was left out. Line breaks become spaces.
pub fn cut(text: &str, max: usize) -> String {
    let words = text.split([' ', '\n', '\r', '\t']).filter(|w| !w.is_empty());
    let flat = words.collect::<Vec<_>>().join(" ");
    if flat.chars().count() <= max {
        return flat;
    }
    let keep = max.saturating_sub(1);
    let head: String = flat.chars().take(keep).collect();
    let whole = flat.chars().nth(keep) == Some(' ');
    let kept = match head.rfind(' ') {
        Some(space) if !whole && space > head.len() / 2 => head.get(..space).unwrap_or(&head),
        _ => &head,
    };
    let kept = kept.trim_end_matches([' ', ',', ';', ':', '\u{a0}', '\u{202f}']);
    format!("{kept}…")
}
