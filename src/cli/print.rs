//! Results to stdout, one a line; errors to stderr. A reader that stops reading ends the writing, not the work.

use std::io::Write;

use reset_federation::printable::printable;
use serde::Serialize;
use serde_json::Value;

use super::Failure;

/// Most characters of a cell.
const MAX_CELL: usize = 1000;
/// Most characters of a sentence.
const MAX_SENTENCE: usize = 8000;

/// One line of result.
pub(super) fn line(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// A sentence in which words of strangers may stand, as one line of result that moves no cursor.
pub(super) fn sentence(text: &str) {
    line(printable(text, MAX_SENTENCE));
}

/// A remark that is no result.
pub(super) fn note(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// The one sentence of a failure.
pub(super) fn error(sentence: &str) {
    let _ = writeln!(std::io::stderr(), "error: {sentence}");
}

/// Rows as JSON for programs, or as columns for people.
pub(super) fn rows<T: Serialize>(
    rows: &[T],
    json: bool,
    columns: impl Fn(&T) -> Vec<String>,
) -> Result<(), Failure> {
    if json {
        return value(&rows);
    }
    table(rows.iter().map(columns).collect());
    Ok(())
}

/// Lines of cells, as columns. What strangers wrote in them moves no cursor.
fn table(lines: Vec<Vec<String>>) {
    let clean = |cells: Vec<String>| cells.iter().map(|cell| printable(cell, MAX_CELL)).collect();
    let lines: Vec<Vec<String>> = lines.into_iter().map(clean).collect();
    let mut widths: Vec<usize> = Vec::new();
    for cells in &lines {
        widths.resize(widths.len().max(cells.len()), 0);
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for cells in lines {
        let padded: Vec<String> =
            cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        line(padded.join("  ").trim_end());
    }
}

/// As [`rows`], of JSON objects: the named fields, under their names where there is anything.
pub(super) fn fields(rows: &[Value], json: bool, names: &[&str]) -> Result<(), Failure> {
    if json {
        return value(&rows);
    }
    let text = |row: &Value, name: &str| match row.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => "-".to_owned(),
        Some(other) => other.to_string(),
    };
    let head = names.iter().map(|name| name.to_uppercase()).collect();
    let mut lines: Vec<Vec<String>> = vec![head];
    lines.extend(rows.iter().map(|row| names.iter().map(|name| text(row, name)).collect()));
    if !rows.is_empty() {
        table(lines);
    }
    Ok(())
}

/// One value as JSON.
pub(super) fn value<T: Serialize>(value: &T) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::Said(format!("the result cannot be written as JSON: {error}")))?;
    line(text);
    Ok(())
}
