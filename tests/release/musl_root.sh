#!/bin/bash
# musl_root.sh FOLDER makes a root with musl and a Python for it. No registry that we use has such a Python. The script takes
# Debian's musl, and compiles Debian's source of Python with the compiler and the libraries of the wheels. Run it from the
# repository, after `./dev release wheels`.
set -euo pipefail

# shellcheck source=/dev/null
for script in setup release release_targets release_sdist release_libraries; do source "scripts/$script.sh"; done
root=$1 target=x86_64-linux-musl
rm -rf "$root" "$root-build"
mkdir -p "$root-build" "$root"/{dev,proc,tmp,root,etc/ssl/certs}

# Debian 12's musl, 1.2.3, runs our wheel, but not others' that need 1.2.4 (DT_RELR), as greenlet's.
read_archive_lists
(cd "$root-build" && archive_apt apt-get source --download-only --only-source python3.11/bookworm && archive_apt apt-get download musl/trixie)
mkdir -p "$root/usr/lib" && ln -s usr/lib "$root/lib"
dpkg-deb --extract "$root-build"/musl_*.deb "$root"
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
mkdir "$root-build/python"
tar -xf "$root-build"/python3.11_*.orig.tar.* -C "$root-build/python" --strip-components 1

# It would look through the compiler's folders in another order than the compiler does.
sed -i "s/self.add_cross_compiling_paths()/pass/" "$root-build/python/setup.py"

# What the modules are called goes by --build.
# shellcheck disable=SC2016 # the inner shell expands them
compile='cd "$1" && CC="cc -dynamic" READELF=/usr/bin/readelf CPPFLAGS="-I$2/include" CFLAGS="$CFLAGS -Wno-error=date-time" \
  LDFLAGS="-L$2/lib" ./configure -q --prefix=/usr --host=x86_64-linux-musl --build=x86_64-pc-linux-musl \
    --with-build-python=/usr/bin/python3.11 --without-ensurepip --disable-test-modules --with-openssl="$2" \
    ac_cv_buggy_getaddrinfo=no ac_cv_file__dev_ptmx=no ac_cv_file__dev_ptc=no &&
  make -s -j2 && make -s install DESTDIR="$3"'
with_compiler $target bash -c "$compile" bash "$root-build/python" "$PWD/build/dist/$target/prefix" "$root"
rm -rf "$root-build"
touch "$root/made"
