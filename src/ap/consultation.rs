//! What a consultation adds to its document: a `Question` as Mastodon and GoToSocial read polls.

use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use super::activity::timestamp;
use crate::domain::publication::Consultation;
use crate::domain::state::State;
use crate::model::publication::Publication;
use crate::text::dates;

/// Adds options, counts and times. `summary` goes: on a `Question` both show it as a warning behind which they hide text and
/// options; the line stands in `content` instead.
pub(super) fn question(
    object: &mut Map<String, Value>,
    publication: &Publication,
    asked: &Consultation,
    zone: Tz,
) {
    object.remove("summary");
    let counts = publication.counts.options.iter().copied().chain(std::iter::repeat(0));
    let options: Vec<Value> = asked
        .options
        .iter()
        .zip(counts)
        .map(|(name, count)| {
            json!({"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": count}})
        })
        .collect();
    let kind = if asked.multiple { "anyOf" } else { "oneOf" };
    object.insert(kind.to_owned(), options.into());
    object.insert("votersCount".to_owned(), publication.counts.voters.into());
    if let Some(opens) = asked.opens {
        object.insert("startTime".to_owned(), timestamp(dates::begin(opens, zone)).into());
    }
    if let Some(closes) = asked.closes {
        object.insert("endTime".to_owned(), timestamp(dates::end(closes, zone)).into());
    }
    if publication.row.state == State::Closed {
        let closed = publication.counts.closed_at.unwrap_or(publication.row.updated_at);
        object.insert("closed".to_owned(), timestamp(closed.and_utc()).into());
    }
}
