//! The whole road with the real program: from the form over a mail server to the confirmed declaration, and what commands say of it.

use std::time::Duration;

use serde_json::Value;

use super::*;
use crate::support::app::client;
use crate::support::db::is_postgres;
use crate::support::mail::{header, link};
use crate::support::node::{Node, free_port};

/// A node of the real program whose mail goes to a server of this test.
struct Town {
    node: Node,
    post: Post,
    http: reqwest::Client,
    _database: TestDatabase,
}

impl Town {
    fn new(tls: Tls, change: &[(&str, &str)]) -> Town {
        let database = TestDatabase::empty();
        let post = Post::new(database.folder(), tls);
        let mut settings = post.settings();
        settings.extend(change.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let settings: Vec<(&str, &str)> =
            settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let port = free_port();
        let url = format!("http://localhost:{port}");
        let binary = env!("CARGO_BIN_EXE_reset-node");
        let node = Node::init_behind(binary, database.folder(), &database.url, port, &url, &settings);
        Town { node: node.with_coalition(), post, http: client(), _database: database }
    }

    fn start(&mut self) {
        self.node.start_all(is_postgres());
    }

    /// Fills in the form as a person does.
    async fn declare(&self, organisation: &str, email: &str) {
        let address = format!("{}/interest", self.node.url());
        let page = self.http.get(&address).send().await.unwrap().text().await.unwrap();
        let stamp = page.split("name=\"stamp\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        tokio::time::sleep(Duration::from_millis(3_100)).await;
        let fields =
            [("coalition", "communs"), ("organisation", organisation), ("email", email), ("stamp", stamp)];
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let sent = self.http.post(&address).header("content-type", "application/x-www-form-urlencoded");
        assert_eq!(sent.body(body).send().await.unwrap().status(), 303);
    }

    fn waiting(&self, more: &[&str]) -> Vec<Value> {
        let told = self.node.ok(&[&["mail", "list", "--json"], more].concat());
        serde_json::from_str::<Value>(&told).unwrap().as_array().unwrap().clone()
    }

    /// Waits until what waits is as wanted.
    async fn until(&self, what: &str, more: &[&str], done: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let mut last = Vec::new();
        for _ in 0..200 {
            last = self.waiting(more);
            if done(&last) {
                return last;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("it never came to this: {what}: {last:#?}");
    }

    fn interests(&self) -> Vec<Value> {
        let told = self.node.ok(&["coalition", "interests", "communs", "--json"]);
        serde_json::from_str::<Value>(&told).unwrap().as_array().unwrap().clone()
    }

    fn fails(&self, arguments: &[&str]) -> String {
        let output = self.node.run(arguments);
        assert!(!output.status.success(), "{arguments:?}");
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
    }
}

/// Whether something waits of which the mail server said this.
fn said(part: &'static str) -> impl Fn(&[Value]) -> bool {
    move |rows| rows.iter().any(|row| row["error"].as_str().is_some_and(|error| error.contains(part)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_becomes_a_confirmed_declaration_over_a_mail_that_was_put_off_once() {
    let mut town = Town::new(Tls::Starttls, &[]);
    let server = town.post.open();
    server.mode("greylist");
    town.start();
    town.declare("La Turbine", "jo@turbine.example").await;
    let waits = town.until("greylisted", &[], said("451")).await;
    assert_eq!((&waits[0]["domain"], &waits[0]["attempts"]), (&"turbine.example".into(), &1.into()));
    assert_eq!(town.node.ok(&["mail", "retry"]), "1");
    let [mail] = server.wait_for(1).try_into().unwrap();
    town.until("sent", &[], <[Value]>::is_empty).await;

    let address = format!("{}{}", town.node.url(), link(&mail));
    assert_eq!(town.http.get(&address).send().await.unwrap().status(), 200);
    assert_eq!(town.interests()[0]["confirmed"], false, "whoever only looks confirms nothing");
    assert_eq!(town.http.post(&address).send().await.unwrap().status(), 200);
    assert_eq!(town.interests()[0]["confirmed"], true);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(server.mails().len(), 1);
    assert!(!town.node.logs().contains("jo@turbine.example"), "addresses are in no log");
    town.node.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_mail_is_told_and_a_server_that_comes_back_gets_what_waited() {
    let mut town = Town::new(Tls::Implicit, &[]);
    let server = town.post.open();
    server.mode("refuse");
    town.start();
    town.declare("La Turbine", "jo@turbine.example").await;
    let failed = town.until("refused", &["--failed"], said("550")).await;
    assert_eq!((failed.len(), &failed[0]["next"]), (1, &Value::Null));
    assert_eq!(town.node.ok(&["mail", "retry"]), "0");
    drop(server);

    town.declare("Une Autre", "autre@turbine.example").await;
    town.until("down", &[], said("cannot be reached")).await;
    assert!(town.fails(&["doctor"]).contains("WRONG  mail: the mail server localhost:"));
    let server = town.post.open();
    assert_eq!(town.node.ok(&["mail", "retry"]), "1");
    assert_eq!(server.wait_for(1)[0]["to"][0], "autre@turbine.example");
    town.node.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_while_it_sends_loses_no_mail_and_sends_it_once() {
    let mut town = Town::new(Tls::Starttls, &[("RESET_NODE_MAIL__TIMEOUT_SECONDS", "2")]);
    let server = town.post.open();
    server.mode("hang");
    town.start();
    town.declare("La Turbine", "jo@turbine.example").await;
    town.until("being sent", &[], |rows| rows.iter().any(|row| row["attempts"] == 1)).await;
    town.node.kill();
    server.mode("take");
    town.start();
    // Whoever sent it has it for itself for some seconds more; then it is nobody's.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(town.node.ok(&["mail", "retry"]), "1");
    server.wait_for(1);
    town.until("sent", &[], <[Value]>::is_empty).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(server.mails().len(), 1);
    town.node.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_goes_to_the_mail_server_and_a_test_mail_is_sent_by_a_command() {
    let town = Town::new(Tls::Starttls, &[]);
    let server = town.post.open();
    let doctor = town.fails(&["doctor"]);
    let well = format!(
        "well   mail: localhost:{} takes mail over TLS, as the user of mail.smtp_url; 0 wait",
        town.post.port
    );
    assert!(doctor.contains(&well), "{doctor}");
    assert!(server.mails().is_empty(), "the doctor sends nothing");
    town.node.ok(&["mail", "test", "admin@reset.example"]);
    let [mail] = server.mails().try_into().unwrap();
    assert_eq!(header(&mail, "To"), "admin@reset.example");
    assert!(town.fails(&["mail", "test", "admin"]).contains("is no e-mail address"));
    server.mode("refuse");
    assert!(town.fails(&["mail", "test", "admin@reset.example"]).contains("550"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_mail_server_the_form_the_doctor_and_the_check_say_so() {
    let mut town = Town::new(Tls::None, &[("RESET_NODE_MAIL__SMTP_URL", "")]);
    assert!(town.node.ok(&["config", "check"]).contains("no mail leaves this node"));
    assert!(town.fails(&["doctor"]).contains("well   mail: none leaves this node"));
    assert!(town.fails(&["mail", "test", "admin@reset.example"]).contains("set mail.smtp_url"));
    town.start();
    let address = format!("{}/interest", town.node.url());
    let form = town.http.get(&address).send().await.unwrap().text().await.unwrap();
    assert!(form.contains("Ce nœud n’y envoie rien de lui-même"), "{form}");
    town.declare("La Turbine", "jo@turbine.example").await;
    let thanks = town.http.get(format!("{address}/received")).send().await.unwrap().text().await.unwrap();
    assert!(thanks.contains("Ce nœud n’envoie pas de courriel"), "{thanks}");
    assert_eq!((town.interests().len(), town.waiting(&[]).len()), (1, 0));
    town.node.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_starttls_is_named_by_the_doctor() {
    let town = Town::new(Tls::None, &[]);
    let _server = town.post.open();
    let clear = format!("well   mail: localhost:{} takes mail in the clear, on this machine", town.post.port);
    assert!(town.fails(&["doctor"]).contains(&clear));
    let url = format!("smtp://localhost:{}", town.post.port);
    let output = town.node.command(&["doctor"]).env("RESET_NODE_MAIL__SMTP_URL", url).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("WRONG  mail: ") && told.contains("offers no STARTTLS"), "{told}");
}
