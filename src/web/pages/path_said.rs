//! What was said of a proposal, as stops of a path: its amendments, and that organisations took positions. Many amendments are
//! one stop that leads to all of them.

use chrono::NaiveDateTime;

use super::parts::Reading;
use super::path::{Stop, moment, order};
use crate::db::Conn;
use crate::domain::publication::When;
use crate::model;
use crate::model::said::{self, Proposed, Spoken};
use crate::text::{tf, word};

/// Most amendments of a proposal that are stops of their own.
const APART: usize = 6;

/// What the database has of it.
#[derive(Default)]
pub(super) struct Said {
    amendments: Vec<Proposed>,
    positions: Vec<Spoken>,
}

/// Reads what was said of these proposals: two queries, none where there are none.
pub(super) fn load(conn: &mut Conn, proposals: &[String]) -> model::Result<Said> {
    if proposals.is_empty() {
        return Ok(Said::default());
    }
    Ok(Said { amendments: said::amendments(conn, proposals)?, positions: said::positions(conn, proposals)? })
}

/// The stops of one proposal.
pub(super) fn stops(said: &Said, proposal: &str, reading: &Reading) -> Vec<Stop> {
    let of_it: Vec<&Proposed> = said.amendments.iter().filter(|one| one.publication_id == proposal).collect();
    let mut stops: Vec<Stop> = match (of_it.len(), of_it.last()) {
        (many, Some(last)) if many > APART => {
            let count = i64::try_from(many).unwrap_or(i64::MAX);
            let title = tf(reading.lang, "path-amendments", &[("count", count.into())]);
            vec![stop("amendment", title, ("", ""), (proposal, "amendments"), last.at, reading)]
        }
        _ => of_it.iter().map(|one| amendment(one, reading)).collect(),
    };
    for one in said.positions.iter().filter(|one| one.publication_id == proposal) {
        let Some(last) = one.last else { continue };
        let title = tf(reading.lang, "path-spoken", &[("count", one.count.into())]);
        stops.push(stop("positions", title, ("", ""), (proposal, "positions"), last, reading));
    }
    stops
}

fn amendment(one: &Proposed, reading: &Reading) -> Stop {
    let title = tf(reading.lang, "path-amendment-by", &[("name", (&one.by).into())]);
    let code = one.state.as_str();
    let place = format!("amendment-{}", one.id);
    let state = (word(reading.lang, "amendment", code), code);
    stop("amendment", title, state, (&one.publication_id, &place), one.at, reading)
}

/// A stop at a place of a proposal's page, told in the language of the reader.
fn stop(
    code: &'static str,
    title: String,
    (state, state_code): (&'static str, &'static str),
    (proposal, place): (&str, &str),
    at: NaiveDateTime,
    reading: &Reading,
) -> Stop {
    let day = When::Day(at.and_utc().with_timezone(&reading.zone).date_naive());
    Stop {
        kind: word(reading.lang, "path", code),
        code,
        title,
        language: reading.lang.tag().to_owned(),
        href: format!("/publications/{proposal}#{place}"),
        state: state.to_owned(),
        state_code,
        since: None,
        date: Some(moment(day, reading)),
        here: false,
        order: order(code, Some(day), reading),
    }
}
