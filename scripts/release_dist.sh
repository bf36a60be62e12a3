# shellcheck shell=bash
# shellcheck disable=SC2154 # release_sdist.sh has the time, release.sh $made
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
  mapfile -t files < <(tracked packages VERSION package-lock.json)
  keep_if_made dist/drawbridge-{better-auth,client}-*.tgz -- build/dist/.npm
  once build/dist/.npm "${files[@]}" -- pack_npm
}

pack_npm() {
  local name
  mkdir -p dist && rm -f dist/drawbridge-*.tgz || return
  # shellcheck disable=SC2154 # build.sh has it
  for name in "${typescript_packages[@]}"; do
    say "npm pack @drawbridge/$name"
    npm pack --silent --pack-destination dist "./packages/$name" >&2 || return
  done
}

# On amd64, for arm64 too.
release_debs() {
  local files
  mapfile -t files < <(tracked VERSION CMakeLists.txt CMakePresets.json api apps cmake deploy include packaging/drawbridge.1 \
    packaging/debian-arm64.cmake src LICENSE scripts/release_dist.sh)
  keep_if_made dist/{drawbridge,libdrawbridge-dev,libdrawbridge[0-9]*}_*_"$(dpkg --print-architecture)".deb -- build/dist/.debs
  once build/dist/.debs "${files[@]}" -- pack_debs packages || return
  [[ $(dpkg --print-architecture) == amd64 ]] || return 0
  keep_if_made dist/{drawbridge,libdrawbridge-dev,libdrawbridge[0-9]*}_*_arm64.deb -- build/dist/.debs-arm64
  setup_packages program release arm64 &&
    once build/dist/.debian-arm64 packages.debian scripts/release_dist.sh -- unpack_debian_arm64 &&
    once build/dist/.debs-arm64 "${files[@]}" -- pack_debs packages-arm64
}

# pack_debs PRESET
pack_debs() {
  local made architecture options=()
  build "$1" || return
  architecture=$(sed -n 's/^set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE "\(.*\)")/\1/p' "build/$1/CPackConfig.cmake")
  if [[ -n $architecture ]]; then # the same versions of the same libraries are needed as here
    options=(-D "CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS=$(needed_by drawbridge)" -D "CPACK_DEBIAN_LIBRARY_PACKAGE_DEPENDS=$(needed_by 'libdrawbridge[0-9]*')")
  fi
  mkdir -p dist && rm -f dist/*_"${architecture:-$(dpkg --print-architecture)}".deb && rm -rf "build/$1/made" || return
  say "Debian's packages for ${architecture:-this system}"
  SOURCE_DATE_EPOCH=$release_time cpack -G DEB --config "build/$1/CPackConfig.cmake" -B "build/$1/made" "${options[@]}" \
    >"build/$1/cpack.log" 2>&1 || { cat "build/$1/cpack.log" >&2 && return 1; }
  for made in "build/$1/made"/*.deb; do mv "$made" dist/ || return; done
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
release_image() { release_program .image 'dist/drawbridge-*.oci.tar' make_image scripts/oci_image.py; }
release_portable() {
  release_program .portable 'dist/drawbridge-*-linux-*.tar.gz' make_portable LICENSE packaging/drawbridge.1 scripts/oci_image.py \
    scripts/portable_tarball.py
}

# release_program STAMP RESULT COMMAND FILE...: RESULT is a pattern, of which nothing older stays.
release_program() {
  local files program=build/packages/bin/drawbridge
  setup_packages program release && build packages || return
  mapfile -t files < <(ldd $program | grep -oE '/[^ ]+' && tracked VERSION "${@:4}")
  # shellcheck disable=SC2086 # a pattern
  keep_if_made $2 -- "build/dist/$1"
  once "build/dist/$1" $program /etc/ssl/certs/ca-certificates.crt "${files[@]}" -- make_of_program "$2" "$3"
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
  awk -v version="$(cat VERSION)" '/^## / { here = index($2, version) > 0 } here' CHANGELOG.md >dist/RELEASE_NOTES.md
  [[ -s dist/RELEASE_NOTES.md ]] || fail "CHANGELOG.md has no heading for $(cat VERSION)"
}

release_sums() {
  local sums
  sums=$(cd dist && find . -maxdepth 1 -type f ! -name SHA256SUMS -printf '%f\n' | LC_ALL=C sort | xargs -d '\n' sha256sum) || return
  printf '%s\n' "$sums" >dist/SHA256SUMS
  say "dist/SHA256SUMS names $(wc -l <dist/SHA256SUMS) files"
}
