"""Stand-in for `python -m venvhook` while there is no command line. To be deleted."""
import os, sys
from venvhook import folders, install
places = folders.find()
if sys.argv[1] == "install":
    here = os.path.dirname(install.__file__)
    install.SHELLS = [s for s in ("bash", "zsh", "fish", "pwsh") if os.path.exists(os.path.join(install._templates(), "venvhook." + {"pwsh": "ps1"}.get(s, s))) and os.path.exists(here + "/shells/" + s + ".py")]
    install.install(places, install.SHELLS)
else:
    from venvhook import marker, trust, dotenv
    from venvhook.errors import VenvhookError
    try:
        folder = os.path.realpath(sys.argv[2] if len(sys.argv) > 2 else marker.find(os.getcwd()))
        record = trust.Record(folder, False)
        if sys.argv[1] == "allow":
            data = marker.read(folder)
            path = os.path.join(folder, marker.NAME)
            meaning = marker.parse(data, path)
            record = trust.Record(folder, True, data, meaning)
            names = []
            for d in meaning.dotenv:
                f = os.path.join(folder, d)
                if os.path.exists(f):
                    names += [n for n, _ in dotenv.parse(open(f, "rb").read(), f)]
            record.dotenv_names = names
        trust.decide(places.data, record)
    except VenvhookError as e:
        sys.exit("venvhook: %s" % e)
