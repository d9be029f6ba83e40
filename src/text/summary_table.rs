//! The table of examples: every kind in every state, in both languages, as a snapshot that is read by people.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write;

use chrono::{DateTime, Utc};

use super::Lang;
use super::dates::zone;
use super::summary::{Context, MAX, cut, head, summary};
use crate::domain::publication::{
    Consultation, Content, Decision, Details, Kind, Meeting, Method, Milestone, MilestoneStatus, Proposal,
    Roadmap, When,
};
use crate::domain::shared::{Production, Report};
use crate::domain::state::{State, states};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn date(text: &str) -> Option<When> {
    Some(text.parse().unwrap())
}

fn context(now: &str) -> Context {
    Context { zone: zone("Europe/Paris"), at: at(now), number: Some(3) }
}

fn content(lang: Lang, state: State, details: Details) -> Content {
    let (title, line) = match lang {
        Lang::Fr => ("Un titre", "La phrase de son auteur."),
        Lang::En => ("A title", "The sentence of its author."),
    };
    Content {
        title: title.into(),
        summary: line.into(),
        body: String::new(),
        language: lang.tag().into(),
        licence: "CC BY-SA 4.0".into(),
        state,
        tags: vec![],
        authors: vec![],
        details,
        attachments: vec![],
    }
}

fn proposal(method: Method) -> Proposal {
    Proposal {
        method,
        opens: date("2026-11-16T09:00:00+01:00"),
        closes: date("2026-12-12T18:00:00+01:00"),
        quorum: Some(5),
        round: None,
        phase: None,
    }
}

fn meeting() -> Meeting {
    Meeting {
        series: Some("Reset Day".into()),
        edition: Some(6),
        start: date("2026-12-12T14:00:00+01:00"),
        end: date("2026-12-12T17:30:00+01:00"),
        place: Some("Rennes".into()),
        ..Meeting::default()
    }
}

fn milestone(due: Option<When>, status: MilestoneStatus) -> Milestone {
    Milestone { due, ..Milestone::new("…", status) }
}

fn roadmap() -> Roadmap {
    Roadmap {
        milestones: vec![
            milestone(date("2026-03"), MilestoneStatus::Done),
            milestone(date("2026-10-01"), MilestoneStatus::Late),
            milestone(date("2027-02"), MilestoneStatus::Planned),
            milestone(None, MilestoneStatus::Planned),
        ],
    }
}

fn consultation() -> Consultation {
    Consultation {
        options: vec!["Oui".into(), "Non".into()],
        multiple: false,
        opens: date("2026-11-16T09:00:00+01:00"),
        closes: date("2026-12-12T18:00:00+01:00"),
    }
}

fn details(kind: Kind) -> Details {
    match kind {
        Kind::Proposal => Details::Proposal(proposal(Method::Consent)),
        Kind::Minutes => Details::Minutes(Meeting { attendance: Some(93), ..meeting() }),
        Kind::Roadmap => Details::Roadmap(roadmap()),
        Kind::Decision => Details::Decision(Decision {
            date: date("2026-07-07"),
            method: Some(Method::Consent),
            source: None,
            review: date("2027-07"),
            reached: None,
        }),
        Kind::Meeting => Details::Meeting(meeting()),
        Kind::Consultation => Details::Consultation(consultation()),
        Kind::Report => Details::Report(Report { from: date("2026-01"), until: date("2026-06") }),
        Kind::Production => {
            Details::Production(Production { reused_by: vec!["L’Atelier".into(), "Rennes".into()] })
        }
    }
}

const NOW: &str = "2026-11-22T12:00:00Z";

#[test]
fn the_line_of_every_kind_and_state_tells_what_matters() {
    let mut table = String::new();
    for lang in Lang::ALL {
        for kind in Kind::ALL {
            for state in states(*kind) {
                let line = summary(&content(lang, *state, details(*kind)), context(NOW));
                writeln!(table, "{} {kind} {state}\n  {line}", lang.tag()).unwrap();
            }
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn the_line_follows_what_is_known() {
    let tentative =
        Meeting { start: date("2027-03-01"), end: None, tentative_until: date("2027-03-10"), ..meeting() };
    let abroad = Meeting { timezone: Some("America/Montreal".into()), ..meeting() };
    let open = |proposal| (State::Open, Details::Proposal(proposal));
    let bare = Proposal {
        method: Method::Consent,
        opens: None,
        closes: None,
        quorum: None,
        round: None,
        phase: None,
    };
    let cases = [
        ("advice", open(proposal(Method::Advice)), NOW),
        ("consensus", open(proposal(Method::Consensus)), NOW),
        ("majority", open(proposal(Method::Majority)), NOW),
        ("before it opens", open(proposal(Method::Consent)), "2026-11-01T00:00:00Z"),
        ("after it closed", open(proposal(Method::Consent)), "2026-12-12T17:00:00Z"),
        ("no date", open(bare.clone()), NOW),
        ("a day", open(Proposal { closes: date("2026-12-01"), ..bare.clone() }), NOW),
        ("a month", open(Proposal { closes: date("2026-12"), ..bare }), NOW),
        ("a question to come", (State::Open, Details::Consultation(consultation())), "2026-11-01T00:00:00Z"),
        ("a question over", (State::Open, Details::Consultation(consultation())), "2026-12-12T17:00:00Z"),
        ("a question closed", (State::Closed, Details::Consultation(consultation())), "2026-12-12T17:00:00Z"),
        (
            "a question without end",
            (State::Open, Details::Consultation(Consultation { closes: None, ..consultation() })),
            NOW,
        ),
        ("bare minutes", (State::Adopted, Details::Minutes(Meeting::default())), NOW),
        ("a tentative range", (State::Tentative, Details::Meeting(tentative)), NOW),
        ("a zone of its own", (State::Scheduled, Details::Meeting(abroad)), NOW),
        (
            "a meeting that nobody closed",
            (State::Scheduled, Details::Meeting(meeting())),
            "2026-12-12T17:00:00Z",
        ),
        ("all past", (State::Published, Details::Roadmap(roadmap())), "2028-01-01T00:00:00Z"),
        ("no milestone", (State::Published, Details::Roadmap(Roadmap::default())), NOW),
        (
            "a report of days",
            (
                State::Published,
                Details::Report(Report { from: date("2026-01-05"), until: date("2026-06-30") }),
            ),
            NOW,
        ),
        (
            "a report until now",
            (State::Published, Details::Report(Report { from: None, until: date("2026-06") })),
            NOW,
        ),
        ("a bare report", (State::Published, Details::Report(Report::default())), NOW),
        ("a bare production", (State::Published, Details::Production(Production::default())), NOW),
        (
            "a bare decision",
            (
                State::InForce,
                Details::Decision(Decision {
                    date: None,
                    method: None,
                    source: None,
                    review: None,
                    reached: None,
                }),
            ),
            NOW,
        ),
    ];
    let mut table = String::new();
    for (what, (state, details), now) in cases {
        for lang in Lang::ALL {
            let line = head(lang, &content(lang, state, details.clone()), context(now));
            writeln!(table, "{} {what}\n  {line}", lang.tag()).unwrap();
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn the_title_is_not_repeated() {
    let mut content = content(Lang::Fr, State::Open, details(Kind::Proposal));
    let bare = "Proposition, en tour de consentement jusqu’au 12\u{a0}décembre 2026, 18\u{a0}h (Paris).";
    content.summary = "Un titre".into();
    assert_eq!(summary(&content, context(NOW)), bare);
    content.summary = "Un titre\u{a0}: la suite.".into();
    assert_eq!(summary(&content, context(NOW)), format!("{bare} la suite."));
    content.summary = "Un titreur parle.".into();
    assert_eq!(summary(&content, context(NOW)), format!("{bare} Un titreur parle."));
}

#[test]
fn the_line_ends_at_a_word_within_500_characters() {
    let mut content = content(Lang::Fr, State::Open, details(Kind::Proposal));
    content.summary = "mot ".repeat(300);
    let line = summary(&content, context(NOW));
    assert!(line.chars().count() <= MAX, "{}", line.chars().count());
    assert!(line.ends_with("mot…"), "{line}");
    assert_eq!(cut("one two three", 9), "one two…");
    assert_eq!(cut("one two three", 8), "one two…");
    assert_eq!(cut("one two three", 13), "one two three");
    assert_eq!(cut("a\n b", 9), "a b");
    assert_eq!(cut(&"é".repeat(20), 10), format!("{}…", "é".repeat(9)));
}

#[test]
fn a_third_language_is_framed_in_english() {
    let mut content = content(Lang::Fr, State::Open, details(Kind::Proposal));
    content.language = "br".into();
    assert!(summary(&content, context(NOW)).starts_with("Proposal, consent round until"));
    content.language = "fr-CH".into();
    assert!(summary(&content, context(NOW)).starts_with("Proposition"));
}
