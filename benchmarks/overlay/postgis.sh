#!/bin/bash
# A PostGIS of the system's PostgreSQL in a folder of its own, set for bulk work.
#   postgis.sh start FOLDER    prints the address for TUBAN_BENCH_POSTGIS
#   postgis.sh stop FOLDER
set -e
folder=$2
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
as_postgres() { if [ "$(id -u)" = 0 ]; then su postgres -s /bin/bash -c "$1"; else bash -c "$1"; fi; }
case $1 in
start)
    mkdir -p "$folder"
    [ "$(id -u)" = 0 ] && chown postgres "$folder"
    [ -f "$folder/data/PG_VERSION" ] || as_postgres "$bin/initdb -D $folder/data -A trust -E UTF8 > $folder/initdb.log"
    as_postgres "$bin/pg_ctl -D $folder/data -l $folder/log -w -o '-p 5499 -k $folder -c listen_addresses= \
        -c shared_buffers=2GB -c work_mem=256MB -c maintenance_work_mem=1GB -c max_wal_size=8GB \
        -c synchronous_commit=off -c fsync=off -c full_page_writes=off -c max_parallel_workers=2 \
        -c max_parallel_workers_per_gather=2 -c parallel_setup_cost=10 -c parallel_tuple_cost=0.001 \
        -c min_parallel_table_scan_size=0 -c max_worker_processes=4 -c jit=off -c autovacuum=off' start" >&2
    echo "host=$folder port=5499 user=postgres dbname=postgres"
    ;;
stop) as_postgres "$bin/pg_ctl -D $folder/data -m fast stop" ;;
esac
