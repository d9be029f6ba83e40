//! Quotes (FEP-044f): what a post of another server says that it quotes.
//!
//! Parsing only: whether it may is asked of the author of what is quoted.

use crate::fields;
use serde_json::Value;

/// The property of FEP-044f, then those that other servers used before it.
const NAMES: [&str; 4] = ["quote", "quoteUrl", "quoteUri", "_misskey_quote"];

/// Whether a post says that it quotes something else than `target`. A post that names nothing is let pass: its author says
/// in the request what it quotes.
#[must_use]
pub fn quotes_another(post: &Value, target: &str) -> bool {
    let mut named =
        NAMES.iter().flat_map(|name| fields::entries(post, name)).filter_map(fields::id_text).peekable();
    named.peek().is_some() && !named.any(|id| id == target)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_target_is_found_under_each_name_and_another_is_noticed() {
        for name in NAMES {
            assert!(!quotes_another(&json!({name: "https://us.example/p/1"}), "https://us.example/p/1"));
            assert!(!quotes_another(
                &json!({name: {"id": "https://us.example/p/1"}}),
                "https://us.example/p/1"
            ));
            assert!(quotes_another(&json!({name: "https://us.example/p/2"}), "https://us.example/p/1"));
        }
        assert!(!quotes_another(&json!({"content": "RE: …"}), "https://us.example/p/1"));
        assert!(!quotes_another(&json!({"quote": null}), "https://us.example/p/1"));
    }
}
