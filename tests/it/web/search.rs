//! Search: what is found, what is no more, and what no question can do.

use axum::http::StatusCode;
use diesel::connection::SimpleConnection;
use reset_node::domain::publication::{Details, Meeting};
use reset_node::domain::search::Question;
use reset_node::model::search::{self, Filter};
use reset_node::model::{note, publication};

use super::Shown;
use crate::support::TestApp;

impl TestApp {
    /// Kinds and titles of what a question finds, in order.
    async fn found(&self, asked: &str) -> Vec<(String, String)> {
        let question = Question::parse(asked);
        let (hits, total) =
            self.read(move |conn| search::find(conn, &question, &Filter::default(), (0, 50))).await;
        assert_eq!(usize::try_from(total).unwrap(), hits.len());
        hits.into_iter().map(|hit| (hit.kind, hit.title)).collect()
    }
}

#[tokio::test]
async fn everything_public_is_found_without_case_and_accents() {
    let app = TestApp::new().await;
    Shown::on(&app).await;
    let cases = [
        ("DÉCISION charte", "", ""),
        ("refait existe", "coalition", "Coalition communs"),
        ("framasoft", "coalition", "Coalition communs"),
        ("communs_org", "organisation", "Organisation communs_org"),
        ("cadrage", "roadmap", "Titre de feuille"),
        ("adoptee beta", "minutes", "Titre de reset-day-6"),
        ("\"titre de vitrine\"", "proposal", "Titre de vitrine"),
        ("vitr", "proposal", "Titre de vitrine"),
    ];
    for (asked, kind, title) in cases {
        let found = app.found(asked).await;
        if title.is_empty() {
            assert!(found.is_empty(), "{asked}: {found:?}");
        } else {
            let wanted = (kind.to_owned(), title.to_owned());
            assert!(found.contains(&wanted), "{asked}: {found:?}");
        }
    }
    assert!(app.found("\"vitrine de titre\"").await.is_empty());
    assert!(app.found("\"titre vitr\"").await.is_empty(), "a phrase is whole");
    assert!(app.found("visio").await.is_empty(), "where to join is nobody's business");
    let titled = app.found("charte").await;
    assert_eq!(titled.first().map(|hit| hit.1.as_str()), Some("Titre de charte"), "titles weigh most");
}

#[tokio::test]
async fn what_is_revised_withdrawn_or_deleted_is_no_longer_found_as_it_was() {
    let app = TestApp::new().await;
    let shown = Shown::on(&app).await;
    let id = shown.proposal.rsplit('/').next().unwrap().to_owned();
    let (one, two) = (id.clone(), id.clone());
    let coalition = shown.coalition.id;
    let now = app.now().naive_utc();
    app.write(move |conn| {
        let found = publication::find(conn, &one)?.unwrap();
        let row = publication::Row { title: "Une roseraie".into(), revision: 2, ..found.row.clone() };
        publication::revise(conn, &row, &[], &found.content(), None)
    })
    .await;
    assert!(app.found("vitrine").await.is_empty());
    assert_eq!(app.found("roseraie").await.len(), 1);
    let said = app.new_id();
    let comment = said.clone();
    app.write(move |conn| {
        let row = note::Row {
            id: comment,
            actor_id: coalition,
            coalition_id: coalition,
            publication_id: Some(two),
            kind: reset_node::domain::note::Kind::Comment,
            parent_note: None,
            parent_url: None,
            parent_author: None,
            markdown: "Un mot hapaxique".into(),
            html: "<p>Un mot hapaxique</p>".into(),
            language: "fr".into(),
            mentions: "[]".into(),
            likes: 0,
            shares: 0,
            published_at: now,
            updated_at: None,
            deleted_at: None,
        };
        note::insert(conn, &row, &["jardin".to_owned()])
    })
    .await;
    assert_eq!(app.found("hapaxique").await, [("note".to_owned(), "Coalition communs".to_owned())]);
    assert_eq!(app.found("jardin").await.len(), 1);
    app.write(move |conn| {
        let row = note::find(conn, &said)?.unwrap().row;
        note::delete(conn, &row, now)?;
        publication::withdraw(conn, &id, "retirée", now)
    })
    .await;
    assert!(app.found("hapaxique").await.is_empty() && app.found("roseraie").await.is_empty());
    for gone in ["hapaxique", "roseraie"] {
        let left = app.holding(gone).await;
        assert!(!left.iter().any(|table| table.starts_with("search")), "{gone} is left in {left:?}");
    }
}

#[tokio::test]
async fn an_index_that_was_lost_is_made_again() {
    let app = TestApp::new().await;
    Shown::on(&app).await;
    let before = app.found("communs").await;
    assert!(before.len() > 4);
    app.write(|conn| {
        if !conn.is_postgres() {
            conn.batch_execute("DELETE FROM search_index")?;
        }
        conn.batch_execute("DELETE FROM search_documents; DELETE FROM publication_dates")
    })
    .await;
    assert!(app.found("communs").await.is_empty());
    assert!(reset_node::actions::node::settle_search(&app).await.unwrap());
    let mut after = app.found("communs").await;
    let mut same = before;
    after.sort();
    same.sort();
    assert_eq!(after, same);
    assert!(!reset_node::actions::node::settle_search(&app).await.unwrap(), "once is enough");
}

#[tokio::test]
async fn no_question_is_an_error_or_costly() {
    let app = TestApp::new().await;
    Shown::on(&app).await;
    let long = "communs ".repeat(1300);
    let hostile = [
        "\"",
        "\"\"\"",
        "communs\"",
        "NEAR(communs)",
        "title:communs",
        "communs*",
        "-communs",
        "^communs",
        "a:b | c & !d",
        "'communs'",
        "communs' OR 1=1 --",
        "{communs}",
        "(((",
        "AND OR NOT",
        "<->",
        "\\",
        "%",
        "\u{0}communs",
        "\u{202e}x",
        "é́́́",
        "𝕮𝖔𝖒𝖒𝖚𝖓𝖘",
        &long,
    ];
    for asked in hostile {
        app.found(asked).await;
    }
    let text: String = url::form_urlencoded::byte_serialize(long.as_bytes()).collect();
    for path in [
        format!("/search?q={text}"),
        "/search?q=%FF%FE&kind=x&coalition=%27&page=-1".into(),
        "/search".into(),
    ] {
        assert_eq!(app.visit(&path, &[]).await.status, StatusCode::OK, "{path}");
    }
    assert_eq!(app.found("𝕮𝖔𝖒𝖒𝖚𝖓𝖘").await.len(), app.found("communs").await.len());
}

#[tokio::test]
async fn the_page_marks_what_was_asked_and_escapes_the_rest() {
    let app = TestApp::new().await;
    let shown = Shown::on(&app).await;
    let place =
        Details::Meeting(Meeting { place: Some("<b>Rennes</b> & \"Brest\"".into()), ..Meeting::default() });
    app.publication(&shown.coalition, "rencontre", place).await;
    let page = app.visit("/search?q=rennes", &[]).await.text;
    assert!(page.contains("&#60;b&#62;<mark>Rennes</mark>&#60;/b&#62; &#38; &#34;Brest&#34;"), "{page}");
    assert!(page.contains("name=\"robots\" content=\"noindex\""));
    let page = app.visit("/search?q=communs&kind=decision", &[]).await.text;
    assert!(page.contains(&shown.decision) && !page.contains(&format!("{}\"", shown.proposal)));
    let other = app.visit("/search?q=%3Cscript%3E&lang=en", &[]).await.text;
    assert!(!other.contains("<script") && other.contains("Nothing public has these words"));
    let within = app.visit("/search?q=communs&coalition=communs", &[]).await.text;
    assert!(!within.contains("href=\"/organisations/communs_org\""), "organisations are in no coalition");
    assert!(within.len() < 50_000);
}
