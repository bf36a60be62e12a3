# shellcheck shell=bash
# What ./dev bench peers compares with, built from bench/peers into build/peers.

# wants_peers [--quick] [PART...]: all parts are wanted where none is named.
wants_peers() {
  local named=${*/#--*/}
  [[ -z ${named// /} || " $named " == *" peers "* ]]
}

require_peer_tools() {
  local tool
  require_node
  for tool in cargo go; do
    command -v "$tool" >/dev/null || fail "the part peers needs $tool: Rust 1.89 and Go 1.25, or newer, from rustup.rs and go.dev." \
      "The other parts go without: ./dev bench PART..."
  done
}

build_peers() {
  local rust=(bench/peers/rust/{Cargo.toml,src/*.rs}) go=(bench/peers/go/go.{mod,sum} bench/peers/go/*.go)
  local node=(bench/peers/node/package{,-lock}.json bench/peers/node/peer.mjs)
  mkdir -p build/peers
  once build/peers/.rust-stamp "${rust[@]}" -- build_rust_peers
  once build/peers/.go-stamp "${go[@]}" -- build_go_peer
  once build/peers/.node-stamp "${node[@]}" -- install_node_peers
}

# jsonwebtoken takes one of its backends at a time. For this processor: dalek's AVX code is chosen so.
build_rust_peers() {
  local backend folder=build/peers/rust
  mkdir -p $folder && cp -a bench/peers/rust/. $folder || return
  for backend in rust_crypto aws_lc_rs; do
    say "jsonwebtoken with $backend, and axum (two minutes on two cores)"
    RUSTFLAGS="-C target-cpu=native" cargo build --quiet --release --manifest-path $folder/Cargo.toml --features $backend >&2 &&
      cp $folder/target/release/jsonwebtoken-peer build/peers/jsonwebtoken-$backend || return
  done
}

build_go_peer() {
  say "golang-jwt, and net/http with SQLite (a minute)"
  CGO_CFLAGS=-O3 go build -C bench/peers/go -o "$PWD/build/peers/golang-jwt" .
}

install_node_peers() {
  say "jose, fast-jwt and Fastify"
  mkdir -p build/peers/node &&
    cp bench/peers/node/{.npmrc,package.json,package-lock.json,peer.mjs} build/peers/node &&
    npm ci --prefix build/peers/node --loglevel=error >&2
}
