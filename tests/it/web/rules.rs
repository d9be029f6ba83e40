//! What holds for every page: languages, security headers, nothing from third parties, sizes, errors.

use axum::body::Body;
use axum::http::{Request, StatusCode};

use super::Shown;
use crate::support::TestApp;

#[tokio::test]
async fn every_page_is_whole_in_both_languages_without_script_or_third_party() {
    let app = TestApp::new().await;
    let shown = Shown::on(&app).await;
    for path in shown.paths() {
        for lang in ["fr", "en"] {
            let answer = app
                .visit(&format!("{path}{}lang={lang}", if path.contains('?') { "&" } else { "?" }), &[])
                .await;
            let text = &answer.text;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert!(text.contains(&format!("<html lang=\"{lang}\">")), "{path}");
            assert!(text.len() < 50_000, "{path}: {} bytes", text.len());
            for forbidden in ["<script", "style=\"", "onclick", "javascript:", "<iframe"] {
                assert!(!text.contains(forbidden), "{forbidden} in {path}");
            }
            for loaded in text.split("src=\"").skip(1) {
                assert!(loaded.starts_with('/'), "{path} loads from elsewhere");
            }
            for link in text.split("<link ").skip(1) {
                let href = link.split("href=\"").nth(1).unwrap().split('"').next().unwrap();
                let ours = href.starts_with('/') || href.starts_with(app.url());
                assert!(ours, "{href} in {path}");
            }
            for key in
                ["publication-", "coalition-", "count-", "home-", "footer-", "nav-", "interest-", "history-"]
            {
                let untold = text.split('>').any(|part| part.trim_start().starts_with(key));
                assert!(!untold, "a message is missing in {path}: {key}");
            }
            assert_eq!(text.matches("<h1").count(), 1, "{path}");
            assert_eq!(text.matches("<main").count(), 1, "{path}");
            headings_in_order(text, &path);
        }
    }
}

/// No heading is more than one level below the one before.
fn headings_in_order(text: &str, path: &str) {
    let mut before = 0;
    for part in text.split("<h").skip(1) {
        let Some(level) = part.chars().next().and_then(|c| c.to_digit(10)) else {
            continue;
        };
        assert!(level <= before + 1, "h{level} follows h{before} in {path}");
        before = level;
    }
}

#[tokio::test]
async fn every_answer_says_what_it_may_load() {
    let app = TestApp::with(|config| config.federation.allow_http = false).await;
    let shown = Shown::on(&app).await;
    let answer = app.visit(&shown.proposal, &[]).await;
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with(
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self' https:;"
    ));
    assert!(!policy.contains("unsafe") && !policy.contains("http:"), "{policy}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("referrer-policy"), "same-origin");
    let vary: Vec<_> = answer.headers.get_all("vary").iter().filter_map(|one| one.to_str().ok()).collect();
    for header in ["Accept-Language", "Cookie", "Accept"] {
        let named = vary.iter().flat_map(|one| one.split(", ")).any(|one| one == header);
        assert!(named, "{header}");
    }
    let feed = app.visit("/feed.atom", &[]).await;
    assert_eq!(feed.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
}

#[tokio::test]
async fn the_language_is_chosen_remembered_and_offered() {
    let app = TestApp::new().await;
    let chosen = app.visit("/?lang=en", &[]).await;
    assert!(
        chosen.header("set-cookie").starts_with("lang=en; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly")
    );
    assert!(chosen.text.contains("href=\"/?lang=fr\""));
    let remembered = app.visit("/", &[("cookie", "lang=en")]).await;
    assert!(remembered.text.contains("<html lang=\"en\">"));
    assert_eq!(remembered.header("set-cookie"), "");
    let browser = app.visit("/", &[("accept-language", "en-GB,en;q=0.9")]).await;
    assert!(browser.text.contains("<html lang=\"en\">"));
    let node = app.visit("/", &[("accept-language", "de")]).await;
    assert!(node.text.contains("<html lang=\"fr\">"));
}

#[tokio::test]
async fn what_is_not_there_is_told_in_the_visitors_language() {
    let app = TestApp::new().await;
    for path in [
        "/nothing",
        "/coalitions/nobody",
        "/organisations/nobody",
        "/publications/0190f0c0-0000-7000-8000-000000000000",
        "/publications/x.md",
        "/tags/none",
        "/assets/style-0.css",
    ] {
        let answer = app.visit(path, &[("accept-language", "en")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.text.contains("Page not found"), "{path}");
        assert!(answer.header("content-type").starts_with("text/html"));
        assert!(answer.text.contains("noindex"));
    }
    let french = app.visit("/nothing", &[]).await;
    assert!(french.text.contains("Page introuvable"));
}

#[tokio::test]
async fn a_method_that_a_page_does_not_know_is_refused() {
    let app = TestApp::new().await;
    let request = Request::put("/coalitions").body(Body::empty()).unwrap();
    let answer = app.answer(request).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(answer.header("allow").contains("GET"));
    assert!(answer.text.contains("<h1>"));
}

#[tokio::test]
async fn the_style_sheet_is_kept_for_a_year_and_small() {
    let app = TestApp::new().await;
    let home = app.visit("/", &[]).await;
    let href = home.text.split("<link rel=\"stylesheet\" href=\"").nth(1).unwrap();
    let href = href.split('"').next().unwrap();
    let style = app.visit(href, &[]).await;
    assert_eq!(style.status, StatusCode::OK);
    assert_eq!(style.header("cache-control"), "public, max-age=31536000, immutable");
    assert!(style.text.len() < 20_000);
    assert!(!style.text.contains("url("));
    let packed = app.visit(href, &[("accept-encoding", "gzip")]).await;
    assert_eq!(packed.header("content-encoding"), "gzip");
}
