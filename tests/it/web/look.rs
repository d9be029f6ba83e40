//! The HTML of the main pages, as snapshots that people read.

use super::Shown;
use crate::support::TestApp;

/// Without what differs from run to run: addresses, ids, the mark of the style sheet.
fn steady(app: &TestApp, shown: &Shown, text: &str) -> String {
    let mut text =
        text.replace(app.url(), "https://reset.example.org").replace(app.urls.domain(), "reset.example.org");
    for (path, name) in [
        (&shown.proposal, "proposal"),
        (&shown.minutes, "minutes"),
        (&shown.roadmap, "roadmap"),
        (&shown.decision, "decision"),
    ] {
        text = text.replace(path.as_str(), &format!("/publications/{name}"));
    }
    for asset in ["/assets/style-", "/assets/icon-"] {
        let (before, after) = text.split_once(asset).unwrap();
        let after = after.get(16..).unwrap();
        text = format!("{before}{asset}…{after}");
    }
    text
}

#[tokio::test]
async fn the_main_pages_look_as_they_were_approved() {
    let app = TestApp::at("2026-11-22T12:00:00Z".parse().unwrap()).await;
    let shown = Shown::on(&app).await;
    let pages = [
        ("home", "/"),
        ("directory", "/coalitions?lang=en"),
        ("coalition", "/coalitions/communs"),
        ("proposal", shown.proposal.as_str()),
        ("minutes", shown.minutes.as_str()),
        ("roadmap", shown.roadmap.as_str()),
        ("decision", shown.decision.as_str()),
    ];
    for (name, path) in pages {
        let text = app.visit(path, &[]).await.text;
        insta::assert_snapshot!(name, steady(&app, &shown, &text));
    }
}
