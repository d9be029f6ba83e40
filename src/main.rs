//! Parses the command line, nothing else.

/// The system's own allocator took a quarter of the processor under load: activities and pages are many small strings.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    reset_node::cli::run()
}
