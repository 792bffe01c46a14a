//! The `binhyen` program: parses the command line and hands over to [`binhyen::cli`].

fn main() {}
