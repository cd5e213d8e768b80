#!/usr/bin/env bash
# All tests. They compare a graphics adapter with the reference: where a Linux machine has none, this
# brings a software one through the system's package manager, or says what to type.
set -euo pipefail
cd "$(dirname "$0")/.."

# A Vulkan loader, and a driver that it would find.
has_vulkan() {
    ldconfig -p 2>/dev/null | grep -q libvulkan.so.1 || return 1
    [ -n "${VK_DRIVER_FILES:-}${VK_ICD_FILENAMES:-}" ] && return 0
    compgen -G "/usr/share/vulkan/icd.d/*.json" >/dev/null || compgen -G "/etc/vulkan/icd.d/*.json" >/dev/null
}

if [ "$(uname -s)" = Linux ] && ! has_vulkan; then
    if command -v apt-get >/dev/null; then
        install="apt-get install -y --no-install-recommends mesa-vulkan-drivers libvulkan1"
    elif command -v dnf >/dev/null; then
        install="dnf install -y mesa-vulkan-drivers vulkan-loader"
    elif command -v pacman >/dev/null; then
        install="pacman -S --noconfirm vulkan-swrast vulkan-icd-loader"
    else
        echo "This machine has no Vulkan driver, and the tests need one; install Mesa's software driver (lavapipe) and the Vulkan loader." >&2
        exit 1
    fi
    if [ "$(id -u)" != 0 ]; then
        echo "This machine has no Vulkan driver, and the tests need one. As root: $install" >&2
        exit 1
    fi
    echo "No Vulkan driver here: $install"
    if [ "${install%% *}" = apt-get ]; then
        apt-get update -q
    fi
    $install
fi

exec cargo test --release "$@"
