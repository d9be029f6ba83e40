//! The message files (Fluent, one folder a language), compiled in and parsed once. Messages without a variable are
//! formatted at that moment, since pages ask for dozens of them; holds no sentence itself.

use std::collections::HashMap;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::ast::Entry;
use unic_langid::LanguageIdentifier;

use super::Lang;

const FR: &[&str] = &[
    include_str!("locales/fr/words.ftl"),
    include_str!("locales/fr/summary.ftl"),
    include_str!("locales/fr/pages.ftl"),
    include_str!("locales/fr/federation.ftl"),
    include_str!("locales/fr/notes.ftl"),
    include_str!("locales/fr/import.ftl"),
    include_str!("locales/fr/site.ftl"),
    include_str!("locales/fr/register.ftl"),
    include_str!("locales/fr/proposals.ftl"),
    include_str!("locales/fr/life.ftl"),
    include_str!("locales/fr/shared.ftl"),
    include_str!("locales/fr/look.ftl"),
    include_str!("locales/fr/deeds.ftl"),
    include_str!("locales/fr/said.ftl"),
    include_str!("locales/fr/lists.ftl"),
    include_str!("locales/fr/mail.ftl"),
];
const EN: &[&str] = &[
    include_str!("locales/en/words.ftl"),
    include_str!("locales/en/summary.ftl"),
    include_str!("locales/en/pages.ftl"),
    include_str!("locales/en/federation.ftl"),
    include_str!("locales/en/notes.ftl"),
    include_str!("locales/en/import.ftl"),
    include_str!("locales/en/site.ftl"),
    include_str!("locales/en/register.ftl"),
    include_str!("locales/en/proposals.ftl"),
    include_str!("locales/en/life.ftl"),
    include_str!("locales/en/shared.ftl"),
    include_str!("locales/en/look.ftl"),
    include_str!("locales/en/deeds.ftl"),
    include_str!("locales/en/said.ftl"),
    include_str!("locales/en/lists.ftl"),
    include_str!("locales/en/mail.ftl"),
];

static FRENCH: LazyLock<Table> = LazyLock::new(|| Table::new(Lang::Fr, FR));
static ENGLISH: LazyLock<Table> = LazyLock::new(|| Table::new(Lang::En, EN));

struct Table {
    bundle: FluentBundle<FluentResource>,
    fixed: HashMap<String, String>,
}

impl Table {
    fn new(lang: Lang, files: &[&str]) -> Table {
        let locale: LanguageIdentifier = lang.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        bundle.set_use_isolating(false);
        let mut ids = Vec::new();
        for file in files {
            // A file with a fault keeps its good messages; the tests refuse the fault.
            let resource = match FluentResource::try_new((*file).to_owned()) {
                Ok(resource) | Err((resource, _)) => resource,
            };
            ids.extend(resource.entries().filter_map(|entry| match entry {
                Entry::Message(message) => Some(message.id.name.to_owned()),
                _ => None,
            }));
            bundle.add_resource_overriding(resource);
        }
        let fixed = ids.into_iter().filter_map(|id| {
            let text = format(&bundle, &id, None)?;
            Some((id, text))
        });
        let fixed = fixed.collect();
        Table { bundle, fixed }
    }
}

/// The text of a message, `None` if it does not exist or wants variables that were not given.
fn format(bundle: &FluentBundle<FluentResource>, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
    let pattern = bundle.get_message(key)?.value()?;
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, args, &mut errors);
    errors.is_empty().then(|| text.into_owned())
}

fn table(lang: Lang) -> &'static Table {
    match lang {
        Lang::Fr => &FRENCH,
        Lang::En => &ENGLISH,
    }
}

/// The message `key`, which has no variables. A key that does not exist is shown as it is, so that it is seen; the tests
/// look for such keys.
pub fn t(lang: Lang, key: &'static str) -> &'static str {
    table(lang).fixed.get(key).map_or(key, String::as_str)
}

/// A word of a vocabulary on screen: `word(lang, "stage", "landed")` is the message `stage-landed`. Empty if there is none.
pub fn word(lang: Lang, group: &str, word: &str) -> &'static str {
    let key = format!("{group}-{word}");
    table(lang).fixed.get(&key).map_or("", String::as_str)
}

/// What a variable of a message is given.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg<'a> {
    /// A text, inserted as it is.
    Text(&'a str),
    /// A count: told with the separators of the language as `$n`-like variables do, and it chooses the plural form.
    Count(i64),
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Arg<'a> {
        Arg::Text(text)
    }
}

impl<'a> From<&'a String> for Arg<'a> {
    fn from(text: &'a String) -> Arg<'a> {
        Arg::Text(text)
    }
}

impl From<i64> for Arg<'_> {
    fn from(count: i64) -> Self {
        Arg::Count(count)
    }
}

/// The message `key` with its variables. A count `name` chooses the plural form; its digits, separated as the language
/// does, are the variable `name_text`. A missing key is shown as it is.
pub fn tf(lang: Lang, key: &str, args: &[(&'static str, Arg<'_>)]) -> String {
    let mut fluent = FluentArgs::with_capacity(args.len() * 2);
    for (name, arg) in args {
        match arg {
            Arg::Text(text) => fluent.set(*name, *text),
            Arg::Count(count) => {
                fluent.set(*name, FluentValue::from(*count));
                fluent.set(format!("{name}_text"), number(lang, *count));
            }
        }
    }
    format(&table(lang).bundle, key, Some(&fluent)).unwrap_or_else(|| key.to_owned())
}

/// A whole number: `12 345` in French (narrow no-break space), `12,345` in English.
pub fn number(lang: Lang, value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let separator = match lang {
        Lang::Fr => '\u{202f}',
        Lang::En => ',',
    };
    let mut text = String::with_capacity(digits.len() + 8);
    if value < 0 {
        text.push('\u{2212}');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::domain::act::Act;
    use crate::domain::action::State as Action;
    use crate::domain::actor::{OrganisationKind, Role};
    use crate::domain::coalition::{AssociatedState, CharterState, Dimension, MembershipAct, Quality, Stage};
    use crate::domain::publication::{AttachmentRole, Kind, Method, MilestoneStatus, Outcome};
    use crate::domain::state;

    /// Every message of a language with the variables that it uses.
    fn messages(files: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
        let mut all = BTreeMap::new();
        for file in files {
            let resource = FluentResource::try_new((*file).to_owned()).unwrap();
            for entry in resource.entries() {
                let Entry::Message(message) = entry else {
                    continue;
                };
                let debug = format!("{:?}", message.value);
                let variables = debug
                    .split("VariableReference { id: Identifier { name: \"")
                    .skip(1)
                    .map(|rest| rest.split('"').next().unwrap().to_owned());
                let old = all.insert(message.id.name.to_owned(), variables.collect());
                assert!(old.is_none(), "{} is written twice", message.id.name);
            }
        }
        all
    }

    #[test]
    fn both_languages_have_the_same_messages_with_the_same_variables() {
        let (fr, en) = (messages(FR), messages(EN));
        assert!(fr.len() > 100);
        for (key, variables) in &fr {
            assert_eq!(en.get(key), Some(variables), "{key}");
        }
        assert_eq!(fr.len(), en.len());
    }

    #[test]
    fn every_word_of_the_vocabularies_is_told_in_both_languages() {
        let mut wanted = Vec::new();
        let mut add = |group: &str, words: &[&str]| {
            wanted.extend(words.iter().map(|word| format!("{group}-{word}")));
        };
        add("kind", Kind::WORDS);
        add("kinds", Kind::WORDS);
        add("method", Method::WORDS);
        add("round", Method::WORDS);
        add("stage", Stage::WORDS);
        add("quality", Quality::WORDS);
        add("dimension", Dimension::WORDS);
        add("role", Role::WORDS);
        add("organisation", OrganisationKind::WORDS);
        add("outcome", Outcome::WORDS);
        add("milestone", MilestoneStatus::WORDS);
        add("associated", AssociatedState::WORDS);
        add("action", Action::WORDS);
        add("deed", Act::WORDS);
        add("attachment", AttachmentRole::WORDS);
        add("register-act", crate::domain::decision::Act::WORDS);
        add("charter", CharterState::WORDS);
        add("history", MembershipAct::WORDS);
        for kind in Kind::ALL {
            for state in state::states(*kind) {
                add(&format!("state-{kind}"), &[state.as_str()]);
                add(&format!("head-{kind}"), &[state.as_str()]);
            }
        }
        for month in 1..=12 {
            wanted.push(format!("month-{month}"));
        }
        for lang in Lang::ALL {
            let known = messages(match lang {
                Lang::Fr => FR,
                Lang::En => EN,
            });
            for key in &wanted {
                assert!(known.contains_key(key), "{key} in {lang:?}");
            }
        }
    }

    #[test]
    fn every_message_that_code_and_templates_name_exists() {
        let known = messages(FR);
        let mut named = BTreeSet::new();
        let mut files = vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR"))];
        for folder in ["src/ap", "src/web", "src/text", "templates"] {
            files.push(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
        }
        files.remove(0);
        while let Some(path) = files.pop() {
            if path.is_dir() {
                files.extend(std::fs::read_dir(path).unwrap().map(|e| e.unwrap().path()));
                continue;
            }
            if path.ends_with("messages.rs") {
                continue;
            }
            let Ok(text) = std::fs::read_to_string(&path) else {
                continue;
            };
            let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
            for opening in [
                "t(\"",
                "tf(\"",
                "t(lang, \"",
                "tf(lang, \"",
                "tf( lang, \"",
                "count(\"",
                "lang_text(\"",
                "fact(\"",
            ] {
                for rest in flat.split(opening).skip(1) {
                    let key = rest.split('"').next().unwrap();
                    let plain =
                        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
                    if key.contains('-') && key.chars().all(plain) {
                        named.insert((key.to_owned(), path.clone()));
                    }
                }
            }
        }
        assert!(!named.is_empty());
        for (key, path) in named {
            assert!(known.contains_key(&key), "{key} in {}", path.display());
        }
    }

    #[test]
    fn numbers_are_separated_as_the_language_does() {
        assert_eq!(number(Lang::Fr, 1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(number(Lang::En, 1_234_567), "1,234,567");
        assert_eq!(number(Lang::En, 999), "999");
        assert_eq!(number(Lang::Fr, -1000), "\u{2212}1\u{202f}000");
    }

    #[test]
    fn a_key_that_does_not_exist_is_shown() {
        assert_eq!(t(Lang::Fr, "no-such-key"), "no-such-key");
        assert_eq!(tf(Lang::Fr, "no-such-key", &[]), "no-such-key");
    }
}
