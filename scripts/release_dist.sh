# shellcheck shell=bash
# shellcheck disable=SC2154 # release_sdist.sh has the time
# `./dev release`: what is published, in dist/. A step is done again when what it is made of has changed.

# Files of this repository that a step is made of.
tracked() { git ls-files -- "$@" | while read -r file; do [[ ! -f $file ]] || printf '%s\n' "$file"; done; }

release_npm() {
  local files
  setup_node && build_packages || return
  mapfile -t files < <(tracked packages VERSION package-lock.json)
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

release_debs() {
  local files
  mapfile -t files < <(tracked VERSION CMakeLists.txt CMakePresets.json api apps cmake deploy include packaging/drawbridge.1 src LICENSE)
  once build/dist/.debs "${files[@]}" -- pack_debs
}

pack_debs() {
  local made
  build packages || return
  mkdir -p dist && rm -f dist/*.deb && rm -rf build/packages/made || return
  say "Debian's packages"
  SOURCE_DATE_EPOCH=$release_time cpack -G DEB --config build/packages/CPackConfig.cmake -B build/packages/made \
    >build/packages/cpack.log 2>&1 || { cat build/packages/cpack.log >&2 && return 1; }
  for made in build/packages/made/*.deb; do mv "$made" dist/ || return; done
}

# The program with the libraries of this system that it needs, as an image that needs no other.
release_image() {
  local files
  setup_packages program release && build packages || return
  mapfile -t files < <(tracked VERSION scripts/oci_image.py)
  once build/dist/.image build/packages/bin/drawbridge "${files[@]}" -- make_image
}

make_image() {
  mkdir -p dist || return
  say "an image of the program"
  python3 scripts/oci_image.py --program build/packages/bin/drawbridge --time "$release_time" \
    --version "$(cat VERSION)" --out "dist/drawbridge-$(cat VERSION)-$(dpkg --print-architecture).oci.tar" >&2
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
