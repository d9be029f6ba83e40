//! What each page says.

use axum::http::StatusCode;
use diesel::prelude::*;
use reset_node::db::schema::{publications, remote_actors, replies};
use reset_node::model::publication;

use super::Shown;
use crate::support::TestApp;

#[tokio::test]
async fn the_directory_and_the_coalition_tell_what_is_known() {
    let app = TestApp::new().await;
    let shown = Shown::on(&app).await;
    let list = app.visit("/coalitions", &[]).await.text;
    assert!(list.contains("href=\"/coalitions/communs\"") && list.contains("Coalition communs"));
    assert!(list.contains("Des communs &#60;durables&#62; &#38; partagés."));
    let page = app.visit("/coalitions/communs", &[]).await.text;
    for told in [
        "Coalition n°\u{a0}8.a",
        "lancée",
        "équitable",
        "innovant",
        "acteurs recherchés",
        "Un récit en <em>Markdown</em>.",
        "Chacun refait ce qui existe.",
        "Commande publique",
        "Framasoft",
        "porteur",
        "href=\"/organisations/communs_org\"",
        "Bretagne",
        "4\u{a0}publications",
    ] {
        let told = told.replace('\u{a0}', " ");
        assert!(page.replace('\u{a0}', " ").contains(&told), "{told}");
    }
    let handle = format!("@communs@{}", app.urls.domain());
    assert!(page.contains(&format!("<code>{handle}</code>")));
    assert!(page.contains(&format!("<meta name=\"fediverse:creator\" content=\"{handle}\">")));
    let alternate = format!("type=\"application/activity+json\" href=\"{}\"", shown.coalition.url);
    assert!(page.contains(&alternate));
}

#[tokio::test]
async fn a_list_is_narrowed_to_one_kind() {
    let app = TestApp::new().await;
    let shown = Shown::on(&app).await;
    for path in ["/publications?kind=roadmap", "/coalitions/communs?kind=roadmap"] {
        let page = app.visit(path, &[]).await.text;
        assert!(page.contains(&shown.roadmap), "{path}");
        assert!(!page.contains(&shown.proposal), "{path}");
    }
}

#[tokio::test]
async fn a_publication_tells_its_state_its_facts_and_its_links() {
    let app = TestApp::new().await;
    let shown = Shown::on(&app).await;
    let cases: [(&str, &[&str]); 4] = [
        (
            &shown.proposal,
            &[
                "Proposition, en tour de consentement jusqu’au 12 février 2027, 18 h (Paris).",
                "Quorum (organisations)",
                "Un texte en <em>Markdown</em>.",
                "CC BY-SA 4.0",
                "href=\"/tags/communs\"",
                "og:description",
            ],
        ),
        (
            &shown.minutes,
            &[
                "Reset Day n° 6",
                "1\u{202f}234",
                "Adoptée en version bêta.",
                "septembre 2026",
                "<a href=\"/organisations/communs_org\">Organisation communs_org</a>",
                "Framasoft",
                "Et après ?",
            ],
        ),
        (
            &shown.roadmap,
            &["Cadrage", "de janvier 2027 à mars 2027", "<progress max=\"100\" value=\"40\"", "en cours"],
        ),
        (
            &shown.decision,
            &["prise le 7 juillet 2026 par consentement", "à réexaminer en juillet 2027", &shown.minutes],
        ),
    ];
    for (path, told) in cases {
        let page = app.visit(path, &[]).await.text.replace('\u{a0}', " ");
        for told in told {
            assert!(page.contains(told), "{told} in {path}");
        }
        assert!(!page.contains("visio.example"), "{path}");
    }
}

#[tokio::test]
async fn a_reply_is_shown_with_its_author_and_a_hidden_one_is_not() {
    let app = TestApp::new().await;
    let shown = Shown::on(&app).await;
    let id = shown.proposal.rsplit('/').next().unwrap().to_owned();
    let now = app.now().naive_utc();
    app.write(move |conn| {
        let row = (
            remote_actors::url.eq("https://social.example/users/ana"),
            remote_actors::kind.eq("Person"),
            remote_actors::username.eq("ana"),
            remote_actors::host.eq("social.example"),
            remote_actors::domain.eq("social.example"),
            remote_actors::name.eq("Ana <b>"),
            remote_actors::inbox.eq("https://social.example/inbox"),
            remote_actors::document.eq("{}"),
            remote_actors::fetched_at.eq(now),
        );
        diesel::insert_into(remote_actors::table).values(row).execute(conn)?;
        let remote: i64 = remote_actors::table.select(remote_actors::id).first(conn)?;
        for (name, hidden) in [("seen", None), ("hidden", Some(now))] {
            let row = (
                replies::url.eq(format!("https://social.example/{name}")),
                replies::publication_id.eq(&id),
                replies::in_reply_to.eq("x"),
                replies::remote_id.eq(remote),
                replies::html.eq(format!("<p>I was {name}.</p>")),
                replies::language.eq("en"),
                replies::published_at.eq(now),
                replies::received_at.eq(now),
                replies::hidden_at.eq(hidden),
                replies::document.eq("{}"),
            );
            diesel::insert_into(replies::table).values(row).execute(conn)?;
        }
        diesel::update(publications::table.find(&id))
            .set((publications::replies.eq(1), publications::likes.eq(2), publications::shares.eq(1)))
            .execute(conn)
    })
    .await;
    let page = app.visit(&shown.proposal, &[]).await.text;
    assert!(page.contains("<p>I was seen.</p>") && !page.contains("I was hidden"));
    assert!(page.contains("Ana &#60;b&#62;") && page.contains("@ana@social.example"));
    assert!(
        page.contains("href=\"https://social.example/seen\"")
            && page.contains("<div class=\"text\" lang=\"en\">")
    );
    for told in ["1 réponse", "2 mentions", "1 partage"] {
        assert!(page.contains(told), "{told}");
    }
}

#[tokio::test]
async fn a_withdrawn_publication_leaves_its_date_and_reason_and_nothing_else() {
    let app = TestApp::at("2026-11-22T12:00:00Z".parse().unwrap()).await;
    let shown = Shown::on(&app).await;
    let id = shown.proposal.rsplit('/').next().unwrap().to_owned();
    let now = app.now().naive_utc();
    app.write(move |conn| publication::withdraw(conn, &id, "Déposée deux fois.", now)).await;
    let page = app.visit(&shown.proposal, &[]).await;
    assert_eq!(page.status, StatusCode::GONE);
    let text = page.text.replace('\u{a0}', " ");
    assert!(text.contains("retirée le 22 novembre 2026") && text.contains("Déposée deux fois."));
    assert!(!text.contains("Titre de vitrine") && !text.contains("Markdown"));
    for form in [".md", ".json"] {
        let form = app.visit(&format!("{}{form}", shown.proposal), &[]).await;
        assert_eq!((form.status, form.text.as_str()), (StatusCode::GONE, ""));
    }
    let home = app.visit("/", &[]).await.text;
    assert!(!home.contains("Titre de vitrine"));
    let revisions = app.visit(&format!("{}/revisions", shown.proposal), &[]).await;
    assert_eq!(revisions.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_draft_has_no_page() {
    let app = TestApp::new().await;
    let shown = Shown::on(&app).await;
    let id = shown.proposal.rsplit('/').next().unwrap().to_owned();
    app.write(move |conn| {
        diesel::update(publications::table.find(id))
            .set(publications::published_at.eq(None::<chrono::NaiveDateTime>))
            .execute(conn)
    })
    .await;
    assert_eq!(app.visit(&shown.proposal, &[]).await.status, StatusCode::NOT_FOUND);
    assert!(!app.visit("/publications", &[]).await.text.contains(&shown.proposal));
}

#[tokio::test]
async fn a_revision_shows_what_changed() {
    let app = TestApp::new().await;
    let shown = Shown::on(&app).await;
    let id = shown.proposal.rsplit('/').next().unwrap().to_owned();
    let now = app.now().naive_utc();
    app.write(move |conn| {
        let mut found = publication::find(conn, &id)?.unwrap();
        found.row.body = "Un autre texte.".into();
        found.row.revision = 2;
        found.row.updated_at = now;
        let content = found.content();
        publication::revise(conn, &found.row, &[], &content, Some("Une coquille."))
    })
    .await;
    let page = app.visit(&format!("{}/revisions", shown.proposal), &[]).await.text;
    assert!(page.contains("Une coquille."));
    assert!(page.contains("Un autre texte.</ins>") && page.contains("Un texte en *Markdown*.</del>"));
    assert!(app.visit(&shown.proposal, &[]).await.text.contains("2 versions"));
}

#[tokio::test]
async fn a_person_is_shown_by_name_and_never_by_address() {
    let app = TestApp::new().await;
    Shown::on(&app).await;
    let page = app.visit("/people/ana", &[]).await.text;
    assert!(page.contains("Ana Ar Goff") && page.contains(&format!("@ana@{}", app.urls.domain())));
    assert!(!page.contains("mail.example"));
}
