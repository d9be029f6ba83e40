//! What others tell us: taken in, then worked off in order.

mod intake;

pub use intake::{LANES, QUEUE, Taken, take};
