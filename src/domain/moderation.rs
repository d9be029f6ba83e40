//! Whom this node speaks with: the rule for a domain and what follows from it. Names come in normalised
//! (`reset_federation::url_check`); a port is ignored, and a rule for a domain is one for its subdomains.

crate::words! {
    /// What an administrator said of a domain.
    Rule as "rule" {
        /// Nothing comes in, nothing goes out.
        Blocked = "blocked",
        /// What its people say is kept, and shown only where an actor of ours follows its author.
        Limited = "limited",
        /// This node speaks with it, also where it speaks with chosen servers alone.
        Allowed = "allowed",
    }
}

/// What the rules come to for one server or one actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Policy {
    /// Nothing is held back.
    Open,
    /// See [`Rule::Limited`].
    Limited,
    /// See [`Rule::Blocked`].
    Blocked,
}

/// What the rule that is nearest to a domain comes to. With an allow-list, what is not allowed is blocked.
pub fn policy(nearest: Option<Rule>, allowlist: bool) -> Policy {
    match (nearest, allowlist) {
        (Some(Rule::Blocked), _) => Policy::Blocked,
        (Some(Rule::Allowed), _) | (None, false) => Policy::Open,
        (Some(Rule::Limited), false) => Policy::Limited,
        (Some(Rule::Limited) | None, true) => Policy::Blocked,
    }
}

/// The name in `host` or `host:port`; the brackets of an IPv6 address stay.
pub fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => name,
        _ => authority,
    }
}

/// A name and the domains that it lies in, the nearest first: `a.b.example`, `b.example`, `example`.
pub fn with_parents(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| name.split_once('.').map(|(_, parent)| parent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_followed_by_the_domains_it_lies_in() {
        let all: Vec<&str> = with_parents("a.b.example").collect();
        assert_eq!(all, ["a.b.example", "b.example", "example"]);
        assert_eq!(with_parents("localhost").collect::<Vec<_>>(), ["localhost"]);
    }

    #[test]
    fn a_port_is_no_part_of_a_name() {
        for (authority, name) in [
            ("a.example", "a.example"),
            ("a.example:8443", "a.example"),
            ("[::1]", "[::1]"),
            ("[::1]:80", "[::1]"),
        ] {
            assert_eq!(without_port(authority), name);
        }
    }

    #[test]
    fn with_an_allow_list_only_what_is_allowed_is_spoken_with() {
        use Policy::*;
        let rules = [None, Some(Rule::Allowed), Some(Rule::Limited), Some(Rule::Blocked)];
        assert_eq!(rules.map(|rule| policy(rule, false)), [Open, Open, Limited, Blocked]);
        assert_eq!(rules.map(|rule| policy(rule, true)), [Blocked, Open, Blocked, Blocked]);
    }
}
