//! The words: ActivityStreams, the public audience, and the contexts that our documents carry.
//!
//! Names only. Which document uses which term is the server's.

use serde_json::{Value, json};

/// The ActivityStreams context; always the first one, literally.
pub const AS_CONTEXT: &str = "https://www.w3.org/ns/activitystreams";

/// The public audience (ActivityPub section 5.6), in the form that we send.
pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// Terms of `publicKey`.
pub const SECURITY_CONTEXT: &str = "https://w3id.org/security/v1";

/// Terms of `proof` (FEP-8b32).
pub const DATA_INTEGRITY_CONTEXT: &str = "https://w3id.org/security/data-integrity/v2";

/// Terms of `assertionMethod` (FEP-521a).
pub const DID_CONTEXT: &str = "https://www.w3.org/ns/did/v1";

/// Terms of `Multikey` (FEP-521a).
pub const MULTIKEY_CONTEXT: &str = "https://w3id.org/security/multikey/v1";

/// The namespace of our own terms.
pub const NAMESPACE: &str = "https://reset-node.example/ns#";

/// Whether an addressee is the public, in any of the three forms that are sent.
#[must_use]
pub fn is_public(addressee: &str) -> bool {
    matches!(addressee, PUBLIC | "as:Public" | "Public")
}

/// The `@context` of activities that use no other terms than those of ActivityStreams and `proof`.
#[must_use]
pub fn plain_context() -> Value {
    json!([AS_CONTEXT, DATA_INTEGRITY_CONTEXT])
}

/// The `@context` of our actors.
///
/// The contexts that protect their terms come after those that define the same words, as Fedify
/// orders them; nothing inline redefines a term of theirs, least of all `proof`, `id` and `type`.
#[must_use]
pub fn actor_context() -> Value {
    json!([
        AS_CONTEXT,
        SECURITY_CONTEXT,
        DATA_INTEGRITY_CONTEXT,
        DID_CONTEXT,
        MULTIKEY_CONTEXT,
        {
            "toot": "http://joinmastodon.org/ns#",
            "schema": "http://schema.org#",
            "reset": NAMESPACE,
            "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
            "movedTo": {"@id": "as:movedTo", "@type": "@id"},
            "Hashtag": "as:Hashtag",
            "PropertyValue": "schema:PropertyValue",
            "value": "schema:value",
            "discoverable": "toot:discoverable",
            "indexable": "toot:indexable",
            "featured": {"@id": "toot:featured", "@type": "@id"},
            "attributionDomains": {"@id": "toot:attributionDomains", "@type": "@id"},
            "implements": {
                "@id": "https://w3id.org/fep/844e/implements", "@type": "@id", "@container": "@list"
            },
            "coalition": {"@id": "reset:coalition", "@type": "@json"},
            "affiliations": {"@id": "reset:affiliations", "@type": "@id"},
            "proposals": {"@id": "reset:proposals", "@type": "@id"},
            "decisions": {"@id": "reset:decisions", "@type": "@id"}
        }
    ])
}

/// The `@context` of our objects and activities.
#[must_use]
pub fn object_context() -> Value {
    json!([
        AS_CONTEXT,
        DATA_INTEGRITY_CONTEXT,
        {
            "toot": "http://joinmastodon.org/ns#",
            "gts": "https://gotosocial.org/ns#",
            "reset": NAMESPACE,
            "sensitive": "as:sensitive",
            "Hashtag": "as:Hashtag",
            "votersCount": "toot:votersCount",
            "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
            "canQuote": {"@id": "gts:canQuote", "@type": "@id"},
            "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
            "manualApproval": {"@id": "gts:manualApproval", "@type": "@id"},
            "publication": {"@id": "reset:publication", "@type": "@json"},
            "position": {"@id": "reset:position", "@type": "@json"},
            "decision": {"@id": "reset:decision", "@type": "@json"},
            "endorsement": {"@id": "reset:endorsement", "@type": "@json"},
            "role": "reset:role"
        }
    ])
}

/// The `@context` of what is said about a quote: requests, and the stamps that allow one (FEP-044f).
#[must_use]
pub fn quote_context() -> Value {
    json!([
        AS_CONTEXT,
        DATA_INTEGRITY_CONTEXT,
        {
            "gts": "https://gotosocial.org/ns#",
            "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
            "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
            "interactingObject": {"@id": "gts:interactingObject", "@type": "@id"},
            "interactionTarget": {"@id": "gts:interactionTarget", "@type": "@id"}
        }
    ])
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn three_forms_are_the_public_and_nothing_else_is() {
        assert!([PUBLIC, "as:Public", "Public"].into_iter().all(is_public));
        for other in ["", "public", "https://www.w3.org/ns/activitystreams#public", AS_CONTEXT] {
            assert!(!is_public(other), "{other}");
        }
    }

    #[test]
    fn contexts_begin_with_activitystreams_and_leave_its_core_alone() {
        for context in [actor_context(), object_context(), quote_context()] {
            let entries = context.as_array().unwrap();
            assert_eq!(entries.first().unwrap(), AS_CONTEXT);
            let inline = entries.last().unwrap().as_object().unwrap();
            for core in ["id", "type", "proof", "@vocab", "publicKey", "assertionMethod", "alsoKnownAs"] {
                assert!(!inline.contains_key(core), "{core}");
            }
            let prefixes = ["as", "toot", "gts", "schema", "reset"];
            for (term, definition) in inline {
                let iri = definition.as_str().or_else(|| definition.get("@id")?.as_str()).unwrap();
                let (prefix, _) = iri.split_once(':').unwrap();
                assert!(prefixes.contains(&prefix) || prefix.starts_with("http"), "{term}");
                assert!(
                    prefix == "as" || prefix.starts_with("http") || inline.contains_key(prefix),
                    "{term}"
                );
            }
        }
    }
}
