//! What is known of a coalition, read from TOML or JSON. Real input is irregular: what has no field of its own but is known
//! is kept in the narrative, what nobody knows is refused by name.

use chrono::NaiveDate;
use serde_json::{Map, Value};

use super::Error;
use super::fields::{self, Fields};
use super::front_matter::{is_language, no_language};
use crate::domain::actor::Role;
use crate::domain::coalition::{AssociatedState, CharterState, Dimension, Stage};
use crate::domain::handle;
use crate::model::coalition::{Associated, Coalition, Lists};
use crate::text::{Arg, Lang, dates, tf};

const KEYS: [&str; 30] = [
    "handle",
    "number",
    "title",
    "title_provisional",
    "topic",
    "narrative",
    "problem",
    "impact",
    "levers",
    "qualities",
    "dimensions",
    "family",
    "cohort",
    "pilot",
    "territory",
    "horizon",
    "languages",
    "parent",
    "stage",
    "steward",
    "associated",
    "examples",
    "proposed_at",
    "steward_after_handover",
    "stages",
    "stage_on",
    "stage_reason",
    "impact_reason",
    "members",
    "charter",
];

/// A coalition as a file tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its handle; made from title or topic where none is written.
    pub handle: String,
    /// Its row, the actor being not yet known (0).
    pub coalition: Coalition,
    /// Its lists.
    pub lists: Lists,
    /// The handle of the organisation that carries it.
    pub steward: Option<String>,
    /// The stages it is known to have been in, the present one last.
    pub stages: Vec<ToldStage>,
    /// Why it seeks what it seeks now.
    pub impact_reason: Option<String>,
    /// Further members.
    pub members: Vec<ToldMember>,
    /// The versions of its charter, oldest first.
    pub charter: Vec<ToldCharter>,
    /// Its table as it was written; none where no file told it.
    pub file: Option<Map<String, Value>>,
}

/// A stage as a file tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldStage {
    /// Which.
    pub stage: Stage,
    /// When it was entered, if that is known.
    pub on: Option<NaiveDate>,
    /// Why, in public.
    pub reason: Option<String>,
}

/// A member as a file tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldMember {
    /// Its handle.
    pub handle: String,
    /// What it is to the coalition; not the steward, who has a key of its own.
    pub role: Role,
    /// What it brings.
    pub dimensions: Vec<Dimension>,
}

/// A version of a charter as a file tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldCharter {
    /// Its label.
    pub version: String,
    /// Beta or in force.
    pub state: CharterState,
    /// Since when.
    pub on: NaiveDate,
    /// The slug of the publication that holds its text.
    pub publication: Option<String>,
}

impl Profile {
    /// Reads a file: one coalition, or a list `coalitions`; JSON where it begins with a brace, else TOML. `language` is the
    /// node's, for a coalition that names none.
    ///
    /// # Errors
    /// [`Error::Field`] names the key and its place, [`Error::Refused`] says why the text cannot be read.
    pub fn parse_all(text: &str, language: &str) -> Result<Vec<Profile>, Error> {
        let mut top = top(text)?;
        if !top.has("coalitions") {
            return Ok(vec![profile(top, language, None)?]);
        }
        top.only(&["coalitions", "programme"])?;
        let horizon = horizon_of_all(&mut top)?;
        let profiles: Vec<Profile> = top
            .tables("coalitions")?
            .into_iter()
            .map(|table| profile(table, language, horizon))
            .collect::<Result<_, _>>()?;
        for (index, profile) in profiles.iter().enumerate() {
            if profiles.iter().take(index).any(|other| other.handle == profile.handle) {
                return Err(Error::Refused(format!(
                    "two coalitions of the file have the handle `{}`: write `handle` for one of them",
                    profile.handle
                )));
            }
        }
        Ok(profiles)
    }

    /// Reads a table that was read before: [`Profile::file`].
    pub(super) fn of_table(table: Map<String, Value>, language: &str) -> Result<Profile, Error> {
        profile(Fields::new(table), language, None)
    }
}

fn top(text: &str) -> Result<Fields, Error> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('{') {
        let map = serde_json::from_str(text);
        return map.map(Fields::new).map_err(|error| Error::Refused(format!("this is not JSON: {error}")));
    }
    let table: Result<toml::Table, _> = text.parse();
    table.map(Fields::of_toml).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count();
        let message: Vec<_> = error.message().split_whitespace().collect();
        Error::Refused(format!(
            "line {}: this is neither TOML nor JSON: {}",
            line.saturating_add(1),
            message.join(" ")
        ))
    })
}

/// The date by which the whole programme wants results. What else a file tells of the programme is not a coalition's.
fn horizon_of_all(top: &mut Fields) -> Result<Option<NaiveDate>, Error> {
    match top.table("programme")? {
        Some(mut programme) => Ok(programme.day("horizon")?),
        None => Ok(None),
    }
}

fn profile(mut fields: Fields, node: &str, horizon: Option<NaiveDate>) -> Result<Profile, Error> {
    fields.only(&KEYS)?;
    let mut file = fields.whole();
    if let Some(horizon) = horizon.filter(|_| !fields.has("horizon")) {
        file.insert("horizon".to_owned(), horizon.to_string().into());
    }
    let title = fields.text("title")?;
    let topic = fields.text("topic")?;
    let handle = match fields.text("handle")? {
        Some(handle) => handle.trim_start_matches('@').to_owned(),
        None => made_handle(&fields, title.as_deref().or(topic.as_deref()))?,
    };
    handle::check(&handle).map_err(|error| fields.wrong("handle", error))?;
    let lists = lists(&mut fields)?;
    let stages = stages(&mut fields)?;
    let language = language(&fields, &lists, node)?;
    let coalition = Coalition {
        actor_id: 0,
        number: fields.label("number")?,
        title,
        title_provisional: fields.flag("title_provisional")?,
        topic,
        narrative: narrative(&mut fields, &language)?,
        problem: fields.text("problem")?,
        impact: fields.text("impact")?,
        stage: stages.last().map_or(Stage::Intention, |step| step.stage),
        family: fields.text("family")?,
        cohort: fields.text("cohort")?,
        pilot: fields.flag("pilot")?,
        territory: fields.text("territory")?,
        horizon: fields.day("horizon")?.or(horizon),
        parent: fields.text("parent")?,
        language,
        icon: None,
    };
    let steward = fields.text("steward")?;
    Ok(Profile {
        handle,
        coalition,
        lists,
        steward: steward.map(|handle| handle.trim_start_matches('@').to_owned()),
        stages,
        impact_reason: fields.text("impact_reason")?,
        members: members(&mut fields)?,
        charter: charter(&mut fields)?,
        file: Some(file),
    })
}

fn charter(fields: &mut Fields) -> Result<Vec<ToldCharter>, fields::Error> {
    let read = |mut one: Fields| {
        one.only(&["version", "state", "on", "publication"])?;
        let missing = |key: &str| fields::Error::Missing(one.key(key));
        let (no_state, no_day) = (missing("state"), missing("on"));
        let state: CharterState = one.word("state")?.ok_or(no_state)?;
        if state == CharterState::Superseded {
            return Err(one
                .wrong("state", "a version is superseded by the next: write what it was, and the next one"));
        }
        Ok(ToldCharter {
            version: one.needed("version")?,
            state,
            on: one.day("on")?.ok_or(no_day)?,
            publication: one.text("publication")?,
        })
    };
    fields.tables("charter")?.into_iter().map(read).collect()
}

/// Those of the list `stages`, then the one of `stage`, unless the list ends with it.
fn stages(fields: &mut Fields) -> Result<Vec<ToldStage>, fields::Error> {
    let mut told: Vec<ToldStage> = Vec::new();
    for mut one in fields.tables("stages")? {
        one.only(&["stage", "on", "reason"])?;
        let stage = one.word("stage")?.ok_or_else(|| fields::Error::Missing(one.key("stage")))?;
        let on = one.day("on")?;
        if on.is_some() && told.iter().any(|before| before.on > on) {
            return Err(one.wrong("on", "is before the stage above it: write the stages in their order"));
        }
        told.push(ToldStage { stage, on, reason: one.text("reason")? });
    }
    let (stage, on, reason) = (fields.word("stage")?, fields.day("stage_on")?, fields.text("stage_reason")?);
    let stage: Stage = match (stage, told.last()) {
        (None, Some(_)) => return Ok(told),
        (None, None) => Stage::Intention,
        (Some(stage), Some(last)) if stage == last.stage => return Ok(told),
        (Some(stage), _) => stage,
    };
    told.push(ToldStage { stage, on, reason });
    Ok(told)
}

fn members(fields: &mut Fields) -> Result<Vec<ToldMember>, fields::Error> {
    let read = |mut one: Fields| {
        one.only(&["organisation", "role", "dimensions"])?;
        let role = one.word("role")?.unwrap_or(Role::Member);
        if role == Role::Steward {
            return Err(one.wrong("role", "the steward has a key of its own: write `steward`"));
        }
        Ok(ToldMember {
            handle: one.needed("organisation")?.trim_start_matches('@').to_owned(),
            role,
            dimensions: once(one.words("dimensions")?),
        })
    };
    fields.tables("members")?.into_iter().map(read).collect()
}

fn made_handle(fields: &Fields, name: Option<&str>) -> Result<String, Error> {
    let Some(name) = name else {
        return Err(fields::Error::Missing(fields.key("title")).into());
    };
    let made = handle::from_title(name);
    if handle::check(&made).is_err() {
        let say = format!("no handle can be made from `{name}`: write one");
        return Err(fields.wrong("handle", say).into());
    }
    Ok(made)
}

fn lists(fields: &mut Fields) -> Result<Lists, fields::Error> {
    Ok(Lists {
        levers: fields.texts("levers")?,
        qualities: once(fields.words("qualities")?),
        dimensions: once(fields.words("dimensions")?),
        languages: once(fields.texts("languages")?),
        examples: fields.texts("examples")?,
        associated: associated(fields)?,
    })
}

fn once<T: PartialEq>(list: Vec<T>) -> Vec<T> {
    let mut kept = Vec::with_capacity(list.len());
    for item in list {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}

/// Plain names, or tables with a name, how far the actor has come, and what it brings. A name stands once.
fn associated(fields: &mut Fields) -> Result<Vec<Associated>, fields::Error> {
    let mut list: Vec<Associated> = Vec::new();
    for (index, value) in (1_usize..).zip(fields.values("associated")?) {
        let one = match value {
            Value::String(name) => Associated {
                name: fields.trimmed("associated", &name)?.unwrap_or_default(),
                state: AssociatedState::Wanted,
                dimensions: Vec::new(),
            },
            Value::Object(map) => {
                let place = format!("{}[{index}]", fields.key("associated"));
                let mut one = Fields::new(map).at(&place);
                one.only(&["name", "state", "dimensions"])?;
                Associated {
                    state: one.word("state")?.unwrap_or(AssociatedState::Wanted),
                    dimensions: once(one.words("dimensions")?),
                    name: one.needed("name")?,
                }
            }
            _ => {
                let say = "must be names or tables with `name`, `state` and `dimensions`";
                return Err(fields.wrong("associated", say));
            }
        };
        if !one.name.is_empty() && !list.iter().any(|known| known.name == one.name) {
            list.push(one);
        }
    }
    Ok(list)
}

fn language(fields: &Fields, lists: &Lists, node: &str) -> Result<String, fields::Error> {
    match lists.languages.iter().find(|tag| !is_language(tag)) {
        None => Ok(lists.languages.first().map_or(node, String::as_str).to_owned()),
        Some(bad) => Err(fields.wrong("languages", no_language(bad))),
    }
}

/// The narrative, with what real input knows beside it: when the coalition was proposed, and who carries it after the
/// programme (a name, which need not be an organisation of this node).
fn narrative(fields: &mut Fields, language: &str) -> Result<Option<String>, fields::Error> {
    let lang = Lang::of_tag(language).unwrap_or_default();
    let mut parts: Vec<String> = fields.text("narrative")?.into_iter().collect();
    if let Some(day) = fields.day("proposed_at")? {
        let day = dates::day(lang, day);
        parts.push(tf(lang, "coalition-proposed-at", &[("date", Arg::Text(&day))]));
    }
    if let Some(name) = fields.text("steward_after_handover")? {
        parts.push(tf(lang, "coalition-handed-over-to", &[("name", Arg::Text(&name))]));
    }
    Ok((!parts.is_empty()).then(|| parts.join("\n\n")))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use crate::domain::coalition::Quality;

    fn read(text: &str) -> Result<Vec<Profile>, String> {
        Profile::parse_all(text, "fr").map_err(|error| error.to_string())
    }

    #[test]
    fn real_input_is_read_as_it_is() {
        let read = read(
            r#"{"programme": {"name": "P", "horizon": "2022-12-31"}, "coalitions": [
            {"number": "8.a", "title": "Les communs", "stage": "cadrage", "pilot": true, "qualities": ["équitable"],
             "associated": ["A", "A", "B"], "steward_after_handover": "ICPC", "proposed_at": "2020-04-21"},
            {"number": null, "title": null, "topic": "internet des objets", "stage": "intention"}]}"#,
        )
        .unwrap();
        let [communs, objets] = read.as_slice() else { unreachable!("there are two") };
        assert_eq!(communs.handle, "les_communs");
        assert_eq!(communs.coalition.stage, Stage::Scoping);
        assert_eq!(communs.lists.qualities, [Quality::Fair]);
        assert_eq!(communs.lists.associated.len(), 2);
        assert_eq!(communs.coalition.horizon.unwrap().to_string(), "2022-12-31");
        let narrative = communs.coalition.narrative.clone().unwrap();
        assert!(narrative.contains("avril") && narrative.contains("ICPC"), "{narrative}");
        assert_eq!(objets.handle, "internet_des_objets");
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        for (text, part) in [
            ("handle = 'a'\nstge = 'cadrage'", "did you mean `stage`?"),
            ("handle = 'a'\nstage = 'cadrag'", "`cadrag` is not a stage"),
            ("[[coalitions]]\nhandle='a'\n[[coalitions]]\nhandle='b'\nx=1", "`coalitions[2].x`"),
            ("[[coalitions]]\nhandle='a'\n[[coalitions]]\nhandle='a'", "two coalitions"),
            ("handle = 'É'", "is not a handle"),
            ("number = 1", "`title` is missing"),
            ("handle = ", "line 1: this is neither TOML nor JSON"),
            ("{", "this is not JSON"),
            ("handle='a'\n[[associated]]\nname='x'\nstat='y'", "did you mean `state`?"),
            ("title='a'\n[[members]]\norganisation='x'\nrole='porteur'", "write `steward`"),
            ("title='a'\n[[charter]]\nversion='1'\non=2020-01-01", "`charter[1].state` is missing"),
            ("title='a'\n[[stages]]\non=2020-01-01", "`stages[1].stage` is missing"),
            (
                "title='a'\n[[stages]]\nstage='active'\non=2021-01-01\n[[stages]]\nstage='landed'\non=2020-01-01",
                "`stages[2].on`: is before",
            ),
        ] {
            let said = read(text).unwrap_err();
            assert!(said.contains(part), "{said}");
        }
    }
}
