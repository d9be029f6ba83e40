//! Since when what stands on a path is what it is now: the day of the act that made it so, where one is known.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use chrono_tz::Tz;
use serde::Deserialize;

use crate::db::Conn;
use crate::domain::publication::{Details, Kind, When};
use crate::domain::state::State;
use crate::model::publication::Row;
use crate::model::{act, decision, proposal};
use crate::web::error::Error;

/// The day by the id of a publication.
pub(super) type Since = BTreeMap<String, When>;

/// What is read of an entry of the register that changed a decision.
#[derive(Deserialize)]
struct Turned {
    date: When,
    state: State,
}

/// At most four queries, whatever stands on the path. What began as what it is has no day here.
pub(super) fn load(conn: &mut Conn, publications: &[(Row, Details)], zone: Tz) -> Result<Since, Error> {
    let those = |kind: Kind, states: &[State]| -> Vec<String> {
        let those = publications.iter().filter(|(row, _)| row.kind == kind && states.contains(&row.state));
        those.map(|(row, _)| row.id.clone()).collect()
    };
    let day = |at: NaiveDateTime| When::Day(at.and_utc().with_timezone(&zone).date_naive());
    let mut since = Since::new();
    let ended = those(Kind::Proposal, &[State::Adopted, State::NotAdopted]);
    if !ended.is_empty() {
        since.extend(proposal::ended(conn, &ended)?.into_iter().map(|(id, at)| (id, day(at))));
    }
    let approved = those(Kind::Minutes, &[State::Adopted, State::Corrected]);
    if !approved.is_empty() {
        since.extend(act::turned(conn, &approved)?.into_iter().map(|(id, at)| (id, day(at))));
    }
    let turned = those(Kind::Decision, &[State::UnderReview, State::Superseded, State::Repealed]);
    if !turned.is_empty() {
        for (id, entry) in decision::turned(conn, &turned)? {
            let Ok(entry) = serde_json::from_str::<Turned>(&entry) else { continue };
            if publications.iter().any(|(row, _)| row.id == id && row.state == entry.state) {
                since.insert(id, entry.date);
            }
        }
    }
    for (row, details) in publications {
        if let (Details::Consultation(asked), State::Closed) = (details, row.state) {
            since.extend(asked.closes.map(|closes| (row.id.clone(), closes)));
        }
    }
    Ok(since)
}
