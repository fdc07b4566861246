# For those who install fish plugins with fisher: loads the hook that `venvhook install --no-rc --shell fish` has put in place.
# (Not named venvhook.fish: that is the file of `venvhook install`, and fisher refuses to overwrite it.)
status is-interactive; or exit 0

set -l venvhook_data $HOME/.local/share
test -n "$XDG_DATA_HOME"; and set venvhook_data $XDG_DATA_HOME
set -l venvhook_hook # else the loop leaves a global variable behind
for venvhook_hook in $venvhook_data/venvhook/hook/venvhook.fish "$HOME/Library/Application Support/venvhook/hook/venvhook.fish"
    if test -r $venvhook_hook
        source $venvhook_hook
        exit 0
    end
end

# Once, before the first prompt.
function _venvhook_plugin --on-event fish_prompt
    functions --erase _venvhook_plugin
    echo 'venvhook: the plugin finds no hook; to put it in place: venvhook install --no-rc --shell fish' >&2
end
