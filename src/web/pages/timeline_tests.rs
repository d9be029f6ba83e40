//! Timelines as people would read their source, and what holds for every one.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use super::*;
use proptest::prelude::*;

fn milestone(title: &str, start: Option<&str>, due: Option<&str>, status: MilestoneStatus) -> Milestone {
    let when = |text: Option<&str>| text.map(|text| text.parse().unwrap());
    Milestone {
        title: title.to_owned(),
        description: None,
        dimension: None,
        owners: Vec::new(),
        start: when(start),
        due: when(due),
        status,
        progress: (status == MilestoneStatus::UnderWay).then_some(40),
    }
}

fn example() -> Vec<Milestone> {
    vec![
        milestone("Cadrer le <projet>", Some("2026-01"), Some("2026-03"), MilestoneStatus::Done),
        milestone(
            "Recueillir les données",
            Some("2026-04-15"),
            Some("2026-12-01"),
            MilestoneStatus::UnderWay,
        ),
        milestone("Publier le bilan", None, Some("2026-05-02"), MilestoneStatus::Late),
        milestone("Un second guichet", Some("2026-06"), Some("2026-09"), MilestoneStatus::Abandoned),
        milestone("Étendre aux communes voisines", None, None, MilestoneStatus::Planned),
    ]
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn every_state_has_its_place_and_its_shape() {
    let drawn = draw(Lang::Fr, "fr", &example(), day("2026-07-14")).unwrap();
    insta::assert_snapshot!("timeline", drawn.render().unwrap());
}

#[test]
fn over_years_the_axis_counts_years_and_today_is_left_out_where_it_is_past() {
    let long = [milestone("A hundred trees", Some("2019-02"), Some("2022-11"), MilestoneStatus::Done)];
    let drawn = draw(Lang::En, "en", &long, day("2026-07-14")).unwrap();
    insta::assert_snapshot!("timeline_of_years", drawn.render().unwrap());
}

#[test]
fn without_a_date_there_is_no_timeline() {
    let undated = [milestone("Un jour", None, None, MilestoneStatus::Planned)];
    assert!(draw(Lang::Fr, "fr", &undated, day("2026-07-14")).is_none());
    assert!(draw(Lang::Fr, "fr", &[], day("2026-07-14")).is_none());
}

#[test]
fn a_long_title_is_cut_between_words() {
    let cut = shortened(&"élaguer ".repeat(20));
    assert!(cut.chars().count() <= NAME + 1 && cut.ends_with("élaguer…"));
    assert_eq!(shortened("court"), "court");
}

proptest! {
    #[test]
    fn whatever_the_dates_nothing_leaves_the_picture_and_labels_stay_few(
        spans in proptest::collection::vec((0_u64..60_000, 0_u64..60_000), 1..12),
    ) {
        let origin = day("1900-01-01");
        let when = |days: u64| Some(When::Day(origin.checked_add_days(Days::new(days)).unwrap()));
        let milestones: Vec<Milestone> = spans
            .iter()
            .map(|(start, due)| Milestone { start: when(*start), due: when(*due), ..example().remove(0) })
            .collect();
        let drawn = draw(Lang::Fr, "fr", &milestones, day("2026-07-14")).unwrap();
        let place = |text: &str| text.trim_end_matches('%').parse::<f64>().unwrap();
        prop_assert!(drawn.ticks.len() <= 8, "{} labels", drawn.ticks.len());
        for row in &drawn.rows {
            prop_assert!((0.0..=100.0).contains(&place(row.mark.as_deref().unwrap())));
            if let Some(bar) = &row.bar {
                prop_assert!(place(&bar.x) >= 0.0 && place(&bar.x) + place(&bar.width) <= 100.0);
            }
        }
    }
}
