//! What led to what, read both ways: links are made of what was published, whatever came first, and change no state.

use diesel::prelude::*;
use reset_node::actions::minutes::correct;
use reset_node::actions::trace;
use reset_node::db::schema::{links, series, untraced};
use reset_node::domain::act::Act;
use reset_node::domain::link::Relation;
use reset_node::domain::publication::Kind;
use reset_node::model::link::{self, Link};

use super::minutes::{actions, decisions, does, with_members};
use super::{say, stored, written};
use crate::support::TestApp;

async fn path(app: &TestApp, url: &str) -> Vec<(String, String, Relation)> {
    let id = url.rsplit('/').next().unwrap().to_owned();
    let links: Vec<Link> = app.read(move |conn| link::path(conn, &id)).await;
    let mut told: Vec<_> = links.into_iter().map(|one| (one.cause_id, one.effect_id, one.relation)).collect();
    told.sort();
    told
}

fn bare(url: &str) -> String {
    url.rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_decision_knows_what_led_to_it_and_what_came_of_it_whatever_was_published_first() {
    let app = with_members().await;
    let steps = "[[milestones]]\ntitle = \"Essai\"\ndecision = \"charte\"\nproposal = \"idee\"\n\
                 [[milestones]]\ntitle = \"Autre\"\n";
    let (roadmap, _) = say(&app, written(Kind::Roadmap, "cap", steps, "Texte")).await.unwrap();
    assert_eq!(path(&app, &roadmap).await, [], "what it names is not there yet");
    let (decision, _) =
        say(&app, written(Kind::Decision, "charte", "source = \"cr\"", "Texte")).await.unwrap();
    let (proposal, _) = say(&app, written(Kind::Proposal, "idee", "", "Texte")).await.unwrap();
    let series = "series = \"Reset Day\"\nedition = 6\ndate = 2026-11-20\n";
    let (minutes, _) = say(&app, written(Kind::Minutes, "cr", series, "Texte")).await.unwrap();
    let (meeting, _) = say(&app, written(Kind::Meeting, "jour", series, "Texte")).await.unwrap();
    let (r, d, p, m, j) = (bare(&roadmap), bare(&decision), bare(&proposal), bare(&minutes), bare(&meeting));
    let mut whole = [
        (m.clone(), d.clone(), Relation::Source),
        (j, m, Relation::Meeting),
        (d, r.clone(), Relation::Decision),
    ];
    whole.sort();
    assert_eq!(path(&app, &decision).await, whole);
    assert_eq!(path(&app, &minutes).await, whole);
    assert_eq!(path(&app, &proposal).await, [(p, r, Relation::Proposal)], "no other cause of what it led to");
    assert_eq!(path(&app, &roadmap).await.len(), 4);
    for url in [&roadmap, &decision, &proposal, &minutes] {
        assert_eq!(stored(&app, url).await.row.revision, 1, "a link revises nothing");
    }
    let without = "[[milestones]]\ntitle = \"Essai\"\n[[milestones]]\ntitle = \"Autre\"\n";
    say(&app, written(Kind::Roadmap, "cap", without, "Texte")).await.unwrap();
    assert_eq!(path(&app, &roadmap).await, [], "a revision makes its links anew");
    assert_eq!(path(&app, &decision).await.len(), 2);
}

#[tokio::test]
async fn adopted_minutes_are_linked_with_what_they_made_and_stay_so() {
    let app = with_members().await;
    let points = "organisations = [\"un\"]\n[[points]]\ntitle = \"La charte\"\noutcome = \"decision\"\n\
                  [[points]]\ntitle = \"Écrire\"\noutcome = \"action\"\n";
    let (minutes, _) = say(&app, written(Kind::Minutes, "cr", points, "Texte")).await.unwrap();
    does(&app, Act::Approved, &minutes, "un", None).await.unwrap();
    let made = decisions(&app).await.into_iter().next().unwrap();
    let item = actions(&app).await.into_iter().next().unwrap().id;
    let links = path(&app, &minutes).await;
    let m = bare(&minutes);
    for wanted in [(m.clone(), item, Relation::Minutes), (m.clone(), made.clone(), Relation::Source)] {
        assert!(links.contains(&wanted), "{wanted:?} in {links:?}");
    }
    let again = written(Kind::Minutes, "cr", points, "Autre texte");
    correct(&app, again, "un".to_owned(), "Une faute".to_owned()).await.unwrap();
    assert_eq!(path(&app, &minutes).await, links);
    assert!(path(&app, &made).await.iter().all(|(cause, effect, _)| *cause == m && *effect == made));
}

#[tokio::test]
async fn what_was_published_before_there_were_links_is_taken_up_once() {
    let app = with_members().await;
    let (minutes, _) =
        say(&app, written(Kind::Minutes, "cr", "series = \"Reset Day\"", "Texte")).await.unwrap();
    let (decision, _) =
        say(&app, written(Kind::Decision, "charte", "source = \"cr\"", "Texte")).await.unwrap();
    let linked = path(&app, &decision).await;
    for id in [bare(&minutes), bare(&decision)] {
        app.write(move |conn| {
            diesel::delete(links::table).execute(conn)?;
            diesel::delete(series::table).execute(conn)?;
            diesel::insert_into(untraced::table).values(untraced::publication_id.eq(id)).execute(conn)
        })
        .await;
    }
    assert_eq!(path(&app, &decision).await, []);
    assert_eq!((trace::tend(&app).await.unwrap(), trace::tend(&app).await.unwrap()), (2, 0));
    assert_eq!(path(&app, &decision).await, linked);
    assert_eq!(app.read(|conn| series::table.count().get_result::<i64>(conn)).await, 1);
}
