//! Milestones: none is lost, the clock finds those that are late once, an organisation says how far one has come.

use std::time::Duration;

use reset_node::actions::milestone::{Change, set, tend};
use reset_node::actions::publication::{Travel, publish};
use reset_node::domain::act::Act;
use reset_node::domain::publication::{Details, Kind, MilestoneStatus};
use reset_node::model;

use super::minutes::with_members;
use super::{kinds, node, say, stored, written};
use crate::support::TestApp;

async fn statuses(app: &TestApp, id: &str) -> Vec<(String, MilestoneStatus)> {
    let Details::Roadmap(roadmap) = stored(app, id).await.details else { panic!("a roadmap") };
    roadmap.milestones.into_iter().map(|one| (one.title, one.status)).collect()
}

/// A milestone that is due on the day that lies so many days ahead.
fn step(app: &TestApp, title: &str, days: i64, more: &str) -> String {
    let due = (app.now() + chrono::TimeDelta::days(days)).date_naive();
    format!("[[milestones]]\ntitle = \"{title}\"\ndue = {due}\n{more}\n")
}

#[tokio::test]
async fn the_clock_finds_a_late_milestone_once_and_tells_it_in_one_update_and_one_note() {
    let app = node().await;
    let file = format!("{}{}", step(&app, "A", 2, ""), step(&app, "B", 9, ""));
    let (id, _) = say(&app, written(Kind::Roadmap, "cap", &file, "Texte")).await.unwrap();
    app.advance(Duration::from_secs(4 * 86_400));
    assert_eq!(tend(&app).await.unwrap(), 1);
    assert_eq!(tend(&app).await.unwrap(), 0);
    use MilestoneStatus::{Late, Planned};
    let told = [("A".to_owned(), Late), ("B".to_owned(), Planned)];
    assert_eq!(statuses(&app, &id).await, told);
    assert_eq!(kinds(&app, "communs").await, ["Create", "Update", "Create"]);
    say(&app, written(Kind::Roadmap, "cap", &file, "Texte")).await.unwrap();
    assert_eq!(kinds(&app, "communs").await.len(), 3, "the file from before says nothing new");
    let moved = format!("{}{}", step(&app, "A", 5, ""), step(&app, "B", 5, ""));
    say(&app, written(Kind::Roadmap, "cap", &moved, "Texte")).await.unwrap();
    assert_eq!(statuses(&app, &id).await.first().unwrap().1, Planned, "its author moved the date");
    app.advance(Duration::from_secs(7 * 86_400));
    assert_eq!(tend(&app).await.unwrap(), 1);
    assert_eq!(statuses(&app, &id).await.iter().filter(|one| one.1 == Late).count(), 2);
}

#[tokio::test]
async fn a_date_that_is_over_when_it_is_written_is_late_and_only_a_quiet_archive_keeps_its_word() {
    use MilestoneStatus::{Late, Planned};
    let app = node().await;
    let file = format!("{}{}", step(&app, "A", -150, ""), step(&app, "B", -1, "status = \"under_way\""));
    let (id, _) = say(&app, written(Kind::Roadmap, "cap", &file, "Texte")).await.unwrap();
    assert_eq!(tend(&app).await.unwrap(), 1);
    assert_eq!(statuses(&app, &id).await, [("A".to_owned(), Late), ("B".to_owned(), Late)]);
    let due = (app.now() - chrono::TimeDelta::days(20)).date_naive().to_string().parse().ok();
    let change = Change {
        id: id.clone(),
        milestone: "A".to_owned(),
        status: Planned,
        by: "atelier".to_owned(),
        reason: "Plus tôt".to_owned(),
        progress: None,
        due,
    };
    let refused = set(&app, change).await.unwrap_err().to_string();
    assert!(refused.contains("give it another with --due"), "{refused}");

    let archive =
        |file: &str| publish(&app, vec![written(Kind::Roadmap, "passe", file, "Texte")], Travel::Quiet);
    let old = format!("{}{}", step(&app, "A", -900, ""), step(&app, "B", -800, ""));
    let id = archive(&old).await.unwrap().remove(0).id;
    app.advance(Duration::from_secs(1));
    assert_eq!(tend(&app).await.unwrap(), 0);
    assert_eq!(statuses(&app, &id).await, [("A".to_owned(), Planned), ("B".to_owned(), Planned)]);
    // Another date is written now: it is no history.
    let moved = format!(
        "{}{}{}",
        step(&app, "A", -900, ""),
        step(&app, "B", -20, "status = \"under_way\""),
        step(&app, "C", 2, "")
    );
    say(&app, written(Kind::Roadmap, "passe", &moved, "Texte")).await.unwrap();
    assert_eq!(tend(&app).await.unwrap(), 1);
    let told = [("A".to_owned(), Planned), ("B".to_owned(), Late), ("C".to_owned(), Planned)];
    assert_eq!(statuses(&app, &id).await, told);
}

#[tokio::test]
async fn two_workers_that_look_at_once_tell_a_late_milestone_once() {
    let app = node().await;
    let (id, _) = say(&app, written(Kind::Roadmap, "cap", &step(&app, "A", 2, ""), "Texte")).await.unwrap();
    app.advance(Duration::from_secs(4 * 86_400));
    let (a, b) = tokio::join!(tend(&app), tend(&app));
    assert_eq!(a.unwrap() + b.unwrap(), 1);
    assert_eq!(stored(&app, &id).await.row.revision, 2);
}

#[tokio::test]
async fn a_milestone_leaves_a_file_only_by_a_former_title_or_a_reason() {
    let app = node().await;
    let file = format!("{}{}", step(&app, "A", 2, ""), step(&app, "B", 9, ""));
    let (id, _) = say(&app, written(Kind::Roadmap, "cap", &file, "Texte")).await.unwrap();
    let lost = say(&app, written(Kind::Roadmap, "cap", &step(&app, "A", 2, ""), "Texte")).await.unwrap_err();
    assert!(lost.starts_with("the milestone `B` is missing"), "{lost}");
    let silent = format!("{}{}", step(&app, "A", 2, ""), step(&app, "B", 9, "status = \"abandoned\""));
    assert!(say(&app, written(Kind::Roadmap, "cap", &silent, "Texte")).await.is_err());
    let kept = format!(
        "{}{}",
        step(
            &app,
            "Un cap",
            2,
            "was = \"A\"\nstatus = \"done\"\nvictory = { text = \"Gagné\", reached = 2026-11-20 }"
        ),
        step(&app, "B", 9, "status = \"abandoned\"\nreason = \"Faute de moyens\"")
    );
    for _ in 0..2 {
        say(&app, written(Kind::Roadmap, "cap", &kept, "Texte")).await.unwrap();
    }
    assert_eq!(kinds(&app, "communs").await, ["Create", "Update", "Create"], "the renamed one is done");
    assert_eq!(statuses(&app, &id).await.len(), 2);
}

#[tokio::test]
async fn an_owner_says_how_far_a_milestone_has_come_with_a_reason() {
    let app = with_members().await;
    let file = step(&app, "Diagnostic", 2, "owners = [\"trois\"]");
    let (id, _) = say(&app, written(Kind::Roadmap, "cap", &file, "Texte")).await.unwrap();
    let change = |milestone: &str, by: &str, status| Change {
        id: id.clone(),
        milestone: milestone.to_owned(),
        status,
        by: by.to_owned(),
        reason: "Relu à trois".to_owned(),
        progress: Some(60),
        due: None,
    };
    let near = set(&app, change("Diagnostics", "trois", MilestoneStatus::Done)).await.unwrap_err();
    assert_eq!(near.to_string(), "there is no milestone `Diagnostics`: did you mean `Diagnostic`?");
    assert!(
        set(&app, change("Diagnostic", "deux", MilestoneStatus::Done)).await.is_err(),
        "a member, not its owner"
    );
    set(&app, change("Diagnostic", "trois", MilestoneStatus::UnderWay)).await.unwrap();
    app.advance(Duration::from_secs(4 * 86_400));
    tend(&app).await.unwrap();
    let back = set(&app, change("Diagnostic", "un", MilestoneStatus::Planned)).await.unwrap_err();
    assert!(back.to_string().contains("give it another with --due"), "{back}");
    let due = (app.now() + chrono::TimeDelta::days(30)).date_naive().to_string().parse().ok();
    set(&app, Change { due, ..change("Diagnostic", "un", MilestoneStatus::UnderWay) }).await.unwrap();
    set(&app, change("Diagnostic", "atelier", MilestoneStatus::Done)).await.unwrap();
    let Details::Roadmap(roadmap) = stored(&app, &id).await.details else { panic!("a roadmap") };
    let milestone = roadmap.milestones.into_iter().next().unwrap();
    assert_eq!((milestone.status, milestone.progress), (MilestoneStatus::Done, Some(60)));
    assert_eq!(milestone.reason.as_deref(), Some("Relu à trois"));
    let bare = id.rsplit('/').next().unwrap().to_owned();
    let acts = app.read(move |conn| model::act::of(conn, &bare)).await;
    let by: Vec<_> = acts.iter().map(|one| (one.act, one.handle.as_str(), one.revision)).collect();
    let set = Act::MilestoneSet;
    assert_eq!(by, [(set, "trois", 2), (set, "un", 4), (set, "atelier", 5)], "the third was the clock");
    let said = kinds(&app, "communs").await;
    assert_eq!(said, ["Create", "Update", "Update", "Create", "Update", "Update", "Create"]);
}

#[tokio::test]
async fn a_file_that_says_the_same_again_undoes_no_act_and_one_that_changes_leaves_what_it_never_said() {
    let app = with_members().await;
    let file = step(&app, "Diagnostic", 9, "");
    let (id, _) = say(&app, written(Kind::Roadmap, "cap", &file, "Texte")).await.unwrap();
    let done = Change {
        id: id.clone(),
        milestone: "Diagnostic".to_owned(),
        status: MilestoneStatus::Done,
        by: "un".to_owned(),
        reason: "Remis".to_owned(),
        progress: None,
        due: None,
    };
    set(&app, done).await.unwrap();
    for text in ["Texte", "Un autre texte"] {
        say(&app, written(Kind::Roadmap, "cap", &file, text)).await.unwrap();
        assert_eq!(statuses(&app, &id).await, [("Diagnostic".to_owned(), MilestoneStatus::Done)], "{text}");
    }
}
