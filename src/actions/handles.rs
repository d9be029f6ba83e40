//! What the clock does about the handles of people of other servers who are named on our pages: each is asked about once.

use chrono::TimeDelta;
use tokio::task::JoinSet;

use super::Error;
use crate::ap::fetch::Fetcher;
use crate::ap::handles;
use crate::app::SharedApp;
use crate::db::Conn;
use crate::model;

/// How many are asked about side by side; the next look goes on.
const AT_ONCE: i64 = 10;
/// Requests for one: to its server and to the domain that it names, each with its redirects.
const REQUESTS: usize = 8;
/// What another process has not finished by then is asked about again.
const AGAIN: TimeDelta = TimeDelta::minutes(5);

/// Asks about the handles that are due. How many it were.
///
/// # Errors
/// The database's.
pub async fn tend(app: &SharedApp) -> Result<usize, Error> {
    let now = app.now().naive_utc();
    let take =
        move |conn: &mut Conn| Ok::<_, Error>(model::handles::take_to_ask(conn, now, now + AGAIN, AT_ONCE)?);
    let due = app.db.write(take).await?;
    let asked = due.len();
    let mut questions = JoinSet::new();
    for remote in due {
        let app = SharedApp::clone(app);
        questions.spawn(async move {
            let url = remote.url.clone();
            if let Err(error) = handles::settle(&Fetcher::with(&app, REQUESTS), remote).await {
                tracing::warn!(%error, url, "a handle could not be asked about");
            }
        });
    }
    while questions.join_next().await.is_some() {}
    Ok(asked)
}
