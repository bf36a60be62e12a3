# shellcheck shell=bash
# shellcheck disable=SC2154,SC2086 # release_sdist.sh has the time, release.sh $made, which has no spaces
# `./dev release`: what is published, in dist/. A step is done again when what it is made of has changed.

# Files of this repository that a step is made of.
tracked() { git ls-files -- "$@" | while read -r file; do [[ ! -f $file ]] || printf '%s\n' "$file"; done; }

# keep_if_made RESULT... -- STAMP: without a result in dist/ the step is done again.
keep_if_made() {
  while [[ $1 != -- ]]; do
    [[ -e $1 ]] || rm -f "${@: -1}"
    shift
  done
}

release_npm() {
  local files
  setup_node && build_packages || return
  mapfile -t files < <(tracked packages VERSION package-lock.json scripts/release_dist.sh)
  keep_if_made dist/drawbridge-{better-auth,client}-*.tgz -- build/dist/.npm
  once build/dist/.npm "${files[@]}" -- pack_npm
}

pack_npm() {
  local name
  mkdir -p dist && rm -f dist/drawbridge-*.tgz || return
  # shellcheck disable=SC2154 # build.sh has it
  for name in "${typescript_packages[@]}"; do
    say "npm pack @drawbridge/$name"
    pack_npm_package "packages/$name" || return
  done
}

# npm packs the rights that the files of this clone have: a copy has those that every clone has.
pack_npm_package() {
  local copy=build/dist/npm/${1##*/}
  rm -rf "$copy" && mkdir -p "$copy" dist && cp -r "$1"/{package.json,README.md,LICENSE,dist} "$copy/" &&
    chmod -R u=rwX,go=rX "$copy" && npm pack --silent --ignore-scripts --pack-destination dist "./$copy" >&2
}

# On amd64, for arm64 too.
release_debs() {
  local files
  mapfile -t files < <(tracked VERSION CMakeLists.txt CMakePresets.json api apps cmake deploy include packaging/drawbridge.1 \
    packaging/debian-arm64.cmake src LICENSE scripts/release_dist.sh scripts/program_bill.py)
  list_packages packages
  files+=("$made/packages.list")
  keep_if_made dist/{drawbridge,libdrawbridge-dev,libdrawbridge[0-9]*}_*_"$(dpkg --print-architecture)".deb -- build/dist/.debs
  once build/dist/.debs "${files[@]}" -- pack_debs packages || return
  [[ $(dpkg --print-architecture) == amd64 ]] || return 0
  keep_if_made dist/{drawbridge,libdrawbridge-dev,libdrawbridge[0-9]*}_*_arm64.deb -- build/dist/.debs-arm64
  note_place # its links name it
  setup_packages arm64 &&
    once build/dist/.debian-arm64 packages.debian scripts/release_dist.sh "$place" "$made/packages.list" -- unpack_debian_arm64 &&
    list_packages packages-arm64 &&
    once build/dist/.debs-arm64 "${files[@]}" "$made/packages-arm64.list" -- pack_debs packages-arm64
}

# list_packages PRESET: what it is compiled with, in build/dist/PRESET.list: the packages of packages.debian and all that they need.
list_packages() {
  local names
  mkdir -p $made
  mapfile -t names < <(wanted_packages program | tr '|' '\n')
  # shellcheck disable=SC2016 # dpkg-query expands it
  mapfile -t names < <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${names[@]}" 2>/dev/null | sed -n 's/^installed //p')
  mapfile -t names < <(apt-cache depends --recurse --installed \
    --no-{recommends,suggests,conflicts,breaks,replaces,enhances} "${names[@]}" | grep '^[a-z0-9]' | sort -u)
  # shellcheck disable=SC2016
  dpkg-query -W -f '${Package} ${Architecture} ${Version}\n' "${names[@]}" >"$made/$1.list" 2>/dev/null || true # some are virtual
  [[ $1 != packages-arm64 ]] || ls $made/debian-arm64/archives >>"$made/$1.list"
}

# A package that was upgraded keeps the times that Debian gave its files, and ninja compares times: what was compiled with the one
# before is compiled again.
build_with_packages() {
  local folder=build/$1
  if [[ -f $folder/build.ninja ]] && ! cmp -s "$made/$1.list" "$folder/.packages"; then
    say "other packages of the system than $1 was compiled with: it is compiled again"
    ninja -C "$folder" -t clean >/dev/null || return
  fi
  mkdir -p "$folder" && cp "$made/$1.list" "$folder/.packages" && build "$1"
}

# pack_debs PRESET
pack_debs() {
  local deb architecture options=()
  build_with_packages "$1" || return
  architecture=$(sed -n 's/^set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE "\(.*\)")/\1/p' "build/$1/CPackConfig.cmake")
  if [[ -n $architecture ]]; then # the same versions of the same libraries are needed as here
    options=(-D "CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS=$(needed_by drawbridge)" -D "CPACK_DEBIAN_LIBRARY_PACKAGE_DEPENDS=$(needed_by 'libdrawbridge[0-9]*')")
  fi
  mkdir -p dist && rm -f dist/*_"${architecture:-$(dpkg --print-architecture)}".deb && rm -rf "build/$1"/{made,compiled-in} || return
  # What is compiled for the other processor is the same; the versions are those of its packages.
  python3 scripts/program_bill.py --program build/packages/bin/drawbridge --version "$(cat VERSION)" --time "$release_time" \
    --out "build/$1/compiled-in" ${architecture:+--root "$made/debian-arm64"} || return
  say "Debian's packages for ${architecture:-this system}"
  SOURCE_DATE_EPOCH=$release_time cpack -G DEB --config "build/$1/CPackConfig.cmake" -B "build/$1/made" "${options[@]}" \
    >"build/$1/cpack.log" 2>&1 || { cat "build/$1/cpack.log" >&2 && return 1; }
  for deb in "build/$1/made"/*.deb; do mv "$deb" dist/ || return; done
}

# shellcheck disable=SC2086 # a pattern
needed_by() { dpkg-deb --field dist/$1_*_amd64.deb Depends; }

# What the program is compiled with, for arm64, of the Debian that this system is.
unpack_debian_arm64() {
  local folder=$PWD/build/dist/debian-arm64 suite packages deb link
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  mapfile -t packages < <(wanted_packages program)
  mapfile -t packages < <(offered_packages "${packages[@]}" | grep -E -- '^lib|-dev$')
  rm -rf "$folder" && mkdir -p "$folder/archives/partial" && : >"$folder/none" && read_archive_lists || return
  say "Debian's libraries for arm64"
  archive_apt apt-get install --yes --no-install-recommends --download-only -o APT::Architecture=arm64 -o APT::Default-Release="/^$suite(-security)?$/" \
    -o Dir::State::Status="$folder/none" -o Dir::Cache::Archives="$folder/archives" \
    "${packages[@]}" "libstdc++-$(g++ -dumpversion)-dev" >"$made/apt/log" 2>&1 || { tail -n 20 "$made/apt/log" >&2 && return 1; }
  mkdir -p "$folder/usr/lib" && ln -s usr/lib "$folder/lib" || return
  for deb in "$folder"/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C "$folder" || return
  done
  find "$folder/usr/lib/aarch64-linux-gnu" -lname '/*' | while read -r link; do
    ln -sfn "$folder$(readlink "$link")" "$link" || return
  done
}

# The program with the libraries of this system that it needs, as an image that needs no other, and as a folder.
release_image() { release_program .image 'dist/drawbridge-*.oci.tar' make_image LICENSE scripts/oci_image.py scripts/program_bill.py; }
release_portable() {
  release_program .portable 'dist/drawbridge-*-linux-*.tar.gz' make_portable LICENSE packaging/drawbridge.1 scripts/oci_image.py \
    scripts/portable_tarball.py scripts/program_bill.py
}

# release_program STAMP RESULT COMMAND FILE...: RESULT is a pattern, of which nothing older stays.
release_program() {
  local files program=build/packages/bin/drawbridge
  list_packages packages && build_with_packages packages && renew_packages $program || return
  mapfile -t files < <(ldd $program | grep -oE '/[^ ]+' && tracked VERSION "${@:4}")
  files+=("$made/packages.list")
  # shellcheck disable=SC2086 # a pattern
  keep_if_made $2 -- "build/dist/$1"
  once "build/dist/$1" $program /etc/ssl/certs/ca-certificates.crt "${files[@]}" -- make_of_program "$2" "$3"
}

# renew_packages PROGRAM: what Debian has replaced is not published with it, so the new ones are installed, and it is compiled with
# them. Where nothing may be installed, they are named.
renew_packages() {
  local old names
  if [[ ${DRAWBRIDGE_PACKAGES:-} != installed ]]; then
    say "apt-get update"
    as_root apt-get update -qq || return
  fi
  old=$(old_packages "$1") || return
  [[ -n $old ]] || return 0
  say "Debian has replaced what would be published: $(paste -sd , <<<"$old" | sed 's/,/, /g')"
  [[ ${DRAWBRIDGE_PACKAGES:-} != installed ]] || return 0
  mapfile -t names < <(cut -d ' ' -f 1 <<<"$old")
  say "apt-get install --only-upgrade ${names[*]}"
  as_root apt-get install --yes --quiet --only-upgrade "${names[@]}" >&2 && list_packages packages && build_with_packages packages || return
  old=$(old_packages "$1") || return
  [[ -z $old ]] || fail "apt did not install what Debian has replaced: $(paste -sd , <<<"$old" | sed 's/,/, /g')"
}

# old_packages PROGRAM: of Debian's packages that are in it or come with it, those of which there is a newer one.
old_packages() {
  local names
  names=$(python3 scripts/program_bill.py --program "$1") || return
  # shellcheck disable=SC2086 # names
  LC_ALL=C apt-cache policy $names ca-certificates | awk '/^[^ ]/ { name = substr($1, 1, length($1) - 1) }
    /^ +Installed: / { installed = $2 } /^ +Candidate: / && $2 != installed { print name " " installed " by " $2 }'
}

make_of_program() {
  # shellcheck disable=SC2086 # a pattern
  mkdir -p dist && rm -f $1 && "$2" --program build/packages/bin/drawbridge --time "$release_time" --version "$(cat VERSION)" >&2
}

make_image() {
  say "an image of the program"
  rm -f dist/drawbridge-*.image.cdx.json
  python3 scripts/oci_image.py "$@" --out "dist/drawbridge-$(cat VERSION)-$(dpkg --print-architecture).oci.tar"
}

make_portable() {
  say "a tarball of the program"
  python3 scripts/portable_tarball.py "$@" --out "dist/drawbridge-$(cat VERSION)-linux-$(uname -m).tar.gz"
}

# What the changelog says of this version.
release_notes() {
  mkdir -p dist
  awk -v version="$(cat VERSION)" '/^## / { here = $2 == version } here' CHANGELOG.md >dist/RELEASE_NOTES.md
  [[ -s dist/RELEASE_NOTES.md ]] || fail "CHANGELOG.md has no heading for $(cat VERSION)"
}

release_sums() {
  local sums
  sums=$(cd dist && find . -maxdepth 1 -type f ! -name SHA256SUMS -printf '%f\n' | LC_ALL=C sort | xargs -d '\n' sha256sum) || return
  printf '%s\n' "$sums" >dist/SHA256SUMS
  say "dist/SHA256SUMS names $(wc -l <dist/SHA256SUMS) files"
}
