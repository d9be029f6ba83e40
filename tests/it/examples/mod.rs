//! The examples of docs/federation-examples.md are what a node serves and sends. `RESET_UPDATE_EXAMPLES=1` writes them anew.

mod made;
mod node;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use reset_federation::key::PublicKey;
use reset_federation::proof::Proof;
use serde_json::Value;

/// A line before a fenced block names what stands in it.
const MARK: &str = "<!-- example: ";

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The text with each marked block replaced by its example; the names that are marked.
fn filled(text: &str, examples: &BTreeMap<&'static str, String>) -> (String, BTreeSet<String>) {
    let (mut new, mut names) = (String::new(), BTreeSet::new());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        new.push_str(line);
        new.push('\n');
        let Some(name) = line.strip_prefix(MARK).and_then(|rest| rest.strip_suffix(" -->")) else {
            continue;
        };
        assert!(names.insert(name.to_owned()), "the example {name} is there twice");
        let example = examples.get(name).unwrap_or_else(|| panic!("nothing makes the example {name}"));
        let fence = lines.next().unwrap_or_default();
        assert!(fence.len() > 3 && fence.starts_with("```"), "no block follows the mark of {name}: {fence}");
        lines
            .by_ref()
            .find(|line| *line == "```")
            .unwrap_or_else(|| panic!("the block of {name} does not end"));
        new.push_str(&format!("{fence}\n{example}\n```\n"));
    }
    (new, names)
}

#[tokio::test]
async fn the_examples_of_the_documentation_are_what_a_node_serves_and_sends() {
    let examples = made::all().await;
    let file = path("docs/federation-examples.md");
    let old = std::fs::read_to_string(&file).unwrap();
    let (new, names) = filled(&old, &examples);
    let unused: Vec<_> = examples.keys().filter(|name| !names.contains(**name)).collect();
    assert!(unused.is_empty(), "these examples stand nowhere: {unused:?}");
    if std::env::var_os("RESET_UPDATE_EXAMPLES").is_some() {
        std::fs::write(&file, new).unwrap();
        return;
    }
    let differing = old.lines().zip(new.lines()).find(|(old, new)| old != new);
    assert!(
        differing.is_none() && old == new,
        "docs/federation-examples.md is not what a node says: run this test with RESET_UPDATE_EXAMPLES=1 and read the difference; \
         the first is {differing:#?}"
    );
}

#[test]
fn every_proof_in_the_examples_holds_by_the_keys_that_the_examples_list() {
    let text = std::fs::read_to_string(path("docs/federation-examples.md")).unwrap();
    let blocks = text.split("```json\n").skip(1).map(|block| block.split("\n```").next().unwrap());
    let documents: Vec<Value> = blocks.map(|block| serde_json::from_str(block).unwrap()).collect();
    let listed = |value: &Value| {
        Some((value["id"].as_str()?.to_owned(), value["publicKeyMultibase"].as_str()?.to_owned()))
    };
    let keys: BTreeMap<String, String> = documents
        .iter()
        .flat_map(|one| one["assertionMethod"].as_array())
        .flatten()
        .filter_map(listed)
        .collect();
    let mut proofs = 0;
    for document in &documents {
        let mut inside = Some(document);
        while let Some(one) = inside {
            if let Some(proof) = Proof::read(one).unwrap() {
                let key =
                    PublicKey::from_multibase(&keys[one["proof"]["verificationMethod"].as_str().unwrap()])
                        .unwrap();
                assert_eq!(proof.verify(&key, "2027-01-01T00:00:00Z".parse().unwrap()), Ok(()), "{one:#}");
                proofs += 1;
            }
            inside = one.get("object");
        }
    }
    assert!(proofs > 20, "{proofs}");
}

#[test]
fn the_register_of_the_examples_holds() {
    let text = std::fs::read_to_string(path("docs/federation-examples.md")).unwrap();
    let block = text.split("<!-- example: register -->\n```json\n").nth(1).unwrap();
    let register = block.split("\n```").next().unwrap();
    let held = reset_federation::register::verify(
        register.as_bytes(),
        None,
        "2027-01-01T00:00:00Z".parse().unwrap(),
    );
    let held = held.unwrap();
    assert!(held.holds() && held.last == Some(3), "{:?}", held.faults);
}

#[test]
fn every_term_that_our_contexts_define_is_in_the_table_of_federation_md() {
    use reset_federation::vocab;
    let text = std::fs::read_to_string(path("FEDERATION.md")).unwrap();
    let contexts =
        [vocab::actor_context(), vocab::object_context(), vocab::event_context(), vocab::quote_context()];
    let terms: BTreeSet<String> = contexts
        .iter()
        .filter_map(|context| context.as_array()?.last()?.as_object())
        .flat_map(|inline| inline.iter())
        // A prefix stands for itself: its expansion ends in `#` or `/`.
        .filter(|(_, meaning)| !meaning.as_str().is_some_and(|iri| iri.ends_with(['#', '/'])))
        .map(|(term, _)| term.clone())
        .collect();
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| `")).collect();
    let told = |term: &String| {
        rows.iter().any(|row| row.split('|').nth(1).unwrap_or_default().contains(&format!("`{term}`")))
    };
    let missing: Vec<_> = terms.iter().filter(|term| !told(term)).collect();
    assert!(terms.len() > 30 && missing.is_empty(), "{missing:?}");
}

/// JSON as people read it: what fits in a line stands in one.
pub(super) fn pretty(value: &Value) -> String {
    let mut text = String::new();
    lay(value, 0, 0, &mut text);
    text
}

const WIDTH: usize = 110;

fn lay(value: &Value, depth: usize, before: usize, text: &mut String) {
    let line = value.to_string();
    let entries: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(key, value)| (format!("{key:?}: "), value)).collect(),
        Value::Array(items) => items.iter().map(|value| (String::new(), value)).collect(),
        _ => Vec::new(),
    };
    if entries.is_empty() || depth * 2 + before + line.len() < WIDTH {
        return text.push_str(&line);
    }
    let (open, close) = if value.is_object() { ('{', '}') } else { ('[', ']') };
    text.push(open);
    for (index, (key, value)) in entries.iter().enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        text.push_str(&"  ".repeat(depth + 1));
        text.push_str(key);
        lay(value, depth + 1, key.len(), text);
    }
    text.push('\n');
    text.push_str(&"  ".repeat(depth));
    text.push(close);
}

mod tests {
    use serde_json::json;

    #[test]
    fn laid_out_json_is_the_same_json() {
        let long = "a \"long\" text\n ".repeat(10);
        let value = json!({"a": [1, {"b": long, "c": []}], "d": {}, "e": [long, null, true]});
        let text = super::pretty(&value);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
        assert!(text.lines().count() > 5 && super::pretty(&json!({"a": 1})) == "{\"a\":1}");
    }
}
