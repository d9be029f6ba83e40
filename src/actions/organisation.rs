//! Organisations of this node.

use super::fields::Fields;
use super::{Act, Error, take_handle};
use crate::app::App;
use crate::db::Conn;
use crate::domain::actor::{ActorKind, OrganisationKind};
use crate::model::organisation::{self, Organisation};

/// What is known of a new organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOrganisation {
    /// Its handle.
    pub handle: String,
    /// Plain text.
    pub name: String,
    /// What it is in law.
    pub kind: OrganisationKind,
    /// Plain text, may be empty.
    pub summary: String,
    /// Its own site.
    pub website: Option<String>,
    /// Where it acts.
    pub territory: Option<String>,
}

impl NewOrganisation {
    /// Reads the tables `[[organisations]]` of a file.
    ///
    /// # Errors
    /// A key or a value that cannot be used, named.
    pub fn parse_all(text: &str) -> Result<Vec<NewOrganisation>, Error> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            Error::Refused(format!("this is not TOML: {}", error.message()))
        })?;
        let mut fields = Fields::of_toml(table);
        fields.only(&["organisations"])?;
        let read = |mut fields: Fields| {
            fields.only(&["handle", "name", "kind", "summary", "url", "territory"])?;
            Ok(NewOrganisation {
                handle: fields.needed("handle")?,
                name: fields.needed("name")?,
                kind: fields.word("kind")?.unwrap_or(OrganisationKind::Other),
                summary: fields.text("summary")?.unwrap_or_default(),
                website: fields.text("url")?,
                territory: fields.text("territory")?,
            })
        };
        fields.tables("organisations")?.into_iter().map(read).collect()
    }
}

/// Creates an organisation. Its id.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn create(app: &App, new: NewOrganisation) -> Result<String, Error> {
    let act = Act::now(app);
    let id = app.urls.actor(ActorKind::Organisation, &new.handle);
    app.db.write(move |conn| create_on(conn, &act, &new).map(drop)).await?;
    Ok(id)
}

/// Creates an organisation within a transaction. The row id of its actor.
///
/// # Errors
/// [`Error`], a sentence.
pub fn create_on(conn: &mut Conn, act: &Act, new: &NewOrganisation) -> Result<i64, Error> {
    let name = new.name.trim();
    if name.is_empty() {
        return Err(Error::Refused("the name is empty: write the organisation's name".to_owned()));
    }
    let actor_id = take_handle(conn, act, &new.handle, ActorKind::Organisation)?;
    let row = Organisation {
        actor_id,
        name: name.to_owned(),
        kind: new.kind,
        summary: new.summary.clone(),
        website: new.website.clone(),
        territory: new.territory.clone(),
    };
    organisation::insert(conn, &row)?;
    Ok(actor_id)
}
