//! What becomes of a mail, by what the mail server does.

use std::time::{Duration, Instant};

use super::*;
use crate::support::mail::{body, header};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_is_put_off_arrives_once_later() {
    let (desk, server) = Desk::open(Tls::Starttls).await;
    server.mode("greylist");
    desk.declared(&["communs", "achats"], "La Turbine", "jo@turbine.example").await;
    assert_eq!(desk.send().await, 1);
    assert!(desk.error().await.contains("451"), "{}", desk.error().await);
    assert_eq!((desk.send().await, server.mails().len()), (0, 0), "it waits");
    desk.minutes_later(6).await;
    assert_eq!(desk.send().await, 1);
    desk.minutes_later(60 * 24).await;
    assert_eq!(desk.send().await, 0);
    let [mail] = server.mails().try_into().unwrap();
    assert_eq!(
        (&mail["from"], &mail["to"][0], &mail["tls"], &mail["authenticated"]),
        (&"noreply@reset.example".into(), &"jo@turbine.example".into(), &true.into(), &true.into())
    );
    assert_eq!(header(&mail, "Auto-Submitted"), "auto-generated");
    assert_eq!(header(&mail, "To"), "jo@turbine.example");
    let [sent] = desk.mails(State::Sent).await.try_into().unwrap();
    assert_eq!(header(&mail, "Message-ID"), format!("<{}@127.0.0.1>", sent.id));
    let text = body(&mail);
    for part in ["La Turbine", "  - Communs numériques\r\n  - Achats responsables", "contact@reset.example"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("evil.example"), "the sentence of a stranger does not travel: {text}");
    assert_eq!(
        (sent.recipient.as_str(), sent.subject.as_str(), sent.text.as_str()),
        ("turbine.example", "", "")
    );
    assert_eq!(desk.app.holding("jo@turbine.example").await, ["declarations"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_is_refused_ends_and_keeps_nobodys_address() {
    let (desk, server) = Desk::open(Tls::Implicit).await;
    server.mode("refuse");
    desk.declared(&["communs"], "La Turbine", "jo@turbine.example").await;
    assert_eq!(desk.send().await, 1);
    server.mode("take");
    desk.minutes_later(60 * 24).await;
    assert_eq!((desk.send().await, server.mails().len()), (0, 0));
    let [failed] = desk.mails(State::Failed).await.try_into().unwrap();
    assert!(failed.last_error.unwrap().contains("550"));
    assert_eq!((failed.recipient.as_str(), failed.text.as_str()), ("turbine.example", ""));
    assert_eq!(desk.app.holding("jo@turbine.example").await, ["declarations"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_mail_server_is_down_all_wait_and_then_all_leave() {
    let desk = Desk::new(Tls::Starttls).await;
    for name in ["une", "deux", "trois"] {
        desk.declared(&["communs"], name, &format!("{name}@turbine.example")).await;
    }
    assert_eq!(desk.send().await, 1, "one knock is enough");
    let waiting = desk.mails(State::Pending).await;
    assert_eq!(waiting.iter().map(|mail| mail.attempts).sum::<i32>(), 1);
    assert!(
        waiting
            .iter()
            .any(|mail| mail.last_error.as_ref().is_some_and(|said| said.contains("cannot be reached")))
    );
    let server = desk.post.open();
    assert_eq!(desk.send().await, 0);
    desk.minutes_later(6).await;
    assert_eq!((desk.send().await, server.mails().len()), (3, 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_server_that_hangs_is_given_up_for_this_time() {
    let (desk, server) = Desk::open(Tls::Starttls).await;
    server.mode("hang");
    desk.declared(&["communs"], "La Turbine", "jo@turbine.example").await;
    let began = Instant::now();
    assert_eq!(desk.send().await, 1);
    assert!(began.elapsed() < Duration::from_secs(8));
    assert!(desk.error().await.contains("did not answer within 2 s"));
    server.mode("take");
    desk.minutes_later(6).await;
    assert_eq!((desk.send().await, server.mails().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_breaks_after_the_text_sends_the_same_mail_again() {
    let (desk, server) = Desk::open(Tls::Starttls).await;
    server.mode("break");
    desk.declared(&["communs"], "La Turbine", "jo@turbine.example").await;
    desk.send().await;
    server.mode("take");
    desk.minutes_later(6).await;
    assert_eq!(desk.send().await, 1);
    let [broken, whole] = server.mails().try_into().unwrap();
    assert_eq!((&broken["taken"], &whole["taken"]), (&false.into(), &true.into()));
    assert_eq!(broken["text"], whole["text"], "every byte is the same, the Message-ID too");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_to_a_server_without_starttls_or_with_a_wrong_password() {
    let mut desk = Desk::new(Tls::None).await;
    let port = desk.post.port;
    desk.app.change(|config| config.mail.smtp_url = format!("smtp://localhost:{port}"));
    let server = desk.post.open();
    desk.declared(&["communs"], "La Turbine", "jo@turbine.example").await;
    desk.send().await;
    assert!(desk.error().await.contains("offers no STARTTLS"));
    assert!(server.mails().is_empty());
    drop(server);

    let secure = Post::new(desk._files.folder(), Tls::Starttls);
    let server = secure.open();
    desk.app.change(|config| {
        secure.configure(&mut config.mail);
        config.mail.smtp_url = format!("smtp://node:wrong@localhost:{}", secure.port);
    });
    desk.minutes_later(6).await;
    desk.send().await;
    let said = desk.error().await;
    assert!(said.contains("does not let this node in") && said.contains("535"), "{said}");

    // A certificate of nobody's is no reason to trust.
    desk.app.change(|config| {
        secure.configure(&mut config.mail);
        config.mail.ca_file = None;
    });
    desk.minutes_later(11).await;
    desk.send().await;
    assert!(desk.error().await.contains("over TLS"), "{}", desk.error().await);
    assert!(server.mails().is_empty());
    desk.app.change(|config| secure.configure(&mut config.mail));
    desk.minutes_later(21).await;
    assert_eq!((desk.send().await, server.mails().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workers_send_a_mail_once_and_a_cause_has_one_mail() {
    let (desk, server) = Desk::open(Tls::Starttls).await;
    let at = desk.app.now();
    for expected in [mail::Enqueued::Stored, mail::Enqueued::Known] {
        let work = move |conn: &mut reset_node::db::Conn| {
            let new = mail::Mail {
                cause: "reminder/1",
                to: "jo@turbine.example",
                subject: "Rappel",
                text: "Été.\n",
                reader: mail::Reader::Known,
            };
            mail::enqueue(conn, at, &new)
        };
        assert_eq!(desk.app.db.write(work).await.unwrap(), expected);
    }
    let runs = tokio::join!(desk.send(), desk.send(), desk.send());
    assert!(runs.0 + runs.1 + runs.2 >= 1);
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_withdrawn_or_said_again_is_not_asked_about() {
    let (desk, server) = Desk::open(Tls::Starttls).await;
    desk.declared(&["communs"], "La Turbine", "jo@turbine.example").await;
    let [one] = desk.declarations("communs").await.try_into().unwrap();
    let state = reset_node::domain::coalition::DeclarationState::Withdrawn;
    actions::declaration::answer(&desk.app, one.id, state, "atelier".to_owned(), None).await.unwrap();
    assert!(desk.app.holding("jo@turbine.example").await.is_empty());

    desk.declared(&["communs"], "Une Autre", "autre@turbine.example").await;
    desk.declared(&["communs"], "Une Autre", "autre@turbine.example").await;
    assert_eq!((desk.send().await, server.mails().len()), (1, 1), "the first link confirms nothing any more");
    assert_eq!(desk.mails(State::Dropped).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_nobody_takes_for_days_is_given_up() {
    let (desk, server) = Desk::open(Tls::Starttls).await;
    server.mode("later");
    desk.declared(&["communs"], "La Turbine", "jo@turbine.example").await;
    let mut attempts = 0;
    for _ in 0..200 {
        attempts += desk.send().await;
        desk.minutes_later(30).await;
    }
    assert_eq!(desk.mails(State::Failed).await.len(), 1);
    assert!((20..30).contains(&attempts), "{attempts}");
}
