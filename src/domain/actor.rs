//! Who acts: the kinds of local actor and of organisation, and the roles in a coalition.

crate::words! {
    /// The four kinds of local actor (FEDERATION.md), which share one namespace of handles.
    ActorKind as "kind of actor" {
        /// A federated group.
        Coalition = "coalition",
        /// A legal actor.
        Organisation = "organisation",
        /// Somebody who signs in.
        Person = "person",
        /// The node itself, which signs fetches.
        Node = "node",
    }
}

impl ActorKind {
    /// The ActivityStreams type.
    pub fn activity_type(self) -> &'static str {
        match self {
            ActorKind::Coalition => "Group",
            ActorKind::Organisation => "Organization",
            ActorKind::Person => "Person",
            ActorKind::Node => "Application",
        }
    }
}

crate::words! {
    /// What an organisation is in law.
    OrganisationKind as "kind of organisation" {
        LocalAuthority = "local_authority",
        Administration = "administration",
        Company = "company",
        Association = "association",
        Research = "research",
        Education = "education",
        Union = "union",
        Commons = "commons",
        International = "international",
        Other = "other",
    }
}

crate::words! {
    /// What a member is to a coalition, most privilege first.
    Role as "role" {
        /// Porteur.
        Steward = "steward" | "porteur",
        /// Coporteur.
        CoSteward = "co_steward" | "coporteur",
        /// Animateur.
        Facilitator = "facilitator" | "animateur",
        /// Membre.
        Member = "member" | "membre",
        /// Observateur.
        Observer = "observer" | "observateur",
    }
}

impl Role {
    /// Whether an organisation with this role speaks within the coalition, and not only about it.
    pub fn is_member(self) -> bool {
        self != Role::Observer
    }
}
