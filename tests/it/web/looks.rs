//! The booklet, the timeline and the pictures of previews, as they are served.

use axum::body::Body;
use axum::http::{Request, StatusCode};

use super::Shown;
use crate::support::TestApp;

#[tokio::test]
async fn a_booklet_tells_the_coalition_its_roadmap_and_its_decisions_on_one_page() {
    let app = TestApp::new().await;
    let shown = Shown::on(&app).await;
    let page = app.visit("/coalitions/communs", &[]).await.text;
    assert!(page.contains("href=\"/coalitions/communs/booklet\""));
    let booklet = app.visit("/coalitions/communs/booklet", &[]).await;
    assert_eq!(booklet.status, StatusCode::OK);
    for told in [
        "Coalition communs",
        "Un récit en <em>Markdown</em>.",
        "Chacun refait ce qui existe.",
        "acteurs recherchés",
    ] {
        assert!(booklet.text.contains(told), "{told}");
    }
    assert!(booklet.text.contains(&shown.roadmap) && booklet.text.contains(&shown.decision));
    assert!(booklet.text.contains("class=\"steps\""));
    assert_eq!(app.visit("/coalitions/nobody/booklet", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_page_names_a_picture_that_exists_and_is_small() {
    let app = TestApp::new().await;
    let shown = Shown::on(&app).await;
    for path in ["/coalitions/communs", shown.proposal.as_str(), shown.minutes.as_str()] {
        let page = app.visit(path, &[]).await.text;
        let address =
            page.split_once("<meta property=\"og:image\" content=\"").unwrap().1.split_once('"').unwrap().0;
        assert_eq!(address, format!("{}{path}/preview.png", app.url()));
        assert!(
            page.contains("og:image:width\" content=\"1200\"") && page.contains("og:image:alt\" content=\"")
        );
        for _ in 0..2 {
            let request = Request::get(format!("{path}/preview.png")).body(Body::empty()).unwrap();
            let answer = app.answer(request).await;
            assert_eq!(answer.status, StatusCode::OK);
            assert_eq!(answer.headers["content-type"], "image/png");
        }
    }
    for path in
        ["/publications/01a2106f-932f-72f7-9def-f40d5539c6b0/preview.png", "/coalitions/nobody/preview.png"]
    {
        assert_eq!(app.visit(path, &[]).await.status, StatusCode::NOT_FOUND);
    }
}
