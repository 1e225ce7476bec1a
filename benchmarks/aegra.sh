#!/usr/bin/env bash
# Our langgraph.json on Aegra, an Agent Server on Postgres: the end-to-end suite on one instance, again on two that
# share a queue in Redis, and then one of the two is killed in the middle of its runs. At last two that share
# MAINSTEM_DATABASE_URL as well, and one of these is killed while approved notes are written.
# Everything is started here, listens on 127.0.0.1, and is ended and removed at the end. It needs Postgres and Redis
# (installed by apt-get where that may be done) and Python 3.12; where something is missing it says so and exits 0.
set -euo pipefail
cd "$(dirname "$0")/.."

unset VIRTUAL_ENV OPENAI_API_KEY OPENAI_BASE_URL
for name in ${!MAINSTEM_@}; do unset "$name"; done
root=$PWD
work=$(mktemp -d)
pids=()

step() { printf '\n== %s\n' "$*"; }
missing() { printf 'not run: %s\n' "$*"; exit 0; }

end() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
    rm -rf "$work"
}
trap end EXIT

free_port() { python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

find_python() {
    for python in python3.14 python3.13 python3.12 python3 ~/.pyenv/versions/3.1[2-9]*/bin/python3; do
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && { command -v "$python"; return; }
    done
    UV_PYTHON_DOWNLOADS=never uv python find '>=3.12' 2>/dev/null
}

install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || missing "$1 is not installed, and apt-get cannot be used here"
    apt-get update -q >/dev/null && apt-get install -q -y --no-install-recommends "$1" >/dev/null || missing "apt-get has no $1"
}

until_it_answers() {
    for _ in $(seq 120); do
        curl -sf "$1/health" >/dev/null && return
        kill -0 "$pid" || break
        sleep 0.5
    done
    tail -n 40 "$work"/aegra-*.log
    exit 1
}

step "Python, Postgres, Redis"
command -v uv >/dev/null || missing "uv is not installed"
python=$(find_python) || missing "Aegra needs Python 3.12 or later, and there is none here"
export PATH="/usr/lib/postgresql/$(ls /usr/lib/postgresql 2>/dev/null | sort -n | tail -1)/bin:$PATH"
command -v initdb >/dev/null || { install postgresql; export PATH="/usr/lib/postgresql/$(ls /usr/lib/postgresql | sort -n | tail -1)/bin:$PATH"; }
command -v redis-server >/dev/null || install redis-server
"$python" --version
postgres --version
redis-server --version

step "Aegra, in an environment of its own"
uv sync -q --all-groups
uv venv -q --python "$python" "$work/venv"
uv pip install -q --python "$work/venv/bin/python" 'aegra-api>=0.11' -e "$root[all,postgres]"
"$work/venv/bin/python" -c 'from importlib.metadata import version; print("aegra-api", version("aegra-api"), "langgraph", version("langgraph"))'

step "Postgres"
# It refuses to run as root: then it runs as the user that its package made.
as=()
mkdir "$work/postgres"
if [ "$(id -u)" = 0 ]; then
    as=(setpriv --reuid=postgres --regid=postgres --init-groups)
    chown postgres "$work/postgres"
    chmod 711 "$work"
fi
"${as[@]}" "$(command -v initdb)" -D "$work/postgres/data" -U aegra -A trust -E UTF8 >"$work/initdb.log"
database_port=$(free_port)
"${as[@]}" "$(command -v postgres)" -D "$work/postgres/data" -c listen_addresses=127.0.0.1 -c port="$database_port" \
    -c unix_socket_directories= >"$work/postgres.log" 2>&1 &
pids+=($!)
for _ in $(seq 60); do pg_isready -q -h 127.0.0.1 -p "$database_port" && break; sleep 0.5; done
for name in one two three mainstem; do createdb -h 127.0.0.1 -p "$database_port" -U aegra "$name"; done
echo "127.0.0.1:$database_port"

# aegra DATABASE PORT [NAME=VALUE …]: one instance; its process id is in $pid.
aegra() {
    local database=$1 port=$2
    shift 2
    env AEGRA_CONFIG=langgraph.json DATABASE_URL="postgresql://aegra@127.0.0.1:$database_port/$database" PORT="$port" \
        MAINSTEM_HOME="$work/home-$database" MAINSTEM_MODEL=extractive MAINSTEM_SERVER_URL="http://127.0.0.1:$port" "$@" \
        "$work/venv/bin/uvicorn" aegra_api.main:app --host 127.0.0.1 --port "$port" >"$work/aegra-$port.log" 2>&1 &
    pid=$!
    pids+=("$pid")
    until_it_answers "http://127.0.0.1:$port"
}

suite() {
    MAINSTEM_E2E_URL=$1 MAINSTEM_E2E_HOME=$2 uv run -q pytest -q tests/e2e/test_agent_server.py 2>/dev/null || failed=1
}

failed=0
step "the end-to-end suite, one instance on Postgres"
port=$(free_port)
aegra one "$port"
suite "http://127.0.0.1:$port" "$work/home-one"
kill "$pid"

step "the end-to-end suite, two instances on Postgres and Redis"
redis_port=$(free_port)
redis-server --bind 127.0.0.1 --port "$redis_port" --save '' --appendonly no --dir "$work" >"$work/redis.log" &
pids+=($!)
shared=(REDIS_BROKER_ENABLED=true "REDIS_URL=redis://127.0.0.1:$redis_port/0")
first=$(free_port)
aegra two "$first" "${shared[@]}"
doomed=$pid
disown "$doomed" # bash would report its death in the middle of the table
second=$(free_port)
aegra two "$second" "${shared[@]}"
suite "http://127.0.0.1:$second" "$work/home-two"

step "kill -9 of one of the two, in the middle of twelve runs"
uv run -q python -m benchmarks.killed "http://127.0.0.1:$first" "http://127.0.0.1:$second" "$doomed" || failed=1
kill "$pid"

step "two instances with homes of their own and one MAINSTEM_DATABASE_URL, one killed while notes are written"
database=postgresql://aegra@127.0.0.1:$database_port/mainstem
shared=("${shared[@]}" "REDIS_URL=redis://127.0.0.1:$redis_port/1" "MAINSTEM_DATABASE_URL=$database")
first=$(free_port)
aegra three "$first" "${shared[@]}" "MAINSTEM_HOME=$work/home-$first"
doomed=$pid
disown "$doomed"
second=$(free_port)
aegra three "$second" "${shared[@]}" "MAINSTEM_HOME=$work/home-$second"
uv run -q python -m benchmarks.one_database \
    "http://127.0.0.1:$first" "http://127.0.0.1:$second" "$doomed" "$database" "$work" || failed=1

exit $failed
