//! Text of strangers for the eyes of those who watch: terminals, logs, figures.

/// At most `most` characters of `text` without any that move a cursor, break a line, turn the direction of writing or are not
/// seen; each of these becomes a space, and spaces are not repeated.
#[must_use]
pub fn printable(text: &str, most: usize) -> String {
    let mut clean = String::with_capacity(text.len().min(most));
    let mut count = 0;
    for c in text.chars() {
        if count == most {
            break;
        }
        let c = if is_plain(c) { c } else { ' ' };
        if c == ' ' && (clean.is_empty() || clean.ends_with(' ')) {
            continue;
        }
        clean.push(c);
        count += 1;
    }
    clean.truncate(clean.trim_end().len());
    clean
}

/// Neither a control character nor one of the format characters that terminals obey or do not show.
fn is_plain(c: char) -> bool {
    let hidden = matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    !c.is_control() && !hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_becomes_a_space() {
        assert_eq!(printable("a\u{1b}[31mred\r\n\tb\u{9b}2Jc", 99), "a [31mred b 2Jc");
        assert_eq!(printable("\u{202e}exe.txt\u{200b}\0", 99), "exe.txt");
        assert_eq!(printable("503 Indisponible, désolé", 99), "503 Indisponible, désolé");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(printable(&"é".repeat(500), 300).chars().count(), 300);
        assert_eq!(printable("ab  cd", 3), "ab");
        assert_eq!(printable("", 3), "");
    }
}
