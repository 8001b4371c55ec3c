# The service as an image. Any base with Python 3.11 to 3.13 and Debian's user tools will do.
ARG BASE=python:3.12-slim

FROM ${BASE} AS build
WORKDIR /src
RUN python3 -m venv --without-pip /opt/firstword
# The dependencies come first: they change seldom, so this layer is seldom built again.
COPY requirements.txt ./
RUN python3 -m pip --python /opt/firstword/bin/python install --no-cache-dir --require-hashes -r requirements.txt
COPY . ./
RUN python3 -m pip --python /opt/firstword/bin/python install --no-cache-dir --no-deps .

FROM ${BASE}
# The official base brings its standard library uncompiled: two seconds at each start of a read-only container.
RUN python3 -m compileall -q "$(python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')"
RUN groupadd --gid 10001 firstword \
 && useradd --uid 10001 --gid firstword --no-create-home --home-dir /data --shell /usr/sbin/nologin firstword \
 && install -d -o firstword -g firstword -m 700 /data
COPY --from=build /opt/firstword /opt/firstword
# SAFEPATH: what lies in the data folder is never imported.
ENV PATH=/opt/firstword/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONSAFEPATH=1 \
    PYTHONUNBUFFERED=1 \
    FIRSTWORD_HOST=0.0.0.0 \
    FIRSTWORD_DATA_DIR=/data
USER firstword
WORKDIR /data
VOLUME /data
EXPOSE 8000
# Asks the process itself, whatever proxy the environment names.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import http.client, os; c = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('FIRSTWORD_PORT', '8000')), timeout=4); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
CMD ["firstword", "serve"]
