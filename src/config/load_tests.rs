//! What the configuration refuses, and in which words.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use super::*;

const GOOD: &str = "[node]\ndomain = \"a.example\"\nurl = \"https://a.example\"\n";

fn read(text: &str) -> Result<Config, String> {
    load_text("c.toml", text, Part::empty()).map_err(|error| error.to_string())
}

fn refused(more: &str) -> String {
    read(&format!("{GOOD}{more}")).unwrap_err()
}

#[test]
fn a_short_configuration_has_every_default() {
    let config = read(GOOD).unwrap();
    assert_eq!(config.http.listen.port(), 8080);
    assert_eq!(config.federation.retry_days, 7);
    assert_eq!(config.node.timezone, "Europe/Paris");
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest() {
    assert_eq!(
        refused("[database]\nurll = \"sqlite:a\"\n"),
        "c.toml: the key `database.urll` is unknown: did you mean `database.url`?"
    );
    assert_eq!(refused("[htpp]\nlisten = 1\n"), "c.toml: the key `htpp` is unknown: did you mean `http`?");
    assert!(refused("zzz = 1\n").contains("node.zzz"));
}

#[test]
fn a_wrong_value_is_named_with_its_key() {
    for (more, part) in [
        ("[http]\nlisten = \"here\"\n", "`http.listen`"),
        ("[http]\ntrusted_proxies = [\n \"127.0.0.1\",\n \"x\"]\n", "`http.trusted_proxies`"),
        ("[database]\npool = \"many\"\n", "`database.pool`"),
        ("language = \"de\"\n", "`node.language` is `de`: write one of fr, en"),
        ("timezone = \"Europe/Pari\"\n", "Europe/Paris"),
        ("[federation]\nmode = \"opn\"\n", "did you mean `open`"),
        ("[federation]\nauthorized_fetch = true\n", "remove `federation.authorized_fetch`"),
        ("[log]\nlevel = \"a=b=c\"\n", "`log.level`"),
        ("database = 3\n[http]\n", "node.database"),
        ("[media\n", "line 4"),
    ] {
        let said = refused(more);
        assert!(said.contains(part), "{said}");
        assert!(!said.contains('\n'), "{said}");
    }
    assert!(read("[node]\nurl = \"https://a.example\"\n").unwrap_err().contains("`node.domain` is missing"));
    assert!(read("[node]\ndomain = \"https://a.example\"\nurl = \"\"\n").unwrap_err().contains("no domain"));
}

#[test]
fn a_node_may_speak_with_chosen_servers_alone() {
    assert!(!read(GOOD).unwrap().federation.is_allowlist());
    assert!(read(&format!("{GOOD}[federation]\nmode = \"allowlist\"\n")).unwrap().federation.is_allowlist());
}

#[test]
fn what_is_over_the_file_wins() {
    let mut over = Part::empty();
    over.database.url = Some("sqlite:other.db".to_owned());
    let config = load_text("c.toml", GOOD, over).unwrap();
    assert_eq!(config.database.url, "sqlite:other.db");
}

#[test]
fn the_committed_example_is_what_this_version_generates() {
    let committed = include_str!("../../config.example.toml");
    assert_eq!(
        committed,
        Config::example(),
        "config.example.toml is stale: run `reset-node config example > config.example.toml`"
    );
}
