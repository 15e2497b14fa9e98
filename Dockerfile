# The server with every extra, from locked wheels, run by an unprivileged user.

FROM python:3.13-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src

# Dependencies first: this layer is kept until a lock changes.
COPY requirements/build.lock requirements/all.lock requirements/
RUN python -m venv /build && python -m venv /opt/moniqo \
    && /build/bin/pip install --require-hashes -r requirements/build.lock \
    && /opt/moniqo/bin/pip install --require-hashes -r requirements/all.lock

COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN /build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/moniqo/bin/pip install --no-deps /wheels/*.whl \
    && /opt/moniqo/bin/pip uninstall --yes pip

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/moniqo moniqo \
    && install -d -o moniqo -g moniqo /var/lib/moniqo/data
COPY --from=build /opt/moniqo /opt/moniqo
ENV PATH=/opt/moniqo/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    ENVIRONMENT=production HOST=0.0.0.0 PORT=8000
WORKDIR /var/lib/moniqo
USER moniqo
VOLUME /var/lib/moniqo
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health/live', timeout=2)"]
CMD ["moniqo", "serve"]
