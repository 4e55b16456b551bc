# One image for Airflow, MLflow and the model server: what the locks name, with hashes, and nothing else.

FROM python:3.12-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
WORKDIR /build
COPY requirements-uv.lock requirements-image.lock ./
RUN python -m venv /uv && /uv/bin/pip install --quiet --no-cache-dir --require-hashes -r requirements-uv.lock
RUN python -m venv --without-pip /opt/headgate \
 && VIRTUAL_ENV=/opt/headgate /uv/bin/uv pip sync --no-cache --require-hashes requirements-image.lock \
 && find /opt/headgate -depth -type d \( -name tests -o -name test \) -path '*/site-packages/*' \
      \( -path '*/pandas/*' -o -path '*/sklearn/*' -o -path '*/scipy/*' -o -path '*/numpy/*' -o -path '*/pyarrow/*' \
      -o -path '*/statsmodels/*' \) -exec rm -rf {} + \
 && /opt/headgate/bin/python -m compileall -q -j 0 /opt/headgate/lib
COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY plugins/headgate plugins/headgate
RUN VIRTUAL_ENV=/opt/headgate /uv/bin/uv pip install --no-cache --offline --no-deps --no-build-isolation . \
 && /opt/headgate/bin/python -m compileall -q /opt/headgate/lib/python3.12/site-packages/headgate

FROM python:3.12-slim-bookworm
RUN groupadd --gid 10001 headgate && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp headgate \
 && install -d -o headgate -g headgate /opt/airflow /opt/airflow/logs /var/lib/mlflow
COPY --from=build /opt/headgate /opt/headgate
COPY deploy /opt/project/deploy
COPY dags /opt/project/dags
COPY include /opt/project/include
ENV PATH=/opt/headgate/bin:$PATH \
    PYTHONPATH=/opt/project \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/project/dags \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    GX_ANALYTICS_ENABLED=False \
    MLFLOW_DISABLE_TELEMETRY=true
WORKDIR /opt/project
USER headgate
CMD ["headgate", "--help"]
