//! Random walks over publish, revise and withdraw: whatever people do in whatever order, these stay true.

use std::collections::HashMap;
use std::time::Duration;

use proptest::prelude::*;
use reset_node::actions::publication::{Outcome, withdraw};
use reset_node::domain::publication::Kind;
use reset_node::domain::state::State;
use reset_node::model;
use reset_node::model::publication::Row;

use super::{node, said, say, stored, written};
use crate::support::TestApp;

/// Walks of one run: more with `RESET_WALKS`.
fn walks() -> u32 {
    std::env::var("RESET_WALKS").ok().and_then(|text| text.parse().ok()).unwrap_or(12)
}

#[derive(Clone, Debug)]
enum Step {
    Publish { slug: usize, kind: Kind, state: Option<State>, text: u8 },
    Withdraw { slug: usize },
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let state = proptest::option::weighted(0.6, proptest::sample::select(State::ALL));
    let publish = (0_usize..4, proptest::sample::select(Kind::ALL), state, 0_u8..3)
        .prop_map(|(slug, kind, state, text)| Step::Publish { slug, kind, state, text });
    prop_oneof![
        8 => publish,
        1 => (0_usize..4).prop_map(|slug| Step::Withdraw { slug }),
        1 => (0_u64..3).prop_map(Step::Wait),
    ]
}

/// What must stay as it is.
#[derive(Default)]
struct Memory {
    ids: HashMap<usize, String>,
    rows: HashMap<String, Row>,
    entries: Vec<String>,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: walks(), ..ProptestConfig::default() })]

    #[test]
    fn no_walk_breaks_what_must_stay_true(steps in proptest::collection::vec(step(), 1..30)) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let app = node().await;
            let mut memory = Memory::default();
            for step in steps {
                walk(&app, &mut memory, step).await;
                look(&app, &mut memory).await;
            }
            account(&app, &memory).await;
        });
    }
}

/// Two times in three a slug keeps its kind, so that revisions are not all refused.
async fn walk(app: &TestApp, memory: &mut Memory, step: Step) {
    match step {
        Step::Wait(seconds) => app.advance(Duration::from_secs(seconds)),
        Step::Withdraw { slug } => {
            if let Some(id) = memory.ids.get(&slug) {
                let _ = withdraw(app, id.clone(), "Une raison".to_owned()).await;
            }
        }
        Step::Publish { slug, kind, state, text } => {
            let state = match state {
                Some(State::Withdrawn) | None => String::new(),
                Some(state) => format!("state = \"{state}\""),
            };
            let kind = match memory.ids.get(&slug) {
                Some(id) if text > 0 => stored(app, id).await.row.kind,
                _ => kind,
            };
            let manuscript = written(kind, &format!("s-{slug}"), &state, &format!("Texte {text}"));
            let Ok((id, outcome)) = say(app, manuscript).await else {
                return;
            };
            if let Some(known) = memory.ids.get(&slug) {
                assert_eq!(known, &id, "a slug keeps its id");
                let before = memory.rows.get(&id).unwrap();
                assert_eq!(
                    outcome == Outcome::Published,
                    before.published_at.is_none() && stored(app, &id).await.is_public()
                );
            }
            memory.ids.insert(slug, id);
        }
    }
}

async fn look(app: &TestApp, memory: &mut Memory) {
    let mut rows = HashMap::new();
    for id in memory.ids.values() {
        let publication = stored(app, id).await;
        let row = publication.row.clone();
        if let Some(old) = memory.rows.get(id) {
            assert_eq!(row.kind, old.kind);
            assert!(
                old.published_at.is_none() || old.published_at == row.published_at,
                "published never changes"
            );
            assert!(row.revision >= old.revision && row.updated_at >= old.updated_at);
            if old.withdrawn_at.is_some() {
                assert_eq!(&row, old, "what was withdrawn stays as it is");
            }
        }
        assert_eq!(row.published_at.is_some(), row.revision > 0);
        assert!(row.kind != Kind::Decision || row.withdrawn_at.is_none());
        assert_eq!(
            publication.decision_number.is_some(),
            row.kind == Kind::Decision && row.published_at.is_some()
        );
        rows.insert(id.clone(), row);
    }
    memory.rows = rows;
    let register = app
        .read(|conn| {
            let actor = model::actor::by_handle(conn, "communs")?.unwrap();
            model::decision::register(conn, actor.id)
        })
        .await;
    let numbers: Vec<i32> = register.iter().map(|decision| decision.number).collect();
    assert_eq!(numbers, (1..).take(register.len()).collect::<Vec<_>>(), "no gap");
    let entries: Vec<String> = register.into_iter().map(|decision| decision.entry).collect();
    assert!(entries.starts_with(&memory.entries), "what was entered keeps its bytes");
    memory.entries = entries;
}

/// Whether it is the short note of a state, beside the `Update`.
fn is_note(activity: &model::activity::Activity) -> bool {
    let document: serde_json::Value = serde_json::from_str(&activity.document).unwrap();
    document["object"]["type"] == "Note"
}

/// What was said agrees with what is stored: one Create each, an Update a revision, one Delete where it was withdrawn.
async fn account(app: &TestApp, memory: &Memory) {
    let said = said(app, "communs").await;
    for row in memory.rows.values() {
        let kinds: Vec<&str> = said
            .iter()
            .filter(|activity| activity.publication_id.as_ref() == Some(&row.id) && !is_note(activity))
            .map(|activity| activity.kind.as_str())
            .collect();
        let mut expected = Vec::new();
        if row.revision > 0 {
            expected.push("Create");
            expected.extend((1..row.revision).map(|_| "Update"));
            if row.withdrawn_at.is_some() {
                expected.push("Delete");
            }
        }
        let mut sorted = kinds.clone();
        sorted.sort_unstable();
        expected.sort_unstable();
        assert_eq!(sorted, expected, "{}", row.slug);
    }
}
