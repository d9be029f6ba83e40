//! Reads what minutes and roadmaps consist of: points, persons, milestones with their indicators and victories.

use chrono_tz::Tz;

use super::fields::{self, Fields};
use super::front_matter::{in_order, one_line};
use crate::domain::publication::{
    Indicator, Measure, Milestone, MilestoneStatus, Outcome, Person, Point, Roadmap, Victory,
};

pub(super) fn points(fields: &mut Fields, zone: Tz) -> Result<Vec<Point>, fields::Error> {
    let read = |mut point: Fields| {
        point.only(&["title", "outcome", "text", "owners", "due", "decision", "was"])?;
        let read = Point {
            title: point.text("title")?,
            outcome: point.word("outcome")?.unwrap_or(Outcome::Information),
            text: point.text("text")?,
            owners: point.texts("owners")?,
            due: point.when("due", zone)?,
            decision: point.text("decision")?,
            was: point.text("was")?,
        };
        if read.title.is_none() && read.text.is_none() {
            return Err(fields::Error::Missing(point.key("title")));
        }
        if read.decision.is_some() && read.outcome != Outcome::Decision {
            return Err(point.wrong("decision", "only a point with outcome = \"decision\" has one"));
        }
        Ok(read)
    };
    fields.tables("points")?.into_iter().map(read).collect()
}

/// Minutes that federate cannot be called back: nobody is named in them who did not agree to it.
pub(super) fn persons(fields: &mut Fields, zone: Tz) -> Result<Vec<Person>, fields::Error> {
    let read = |mut person: Fields| {
        person.only(&["name", "organisation", "consent"])?;
        let name = one_line(person.needed("name")?);
        let Some(consent) = person.when("consent", zone)? else {
            let say = format!(
                "`{name}` has not agreed to be named: write the day of the consent, or leave the person out and count it in `attendance`"
            );
            return Err(person.wrong("consent", say));
        };
        Ok(Person { name, organisation: person.text("organisation")?, consent })
    };
    fields.tables("persons")?.into_iter().map(read).collect()
}

pub(super) fn roadmap(fields: &mut Fields, zone: Tz) -> Result<Roadmap, fields::Error> {
    let milestones = fields.tables("milestones")?.into_iter().map(|one| milestone(one, zone));
    Ok(Roadmap { milestones: milestones.collect::<Result<_, _>>()? })
}

fn milestone(mut fields: Fields, zone: Tz) -> Result<Milestone, fields::Error> {
    fields.only(&[
        "title",
        "description",
        "dimension",
        "owners",
        "start",
        "due",
        "status",
        "progress",
        "reason",
        "was",
        "proposal",
        "decision",
        "indicator",
        "victory",
    ])?;
    let read = Milestone {
        title: fields.needed("title")?,
        description: fields.text("description")?,
        dimension: fields.word("dimension")?,
        owners: fields.texts("owners")?,
        start: fields.when("start", zone)?,
        due: fields.when("due", zone)?,
        status: fields.word("status")?.unwrap_or(MilestoneStatus::Planned),
        progress: fields.number("progress", 0, 100)?.and_then(|percent| u8::try_from(percent).ok()),
        reason: fields.text("reason")?,
        was: fields.text("was")?,
        proposal: fields.text("proposal")?,
        decision: fields.text("decision")?,
        indicator: indicator(&mut fields, zone)?,
        victory: victory(&mut fields, zone)?,
    };
    in_order(&fields, ("start", read.start), ("due", read.due))?;
    Ok(read)
}

fn indicator(fields: &mut Fields, zone: Tz) -> Result<Option<Indicator>, fields::Error> {
    let Some(mut table) = fields.table("indicator")? else {
        return Ok(None);
    };
    table.only(&["name", "unit", "baseline", "target", "measured"])?;
    let measure = |mut one: Fields| {
        one.only(&["date", "value"])?;
        let date = one.when("date", zone)?.ok_or_else(|| fields::Error::Missing(one.key("date")))?;
        let value = amount(&mut one, "value")?.ok_or_else(|| fields::Error::Missing(one.key("value")))?;
        Ok(Measure { date, value })
    };
    let mut measured: Vec<Measure> =
        table.tables("measured")?.into_iter().map(measure).collect::<Result<_, fields::Error>>()?;
    measured.sort_by_key(|one| one.date.day());
    Ok(Some(Indicator {
        name: table.needed("name")?,
        unit: table.text("unit")?,
        baseline: amount(&mut table, "baseline")?,
        target: amount(&mut table, "target")?,
        measured,
    }))
}

/// A number, kept as the text that was written.
fn amount(fields: &mut Fields, key: &str) -> Result<Option<String>, fields::Error> {
    let Some(text) = fields.label(key)? else {
        return Ok(None);
    };
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && text.len() <= 30 => Ok(Some(text)),
        _ => Err(fields
            .wrong(key, format!("`{text}` is no number: write it with digits and a point, such as 12.5"))),
    }
}

fn victory(fields: &mut Fields, zone: Tz) -> Result<Option<Victory>, fields::Error> {
    let Some(mut table) = fields.table("victory")? else {
        return Ok(None);
    };
    table.only(&["text", "reached"])?;
    Ok(Some(Victory { text: table.needed("text")?, reached: table.when("reached", zone)? }))
}
