# For those who load zsh plugins with oh-my-zsh, zinit, antidote and the like: loads the hook that `venvhook install` has put
# in place. With this, `venvhook install --no-rc` is enough: .zshrc needs no line of its own.
() {
    builtin emulate -L zsh
    local hook
    for hook in "${XDG_DATA_HOME:-$HOME/.local/share}" "$HOME/Library/Application Support"; do
        hook+=/venvhook/hook/venvhook.zsh
        if [[ -r $hook ]]; then
            _venvhook_plugin=$hook
            return
        fi
    done
    # Said before the first prompt, not now: an instant prompt allows no output while startup files are read.
    _venvhook_plugin() {
        precmd_functions=(${precmd_functions:#_venvhook_plugin})
        builtin print -ru2 -- 'venvhook: the plugin finds no hook; to put it in place: venvhook install --no-rc --shell zsh'
        builtin unfunction _venvhook_plugin
    }
    precmd_functions+=(_venvhook_plugin)
}
# Not in the function above: there, what the hook defines would be local.
if [[ -n ${_venvhook_plugin-} ]]; then
    builtin . "$_venvhook_plugin"
    builtin unset _venvhook_plugin
fi
