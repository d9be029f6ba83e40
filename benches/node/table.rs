//! One table: a figure, its floor, and its ratio to the bound that was measured in the same run.

/// A line of the table.
struct Row {
    what: String,
    figure: String,
    floor: String,
    ratio: String,
}

/// See the module.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
}

impl Table {
    /// A figure that stands alone.
    pub(crate) fn row(&mut self, what: &str, figure: String, floor: &str) {
        self.rows.push(Row { what: what.into(), figure, floor: floor.into(), ratio: String::new() });
    }

    /// A figure beside what it is compared with.
    pub(crate) fn beside(&mut self, what: &str, figure: String, floor: &str, ratio: String) {
        self.rows.push(Row { what: what.into(), figure, floor: floor.into(), ratio });
    }

    /// A rate beside the bound that no server on this machine could pass.
    pub(crate) fn rate(&mut self, what: &str, rate: f64, floor: &str, bound: (&str, f64)) {
        let ratio = format!("{:.0} % of {}", 100.0 * rate / bound.1, bound.0);
        self.rows.push(Row { what: what.into(), figure: format!("{rate:.0}/s"), floor: floor.into(), ratio });
    }

    /// What the node's processor time for each of the line above was, in microseconds: it changes least when something else
    /// takes a part of the machine.
    pub(crate) fn each(&mut self, micros: f64) {
        self.row("  processor time for each", format!("{micros:.0} µs"), "");
    }

    /// Prints it as Markdown.
    pub(crate) fn print(&self) {
        let width = |of: fn(&Row) -> &str, head: &str| {
            self.rows.iter().map(|row| of(row).chars().count()).max().unwrap_or(0).max(head.len())
        };
        let (a, b) = (width(|row| &row.what, "what"), width(|row| &row.figure, "figure"));
        let (c, d) = (width(|row| &row.floor, "floor"), width(|row| &row.ratio, "of its bound"));
        println!("| {:a$} | {:>b$} | {:>c$} | {:d$} |", "what", "figure", "floor", "of its bound");
        println!("|{:-<1$}|{2:->3$}:|{4:->5$}:|{6:-<7$}|", "", a + 2, "", b + 1, "", c + 1, "", d + 2);
        for row in &self.rows {
            println!("| {:a$} | {:>b$} | {:>c$} | {:d$} |", row.what, row.figure, row.floor, row.ratio);
        }
    }
}
