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

/// The `@context` of activities that embed a document of others with its own context, as it came.
///
/// `proof` is a protected term, and other versions of its context define it otherwise: JSON-LD processors (Fedify) refuse an
/// inner context that defines it again. So nothing of the outer context reaches into `object`.
#[must_use]
pub fn embedding_context() -> Value {
    json!([
        AS_CONTEXT,
        DATA_INTEGRITY_CONTEXT,
        {"object": {"@id": "as:object", "@type": "@id", "@context": null}}
    ])
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

/// The `@context` of an `Event`: that of our objects, with the terms of FEP-8a8e and those of Mobilizon.
#[must_use]
pub fn event_context() -> Value {
    let mut context = object_context();
    let terms = json!({
        "event": "https://w3id.org/fep/8a8e/",
        "mz": "https://joinmobilizon.org/ns#",
        "ical": "http://www.w3.org/2002/12/cal/ical#",
        "schema": "http://schema.org#",
        "timezone": "event:timezone",
        "displayEndTime": "event:displayEndTime",
        "eventStatus": {"@id": "event:eventStatus", "@type": "@vocab"},
        "EventScheduled": "event:EventScheduled",
        "EventTentative": "event:EventTentative",
        "EventCancelled": "event:EventCancelled",
        "organizers": {"@id": "event:organizers", "@type": "@id"},
        "attendees": {"@id": "event:attendees", "@type": "@id"},
        "joinMode": "event:joinMode",
        "externalParticipationUrl": {"@id": "event:externalParticipationUrl", "@type": "@id"},
        "maximumAttendeeCapacity": "schema:maximumAttendeeCapacity",
        "isOnline": "mz:isOnline",
        "status": "ical:status"
    });
    let inline = context.as_array_mut().and_then(|entries| entries.last_mut()).and_then(Value::as_object_mut);
    if let (Some(inline), Value::Object(terms)) = (inline, terms) {
        inline.extend(terms);
    }
    context
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
        let all = [actor_context(), object_context(), event_context(), quote_context(), embedding_context()];
        for context in all {
            let entries = context.as_array().unwrap();
            assert_eq!(entries.first().unwrap(), AS_CONTEXT);
            let inline = entries.last().unwrap().as_object().unwrap();
            for core in ["id", "type", "proof", "@vocab", "publicKey", "assertionMethod", "alsoKnownAs"] {
                assert!(!inline.contains_key(core), "{core}");
            }
            let prefixes = ["as", "toot", "gts", "schema", "reset", "event", "mz", "ical"];
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
