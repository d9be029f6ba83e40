//! `Flag`: a report about something kept here, for administrators alone. Mastodon and GoToSocial send it as their server's own
//! actor, so that who complained stays unknown.

use chrono::TimeDelta;
use reset_federation::activity::{Activity, ObjectRef};
use reset_federation::check::Refusal;
use reset_federation::limits::{
    MAX_REPORT_OBJECTS, MAX_REPORT_TEXT, MAX_REPORTS_OF_ACTOR, MAX_REPORTS_OF_HOST,
};
use reset_federation::url_check::authority;
use serde_json::Value;

use super::scene::{Scene, Step, Stopped, ignored};
use crate::app::App;
use crate::model;
use crate::model::report::NewReport;

/// A report, read.
struct Report {
    id: String,
    host: String,
    objects: Vec<String>,
    names_ours: bool,
    content: String,
}

/// Stores a report, unless it is about nothing kept here or too many came from there today.
pub(super) fn on_flag(app: &App, activity: &Activity) -> Result<Step, Refusal> {
    let ids = activity.objects().filter_map(ObjectRef::id).take(MAX_REPORT_OBJECTS);
    let objects: Vec<String> = ids.map(url::Url::to_string).collect();
    if objects.is_empty() {
        return Ok(ignored("a report about nothing"));
    }
    let said = activity.raw.get("content").and_then(Value::as_str).unwrap_or_default();
    // It is shown in a terminal.
    let said = said.chars().filter(|c| *c == '\n' || !c.is_control());
    let report = Report {
        id: activity.id.to_string(),
        host: authority(&activity.actor),
        names_ours: objects.iter().any(|id| app.urls.local(id).is_some()),
        content: said.take(MAX_REPORT_TEXT).collect(),
        objects,
    };
    Ok(Step::Effect(Box::new(move |scene| store(scene, report))))
}

fn store(scene: &mut Scene<'_>, report: Report) -> Result<&'static str, Stopped> {
    let Report { id, host, objects, names_ours, content } = report;
    let mut concerns_us = names_ours;
    for object in objects.iter().take_while(|_| !names_ours) {
        concerns_us |= model::reply::find(scene.conn, object)?.is_some();
    }
    if !concerns_us {
        return Ok("a report about nothing kept here");
    }
    let day = scene.now - TimeDelta::days(1);
    let (theirs, all) = model::report::count_since(scene.conn, &scene.sender.url, &host, day)?;
    if theirs >= MAX_REPORTS_OF_ACTOR || all >= MAX_REPORTS_OF_HOST {
        return Ok("too many reports came from there today");
    }
    let new = NewReport {
        activity_id: id,
        reporter: scene.sender.url.clone(),
        host,
        objects: Value::from(objects).to_string(),
        content,
        received_at: scene.now,
    };
    match model::report::insert(scene.conn, &new)? {
        true => Ok("a report was stored"),
        false => Ok("the report was known"),
    }
}
