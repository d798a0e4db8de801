#!/usr/bin/env bash
# Builds the programs against Linux's C libraries: static ELFs for RV64GC.
#
#   build.sh OUT KIND...            KIND: kernels, c, cxx, rust; OUT/NAME.elf each
#   build.sh --native OUT           the kernels for this machine: OUT/NAME
#   build.sh --missing KIND...      name the tools that are not installed
#
# Needs Debian's packages gcc-riscv64-linux-gnu; for cxx g++-riscv64-linux-gnu; for
# rust also rustc-web, cargo-web and rust-web-src (or another Rust with library
# sources, named by RUSTC and CARGO). What has not changed is not built again.
#
# The ELFs hold a C library, whose licence puts conditions on passing them on: they
# are not for elf/.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=riscv64gc-unknown-linux-gnu
cc=riscv64-linux-gnu-gcc cxx=riscv64-linux-gnu-g++
cargo=${CARGO_FOR_GUESTS:-/usr/bin/cargo} rustc=${RUSTC_FOR_GUESTS:-/usr/bin/rustc}

c_flags=(-std=gnu11 -O2 -Wall -Wextra)
cxx_flags=(-std=c++20 -O2 -Wall -Wextra)

tools_of() {
    case $1 in
    kernels | c) echo "$cc" ;;
    cxx) echo "$cxx" ;;
    rust) printf '%s\n' "$cc" "$cargo" "$rustc" ;;
    *) usage ;;
    esac
}

missing_tools() {
    local kind tool sources
    for kind; do
        for tool in $(tools_of "$kind"); do
            command -v "$tool" >/dev/null || echo "$tool"
        done
        if [[ $kind == rust ]] && command -v "$rustc" >/dev/null; then
            sources=$("$rustc" --print sysroot)/lib/rustlib/src/rust/library
            [[ -f $sources/Cargo.toml ]] || echo "$sources"
        fi
    done
}

# compile <program> <source> <compiler> <flag>...: unless it was done before.
compile() {
    local program=$1 source=$2 stamp
    shift 2
    stamp=$({ echo "$@"; "$1" --version; cat "$source" "$here/kernels/kernel.h"; } | sha256sum)
    [[ -e $program && $(cat "$program.stamp" 2>/dev/null) == "$stamp" ]] && return
    "$@" -o "$program.new" "$source" -lm
    mv "$program.new" "$program"
    echo "$stamp" >"$program.stamp"
}

build_native() {
    local source
    for source in "$here"/kernels/*.c; do
        compile "$1/$(basename "$source" .c)" "$source" gcc "${c_flags[@]}"
    done
}

# build_c <out> <kind>: -frounding-math is for the program that changes the mode.
build_c() {
    local source name extra
    for source in "$here/$2"/*.c; do
        name=$(basename "$source" .c) extra=()
        [[ $name == fenv ]] && extra=(-frounding-math)
        compile "$1/$name.elf" "$source" "$cc" "${c_flags[@]}" "${extra[@]}" -static
    done
}

build_cxx() {
    local source
    for source in "$here"/cxx/*.cc; do
        compile "$1/$(basename "$source" .cc).elf" "$source" "$cxx" "${cxx_flags[@]}" -static
    done
}

# build_rust <out>: cargo sees by itself what has changed.
build_rust() {
    local program
    (
        cd "$here/rust"
        unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_TARGET RUSTC_WRAPPER
        CARGO_TARGET_DIR=$1/rust-target RUSTC=$rustc RUSTC_BOOTSTRAP=1 "$cargo" build --release \
            --locked --quiet --target "$target"
    )
    for program in "$here"/rust/*/Cargo.toml; do
        program=$(basename "$(dirname "$program")")
        cp "$1/rust-target/$target/release/$program" "$1/$program.elf"
    done
}

usage() {
    echo "usage: build.sh [--native] OUT KIND..., build.sh --missing KIND..." >&2
    exit 2
}

case ${1-} in
--missing)
    shift
    missing_tools "$@" | sort -u
    ;;
--native)
    mkdir -p "${2-}" || usage
    build_native "$2"
    ;;
'' | -*) usage ;;
*)
    out=$1
    shift
    mkdir -p "$out"
    for kind; do
        case $kind in
        kernels | c) build_c "$out" "$kind" ;;
        cxx) build_cxx "$out" ;;
        rust) build_rust "$out" ;;
        *) usage ;;
        esac
    done
    ;;
esac
