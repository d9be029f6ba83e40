//! What somebody has to do: the states of an action item, each of which may follow any other.

crate::words! {
    /// How far an action item has come.
    State as "state of an action" {
        ToDo = "to_do",
        Doing = "doing",
        Done = "done",
        Dropped = "dropped",
    }
}

impl State {
    /// Whether nothing is left to do.
    pub fn is_over(self) -> bool {
        matches!(self, State::Done | State::Dropped)
    }
}
