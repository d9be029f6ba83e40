//! Which changes of a publication its followers must learn of, beside the `Update` that some servers show to nobody: the
//! states of the table in FEDERATION.md, and no other edit.

use super::publication::{Content, Details, Kind, Meeting, MilestoneStatus, Proposal, Roadmap, When};
use super::state::State;

/// Something that followers must learn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// An open proposal has another round, after the one before was over.
    RoundOpened,
    /// The deadline of a round is near.
    RoundEnds,
    /// A proposal was adopted.
    Adopted,
    /// A proposal was not adopted.
    NotAdopted,
    /// Minutes were adopted for the first time.
    MinutesAdopted,
    /// A milestone, by its title, is late.
    MilestoneLate(String),
    /// A milestone, by its title, is done.
    MilestoneDone(String),
    /// A meeting has another date or place.
    MeetingMoved,
    /// A meeting will not take place.
    MeetingCancelled,
    /// Another decision took the place of this one.
    Superseded,
    /// A decision no longer holds.
    Repealed,
    /// A consultation is closed: its result is there.
    ConsultationClosed,
}

/// What followers must learn of a published publication that was `old` and is `new`. A withdrawal says itself.
pub fn news(old: &Content, new: &Content) -> Vec<News> {
    if old.state == State::Draft {
        return Vec::new();
    }
    match (&old.details, &new.details) {
        (Details::Roadmap(a), Details::Roadmap(b)) => return milestones(a, b),
        (Details::Meeting(a), Details::Meeting(b)) if is_moved(a, b) && is_planned(new.state) => {
            return vec![News::MeetingMoved];
        }
        (Details::Proposal(a), Details::Proposal(b)) if old.state == new.state && a.round() < b.round() => {
            return vec![News::RoundOpened];
        }
        _ => {}
    }
    if old.state == new.state {
        return Vec::new();
    }
    let learned = match (new.details.kind(), new.state) {
        (Kind::Proposal, State::Adopted) => Some(News::Adopted),
        (Kind::Proposal, State::NotAdopted) => Some(News::NotAdopted),
        // What is adopted again after a correction was learned before.
        (Kind::Minutes, State::Adopted) if old.state != State::Corrected => Some(News::MinutesAdopted),
        (Kind::Meeting, State::Cancelled) => Some(News::MeetingCancelled),
        (Kind::Decision, State::Superseded) => Some(News::Superseded),
        (Kind::Decision, State::Repealed) => Some(News::Repealed),
        (Kind::Consultation, State::Closed) => Some(News::ConsultationClosed),
        _ => None,
    };
    learned.into_iter().collect()
}

/// Whether the round of `b` begins when that of `a` was over.
pub fn is_next_round(a: &Proposal, b: &Proposal) -> bool {
    match (a.closes, b.opens) {
        (Some(When::Instant(closed)), Some(When::Instant(opens))) => opens >= closed,
        (Some(closed), Some(opens)) => opens.day() >= closed.day() && a.opens != b.opens,
        _ => false,
    }
}

fn is_planned(state: State) -> bool {
    matches!(state, State::Tentative | State::Scheduled | State::InProgress)
}

/// Whether people who noted the date and place of `a` must note others. A date told more precisely is no other date.
fn is_moved(a: &Meeting, b: &Meeting) -> bool {
    let date = match (a.start, b.start) {
        (Some(before), Some(after)) => !is_within(before, a.tentative_until, after),
        _ => false,
    };
    let place = a.place.is_some() && b.place.is_some() && a.place != b.place;
    date || place
}

fn is_within(before: When, until: Option<When>, after: When) -> bool {
    let day = after.day();
    if let Some(until) = until {
        return before.day() <= day && day <= until.day();
    }
    match before {
        When::Instant(at) => matches!(after, When::Instant(same) if same == at),
        When::Day(before) => day == before && !matches!(after, When::Month(_)),
        When::Month(before) => day.format("%Y-%m").to_string() == before.format("%Y-%m").to_string(),
    }
}

/// Milestones are the same by their title, else by the one that they say they had, else by their place.
fn milestones(a: &Roadmap, b: &Roadmap) -> Vec<News> {
    let titled = |title: &str| a.milestones.iter().find(|one| one.title == title);
    let renamed = |place: usize| {
        let before = a.milestones.get(place)?;
        (!b.milestones.iter().any(|one| one.title == before.title)).then_some(before)
    };
    let learned = b.milestones.iter().enumerate().filter_map(|(place, now)| {
        let was = || now.was.as_ref().and_then(|was| titled(was));
        let before = titled(&now.title).or_else(was).or_else(|| renamed(place))?;
        match now.status {
            status if status == before.status => None,
            MilestoneStatus::Late => Some(News::MilestoneLate(now.title.clone())),
            MilestoneStatus::Done => Some(News::MilestoneDone(now.title.clone())),
            _ => None,
        }
    });
    learned.collect()
}

#[cfg(test)]
#[path = "news_tests.rs"]
mod tests;
