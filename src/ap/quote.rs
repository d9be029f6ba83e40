//! Quotes of ours by others (FEP-044f): who may, what is answered, and the stamp that third servers check.

use reset_federation::vocab::{self, PUBLIC};
use serde_json::{Value, json};

use crate::app::Urls;
use crate::model::quote::Quote;

/// Everybody may quote what we publish: `interactionPolicy` of our objects. Advice only, the stamp is what counts.
pub fn policy() -> Value {
    json!({"canQuote": {"automaticApproval": [PUBLIC]}})
}

/// The stamp of a quote. `by` is the id of the actor that was quoted. Both posts are named, never embedded.
pub fn stamp(urls: &Urls, quote: &Quote, by: &str) -> Value {
    json!({
        "@context": vocab::quote_context(),
        "id": urls.stamp(&quote.id),
        "type": "QuoteAuthorization",
        "attributedTo": by,
        "interactingObject": quote.url,
        "interactionTarget": urls.at(&quote.target),
    })
}

/// A `QuoteRequest` as it is embedded in our answer: as it came, but for an embedded post, of which its id stays. So no text
/// of others is kept beside what its author can delete; a proof over the whole would not hold any more and goes too.
pub fn answered(request: &Value) -> Value {
    let mut answered = request.clone();
    let Some(object) = answered.as_object_mut() else {
        return answered;
    };
    let id = object.get("instrument").and_then(|post| post.get("id")).cloned();
    if let Some(id) = id {
        object.insert("instrument".to_owned(), id);
        object.remove("proof");
        object.remove("signature");
    }
    answered
}
