//! `quote list` and `quote revoke`.

use std::path::Path;

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Failure, open, print};
use crate::actions::quote;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the posts of other servers that quote a publication or note.
    List {
        /// The URL of what is quoted; of a publication also the id at its end.
        id: String,
        /// For programs.
        #[arg(long)]
        json: bool,
    },
    /// Take the consent to a quote back. Prints the URL of its stamp.
    Revoke {
        /// The URL of the stamp, or that of the quoting post.
        quote: String,
        /// Why; it is kept here and not sent.
        #[arg(long)]
        reason: Option<String>,
    },
}

pub(super) async fn run(path: &Path, command: Command) -> Result<(), Failure> {
    let app = open::node(path).await?;
    match command {
        Command::List { id, json } => {
            let found = quote::list(&app, id).await?;
            let rows: Vec<Value> = found
                .iter()
                .map(|(quote, quoter)| {
                    json!({
                        "stamp": app.urls.stamp(&quote.id),
                        "url": quote.url,
                        "page": quote.page,
                        "account": format!("@{}@{}", quoter.username, quoter.domain),
                        "given": quote.given_at.and_utc().to_rfc3339(),
                        "revoked": quote.revoked_at.map(|at| at.and_utc().to_rfc3339()),
                        "reason": quote.revoked_reason,
                    })
                })
                .collect();
            print::rows(&rows, json, |row| {
                let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
                let state =
                    if row.get("revoked").is_some_and(Value::is_string) { "revoked" } else { "allowed" };
                vec![state.to_owned(), text("account"), text("url"), text("stamp")]
            })
        }
        Command::Revoke { quote, reason } => {
            for stamp in quote::revoke(&app, quote, reason).await? {
                print::line(stamp);
            }
            Ok(())
        }
    }
}
