//! Lists of blocked servers, in the CSV that Mastodon exports and imports: read whole and checked before anything is written.

use std::collections::BTreeMap;

use super::Error;
use super::moderation::{Effects, Scope};
use crate::ap::policy;
use crate::app::App;
use crate::db::Conn;
use crate::domain::moderation::{Rule, with_parents};
use crate::model::moderation::{self, DomainRule};

/// The columns, in Mastodon's order.
const COLUMNS: [&str; 6] =
    ["#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate"];
/// Most lines of one list.
const MAX_LINES: usize = 100_000;

/// A line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Counted from 1.
    number: u64,
    domain: String,
    /// None for `noop`: the line asks for less than this node can do.
    rule: Option<Rule>,
    reason: Option<String>,
}

/// What became, or would become, of a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It has this rule now.
    Set(Rule),
    /// It had this rule already.
    Same(Rule),
    /// What holds for it is stricter, and stays.
    Kept(Rule),
    /// The list asks for nothing that this node could do (`noop`).
    Skipped,
}

/// Reads a list. Its first line may name the columns; without that they stand in Mastodon's order, and a file with one column
/// blocks what it names.
///
/// # Errors
/// [`Error::Refused`], which names the first bad line by its number.
pub fn parse(text: &str) -> Result<Vec<Line>, Error> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut columns: Vec<String> =
        COLUMNS.iter().map(|name| name.trim_start_matches('#').to_owned()).collect();
    let mut lines = Vec::new();
    for (index, record) in reader.records().enumerate() {
        let record = record.map_err(|error| Error::Refused(format!("the list is no CSV: {error}")))?;
        let number = record.position().map_or(0, csv::Position::line);
        let first = record.get(0).unwrap_or_default();
        if index == 0 && record.iter().any(|name| name.trim_start_matches('#').eq_ignore_ascii_case("domain"))
        {
            columns = record.iter().map(|name| name.trim_start_matches('#').to_lowercase()).collect();
            continue;
        }
        if lines.len() >= MAX_LINES {
            return Err(Error::Refused(format!("the list has more than {MAX_LINES} lines: split it")));
        }
        if !first.is_empty() && !first.starts_with('#') {
            lines.push(line(number, &columns, &record)?);
        }
    }
    Ok(lines)
}

fn line(number: u64, columns: &[String], record: &csv::StringRecord) -> Result<Line, Error> {
    let cell = |name: &str| {
        let place = columns.iter().position(|column| column == name)?;
        record.get(place).filter(|text| !text.is_empty())
    };
    let rule = match cell("severity").map(str::to_lowercase).as_deref() {
        None | Some("suspend") => Some(Rule::Blocked),
        Some("silence") => Some(Rule::Limited),
        Some("noop") => None,
        Some(other) => {
            let say = format!("line {number}: the severity `{other}` is none of suspend, silence, noop");
            return Err(Error::Refused(say));
        }
    };
    let domain =
        cell("domain").ok_or_else(|| Error::Refused(format!("line {number}: there is no domain")))?;
    let reason = cell("public_comment").map(str::to_owned);
    Ok(Line { number, domain: domain.to_owned(), rule, reason })
}

/// Takes a list over, all of it or nothing. A stricter rule that holds already stays, unless `replace`. With `dry_run` nothing
/// is changed. What became of each domain, by name.
///
/// # Errors
/// [`Error`], a sentence, which names the line where it is about one.
pub async fn import(
    app: &App,
    lines: Vec<Line>,
    replace: bool,
    dry_run: bool,
) -> Result<(BTreeMap<String, Outcome>, Effects), Error> {
    let scope = Scope::of(app);
    let mut wanted: BTreeMap<String, (Option<Rule>, Option<String>)> = BTreeMap::new();
    for Line { number, domain, rule, reason } in lines {
        let domain =
            scope.domain(&domain).map_err(|error| Error::Refused(format!("line {number}: {error}")))?;
        let entry = wanted.entry(domain).or_insert((rule, reason.clone()));
        if strictness(rule) > strictness(entry.0) {
            *entry = (rule, reason);
        }
    }
    let work = move |conn: &mut Conn| {
        let mut known: BTreeMap<String, Rule> =
            moderation::rules(conn)?.into_iter().map(|row| (row.domain, row.rule)).collect();
        let mut outcomes = BTreeMap::new();
        for (domain, (rule, reason)) in wanted {
            let outcome = outcome(&known, &domain, rule, replace);
            if let Outcome::Set(rule) = outcome {
                known.insert(domain.clone(), rule);
                if !dry_run {
                    write(conn, &scope, &domain, rule, reason)?;
                }
            }
            outcomes.insert(domain, outcome);
        }
        let effects = if dry_run { Effects::default() } else { scope.enforce(conn)? };
        Ok::<_, Error>((outcomes, effects))
    };
    let done = app.db.write(work).await?;
    policy::forget(app);
    Ok(done)
}

fn strictness(rule: Option<Rule>) -> u8 {
    match rule {
        None => 0,
        Some(Rule::Allowed) => 1,
        Some(Rule::Limited) => 2,
        Some(Rule::Blocked) => 3,
    }
}

fn outcome(known: &BTreeMap<String, Rule>, domain: &str, rule: Option<Rule>, replace: bool) -> Outcome {
    let Some(rule) = rule else { return Outcome::Skipped };
    if known.get(domain) == Some(&rule) {
        return Outcome::Same(rule);
    }
    let holds = with_parents(domain).find_map(|name| known.get(name).copied());
    match holds {
        Some(holds) if !replace && strictness(Some(holds)) > strictness(Some(rule)) => Outcome::Kept(holds),
        _ => Outcome::Set(rule),
    }
}

fn write(
    conn: &mut Conn,
    scope: &Scope,
    domain: &str,
    rule: Rule,
    reason: Option<String>,
) -> Result<(), Error> {
    scope.note(conn, "federation import-blocks", &format!("{domain} {rule}"), reason.as_deref())?;
    let (domain, since) = (domain.to_owned(), scope.act.at.naive_utc());
    Ok(moderation::set_rule(conn, &DomainRule { domain, rule, reason, since })?)
}

/// The blocked and limited domains as Mastodon reads them. What is allowed has no place in it.
///
/// # Errors
/// [`Error`], a sentence.
pub fn csv(rules: &[DomainRule]) -> Result<String, Error> {
    let failed =
        |error: &dyn std::fmt::Display| Error::Refused(format!("the list cannot be written: {error}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(|error| failed(&error))?;
    for row in rules {
        let severity = match row.rule {
            Rule::Blocked => "suspend",
            Rule::Limited => "silence",
            Rule::Allowed => continue,
        };
        let comment = row.reason.as_deref().unwrap_or_default();
        writer
            .write_record([row.domain.as_str(), severity, "false", "false", comment, "false"])
            .map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|error| failed(&error))
}
