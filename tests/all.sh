#!/usr/bin/env bash
# All tests. They compare a graphics adapter with the processor: where a Linux machine has none, this
# brings a software one through the system's package manager, or says what to type.
set -euo pipefail
cd "$(dirname "$0")/.."

# Asks the program itself.
has_adapter() {
    devices=$(cargo run --release --quiet -- devices)
    case $devices in "No "*) return 1 ;; esac
}

if [ "$(uname -s)" = Linux ] && ! has_adapter; then
    if command -v apt-get >/dev/null; then
        install="apt-get install -y --no-install-recommends mesa-vulkan-drivers libvulkan1"
    elif command -v dnf >/dev/null; then
        install="dnf install -y mesa-vulkan-drivers vulkan-loader"
    elif command -v pacman >/dev/null; then
        install="pacman -S --noconfirm vulkan-swrast vulkan-icd-loader"
    else
        install=""
    fi
    if [ -z "$install" ] || [ "$(id -u)" != 0 ]; then
        type=${install:-install the Vulkan loader and lavapipe, the software driver of Mesa}
        echo "The tests need a Vulkan adapter, and this machine has none. As root: $type" >&2
        exit 1
    fi
    echo "No Vulkan adapter here: $install"
    if [ "${install%% *}" = apt-get ]; then
        apt-get update -q
    fi
    $install
fi

exec cargo test --release "$@"
