//! Words as they are searched: without case and accents, the same for what is indexed and for what is asked, on both
//! databases. Reads no row; a question of any shape becomes a bounded one.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longest question, in characters; the rest is not read.
const MAX_QUESTION: usize = 300;
/// Most words of a question; the rest is not asked.
const MAX_ASKED: usize = 12;
/// Most words of a text that are indexed: PostgreSQL counts positions up to 16,383.
const MAX_WORDS: usize = 16_000;
/// Most bytes of the words of a text: PostgreSQL takes vectors of up to a megabyte.
const MAX_BYTES: usize = 400_000;
/// Longest word, in characters.
const MAX_WORD: usize = 64;
/// Words that an excerpt shows, and those of them before the first that was found.
const EXCERPT: usize = 32;
const BEFORE: usize = 8;

/// The kinds of things that are found beside the kinds of publication.
pub const OTHERS: [&str; 3] = ["coalition", "organisation", "note"];

/// A word of a text: folded, and where it stands.
struct Token {
    word: String,
    start: usize,
    end: usize,
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// The words of a text, one after the other.
fn tokens(text: &str) -> impl Iterator<Item = Token> + '_ {
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        loop {
            let start = rest.find(|(_, c)| is_part(*c))?.0;
            let mut end = text.len();
            while let Some((at, c)) = rest.peek() {
                if !is_part(*c) {
                    end = *at;
                    break;
                }
                rest.next();
            }
            let word = fold(text.get(start..end).unwrap_or_default());
            if !word.is_empty() {
                return Some(Token { word, start, end });
            }
        }
    })
}

/// A word without case, accents and ligatures.
fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    let letters = word.chars().take(MAX_WORD).flat_map(char::to_lowercase).nfkd();
    for c in letters.filter(|c| !is_combining_mark(*c)) {
        match c {
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            'ß' => folded.push_str("ss"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ı' => folded.push('i'),
            c if c.is_alphanumeric() => folded.extend(c.to_lowercase()),
            _ => {}
        }
    }
    folded
}

/// The folded words of a text in order, as many as an index takes.
pub fn words(text: &str) -> Vec<String> {
    let mut bytes = 0;
    tokens(text)
        .map(|token| token.word)
        .take(MAX_WORDS)
        .take_while(|word| {
            bytes += word.len() + 12;
            bytes < MAX_BYTES
        })
        .collect()
}

/// A question: every phrase must be found, words of a phrase one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// Folded words, none empty.
    phrases: Vec<Vec<String>>,
    /// Whether the last word may go on.
    open: bool,
}

impl Question {
    /// Reads what somebody typed: words, and phrases in quotes. The last word may be unfinished.
    pub fn parse(text: &str) -> Question {
        let text: String = text.chars().take(MAX_QUESTION).collect();
        let mut question = Question::default();
        let mut left = MAX_ASKED;
        for (index, part) in text.split(['"', '«', '»', '“', '”']).enumerate() {
            let asked: Vec<String> = tokens(part).map(|token| token.word).take(left).collect();
            left -= asked.len();
            if asked.is_empty() {
                continue;
            }
            let quoted = index % 2 == 1;
            question.open = !quoted && asked.last().is_some_and(|word| word.chars().count() > 1);
            match quoted {
                true => question.phrases.push(asked),
                false => question.phrases.extend(asked.into_iter().map(|word| vec![word])),
            }
        }
        question
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.phrases.is_empty()
    }

    /// For SQLite's FTS5. Words are letters and digits only, so nothing in them is an operator.
    pub fn fts5(&self) -> String {
        let phrases: Vec<String> =
            self.phrases.iter().map(|words| format!("\"{}\"", words.join(" "))).collect();
        format!("{}{}", phrases.join(" "), if self.open { "*" } else { "" })
    }

    /// For PostgreSQL's `tsquery`.
    pub fn tsquery(&self) -> String {
        let phrase = |words: &Vec<String>| {
            let words: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
            words.join(" <-> ")
        };
        let phrases: Vec<String> = self.phrases.iter().map(phrase).collect();
        format!("{}{}", phrases.join(" & "), if self.open { ":*" } else { "" })
    }

    fn asks(&self, word: &str) -> bool {
        let open = self.phrases.last().and_then(|phrase| phrase.last()).filter(|_| self.open);
        open.is_some_and(|start| word.starts_with(start.as_str()))
            || self.phrases.iter().flatten().any(|asked| asked == word)
    }

    /// The part of a text where the question is answered: pieces, each with whether it was asked for.
    pub fn excerpt(&self, text: &str) -> Vec<(bool, String)> {
        let all: Vec<Token> = tokens(text).collect();
        let found = all.iter().position(|token| self.asks(&token.word)).unwrap_or(0);
        let first = found.saturating_sub(BEFORE);
        let shown = all.iter().skip(first).take(EXCERPT);
        let mut pieces: Vec<(bool, String)> = Vec::new();
        if first > 0 {
            pieces.push((false, "… ".to_owned()));
        }
        let mut at = all.get(first).map_or(0, |token| token.start);
        for token in shown {
            let between = text.get(at..token.start).unwrap_or_default();
            if !between.is_empty() {
                pieces.push((false, between.to_owned()));
            }
            let word = text.get(token.start..token.end).unwrap_or_default();
            pieces.push((self.asks(&token.word), word.to_owned()));
            at = token.end;
        }
        if all.len() > first + EXCERPT {
            pieces.push((false, " …".to_owned()));
        } else {
            pieces.push((false, text.get(at..).unwrap_or_default().to_owned()));
        }
        pieces
    }
}

/// A `tsvector` of the words of a title, which weigh most, and of a text. No dictionary is asked: both databases find the same.
pub fn tsvector(title: &[String], text: &[String]) -> String {
    // Positions of the text begin apart, so that no phrase goes over from one to the other.
    let apart = title.len() + 8;
    let title = (1..).zip(title).map(|(at, word)| format!("'{word}':{at}A"));
    let text = (apart..).zip(text).map(|(at, word)| format!("'{word}':{}", at.min(16_383)));
    title.chain(text).collect::<Vec<_>>().join(" ")
}

/// The text of safe HTML, without elements.
pub fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => {
                inside = true;
                text.push(' ');
            }
            '>' if inside => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    let mut text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (entity, told) in
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")]
    {
        text = text.replace(entity, told);
    }
    text
}

/// What people may find in the details of a publication, which are JSON: never where to join a meeting.
pub fn of_details(details: &serde_json::Value) -> Vec<String> {
    const KEYS: [&str; 12] = [
        "title",
        "description",
        "text",
        "agenda",
        "questions",
        "options",
        "place",
        "series",
        "points",
        "milestones",
        "victories",
        "indicators",
    ];
    fn gather(value: &serde_json::Value, into: &mut Vec<String>) {
        match value {
            serde_json::Value::String(text) => into.push(text.clone()),
            serde_json::Value::Array(all) => all.iter().for_each(|one| gather(one, into)),
            serde_json::Value::Object(fields) => {
                fields
                    .iter()
                    .filter(|(key, _)| KEYS.contains(&key.as_str()))
                    .for_each(|(_, one)| gather(one, into));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    gather(details, &mut found);
    found
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_lose_their_case_accents_and_ligatures() {
        let cases = [
            ("L’Équité, à l’ŒUVRE !", vec!["l", "equite", "a", "l", "oeuvre"]),
            ("Straße n° 8.a", vec!["strasse", "n", "8", "a"]),
            ("e\u{301}te\u{301}\u{0}x", vec!["ete", "x"]),
            ("ﬁn Ⅷ İstanbul", vec!["fin", "viii", "istanbul"]),
        ];
        for (text, told) in cases {
            assert_eq!(words(text), told, "{text}");
        }
    }

    #[test]
    fn a_question_asks_every_word_and_keeps_phrases() {
        let asked = Question::parse("communs \"base  ADRESSE\" numér");
        assert_eq!(asked.fts5(), "\"communs\" \"base adresse\" \"numer\"*");
        assert_eq!(asked.tsquery(), "'communs' & 'base' <-> 'adresse' & 'numer':*");
        assert_eq!(Question::parse("« libre accès »").fts5(), "\"libre acces\"");
        assert_eq!(Question::parse("a").fts5(), "\"a\"");
        assert!(Question::parse("\" * : - ^ ( ) {}").is_empty());
    }

    #[test]
    fn an_excerpt_marks_what_was_asked() {
        let asked = Question::parse("bêta adop");
        let pieces = asked.excerpt("La charte est <adoptée> en version BETA.");
        let marked: Vec<&str> = pieces.iter().filter(|piece| piece.0).map(|piece| piece.1.as_str()).collect();
        assert_eq!(marked, ["adoptée", "BETA"]);
        let whole: String = pieces.iter().map(|piece| piece.1.as_str()).collect();
        assert_eq!(whole, "La charte est <adoptée> en version BETA.");
        let long = format!("{} charte {}", "mot ".repeat(50), "mot ".repeat(50));
        let pieces = Question::parse("charte").excerpt(&long);
        assert!(pieces.first().unwrap().1.starts_with('…') && pieces.last().unwrap().1.ends_with('…'));
    }

    #[test]
    fn plain_text_has_no_element_and_details_no_address_to_join() {
        assert_eq!(plain("<p>Un <em>texte</em> &amp; plus</p>"), "Un texte & plus");
        let details = serde_json::json!({"kind": "meeting", "place": "Rennes", "join_url": "https://secret.example",
            "points": [{"title": "La charte", "outcome": "decision"}]});
        assert_eq!(of_details(&details), ["Rennes", "La charte"]);
    }

    proptest! {
        #[test]
        fn any_question_is_bounded_and_has_no_operator(text in ".{0,400}") {
            let asked = Question::parse(&text);
            prop_assert!(asked.phrases.iter().flatten().count() <= MAX_ASKED);
            prop_assert!(asked.phrases.iter().flatten().all(|word| word.chars().all(char::is_alphanumeric)));
            let whole: String = asked.excerpt(&text).into_iter().map(|piece| piece.1).collect();
            prop_assert!(whole.len() <= text.len() + 16);
        }
    }
}
