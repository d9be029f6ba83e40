//! How many answered a consultation, and what; how many registered for a meeting. Counts only: names never.

use super::parts::Reading;
use crate::domain::publication::Details;
use crate::domain::state::State;
use crate::model::publication::Publication;
use crate::text::number;

/// An option of a consultation.
pub(super) struct Choice {
    pub name: String,
    /// How often it was chosen, as a number of the page's language.
    pub count: String,
    /// Of those who answered, rounded.
    pub percent: i64,
}

/// A consultation's options and counts.
pub(super) struct Poll {
    pub choices: Vec<Choice>,
    pub voters: i64,
    pub multiple: bool,
    pub takes_answers: bool,
}

/// A meeting's registrations.
pub(super) struct Registrations {
    pub registered: i64,
    /// Where to register, if that is elsewhere.
    pub elsewhere: Option<String>,
    pub is_open: bool,
}

/// The options of a consultation, with their counts.
pub(super) fn poll(publication: &Publication, reading: &Reading) -> Option<Poll> {
    let Details::Consultation(asked) = &publication.details else {
        return None;
    };
    let counts = &publication.counts;
    let choice = |(name, count): (&String, &i64)| Choice {
        name: name.clone(),
        count: number(reading.lang, *count),
        percent: percent(*count, counts.voters),
    };
    let over = asked.closes.is_some_and(|at| crate::text::dates::end(at, reading.zone) <= reading.now);
    Some(Poll {
        choices: asked.options.iter().zip(&counts.options).map(choice).collect(),
        voters: counts.voters,
        multiple: asked.multiple,
        takes_answers: publication.row.state == State::Open && !over,
    })
}

/// The registrations for a meeting that takes or took some.
pub(super) fn registrations(publication: &Publication, reading: &Reading) -> Option<Registrations> {
    let Details::Meeting(meeting) = &publication.details else {
        return None;
    };
    let zone = meeting.timezone.as_deref().map_or(reading.zone, crate::text::dates::zone);
    let over = crate::text::meetings::end(meeting, zone).is_some_and(|end| end <= reading.now);
    let state = publication.row.state;
    let registered = publication.registered;
    let elsewhere = meeting.registration_url.clone();
    let may = crate::domain::meeting::may_register(state, over, false, meeting.capacity, registered);
    let is_open = may.is_ok();
    (is_open || registered > 0).then_some(Registrations { registered, elsewhere, is_open })
}

fn percent(count: i64, of: i64) -> i64 {
    let of = of.max(1);
    count.saturating_mul(100).saturating_add(of / 2).checked_div(of).unwrap_or(0).clamp(0, 100)
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn a_share_is_rounded_and_of_nobody_it_is_nothing() {
        assert_eq!([percent(1, 3), percent(2, 3), percent(3, 3), percent(0, 0)], [33, 67, 100, 0]);
    }
}
