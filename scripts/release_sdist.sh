# shellcheck shell=bash
# shellcheck disable=SC2154,SC2086 # release.sh has $made, which has no spaces
# The sources as pip compiles them elsewhere: this repository's tree, as far as the package is made of it, with its
# pyproject.toml at the top.
release_sdist() {
  local files
  release_tools
  mapfile -t files < <(python_package_files)
  keep_if_made dist/drawbridge_auth-*.tar.gz -- $made/sdist.stamp
  once $made/sdist.stamp "${files[@]}" LICENSE scripts/release_sdist.sh -- make_sdist || fail "the sdist: $(tail -n 5 $made/sdist.log)"
}

make_sdist() {
  say "the sdist"
  local folder=$made/sdist
  rm -rf $folder && mkdir -p $folder dist || return
  git ls-files --cached --others --exclude-standard -z include src cmake CMakeLists.txt VERSION LICENSE bindings/python \
    ':!bindings/python/tests' ':!bindings/python/LICENSE' | tar -c --null --files-from - | tar -x -C $folder || return
  sed -e 's|^readme = "|&bindings/python/|' -e 's|"\.\./\.\./build/|"build/|' -e 's|"\.\./\.\."|"."|' \
    -e 's|\["drawbridge"\]|["bindings/python/drawbridge"]|' bindings/python/pyproject.toml >$folder/pyproject.toml || return
  rm -f dist/drawbridge_auth-*.tar.gz $folder/bindings/python/pyproject.toml
  (cd $folder && SOURCE_DATE_EPOCH=$release_time ../tools/bin/python -c \
    'import sys; from scikit_build_core.build import build_sdist; build_sdist(sys.argv[1])' ../../../dist) >$made/sdist.log 2>&1
}

# What makes wheels and sdists, in build/dist/tools.
release_tools() {
  note_place
  once $made/.tools-stamp bindings/python/wheel-tools.txt "$place" -- install_wheel_tools python3 $made || fail "pip could not install the tools"
}

release_time=315532800 # of what is made: 1980, where the time of a file in a zip begins
