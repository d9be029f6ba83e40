//! Roadmaps over time: no milestone is lost, and one whose day has passed is late.

use chrono::{DateTime, Utc};

use super::publication::{Milestone, MilestoneStatus, Roadmap, When};

/// Why a roadmap cannot follow the one before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A milestone is not there any more.
    #[error(
        "the milestone `{0}` is missing: none is deleted, keep it with status = \"abandoned\" and a reason, or write was = \"{0}\" in the one that it became"
    )]
    Lost(String),
    /// Two have one title.
    #[error("two milestones are called `{0}`: a milestone is known by its title, give them different ones")]
    Twice(String),
    /// Why it was given up is not told.
    #[error("the milestone `{0}` is abandoned: write its `reason`, it is published")]
    NoReason(String),
}

/// Checks what an author wrote against what stood before, and keeps what the clock found: a milestone that is late stays late
/// while its due date stays.
///
/// # Errors
/// [`Refused`], a sentence that names the milestone.
pub fn succeed(before: Option<&Roadmap>, written: &mut Roadmap) -> Result<(), Refused> {
    for (place, milestone) in written.milestones.iter().enumerate() {
        let title = &milestone.title;
        if written.milestones.iter().take(place).any(|other| other.title == *title) {
            return Err(Refused::Twice(title.clone()));
        }
        if milestone.status == MilestoneStatus::Abandoned && milestone.reason.is_none() {
            return Err(Refused::NoReason(title.clone()));
        }
    }
    for old in before.map_or(&[][..], |before| &before.milestones) {
        let Some(place) = became(before, old, written) else {
            return Err(Refused::Lost(old.title.clone()));
        };
        if let Some(new) = written.milestones.get_mut(place)
            && old.status == MilestoneStatus::Late
            && new.due == old.due
            && is_ahead(new.status)
        {
            new.status = MilestoneStatus::Late;
        }
    }
    Ok(())
}

/// A milestone whose date a file moved is where that file says it is, and no longer late.
pub fn moved(merged: &mut Roadmap, file: &Roadmap, stood: &Roadmap) {
    for (one, said) in merged.milestones.iter_mut().zip(&file.milestones) {
        let old = stood
            .milestones
            .iter()
            .find(|old| [Some(&one.title), one.was.as_ref()].contains(&Some(&old.title)));
        if old.is_some_and(|old| old.status == MilestoneStatus::Late && old.due != one.due)
            && is_ahead(said.status)
        {
            one.status = said.status;
        }
    }
}

/// Where a milestone is now: under its title, else where `was` names it, unless another one already had that title.
fn became(before: Option<&Roadmap>, old: &Milestone, written: &Roadmap) -> Option<usize> {
    let had =
        |title: &str| before.is_some_and(|before| before.milestones.iter().any(|one| one.title == title));
    let place = |found: &dyn Fn(&Milestone) -> bool| written.milestones.iter().position(found);
    place(&|new| new.title == old.title)
        .or_else(|| place(&|new| new.was.as_ref() == Some(&old.title) && !had(&new.title)))
}

fn is_ahead(status: MilestoneStatus) -> bool {
    matches!(status, MilestoneStatus::Planned | MilestoneStatus::UnderWay)
}

/// A milestone of an archive, by its title and the due date that had passed when the archive was published: there the author's
/// word stays. Under another title or with another date it is history no more.
pub type Past = (String, When);

/// What is history in a roadmap that is published as an archive at `now`.
pub fn past(roadmap: &Roadmap, now: DateTime<Utc>, end: impl Fn(When) -> DateTime<Utc>) -> Vec<Past> {
    let over = falls(roadmap, &[], &end).filter(|(_, over)| *over <= now);
    over.filter_map(|(place, _)| {
        let milestone = roadmap.milestones.get(place)?;
        Some((milestone.title.clone(), milestone.due?))
    })
    .collect()
}

/// The moments at which milestones that are ahead become late: their due dates, as `end` tells when they are over. Where that was
/// before the roadmap was published, or before somebody wrote the date, it is late at once; what is history never is.
fn falls<'a>(
    roadmap: &'a Roadmap,
    history: &'a [Past],
    end: &'a impl Fn(When) -> DateTime<Utc>,
) -> impl Iterator<Item = (usize, DateTime<Utc>)> + 'a {
    roadmap.milestones.iter().enumerate().filter_map(move |(place, milestone)| {
        let due = milestone.due.filter(|_| is_ahead(milestone.status))?;
        let is_past = history.iter().any(|(title, was)| *title == milestone.title && *was == due);
        (!is_past).then(|| (place, end(due)))
    })
}

/// When the clock has to look at it next.
pub fn next_due(
    roadmap: &Roadmap,
    history: &[Past],
    end: impl Fn(When) -> DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    falls(roadmap, history, &end).map(|(_, over)| over).min()
}

/// The roadmap with what is late at `now` marked so; none where nothing newly is.
pub fn late(
    roadmap: &Roadmap,
    history: &[Past],
    now: DateTime<Utc>,
    end: impl Fn(When) -> DateTime<Utc>,
) -> Option<Roadmap> {
    let over: Vec<usize> =
        falls(roadmap, history, &end).filter(|(_, over)| *over <= now).map(|(place, _)| place).collect();
    let mut marked = roadmap.clone();
    for (_, milestone) in marked.milestones.iter_mut().enumerate().filter(|(place, _)| over.contains(place)) {
        milestone.status = MilestoneStatus::Late;
    }
    (!over.is_empty()).then_some(marked)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::MilestoneStatus::{Abandoned, Done, Late, Planned, UnderWay};
    use super::*;

    fn step(title: &str, status: MilestoneStatus, due: &str) -> Milestone {
        Milestone { due: due.parse().ok(), ..Milestone::new(title, status) }
    }

    fn roadmap(steps: &[Milestone]) -> Roadmap {
        Roadmap { milestones: steps.to_vec() }
    }

    fn end(when: When) -> DateTime<Utc> {
        when.day().succ_opt().unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc()
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_milestone_is_kept_renamed_or_abandoned_with_a_reason_and_never_lost() {
        let before = roadmap(&[step("A", Planned, ""), step("B", Planned, "")]);
        let follow = |steps: &[Milestone]| succeed(Some(&before), &mut roadmap(steps));
        let was = |title: &str, was: &str| Milestone { was: Some(was.into()), ..step(title, Planned, "") };
        assert_eq!(follow(&[step("B", Planned, ""), step("A", Done, "")]), Ok(()));
        assert_eq!(follow(&[step("B", Planned, ""), was("C", "A")]), Ok(()));
        assert_eq!(follow(&[step("B", Planned, "")]), Err(Refused::Lost("A".into())));
        assert_eq!(follow(&[was("B", "A")]), Err(Refused::Lost("A".into())), "B was there already");
        assert_eq!(follow(&[step("A", Planned, ""), step("A", Done, "")]), Err(Refused::Twice("A".into())));
        let abandoned = step("A", Abandoned, "");
        let refused = follow(&[abandoned.clone(), step("B", Done, "")]);
        assert_eq!(refused, Err(Refused::NoReason("A".into())));
        let told = Milestone { reason: Some("Faute de moyens".into()), ..abandoned };
        assert_eq!(follow(&[told, step("B", Done, "")]), Ok(()));
    }

    #[test]
    fn what_the_clock_found_late_stays_so_until_its_author_moves_the_date() {
        let before = roadmap(&[step("A", Late, "2026-12-01")]);
        let written = |due: &str, status| {
            let mut new = roadmap(&[step("A", status, due)]);
            succeed(Some(&before), &mut new).unwrap();
            new.milestones.first().unwrap().status
        };
        assert_eq!(written("2026-12-01", Planned), Late);
        assert_eq!(written("2026-12-01", Done), Done);
        assert_eq!(written("2027-01-01", UnderWay), UnderWay);
    }

    #[test]
    fn a_milestone_is_late_when_its_day_is_over_and_an_archive_stays_as_it_was_written() {
        let steps = [
            step("A", Planned, "2026-12-01"),
            step("B", UnderWay, "2026-12-05"),
            step("C", Planned, "2021-09-07"),
            step("D", Done, "2026-12-01"),
        ];
        let before = roadmap(&steps);
        let published = at("2026-11-25T08:00:00Z");
        assert_eq!(next_due(&before, &[], end), Some(at("2021-09-08T00:00:00Z")), "it was over already");
        let history = &past(&before, published, end);
        assert_eq!(history, &[("C".to_owned(), "2021-09-07".parse().unwrap())]);
        assert_eq!(next_due(&before, history, end), Some(at("2026-12-02T00:00:00Z")));
        assert_eq!(late(&before, history, at("2026-12-01T23:59:59Z"), end), None);
        let marked = late(&before, history, at("2026-12-02T00:00:00Z"), end).unwrap();
        let statuses: Vec<_> = marked.milestones.iter().map(|one| one.status).collect();
        assert_eq!(statuses, [Late, UnderWay, Planned, Done]);
        assert_eq!(next_due(&marked, history, end), Some(at("2026-12-06T00:00:00Z")));
        assert_eq!(late(&marked, history, at("2026-12-02T00:00:00Z"), end), None);
        // Another date was written after the archive was published: it is no history, whatever it says.
        let moved = roadmap(&[step("C", Planned, "2021-09-08")]);
        let marked = late(&moved, history, published, end).unwrap();
        assert_eq!(marked.milestones.first().unwrap().status, Late);
    }
}
