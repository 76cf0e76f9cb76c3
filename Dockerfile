# syntax=docker/dockerfile:1
# Two images from one file:
#   docker build --target serve -t iroam-serve .   what a VPS runs: no GStreamer
#   docker build --target host  -t iroam-host  .   the media server at home: with GStreamer

FROM rust:1-bookworm AS toolchain
WORKDIR /src
COPY . .

FROM toolchain AS serve-build
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target,id=serve-target \
    cargo build --locked --release --no-default-features --features serve \
    && install -D target/release/iroam /out/iroam

FROM toolchain AS host-build
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev \
    && rm -rf /var/lib/apt/lists/*
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target,id=host-target \
    cargo build --locked --release --no-default-features --features host \
    && install -D target/release/iroam /out/iroam

# Both run as user 10001, who owns /data and nothing else. Keep /data on a volume: identities and accounts live there.
FROM debian:bookworm-slim AS base
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin iroam \
    && install -d -o iroam -g iroam -m 0700 /data
ENV IROAM_DATA=/data
VOLUME /data

FROM base AS host
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav \
    && rm -rf /var/lib/apt/lists/*
COPY --from=host-build /out/iroam /usr/local/bin/iroam
USER iroam
STOPSIGNAL SIGTERM
ENTRYPOINT ["iroam", "host"]

FROM base AS serve
COPY --from=serve-build /out/iroam /usr/local/bin/iroam
USER iroam
# pages and API by TCP, the tunnels of the hosts by UDP
ENV IROAM_LISTEN=0.0.0.0:8443 IROAM_QUIC=0.0.0.0:8443
EXPOSE 8443/tcp 8443/udp
STOPSIGNAL SIGTERM
ENTRYPOINT ["iroam", "serve"]
