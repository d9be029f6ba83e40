//! Who registered for a meeting, for its organiser. Registering is done from other servers: see `inbox`.

use super::publication::bare_id;
use super::{Act, Error};
use crate::app::App;
use crate::domain::publication::Kind;
use crate::model;
use crate::model::registration::Registration;

/// The registrations for the meeting with this URL or id, in the order of their coming.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn list(app: &App, id: String) -> Result<Vec<Registration>, Error> {
    let act = Act::now(app);
    app.db
        .read(move |conn| {
            let bare = bare_id(&act, &id);
            let Some(found) = model::publication::find(conn, &bare)? else {
                return Err(Error::NoPublication(id));
            };
            if found.row.kind != Kind::Meeting {
                let kind = found.row.kind;
                return Err(Error::Refused(format!("`{id}` is a {kind}: people register for a meeting")));
            }
            Ok(model::registration::list(conn, &bare)?)
        })
        .await
}
