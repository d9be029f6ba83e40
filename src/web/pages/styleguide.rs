//! Every component in each of its states, on one page, for whoever makes a page: only in development builds. Its samples are
//! French, as most of what is published is.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::Days;

use super::timeline::{self, Timeline};
use super::{Frame, html};
use crate::app::SharedApp;
use crate::domain::publication::{Milestone, MilestoneStatus, When};
use crate::text::Lang;
use crate::web::error::Error;
use crate::web::locale::Visit;

#[derive(Template)]
#[template(path = "styleguide.html")]
struct Styleguide {
    frame: Frame,
    timeline: Option<Timeline>,
}

/// `GET /styleguide`.
pub(super) async fn show(State(app): State<SharedApp>, visit: Visit) -> Result<Response, Error> {
    let today = app.now().date_naive();
    let milestones: Vec<Milestone> =
        (0_u64..).zip(MilestoneStatus::ALL).map(|(n, status)| sample(today, n, *status)).collect();
    let frame = Frame::new(&app, &visit, visit.lang_text("guide-title")).hidden();
    html(&Styleguide { frame, timeline: timeline::draw(Lang::Fr, "fr", &milestones, today) })
}

fn sample(today: chrono::NaiveDate, n: u64, status: MilestoneStatus) -> Milestone {
    let due = today.checked_add_days(Days::new(60 * n)).and_then(|day| day.checked_sub_days(Days::new(90)));
    let start = due.and_then(|day| day.checked_sub_days(Days::new(75)));
    Milestone {
        title: format!("Étape-clé : {}", crate::text::word(Lang::Fr, "milestone", status.as_str())),
        start: start.map(When::Day),
        due: due.map(When::Day),
        progress: (status == MilestoneStatus::UnderWay).then_some(60),
        status,
        description: None,
        dimension: None,
        owners: Vec::new(),
    }
}
