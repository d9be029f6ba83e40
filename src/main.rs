//! Parses the command line, nothing else.

fn main() -> std::process::ExitCode {
    reset_node::cli::run()
}
