# What `venvhook doctor` asks of a live fish: sourced there, with the path of the file for the answer. The answer are keys and
# values, a NUL behind each; doctor.py says which.
function _venvhook_fact
    builtin printf '%s\0%s\0' $argv[1] "$argv[2]"
end
# Microseconds, by the helper's interpreter: fish has no clock of its own.
function _venvhook_clock
    $_venvhook_python -I -S -c 'import time; print(time.time_ns() // 1000)'
end
function _venvhook_probe
    set -l times 200
    _venvhook_fact version $version
    _venvhook_fact python "$_venvhook_python"
    _venvhook_fact launcher "$_venvhook_launcher"
    for name in VENVHOOK_DISABLE VIRTUAL_ENV_DISABLE_PROMPT VIRTUAL_ENV CONDA_DEFAULT_ENV
        _venvhook_fact $name "$$name"
    end
    for name in fish_prompt fish_right_prompt
        _venvhook_fact prompt (functions $name | string collect)
    end
    for name in cd pushd popd
        string match -q -- "$__fish_data_dir/*" (functions --details $name); or _venvhook_fact cd (functions $name | string collect)
    end
    # The function `alias` makes a function, and says so in its description.
    for name in python python3 pip
        set -l described (functions --details --verbose $name)[5]
        string match -q 'alias *' -- "$described"; and _venvhook_fact alias (string replace -r '^alias (\w+)[ =]' '$1=' -- $described)
    end
    for name in (functions --all --names)
        _venvhook_fact function $name
    end
    # Until version 0.1.0 a prompt or a deactivate that was saved inside a project called private functions of ours.
    for file in $__fish_config_dir/functions/*.fish
        test -f $file -a -r $file; and read -lz text <$file
        and string match -qr '_venvhook_prompt_i|^function deactivate.*\n\s*_venvhook_deactivate' -- "$text"
        and _venvhook_fact saved $file
    end
    test -n "$_venvhook_python"; or return
    for event in fish_prompt=_venvhook_prompt PWD=_venvhook_look
        set -l pair (string split = $event)
        functions $pair[2] | string match -q -- "*--on-*$pair[1]*"; and _venvhook_fact live $pair[1]; or _venvhook_fact dead $pair[1]
    end
    set -l began (_venvhook_clock)
    for at in (seq $times)
        _venvhook_prompt
    end
    _venvhook_fact microseconds (math --scale=0 "("(_venvhook_clock)" - $began) / $times")
end
_venvhook_probe >$argv[1].new 2>/dev/null
command mv -f $argv[1].new $argv[1]
