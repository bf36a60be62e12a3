# shellcheck shell=bash
# shellcheck disable=SC2034 # the other scripts of a release read them
# What wheels are for: zig's names, and what pip, Python, OpenSSL and Debian call the same.
wheel_targets=(x86_64-linux-gnu.2.28 aarch64-linux-gnu.2.28 x86_64-linux-musl aarch64-macos.11.0)
declare -A wheel_tags=([x86_64-linux-gnu.2.28]=manylinux_2_28_x86_64 [aarch64-linux-gnu.2.28]=manylinux_2_28_aarch64
  [x86_64-linux-musl]=musllinux_1_2_x86_64 [aarch64-macos.11.0]=macosx_11_0_arm64)
declare -A python_platforms=([x86_64-linux-gnu.2.28]=x86_64-linux-gnu [aarch64-linux-gnu.2.28]=aarch64-linux-gnu
  [x86_64-linux-musl]=x86_64-linux-musl [aarch64-macos.11.0]=darwin)
declare -A openssl_names=([x86_64-linux-gnu.2.28]=linux-x86_64 [aarch64-linux-gnu.2.28]=linux-aarch64
  [x86_64-linux-musl]=linux-x86_64 [aarch64-macos.11.0]=darwin64-arm64)
declare -A debian_names=([x86_64]=amd64 [aarch64]=arm64)
