//! Random lives of minutes, through the acts and the database: what was adopted is in the register once.

use std::time::Duration;

use proptest::prelude::*;
use reset_node::actions::minutes::correct;
use reset_node::actions::publication::withdraw;
use reset_node::domain::act::Act;
use reset_node::domain::publication::{Details, Kind, Outcome};
use reset_node::domain::state::State;
use reset_node::model;

use super::minutes::{actions, decisions, does, with_members};
use super::{say, stored, written};
use crate::support::TestApp;

/// Lives of one run: more with `RESET_WALKS`.
fn lives() -> u32 {
    std::env::var("RESET_WALKS").ok().and_then(|text| text.parse().ok()).unwrap_or(8)
}

#[derive(Clone, Debug)]
enum Deed {
    Publish { slug: usize, points: Vec<usize>, state: Option<State> },
    Correct { slug: usize, points: Vec<usize> },
    Act { slug: usize, what: Act, by: usize },
    Withdraw { slug: usize },
}

const BY: [&str; 4] = ["un", "deux", "trois", "atelier"];

fn deed() -> impl Strategy<Value = Deed> {
    let slug = 0_usize..2;
    let points = proptest::collection::vec(0_usize..6, 0..5);
    let state = proptest::option::weighted(0.5, proptest::sample::select(State::ALL));
    let acts = proptest::sample::select(&[Act::Submitted, Act::Approved, Act::Approved, Act::Adopted][..]);
    prop_oneof![
        4 => (slug.clone(), points.clone(), state).prop_map(|(slug, points, state)| Deed::Publish { slug, points, state }),
        2 => (slug.clone(), points).prop_map(|(slug, points)| Deed::Correct { slug, points }),
        8 => (slug.clone(), acts, 0_usize..4).prop_map(|(slug, what, by)| Deed::Act { slug, what, by }),
        1 => slug.prop_map(|slug| Deed::Withdraw { slug }),
    ]
}

/// Points with these titles: two in three decide or ask for something.
fn file(points: &[usize]) -> String {
    let mut text = "organisations = [\"un\", \"deux\", \"trois\"]\n".to_owned();
    for (place, title) in points.iter().enumerate() {
        let outcome = Outcome::ALL[title % 3];
        text.push_str(&format!(
            "[[points]]\ntitle = \"Point {title}\"\noutcome = \"{outcome}\"\ntext = \"{place}\"\n"
        ));
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: lives(), ..ProptestConfig::default() })]

    #[test]
    fn no_life_of_minutes_enters_a_decision_twice(deeds in proptest::collection::vec(deed(), 1..25)) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let app = with_members().await;
            let mut ids: [Option<String>; 2] = [None, None];
            for deed in deeds {
                app.advance(Duration::from_secs(1));
                live(&app, &mut ids, deed).await;
                look(&app, &ids).await;
            }
        });
    }
}

async fn live(app: &TestApp, ids: &mut [Option<String>; 2], deed: Deed) {
    match deed {
        Deed::Publish { slug, points, state } => {
            let state = match state {
                Some(State::Withdrawn) | None => String::new(),
                Some(state) => format!("state = \"{state}\"\nreason = \"Une raison\"\n"),
            };
            let more = format!("{state}{}", file(&points));
            if let Ok((id, _)) = say(app, written(Kind::Minutes, &format!("cr-{slug}"), &more, "Texte")).await
            {
                ids[slug] = Some(id);
            }
        }
        Deed::Correct { slug, points } => {
            let manuscript = written(Kind::Minutes, &format!("cr-{slug}"), &file(&points), "Corrigé");
            let _ = correct(app, manuscript, "un".to_owned(), "Une raison".to_owned()).await;
        }
        Deed::Act { slug, what, by } => {
            if let Some(id) = &ids[slug] {
                let _ = does(app, what, id, BY[by], Some("Une raison")).await;
            }
        }
        Deed::Withdraw { slug } => {
            if let Some(id) = &ids[slug] {
                let _ = withdraw(app, id.clone(), "Une raison".to_owned()).await;
            }
        }
    }
}

async fn look(app: &TestApp, ids: &[Option<String>; 2]) {
    let (mut decided, mut asked) = (Vec::new(), Vec::new());
    for url in ids.iter().flatten() {
        let minutes = stored(app, url).await;
        let id = minutes.row.id.clone();
        let effects = app.read(move |conn| model::minutes::effects(conn, &id)).await;
        let Details::Minutes(meeting) = &minutes.details else { panic!("minutes") };
        let made = meeting.points.iter().filter(|point| point.outcome != Outcome::Information).count();
        assert!(minutes.row.state != State::Adopted || effects.len() >= made, "every point has its effect");
        decided.extend(effects.iter().filter_map(|effect| effect.decision_id.clone()));
        asked.extend(effects.iter().filter_map(|effect| effect.action_id.clone()));
    }
    let (mut register, mut items) =
        (decisions(app).await, actions(app).await.into_iter().map(|one| one.id).collect::<Vec<_>>());
    for list in [&mut decided, &mut asked, &mut register, &mut items] {
        list.sort();
    }
    assert_eq!((decided, asked), (register, items), "each effect is there, and nothing else");
}
