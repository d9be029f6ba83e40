#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]
//! Properties of outcomes over random records, and the rules of each method on small ones.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;

use super::*;

const ORGANISATIONS: [&str; 5] = ["atelier", "bretagne", "communs", "data", "ecole"];

fn at(minute: i64) -> NaiveDateTime {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap().naive_utc() + TimeDelta::minutes(minute)
}

/// The deadline of the round in [`record`], in minutes; round 2 began at 50.
const CLOSES: i64 = 100;

fn record(method: Method, quorum: Option<u32>, positions: &[Taken]) -> Record<'_> {
    Record {
        method,
        quorum,
        entitled: ORGANISATIONS.into_iter().map(|by| (by, vec![Entitled::ALWAYS])).collect(),
        positions,
        version: 2,
        round: 2,
        began: Some(at(50)),
        closes: Some(at(CLOSES)),
    }
}

fn taken(id: usize, organisation: &str, stance: Stance, minute: i64) -> Taken {
    Taken {
        id: format!("{id:04}"),
        organisation: organisation.to_owned(),
        version: 2,
        round: 2,
        stance,
        taken: at(minute),
        withdrawn: None,
        resolved: None,
    }
}

fn why(method: Method, quorum: Option<u32>, positions: &[Taken]) -> Why {
    record(method, quorum, positions).outcome(None).why
}

#[test]
fn consent_needs_a_quorum_no_standing_objection_and_somebody_who_consents() {
    use Stance::*;
    let said = |stances: &[Stance]| -> Vec<Taken> {
        stances
            .iter()
            .zip(ORGANISATIONS)
            .enumerate()
            .map(|(n, (stance, by))| taken(n, by, *stance, 60))
            .collect()
    };
    let cases = [
        (vec![], None, Why::NoQuorum),
        (vec![Consent], None, Why::Reached),
        (vec![Consent, StandAside], Some(3), Why::NoQuorum),
        (vec![Consent, StandAside, StandAside], Some(3), Why::Reached),
        (vec![StandAside, StandAside], None, Why::NobodyConsents),
        (vec![Consent, Consent, Object], Some(3), Why::Objection),
    ];
    for (stances, quorum, expected) in cases {
        assert_eq!(why(Method::Consent, quorum, &said(&stances)), expected, "{stances:?}");
    }
    let cases = [
        (vec![Agree, Abstain, Abstain], Some(3), Why::Reached),
        (vec![Agree, Disagree, Abstain], Some(3), Why::NoMajority),
        (vec![Abstain, Abstain], None, Why::NoMajority),
        (vec![Agree, Agree], Some(3), Why::NoQuorum),
    ];
    for (stances, quorum, expected) in cases {
        assert_eq!(why(Method::Majority, quorum, &said(&stances)), expected, "{stances:?}");
    }
    let advised = said(&[Disagree, Disagree]);
    let advice = |quorum, choice| record(Method::Advice, quorum, &advised).outcome(choice).why;
    assert_eq!(advice(Some(2), None), Why::Reached);
    assert_eq!(advice(Some(2), Some(false)), Why::Declined);
    assert_eq!(advice(Some(3), Some(true)), Why::NoQuorum);
}

#[test]
fn an_objection_stands_over_rounds_and_versions_until_its_author_acts() {
    let consents = taken(1, "atelier", Stance::Consent, 60);
    let old = Taken { version: 1, round: 1, ..taken(2, "data", Stance::Object, 10) };
    let cases = [
        (old.clone(), Why::Objection),
        (Taken { withdrawn: Some(at(70)), ..old.clone() }, Why::Reached),
        (Taken { resolved: Some(at(70)), ..old.clone() }, Why::Reached),
        (Taken { resolved: Some(at(CLOSES)), ..old.clone() }, Why::Objection),
        (Taken { withdrawn: Some(at(CLOSES)), ..old.clone() }, Why::Objection),
        (Taken { organisation: "parti".to_owned(), ..old.clone() }, Why::Reached),
        // It names the round before, and was taken after that was over.
        (Taken { taken: at(55), ..old.clone() }, Why::Reached),
    ];
    for (objection, expected) in cases {
        let positions = [consents.clone(), objection];
        assert_eq!(why(Method::Consent, None, &positions), expected, "{:?}", positions[1]);
    }
    let positions = [consents, old, taken(3, "data", Stance::StandAside, 61)];
    assert_eq!(why(Method::Consent, Some(2), &positions), Why::Reached);
}

#[test]
fn an_objection_falls_with_its_author_only_where_that_left_of_itself() {
    let positions = [taken(1, "atelier", Stance::Consent, 60), taken(2, "data", Stance::Object, 61)];
    let span = |since: i64, until: Option<i64>, left| Entitled {
        since: Some(at(since)),
        until: until.map(at),
        left,
    };
    let cases = [
        (vec![span(0, None, false)], Why::Objection),
        // Put out, or lowered, before and after a time of its own leaving.
        (vec![span(0, Some(70), false)], Why::Objection),
        (vec![span(0, Some(61), false)], Why::Objection),
        (vec![span(0, Some(62), true), span(63, Some(70), false)], Why::Objection),
        (vec![span(0, Some(70), true)], Why::Reached),
        (vec![span(0, Some(62), false), span(63, Some(70), true)], Why::Reached),
        // It was not entitled when it objected.
        (vec![span(0, Some(50), false)], Why::Reached),
        (vec![span(65, Some(70), false)], Why::Reached),
        (vec![], Why::Reached),
    ];
    for (spans, expected) in cases {
        let mut record = record(Method::Consent, None, &positions);
        record.entitled.insert("data", spans.clone());
        let outcome = record.outcome(None);
        assert_eq!(outcome.why, expected, "{spans:?}");
        let still = spans.last().is_some_and(|last| last.until.is_none());
        assert_eq!(outcome.counted.contains_key("data"), still, "who is out is not counted");
    }
    let mut record = record(Method::Consensus, None, &positions);
    record.entitled.insert("data", vec![span(0, Some(70), false)]);
    let resolved = [positions[0].clone(), Taken { resolved: Some(at(80)), ..positions[1].clone() }];
    record.positions = &resolved;
    assert_eq!(record.outcome(None).why, Why::Objected, "consensus remembers it");
    record.method = Method::Consent;
    assert_eq!(record.outcome(None).why, Why::Reached, "its author lifts it, also from outside");
}

#[test]
fn consensus_is_a_round_in_which_nobody_objected_to_the_text() {
    let mut positions = vec![
        taken(1, "atelier", Stance::Consent, 60),
        Taken { resolved: Some(at(62)), ..taken(2, "data", Stance::Object, 61) },
        taken(3, "data", Stance::Consent, 62),
    ];
    assert_eq!(why(Method::Consent, Some(2), &positions), Why::Reached);
    assert_eq!(why(Method::Consensus, Some(2), &positions), Why::Objected);
    positions[1].round = 1;
    positions[1].taken = at(20);
    assert_eq!(why(Method::Consensus, Some(2), &positions), Why::Reached);
}

fn positions() -> impl Strategy<Value = Vec<Taken>> {
    let one = (
        0..ORGANISATIONS.len() + 1,
        1..=2_i32,
        1..=2_u32,
        0..Stance::ALL.len(),
        0..CLOSES,
        prop::option::of(0..CLOSES * 2),
        prop::option::of(0..CLOSES * 2),
    );
    prop::collection::vec(one, 0..12).prop_map(|many| {
        let many = many.into_iter().enumerate();
        many.map(|(id, (by, version, round, stance, minute, withdrawn, resolved))| Taken {
            version,
            round,
            withdrawn: withdrawn.map(at),
            resolved: resolved.map(at),
            ..taken(id, ORGANISATIONS.get(by).unwrap_or(&"stranger"), Stance::ALL[stance], minute)
        })
        .collect()
    })
}

fn methods() -> impl Strategy<Value = Method> {
    prop::sample::select(Method::ALL)
}

mod properties {
    use super::*;

    proptest! {
        #[test]
        fn the_order_of_arrival_changes_nothing(
            (positions, shuffled) in positions().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
            method in methods(),
            quorum in prop::option::of(1..5_u32),
        ) {
            let (a, b) = (record(method, quorum, &positions), record(method, quorum, &shuffled));
            prop_assert_eq!(a.outcome(None), b.outcome(None));
        }

        #[test]
        fn a_doubled_position_changes_nothing(
            positions in positions(),
            which in any::<prop::sample::Index>(),
            method in methods(),
            quorum in prop::option::of(1..5_u32),
        ) {
            let mut more = positions.clone();
            if !positions.is_empty() {
                more.push(positions[which.index(positions.len())].clone());
            }
            let (a, b) = (record(method, quorum, &positions), record(method, quorum, &more));
            prop_assert_eq!(a.outcome(None), b.outcome(None));
        }

        #[test]
        fn what_comes_after_the_deadline_changes_nothing(
            positions in positions(),
            late in positions(),
            method in methods(),
            quorum in prop::option::of(1..5_u32),
        ) {
            let mut more = positions.clone();
            more.extend(late.into_iter().map(|one| Taken {
                id: format!("9{}", one.id),
                taken: one.taken + TimeDelta::minutes(CLOSES),
                ..one
            }));
            let (a, b) = (record(method, quorum, &positions), record(method, quorum, &more));
            prop_assert_eq!(a.outcome(None), b.outcome(None));
        }

        #[test]
        fn what_was_not_entitled_changes_nothing(
            positions in positions(),
            method in methods(),
            quorum in prop::option::of(1..5_u32),
        ) {
            let known: Vec<Taken> = positions.iter().filter(|one| one.organisation != "stranger").cloned().collect();
            let (a, b) = (record(method, quorum, &positions), record(method, quorum, &known));
            prop_assert_eq!(a.outcome(None), b.outcome(None));
        }

        #[test]
        fn a_removal_by_others_never_removes_an_objection(
            positions in positions(),
            method in methods(),
            out in prop::sample::subsequence(ORGANISATIONS.to_vec(), 0..=ORGANISATIONS.len()),
        ) {
            let before = record(method, None, &positions);
            let mut after = before.clone();
            for by in &out {
                after.entitled.insert(*by, vec![Entitled { until: Some(at(CLOSES)), ..Entitled::ALWAYS }]);
            }
            let (stood, stands) = (before.outcome(None), after.outcome(None));
            prop_assert_eq!(&stood.standing, &stands.standing);
            prop_assert!(stands.counted.keys().all(|by| !out.contains(by)));
            prop_assert!(!stands.adopted || stood.standing.is_empty() || !matches!(method, Method::Consent | Method::Consensus));
        }

        #[test]
        fn nothing_is_adopted_without_quorum_or_over_a_standing_objection(
            positions in positions(),
            method in methods(),
            quorum in prop::option::of(1..5_u32),
            choice in prop::option::of(any::<bool>()),
        ) {
            let record = record(method, quorum, &positions);
            let outcome = record.outcome(choice);
            let spoke: BTreeSet<&str> = positions.iter().map(|one| one.organisation.as_str()).collect();
            prop_assert!(outcome.counted.keys().all(|by| spoke.contains(by) && record.is_entitled(by)));
            if outcome.adopted {
                prop_assert!(outcome.counted.len() >= quorum.unwrap_or(1) as usize);
                let stands = matches!(method, Method::Consent | Method::Consensus) && !outcome.standing.is_empty();
                prop_assert!(!stands);
            }
            prop_assert_eq!(outcome.adopted, outcome.why == Why::Reached);
            let told: u32 = outcome.tally(method).values().sum();
            prop_assert_eq!(told as usize, outcome.counted.len());
        }

        #[test]
        fn a_changed_text_or_another_round_asks_again_and_objections_stay(
            positions in positions(),
            method in methods(),
            next_version in any::<bool>(),
        ) {
            // Who comes too late for a round takes no position in it: such a row is never there.
            let in_time: Vec<Taken> = record(method, None, &positions).valid().cloned().collect();
            let before = record(method, None, &in_time);
            let mut after = before.clone();
            match next_version {
                true => after.version += 1,
                false => (after.round, after.began, after.closes) = (3, Some(at(CLOSES)), Some(at(CLOSES * 2))),
            }
            let outcome = after.outcome(None);
            prop_assert!(outcome.counted.is_empty());
            prop_assert_eq!(outcome.why, Why::NoQuorum);
            let stood = before.outcome(None).standing;
            let still = |by: &str| outcome.standing.contains_key(by);
            // What its author lifts later falls within the next round's time.
            let lifted = |one: &Taken| one.withdrawn.is_some() || one.resolved.is_some();
            prop_assert!(stood.iter().all(|(by, one)| still(by) || lifted(one)));
        }
    }
}
