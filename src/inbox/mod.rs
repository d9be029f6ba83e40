//! What others tell us: taken in before they are told 202, then worked off in order, one file a kind of activity. The match
//! in `understand` is the table of contents. It never answers HTTP and never decides who signed.

mod accept;
mod announce;
mod answer;
mod block;
mod create;
mod delete;
mod ending;
mod flag;
mod follow;
mod hearsay;
mod intake;
mod join;
mod lane;
mod like;
mod moved;
mod page;
mod quote;
mod scene;
mod undo;
mod update;
mod vote;
mod worker;

pub use intake::{LANES, QUEUE, Taken, take};
pub use worker::{run, run_until_idle};

use reset_federation::activity::{Activity, ActivityKind};
use reset_federation::check::Refusal;
use scene::{Step, ignored};

use crate::app::App;

/// What an activity asks for: an effect on our rows, or a document that must be read first. Its actor has signed it, and the
/// pure checks have let it pass; whose rows it may touch is asked by each effect.
///
/// # Errors
/// Why it is refused for good.
fn understand(app: &App, activity: Activity) -> Result<Step, Refusal> {
    match activity.kind {
        ActivityKind::Follow => follow::on_follow(app, activity),
        ActivityKind::Undo => undo::on_undo(app, &activity),
        ActivityKind::Accept => accept::on_accept(app, &activity),
        ActivityKind::Reject => accept::on_reject(app, &activity),
        ActivityKind::Create => create::on_create(app, &activity),
        ActivityKind::Update => update::on_update(app, activity),
        ActivityKind::Delete => delete::on_delete(&activity),
        ActivityKind::Like => like::on_like(app, &activity),
        ActivityKind::Announce => announce::on_announce(app, &activity),
        ActivityKind::Join => join::on_join(app, activity),
        ActivityKind::Leave => join::on_leave(app, &activity),
        ActivityKind::QuoteRequest => quote::on_quote_request(app, activity),
        ActivityKind::Block => block::on_block(app, &activity),
        ActivityKind::Flag => flag::on_flag(app, &activity),
        ActivityKind::Move => moved::on_move(app, activity),
        _ => Ok(ignored("this kind of activity has no effect here")),
    }
}
