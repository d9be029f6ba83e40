//! Results to stdout, one a line; errors to stderr. A reader that stops reading ends the writing, not the work.

use std::io::Write;

use serde::Serialize;

use super::Failure;

/// One line of result.
pub(super) fn line(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{text}");
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
    let lines: Vec<Vec<String>> = rows.iter().map(columns).collect();
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
    Ok(())
}

/// One value as JSON.
pub(super) fn value<T: Serialize>(value: &T) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::Said(format!("the result cannot be written as JSON: {error}")))?;
    line(text);
    Ok(())
}
