//! Minutes: when those who attended have adopted them, and what each point of adopted minutes makes, once.

use std::collections::BTreeMap;

use super::publication::{Outcome, Point};

/// Whether more than half of the attending organisations that are known here have approved. Nobody known is nobody.
pub fn is_majority(known: usize, approved: usize) -> bool {
    approved.saturating_mul(2) > known
}

/// What becomes of a point whose minutes are adopted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It makes its decision or its action.
    Make {
        /// Which point, from 0.
        point: usize,
        /// What it is known by from now on.
        key: String,
    },
    /// It has made it under its former title: from now on it is known by the new one as well.
    Known {
        /// What it is known by from now on.
        key: String,
        /// What it was known by.
        was: String,
    },
}

/// What adoption has yet to do: nothing for a point that has made something, that says which publication decides, or that
/// only informs. `is_made` knows the keys of the points that have.
///
/// A point is known by its outcome and its title; one without a title by its text. Not by its place, since points are put
/// in and moved, nor by a digest of all of it, since a correction of its wording is no second decision. Points that are
/// alike are told apart by counting them.
pub fn steps(points: &[Point], is_made: impl Fn(&str) -> bool) -> Vec<Step> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut steps = Vec::new();
    for (place, point) in points.iter().enumerate() {
        let name = point.title.as_ref().or(point.text.as_ref());
        let Some(name) = name.filter(|_| point.outcome != Outcome::Information) else {
            continue;
        };
        let bare = named(point.outcome, name);
        let before = seen.entry(bare.clone()).or_default();
        let key = format!("{bare}#{before}");
        *before = before.saturating_add(1);
        if is_made(&key) || point.decision.is_some() {
            continue;
        }
        let former = point.was.as_ref().map(|was| format!("{}#0", named(point.outcome, was)));
        steps.push(match former.filter(|former| is_made(former)) {
            Some(was) => Step::Known { key, was },
            None => Step::Make { point: place, key },
        });
    }
    steps
}

fn named(outcome: Outcome, name: &str) -> String {
    format!("{outcome}:{}", name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn point(outcome: Outcome, title: &str) -> Point {
        Point {
            title: Some(title.to_owned()),
            outcome,
            text: None,
            owners: vec![],
            due: None,
            decision: None,
            was: None,
        }
    }

    /// Takes the steps, and says how many made something.
    fn adopt(points: &[Point], made: &mut BTreeSet<String>) -> usize {
        let steps = steps(points, |key| made.contains(key));
        let count = steps.iter().filter(|step| matches!(step, Step::Make { .. })).count();
        made.extend(steps.into_iter().map(|step| match step {
            Step::Make { key, .. } | Step::Known { key, .. } => key,
        }));
        count
    }

    #[test]
    fn more_than_half_is_a_majority_and_nobody_is_none() {
        let told = [(0, 0), (1, 0), (1, 1), (2, 1), (2, 2), (3, 1), (3, 2), (4, 2), (5, 3)];
        let adopted: Vec<bool> =
            told.into_iter().map(|(known, approved)| is_majority(known, approved)).collect();
        assert_eq!(adopted, [false, false, true, false, true, false, true, false, true]);
    }

    #[test]
    fn a_point_makes_what_it_decides_once_however_it_is_moved_and_worded() {
        let mut made = BTreeSet::new();
        let mut points = vec![
            point(Outcome::Decision, "La charte"),
            point(Outcome::Information, "Nouvelles"),
            point(Outcome::Action, "La charte"),
            point(Outcome::Action, "La charte"),
        ];
        assert_eq!(adopt(&points, &mut made), 3, "points that are alike are two");
        assert_eq!(adopt(&points, &mut made), 0);
        points.reverse();
        for point in &mut points {
            point.text = Some("Autrement dit.".to_owned());
            point.title = point.title.as_ref().map(|title| format!(" {}  ", title.to_uppercase()));
        }
        assert_eq!(adopt(&points, &mut made), 0);
        points.push(point(Outcome::Decision, "Le budget"));
        assert_eq!(adopt(&points, &mut made), 1);
    }

    #[test]
    fn a_point_that_says_what_it_was_makes_nothing_again_however_often_it_is_renamed() {
        let mut made = BTreeSet::new();
        assert_eq!(adopt(&[point(Outcome::Decision, "A")], &mut made), 1);
        let b = Point { was: Some("A".to_owned()), ..point(Outcome::Decision, "B") };
        assert_eq!(adopt(std::slice::from_ref(&b), &mut made), 0);
        let c = Point { was: Some("B".to_owned()), ..point(Outcome::Decision, "C") };
        assert_eq!(adopt(&[c], &mut made), 0);
        assert_eq!(adopt(&[point(Outcome::Decision, "D")], &mut made), 1, "without a word it is another");
    }

    #[test]
    fn a_point_whose_decision_is_published_makes_none() {
        let linked = Point { decision: Some("charte".to_owned()), ..point(Outcome::Decision, "A") };
        assert_eq!(steps(&[linked], |_| false), []);
    }
}
