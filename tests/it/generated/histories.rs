//! Generated histories of minutes and roadmaps, through the rules alone: whatever is corrected, moved and renamed, a point
//! makes what it decided once, and no milestone is lost or found late twice.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, Utc};
use reset_node::domain::minutes::{Step, is_majority, steps};
use reset_node::domain::news::{News, news};
use reset_node::domain::publication::{
    Content, Details, Kind, Milestone, MilestoneStatus, Outcome, Point, Roadmap, When,
};
use reset_node::domain::roadmap::{late, next_due, succeed};
use reset_node::domain::state::{State, next, transition};

use super::generator::{Random, run};

const OUTCOMES: [Outcome; 3] = [Outcome::Information, Outcome::Decision, Outcome::Action];

/// Minutes as a history leaves them. A point says in its text who it is, whatever its title becomes.
#[derive(Default)]
struct Minutes {
    points: Vec<Point>,
    /// The title under which each point was last adopted.
    adopted: BTreeMap<String, String>,
    made: BTreeSet<String>,
    makings: BTreeMap<String, usize>,
    approved: BTreeSet<usize>,
    titles: usize,
}

impl Minutes {
    fn title(&mut self) -> String {
        self.titles += 1;
        format!("Titre {}", self.titles)
    }

    fn add(&mut self, random: &mut Random) {
        let title = self.title();
        let place = random.below(self.points.len() + 1);
        let point = Point {
            text: Some(title.clone()),
            title: Some(title),
            outcome: OUTCOMES[random.below(3)],
            owners: vec![],
            due: None,
            decision: random.once_in(9).then(|| "ailleurs".to_owned()),
            was: None,
        };
        self.points.insert(place, point);
    }

    /// What an author does to a text.
    fn write(&mut self, random: &mut Random) {
        self.approved.clear();
        let place = random.below(self.points.len());
        match random.below(5) {
            0 => self.add(random),
            1 if !self.points.is_empty() => drop(self.points.remove(place)),
            2 => self.points.reverse(),
            3 if !self.points.is_empty() => {
                let title = self.title();
                let point = &mut self.points[place];
                point.was = self.adopted.get(point.text.as_deref().unwrap()).cloned();
                point.title = Some(title);
            }
            _ if !self.points.is_empty() => {
                let point = &mut self.points[place];
                point.title = point.title.as_ref().map(|title| format!("  {} ", title.to_uppercase()));
                point.owners.push("un".to_owned());
            }
            _ => {}
        }
    }

    fn adopt(&mut self) {
        for step in steps(&self.points, |key| self.made.contains(key)) {
            match step {
                Step::Make { point, key } => {
                    let who = self.points[point].text.clone().unwrap();
                    *self.makings.entry(who).or_default() += 1;
                    assert!(self.made.insert(key));
                }
                Step::Known { key, was } => {
                    assert!(self.made.contains(&was));
                    assert!(self.made.insert(key));
                }
            }
        }
        assert_eq!(steps(&self.points, |key| self.made.contains(key)), [], "adopted twice is adopted once");
        for point in &self.points {
            let who = point.text.clone().unwrap();
            if point.outcome != Outcome::Information && point.decision.is_none() {
                assert_eq!(self.makings.get(&who), Some(&1), "{who} made once what it decided");
                self.adopted.insert(who, point.title.clone().unwrap());
            } else {
                assert_eq!(self.makings.get(&who), None);
            }
        }
    }
}

fn minutes(random: &mut Random) {
    let (mut minutes, mut state) = (Minutes::default(), State::Draft);
    let known = random.below(6);
    for _ in 0..random.below(30) {
        match random.below(4) {
            0 if state != State::Withdrawn => {
                let to = if state == State::Adopted { State::Corrected } else { state };
                transition(Kind::Minutes, state, to).unwrap();
                state = to;
                minutes.write(random);
            }
            1 if known > 0 && matches!(state, State::Submitted | State::Corrected) => {
                minutes.approved.insert(random.below(known));
                if is_majority(known, minutes.approved.len()) {
                    state = State::Adopted;
                    minutes.adopt();
                }
            }
            _ => {
                let states = next(Kind::Minutes, state);
                let Some(to) = states.get(random.below(states.len())).copied() else {
                    continue;
                };
                let draft = state == State::Draft;
                if to == State::Adopted && known > 0 && !draft {
                    continue;
                }
                state = to;
                if state == State::Adopted {
                    minutes.adopt();
                }
            }
        }
        if state == State::Withdrawn {
            assert_eq!(next(Kind::Minutes, state), []);
        }
    }
}

fn end(when: When) -> DateTime<Utc> {
    when.day().succ_opt().unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc()
}

fn content(roadmap: &Roadmap) -> Content {
    Content {
        title: "Un cap".into(),
        summary: String::new(),
        body: String::new(),
        language: "fr".into(),
        licence: String::new(),
        state: State::Published,
        tags: vec![],
        authors: vec![],
        details: Details::Roadmap(roadmap.clone()),
        attachments: vec![],
    }
}

/// What an author makes of a roadmap; whether a milestone was left out.
fn rewritten(
    random: &mut Random,
    roadmap: &Roadmap,
    number: &mut usize,
    today: NaiveDate,
) -> (Roadmap, bool) {
    let (mut new, mut lost) = (roadmap.clone(), false);
    for _ in 0..=random.below(3) {
        let count = new.milestones.len();
        let due = today.checked_add_days(Days::new(random.below(30) as u64)).map(When::Day);
        *number += 1;
        let title = format!("Étape {number}");
        let place = random.below(count);
        match random.below(6) {
            0 => {
                let description = Some(title.clone());
                let made = Milestone { due, description, ..Milestone::new(&title, MilestoneStatus::Planned) };
                new.milestones.insert(random.below(count + 1), made);
            }
            1 if count > 0 => {
                let gone = new.milestones.remove(place);
                lost |= roadmap.milestones.iter().any(|one| one.description == gone.description);
            }
            2 if count > 0 => {
                let had = roadmap
                    .milestones
                    .iter()
                    .find(|one| one.description == new.milestones[place].description);
                new.milestones[place].was = had.map(|had| had.title.clone());
                new.milestones[place].title = title;
            }
            3 if count > 0 => new.milestones[place].due = due,
            4 if count > 0 => {
                let status = MilestoneStatus::ALL[random.below(MilestoneStatus::ALL.len())];
                new.milestones[place].status = status;
                new.milestones[place].reason = Some("Une raison".into());
            }
            _ => new.milestones.reverse(),
        }
    }
    (new, lost)
}

fn roadmaps(random: &mut Random) {
    let published: DateTime<Utc> = "2026-11-25T08:00:00Z".parse().unwrap();
    let (mut now, mut number) = (published, 0);
    let mut roadmap = Roadmap::default();
    let mut ever: BTreeSet<String> = BTreeSet::new();
    for _ in 0..random.below(30) {
        if random.once_in(2) {
            now += chrono::TimeDelta::hours(random.below(200) as i64);
            let due = next_due(&roadmap, &[], end);
            let found = late(&roadmap, &[], now, end);
            assert_eq!(found.is_some(), due.is_some_and(|due| due <= now), "the clock looks when it is due");
            if let Some(found) = found {
                let told = news(&content(&roadmap), &content(&found));
                let newly = found.milestones.iter().zip(&roadmap.milestones);
                let newly: Vec<News> = newly
                    .filter(|(new, old)| new.status != old.status)
                    .map(|(new, _)| News::MilestoneLate(new.title.clone()))
                    .collect();
                assert!(!told.is_empty() && told == newly);
                assert_eq!(late(&found, &[], now, end), None, "found late once");
                roadmap = found;
            }
        } else {
            let (mut new, lost) = rewritten(random, &roadmap, &mut number, now.date_naive());
            let followed = succeed(Some(&roadmap), &mut new);
            assert_eq!(followed.is_err(), lost, "{followed:?}");
            if followed.is_ok() {
                roadmap = new;
            }
        }
        let here: Vec<&String> =
            roadmap.milestones.iter().filter_map(|one| one.description.as_ref()).collect();
        ever.extend(here.iter().map(|one| (*one).clone()));
        let once: BTreeSet<&String> = here.iter().copied().collect();
        assert_eq!((here.len(), once.len()), (ever.len(), ever.len()), "every milestone is there, once");
    }
}

#[test]
fn no_history_makes_a_decision_twice_or_loses_a_milestone() {
    run("histories of minutes and roadmaps", |random: &mut Random| match random.below(2) {
        0 => minutes(random),
        _ => roadmaps(random),
    });
}
