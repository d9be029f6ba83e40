//! What a node takes in, serves, needs and waits for, measured on the real program (release build) and beside the bound of each
//! figure in the same run. The load comes from a process of its own (this program, started again). `scripts/bench` runs it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a bench may panic")]

mod bounds;
mod inbound;
mod load;
#[path = "../../tests/it/support/node.rs"]
#[expect(dead_code, reason = "shared with the tests, which use the rest")]
mod node;
mod pages;
mod process;
mod senders;
mod table;
mod volume;
#[path = "../../tests/it/support/volume.rs"]
mod volume_fill;

use table::Table;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["load", rest @ ..] => load::main(rest),
        ["empty", port] => bounds::empty_server(port.parse().unwrap()),
        other => {
            let only: Vec<&str> = other.iter().filter(|word| !word.starts_with('-')).copied().collect();
            run(&only);
        }
    }
}

/// Runs the parts named, or all but `volume`, and prints one table; `volume` alone, since it knows its own bounds.
fn run(only: &[&str]) {
    let mut table = Table::default();
    if only == ["volume"] {
        volume::measure(&mut table);
        return table.print();
    }
    let wanted = |part: &str| only.is_empty() || only.contains(&part);
    let bounds = bounds::measure();
    bounds.rows(&mut table);
    if wanted("inbound") {
        inbound::measure(&mut table, &bounds);
    }
    if wanted("pages") {
        pages::measure(&mut table, &bounds);
    }
    table.print();
}
