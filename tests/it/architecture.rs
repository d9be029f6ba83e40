//! The import law of ARCHITECTURE.md: every path in `src/` falls downward. Modules, unlike crates, allow circles and inline paths,
//! so the tokens of each file are read, also those inside macros. Below the table stand the smaller laws of the house.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Which rooms a room may name. `federation` is the crate `reset_federation`. `db` stands for its connection and error types;
/// its tables ([`SCHEMA`]) are for those below.
const LAW: [(&str, &[&str]); 14] = [
    ("web", &["inbox", "actions", "ap", "model", "federation", "text", "app", "domain", "db", "config"]),
    ("inbox", &["outbox", "jobs", "ap", "model", "federation", "text", "app", "domain", "db", "config"]),
    (
        "actions",
        &["outbox", "mail", "jobs", "ap", "model", "federation", "text", "app", "domain", "db", "config"],
    ),
    ("mail", &["jobs", "model", "app", "domain", "db", "config"]),
    ("outbox", &["ap", "jobs", "model", "federation", "app", "domain", "db", "config"]),
    ("ap", &["model", "federation", "text", "app", "domain", "db", "config"]),
    ("model", &["db", "domain"]),
    ("jobs", &["db"]),
    ("app", &["config", "db", "domain", "federation"]),
    ("text", &["domain"]),
    ("db", &[]),
    ("config", &[]),
    ("domain", &[]),
    ("main", &["cli"]),
];

/// Who may name the tables: rows and queries are `model`'s, the lanes are `jobs`'s.
const SCHEMA: [&str; 4] = ["db", "model", "jobs", "cli"];

/// Who may name the library `activitypub_federation`.
const LIBRARY: [&str; 4] = ["ap", "inbox", "web/activitypub", "web/router"];

/// Most lines of a file that gives no reason in its head.
const LINES: usize = 500;

/// A path that begins at the crate's root or names another crate: its first segments.
type Named = Vec<String>;

#[test]
fn imports_fall_downward() {
    let mut faults = Vec::new();
    for (path, text) in sources() {
        faults.extend(faults_of(&path, &text));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_room_stands_in_the_law() {
    let mut known: BTreeSet<&str> = LAW.iter().map(|(room, _)| *room).collect();
    known.extend(["cli", "lib"]);
    let unknown: Vec<String> = sources()
        .iter()
        .map(|(path, _)| room_of(path))
        .filter(|room| !known.contains(room.as_str()))
        .collect();
    assert!(unknown.is_empty(), "no row in the law for {unknown:?}");
}

#[test]
fn the_law_finds_what_breaks_it() {
    let broken = |path: &str, text: &str| !faults_of(path, text).is_empty();
    assert!(broken("model/actor.rs", "use crate::ap::actor;"));
    assert!(broken("model/actor.rs", "use crate::{db::Conn, web::router};"));
    assert!(broken("model/actor.rs", "fn f() { crate::outbox::enqueue() }"));
    assert!(broken("model/actor.rs", "fn f() { json!({ \"a\": crate::text::t(1) }) }"));
    assert!(broken("model/actor.rs", "use super::super::ap;"));
    assert!(broken("model/mod.rs", "use super::ap;"));
    assert!(broken("model/actor.rs", "mod tests { use super::super::super::ap::keys; }"));
    assert!(broken("model/actor.rs", "use reset_federation::key;"));
    assert!(broken("inbox/follow.rs", "use crate::actions::follow;"));
    assert!(broken("actions/follow.rs", "use crate::inbox;"));
    assert!(broken("domain/state.rs", "use crate::model::actor::Actor;"));
    assert!(broken("actions/follow.rs", "use activitypub_federation::traits::Actor;"));
    assert!(broken("web/pages/home.rs", "type D = activitypub_federation::config::Data<()>;"));
    assert!(broken("web/pages/home.rs", "use crate::db::schema::actors;"));
    assert!(broken("main.rs", "fn main() { reset_node::web::router() }"));
    assert!(broken("ap/mod.rs", "#[allow(dead_code)] fn f() {}"));
    assert!(broken("ap/mod.rs", "#![allow(dead_code)]"));
    assert!(broken("ap/mod.rs", &"//! Long.\n".repeat(501)));
    assert!(broken("ap/mod.rs", "fn f( {"));
}

#[test]
fn the_law_lets_pass_what_keeps_it() {
    let fine =
        |path: &str, text: &str| assert_eq!(faults_of(path, text), Vec::<String>::new(), "{path}: {text}");
    fine("cli/serve.rs", "use crate::{web, inbox, outbox, actions, db::schema};");
    fine("inbox/follow.rs", "use crate::outbox::enqueue; use activitypub_federation::config::Data;");
    fine("model/actor.rs", "use super::Result; use crate::both; use super::super::db::Conn;");
    fine("model/actor.rs", "mod tests { use super::*; use super::super::Result; }");
    fine("model/actor.rs", "//! See crate::ap and [`web`](crate::web).\nconst A: &str = \"crate::web\";");
    fine("web/pages/home.rs", "use super::super::error::Error; fn f() { self::g() }");
    fine("main.rs", "fn main() { reset_node::cli::run() }");
    fine(
        "ap/mod.rs",
        &format!("//! This file is over 500 lines because it is one table.\n{}", "//\n".repeat(600)),
    );
}

/// Every file of `src/`, by its path in it.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                found.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(found.len() > 10, "the sources were not found");
    found.sort();
    found
}

/// `web` of `web/pages/home.rs` and of `web.rs`.
fn room_of(path: &str) -> String {
    module_of(path).into_iter().next().unwrap_or_else(|| "lib".into())
}

/// `["web", "pages"]` of `web/pages/mod.rs` and of `web/pages.rs`.
fn module_of(path: &str) -> Vec<String> {
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let path = path.strip_suffix("/mod").unwrap_or(path);
    if path == "lib" { Vec::new() } else { path.split('/').map(str::to_owned).collect() }
}

/// What breaks a law in this file, a sentence each.
fn faults_of(path: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let head = text.lines().take_while(|line| line.starts_with("//!"));
    let head: String = head.collect::<Vec<_>>().join(" ");
    if text.lines().count() > LINES && !head.contains("over 500 lines because") {
        faults.push(format!("src/{path} has over {LINES} lines and says no reason in its head"));
    }
    let Ok(tokens) = text.parse::<TokenStream>() else {
        return vec![format!("src/{path} cannot be read as Rust")];
    };
    let mut named = Vec::new();
    read(tokens, &module_of(path), &mut named);
    let room = room_of(path);
    for name in named {
        if let Some(fault) = fault(&room, path, &name) {
            faults.push(format!("src/{path} names {}: {fault}", name.join("::")));
        }
    }
    faults
}

fn fault(room: &str, path: &str, name: &[String]) -> Option<String> {
    let first = name.first()?.as_str();
    match first {
        "#allow" => return Some("write #[expect(…, reason = \"…\")] instead".into()),
        "activitypub_federation" => {
            let may = LIBRARY
                .iter()
                .any(|place| path == format!("{place}.rs") || path.starts_with(&format!("{place}/")));
            return (!may).then(|| "only ap, inbox, web/activitypub.rs and web/router.rs may".into());
        }
        _ => {}
    }
    let target = if first == "reset_federation" { "federation" } else { first };
    let is_room = target == "federation" || target == "cli" || LAW.iter().any(|(room, _)| *room == target);
    if !is_room || target == room || matches!(room, "cli" | "lib") {
        return None;
    }
    let allowed = LAW.iter().find(|(name, _)| *name == room).map(|(_, allowed)| *allowed).unwrap_or_default();
    if !allowed.contains(&target) {
        return Some(format!("{room} may use only {}", allowed.join(", ")));
    }
    let tables =
        target == "db" && name.get(1).is_some_and(|part| part == "schema") && !SCHEMA.contains(&room);
    tables.then(|| format!("only {} may name tables", SCHEMA.join(", ")))
}

/// Collects every path that begins with `crate`, `super`, `self`, or one of our crates and the library; and `allow` attributes.
fn read(tokens: TokenStream, module: &[String], found: &mut Vec<Named>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let rest = tokens.get(at..).unwrap_or_default();
        match token {
            TokenTree::Punct(hash) if hash.as_char() == '#' && is_allow(rest) => {
                found.push(vec!["#allow".into()])
            }
            TokenTree::Ident(word) if word == "mod" => {
                if let [_, TokenTree::Ident(name), TokenTree::Group(body), ..] = rest {
                    let inner = [module, &[name.to_string()]].concat();
                    read(body.stream(), &inner, found);
                    at += 3;
                    continue;
                }
            }
            TokenTree::Ident(word) if !follows_path(tokens.get(..at).unwrap_or_default()) => {
                if let Some(base) = base_of(&word.to_string(), module) {
                    read_path(rest.get(1..).unwrap_or_default(), base, found);
                }
            }
            TokenTree::Group(group) => read(group.stream(), module, found),
            _ => {}
        }
        at += 1;
    }
}

/// Whether what comes next is a later segment of a path.
fn follows_path(before: &[TokenTree]) -> bool {
    matches!(before, [.., TokenTree::Punct(a), TokenTree::Punct(b)] if a.as_char() == ':' && b.as_char() == ':')
}

fn is_allow(rest: &[TokenTree]) -> bool {
    let group = rest.iter().take(3).find_map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => Some(group.stream()),
        _ => None,
    });
    group.is_some_and(|stream| {
        let words = stream.to_string();
        words.starts_with("allow") || (words.starts_with("cfg_attr") && words.contains("allow"))
    })
}

/// The module that the first segment of a path means.
fn base_of(word: &str, module: &[String]) -> Option<Named> {
    match word {
        "crate" | "reset_node" => Some(Vec::new()),
        "super" => Some(module.get(..module.len().saturating_sub(1)).unwrap_or_default().to_vec()),
        "self" => Some(module.to_vec()),
        "reset_federation" | "activitypub_federation" => Some(vec![word.to_owned()]),
        _ => None,
    }
}

/// Follows `::a::b`, `::super::c` and `::{a, b::c}` from `base`. `crate` alone (as in `pub(crate)`) names nothing.
fn read_path(mut rest: &[TokenTree], mut base: Named, found: &mut Vec<Named>) {
    loop {
        match rest {
            [TokenTree::Punct(a), TokenTree::Punct(b), TokenTree::Ident(word), tail @ ..]
                if a.as_char() == ':' && b.as_char() == ':' =>
            {
                match word.to_string().as_str() {
                    "super" => drop(base.pop()),
                    name => base.push(name.to_owned()),
                }
                rest = tail;
            }
            [TokenTree::Punct(a), TokenTree::Punct(b), TokenTree::Group(group), ..]
                if a.as_char() == ':' && b.as_char() == ':' =>
            {
                let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
                let comma = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ',');
                for part in tokens.split(comma) {
                    if let [TokenTree::Ident(word), tail @ ..] = part {
                        let mut inner = base.clone();
                        match word.to_string().as_str() {
                            "self" => {}
                            "super" => drop(inner.pop()),
                            name => inner.push(name.to_owned()),
                        }
                        read_path(tail, inner, found);
                    }
                }
                return;
            }
            _ => break,
        }
    }
    if !base.is_empty() {
        found.push(base);
    }
}
