//! The `binhyen` program: hands the command line over to [`binhyen::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    binhyen::cli::run(std::env::args_os())
}
