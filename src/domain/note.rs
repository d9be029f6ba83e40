//! What local actors say around a publication.

crate::words! {
    /// The kinds of note.
    Kind as "kind of note" {
        /// The short note by which followers learn of a state.
        State = "state",
        /// What an organisation, a person or a coalition says under a publication.
        Comment = "comment",
    }
}
