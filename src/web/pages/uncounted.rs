//! Why the last position of an organisation is shown and not counted.

use chrono::NaiveDateTime;

use crate::actions::ballot::Ballot;
use crate::domain::state::State;
use crate::model::position::Position;
use crate::text::{Lang, t};

/// What is asked now.
struct Asked {
    state: State,
    version: i32,
    round: i32,
    closes: Option<NaiveDateTime>,
}

/// A sentence for a position that was neither counted nor withdrawn.
pub(super) fn told(ballot: &Ballot, one: &Position, lang: Lang) -> &'static str {
    let asked = Asked {
        state: ballot.span.state,
        version: ballot.version(),
        round: i32::try_from(ballot.proposal.round()).unwrap_or(i32::MAX),
        closes: ballot.span.closes,
    };
    let is_member = ballot.members.iter().any(|(handle, _)| *handle == one.handle);
    t(lang, cause(&asked, is_member, (one.row.version, one.row.round, one.row.taken_at)))
}

/// What is closed asks nothing again, whatever the cause was.
fn cause(asked: &Asked, is_member: bool, (version, round, taken): (i32, i32, NaiveDateTime)) -> &'static str {
    if asked.state != State::Open {
        return "ballot-uncounted";
    }
    if !is_member {
        return "ballot-left";
    }
    if (version, round) != (asked.version, asked.round) {
        return "ballot-old";
    }
    match asked.closes {
        Some(closes) if closes <= taken => "ballot-late",
        _ => "ballot-uncounted",
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn a_position_that_does_not_count_is_told_with_its_own_cause() {
        let at = |hour: u32| {
            chrono::NaiveDate::from_ymd_opt(2026, 11, 25).unwrap().and_hms_opt(hour, 0, 0).unwrap()
        };
        let cases = [
            (State::Open, true, (1, 2, 8), "ballot-old"),
            (State::Open, true, (2, 1, 8), "ballot-old"),
            (State::Open, true, (2, 2, 13), "ballot-late"),
            (State::Open, false, (2, 2, 8), "ballot-left"),
            (State::Open, false, (1, 1, 8), "ballot-left"),
            (State::Adopted, true, (1, 1, 8), "ballot-uncounted"),
            (State::NotAdopted, false, (2, 2, 8), "ballot-uncounted"),
            (State::Withdrawn, true, (2, 2, 13), "ballot-uncounted"),
        ];
        for (state, is_member, (version, round, hour), told) in cases {
            let asked = Asked { state, version: 2, round: 2, closes: Some(at(12)) };
            assert_eq!(
                cause(&asked, is_member, (version, round, at(hour))),
                told,
                "{state} {version} {round} {hour}"
            );
        }
    }
}
