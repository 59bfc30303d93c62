# setup · check · test · fix · web · serve

setup:
    uv sync

check:
    uv run ruff check .
    uv run ruff format --check .
    uv run pyright
    uv run lint-imports
    uv run python hatch_build.py npm run check

test *args:
    uv run pytest {{args}}

fix:
    uv run ruff check --fix .
    uv run ruff format .

api:
    uv run python -m tuban.service.openapi > web/openapi.json
    uv run python hatch_build.py npm run api

web:
    uv run python hatch_build.py

pin:
    python3 .ci/pin.py

serve *args:
    uv run tuban serve {{args}}
