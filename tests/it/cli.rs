//! The program as scripts drive it: exit codes, stdout exactly the results, one sentence of error.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::support::db::{TestDatabase, is_postgres};
use super::support::node::{Node, free_port};

const BINARY: &str = env!("CARGO_BIN_EXE_reset-node");

fn node() -> (TestDatabase, Node) {
    let database = TestDatabase::empty();
    let node = Node::init(BINARY, database.folder(), &database.url).with_coalition();
    (database, node)
}

/// The sentence of a command that must fail with 1, and print no result.
fn refused(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(said.lines().count(), 1, "{said}");
    said.strip_prefix("error: ").unwrap().to_owned()
}

/// The program in a folder, without configuration or environment.
fn bare(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(BINARY);
    command.current_dir(folder).args(arguments).stdin(Stdio::null());
    command.output().unwrap()
}

fn minutes(title: &str, more: &str) -> String {
    format!("+++\nkind = \"minutes\"\ncoalition = \"communs\"\ntitle = \"{title}\"\n{more}\n+++\nTexte.\n")
}

#[test]
fn publish_prints_exactly_one_id_a_line_and_again_the_same() {
    let (_database, node) = node();
    let one = node.write("un.md", &minutes("Un", ""));
    let two = node.write("deux.md", &minutes("Deux", "date = 2026-01-02"));
    let first = node.ok(&["publish", &one, &two]);
    assert_eq!(first.lines().count(), 2);
    let start = format!("{}/publications/", node.url());
    assert!(first.lines().all(|line| line.starts_with(&start) && line.len() == start.len() + 36), "{first}");
    assert_eq!(node.ok(&["publish", &one, &two]), first);
    let id = first.lines().next().unwrap();
    assert_eq!(node.ok(&["withdraw", id, "--reason", "Une erreur"]), id);
    let dry = node.ok(&["publish", &two, "--dry-run"]);
    assert!(dry.contains("unchanged") && dry.contains("Compte rendu"), "{dry}");
}

#[test]
fn a_comment_is_one_line_and_a_name_that_is_not_found_a_remark() {
    let (_database, node) = node();
    let file = node.write("un.md", &minutes("Un", "[[attachments]]\nfile = \"notes.txt\""));
    assert!(refused(&node.run(&["publish", &file])).contains("notes.txt cannot be read"));
    node.write("notes.txt", "Des notes.");
    let id = node.ok(&["publish", &file]);
    let add = ["comment", "add", id.trim(), "--by", "communs", "--text", "Merci @ana@127.0.0.1:1 !"];
    let said = node.run(&add);
    assert!(String::from_utf8_lossy(&said.stderr).contains("@ana@127.0.0.1:1 stays text"));
    let url = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    assert!(url.starts_with(&format!("{}/notes/", node.url())), "{url}");
    let text = node.write("mieux.txt", "Merci.");
    assert_eq!(node.ok(&["comment", "edit", &url, "--file", &text]).trim(), url);
    assert_eq!(node.ok(&["comment", "delete", &url]).trim(), url);
    assert!(refused(&node.run(&["comment", "delete", id.trim()])).contains("there is no comment"));
}

#[test]
fn a_refusal_is_one_sentence_with_the_file_and_exits_with_1() {
    let (_database, node) = node();
    let bad = node.write("bad.md", &minutes("Un", "sumary = \"x\""));
    let said = refused(&node.run(&["publish", &bad]));
    assert!(said.contains("bad.md: the key `sumary` is unknown here: did you mean `summary`?"), "{said}");
    let said = refused(&node.run(&["publish", "absent.md"]));
    assert!(said.contains("absent.md: cannot be read"), "{said}");
    let said = refused(&node.run(&["coalition", "show", "comuns"]));
    assert!(said.ends_with("did you mean `communs`?"), "{said}");
    let said = refused(&node.run(&["reply", "show", "https://a.example/1"]));
    assert!(said.contains("there is no reply"), "{said}");
}

#[test]
fn wrong_use_exits_with_2() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["publish"][..],
        &["nonsense"],
        &["init"],
        &["withdraw", "x"],
        &["comment", "add", "x", "--by", "y"],
        &[],
    ] {
        let output = bare(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty());
    }
    let kinds = ["organisation", "create", "--handle", "a", "--name", "b", "--kind", "asociation"];
    let output = bare(folder.path(), &kinds);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("did you mean `association`?"));
}

#[test]
fn init_overwrites_nothing_and_leaves_nothing_half_done() {
    let folder = tempfile::tempdir().unwrap();
    let init = |config: &str, data: &str| {
        let arguments = [
            "--config",
            config,
            "init",
            "--domain",
            "reset.example.org",
            "--organisation",
            "Région",
            "--data",
            data,
        ];
        bare(folder.path(), &arguments)
    };
    let output = init("c.toml", "data");
    assert_eq!(
        (output.status.code(), String::from_utf8_lossy(&output.stdout).as_ref()),
        (Some(0), "https://reset.example.org/organisations/region\n")
    );
    assert!(refused(&init("c.toml", "other")).contains("is not overwritten"));
    assert!(!folder.path().join("other").exists());
    assert!(refused(&init("d.toml", "data")).contains("holds a node already"));
    assert!(!folder.path().join("d.toml").exists());
    std::fs::write(folder.path().join("file"), "").unwrap();
    assert!(refused(&init("e.toml", "file/data")).contains("cannot be written"));
    assert!(!folder.path().join("e.toml").exists());
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &folder.path().join("data/node.db").metadata().unwrap().permissions(),
    );
    assert_eq!(mode & 0o077, 0, "the database holds private keys");
}

#[test]
fn a_bad_configuration_is_one_sentence_that_names_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let check = |text: &str| {
        std::fs::write(folder.path().join("config.toml"), text).unwrap();
        bare(folder.path(), &["config", "check"])
    };
    let said = refused(&bare(folder.path(), &["serve"]));
    assert!(said.contains("there is no configuration at `config.toml`"), "{said}");
    let good = "[node]\ndomain = \"a.example\"\nurl = \"https://a.example\"\n";
    assert_eq!(check(good).status.code(), Some(0));
    for (more, part) in [
        ("[htpp]\n", "did you mean `http`?"),
        ("[database]\nurl = \"mysql://x\"\n", "database.url"),
        ("legal = \"nowhere.md\"\n", "node.legal"),
        ("[federation]\nca_file = \"nowhere.pem\"\n", "federation.ca_file"),
    ] {
        let said = refused(&check(&format!("{good}{more}")));
        assert!(said.contains(part), "{said}");
    }
    let said = refused(&check("[node]\ndomain = \"a.example\"\nurl = \"https://a.example/x\"\n"));
    assert!(said.contains("node.url") && said.contains("has a path"), "{said}");
    let output = Command::new(BINARY)
        .current_dir(folder.path())
        .args(["config", "check"])
        .env("RESET_NODE_HTTP__LISTN", "x")
        .output()
        .unwrap();
    assert!(refused(&output).contains("did you mean `RESET_NODE_HTTP__LISTEN`?"));
}

#[test]
fn serve_refuses_a_taken_port_another_url_and_a_second_process() {
    let (_database, mut node) = node();
    node.start("serve");
    node.wait_ready();
    assert!(refused(&node.run(&["serve"])).contains("is in use"));
    let other = |key: &str, value: &str| node.command(&["serve"]).env(key, value).output().unwrap();
    if !is_postgres() {
        let said = refused(&other("RESET_NODE_HTTP__LISTEN", "127.0.0.1:0"));
        assert!(said.contains("a node runs on the database"), "{said}");
    }
    node.stop();
    let output = node.command(&["serve"]).env("RESET_NODE_NODE__URL", "http://localhost:1").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("was served at") && said.contains("ids never change"), "{said}");
}

#[test]
fn what_the_command_line_publishes_is_served_at_once() {
    let (_database, mut node) = node();
    node.start("serve");
    node.wait_ready();
    let file = node.write("cr.md", &minutes("Rencontre de mai", ""));
    let id = node.ok(&["publish", &file]);
    let answer = get(&id);
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("Rencontre de mai"), "{answer}");
    node.ok(&["withdraw", &id, "--reason", "Une erreur"]);
    assert!(get(&id).starts_with("HTTP/1.1 410"));
    let told = node.ok(&["doctor"]);
    assert!(!told.contains("WRONG"), "{told}");
    assert!(told.contains("well   webfinger: acct:node@"), "{told}");
    node.stop();
}

#[test]
fn a_database_of_a_newer_version_is_refused_and_left_as_it_is() {
    use diesel::connection::SimpleConnection;
    let (database, node) = node();
    let manager = reset_node::db::Manager { location: database.location(), full_sync: false };
    let future = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')";
    manager.open().unwrap().batch_execute(future).unwrap();
    for command in [&["serve"][..], &["coalition", "list"]] {
        let output = node.run(command);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1));
        assert!(said.contains("written by a newer reset-node (migration 99990101000000)"), "{said}");
    }
}

#[test]
fn the_demo_shows_the_whole_programme_and_leaves_nothing() {
    use std::time::{Duration, Instant};
    if is_postgres() {
        return; // The demo is SQLite whatever the tests run on.
    }
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let began = Instant::now();
    let mut demo = Command::new(BINARY)
        .current_dir(folder.path())
        .env("TMPDIR", folder.path())
        .args(["demo", "--listen", &format!("127.0.0.1:{port}")])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(began.elapsed() < Duration::from_secs(60), "the demo did not start");
        std::thread::sleep(Duration::from_millis(5));
    }
    let page = get(&format!("http://localhost:{port}/coalitions/reset"));
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("Reset Day n° 6"), "{page}");
    assert!(get(&format!("http://localhost:{port}/coalitions/communs")).contains("communs numériques"));
    let id = demo.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert!(demo.wait().unwrap().success());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_gets_its_turn_beside_a_busy_server() {
    use reset_node::db::{Db, Error};
    use std::time::{Duration, Instant};
    let (database, node) = node();
    let db = Db::open(database.location(), false, 4).unwrap();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut callers = tokio::task::JoinSet::new();
    for n in 0..64 {
        let (db, stopped) = (db.clone(), stopped.clone());
        callers.spawn(async move {
            let mut written = 0_u64;
            while !*stopped.borrow() {
                let key = format!("busy {n}");
                let write =
                    db.write(move |conn| Ok::<_, Error>(reset_node::model::meta::set(conn, &key, "x")?));
                write.await.unwrap();
                written += 1;
            }
            written
        });
    }
    let mut longest = Duration::ZERO;
    for n in 0..10 {
        let (node, file) = (node.program.clone(), format!("n-{n}.md"));
        let took = tokio::task::spawn_blocking(move || {
            let file = node.write(&file, &minutes(&format!("N {n}"), ""));
            let began = Instant::now();
            node.ok(&["publish", &file]);
            began.elapsed()
        });
        longest = longest.max(took.await.unwrap());
    }
    stop.send(true).unwrap();
    let written: u64 = callers.join_all().await.into_iter().sum();
    eprintln!("the longest of 10 commands took {longest:?} beside {written} writes");
    assert!(written > 100, "the server was not busy: {written}");
}

/// A plain GET of `http://localhost:PORT/…`.
fn get(url: &str) -> String {
    use std::io::{Read, Write};
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let port = host.rsplit(':').next().unwrap();
    let mut stream = std::net::TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn a_backup_restores_what_was_and_keeps_what_is() {
    if is_postgres() {
        let (_database, node) = node();
        assert!(refused(&node.run(&["backup", "b"])).contains("pg_dump"));
        assert!(refused(&node.run(&["restore", "b"])).contains("pg_restore"));
        return;
    }
    let (_database, node) = node();
    let file = node.write("cr.md", &minutes("Avant", ""));
    let id = node.ok(&["publish", &file]);
    assert_eq!(node.ok(&["backup", "b.db"]), "b.db");
    assert!(refused(&node.run(&["backup", "b.db"])).contains("cannot be written"));
    node.write("cr.md", &minutes("Après", ""));
    node.ok(&["publish", &file]);
    node.ok(&["restore", "b.db"]);
    let dry = node.ok(&["publish", &file, "--dry-run"]);
    assert!(dry.contains("revised"), "{dry}");
    node.write("cr.md", &minutes("Avant", ""));
    assert_eq!(node.ok(&["publish", &file]), id);
    node.write("junk", "no database");
    assert!(refused(&node.run(&["restore", "junk"])).contains("cannot be restored"));
    assert_eq!(node.ok(&["publish", &file]), id);
}

#[test]
fn a_coalition_moves_by_two_commands_and_an_account_is_deleted_by_one() {
    let (_database, node) = node();
    node.ok(&["coalition", "create", "--handle", "nouvelle", "--title", "La suite", "--steward", "atelier"]);
    let [old, new] = ["communs", "nouvelle"].map(|handle| format!("{}/coalitions/{handle}", node.url()));
    let go = ["coalition", "move", "communs", "--to", &new, "--reason", "Une fusion"];
    assert!(refused(&node.run(&go)).contains("does not say that it is `communs`"));
    assert_eq!(node.ok(&["coalition", "alias", "nouvelle", &old]), old);
    assert_eq!(node.ok(&go), new);
    assert!(refused(&node.run(&go)).contains("moved less than seven days ago"));
    let file = node.write("cr.md", &minutes("Encore", ""));
    assert!(refused(&node.run(&["publish", &file])).contains(&format!("`communs` moved to {new}")));
    assert_eq!(node.ok(&["coalition", "move", "communs", "--cancel"]), old);
    node.ok(&["publish", &file]);
    assert_eq!(node.ok(&["coalition", "alias", "nouvelle", &old, "--remove"]), old);

    let anne = node.ok(&["account", "create", "--username", "anne", "--email", "anne@exemple.example"]);
    assert_eq!(node.run(&["account", "delete", "anne"]).status.code(), Some(2), "it wants --yes");
    let audit = ["audit", "list", "--json"];
    assert_eq!(node.ok(&["account", "delete", "anne", "--yes", "--reason", "À sa demande"]), anne);
    assert!(node.ok(&audit).contains("account delete"));
}

#[test]
fn a_backup_holds_nothing_of_a_deleted_account() {
    const MARK: &str = "reineclaude5173";
    if is_postgres() {
        // `pg_dump` writes the rows there are.
        return;
    }
    let (_database, node) = node();
    let holds = |name: &str| {
        assert_eq!(node.ok(&["backup", name]), name);
        let bytes = std::fs::read(node.path(name)).unwrap();
        bytes.windows(MARK.len()).filter(|window| *window == MARK.as_bytes()).count()
    };

    node.ok(&["account", "create", "--username", "anne", "--email", "reineclaude5173@exemple.example"]);
    let id = node.ok(&["publish", &node.write("cr.md", &minutes("Un", ""))]);
    node.ok(&["comment", "add", &id, "--by", "anne", "--text", &MARK.repeat(40)]);
    assert!(holds("before.db") > 40);
    node.ok(&["account", "delete", "anne", "--yes"]);
    assert_eq!(holds("after.db"), 0);
}

#[test]
fn the_doctor_says_what_is_wrong_and_what_to_do() {
    let (_database, node) = node();
    let output = node.run(&["doctor"]);
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(told.matches("WRONG").count(), 1, "{told}");
    assert!(told.contains("is the node running"), "nobody serves: {told}");
}

#[test]
fn listings_are_json_for_programs() {
    let (_database, node) = node();
    let file = node.write(
        "d.md",
        "+++\nkind = \"decision\"\ncoalition = \"communs\"\ntitle = \"D\"\ndate = 2026-01-02\n+++\nOui.\n",
    );
    let id = node.ok(&["publish", &file]);
    let json =
        |arguments: &[&str]| -> serde_json::Value { serde_json::from_str(&node.ok(arguments)).unwrap() };
    let register = json(&["decision", "list", "--coalition", "communs", "--json"]);
    assert_eq!(register.pointer("/0/id").unwrap(), id.as_str());
    assert_eq!(register.pointer("/0/entry/text").unwrap(), "Oui.");
    let coalitions = json(&["coalition", "list", "--json"]);
    assert_eq!(coalitions.pointer("/0/handle").unwrap(), "communs");
    let shown = json(&["coalition", "show", "communs", "--json"]);
    assert_eq!(shown.pointer("/members/0/handle").unwrap(), "atelier");
    for empty in [&["deliveries", "list", "--json"][..], &["federation", "peers", "--json"]] {
        assert_eq!(json(empty), serde_json::json!([]));
    }
    assert_eq!(node.ok(&["deliveries", "retry"]), "0");
}
