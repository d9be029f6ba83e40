//! What an organisation does with a publication without writing a file.

crate::words! {
    /// An act on minutes or a roadmap; every one is kept.
    Act as "act" {
        Submitted = "submitted",
        Approved = "approved",
        Adopted = "adopted",
        Corrected = "corrected",
        MilestoneSet = "milestone_set",
    }
}
