//! The words of a coalition: stages, qualities, dimensions, associated actors. Real input writes them in French too.

crate::words! {
    /// Where a coalition stands. Any stage may follow any other.
    Stage as "stage" {
        Intention = "intention",
        Crystallising = "crystallising" | "cristallisation",
        Scoping = "scoping" | "cadrage",
        Launched = "launched" | "lancement" | "lancée",
        Roadmap = "roadmap" | "feuille de route",
        Active = "active" | "actions",
        Landed = "landed" | "atterrissage",
        Dormant = "dormant" | "en sommeil",
        Closed = "closed" | "close",
    }
}

crate::words! {
    /// The seven qualities that a coalition seeks.
    Quality as "quality" {
        Inclusive = "inclusive" | "inclusif",
        Frugal = "frugal",
        Democratic = "democratic" | "démocratique",
        Empowering = "empowering" | "capacitant",
        Protective = "protective" | "protecteur",
        Fair = "fair" | "équitable",
        Innovative = "innovative" | "innovant",
    }
}

crate::words! {
    /// The three dimensions for which every coalition needs actors.
    Dimension as "dimension" {
        Offer = "offer" | "offre",
        Procurement = "procurement" | "commande",
        Usage = "usage" | "usages",
    }
}

crate::words! {
    /// How far an actor to associate has come.
    AssociatedState as "state of an associated actor" {
        Wanted = "wanted",
        Invited = "invited",
        Joined = "joined",
        Declined = "declined",
    }
}
