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

crate::words! {
    /// What happened to a membership.
    MembershipAct as "act on a membership" {
        Added = "added",
        Role = "role",
        Brings = "brings",
        Removed = "removed",
        HandedOver = "handed_over",
    }
}

impl MembershipAct {
    /// Whether the organisation may have been nothing to the coalition before it.
    pub fn begins(self) -> bool {
        matches!(self, MembershipAct::Added | MembershipAct::HandedOver)
    }
}

crate::words! {
    /// How far a declaration of interest has come.
    DeclarationState as "state of a declaration" {
        Declared = "declared",
        Accepted = "accepted",
        Withdrawn = "withdrawn",
    }
}

crate::words! {
    /// What a version of a charter is. It is acknowledged, never signed.
    CharterState as "state of a charter" {
        Beta = "beta" | "bêta",
        InForce = "in_force" | "en vigueur",
        Superseded = "superseded",
    }
}

/// A name by which two spellings of one organisation are recognised: lower case, runs of what is no letter or digit as one space.
pub fn folded(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_spellings_of_one_name_are_the_same() {
        assert_eq!(folded("  L’Atelier – (Rennes)"), folded("l'atelier rennes"));
        assert_ne!(folded("Atelier"), folded("Ateliers"));
        assert_eq!(folded("…"), "");
    }
}
