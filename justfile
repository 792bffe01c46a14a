# Shortcuts; `just --list` shows them. Nothing needs just: every line can be typed.

# A throw-away server with a commune, its people and made-up months.
demo:
    cargo run --release -- demo

# Everything that must hold before a change is taken.
test:
    ./test

# Format and lints only.
lint:
    cargo fmt
    cargo clippy --all-targets -- -D warnings

# The tests of one subject: `just only intake`.
only NAME:
    cargo test {{NAME}}

# Take over changed snapshots after looking at them.
review:
    cargo insta review

# The secrets that docker-compose.yml reads, made once.
secrets:
    scripts/make-secrets

# Server and PostgreSQL in containers.
up: secrets
    docker compose up --build --detach
