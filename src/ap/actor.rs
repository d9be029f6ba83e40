//! Local actors as documents (FEDERATION.md).

use chrono::DateTime;
use chrono::Utc;
use reset_federation::vocab;
use serde_json::{Value, json};
use url::Url;

use super::activity::timestamp;
use super::keys::Signer;
use crate::app::App;
use crate::db::Conn;
use crate::domain::actor::ActorKind;
use crate::domain::coalition::Dimension;
use crate::model;
use crate::model::actor::Actor;
use crate::model::coalition::{Coalition, Lists, Member};
use crate::model::organisation::Organisation;
use crate::text::html::{escape, render};
use crate::text::{Lang, t, tf, word};

/// What an actor says of itself, beside its row and its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Profile {
    /// A coalition with its lists and members.
    Coalition(Box<Coalition>, Lists, Vec<Member>),
    /// An organisation.
    Organisation(Organisation),
    /// The name of a person.
    Person(String),
    /// The node.
    Node,
}

/// What the rows say of an actor; `None` where there is none of its kind.
///
/// # Errors
/// The database's.
pub fn profile(conn: &mut Conn, actor: &Actor) -> model::Result<Option<Profile>> {
    Ok(match actor.kind {
        ActorKind::Node => Some(Profile::Node),
        ActorKind::Coalition => {
            let (_, coalition) = model::coalition::by_id(conn, actor.id)?;
            let lists = model::coalition::lists(conn, actor.id)?;
            let members = model::coalition::members(conn, actor.id)?;
            Some(Profile::Coalition(Box::new(coalition), lists, members))
        }
        ActorKind::Organisation => {
            model::organisation::by_handle(conn, &actor.handle)?.map(|(_, row)| Profile::Organisation(row))
        }
        ActorKind::Person => {
            model::account::by_handle(conn, &actor.handle)?.map(|(_, account)| Profile::Person(account.name))
        }
    })
}

/// The document of a local actor.
pub fn document(app: &App, actor: &Actor, profile: &Profile, signer: &Signer) -> Value {
    let urls = &app.urls;
    let id = urls.actor(actor.kind, &actor.handle);
    let (name, summary, fields) = told(app, actor, profile);
    let picture = |file: &str| json!({"type": "Image", "mediaType": "image/png", "url": format!("{}/pictures/{}/{file}.png", urls.base(), actor.handle)});
    let mut document = json!({
        "@context": vocab::actor_context(),
        "id": id,
        "type": actor.kind.activity_type(),
        "preferredUsername": actor.handle,
        "name": name,
        "summary": summary,
        "url": if actor.kind == ActorKind::Node { format!("{}/", urls.base()) } else { id.clone() },
        "inbox": format!("{id}/inbox"),
        "outbox": format!("{id}/outbox"),
        "followers": format!("{id}/followers"),
        "following": format!("{id}/following"),
        "featured": format!("{id}/featured"),
        "endpoints": {"sharedInbox": urls.shared_inbox()},
        "publicKey": {"id": signer.key_id, "owner": id, "publicKeyPem": signer.public_pem},
        "assertionMethod": signer.assertion.iter().map(|(key, multibase)| json!({
            "id": key,
            "type": "Multikey",
            "controller": id,
            "publicKeyMultibase": multibase,
        })).collect::<Vec<_>>(),
        "icon": picture("icon"),
        "image": picture("banner"),
        "attachment": fields,
        "published": timestamp(actor.created_at.and_utc()),
        "updated": timestamp(actor.updated_at.and_utc()),
        "discoverable": actor.kind != ActorKind::Node,
        "indexable": actor.kind != ActorKind::Node,
        "manuallyApprovesFollowers": false,
        "attributionDomains": [host(urls.base())],
        "generator": {
            "type": "Application",
            "id": urls.node(),
            "name": "reset-node",
            "implements": [{"href": "https://w3id.org/fep/844e", "name": "FEP-844e: Capability discovery"}],
        },
    });
    if let Some(object) = document.as_object_mut() {
        if let Profile::Coalition(coalition, lists, members) = profile {
            object.insert("proposals".to_owned(), format!("{id}/proposals").into());
            object.insert("decisions".to_owned(), format!("{id}/decisions").into());
            object.insert("coalition".to_owned(), facts(coalition, lists, members));
        }
        let aliases: Vec<String> = actor.also_known_as.lines().map(|kept| urls.told(kept)).collect();
        if !aliases.is_empty() {
            object.insert("alsoKnownAs".to_owned(), aliases.into());
        }
        if let Some(to) = &actor.moved_to {
            object.insert("movedTo".to_owned(), urls.told(to).into());
        }
    }
    document
}

/// The activity that tells followers of a changed profile.
pub fn update(app: &App, id: &str, document: &Value, at: DateTime<Utc>) -> Value {
    let actor = document.get("id").and_then(Value::as_str).unwrap_or_default();
    super::activity::Said { urls: &app.urls, id, actor, at }.publicly("Update", document)
}

fn host(base: &str) -> String {
    let host = Url::parse(base).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_default()
}

/// Name (plain), summary (HTML) and fields.
fn told(app: &App, actor: &Actor, profile: &Profile) -> (String, String, Vec<Value>) {
    match profile {
        Profile::Coalition(coalition, lists, members) => (
            coalition.name(&actor.handle),
            introduction(coalition, &actor.handle),
            fields(coalition, lists, members),
        ),
        Profile::Organisation(organisation) => {
            let mut fields = Vec::new();
            if let Some(website) = &organisation.website {
                let lang = Lang::of_tag(&app.config.node.language).unwrap_or_default();
                fields.push(link(t(lang, "field-website"), website));
            }
            (organisation.name.clone(), paragraph(&organisation.summary), fields)
        }
        Profile::Person(name) => (name.clone(), String::new(), Vec::new()),
        Profile::Node => (app.config.node.name.clone(), String::new(), Vec::new()),
    }
}

/// What a follower reads under the name: the topic, the impact sought, the narrative; else the problem; else where it stands.
fn introduction(coalition: &Coalition, handle: &str) -> String {
    let mut html = String::new();
    if coalition.title.is_some() {
        html.push_str(&paragraph(coalition.topic.as_deref().unwrap_or_default()));
    }
    html.push_str(&paragraph(coalition.impact.as_deref().unwrap_or_default()));
    html.push_str(&render(coalition.narrative.as_deref().unwrap_or_default()));
    if !html.is_empty() {
        return html;
    }
    if let Some(problem) = &coalition.problem {
        return render(problem);
    }
    // Nothing is written yet: a profile without a word looks like one of nobody.
    let lang = Lang::of_tag(&coalition.language).unwrap_or_default();
    let stage = word(lang, "stage", coalition.stage.as_str());
    let name = coalition.name(handle);
    paragraph(&tf(lang, "profile-of-nothing", &[("name", (&name).into()), ("stage", stage.into())]))
}

fn paragraph(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("<p>{}</p>", escape(text)) }
}

fn fields(coalition: &Coalition, lists: &Lists, members: &[Member]) -> Vec<Value> {
    let lang = Lang::of_tag(&coalition.language).unwrap_or_default();
    let mut fields = vec![field(t(lang, "field-stage"), word(lang, "stage", coalition.stage.as_str()))];
    if let Some(steward) = members.iter().find(|member| member.role == crate::domain::actor::Role::Steward) {
        fields.push(field(t(lang, "field-steward"), &steward.name));
    }
    let qualities: Vec<_> =
        lists.qualities.iter().map(|quality| word(lang, "quality", quality.as_str())).collect();
    if !qualities.is_empty() {
        fields.push(field(t(lang, "field-qualities"), &qualities.join(", ")));
    }
    if let Some(territory) = &coalition.territory {
        fields.push(field(t(lang, "field-territory"), territory));
    }
    fields
}

fn field(name: &str, value: &str) -> Value {
    json!({"type": "PropertyValue", "name": name, "value": escape(value)})
}

/// Mastodon verifies a lone `<a rel="me">` whose href equals its text.
fn link(name: &str, url: &str) -> Value {
    let url = escape(url);
    json!({"type": "PropertyValue", "name": name, "value": format!("<a href=\"{url}\" rel=\"me\">{url}</a>")})
}

/// Our own term: what is known of the coalition, for machines. What is not known is left out.
fn facts(coalition: &Coalition, lists: &Lists, members: &[Member]) -> Value {
    let mut facts = json!({
        "number": coalition.number,
        "titleProvisional": coalition.title_provisional,
        "topic": coalition.topic,
        "problem": coalition.problem,
        "impact": coalition.impact,
        "stage": coalition.stage,
        "family": coalition.family,
        "cohort": coalition.cohort,
        "pilot": coalition.pilot,
        "territory": coalition.territory,
        "horizon": coalition.horizon,
        "parent": coalition.parent,
        "languages": lists.languages,
        "levers": lists.levers,
        "qualities": lists.qualities,
        "dimensions": lists.present(members),
        "examples": lists.examples,
        "associated": lists.associated.iter().map(|one| with_dimensions(json!({"name": one.name, "state": one.state}), &one.dimensions)).collect::<Vec<_>>(),
        "members": members.iter().map(|member| with_dimensions(json!({"name": member.name, "role": member.role}), &member.dimensions)).collect::<Vec<_>>(),
    });
    if let Some(object) = facts.as_object_mut() {
        object.retain(|_, value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()));
    }
    facts
}

/// With what somebody brings, where that is known.
fn with_dimensions(mut fact: Value, dimensions: &[Dimension]) -> Value {
    if let Some(object) = fact.as_object_mut().filter(|_| !dimensions.is_empty()) {
        object.insert("dimensions".to_owned(), json!(dimensions));
    }
    fact
}
