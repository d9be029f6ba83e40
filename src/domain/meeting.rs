//! Who may still register for a meeting.

use super::state::State;

/// Why nobody may register any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It will not take place.
    Cancelled,
    /// It has taken place.
    Over,
    /// Registrations are taken at another address.
    Elsewhere,
    /// All places are taken.
    Full,
}

impl Refused {
    /// For the log.
    pub fn sentence(self) -> &'static str {
        match self {
            Refused::Cancelled => "the meeting was cancelled",
            Refused::Over => "the meeting is over",
            Refused::Elsewhere => "registrations are taken elsewhere",
            Refused::Full => "the meeting is full",
        }
    }
}

/// Whether one more may register. `over`: its end has passed; `elsewhere`: it names another address for registrations;
/// `registered`: how many others there are.
///
/// # Errors
/// [`Refused`]: why not.
pub fn may_register(
    state: State,
    over: bool,
    elsewhere: bool,
    capacity: Option<u32>,
    registered: i64,
) -> Result<(), Refused> {
    match state {
        State::Cancelled | State::Withdrawn => Err(Refused::Cancelled),
        State::Closed => Err(Refused::Over),
        _ if over => Err(Refused::Over),
        _ if elsewhere => Err(Refused::Elsewhere),
        _ if capacity.is_some_and(|most| registered >= i64::from(most)) => Err(Refused::Full),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_reason_why_not_is_told() {
        let ask = |state, over, capacity, registered| may_register(state, over, false, capacity, registered);
        assert_eq!(ask(State::Scheduled, false, Some(2), 1), Ok(()));
        assert_eq!(ask(State::InProgress, false, None, 9000), Ok(()));
        assert_eq!(ask(State::Scheduled, false, Some(2), 2), Err(Refused::Full));
        assert_eq!(ask(State::Scheduled, true, Some(2), 2), Err(Refused::Over));
        assert_eq!(ask(State::Closed, false, None, 0), Err(Refused::Over));
        assert_eq!(ask(State::Cancelled, true, None, 0), Err(Refused::Cancelled));
        assert_eq!(may_register(State::Scheduled, false, true, None, 0), Err(Refused::Elsewhere));
    }
}
