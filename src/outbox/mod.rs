//! What this node says to others: activities are stored with their deliveries in the transaction that causes them, and
//! workers sign and send them until each was taken or given up. It decides nothing about the meaning of an activity.

mod enqueue;

pub use enqueue::{Audience, LANES, NewActivity, QUEUE, enqueue};
