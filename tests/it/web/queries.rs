//! How many statements a page costs: bounded, and the same whatever there is to list.

use chrono::DateTime;
use reset_node::domain::publication::{Details, Meeting};

use super::Shown;
use crate::support::TestApp;
use crate::support::fixtures::Made;

/// Most statements of any page, on PostgreSQL with the one that tries the connection.
const MOST: u64 = 24;

/// What each page costs. The addresses are new each time, so that no answer can be one that was kept.
async fn costs(app: &TestApp, paths: &[String], round: usize) -> Vec<(String, u64)> {
    let mut costs = Vec::new();
    for path in paths {
        let and = if path.contains('?') { '&' } else { '?' };
        let before = app.db.statements();
        let answer = app.visit(&format!("{path}{and}round={round}"), &[]).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.status);
        costs.push((path.clone(), app.db.statements() - before));
    }
    costs
}

async fn fill(app: &TestApp, of: &Made, from: usize, to: usize) {
    for number in from..to {
        for (kind, details) in [
            ("proposition", super::proposal()),
            ("compte-rendu", super::minutes()),
            ("feuille", super::roadmap()),
            ("decision", super::decision()),
            (
                "rencontre",
                Details::Meeting(Meeting {
                    start: Some("2031-01-01".parse().unwrap()),
                    ..Meeting::default()
                }),
            ),
        ] {
            app.publication(of, &format!("{kind}-{number}"), details).await;
        }
        app.coalition(&format!("autre{number}")).await;
    }
}

#[tokio::test]
async fn what_a_page_costs_is_bounded_and_does_not_grow_with_what_there_is() {
    let app = TestApp::at(DateTime::from_timestamp(1_795_000_000, 0).unwrap()).await;
    let shown = Shown::on(&app).await;
    let mut paths = shown.paths();
    paths.extend(
        [
            "/search?q=titre",
            "/search?q=titre&coalition=communs&kind=proposal",
            "/coalitions?q=coalition&stage=launched&quality=fair",
            "/coalitions/communs?kind=proposal",
            "/feed.atom",
            "/coalitions/communs/feed.atom",
            "/tags/communs/feed.atom",
            "/coalitions/feed.atom",
            "/organisations/feed.atom?q=organisation",
            "/organisations/communs_org/feed.atom",
            "/coalitions/communs/actions/feed.atom",
            "/search/feed.atom?q=titre",
            "/organisations?kind=association&q=organisation",
            "/organisations.json",
            "/publications.json?author=communs_org&tag=communs",
            "/search.csv?q=titre",
            "/coalitions/communs/actions.csv",
            "/calendar.ics",
            "/coalitions/communs/calendar.ics",
            "/publications.json",
            "/coalitions.csv",
            "/sitemap.xml",
        ]
        .map(String::from),
    );
    fill(&app, &shown.coalition, 0, 5).await;
    // What is asked once for all and then kept in memory.
    costs(&app, &paths, 0).await;
    let few = costs(&app, &paths, 1).await;
    fill(&app, &shown.coalition, 5, 100).await;
    let many = costs(&app, &paths, 2).await;
    for ((path, few), (_, many)) in few.into_iter().zip(many) {
        assert!(
            few > 0
                || ["/legal", "/privacy", "/accessibility", "/interest/received"].contains(&path.as_str()),
            "{path} was not counted"
        );
        assert!(many <= MOST, "{path} costs {many} statements");
        assert_eq!(few, many, "{path} costs more where there is more");
    }
}
