# The binary, and what it needs to run: nothing but a PostgreSQL elsewhere.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN mv "$(scripts/release.sh)/fastops" /fastops

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --no-create-home fastops \
    && install -d -o fastops /var/lib/fastops /var/lib/fastops/images
COPY --from=build /fastops /usr/local/bin/fastops
USER fastops
EXPOSE 8080 8081
ENTRYPOINT ["fastops"]
CMD ["serve"]
