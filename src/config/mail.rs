//! What `mail.smtp_url` says: which server takes mail, over what, and for whom. Its password is never told, in no error either.

use lettre::message::Mailbox;
use percent_encoding::percent_decode_str;
use url::Url;

use super::Mail;
use super::load::Wrong;

/// What to write instead.
const WRITE: &str = "write smtp://user@mail.example.org:587, smtps://user@mail.example.org, or smtp://127.0.0.1:25?tls=none for a server on this machine";

/// How a connection to the mail server is kept from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// It begins in the clear, and nothing is sent before STARTTLS.
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// Not at all: for a server on this machine.
    None,
}

/// The way to the mail server.
#[derive(Clone, PartialEq, Eq)]
pub struct Road {
    /// Its name or address, without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is reached.
    pub security: Security,
    /// Who sends; none where the server asks for nobody.
    pub user: Option<String>,
    /// The password that stood in the URL.
    pub password: Option<String>,
}

impl Mail {
    /// Whether mail leaves this node.
    pub fn is_on(&self) -> bool {
        !self.smtp_url.is_empty()
    }

    /// `smtp_url`, read.
    ///
    /// # Errors
    /// What is wrong with it, without what stands in it.
    pub fn road(&self) -> Result<Road, String> {
        let no_url = || format!("is no address of a mail server: {WRITE}");
        let url = Url::parse(&self.smtp_url).map_err(|_| no_url())?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(no_url)?;
        let host = host.trim_matches(['[', ']']).to_owned();
        let bare = matches!(url.path(), "" | "/") && url.fragment().is_none();
        let (security, port) = match (url.scheme(), url.query()) {
            ("smtp", None) => (Security::Starttls, 587),
            ("smtps", None) => (Security::Tls, 465),
            ("smtp", Some("tls=none")) if is_here(&host) => (Security::None, 25),
            ("smtp", Some("tls=none")) => {
                return Err(
                    "does without TLS, which is for a server on this machine alone: leave `?tls=none` out"
                        .to_owned(),
                );
            }
            _ => return Err(no_url()),
        };
        if !bare {
            return Err(no_url());
        }
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let user = Some(url.username()).filter(|user| !user.is_empty()).map(decoded);
        let password = url.password().map(decoded);
        Ok(Road { host, port: url.port().unwrap_or(port), security, user, password })
    }

    /// What is wrong with the section, as far as it can be read from it.
    pub(super) fn wrong(&self) -> Wrong {
        if !(1..=240).contains(&self.timeout_seconds) {
            let say = format!("is {}: write between 1 and 240", self.timeout_seconds);
            return Some(("mail.timeout_seconds", say));
        }
        if !self.is_on() {
            return None;
        }
        let road = match self.road() {
            Ok(road) => road,
            Err(say) => return Some(("mail.smtp_url", say)),
        };
        if road.user.is_some() && road.password.is_none() && self.password_file.is_none() {
            let say = "names a user without a password: write user:password@, or the file that holds it as mail.password_file";
            return Some(("mail.smtp_url", say.to_owned()));
        }
        wrong_address("mail.from", &self.from, false)
            .or_else(|| wrong_address("mail.reply_to", &self.reply_to, true))
    }
}

fn wrong_address(key: &'static str, value: &str, may_be_empty: bool) -> Wrong {
    if (may_be_empty && value.is_empty()) || value.parse::<Mailbox>().is_ok() {
        return None;
    }
    Some((key, format!("is `{value}`, which is no e-mail address: write node@example.org")))
}

/// Whether a host is this machine.
fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::super::load_text;
    use super::*;

    fn read(lines: &str) -> Result<Mail, String> {
        let text = format!("[node]\ndomain = \"a.example\"\nurl = \"https://a.example\"\n[mail]\n{lines}");
        let none = <<super::super::Config as confique::Config>::Layer as confique::Layer>::empty();
        load_text("c.toml", &text, none).map(|config| config.mail).map_err(|error| error.to_string())
    }

    fn road(url: &str) -> Result<Road, String> {
        read(&format!("smtp_url = \"{url}\"\nfrom = \"Nœud <node@a.example>\"\n"))?.road()
    }

    #[test]
    fn a_mail_server_is_reached_over_tls_unless_it_is_this_machine() {
        let found = road("smtp://jo%40a.example:p%3Aw@mail.example").unwrap();
        assert_eq!(
            (found.host.as_str(), found.port, found.security),
            ("mail.example", 587, Security::Starttls)
        );
        assert_eq!((found.user.as_deref(), found.password.as_deref()), (Some("jo@a.example"), Some("p:w")));
        let found = road("smtps://mail.example:2465").unwrap();
        assert_eq!((found.port, found.security, found.user), (2465, Security::Tls, None));
        for here in ["127.0.0.1:1025", "[::1]:1025", "localhost:1025"] {
            let found = road(&format!("smtp://{here}?tls=none")).unwrap();
            assert_eq!((found.port, found.security), (1025, Security::None), "{here}");
        }
        assert_eq!(road("smtp://[::1]?tls=none").unwrap().host, "::1");
    }

    #[test]
    fn what_cannot_be_a_mail_server_is_refused_without_telling_the_password() {
        for url in [
            "mail.example",
            "http://u:geheim@mail.example",
            "smtp://u:geheim@mail.example?tls=none",
            "smtp://u:geheim@mail.example?tls=maybe",
            "smtps://u:geheim@127.0.0.1?tls=none",
            "smtp://u:geheim@mail.example/inbox",
            "smtp://u:geheim@",
            "smtp://u@mail.example",
        ] {
            let said = road(url).map(drop).unwrap_err();
            assert!(
                said.starts_with("c.toml: `mail.smtp_url` ") && !said.contains("geheim"),
                "{url}: {said}"
            );
        }
    }

    #[test]
    fn an_empty_section_sends_nothing_and_a_full_one_needs_a_sender() {
        assert!(!read("").unwrap().is_on());
        let url = "smtp_url = \"smtps://mail.example\"\n";
        for (lines, key) in [
            (url.to_owned(), "mail.from"),
            (format!("{url}from = \"nobody\"\n"), "mail.from"),
            (format!("{url}from = \"a@b.example\"\nreply_to = \"nobody\"\n"), "mail.reply_to"),
            ("timeout_seconds = 0\n".to_owned(), "mail.timeout_seconds"),
        ] {
            let said = read(&lines).map(drop).unwrap_err();
            assert!(said.contains(&format!("`{key}` ")), "{said}");
        }
        assert!(read(&format!("{url}from = \"a@b.example\"\n")).is_ok());
    }
}
