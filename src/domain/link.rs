//! What led to what: a link goes from a cause to its effect. It says so and changes no state.

crate::words! {
    /// Why one thing is linked with another.
    Relation as "link" {
        /// A decision names what it comes from.
        Source = "source",
        /// A round closed and its decision was entered.
        Reached = "reached",
        /// A milestone serves a proposal.
        Proposal = "proposal",
        /// A milestone carries out a decision, or a point of minutes names one.
        Decision = "decision",
        /// Adopted minutes made it.
        Minutes = "minutes",
        /// A meeting was minuted.
        Meeting = "meeting",
        /// A decision took the place of another.
        Superseded = "superseded",
    }
}
