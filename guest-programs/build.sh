#!/usr/bin/env bash
# Builds every guest and puts the ELFs, with their checksums, into elf/.
#
#   build.sh           rebuild elf/
#   build.sh --check   rebuild elsewhere and say which ELFs differ from elf/
#
# Needs Debian's packages rustc-web, cargo-web, rust-web-src (or another Rust
# with library sources, named by RUSTC and CARGO), lld and gcc-riscv64-linux-gnu.
# The bytes depend on the versions of these, which elf/TOOLCHAIN records, and on
# nothing else: not on where this folder or cargo's home is.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=riscv64imac-unknown-none-elf
sp1_target=riscv64im-unknown-none-elf
export CARGO=${CARGO:-/usr/bin/cargo} RUSTC=${RUSTC:-/usr/bin/rustc}
cc=riscv64-linux-gnu-gcc

rust_guests=(bytecode chase fib matmul memops qsort regex sha256 sieve whitespace wordfreq)
sp1_guests=(sp1-ec sp1-merkle sp1-precompiles sp1-words)
c_guests=(atomics crc32 echoargs queens selfmod unaligned)

c_flags=(
    -std=c11 -O2 -Wall -Wextra -Werror
    -march=rv64imac -mabi=lp64 -mcmodel=medany
    -ffreestanding -fno-pie -fno-stack-protector -fno-asynchronous-unwind-tables
    # Loops stay loops: memcpy itself must not become a call of memcpy.
    -fno-tree-loop-distribute-patterns
    -nostdlib -static -no-pie -Wl,--build-id=none -Wl,--discard-locals
    -Wl,-T,"$here/guest.ld"
)

missing_tools() {
    local tool
    for tool in "$CARGO" "$RUSTC" ld.lld "$cc"; do
        command -v "$tool" >/dev/null || echo "$tool"
    done
    if command -v "$RUSTC" >/dev/null; then
        local sources
        sources=$("$RUSTC" --print sysroot)/lib/rustlib/src/rust/library
        [[ -f $sources/Cargo.toml ]] || echo "$sources"
    fi
}

toolchain() {
    "$RUSTC" --version
    ld.lld --version
    "$cc" --version | head -n 1
    "$cc" -Wl,--version 2>/dev/null | head -n 1
}

# build_rust <out> <target> <guest>...: paths of sources that panic messages name are
# cut short, so they do not say where this machine keeps things.
build_rust() {
    local out=$1 target=$2 home=${CARGO_HOME:-$HOME/.cargo} sysroot rustflags guest
    shift 2
    sysroot=$("$RUSTC" --print sysroot)
    rustflags="'--remap-path-prefix=$here/=', '--remap-path-prefix=$home/registry/src/=', '--remap-path-prefix=$sysroot/lib/rustlib/src/rust/='"
    (
        cd "$here"
        # `.cargo/config.toml` counts only from inside this folder.
        unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_TARGET RUSTC_WRAPPER
        CARGO_TARGET_DIR=$out/target RUSTC_BOOTSTRAP=1 "$CARGO" build --release --locked --quiet \
            --target "$target" --workspace "${@/#/--bin=}" \
            --config "target.$target.rustflags = [$rustflags]"
    )
    for guest; do
        cp "$out/target/$target/release/$guest" "$out/elf/$guest.elf"
    done
}

build_c() {
    local out=$1 guest
    for guest in "${c_guests[@]}"; do
        "$cc" "${c_flags[@]}" -o "$out/elf/$guest.elf" "$here/c/$guest.c" "$here/c/start.c"
    done
}

# build <out>: fills <out>/elf.
build() {
    mkdir -p "$1/elf"
    build_rust "$1" "$target" "${rust_guests[@]}"
    build_rust "$1" "$sp1_target" "${sp1_guests[@]}"
    build_c "$1"
    chmod 755 "$1"/elf/*.elf
    (cd "$1/elf" && sha256sum -- *.elf >SHA256SUMS)
    toolchain >"$1/elf/TOOLCHAIN"
}

# compare <built>: exit code 1 where the committed files are others.
compare() {
    local built=$1 name differ=0
    for name in $(cd "$here/elf" && ls -- *.elf; cd "$built" && ls -- *.elf); do
        echo "$name"
    done | sort -u | {
        while read -r name; do
            if ! cmp -s "$here/elf/$name" "$built/$name"; then
                echo "differs: $name"
                differ=1
            fi
        done
        if ((differ)); then
            echo "elf/ was built by:" && sed 's/^/    /' "$here/elf/TOOLCHAIN"
            echo "this build is by:" && sed 's/^/    /' "$built/TOOLCHAIN"
            return 1
        fi
        echo "identical: $(ls "$built"/*.elf | wc -l) ELFs"
    }
}

case ${1-} in
'' | --check) ;;
*)
    echo "usage: build.sh [--check]" >&2
    exit 2
    ;;
esac

missing=$(missing_tools)
if [[ -n $missing ]]; then
    if [[ ${1-} == --check ]]; then
        echo "skipped: no toolchain (missing: ${missing//$'\n'/, })"
        exit 0
    fi
    echo "missing: ${missing//$'\n'/, }" >&2
    exit 1
fi

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
build "$out"
if [[ ${1-} == --check ]]; then
    compare "$out/elf"
else
    rm -rf "$here/elf"
    cp -r "$out/elf" "$here/elf"
    cat "$here/elf/SHA256SUMS"
fi
