//! How far a mail has come.

crate::words! {
    /// How far a mail has come.
    State as "state of a mail" {
        /// It waits to be sent, for the first time or again.
        Pending = "pending",
        /// The mail server took it.
        Sent = "sent",
        /// The mail server refused it for good, or it could not be sent for days.
        Failed = "failed",
        /// What caused it was taken back before it left.
        Dropped = "dropped",
    }
}
