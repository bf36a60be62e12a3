# shellcheck shell=bash
# shellcheck disable=SC2154,SC2086 # release.sh has $made, which has no spaces, release_sdist.sh the time, release_targets.sh the names
# The compiler, and the libraries that a wheel is linked with.

wheel_libraries=(cli11 fmtlib simdjson boost1.81 libsodium zlib openssl curl)

# What is not needed to verify a signature and to fetch over TLS is left out.
openssl_options=(no-{shared,tests,module,dso,engine,legacy,autoload-config,async,ssl3,dtls,comp,srp,cmp,cms,ts,idea,camellia,seed,aria,bf}
  no-{cast,des,rc2,rc4,md4,mdc2,rmd160,whirlpool,sm2,sm3,sm4,siphash,blake2,scrypt,gost,sctp,afalgeng,ui-console,ct,ocb})
curl_options=(-DHTTP_ONLY=ON -DPICKY_COMPILER=OFF -DCURL_USE_OPENSSL=ON -DBUILD_CURL_EXE=OFF -DBUILD_TESTING=OFF -DENABLE_MANUAL=OFF
  -DCURL_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt -DCURL_CA_PATH=none -DCURL_USE_LIBSSH2=OFF -DCURL_USE_LIBPSL=OFF
  -DUSE_LIBIDN2=OFF -DUSE_NGHTTP2=OFF -DCURL_BROTLI=OFF -DCURL_ZSTD=OFF -DCURL_DISABLE_NTLM=ON -DCURL_DISABLE_ALTSVC=ON
  -DCURL_DISABLE_HSTS=ON -DCURL_DISABLE_DOH=ON -DCURL_DISABLE_NETRC=ON -DZLIB_USE_STATIC_LIBS=ON
  -DHAVE_POLL_FINE=ON) # which curl finds out by running a program; without it it uses select(), which knows no file beyond 1,023
# Nothing says in which folder a library was compiled. What a module of the package shows is for that to say.
library_flags="-O2 -fPIC -fvisibility=hidden -fstack-protector-strong -ffunction-sections -fdata-sections -ffile-prefix-map=$PWD=."
# zig turns libc++'s checks off, and ignores what those find that are on.
checked_library="-U_LIBCPP_HARDENING_MODE -D_LIBCPP_HARDENING_MODE=_LIBCPP_HARDENING_MODE_FAST -U_LIBCPP_ASSERTION_SEMANTIC_DEFAULT"
checked_library+=" -D_LIBCPP_ASSERTION_SEMANTIC_DEFAULT=_LIBCPP_ASSERTION_SEMANTIC_HARDENING_DEPENDENT"

# The compiler, under the usual names for each target. All is made without symbols: for what is linked with them, as CMake's look
# at the compiler is, zig would compile another libc++.
make_compiler() {
  local target tool zig
  say "the compiler, in $made/tools"
  install_pinned $made/tools packaging/release-tools.txt || return
  zig=$($made/tools/bin/python -c 'import ziglang; print(ziglang.__path__[0])')/zig
  for target in "${wheel_targets[@]}"; do
    mkdir -p "$made/$target/bin"
    for tool in cc c++; do
      {
        printf '#!/bin/sh\n'
        [[ $target != *-macos* ]] || printf '%s\n' "$words_of_apple"
        printf 'exec %q %s -target %s -s "$@"\n' "$zig" "$tool" "$target"
      } >"$made/$target/bin/$tool"
    done
    for tool in ar ranlib; do printf '#!/bin/sh\nexec %q %s "$@"\n' "$zig" "$tool" >"$made/$target/bin/$tool"; done
    chmod +x "$made/$target/bin"/*
  done
}

# What Apple's linker calls a module, and how it reads nanobind's list of what Python defines, zig has other words for.
# shellcheck disable=SC2016 # that shell expands them
words_of_apple='for word; do
  shift
  case $word in -bundle) word=-shared ;; -Wl,@*) word=-Wl,-undefined,dynamic_lookup ;; esac
  set -- "$@" "$word"
done'

# with_compiler TARGET COMMAND...
with_compiler() {
  PATH=$PWD/$made/$1/bin:$PWD/$made/tools/bin:$PATH CC=cc CXX=c++ AR=ar RANLIB=ranlib CFLAGS=$library_flags \
    CXXFLAGS="$library_flags $checked_library" SOURCE_DATE_EPOCH=$release_time TZ=UTC PKG_CONFIG_LIBDIR=$PWD/$made/$1/prefix/lib/pkgconfig \
    CMAKE_CXX_COMPILER_LAUNCHER='' ZIG_GLOBAL_CACHE_DIR=$PWD/$made/zig-cache ZIG_LOCAL_CACHE_DIR=$PWD/$made/zig-cache "${@:2}"
}

# each_target COMMAND: at the same time, since much of what is done for one takes one core.
each_target() {
  local target process processes=() status=0
  for target in "${wheel_targets[@]}"; do
    "$1" "$target" &
    processes+=($!)
  done
  for process in "${processes[@]}"; do wait "$process" || status=1; done
  return $status
}

release_libraries() {
  release_compiler &&
    each_target make_libraries
}

release_compiler() {
  fetch_sources && release_tools || return
  once $made/compiler.stamp packaging/release-tools.txt bindings/python/wheel-tools.txt "$place" scripts/release_libraries.sh \
    scripts/release_targets.sh -- make_compiler || fail "the compiler could not be installed"
}

make_libraries() {
  local library
  for library in "${wheel_libraries[@]}"; do
    once "$made/$1/$library.stamp" packaging/sources.txt packaging/release-tools.txt packaging/toolchain.cmake \
      packaging/boost/*.cmake packaging/*/*.patch "$place" scripts/release_libraries.sh -- make_library "$library" "$1" ||
      fail "$library for $1: $(tail -n 5 "$made/$1/$library.log")"
  done
}

# make_library LIBRARY TARGET
make_library() {
  local source=$made/$2/$1
  say "$1 for $2"
  { unpack "$1" "$source" && with_compiler "$2" "make_${1%1.*}" "$source" "$PWD/$made/$2/prefix" "$2" &&
    keep_licence "$source" "$made/$2/licenses/$1"; } >"$made/$2/$1.log" 2>&1
}

# keep_licence SOURCE FOLDER: what the authors ask for with each copy, for the wheel.
keep_licence() {
  rm -rf "$2" && mkdir -p "$2" &&
    find "$1" -maxdepth 1 -type f \( -name 'LICENSE*' -o -name 'COPYING*' \) -exec cp -t "$2" {} + &&
    [[ -n $(ls "$2") ]]
}

# unpack PACKAGE FOLDER: its source, with Debian's patches where they are listed, and ours.
unpack() {
  local package file patch
  rm -rf "$2" && mkdir -p "$2" || return
  while read -r package _ _ file _; do
    [[ $package == "$1" ]] || continue
    case $file in
      *.deb) dpkg-deb --extract "$made/downloads/$file" "$2" || return ;;
      *.debian.tar.*)
        tar -xf "$made/downloads/$file" -C "$2" || return
        while read -r patch; do
          patch --silent --directory "$2" -p1 <"$2/debian/patches/$patch" || return
        done < <(sed 's/#.*//; /^[[:space:]]*$/d' "$2/debian/patches/series")
        ;;
      boost*) tar -xf "$made/downloads/$file" -C "$2" --strip-components 1 --wildcards '*/libs/*/include/*' 'boost/LICENSE*' || return ;;
      *) tar -xf "$made/downloads/$file" -C "$2" --strip-components 1 || return ;;
    esac
  done < <(sources_listed)
  for patch in packaging/"$1"/*.patch; do
    [[ ! -f $patch ]] || patch --silent --directory "$2" -p1 <"$patch" || return
  done
}

# Each make_NAME is called with SOURCE PREFIX TARGET.

# It would keep the flags that it was compiled with, and with them this folder. On macOS random bytes come from
# /dev/urandom: zig has no headers for CommonCrypto's.
make_openssl() {
  # shellcheck disable=SC2086 # flags are words
  (cd "$1" && unset CFLAGS && ./Configure "${openssl_names[$3]}" --prefix=/usr --libdir=lib --openssldir=/etc/ssl \
    "${openssl_options[@]}" $library_flags -DOPENSSL_NO_APPLE_CRYPTO_RANDOM && make -s -j2 build_generated &&
    perl util/mkbuildinf.pl zig "$3" >crypto/buildinf.h && make -s -j2 libcrypto.a libssl.a) &&
    mkdir -p "$2/lib" "$2/include" && cp "$1"/lib{crypto,ssl}.a "$2/lib/" && cp -r "$1/include/openssl" "$2/include/"
}

# It takes macOS for what came before it, without fdopen.
make_zlib() {
  (cd "$1" && CFLAGS="$CFLAGS -Dfdopen=fdopen" ./configure --static --prefix="$2" && make -s -j2 libz.a) &&
    mkdir -p "$2/lib" "$2/include" && cp "$1/libz.a" "$2/lib/" && cp "$1"/{zlib,zconf}.h "$2/include/"
}

# Each of the answers costs a run-time library of zig's for those instructions, which only the configuration would link.
make_libsodium() {
  local answers=() host=${3%%.*}
  [[ $3 != x86_64-* ]] || answers=(ax_cv_check_cflags___m{mmx,sse2,sse3,ssse3,sse4_1,avx,avx2,avx512f,aes,pclmul,rdrnd}"=yes")
  (cd "$1" && ./autogen.sh -s && ./configure --disable-shared --with-pic --host="${host/-macos/-apple-darwin}" --prefix="$2" "${answers[@]}" &&
    make -s -j2 install)
}

# cmake_install SOURCE PREFIX TARGET OPTION...
cmake_install() {
  cmake -S "$1" -B "$1/made" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_INSTALL_PREFIX="$2" -DCMAKE_INSTALL_LIBDIR=lib \
    -DBUILD_SHARED_LIBS=OFF -DCMAKE_TOOLCHAIN_FILE="$PWD/packaging/toolchain.cmake" -DDRAWBRIDGE_PREFIX="$2" \
    -DDRAWBRIDGE_TARGET="$3" "${@:4}" && cmake --build "$1/made" -j2 --target install
}

make_curl() { cmake_install "$@" "${curl_options[@]}"; }
make_simdjson() { cmake_install "$@" -DSIMDJSON_DEVELOPER_MODE=OFF; }
make_fmtlib() { cmake_install "$@" -DFMT_TEST=OFF -DFMT_DOC=OFF; }
make_cli11() { cmake_install "$@" -DCLI11_BUILD_TESTS=OFF -DCLI11_BUILD_EXAMPLES=OFF -DCLI11_BUILD_DOCS=OFF; }

# Two of its libraries, each of one file; the rest is headers.
make_boost() {
  local name headers
  mkdir -p "$2/include" "$2/lib/cmake/Boost"
  for headers in "$1"/libs/*/include "$1"/libs/*/*/include; do
    [[ ! -d $headers ]] || cp -r "$headers/." "$2/include/" || return
  done
  for name in json url; do
    printf '#include <boost/%s/src.hpp>\n' $name >"$1/$name.cpp"
    # shellcheck disable=SC2086 # flags are words
    c++ $CXXFLAGS -std=c++20 -DNDEBUG -DBOOST_ALL_NO_LIB -I "$2/include" -c "$1/$name.cpp" -o "$1/$name.o" &&
      ar rcs "$2/lib/libboost_$name.a" "$1/$name.o" || return
  done
  cp packaging/boost/BoostConfig.cmake packaging/boost/BoostConfigVersion.cmake "$2/lib/cmake/Boost/"
}
