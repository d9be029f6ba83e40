//! Reads the configuration from its file and the environment, and says in one sentence what is wrong with it.
//! It opens nothing: whether an address is free or a database there is asked by who needs them.

use std::path::Path;

use confique::meta::{FieldKind, Meta};
use confique::{Config as _, Layer};
use serde::Deserialize;

use super::Config;

/// What is wrong with the configuration: one sentence that names the key and says what to write.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is not there.
    #[error(
        "there is no configuration at `{0}`: write one with `reset-node init`, or name another with --config"
    )]
    Missing(String),
    /// The file is there but cannot be read.
    #[error("the configuration `{path}` cannot be read: {error}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// The text is not TOML.
    #[error("{origin}, line {line}: this is not TOML: {message}")]
    Syntax {
        /// The file's name.
        origin: String,
        /// Counted from 1.
        line: usize,
        /// What the parser said.
        message: String,
    },
    /// A key that no version of this kind of node knows.
    #[error("{origin}: the key `{key}` is unknown{}", .nearest.as_ref().map(|near| format!(": did you mean `{near}`?")).unwrap_or_else(|| ": `reset-node config example` lists every key".to_owned()))]
    Unknown {
        /// The file's name, or "the environment".
        origin: String,
        /// As written.
        key: String,
        /// The one that was probably meant.
        nearest: Option<String>,
    },
    /// A value of the wrong type, or one that cannot be.
    #[error("{origin}: `{key}` {message}")]
    Value {
        /// The file's name, or "the environment".
        origin: String,
        /// With its table, such as `http.listen`.
        key: String,
        /// What is wrong and what to write.
        message: String,
    },
}

/// Reads the file at `path`; environment variables win over it.
///
/// # Errors
/// [`Error`], a sentence.
pub fn load(path: &Path) -> Result<Config, Error> {
    let origin = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Error::Missing(origin.clone()),
        _ => Error::Unreadable { path: origin.clone(), error },
    })?;
    let env = environment()?;
    load_text(&origin, &text, env)
}

type Part = <Config as confique::Config>::Layer;

/// Reads `text`; what `over` holds wins. `origin` names the text in errors.
///
/// # Errors
/// [`Error`], a sentence.
pub fn load_text(origin: &str, text: &str, over: Part) -> Result<Config, Error> {
    let table: toml::Table = text.parse().map_err(|error| syntax(origin, text, &error))?;
    known_keys(origin, &Config::META, &table, "")?;
    let file =
        Part::deserialize(toml::Deserializer::parse(text).map_err(|error| syntax(origin, text, &error))?)
            .map_err(|error| wrong_value(origin, text, &error))?;
    let all = over.with_fallback(file).with_fallback(Part::default_values());
    let config = Config::from_layer(all).map_err(|error| missing(origin, &error))?;
    check(origin, &config)?;
    Ok(config)
}

/// What the environment sets. A variable of ours with an unknown field is refused like a key.
fn environment() -> Result<Part, Error> {
    let origin = "the environment";
    let mut known = Vec::new();
    variables(&Config::META, &mut known);
    for (name, _) in std::env::vars_os() {
        let Some(name) = name.to_str() else { continue };
        if name.starts_with("RESET_NODE_") && name.contains("__") && !known.contains(&name) {
            return Err(Error::Unknown {
                origin: origin.to_owned(),
                key: name.to_owned(),
                nearest: nearest(name, known.iter().copied()),
            });
        }
    }
    Part::from_env().map_err(|error| Error::Value {
        origin: origin.to_owned(),
        key: known
            .iter()
            .find(|name| error.to_string().contains(&format!("`{name}`")))
            .map_or("RESET_NODE_…", |name| name)
            .to_owned(),
        message: format!("cannot be used: {error:#}"),
    })
}

fn variables(meta: &'static Meta, names: &mut Vec<&'static str>) {
    for field in meta.fields {
        match field.kind {
            FieldKind::Nested { meta } => variables(meta, names),
            FieldKind::Leaf { env, .. } => names.extend(env),
        }
    }
}

fn known_keys(origin: &str, meta: &Meta, table: &toml::Table, path: &str) -> Result<(), Error> {
    for (key, value) in table {
        let Some(field) = meta.fields.iter().find(|field| field.name == key) else {
            let near = nearest(key, meta.fields.iter().map(|field| field.name));
            return Err(Error::Unknown {
                origin: origin.to_owned(),
                key: format!("{path}{key}"),
                nearest: near.map(|near| format!("{path}{near}")),
            });
        };
        let FieldKind::Nested { meta } = field.kind else {
            continue;
        };
        let toml::Value::Table(inner) = value else {
            return Err(Error::Value {
                origin: origin.to_owned(),
                key: format!("{path}{key}"),
                message: format!("must be a table: write [{key}]"),
            });
        };
        known_keys(origin, meta, inner, &format!("{path}{key}."))?;
    }
    Ok(())
}

fn nearest<'a>(found: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let scored = known.map(|word| (strsim::jaro_winkler(found, word), word));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 > 0.7).then(|| best.1.to_owned())
}

fn syntax(origin: &str, text: &str, error: &toml::de::Error) -> Error {
    let at = error.span().map_or(0, |span| span.start);
    Error::Syntax {
        origin: origin.to_owned(),
        line: text.bytes().take(at).filter(|byte| *byte == b'\n').count().saturating_add(1),
        message: one_line(error.message()),
    }
}

fn wrong_value(origin: &str, text: &str, error: &toml::de::Error) -> Error {
    let at = error.span().map_or(text.len(), |span| span.start);
    Error::Value {
        origin: origin.to_owned(),
        key: key_at(text, at),
        message: format!("cannot be used: {}", one_line(error.message())),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The key whose value stands at byte `at` of a TOML text, with its table.
fn key_at(text: &str, at: usize) -> String {
    let mut table = String::new();
    let mut key = String::new();
    let mut start = 0_usize;
    for line in text.split_inclusive('\n') {
        if start > at {
            break;
        }
        start = start.saturating_add(line.len());
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            table = name.trim().to_owned();
        } else if let Some((name, _)) = line.split_once('=')
            && !line.starts_with('#')
        {
            key = name.trim().to_owned();
        }
    }
    if table.is_empty() {
        return key;
    }
    format!("{table}.{key}")
}

fn missing(origin: &str, error: &confique::Error) -> Error {
    let said = error.to_string();
    let key = said.split('\'').nth(1).unwrap_or(&said).to_owned();
    Error::Value {
        origin: origin.to_owned(),
        key,
        message: "is missing and has no default: write it".to_owned(),
    }
}

/// The values that have the right type but cannot be.
fn check(origin: &str, config: &Config) -> Result<(), Error> {
    let wrong = wrong_node(config)
        .or_else(|| wrong_limit(config))
        .or_else(|| config.mail.wrong())
        .or_else(|| wrong_log(config));
    let Some((key, message)) = wrong else {
        return Ok(());
    };
    Err(Error::Value { origin: origin.to_owned(), key: key.to_owned(), message })
}

/// A key and what is wrong with its value.
pub(super) type Wrong = Option<(&'static str, String)>;

fn wrong_node(config: &Config) -> Wrong {
    let node = &config.node;
    if !is_domain(&node.domain) {
        let say = format!(
            "is `{}`, which is no domain: write reset.example.org, or localhost:8080 to try it out",
            node.domain
        );
        return Some(("node.domain", say));
    }
    if node.timezone.parse::<chrono_tz::Tz>().is_err() {
        let zones = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
        let near = nearest(&node.timezone, zones).unwrap_or_else(|| "Europe/Paris".to_owned());
        let say = format!("is `{}`, which is no time zone: write an IANA name such as {near}", node.timezone);
        return Some(("node.timezone", say));
    }
    one_of("node.language", &node.language, &["fr", "en"])
}

fn wrong_limit(config: &Config) -> Wrong {
    let least = |key, zero: bool| zero.then(|| (key, "is 0: write at least 1".to_owned()));
    let federation = &config.federation;
    least("database.pool", config.database.pool == 0)
        .or_else(|| least("federation.deliveries_in_flight", federation.deliveries_in_flight == 0))
        .or_else(|| one_of("federation.mode", &federation.mode, &["open", "allowlist"]))
}

fn wrong_log(config: &Config) -> Wrong {
    if tracing_subscriber::EnvFilter::try_new(&config.log.level).is_err() {
        let say = format!(
            "is `{}`: write error, warn, info, debug or trace, or a filter such as info,reset_node::outbox=debug",
            config.log.level
        );
        return Some(("log.level", say));
    }
    one_of("log.format", &config.log.format, &["text", "json"])
}

fn one_of(key: &'static str, value: &str, words: &[&str]) -> Wrong {
    if words.contains(&value) {
        return None;
    }
    let near = nearest(value, words.iter().copied())
        .map(|near| format!(" (did you mean `{near}`?)"))
        .unwrap_or_default();
    Some((key, format!("is `{value}`: write one of {}{near}", words.join(", "))))
}

/// A host name, perhaps with a port; no scheme, no path.
fn is_domain(text: &str) -> bool {
    let Ok(url) = url::Url::parse(&format!("http://{text}/")) else {
        return false;
    };
    let port = url.port().map(|port| format!(":{port}"));
    let host = url.host_str().unwrap_or_default();
    !host.is_empty() && format!("{host}{}", port.unwrap_or_default()) == text.to_lowercase()
}

#[cfg(test)]
#[path = "load_tests.rs"]
mod tests;
