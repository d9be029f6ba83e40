//! Handles: the local part of `@communs@reset.example.org`.

/// Words that paths or peers already use.
const RESERVED: [&str; 6] = ["node", "actor", "inbox", "admin", "api", "root"];
/// Longest handle, in bytes.
pub const MAX: usize = 60;

/// Why a handle cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadHandle {
    /// It does not match what Mastodon accepts.
    #[error(
        "`{0}` is not a handle: use lower-case letters a-z, digits and _, with single - or . inside, at most 60"
    )]
    Shape(String),
    /// It has a meaning of its own.
    #[error("`{0}` is reserved: choose another handle")]
    Reserved(String),
}

/// Checks a handle: `[a-z0-9_]+([.-]+[a-z0-9_]+)*` (Mastodon's `Account::USERNAME_RE`, lower case), not reserved.
///
/// # Errors
/// [`BadHandle`], a sentence.
pub fn check(handle: &str) -> Result<(), BadHandle> {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let shape = handle.len() <= MAX
        && handle.starts_with(word)
        && handle.ends_with(word)
        && handle.chars().all(|c| word(c) || c == '.' || c == '-');
    if !shape {
        return Err(BadHandle::Shape(handle.to_owned()));
    }
    if RESERVED.contains(&handle) {
        return Err(BadHandle::Reserved(handle.to_owned()));
    }
    Ok(())
}

/// A handle made from a title: "Développer les communs" becomes `developper_les_communs`. Empty if nothing is left.
pub fn from_title(title: &str) -> String {
    let mut handle = String::new();
    for c in title.chars().flat_map(char::to_lowercase) {
        match plain(c) {
            Some(letters) => handle.push_str(letters),
            None if c.is_ascii_alphanumeric() => handle.push(c),
            None if handle.ends_with('_') || handle.is_empty() => {}
            None => handle.push('_'),
        }
        if handle.len() >= MAX - 20 && handle.ends_with('_') {
            break;
        }
    }
    handle.trim_end_matches('_').to_owned()
}

fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'à' | 'â' | 'ä' | 'á' | 'ã' | 'å' => "a",
        'ç' => "c",
        'é' | 'è' | 'ê' | 'ë' => "e",
        'î' | 'ï' | 'í' => "i",
        'ñ' => "n",
        'ô' | 'ö' | 'ó' | 'õ' => "o",
        'ù' | 'û' | 'ü' | 'ú' => "u",
        'ÿ' => "y",
        'œ' => "oe",
        'æ' => "ae",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_what_mastodon_accepts() {
        for good in ["communs", "a", "8_a", "metropole-lyon", "a.b-c_d"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in ["", "Communs", "-a", "a.", "a b", "é", "@a", &"a".repeat(61)] {
            assert!(check(bad).is_err(), "{bad}");
        }
        assert_eq!(check("node"), Err(BadHandle::Reserved("node".into())));
    }

    #[test]
    fn a_title_becomes_a_handle() {
        assert_eq!(from_title("Équité éducative"), "equite_educative");
        assert_eq!(from_title("« L'œuvre »"), "l_oeuvre");
        assert_eq!(from_title("…"), "");
        let long = from_title("Pour des formations supérieures numériques intégrant les questions sociales");
        assert_eq!(check(&long), Ok(()));
    }
}
