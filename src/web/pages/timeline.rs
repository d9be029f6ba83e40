//! The milestones of a roadmap on an axis of time, as SVG that the server draws: places in percent and letters in pixels, so
//! that it fits any width without shrinking the text. A pure function of the milestones and the day; the list below it on the
//! page says the same in words. Milestones without a date stand apart, at the end.

use askama::Template;
use chrono::{Datelike, Days, Months, NaiveDate};

use super::parts::Reading;
use crate::domain::publication::{Details, Milestone, MilestoneStatus, When};
use crate::text::{Lang, dates, number, t, tf, word};

/// Most letters of a title that are drawn; the list has the whole.
const NAME: usize = 68;
/// Heights in pixels: the axis' labels, a milestone, one without a date, and what stands above those.
const AXIS: i32 = 28;
const ROW: i32 = 44;
const LOW_ROW: i32 = 28;
const APART: i32 = 32;
/// The part of the width that the axis takes, in percent, so that marks at its ends are whole.
const FROM: f64 = 2.5;
const WIDTH: f64 = 95.0;
/// Fewer months than these between the first and the last are given one on each side.
const FEWEST: i32 = 2;
/// Most labels on the axis, and the months between two of them that are tried.
const LABELS: i32 = 7;
const STEPS: [i32; 8] = [1, 3, 6, 12, 24, 60, 120, 240];

struct Tick {
    x: String,
    label: String,
    anchor: &'static str,
    /// Not shown where there is little room.
    minor: bool,
}

/// A shape and the state that it stands for.
struct Sign {
    code: &'static str,
    label: &'static str,
}

struct Bar {
    x: String,
    width: String,
    /// How much of it is filled, as a width.
    filled: Option<String>,
}

struct Row {
    y: i32,
    number: usize,
    name: String,
    code: &'static str,
    bar: Option<Bar>,
    /// Where the mark stands on the axis, if there is a date.
    mark: Option<String>,
}

/// A timeline, ready to be written into a page.
#[derive(Template)]
#[template(path = "timeline.html")]
pub(super) struct Timeline {
    /// Of the element, unique on its page.
    pub id: String,
    title: &'static str,
    description: String,
    height: i32,
    axis: i32,
    bottom: i32,
    ticks: Vec<Tick>,
    now: Option<(String, &'static str, &'static str)>,
    rows: Vec<Row>,
    /// Where the line above what has no date lies, and its label.
    apart: Option<(i32, i32, &'static str)>,
    legend: Vec<Sign>,
    /// The language of the titles, where it is not the page's.
    foreign: Option<String>,
}

/// The axis: its first and last day.
#[derive(Clone, Copy)]
struct Axis {
    first: NaiveDate,
    last: NaiveDate,
}

impl Axis {
    /// Over everything that has a date, whole months at both ends.
    fn over(milestones: &[Milestone]) -> Option<Axis> {
        let days = milestones.iter().filter_map(begins_ends);
        let (first, last) = days.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))?;
        let (first, last) = (first.with_day(1)?, last_of_month(last));
        if months(last) - months(first) >= FEWEST {
            return Some(Axis { first, last });
        }
        // A day alone would fill the whole width: a month on each side shows where it lies.
        let month = Months::new(1);
        Some(Axis {
            first: first.checked_sub_months(month)?,
            last: last_of_month(last.checked_add_months(month)?),
        })
    }

    fn place(self, day: NaiveDate) -> f64 {
        let whole = (self.last - self.first).num_days().max(1) as f64;
        FROM + WIDTH * (day - self.first).num_days() as f64 / whole
    }

    fn has(self, day: NaiveDate) -> bool {
        self.first <= day && day <= self.last
    }

    /// The months between two labels.
    fn step(self) -> i32 {
        let months = months(self.last) - months(self.first) + 1;
        let decades = (months / LABELS / 120 + 1) * 120;
        STEPS.into_iter().find(|step| months <= step * LABELS).unwrap_or(decades)
    }

    fn ticks(self, lang: Lang) -> Vec<Tick> {
        let step = self.step();
        let ahead = (step - months(self.first) % step) % step;
        let first = self.first.checked_add_months(Months::new(ahead.unsigned_abs()));
        let days =
            std::iter::successors(first, |day| day.checked_add_months(Months::new(step.unsigned_abs())));
        let days = days.take_while(|day| *day <= self.last).enumerate();
        days.map(|(n, day)| {
            let x = self.place(day);
            let label = if step < 12 { dates::month(lang, day) } else { day.year().to_string() };
            Tick { anchor: anchor(x), x: percent(x), label, minor: n % 2 == 1 }
        })
        .collect()
    }
}

/// Months since the year 0.
fn months(day: NaiveDate) -> i32 {
    day.year() * 12 + day.month0().cast_signed()
}

fn last_of_month(day: NaiveDate) -> NaiveDate {
    let next = day.with_day(1).and_then(|first| first.checked_add_months(Months::new(1)));
    next.and_then(|next| next.checked_sub_days(Days::new(1))).unwrap_or(day)
}

/// The first day of what a milestone names as its start, and the last of what it names as due; either stands for both.
fn begins_ends(milestone: &Milestone) -> Option<(NaiveDate, NaiveDate)> {
    let due = milestone.due.or(milestone.start)?;
    let start = milestone.start.or(milestone.due)?.day();
    let end = match due {
        When::Month(first) => last_of_month(first),
        When::Day(day) => day,
        When::Instant(at) => at.date_naive(),
    };
    Some(if start <= end { (start, end) } else { (end, start) })
}

fn percent(place: f64) -> String {
    format!("{place:.2}%")
}

/// On which side of its place a label lies, so that it does not leave the picture.
fn anchor(place: f64) -> &'static str {
    match place {
        low if low < 12.0 => "start",
        high if high > 88.0 => "end",
        _ => "middle",
    }
}

fn shortened(title: &str) -> String {
    match title.char_indices().nth(NAME) {
        None => title.to_owned(),
        Some((end, _)) => {
            let cut = title.get(..end).unwrap_or(title);
            format!("{}…", cut.rsplit_once(' ').map_or(cut, |(whole, _)| whole))
        }
    }
}

/// Of a publication, if it is a roadmap with dates.
pub(super) fn of(details: &Details, language: &str, reading: &Reading) -> Option<Timeline> {
    let Details::Roadmap(roadmap) = details else {
        return None;
    };
    let today = reading.now.with_timezone(&reading.zone).date_naive();
    draw(reading.lang, language, &roadmap.milestones, today)
}

/// Draws them, or nothing where none has a date. `language` is that of the titles, BCP 47.
pub(super) fn draw(
    lang: Lang,
    language: &str,
    milestones: &[Milestone],
    today: NaiveDate,
) -> Option<Timeline> {
    let axis = Axis::over(milestones)?;
    let (dated, undated): (Vec<_>, Vec<_>) =
        milestones.iter().enumerate().partition(|(_, one)| begins_ends(one).is_some());
    let mut rows = Vec::with_capacity(milestones.len());
    let mut y = AXIS + 6;
    for (n, milestone) in dated {
        rows.push(row(axis, y, n, milestone));
        y += ROW;
    }
    let bottom = y;
    // The label of today stands right under its line.
    y += if axis.has(today) { 18 } else { 0 };
    let apart = (!undated.is_empty()).then(|| (y, y + APART - 10, t(lang, "timeline-undated")));
    y += if undated.is_empty() { 0 } else { APART };
    for (n, milestone) in undated {
        rows.push(row(axis, y, n, milestone));
        y += LOW_ROW;
    }
    let place = axis.place(today);
    Some(Timeline {
        id: "timeline".to_owned(),
        title: t(lang, "timeline-title"),
        description: description(lang, axis, milestones),
        height: y + 4,
        axis: AXIS,
        bottom,
        ticks: axis.ticks(lang),
        now: axis.has(today).then(|| (percent(place), t(lang, "timeline-today"), anchor(place))),
        rows,
        apart,
        legend: statuses(milestones)
            .map(|(status, _)| Sign { code: status.as_str(), label: told(lang, status) })
            .collect(),
        foreign: (!language.eq_ignore_ascii_case(lang.tag())).then(|| language.to_owned()),
    })
}

fn row(axis: Axis, y: i32, n: usize, milestone: &Milestone) -> Row {
    let days = begins_ends(milestone);
    let bar = days.filter(|(start, end)| start != end).map(|(start, end)| {
        let (left, right) = (axis.place(start), axis.place(end));
        let done = f64::from(milestone.progress.unwrap_or(0).min(100)) / 100.0;
        Bar {
            x: percent(left),
            width: percent(right - left),
            filled: (done > 0.0).then(|| percent((right - left) * done)),
        }
    });
    Row {
        y,
        number: n + 1,
        name: shortened(&milestone.title),
        code: milestone.status.as_str(),
        bar,
        mark: days.map(|(_, end)| percent(axis.place(end))),
    }
}

/// The states that occur, with how many milestones are in each.
fn statuses(milestones: &[Milestone]) -> impl Iterator<Item = (MilestoneStatus, i64)> {
    let count = |status| milestones.iter().filter(|one| one.status == status).map(|_| 1).sum();
    MilestoneStatus::ALL.iter().map(move |status| (*status, count(*status))).filter(|(_, count)| *count > 0)
}

fn told(lang: Lang, status: MilestoneStatus) -> &'static str {
    word(lang, "milestone", status.as_str())
}

fn description(lang: Lang, axis: Axis, milestones: &[Milestone]) -> String {
    let colon = if lang == Lang::Fr { "\u{a0}: " } else { ": " };
    let counts = statuses(milestones)
        .map(|(status, count)| format!("{}{colon}{}", told(lang, status), number(lang, count)))
        .collect::<Vec<_>>()
        .join(", ");
    let (from, to) = (dates::month(lang, axis.first), dates::month(lang, axis.last));
    tf(
        lang,
        "timeline-description",
        &[
            ("begins", dates::beginning(When::Month(axis.first)).into()),
            ("from", (&from).into()),
            ("to", (&to).into()),
            ("counts", (&counts).into()),
        ],
    )
}

#[cfg(test)]
#[path = "timeline_tests.rs"]
mod tests;
