//! What people of other servers do with a publication without words.

crate::words! {
    /// The kinds of reaction.
    Kind as "kind of reaction" {
        Like = "like",
        Announce = "announce",
    }
}
