//! Every forbidden transition of every kind, named: the table is made from the rules and read by people.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write;

use super::*;

#[test]
fn every_forbidden_transition_is_refused_by_name() {
    let (mut table, mut refused) = (String::new(), 0_usize);
    for kind in Kind::ALL {
        let foreign: Vec<State> =
            State::ALL.iter().copied().filter(|one| !states(*kind).contains(one)).collect();
        writeln!(table, "{kind} is never {}", words(&foreign)).unwrap();
        for from in states(*kind) {
            let mut forbidden = Vec::new();
            for to in State::ALL {
                let allowed = from == to || next(*kind, *from).contains(to);
                match transition(*kind, *from, *to) {
                    Ok(()) => assert!(allowed && states(*kind).contains(to), "{kind}: {from} to {to}"),
                    Err(error) => {
                        assert!(!allowed, "{kind}: {from} to {to}");
                        let sentence = error.to_string();
                        let names = sentence.contains(kind.as_str()) && sentence.contains(&format!("`{to}`"));
                        assert!(names, "{sentence}");
                        refused += 1;
                        if !foreign.contains(to) {
                            assert!(sentence.contains(&format!("`{from}`")), "{sentence}");
                            forbidden.push(*to);
                        }
                    }
                }
            }
            let none = if forbidden.is_empty() { "nothing, it can become all of them" } else { "" };
            writeln!(table, "  {from} cannot become {none}{}", words(&forbidden)).unwrap();
        }
    }
    let all: usize = Kind::ALL.iter().map(|kind| states(*kind).len() * State::ALL.len()).sum();
    let allowed: usize =
        Kind::ALL.iter().flat_map(|kind| states(*kind).iter().map(|from| 1 + next(*kind, *from).len())).sum();
    assert_eq!(refused, all - allowed, "nothing is forgotten");
    insta::assert_snapshot!("forbidden", table);
}
