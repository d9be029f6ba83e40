//! A mail as it travels (RFC 5322): plain text, few headers, the same bytes at each attempt.

use lettre::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Mailboxes, Message, MessageBuilder};

use crate::app::Urls;
use crate::config::{Config, Mail as Settings};
use crate::model::mail::Mail;

/// Says that no person wrote it, so that no holiday notice answers (RFC 3834).
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// Whether a mail can be sent to what somebody wrote: one address, of a domain.
pub fn is_address(text: &str) -> bool {
    let is_literal = text.ends_with(']');
    !is_literal
        && text.parse::<Address>().is_ok()
        && text.parse::<Mailboxes>().is_ok_and(|one| one.iter().count() == 1)
}

/// The bytes of a mail, and who sends it to whom.
///
/// # Errors
/// A sentence about the address or the configuration.
pub(super) fn build(config: &Config, urls: &Urls, mail: &Mail) -> Result<Message, String> {
    let to: Address = mail.recipient.parse().map_err(|_| "the address is none".to_owned())?;
    let builder = Message::builder()
        .from(sender(config)?)
        .to(Mailbox::new(None, to))
        .subject(one_line(&mail.subject))
        .date(mail.created_at.and_utc().into())
        .message_id(Some(format!("<{}@{}>", mail.id, host(urls))))
        .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()))
        .header(ContentType::TEXT_PLAIN);
    let message = answered_at(builder, &config.mail)?.body(plain(&mail.text));
    message.map_err(|error| format!("it cannot be written: {error}"))
}

/// The host of the node's ids, without its port: what it calls itself before a mail server.
pub(super) fn host(urls: &Urls) -> &str {
    urls.host().split(':').next().filter(|host| !host.is_empty()).unwrap_or("localhost")
}

/// `mail.from`, under the node's name where it says none.
fn sender(config: &Config) -> Result<Mailbox, String> {
    let mut from: Mailbox =
        config.mail.from.parse().map_err(|_| "mail.from is no e-mail address".to_owned())?;
    from.name.get_or_insert_with(|| one_line(&config.node.name));
    Ok(from)
}

fn answered_at(builder: MessageBuilder, settings: &Settings) -> Result<MessageBuilder, String> {
    if settings.reply_to.is_empty() {
        return Ok(builder);
    }
    let to = settings.reply_to.parse().map_err(|_| "mail.reply_to is no e-mail address".to_owned())?;
    Ok(builder.reply_to(to))
}

/// Lines and nothing that steers: a bare carriage return is no end of a line, and some servers take it for one.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
}

/// Without control characters: a header is one line.
fn one_line(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use proptest::prelude::*;

    use super::*;
    use crate::config::load_text;
    use crate::domain::mail::State;

    fn config(name: &str) -> Config {
        let text = "[node]\ndomain = \"a.example:8443\"\nurl = \"https://a.example:8443\"\n\
            [mail]\nsmtp_url = \"smtps://mail.example\"\nfrom = \"node@a.example\"\nreply_to = \"Contact <jo@a.example>\"\n";
        let none = <<Config as confique::Config>::Layer as confique::Layer>::empty();
        let mut config = load_text("c.toml", text, none).unwrap();
        config.node.name = name.to_owned();
        config
    }

    fn built(name: &str, subject: &str, text: &str) -> String {
        let config = config(name);
        let urls = Urls::new(&config.node.url, &config.node.domain).unwrap();
        let created_at = chrono::DateTime::from_timestamp(1_795_000_000, 0).unwrap().naive_utc();
        let mail = Mail {
            id: "0190".to_owned(),
            cause: "c".to_owned(),
            recipient: "jo@b.example".to_owned(),
            address_digest: String::new(),
            unproven: true,
            subject: subject.to_owned(),
            text: text.to_owned(),
            state: State::Pending,
            attempts: 0,
            created_at,
            run_at: created_at,
            held_until: None,
            ended_at: None,
            last_error: None,
        };
        let message = build(&config, &urls, &mail).unwrap();
        assert_eq!(message.envelope().to().len(), 1);
        String::from_utf8(message.formatted()).unwrap()
    }

    /// The names of the headers, in order, sorted.
    fn headers(message: &str) -> Vec<String> {
        let (head, _) = message.split_once("\r\n\r\n").unwrap();
        let begins = |line: &&str| !line.starts_with([' ', '\t']);
        let mut names: Vec<String> = head
            .split("\r\n")
            .filter(begins)
            .map(|line| line.split(':').next().unwrap().to_owned())
            .collect();
        names.sort();
        names
    }

    const HEADERS: [&str; 9] = [
        "Auto-Submitted",
        "Content-Transfer-Encoding",
        "Content-Type",
        "Date",
        "From",
        "Message-ID",
        "Reply-To",
        "Subject",
        "To",
    ];

    #[test]
    fn a_mail_has_the_headers_that_it_should_and_no_other() {
        let message = built("Nœud", "Confirmez", "Bonjour,\n\nà vous.\n");
        assert_eq!(headers(&message), HEADERS);
        for line in [
            "Date: Wed, 18 Nov 2026 11:06:40 +0000\r\n",
            "Message-ID: <0190@a.example>\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "To: jo@b.example\r\n",
            "Content-Type: text/plain; charset=utf-8\r\n",
        ] {
            assert!(message.contains(line), "{line}: {message}");
        }
    }

    #[test]
    fn an_address_is_one_and_has_a_domain() {
        for good in ["a@b.example", "jo+reset@sous.domaine.example", "jo@bücher.example"] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@b@c",
            "a@[127.0.0.1]",
            "a@b.example, c@d.example",
            "a@b.example\r\nBcc: c@d.example",
            "a b@c.example",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn nobody_adds_a_header_or_a_recipient_by_what_they_write(name in any::<String>(), subject in any::<String>(), text in any::<String>(), evil in "(\r\n|\n|\r|\u{85}|\u{2028})(Bcc: x@y\\.example|\\.|RCPT TO:<x@y\\.example>)") {
            let message = built(&format!("{name}{evil}"), &format!("{subject}{evil}"), &format!("{text}{evil}"));
            prop_assert_eq!(headers(&message), HEADERS);
            // Lines end as SMTP wants it, and none is longer than it takes.
            let bare = message.replace("\r\n", "");
            prop_assert!(!bare.contains(['\r', '\n']));
            prop_assert!(message.is_ascii());
            prop_assert!(message.split("\r\n").all(|line| line.len() < 998));
        }
    }
}
