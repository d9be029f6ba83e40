//! What a text written again changes of what stands: only what differs from what it said last. An act since then, a milestone that was
//! done or a review that was set, is not undone by a text that never heard of it.

use serde_json::{Map, Value};

/// `stood`, with what `file` says otherwise than `last`. Lists of things with a `title` are gone through thing by thing, known by
/// its title, or by the one that it says it had (`was`); other lists are one value.
pub fn merge(last: &Value, file: &Value, stood: &Value) -> Value {
    if file == last {
        return stood.clone();
    }
    match (file, stood) {
        (Value::Object(written), Value::Object(kept)) => {
            let keys = written.keys().chain(kept.keys().filter(|key| !written.contains_key(*key)));
            let of = |value: &Value, key: &str| value.get(key).cloned().unwrap_or_default();
            let merged =
                keys.map(|key| (key.clone(), merge(&of(last, key), &of(file, key), &of(stood, key))));
            Value::Object(merged.filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>())
        }
        (Value::Array(written), Value::Array(kept)) if are_titled(written) && are_titled(kept) => {
            let merged = written.iter().map(|one| match (named(last, one), named(stood, one)) {
                (Some(last), Some(stood)) => merge(last, one, stood),
                _ => one.clone(),
            });
            Value::Array(merged.collect())
        }
        _ => file.clone(),
    }
}

fn are_titled(list: &[Value]) -> bool {
    list.iter().all(|one| one.get("title").is_some_and(Value::is_string))
}

/// The thing of a list that has the title of `one`, or the title that it had.
fn named<'a>(list: &'a Value, one: &Value) -> Option<&'a Value> {
    let titled = |title: &Value| list.as_array()?.iter().find(|other| other.get("title") == Some(title));
    ["title", "was"].iter().find_map(|key| titled(one.get(*key)?))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "a test may panic")]
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_that_says_the_same_again_changes_nothing() {
        let last = json!({"state": "open", "body": "A", "details": {"milestones": [{"title": "a", "status": "planned"}]}});
        let stood = json!({"state": "adopted", "body": "B", "details": {"review": "2027-01-01", "milestones": [
            {"title": "a", "status": "done", "reason": "x"}, {"title": "b"},
        ]}});
        assert_eq!(merge(&last, &last, &stood), stood);
    }

    #[test]
    fn what_it_says_otherwise_takes_its_place_and_acts_since_stay() {
        let step =
            |title: &str, status: &str, due: &str| json!({"title": title, "status": status, "due": due});
        let last = json!({"summary": "s", "tags": ["a"], "steps": [step("a", "planned", "1"), step("b", "planned", "2")]});
        let stood = json!({"summary": "s", "tags": ["a"], "state": "x", "steps": [step("a", "done", "1"), step("b", "late", "2")]});
        let mut renamed = step("c", "planned", "2");
        renamed["was"] = "b".into();
        let file = json!({"summary": "t", "tags": [], "steps": [renamed, step("a", "planned", "3"), step("d", "planned", "4")]});
        let mut late = step("c", "late", "2");
        late["was"] = "b".into();
        let merged = json!({"summary": "t", "tags": [], "state": "x", "steps": [late, step("a", "done", "3"), step("d", "planned", "4")]});
        assert_eq!(merge(&last, &file, &stood), merged);
    }

    #[test]
    fn what_it_leaves_out_is_taken_away_unless_an_act_set_it() {
        let merged = merge(
            &json!({"place": "Lyon", "review": null}),
            &json!({"place": null}),
            &json!({"place": "Lyon", "review": "2027-01-01"}),
        );
        assert_eq!(merged, json!({"review": "2027-01-01"}));
    }
}
