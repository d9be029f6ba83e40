//! Hiding a reply from a coalition's page, and showing it again. The reply stays on its author's server; nothing travels.

use super::moderation::note;
use super::{Act, Error};
use crate::app::App;
use crate::model::reply;

/// Hides the reply with this URL (its id on its own server). Doing so again changes nothing.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn hide(app: &App, url: String, reason: String) -> Result<(), Error> {
    let reason = reason.trim().to_owned();
    if reason.is_empty() {
        return Err(Error::NoReason);
    }
    set(app, url, Some(reason)).await
}

/// Shows it again.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn show(app: &App, url: String) -> Result<(), Error> {
    set(app, url, None).await
}

async fn set(app: &App, url: String, reason: Option<String>) -> Result<(), Error> {
    let act = Act::now(app);
    let now = act.at.naive_utc();
    app.db
        .write(move |conn| {
            if reply::find(conn, &url)?.is_none() {
                return Err(Error::Refused(format!(
                    "there is no reply `{url}` here: give the address that the publication's page links to"
                )));
            }
            let hidden = reason.as_deref().map(|reason| (reason, now));
            if reply::set_hidden(conn, &url, hidden)? {
                let what = if hidden.is_some() { "reply hide" } else { "reply show" };
                note(conn, &act, what, &url, reason.as_deref())?;
            }
            Ok(())
        })
        .await
}
