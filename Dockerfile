# mtal for a processor. Untested where this was written: no Docker engine was at hand.
#
#   docker compose up            builds it and opens the dashboard on http://127.0.0.1:8501
#   docker compose run --rm mtal mtal demo
FROM python:3.12-slim AS wheel
WORKDIR /src
COPY . .
RUN pip install --no-cache-dir "hatchling>=1.27" && python -m hatchling build --target wheel -d /wheel

FROM python:3.12-slim
# The builds of torch for CUDA are several times as large; TORCH_INDEX names an index of smaller ones.
ARG TORCH_INDEX=""
COPY --from=wheel /wheel /wheel
COPY requirements.txt /wheel/
RUN if [ -n "$TORCH_INDEX" ]; then pip install --no-cache-dir torch torchvision --index-url "$TORCH_INDEX"; fi \
    && pip install --no-cache-dir -r /wheel/requirements.txt \
    && pip install --no-cache-dir --no-deps /wheel/*.whl \
    && rm -r /wheel

# Runs, and data sets to read, are volumes; the user owns the one that is written to.
RUN useradd --create-home --uid 1000 mtal && install -d -o mtal -g mtal /runs /data
ENV MTAL_RUNS=/runs
VOLUME /runs
USER mtal
WORKDIR /data

# All addresses inside the container; compose.yaml publishes the port on this machine alone.
EXPOSE 8501
CMD ["mtal", "ui", "--server.address=0.0.0.0"]
