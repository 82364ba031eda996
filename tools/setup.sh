#!/usr/bin/env bash
# Makes the checkout ready to work in: system packages, .venv, the simulated card.
# Says what it installs and why; does nothing where nothing has changed.
# On Debian it installs what is missing; elsewhere it says what that is, and goes on once it is there.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.venv
jar=host/twincard/simulator/simulator.jar
archives=host/twincard/simulator/archives
log=build/setup.log

say() { echo "setup: $*"; }
die() { say "$*" >&2; exit 1; }

# quietly WHAT COMMAND...: runs it with its output in the log, which is shown if it fails.
quietly() {
  local what=$1 start
  shift
  start=$(wc -c <"$log")
  echo "== $*" >>"$log"
  "$@" >>"$log" 2>&1 </dev/null || {
    tail -c +"$((start + 1))" "$log" | tail -n 60 >&2
    die "$what failed; the whole log is $log"
  }
}

# --- System packages -------------------------------------------------------------------------

case $(uname -s) in
  Linux) system=linux ;;
  Darwin) system=macos ;;
  MINGW* | MSYS*) system=windows ;; # bash of Git for Windows
  *) die "this system is not known: $(uname -s)" ;;
esac
# On Windows `python3` may be a program that only opens the shop.
[ $system = windows ] && python=python || python=python3

has_jdk() { [[ $(javac -version 2>/dev/null) =~ ^javac\ ([0-9]+) ]] && ((BASH_REMATCH[1] >= 17)); }
has_venv() { $python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
has_headers() {
  $python -c 'import os, sysconfig
raise SystemExit(not os.path.isfile(os.path.join(sysconfig.get_path("include"), "Python.h")))'
}

vpcd=/usr/lib/pcsc/drivers/serial/libifdvpcd.so
missing=() # package names
missing_package() {
  missing+=("$1")
  say "$1 is missing: $2"
}
# Debian's place for Ivy, or where else it was found: build.xml reads build/local.properties.
ivy_jar=/usr/share/java/ivy.jar
find_ivy() {
  local place
  for place in "${IVY_JAR:-}" $ivy_jar {/opt/homebrew,/usr/local}/opt/ivy/libexec/ivy.jar \
    "${ANT_HOME:-/nowhere}/lib/ivy.jar" ~/.ant/lib/ivy.jar; do
    [ -f "$place" ] || continue
    [ $system != windows ] || place=$(cygpath -m "$place")
    if [ "$place" = $ivy_jar ]; then rm -f build/local.properties; else echo "ivy.jar=$place" >build/local.properties; fi
    return
  done
  return 1
}

# What every system needs. The simulated card need not be built where it came with the checkout, as in
# a source distribution.
find_missing_elsewhere() {
  missing=()
  has_venv || missing_package python "holds the Python packages (Python 3.11 or later)"
  command -v openssl >/dev/null || missing_package openssl "checks our files independently"
  [ ! -f $jar ] || return 0
  has_jdk || missing_package openjdk "compiles and runs the applet (17 or later)"
  command -v ant >/dev/null || missing_package ant "builds the Java part"
  find_ivy || missing_package ivy "brings the Java libraries (IVY_JAR=… names its jar)"
}
find_missing() {
  if [ $system != linux ]; then
    find_missing_elsewhere
    return
  fi
  missing=()
  has_jdk || missing_package openjdk-17-jdk-headless "compiles and runs the applet"
  command -v ant >/dev/null || missing_package ant "builds the Java part"
  find_ivy || missing_package ivy "brings the Java libraries"
  command -v openssl >/dev/null || missing_package openssl "checks our files independently"
  command -v certutil >/dev/null || missing_package libnss3-tools "checks our certificates as mail clients do"
  has_venv || missing_package python3-venv "holds the Python packages (Python 3.11 or later)"
  command -v gcc >/dev/null || missing_package gcc "compiles pyscard, which speaks to card readers"
  has_headers || missing_package python3-dev "pyscard is compiled against it"
  [ -f /usr/include/PCSC/winscard.h ] || missing_package libpcsclite-dev "pyscard is compiled against it"
  [ -x /usr/sbin/pcscd ] || missing_package pcscd "reaches cards in readers"
  [ -f $vpcd ] || missing_package vsmartcard-vpcd "gives pcscd readers for simulated cards"
  command -v opensc-tool >/dev/null || missing_package opensc "uses readers beside us in the tests"
  compgen -G '/usr/lib/*/engines-3/pkcs11.so' >/dev/null ||
    missing_package libengine-pkcs11-openssl "lets openssl use cards through OpenSC in the tests"
  [ -x /usr/lib/gnupg/scdaemon ] || missing_package scdaemon "uses readers beside us in the tests"
  command -v gpg >/dev/null || missing_package gpg "asks it to"
  command -v gpg-agent >/dev/null || missing_package gpg-agent "brings the two together"
  command -v gpgsm >/dev/null || missing_package gpgsm "reads our mail in the tests"
  command -v restic >/dev/null || missing_package restic "has its password decrypted in the tests"
  [ -x /sbin/cryptsetup ] || missing_package cryptsetup-bin "has a disk's key decrypted in the tests"
  command -v zsh >/dev/null || missing_package zsh "completes commands in the tests"
  command -v fish >/dev/null || missing_package fish "completes commands in the tests"
  command -v groff >/dev/null || missing_package groff-base "shows man pages in the tests"
  command -v mandoc >/dev/null || missing_package mandoc "finds faults in man pages"
}

# Without a terminal nobody could type a password.
has_sudo() {
  command -v sudo >/dev/null && { sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; }; }
}

apt_install() {
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y
    -o DPkg::Lock::Timeout=300)
  # The package lists may be absent, or too old to name what the servers still have.
  "${apt[@]}" install --no-install-recommends "$@" ||
    { "${apt[@]}" update && "${apt[@]}" install --no-install-recommends "$@"; }
}

install_packages() {
  find_missing
  [ ${#missing[@]} -gt 0 ] || return 0
  as_root=()
  [ $system = linux ] ||
    die "install these, then try again: ${missing[*]} (on macOS with brew, on Windows with choco or by hand)"
  command -v apt-get >/dev/null ||
    die "install the equivalents of these Debian packages, then try again: ${missing[*]}"
  if [ "$(id -u)" != 0 ]; then
    as_root=(sudo)
    has_sudo || die "not allowed to install; run as root: apt-get install ${missing[*]}"
  fi
  say "installing Debian packages: ${missing[*]}"
  quietly "apt-get install" apt_install "${missing[@]}"
  find_missing
  [ ${#missing[@]} -eq 0 ] || die "still missing after installation: ${missing[*]}"
}

# --- Python packages -------------------------------------------------------------------------

# macOS may have the other program alone.
sha256=(sha256sum)
command -v sha256sum >/dev/null || sha256=(shasum -a 256)

# A virtual environment holds absolute paths, and belongs to one interpreter.
interpreter_key() { pwd -P; $python -c 'import sys; print(sys.version, sys.base_prefix)'; }

pip_install() {
  # pyscard's build calls swig by its name.
  PATH=$PWD/$venv/bin:$PATH quietly "pip install" $venv/bin/python -m pip install --no-deps --no-build-isolation "$@"
}

install_python() {
  local key
  if [ "$(interpreter_key)" != "$(cat $venv/.interpreter 2>/dev/null)" ] ||
    ! $venv/bin/python -c '' 2>/dev/null; then
    say "making the virtual environment $venv"
    quietly "python -m venv" $python -m venv --clear $venv
    # Windows puts the programs into Scripts; everything here calls them in bin.
    [ $system != windows ] || quietly "mklink" cmd //c mklink //J "$venv\\bin" "$venv\\Scripts"
    interpreter_key >$venv/.interpreter
  fi
  key=$(cat requirements*.txt pyproject.toml | "${sha256[@]}")
  [ "$key" != "$(cat $venv/.installed 2>/dev/null)" ] || return 0
  say "installing $(cat requirements*.txt | grep -c '==') Python packages, locked in requirements*.txt"
  # What is built is built by what is locked, too.
  pip_install --require-hashes -r requirements-build.txt
  pip_install --require-hashes -r requirements.txt
  pip_install -e .
  echo "$key" >$venv/.installed
}

# --- Messages in other languages --------------------------------------------------------------

compile_messages() {
  local po
  for po in host/twincard/locale/*/LC_MESSAGES/twincard.po; do
    [ "$po" -nt "${po%.po}.mo" ] || continue
    say "compiling the messages: $po"
    quietly "pybabel compile" $venv/bin/pybabel compile -D twincard -i "$po" -o "${po%.po}.mo"
  done
}

# --- The simulated card ----------------------------------------------------------------------

jar_key() {
  find applet/card applet/trust applet/simulator build.xml ivy.xml ivy.sha256 -type f -print0 | sort -z |
    xargs -0 "${sha256[@]}" | "${sha256[@]}"
}

build_jar() {
  local key
  key=$(jar_key)
  [ ! -f $jar ] || [ "$key" != "$(cat build/simulator.key 2>/dev/null)" ] || return 0
  if [ -f $jar ] && ! { has_jdk && command -v ant >/dev/null && find_ivy; }; then
    say "the simulated card is the one that is there: a JDK, ant and ivy are wanted to build it anew"
    return 0
  fi
  say "building the simulated card: $jar"
  quietly "ant jar" ant -q jar
  [ -f $jar ] || die "ant jar made no $jar; the log is $log"
  echo "$key" >build/simulator.key
}

# A card starts in half the time; without them it starts as well.
make_archives() {
  [ $jar -nt $archives ] || return 0
  say "reading the simulated card's classes into archives: $archives"
  quietly "making the archives" $venv/bin/python -m twincard.simulator.archive
}

mkdir -p build
exec 9>build/setup.lock
! command -v flock >/dev/null || flock 9
: >"$log"
install_packages
# The jar needs no Python: it is built while Python's packages are installed, and has a log of its own.
(
  log=build/setup-jar.log
  : >"$log"
  build_jar
) &
jar_job=$!
trap 'kill "$jar_job" 2>/dev/null || true' EXIT
install_python
compile_messages
wait "$jar_job"
make_archives
