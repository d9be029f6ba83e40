//! Publishing, revising, withdrawing.

use std::time::Duration;

use reset_node::actions::publication::{Outcome, Travel, preview, publish, withdraw};
use reset_node::domain::publication::{Details, Kind};
use reset_node::domain::state::State;
use reset_node::text::html;
use serde_json::Value;

use super::{deliveries, follower_of, kinds, make_coalition, node, said, say, stored, written};

#[tokio::test]
async fn publishing_tells_followers_once_and_an_unchanged_text_tells_nobody() {
    let app = node().await;
    follower_of(&app, "communs").await;
    let roadmap =
        || written(Kind::Roadmap, "cap", "[[milestones]]\ntitle = \"Un\"\ndue = \"2027-05\"", "Le texte.");
    let (id, outcome) = say(&app, roadmap()).await.unwrap();
    assert_eq!(outcome, Outcome::Published);
    app.advance(Duration::from_secs(60));
    assert_eq!(say(&app, roadmap()).await.unwrap(), (id.clone(), Outcome::Unchanged));
    assert_eq!(kinds(&app, "communs").await, ["Create"]);
    assert_eq!(deliveries(&app).await, 1);
    let publication = stored(&app, &id).await;
    assert_eq!(publication.row.revision, 1);
    assert_eq!(publication.row.html, "<p>Le texte.</p>");
    let authors: Vec<_> = publication.authors.iter().map(|author| author.handle.as_str()).collect();
    assert_eq!(authors, ["atelier"], "the steward wrote it where nobody is named");
}

#[tokio::test]
async fn the_stored_create_embeds_the_publication_and_is_addressed_to_all() {
    let app = node().await;
    let (id, _) = say(&app, written(Kind::Minutes, "cr", "date = 2026-01-02", "Texte")).await.unwrap();
    let create = said(&app, "communs").await.pop().unwrap();
    let document: Value = serde_json::from_str(&create.document).unwrap();
    let at = |path: &str| document.pointer(path).and_then(Value::as_str).unwrap().to_owned();
    assert_eq!(at("/type"), "Create");
    assert_eq!(at("/id"), app.urls.activity(&create.id));
    assert_eq!(at("/actor"), app.urls.coalition("communs"));
    assert_eq!(at("/to/0"), "https://www.w3.org/ns/activitystreams#Public");
    assert_eq!(at("/object/id"), id);
    assert_eq!(at("/object/type"), "Article");
    assert!(document.pointer("/object/updated").is_none());
}

#[tokio::test]
async fn an_article_says_what_each_peer_reads_of_it() {
    let app = node().await;
    let text = "# Titre <1>\n\nTexte **gras**.\n\n| a |\n|---|\n\n![carte](/m.png)";
    for kind in [Kind::Proposal, Kind::Minutes, Kind::Roadmap, Kind::Decision] {
        let more = if kind == Kind::Decision {
            "method = \"consent\"\ndate = 2026-01-02"
        } else {
            "date = 2026-01-02"
        };
        let more = if kind == Kind::Minutes || kind == Kind::Decision { more } else { "" };
        let (id, _) = say(&app, written(kind, kind.as_str(), more, text)).await.unwrap();
        let create = said(&app, "communs").await.pop().unwrap();
        let object = serde_json::from_str::<Value>(&create.document).unwrap()["object"].clone();
        let of = |key: &str| object[key].as_str().unwrap_or_else(|| panic!("{kind:?}: {key}")).to_owned();
        assert_eq!((of("id"), of("url"), of("type")), (id.clone(), id.clone(), "Article".to_owned()));
        assert_eq!(object["@context"][0], "https://www.w3.org/ns/activitystreams");
        let begin = format!("<h2>{}</h2>", html::escape(&of("name")));
        assert!(of("content").starts_with(&begin), "GoToSocial loses the name: {}", of("content"));
        assert_eq!(object["contentMap"]["fr"], object["content"]);
        assert_eq!(
            (&object["source"]["content"], &object["preview"]["type"]),
            (&text.into(), &"Note".into())
        );
        let summary = of("summary");
        assert!(summary.chars().count() <= 500 && !summary.contains(&of("name")), "{summary}");
        for counter in ["replies", "likes", "shares"] {
            assert_eq!(of(counter), format!("{id}/{counter}"), "a bare address, so that it breaks no proof");
        }
        for tag in of("content").split('<').skip(1) {
            let name = tag.trim_start_matches('/').split([' ', '>']).next().unwrap();
            let kept = "p br span a del pre blockquote code strong em b i u ul ol li h2 h3 h4";
            assert!(kept.split(' ').any(|known| known == name), "{name} in {}", of("content"));
        }
    }
}

#[tokio::test]
async fn the_moment_of_publication_never_changes() {
    let app = node().await;
    let read = async || -> Value {
        let last = said(&app, "communs").await.pop().unwrap();
        serde_json::from_str::<Value>(&last.document).unwrap()["object"].clone()
    };
    say(&app, written(Kind::Proposal, "p", "", "Un.")).await.unwrap();
    let first = read().await;
    for text in ["Deux.", "Trois."] {
        app.advance(Duration::from_secs(3600));
        say(&app, written(Kind::Proposal, "p", "", text)).await.unwrap();
        let now = read().await;
        assert_eq!(now["published"], first["published"]);
        assert!(now["updated"].as_str() > now["published"].as_str(), "GoToSocial refuses it otherwise");
    }
}

#[tokio::test]
async fn a_changed_text_is_a_revision_and_an_update_with_a_newer_moment() {
    let app = node().await;
    let (id, _) = say(&app, written(Kind::Roadmap, "cap", "", "Un.")).await.unwrap();
    let published = stored(&app, &id).await.row.published_at;
    // Three times within one second: each still has a moment of its own.
    for text in ["Deux.", "Trois.", "Quatre."] {
        let done = say(&app, written(Kind::Roadmap, "cap", "", text)).await.unwrap();
        assert_eq!(done, (id.clone(), Outcome::Revised));
    }
    let row = stored(&app, &id).await.row;
    assert_eq!((row.revision, row.published_at), (4, published));
    let mut moments = Vec::new();
    for activity in said(&app, "communs").await.into_iter().skip(1) {
        assert_eq!(activity.kind, "Update");
        let document: Value = serde_json::from_str(&activity.document).unwrap();
        moments.push(document.pointer("/object/updated").unwrap().as_str().unwrap().to_owned());
    }
    let mut sorted = moments.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(moments, sorted);
}

#[tokio::test]
async fn a_draft_leaves_no_trace_until_it_is_published() {
    let app = node().await;
    follower_of(&app, "communs").await;
    let draft = |text: &str| written(Kind::Proposal, "idee", "state = \"draft\"", text);
    let (id, outcome) = say(&app, draft("Un.")).await.unwrap();
    assert_eq!(outcome, Outcome::Drafted);
    assert_eq!(say(&app, draft("Deux.")).await.unwrap(), (id.clone(), Outcome::Drafted));
    let publication = stored(&app, &id).await;
    assert!(!publication.is_public());
    let uuid = publication.row.id.clone();
    let revisions = app.read(move |conn| reset_node::model::revision::latest(conn, &uuid, 0, 50)).await;
    assert!(revisions.is_empty());
    assert_eq!(deliveries(&app).await, 0);
    app.advance(Duration::from_secs(3600));
    let opened = written(Kind::Proposal, "idee", "state = \"open\"", "Deux.");
    assert_eq!(say(&app, opened).await.unwrap(), (id.clone(), Outcome::Published));
    let row = stored(&app, &id).await.row;
    assert_eq!((row.revision, row.published_at), (1, Some(app.now().naive_utc())));
    assert_eq!(kinds(&app, "communs").await, ["Create"]);
}

#[tokio::test]
async fn a_round_opens_when_it_is_published_and_stays_so() {
    let app = node().await;
    let proposal = || written(Kind::Proposal, "p", "closes = 2099-01-01T18:00:00+01:00", "Un.");
    let (id, _) = say(&app, proposal()).await.unwrap();
    let opens = async || match stored(&app, &id).await.details {
        Details::Proposal(proposal) => proposal.opens.unwrap(),
        _ => unreachable!("it is a proposal"),
    };
    let first = opens().await;
    app.advance(Duration::from_secs(7200));
    assert_eq!(say(&app, proposal()).await.unwrap().1, Outcome::Unchanged);
    assert_eq!(opens().await, first);
}

#[tokio::test]
async fn a_quiet_publication_is_shown_and_listed_but_not_delivered() {
    let app = node().await;
    follower_of(&app, "communs").await;
    let old = written(Kind::Minutes, "archive", "date = 2019-05-06", "Vieux.");
    let done = publish(&app, vec![old], Travel::Quiet).await.unwrap();
    assert_eq!(done.first().unwrap().outcome, Outcome::Published);
    assert_eq!(kinds(&app, "communs").await, ["Create"]);
    assert_eq!(deliveries(&app).await, 0);
}

#[tokio::test]
async fn the_same_id_is_a_revision_also_under_another_slug() {
    let app = node().await;
    let (id, _) = say(&app, written(Kind::Roadmap, "cap", "", "Un.")).await.unwrap();
    let more = format!("id = \"{id}\"\nslug = \"cap-2\"");
    let done = say(&app, written(Kind::Roadmap, "x", &more, "Deux.")).await.unwrap();
    assert_eq!(done, (id.clone(), Outcome::Revised));
    assert_eq!(stored(&app, &id).await.row.slug, "cap-2");
    say(&app, written(Kind::Roadmap, "autre", "", "Un.")).await.unwrap();
    let more = format!("id = \"{id}\"\nslug = \"autre\"");
    let refused = say(&app, written(Kind::Roadmap, "x", &more, "Trois.")).await.unwrap_err();
    assert!(refused.contains("`autre` is another publication's"), "{refused}");
}

#[tokio::test]
async fn an_id_of_another_node_is_kept_as_provenance_and_found_again() {
    let app = node().await;
    let former = "id = \"https://ancien.example/publications/1\"";
    let (id, _) = say(&app, written(Kind::Roadmap, "cap", former, "Un.")).await.unwrap();
    assert!(!id.contains("ancien"));
    let done = say(&app, written(Kind::Roadmap, "autre-nom", former, "Deux.")).await.unwrap();
    assert_eq!(done, (id, Outcome::Revised));
}

#[tokio::test]
async fn a_withdrawal_leaves_a_tombstone_and_travels_once() {
    let app = node().await;
    let (id, _) = say(&app, written(Kind::Minutes, "cr", "date = 2026-01-02", "Texte")).await.unwrap();
    let empty = withdraw(&app, id.clone(), " ".to_owned()).await.unwrap_err();
    assert!(empty.to_string().contains("the reason is empty"));
    for _ in 0..2 {
        app.advance(Duration::from_millis(1));
        assert_eq!(withdraw(&app, id.clone(), "Une erreur".to_owned()).await.unwrap(), id);
    }
    assert_eq!(kinds(&app, "communs").await, ["Create", "Delete"]);
    let row = stored(&app, &id).await.row;
    assert_eq!((row.state, row.withdrawn_reason.as_deref()), (State::Withdrawn, Some("Une erreur")));
    let again = say(&app, written(Kind::Minutes, "cr", "date = 2026-01-02", "Autre")).await.unwrap_err();
    assert!(again.contains("was withdrawn"), "{again}");
    let unknown = withdraw(&app, "nichts".to_owned(), "x".to_owned()).await.unwrap_err();
    assert!(unknown.to_string().contains("there is no publication `nichts`"));
}

#[tokio::test]
async fn a_withdrawn_draft_travels_to_nobody() {
    let app = node().await;
    let (id, _) = say(&app, written(Kind::Roadmap, "cap", "state = \"draft\"", "Un.")).await.unwrap();
    withdraw(&app, id, "Sans suite".to_owned()).await.unwrap();
    assert!(kinds(&app, "communs").await.is_empty());
}

#[tokio::test]
async fn a_forbidden_transition_is_an_error_that_names_the_state() {
    let app = node().await;
    say(&app, written(Kind::Minutes, "cr", "state = \"adopted\"", "Texte")).await.unwrap();
    let refused =
        say(&app, written(Kind::Minutes, "cr", "state = \"submitted\"", "Texte")).await.unwrap_err();
    assert_eq!(
        refused,
        "a minutes that is `adopted` cannot become `submitted`: it can become corrected, withdrawn"
    );
    let never = say(&app, written(Kind::Roadmap, "cap", "state = \"open\"", "Texte")).await.unwrap_err();
    assert!(never.contains("a roadmap is never `open`"), "{never}");
}

#[tokio::test]
async fn kind_and_coalition_of_a_publication_never_change() {
    let app = node().await;
    make_coalition(&app, "autres").await;
    let (id, _) = say(&app, written(Kind::Roadmap, "cap", "", "Un.")).await.unwrap();
    let kind = say(&app, written(Kind::Decision, "cap", "", "Un.")).await.unwrap_err();
    assert!(kind.contains("`cap` is a roadmap"), "{kind}");
    let mut moved = written(Kind::Roadmap, "cap", &format!("id = \"{id}\""), "Un.");
    moved.coalition = "autres".to_owned();
    let moved = say(&app, moved).await.unwrap_err();
    assert!(moved.contains("belongs to the coalition `communs`"), "{moved}");
}

#[tokio::test]
async fn one_refused_file_publishes_none() {
    let app = node().await;
    let good = written(Kind::Roadmap, "cap", "", "Un.");
    let bad = written(Kind::Roadmap, "autre", "authors = [\"ateliers\"]", "Un.");
    let (index, error) = publish(&app, vec![good, bad], Travel::Deliver).await.unwrap_err();
    assert_eq!(index, Some(1));
    assert!(error.to_string().contains("did you mean `atelier`?"), "{error}");
    assert!(said(&app, "communs").await.is_empty());
    let mut nowhere = written(Kind::Roadmap, "cap", "", "Un.");
    nowhere.coalition = "comuns".to_owned();
    let refused = say(&app, nowhere).await.unwrap_err();
    assert!(refused.contains("there is no coalition `comuns`") && refused.contains("`communs`"), "{refused}");
}

#[tokio::test]
async fn a_preview_shows_what_would_travel_and_keeps_nothing() {
    let app = node().await;
    let decision = written(Kind::Decision, "d", "date = 2026-03-04", "Nous décidons.");
    let shown = preview(&app, vec![decision]).await.unwrap().pop().unwrap();
    assert_eq!(shown.outcome, Outcome::Published);
    assert!(shown.summary.starts_with("Décision") && shown.summary.contains("mars"), "{}", shown.summary);
    assert!(shown.content.starts_with("<h2>Titre de d</h2>"), "{}", shown.content);
    assert!(said(&app, "communs").await.is_empty());
    let (_, outcome) =
        say(&app, written(Kind::Decision, "d", "date = 2026-03-04", "Nous décidons.")).await.unwrap();
    assert_eq!(outcome, Outcome::Published, "the preview took no number and no slug");
}

#[tokio::test]
async fn what_would_be_too_large_to_travel_is_refused_with_its_size() {
    let app = node().await;
    // Markup grows: each of these bytes becomes several in HTML and in JSON.
    let text = "<\"&\n".repeat(49_000);
    let refused = say(&app, written(Kind::Roadmap, "cap", "", &text)).await.unwrap_err();
    assert!(refused.contains("peers take at most"), "{refused}");
    assert!(said(&app, "communs").await.is_empty());
}
