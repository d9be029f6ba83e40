//! What a coalition passes on of its members (FEP-1b12): which activities, and in which forms. Whether their actor is a member is
//! asked by the caller.

use aws_lc_rs::digest;
use chrono::{DateTime, Utc};
use serde_json::Value;

/// The UUIDv7 of the `Announce` of `thing` by a coalition, always the same one: a repetition is the same activity. `thing` is the
/// path of what is ours, else a URL; `at` is when it was published, so that ids sort with those of other activities.
pub fn id(coalition: &str, thing: &str, at: DateTime<Utc>) -> String {
    let digest = digest::digest(&digest::SHA256, format!("announce {coalition} {thing}").as_bytes());
    let mut random = [0; 10];
    random.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().hyphenated().to_string()
}

/// An activity that may be passed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passing<'a> {
    /// Its id.
    pub id: &'a str,
    /// Who did it.
    pub actor: &'a str,
    /// The id of what it is about.
    pub object: &'a str,
    /// What follows from it for microblogs.
    pub share: Share,
    /// When it was said, if it says so.
    pub at: Option<DateTime<Utc>>,
}

/// What servers are told that know an `Announce` of an object only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// The object is shared: a contribution begins.
    Begin,
    /// The share is taken back: the object was deleted.
    End,
    /// Nothing: it is an edit, or the answer to something.
    None,
}

/// Reads an activity that may be passed on: a `Create`, `Update` or `Delete` of an object by its own author. An `Announce` never
/// is, so that two servers that pass on what the other passes on end after one round.
pub fn read(activity: &Value) -> Option<Passing<'_>> {
    let kind = activity.get("type")?.as_str()?;
    let object = activity.get("object")?;
    let is_answer = object.get("inReplyTo").is_some_and(|parent| !parent.is_null());
    let share = match kind {
        "Create" if !is_answer => Share::Begin,
        "Create" | "Update" => Share::None,
        "Delete" => Share::End,
        _ => return None,
    };
    let actor = id_of(activity.get("actor")?)?;
    if kind != "Delete" && id_of(object.get("attributedTo")?)? != actor {
        return None;
    }
    let at = activity.get("published").and_then(Value::as_str);
    let at = at.and_then(|at| DateTime::parse_from_rfc3339(at).ok()).map(|at| at.with_timezone(&Utc));
    let (id, object) = (activity.get("id")?.as_str()?, id_of(object)?);
    Some(Passing { id, actor, object, share, at })
}

fn id_of(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value.get("id").and_then(Value::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(kind: &str, object: Value) -> Value {
        json!({"id": "https://a.example/1", "type": kind, "actor": "https://a.example/org", "object": object})
    }

    #[test]
    fn the_same_announce_has_the_same_id_and_sorts_by_time() {
        let at = DateTime::UNIX_EPOCH + chrono::TimeDelta::days(20_000);
        assert_eq!(id("g", "notes/1", at), id("g", "notes/1", at));
        assert_ne!(id("g", "notes/1", at), id("h", "notes/1", at));
        assert_ne!(id("g", "notes/1", at), id("g", "notes/2", at));
        let later = at + chrono::TimeDelta::milliseconds(1);
        assert!(id("g", "notes/2", at) < id("g", "notes/1", later));
        assert!(crate::app::new_id(at) < id("g", "notes/1", later));
    }

    #[test]
    fn only_what_authors_say_of_their_own_is_passed_on() {
        let note =
            json!({"id": "https://a.example/n", "type": "Note", "attributedTo": "https://a.example/org"});
        let mut answer = note.clone();
        answer.as_object_mut().into_iter().for_each(|it| {
            it.insert("inReplyTo".to_owned(), "https://b.example/p".into());
        });
        let share = |kind: &str, object: &Value| read(&of(kind, object.clone())).map(|passing| passing.share);
        assert_eq!(share("Create", &note), Some(Share::Begin));
        assert_eq!(share("Create", &answer), Some(Share::None));
        assert_eq!(share("Update", &note), Some(Share::None));
        assert_eq!(share("Delete", &json!("https://a.example/n")), Some(Share::End));
        for kind in ["Announce", "Like", "Undo", "Follow", "Add"] {
            assert_eq!(share(kind, &note), None, "{kind}");
        }
        let mut stolen = note;
        stolen.as_object_mut().into_iter().for_each(|it| {
            it.insert("attributedTo".to_owned(), "https://a.example/eve".into());
        });
        assert_eq!(share("Create", &stolen), None);
        assert_eq!(read(&json!({"type": "Create"})), None);
    }
}
