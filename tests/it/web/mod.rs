//! Pages and feeds as a visitor gets them, through the whole router.

mod deeds;
mod forms;
mod life;
mod listed;
mod lists;
mod look;
mod looks;
mod pages;
mod queries;
mod rules;
mod search;
mod truths;
mod volume;

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use diesel::prelude::*;
use reset_node::db::schema::publications;
use reset_node::domain::actor::ActorKind;
use reset_node::domain::coalition::{AssociatedState, Dimension, Quality};
use reset_node::domain::publication::{
    Decision, Details, Meeting, Method, Milestone, MilestoneStatus, Outcome, Point, Proposal, Roadmap,
};
use reset_node::model::account::Account;
use reset_node::model::coalition::{self, Associated, Lists};
use reset_node::model::{account, actor};
use tower::ServiceExt;

use crate::support::TestApp;
use crate::support::fixtures::Made;

/// What a visitor got.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// Of the body, as it travelled.
    pub(crate) bytes: usize,
}

impl Answer {
    /// The value of a header, empty if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl TestApp {
    /// `GET` with these headers.
    pub(crate) async fn visit(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.answer(request.body(Body::empty()).unwrap()).await
    }

    /// Any request.
    pub(crate) async fn answer(&self, request: Request<Body>) -> Answer {
        let response = reset_node::web::router(self.app.clone()).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 10_000_000).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            bytes: bytes.len(),
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}

/// A coalition of which everything is known, with one publication of each kind; the paths of its pages.
pub(crate) struct Shown {
    pub(crate) coalition: Made,
    pub(crate) proposal: String,
    pub(crate) minutes: String,
    pub(crate) roadmap: String,
    pub(crate) decision: String,
}

impl Shown {
    pub(crate) async fn on(app: &TestApp) -> Shown {
        app.node().await;
        let made = app.coalition("communs").await;
        let now = app.now().naive_utc();
        app.write(move |conn| {
            let ana = actor::insert(conn, "ana", ActorKind::Person, now)?;
            let row = Account {
                actor_id: ana,
                email: "ana@mail.example".into(),
                name: "Ana Ar Goff".into(),
                password_hash: None,
                admin: false,
            };
            account::insert(conn, &row)
        })
        .await;
        let id = made.id;
        app.write(move |conn| {
            let (_, mut row) = coalition::by_id(conn, id)?;
            row.number = Some("8.a".into());
            row.impact = Some("Des communs <durables> & partagés.".into());
            row.narrative = Some("Un récit en *Markdown*.".into());
            row.problem = Some("Chacun refait ce qui existe.".into());
            row.territory = Some("Bretagne".into());
            row.pilot = true;
            let lists = Lists {
                levers: vec!["Commande publique".into()],
                qualities: vec![Quality::Fair, Quality::Innovative],
                dimensions: vec![Dimension::Offer, Dimension::Usage],
                languages: vec!["fr".into()],
                examples: vec!["Un exemple".into()],
                associated: vec![Associated {
                    name: "Framasoft".into(),
                    state: AssociatedState::Wanted,
                    dimensions: vec![Dimension::Procurement],
                }],
            };
            coalition::update(conn, &row, &lists)
        })
        .await;
        Shown {
            proposal: publish(app, &made, "vitrine", proposal(), 4).await,
            minutes: publish(app, &made, "reset-day-6", minutes(), 3).await,
            roadmap: publish(app, &made, "feuille", roadmap(), 2).await,
            decision: publish(app, &made, "charte", decision(), 1).await,
            coalition: made,
        }
    }

    /// The path of every page of it.
    pub(crate) fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> =
            ["/", "/coalitions", "/coalitions/communs", "/coalitions/communs/actions", "/publications"]
                .map(String::from)
                .to_vec();
        for list in ["proposals", "meetings", "roadmaps", "reports", "productions"] {
            paths.push(format!("/{list}"));
            paths.push(format!("/coalitions/communs/{list}"));
        }
        paths.push("/decisions".into());
        paths.push("/organisations".into());
        paths.extend(
            [
                "/organisations/communs_org",
                "/people/ana",
                "/tags/communs",
                "/legal",
                "/privacy",
                "/accessibility",
                "/interest?coalition=communs",
                "/interest/received",
                "/coalitions/communs/decisions",
            ]
            .map(String::from),
        );
        for page in [&self.proposal, &self.minutes, &self.roadmap, &self.decision] {
            paths.push(page.clone());
            paths.push(format!("{page}/revisions"));
        }
        paths
    }
}

/// Publishes `ago` seconds ago, so that lists have one order. The path of its page.
async fn publish(app: &TestApp, of: &Made, slug: &str, details: Details, ago: i64) -> String {
    let url = app.publication(of, slug, details).await;
    let path = url.strip_prefix(app.url()).unwrap().to_owned();
    let id = path.rsplit('/').next().unwrap().to_owned();
    let at = (app.now() - chrono::Duration::seconds(ago)).naive_utc();
    app.write(move |conn| {
        diesel::update(publications::table.find(id)).set(publications::published_at.eq(at)).execute(conn)
    })
    .await;
    path
}

pub(crate) fn proposal() -> Details {
    Details::Proposal(Proposal {
        method: Method::Consent,
        opens: None,
        closes: Some("2027-02-12T18:00:00+01:00".parse().unwrap()),
        quorum: Some(5),
        round: None,
        phase: None,
    })
}

pub(crate) fn minutes() -> Details {
    Details::Minutes(Meeting {
        series: Some("Reset Day".into()),
        edition: Some(6),
        start: Some("2026-07-07".parse().unwrap()),
        place: Some("en ligne".into()),
        join_url: Some("https://visio.example/secret".into()),
        attendance: Some(1234),
        organisations: vec!["communs_org".into(), "Framasoft".into()],
        agenda: vec!["La charte".into()],
        questions: vec!["Et après ?".into()],
        points: vec![Point {
            title: Some("La charte".into()),
            outcome: Outcome::Decision,
            text: Some("Adoptée en version bêta.".into()),
            owners: vec!["communs_org".into()],
            due: Some("2026-09".parse().unwrap()),
            decision: None,
            was: None,
        }],
        next: Some("2026-10-01".parse().unwrap()),
        ..Meeting::default()
    })
}

pub(crate) fn roadmap() -> Details {
    Details::Roadmap(Roadmap {
        milestones: vec![Milestone {
            description: Some("S’entendre.".into()),
            dimension: Some(Dimension::Usage),
            owners: vec!["communs_org".into()],
            start: Some("2027-01".parse().unwrap()),
            due: Some("2027-03".parse().unwrap()),
            progress: Some(40),
            ..Milestone::new("Cadrage", MilestoneStatus::UnderWay)
        }],
    })
}

pub(crate) fn decision() -> Details {
    Details::Decision(Decision {
        date: Some("2026-07-07".parse().unwrap()),
        method: Some(Method::Consent),
        source: Some("reset-day-6".into()),
        review: Some("2027-07".parse().unwrap()),
        reached: None,
    })
}
