//! The register in the hands of others: `export`, then `decision verify` by the real program in a folder without any node.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::support::db::TestDatabase;
use super::support::node::Node;

const BINARY: &str = env!("CARGO_BIN_EXE_reset-node");

fn node() -> (TestDatabase, Node) {
    let database = TestDatabase::empty();
    let node = Node::init(BINARY, database.folder(), &database.url).with_coalition();
    (database, node)
}

/// The program far from any node: no configuration, no database.
fn elsewhere(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(BINARY);
    command
        .current_dir(folder)
        .args(arguments)
        .env_remove("RESET_NODE_CONFIG")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn said(output: &Output) -> (Option<i32>, String) {
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

fn decision(slug: &str, more: &str) -> String {
    format!(
        "+++\nkind = \"decision\"\ncoalition = \"communs\"\ntitle = \"Titre de {slug}\"\ndate = 2026-03-04\n\
         method = \"consent\"\ntags = [\"communs\"]\n{more}+++\nNous décidons « {slug} ».\n"
    )
}

/// A node with two decisions, a rotation between them, and the first superseded by the second.
fn with_register() -> (TestDatabase, Node, [String; 2]) {
    let (database, node) = node();
    let one = node.ok(&["publish", &node.write("un.md", &decision("un", ""))]);
    node.ok(&["coalition", "rotate-keys", "communs"]);
    let two = node.ok(&["publish", &node.write("deux.md", &decision("deux", ""))]);
    let arguments =
        ["decision", "supersede", &one, "--by-decision", &two, "--by", "atelier", "--reason", "Plus clair."];
    assert_eq!(node.ok(&arguments), one);
    (database, node, [one, two])
}

#[test]
fn an_exported_folder_is_read_by_people_verified_offline_and_published_again() {
    let (_database, node, [one, _]) = with_register();
    node.ok(&[
        "publish",
        &node.write(
            "cr.md",
            "+++\nkind = \"minutes\"\ncoalition = \"communs\"\ntitle = \"Séance\"\n+++\nTexte.\n",
        ),
    ]);
    let folder = node.path("archive");
    assert_eq!(node.ok(&["export", "archive"]), "archive");
    let again = node.run(&["export", "archive"]);
    assert!(String::from_utf8_lossy(&again.stderr).contains("is not empty"));
    let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
    for wanted in [
        "# Archive de ",
        "### Décisions",
        "(coalitions/communs/publications/un.md), remplacée",
        "reset-node decision verify .",
    ] {
        assert!(readme.contains(wanted), "{wanted}: {readme}");
    }
    let register = std::fs::read_to_string(folder.join("coalitions/communs/decisions.json")).unwrap();
    assert!(register.contains("Nous décidons « deux »."), "text stands as it is read: {register}");
    assert!(!register.contains("private"), "{register}");

    let away = tempfile::tempdir().unwrap();
    let path = folder.to_str().unwrap();
    for what in [
        path.to_owned(),
        format!("{path}/coalitions/communs"),
        format!("{path}/coalitions/communs/decisions.json"),
    ] {
        let (code, text) = said(&elsewhere(away.path(), &["decision", "verify", &what]));
        assert_eq!(code, Some(0), "{text}");
        assert!(text.contains("holds: 4 entries without a gap") && text.contains("#ed25519-2"), "{text}");
        assert_eq!(text.lines().count(), 1);
    }
    let (_, text) = said(&elsewhere(away.path(), &["decision", "verify", path, "--json"]));
    let told: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&told["holds"], &told["entries"], told["keys"].as_array().unwrap().len()),
        (&true.into(), &4.into(), 2)
    );

    // Somebody alters the Markdown that people read.
    let markdown = folder.join("coalitions/communs/publications/deux.md");
    let text = std::fs::read_to_string(&markdown).unwrap();
    std::fs::write(&markdown, text.replace("« deux »", "« trois »")).unwrap();
    let (code, said_of) = said(&elsewhere(away.path(), &["decision", "verify", path]));
    assert_eq!(code, Some(1));
    assert!(said_of.ends_with("deux.md does not say what entry 3 says.\n"), "{said_of}");
    std::fs::write(&markdown, text).unwrap();

    // Somebody alters an entry.
    let file = away.path().join("decisions.json");
    let altered = register.replacen("décidons « un »", "décidons « UN »", 1);
    std::fs::write(&file, &altered).unwrap();
    let (code, text) = said(&elsewhere(away.path(), &["decision", "verify", "decisions.json"]));
    assert_eq!((code, text.as_str()), (Some(1), "entry 1 was altered: its signature does not match.\n"));
    let (code, text) = said(&elsewhere(away.path(), &["decision", "verify", "decisions.json", "--json"]));
    let told: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (code, &told["holds"], &told["faults"][0]["fault"]),
        (Some(1), &false.into(), &"altered".into())
    );
    std::fs::write(&file, "{}").unwrap();
    let nothing = elsewhere(away.path(), &["decision", "verify", "decisions.json"]);
    assert_eq!(nothing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&nothing.stderr).contains("there is no entry of a register in it"));
    assert!(elsewhere(away.path(), &["decision", "verify", "absent.json"]).status.code() == Some(1));

    // The folder is taken up by another node.
    let other_database = TestDatabase::empty();
    let other = Node::init(BINARY, other_database.folder(), &other_database.url).with_coalition();
    let files = ["un", "deux", "cr"].map(|slug| format!("{path}/coalitions/communs/publications/{slug}.md"));
    let mut arguments = vec!["publish"];
    arguments.extend(files.iter().map(String::as_str));
    assert_eq!(other.ok(&arguments).lines().count(), 3);
    other.ok(&["coalition", "import", &format!("{path}/coalitions/communs/coalition.toml")]);
    assert_ne!(one, other.ok(&["publish", &files[0]]), "new ids, the former one kept");
    let listed = other.ok(&["decision", "list", "--coalition", "communs", "--json"]);
    assert!(listed.contains("\"superseded\""), "{listed}");
}

#[test]
fn an_address_is_verified_by_the_keys_that_its_server_lists() {
    let (_database, mut node, [one, two]) = with_register();
    node.start("serve");
    node.wait_ready();
    let coalition = format!("{}/coalitions/communs", node.url());
    for what in [format!("{coalition}/decisions.json"), format!("{coalition}/decisions"), coalition.clone()] {
        let told = node.ok(&["decision", "verify", &what]);
        assert!(told.starts_with(&format!("The register of {coalition} holds: 4 entries")), "{told}");
    }
    for what in [one, format!("{two}.json")] {
        let told = node.ok(&["decision", "verify", &what]);
        assert!(told.contains("holds by itself"), "{told}");
    }
    node.ok(&["coalition", "rotate-keys", "communs", "--revoke"]);
    let told = node.ok(&["decision", "verify", &coalition]);
    assert!(told.contains("holds: 5 entries") && told.contains("#ed25519-3"), "{told}");
    assert_eq!(
        node.run(&["decision", "verify", &two]).status.code(),
        Some(1),
        "a revoked key proves nothing by itself"
    );
    let repealed = node.ok(&["decision", "repeal", &two, "--by", "atelier", "--reason", "Sans objet."]);
    assert_eq!(repealed, two);
    let listed = node.ok(&["decision", "list", "--coalition", "communs"]);
    assert_eq!(listed.lines().count(), 6, "{listed}");
    node.stop();
}
