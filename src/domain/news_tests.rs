//! The table: each change that followers must learn of, and the neighbours that they need not.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use super::*;
use crate::domain::publication::{Consultation, Decision, Method, Milestone};
use crate::domain::shared::{Production, Report};

fn content(state: State, details: Details) -> Content {
    Content {
        title: "Un titre".into(),
        summary: String::new(),
        body: String::new(),
        language: "fr".into(),
        licence: String::new(),
        state,
        tags: vec![],
        authors: vec![],
        details,
        attachments: vec![],
    }
}

fn when(text: &str) -> Option<When> {
    (!text.is_empty()).then(|| text.parse().unwrap())
}

fn proposal(opens: &str, closes: &str) -> Details {
    let (opens, closes) = (when(opens), when(closes));
    Details::Proposal(Proposal {
        method: Method::Consent,
        opens,
        closes,
        quorum: None,
        round: None,
        phase: None,
    })
}

fn decision() -> Details {
    Details::Decision(Decision { date: None, method: None, source: None, review: None, reached: None })
}

fn consultation() -> Details {
    let options = vec!["Oui".to_owned(), "Non".to_owned()];
    Details::Consultation(Consultation { options, multiple: false, opens: None, closes: None })
}

fn meeting(start: &str, until: &str, place: &str) -> Details {
    let place = (!place.is_empty()).then(|| place.to_owned());
    let (start, tentative_until) = (when(start), when(until));
    Details::Meeting(Meeting { start, tentative_until, place, ..Meeting::default() })
}

fn roadmap(steps: &[(&str, MilestoneStatus)]) -> Details {
    let step = |(title, status): &(&str, MilestoneStatus)| Milestone::new(title, *status);
    Details::Roadmap(Roadmap { milestones: steps.iter().map(step).collect() })
}

#[test]
fn a_state_of_the_table_is_learned_and_no_other() {
    let learned = [
        (proposal("", ""), State::Open, State::Adopted, News::Adopted),
        (proposal("", ""), State::Open, State::NotAdopted, News::NotAdopted),
        (Details::Minutes(Meeting::default()), State::Submitted, State::Adopted, News::MinutesAdopted),
        (meeting("", "", ""), State::Scheduled, State::Cancelled, News::MeetingCancelled),
        (decision(), State::InForce, State::Superseded, News::Superseded),
        (decision(), State::UnderReview, State::Repealed, News::Repealed),
        (consultation(), State::Open, State::Closed, News::ConsultationClosed),
    ];
    let mut table = Vec::new();
    for (details, from, to, expected) in learned {
        let (old, new) = (content(from, details.clone()), content(to, details));
        assert_eq!(news(&old, &new), [expected], "{from} to {to}");
        assert_eq!(news(&new, &new), [], "what stays as it is, is no news");
        table.push((new.details.kind(), from, to));
    }
    for kind in Kind::ALL {
        let details = match kind {
            Kind::Proposal => proposal("", ""),
            Kind::Minutes => Details::Minutes(Meeting::default()),
            Kind::Roadmap => roadmap(&[]),
            Kind::Decision => decision(),
            Kind::Meeting => meeting("", "", ""),
            Kind::Consultation => consultation(),
            Kind::Report => Details::Report(Report::default()),
            Kind::Production => Details::Production(Production::default()),
        };
        for from in State::ALL {
            for to in crate::domain::state::next(*kind, *from) {
                let told = news(&content(*from, details.clone()), &content(*to, details.clone()));
                let ends = matches!(
                    to,
                    State::Adopted
                        | State::NotAdopted
                        | State::Cancelled
                        | State::Superseded
                        | State::Repealed
                );
                let ends = ends || (*kind == Kind::Consultation && *to == State::Closed);
                let again = *from == State::Draft || *from == State::Corrected;
                assert_eq!(told.len(), usize::from(ends && !again), "{kind}: {from} to {to}");
            }
        }
    }
}

#[test]
fn a_round_is_opened_by_one_that_begins_after_the_last() {
    let told = |old: (&str, &str), new: (&str, &str)| {
        let round = |(opens, closes)| match proposal(opens, closes) {
            Details::Proposal(round) => round,
            other => panic!("{other:?}"),
        };
        is_next_round(&round(old), &round(new))
    };
    assert!(told(("2026-11-01", "2026-11-30"), ("2026-12-01", "2026-12-31")));
    assert!(told(("2026-11-01", "2026-11-30T18:00:00+01:00"), ("2026-11-30T18:00:00+01:00", "2026-12-31")));
    assert!(
        !told(("2026-11-01", "2026-11-30"), ("2026-11-01", "2026-12-15")),
        "a longer round is the same one"
    );
    assert!(!told(("2026-11-01", "2026-11-30"), ("2026-11-15", "2026-12-15")));
    assert!(!told(("2026-11-01", ""), ("2026-12-01", "2026-12-31")), "a round without end is not over");
    assert!(!told(("2026-11-01", "2026-11-01"), ("2026-11-01", "2026-11-01")), "a round of one day");
    let of = |number| {
        let mut details = proposal("2026-11-01", "2026-11-30");
        if let Details::Proposal(round) = &mut details {
            round.round = Some(number);
        }
        content(State::Open, details)
    };
    assert_eq!(news(&of(1), &of(2)), [News::RoundOpened]);
    let put_off = content(State::Open, proposal("2026-12-24", "2026-12-31"));
    assert_eq!(news(&of(1), &put_off), [], "other dates of the same round");
}

#[test]
fn a_meeting_is_moved_by_another_date_or_place_and_not_by_a_more_precise_one() {
    let told = |old: (&str, &str, &str), new: (&str, &str, &str)| {
        let of = |(start, until, place)| content(State::Scheduled, meeting(start, until, place));
        !news(&of(old), &of(new)).is_empty()
    };
    assert!(told(("2026-12-12", "", ""), ("2026-12-13", "", "")));
    assert!(told(("2026-12-12T14:00:00+01:00", "", ""), ("2026-12-12T15:00:00+01:00", "", "")));
    assert!(told(("2026-12-12", "", "Lyon"), ("2026-12-12", "", "Lille")));
    assert!(told(("2026-12-10", "2026-12-12", ""), ("2026-12-15", "", "")));
    assert!(!told(("2026-12", "", ""), ("2026-12-13", "", "")));
    assert!(!told(("2026-12-12", "", ""), ("2026-12-12T15:00:00+01:00", "", "")));
    assert!(!told(("2026-12-10", "2026-12-12", ""), ("2026-12-11", "", "")));
    assert!(!told(("2026-12-12", "", ""), ("2026-12-12", "", "Lyon")), "a place that was not known");
    assert!(!told(("2026-12-12T14:00:00+01:00", "", ""), ("2026-12-12T13:00:00Z", "", "")), "one instant");
    let of = |state, day: &str| content(state, meeting(day, "", ""));
    let closed = news(&of(State::Scheduled, "2026-12-12"), &of(State::Closed, "2026-12-13"));
    assert_eq!(closed, [], "what is over is not moved");
    let cancelled = news(&of(State::Scheduled, "2026-12-12"), &of(State::Cancelled, "2026-12-13"));
    assert_eq!(cancelled, [News::MeetingCancelled]);
}

#[test]
fn milestones_are_learned_when_late_or_done_each_once() {
    use MilestoneStatus::{Done, Late, Planned, UnderWay};
    let told = |old: &[(&str, MilestoneStatus)], new: &[(&str, MilestoneStatus)]| {
        news(&content(State::Published, roadmap(old)), &content(State::Published, roadmap(new)))
    };
    let late = |title: &str| News::MilestoneLate(title.to_owned());
    let done = |title: &str| News::MilestoneDone(title.to_owned());
    let before = [("A", Planned), ("B", UnderWay)];
    assert_eq!(told(&before, &[("A", Late), ("B", Done)]), [late("A"), done("B")]);
    assert_eq!(told(&[("A", Late)], &[("A", Late)]), []);
    assert_eq!(told(&before, &[("B", Done), ("A", Planned)]), [done("B")], "in another order");
    assert_eq!(told(&before, &[("A", Planned), ("B, renamed", Done)]), [done("B, renamed")]);
    assert_eq!(told(&before, &[("A", UnderWay), ("B", UnderWay), ("C", Done)]), [], "a new one is no change");
}
