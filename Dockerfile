# syntax=docker/dockerfile:1
# The server with TLS to PostgreSQL, in a small image without a shell user. SQLite, libpq and OpenSSL are built from
# source by cargo: perl and make are for OpenSSL.
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends perl make && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/build/target \
    cargo build --release --locked --features postgres-tls && cp target/release/binhyen /usr/local/bin/binhyen

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/binhyen --create-home binhyen \
    && install -d -o binhyen -g binhyen -m 0700 /var/lib/binhyen/data
COPY --from=build /usr/local/bin/binhyen /usr/local/bin/binhyen
USER 10001
WORKDIR /var/lib/binhyen
# The embedded database (when there is no PostgreSQL), the data key and the spool.
VOLUME /var/lib/binhyen/data
ENV BINHYEN__HTTP__LISTEN=0.0.0.0:8080 BINHYEN__LOG__FORMAT=json
EXPOSE 8080
# SIGTERM: stops taking, finishes what it has, exits within 10 s.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["binhyen", "health"]
ENTRYPOINT ["binhyen"]
CMD ["serve"]
