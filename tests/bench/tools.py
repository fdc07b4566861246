"""The tools that are measured: where each comes from, what loads it, what its projects hold, how they are allowed.

In all texts `{project}`, `{name}`, `{plain}` and `{home}` are the project's folder and its name, a folder that is no
project, and the tool's own HOME; `{tool}` is the tool's program or folder, `{here}` the folder that this is in,
`{python}` an interpreter, `{bench}` this folder. Each project has an environment in `.venv`. A tool that has to be told
by hand says so in `enter`.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Tool:
    name: str
    origin: str  # a registry and the package's name there; "checkout": in none, so it has to be given
    program: str  # its file below what the origin gives
    load: dict[str, str] = field(default_factory=dict)  # by shell: what its manual has people put into the rc file
    version: str = ""  # command that prints it
    files: dict[str, str] = field(default_factory=dict)  # per project
    links: dict[str, str] = field(default_factory=dict)
    allow: str = ""  # command that allows a project as it is now
    edited: str = ""  # the file that people edit; none where an edit shows only at the next `cd`
    enter: str = "cd {project}"
    leave: str = "cd {plain}"
    setup: str = ""  # command, once in a HOME
    environ: dict[str, str] = field(default_factory=dict)


ENVRC = "PATH_add .venv/bin\nexport VIRTUAL_ENV=$PWD/.venv\nexport APP=1\n"
POSIX = ("bash", "zsh")
DIRENV = {"bash": 'eval "$(direnv hook bash)"', "zsh": 'eval "$(direnv hook zsh)"', "fish": "direnv hook fish | source"}
# Before 2.33 it has no hook for PowerShell, and Debian's is older: what such a hook does, in words of ours.
DIRENV["pwsh"] = ". {bench}/direnv.ps1"
# With 180 characters of comment: a marker as people write it, not the shortest one.
MARKER = "# " + "x" * 180 + '\n[variables]\nAPP = "1"\n'

NOTHING = Tool("nothing", "here", "", dict.fromkeys((*POSIX, "fish", "pwsh"), ""))
# What a first visit is compared with: the start of the very interpreter that the hook starts.
PYTHON = Tool("python -I -S -c pass", "here", "", NOTHING.load, enter="cd {project}; {python} -I -S -c pass || exit")
VENVHOOK = Tool(
    "venvhook",
    "here",
    "",
    {
        "bash": ". {tool}/venvhook.bash",
        "zsh": ". {tool}/venvhook.zsh",
        "fish": "source {tool}/venvhook.fish",
        "pwsh": ". {tool}/venvhook.ps1",
    },
    version="{python} -I -X utf8 {tool}/launch.py cli --version",
    files={".venvhook.toml": MARKER},
    allow="{python} -I -X utf8 {tool}/launch.py cli allow {project}",
    edited=".venvhook.toml",
)
TOOLS = [
    VENVHOOK,
    Tool(
        "direnv",
        "apt direnv",
        "usr/bin/direnv",
        DIRENV,
        version="{tool} version",
        files={".envrc": ENVRC},
        allow="{tool} allow {project}",
        edited=".envrc",
        environ={"DIRENV_LOG_FORMAT": ""},
    ),
    Tool(
        "direnv layout",
        "apt direnv",
        "usr/bin/direnv",
        DIRENV,
        version="{tool} version",
        files={".envrc": "layout python {python}\nexport APP=1\n"},
        allow="{tool} allow {project} && cd {project} && {tool} exec {project} true",  # makes its environment, untimed
        edited=".envrc",
        environ={"DIRENV_LOG_FORMAT": ""},
    ),
    Tool(
        "mise",
        "npm @jdxcode/mise",
        "node_modules/@jdxcode/mise/bin/mise",
        {
            "bash": 'eval "$({tool} activate bash)"',
            "zsh": 'eval "$({tool} activate zsh)"',
            "fish": "{tool} activate fish | source",
            "pwsh": "(&{tool} activate pwsh) | Out-String | Invoke-Expression",
        },
        version="{tool} --version",
        files={"mise.toml": '[env]\n_.python.venv = ".venv"\nAPP = "1"\n'},
        allow="{tool} trust {project}",
        edited="mise.toml",
        environ={"MISE_OFFLINE": "1"},
    ),
    Tool(
        "zsh-autoswitch-virtualenv",
        "checkout",
        "autoswitch_virtualenv.plugin.zsh",
        {"zsh": ". {tool}"},
        version="grep -m1 VERSION= {tool}",
    ),
    Tool(
        "autoenv",
        "npm @hyperupcall/autoenv",
        "node_modules/@hyperupcall/autoenv/activate.sh",
        dict.fromkeys(POSIX, ". {tool}"),
        version="grep -m1 version {here}/package.json",
        files={".env": "source {project}/.venv/bin/activate\n", ".env.leave": "deactivate\n"},
        environ={"AUTOENV_ENABLE_LEAVE": "yes", "AUTOENV_ASSUME_YES": "yes"},
    ),
    Tool(
        "virtualenvwrapper",
        "pypi virtualenvwrapper",
        "bin/virtualenvwrapper.sh",
        dict.fromkeys(POSIX, ". {tool}"),
        version="{here}/pip list",
        files={".venv/.project": "{project}\n"},
        links={"{home}/.virtualenvs/{name}": "{project}/.venv"},
        enter="workon {name}",
        leave="deactivate; cd {plain}",
        environ={"VIRTUALENVWRAPPER_PYTHON": "{here}/python"},
    ),
    Tool(
        "aactivator",
        "pypi aactivator",
        "bin/aactivator",
        dict.fromkeys(POSIX, 'eval "$({tool} init)"'),
        version="{here}/pip list",
        files={".deactivate.sh": "deactivate\n"},
        links={"{project}/.activate.sh": ".venv/bin/activate"},
        allow="mkdir -p {home}/.cache/aactivator && echo {project} >>{home}/.cache/aactivator/allowed",
    ),
    Tool(
        "virtualfish",
        "pypi virtualfish",
        "bin/vf",
        {"fish": "source {home}/virtualfish.fish"},
        version="{here}/pip list",
        setup='{here}/python -c \'from virtualfish.loader import load; print(*load(["auto_activation"]), sep="\\n")\''
        " >{home}/virtualfish.fish",
        files={".vf": "{name}\n"},
        links={"{home}/.virtualenvs/{name}": "{project}/.venv"},
        environ={"VIRTUALFISH_ACTIVATION_FILE": ".vf"},
    ),
    Tool(
        "pyenv-virtualenv",
        "checkout",
        "bin/pyenv",
        {
            "bash": 'eval "$(pyenv init - bash)"; eval "$(pyenv virtualenv-init - bash)"',
            "zsh": 'eval "$(pyenv init - zsh)"; eval "$(pyenv virtualenv-init - zsh)"',
            "fish": "pyenv init - fish | source; pyenv virtualenv-init - fish | source",
        },
        version="{tool} virtualenv --version",
        setup="mkdir -p {home}/.pyenv/versions && ln -s {here}/../plugins {home}/.pyenv/",
        files={".python-version": "{name}\n"},
        links={"{home}/.pyenv/versions/{name}": "{project}/.venv"},
        environ={"PYENV_ROOT": "{home}/.pyenv"},
    ),
]
BY_NAME = {tool.name: tool for tool in TOOLS}
