//! Lists as JSON and CSV (RFC 4180, UTF-8 with a byte order mark, without which spreadsheets read accents wrongly), with the
//! licence of what they tell. A cell that a spreadsheet would calculate gets an apostrophe before it.

mod others;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::NaiveDateTime;
use serde_json::{Map, Value, json};

use super::error::Error;
use super::locale::Visit;
use super::pages::{self, LISTS};
use crate::app::{App, SharedApp};
use crate::db::Conn;
use crate::domain::publication::{Details, Kind, LICENCE, LICENCE_URL};
use crate::model::listing::Filter;
use crate::model::{coalition, feed, listing, organisation};

/// Most entries of one answer; the next page is named in the header `Link`, and in JSON.
const ENTRIES: i64 = 1000;

/// In which form a list is told.
#[derive(Clone, Copy)]
enum Form {
    Json,
    Csv,
}

impl Form {
    fn ending(self) -> &'static str {
        match self {
            Form::Json => "json",
            Form::Csv => "csv",
        }
    }
}

/// The exports, to be merged into the router.
pub(super) fn routes() -> Router<SharedApp> {
    let mut router = Router::new();
    let lists = LISTS.into_iter().map(|(kind, name)| (Some(kind), name)).chain([(None, "publications")]);
    for (kind, name) in lists {
        for form in [Form::Json, Form::Csv] {
            let told = move |app: State<SharedApp>, visit: Visit| publications(app, visit, kind, form);
            router = router.route(&format!("/{name}.{}", form.ending()), get(told));
        }
    }
    router.merge(others::routes())
}

/// `/publications.json`, `?kind=`, `?coalition=`, `?author=`, `?tag=`; `/decisions.csv`, …
async fn publications(
    State(app): State<SharedApp>,
    visit: Visit,
    kind: Option<Kind>,
    form: Form,
) -> Result<Response, Error> {
    let kind = kind.or_else(|| visit.parameter("kind").and_then(|kind| kind.parse().ok()));
    let (offset, asked) = (offset(&visit), visit.clone());
    let read = app.db.read(move |conn| {
        let filter = filter(conn, &asked, kind)?;
        let entries = feed::entries(conn, &filter, pages::order(kind), offset, ENTRIES)?;
        Ok::<_, Error>((entries, listing::count(conn, &filter)?))
    });
    let (entries, total) = read.await?;
    let rows = entries.iter().map(|entry| publication(&app, entry)).collect();
    told(&app, &visit, form, rows, total)
}

/// What the address asks for; what it names must be there.
fn filter(conn: &mut Conn, visit: &Visit, kind: Option<Kind>) -> Result<Filter, Error> {
    let text = |name| visit.parameter(name).filter(|value| !value.is_empty());
    let mut filter = Filter { kind, ..Filter::default() };
    if let Some(handle) = text("coalition") {
        filter.coalition = Some(coalition::by_handle(conn, &handle)?.ok_or(Error::NotFound)?.0.id);
    }
    if let Some(handle) = text("author") {
        filter.author = Some(organisation::by_handle(conn, &handle)?.ok_or(Error::NotFound)?.0.id);
    }
    if let Some(tag) = text("tag") {
        let same = pages::tagged_alike(listing::tags(conn)?, &tag);
        filter.tags = Some(same).filter(|same| !same.is_empty());
        filter.tags.as_ref().ok_or(Error::NotFound)?;
    }
    Ok(filter)
}

/// After how many entries an answer begins.
fn offset(visit: &Visit) -> i64 {
    (visit.page() - 1) * ENTRIES
}

/// The columns of a list, in order, with the values of one row.
type Row = Vec<(&'static str, Value)>;

fn publication(app: &App, entry: &feed::Entry) -> Row {
    let row = &entry.listed;
    let (begins, ends) = row.content().map(|content| dates(&content.details)).unwrap_or_default();
    let authors: Vec<&str> = entry.authors.iter().map(|(_, name)| name.as_str()).collect();
    vec![
        ("id", json!(app.urls.publication(&row.id))),
        ("kind", json!(row.kind)),
        ("state", json!(row.state)),
        ("number", json!(row.number)),
        ("title", json!(row.title)),
        ("summary", json!(row.summary)),
        ("coalition", json!(app.urls.coalition(&row.handle))),
        ("coalition_name", json!(row.coalition())),
        ("authors", json!(authors)),
        ("tags", json!(entry.tags)),
        ("begins", json!(begins)),
        ("ends", json!(ends)),
        ("published", json!(row.published_at.map(stamp))),
        ("updated", json!(stamp(row.updated_at))),
        ("language", json!(row.language)),
        ("licence", json!(entry.licence)),
    ]
}

/// From when to when it is, as precisely as its author knew: a round, a meeting; of a decision its day and its review.
fn dates(details: &Details) -> (Option<String>, Option<String>) {
    let (begins, ends) = match details {
        Details::Proposal(round) => (round.opens, round.closes),
        Details::Consultation(asked) => (asked.opens, asked.closes),
        Details::Meeting(meeting) | Details::Minutes(meeting) => {
            (meeting.start, meeting.end.or(meeting.tentative_until))
        }
        Details::Decision(decision) => (decision.date, decision.review),
        _ => (None, None),
    };
    (begins.map(|when| when.to_string()), ends.map(|when| when.to_string()))
}

fn stamp(at: NaiveDateTime) -> String {
    at.and_utc().to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

fn told(app: &App, visit: &Visit, form: Form, rows: Vec<Row>, total: i64) -> Result<Response, Error> {
    let page = visit.page();
    let next = (page * ENTRIES < total).then(|| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let kept = url::form_urlencoded::parse(visit.query.as_bytes()).filter(|(key, _)| key != "page");
        query.extend_pairs(kept).append_pair("page", &(page + 1).to_string());
        format!("{}{}?{}", app.urls.base(), visit.path, query.finish())
    });
    let mut link = format!("<{LICENCE_URL}>; rel=\"license\"");
    if let Some(next) = &next {
        link.push_str(&format!(", <{next}>; rel=\"next\""));
    }
    let (kind, body) = match form {
        Form::Json => {
            let items: Vec<Value> = rows
                .into_iter()
                .map(|row| {
                    Value::Object(
                        row.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>(),
                    )
                })
                .collect();
            let list = json!({"licence": LICENCE, "total": total, "next": next, "items": items});
            ("application/json", list.to_string())
        }
        Form::Csv => ("text/csv; charset=utf-8; header=present", csv(&rows)?),
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(link) = HeaderValue::from_str(&link) {
        headers.insert(header::LINK, link);
    }
    Ok(response)
}

fn csv(rows: &[Row]) -> Result<String, Error> {
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    if let Some(first) = rows.first() {
        writer.write_record(first.iter().map(|(name, _)| *name))?;
    }
    for row in rows {
        writer.write_record(row.iter().map(|(_, value)| cell(value)))?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A value as one cell: lists joined by semicolons, and nothing that a spreadsheet would calculate.
fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(text_of).collect::<Vec<_>>().join("; "),
        other => return other.to_string(),
    };
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text,
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_calculated() {
        for formula in ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"] {
            assert_eq!(cell(&json!(formula)), format!("'{formula}"));
        }
        assert_eq!(cell(&json!(["=a", "b"])), "'=a; b");
        assert_eq!(cell(&json!("8.a")), "8.a");
        assert_eq!(cell(&json!(-3)), "-3");
        assert_eq!(cell(&Value::Null), "");
    }
}
