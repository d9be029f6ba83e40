//! When a publication is, by which lists are ordered: kept beside its row by `search::index_publication`, from what its
//! author wrote.

use chrono::{DateTime, Months, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use diesel::prelude::*;

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::publication_dates;
use crate::domain::publication::{Details, When};

/// Keeps when a publication with these details (JSON) is.
///
/// # Errors
/// The database's, or details that this version does not write.
pub fn keep(conn: &mut Conn, id: &str, details: &str) -> Result<()> {
    let details = serde_json::from_str(details)
        .map_err(|error| diesel::result::Error::DeserializationError(Box::new(error)))?;
    let (begins, ends) = of(&details);
    let values = (publication_dates::begins_at.eq(begins), publication_dates::ends_at.eq(ends));
    both!(conn, c => diesel::insert_into(publication_dates::table)
        .values((publication_dates::publication_id.eq(id), values))
        .on_conflict(publication_dates::publication_id)
        .do_update()
        .set(values)
        .execute(c))
    .map(drop)
}

/// The beginning and the end. Days are taken in UTC: good enough for an order, whatever the zone.
fn of(details: &Details) -> (Option<NaiveDateTime>, Option<NaiveDateTime>) {
    match details {
        Details::Proposal(round) => (round.opens.map(begin), round.closes.map(end)),
        Details::Consultation(asked) => (asked.opens.map(begin), asked.closes.map(end)),
        Details::Meeting(meeting) | Details::Minutes(meeting) => {
            let last = meeting.end.or(meeting.tentative_until).or(meeting.start);
            (meeting.start.map(begin), last.map(end))
        }
        Details::Decision(decision) => (decision.date.map(begin), None),
        _ => (None, None),
    }
}

fn begin(when: When) -> NaiveDateTime {
    match when {
        When::Instant(at) => at.with_timezone(&Utc).naive_utc(),
        When::Day(day) | When::Month(day) => day.and_time(NaiveTime::MIN),
    }
}

/// The end of a day, of a month, or the instant itself.
fn end(when: When) -> NaiveDateTime {
    let next: Option<NaiveDate> = match when {
        When::Instant(at) => return DateTime::<Utc>::from(at).naive_utc(),
        When::Day(day) => day.succ_opt(),
        When::Month(first) => first.checked_add_months(Months::new(1)),
    };
    next.unwrap_or(NaiveDate::MAX).and_time(NaiveTime::MIN)
}
