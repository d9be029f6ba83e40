//! Dates and times as each language tells them: "1er décembre 2026, 18 h (Paris)", "1 December 2026, 18:00 (Paris)".
//! A moment is told in a time zone that is named; a day or a month has none.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use chrono_tz::Tz;

use super::{Lang, tf, word};
use crate::domain::publication::When;

/// An IANA name, UTC where it is unknown.
pub fn zone(name: &str) -> Tz {
    name.parse().unwrap_or(Tz::UTC)
}

/// `12 décembre 2026`, `1er mai 2026`, `12 December 2026`.
pub fn day(lang: Lang, day: NaiveDate) -> String {
    let number = match (lang, day.day()) {
        (Lang::Fr, 1) => "1er".to_owned(),
        (_, number) => number.to_string(),
    };
    format!("{number}\u{a0}{}", month(lang, day))
}

/// `décembre 2026`, `December 2026`.
pub fn month(lang: Lang, day: NaiveDate) -> String {
    let name = word(lang, "month", &day.month().to_string());
    format!("{name} {}", day.year())
}

/// `18 h`, `18 h 30`; `18:00`, `18:30`.
pub fn time(lang: Lang, time: NaiveTime) -> String {
    match (lang, time.hour(), time.minute()) {
        (Lang::Fr, hour, 0) => format!("{hour}\u{a0}h"),
        (Lang::Fr, hour, minute) => format!("{hour}\u{a0}h\u{a0}{minute:02}"),
        (Lang::En, hour, minute) => format!("{hour}:{minute:02}"),
    }
}

/// The place by which people know a time zone: `Paris`, `Londres`, `UTC`.
pub fn place(lang: Lang, zone: Tz) -> String {
    let name = zone.name();
    let french = match (lang, name) {
        (Lang::Fr, "Europe/Brussels") => Some("Bruxelles"),
        (Lang::Fr, "Europe/London") => Some("Londres"),
        (Lang::Fr, "Europe/Lisbon") => Some("Lisbonne"),
        (Lang::Fr, "Europe/Vienna") => Some("Vienne"),
        (Lang::Fr, "Europe/Warsaw") => Some("Varsovie"),
        (Lang::Fr, "Europe/Athens") => Some("Athènes"),
        (Lang::Fr, "Africa/Algiers") => Some("Alger"),
        (Lang::Fr, "America/Montreal") => Some("Montréal"),
        (_, "Indian/Reunion") => Some("La Réunion"),
        _ => None,
    };
    match french {
        Some(place) => place.to_owned(),
        None => name.rsplit('/').next().unwrap_or(name).replace('_', " "),
    }
}

/// As precisely as its author knew it; an instant is told in `zone`, which is named.
pub fn when(lang: Lang, when: When, zone: Tz) -> String {
    match when {
        When::Month(first) => month(lang, first),
        When::Day(date) => day(lang, date),
        When::Instant(at) => {
            let local = at.with_timezone(&zone);
            moment(lang, local.naive_local(), Some(zone))
        }
    }
}

/// A moment of a row (UTC), told in `zone`, which is named.
pub fn utc(lang: Lang, at: NaiveDateTime, zone: Tz) -> String {
    let local = at.and_utc().with_timezone(&zone);
    moment(lang, local.naive_local(), Some(zone))
}

/// The day of a moment of a row (UTC), in `zone`.
pub fn utc_day(lang: Lang, at: NaiveDateTime, zone: Tz) -> String {
    day(lang, at.and_utc().with_timezone(&zone).date_naive())
}

fn moment(lang: Lang, local: NaiveDateTime, zone: Option<Tz>) -> String {
    let mut text = format!("{}, {}", day(lang, local.date()), time(lang, local.time()));
    if let Some(zone) = zone {
        text.push_str(&format!(" ({})", place(lang, zone)));
    }
    text
}

/// Whether the sentence must say "in" (a month) or "on" (a day): the `$precision` of the messages.
pub fn precision(when: When) -> &'static str {
    match when {
        When::Month(_) => "month",
        When::Day(_) | When::Instant(_) => "day",
    }
}

/// As [`precision`], for messages that say "from": `vowel` is a month before which French elides.
pub fn beginning(when: When) -> &'static str {
    match when {
        When::Month(first) if matches!(first.month(), 4 | 8 | 10) => "vowel",
        when => precision(when),
    }
}

/// From `start` to `end`: one day with hours where both are on the same day, otherwise "from … to …".
pub fn span(lang: Lang, start: When, end: Option<When>, zone: Tz) -> String {
    let Some(end) = end.filter(|end| *end != start) else {
        return when(lang, start, zone);
    };
    if let (When::Instant(from), When::Instant(to)) = (start, end) {
        let (from, to) = (from.with_timezone(&zone), to.with_timezone(&zone));
        if from.date_naive() == to.date_naive() {
            let hours = tf(
                lang,
                "date-hours",
                &[("from", (&time(lang, from.time())).into()), ("to", (&time(lang, to.time())).into())],
            );
            let day = day(lang, from.date_naive());
            return format!("{day}, {hours} ({})", place(lang, zone));
        }
    }
    range(lang, start, end, zone)
}

/// "from … to …" over two dates.
pub fn range(lang: Lang, from: When, to: When, zone: Tz) -> String {
    tf(
        lang,
        "date-range",
        &[
            ("from", (&when(lang, from, zone)).into()),
            ("to", (&when(lang, to, zone)).into()),
            ("begins", beginning(from).into()),
            ("ends", precision(to).into()),
        ],
    )
}

/// The moment at which `when` is over: the instant itself, or the end of the day or the month in `zone`.
pub fn end(when: When, zone: Tz) -> DateTime<Utc> {
    let next = match when {
        When::Instant(at) => return at.with_timezone(&Utc),
        When::Day(day) => day.succ_opt(),
        When::Month(first) => first.checked_add_months(chrono::Months::new(1)),
    };
    begin_of(next.unwrap_or(NaiveDate::MAX), zone)
}

/// The moment at which `when` begins, in `zone`.
pub fn begin(when: When, zone: Tz) -> DateTime<Utc> {
    match when {
        When::Instant(at) => at.with_timezone(&Utc),
        When::Day(day) | When::Month(day) => begin_of(day, zone),
    }
}

fn begin_of(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    // Where clocks skip midnight the day is taken to begin at that hour in UTC: at most some hours off.
    midnight
        .and_local_timezone(zone)
        .earliest()
        .map_or_else(|| midnight.and_utc(), |local| local.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn told(lang: Lang, text: &str) -> String {
        when(lang, text.parse().unwrap(), zone("Europe/Paris"))
    }

    #[test]
    fn a_date_is_told_as_precisely_as_it_is_known() {
        let cases = [
            ("2026-12", "décembre 2026", "December 2026"),
            ("2026-12-12", "12\u{a0}décembre 2026", "12\u{a0}December 2026"),
            ("2026-05-01", "1er\u{a0}mai 2026", "1\u{a0}May 2026"),
            (
                "2026-12-12T18:00:00+01:00",
                "12\u{a0}décembre 2026, 18\u{a0}h (Paris)",
                "12\u{a0}December 2026, 18:00 (Paris)",
            ),
            (
                "2026-07-01T16:05:00Z",
                "1er\u{a0}juillet 2026, 18\u{a0}h\u{a0}05 (Paris)",
                "1\u{a0}July 2026, 18:05 (Paris)",
            ),
        ];
        for (text, fr, en) in cases {
            assert_eq!(told(Lang::Fr, text), fr);
            assert_eq!(told(Lang::En, text), en);
        }
    }

    #[test]
    fn a_span_within_a_day_names_the_day_once() {
        let zone = zone("Europe/Paris");
        let start = "2026-12-12T14:00:00+01:00".parse().unwrap();
        let end = "2026-12-12T17:30:00+01:00".parse().unwrap();
        assert_eq!(
            span(Lang::Fr, start, Some(end), zone),
            "12\u{a0}décembre 2026, de 14\u{a0}h à 17\u{a0}h\u{a0}30 (Paris)"
        );
        assert_eq!(span(Lang::En, start, Some(end), zone), "12\u{a0}December 2026, 14:00 to 17:30 (Paris)");
        let days = ("2026-12-12".parse().unwrap(), "2026-12-14".parse().unwrap());
        assert_eq!(
            span(Lang::Fr, days.0, Some(days.1), zone),
            "du 12\u{a0}décembre 2026 au 14\u{a0}décembre 2026"
        );
    }

    #[test]
    fn a_day_ends_at_midnight_of_its_zone() {
        let paris = zone("Europe/Paris");
        let end_of = |text: &str| end(text.parse().unwrap(), paris).to_rfc3339();
        assert_eq!(end_of("2026-12-12"), "2026-12-12T23:00:00+00:00");
        assert_eq!(end_of("2026-12"), "2026-12-31T23:00:00+00:00");
        assert_eq!(zone("Nowhere/Else"), Tz::UTC);
        assert_eq!(place(Lang::Fr, zone("Europe/London")), "Londres");
        assert_eq!(place(Lang::En, zone("America/New_York")), "New York");
    }

    #[test]
    fn each_end_of_a_range_has_the_preposition_of_what_is_known_of_it() {
        let cases = [
            ("2027-03", "2027-04-15", "de mars 2027 au 15 avril 2027", "March 2027 to 15 April 2027"),
            ("2027-03-02", "2027-06", "du 2 mars 2027 à juin 2027", "2 March 2027 to June 2027"),
            ("2027-03-01", "2027-06-30", "du 1er mars 2027 au 30 juin 2027", "1 March 2027 to 30 June 2027"),
            ("2027-04", "2027-06", "d’avril 2027 à juin 2027", "April 2027 to June 2027"),
            ("2027-08", "2027-10", "d’août 2027 à octobre 2027", "August 2027 to October 2027"),
            (
                "2027-10",
                "2027-11-01",
                "d’octobre 2027 au 1er novembre 2027",
                "October 2027 to 1 November 2027",
            ),
        ];
        for (from, to, fr, en) in cases {
            let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
            let told = |lang| range(lang, from, to, zone("Europe/Paris")).replace('\u{a0}', " ");
            assert_eq!((told(Lang::Fr).as_str(), told(Lang::En).as_str()), (fr, en));
        }
    }
}
