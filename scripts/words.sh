# Sourced by the scripts: say what is done in Chinese and English, end with a remedy.
# shellcheck shell=sh

say() { printf '  … %s · %s\n' "$1" "$2"; }
done_in() { printf '  ✓ %s · %s\n' "$1" "$2"; }
fail() {
    printf '\n  ✗ %s\n    %s\n' "$1" "$2" >&2
    exit 1
}

# digest_of FILE...: one digest of names and content
digest_of() { cat -- "$@" | sha256sum | cut -d' ' -f1; }

# stamp_holds FILE DIGEST: the step has been done with exactly these inputs
stamp_holds() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }
