//! Integrity proofs over generated documents: what was signed verifies after a journey as text, and no change goes unnoticed.

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use reset_federation::json;
use reset_federation::key::{Ed25519Private, PublicKey};
use reset_federation::proof::{self, Proof, ProofError};
use serde_json::{Map, Value};
use std::sync::LazyLock;

use crate::fixtures;

static KEY: LazyLock<Ed25519Private> = LazyLock::new(|| Ed25519Private::generate().unwrap());
static PUBLIC: LazyLock<PublicKey> =
    LazyLock::new(|| PublicKey::from_multibase(&KEY.public_multibase()).unwrap());
const METHOD: &str = "https://a.example/ada#ed25519-key";

fn now() -> DateTime<Utc> {
    "2026-11-06T08:49:37Z".parse().unwrap()
}

fn verify(document: &Value) -> Result<(), ProofError> {
    Proof::read(document)?.ok_or(ProofError::Suite)?.verify(&PUBLIC, now())
}

/// Any JSON object; its keys are too short to be `proof`.
fn document() -> impl Strategy<Value = Map<String, Value>> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    let value = leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            members(inner).prop_map(Value::Object),
        ]
    });
    members(value)
}

fn members(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::hash_map(".{0,4}", value, 1..5).prop_map(|map| map.into_iter().collect())
}

/// What holds no other value.
fn leaves<'v>(value: &'v mut Value, found: &mut Vec<&'v mut Value>) {
    let is_leaf = match &*value {
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => true,
    };
    match value {
        leaf if is_leaf => found.push(leaf),
        Value::Array(items) => items.iter_mut().for_each(|item| leaves(item, found)),
        Value::Object(map) => map.values_mut().for_each(|item| leaves(item, found)),
        _ => {}
    }
}

fn change(leaf: &mut Value) {
    *leaf = match leaf.take() {
        Value::Bool(v) => (!v).into(),
        Value::String(v) => format!("{v}x").into(),
        Value::Number(v) => v.to_string().into(),
        Value::Array(_) => Value::Object(Map::new()),
        Value::Null | Value::Object(_) => 0.into(),
    };
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_signed_document_verifies_and_any_changed_leaf_does_not(
        members in document(),
        context in prop::option::of(prop::sample::select(vec!["\"https://a.example/v1\"", "[\"https://a.example/v1\",{\"a\":\"b:c\"}]"])),
        which in any::<prop::sample::Index>(),
    ) {
        let mut signed = Value::Object(members);
        if let Some(context) = context {
            signed["@context"] = serde_json::from_str(context).unwrap();
        }
        proof::sign(&mut signed, METHOD, &KEY, now()).unwrap();
        let mut read = json::parse(signed.to_string().as_bytes()).unwrap();
        prop_assert_eq!(verify(&read), Ok(()));
        let mut found = Vec::new();
        leaves(&mut read, &mut found);
        let which = which.index(found.len());
        change(found[which]);
        prop_assert!(verify(&read).is_err());
    }
}

#[test]
fn the_samples_of_peers_are_signed_and_verified_and_their_own_proofs_read() {
    for (name, bytes) in fixtures::all() {
        let mut document = json::parse(&bytes).unwrap();
        if proof::is_present(&document) {
            assert!(Proof::read(&document).unwrap().unwrap().method().starts_with("https://"), "{name}");
        }
        proof::sign(&mut document, METHOD, &KEY, now()).unwrap();
        assert_eq!(verify(&document), Ok(()), "{name}");
    }
}
