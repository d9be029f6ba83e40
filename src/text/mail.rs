//! What mails say: plain text, short. Words of strangers are made harmless before they are told to somebody who did not ask for them.

use super::{Lang, t, tf};

/// Longest name of a stranger in a mail, in characters.
const MAX_NAME: usize = 60;
/// Most digits of it: enough for a year, not for a telephone.
const MAX_DIGITS: usize = 4;

/// What the mail says that asks to confirm a declaration of interest.
#[derive(Clone, Copy, Debug)]
pub struct Confirmation<'c> {
    /// The language of the form.
    pub lang: Lang,
    /// As a stranger wrote it.
    pub organisation: &'c str,
    /// Their names.
    pub coalitions: &'c [&'c str],
    /// The page that asks once more and confirms.
    pub link: &'c str,
    /// Until when it works, told.
    pub until: &'c str,
    /// Days after which what nobody confirmed is erased.
    pub kept_days: i64,
    /// The node's name.
    pub node: &'c str,
    /// Where the node is.
    pub address: &'c str,
    /// Whom to ask; may be empty.
    pub contact: &'c str,
}

/// Subject and text of that mail.
pub fn confirmation(of: &Confirmation<'_>) -> (String, String) {
    let lang = of.lang;
    let organisation = harmless(of.organisation);
    let count = i64::try_from(of.coalitions.len()).unwrap_or(i64::MAX);
    let list: Vec<String> = of.coalitions.iter().map(|name| format!("  - {name}")).collect();
    let mut parts = vec![
        t(lang, "mail-hello").to_owned(),
        tf(
            lang,
            "mail-confirm-who",
            &[("organisation", (&organisation).into()), ("node", of.node.into()), ("count", count.into())],
        ),
        list.join("\n"),
        t(lang, "mail-confirm-how").to_owned(),
        of.link.to_owned(),
        tf(lang, "mail-confirm-until", &[("date", of.until.into())]),
        tf(lang, "mail-confirm-not-you", &[("count", of.kept_days.into())]),
    ];
    parts.push(sign(of));
    (tf(lang, "mail-confirm-subject", &[("node", of.node.into())]), parts.join("\n\n") + "\n")
}

/// Subject and text of a mail that an administrator sends to see whether one arrives.
pub fn trial(lang: Lang, node: &str, address: &str) -> (String, String) {
    let text = tf(lang, "mail-test", &[("node", node.into()), ("address", address.into())]);
    (tf(lang, "mail-test-subject", &[("node", node.into())]), text + "\n")
}

fn sign(of: &Confirmation<'_>) -> String {
    let mut lines = vec!["-- ".to_owned(), of.node.to_owned(), of.address.to_owned()];
    if !of.contact.is_empty() {
        lines.push(tf(of.lang, "mail-contact", &[("contact", of.contact.into())]));
    }
    lines.join("\n")
}

/// A name as a stranger wrote it, without what would make the mail worth sending for a spammer: no address that a mail program turns
/// into a link, no telephone, not much room.
fn harmless(name: &str) -> String {
    let mut text = String::new();
    let mut digits = 0;
    for c in name.chars() {
        match c {
            '.' => text.push_str(". "),
            c if c.is_numeric() => {
                digits += 1;
                if digits <= MAX_DIGITS {
                    text.push(c);
                }
            }
            c if c.is_alphabetic() || matches!(c, '\'' | '’' | '-' | '&' | '(' | ')' | ',') => text.push(c),
            _ => text.push(' '),
        }
    }
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(MAX_NAME) {
        Some((end, _)) => format!("{}…", words.get(..end).unwrap_or_default().trim_end()),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mail(lang: Lang, organisation: &str) -> (String, String) {
        confirmation(&Confirmation {
            lang,
            organisation,
            coalitions: &["Communs numériques", "Achats responsables"],
            link: "https://reset.example/interest/confirm?token=0123&lang=fr",
            until: "2 décembre 2026, 18 h (Paris)",
            kept_days: 90,
            node: "Région Exemple",
            address: "https://reset.example",
            contact: "contact@reset.example",
        })
    }

    #[test]
    fn the_mail_says_who_for_what_how_long_and_what_else_to_do() {
        insta::assert_snapshot!(
            "confirmation_fr",
            format!("{0}\n\n{1}", mail(Lang::Fr, "La Turbine").0, mail(Lang::Fr, "La Turbine").1)
        );
        insta::assert_snapshot!(
            "confirmation_en",
            format!("{0}\n\n{1}", mail(Lang::En, "La Turbine").0, mail(Lang::En, "La Turbine").1)
        );
    }

    #[test]
    fn a_name_keeps_what_names_have() {
        for name in ["La Turbine", "L’Atelier-Sud (Lyon)", "Dupont & fils, SCOP", "Éducation 21"] {
            assert_eq!(harmless(name), name);
        }
        assert_eq!(harmless("S.A.R.L. Dupont"), "S. A. R. L. Dupont");
    }

    #[test]
    fn a_name_sells_nothing() {
        assert_eq!(harmless("Gagnez sur https://evil.example/x?y"), "Gagnez sur https evil. example x y");
        assert_eq!(harmless("Appelez le 08 99 12 34 56"), "Appelez le 08 99");
        assert_eq!(harmless("a\r\nBcc: x@y.example\u{202e}"), "a Bcc x y. example");
        assert_eq!(harmless(&"a".repeat(200)).chars().count(), MAX_NAME + 1);
    }

    proptest! {
        #[test]
        fn no_name_becomes_a_link_or_a_second_line(name in any::<String>()) {
            let told = harmless(&name);
            let linked = told.split(' ').any(|word| word.trim_end_matches('.').contains(['.', '/', ':', '@']));
            prop_assert!(!linked && told.lines().count() <= 1 && told.chars().count() <= MAX_NAME + 1, "{told}");
            prop_assert!(told.chars().filter(|c| c.is_numeric()).count() <= MAX_DIGITS);
            let (subject, text) = mail(Lang::Fr, &name);
            let plain = mail(Lang::Fr, "La Turbine");
            prop_assert_eq!(subject, plain.0);
            prop_assert_eq!(text.matches("https://").count(), plain.1.matches("https://").count());
            prop_assert_eq!(text.lines().count(), plain.1.lines().count());
        }
    }
}
