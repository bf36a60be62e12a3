# shellcheck shell=bash
# shellcheck disable=SC2154 # release_targets.sh has the targets
# `./dev release`: what a release is made of. A step is done again when what it is made of has changed.

release_steps=(sources libraries wheels sdist npm debs image portable notes sums)
made=build/dist

release_usage() {
  cat <<TEXT
usage: ./dev release [STEP...]

  sources     fetches what packaging/sources.txt lists from Debian's archive, by apt, and compares the hashes;
              in $made/downloads. It names what Debian has replaced meanwhile
  libraries   compiles them, static, with the compiler of packaging/release-tools.txt, for ${wheel_targets[*]}
  wheels      the Python package for each of these systems, for Python 3.11 and for 3.12 and newer, in dist/
  sdist       the sources of the Python package, which pip compiles, in dist/
  npm         the packages of TypeScript
  debs        Debian's packages of the program and the library, for the Debian that makes them, and on amd64 for arm64 too
  image       the program with what it needs, as an image by the format of the Open Container Initiative, and a list of what is in it
  portable    the program with what it needs, the C library too, as a tarball that runs on any Linux of this processor
  notes       what CHANGELOG.md says of this version
  sums        SHA256SUMS of all that is in dist/

No step is all of them. Each does those that it needs, where what they are made of has changed. ./dev test release tries what is in dist/.
TEXT
}

release_verb() {
  local step
  (($# > 0)) || set -- "${release_steps[@]}"
  for step in "$@"; do
    case $step in
      -h | --help)
        release_usage
        return
        ;;
      *)
        if [[ " ${release_steps[*]} " != *" $step "* ]]; then
          printf 'dev: unknown step %s; there are: %s\n' "$step" "${release_steps[*]}" >&2
          exit 2
        fi
        ;;
    esac
  done
  need_only program python release # and not what the tests need
  umask 022                        # as what is made says who may read it
  setup_packages
  for step in "$@"; do "release_$step" || return; done
}

release_sources() { fetch_sources && name_replaced_sources; }

fetch_sources() {
  require_patches || return
  mkdir -p $made/downloads
  once $made/downloads/.stamp packaging/sources.txt -- fetch_missing_sources
}

# Debian keeps a version that it has replaced by a fix until its next point release.
name_replaced_sources() {
  local package suite version offered lists
  read_archive_lists || return
  # shellcheck disable=SC2046 # names of packages
  lists=$(archive_apt apt-cache madison $(sources_listed | cut -d ' ' -f 1 | sort -u)) || return
  while read -r package suite version _; do
    while read -r offered; do
      ! dpkg --compare-versions "$offered" gt "$version" ||
        say "Debian has replaced $package $version, of packaging/sources.txt: by $offered"
    done < <(awk -F ' *[|] *' -v name="${package%:*}" -v suite="$suite" \
      '{ sub(/^ */, "", $1) } $1 == name && $3 ~ " " suite "(-security)?/" { print $2 }' <<<"$lists" | sort -u)
  done < <(sources_listed | cut -d ' ' -f 1-3 | sort -u)
}

# Of each source Debian's patches are listed too, or packaging/unpatched.txt says of this very version why they are not applied.
require_patches() {
  local package version
  while read -r package version; do
    grep -qE "^$package [^ ]+ [^ ]+ [^ ]+[.]debian[.]tar[.]" packaging/sources.txt ||
      awk -v package="$package" -v version="$version" '$1 == package && $2 == version && NF > 2 { said = 1 } END { exit !said }' \
        packaging/unpatched.txt ||
      fail "Debian's patches of $package $version are not applied: list its .debian.tar.xz in packaging/sources.txt, or say in" \
        "packaging/unpatched.txt why they are not needed"
  done < <(sources_listed | awk '$4 ~ /[.]orig[.]/ { print $1, $3 }')
}

# The lines of packaging/sources.txt: package, release of Debian, version, file, SHA-256.
sources_listed() { sed '/^#/d; /^$/d' packaging/sources.txt; }

has_sum() { [[ -f $1 && $(sha256sum <"$1") == "$2  -" ]]; }

fetch_missing_sources() {
  local package suite version file sum lists=''
  while read -r package suite version file sum; do
    has_sum "$made/downloads/$file" "$sum" && continue
    if [[ -z $lists ]]; then
      read_archive_lists
      lists='read'
    fi
    say "$file"
    rm -f "$made/downloads/$file"
    (fetch_source "$package=$version" "$file") >$made/apt/log 2>&1 || true # what counts is the hash
    [[ -f $made/downloads/$file ]] || fail "$file of $package $version, in $suite, is not to be had: $(grep -m 1 '^E: ' $made/apt/log)"
    if ! has_sum "$made/downloads/$file" "$sum"; then
      rm -f "$made/downloads/$file"
      fail "$file of $package $version is not the one whose hash packaging/sources.txt has"
    fi
  done < <(sources_listed)
}

# fetch_source PACKAGE=VERSION FILE. Of a source package all parts are asked for; one that is not listed may be missing.
fetch_source() {
  cd $made/downloads || return
  if [[ $2 == *.deb ]]; then
    archive_apt apt-get download "$1"
  else
    archive_apt apt-get source --download-only --only-source "$1"
  fi
}

# apt with the lists of the releases in packaging/sources.txt, from the archive that this system's apt has, and with none of this
# system's state. apt checks who signed them.
archive_apt() {
  local folder=$archive_folder
  "$1" -q -o Dir::Etc::SourceList="$folder/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$folder/lists" \
    -o Dir::Cache="$folder/cache" -o APT::Sandbox::User=root -o APT::Architecture=amd64 -o APT::Architectures::=amd64 \
    -o APT::Architectures::=arm64 "${@:2}"
}
archive_folder=$PWD/$made/apt

read_archive_lists() {
  local suite site site_suite security keys=/usr/share/keyrings/debian-archive-keyring.gpg
  site=$(archive_site Debian)
  security=$(archive_site Debian-Security)
  [[ -n $site && -n $security ]] || fail "apt has no archive of Debian's, or none of its security fixes"
  mkdir -p "$archive_folder"/{lists,cache/archives}/partial
  for suite in $(sources_listed | cut -d ' ' -f 2 | sort -u); do
    for site_suite in "$site $suite" "$security $suite-security"; do
      printf '%s [signed-by=%s target=%s] %s main\n' deb "$keys" Packages "$site_suite" deb-src "$keys" Sources "$site_suite"
    done
  done >"$archive_folder/sources.list"
  say "the lists of Debian's packages"
  archive_apt apt-get update >&2 || fail "the lists of Debian's packages could not be read"
}

# shellcheck disable=SC2016 # apt-get expands it
archive_site() { apt-get indextargets --format '$(LABEL) $(SITE)' | awk -v label="$1" '$1 == label { print $2; exit }'; }
