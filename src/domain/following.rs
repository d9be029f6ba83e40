//! Following others.

crate::words! {
    /// How far a Follow of ours has come. A refused one is removed.
    State as "state of a follow" {
        Requested = "requested",
        Accepted = "accepted",
    }
}
