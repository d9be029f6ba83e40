//! The directory of coalitions, narrowed to those that somebody looks for, and what can be looked for. Read-only.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::Result;
use super::listing::ListedCoalition;
use crate::db::Conn;
use crate::db::schema::{actors, coalition_values, coalitions, search_documents};
use crate::domain::coalition::{Dimension, Quality, Stage};
use crate::domain::search::Question;
use crate::model::search;

/// Which coalitions the directory shows: those for which everything that is given holds.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// That seek this quality.
    pub quality: Option<Quality>,
    /// That stand there.
    pub stage: Option<Stage>,
    /// That have actors for this dimension.
    pub dimension: Option<Dimension>,
    /// That act there, as written.
    pub territory: Option<String>,
    /// That started with this cohort.
    pub cohort: Option<String>,
    /// Of this family.
    pub family: Option<String>,
    /// Pilots only.
    pub pilot: bool,
    /// That answer a question.
    pub words: Question,
    /// Those that came last first, instead of the oldest.
    pub latest: bool,
}

/// Row ids of the coalitions that have this value in a list.
macro_rules! having {
    ($field:literal, $value:expr) => {
        coalition_values::table
            .filter(coalition_values::field.eq($field).and(coalition_values::value.eq($value)))
            .select(coalition_values::coalition_id)
    };
}

macro_rules! narrowed {
    ($query:expr, $filter:expr, $found:expr) => {{
        let mut query = $query.into_boxed();
        if let Some(quality) = $filter.quality {
            query = query.filter(coalitions::actor_id.eq_any(having!("quality", quality.as_str())));
        }
        if let Some(dimension) = $filter.dimension {
            query = query.filter(coalitions::actor_id.eq_any(having!("dimension", dimension.as_str())));
        }
        if let Some(stage) = $filter.stage {
            query = query.filter(coalitions::stage.eq(stage));
        }
        if let Some(territory) = $filter.territory.clone() {
            query = query.filter(coalitions::territory.eq(territory));
        }
        if let Some(cohort) = $filter.cohort.clone() {
            query = query.filter(coalitions::cohort.eq(cohort));
        }
        if let Some(family) = $filter.family.clone() {
            query = query.filter(coalitions::family.eq(family));
        }
        if $filter.pilot {
            query = query.filter(coalitions::pilot.eq(true));
        }
        if let Some(found) = $found.clone() {
            query = query.filter(coalitions::actor_id.eq_any(found));
        }
        query
    }};
}

/// A page of coalitions, oldest first, and how many there are.
///
/// # Errors
/// The database's.
pub fn page(
    conn: &mut Conn,
    filter: &Filter,
    offset: i64,
    limit: i64,
) -> Result<(Vec<ListedCoalition>, i64)> {
    let found = answering(conn, &filter.words)?;
    let columns = (
        coalitions::actor_id,
        actors::handle,
        coalitions::number,
        coalitions::title,
        coalitions::topic,
        coalitions::impact,
        coalitions::stage,
        coalitions::territory,
        coalitions::language,
        actors::created_at,
        actors::updated_at,
    );
    let rows = narrowed!(coalitions::table.inner_join(actors::table).select(columns), filter, found);
    let rows = match filter.latest {
        true => rows.order(actors::created_at.desc()).then_order_by(coalitions::actor_id.desc()),
        false => rows.order(coalitions::actor_id.asc()),
    };
    let rows = rows.offset(offset).limit(limit).load(conn)?;
    let total = narrowed!(coalitions::table.count(), filter, found).get_result(conn)?;
    Ok((rows, total))
}

/// Row ids of the coalitions that answer a question; none where nothing is asked.
fn answering(conn: &mut Conn, words: &Question) -> Result<Option<Vec<i64>>> {
    if words.is_empty() {
        return Ok(None);
    }
    let only = search::Filter { kind: Some("coalition"), ..search::Filter::default() };
    let (hits, _) = search::find(conn, words, &only, (0, search::MOST))?;
    let handles: Vec<String> = hits.into_iter().map(|hit| hit.subject).collect();
    search_documents::table
        .filter(search_documents::kind.eq("coalition").and(search_documents::subject.eq_any(handles)))
        .select(search_documents::coalition_id.assume_not_null())
        .load(conn)
        .map(Some)
}

/// A value that some coalitions have, and how many.
pub type Counted = (String, i64);

/// What can be chosen, each with how many coalitions have it.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// Words of qualities.
    pub qualities: Vec<Counted>,
    /// Words of dimensions.
    pub dimensions: Vec<Counted>,
    /// Words of stages.
    pub stages: Vec<Counted>,
    /// As written.
    pub territories: Vec<Counted>,
    /// As written.
    pub cohorts: Vec<Counted>,
    /// As written.
    pub families: Vec<Counted>,
    /// How many are pilots.
    pub pilots: i64,
}

macro_rules! counted {
    ($conn:expr, $column:expr) => {
        coalitions::table
            .group_by($column)
            .filter($column.is_not_null())
            .order($column)
            .select(($column.assume_not_null(), count_star()))
            .load::<Counted>($conn)
    };
}

/// What can be chosen.
///
/// # Errors
/// The database's.
pub fn choices(conn: &mut Conn) -> Result<Choices> {
    let mut choices = Choices {
        territories: counted!(conn, coalitions::territory)?,
        cohorts: counted!(conn, coalitions::cohort)?,
        families: counted!(conn, coalitions::family)?,
        pilots: coalitions::table.filter(coalitions::pilot.eq(true)).count().get_result(conn)?,
        ..Choices::default()
    };
    let stages: Vec<(Stage, i64)> =
        coalitions::table.group_by(coalitions::stage).select((coalitions::stage, count_star())).load(conn)?;
    choices.stages = stages.into_iter().map(|(stage, count)| (stage.as_str().to_owned(), count)).collect();
    let values: Vec<(String, String, i64)> = coalition_values::table
        .filter(coalition_values::field.eq_any(["quality", "dimension"]))
        .group_by((coalition_values::field, coalition_values::value))
        .select((coalition_values::field, coalition_values::value, count_star()))
        .load(conn)?;
    for (field, value, count) in values {
        match field.as_str() {
            "quality" => choices.qualities.push((value, count)),
            _ => choices.dimensions.push((value, count)),
        }
    }
    Ok(choices)
}
