#!/bin/sh
# Runs the tests that need programs which npm does not bring: the oldest PostgreSQL that DATABASE_URL may name, as Debian
# packages it, its pg_dump and pg_restore, nginx and Apache as proxies that compress, programs that read CSV files, and a
# disk that is soon full. Installs missing packages when run as root. Leaves nothing running.
set -eu
cd "$(dirname "$0")/.."

oldest_postgres() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | head -n 1; }

# Debian's packages that are missing.
missing=""
PATH="$PATH:/usr/sbin"
if [ -z "$(oldest_postgres)" ]; then missing="$missing postgresql"; fi
if ! command -v nginx >/dev/null; then missing="$missing nginx-light"; fi
if ! command -v apache2 >/dev/null; then missing="$missing apache2-bin"; fi
if ! command -v soffice >/dev/null; then missing="$missing libreoffice-calc-nogui"; fi
if ! command -v Rscript >/dev/null; then missing="$missing r-base-core"; fi
if ! /usr/bin/python3 -c "import pandas" 2>/dev/null; then missing="$missing python3-pandas"; fi

# Installs the packages. Their services do not start: policy-rc.d forbids it while it exists.
install_missing() {
  policy=/usr/sbin/policy-rc.d
  if [ -e $policy ]; then policy=""; else
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod 755 $policy
  fi
  # The package postgresql would otherwise make a cluster of its own.
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] ||
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
  apt-get update -qq
  failed=0
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing || failed=$?
  if [ -n "$policy" ]; then rm "$policy"; fi
  return $failed
}

if [ -n "$missing" ]; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "check:interop needs these packages of Debian: install them, or run this as root:$missing" >&2
    exit 1
  fi
  install_missing
fi
bin=$(oldest_postgres)

# Mounts that nobody else sees, and that are gone with the last process that does.
namespace="--mount"
if [ "$(id -u)" != 0 ]; then namespace="--user --map-current-user --keep-caps --mount"; fi
if ! unshare $namespace true 2>/dev/null; then
  echo "check:interop needs a small disk: run it as root, or on a Linux that gives users namespaces of their own." >&2
  exit 1
fi

folder=$(mktemp -d)
disk=$(mktemp -d)
# PostgreSQL refuses to run as root, and its user has to reach the folder.
as_user() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
cleanup() {
  (cd "$folder" && as_user "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1) || true
  rm -rf "$folder" "$disk"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
if [ "$(id -u)" = 0 ]; then chown postgres "$folder"; fi

port=$(node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
(
  cd "$folder"
  echo interop >"$folder/password"
  as_user "$bin/initdb" -D "$folder/data" -U postgres --auth=scram-sha-256 --pwfile="$folder/password" --encoding=UTF8 --locale=C >/dev/null
  as_user "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" \
    -o "-p $port -k '' -c listen_addresses=127.0.0.1 -c fsync=off" start >/dev/null
)
echo "The tests that reach the database, on $("$bin/postgres" --version):"
DATABASE_URL="postgresql://postgres:interop@127.0.0.1:$port/postgres"
export DATABASE_URL
npm run --silent jest -- \
  tests/access tests/backup tests/database tests/ledger tests/record tests/record-types tests/seeds tests/every-record.test.ts \
  --testPathIgnorePatterns tests/database/embedded tests/record/moment tests/record/interval tests/record-types/codes tests/record-types/likeness

echo "A database moved by its pg_dump and pg_restore:"
POSTGRES_PROGRAMS="$bin" npm run --silent jest -- --testMatch "**/tests/backup/*.interop.ts"

echo "Entity tags behind $(nginx -v 2>&1) and $(apache2 -v | head -n 1):"
npm run --silent jest -- --testMatch "**/tests/http/*.interop.ts"
echo "CSV files in LibreOffice, pandas and R:"
npm run --silent jest -- --testMatch "**/tests/exchange/*.interop.ts"

unset DATABASE_URL
echo "A disk that is soon full:"
SMALL_DISK="$disk" unshare $namespace sh -c '
  set -e
  mount -t tmpfs -o size=256m,mode=755 tmpfs "$SMALL_DISK"
  exec npm run --silent jest -- --testMatch "**/tests/faults/*.interop.ts"'
