//! What a meeting adds to its document: an `Event` with the fields of FEP-8a8e, and those that Mobilizon reads beside them.

use chrono_tz::Tz;
use reset_federation::vocab;
use serde_json::{Map, Value, json};

use super::activity::timestamp;
use crate::domain::publication::Meeting;
use crate::domain::state::State;
use crate::model::publication::Publication;
use crate::text::dates;
use crate::text::meetings::end;

/// Adds times, place, state and how to register; `id` and `group` are the ids of the meeting and its coalition. How many
/// registered is behind a URL (`attendees`), so that a counter changes no document. Where people meet online (`join_url`) is
/// told to nobody but those who take part.
pub(super) fn event(
    object: &mut Map<String, Value>,
    (id, group): (&str, &str),
    publication: &Publication,
    meeting: &Meeting,
    zone: Tz,
) {
    let zone = meeting.timezone.as_deref().map_or(zone, dates::zone);
    object.insert("@context".to_owned(), vocab::event_context());
    times(object, meeting, zone);
    let mut add = |key: &str, value: Value| object.insert(key.to_owned(), value);
    add("timezone", zone.name().into());
    if let Some(place) = &meeting.place {
        add("location", json!({"type": "Place", "name": place}));
    }
    let (status, ical) = status(publication.row.state);
    add("eventStatus", status.into());
    add("status", ical.into());
    add("isOnline", is_online(meeting).into());
    add("organizers", json!({"type": "Collection", "totalItems": 1, "items": [group]}));
    match &meeting.registration_url {
        Some(elsewhere) => {
            add("joinMode", "external".into());
            add("externalParticipationUrl", elsewhere.as_str().into());
        }
        None => {
            add("joinMode", "free".into());
            add("attendees", format!("{id}/attendees").into());
            if let Some(capacity) = meeting.capacity {
                add("maximumAttendeeCapacity", capacity.into());
            }
        }
    }
}

/// An end is mandatory; one that nobody wrote is not to be displayed (FEP-8a8e, "Events with Open End").
fn times(object: &mut Map<String, Value>, meeting: &Meeting, zone: Tz) {
    let Some(start) = meeting.start else {
        return;
    };
    object.insert("startTime".to_owned(), timestamp(dates::begin(start, zone)).into());
    if let Some(end) = end(meeting, zone) {
        object.insert("endTime".to_owned(), timestamp(end).into());
    }
    if meeting.end.is_none() {
        object.insert("displayEndTime".to_owned(), false.into());
    }
}

/// The words of FEP-8a8e and of iCalendar (RFC 5545, section 3.8.1.11).
fn status(state: State) -> (&'static str, &'static str) {
    match state {
        State::Tentative => ("EventTentative", "TENTATIVE"),
        State::Cancelled => ("EventCancelled", "CANCELLED"),
        _ => ("EventScheduled", "CONFIRMED"),
    }
}

fn is_online(meeting: &Meeting) -> bool {
    let said = meeting.place.as_deref().is_some_and(|place| {
        let place = place.trim().to_lowercase();
        place == "en ligne" || place == "online"
    });
    said || meeting.join_url.is_some()
}
