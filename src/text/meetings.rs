//! Meetings in words, and when one is over.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{Arg, Lang, dates, tf};
use crate::domain::publication::{Meeting, When};
use crate::domain::state::State;

/// When it is over, in its time zone: where no end is known, with its last day. None where it has no date.
pub fn end(meeting: &Meeting, zone: Tz) -> Option<DateTime<Utc>> {
    let start = meeting.start?;
    Some(dates::end(meeting.end.unwrap_or_else(|| last_day(meeting, start, zone)), zone))
}

fn last_day(meeting: &Meeting, start: When, zone: Tz) -> When {
    match meeting.tentative_until.unwrap_or(start) {
        When::Instant(at) => When::Day(at.with_timezone(&zone).date_naive()),
        day => day,
    }
}

/// Whether it is over by the clock while its state still waits for somebody to close it. `zone`: the node's, where the
/// meeting has none.
pub fn is_past(state: State, meeting: &Meeting, zone: Tz, at: DateTime<Utc>) -> bool {
    let zone = meeting.timezone.as_deref().map_or(zone, dates::zone);
    matches!(state, State::Tentative | State::Scheduled | State::InProgress)
        && end(meeting, zone).is_some_and(|end| end <= at)
}

/// Its series, its time, its place, how many came.
pub(super) fn parts(lang: Lang, meeting: &Meeting, zone: Tz) -> Vec<String> {
    let zone = meeting.timezone.as_deref().map_or(zone, dates::zone);
    let mut parts: Vec<String> = series(lang, meeting).into_iter().collect();
    if let Some(start) = meeting.start {
        parts.push(match meeting.tentative_until {
            Some(until) => dates::range(lang, start, until, zone),
            None => dates::span(lang, start, meeting.end, zone),
        });
    }
    parts.extend(meeting.place.clone());
    if let Some(people) = meeting.attendance {
        let args = [("count", Arg::Count(people.into()))];
        parts.push(tf(lang, "summary-attendance", &args));
    }
    parts
}

/// "Reset Day n° 6", the series or the number alone where the other is missing.
pub fn series(lang: Lang, meeting: &Meeting) -> Option<String> {
    let edition = meeting.edition.map(|edition| edition.to_string());
    match (&meeting.series, &edition) {
        (Some(series), Some(edition)) => {
            let args = [("series", series.into()), ("edition", edition.into())];
            Some(tf(lang, "summary-series", &args))
        }
        (Some(series), None) => Some(series.clone()),
        (None, Some(edition)) => Some(tf(lang, "summary-edition", &[("edition", edition.into())])),
        (None, None) => None,
    }
}
